"""What became of runs, as tables."""

from __future__ import annotations

import pandas as pd

from callerid_analytics import plans
from callerid_analytics.files import StrPath
from callerid_analytics.journal import Journal

OUTCOME_COLUMNS = ("status", "error", "request_id", "at")


def list_runs(journal: StrPath | None = None) -> pd.DataFrame:
    """List the runs of a journal, the oldest first; works while one is going on.

    Parameters
    ----------
    journal : path, optional
        By default the one in the user's data folder.

    Returns
    -------
    pandas.DataFrame
        ``run`` (text), ``kind`` (category), ``begun`` and ``ended`` (``datetime64[us, UTC]``; without an end the
        run goes on, or was cut off), ``base_url`` (text) and ``account_sid`` (category) that it is for; counts of
        rows (``int64``): ``rows``, ``renamed``, ``deleted``, ``unchanged``, ``drifted``, ``failed``, ``skipped``
        and ``pending`` (not done, or nobody knows); ``undoes`` (text: a run, or ``all``) and the package's
        ``version``.

    Raises
    ------
    JournalError
        There is no such journal, or it cannot be read.
    """
    with Journal(journal) as opened:
        return opened.runs()


def read_run(journal: StrPath | None, run: str) -> pd.DataFrame:
    """Read what became of a run's rows; works while it is going on.

    Parameters
    ----------
    journal : path or None
        None is the one in the user's data folder.
    run : str
        One that `list_runs` lists.

    Returns
    -------
    pandas.DataFrame
        The plan, and the columns that `apply_plan` adds, with ``attrs["run"]``. Rows that are not done have no
        ``status``.

    Raises
    ------
    JournalError
        There is no such journal or run.
    """
    with Journal(journal) as opened:
        return of(opened, run)


def of(journal: Journal, run: str) -> pd.DataFrame:
    """Return the table that `read_run` returns, from an open journal."""
    is_rename = journal.run(run).kind == "rename"
    why, planned = ("rules", plans.RENAME_COLUMNS) if is_rename else ("reason", plans.DELETION_COLUMNS)
    outcome = journal.rows(run).rename(columns={"why": why})[[*planned, *OUTCOME_COLUMNS]]
    outcome.attrs["run"] = run
    return outcome
