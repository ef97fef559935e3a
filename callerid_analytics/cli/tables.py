"""Frames on standard output: a table for people, or every row and column as CSV or JSON."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import click

from callerid_analytics.cli.terminal import cell, printable, row, say
from callerid_analytics.wording import counted

if TYPE_CHECKING:
    import pandas as pd

TableFormat = Literal["table", "csv", "json"]
Columns = Mapping[str, tuple[str, int]]
"""For each column to show: its heading, and the columns of the terminal that it may take."""

_STRAY_SPACES = re.compile("^ +| +$|  +")
"""What is shown as dots, since names often differ in nothing else."""

format_option = click.option(
    "--format",
    "format_",
    type=click.Choice(["table", "csv", "json"]),
    default="table",
    show_default=True,
    help="A table to read, or all rows and columns for a program.",
)


def show(frame: pd.DataFrame, columns: Columns, *, format_: TableFormat, most: int | None = None) -> None:
    """Print a frame.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows to print; its index is left out.
    columns : mapping of str to (str, int)
        Those of its columns that the table for people has.
    format_ : {"table", "csv", "json"}
        ``csv`` and ``json`` print every row and column, whatever the other arguments say.
    most : int, optional
        Rows of the table for people; how many there are besides is said on standard error.
    """
    if format_ == "json":
        click.echo(frame.to_json(orient="records", date_format="iso", force_ascii=False, indent=1))
    elif format_ == "csv":
        frame.to_csv(sys.stdout, index=False, date_format="%Y-%m-%dT%H:%M:%SZ", lineterminator="\n")
    else:
        shown = frame if most is None else frame.head(most)
        _print(shown, columns)
        if len(shown) < len(frame):
            say(f"… and {counted(len(frame) - len(shown), 'row')} more; --format csv shows all.")


def _print(frame: pd.DataFrame, columns: Columns) -> None:
    """Print the rows in columns as wide as their longest text, up to what each may take."""
    texts = {name: [_text(value) for value in frame[name]] for name in columns}
    widths = [
        min(most, max([len(heading), *(len(cell(text, most).rstrip()) for text in texts[name])]))
        for name, (heading, most) in columns.items()
    ]
    click.echo(row(widths, *(heading for heading, _ in columns.values())))
    for line in zip(*texts.values(), strict=True):
        click.echo(row(widths, *line))


def _text(value: object) -> str:
    import pandas as pd

    if value is None or value is pd.NA or value != value:
        return ""
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d %H:%M}"
    return _STRAY_SPACES.sub(lambda spaces: "·" * len(spaces[0]), printable(str(value)))
