"""Files of caller IDs, written and read back without loss: CSV, Parquet and JSON Lines.

Every text survives: ``+14155550100`` stays text, and so do spaces, line ends, quotes and control characters.

=============  =====================  ==========================  ===============================
what           in CSV                 in JSON Lines               in Parquet
=============  =====================  ==========================  ===============================
text           always quoted          string                      text
missing        nothing: ``,,``        ``null``                    missing
empty text     ``""``                 ``""``                      empty text
dates          ``2009-08-21T00:11:24Z``, with microseconds where  microseconds in UTC
               there are any
booleans       ``true``, ``false``    ``true``, ``false``         boolean
categories     as text                as text                     categories, unused ones as well
other columns  as text (`str`)        as text (`str`)             as they are
``attrs``      left out               left out                    what JSON can hold
index          left out               left out                    left out
=============  =====================  ==========================  ===============================

A file holds some or all of the contract's columns, which are read back with the contract's dtypes, and any other
columns. It appears under its name when it is complete and not before: an export that is interrupted or fails
leaves the file that was there.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

import msgspec
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.json

from callerid_analytics import frames
from callerid_analytics.errors import ContractError, ExportError, InvalidParameter
from callerid_analytics.files import StrPath, reading, replacing

Format = Literal["csv", "parquet", "jsonl"]

_FORMATS: dict[str, Format] = {".csv": "csv", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
_ARROW_TYPES = {
    frames.INSTANT: pa.timestamp("us", tz="UTC"),
    frames.SMALL_INTEGER: pa.int16(),
    frames.BOOLEAN: pa.bool_(),
}
_PANDAS_DTYPES = {pa.string(): frames.TEXT, pa.int16(): frames.SMALL_INTEGER, pa.bool_(): frames.BOOLEAN}
_BLOCK = 1 << 24  # bytes that pyarrow parses at a time: no row may be longer


def write(frame: pd.DataFrame, target: StrPath | BinaryIO, *, format: Format | None = None) -> None:
    r"""Write a frame to a file, in the format that the file's ending says.

    Parameters
    ----------
    frame : pandas.DataFrame
        With at least one of the contract's columns.
    target : path or binary file
        Ending in ``.csv``, ``.parquet``, ``.jsonl`` or ``.ndjson``; or an open file, such as
        ``sys.stdout.buffer``, which is left open.
    format : {"csv", "parquet", "jsonl"}, optional
        Needed for an open file, and for a path with another ending.

    Raises
    ------
    InvalidParameter
        The format is not known.
    ContractError
        The frame has none of the contract's columns, or a value that its column cannot hold.
    ExportError
        The file cannot be written.

    Examples
    --------
    >>> import io
    >>> file = io.BytesIO()
    >>> write(frames.empty()[["sid", "phone_number"]], file, format="csv")
    >>> file.getvalue()
    b'"sid","phone_number"\n'
    """
    {"csv": write_csv, "parquet": write_parquet, "jsonl": write_json_lines}[format_of(target, format)](
        frame, target
    )


def read(path: StrPath) -> pd.DataFrame:
    """Read a file that `write` has written, in the format that its ending says.

    Raises
    ------
    InvalidParameter
        The ending is none of ``.csv``, ``.parquet``, ``.jsonl`` and ``.ndjson``.
    ExportError
        The file cannot be read, or is no such file.
    """
    return {"csv": read_csv, "parquet": read_parquet, "jsonl": read_json_lines}[format_of(path)](path)


def write_csv(frame: pd.DataFrame, target: StrPath | BinaryIO) -> None:
    r"""Write a frame as CSV: UTF-8, commas, ``\n`` after each row. See `write` for parameters and errors."""
    table = table_of_text(frame)
    with writing_to(target) as file:
        pyarrow.csv.write_csv(table, file)


def read_csv(path: StrPath) -> pd.DataFrame:
    """Read a CSV file that `write_csv` has written.

    Returns
    -------
    pandas.DataFrame
        The columns of the file, those of the contract with its dtypes and the others as text. Categories are
        those in use, sorted.

    Raises
    ------
    ExportError
        The file cannot be read, or is not such a file.
    """
    with reading_from(path) as file:
        names = checked(path, csv_header(file))
        return frame_of(csv_table(file, {name: _arrow_type(name) for name in names}))


def csv_table(file: BinaryIO, types: dict[str, pa.DataType], *, delimiter: str = ",") -> pa.Table:
    """Read CSV whose columns have these names and types; cells with nothing in them are missing."""
    return pyarrow.csv.read_csv(
        _WholeLineEnds(file),
        # With several threads, which save no time here, pyarrow 26 has failed once in some 60,000 reads.
        read_options=pyarrow.csv.ReadOptions(use_threads=False, block_size=_BLOCK),
        parse_options=pyarrow.csv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=len(types) > 1
        ),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )


def csv_header(file: BinaryIO, *, delimiter: str = ",") -> list[str]:
    """Return the first row of a CSV file, and go back to its beginning."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    names: list[str] = next(csv.reader(text, delimiter=delimiter), [])
    text.detach().seek(0)
    return names


