"""``callerids rename``: plan, apply, resume, undo, and one by one; every change through the same journal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callerid_analytics.cli import changing, rows
from callerid_analytics.cli.exit_codes import DONE, FAILED
from callerid_analytics.cli.options import connection_options
from callerid_analytics.cli.tables import TableFormat, format_option, show
from callerid_analytics.cli.terminal import printable, say
from callerid_analytics.errors import InvalidParameter
from callerid_analytics.wording import counted

if TYPE_CHECKING:
    import pandas as pd

_RUNS = {
    "run": ("RUN", 24),
    "kind": ("KIND", 6),
    "begun": ("BEGUN (UTC)", 16),
    "rows": ("ROWS", 9),
    "renamed": ("RENAMED", 9),
    "deleted": ("DELETED", 9),
    "unchanged": ("UNCHANGED", 9),
    "drifted": ("DRIFTED", 9),
    "failed": ("FAILED", 9),
    "skipped": ("SKIPPED", 9),
    "pending": ("PENDING", 9),
    "undoes": ("UNDOES", 24),
}

_OF_ONE = ("sid", "account_sid", "phone_number", "friendly_name")
_ROWS = {
    "status": ("STATUS", 9),
    "phone_number": ("NUMBER", 16),
    "old_name": ("OLD NAME", 34),
    "new_name": ("NEW NAME", 34),
    "error": ("WHAT HAPPENED", 60),
}


@click.group()
def rename() -> None:
    """Plan new names, look at them, apply them, take them back.

    \b
      callerids rename plan names.csv --all-accounts      what would change, as a file to look at and edit
      callerids rename apply names.csv                    asks, then changes it
      callerids rename undo RUN                           takes it back

    Every run is kept in a journal, so that a run that was cut off can be resumed and any run undone.
    """  # noqa: D301 - click wants the real \b


@rename.command()
@changing.plan_argument
@click.option(
    "--recipe",
    "recipe_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Rules in JSON, as `callerids rename rules` lists them; by default those that only tidy.",
)
@rows.source_options
@rows.selection_options
@format_option
def plan(plan_file: Path, recipe_file: Path | None, format_: TableFormat, **options: Any) -> int:
    """Work out new names and write them to a CSV file.

    PLAN is a file for you or a colleague to look at, edit and cut down in a spreadsheet. Nothing is changed.
    Without --recipe, names are only tidied: white space, control characters, broken encodings.
    """
    from callerid_analytics import cleaning, plans

    recipe = cleaning.Recipe.load(recipe_file) if recipe_file else cleaning.standard()
    source, selection = rows.split(options)
    frame = rows.read(**source)
    planned = plans.plan_renames(frame, recipe, only=rows.select(frame, **selection))
    plans.save_plan(planned, plan_file)
    changing.show_plan(planned, format_=format_)
    say(f"Written to {plan_file}. To apply it: callerids rename apply {plan_file}")
    return DONE


@rename.command()
@changing.plan_argument
@connection_options
@changing.consent_options
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    type=click.Choice(["collision", "cycle"]),
    help="Send rows with this problem too: Twilio itself does not mind equal names.",
)
@format_option
def apply(
    plan_file: Path,
    base_url: str | None,
    journal: Path | None,
    accepted: tuple[str, ...],
    format_: TableFormat,
    *,
    yes: bool,
) -> int:
    """Apply a plan of new names, after asking.

    A caller ID whose name is no longer the plan's old name is left alone and reported. Press Ctrl-C to stop: it
    then says how to resume.
    """
    from callerid_analytics import plans, renames

    planned = plans.load_plan(plan_file)
    if plans.kind(planned) != "rename":
        raise InvalidParameter(f"{plan_file} plans deletions: callerids delete apply {plan_file}")
    say(changing.described(planned, accepted))
    with rows.connected(base_url) as client:
        if not changing.confirm(f"Rename them at {client.base_url}?", yes=yes):
            return FAILED
        return changing.carry_out(
            lambda: renames.apply_plan(planned, client, journal=journal, accept=accepted),
            journal=journal,
            format_=format_,
        )


@rename.command()
@click.argument("run")
@connection_options
@changing.journal_option
@format_option
def resume(run: str, base_url: str | None, journal: Path | None, format_: TableFormat) -> int:
    """Finish a run that was cut off.

    Rows whose outcome is unknown are looked up before anything is sent again.
    """
    from callerid_analytics import renames

    with rows.connected(base_url) as client:
        return changing.carry_out(
            lambda: renames.resume_run(journal, run, client), journal=journal, format_=format_
        )


@rename.command()
@click.argument("run", required=False)
@click.option("--all", "everything", is_flag=True, help="All runs of the journal: back to the first names.")
@click.option("--sid", "sids", multiple=True, metavar="SID", help="Only this caller ID; repeat it for several.")
@connection_options
@changing.consent_options
@format_option
def undo(
    run: str | None,
    base_url: str | None,
    journal: Path | None,
    sids: tuple[str, ...],
    format_: TableFormat,
    *,
    everything: bool,
    yes: bool,
) -> int:
    """Give caller IDs the names back that a run took.

    RUN is one that `callerids rename runs` lists. A name that somebody changed since is left alone and reported.
    An undo is a run of its own, which can be undone.
    """
    from callerid_analytics import renames

    if everything == bool(run):
        raise click.UsageError("Name a run, as `callerids rename runs` lists them, or give --all.")
    which = run or "all"
    planned = renames.plan_undo(journal, which, sids=sids or None)
    changing.show_plan(planned, format_="table")
    with rows.connected(base_url) as client:
        if not changing.confirm(f"Give these names back at {client.base_url}?", yes=yes):
            return FAILED
        return changing.carry_out(
            lambda: renames.undo_run(journal, which, client, sids=sids or None), journal=journal, format_=format_
        )


@rename.command()
@click.argument("run", required=False)
@changing.journal_option
@format_option
def runs(run: str | None, journal: Path | None, format_: TableFormat) -> int:
    """List the runs of the journal, or the rows of one run.

    Pending rows are those that a run did not get to, or whose outcome is not known: resume it.
    """
    from callerid_analytics import renames

    if run:
        outcome = renames.read_run(journal, run)
        show(outcome, _ROWS, format_=format_)
    else:
        listed = renames.list_runs(journal)
        show(listed, _RUNS, format_=format_)
        say(f"{counted(len(listed), 'run')}.")
    return DONE


@rename.command()
@click.argument("sid")
@click.argument("name")
@click.option("--account", "account_sid", metavar="SID", help="The account that it is in, if not your own.")
@connection_options
@changing.consent_options
@format_option
def one(
    sid: str,
    name: str,
    account_sid: str | None,
    base_url: str | None,
    journal: Path | None,
    format_: TableFormat,
    *,
    yes: bool,
) -> int:
    """Rename one caller ID, by its SID.

    Goes the same way as a plan: journaled, and to be undone.
    """
    import pandas as pd

    from callerid_analytics import cleaning, parameters, plans, renames

    parameters.friendly_name(name)
    with rows.connected(base_url) as client:
        caller_id = client.fetch_caller_id(sid, account_sid=account_sid)
        known = {column: [getattr(caller_id, column)] for column in _OF_ONE}
        planned = plans.plan_renames(pd.DataFrame(known), cleaning.LookUp(key="sid", names={sid: name}))
        if planned.empty:
            say(f"{printable(caller_id.phone_number)} has this name already.")
            return DONE
        changing.show_plan(planned, format_="table")
        if not changing.confirm(f"Rename it at {client.base_url}?", yes=yes):
            return FAILED
        return changing.carry_out(
            lambda: renames.apply_plan(planned, client, journal=journal), journal=journal, format_=format_
        )


@rename.command()
@format_option
def rules(format_: TableFormat) -> int:
    """List the rules that a recipe can be made of."""
    from callerid_analytics import cleaning

    table: pd.DataFrame = cleaning.rules_table()
    columns = {"rule": ("RULE", 24), "fields": ("FIELDS", 44), "what": ("WHAT IT DOES", 90)}
    show(table, columns, format_=format_)
    return DONE
