"""The sandbox's time: as it is, faster, or moved by hand, and what happens by itself as it passes."""

from __future__ import annotations

import math
import threading
import time
from typing import Protocol


class Player(Protocol):
    """Something that happens by itself."""

    def play(self) -> float | None:
        """Let everything happen that is due by now, and give the moment at which the next thing is due."""


class Clock:
    """Tells the time in seconds since 1970 when called, and plays what is due.

    Its methods may be called from any thread.

    Parameters
    ----------
    speed : float
        How many seconds pass here in one second: 1 as everywhere, 10 ten times as fast, 0 none at all until
        somebody calls `advance`.
    start : float, optional
        The time at the beginning; that of the machine by default.

    Examples
    --------
    >>> clock = Clock(speed=0, start=1_000_000)
    >>> clock.advance(60)
    >>> clock()
    1000060.0
    """

    def __init__(self, speed: float = 1, start: float | None = None) -> None:
        if not 0 <= speed < math.inf:
            raise ValueError(f"A clock's speed is 0 or more, not {speed}")
        self.speed = speed
        self._began = time.monotonic()
        self._is_set = start is not None
        self._start = time.time() if start is None else float(start)
        self._lock = threading.RLock()
        self._players: dict[Player, _Ticker | None] = {}

    def __call__(self) -> float:
        """Tell the time."""
        return self._start + self._elapsed()  # without the lock, which is held while players play

    def advance(self, seconds: float) -> None:
        """Let time pass at once; what was due meanwhile has happened, in order, when this returns.

        Parameters
        ----------
        seconds : float
            How many.

        Raises
        ------
        ValueError
            If time is to run backwards.
        """
        if not 0 <= seconds < math.inf:
            raise ValueError(f"Time passes by 0 seconds or more, not by {seconds}")
        with self._lock:
            self._start = self() + seconds - self._elapsed()
            for player in tuple(self._players):
                player.play()
        self.wake()

    def resume(self, moment: float) -> None:
        """Go on where an earlier run's data stands, unless this clock was set or goes with the machine's."""
        if self.speed != 1 and not self._is_set:
            self._start = moment - self._elapsed()

    def attach(self, player: Player) -> None:
        """Play what is due, from now on: in a thread, which sleeps until then, or as `advance` is called."""
        with self._lock:
            self._players[player] = _Ticker(self, player) if self.speed else None

    def detach(self, player: Player) -> None:
        """Play no longer; nothing of the player is under way afterwards. May be repeated."""
        with self._lock:
            ticker = self._players.pop(player, None)
        if ticker:
            ticker.end()

    def wake(self) -> None:
        """Look anew for the next thing that is due: something has changed."""
        for ticker in tuple(self._players.values()):
            if ticker:
                ticker.wake()

    def _elapsed(self) -> float:
        return (time.monotonic() - self._began) * self.speed if self.speed else 0


class _Ticker:
    """A thread that plays what is due and sleeps meanwhile."""

    def __init__(self, clock: Clock, player: Player) -> None:
        self._clock = clock
        self._player = player
        self._awake = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="sandbox clock", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        self._awake.set()

    def end(self) -> None:
        self._ended = True
        self._awake.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._awake.clear()  # before looking: what changes from now on wakes us again
            if self._ended:
                return
            due = self._player.play()
            pause = None if due is None else (due - self._clock()) / self._clock.speed
            if pause is None or pause > 0:
                self._awake.wait(pause if pause is None else min(pause, threading.TIMEOUT_MAX))