def write_json_lines(frame: pd.DataFrame, target: StrPath | BinaryIO) -> None:
    """Write a frame as JSON Lines: one object per row. See `write` for parameters and errors."""
    table = table_of_text(frame)
    with writing_to(target) as file:
        for batch in table.to_batches(max_chunksize=10_000):
            file.write(msgspec.json.Encoder().encode_lines(batch.to_pylist()))


def read_json_lines(path: StrPath) -> pd.DataFrame:
    """Read a JSON Lines file that `write_json_lines` has written, as `read_csv` reads CSV and with its errors.

    A file without rows cannot say which columns it had: it gives the contract's.
    """
    with reading_from(path) as file:
        first = file.readline()
        if not first:
            return frames.empty()
        row = json.loads(first)
        names = checked(path, list(row) if isinstance(row, dict) else [])
        file.seek(0)
        table = pyarrow.json.read_json(
            file,
            read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=_BLOCK),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=pa.schema([(name, _arrow_type(name)) for name in names]),
                unexpected_field_behavior="error",
            ),
        )
        return frame_of(table)


def write_parquet(frame: pd.DataFrame, target: StrPath | BinaryIO) -> None:
    """Write a frame as Parquet, compressed with Zstandard. See `write` for parameters and errors."""
    exportable = _exportable(frame)
    exportable.attrs = {key: value for key, value in frame.attrs.items() if _fits_json(value)}
    with writing_to(target) as file:
        exportable.to_parquet(file, engine="pyarrow", compression="zstd", index=False)


def read_parquet(path: StrPath) -> pd.DataFrame:
    """Read a Parquet file that `write_parquet` has written: columns, dtypes and ``attrs``.

    Raises
    ------
    ExportError
        The file cannot be read, or is not such a file.
    """
    with reading_from(path) as file:
        frame = pd.read_parquet(file, engine="pyarrow")
        checked(path, list(frame.columns))
        return _exportable(frame)


@contextmanager
def writing_to(target: StrPath | BinaryIO) -> Iterator[BinaryIO]:
    """Give the open file itself, or one that takes the place of the path at the end."""
    try:
        if isinstance(target, str | os.PathLike):
            with replacing(target) as file:
                yield file
        else:
            yield target
    except pa.ArrowException as error:
        raise ExportError(f"The format cannot hold these rows: {error}.") from error


@contextmanager
def reading_from(path: StrPath) -> Iterator[BinaryIO]:
    """Open a file, and raise `ExportError` where its content turns out to be none of ours."""
    with reading(path) as file:
        try:
            yield file
        except (ContractError, pa.ArrowException, csv.Error, json.JSONDecodeError, UnicodeError) as error:
            raise ExportError(f"{path} cannot be read, or is not an export of caller IDs: {error}") from error


class _WholeLineEnds:
    r"""A file whose blocks never end between ``\r`` and ``\n``, where pyarrow's CSV reader would drop the latter.

    https://github.com/apache/arrow/issues/51368
    """

    closed = False

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._held_back = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int) -> bytes:
        block = self._held_back + self._file.read(size - len(self._held_back))
        self._held_back = b"\r" if block.endswith(b"\r") and len(block) > 1 else b""
        return block.removesuffix(self._held_back)


