"""`apply_plan` begins a run, `resume_run` goes on with one that was cut off."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from importlib.metadata import version

import pandas as pd

from callerid_analytics import plans
from callerid_analytics.client import Client
from callerid_analytics.errors import InvalidParameter, JournalError
from callerid_analytics.files import StrPath
from callerid_analytics.journal import Entry, JournalWriter, Kind, Run
from callerid_analytics.progress import Progress
from callerid_analytics.renames import outcomes
from callerid_analytics.renames.carrying import carry_out

_SEPARATOR = "; "


def apply_plan(
    plan: pd.DataFrame,
    client: Client,
    *,
    journal: StrPath | None = None,
    accept: Collection[str] = (),
    confirm_deletions: int | None = None,
    progress: Progress = True,
) -> pd.DataFrame:
    """Rename, or delete, what a plan says, where it is still as the plan knows it.

    Parameters
    ----------
    plan : pandas.DataFrame
        Of renames or of deletions; see `callerid_analytics.plans`.
    client : Client
        Of the account, or of the main account of all the accounts, in the plan.
    journal : path, optional
        Where the run is recorded; by default a file in the user's data folder.
    accept : collection of str
        Problems of `plans.ACCEPTABLE` that do not matter; rows with another problem are skipped.
    confirm_deletions : int, optional
        For a plan of deletions, how many caller IDs it deletes: a deletion cannot be undone.
    progress : bool or callable, default True
        Show a progress bar, in a notebook or in a terminal; or what to call instead, now and then, with how many
        rows are done and of how many. ``KeyboardInterrupt`` raised by it has the effect of Ctrl-C.

    Returns
    -------
    pandas.DataFrame
        The plan, its index and ``attrs`` kept, and ``status`` (category), ``error``, ``request_id`` (text),
        ``at`` (``datetime64[us, UTC]``); ``attrs["run"]`` is the run's id. A row's status is one of

        * ``renamed``, ``deleted``: done;
        * ``unchanged``: it had the new name already;
        * ``drifted``: it is gone, or has another number or name than the plan says, and was left alone;
        * ``failed``: the error says why; `resume_run` tries those again whose reason may pass;
        * ``skipped``: it has a problem, and was not sent.

    Raises
    ------
    PlanError
        It is no plan; nothing was sent.
    InvalidParameter
        `accept` holds what cannot be accepted, or `confirm_deletions` is not that number; nothing was sent.
    JournalBusy
        Another run is going on with this journal.
    JournalError
        The journal cannot be written.
    AuthenticationFailed
        The credentials are wrong. The message says which run to resume.
    Interrupted
        Ctrl-C. What was under way is done, the rest can be resumed.
    """
    plans.check(plan)
    to_do = list(entries(plan, accept))
    kind = plans.kind(plan)
    if kind == "delete":
        _refuse_unconfirmed(sum(entry.skipped is None for entry in to_do), confirm_deletions)
    with JournalWriter(journal) as opened:
        run = new_run(opened, kind, client)
        opened.begin(run, to_do)
        carry_out(opened, run, client, progress=progress)
        outcome = outcomes.of(opened, run.run)
    added = {name: outcome[name].set_axis(plan.index) for name in outcomes.OUTCOME_COLUMNS}
    result = plan.assign(**added)
    result.attrs["run"] = run.run
    return result


def resume_run(journal: StrPath | None, run: str, client: Client, *, progress: Progress = True) -> pd.DataFrame:
    """Finish a run that was cut off: by Ctrl-C, an error, a kill or a power cut.

    Rows that were perhaps sent are looked up before anything is sent; rows that failed for a reason that may pass
    are tried again. With nothing left to do, nothing is done.

    Parameters
    ----------
    journal : path or None
        None is the one in the user's data folder.
    run : str
        One that `list_runs` lists.
    client : Client
        Of the same main account, on the same host.
    progress : bool or callable, default True
        Show a progress bar, in a notebook or in a terminal; or what to call instead, now and then, with how many
        rows are done and of how many. ``KeyboardInterrupt`` raised by it has the effect of Ctrl-C.

    Returns
    -------
    pandas.DataFrame
        The whole run, as `read_run` returns it.

    Raises
    ------
    JournalError
        There is no such journal or run, or the client is another one's.
    JournalBusy, AuthenticationFailed, Interrupted
        As `apply_plan` does.
    """
    outcomes.read_run(journal, run)  # a file that is no journal is not made one
    with JournalWriter(journal) as opened:
        begun = opened.run(run)
        refuse_other_client(begun, client)
        if opened.pending(run):
            opened.reopen(run)
            carry_out(opened, begun, client, progress=progress)
        return outcomes.of(opened, run)


def new_run(journal: JournalWriter, kind: Kind, client: Client, *, undoes: str | None = None) -> Run:
    """Return what is to be known of a run that begins."""
    this = version("callerid-analytics")
    return Run(journal.new_run_id(), kind, client.base_url, client.account_sid, undoes, this)


def entries(plan: pd.DataFrame, accept: Collection[str]) -> Iterator[Entry]:
    """Yield the rows of a plan as a journal takes them, those marked that are not to be sent."""
    unknown = sorted(set(accept) - set(plans.ACCEPTABLE))
    if isinstance(accept, str) or unknown:
        raise InvalidParameter(f"accept is {accept!r}: it may hold {' and '.join(plans.ACCEPTABLE)} only.")
    names = ("sid", "account_sid", "phone_number", "old_name", "new_name")
    why = "rules" if "rules" in plan.columns else "reason"
    columns = [_values(plan, name) for name in (*names, why, "problem")]
    for values in zip(*columns, strict=True):
        problems = [problem for problem in (values[-1] or "").split(_SEPARATOR) if problem]
        refused = [problem for problem in problems if problem not in accept]
        skipped = f"It was not sent, for its problem: {_SEPARATOR.join(refused)}." if refused else None
        yield Entry._make((*values, skipped))


def refuse_other_client(run: Run, client: Client) -> None:
    """Refuse a client of another host or main account than a run was begun with."""
    for what, begun, given in (
        ("host", run.base_url, client.base_url),
        ("account", run.account_sid, client.account_sid),
    ):
        if begun != given:
            raise JournalError(
                f"Run {run.run} was begun on the {what} {begun}, and this client is for {given}. "
                f"Use a client for {begun}."
            )


def _values(plan: pd.DataFrame, name: str) -> list[str | None]:
    if name not in plan.columns:
        return [None] * len(plan)
    column = plan[name].astype(object)
    return column.where(column.notna(), None).tolist()


def _refuse_unconfirmed(count: int, confirmed: int | None) -> None:
    if confirmed != count or isinstance(confirmed, bool):
        raise InvalidParameter(
            f"Deleting cannot be undone: each number would have to be verified again. This plan deletes {count} "
            f"caller IDs; to delete them, pass confirm_deletions={count}."
        )
