"""The form that verifies one number after the other."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from datetime import datetime

from ipywidgets import HTML, BoundedIntText, HBox, Text, VBox

from callerid_analytics import numbering
from callerid_analytics.callbacks import CallbackReceiver
from callerid_analytics.client import Client
from callerid_analytics.errors import InvalidParameter
from callerid_analytics.verification import (
    GOOD,
    MEANINGS,
    READING_TIME,
    UNDER_WAY,
    Draft,
    State,
    Verification,
    check,
    preview,
)
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.controls import WIDE
from callerid_analytics.widgets.form import Form
from callerid_analytics.widgets.work import Pause

_HINT = "Begin with + and the country code, as in +14155550100."
_LABELS = {"description_width": "96px"}
_SCROLLING = {"min_height": "6em", "max_height": "14em", "overflow": "auto"}
_MOODS: dict[State, appearance.Mood] = {
    **dict.fromkeys(GOOD, "good"),
    **dict.fromkeys(UNDER_WAY, "busy"),
    State.FAILED: "bad",
    State.TIMED_OUT: "bad",
}


class VerifyForm(Form):
    """A form that has a number called, shows the code to type, and says what came of it.

    It works in a thread of its own, so that other cells run meanwhile. Making another form for the same client,
    as by running the cell again, stops this one; the new one shows the history of this one, and its code, which a
    phone may still ask for.

    Parameters
    ----------
    client : Client
        Whose account is to show the numbers.
    region : str, optional
        ISO 3166-1 alpha-2 code of numbers that are typed without their country.
    account_sid : str, optional
        A sub-account that is to show them instead.
    receiver : CallbackReceiver, optional
        Listened to for the outcome, besides looking at the list.
    clock : callable, default time.time
        Seconds since 1970.
    pause : callable, default threading.Event.wait
        Called with an event and seconds to wait; ends early when the event is set.

    Attributes
    ----------
    verification : Verification or None
        The flow that the form shows: its ``state``, its ``caller_id``. None before the first.

    Examples
    --------
    >>> from callerid_analytics import Client, Sandbox
    >>> with Sandbox(numbers=0) as sandbox, Client.from_env(sandbox.environ) as client:
    ...     form = VerifyForm(client, region="US")  # as the last line of a cell, this shows it
    ...     form.close()
    """

    def __init__(
        self,
        client: Client,
        *,
        region: str | None = None,
        account_sid: str | None = None,
        receiver: CallbackReceiver | None = None,
        clock: Callable[[], float] = time.time,
        pause: Pause = threading.Event.wait,
    ) -> None:
        super().__init__(client, heading="Verify a number", pause=pause)
        self._client = client
        self._region, self._account_sid = region, account_sid
        self._receiver, self._clock = receiver, clock
        self.verification: Verification | None = self._earlier.verification if self._earlier else None
        self._sitting: list[Verification] = self._earlier._sitting if self._earlier else []
        self._make_fields()
        self._open()

    def _make_fields(self) -> None:
        style = {"style": _LABELS, "layout": WIDE}
        self._number = Text(description="Number", placeholder="+14155550100", **style)
        self._number.observe(lambda _: self._press(lambda: None), "value")
        self._facts = HTML(layout=WIDE)
        self._name = Text(description="Name", placeholder="Front desk", **style)
        self._delay = BoundedIntText(READING_TIME, min=0, max=60, description="Rings after, s", **style)
        self._extension = Text(description="Extension", placeholder="digits only, if any", **style)
        self._callback = Text(description="Callback URL", placeholder="https://… if Twilio is to tell it", **style)
        self._verify = self._button("Verify", self._start, style="primary", tooltip="Have the number called")
        self._again = self._button("Try again", self._retry, tooltip="Have the same number called once more")
        self._cancel = self._button("Cancel", self._give_up, tooltip="Stop watching; the phone may ring")
        self._code, self._history = HTML(layout=WIDE), HTML(layout=WIDE)
        self.children = [
            *(self._heading, self._number, self._facts, self._name),
            *(self._delay, self._extension, self._callback),
            HBox([self._verify, self._again, self._cancel]),
            *(self._code, self._status, VBox([self._history], layout=_SCROLLING)),
        ]

    # What the buttons do

    def _start(self) -> None:
        draft = self._read()
        self._refuse_while_busy()
        self.verification = Verification(self._client, draft, receiver=self._receiver, clock=self._clock)
        self._sitting.append(self.verification)
        self._begin()

    def _retry(self) -> None:
        self._refuse_while_busy()
        if self.verification and self.verification.state not in UNDER_WAY | {State.DRAFTED}:
            self.verification.retry()
        self._begin()

    def _give_up(self) -> None:
        if self.verification:
            self.verification.cancel()
        self._work.wake()

    def _read(self) -> Draft:
        return check(
            self._number.value,
            region=self._region,
            name=self._name.value.strip() or None,
            delay=self._delay.value,
            extension=self._extension.value.strip() or None,
            account_sid=self._account_sid,
            status_callback=self._callback.value.strip() or None,
        )

    def _refuse_while_busy(self) -> None:
        if self.is_running:
            raise InvalidParameter("A call is under way: wait for its outcome, or cancel it first.")

    # What goes on behind the form

    def _step(self) -> float | None:
        return self.verification.step() if self.verification else None

    def _let_go(self) -> None:
        if self.verification:
            self.verification.cancel()

    # What it looks like

    def _render(self) -> None:
        flow, is_running = self.verification, self.is_running
        is_open = not (is_running or self._is_stopped)
        number, about, is_readable = _described(self._number.value, self._region)
        self._facts.value = appearance.facts(number, about)
        self._verify.disabled = not (is_open and is_readable)
        self._again.disabled = not (is_open and flow and flow.state not in GOOD)
        self._cancel.disabled = not is_running
        self._code.value = appearance.code(*_code(flow))
        self._history.value = _history(self._sitting)
        for field in (self._number, self._name, self._delay, self._extension, self._callback):
            field.disabled = self._is_stopped
        self._status.value = self._status_line(*_words(flow, is_running=is_running))


def _described(text: str, region: str | None) -> tuple[str, str, bool]:
    """Return a number as people write it, what is known of it, and whether it can be called."""
    if not text.strip():
        return "", _HINT, False
    try:
        found = preview(text, region=region)
    except InvalidParameter as error:
        return numbering.as_typed(text, region=region), str(error), False
    kind = (found.number_type or "").replace("_", " ")
    validity = "valid" if found.is_valid else "no such number is known, but it can be tried"
    known = [part for part in (found.region, kind if found.is_valid else "", validity) if part]
    return numbering.as_typed(found.number), f"{found.number} · {' · '.join(known)}", True


def _code(flow: Verification | None) -> tuple[str | None, str]:
    """Return the code that somebody may have to type, and what is said below it."""
    if flow is None or flow.code is None or flow.state not in UNDER_WAY | {State.CANCELLED}:
        return None, "The code to type appears here."
    if flow.state is State.REQUESTED:
        return flow.code, f"{flow.number} rings in {math.ceil(flow.seconds_until_call or 0)} s."
    return flow.code, f"The code to type at {flow.number}."


def _words(flow: Verification | None, *, is_running: bool) -> tuple[str, appearance.Mood]:
    if flow is None:
        return "Nothing was sent yet. Verify has the number called, and shows the code to type.", "plain"
    if not is_running and flow.state in UNDER_WAY | {State.DRAFTED}:
        return f"{flow.number}: {MEANINGS[flow.state]} Nobody watches at the moment; Try again goes on.", "bad"
    if flow.state is State.DRAFTED:
        return f"Asking for a call to {flow.number} …", "busy"
    name = flow.caller_id.friendly_name if flow.caller_id else None
    parts = (f"{flow.number}:", MEANINGS[flow.state], f"Its name is {name}." if name else None, flow.reason)
    return " ".join(part for part in parts if part), _MOODS.get(flow.state, "plain")


def _history(sitting: list[Verification]) -> str:
    changes = [change for flow in sitting for change in flow.changes]
    ended = [change for change in changes if change.state not in UNDER_WAY | {State.DRAFTED}]
    rows = [
        (f"{datetime.fromtimestamp(change.at):%H:%M:%S}", change.number, change.state.value, change.reason or "")
        for change in sorted(ended, reverse=True)
    ]
    return appearance.table("This sitting", ("Time", "Number", "Outcome", "Why"), rows)
