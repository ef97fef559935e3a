"""The form that verifies many numbers, and can be closed at any moment."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from html import escape
from typing import Any

import pandas as pd
from ipywidgets import HTML, HBox, ToggleButton, VBox

from callerid_analytics.client import Client
from callerid_analytics.files import StrPath
from callerid_analytics.verification import GOOD, READING_TIME, VerificationQueue
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.controls import WIDE
from callerid_analytics.widgets.form import Form
from callerid_analytics.widgets.work import Pause

_COLUMNS = ("Number", "Name", "Code", "State", "Calls", "What happened")


class VerifyQueueForm(Form):
    """A table of numbers to be verified, which brings itself up to date; start, pause, resume, and a call sheet.

    Nobody is called before *Start*. Whatever happens is in the queue's file before it counts, so that closing the
    notebook loses nothing: a new form with the same file goes on. Making another form for the same client, as by
    running the cell again, stops this one.

    Parameters
    ----------
    client : Client
        Whose account is to show the numbers, unless a row names a sub-account.
    frame : pandas.DataFrame or path, optional
        Rows as for `VerificationQueue`; None goes on with those of the file alone.
    file : path, default "verification-queue.sqlite"
        Where the queue is kept; it holds the codes, and its owner alone may read it.
    delay : int, default 15
        Seconds until each call, where the row says none: time to read the code.
    clock : callable, default time.time
        Seconds since 1970.
    pause : callable, default threading.Event.wait
        Called with an event and seconds to wait; ends early when the event is set.
    **options
        Other keywords of `VerificationQueue`, such as ``region``, ``calls_at_once`` or ``attempts``.

    Attributes
    ----------
    queue : VerificationQueue
        What the form shows; ``queue.result()`` is the table as a frame.

    Raises
    ------
    InvalidParameter, QueueError
        As for `VerificationQueue`.
    """

    def __init__(
        self,
        client: Client,
        frame: pd.DataFrame | StrPath | None = None,
        *,
        file: StrPath = "verification-queue.sqlite",
        delay: int | None = READING_TIME,
        clock: Callable[[], float] = time.time,
        pause: Pause = threading.Event.wait,
        **options: Any,
    ) -> None:
        super().__init__(client, heading="Verify many numbers", pause=pause)
        self.add_class("is-large")
        self.queue = VerificationQueue(client, frame, file=file, delay=delay, clock=clock, **options)
        self._is_over = False
        self._start = self._button("Start", self._begin, style="primary", tooltip="Have the numbers called")
        self._pause = self._button("Pause", self._halt, tooltip="Call no other number for now")
        self._resume = self._button("Resume", self._go_on, tooltip="Go on calling")
        self._shows_sheet = ToggleButton(description="Call sheet", tooltip="Lines to print", layout=WIDE)
        self._shows_sheet.observe(lambda _: self._press(lambda: None), "value")
        self._table, self._sheet = HTML(layout=WIDE), HTML(layout=WIDE)
        self.children = [
            self._heading,
            HBox([self._start, self._pause, self._resume, self._shows_sheet]),
            self._status,
            VBox([self._table], layout={"max_height": "28em", "overflow": "auto"}),
            self._sheet,
        ]
        self._open()

    # What the buttons do; Start begins the steps

    def _halt(self) -> None:
        self.queue.pause()

    def _go_on(self) -> None:
        self.queue.resume()
        self._begin()
        self._work.wake()

    def _step(self) -> float | None:
        seconds = self.queue.step()
        self._is_over = seconds is None
        return seconds

    def _let_go(self) -> None:
        self.queue.close()

    # What it looks like

    def _render(self) -> None:
        result, sheet = self.queue.result().astype(object), self.queue.call_sheet().astype(object)
        is_running = self.is_running
        self._start.disabled = self._is_stopped or is_running
        self._pause.disabled = not is_running or self.queue.is_paused
        self._resume.disabled = self._is_stopped or not self.queue.is_paused
        self._table.value = appearance.table("The queue", _COLUMNS, _rows(result, sheet))
        self._sheet.value = _sheet(self.queue.call_sheet_text()) if self._shows_sheet.value else ""
        self._status.value = self._status_line(*self._words(result, is_running=is_running))

    def _words(self, result: pd.DataFrame, *, is_running: bool) -> tuple[str, appearance.Mood]:
        counts = result["status"].value_counts(sort=False)
        summary = ", ".join(f"{count} {state}" for state, count in counts.items())
        if self._is_over:
            return f"Done: {summary}.", "good" if set(counts.index) <= GOOD else "bad"
        if not is_running:
            return f"Nobody is being called: {summary}.", "plain"
        if self.queue.is_paused:
            return f"Paused, no other number is called: {summary}.", "plain"
        return f"Under way: {summary}.", "busy"


def _rows(result: pd.DataFrame, sheet: pd.DataFrame) -> list[tuple[str, ...]]:
    shown = sheet[["number", "name", "code", "state"]].join(result[["attempts", "error"]])
    texts = shown.where(shown.notna(), "").astype(str)
    return list(texts.itertuples(index=False, name=None))


def _sheet(text: str) -> str:
    """Return lines to print, and a link that saves them."""
    data = base64.b64encode(text.encode()).decode()
    address = f"data:text/plain;charset=utf-8;base64,{data}"
    return f'<pre>{escape(text)}</pre><a download="call-sheet.txt" href="{address}">Save the call sheet</a>'
