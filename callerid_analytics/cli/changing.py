"""What the commands that change caller IDs share: show a plan, ask, apply it, and say what came of it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callerid_analytics.cli.exit_codes import DONE, FAILED
from callerid_analytics.cli.options import all_of
from callerid_analytics.cli.tables import TableFormat, show
from callerid_analytics.cli.terminal import say
from callerid_analytics.errors import Interrupted
from callerid_analytics.wording import counted

if TYPE_CHECKING:
    import pandas as pd

_MOST_SHOWN = 20
_DONE = ("renamed", "deleted", "unchanged")
_RENAMES = {
    "phone_number": ("NUMBER", 16),
    "old_name": ("OLD NAME", 34),
    "new_name": ("NEW NAME", 34),
    "rules": ("RULES", 30),
    "problem": ("PROBLEM", 30),
}
_DELETIONS = {
    "phone_number": ("NUMBER", 16),
    "old_name": ("NAME", 34),
    "reason": ("REASON", 40),
    "account_sid": ("ACCOUNT", 34),
    "problem": ("PROBLEM", 30),
}
_OUTCOMES = {
    "status": ("STATUS", 9),
    "phone_number": ("NUMBER", 16),
    "old_name": ("OLD NAME", 34),
    "error": ("WHAT HAPPENED", 80),
}

plan_argument = click.argument("plan_file", metavar="PLAN", type=click.Path(path_type=Path))
journal_option = click.option(
    "--journal",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Where runs are recorded; by default a file in your user data folder.",
)
consent_options = all_of(
    journal_option,
    click.option("--yes", is_flag=True, help="Do not ask before anything is sent."),
)


def show_plan(plan: pd.DataFrame, *, format_: TableFormat) -> None:
    """Print a plan's first rows, or all of them for a program, and say what it comes to."""
    from callerid_analytics import plans

    show(plan, _RENAMES if plans.kind(plan) == "rename" else _DELETIONS, format_=format_, most=_MOST_SHOWN)
    say(described(plan))


def described(plan: pd.DataFrame, accept: tuple[str, ...] = ()) -> str:
    """Say how many rows in which accounts a plan would change, and which it would leave alone."""
    from callerid_analytics import plans

    sent = plans.sendable(plan, accept)
    accounts = plan.loc[sent, "account_sid"].astype(str).value_counts()
    verb = "renamed" if plans.kind(plan) == "rename" else "deleted"
    lines = [f"{counted(int(sent.sum()), 'caller ID')} to be {verb} in {counted(len(accounts), 'account')}."]
    lines += [f"  {sid}  {count:,}" for sid, count in accounts.items()]
    held_back = plan.loc[~sent, "problem"].value_counts()
    lines += [f"Left alone, for a problem ({problem}): {count:,}" for problem, count in held_back.items()]
    return "\n".join(lines)


def confirm(question: str, *, yes: bool) -> bool:
    """Ask before anything is sent; no answer is a no."""
    if yes:
        return True
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        say("\nThere was no answer; --yes gives it in advance.")
        agreed = False
    if not agreed:
        say("Nothing was changed.")
    return agreed


def carry_out(apply: Callable[[], pd.DataFrame], *, journal: Path | None, format_: TableFormat) -> int:
    """Apply, resume or undo; print what came of it, and how to go on if it was interrupted."""
    try:
        outcome = apply()
    except Interrupted as interruption:
        say(f"{interruption} To finish it:\n\n  {_command('resume', interruption.run, journal)}\n")
        return FAILED
    return report(outcome, journal=journal, format_=format_)


def report(outcome: pd.DataFrame, *, journal: Path | None, format_: TableFormat) -> int:
    """Print the rows that were not changed as planned (for a program, all rows), the counts, and the way back."""
    undone = outcome[~outcome["status"].isin(_DONE)]
    if format_ != "table":
        show(outcome, _OUTCOMES, format_=format_)
    elif len(undone):
        show(undone, _OUTCOMES, format_=format_, most=_MOST_SHOWN)
    counts = outcome["status"].astype(str).value_counts()
    say(", ".join(f"{count:,} {status}" for status, count in counts.items()) + "." if len(outcome) else "No rows.")
    run = outcome.attrs.get("run")
    if run and (outcome["status"] == "renamed").any():
        say(f"To take it back:\n\n  {_command('undo', run, journal)}\n")
    return FAILED if len(undone) else DONE


def _command(verb: str, run: str, journal: Path | None) -> str:
    where = "" if journal is None else f" --journal {shlex.quote(str(journal))}"
    return f"callerids rename {verb} {run}{where}"
