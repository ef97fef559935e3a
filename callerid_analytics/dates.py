"""RFC 2822 dates, which the API sends as text, turned into points in time in UTC.

Twilio writes one shape, ``Fri, 21 Aug 2009 00:11:24 +0000``, and a column of it is read here by position, whole
columns at a time. Every other text goes to `email.utils` one by one, so both roads give the same answers. Neither
asks the locale: the month names of RFC 2822 are English, whereas ``strptime`` of pandas and pyarrow expects those
of ``LC_TIME``.

A text that is no date, or names a day that does not exist, becomes a missing value.

Sources: RFC 2822, section 3.3, https://www.rfc-editor.org/rfc/rfc2822#section-3.3, and
https://www.twilio.com/docs/voice/api/outgoing-caller-ids for which format is sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

    Bytes = npt.NDArray[np.uint8]
    Integers = npt.NDArray[np.int64]
    Instants = npt.NDArray[np.datetime64]
    Mask = npt.NDArray[np.bool_]

_USUAL = "Fri, 21 Aug 2009 00:11:24 +0000"
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")


def parse_date(text: str | None) -> datetime | None:
    """Read one date.

    Parameters
    ----------
    text : str or None
        An RFC 2822 date. One without a zone, or with ``-0000``, is taken for UTC.

    Returns
    -------
    datetime.datetime or None
        In UTC; None where the text is missing or is no date.

    Examples
    --------
    >>> parse_date("Fri, 21 Aug 2009 02:11:24 +0200")
    datetime.datetime(2009, 8, 21, 0, 11, 24, tzinfo=datetime.timezone.utc)
    >>> parse_date("Tue, 31 Feb 2009 00:00:00 +0000") is None
    True
    """
    if not isinstance(text, str):
        return None
    try:
        date = parsedate_to_datetime(text)
        return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):  # what email.utils raises depends on what is wrong
        return None


def parse_dates(texts: pd.Series | Sequence[str | None]) -> pd.Series:
    """Read a column of dates.

    Parameters
    ----------
    texts : pandas.Series or sequence of str
        RFC 2822 dates, of any text dtype.

    Returns
    -------
    pandas.Series
        ``datetime64[us, UTC]`` with the index and name of `texts`; NaT where the text is missing or is no date.

    Examples
    --------
    >>> dates = parse_dates(["Fri, 21 Aug 2009 00:11:24 +0000", "31 Feb 2009 00:00:00 GMT", None])
    >>> dates.dt.strftime("%Y-%m-%d").tolist()
    ['2009-08-21', nan, nan]
    """
    import pandas as pd

    series = texts if isinstance(texts, pd.Series) else pd.Series(list(texts), dtype=object)
    naive = pd.Series(_parse(series), index=series.index, name=series.name)
    in_utc: pd.Series = naive.dt.tz_localize("UTC")
    return in_utc


def parse_texts(texts: pa.Array) -> pa.Array:
    """Read dates as `parse_dates` does, from Arrow's text to Arrow's ``timestamp[us, UTC]``.

    Examples
    --------
    >>> import pyarrow as pa
    >>> parse_texts(pa.array(["Fri, 21 Aug 2009 00:11:24 +0000", "yesterday"])).is_valid().to_pylist()
    [True, False]
    """
    import pyarrow as pa

    return pa.array(_parse_texts(texts)).cast(pa.timestamp("us", "UTC"))


def _parse(series: pd.Series) -> Instants:
    import numpy as np
    import pyarrow as pa

    try:
        texts = _arrow_text(series)
    except (pa.ArrowException, UnicodeError):  # not only text, or text that is no UTF-8
        instants: Instants = np.full(len(series), "NaT", dtype="datetime64[us]")
        rest = series.notna().to_numpy()
        instants[rest] = [_naive(parse_date(text)) for text in series[rest]]
        return instants
    return _parse_texts(texts)


def _parse_texts(texts: pa.Array) -> Instants:
    """Send texts of the usual shape down the quick road and everything else down the sure one."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    instants: Instants = np.full(len(texts), "NaT", dtype="datetime64[us]")
    usual = pc.equal(pc.binary_length(texts), len(_USUAL)).fill_null(False)
    rows = _rows_of_bytes(texts.filter(usual).cast(pa.large_string()))
    instants[np.asarray(usual)] = _parse_usual(rows)
    rest = np.isnat(instants) & np.asarray(texts.is_valid())
    instants[rest] = [_naive(parse_date(text)) for text in texts.filter(pa.array(rest)).to_pylist()]
    return instants


