"""The journal's file: how it is made, opened, recognised and locked, and what SQLite's errors mean."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Literal

from callerid_analytics.errors import JournalBusy, JournalError

_APPLICATION = 0x43494A31
"""Whose file it is (https://www.sqlite.org/pragma.html#pragma_application_id)."""
_VERSION = 1
_SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE runs (
    number INTEGER PRIMARY KEY,
    run TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    base_url TEXT NOT NULL,
    account_sid TEXT NOT NULL,
    undoes TEXT,
    version TEXT NOT NULL,
    begun INTEGER NOT NULL,
    ended INTEGER
);
CREATE TABLE rows (
    run TEXT NOT NULL REFERENCES runs (run),
    position INTEGER NOT NULL,
    sid TEXT,
    account_sid TEXT,
    phone_number TEXT,
    old_name TEXT,
    new_name TEXT,
    why TEXT,
    problem TEXT,
    state TEXT NOT NULL,
    status TEXT,
    error TEXT,
    request_id TEXT,
    at INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    may_pass INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, position)
) WITHOUT ROWID;
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_VERSION};
COMMIT;
"""


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Open a journal that is there.

    Raises
    ------
    JournalError
        There is none, or it is something else, or a newer version wrote it.
    """
    if not path.exists():
        raise JournalError(f"There is no journal at {path}: no run has been recorded there.")
    connection = _connect(path)
    try:
        _check(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open a journal, made if it is not there; errors as for `open_for_reading`."""
    _make_private(path)
    connection = _connect(path)
    try:
        if not _pragma(connection, "application_id") and not _tables(connection):
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(_SCHEMA)
        _check(connection, path)
        connection.execute("PRAGMA synchronous = FULL")
    except BaseException:
        connection.close()
        raise
    return connection


def lock(path: Path) -> sqlite3.Connection:
    """Take the lock on a journal, which ends when it is closed, or with the process.

    The system's own ways to lock a file differ; SQLite knows them all. Hence an empty database beside the journal.

    Raises
    ------
    JournalBusy
        Somebody has it.
    """
    beside = path.with_name(f"{path.name}-lock")
    _make_private(beside)
    connection = sqlite3.connect(beside, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise
        raise JournalBusy(
            f"A run is going on with the journal {path}, here or in another process. Wait until it has ended: "
            "two runs at once could change the same caller ID."
        ) from error
    return connection


@contextmanager
def explained(path: Path, done: Literal["written", "read"]) -> Iterator[None]:
    """Turn what SQLite and the system say into one sentence."""
    try:
        yield
    except JournalError:  # which is an OSError as well
        raise
    except FileNotFoundError as error:
        raise JournalError(
            f"The journal {path} cannot be {done}: there is no folder {path.parent}. Check the path."
        ) from error
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
            raise _no_journal(path) from error
        raise JournalError(f"The journal {path} cannot be {done}: {error}. Mend that, or name another.") from error
    except OSError as error:
        raise JournalError(
            f"The journal {path} cannot be {done}: {error.strerror}. Mend that, or name another."
        ) from error


def _connect(path: Path) -> sqlite3.Connection:
    # mode=rw: whoever wants to read makes no file
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, isolation_level=None, check_same_thread=False)


def _make_private(path: Path) -> None:
    """Make an empty file that its owner alone may read; SQLite's files beside it get the same mode.

    One that is there is not even opened: closing it would end the locks that this process has on it
    (https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _check(connection: sqlite3.Connection, path: Path) -> None:
    if _pragma(connection, "application_id") != _APPLICATION:
        raise _no_journal(path)
    if _pragma(connection, "user_version") > _VERSION:
        raise JournalError(
            f"{path} was written by a newer version of callerid-analytics. Use that version, or name another file."
        )


def _no_journal(path: Path) -> JournalError:
    return JournalError(f"{path} is not a journal of callerid-analytics. Name another file.")


def _pragma(connection: sqlite3.Connection, name: str) -> int:
    value: int = connection.execute(f"PRAGMA {name}").fetchone()[0]
    return value


def _tables(connection: sqlite3.Connection) -> int:
    count: int = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    return count
