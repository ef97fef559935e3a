"""Each filter's rows, its near misses, and that it leaves the rest of the world alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callerid_analytics import filters, frames, numbering
from callerid_analytics.errors import ContractError, InvalidParameter

ROWS = [
    ("+14155550100", "(415) 555-0100", "2014-12-31 23:59:59", "2014-12-31 23:59:59"),
    ("+442079460000", "+442079460000", "2015-01-01 00:00:00", "2016-02-01 00:00:00"),
    ("+141586753096", "ACME Sales (main)", "2016-01-01 00:00:00", None),
    (None, "acme sales", None, "2020-05-05 05:05:05"),
    ("+33140000000", None, "2020-05-05 05:05:05", "2020-05-05 05:05:05"),
    ("+442079460001", "", "2020-05-05 05:05:05", "2020-05-05 05:05:05"),
]


@pytest.fixture
def frame() -> pd.DataFrame:
    rows = pd.DataFrame(
        ROWS, columns=["phone_number", "friendly_name", "date_created", "date_updated"], dtype=object
    )
    rows = rows.assign(
        date_created=pd.to_datetime(rows["date_created"], utc=True),
        date_updated=pd.to_datetime(rows["date_updated"], utc=True),
    )
    described = numbering.describe(rows["phone_number"])
    whole = frames.empty().reindex(range(len(rows))).assign(**rows, **described)  # type: ignore[arg-type] # labels
    made = frames.conform(whole).set_axis([10, 11, 12, 13, 14, 15])
    made.attrs["load_report"] = {"complete": True}
    return made


Filter = Callable[[pd.DataFrame], pd.DataFrame]
CASES: dict[str, tuple[Filter, list[int]]] = {
    "region": (lambda f: filters.in_region(f, "gb"), [11, 15]),
    "two regions": (lambda f: filters.in_region(f, "GB", "FR"), [11, 14, 15]),
    "no such region here": (lambda f: filters.in_region(f, "001"), []),
    "country code": (lambda f: filters.in_country_code(f, 1), [10, 12]),
    "country code as pandas gives it": (lambda f: filters.in_country_code(f, np.int16(1)), [10, 12]),
    "two country codes": (lambda f: filters.in_country_code(f, 1, 33), [10, 12, 14]),
    "name": (lambda f: filters.name_contains(f, "SALES"), [12, 13]),
    "name with case": (lambda f: filters.name_contains(f, "Sales", case=True), [12]),
    "name is literal": (lambda f: filters.name_contains(f, "(main)"), [12]),
    "a dot is a dot": (lambda f: filters.name_contains(f, "."), []),
    "pattern": (lambda f: filters.name_matches(f, r"^acme\b"), [13]),
    "pattern without case": (lambda f: filters.name_matches(f, r"^acme\b", case=False), [12, 13]),
    "look-ahead": (lambda f: filters.name_matches(f, r"ACME(?= Sales)"), [12]),
    "created from": (lambda f: filters.created_between(f, "2015"), [11, 12, 14, 15]),
    "created before": (lambda f: filters.created_between(f, end="2015"), [10]),
    "created between": (lambda f: filters.created_between(f, "2015", "2016-01-01"), [11]),
    "a date": (lambda f: filters.created_between(f, date(2016, 1, 1), date(2017, 1, 1)), [12]),
    "a zone": (
        lambda f: filters.created_between(f, datetime(2015, 1, 1, 1, tzinfo=timezone(timedelta(hours=1))), "2016"),
        [11],
    ),
    "updated": (lambda f: filters.updated_between(f, "2016", "2017"), [11]),
    "never renamed": (filters.never_renamed, [10, 11, 14, 15]),
    "invalid": (filters.invalid, [12]),
}


@pytest.mark.parametrize(("keep", "wanted"), CASES.values(), ids=CASES)
def test_keeps_the_rows_and_all_about_them(frame: pd.DataFrame, keep: Filter, wanted: list[int]) -> None:
    before = frame.copy(deep=True)
    kept = frame.pipe(keep)
    assert kept.index.tolist() == wanted
    assert kept.dtypes.equals(frame.dtypes)
    assert kept.attrs == frame.attrs
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("keep", [keep for keep, _ in CASES.values()], ids=CASES)
def test_an_empty_frame_stays_one(keep: Filter) -> None:
    kept = keep(frames.empty())
    assert kept.empty
    frames.check(kept)


@pytest.mark.parametrize("keep", [keep for keep, _ in CASES.values()], ids=CASES)
def test_a_frame_without_the_column_is_refused(keep: Filter) -> None:
    with pytest.raises(ContractError, match="needs the column"):
        keep(pd.DataFrame({"sid": ["PN1"]}))


REFUSED: dict[str, Filter] = {
    "no region": filters.in_region,
    "UK": lambda f: filters.in_region(f, "UK"),
    "a name": lambda f: filters.in_region(f, "Germany"),
    "a number": lambda f: filters.in_region(f, 44),  # type: ignore[arg-type] # that is the point
    "no code": filters.in_country_code,
    "code as text": lambda f: filters.in_country_code(f, "44"),  # type: ignore[arg-type] # that is the point
    "True": lambda f: filters.in_country_code(f, True),
    "pattern": lambda f: filters.name_matches(f, "("),
    "pattern of bytes": lambda f: filters.name_matches(f, b"x"),  # type: ignore[arg-type] # that is the point
    "name as a number": lambda f: filters.name_contains(f, 415),  # type: ignore[arg-type] # that is the point
    "no dates": filters.created_between,
    "no date": lambda f: filters.created_between(f, "yesteryear"),
    "American date": lambda f: filters.created_between(f, "05/06/2020"),
    "time of day": lambda f: filters.created_between(f, "10:00"),
    "empty text": lambda f: filters.created_between(f, ""),
    "seconds": lambda f: filters.created_between(f, 1577836800),  # type: ignore[arg-type] # that is the point
    "NaT": lambda f: filters.updated_between(f, pd.NaT),  # type: ignore[arg-type] # that is the point
    "backwards": lambda f: filters.created_between(f, "2016", "2015"),
}


@pytest.mark.parametrize("keep", REFUSED.values(), ids=REFUSED)
def test_what_makes_no_sense_is_refused(frame: pd.DataFrame, keep: Filter) -> None:
    with pytest.raises(InvalidParameter):
        keep(frame)


def test_uk_is_told_to_be_gb(frame: pd.DataFrame) -> None:
    with pytest.raises(InvalidParameter, match="GB"):
        filters.in_region(frame, "uk")


NAMED = [
    ("+14155550100", name, mine)
    for name, mine in (
        ("(415) 555-0100", True),
        ("415-555-0100", True),
        ("+1 415 555 0100", True),
        ("14155550100", True),
        ("   ", True),
        ("(415) 555-0101", False),
        ("Desk 4155550100", False),
        ("5550100", False),
        ("+", False),
        ("- -", False),
    )
]


@pytest.mark.parametrize(("number", "name", "mine"), NAMED)
def test_a_name_that_is_its_own_number_was_never_given(number: str, name: str, mine: bool) -> None:
    frame = pd.DataFrame({"phone_number": [number], "friendly_name": [name]})
    assert len(filters.never_renamed(frame)) == mine


@given(st.lists(st.none() | st.text(), max_size=8), st.text(min_size=1, max_size=3))
def test_name_contains_is_pythons_in(names: list[str | None], text: str) -> None:
    frame = pd.DataFrame({"friendly_name": pd.Series(names, dtype=object)})
    wanted = [place for place, name in enumerate(names) if name is not None and text in name]
    assert filters.name_contains(frame, text, case=True).index.tolist() == wanted


@given(st.lists(st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2040, 1, 1)), max_size=8))
def test_every_dated_row_is_before_or_from_a_moment(moments: list[datetime | None]) -> None:
    frame = pd.DataFrame({"date_created": pd.Series(moments, dtype="datetime64[us]").dt.tz_localize(UTC)})
    middle = datetime(2015, 6, 1)
    before, after = filters.created_between(frame, end=middle), filters.created_between(frame, middle)
    assert sorted([*before.index, *after.index]) == frame.index[frame["date_created"].notna()].tolist()
    assert not set(before.index) & set(after.index)
