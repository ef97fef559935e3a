"""What runs have done: those of the journal that a client may take back or finish, and the names afterwards."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from callerid_analytics import frames, renames
from callerid_analytics.client import Client
from callerid_analytics.files import StrPath
from callerid_analytics.journal import STATUSES, Journal

_WORST_FIRST = ("failed", "drifted", "skipped", "unchanged", "renamed", "deleted")
_AS_PLANNED = ("renamed", "unchanged")


def runs_of(journal: StrPath | None, client: Client) -> pd.DataFrame:
    """Return the runs of a client's account and host, the newest first; none where there is no journal yet.

    Returns
    -------
    pandas.DataFrame
        As `renames.list_runs` returns it, and ``result`` (text): how many rows came to what.

    Raises
    ------
    JournalError
        There is a file, and it is no journal or cannot be read.
    """
    if not Journal(journal).path.exists():
        return none()
    runs = renames.list_runs(journal)
    is_ours = (runs["base_url"] == client.base_url) & (runs["account_sid"] == client.account_sid)
    return _with_results(runs[is_ours].iloc[::-1].reset_index(drop=True))


def none() -> pd.DataFrame:
    """Return a list of no runs."""
    counts = {name: pd.Series(dtype="int64") for name in ("rows", *STATUSES, "pending")}
    texts = {name: pd.Series(dtype=frames.TEXT) for name in ("run", "kind", "undoes")}
    return _with_results(pd.DataFrame({**texts, "begun": pd.Series(dtype=frames.INSTANT), **counts}))


def _with_results(runs: pd.DataFrame) -> pd.DataFrame:
    counts = (runs[name].tolist() for name in (*STATUSES, "pending"))
    told = [_told(dict(zip((*STATUSES, "pending"), one, strict=True))) for one in zip(*counts, strict=True)]
    return runs.assign(result=pd.Series(told, dtype=frames.TEXT))


def _told(counts: Mapping[str, int]) -> str:
    told = [f"{counts[status]:,} {status}" for status in STATUSES if counts.get(status)]
    if counts.get("pending"):
        told.append(f"{counts['pending']:,} not done")
    return ", ".join(told) or "no rows"


def troubles(journal: StrPath | None, run: str | None) -> str:
    """Say what has gone wrong so far in a run, or in the latest of a journal; it may be under way."""
    runs = renames.list_runs(journal)
    looked_at = runs.iloc[-1:] if run is None else runs[runs["run"] == run]
    told = [f"{count:,} {status}" for status in ("failed", "drifted") for count in looked_at[status] if count]
    return ", ".join(told)


def in_words(outcome: pd.DataFrame) -> str:
    """Say how many rows came to what.

    Examples
    --------
    >>> in_words(pd.DataFrame({"status": ["renamed", "failed", "renamed", None]}))
    '2 renamed, 1 failed, 1 not done'
    """
    counts = {str(status): int(count) for status, count in outcome["status"].value_counts().items()}
    return _told({**counts, "pending": int(outcome["status"].isna().sum())})


def went_well(outcome: pd.DataFrame) -> bool:
    """Say whether every row has the name that it was to get, or was not to be sent."""
    return bool(outcome["status"].isin((*_AS_PLANNED, "skipped")).all())


def worst_first(outcome: pd.DataFrame) -> pd.DataFrame:
    """Return what became of rows with those first that somebody should look at, then those not done."""
    order = outcome["status"].astype(str).map({status: at for at, status in enumerate(_WORST_FIRST)})
    places = order.fillna(_WORST_FIRST.index("skipped")).sort_values(kind="stable").index
    return outcome.loc[places].reset_index(drop=True)


def with_new_names(frame: pd.DataFrame, outcome: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the names that caller IDs have after a run.

    Parameters
    ----------
    frame : pandas.DataFrame
        Caller IDs.
    outcome : pandas.DataFrame
        What became of a plan of renames.

    Returns
    -------
    pandas.DataFrame
        The same rows, with the same index and ``attrs``.

    Examples
    --------
    >>> frame = pd.DataFrame({"sid": ["PN1", "PN2"], "account_sid": "AC1", "friendly_name": ["desk", "sales"]})
    >>> row = {"sid": ["PN1"], "account_sid": ["AC1"], "new_name": ["Desk"], "status": ["renamed"]}
    >>> with_new_names(frame, pd.DataFrame(row))["friendly_name"].tolist()
    ['Desk', 'sales']
    """
    if "new_name" not in outcome.columns:
        return frame
    done = outcome[outcome["status"].isin(_AS_PLANNED)]
    names = pd.Series(done["new_name"].array, index=_keys(done), dtype=frames.TEXT)
    names = names[~names.index.duplicated(keep="last")]
    found = pd.Series(names.reindex(_keys(frame)).array, index=frame.index, dtype=frames.TEXT)
    return frame.assign(friendly_name=found.fillna(frame["friendly_name"]))


def _keys(table: pd.DataFrame) -> pd.Index:
    return pd.Index(table["account_sid"].astype(str) + "/" + table["sid"].astype(str))
