"""Excel workbooks in which a phone number is text, a name is never a formula, and a date is a date.

XlsxWriter makes the package (styles, header, filter, widths) around one sample row. The rows themselves take its
place as XML that is made column by column: cell by cell, a million rows would take minutes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from datetime import datetime

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.utility import xl_col_to_name

from callerid_analytics import frames
from callerid_analytics.errors import ContractError, InvalidParameter
from callerid_analytics.files import StrPath, replacing
from callerid_analytics.spreadsheets.cells import Column, rows

# https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767  # in UTF-16 code units

_FORMATS = {"text": "@", "date": "yyyy-mm-dd hh:mm:ss"}
_CHUNK = 50_000  # rows whose XML is made at a time
_WIDEST = 50  # characters


def write_xlsx(
    frame: pd.DataFrame | Mapping[str, pd.DataFrame], path: StrPath, *, sheet: str = "caller IDs"
) -> None:
    """Write one frame, or several, as an Excel workbook.

    Texts are cells of text, whatever they look like; a character that XML cannot hold is written in Excel's own
    way, such as ``_x0001_``. Dates with a time zone are cells of dates in UTC, as their header says: Excel shows
    whole seconds and keeps about ten microseconds. Those before March 1900, which it cannot count, are text.
    Numbers and booleans are such cells, other values are text. What is missing is no cell, and looks as empty text
    does.

    Parameters
    ----------
    frame : pandas.DataFrame, or mapping of str to pandas.DataFrame
        The rows; or several tables by the names of their sheets. Columns of the contract get its dtypes, others
        may have any. Index and ``attrs`` are left out.
    path : str or path
        Where to; what is there is replaced, all at once.
    sheet : str, default "caller IDs"
        Name of the sheet, where there is one frame.

    Raises
    ------
    InvalidParameter
        A sheet has a name that Excel refuses, or there is none.
    ContractError
        There are more rows, more columns or a longer text than Excel can hold, or a value that a column cannot.
    ExportError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_xlsx(frames.empty(), Path(folder, "caller_ids.xlsx"))
    """
    tables = dict(frame) if isinstance(frame, Mapping) else {sheet: frame}
    sheets = [_columns(table) for table in tables.values()]
    package = _package(dict(zip(tables, sheets, strict=True)))
    with (
        replacing(path) as file,
        zipfile.ZipFile(package) as source,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as target,
    ):
        for part in source.infolist():
            number = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part.filename)
            content = source.read(part)
            columns = sheets[int(number[1]) - 1] if number else []
            with target.open(_entry(part.filename), "w", force_zip64=_is_huge(columns)) as written:
                for piece in _filled(content, columns) if number else [content]:
                    written.write(piece)


def _columns(frame: pd.DataFrame) -> list[Column]:
    if len(frame) >= MOST_ROWS or frame.shape[1] > MOST_COLUMNS:
        raise ContractError(
            f"The frame has {len(frame):,} rows and {frame.shape[1]:,} columns; a sheet of a workbook can hold "
            f"{MOST_ROWS - 1:,} rows below its header and {MOST_COLUMNS:,} columns. Write CSV, or divide it."
        )
    return [_column(str(name), values) for name, values in frames.convert_columns(frame).items()]


def _column(name: str, values: pd.Series) -> Column:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        instants = _chunked(values.dt.tz_convert("UTC").dt.tz_localize(None).dt.as_unit("us"))
        return Column(f"{name} (UTC)", "date", instants)
    if pd.api.types.is_bool_dtype(values.dtype):
        return Column(name, "boolean", _chunked(values))
    if pd.api.types.is_numeric_dtype(values.dtype) and _fits_excel(values):
        return Column(name, "number", _chunked(values))
    texts = _chunked(_texts(values)).cast(pa.large_string())
    _refuse_long(name, texts)
    return Column(name, "text", texts)


def _fits_excel(values: pd.Series) -> bool:
    """Say whether all are numbers that Excel can hold: finite, and integers of up to 15 digits."""
    most = 1e15 if pd.api.types.is_integer_dtype(values.dtype) else 1e300
    return not pd.api.types.is_complex_dtype(values.dtype) and bool((values.dropna().abs() < most).all())


def _texts(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.CategoricalDtype):
        categories = _texts(pd.Series(values.cat.categories))
        return pd.Series(categories.array, dtype=frames.TEXT).reindex(values.cat.codes)
    if isinstance(values.dtype, pd.StringDtype):
        return frames.convert(values, frames.TEXT)
    return frames.convert(values.astype(object).map(str, na_action="ignore"), frames.TEXT)


def _chunked(values: pd.Series) -> pa.ChunkedArray:
    array = pa.array(values, from_pandas=True)
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])


def _refuse_long(name: str, texts: pa.ChunkedArray) -> None:
    may_be_long = pc.greater(pc.utf8_length(texts), LONGEST_TEXT // 2).fill_null(False).to_numpy()
    for row in may_be_long.nonzero()[0].tolist():
        length = len(texts[row].as_py().encode("utf-16-le")) // 2
        if length > LONGEST_TEXT:
            raise ContractError(
                f"Row {row} (counted from 0) of column {name!r} holds a text of {length:,} characters; a cell "
                f"of a workbook can hold {LONGEST_TEXT:,}. Shorten it, or write CSV or Parquet."
            )


def _package(sheets: dict[str, list[Column]]) -> io.BytesIO:
    """Return a workbook with everything but the rows, in whose place there is one with the styles."""
    if not sheets:
        raise InvalidParameter("A workbook needs at least one sheet; no table is given.")
    package = io.BytesIO()
    try:
        with xlsxwriter.Workbook(package, {"in_memory": True}) as workbook:
            workbook.set_properties({"created": datetime(1980, 1, 1)})  # the same rows, the same bytes
            styles = {kind: workbook.add_format({"num_format": format}) for kind, format in _FORMATS.items()}
            header = workbook.add_format({"bold": True})
            for name, columns in sheets.items():
                if not name:  # for which XlsxWriter would make one up
                    raise InvalidParameter("A sheet needs a name; one of these has none.")
                worksheet = workbook.add_worksheet(name)
                for place, column in enumerate(columns):
                    worksheet.write_string(0, place, column.header, header)
                    worksheet.set_column(place, place, _width(column), styles.get(column.kind))
                for place, style in enumerate(styles.values()):
                    worksheet.write_blank(1, place, None, style)
                worksheet.freeze_panes(1, 0)
                if columns:
                    worksheet.autofilter(0, 0, len(columns[0].values), len(columns) - 1)
    except XlsxWriterException as error:
        raise InvalidParameter(f"Excel would not open a workbook with such a sheet: {error}") from error
    return package


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _is_huge(columns: list[Column]) -> bool:
    """Say whether the XML may pass 2 GiB; the extension for that makes Excel offer to repair a good file.

    https://xlsxwriter.readthedocs.io/workbook.html#workbook-use-zip64
    """
    return bool(sum(2 * column.values.nbytes + 100 * len(column.values) for column in columns) > 2**31 - 1)


def _filled(sheet: bytes, columns: list[Column]) -> Iterator[bytes | pa.Buffer]:
    """Give the XML of a sheet with its rows in the place of the sample."""
    before, sample, after = re.split(rb'(<row r="2".*?</row>)', sheet)
    styles = dict(zip(_FORMATS, map(int, re.findall(rb' s="(\d+)"', sample)), strict=True))
    length = len(columns[0].values) if columns else 0
    last = f"{xl_col_to_name(max(len(columns) - 1, 0))}{length + 1}"
    yield re.sub(rb'(<dimension ref=")[^"]*', rb"\g<1>A1:" + last.encode(), before)
    for start in range(0, length, _CHUNK):
        yield rows(columns, start, min(start + _CHUNK, length), styles=styles)
    yield after


def _width(column: Column) -> int:
    """Return how many characters show the header with its button, and all but the longest texts."""
    longest = {
        "text": pc.max(pc.utf8_length(column.values)).as_py() or 0 if column.kind == "text" else 0,
        "date": 18,
    }
    return min(max(len(column.header) + 4, longest.get(column.kind, 0) + 2), _WIDEST)
