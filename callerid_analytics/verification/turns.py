"""One call at a time to a number: whose turn it is on this machine, and what the one before left behind.

Two programs that find a number unverified at the same moment must not both have it called. So there is a file for
each number of an account, in a folder of the user's, and whoever has it open for writing has the turn. SQLite
keeps the lock, on every system, and the process's end ends it. What is written in the file outlives the process:
that a request was about to leave, and until when a phone may ring.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from callerid_analytics import settings
from callerid_analytics.errors import QueueError

_PAUSE = 0.5
"""Seconds between two tries."""


@dataclass(frozen=True, kw_only=True)
class Note:
    """What is known of the latest attempt.

    Attributes
    ----------
    state : str
        Where it stood when this was written.
    at : float
        Seconds since 1970 at which this was written.
    over_at : float or None
        By then its call is over; None once it is known to be.
    call_sid, caller_id_sid, reason : str or None
        What else was known.
    """

    state: str
    at: float
    over_at: float | None = None
    call_sid: str | None = None
    caller_id_sid: str | None = None
    reason: str | None = None


class Turn:
    """The right to have a number called; `taken` gives it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self._path = path
        self._connection = connection

    def read(self) -> Note | None:
        """Return what the latest holder wrote."""
        with explained(self._path):
            self._connection.execute("CREATE TABLE IF NOT EXISTS notes (note TEXT NOT NULL)")
            row = self._connection.execute("SELECT note FROM notes").fetchone()
        return Note(**json.loads(row[0])) if row else None

    def write(self, note: Note) -> None:
        """Write down what is known, in place of what was; it is on disk when this returns."""
        text = json.dumps(asdict(note))
        with explained(self._path):
            self._connection.execute("INSERT OR REPLACE INTO notes (rowid, note) VALUES (1, ?)", [text])


@contextmanager
def taken(
    key: tuple[str, str, str],
    *,
    folder: Path | None,
    wait: Callable[[], object],
    pause: Callable[[threading.Event, float], object],
) -> Iterator[Turn]:
    """Wait for the turn and hold it.

    Parameters
    ----------
    key : tuple of str
        Host, account and number.
    folder : path, optional
        Where the files are; `callerid_analytics.settings.default_verifications` by default.
    wait : callable
        Called once if somebody else has it.
    pause : callable
        Called with an event and seconds to wait.

    Raises
    ------
    QueueError
        The folder cannot be written to.
    """
    folder = folder or settings.default_verifications()
    path = folder / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]}.sqlite"
    with explained(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = hold(path)
    if connection is None:
        wait()
    while connection is None:
        pause(threading.Event(), _PAUSE)
        connection = hold(path)
    try:
        yield Turn(path, connection)
    finally:
        connection.close()


def hold(path: Path) -> sqlite3.Connection | None:
    """Open a file that its owner alone may read, and that nobody else can open until this is closed.

    None if somebody else has it open. The process's end closes it.

    Raises
    ------
    QueueError
        It cannot be opened, or is something else.
    """
    with explained(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            # Kept from the first transaction on: https://www.sqlite.org/pragma.html#pragma_locking_mode
            connection.execute("PRAGMA locking_mode = EXCLUSIVE")
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("COMMIT")
        except BaseException as error:
            connection.close()
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                return None
            raise
    return connection


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say of a file into one sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:  # a closed connection's has none
            raise QueueError(f"{path} is something else than this needs. Name another file.") from error
        raise QueueError(f"{path} cannot be used: {error}. Mend that, or name another.") from error
    except FileNotFoundError as error:
        raise QueueError(f"{path} cannot be used: there is no folder {path.parent}. Check the path.") from error
    except (PermissionError, IsADirectoryError, NotADirectoryError, FileExistsError) as error:
        raise QueueError(f"{path} cannot be used: {error.strerror}. Mend that, or name another.") from error
