"""What the README quotes of the tables, brought up to date with them.

A quotation begins with a link to the document that it is from. In it, the line that begins with "Measured on" is
the document's, and each row of a table is the document's row with the same first two cells, in the columns that
the quotation's own head names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from claims import row

Rows = Mapping[tuple[str, ...], Mapping[str, str]]

_LINK = re.compile(r"\]\(benchmarks/([\w-]+\.md)\)")
_MEASURED = "Measured on "


class Line(NamedTuple):
    """A line of a text; of which document it is a quotation, and in which columns if it is a row."""

    text: str
    document: str | None
    columns: tuple[str, ...] = ()


def lines(text: str) -> Iterator[Line]:
    """Yield the lines of a text that quotes."""
    document, columns = None, ()
    for line in text.splitlines():
        if link := _LINK.search(line):
            document = link[1]
        elif line.startswith("#"):
            document = None
        if not line.startswith("|"):
            columns = ()
        is_row = bool(columns) and not line.startswith("| ---")
        yield Line(line, document, columns if is_row else ())
        if line.startswith("|"):
            columns = columns or cells(line)


def quoted(text: str, name: str, document: str) -> str:
    """Return a text in which what it quotes of this document is as the document has it."""
    rows, measured = rows_of(document), measured_line(document)
    return "".join(
        f"{_quoted(line, rows, measured) if line.document == name else line.text}\n" for line in lines(text)
    )


def _quoted(line: Line, rows: Rows, measured: str) -> str:
    if line.text.startswith(_MEASURED):
        return measured
    found = rows.get(cells(line.text)[:2]) if line.columns else None
    return row([found[column] for column in line.columns]) if found else line.text


def measured_line(document: str) -> str:
    """Return the line that says when and on what a document was measured."""
    return next(line for line in document.splitlines() if line.startswith(_MEASURED))


def rows_of(document: str) -> Rows:
    """Return the rows of a document's tables by their first two cells, as cells by their columns."""
    found = (line for line in lines(document) if line.columns)
    return {cells(line.text)[:2]: dict(zip(line.columns, cells(line.text), strict=True)) for line in found}


def cells(line: str) -> tuple[str, ...]:
    """Return the cells of a table's row.

    Examples
    --------
    >>> cells("| load | 200,000 rows |  |")
    ('load', '200,000 rows', '')
    """
    return tuple(cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|"))
