"""Filters: each takes a frame of caller IDs and returns the rows that answer to it, to be chained with ``.pipe``.

They keep index, columns, dtypes and ``attrs``, need only the columns that they look at, and never change the frame
they are given.
"""

from __future__ import annotations

import re
from datetime import date, datetime

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics.errors import ContractError, InvalidParameter

Moment = str | date | datetime | pd.Timestamp

_NOT_ISO = {"UK": "GB", "EN": "GB"}
NUMBER_LIKE = r"^[+()\-.\s\d]*\d[+()\-.\s\d]*$"
"""What a name looks like that is a phone number and nothing else."""


def in_region(frame: pd.DataFrame, *regions: str) -> pd.DataFrame:
    """Keep numbers of these regions.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``region``.
    *regions : str
        ISO 3166-1 alpha-2 codes such as ``"GB"``, in any case; ``"001"`` for non-geographic numbers.

    Raises
    ------
    InvalidParameter
        No region is given, or something that is no such code.
    ContractError
        The column is missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"region": ["GB", "FR", None]})
    >>> in_region(frame, "gb").index.tolist()
    [0]
    """
    wanted = [_region(region) for region in regions]
    if not wanted:
        raise InvalidParameter("in_region needs at least one region, such as 'GB'.")
    return frame[_column(frame, "region", "in_region").isin(wanted)]


def in_country_code(frame: pd.DataFrame, *codes: int) -> pd.DataFrame:
    """Keep numbers of these E.164 calling codes.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``country_code``.
    *codes : int
        Calling codes, such as 1 or 44.

    Raises
    ------
    InvalidParameter
        No code is given, or something that is no whole number from 1 to 999.
    ContractError
        The column is missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"country_code": pd.array([44, 1, None], dtype="Int16")})
    >>> in_country_code(frame, 1, 7).index.tolist()
    [1]
    """
    if not codes or not all(_is_calling_code(code) for code in codes):
        raise InvalidParameter(f"in_country_code was given {codes!r}: it takes calling codes such as 1 or 44.")
    return frame[_column(frame, "country_code", "in_country_code").isin(codes)]


def name_contains(frame: pd.DataFrame, text: str, *, case: bool = False) -> pd.DataFrame:
    """Keep rows whose friendly name contains a text, whatever its letters' case unless `case` is asked for.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``friendly_name``.
    text : str
        Taken as it stands: a dot is a dot.
    case : bool, default False
        Whether capitals and small letters differ.

    Raises
    ------
    InvalidParameter
        What is given is no text.
    ContractError
        The column is missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"friendly_name": ["ACME sales", "Support", None]})
    >>> name_contains(frame, "Sales").index.tolist()
    [0]
    """
    literal = re.escape(_text(text, "name_contains"))
    return _search(frame, literal, case=case, function="name_contains")


def name_matches(frame: pd.DataFrame, pattern: str, *, case: bool = True) -> pd.DataFrame:
    """Keep rows in whose friendly name a regular expression is found.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``friendly_name``.
    pattern : str
        As in Python's `re`; begin it with ``^`` and end it with ``$`` to match whole names.
    case : bool, default True
        Whether capitals and small letters differ.

    Raises
    ------
    InvalidParameter
        The pattern is no regular expression.
    ContractError
        The column is missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"friendly_name": ["Desk 12", "Desk", None]})
    >>> name_matches(frame, r"^Desk [0-9]+$").index.tolist()
    [0]
    """
    return _search(frame, _text(pattern, "name_matches"), case=case, function="name_matches")


def created_between(frame: pd.DataFrame, start: Moment | None = None, end: Moment | None = None) -> pd.DataFrame:
    """Keep rows created from `start` on and before `end`.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``date_created``.
    start, end : str, datetime.date, datetime.datetime or pandas.Timestamp, optional
        Text is ISO 8601: ``"2015"`` means the first moment of that year. What has no zone is UTC.

    Raises
    ------
    InvalidParameter
        Neither is given, one is no date, or `start` comes after `end`.
    ContractError
        The column is missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"date_created": pd.to_datetime(["2014-05-01", "2016-05-01"], utc=True)})
    >>> created_between(frame, "2015").index.tolist(), created_between(frame, end="2015").index.tolist()
    ([1], [0])
    """
    return _between(frame, "date_created", start, end, function="created_between")


def updated_between(frame: pd.DataFrame, start: Moment | None = None, end: Moment | None = None) -> pd.DataFrame:
    """Keep rows last updated from `start` on and before `end`; otherwise as `created_between`.

    Examples
    --------
    >>> frame = pd.DataFrame({"date_updated": pd.to_datetime(["2014-05-01", "2016-05-01"], utc=True)})
    >>> updated_between(frame, "2014", "2015").index.tolist()
    [0]
    """
    return _between(frame, "date_updated", start, end, function="updated_between")


