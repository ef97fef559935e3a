"""``callerids audit``: what is wrong with the caller IDs, as a folder of files to hand to somebody else."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callerid_analytics.cli import rows
from callerid_analytics.cli.exit_codes import DONE, FAILED, FINDINGS
from callerid_analytics.cli.tables import TableFormat, format_option, show
from callerid_analytics.cli.terminal import say
from callerid_analytics.wording import counted

if TYPE_CHECKING:
    import pandas as pd

_SEVERITIES = ("high", "medium", "low", "info")
_COUNTS = {"severity": ("SEVERITY", 8), "rule": ("RULE", 32), "rows": ("ROWS", 9), "title": ("WHAT IT MEANS", 70)}


@click.command()
@click.argument("directory", metavar="DIR", required=False, type=click.Path(path_type=Path))
@rows.source_options
@click.option(
    "--policy",
    "policy_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="TOML file that adds, silences and re-grades rules and exempts caller IDs.",
)
@click.option("--print-policy", is_flag=True, help="Print a policy file to start from, and do nothing else.")
@click.option(
    "--fail-on",
    type=click.Choice(_SEVERITIES),
    help="Exit with 1 when there is a finding as grave as this, or graver.",
)
@click.option(
    "--baseline",
    metavar="BUNDLE",
    type=click.Path(path_type=Path),
    help="Folder of an older audit: --fail-on counts only findings that are not in it.",
)
@format_option
def audit(
    directory: Path | None,
    policy_file: Path | None,
    fail_on: str | None,
    baseline: Path | None,
    format_: TableFormat,
    *,
    print_policy: bool,
    **source: Any,
) -> int:
    """Audit caller IDs; write files to hand to others.

    DIR is a folder to write: a page to read first (report.html), every row and every finding as CSV and for Excel,
    what was read and by which rules, and checksums. It is written whole or not at all; an older audit there is
    replaced.

    \b
      callerids audit audit-2026-11 --all-accounts
      callerids audit today --all-accounts --fail-on high --baseline audit-2026-11

    Exits with 3 when an account could not be read: the files then hold the rest, and say so.
    """  # noqa: D301 - click wants the real \b
    from callerid_analytics import audit as rules
    from callerid_analytics.report import read_findings, write_bundle

    if print_policy:
        click.echo(rules.default_policy_toml(), nl=False)
        return DONE
    if directory is None:
        raise click.UsageError("Name a folder to write, such as: callerids audit audit-today --all-accounts")
    policy = rules.load_policy(policy_file) if policy_file else None
    before = read_findings(baseline) if baseline else None  # read now: it may be the folder to be replaced
    frame = _everything_that_can_be_read(**source)
    findings = rules.audit(frame, policy)
    write_bundle(frame, directory, policy=policy, findings=findings)
    counted_ones = findings if before is None else _new_ones(findings, before)
    _show(findings, counted_ones, rules.rules_table(policy), format_=format_, compared=before is not None)
    say(f"Written to {directory}: begin with {directory / 'report.html'}")
    if not findings.attrs["complete"]:
        say("The audit is incomplete: an account could not be read. manifest.json says which.")
        return FAILED
    graver = _SEVERITIES[: _SEVERITIES.index(fail_on) + 1] if fail_on else ()
    return FINDINGS if counted_ones["severity"].isin(graver).any() else DONE


def _everything_that_can_be_read(**source: Any) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("default")  # the accounts that could not be read are said one by one below
        frame = rows.read(strict=False, **source)
    rows.say_failures(frame.attrs.get("load_report", {}))
    return frame


def _new_ones(findings: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """Return the findings that an older audit does not have: of another rule, caller ID or account."""
    import pandas as pd

    keys = ["rule", "sid", "account_sid"]
    old, new = (pd.MultiIndex.from_frame(it[keys].astype("string").fillna("")) for it in (before, findings))
    return findings[~new.isin(old)]


def _show(
    findings: pd.DataFrame,
    new_ones: pd.DataFrame,
    rules: pd.DataFrame,
    *,
    format_: TableFormat,
    compared: bool,
) -> None:
    """Print the findings counted by rule; for a program, the findings themselves, only new ones if compared."""
    if format_ != "table":
        show(new_ones, _COUNTS, format_=format_)
    else:
        by_rule = findings.groupby(["severity", "rule"], observed=True, sort=False).size()
        counts = by_rule.rename("rows").reset_index()
        show(
            counts.merge(rules[["id", "title"]].rename(columns={"id": "rule"}), how="left"),
            _COUNTS,
            format_=format_,
        )
    new = f", {len(new_ones):,} of them new" if compared else ""
    say(f"{counted(len(findings), 'finding')}{new}.")
