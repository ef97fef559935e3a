"""SQLite as the sandbox uses it: rows in, rows out, pages by position.

What the rows mean is the store's business.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from typing import Any, TypeVar

from callerid_analytics.sandbox import tables
from callerid_analytics.sandbox.paging import Cursor, PageRequest, Slice

Row = TypeVar("Row", tables.AccountRow, tables.ApiKeyRow, tables.CallerIdRow, tables.CallRow, tables.CallbackRow)


class Database:
    """One connection behind one lock, for every thread.

    SQLite writes one at a time anyway, and no statement takes longer than one page of a list. A write to a
    file is on the disk when its method returns. All statements are put together here, from names that this
    package writes; values are always bound.

    Parameters
    ----------
    path : path, optional
        The database file, made when missing; in memory when not given.

    Raises
    ------
    ValueError
        If the file is no database of this version of the sandbox.
    """

    def __init__(self, path: str | PathLike[str] | None = None) -> None:
        self._lock = threading.RLock()
        self._opened: sqlite3.Connection | None = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        try:
            self._prepare()
        except (sqlite3.DatabaseError, ValueError) as error:
            self.close()
            raise ValueError(f"{path} cannot keep a sandbox: {error}") from error

    def _prepare(self) -> None:
        execute = self._connection.execute
        (empty,) = execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()
        (version,) = execute("PRAGMA application_id").fetchone()
        if not empty and version != tables.VERSION:
            raise ValueError("it was not made by this version of the sandbox; choose another file")
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")
        if empty:
            mark = f"PRAGMA application_id = {tables.VERSION};"
            self._connection.executescript(f"BEGIN; {mark} {tables.SCHEMA} COMMIT;")

    def close(self) -> None:
        """Close the database; a file is then complete by itself."""
        with self._lock:
            if self._opened:
                self._opened.close()
                self._opened = None

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._opened is None:  # another thread has stopped the sandbox while this one was about to ask it
            raise RuntimeError("The sandbox is not running any more")
        return self._opened

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside happen wholly or not at all, and undisturbed; may be nested."""
        with self._lock:
            self._connection.execute("SAVEPOINT step")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK TO step")
                raise
            finally:
                self._connection.execute("RELEASE step")

    def insert(self, kind: type[Row], rows: Iterable[Row]) -> None:
        """Add rows, in order, all or none."""
        marks = ", ".join("?" * len(kind._fields))
        statement = f"INSERT INTO {tables.NAMES[kind]} ({_columns(kind)}) VALUES ({marks})"  # noqa: S608
        with self.transaction():
            self._connection.executemany(statement, rows)

    def update(self, kind: type[Row], sid: str, values: Mapping[str, Any]) -> None:
        """Change some columns of one row."""
        changes = ", ".join(f"{column} = :{column}" for column in values)
        statement = f"UPDATE {tables.NAMES[kind]} SET {changes} WHERE sid = :sid"  # noqa: S608
        with self._lock:
            self._connection.execute(statement, {**values, "sid": sid})

    def delete(self, kind: type[Row], sid: str) -> None:
        """Remove one row."""
        with self._lock:
            self._connection.execute(f"DELETE FROM {tables.NAMES[kind]} WHERE sid = ?", (sid,))  # noqa: S608

    def clear(self) -> None:
        """Remove every row of every table."""
        with self.transaction():
            for table in reversed(list(tables.NAMES.values())):
                self._connection.execute(f"DELETE FROM {table}")  # noqa: S608

    def find(self, kind: type[Row], **values: str) -> Row | None:
        """Find the row that has exactly these values."""
        rows = self._select(kind, _columns(kind), values, "LIMIT 1")
        return kind._make(rows[0]) if rows else None

    def all(self, kind: type[Row], order: str, **values: str | int) -> list[Row]:
        """Find all rows that have exactly these values."""
        return list(map(kind._make, self._select(kind, _columns(kind), values, f"ORDER BY {order}")))

    def newest(self, kind: type[Row], limit: int) -> list[Row]:
        """Find the rows that were added last, newest first."""
        rows = self._select(kind, _columns(kind), {}, "ORDER BY rowid DESC LIMIT :limit", limit=limit)
        return list(map(kind._make, rows))

    def earliest(self, kind: type[Row], column: str) -> Row | None:
        """Find the row with the lowest number in a column, which may be empty in others."""
        clause = f"AND {column} IS NOT NULL ORDER BY {column}, rowid LIMIT 1"
        rows = self._select(kind, _columns(kind), {}, clause)
        return kind._make(rows[0]) if rows else None

    def highest(self, kind: type[Row], column: str) -> Any:
        """Find the highest value of a column; ``None`` if there is none."""
        ((value,),) = self._select(kind, f"max({column})", {}, "")
        return value

    def count(self, kind: type[Row]) -> int:
        """Count the rows of a table."""
        ((count,),) = self._select(kind, "count(*)", {}, "")
        return int(count)

    def page(self, kind: type[Row], values: Mapping[str, str], asked: PageRequest) -> Slice[Row]:
        """Find one page, newest first, of the rows that have exactly these values."""
        with self._lock:
            found = self._page(kind, values, asked)
            if not found:
                return Slice([], None, None)
            newest, oldest = Cursor(found[0][0], before=True), Cursor(found[-1][0])
            return Slice(
                [kind._make(columns[1:]) for columns in found],
                previous=newest if self._page(kind, values, PageRequest(1, cursor=newest)) else None,
                next=oldest if self._page(kind, values, PageRequest(1, cursor=oldest)) else None,
            )

    def _page(self, kind: type[Row], values: Mapping[str, str], asked: PageRequest) -> list[Any]:
        columns = f"position, {_columns(kind)}"
        if asked.cursor is None:
            clause = "ORDER BY position DESC LIMIT :size OFFSET :skip"
            return self._select(kind, columns, values, clause, size=asked.size, skip=asked.number * asked.size)
        here = {"at": asked.cursor.position, "size": asked.size}
        if asked.cursor.before:
            clause = "AND position > :at ORDER BY position LIMIT :size"
            return self._select(kind, columns, values, clause, **here)[::-1]
        return self._select(kind, columns, values, "AND position < :at ORDER BY position DESC LIMIT :size", **here)

    def _select(
        self, kind: type[Row], columns: str, values: Mapping[str, str | int], clause: str, **numbers: int
    ) -> list[Any]:
        conditions = " AND ".join(["TRUE", *(f"{column} = :{column}" for column in values)])
        statement = f"SELECT {columns} FROM {tables.NAMES[kind]} WHERE {conditions} {clause}"  # noqa: S608
        with self._lock:
            return self._connection.execute(statement, {**values, **numbers}).fetchall()


def _columns(kind: type[Row]) -> str:
    return ", ".join(kind._fields)