def never_renamed(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep rows whose friendly name nobody chose: it is missing, empty, or still the number.

    Twilio's default name is the number, as ``(415) 555-0100`` in North America and in E.164 elsewhere
    (https://www.twilio.com/docs/voice/api/outgoing-caller-ids). Any way of writing the row's own number counts.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns ``phone_number`` and ``friendly_name``.

    Raises
    ------
    ContractError
        A column is missing.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {"phone_number": 3 * ["+14155550100"], "friendly_name": ["(415) 555-0100", "Desk", "(415) 555-0199"]}
    ... )
    >>> never_renamed(frame).index.tolist()
    [0]
    """
    return frame[is_never_renamed(frame)]


def is_never_renamed(frame: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Say of each row whether `never_renamed` keeps it; with the same columns and errors.

    Returns
    -------
    numpy.ndarray of bool
        One element per row.

    Examples
    --------
    >>> is_never_renamed(pd.DataFrame({"phone_number": ["+14155550100"], "friendly_name": [None]})).tolist()
    [True]
    """
    names, numbers = (_arrow(_column(frame, name, "never_renamed")) for name in ("friendly_name", "phone_number"))
    is_unnamed = _mask(pc.equal(pc.utf8_trim_whitespace(names), ""))
    is_number = _mask(pc.match_substring_regex(names, NUMBER_LIKE))
    in_name, number = (
        pc.replace_substring_regex(texts.filter(is_number), r"\D", "") for texts in (names, numbers)
    )
    without_one = pc.replace_substring_regex(number, "^1", "")  # as North Americans write it
    is_unnamed[is_number] = _mask(pc.or_(pc.equal(in_name, number), pc.equal(in_name, without_one)))
    return is_unnamed


def invalid(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep rows whose number cannot exist; a missing number is not an invalid one.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``is_valid``.

    Raises
    ------
    ContractError
        The column is missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"is_valid": pd.array([True, False, None], dtype="boolean")})
    >>> invalid(frame).index.tolist()
    [1]
    """
    return frame[_column(frame, "is_valid", "invalid").eq(False).fillna(False).astype(bool)]


def _column(frame: pd.DataFrame, name: str, function: str) -> pd.Series:
    if name not in frame.columns:
        raise ContractError(f"{function} needs the column {name}, which the frame does not have.")
    return frame[name]


def _region(region: str) -> str:
    code = region.upper() if isinstance(region, str) else region
    if code in _NOT_ISO:
        raise InvalidParameter(f"{region!r} is no ISO 3166-1 code; the United Kingdom's is {_NOT_ISO[code]}.")
    if not isinstance(code, str) or not re.fullmatch(r"[A-Z]{2}|001", code):
        raise InvalidParameter(f"{region!r} is no region: give two letters such as 'GB', or '001'.")
    return code


def _is_calling_code(code: object) -> bool:
    return isinstance(code, int | np.integer) and not isinstance(code, bool) and 1 <= int(code) <= 999


def _text(value: str, function: str) -> str:
    if not isinstance(value, str):
        raise InvalidParameter(f"{function} was given {value!r}, which is no text.")
    return value


def _search(frame: pd.DataFrame, pattern: str, *, case: bool, function: str) -> pd.DataFrame:
    names = _column(frame, "friendly_name", function)
    try:
        wanted = re.compile(pattern, 0 if case else re.IGNORECASE)
    except re.error as error:
        raise InvalidParameter(f"{pattern!r} is no regular expression: {error}.") from error
    # Through Python's re for every dtype: Arrow's own engine knows a smaller language.
    found = (isinstance(name, str) and wanted.search(name) is not None for name in names)
    return frame[np.fromiter(found, dtype=bool, count=len(frame))]


def _between(
    frame: pd.DataFrame, name: str, start: Moment | None, end: Moment | None, *, function: str
) -> pd.DataFrame:
    dates = _column(frame, name, function)
    first, last = _moment(start, function), _moment(end, function)
    if first is None and last is None:
        raise InvalidParameter(f"{function} needs a start or an end.")
    if first is not None and last is not None and first > last:
        raise InvalidParameter(f"{function} was given a start, {first}, that is after the end, {last}.")
    wanted = dates.notna()
    if first is not None:
        wanted &= dates >= first
    if last is not None:
        wanted &= dates < last
    return frame[wanted]


def _moment(value: Moment | None, function: str) -> pd.Timestamp | None:
    if value is None:
        return None
    try:
        # Plain pandas.Timestamp would take 5 for nanoseconds, "10:00" for today and 05/06/2020 for the 6th of May.
        moment = pd.to_datetime(value, format="ISO8601") if isinstance(value, str | date) else None
    except ValueError:
        moment = None
    if moment is None or pd.isna(moment):
        raise InvalidParameter(f"{function} was given {value!r}, which is no date: write it as 2015-01-31.")
    return moment.tz_localize("UTC") if moment.tzinfo is None else moment.tz_convert("UTC")


def _arrow(texts: pd.Series) -> pa.Array:
    """Return a column as Arrow's text, what is missing as empty text."""
    array = pa.array(texts.astype("string"))
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return pc.fill_null(whole.cast(pa.large_string()), "")


def _mask(booleans: pa.Array) -> npt.NDArray[np.bool_]:
    return np.array(booleans.to_numpy(zero_copy_only=False), dtype=bool)