def _naive(date: datetime | None) -> datetime | None:
    """Drop the zone, which is UTC: NumPy's dates have none."""
    return date and date.replace(tzinfo=None)


def _arrow_text(series: pd.Series) -> pa.Array:
    """Return an Arrow array of ``large_string``, or raise an error of Arrow's where there is not only text."""
    import pyarrow as pa

    return pa.array(series.astype(object), type=pa.large_string(), from_pandas=True)


def _rows_of_bytes(texts: pa.Array) -> Bytes:
    """Return an array of shape (rows, 31) over the bytes of texts of the usual length, without copying them."""
    import numpy as np

    if not len(texts):
        return np.empty((0, len(_USUAL)), dtype=np.uint8)
    _, offsets, data = texts.buffers()
    start = int(np.frombuffer(offsets, dtype=np.int64)[texts.offset])
    return np.frombuffer(data, dtype=np.uint8, count=len(texts) * len(_USUAL), offset=start).reshape(
        -1, len(_USUAL)
    )


def _parse_usual(rows: Bytes) -> Instants:
    """Read dates by position; NaT wherever the bytes are not those of a date in the usual shape.

    Parameters
    ----------
    rows : numpy.ndarray
        Of shape (rows, 31) and dtype uint8.
    """
    import numpy as np

    year = _number(rows, 12, 16)
    month, is_month = _month(rows)
    months = ((year - 1970) * 12 + month).astype("datetime64[M]")
    day = _number(rows, 5, 7)
    days = months.astype("datetime64[D]") + (day - 1).astype("timedelta64[D]")
    is_day = (day >= 1) & (days.astype("datetime64[M]") == months)
    seconds, is_time = _seconds(rows)
    # email.utils reads 0009 as 2009, and datetime ends with 9999, which a zone can exceed: left to them.
    is_year = (year >= 1000) & (year < 9999)
    good = _has_usual_shape(rows) & is_year & is_month & is_day & is_time
    instants: Instants = days.astype("datetime64[us]") + seconds.astype("timedelta64[s]")
    instants[~good] = np.datetime64("NaT", "us")
    return instants


def _has_usual_shape(rows: Bytes) -> Mask:
    """Say which rows have letters, digits, a sign and punctuation where the usual shape has them."""
    import numpy as np

    ranges = [_range(character) for character in _USUAL]
    lowest = np.array([ord(low) for low, _ in ranges], dtype=np.uint8)
    highest = np.array([ord(high) for _, high in ranges], dtype=np.uint8)
    # Unsigned, what is below the lowest wraps around and is above every range: one comparison instead of two.
    return np.asarray((rows - lowest <= highest - lowest).all(axis=1))


def _range(character: str) -> tuple[str, str]:
    if character.isalpha():
        return "A", "z"
    if character.isdigit():
        return "0", "9"
    return ("+", "-") if character == "+" else (character, character)


def _month(rows: Bytes) -> tuple[Integers, Mask]:
    """Return the months, counted from 0, and which of them have one of the twelve names."""
    import numpy as np

    names = np.array(_MONTHS)
    order = names.argsort()
    given = np.ascontiguousarray(rows[:, 8:11]).view(names.dtype).ravel()
    month: Integers = order[np.searchsorted(names, given, sorter=order).clip(max=len(names) - 1)]
    return month, names[month] == given


def _seconds(rows: Bytes) -> tuple[Integers, Mask]:
    """Return the seconds since the day began in UTC, and which of the times and zones exist."""
    import numpy as np

    hour, minute, second, zone_hour, zone_minute = (_number(rows, at, at + 2) for at in (17, 20, 23, 27, 29))
    sign = ord(",") - rows[:, 26].astype(np.int64)  # the comma stands between plus and minus
    exist: Mask = (hour < 24) & (minute < 60) & (second < 60) & (zone_hour < 24) & (zone_minute < 60) & (sign != 0)
    offset = sign * (zone_hour * 60 + zone_minute) * 60
    return (hour * 60 + minute) * 60 + second - offset, exist


def _number(rows: Bytes, start: int, stop: int) -> Integers:
    """Return the numbers that the digits in some columns make."""
    import numpy as np

    powers = 10 ** np.arange(stop - start, dtype=np.int64)[::-1]
    number: Integers = (rows[:, start:stop] - ord("0")) @ powers
    return number
