"""Carrying a run out: rows side by side in threads, a bar that shows how far it is, and an orderly end.

Ctrl-C lets what is under way come to its end and begins nothing more; a second one cuts that off too, which the
journal stands as it stands a kill. Either way no thread is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

from callerid_analytics.client import Client
from callerid_analytics.errors import CallerIdError, Interrupted
from callerid_analytics.journal import JournalWriter, Outcome, Row, Run
from callerid_analytics.progress import Progress, progress_bar
from callerid_analytics.renames.settling import settle
from callerid_analytics.renames.turns import Turns

_THREADS = 32
_THREADS_PER_ACCOUNT = 2
"""More for each account, since that many rows of one that refuses everything wait for their next attempt."""
_MOST_THREADS = 128
_TICK = 0.1
"""Seconds between two looks at how far it is."""


def carry_out(journal: JournalWriter, run: Run, client: Client, *, progress: Progress) -> None:
    """Do what is still to be done of a run.

    Raises
    ------
    Interrupted
        Ctrl-C; says which run.
    AuthenticationFailed, JournalError
        The rows that had not begun are as they were; says which run.
    """
    rows = journal.pending(run.run)
    try:
        _all_done(journal, run, rows, client, progress=progress)
    except CallerIdError as error:
        error.args = (f"{error} {_to_be_resumed(journal, run)}",)
        raise
    except KeyboardInterrupt:
        journal.end(run.run)
        raise Interrupted(_to_be_resumed(journal, run), run=run.run) from None
    journal.end(run.run)


def _all_done(journal: JournalWriter, run: Run, rows: list[Row], client: Client, *, progress: Progress) -> None:
    turns = Turns(rows, lambda account: _rows_at_once(client.limit(account)))
    size = min(_THREADS + _THREADS_PER_ACCOUNT * turns.accounts, _MOST_THREADS, len(rows))
    with (
        progress_bar(unit="rows", total=len(rows), progress=progress) as bar,
        _pool(size) as pool,
        client.abortable() as abortable,
    ):
        threads: list[Future[None]] = []
        try:
            threads.extend(pool.submit(_work, turns, journal, run, abortable) for _ in range(size))
            _watch(threads, turns, bar)
        except KeyboardInterrupt:
            turns.stop()
            _watch(threads, turns, bar)
            raise
        for thread in threads:
            thread.result()


def _rows_at_once(requests: int) -> int:
    """Return how many rows keep that many requests under way: between two requests a row takes some time."""
    return requests + requests // 2 + 1


@contextmanager
def _pool(size: int) -> Iterator[ThreadPoolExecutor]:
    """Provide threads that are gone at the end, however it comes."""
    pool = ThreadPoolExecutor(max(1, size), thread_name_prefix="callerids-run")
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _work(turns: Turns, journal: JournalWriter, run: Run, client: Client) -> None:
    """Do rows until there are no more; what goes wrong with more than the row ends the others' work too."""
    while row := turns.take():
        outcome = None
        try:
            outcome = _done(row, journal, run, client)
        except BaseException:
            turns.stop()
            raise
        finally:
            turns.done(row, outcome)


def _done(row: Row, journal: JournalWriter, run: Run, client: Client) -> Outcome:
    outcome = settle(row, run.kind, client, lambda: journal.intend(run.run, row.position))
    journal.settle(run.run, row.position, outcome)
    return outcome


def _watch(threads: list[Future[None]], turns: Turns, bar: Any) -> None:
    """Show how far it is until all threads have ended."""
    under_way: set[Future[None]] = set(threads)
    while under_way:
        under_way = wait(under_way, timeout=_TICK).not_done
        outcomes = dict(turns.outcomes)
        troubles = {status: outcomes[status] for status in ("failed", "drifted") if outcomes.get(status)}
        bar.set_postfix(troubles, refresh=False)
        bar.update(sum(outcomes.values()) - bar.n)


def _to_be_resumed(journal: JournalWriter, run: Run) -> str:
    left = len(journal.pending(run.run))
    return f"{left:,} rows of run {run.run} are still to be done: resume that run to finish them."
