"""Reading a journal, also while another process works by it."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Self

import pandas as pd
import pyarrow as pa

from callerid_analytics import frames, settings
from callerid_analytics.errors import JournalError
from callerid_analytics.files import StrPath
from callerid_analytics.journal import file
from callerid_analytics.journal.entries import STATUSES, Row, Run

_PLANNED = ("sid", "account_sid", "phone_number", "old_name", "new_name")
_PENDING = "(state != 'settled' OR may_pass)"
_PERHAPS_RENAMED = "(status = 'renamed' OR attempts AND (state = 'sending' OR status = 'failed'))"
_CATEGORIES = ("account_sid", "kind", "status")
_INSTANTS = ("begun", "ended", "at")
_COUNTS = ("position", "rows", *STATUSES, "pending")


class Journal:
    """A journal to read.

    Parameters
    ----------
    path : path, optional
        The file; `callerid_analytics.settings.default_journal` by default.

    Raises
    ------
    JournalError
        On entering: there is no such file, or it is something else, or a newer version wrote it.
    """

    _connection: sqlite3.Connection

    def __init__(self, path: StrPath | None = None) -> None:
        self.path = Path(os.path.realpath(settings.default_journal() if path is None else path))
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        with file.explained(self.path, "read"):
            self._connection = file.open_for_reading(self.path)
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._connection.close()

    def runs(self) -> pd.DataFrame:
        """Return a row per run, the oldest first.

        Returns
        -------
        pandas.DataFrame
            run (text), kind (category), begun and ended (``datetime64[us, UTC]``; a run without an end was cut
            off, or goes on), base_url (text) and account_sid (category) of the main account, then counts
            (``int64``): rows, one for each of `STATUSES`, and pending (not sent, or its outcome unknown); undoes
            and version (text).
        """
        counts = ", ".join(f"coalesce(sum(status = '{status}'), 0)" for status in STATUSES)
        order = (
            "SELECT runs.run, kind, begun, ended, base_url, runs.account_sid, count(position), "  # noqa: S608
            f"{counts}, coalesce(sum(state != 'settled'), 0), undoes, version "
            "FROM runs LEFT JOIN rows USING (run) GROUP BY number ORDER BY number"
        )
        found = self._select(order)
        before, after = ("run", "kind", "begun", "ended", "base_url", "account_sid"), ("undoes", "version")
        return _frame(found, (*before, "rows", *STATUSES, "pending", *after))

    def run(self, run: str) -> Run:
        """Return what is known of a run.

        Raises
        ------
        JournalError
            There is no such run in this journal.
        """
        found = self._select(
            "SELECT run, kind, base_url, account_sid, undoes, version FROM runs WHERE run = ?", run
        )
        if not found:
            raise JournalError(f"The journal {self.path} holds no run {run!r}. Look at the list of its runs.")
        return Run(*found[0])

    def rows(self, run: str) -> pd.DataFrame:
        """Return the rows of a run in the plan's order.

        Returns
        -------
        pandas.DataFrame
            sid, phone_number, old_name, new_name, why, problem, error and request_id (text), account_sid and
            status (category), at (``datetime64[us, UTC]``). A row without a status is not done yet.
        """
        return self._frame_of((*_PLANNED, "why", "problem", "status", "error", "request_id", "at"), "TRUE", [run])

    def pending(self, run: str) -> list[Row]:
        """Return the rows that are still to be done, and those whose failure may be over by now."""
        return self._rows(_PENDING, run)

    def unknown(self, run: str) -> list[Row]:
        """Return the rows that were perhaps sent, and of which no outcome is known."""
        return self._rows("state = 'sending'", run)

    def renamed(self, runs: Iterable[str]) -> pd.DataFrame:
        """Return the rows of some runs that were renamed, or may have been, in the order of the runs.

        Returns
        -------
        pandas.DataFrame
            run (text) and position (``int64``), then sid, phone_number, old_name and new_name (text), account_sid
            (category).
        """
        return self._frame_of(("run", "position", *_PLANNED), _PERHAPS_RENAMED, runs)

    def _rows(self, condition: str, run: str) -> list[Row]:
        return [Row(*values) for values in self._values(Row._fields, condition, run)]

    def _frame_of(self, names: Sequence[str], condition: str, runs: Iterable[str]) -> pd.DataFrame:
        return _frame([values for run in runs for values in self._values(names, condition, run)], names)

    def _values(self, names: Sequence[str], condition: str, run: str) -> list[tuple[Any, ...]]:
        columns = ", ".join(names)
        order = f"SELECT {columns} FROM rows WHERE run = ? AND {condition} ORDER BY position"  # noqa: S608
        return self._select(order, run)

    def _select(self, order: str, *values: object) -> list[tuple[Any, ...]]:
        with file.explained(self.path, "read"), self._lock:
            return self._connection.execute(order, values).fetchall()


def _frame(found: list[tuple[Any, ...]], names: Sequence[str]) -> pd.DataFrame:
    columns = zip(*found, strict=True) if found else [()] * len(names)
    return pd.DataFrame({name: _column(name, values) for name, values in zip(names, columns, strict=True)})


def _column(name: str, values: Sequence[Any]) -> pd.Series:
    if name in _COUNTS:
        return pd.Series(values, dtype="int64")
    if name in _INSTANTS:
        return pd.Series(pa.array(values, pa.timestamp("us", tz="UTC")).to_pandas(), dtype=frames.INSTANT)
    dtype = frames.CATEGORY if name in _CATEGORIES else frames.TEXT
    return frames.convert(pd.Series(values, dtype=object), dtype)
