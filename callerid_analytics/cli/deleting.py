"""``callerids delete``: the same road as renaming, up to the point of no return."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from callerid_analytics.cli import changing, rows
from callerid_analytics.cli.exit_codes import DONE, FAILED
from callerid_analytics.cli.options import connection_options
from callerid_analytics.cli.renaming import resume
from callerid_analytics.cli.tables import TableFormat, format_option
from callerid_analytics.cli.terminal import say
from callerid_analytics.errors import InvalidParameter


@click.group()
def delete() -> None:
    """Plan deletions, look at them, carry them out.

    \b
      callerids delete plan old.csv --all-accounts --not-updated-since 2019-01-01 --reason "not used since 2019"
      callerids delete apply old.csv

    A deletion cannot be undone: the number would have to be verified again, by a phone call.
    """  # noqa: D301 - click wants the real \b


@delete.command()
@changing.plan_argument
@click.option("--reason", required=True, metavar="TEXT", help="Why; it is kept in the plan and in the journal.")
@rows.source_options
@rows.selection_options
@format_option
def plan(plan_file: Path, reason: str, format_: TableFormat, **options: Any) -> int:
    """Write the caller IDs to be deleted to a CSV file.

    PLAN is a file for you or a colleague to look at and cut down in a spreadsheet. Nothing is deleted. Say which
    ones by at least one of --sid, --region, --name-contains, --never-renamed, --invalid, --created-before,
    --not-updated-since, --phone-number and --friendly-name.
    """
    from callerid_analytics import plans

    source, selection = rows.split(options)
    if not any(selection.values()) and not (source["phone_number"] or source["friendly_name"]):
        raise click.UsageError("Say which caller IDs, such as --not-updated-since 2019-01-01: never all of them.")
    planned = plans.plan_deletions(rows.select(rows.read(**source), **selection), reason=reason)
    plans.save_plan(planned, plan_file)
    changing.show_plan(planned, format_=format_)
    say(f"Written to {plan_file}. To carry it out: callerids delete apply {plan_file}")
    return DONE


@delete.command()
@changing.plan_argument
@connection_options
@changing.journal_option
@click.option(
    "--confirm-deletions",
    "confirmed",
    type=click.IntRange(0),
    metavar="N",
    help="How many will be deleted, as you counted them; asked for if it is not given.",
)
@format_option
def apply(
    plan_file: Path, base_url: str | None, journal: Path | None, confirmed: int | None, format_: TableFormat
) -> int:
    """Delete a plan's caller IDs, for good.

    Asks for their number to be typed, since a deletion cannot be undone. A caller ID that was changed since the
    plan was made is left alone and reported.
    """
    from callerid_analytics import plans, renames

    planned = plans.load_plan(plan_file)
    if plans.kind(planned) != "delete":
        raise InvalidParameter(f"{plan_file} plans new names: callerids rename apply {plan_file}")
    changing.show_plan(planned, format_="table")
    with rows.connected(base_url) as client:
        count = confirmed if confirmed is not None else _asked(client.base_url)
        if count is None:
            return FAILED
        return changing.carry_out(
            lambda: renames.apply_plan(planned, client, journal=journal, confirm_deletions=count),
            journal=journal,
            format_=format_,
        )


delete.add_command(resume)


def _asked(base_url: str) -> int | None:
    question = f"They will be deleted for good at {base_url}. Type how many there are"
    try:
        return int(click.prompt(question, type=int, err=True))
    except click.Abort:
        say("\nNothing was deleted: their number was not typed; --confirm-deletions gives it in advance.")
        return None
