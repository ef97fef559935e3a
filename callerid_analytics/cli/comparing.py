"""``callerids snapshot`` and ``diff``: keep today's caller IDs, and tell what changed since."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callerid_analytics.cli import rows
from callerid_analytics.cli.exit_codes import DONE, FAILED, FINDINGS
from callerid_analytics.cli.tables import Columns, TableFormat, format_option, show
from callerid_analytics.cli.terminal import say
from callerid_analytics.errors import ExportError
from callerid_analytics.wording import counted

if TYPE_CHECKING:
    import pandas as pd

_MOST_SHOWN = 50  # rows of one kind
_FILES = (".csv", ".parquet", ".jsonl", ".ndjson")
_COMPARED = (
    ("number", "NUMBER", 16, "renumbered"),
    ("name", "NAME", 34, "renamed"),
    ("account", "ACCOUNT", 34, "moved"),
)

_folder_option = click.option(
    "--folder",
    metavar="DIR",
    type=click.Path(path_type=Path),
    default="caller-id-snapshots",
    show_default=True,
    help="Where snapshots are kept.",
)


@click.command()
@_folder_option
@rows.source_options
def snapshot(folder: Path, **source: Any) -> int:
    """Keep today's caller IDs as a dated snapshot.

    It is a Parquet file in a folder of snapshots, with a small record of when it was taken and what was read. Rows
    that the folder has already take no second file.

    \b
      callerids snapshot --all-accounts
      callerids diff 2026-11-01 latest

    Exits with 3 when an account could not be read: the snapshot then has the others, is marked incomplete, and a
    later diff does not take the missing rows for removed. Nothing is kept when no account could be read.
    """  # noqa: D301 - click wants the real \b
    from callerid_analytics import history

    if source["file"] and (source["account_sids"] or source["phone_number"] or source["friendly_name"]):
        raise click.UsageError("A snapshot of a file keeps all its rows: give --from without other options.")
    frame = _whatever_can_be_read(**source)
    report = frame.attrs.get("load_report", {})
    if frame.empty and report and not any(it["status"] == "read" for it in report["accounts"].values()):
        say("Nothing was kept: no account could be read.")
        return FAILED
    taken = history.take_snapshot(frame, folder)
    if taken.unchanged_since:
        say(f"Nothing has changed since {taken.unchanged_since:%Y-%m-%d %H:%M} UTC, as {folder} now records.")
    else:
        say(f"{counted(taken.rows, 'caller ID')} kept in {taken.file}.")
    if report and not report["complete"]:
        say("The snapshot is incomplete, and marked so: an account could not be read.")
        return FAILED
    return DONE


@click.command()
@click.argument("old", metavar="A")
@click.argument("new", metavar="B")
@_folder_option
@format_option
def diff(old: str, new: str, folder: Path, format_: TableFormat) -> int:
    """Show what changed from one snapshot or file to another.

    A and B are each a date, for the last snapshot at the end of that day in UTC; `latest`, or the name of a
    snapshot; a file that `callerids export` has written; or the folder of an audit or of other snapshots.

    \b
      callerids diff 2026-11-01 latest
      callerids diff audit-2026-10 audit-2026-11 --format csv > changes.csv

    Caller IDs are compared by SID: removed, added, moved to another account, verified again, renumbered, renamed.
    Exits with 0 when nothing changed and 1 when something did; with 3 when nothing was found but an account had
    not been read, so that nobody knows.
    """  # noqa: D301 - click wants the real \b
    from callerid_analytics import history

    before, after = _read(old, folder), _read(new, folder)
    difference = history.diff(before, after)
    if format_ == "table":
        _print(difference)
    else:
        show(difference, {}, format_=format_)
    counts = history.summarize_diff(difference)
    found = ", ".join(f"{count:,} {kind}" for kind, count in counts.items() if count) or "nothing has changed"
    say(f"From {_described(old, before)} to {_described(new, after)}: {found}.")
    if len(difference):
        return FINDINGS
    if any(side["set_aside"] or (side["not_read"] and not side["complete"]) for side in difference.attrs.values()):
        say("That is no proof: not everything was read, as said above.")
        return FAILED
    return DONE


def _whatever_can_be_read(**source: Any) -> pd.DataFrame:
    """Return the rows, and say which accounts could not be read."""
    from callerid_analytics.loading import PartialLoadWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PartialLoadWarning)
        frame = rows.read(strict=False, **source)
    rows.say_failures(frame.attrs.get("load_report", {}))
    return frame


def _read(given: str, folder: Path) -> pd.DataFrame:
    from callerid_analytics import exports, history

    path = Path(given)
    if path.is_dir():
        return _bundle(path) if (path / "caller_ids.csv").exists() else history.read_snapshot(path)
    if path.suffix in _FILES:
        return exports.read(path)
    if path.is_file():
        return history.read_snapshot(path)
    if not folder.is_dir():
        raise click.UsageError(
            f"{given} is no file, and there is no folder {folder} with snapshots; see --folder."
        )
    return history.read_snapshot(folder, given)


def _bundle(folder: Path) -> pd.DataFrame:
    """Read the rows of an audit, with what its manifest says about the accounts."""
    from callerid_analytics import exports

    frame = exports.read(folder / "caller_ids.csv")
    manifest = folder / "manifest.json"
    if not manifest.exists():
        return frame
    try:
        told = json.loads(manifest.read_bytes())
        accounts = {it["sid"]: it for it in told["accounts_read"] + told["accounts_not_read"]}
        if told["complete"] is not None:
            report = {"complete": told["complete"], "filters": told["filters"], "accounts": accounts}
            frame.attrs["load_report"] = report
    except (ValueError, KeyError, TypeError) as error:
        raise ExportError(
            f"{manifest} is not the manifest of an audit; delete it to compare the rows alone."
        ) from error
    return frame


def _print(difference: pd.DataFrame) -> None:
    """Print the changes, those of one kind under a heading."""
    for place, (change, part) in enumerate(difference.groupby("change", observed=True, sort=False)):
        kinds = str(change).split(", ")
        click.echo(("\n" if place else "") + f"{change}: {len(part):,}")
        shown = part.fillna({"old_name": "(none)", "new_name": "(none)"}) if "renamed" in kinds else part
        show(shown, _columns(set(kinds)), format_="table", most=_MOST_SHOWN)


def _columns(kinds: set[str]) -> Columns:
    """Return what a person wants to see of such a change: both values of what differs, one of the rest."""
    doubtful = kinds & {"duplicate sid", "no sid"}
    columns: dict[str, tuple[str, int]] = {}
    for name, heading, most, kind in _COMPARED:
        if doubtful or kind in kinds:
            columns |= {f"old_{name}": (f"OLD {heading}", most), f"new_{name}": (f"NEW {heading}", most)}
        else:
            columns[f"old_{name}" if "removed" in kinds else f"new_{name}"] = (heading, most)
    columns["sid"] = ("SID", 34)
    if kinds & {"moved", "re-verified"}:
        columns["new_sid"] = ("NEW SID", 34)
    return columns


def _described(given: str, frame: pd.DataFrame) -> str:
    taken = frame.attrs.get("taken_at")
    return f"{given} ({f'of {taken[:10]} {taken[11:16]} UTC, ' if taken else ''}{counted(len(frame), 'row')})"
