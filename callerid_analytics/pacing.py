"""How many requests may be under way at once: up while the server takes them, down when it refuses.

Twilio limits how many requests an account may have under way, says neither the limit nor how far off it is, and
answers 429 above it (https://www.twilio.com/docs/usage/rate-limiting-rest-api). The limit is found as TCP finds a
network's: doubling until the first refusal, halving then. Climbing back in small steps would use three quarters
of what there is, so as in CUBIC (https://www.rfc-editor.org/rfc/rfc9438) the place of the refusal is remembered:
the climb back is quick, ends just below it, and goes beyond it seldom, to find out whether the limit has moved.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import NamedTuple

from callerid_analytics.errors import Cancelled, RequestError, ServerError, TooManyRequests

_ACCOUNT = re.compile(r"/Accounts/(AC[0-9a-fA-F]{32})")
_FIRST_LIMIT = 4
_SHORTEST_STAY, _LONGEST_STAY = 8, 128
"""Rounds from one probe to the next: twice as many after each that was refused."""
_PROBE = 2
"""Rounds that a probe must last."""


class Slot(NamedTuple):
    """A request under way.

    Attributes
    ----------
    rank : int
        How many there were with it when it began.
    generation : int
        How often the limit had been cut by then.
    """

    rank: int
    generation: int


class Limit:
    """How many at once, learned from what became of each; decides only, and waits for nobody.

    A round is as many answers as requests may be under way, so about as long as one of them takes.

    Parameters
    ----------
    most : int
        Never more than this.

    Attributes
    ----------
    now : int
        How many may be under way at once.

    Examples
    --------
    >>> limit = Limit(32)
    >>> limit.now
    4
    >>> limit.refused(Slot(rank=4, generation=0))
    >>> limit.now
    2
    """

    def __init__(self, most: int) -> None:
        self.now = min(_FIRST_LIMIT, most)
        self.generation = 0
        self._most = most
        self._refused_at: int | None = None
        self._stay = _SHORTEST_STAY
        self._taken = 0

    def taken(self, slot: Slot) -> None:
        """Learn that the server took a request: a reason to go up, if there were as many as allowed."""
        if slot.generation != self.generation or slot.rank * 2 < self.now:
            return
        self._taken += 1
        if self._refused_at is None or self.now + 1 < self._refused_at:
            self._rise()
        elif self.now < self._refused_at:
            if self._taken >= self._stay * self.now:
                self._rise()  # a probe: as many as were too many the last time
        elif self._taken >= _PROBE * self.now:
            self._refused_at, self._stay = None, _SHORTEST_STAY  # they are taken now: the limit has moved

    def refused(self, slot: Slot) -> None:
        """Learn of a 429: halve, but once for all that were under way together."""
        refused_at = self._refused_at
        if slot.generation != self.generation:
            self._refused_at = min(slot.rank, refused_at or slot.rank)
            return
        probed_in_vain = refused_at is not None and slot.rank >= refused_at
        self._stay = min(2 * self._stay, _LONGEST_STAY) if probed_in_vain else _SHORTEST_STAY
        self._refused_at = slot.rank
        self.generation += 1
        self._taken = 0
        self.now = max(1, self.now // 2)

    def _rise(self) -> None:
        self.now = min(self.now + 1, self._most)
        self._taken = 0


class Gate:
    """Lets requests of one account through, as many at once as its `Limit` says; for several threads.

    Parameters
    ----------
    most : int
        Never more than this at once.
    pause, clock : callable
        As in `callerid_analytics.transport.Transport`.
    """

    def __init__(
        self, most: int, *, pause: Callable[[threading.Event, float], object], clock: Callable[[], float]
    ) -> None:
        self._limit = Limit(most)
        self._pause = pause
        self._clock = clock
        self._under_way = 0
        self._closed_until = float("-inf")
        self._changed = threading.Condition()

    @property
    def limit(self) -> int:
        """How many may be under way at once."""
        return self._limit.now

    @contextmanager
    def slot(self, aborted: threading.Event) -> Iterator[None]:
        """Wait until another request may go, and learn from what becomes of the one made inside.

        Raises
        ------
        Cancelled
            The event was set meanwhile.
        """
        slot = self._enter(aborted)
        verdict: Callable[[Slot], None] | None = None
        try:
            yield
            verdict = self._limit.taken
        except TooManyRequests:
            verdict = self._limit.refused
            raise
        except RequestError as error:
            if error.status is not None and not isinstance(error, ServerError):
                verdict = self._limit.taken
            raise
        finally:
            self._leave(slot, verdict)

    def close_for(self, seconds: float) -> None:
        """Let nothing through for a while: the server asked for that."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)

    def wake(self) -> None:
        """Let those who wait see that they are to wait no more."""
        with self._changed:
            self._changed.notify_all()

    def _enter(self, aborted: threading.Event) -> Slot:
        while True:
            with self._changed:
                while self._under_way >= self._limit.now and not aborted.is_set():
                    self._changed.wait()
                if aborted.is_set():
                    raise Cancelled("The work was stopped before its end.")
                closed_for = self._closed_until - self._clock()
                if closed_for <= 0:
                    self._under_way += 1
                    return Slot(self._under_way, self._limit.generation)
            self._pause(aborted, closed_for)

    def _leave(self, slot: Slot, verdict: Callable[[Slot], None] | None) -> None:
        with self._changed:
            self._under_way -= 1
            if verdict is not None:
                verdict(slot)
            self._changed.notify(max(0, self._limit.now - self._under_way))


class Gates:
    """A gate for each account, made when it is first asked for.

    Parameters
    ----------
    most : int
        Never more requests of one account at once.
    pause, clock : callable
        As in `callerid_analytics.transport.Transport`.
    """

    def __init__(
        self,
        most: int,
        *,
        pause: Callable[[threading.Event, float], object] = threading.Event.wait,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._new = partial(Gate, most, pause=pause, clock=clock)
        self._gates: dict[str, Gate] = {}
        self._lock = threading.Lock()

    def of(self, url: str) -> Gate:
        """Return the gate of the account in an address; what is outside of any account shares one."""
        match = _ACCOUNT.search(url)
        account = match[1] if match else ""
        with self._lock:
            if account not in self._gates:
                self._gates[account] = self._new()
            return self._gates[account]

    def wake(self) -> None:
        """Let those who wait at any gate see that they are to wait no more."""
        with self._lock:
            gates = list(self._gates.values())
        for gate in gates:
            gate.wake()
