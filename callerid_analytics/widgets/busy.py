"""Forms with long work: it runs beside the kernel, shows a bar, and can be stopped."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

from ipywidgets import HTML, HBox, IntProgress

from callerid_analytics.errors import InvalidParameter
from callerid_analytics.progress import Progress
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.controls import WIDE
from callerid_analytics.widgets.form import Form
from callerid_analytics.widgets.work import Pause

T = TypeVar("T")

_REDRAWN_EVERY = 0.1
"""Seconds: what moves faster nobody sees, and each move is a message to the browser."""


class BusyForm(Form):
    """A form that does one long thing at a time.

    Its children hold ``self._bar`` at a place that is kept free while nothing is done.

    Parameters
    ----------
    subject, heading, pause
        As for `Form`.
    """

    def __init__(self, subject: Any, *, heading: str, pause: Pause) -> None:
        super().__init__(subject, heading=heading, pause=pause)
        self._job: Callable[[], object] | None = None
        self._doing = ""
        self._is_to_stop = self._has_been_told = False
        self._drawn_at = 0.0
        self._progress = IntProgress(0, min=0, max=1, layout={"width": "12rem"})
        self._count = HTML(layout=WIDE)
        self._stop_button = self._button("Stop", self._ask_to_stop, tooltip="End this; what is done stays done")
        self._bar = HBox([self._progress, self._count, self._stop_button])
        self._bar.add_class("callerids-bar")

    @property
    def is_busy(self) -> bool:
        """Whether something long is under way."""
        return self._job is not None

    def wait(self) -> None:
        """Wait until nothing long is under way, as a script or a later cell may want to."""
        self._work.join()

    def stop(self) -> None:
        """End what is under way, after the requests that have been sent; what the form shows stays to be read."""
        self._is_to_stop = True
        super().stop()

    def _start(self, doing: str, job: Callable[[Progress], T], then: Callable[[T], object]) -> None:
        """Begin something long.

        Parameters
        ----------
        doing : str
            What is done, for the status line: "Loading …".
        job : callable
            Given what to tell its progress to; it runs in a thread.
        then : callable
            Given its result, unless it failed or was stopped.

        Raises
        ------
        InvalidParameter
            Something else is under way.
        """
        self._refuse_while_busy()
        self._work.join()  # the thread of what came before may not have ended yet
        self._doing, self._is_to_stop, self._has_been_told = doing, False, False
        self._progress.value, self._count.value = 0, ""
        self._job = lambda: then(job(self._tell))
        self._begin()

    def _refuse_while_busy(self) -> None:
        if self.is_busy:
            raise InvalidParameter("Something is under way here: wait until it has ended, or stop it.")

    def _ask_to_stop(self) -> None:
        self._is_to_stop = True

    def _step(self) -> float | None:
        try:
            if self._job:
                self._job()
        except KeyboardInterrupt:
            self._trouble = f"Stopped: {self._doing}"
        finally:
            self._job = None
        return None

    def _tell(self, done: int, total: int | None) -> None:
        if self._is_to_stop and not self._has_been_told:
            self._has_been_told = True  # a second time would cut off what is being brought to its end
            raise KeyboardInterrupt
        now = time.monotonic()
        if now - self._drawn_at >= _REDRAWN_EVERY or done == total:
            self._drawn_at = now
            self._progress.max, self._progress.value = (total, done) if total else (1, 0)
            self._count.value = appearance.count(done, total)

    def _render_bar(self) -> None:
        """Draw the bar, or keep its place; to be called by `_render`."""
        self._bar.layout.visibility = "visible" if self.is_busy else "hidden"
        self._stop_button.disabled = not self.is_busy or self._is_to_stop
