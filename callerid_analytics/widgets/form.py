"""What all forms share: a guard that lets no error vanish, a status line, and an end.

An exception in a handler of ipywidgets disappears: the button looks as if it did nothing. So every handler, and
every step of the work behind a form, goes through `Form._guard`, which shows the error in the status line.
"""

from __future__ import annotations

import logging
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from ipywidgets import HTML, Button, VBox, Widget

from callerid_analytics.errors import CallerIdError, InvalidParameter
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.controls import WIDE, button
from callerid_analytics.widgets.work import Pause, Work

_LOG = logging.getLogger(__name__)
_LATEST: weakref.WeakKeyDictionary[Any, dict[type, weakref.ref[Form]]] = weakref.WeakKeyDictionary()
"""For each client or sandbox, the latest form of each kind."""


class Form(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A form that draws something else's state.

    Whoever makes a form for a client that has one already, as by running a cell again, stops the earlier one.

    Parameters
    ----------
    subject : object
        The client or sandbox that it is for; None where any number of forms may stand side by side.
    heading : str
        What the form is called.
    pause : callable
        As for `Work`.
    """

    _expected: ClassVar[tuple[type[Exception], ...]] = (CallerIdError,)
    """Errors that were foreseen, so that their message says all."""

    def __init__(self, subject: Any, *, heading: str, pause: Pause) -> None:
        self._subject = subject
        self._earlier = _LATEST.get(subject, {}).get(type(self), lambda: None)() if subject is not None else None
        if self._earlier:
            self._earlier.stop()
        self._drawing = threading.RLock()
        self._trouble: str | None = None
        self._is_stopped = True
        self._work = Work(self._guarded_step, pause=pause)
        self._status = HTML(layout=WIDE)
        self._heading = HTML(appearance.STYLE + appearance.title(heading), layout=WIDE)
        super().__init__()
        self.add_class("callerids-form")

    @property
    def status(self) -> str:
        """What the status line says, as HTML."""
        return str(self._status.value)

    @property
    def is_running(self) -> bool:
        """Whether something goes on behind the form."""
        return self._work.is_running

    def stop(self) -> None:
        """End the work behind the form, after the request that is under way; what it shows stays to be read."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self._work.stop()
        with self._guard():
            self._let_go()
            self._draw()

    def close(self) -> None:
        """End the work behind the form, and take the form away."""
        if vars(self).get("_work"):  # ipywidgets closes what could not be made, too
            self.stop()
            for widget in _inside(self):
                Widget.close(widget)
        super().close()

    def __repr__(self) -> str:  # ipywidgets would write out every property, the code included
        return f"{type(self).__name__}()"

    # What each form says for itself

    def _step(self) -> float | None:
        """Do what is to be done now; return the seconds until the next step, or None."""
        raise NotImplementedError

    def _render(self) -> None:
        """Draw the state; the only place that sets properties of widgets."""
        raise NotImplementedError

    def _let_go(self) -> None:
        """Leave what the form worked with."""

    # What they share

    def _button(self, text: str, handler: Callable[[], object], *, style: str = "", tooltip: str = "") -> Button:
        return button(text, handler, press=self._press, tooltip=tooltip, style=style)

    def _press(self, handler: Callable[[], object]) -> None:
        """Do what a person asked for, and show what came of it."""
        with self._guard():
            if self._is_stopped:
                raise InvalidParameter("This form is closed: run its cell again for a new one.")
            self._trouble = None
            handler()
            self._draw()

    def _open(self) -> None:
        """Draw for the first time; called once all is there that is drawn."""
        self._is_stopped = False
        self._earlier = None
        if self._subject is not None:
            _LATEST.setdefault(self._subject, {})[type(self)] = weakref.ref(self)
        self._draw()

    def _begin(self) -> None:
        self._work.start()

    def _guarded_step(self) -> float | None:
        seconds = None
        with self._guard():
            seconds = self._step()
        if seconds is None:
            self._work.finish()
        with self._guard():
            self._draw()
        return seconds

    @contextmanager
    def _guard(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if isinstance(error, self._expected):
                self._trouble = str(error)
            else:
                _LOG.exception("A form failed.")
                self._trouble = f"Something went wrong that was not foreseen: {type(error).__name__}: {error}"
            self._draw_trouble()

    def _status_line(self, words: str, mood: appearance.Mood) -> str:
        """Return the status line: the latest error, until something else is done, or these words."""
        if self._trouble:
            return appearance.status(self._trouble, "bad")
        return appearance.status(f"{words} This form is closed." if self._is_stopped else words, mood)

    def _draw(self) -> None:
        with self._drawing:
            if not sys.is_finalizing():  # then nobody looks, and libraries are half gone
                self._render()

    def _draw_trouble(self) -> None:
        try:
            self._draw()
        except Exception:  # the status line at least
            _LOG.exception("A form could not be drawn.")
            self._status.value = appearance.status(self._trouble or "", "bad")


def _inside(widget: Any) -> Iterator[Any]:
    for child in getattr(widget, "children", ()):
        yield from _inside(child)
        yield child
