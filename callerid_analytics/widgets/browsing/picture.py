"""A picture that follows what is shown: drawn beside the kernel, one at a time, not while somebody types."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import pandas as pd
from ipywidgets import HTML, Dropdown, VBox

from callerid_analytics import plots
from callerid_analytics.widgets.work import Pause, Work

Plot = Callable[..., Any]
Rows = Callable[[], pd.DataFrame]

_LOG = logging.getLogger(__name__)
_QUIET = 0.4
"""Seconds without a change until it is drawn: not while somebody types."""
_NONE = ""


class Picture(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A choice of pictures, none at first, and the one that is chosen.

    Parameters
    ----------
    kinds : mapping of str to callable
        What each picture is called, and how it is drawn: a function of `callerid_analytics.plots`.
    pause : callable, default threading.Event.wait
        Called with an event and seconds to wait; ends early when the event is set.
    clock : callable, default time.monotonic
        Seconds from any moment on.
    """

    def __init__(
        self,
        kinds: Mapping[str, Plot],
        *,
        pause: Pause = threading.Event.wait,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._kinds, self._clock = dict(kinds), clock
        self._lock = threading.Lock()
        self._rows: Rows | None = None
        self._changed_at = 0.0
        self._is_current = True
        self._work = Work(self._step, pause=pause)
        self._kind = Dropdown(
            description="Picture of what is shown",
            options=[("none", _NONE), *((name, name) for name in kinds)],
            value=_NONE,
            layout={"width": "auto", "align_self": "flex-start"},
            style={"description_width": "auto"},
        )
        self._kind.observe(lambda _: self._ask(), "value")
        self._picture = HTML(layout={"width": "100%"})
        super().__init__()
        self.children = [self._kind, self._picture]

    def follow(self, rows: Rows) -> None:
        """Draw other rows, soon; `rows` is called when it comes to that."""
        self._rows = rows
        self._ask()

    def wait(self) -> None:
        """Wait until it is drawn."""
        self._work.join()

    def stop(self) -> None:
        """Draw no more, after what is being drawn."""
        self._work.stop()

    def _ask(self) -> None:
        with self._lock:
            self._changed_at, self._is_current = self._clock(), False
            if self._kind.value and self._rows:
                self._work.start()
            else:
                self._picture.value = ""

    def _step(self) -> float | None:
        with self._lock:
            wait = self._changed_at + _QUIET - self._clock()
            kind, rows = self._kind.value, self._rows
            if self._is_current or not kind or rows is None:
                self._work.finish()  # before anybody can ask again
                return None
            if wait > 0:
                return wait
            self._is_current = True
        picture = self._drawn(self._kinds[kind], rows)
        with self._lock:
            if self._is_current:
                self._picture.value = picture
        return 0.0

    def _drawn(self, plot: Plot, rows: Rows) -> str:
        try:
            svg = plots.as_svg(lambda ax: plot(rows(), ax=ax))
        except Exception as error:
            _LOG.exception("A picture could not be drawn.")
            return f"<p>The picture could not be drawn: {escape(f'{type(error).__name__}: {error}')}</p>"
        return f'<div class="callerids-picture" role="img" aria-label="Picture">{svg}</div>'
