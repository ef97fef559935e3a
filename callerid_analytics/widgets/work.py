"""Work beside the kernel's main thread, so that other cells run meanwhile: one thread that takes small steps."""

from __future__ import annotations

import threading
from collections.abc import Callable

_HEARTBEAT = 1.0
"""Seconds from one step to the next, at most: what counts down on the screen does so every second."""

Pause = Callable[[threading.Event, float], object]


class Work:
    """Takes steps in a thread of its own until one says that it was the last, or until it is stopped.

    Parameters
    ----------
    step : callable
        Returns the seconds until it should be called again, or None when all is done. It catches its own errors.
    pause : callable, default threading.Event.wait
        Called with an event and seconds to wait; ends early when the event is set.
    """

    def __init__(self, step: Callable[[], float | None], *, pause: Pause = threading.Event.wait) -> None:
        self._step = step
        self._pause = pause
        self._awake = threading.Event()
        self._is_stopping = False
        self._is_done = True
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Whether there are steps to come."""
        return not self._is_done

    def start(self) -> None:
        """Begin, unless it has begun."""
        if self.is_running:
            return
        self._join()
        self._is_stopping = self._is_done = False
        self._awake.clear()
        self._thread = threading.Thread(target=self._run, name="callerids form", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Have the next step taken now."""
        self._awake.set()

    def stop(self) -> None:
        """Take no more steps; when this returns, none is under way. May be repeated."""
        self._is_stopping = True
        self._awake.set()
        self._join()
        self._is_done = True

    def join(self) -> None:
        """Wait until all steps are taken."""
        self._join()

    def finish(self) -> None:
        """Declare that the step under way is the last."""
        self._is_done = True

    def _run(self) -> None:
        while not (self._is_stopping or self._is_done):
            self._awake.clear()
            seconds = self._step()
            if seconds is None:
                self._is_done = True
            elif seconds and not self._is_stopping:
                self._pause(self._awake, min(seconds, _HEARTBEAT))
        self._is_done = True

    def _join(self) -> None:
        if self._thread and self._thread is not threading.current_thread():
            self._thread.join()
            self._thread = None
