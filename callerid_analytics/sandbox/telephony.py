"""The verification call: Twilio rings the number, asks for the code and believes who types the right one."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from random import Random
from typing import Any, NamedTuple

from callerid_analytics.sandbox import problems
from callerid_analytics.sandbox.dates import Clock, rfc2822
from callerid_analytics.sandbox.phone_numbers import formatted
from callerid_analytics.sandbox.store import Store
from callerid_analytics.sandbox.tables import CallerIdRow, CallRow

VERIFYING_NUMBER = "+14157234000"
"""Verification calls come from here (recorded exchange)."""


class State(StrEnum):
    """Where a verification call stands."""

    QUEUED = "queued"
    ANSWERED = "answered"
    VERIFIED = "verified"
    WRONG_CODE = "wrong-code"


FOLLOWING: Mapping[str, frozenset[State]] = {
    State.QUEUED: frozenset({State.ANSWERED}),
    State.ANSWERED: frozenset({State.VERIFIED, State.WRONG_CODE}),
    State.VERIFIED: frozenset(),
    State.WRONG_CODE: frozenset(),
}
"""Which state may follow which."""

CALL_STATUS: Mapping[str, str] = {
    State.QUEUED: "queued",
    State.ANSWERED: "in-progress",
    State.VERIFIED: "completed",
    State.WRONG_CODE: "completed",
}
"""The status that Twilio's Call resource shows meanwhile.

A call that was answered is completed, whatever was typed: the status of a call is not the outcome of the
verification (Twilio docs).
"""


class CallOverError(RuntimeError):
    """The call cannot go on like this: it has ended, or it has not come so far."""


class ValidationRequest(NamedTuple):
    """What a client asks for when it wants a number verified, already checked."""

    account_sid: str
    phone_number: str
    friendly_name: str | None = None
    call_delay: int = 0
    extension: str | None = None
    status_callback: str | None = None
    status_callback_method: str = "POST"


class Telephony:
    """Places verification calls and plays them.

    Parameters
    ----------
    store : Store
        Keeps the calls, and gets the caller ID once a number is verified.
    clock : callable
        Tells the time in seconds since 1970.
    randomness : random.Random
        Draws the SIDs and the codes.
    """

    def __init__(self, store: Store, clock: Clock, randomness: Random) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness

    def place(self, request: ValidationRequest) -> CallRow:
        """Place the call that will ask for the code.

        Raises
        ------
        RestError
            21450, if the account has verified the number already.
        """
        if self._store.caller_id_of(request.account_sid, request.phone_number):
            raise problems.already_verified()
        now = self._clock()
        call = CallRow(
            sid=self.new_sid("CA"),
            **request._asdict(),
            validation_code=f"{self._randomness.randrange(1_000_000):06}",
            state=State.QUEUED,
            caller_id_sid=None,
            date_created=now,
            date_updated=now,
            start_time=None,
            end_time=None,
        )
        self._store.add_call(call)
        return call

    def answer(self, call_sid: str, digits: str) -> CallerIdRow | None:
        """Pick up a ringing phone and type digits.

        Returns
        -------
        CallerIdRow or None
            The caller ID, which exists from now on; ``None`` if the digits were wrong.

        Raises
        ------
        LookupError
            If there is no such call.
        CallOverError
            If the call has ended.
        """
        with self._store.transaction():
            call = self._store.call(call_sid)
            if call is None:
                raise LookupError(f"There is no call {call_sid}")
            call = self._move(call, State.ANSWERED, start_time=self._clock())
            if digits != call.validation_code:
                self._hang_up(call, State.WRONG_CODE)
                return None
            caller_id = self._verified(call)
            self._hang_up(call, State.VERIFIED, caller_id_sid=caller_id.sid)
            return caller_id

    def new_caller_id(self, account_sid: str, phone_number: str, friendly_name: str | None = None) -> CallerIdRow:
        """Make what a verification brings about: a new caller ID, named after its number by default."""
        now = rfc2822(self._clock())
        return CallerIdRow(
            sid=self.new_sid("PN"),
            account_sid=account_sid,
            phone_number=phone_number,
            friendly_name=friendly_name or formatted(phone_number),
            date_created=now,
            date_updated=now,
        )

    def new_sid(self, prefix: str) -> str:
        """Draw a SID of the kind that the two letters name."""
        return f"{prefix}{self._randomness.getrandbits(128):032x}"

    def _verified(self, call: CallRow) -> CallerIdRow:
        """Give the caller ID of a call that succeeded, which another call may have brought about first."""
        known = self._store.caller_id_of(call.account_sid, call.phone_number)
        if known is None:
            known = self.new_caller_id(call.account_sid, call.phone_number, call.friendly_name)
            self._store.add_caller_ids([known])
        return known

    def _move(self, call: CallRow, state: State, **changes: Any) -> CallRow:
        if state not in FOLLOWING[call.state]:
            raise CallOverError(f"Call {call.sid} is {call.state}; it cannot become {state}")
        changes |= {"state": state, "date_updated": self._clock()}
        self._store.move_call(call.sid, changes)
        return call._replace(**changes)

    def _hang_up(self, call: CallRow, state: State, **changes: Any) -> None:
        self._move(call, state, end_time=self._clock(), **changes)
