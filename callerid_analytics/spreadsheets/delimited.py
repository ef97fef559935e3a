r"""CSV for spreadsheets: what `exports` writes, with every text protected.

===========  =========================================================================================
what         how
===========  =========================================================================================
text         quoted, and marked where a spreadsheet could misread it: see `protect`
missing      nothing: ``,,``
dates        ``2009-08-21 00:11:24 UTC``, which spreadsheets leave alone because of the ``UTC``
numbers      as they are, those of the contract; other columns are text, as in every text file of ours
encoding     UTF-8 with a byte order mark, without which Excel reads it as the system's old encoding
line ends    ``\n``: every spreadsheet takes it, and ``\r`` can only be part of a text
===========  =========================================================================================
"""

from __future__ import annotations

import codecs
from typing import BinaryIO

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from callerid_analytics import exports, frames
from callerid_analytics.errors import ExportError
from callerid_analytics.files import StrPath
from callerid_analytics.spreadsheets.protection import protected, truths, unprotected

_DATE = r"^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(?:UTC|Z)?$"


def write_spreadsheet_csv(frame: pd.DataFrame, target: StrPath | BinaryIO) -> None:
    r"""Write a frame as CSV that a spreadsheet opens without spoiling or evaluating anything.

    Parameters
    ----------
    frame : pandas.DataFrame
        With at least one of the contract's columns. Index and ``attrs`` are left out.
    target : path or binary file
        A path, where the file appears once it is complete; or an open file, which is left open.

    Raises
    ------
    ContractError
        The frame has none of the contract's columns, or a value that its column cannot hold, such as a text that
        is no Unicode.
    ExportError
        The file cannot be written.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO()
    >>> write_spreadsheet_csv(pd.DataFrame({"sid": ["PN1"], "phone_number": ["+14155550100"]}), file)
    >>> file.getvalue().decode("utf-8-sig").splitlines()
    ['"sid","phone_number"', '"\'PN1","\'+14155550100"']
    """
    table = exports.table_of_text(frame)
    columns = [_written(name, table[name]) for name in table.column_names]
    names = protected(pa.array(table.column_names, pa.large_string())).to_pylist()
    with exports.writing_to(target) as file:
        file.write(codecs.BOM_UTF8)
        pyarrow.csv.write_csv(pa.table(columns, names=names), file)


def read_spreadsheet_csv(path: StrPath) -> pd.DataFrame:
    """Read a file that `write_spreadsheet_csv` has written, and a spreadsheet program may have saved since.

    Its delimiters may be commas, semicolons or tabs; byte order mark, quotes and apostrophes may be gone; booleans
    may be in the spreadsheet's language.

    Parameters
    ----------
    path : str or path
        Of the file.

    Returns
    -------
    pandas.DataFrame
        As `exports.read_csv` returns it: the contract's dtypes, text elsewhere.

    Raises
    ------
    ExportError
        The file cannot be read, is no such file, or a cell no longer holds what its column should.
    """
    with exports.reading_from(path) as file:
        headers = {delimiter: exports.csv_header(file, delimiter=delimiter) for delimiter in ",;\t"}
        delimiter, header = max(headers.items(), key=lambda item: len(frames.BY_NAME.keys() & set(item[1])))
        names = exports.checked(path, unprotected(pa.array(header, pa.large_string())).to_pylist())
        table = exports.csv_table(file, dict.fromkeys(header, pa.string()), delimiter=delimiter)
        columns = [_read(name, values) for name, values in zip(names, table.columns, strict=True)]
        return exports.frame_of(pa.table(columns, names=names))


def _written(name: str, values: pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    if name in frames.BY_NAME and frames.BY_NAME[name].dtype == frames.INSTANT:
        return pc.replace_substring_regex(values, "T(.*)Z", r" \1 UTC")
    is_text = pa.types.is_string(values.type) or pa.types.is_large_string(values.type)
    return protected(values) if is_text else values


def _read(name: str, values: pa.ChunkedArray) -> pa.Array:
    texts = unprotected(values).cast(pa.string())
    dtype = frames.BY_NAME[name].dtype if name in frames.BY_NAME else frames.TEXT
    try:
        if dtype == frames.INSTANT:
            naive = pc.replace_substring_regex(texts, _DATE, r"\1 \2").cast(pa.timestamp("us"))
            return pc.assume_timezone(naive, "UTC")
        if dtype == frames.SMALL_INTEGER:
            return texts.cast(pa.int16())
        return truths(texts) if dtype == frames.BOOLEAN else texts
    except pa.ArrowInvalid as error:
        raise ExportError(
            f"Column {name!r} holds what is not {dtype}: {error}. Undo that in the spreadsheet."
        ) from error
