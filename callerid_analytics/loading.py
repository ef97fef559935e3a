"""`load`: the caller IDs of one account or of many, as one DataFrame, and a report of what was read.

Accounts are read side by side. An account's pages come in order, since each names the next; the next one is on
its way while the last is being turned into columns.
"""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from queue import Empty, SimpleQueue
from typing import Any, Literal

import pandas as pd

from callerid_analytics import frames, numbering, parameters
from callerid_analytics.client import Client
from callerid_analytics.columns import Columns, Count
from callerid_analytics.errors import CallerIdError, InvalidParameter, PartialLoadError, RequestError
from callerid_analytics.network import MOST_CONNECTIONS
from callerid_analytics.numbering.compiling import WORTH_COMPILING
from callerid_analytics.paging import FetchedPage
from callerid_analytics.progress import Progress, progress_bar
from callerid_analytics.records import Account, CallerIdPage

Fetched = FetchedPage[CallerIdPage]
_Answer = Future[Fetched | None]

READ, FAILED, NOT_ACTIVE = "read", "failed", "not active"

_TICK = 0.2
"""Seconds between two calls, at most, of who asked to be told of the progress."""


class PartialLoadWarning(UserWarning):
    """An account could not be read, so the rows are not all the rows."""


def load(
    client: Client,
    *,
    accounts: Literal["self", "all"] | Sequence[str] = "self",
    phone_number: str | None = None,
    friendly_name: str | None = None,
    page_size: int = 1000,
    progress: Progress = True,
    strict: bool = True,
) -> pd.DataFrame:
    """Load verified caller IDs into one DataFrame.

    Parameters
    ----------
    client : Client
        Whose account, and where.
    accounts : {"self", "all"} or sequence of str, default "self"
        The client's own account; it and all its active sub-accounts; or the accounts with these SIDs.
    phone_number, friendly_name : str, optional
        Only rows with exactly this number, or exactly this name. The server does the filtering.
    page_size : int, default 1000
        Rows a request, 1 to 1000.
    progress : bool or callable, default True
        Show a progress bar, in a notebook or in a terminal; or what to call instead, now and then, with how many
        caller IDs have come, and None. What it raises ends the load, even while the server is silent.
    strict : bool, default True
        Raise when an account could not be read, rather than warn.

    Returns
    -------
    pandas.DataFrame
        The columns of `callerid_analytics.frames.COLUMNS`, one row per caller ID, accounts in the order in which
        they were listed or named. ``frame.attrs["load_report"]`` is a plain dictionary: ``complete``, ``host``,
        ``started``, ``finished``, ``filters``, ``pages``, ``rows``, ``repeats``, and ``accounts``, which has per
        SID its ``name``, ``status`` ("read", "failed" or "not active"), ``account_status`` (Twilio's: "active",
        "suspended" or "closed"; None where it may not be asked), ``pages``, ``rows``, ``repeats`` (rows that came
        twice because the list shifted while it was read), ``unreadable_dates``, ``seconds``, ``retries`` and
        ``error``.

    Raises
    ------
    PartialLoadError
        An account could not be read and `strict` holds; carries the rows that were read and the report.
    InvalidParameter
        `accounts` or `page_size` is not what it may be.
    RequestError
        The list of accounts could not be read (``accounts="all"``).

    Warns
    -----
    PartialLoadWarning
        An account could not be read and `strict` does not hold.
    """
    query = {"phone_number": phone_number, "friendly_name": friendly_name}
    parameters.page_size(page_size)
    started = datetime.now(UTC)
    readings = _readings(client, accounts)
    columns = Columns()
    _read_all(client, readings, columns, {**query, "page_size": page_size}, progress=progress)
    frame = _frame(columns, readings)
    report = _report(client, readings, started, {name: value for name, value in query.items() if value})
    frame.attrs["load_report"] = report
    _tell_failures(readings, frame, report, strict=strict)
    return frame


class _Reading:
    """What is being read of one account."""

    def __init__(self, place: int, sid: str, account: Account | None = None) -> None:
        self.place, self.sid = place, sid
        self.name = account.friendly_name if account else None
        self.is_named = account is not None
        self.account_status = account.status if account else None
        self.status = READ if account is None or account.status == "active" else NOT_ACTIVE
        self.pages = self.retries = 0
        self.count = Count(0, 0, 0)
        self.began = self.seconds = 0.0
        self.error: CallerIdError | None = None

    def pages_from(self, client: Client, query: dict[str, Any]) -> Iterator[Fetched]:
        """Yield the account's pages; each step is one request, or two where the name is still to be learned."""
        self.began = time.monotonic()
        if not self.is_named:
            self._learn_name(client)
        yield from client.iter_pages(account_sid=self.sid, **query)

    def _learn_name(self, client: Client) -> None:
        """Fetch the name; some API keys may read caller IDs and not the account, which costs only the name."""
        try:
            account = client.fetch_account(self.sid)
        except RequestError:
            return
        self.name, self.account_status = account.friendly_name, account.status

    def add(self, fetched: Fetched, columns: Columns) -> int:
        """Keep a page's rows, as columns; return how many there are."""
        added = columns.add(fetched.page, self.place)
        self.pages += 1
        self.retries += fetched.retries
        return added

    def fail(self, error: CallerIdError) -> None:
        """Remember why not all could be read: the first reason, since a later page may fail as well."""
        self.status, self.error = FAILED, self.error or error
        self.retries += getattr(error, "retries", 0)

    def finish(self) -> None:
        """Take the time."""
        self.seconds = time.monotonic() - self.began

    def report(self) -> dict[str, Any]:
        """Return this account's part of the load report."""
        return {
            "name": self.name,
            "status": self.status,
            "account_status": self.account_status,
            "pages": self.pages,
            "rows": self.count.rows,
            "repeats": self.count.repeats,
            "unreadable_dates": self.count.unreadable_dates,
            "seconds": round(self.seconds, 3),
            "retries": self.retries,
            "error": str(self.error) if self.error else None,
        }