def checked(path: StrPath, names: list[str]) -> list[str]:
    """Refuse a table that is somebody else's."""
    if not frames.BY_NAME.keys() & set(names) or len(set(names)) < len(names):
        raise ExportError(
            f"{path} is not an export of caller IDs: its columns are {', '.join(map(repr, names))[:200]}. "
            f"Such a file has columns like {', '.join(frames.NAMES[:4])}, each once."
        )
    return names


def _exportable(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the contract's dtypes, and one dtype for text elsewhere."""
    names = list(frame.columns)
    if not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise ContractError(f"The columns need different names, of text, to be exported; they are {names!r:.200}.")
    if not frames.BY_NAME.keys() & set(names):
        raise ContractError(
            f"The frame has no column of caller IDs, such as {', '.join(frames.NAMES[:4])}. "
            "Other tables have DataFrame.to_csv and DataFrame.to_parquet."
        )
    texts = {name: frames.convert(frame[name], frames.TEXT) for name in names if _is_other_text(frame[name])}
    return frames.convert_columns(frame.assign(**texts))


def _is_other_text(values: pd.Series) -> bool:
    if values.name in frames.BY_NAME or values.dtype == frames.TEXT:
        return False
    return isinstance(values.dtype, pd.StringDtype) or (
        values.dtype == object and pd.api.types.infer_dtype(values, skipna=True) == "string"
    )


def table_of_text(frame: pd.DataFrame) -> pa.Table:
    """Return a table of those types that text files have: text, whole numbers and booleans."""
    return pa.table({str(name): _plain(values) for name, values in _exportable(frame).items()})


def _plain(values: pd.Series) -> pa.Array:
    if values.name in frames.BY_NAME:
        if values.dtype == frames.INSTANT:
            return _dates_as_text(values)
        array = pa.array(values)
        return array.dictionary_decode() if values.dtype == "category" else array
    if values.dtype != frames.TEXT:
        values = frames.convert(values.astype(object).map(str, na_action="ignore"), frames.TEXT)
    return pa.array(values)


def _dates_as_text(values: pd.Series) -> pa.Array:
    """Write ``2009-08-21T00:11:24Z``, or ``2009-08-21T00:11:24.000120Z`` where there are microseconds."""
    outside = ~values.dt.year.between(1, 9999) & values.notna()
    if outside.any():
        row = int(outside.argmax())
        raise ContractError(
            f"Row {row} (counted from 0) of column {values.name!r} holds {values.iloc[row]}, a year for which "
            "text files have no form; make it missing, or write Parquet."
        )
    text = pa.array(values.dt.tz_localize(None)).cast(pa.string())
    without_space = pc.replace_substring(text, " ", "T")
    return pc.binary_join_element_wise(pc.replace_substring(without_space, ".000000", ""), "Z", "")


def frame_of(table: pa.Table) -> pd.DataFrame:
    """Return the frame that a table of the contract's columns, and of text, is."""
    return frames.convert_columns(table.to_pandas(types_mapper=_PANDAS_DTYPES.get))


def _arrow_type(name: str) -> pa.DataType:
    column = frames.BY_NAME.get(name)
    return _ARROW_TYPES.get(column.dtype, pa.string()) if column else pa.string()


def _fits_json(value: Any) -> bool:
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return False
    return True


def format_of(target: StrPath | BinaryIO, named: Format | None = None) -> Format:
    """Return the format that is named, or else the one that the path's ending says.

    Raises
    ------
    InvalidParameter
        Neither tells.
    """
    if named is not None and named in _FORMATS.values():
        return named
    ending = Path(target).suffix.lower() if isinstance(target, str | os.PathLike) else ""
    if named is None and ending in _FORMATS:
        return _FORMATS[ending]
    raise InvalidParameter(
        f"{named or ending!r} names no format of ours: end the path in .csv, .parquet or .jsonl, or pass "
        "format='csv', 'parquet' or 'jsonl'."
    )
