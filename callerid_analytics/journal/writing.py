"""Working by a journal: the intent is on disk before a request leaves, the outcome after its answer."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from callerid_analytics.errors import JournalError
from callerid_analytics.files import StrPath
from callerid_analytics.journal import file
from callerid_analytics.journal.entries import Entry, Outcome, Run
from callerid_analytics.journal.reading import Journal

_BEGIN_RUN = (
    "INSERT INTO runs (run, kind, base_url, account_sid, undoes, version, begun) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_BEGIN_ROW = (
    "INSERT INTO rows (run, position, sid, account_sid, phone_number, old_name, new_name, why, problem, error, "
    "state, status, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INTEND = (
    "UPDATE rows SET state = 'sending', status = NULL, error = NULL, request_id = NULL, may_pass = 0, "
    "attempts = attempts + 1, at = ? WHERE run = ? AND position = ?"
)
_SETTLE = (
    "UPDATE rows SET state = 'settled', status = ?, error = ?, request_id = ?, may_pass = ?, at = ? "
    "WHERE run = ? AND position = ?"
)
_END = (
    "UPDATE runs SET ended = ? WHERE run = ? AND ended IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM rows WHERE rows.run = runs.run AND state != 'settled')"
)
_GIVE_UP_FAILURES = (
    "UPDATE rows SET may_pass = 0 "
    "WHERE run = :run AND (:sids IS NULL OR sid IN (SELECT value FROM json_each(:sids)))"
)
_GIVE_UP_PENDING = (
    "UPDATE rows SET state = 'settled', at = :now, status = CASE WHEN attempts THEN 'failed' ELSE 'skipped' END, "
    "error = CASE WHEN attempts THEN 'Run ' || :by || ' took this back while its outcome was not known.' "
    "ELSE 'Run ' || :by || ' took this back before it was sent.' END WHERE run = :run AND state != 'settled' "
    "AND (:sids IS NULL OR sid IN (SELECT value FROM json_each(:sids)))"
)


class JournalWriter(Journal):
    """A journal to work by, which nobody else may do as long as this one is open.

    Parameters
    ----------
    path : path, optional
        The file, made if it is not there; `callerid_analytics.settings.default_journal` by default, whose folder
        is made as well.

    Raises
    ------
    JournalBusy
        On entering: another process, another thread, or this thread further up, works by it.
    JournalError
        On entering: it cannot be written, or is something else.

    Notes
    -----
    `intend` and `settle` may be called by several threads. What they bring while the disk is busy is written
    together, since it is the waiting for the disk that takes time.
    """

    def __init__(self, path: StrPath | None = None) -> None:
        super().__init__(path)
        self._makes_folder = path is None
        self._batch = _Batch()
        self._joining = threading.Lock()

    def __enter__(self) -> Self:
        with file.explained(self.path, "written"):
            if self._makes_folder:
                self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._held = file.lock(self.path)
            try:
                self._connection = file.open_for_writing(self.path)
            except BaseException:
                self._held.close()
                raise
        return self

    def __exit__(self, *exc_info: object) -> None:
        super().__exit__(*exc_info)
        self._held.close()

    def new_run_id(self) -> str:
        """Return an id that no run has: when it begins, in UTC, and four digits more."""
        while True:
            run = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
            if not self._select("SELECT 1 FROM runs WHERE run = ?", run):
                return run

    def begin(
        self,
        run: Run,
        entries: Iterable[Entry],
        *,
        closing: Iterable[str] = (),
        sids: Collection[str] | None = None,
        not_done: Iterable[tuple[str, int]] = (),
    ) -> None:
        """Write down a run and its whole plan, or nothing of it.

        Parameters
        ----------
        run : Run
            Its id is one of `new_run_id`.
        entries : iterable of Entry
            The plan's rows in order.
        closing : iterable of str
            Runs that this one takes back: their rows will not be sent any more.
        sids : collection of str, optional
            Only these rows of them.
        not_done : iterable of (str, int)
            Run and position of the rows that they have sent without effect.
        """
        now = _now()
        skipped = Outcome("skipped", f"Run {run.run} took this back after it had been sent without effect.")
        rows = (_row(run.run, position, entry, now) for position, entry in enumerate(entries))
        with self._transaction() as connection:
            connection.executemany(_SETTLE, ((*skipped, now, *place) for place in not_done))
            for closed in closing:
                only = None if sids is None else json.dumps(list(sids))
                values = {"run": closed, "by": run.run, "now": now, "sids": only}
                connection.execute(_GIVE_UP_FAILURES, values)
                connection.execute(_GIVE_UP_PENDING, values)
                connection.execute(_END, (now, closed))
            connection.execute(_BEGIN_RUN, (*run, now))
            connection.executemany(_BEGIN_ROW, rows)

    def reopen(self, run: str) -> None:
        """Write down that a run goes on."""
        with self._transaction() as connection:
            connection.execute("UPDATE runs SET ended = NULL WHERE run = ?", (run,))

    def end(self, run: str) -> None:
        """Write down that a run is over, unless rows of it are still to be done."""
        with self._transaction() as connection:
            connection.execute(_END, (_now(), run))

    def intend(self, run: str, position: int) -> None:
        """Write down that a row is about to be sent; it may be once this returns."""
        self._write(_INTEND, (_now(), run, position))

    def settle(self, run: str, position: int, outcome: Outcome) -> None:
        """Write down what became of a row."""
        self._write(_SETTLE, (*outcome, _now(), run, position))

    def _write(self, order: str, values: tuple[Any, ...]) -> None:
        """Write a change together with those that other threads bring meanwhile; return when it is on disk."""
        with self._joining:
            batch = self._batch
            batch.changes.append((order, values))
        with batch.turn:  # who comes first writes for all
            if not batch.is_closed:
                self._write_all(batch)
        if not batch.is_written:
            raise JournalError(batch.failure)

    def _write_all(self, batch: _Batch) -> None:
        try:
            with self._transaction() as connection:
                self._close_batch(batch)
                for order, values in batch.changes:
                    connection.execute(order, values)
            batch.is_written = True
        except JournalError as error:
            batch.failure = str(error)
        finally:
            self._close_batch(batch)

    def _close_batch(self, batch: _Batch) -> None:
        """Let the next change begin a new batch."""
        with self._joining:
            batch.is_closed = True
            if self._batch is batch:
                self._batch = _Batch()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All that is done inside is on disk afterwards, or nothing of it."""
        with file.explained(self.path, "written"), self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # SQLite itself rolls back after some errors
                    self._connection.execute("ROLLBACK")
                raise


@dataclass
class _Batch:
    """Changes that are written together."""

    changes: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    turn: threading.Lock = field(default_factory=threading.Lock)
    is_closed: bool = False
    is_written: bool = False
    failure: str = "The journal was not written."


def _row(run: str, position: int, entry: Entry, now: int) -> tuple[Any, ...]:
    settled = ("planned", None, None) if entry.skipped is None else ("settled", "skipped", now)
    return (run, position, *entry, *settled)


def _now() -> int:
    """Return the microseconds since 1970."""
    return time.time_ns() // 1000
