"""One attempt to verify a number: what is known of it, and what each piece of news makes of it.

Nothing here sends, waits or looks at a clock: the time is told with the news. So the same attempt is driven by a
form, by a queue, or by a test, and is taken up again from a file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from callerid_analytics.callbacks import CallbackEvent
from callerid_analytics.errors import RequestError
from callerid_analytics.records import Call, CallerId, ValidationRequest
from callerid_analytics.verification.drafts import Draft
from callerid_analytics.verification.states import MOVES, UNDER_WAY, State

LONGEST_CALL = 300.0
"""Seconds after which a call must be over: a phone rings for 60 (Twilio's default), then the code is asked for, up
to three times."""

LONGEST_REQUEST = 120.0
"""Seconds that a request can take in which the process ended, repetitions after a 429 included."""

GRACE = 30.0
"""Seconds that the list may lag behind a call that ended well."""

_FIRST_LOOK, _LONGEST_PAUSE, _GROWTH = 3.0, 15.0, 1.4
"""Seconds from the call to the first look, the most between two, and by how much each pause is longer."""

_ENDINGS: Mapping[str, str] = {
    "busy": "The line was busy.",
    "no-answer": "Nobody answered.",
    # https://www.twilio.com/docs/voice/api/voice-dialing-geographic-permissions
    "failed": "The call did not get through. Check the number, and whether the account may call its country.",
    "canceled": "The call was cancelled.",
}
_WITHOUT_CODE = "The call ended without the right code."


class Change(NamedTuple):
    """An attempt has come to another state. It holds no code, so that it may be logged.

    Attributes
    ----------
    at : float
        Seconds since 1970.
    number, account_sid : str
        Which number of which account.
    before, state : State
        From where to where.
    reason : str or None
        Why, in a sentence, where that is not plain.
    call_sid, caller_id_sid : str or None
        ``CA…`` and ``PN…``, as far as known.
    """

    at: float
    number: str
    account_sid: str
    before: State
    state: State
    reason: str | None
    call_sid: str | None
    caller_id_sid: str | None


Listener = Callable[[Change], object]


@dataclass(kw_only=True)
class Attempt:
    """What is known of an attempt; its methods are the news that can come.

    Attributes
    ----------
    draft : Draft
        What is to be verified.
    account_sid : str
        In which account.
    state : State
        Where it stands.
    code : str or None
        The six digits to type, once they arrived.
    call_sid : str or None
        The call that asks for them.
    call_at, over_at : float or None
        Seconds since 1970: when the phone rings, and when the call must be over.
    ended_at : float or None
        When the call was first seen to have ended well.
    caller_id : CallerId or None
        The outcome.
    reason : str or None
        Why it stands where it stands.
    may_pass : bool
        Whether another attempt can end better without anything being changed.
    error : RequestError or None
        What Twilio said, where it refused.
    on_intent : callable
        Told that the request is about to leave; what it raises keeps it from leaving.
    on_change : callable
        Told each `Change`.
    """

    draft: Draft
    account_sid: str
    state: State = State.DRAFTED
    code: str | None = field(default=None, repr=False)
    call_sid: str | None = None
    call_at: float | None = None
    over_at: float | None = None
    ended_at: float | None = None
    caller_id: CallerId | None = None
    reason: str | None = None
    may_pass: bool = True
    error: RequestError | None = field(default=None, repr=False)
    on_intent: Callable[[Attempt], object] = field(default=lambda attempt: None, repr=False)
    on_change: Listener = field(default=lambda change: None, repr=False)
    next_look: float = field(default=0.0, repr=False)
    looks: int = field(default=0, repr=False)
    trouble: str | None = field(default=None, repr=False)

    @property
    def number(self) -> str:
        """The number, in E.164."""
        return self.draft.number

    # The request

    def intend(self, now: float) -> None:
        """Learn that the request is about to leave, and work out when its call must be over."""
        self.over_at = now + LONGEST_REQUEST + self._delay + LONGEST_CALL
        self.on_intent(self)

    def answered(self, request: ValidationRequest, now: float) -> None:
        """Learn the code."""
        self.code, self.call_sid = request.validation_code, request.call_sid
        self.call_at = now + self._delay
        self.over_at = self.call_at + LONGEST_CALL
        self.next_look = self.call_at + _FIRST_LOOK
        self._move(State.REQUESTED, now)

    def lost(self, now: float, why: str) -> None:
        """Learn that the request was sent, and that its answer did not arrive."""
        self.over_at = now + self._delay + LONGEST_CALL
        self.next_look = now + self._delay + _FIRST_LOOK
        self._move(State.UNKNOWN, now, why)

    def refused(self, error: RequestError, now: float) -> None:
        """Learn why Twilio did nothing, or could not even be asked."""
        self.error, self.may_pass = error, error.retryable
        self._move(State.FAILED, now, str(error))

    def already(self, caller_id: CallerId | None, now: float) -> None:
        """Learn that the account may show the number already."""
        self.caller_id = caller_id
        self._move(State.ALREADY_VERIFIED, now)

    def take_up(self, over_at: float, call_sid: str | None, now: float) -> None:
        """Learn that a call of an earlier process may be under way; its code is not known here."""
        self.over_at, self.call_sid, self.next_look = over_at, call_sid, now
        self._move(State.UNKNOWN, now, "A process ended while its call may have been under way.")

    # What becomes of the call

    def found(self, caller_id: CallerId, now: float) -> None:
        """Learn that the number is verified now."""
        self.caller_id = caller_id
        self._move(State.VERIFIED, now)

    def told(self, event: CallbackEvent, now: float) -> None:
        """Learn what a callback says of this call; a success counts even when other news came first."""
        if event.succeeded and State.VERIFIED in MOVES[self.state]:
            self.found(
                CallerId(
                    sid=event.caller_id_sid,
                    account_sid=self.account_sid,
                    phone_number=self.number,
                    friendly_name=self.draft.name,
                ),
                now,
            )
        elif not event.succeeded and self.state in UNDER_WAY:
            self._move(State.FAILED, now, _ENDINGS.get(event.call_status or "", _WITHOUT_CODE))

    def seen(self, call: Call, now: float) -> None:
        """Learn the call's own status: it is the outcome only where nobody can have typed the code."""
        if ending := _ENDINGS.get(call.status or ""):
            self._move(State.FAILED, now, ending)
        elif call.status == "completed" and self.ended_at is None:
            self.ended_at = now

    # Time

    def tick(self, now: float) -> None:
        """Let the phone ring when its time has come."""
        if self.state is State.REQUESTED and self.call_at is not None and now >= self.call_at:
            self._move(State.CALLING, now)

    def is_due(self, now: float) -> bool:
        """Whether it is time for a look at the list."""
        return self.state in (State.CALLING, State.UNKNOWN) and now >= self.next_look

    def looked(self, now: float, jitter: float) -> None:
        """Learn that the list does not have the number, or could not be read: end here, or look again later."""
        over_at = self.over_at or now
        was_read = self.trouble is None
        if was_read and self.ended_at is not None and now >= self.ended_at + GRACE:
            self._move(State.FAILED, now, _WITHOUT_CODE)
        elif was_read and self.state is State.UNKNOWN and now >= over_at:
            self._move(State.FAILED, now, "What became of the request is not known. Its call is over now.")
        elif self.state is State.CALLING and now >= over_at + GRACE:
            trouble = f" The last look at the list failed: {self.trouble}" if self.trouble else ""
            self._move(State.TIMED_OUT, now, f"Nothing said in time how the call ended.{trouble}")
        else:
            pause = min(_FIRST_LOOK * _GROWTH**self.looks, _LONGEST_PAUSE) * (0.75 + 0.5 * jitter)
            self.looks += 1
            deciding = (over_at, over_at + GRACE, GRACE + (self.ended_at or 0.0))
            self.next_look = min(now + pause, *(moment for moment in deciding if moment > now))

    def wait(self, now: float) -> float | None:
        """Return the seconds until something is to be done; None where nothing is."""
        if self.state is State.REQUESTED:
            return max(0.0, (self.call_at or now) - now)
        if self.state in UNDER_WAY:
            return max(0.0, self.next_look - now)
        return 0.0 if self.state is State.DRAFTED else None

    # What people decide

    def cancel(self, now: float) -> None:
        """Nobody wants to know the outcome any more."""
        if State.CANCELLED in MOVES[self.state]:
            self._move(State.CANCELLED, now)

    def again(self, now: float) -> None:
        """Another attempt is made."""
        self.code = self.call_sid = self.caller_id = self.trouble = self.error = None
        self.call_at = self.ended_at = None
        self.looks, self.next_look, self.may_pass = 0, 0.0, True
        self._move(State.DRAFTED, now)

    @property
    def _delay(self) -> float:
        return self.draft.delay or 0

    def _move(self, state: State, now: float, reason: str | None = None) -> None:
        if state not in MOVES[self.state]:
            raise RuntimeError(f"A verification that is {self.state} cannot become {state}.")
        before, self.state, self.reason = self.state, state, reason
        if state not in UNDER_WAY:
            self.over_at = None
        sid = self.caller_id.sid if self.caller_id else None
        self.on_change(Change(now, self.number, self.account_sid, before, state, reason, self.call_sid, sid))
