"""The file of a queue: every number, every code that has arrived, and the intent before each request.

A SQLite file in WAL mode with ``synchronous=FULL``: what is written survives a power cut. It holds codes, so only
its owner may read it, and only one process at a time has it open. A row whose request is about to leave is written
down as of unknown outcome, which is what it is should nothing more be written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from callerid_analytics.errors import QueueError
from callerid_analytics.records import CallerId
from callerid_analytics.verification.attempt import Attempt
from callerid_analytics.verification.drafts import Draft
from callerid_analytics.verification.queue_rows import QueueRow
from callerid_analytics.verification.states import State
from callerid_analytics.verification.turns import explained, hold

_APPLICATION = 0x43495651
"""Whose file it is (https://www.sqlite.org/pragma.html#pragma_application_id)."""
_VERSION = 1
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE queue (base_url TEXT NOT NULL, account_sid TEXT NOT NULL);
CREATE TABLE rows (
    position INTEGER PRIMARY KEY,
    number TEXT NOT NULL,
    account_sid TEXT NOT NULL,
    name TEXT,
    extension TEXT,
    delay INTEGER,
    state TEXT NOT NULL,
    code TEXT,
    call_sid TEXT,
    call_at REAL,
    over_at REAL,
    ended_at REAL,
    caller_id_sid TEXT,
    reason TEXT,
    may_pass INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    not_before REAL NOT NULL,
    changed_at REAL,
    UNIQUE (account_sid, number)
);
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
"""
_NAMES = (
    *("position", "number", "account_sid", "name", "extension", "delay"),
    *("state", "code", "call_sid", "call_at", "over_at", "ended_at"),
    *("caller_id_sid", "reason", "may_pass", "attempts", "not_before", "changed_at"),
)
_SAVE = "INSERT OR REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


class QueueFile:
    """An open queue file, made if it is not there.

    Parameters
    ----------
    path : path
        Where.
    base_url, account_sid : str
        For which account the queue is; a file of another is refused.

    Raises
    ------
    QueueError
        Somebody else has it open, it is something else, or it is of another account.
    """

    def __init__(self, path: Path, *, base_url: str, account_sid: str) -> None:
        self.path = path
        with explained(path):
            connection = hold(path)
            if connection is None:
                raise QueueError(
                    f"{path} is being worked by: wait until that has ended, or close the other queue."
                )
            self._connection = connection
            try:
                self._prepare(base_url, account_sid)
            except BaseException:
                connection.close()
                raise

    def rows(self) -> list[QueueRow]:
        """Return what is in the file, in order."""
        with explained(self.path):
            found = self._connection.execute("SELECT * FROM rows ORDER BY position").fetchall()
        return [_row(dict(zip(_NAMES, values, strict=True))) for values in found]

    def extended_by(self, drafts: Iterable[Draft]) -> list[QueueRow]:
        """Return all rows, after those for numbers that are not there yet were added: all of them, or none."""
        rows = self.rows()
        known = {(row.attempt.account_sid, row.attempt.number) for row in rows}
        new = [draft for draft in drafts if (draft.account_sid, draft.number) not in known]
        added = [
            QueueRow(position=position, attempt=Attempt(draft=draft, account_sid=str(draft.account_sid)))
            for position, draft in enumerate(new, start=len(rows))
        ]
        with explained(self.path):
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                self._connection.executemany(_SAVE, [_values(row) for row in added])
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
        return rows + added

    def save(self, row: QueueRow, *, state: State | None = None) -> None:
        """Write down a row as it is, or as if it were in another state; it is on disk when this returns."""
        with explained(self.path):
            self._connection.execute(_SAVE, _values(row, state))

    def close(self) -> None:
        """Let others open it."""
        self._connection.close()

    def _prepare(self, base_url: str, account_sid: str) -> None:
        connection = self._connection
        is_new = not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if is_new and not _pragma(connection, "application_id"):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
            connection.execute("INSERT INTO queue VALUES (?, ?)", (base_url, account_sid))
            connection.execute("COMMIT")
        if _pragma(connection, "application_id") != _APPLICATION:
            raise QueueError(f"{self.path} is no verification queue. Name another file.")
        if _pragma(connection, "user_version") > _VERSION:
            raise QueueError(
                f"{self.path} was written by a newer version of callerid-analytics. Use that version."
            )
        connection.execute("PRAGMA synchronous = FULL")
        found = connection.execute("SELECT base_url, account_sid FROM queue").fetchone()
        if found != (base_url, account_sid):
            raise QueueError(
                f"{self.path} is a queue of account {found[1]} at {found[0]}, not of {account_sid} at {base_url}: "
                "use those credentials, or name another file."
            )


def _values(row: QueueRow, state: State | None = None) -> tuple[Any, ...]:
    attempt, draft = row.attempt, row.attempt.draft
    return (
        *(row.position, draft.number, attempt.account_sid, draft.name, draft.extension, draft.delay),
        *((state or attempt.state).value, attempt.code, attempt.call_sid),
        *(attempt.call_at, attempt.over_at, attempt.ended_at, row.caller_id_sid, attempt.reason, attempt.may_pass),
        *(row.attempts, row.not_before, row.changed_at),
    )


def _row(values: dict[str, Any]) -> QueueRow:
    names = ("number", "account_sid", "name", "extension", "delay")
    sid = values["caller_id_sid"]
    attempt = Attempt(
        draft=Draft(**{name: values[name] for name in names}),
        account_sid=values["account_sid"],
        state=State(values["state"]),
        caller_id=CallerId(sid=sid, account_sid=values["account_sid"], phone_number=values["number"])
        if sid
        else None,
        may_pass=bool(values["may_pass"]),
        **{name: values[name] for name in ("code", "call_sid", "call_at", "over_at", "ended_at", "reason")},
    )
    others = {name: values[name] for name in ("position", "attempts", "not_before", "changed_at")}
    return QueueRow(attempt=attempt, **others)


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value
