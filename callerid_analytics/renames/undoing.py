"""`undo_run` takes renames back: a run of its own, with the same look before each change; it can be undone too."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from callerid_analytics import plans
from callerid_analytics.client import Client
from callerid_analytics.errors import AuthenticationFailed, InvalidParameter, JournalError, RequestError
from callerid_analytics.files import StrPath
from callerid_analytics.journal import Journal, JournalWriter
from callerid_analytics.progress import Progress
from callerid_analytics.renames import outcomes
from callerid_analytics.renames.applying import entries, new_run, refuse_other_client
from callerid_analytics.renames.carrying import carry_out
from callerid_analytics.renames.settling import seen

_ALL = "all"
_KEY = ["account_sid", "sid"]


def plan_undo(journal: StrPath | None, run: str = _ALL, *, sids: Collection[str] | None = None) -> pd.DataFrame:
    """Plan to give caller IDs back the names that runs have changed.

    Parameters
    ----------
    journal : path or None
        None is the one in the user's data folder.
    run : str, default "all"
        One that `list_runs` lists; or all of them, which leads from each caller ID's latest name to its first.
    sids : collection of str, optional
        Only these caller IDs.

    Returns
    -------
    pandas.DataFrame
        A plan of renames: the rows that were renamed, or perhaps were, with old and new name exchanged.

    Raises
    ------
    JournalError
        There is no such journal, run or row; the run has deleted, which cannot be undone; or there are runs of
        several accounts or hosts, one of which must be named.
    """
    with Journal(journal) as opened:
        runs = _runs(opened, run)
        _refuse_unknown(opened, runs, sids)
        return _plan(opened.renamed(runs), sids)


def undo_run(
    journal: StrPath | None,
    run: str,
    client: Client,
    *,
    sids: Collection[str] | None = None,
    progress: Progress = True,
) -> pd.DataFrame:
    """Give caller IDs back the names that runs have changed, where they still have the changed name.

    A run that was cut off is closed by this: what it had not sent is not sent any more, and is ``skipped``.

    Parameters
    ----------
    journal, run, sids
        As for `plan_undo`; ``"all"`` is all runs of the client's main account and host.
    client : Client
        Of the same main account, on the same host.
    progress : bool or callable, default True
        Show a progress bar, in a notebook or in a terminal; or what to call instead, now and then, with how many
        rows are done and of how many. ``KeyboardInterrupt`` raised by it has the effect of Ctrl-C.

    Returns
    -------
    pandas.DataFrame
        What became of each row, as `apply_plan` returns it; ``attrs["run"]`` is the run that this is, which can be
        resumed and undone like any other.

    Raises
    ------
    JournalError
        As for `plan_undo`, or the client is another one's.
    JournalBusy, AuthenticationFailed, Interrupted
        As `apply_plan` does.
    """
    outcomes.list_runs(journal)  # a file that is no journal is not made one
    with JournalWriter(journal) as opened:
        undone = _runs(opened, run, client)
        _refuse_unknown(opened, undone, sids)
        not_done = [place for one in undone for place in _sent_without_effect(opened, one, sids, client)]
        changed = opened.renamed(undone)
        plan = _plan(changed[~pd.MultiIndex.from_frame(changed[["run", "position"]]).isin(not_done)], sids)
        new = new_run(opened, "rename", client, undoes=run)
        opened.begin(new, entries(plan, plans.ACCEPTABLE), closing=undone, sids=sids, not_done=not_done)
        carry_out(opened, new, client, progress=progress)
        return outcomes.of(opened, new.run)


def _runs(journal: Journal, run: str, client: Client | None = None) -> list[str]:
    """Return the runs to take back, the oldest first."""
    if run != _ALL:
        found = journal.run(run)
        if found.kind == "delete":
            raise JournalError(f"Run {run} has deleted, which cannot be undone: verify the numbers again.")
        if client is not None:
            refuse_other_client(found, client)
        return [run]
    runs = journal.runs()
    runs = runs[runs["kind"] == "rename"]
    if client is not None:
        runs = runs[(runs["base_url"] == client.base_url) & (runs["account_sid"] == client.account_sid)]
    if len(runs.drop_duplicates(["base_url", "account_sid"])) > 1:
        raise JournalError(f"The journal {journal.path} holds runs of several accounts or hosts. Name the run.")
    return runs["run"].tolist()


def _refuse_unknown(journal: Journal, runs: list[str], sids: Collection[str] | None) -> None:
    if isinstance(sids, str):
        raise InvalidParameter(f"sids is {sids!r}: it must be a list of SIDs.")
    known = {sid for run in runs for sid in journal.rows(run)["sid"]} if sids is not None else set()
    lacking = sorted(set(sids or ()) - known)
    if lacking:
        raise JournalError(f"The caller ID {lacking[0]} is in none of the runs to undo.")


def _sent_without_effect(
    journal: JournalWriter, run: str, sids: Collection[str] | None, client: Client
) -> list[tuple[str, int]]:
    """Look at the rows that a run was sending when it was cut off; return the places of those not done."""
    not_done = []
    for row in journal.unknown(run):
        if sids is not None and row.sid not in sids:
            continue
        try:
            outcome = seen(row, "rename", client)
        except RequestError as error:
            if error.retryable or isinstance(error, AuthenticationFailed):
                raise
            continue  # it stays unknown, and its name is given back if it has the new one
        if outcome is None:
            not_done.append((run, row.position))
        else:
            journal.settle(run, row.position, outcome)
    return not_done


def _plan(changed: pd.DataFrame, sids: Collection[str] | None) -> pd.DataFrame:
    """Exchange old and new names; over several runs, lead from the last new one to the first old one."""
    if sids is not None:
        changed = changed[changed["sid"].isin(list(sids))]
    first = changed.drop_duplicates(_KEY)[[*_KEY, "old_name"]]
    last = changed.drop_duplicates(_KEY, keep="last")[[*_KEY, "phone_number", "new_name"]]
    plan = last.rename(columns={"new_name": "old_name"}).merge(
        first.rename(columns={"old_name": "new_name"}), on=_KEY
    )
    plan = plan.assign(new_name=plan["new_name"].fillna(""), rules="undo", problem=None)
    plan = plan.loc[plan["old_name"] != plan["new_name"], list(plans.RENAME_COLUMNS)]
    return plans.recheck(plan.reset_index(drop=True))
