"""Dated snapshots in a folder, readable after anything that can happen to a folder.

Each snapshot is two files whose names begin with its time and with a hash of its rows::

    2026-11-22T051708.123456Z-0f3a9c02d41b7e55.parquet    the rows
    2026-11-22T051708.123456Z-0f3a9c02d41b7e55.json       what was read, and which file has the rows

Where a file with the same rows is in the folder already, the second points to it, and no other is written. There
is no index that an interruption, or a second process, could leave half written: the rows are there before the
record of them is, both appear whole or not at all, and whoever deletes a file loses what it held and nothing else.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics import exports, frames
from callerid_analytics.errors import ExportError, InvalidParameter
from callerid_analytics.files import StrPath, reading, replacing
from callerid_analytics.history.coverage import Coverage
from callerid_analytics.history.differences import compared_rows

_STAMP = "%Y-%m-%dT%H%M%S.%fZ"
_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d{6}\.\d{6}Z)-([0-9a-f]{16})")
_DATE = re.compile(r"(\d{4}(?:-\d\d(?:-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?)?)?)(?: ?UTC|Z)?")
_PERIODS = {4: "Y", 7: "M", 10: "D", 16: "min", 19: "s"}


@dataclass(frozen=True)
class Snapshot:
    """One snapshot that was taken.

    Attributes
    ----------
    name : str
        Its time and a hash of its rows; what `read_snapshot` finds it by.
    file : pathlib.Path
        The Parquet file that has its rows, which an earlier snapshot may have written.
    taken_at : datetime.datetime
        In UTC.
    rows : int
        How many there are.
    complete : bool or None
        Whether these are all the rows of the accounts that were asked for; None where no load report tells.
    unchanged_since : datetime.datetime or None
        When the snapshot before was taken, if it has the same rows.
    """

    name: str
    file: Path
    taken_at: datetime
    rows: int
    complete: bool | None
    unchanged_since: datetime | None


def take_snapshot(
    frame: pd.DataFrame,
    folder: StrPath,
    *,
    report: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> Snapshot:
    """Keep the rows as they are, with the date.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns that `callerid_analytics.history.diff` needs, and any others.
    folder : str or path
        Where snapshots are kept; made if it is not there.
    report : dict, optional
        The load report; by default the one in ``frame.attrs``. Where it tells of an account that could not be
        read, the snapshot is kept as well and is marked incomplete.
    now : datetime.datetime, optional
        With a zone; the current time by default.

    Returns
    -------
    Snapshot
        What was kept. Rows that the folder has already, in whatever order, take no second file.

    Raises
    ------
    ContractError
        A column is missing, or holds what it cannot.
    InvalidParameter
        `now` has no zone, or the report is not of what JSON can hold.
    ExportError
        The folder cannot be written to; the snapshots in it are as they were.

    Examples
    --------
    >>> import tempfile
    >>> from callerid_analytics import frames
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = take_snapshot(frames.empty(), folder)
    ...     second = take_snapshot(frames.empty(), folder)
    >>> second.unchanged_since == first.taken_at, second.file == first.file
    (True, True)
    """
    compared_rows(frame, "A snapshot")
    report = frame.attrs.get("load_report") if report is None else report
    moment = datetime.now(UTC) if now is None else _in_utc(now)
    content = _hash_of_rows(frame)
    name = f"{moment.strftime(_STAMP)}-{content}"
    place = _made(Path(folder))
    before = [it for it in _names(place) if it < name]
    file = _file_with(content, place) or place / f"{name}.parquet"
    record = _as_json(frame, file, report)
    if not file.exists():
        _write_rows(frame, file, report)
    with replacing(place / f"{name}.json") as opened:
        opened.write(record)
    unchanged_since = _taken_at(before[-1]) if before and before[-1].endswith(content) else None
    return Snapshot(name, file, moment, len(frame), Coverage.of(report).complete, unchanged_since)


def list_snapshots(folder: StrPath) -> pd.DataFrame:
    """Return the snapshots in a folder, the oldest first.

    Returns
    -------
    pandas.DataFrame
        ``taken_at`` (``datetime64[us, UTC]``), ``name`` (text), ``file`` (text: which one has the rows; missing
        where somebody has deleted it), ``rows`` and ``accounts`` that have some (Int64), ``complete`` (boolean,
        missing where no load report tells) and ``same_as_previous`` (boolean).

    Raises
    ------
    ExportError
        The folder, or the record of a snapshot in it, cannot be read.
    """
    place = Path(folder)
    names = _names(place)
    records = [_record(place / f"{name}.json") for name in names]
    hashes = [_hash_in(name) for name in names]
    columns = {
        "taken_at": pd.Series([_taken_at(name) for name in names], dtype=frames.INSTANT),
        "name": pd.Series(names, dtype=frames.TEXT),
        "file": pd.Series([_file_if_there(place, it["file"]) for it in records], dtype=frames.TEXT),
        "rows": pd.Series([it["rows"] for it in records], dtype="Int64"),
        "accounts": pd.Series([it["accounts"] for it in records], dtype="Int64"),
        "complete": pd.Series([Coverage.of(it["load_report"]).complete for it in records], dtype=frames.BOOLEAN),
        "same_as_previous": pd.Series(
            [here == before for here, before in zip(hashes, [None, *hashes], strict=False)], dtype=frames.BOOLEAN
        ),
    }
    return pd.DataFrame(columns)


def read_snapshot(path: StrPath, which: str | date = "latest") -> pd.DataFrame:
    """Read a snapshot back.

    Parameters
    ----------
    path : str or path
        The folder with the snapshots; or one of its files, and then `which` is not looked at.
    which : str, datetime.date or datetime.datetime, default "latest"
        ``"latest"``; the name of a snapshot; or a date in UTC, such as ``"2026-11-01"``, ``"2026-11"`` or
        ``"2026-11-01 17:30"``, for the last snapshot that was taken before that day, month or minute was over.

    Returns
    -------
    pandas.DataFrame
        The rows as they were given. ``attrs`` has the ``load_report``, where there was one, and from a folder also
        ``taken_at``, as text.

    Raises
    ------
    InvalidParameter
        There is no such snapshot, or `which` is no date.
    ExportError
        There are no snapshots, or the one that is asked for cannot be read.
    """
    path = Path(path)
    if path.is_dir():
        return _read(path, _chosen(path, which))
    return _read(path.parent, path.stem) if path.suffix == ".json" else exports.read_parquet(path)


def _read(folder: Path, name: str) -> pd.DataFrame:
    record = _record(folder / f"{name}.json")
    file = folder / record["file"]
    if not file.is_file():
        raise ExportError(f"The rows of snapshot {name} cannot be read: {file} is not there any more.")
    frame = exports.read_parquet(file)
    frame.attrs = {"load_report": record["load_report"]} if record["load_report"] else {}
    frame.attrs["taken_at"] = _taken_at(name).isoformat()
    return frame


def _chosen(folder: Path, which: str | date) -> str:
    """Return the name of the snapshot that is asked for."""
    names = _names(folder)
    if not names:
        raise ExportError(f"{folder} has no snapshots; take one first.")
    if isinstance(which, str):
        which = which.removesuffix(".json").removesuffix(".parquet")
        if which == "latest" or which in names:
            return names[-1] if which == "latest" else which
    until = _until(which)
    earlier = [name for name in names if _taken_at(name) <= until]
    if not earlier:
        raise InvalidParameter(
            f"{folder} has no snapshot as old as {which}; "
            f"the first was taken at {_taken_at(names[0]):%Y-%m-%d %H:%M} UTC."
        )
    return earlier[-1]


def _until(which: str | date) -> datetime:
    """Return the last moment of what people type as a date."""
    if isinstance(which, datetime):
        return _in_utc(which)
    typed = _DATE.fullmatch(str(which))
    try:
        if typed:
            end: datetime = pd.Period(typed[1], freq=_PERIODS[len(typed[1])]).end_time.floor("us").to_pydatetime()
            return end.replace(tzinfo=UTC)
    except ValueError:
        pass
    raise InvalidParameter(f"{which!r} is no date and no snapshot's name: write latest, or a date as 2026-11-01.")


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise InvalidParameter(f"{moment} has no time zone; datetime.now(UTC) has one.")
    return moment.astimezone(UTC)


class _Digest(io.RawIOBase):
    """A file that keeps nothing but the hash of what is written to it."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.sha256.update(data)
        return len(data)


