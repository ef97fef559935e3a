"""The rows that a command works on: from a file, or live from the accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callerid_analytics.cli.options import all_of, connection_options, row_options
from callerid_analytics.cli.terminal import printable, say

if TYPE_CHECKING:
    import pandas as pd

    from callerid_analytics.client import Client

_SOURCE = ("file", "base_url", "account_sids", "all_accounts", "phone_number", "friendly_name")

source_options = all_of(
    click.option(
        "--from",
        "file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Rows of an export (.csv, .parquet or .jsonl) instead of live ones.",
    ),
    connection_options,
    row_options,
)

selection_options = all_of(
    click.option(
        "--sid", "sids", multiple=True, metavar="SID", help="Only this caller ID; repeat it for several."
    ),
    click.option("--region", "regions", multiple=True, metavar="CODE", help="Only numbers of this region, as GB."),
    click.option("--name-contains", metavar="TEXT", help="Only names that contain this, in any case."),
    click.option("--never-renamed", is_flag=True, help="Only names that are still the formatted number."),
    click.option("--invalid", is_flag=True, help="Only numbers that cannot exist."),
    click.option("--created-before", metavar="DATE", help="Only numbers verified before this day."),
    click.option("--not-updated-since", metavar="DATE", help="Only caller IDs unchanged since this day."),
)


def split(options: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a command was given as `source_options`, and as `selection_options`."""
    source = {name: value for name, value in options.items() if name in _SOURCE}
    return source, {name: value for name, value in options.items() if name not in _SOURCE}


def connected(base_url: str | None) -> Client:
    """Return a client for the account that the environment names."""
    from callerid_analytics.client import Client

    return Client.from_env(base_url=base_url)


def refuse_both(account_sids: Iterable[str], *, all_accounts: bool) -> None:
    """Refuse two answers to which accounts are meant."""
    if all_accounts and account_sids:
        raise click.UsageError("Give --account or --all-accounts, not both.")


def read(
    file: Path | None,
    base_url: str | None,
    account_sids: tuple[str, ...],
    phone_number: str | None,
    friendly_name: str | None,
    *,
    all_accounts: bool,
    strict: bool = True,
) -> pd.DataFrame:
    """Return the rows that `source_options` ask for.

    Raises
    ------
    PartialLoadError
        An account could not be read, and `strict` holds.
    """
    from callerid_analytics import exports
    from callerid_analytics.loading import load

    refuse_both(account_sids, all_accounts=all_accounts)
    if file is None:
        which: Any = "all" if all_accounts else list(account_sids) or "self"
        with connected(base_url) as client:
            return load(
                client, accounts=which, phone_number=phone_number, friendly_name=friendly_name, strict=strict
            )
    if all_accounts or base_url:
        raise click.UsageError("--from reads a file: --all-accounts and --base-url are for live rows.")
    frame = exports.read(file)
    wanted = {"account_sid": account_sids, "phone_number": phone_number, "friendly_name": friendly_name}
    for column, value in wanted.items():
        if value:
            frame = frame[frame[column].isin([value] if isinstance(value, str) else list(value))]
    return frame


def select(frame: pd.DataFrame, **selection: Any) -> pd.DataFrame:
    """Return the rows that `selection_options` ask for: those that answer to each option that was given."""
    from callerid_analytics import filters

    if sids := selection["sids"]:
        unknown = set(sids) - set(frame["sid"])
        if unknown:
            raise click.UsageError(f"None of the rows has the SID {', '.join(sorted(unknown))}.")
        frame = frame[frame["sid"].isin(sids)]
    if selection["regions"]:
        frame = filters.in_region(frame, *selection["regions"])
    if selection["name_contains"]:
        frame = filters.name_contains(frame, selection["name_contains"])
    if selection["created_before"]:
        frame = filters.created_between(frame, end=selection["created_before"])
    if selection["not_updated_since"]:
        frame = filters.updated_between(frame, end=selection["not_updated_since"])
    if selection["never_renamed"]:
        frame = filters.never_renamed(frame)
    return filters.invalid(frame) if selection["invalid"] else frame


def say_failures(report: Mapping[str, Any]) -> None:
    """Say which accounts could not be read, and why."""
    for sid, account in report.get("accounts", {}).items():
        if account["error"]:
            name = f" ({printable(account['name'])})" if account["name"] else ""
            say(f"Error: account {sid}{name} could not be read: {account['error']}")
