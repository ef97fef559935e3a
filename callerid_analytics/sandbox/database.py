"""SQLite as the sandbox uses it: rows in, rows out, pages by position. What the rows mean is the store's business."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from typing import Any, TypeVar

from callerid_analytics.sandbox import tables
from callerid_analytics.sandbox.paging import Cursor, PageRequest, Slice

Row = TypeVar("Row", tables.AccountRow, tables.ApiKeyRow, tables.CallerIdRow, tables.CallRow)


class Database:
    """One connection behind one lock, for every thread.

    SQLite writes one at a time anyway, and no statement takes longer than one page of a list. A write to a file is on
    the disk when its method returns. Every statement is put together here, from names that this package writes;
    values are always bound.

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
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None, check_same_thread=False)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self.close()
            raise ValueError(f"{path} cannot be used as a database of the sandbox: {error}") from error
        except ValueError:
            self.close()
            raise

    def _prepare(self) -> None:
        execute = self._connection.execute
        (empty,) = execute("SELECT count(*) = 0 FROM sqlite_master").fetchone()
        (version,) = execute("PRAGMA application_id").fetchone()
        if not empty and version != tables.VERSION:
            raise ValueError("This file was not made by this version of the sandbox; choose another one")
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")
        if empty:
            self._connection.executescript(
                f"BEGIN; PRAGMA application_id = {tables.VERSION}; {tables.SCHEMA} COMMIT;"
            )

    def close(self) -> None:
        """Close the database; a file is then complete by itself."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything inside happen wholly or not at all, with no other thread in between; may be nested."""
        with self._lock:
            self._connection.execute("SAVEPOINT step")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK TO step")
                raise
            finally:
                self._connection.execute("RELEASE step")

    def insert(self, table: str, rows: Iterable[Row], *, or_replace: bool = False) -> None:
        """Add rows of one kind, in order, all or none."""
        with self.transaction():
            for row in rows:
                verb = "REPLACE" if or_replace else "INSERT"
                self._connection.execute(f"{verb} INTO {table} VALUES ({', '.join('?' * len(row))})", row)  # noqa: S608

    def update(self, table: str, sid: str, values: Mapping[str, Any]) -> None:
        """Change some columns of one row."""
        changes = ", ".join(f"{column} = :{column}" for column in values)
        with self._lock:
            self._connection.execute(f"UPDATE {table} SET {changes} WHERE sid = :sid", {**values, "sid": sid})  # noqa: S608

    def delete(self, table: str, sid: str) -> None:
        """Remove one row."""
        with self._lock:
            self._connection.execute(f"DELETE FROM {table} WHERE sid = ?", (sid,))  # noqa: S608

    def select(
        self, table: str, kind: type[Row], values: Mapping[str, Any], clause: str = "", **parameters: int
    ) -> list[Row]:
        """Find the rows that have exactly these values; the clause is what follows the WHERE."""
        conditions = " AND ".join(["TRUE", *(f"{column} = :{column}" for column in values)])
        statement = f"SELECT * FROM {table} WHERE {conditions} {clause}"  # noqa: S608
        with self._lock:
            rows = self._connection.execute(statement, {**values, **parameters})
            return list(map(kind._make, rows))

    def find(self, table: str, kind: type[Row], **values: str) -> Row | None:
        """Find the one row that has these values."""
        return next(iter(self.select(table, kind, values, "LIMIT 1")), None)

    def page(self, table: str, kind: type[Row], filters: Mapping[str, str], asked: PageRequest) -> Slice[Row]:
        """Find one page, newest first, of the rows that have exactly these values."""

        def neighbour(clause: str, cursor: Cursor) -> Cursor | None:
            there = self.select(table, kind, filters, f"AND position {clause} LIMIT 1", here=cursor.position)
            return cursor if there else None

        with self._lock:
            rows = self._rows_of_page(table, kind, filters, asked)
            if not rows:
                return Slice([], None, None)
            newest, oldest = rows[0][0], rows[-1][0]
            return Slice(
                rows, neighbour("> :here", Cursor(newest, before=True)), neighbour("< :here", Cursor(oldest))
            )

    def _rows_of_page(
        self, table: str, kind: type[Row], filters: Mapping[str, str], asked: PageRequest
    ) -> list[Row]:
        if asked.cursor is None:
            clause = "ORDER BY position DESC LIMIT :size OFFSET :skip"
            return self.select(table, kind, filters, clause, size=asked.size, skip=asked.number * asked.size)
        if asked.cursor.before:
            clause = "AND position > :here ORDER BY position LIMIT :size"
            return self.select(table, kind, filters, clause, size=asked.size, here=asked.cursor.position)[::-1]
        clause = "AND position < :here ORDER BY position DESC LIMIT :size"
        return self.select(table, kind, filters, clause, size=asked.size, here=asked.cursor.position)