def _hash_of_rows(frame: pd.DataFrame) -> str:
    """Return 16 hexadecimal digits that say what is in the rows, whatever their order and their categories."""
    rows = frames.convert_columns(frame[sorted(frame.columns, key=str)])
    known = [name for name in rows.columns if name in frames.BY_NAME]
    texts = {name: rows[name].astype(frames.TEXT) for name in known if rows[name].dtype == "category"}
    table = pa.table({name: pa.array(texts.get(name, rows[name])) for name in known})
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in ("sid", *known)])
    digest = _Digest()
    exports.write_csv(rows.iloc[order.to_numpy()], cast("BinaryIO", digest))
    return digest.sha256.hexdigest()[:16]


def _write_rows(frame: pd.DataFrame, file: Path, report: Mapping[str, Any] | None) -> None:
    rows = frame.copy(deep=False)
    rows.attrs = {"load_report": report} if report else {}
    exports.write_parquet(rows, file)


def _as_json(frame: pd.DataFrame, file: Path, report: Mapping[str, Any] | None) -> bytes:
    accounts = frame["account_sid"].nunique()
    record = {"file": file.name, "rows": len(frame), "accounts": accounts, "load_report": report}
    try:
        return json.dumps(record, indent=1).encode()
    except (TypeError, ValueError) as error:
        raise InvalidParameter(
            f"The load report cannot be kept: {error}. Pass the one that load() made."
        ) from error


def _record(path: Path) -> dict[str, Any]:
    with reading(path) as file:
        content = file.read()
    try:
        record: dict[str, Any] = json.loads(content)
        return {name: record[name] for name in ("file", "rows", "accounts", "load_report")}
    except (ValueError, TypeError, KeyError) as error:
        raise ExportError(f"{path} is not the record of a snapshot; delete it, or bring it back.") from error


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"{folder} cannot be made a folder of snapshots: {error.strerror}.") from error
    return folder


def _names(folder: Path) -> list[str]:
    """Return the names of the snapshots in a folder, the oldest first."""
    if not folder.is_dir():
        raise ExportError(f"{folder} cannot be read: there is no such folder. Check the path.")
    return sorted(path.stem for path in folder.glob("*.json") if _NAME.fullmatch(path.stem))


def _file_with(content: str, folder: Path) -> Path | None:
    """Return a file in the folder that has these rows already."""
    return min((path for path in folder.glob(f"*-{content}.parquet") if _NAME.fullmatch(path.stem)), default=None)


def _file_if_there(folder: Path, name: str) -> str | None:
    return name if (folder / name).is_file() else None


def _taken_at(name: str) -> datetime:
    return datetime.strptime(name.rpartition("-")[0], _STAMP).replace(tzinfo=UTC)


def _hash_in(name: str) -> str:
    return name.rpartition("-")[2]
