"""The XML of a worksheet's rows, made from whole columns (ECMA-376, part 1, 18.3.1).

Excel holds what XML cannot, and what XML would change, as ``_x0001_`` (22.9.2.19); a text that looks so already is
escaped itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from xlsxwriter.utility import xl_col_to_name

_TEXT = pa.large_string()
_EPOCH, _DAY = datetime(1899, 12, 30), timedelta(days=1)
# Before March 1900, Excel counts a day that never was: 29 February 1900.
_FIRST, _END = datetime(1900, 3, 1), datetime(9999, 12, 31)
_DELICATE = r"[&<>\x00-\x1f\x{fffe}\x{ffff}]|_x|^ | $|  "
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"} | {
    chr(code): f"_x{code:04X}_" for code in (*range(9), *range(11, 32), 0xFFFE, 0xFFFF)
}

Styles = dict[str, int]
Pieces = list[str | pa.Array]


@dataclass(frozen=True)
class Column:
    """A column of cells of one kind; what is missing is no cell."""

    header: str
    kind: Literal["text", "date", "number", "boolean"]
    values: pa.ChunkedArray


def rows(columns: list[Column], start: int, stop: int, *, styles: Styles) -> pa.Buffer:
    """Return the XML of the rows from `start` to `stop`, counted from 0 below the header."""
    numbers = pa.array(range(start + 2, stop + 2)).cast(_TEXT)
    pieces: Pieces = []
    for place, column in enumerate(columns):
        values = column.values.slice(start, stop - start).combine_chunks()
        cell = [f'<c r="{xl_col_to_name(place)}', numbers, '"', *_CELLS[column.kind](values, styles), "</c>"]
        pieces += [_joined(*cell)] if values.null_count else cell
    lines = _joined('<row r="', numbers, '">', *pieces, "</row>", nulls="skip")
    whole = pa.LargeListArray.from_arrays(pa.array([0, len(lines)], pa.int64()), lines)
    return pc.binary_join(whole, _scalar(""))[0].as_buffer()


def _texts(values: pa.Array, styles: Styles) -> Pieces:
    is_delicate = pc.any(pc.match_substring_regex(values, _DELICATE)).as_py()
    space = ' xml:space="preserve"' if is_delicate else ""
    opening = f' s="{styles["text"]}" t="inlineStr"><is><t{space}>'
    return [opening, _escaped(values) if is_delicate else values, "</t></is>"]


def _dates(values: pa.Array, styles: Styles) -> Pieces:
    days = pc.divide(
        pc.subtract(values, _EPOCH).cast(pa.int64()).cast(pa.float64()), _DAY / timedelta(microseconds=1)
    )
    numbers = _joined(f' s="{styles["date"]}"><v>', days.cast(_TEXT), "</v>")
    texts = pc.replace_substring_regex(values.cast(pa.string()), r"\.000000$", "").cast(_TEXT)
    is_counted = pc.and_(pc.greater_equal(values, _FIRST), pc.less(values, _END))
    return [pc.if_else(is_counted, numbers, _joined(*_texts(texts, styles)))]


def _numbers(values: pa.Array, styles: Styles) -> Pieces:
    return ["><v>", values.cast(_TEXT), "</v>"]


def _booleans(values: pa.Array, styles: Styles) -> Pieces:
    return [' t="b"><v>', values.cast(pa.int8()).cast(_TEXT), "</v>"]


_CELLS = {"text": _texts, "date": _dates, "number": _numbers, "boolean": _booleans}


def _escaped(texts: pa.Array) -> pa.Array:
    texts = pc.replace_substring_regex(texts, "_(x[0-9A-Fa-f]{4})", r"_x005F_\1")
    for character, escape in _ESCAPES.items():
        texts = pc.replace_substring(texts, character, escape)
    return texts


def _joined(*pieces: str | pa.Array, nulls: Literal["emit_null", "skip"] = "emit_null") -> pa.Array:
    scalars = [_scalar(piece) if isinstance(piece, str) else piece for piece in pieces]
    return pc.binary_join_element_wise(*scalars, _scalar(""), null_handling=nulls)


def _scalar(text: str) -> pa.Scalar:
    return pa.scalar(text, _TEXT)
