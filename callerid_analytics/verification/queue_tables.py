"""Numbers to be verified as people bring them, a frame or a CSV file, and what became of them, as frames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from callerid_analytics import frames, spreadsheets
from callerid_analytics.errors import InvalidParameter
from callerid_analytics.files import StrPath
from callerid_analytics.tables import read_csv
from callerid_analytics.verification.drafts import Draft, check
from callerid_analytics.verification.queue_rows import QueueRow
from callerid_analytics.verification.states import UNDER_WAY

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "number": ("number", "phone_number"),
    "name": ("name", "friendly_name"),
    "extension": ("extension",),
    "delay": ("delay",),
    "account_sid": ("account", "account_sid"),
}
"""What a row may say, and what its column may be called."""

_SHEET = ["number", "name", "code", "state"]


def read_drafts(
    rows: pd.DataFrame | StrPath, *, account_sid: str, region: str | None = None, delay: int | None = None
) -> list[Draft]:
    """Return the drafts that a table's rows ask for; `VerificationQueue` says what the table may hold.

    Raises
    ------
    InvalidParameter
        A row cannot be sent, or is there twice; the message names it.
    ExportError
        The file cannot be read.
    """
    if isinstance(rows, pd.DataFrame):
        table, places = rows, [f"Row {row} (counted from 0)" for row in range(len(rows))]
    else:
        table = read_csv(rows).apply(spreadsheets.unprotect)
        places = [f"Line {line} of {rows}" for line in table.index]
    chosen = {key: _column(table, key, names) for key, names in _COLUMNS.items()}
    if chosen["number"] is None:
        raise InvalidParameter("The numbers to verify have no column 'number': name one so.")
    drafts: list[Draft] = []
    seen: dict[tuple[str, str | None], str] = {}
    defaults = {"account_sid": account_sid, "delay": delay}
    for place, values in zip(places, _records(chosen, len(table)), strict=True):
        draft = _draft(place, defaults | values, region)
        first = seen.setdefault((draft.number, draft.account_sid), place)
        if first != place:
            raise InvalidParameter(f"{place} has the number {draft.number} once more, after {first}: leave one.")
        drafts.append(draft)
    return drafts


def result_frame(rows: Sequence[QueueRow]) -> pd.DataFrame:
    """Return what became of each row; `VerificationQueue.result` describes it."""
    columns: dict[str, tuple[list[Any], Any]] = {
        "number": ([row.attempt.number for row in rows], frames.TEXT),
        "name": ([row.attempt.draft.name for row in rows], frames.TEXT),
        "account_sid": ([row.attempt.account_sid for row in rows], frames.CATEGORY),
        "status": ([row.attempt.state.value for row in rows], frames.CATEGORY),
        "sid": ([row.caller_id_sid for row in rows], frames.TEXT),
        "attempts": ([row.attempts for row in rows], "int64"),
        "error": ([row.attempt.reason for row in rows], frames.TEXT),
        "call_sid": ([row.attempt.call_sid for row in rows], frames.TEXT),
    }
    frame = pd.DataFrame({name: _typed(values, dtype) for name, (values, dtype) in columns.items()})
    moments = pd.to_datetime(pd.Series([row.changed_at for row in rows], dtype="float64"), unit="s", utc=True)
    return frame.assign(at=moments.astype(frames.INSTANT))


def sheet_frame(rows: Sequence[QueueRow]) -> pd.DataFrame:
    """Return the call sheet; `VerificationQueue.call_sheet` describes it."""
    codes = [row.attempt.code if row.attempt.state in UNDER_WAY else None for row in rows]
    frame = result_frame(rows).rename(columns={"status": "state"}).assign(code=_typed(codes, frames.TEXT))
    return frame[["number", "name", "account_sid", "code", "state"]]


def sheet_text(rows: Sequence[QueueRow]) -> str:
    """Return the call sheet as lines to print."""
    sheet = sheet_frame(rows).astype(object)
    several = sheet["account_sid"].nunique() > 1
    shown = sheet.where(sheet.notna(), "")[_SHEET + ["account_sid"] * several]
    shown.columns = [str(name).removesuffix("_sid").upper() for name in shown.columns]
    lines = [list(shown.columns), *shown.map(_printable).to_numpy().tolist()]
    widths = [max(map(len, texts)) for texts in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )


def _printable(text: object) -> str:
    return "".join(letter if letter.isprintable() else "·" for letter in str(text))


def _column(table: pd.DataFrame, key: str, names: Sequence[str]) -> pd.Series | None:
    found = [name for name in names if name in table.columns]
    if len(found) > 1:
        raise InvalidParameter(f"The columns {' and '.join(found)} both say the {key}: leave one of them.")
    return table[found[0]] if found else None


def _records(columns: Mapping[str, pd.Series | None], length: int) -> Iterator[dict[str, Any]]:
    """Yield each row's values, without those that are missing or empty."""
    lists = {key: column.astype(object).tolist() for key, column in columns.items() if column is not None}
    for position in range(length):
        values = {key: values[position] for key, values in lists.items()}
        yield {
            key: value.strip() if isinstance(value, str) else value
            for key, value in values.items()
            if not pd.isna(value) and value != ""
        }


def _draft(place: str, values: dict[str, Any], region: str | None) -> Draft:
    try:
        if "number" not in values:
            raise InvalidParameter("there is no number.")
        values["delay"] = _whole(values["delay"])
        return check(values.pop("number"), region=region, **values)
    except InvalidParameter as error:
        raise InvalidParameter(f"{place}: {error}") from error


def _whole(value: Any) -> int | None:
    try:
        return value if value is None or int(value) != float(value) else int(value)
    except (TypeError, ValueError):
        raise InvalidParameter(f"the delay {value!r} is no number of seconds.") from None


def _typed(values: list[Any], dtype: Any) -> pd.Series:
    column: pd.Series = pd.Series(values, dtype=object)
    return column.astype(dtype) if dtype == "int64" else frames.convert(column, dtype)
