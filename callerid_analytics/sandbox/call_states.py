"""What may happen to a verification call, and what happens to it by itself; data only, ``telephony`` plays it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class State(StrEnum):
    """Where a verification call stands."""

    CREATED = "created"
    """Its CallDelay is running."""
    QUEUED = "queued"
    RINGING = "ringing"
    ANSWERED = "answered"
    EXTENSION = "extension"
    """The extension is being dialled."""
    ASKING = "asking"
    """A voice asks for the code."""
    VERIFIED = "verified"
    WRONG_CODE = "wrong-code"
    HUNG_UP = "hung-up"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"


FOLLOWING: Mapping[str, frozenset[State]] = {
    State.CREATED: frozenset({State.QUEUED}),
    State.QUEUED: frozenset({State.RINGING, State.FAILED}),
    State.RINGING: frozenset({State.ANSWERED, State.BUSY, State.NO_ANSWER, State.FAILED}),
    State.ANSWERED: frozenset({State.EXTENSION, State.ASKING, State.HUNG_UP}),
    State.EXTENSION: frozenset({State.ASKING, State.HUNG_UP}),
    State.ASKING: frozenset({State.ASKING, State.VERIFIED, State.WRONG_CODE, State.HUNG_UP}),
    State.VERIFIED: frozenset(),
    State.WRONG_CODE: frozenset(),
    State.HUNG_UP: frozenset(),
    State.BUSY: frozenset(),
    State.NO_ANSWER: frozenset(),
    State.FAILED: frozenset(),
}
"""Which state may follow which; nothing follows the end of a call."""

COURSE = (State.QUEUED, State.RINGING, State.ANSWERED, State.EXTENSION, State.ASKING)
"""The way to the code, if nothing comes in between; calls without an extension leave one step out."""

CALL_STATUS: Mapping[str, str] = {
    State.CREATED: "queued",
    State.QUEUED: "queued",
    State.RINGING: "ringing",
    State.ANSWERED: "in-progress",
    State.EXTENSION: "in-progress",
    State.ASKING: "in-progress",
    State.VERIFIED: "completed",
    State.WRONG_CODE: "completed",
    State.HUNG_UP: "completed",
    State.BUSY: "busy",
    State.NO_ANSWER: "no-answer",
    State.FAILED: "failed",
}
"""The status that Twilio's Call resource shows meanwhile.

A call that was answered is completed, whatever was typed: the status of a call is not the outcome of the
verification (Twilio docs).
"""

STAMPS: Mapping[str, str] = {
    State.RINGING: "start_time",
    State.ANSWERED: "answer_time",
    **{state: "end_time" for state, following in FOLLOWING.items() if not following},
}
"""Which column keeps the moment at which a state was reached."""

ATTEMPTS = 3
"""How many wrong codes end a call."""


class Behaviour(StrEnum):
    """What becomes of a call if nobody does anything about it."""

    MANUAL = "manual"
    """It rings, or asks, until it gives up."""
    CORRECT = "correct"
    WRONG = "wrong"
    NO_ANSWER = "no-answer"
    BUSY = "busy"


class Step(NamedTuple):
    """What happens by itself in a state, and how many seconds after the state was reached."""

    seconds: float
    state: State


BY_ITSELF: Mapping[str, Step] = {
    State.QUEUED: Step(0, State.RINGING),
    State.RINGING: Step(60, State.NO_ANSWER),  # Twilio docs: the default timeout of a call
    State.ANSWERED: Step(1, State.EXTENSION),
    State.EXTENSION: Step(2, State.ASKING),
    State.ASKING: Step(60, State.HUNG_UP),
}
"""What happens in each state if nobody does anything."""

BY_BEHAVIOUR: Mapping[tuple[str, str], Step] = {
    (State.RINGING, Behaviour.CORRECT): Step(5, State.ANSWERED),
    (State.RINGING, Behaviour.WRONG): Step(5, State.ANSWERED),
    (State.RINGING, Behaviour.BUSY): Step(5, State.BUSY),
    (State.ASKING, Behaviour.CORRECT): Step(10, State.VERIFIED),
    (State.ASKING, Behaviour.WRONG): Step(10, State.WRONG_CODE),
}
"""What happens instead where somebody behaves in this way."""


def verification_status(state: str) -> str | None:
    """Give the outcome as status callbacks name it; ``None`` while the call is under way."""
    if FOLLOWING[state]:
        return None
    return "success" if state == State.VERIFIED else "failed"
