"""Whose turn it is: rows handed out so that an account that is slow, or refuses everything, stops no other."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable

from callerid_analytics.journal import Outcome, Row


class Turns:
    """Hands out rows to the threads that ask for one.

    The next row is one of the account that has the fewest under way, among those that may have another.

    Parameters
    ----------
    rows : iterable of Row
        What there is to do; those of one account come in this order.
    room : callable
        Says how many rows of an account may be under way at once.

    Attributes
    ----------
    outcomes : collections.Counter
        How many rows have come to which status.
    """

    def __init__(self, rows: Iterable[Row], room: Callable[[str | None], int]) -> None:
        self._waiting: dict[str | None, deque[Row]] = {}
        for row in rows:
            self._waiting.setdefault(row.account_sid, deque()).append(row)
        self._room = room
        self._under_way: Counter[str | None] = Counter()
        self._changed = threading.Condition()
        self.outcomes: Counter[str] = Counter()

    @property
    def accounts(self) -> int:
        """How many accounts have rows that wait."""
        return len(self._waiting)

    def take(self) -> Row | None:
        """Return the next row as soon as one may begin; None when all have begun, or after `stop`."""
        with self._changed:
            while self._waiting:
                free = [account for account in self._waiting if self._under_way[account] < self._room(account)]
                if free:
                    return self._begin(min(free, key=self._under_way.__getitem__))
                self._changed.wait()
            return None

    def done(self, row: Row, outcome: Outcome | None) -> None:
        """Tell that a row is under way no more, and what came of it, if anything did."""
        with self._changed:
            self._under_way[row.account_sid] -= 1
            if outcome is not None:
                self.outcomes[outcome.status] += 1
            self._changed.notify(2)  # this account may have another row under way, or two if its limit has risen

    def stop(self) -> None:
        """Hand out no more rows."""
        with self._changed:
            self._waiting.clear()
            self._changed.notify_all()

    def _begin(self, account: str | None) -> Row:
        rows = self._waiting[account]
        row = rows.popleft()
        self._under_way[account] += 1
        if not rows:
            del self._waiting[account]
            if not self._waiting:
                self._changed.notify_all()
        return row
