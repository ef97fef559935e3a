"""Where a verification can stand, and which state may follow which; data only, `attempt` makes the moves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """Where the verification of a number stands."""

    DRAFTED = "drafted"
    """Nothing was sent."""
    REQUESTED = "requested"
    """The code is known, and the phone does not ring yet."""
    CALLING = "calling"
    """The phone may be ringing, or somebody may be typing."""
    VERIFIED = "verified"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    """The call must be over, and nothing said how it ended."""
    ALREADY_VERIFIED = "already verified"
    CANCELLED = "cancelled"
    """Nobody watches any more; a call that was requested may ring all the same."""
    UNKNOWN = "unknown"
    """The request was cut off: a phone may ring, and its code is lost."""


MOVES: Mapping[State, frozenset[State]] = {
    State.DRAFTED: frozenset(
        {State.REQUESTED, State.ALREADY_VERIFIED, State.FAILED, State.UNKNOWN, State.CANCELLED}
    ),
    State.REQUESTED: frozenset({State.CALLING, State.VERIFIED, State.FAILED, State.CANCELLED}),
    State.CALLING: frozenset({State.VERIFIED, State.FAILED, State.TIMED_OUT, State.CANCELLED}),
    State.UNKNOWN: frozenset({State.VERIFIED, State.FAILED, State.CANCELLED}),
    State.FAILED: frozenset({State.DRAFTED, State.VERIFIED}),
    State.TIMED_OUT: frozenset({State.DRAFTED, State.VERIFIED}),
    State.CANCELLED: frozenset({State.DRAFTED}),
    State.VERIFIED: frozenset(),
    State.ALREADY_VERIFIED: frozenset(),
}
"""Which states may follow which. After a failure there is another attempt, or news that came late."""

GOOD = frozenset({State.VERIFIED, State.ALREADY_VERIFIED})
"""The account may show the number."""

UNDER_WAY = frozenset({State.REQUESTED, State.CALLING, State.UNKNOWN})
"""A phone rings, may ring or will ring."""

MEANINGS: Mapping[State, str] = {
    State.DRAFTED: "Nothing was sent yet.",
    State.REQUESTED: "The phone will ring soon: have the code ready.",
    State.CALLING: "The phone rings: pick up and type the code.",
    State.VERIFIED: "The number is verified.",
    State.FAILED: "The number was not verified.",
    State.TIMED_OUT: "The call must be over by now, and the number is not in the list.",
    State.ALREADY_VERIFIED: "The number was verified before: there was nothing to do.",
    State.CANCELLED: "Nobody watches any more; a call that was asked for may ring all the same.",
    State.UNKNOWN: "The answer to the request was lost, and the code with it; the phone may ring.",
}
"""What each state means, in a sentence for people."""
