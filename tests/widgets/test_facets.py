"""Search and facets: which rows are left, and what choosing another value would give."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid_analytics import frames
from callerid_analytics.widgets.browsing.facets import Choices, Facet, Value, facets_of, narrow
from callerid_analytics.widgets.browsing.narrowing import Narrowing
from callerid_analytics.widgets.browsing.search import Search

ROWS = [
    {
        "sid": "PN" + 30 * "0" + "a1",
        "phone_number": "+14155550100",
        "friendly_name": "Front Desk",
        "account_sid": "AC1",
        "account_name": "Acme",
        "region": "US",
        "number_type": "fixed_line_or_mobile",
        "date_created": pd.Timestamp("2019-12-31 23:30", tz="UTC"),
        "is_valid": True,
    },
    {
        "sid": "PN" + 30 * "0" + "b2",
        "phone_number": "+44 20 7946 0000",
        "friendly_name": "Sales +14155550199",
        "account_sid": "AC2",
        "account_name": "Acme",
        "region": "GB",
        "number_type": "fixed_line",
        "date_created": pd.Timestamp("2021-01-01", tz="UTC"),
        "is_valid": True,
    },
    {
        "sid": "PN" + 30 * "0" + "c3",
        "phone_number": "4155550100",
        "friendly_name": "SALES desk",
        "account_sid": "AC3",
        "account_name": "Globex",
        "is_valid": False,
        "region": "US",
    },
    {},
]


def frame_of(rows: list[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(
        [{name: row.get(name) for name in frames.NAMES} for row in rows], columns=list(frames.NAMES)
    )
    return frames.conform(table.astype(object).where(table.notna(), None))


FRAME = frame_of(ROWS)
SEARCH = Search(FRAME)


@pytest.fixture
def frame() -> pd.DataFrame:
    return FRAME.copy()


def facet(found: Collection[Facet], name: str) -> Facet:
    return next(facet for facet in found if facet.name == name)


@pytest.mark.parametrize(
    ("words", "rows"),
    [
        ("", [0, 1, 2, 3]),
        ("desk", [0, 2]),
        ("DESK front", [0]),
        ("desk sales", [2]),
        ("+14155550100", [0]),
        ("+1 (415) 555-0100", [0]),
        ("001 415 555 0100", [0]),
        ("415 555 0100", [0, 2]),
        ("415.555", [0, 1, 2]),
        ("+44 20", [1]),
        ("+20", []),
        ("desk 555-01", [0, 2]),
        ("0199 sales", [1]),
        ("acme", [0, 1]),
        ("ac3", [2]),
        ("pn000", [0, 1, 2]),
        ("000000b2", [1]),
        ("00b2", []),
        ("nothing", []),
        (".*", []),
        ("  desk   ", [0, 2]),
    ],
)
def test_a_search_finds_rows_that_hold_all_words(frame: pd.DataFrame, words: str, rows: list[int]) -> None:
    assert np.flatnonzero(Search(frame).find(words)).tolist() == rows


def test_a_search_remembers_words_and_not_too_many(frame: pd.DataFrame) -> None:
    search = Search(frame)
    first = search.find("desk")
    for number in range(100):
        search.find(f"word{number}")
    assert search.find("desk").tolist() == first.tolist()
    assert len(search._found) <= 51


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_can_be_searched_for_and_more_words_find_no_more(first: str, second: str) -> None:
    search = SEARCH
    both = search.find(f"{first} \n {second}x")
    assert not (both & ~search.find(f"{second}x")).any() or not second.strip()


def test_what_is_almost_a_long_number_is_searched_for_at_once() -> None:
    assert not SEARCH.find(200 * "415-555 " + "x" + 2000 * "0" + "y").any()


def test_facets_list_every_value_the_missing_too(frame: pd.DataFrame) -> None:
    found = facets_of(frame)
    assert [facet.title for facet in found] == ["Country", "Type", "Account", "Created", "Validity"]
    assert facet(found, "region").values == ("US", "GB", None)
    assert facet(found, "region").labels == ("US", "GB", "unknown")
    assert facet(found, "number_type").labels[0] == "unknown"
    assert set(facet(found, "number_type").labels) == {"unknown", "fixed line or mobile", "fixed line"}
    assert facet(found, "is_valid").labels == ("valid", "cannot exist", "no number")


def test_years_are_those_of_utc_and_the_latest_is_first(frame: pd.DataFrame) -> None:
    created = facet(facets_of(frame), "year")
    assert created.labels == ("2021", "2019", "no date")
    assert created.values == (2021, 2019, None)


def test_accounts_with_one_name_are_told_apart_by_sid(frame: pd.DataFrame) -> None:
    accounts = facet(facets_of(frame), "account_sid")
    labels = dict(zip(accounts.values, accounts.labels, strict=True))
    assert labels == {"AC1": "Acme (AC1)", "AC2": "Acme (AC2)", "AC3": "Globex", None: "none"}


def test_an_account_without_a_name_goes_by_its_sid() -> None:
    assert facet(facets_of(frame_of([{"account_sid": "AC9"}])), "account_sid").labels == ("AC9",)


def test_an_empty_frame_has_facets_without_values() -> None:
    assert [facet.values for facet in facets_of(frames.empty())] == 5 * [()]


def test_values_of_a_facet_are_alternatives_and_facets_add_up(frame: pd.DataFrame) -> None:
    found = facets_of(frame)
    everything = np.ones(len(frame), dtype=bool)
    rows, counts = narrow(found, {"region": {"US", "GB"}, "is_valid": {True}}, everything)
    assert np.flatnonzero(rows).tolist() == [0, 1]
    assert dict(zip(facet(found, "is_valid").values, counts["is_valid"].tolist(), strict=True)) == {
        True: 2,
        False: 1,
        None: 0,
    }


CHOICES = st.fixed_dictionaries(
    {},
    optional={
        "region": st.sets(st.sampled_from(["US", "GB", None])),
        "number_type": st.sets(st.sampled_from(["fixed_line", "fixed_line_or_mobile", None])),
        "account_sid": st.sets(st.sampled_from(["AC1", "AC2", "AC3", None])),
        "year": st.sets(st.sampled_from([2019, 2021, None])),
        "is_valid": st.sets(st.sampled_from([True, False, None])),
    },
)


@settings(max_examples=50)
@given(st.lists(st.sampled_from(range(len(ROWS))), max_size=12), CHOICES, st.data())
def test_a_count_is_what_choosing_that_value_alone_would_leave(
    places: list[int], chosen: Choices, data: st.DataObject
) -> None:
    found = facets_of(FRAME.iloc[places])
    size = len(places)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=bool)
    rows, counts = narrow(found, chosen, mask)
    for one in found:
        for value, count in zip(one.values, counts[one.name].tolist(), strict=True):
            alone: dict[str, Collection[Value]] = {**chosen, one.name: {value}}
            assert narrow(found, alone, mask)[0].sum() == count
    assert not (rows & ~mask).any()


def test_narrowing_keeps_what_still_applies_to_another_frame(frame: pd.DataFrame) -> None:
    narrowing = Narrowing(frame)
    narrowing.find("desk")
    narrowing.choose("region", frozenset({"US", "GB"}))
    narrowing.choose("year", frozenset({2019}))
    assert narrowing.view.rows.tolist() == [0]
    narrowing.take(frame.iloc[[2, 0, 3]].assign(date_created=pd.NaT))
    assert narrowing.chosen == {"region": frozenset({"US"})}
    assert narrowing.view.rows.tolist() == [0, 1]
    narrowing.clear()
    assert (narrowing.words, narrowing.chosen) == ("", {})
    assert len(narrowing.view.rows) == 3


def test_a_frame_that_breaks_the_contract_changes_nothing(frame: pd.DataFrame) -> None:
    narrowing = Narrowing(frame)
    view = narrowing.view
    with pytest.raises(ValueError, match="no column 'region'"):
        narrowing.take(frame.drop(columns="region"))
    assert narrowing.view is view
