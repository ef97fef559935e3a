"""A phone that rings beside a form, so that verifying can be rehearsed where nobody is really called."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from ipywidgets import HTML, HBox, Text

from callerid_analytics.errors import CallerIdError, InvalidParameter
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.controls import WIDE
from callerid_analytics.widgets.form import Form
from callerid_analytics.widgets.work import Pause

_LOOK = 0.5
"""Seconds between two looks for a call."""
_NEWEST = 50

_COMING = frozenset({"created", "queued"})
_CONNECTED = frozenset({"answered", "extension", "asking"})
_SAYS: Mapping[str, str] = {
    "queued": "The number is being dialled.",
    "ringing": "It rings: type the code, and pick up.",
    "answered": "Connected.",
    "extension": "The extension is being dialled.",
    "asking": "A voice asks for the code.",
    "verified": "Verified: the code was right.",
    "wrong-code": "The code was wrong three times: the call has ended.",
    "hung-up": "Hung up.",
    "busy": "Busy.",
    "no-answer": "Nobody answered.",
    "failed": "The call did not get through.",
}


class Practice(Protocol):
    """What a phone needs of a `Sandbox`."""

    def calls(self, limit: int = ...) -> list[dict[str, Any]]:
        """List calls, newest first."""

    def answer(self, call_sid: str, digits: str | None = None) -> object:
        """Pick up and type."""

    def hang_up(self, call_sid: str) -> None:
        """Hang up without the code."""

    def busy(self, call_sid: str) -> None:
        """Decline."""

    def no_answer(self, call_sid: str) -> None:
        """Let it ring until it stops."""


class SandboxPhone(Form):
    """The phone that a sandbox calls: it rings, and somebody types the code, hangs up or does not answer.

    Parameters
    ----------
    sandbox : Sandbox
        As ``client.sandbox`` of a practice account.
    pause : callable, default threading.Event.wait
        Called with an event and seconds to wait; ends early when the event is set.

    Raises
    ------
    InvalidParameter
        The account is a real one: its ``client.sandbox`` is None.

    Examples
    --------
    >>> from callerid_analytics import Sandbox
    >>> with Sandbox(numbers=0) as sandbox:
    ...     phone = SandboxPhone(sandbox)  # as the last line of a cell, this shows it
    ...     phone.close()
    """

    _expected: ClassVar = (CallerIdError, RuntimeError, LookupError)  # how a sandbox says that a call is over

    def __init__(self, sandbox: Practice | None, *, pause: Pause = threading.Event.wait) -> None:
        if sandbox is None:
            raise InvalidParameter("There is no sandbox to ring: this is a real account, which calls real phones.")
        super().__init__(sandbox, heading="Practice phone", pause=pause)
        self.add_class("is-small")
        self._sandbox = sandbox
        self._call: dict[str, Any] | None = None
        self._drawn: object = None
        self._screen = HTML(layout=WIDE)
        self._digits = Text(
            description="Code",
            placeholder="six digits",
            style={"description_width": "40px"},
            layout={"flex": "1 1 8rem", "width": "auto"},
        )
        self._digits.on_msg(self._on_message)
        self._answer = self._button("Pick up and type", self._pick_up, style="primary")
        self._hang_up = self._button("Hang up", lambda: sandbox.hang_up(self._sid))
        self._busy = self._button("Busy", lambda: sandbox.busy(self._sid))
        self._ignore = self._button("Do not answer", lambda: sandbox.no_answer(self._sid))
        self.children = [
            *(self._heading, self._screen, HBox([self._digits, self._answer], layout={"flex_flow": "row wrap"})),
            *(HBox([self._hang_up, self._busy, self._ignore]), self._status),
        ]
        self._look()
        self._open()
        self._begin()

    # What the buttons do

    def _press(self, handler: Callable[[], object]) -> None:
        def handle() -> None:
            handler()
            self._look()
            self._begin()

        super()._press(handle)

    def _pick_up(self) -> None:
        self._sandbox.answer(self._sid, self._digits.value.strip() or None)

    def _on_message(self, _: object, content: Mapping[str, object], buffers: object) -> None:
        if content.get("event") == "submit":  # Enter
            self._press(self._pick_up)

    @property
    def _sid(self) -> str:
        if self._call is None:
            raise LookupError("Nobody calls at the moment.")
        return str(self._call["sid"])

    # What goes on behind the phone

    def _step(self) -> float:
        self._look()
        return _LOOK

    def _look(self) -> None:
        """Look who calls. What went wrong before is forgotten once the call goes on."""
        call = _one_of(self._sandbox.calls(_NEWEST))
        if (call or {}).get("state") != (self._call or {}).get("state"):
            self._trouble = None
        self._call = call

    # What it looks like

    def _render(self) -> None:
        call: Mapping[str, Any] = self._call or {"state": None}
        state = call["state"]
        self._screen.value = appearance.screen(call.get("to") or "No call", _below(call))
        is_open = not self._is_stopped
        self._answer.disabled = not (is_open and (state == "ringing" or state in _CONNECTED))
        self._hang_up.disabled = self._answer.disabled
        self._busy.disabled = self._ignore.disabled = not (is_open and state == "ringing")
        self._digits.disabled = not is_open
        drawn = (call.get("sid"), call.get("attempts_left"), state not in _SAYS or self._hang_up.disabled)
        if drawn != self._drawn:
            self._drawn, self._digits.value = drawn, ""
        self._status.value = self._status_line(*_words(call))


def _one_of(calls: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the call that has waited longest, or else the latest."""
    for states in (_CONNECTED, {"ringing"}, _COMING):
        if waiting := [call for call in calls if call["state"] in states]:
            return waiting[-1]
    return calls[0] if calls else None


def _below(call: Mapping[str, Any]) -> str:
    """Return what stands below the number: how long until it rings, or the name that the caller ID gets."""
    if call["state"] == "created":
        return f"Rings in {math.ceil(call['rings_in'] or 0)} s."
    return call.get("friendly_name") or ""


def _words(call: Mapping[str, Any]) -> tuple[str, appearance.Mood]:
    state = call["state"]
    if state is None:
        return "The phone rings here when a number is called.", "plain"
    if state == "created":
        return "A call is on its way.", "plain"
    if state == "asking" and call["attempts_left"] < 3:
        return f"That code was wrong; {call['attempts_left']} more may be typed.", "bad"
    moods: dict[str, appearance.Mood] = {"verified": "good", "ringing": "busy", "asking": "busy"}
    return _SAYS[state], moods.get(state, "plain")
