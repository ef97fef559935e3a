"""Text for a terminal: messages, and cells of a table that other people's text cannot break."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime

import click


def say(message: str) -> None:
    """Print a message for the person, apart from the data."""
    click.echo(message, err=True)


def print_table(header: str, lines: Iterator[str]) -> int:
    """Print lines as they come, under a header; an error before the first leaves standard output empty.

    Returns
    -------
    int
        How many lines there were, the header apart.
    """
    first = list(itertools.islice(lines, 1))
    click.echo(header)
    count = 0
    for line in itertools.chain(first, lines):
        click.echo(line)
        count += 1
    return count


def printable(text: str | None) -> str:
    r"""Return text without what could move the cursor or turn the line around.

    Examples
    --------
    >>> printable("Front\ndesk")
    'Front·desk'
    """
    return "".join(letter if letter.isprintable() else "·" for letter in text or "")


def cell(text: str | None, width: int) -> str:
    """Return text cut or filled to a width in terminal columns.

    Examples
    --------
    >>> cell("Front desk", 6), cell("Sales", 6)
    ('Front…', 'Sales ')
    """
    shown = printable(text)
    if _columns(shown) > width:
        while _columns(shown) > width - 1:
            shown = shown[:-1]
        shown += "…"
    return shown + " " * (width - _columns(shown))


def row(widths: Iterable[int], *texts: str | None) -> str:
    """Return one line of a table.

    Examples
    --------
    >>> row((5, 9), "Desk", "Sales")
    'Desk   Sales'
    """
    return "  ".join(map(cell, texts, widths)).rstrip()


def day(moment: datetime | None) -> str:
    """Return a date, or nothing when it is missing."""
    return f"{moment:%Y-%m-%d}" if moment else ""


def _columns(text: str) -> int:
    """Return the columns that text takes: East Asian wide letters and emoji two, combining marks none."""
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )
