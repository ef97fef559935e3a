"""CSV files as people's programs save them: read as text, whatever the delimiter, nothing guessed.

For what a spreadsheet program or a CRM has written; this package's own exports are read by `exports`.
"""

from __future__ import annotations

import csv
import io

import pandas as pd

from callerid_analytics.errors import ExportError
from callerid_analytics.files import StrPath, reading

_DELIMITERS = ",;\t"


def read_csv(path: StrPath) -> pd.DataFrame:
    """Read a CSV file as text.

    Parameters
    ----------
    path : str or path
        Of a file in UTF-8, with or without byte order mark, whose first line names the columns. The delimiter, a
        comma, semicolon or tab, is the one that the first line has most of. Empty lines and, at the right, empty
        columns without a name are left out.

    Returns
    -------
    pandas.DataFrame
        All columns of text (object), a cell without anything being empty text. The index, ``line``, is the line of
        the file where the row ends.

    Raises
    ------
    ExportError
        The file cannot be read, is in another encoding, or a row has more cells than there are columns.
    """
    with reading(path) as file:
        content = file.read()
    try:
        return _parsed(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise ExportError(
            f"{path} is not in UTF-8: byte {error.start} is {content[error.start]:#04x}. "
            "Save it again as “CSV UTF-8”, as spreadsheet programs call it."
        ) from error
    except (csv.Error, ValueError) as error:
        raise ExportError(f"{path} cannot be read as CSV: {error}.") from error


def _parsed(text: str) -> pd.DataFrame:
    def columns(delimiter: str) -> int:
        return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), []))

    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=columns), strict=True)
    header = _without_empty_end([name.strip() for name in next(reader, [])])
    cells, lines = [], []
    for row in reader:
        if any(row):
            cells.append(_fitted(row, len(header), reader.line_num))
            lines.append(reader.line_num)
    return pd.DataFrame(cells, columns=header, index=pd.Index(lines, name="line", dtype="int64"), dtype=object)


def _fitted(row: list[str], width: int, line: int) -> list[str]:
    row = _without_empty_end(row)
    if len(row) > width:
        raise ValueError(f"line {line} has {len(row)} cells, and the first line names {width} columns")
    return row + [""] * (width - len(row))


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells
