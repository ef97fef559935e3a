"""One number of a queue: the attempt under way, and how many there were."""

from __future__ import annotations

from dataclasses import dataclass

from callerid_analytics.verification.attempt import Attempt
from callerid_analytics.verification.states import State


@dataclass(kw_only=True)
class QueueRow:
    """A number of a queue.

    Attributes
    ----------
    position : int
        Its place, counted from 0.
    attempt : Attempt
        The latest.
    attempts : int
        How often the number was called, or may have been.
    not_before : float
        Seconds since 1970 before which there is no other attempt.
    changed_at : float or None
        Seconds since 1970 at which something happened last.
    """

    position: int
    attempt: Attempt
    attempts: int = 0
    not_before: float = 0.0
    changed_at: float | None = None

    @property
    def caller_id_sid(self) -> str | None:
        """``PN…``, once verified."""
        return self.attempt.caller_id.sid if self.attempt.caller_id else None

    def may_go(self, most: int) -> bool:
        """Whether there is an attempt to be made yet, of so many at most."""
        if self.attempt.state in (State.FAILED, State.TIMED_OUT):
            return self.attempt.may_pass and self.attempts < most
        return self.attempt.state is State.DRAFTED
