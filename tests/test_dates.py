import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime, parsedate_to_datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callerid_analytics.dates import parse_date, parse_dates

SENT = "Fri, 21 Aug 2009 00:11:24 +0000"
MEANT = datetime(2009, 8, 21, 0, 11, 24, tzinfo=UTC)

zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# The standard library writes a year before 1000 in a form that it reads as another year.
moments = st.datetimes(datetime(1000, 1, 2), datetime(9999, 12, 30, 23, 59, 59), timezones=zones)
dates = moments.map(lambda moment: moment.replace(microsecond=0))
near_misses = st.builds(
    lambda text, place, character: text[:place] + character + text[place + 1 :],
    dates.map(format_datetime),
    st.integers(0, len(SENT) - 1),
    st.characters() | st.sampled_from("0123456789+-: ,AZaz/;"),
)


def by_email_utils(text):
    """The same answer by another road: what the standard library says, in UTC."""
    try:
        date = parsedate_to_datetime(text)
        return (date.replace(tzinfo=UTC) if date.tzinfo is None else date).astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def as_datetimes(series):
    return [None if pd.isna(value) else value.to_pydatetime() for value in series]


@given(st.lists(dates))
def test_valid_dates_are_read_as_email_utils_reads_them(moments):
    texts = [format_datetime(moment) for moment in moments]
    assert as_datetimes(parse_dates(texts)) == moments
    assert [parse_date(text) for text in texts] == moments


@given(st.lists(near_misses | st.text() | st.none() | dates.map(format_datetime)))
def test_broken_dates_are_read_as_email_utils_reads_them(texts):
    expected = [by_email_utils(text) for text in texts]
    assert as_datetimes(parse_dates(texts)) == expected
    assert [parse_date(text) for text in texts] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 21 Aug 2009 02:11:24 +0200",
        "Thu, 20 Aug 2009 18:41:24 -0530",
        "21 Aug 2009 00:11:24 +0000",
        "Fri, 21 Aug 2009 00:11:24 GMT",
        "Thu, 20 Aug 2009 19:11:24 EST",
        "Fri, 21 Aug 2009 00:11:24 -0000",
        "Fri, 21 Aug 2009 00:11:24",
        "fri, 21 aug 2009 00:11:24 +0000",
    ],
)
def test_other_legal_shapes(text):
    assert parse_date(text) == MEANT
    assert parse_dates([SENT, text]).tolist() == [MEANT, MEANT]


def test_a_day_of_one_digit():
    assert parse_dates(["Sat, 1 Aug 2009 00:00:00 +0000"]).tolist() == [datetime(2009, 8, 1, tzinfo=UTC)]


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 31 Feb 2009 00:11:24 +0000",
        "Sun, 29 Feb 2009 00:11:24 +0000",
        "Fri, 00 Aug 2009 00:11:24 +0000",
        "Fri, 21 Foo 2009 00:11:24 +0000",
        "Fri, 21 Aug 2009 24:11:24 +0000",
        "Fri, 21 Aug 2009 00:60:24 +0000",
        "Fri, 21 Aug 2009 00:11:60 +0000",
        "Fri, 21 Aug 2009 00:11:24 +2400",
        "Fri, 21 Aug 200x 00:11:24 +0000",
        "Fri, 31 Dec 9999 23:30:00 -0100",
        "2009-08-21T00:11:24Z",
        "",
        "\ud83d",
    ],
)
def test_what_is_no_date_is_missing(text):
    assert parse_date(text) is None
    assert parse_dates([text, SENT]).isna().tolist() == [True, False]


def test_missing_stays_missing():
    assert parse_date(None) is None
    assert parse_dates([None, float("nan"), pd.NA, pd.NaT]).isna().all()


def test_something_other_than_text_is_no_date():
    assert parse_dates([1, SENT, 2.5]).isna().tolist() == [True, False, True]


@pytest.mark.parametrize("dtype", [object, "string", "string[pyarrow]", "category"])
def test_every_text_dtype(dtype):
    dates = parse_dates(pd.Series([SENT, None, SENT, "x"], dtype=dtype))
    assert as_datetimes(dates) == [MEANT, None, MEANT, None]


def test_dtype_index_and_name_are_kept_and_the_input_is_left_alone():
    texts = pd.Series([SENT, "x", None], index=["b", "b", "a"], name="date_created")
    before = texts.copy()
    dates = parse_dates(texts)
    assert str(dates.dtype) == "datetime64[us, UTC]"
    assert dates.index.tolist() == ["b", "b", "a"]
    assert dates.name == "date_created"
    pd.testing.assert_series_equal(texts, before)


@pytest.mark.parametrize("texts", [[], pd.Series([], dtype=object), [None]])
def test_no_dates_at_all(texts):
    dates = parse_dates(texts)
    assert str(dates.dtype) == "datetime64[us, UTC]"
    assert len(dates) == len(texts)


def test_every_month():
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    texts = [f"Sun, 10 {name} 2009 00:00:00 +0000" for name in names]
    assert parse_dates(texts).dt.month.tolist() == list(range(1, 13))


def test_a_slice_of_a_column():
    texts = pd.Series([f"Fri, 21 Aug 2009 00:11:{second:02} +0000" for second in range(60)])
    assert parse_dates(texts.iloc[7:20:3]).dt.second.tolist() == [7, 10, 13, 16, 19]


def test_one_date_needs_neither_numpy_nor_pandas():
    code = (
        "import sys; from callerid_analytics.dates import parse_date; parse_date('x');"
        "sys.exit(bool({'numpy', 'pandas', 'pyarrow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
