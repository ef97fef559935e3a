"""The verification call: Twilio rings the number, asks for the code and believes who types the right one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from random import Random
from typing import Any, NamedTuple

from callerid_analytics.sandbox import problems
from callerid_analytics.sandbox.call_states import (
    ATTEMPTS,
    BY_BEHAVIOUR,
    BY_ITSELF,
    COURSE,
    FOLLOWING,
    STAMPS,
    Behaviour,
    State,
    Step,
)
from callerid_analytics.sandbox.clock import Clock
from callerid_analytics.sandbox.dates import rfc2822
from callerid_analytics.sandbox.phone_numbers import formatted
from callerid_analytics.sandbox.store import Store
from callerid_analytics.sandbox.tables import CallbackRow, CallerIdRow, CallRow

VERIFYING_NUMBER = "+14157234000"
"""Verification calls come from here (recorded exchange)."""

_REACHED_FIRST: Mapping[str, State] = {
    State.HUNG_UP: State.ANSWERED,
    State.BUSY: State.RINGING,
    State.NO_ANSWER: State.RINGING,
    State.FAILED: State.QUEUED,
}
"""How far a call must have come to end like this."""


class NoCallError(LookupError):
    """There is no such call."""


class CallOverError(RuntimeError):
    """The call cannot go on like this: it has ended, or it has not come so far."""


class Answering:
    """Who picks up by themselves.

    Parameters
    ----------
    answer : str or mapping of str to str
        One behaviour for all numbers, or one for each pattern of numbers, as in
        ``{"+1415*": "busy", "*": "correct"}``, of which the first that fits counts, ``*`` last of all.

    Raises
    ------
    ValueError
        If there is no such behaviour.
    """

    def __init__(self, answer: str | Mapping[str, str] = Behaviour.MANUAL) -> None:
        patterns = {"*": answer} if isinstance(answer, str) else answer
        self._behaviours = {pattern: _behaviour(name) for pattern, name in patterns.items()}

    @property
    def default(self) -> Behaviour:
        """What becomes of a call to a number like no other."""
        return self._behaviours.get("*", Behaviour.MANUAL)

    def behaviour(self, phone_number: str) -> Behaviour:
        """Tell what becomes of a call to a number."""
        for pattern, behaviour in self._behaviours.items():
            if pattern != "*" and fnmatchcase(phone_number, pattern):
                return behaviour
        return self.default


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
    clock : Clock
        Tells the time, and is woken when something is to happen by itself.
    randomness : random.Random
        Draws the SIDs and the codes.
    answering : Answering
        Says who picks up by themselves.
    deliver : callable
        Told the SID of each call that has ended and whose status callback is now in the store, to be sent.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        randomness: Random,
        answering: Answering | None = None,
        deliver: Callable[[str], object] = lambda sid: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._randomness = randomness
        self._deliver = deliver
        self.answering = answering or Answering()

    # Calls

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
            behaviour=self.answering.behaviour(request.phone_number),
            state=State.CREATED if request.call_delay else State.QUEUED,
            due=now + request.call_delay,
            attempts_left=ATTEMPTS,
            extension_dialled=False,
            caller_id_sid=None,
            date_created=now,
            date_updated=now,
            start_time=None,
            answer_time=None,
            end_time=None,
        )
        self._store.add_call(call)
        self._clock.wake()
        return call

    def call(self, call_sid: str) -> CallRow:
        """Find a call.

        Raises
        ------
        NoCallError
            If there is no such call.
        """
        call = self._store.call(call_sid)
        if call is None:
            raise NoCallError(f"There is no call {call_sid}")
        return call

    def answer(self, call_sid: str, digits: str | None = None) -> CallRow:
        """Pick up a ringing phone and, if there are any, type digits as soon as the code is asked for.

        Returns
        -------
        CallRow
            The call as it stands now. A wrong code leaves it asking again, a few times.

        Raises
        ------
        NoCallError
            If there is no such call.
        CallOverError
            If it has ended, or its delay has not.
        """
        now = self._clock()
        with self._store.transaction():
            call = self.call(call_sid)
            if digits is None:
                return self._advance(call, State.ANSWERED, now)
            return self._type(self._advance(call, State.ASKING, now), digits, now)

    def end(self, call_sid: str, state: State) -> CallRow:
        """Let a call end hung up (after picking up if it rings), busy, unanswered or failed.

        Raises
        ------
        NoCallError
            If there is no such call.
        CallOverError
            If it cannot end like this now.
        """
        now = self._clock()
        with self._store.transaction():
            return self._move(self._advance(self.call(call_sid), _REACHED_FIRST[state], now), state, now)

    def play(self) -> float | None:
        """Let everything happen that is due by now, each at its own moment, and give the next such moment."""
        while True:
            with self._store.transaction():
                call = self._store.next_call()
                if call is None or call.due is None:
                    return None
                if call.due > self._clock():
                    return call.due
                self._go_on(call, call.due)

    # What calls bring about

    def new_caller_id(
        self, account_sid: str, phone_number: str, friendly_name: str | None = None, at: float | None = None
    ) -> CallerIdRow:
        """Make what a verification brings about: a new caller ID, named after its number by default."""
        date = rfc2822(self._clock() if at is None else at)
        return CallerIdRow(
            sid=self.new_sid("PN"),
            account_sid=account_sid,
            phone_number=phone_number,
            friendly_name=friendly_name or formatted(phone_number),
            date_created=date,
            date_updated=date,
        )

    def new_sid(self, prefix: str) -> str:
        """Draw a SID of the kind that the two letters name."""
        return f"{prefix}{self._randomness.getrandbits(128):032x}"

    def _verified(self, call: CallRow, at: float) -> CallerIdRow:
        """Give the caller ID of a call that succeeded, which another call may have brought about first."""
        known = self._store.caller_id_of(call.account_sid, call.phone_number)
        if known is None:
            known = self.new_caller_id(call.account_sid, call.phone_number, call.friendly_name, at)
            self._store.add_caller_ids([known])
        return known

    # Moves, each inside somebody's transaction

    def _go_on(self, call: CallRow, at: float) -> None:
        match _next_step(call).state:
            case State.VERIFIED:
                self._type(call, call.validation_code, at)
            case State.WRONG_CODE:
                self._type(call, "", at)
            case state:
                self._move(call, state, at)

    def _advance(self, call: CallRow, goal: State, at: float) -> CallRow:
        """Let a call come as far as a state of its course, if it has not already."""
        if call.state == State.CREATED and call.due is not None:
            raise CallOverError(f"Call {call.sid} does not ring yet; its CallDelay takes {call.due - at:g} s more")
        if call.state not in COURSE:
            raise CallOverError(f"Call {call.sid} has ended: {call.state}")
        while COURSE.index(State(call.state)) < COURSE.index(goal):
            call = self._move(call, _following(call), at)
        return call

    def _type(self, call: CallRow, digits: str, at: float) -> CallRow:
        if digits == call.validation_code:
            return self._move(call, State.VERIFIED, at, caller_id_sid=self._verified(call, at).sid)
        left = call.attempts_left - 1
        return self._move(call, State.ASKING if left else State.WRONG_CODE, at, attempts_left=left)

    def _move(self, call: CallRow, state: State, at: float, **changes: Any) -> CallRow:
        if state not in FOLLOWING[call.state]:
            raise CallOverError(f"Call {call.sid} is {call.state}; it cannot become {state}")
        changes |= {"state": state, "date_updated": at}
        if state in STAMPS:
            changes[STAMPS[state]] = at
        if call.state == State.EXTENSION and state == State.ASKING:
            changes["extension_dialled"] = True
        call = call._replace(**changes)
        changes["due"] = at + _next_step(call).seconds if FOLLOWING[state] else None
        self._store.move_call(call.sid, changes)
        if not FOLLOWING[state] and call.status_callback:
            self._store.add_callback(CallbackRow(call.sid, at))
            self._deliver(call.sid)
        self._clock.wake()
        return call._replace(due=changes["due"])


def _behaviour(name: str) -> Behaviour:
    try:
        return Behaviour(name)
    except ValueError as error:
        raise ValueError(f"A phone's behaviour is {', '.join(Behaviour)}, not {name!r}") from error


def _following(call: CallRow) -> State:
    """Give the next state on the course to the code."""
    following = COURSE[COURSE.index(State(call.state)) + 1]
    return State.ASKING if following == State.EXTENSION and not call.extension else following


def _next_step(call: CallRow) -> Step:
    """Give what happens next to a call that is under way, if nobody does anything."""
    if call.state == State.CREATED:
        return Step(call.call_delay, State.QUEUED)
    seconds, state = BY_BEHAVIOUR.get((call.state, call.behaviour)) or BY_ITSELF[call.state]
    return Step(seconds, _following(call) if state == State.EXTENSION else state)
