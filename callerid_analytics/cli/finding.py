"""``callerids duplicates``: the same number or name twice, and names that are almost the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from callerid_analytics.cli import rows
from callerid_analytics.cli.exit_codes import DONE, FINDINGS
from callerid_analytics.cli.tables import TableFormat, format_option, show
from callerid_analytics.cli.terminal import say
from callerid_analytics.wording import counted

if TYPE_CHECKING:
    import pandas as pd

_KINDS = ("number", "name", "key", "similar")
_COLUMNS = {
    "by": ("BY", 7),
    "group": ("GROUP", 7),
    "keep": ("KEEP", 5),
    "phone_number": ("NUMBER", 16),
    "friendly_name": ("NAME", 34),
    "reason": ("REASON", 48),
    "sid": ("SID", 34),
    "account_sid": ("ACCOUNT", 34),
}


@click.command()
@click.option(
    "--by",
    "kinds",
    multiple=True,
    type=click.Choice(_KINDS),
    help="What collides: the number, the exact name, the name's key (the same words in any order, case and "
    "punctuation), or a similar name. Repeat it for several; all of them by default.",
)
@rows.source_options
@format_option
def duplicates(kinds: tuple[str, ...], format_: TableFormat, **source: Any) -> int:
    """Find the same number or name twice, and similar names.

    Rows that collide stand together in a group, with the reason, and with one of them marked as the one to keep.
    Nothing is changed. The exit code is 1 when anything collides.

    \b
      callerids duplicates --all-accounts --by number
      callerids duplicates --from caller_ids.csv --by similar --format csv > similar.csv
    """  # noqa: D301 - click wants the real \b
    found = _find(rows.read(**source), kinds or _KINDS)
    show(found, _COLUMNS, format_=format_)
    say(_counts(found))
    return FINDINGS if len(found) else DONE


def _find(frame: pd.DataFrame, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Return the colliding rows of every kind, one kind after the other, with the kind in the column ``by``."""
    import pandas as pd

    from callerid_analytics import duplicates as finders

    find = {
        "number": finders.find_same_number,
        "name": finders.find_same_name,
        "key": finders.find_key_collisions,
        "similar": finders.find_similar_names,
    }
    found = [find[kind](frame).assign(by=kind) for kind in dict.fromkeys(kinds)]
    together = pd.concat(found)
    judgement = ["by", "group", "score", "keep", "reason"]
    return together[judgement + [name for name in together.columns if name not in judgement]]


def _counts(found: pd.DataFrame) -> str:
    if found.empty:
        return "Nothing collides."
    groups = found.groupby("by", sort=False)["group"].nunique()
    return (
        "Groups: "
        + ", ".join(f"{count:,} by {kind}" for kind, count in groups.items())
        + (f"; {counted(len(found), 'row')}.")
    )