def _readings(client: Client, accounts: Literal["self", "all"] | Sequence[str]) -> list[_Reading]:
    """Return what there is to read, each account once."""
    if accounts == "self":
        return [_Reading(0, client.account_sid)]
    if accounts == "all":
        listed = {account.sid: account for account in client.iter_accounts() if account.sid}
        return [_Reading(place, sid, account) for place, (sid, account) in enumerate(listed.items())]
    if isinstance(accounts, str) or not accounts:
        raise InvalidParameter(f'accounts is {accounts!r}: it must be "self", "all" or a list of account SIDs.')
    return [_Reading(place, parameters.sid(sid, "AC")) for place, sid in enumerate(dict.fromkeys(accounts))]


def _read_all(
    client: Client, readings: list[_Reading], columns: Columns, query: dict[str, Any], *, progress: Progress
) -> None:
    """Read every active account: one request of each at a time, several accounts side by side."""
    to_read = [reading for reading in readings if reading.status == READ]
    with (
        progress_bar(unit="caller IDs", progress=progress) as bar,
        _pool(len(to_read)) as pool,
        client.abortable() as abortable,
    ):
        asking = _Asking(pool, {reading: reading.pages_from(abortable, query) for reading in to_read})
        rows = 0
        bar.update(0)
        for answer in asking.answers():
            added = 0 if answer is None else _add(*answer, asking, columns)
            bar.update(added)
            rows += added
            if rows - added < WORTH_COMPILING <= rows:  # while we wait for the rest
                threading.Thread(target=numbering.prepare, name="callerids-numbering", daemon=True).start()


class _Asking:
    """Asks for the accounts' pages in several threads: in turn, and for one page of an account at a time."""

    def __init__(self, pool: ThreadPoolExecutor, pages: Mapping[_Reading, Iterator[Fetched]]) -> None:
        self._pool = pool
        self._pages = pages
        self._under_way: dict[_Answer, _Reading] = {}
        self._done: SimpleQueue[_Answer] = SimpleQueue()
        for reading in pages:
            self.ask(reading)

    def ask(self, reading: _Reading) -> None:
        """Ask for the next page."""
        future = self._pool.submit(next, self._pages[reading], None)
        self._under_way[future] = reading
        future.add_done_callback(self._done.put)

    def answers(self) -> Iterator[tuple[_Reading, _Answer] | None]:
        """Yield what comes until all has come, and nothing each time that nothing came for a while."""
        while self._under_way:
            try:
                future = self._done.get(timeout=_TICK)
            except Empty:
                yield None
            else:
                yield self._under_way.pop(future), future


def _add(reading: _Reading, answer: _Answer, asking: _Asking, columns: Columns) -> int:
    """Keep a page, once the next one is asked for; return how many rows it has."""
    try:
        fetched = answer.result()
        if fetched is not None:
            asking.ask(reading)
            return reading.add(fetched, columns)
    except CallerIdError as error:
        reading.fail(error)
    reading.finish()
    return 0


@contextmanager
def _pool(size: int) -> Iterator[ThreadPoolExecutor]:
    """Provide threads that are gone at the end, however it comes; what they had not begun is dropped."""
    pool = ThreadPoolExecutor(max(1, min(size, MOST_CONNECTIONS)), thread_name_prefix="callerids-load")
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _frame(columns: Columns, readings: list[_Reading]) -> pd.DataFrame:
    """Make the frame of the accounts' rows, and derive what the numbers tell."""
    frame, counts = columns.take([reading.name for reading in readings])
    for reading, count in zip(readings, counts, strict=True):
        reading.count = count
    described = numbering.describe(frame["phone_number"])
    return frames.conform(frame.assign(**{str(name): column for name, column in described.items()}))


def _report(
    client: Client, readings: list[_Reading], started: datetime, filters: dict[str, str]
) -> dict[str, Any]:
    finished = datetime.now(UTC)
    per_account = {reading.sid: reading.report() for reading in readings}
    totals = {
        name: sum(account[name] for account in per_account.values()) for name in ("pages", "rows", "repeats")
    }
    return {
        "complete": all(reading.status != FAILED for reading in readings),
        "host": client.base_url,
        "started": started.isoformat(timespec="seconds"),
        "finished": finished.isoformat(timespec="seconds"),
        "filters": filters,
        **totals,
        "accounts": per_account,
    }


def _tell_failures(readings: list[_Reading], frame: pd.DataFrame, report: dict[str, Any], *, strict: bool) -> None:
    failed = [reading for reading in readings if reading.status == FAILED]
    if not failed:
        return
    count = f"{len(failed)} of {len(readings)} accounts" if len(readings) > 1 else f"Account {failed[0].sid}"
    message = f"{count} could not be read; the first failure: {failed[0].error}"
    if strict:
        raise PartialLoadError(message, frame=frame, report=report) from failed[0].error
    warnings.warn(message, PartialLoadWarning, stacklevel=3)
