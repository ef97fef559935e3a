"""The same number, the same name, the same fingerprint; and what all searches for duplicates promise."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid_analytics import frames, load
from callerid_analytics.client import Client
from callerid_analytics.duplicates import (
    find_key_collisions,
    find_same_name,
    find_same_number,
    find_similar_names,
    fingerprint,
)
from callerid_analytics.errors import ContractError
from callerid_analytics.sandbox import Sandbox

Search = Callable[[pd.DataFrame], pd.DataFrame]
BY_NAME: list[Search] = [find_same_name, find_key_collisions, find_similar_names]
SEARCHES: list[Search] = [find_same_number, *BY_NAME]
ADDED = ["group", "reason", "score", "keep"]

anything = st.text(st.characters(exclude_categories=()), max_size=12)
sloppy = st.text("ab AB1 é'-(字", max_size=8)
texts = st.lists(st.none() | sloppy | anything, max_size=25)


def named(*names: str | None) -> pd.DataFrame:
    return pd.DataFrame({"friendly_name": pd.Series(names, dtype=object)})


def numbered(*numbers: str | None, accounts: str | None = None) -> pd.DataFrame:
    frame = pd.DataFrame({"phone_number": pd.Series(numbers, dtype=object)})
    return frame if accounts is None else frame.assign(account_sid=[f"AC{letter}" for letter in accounts])


def partition(found: pd.DataFrame) -> set[frozenset[object]]:
    return {frozenset(rows.index) for _, rows in found.groupby("group")}


@pytest.mark.parametrize("search", SEARCHES)
@given(values=texts)
@settings(max_examples=60)
def test_whatever_the_text_each_row_comes_once_and_each_group_keeps_one(
    search: Search, values: list[str | None]
) -> None:
    frame = pd.DataFrame({"friendly_name": pd.Series(values, dtype=object)}).assign(
        phone_number=lambda made: made["friendly_name"]
    )
    found = search(frame)
    assert found.index.is_unique
    assert found["friendly_name"].notna().all()
    assert found["group"].is_monotonic_increasing
    assert sorted(set(found["group"])) == list(range(1, found["group"].nunique() + 1))
    assert found["score"].between(0, 1).all()
    assert found["reason"].str.len().gt(0).all()
    sizes = found.groupby("group")["keep"].agg(["size", "sum"])
    assert (sizes["size"] > 1).all()
    assert (sizes["sum"] == 1).all()


@pytest.mark.parametrize("search", SEARCHES)
@given(values=texts, random=st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_the_rows_does_not_matter(search: Search, values: list[str | None], random) -> None:
    frame = pd.DataFrame({name: pd.Series(values, dtype=object) for name in ("friendly_name", "phone_number")})
    order = list(range(len(frame)))
    random.shuffle(order)
    assert partition(search(frame)) == partition(search(frame.iloc[order]))


@pytest.mark.parametrize("search", SEARCHES)
def test_keeps_index_columns_dtypes_and_attrs_and_changes_nothing(search: Search, shared_sandbox: Sandbox) -> None:
    with Client.from_env(shared_sandbox.environ) as client:
        frame = load(client, accounts="all", progress=False)
    frame = frame.set_axis([7] * len(frame))
    before = frame.copy(deep=True)
    found = search(frame)
    assert len(found) > 0
    assert list(found.columns) == [*frame.columns, *ADDED]
    assert found[list(frame.columns)].dtypes.equals(frame.dtypes)
    assert found.dtypes[ADDED].astype(str).tolist() == ["Int32", str(frames.TEXT), "Float64", "boolean"]
    assert set(found.index) == {7}
    assert found.attrs == frame.attrs
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("search", SEARCHES)
def test_a_frame_without_rows_has_no_duplicates(search: Search) -> None:
    found = search(frames.empty())
    assert found.shape == (0, len(frames.NAMES) + len(ADDED))


@pytest.mark.parametrize("search", SEARCHES)
def test_a_missing_value_or_nothing_but_spaces_is_a_duplicate_of_nothing(search: Search) -> None:
    values = pd.Series([None, None, np.nan, np.nan, pd.NA, pd.NA, "", "", " ", " "], dtype=object)
    assert search(pd.DataFrame({"friendly_name": values, "phone_number": values})).empty


@pytest.mark.parametrize("search", SEARCHES)
def test_a_column_that_is_not_there_or_holds_no_text_is_named(search: Search) -> None:
    column = "phone_number" if search is find_same_number else "friendly_name"
    with pytest.raises(ContractError, match=column):
        search(pd.DataFrame({"sid": ["PN1"]}))
    with pytest.raises(ContractError, match=r"Row 1 .* holds 5"):
        search(pd.DataFrame({column: pd.Series(["a", 5], dtype=object)}))


@pytest.mark.parametrize(
    "other",
    [
        "+44 (0)20 7946 0000",
        "+4402079460000",
        "00442079460000",
        "442079460000",
        "+44-20-7946-0000",
        " +442079460000\u00a0",
        "＋４４２０７９４６００００",
    ],
)
def test_one_number_in_many_ways_of_writing_is_the_same(other: str) -> None:
    found = find_same_number(numbered("+14155550100", "+442079460000", other))
    assert found.index.tolist() == [1, 2]
    assert found["keep"].tolist() == [True, False]
    assert found["reason"].tolist() == 2 * ["same number in 2 rows, written in 2 ways"]


def test_the_reason_counts_the_accounts() -> None:
    found = find_same_number(numbered(*4 * ["+14155550100"], accounts="abcb"))
    assert set(found["reason"]) == {"same number in 3 accounts"}
    assert set(find_same_number(numbered("x1", "x1", accounts="aa"))["reason"]) == {"same number in 2 rows"}


def test_numbers_that_differ_are_not_the_same() -> None:
    assert find_same_number(numbered("+14155550100", "+14155550101", "4155550100", "hello", "Hello")).empty


def test_names_are_compared_as_typed() -> None:
    found = find_same_name(named("Desk", "desk", "Desk ", "Desk"))
    assert found.index.tolist() == [0, 3]
    assert set(found["reason"]) == {"same name in 2 rows"}


def test_the_reason_counts_numbers_and_accounts_of_a_name() -> None:
    frame = named("Desk", "Desk", "Desk").assign(
        phone_number=["+14155550100", "+14155550100", None], account_sid=["AC1", "AC2", "AC2"]
    )
    assert set(find_same_name(frame)["reason"]) == {"same name in 3 rows, 1 number, 2 accounts"}


def test_the_survivor_is_valid_then_named_then_oldest_then_first() -> None:
    frame = pd.DataFrame(
        {
            "phone_number": ["+141586753096", "+14155550100", "+14155550101", "+14155550102", "+14155550103"],
            "is_valid": pd.array([False, True, True, True, True], dtype="boolean"),
            "friendly_name": 5 * ["Desk"],
            "date_created": pd.to_datetime(["2010", "2016", "2015", "2015", None], utc=True),
        }
    )
    assert find_same_name(frame)["keep"].tolist() == [False, False, True, False, False]
    same = frame.assign(phone_number="+14155550100", friendly_name=["Desk", "4155550100", "", None, "Desk"])
    assert find_same_number(same)["keep"].tolist() == [False, False, False, False, True]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("  ACME,  Sales ", "acme sales"),
        ("sales sales ACME", "acme sales"),
        ("Café Zürich", "cafe zurich"),
        ("Ærø Straße", "aeroe strasse"),
        ("A\u0001B\tC\u0085D", "ab c d"),
        ("half-time O'Brien", "halftime obrien"),
        ("¿Qué? «hola»", "hola que"),
        ("a+b=c^", "a+b=c"),
        ("田中 花子", "田中 花子"),
        ("???", ""),
        ("- desk", "desk"),
    ],
)
def test_the_fingerprint_is_openrefines(name: str, key: str) -> None:
    assert fingerprint(name) == key


@given(anything)
def test_a_fingerprint_has_sorted_words_each_once(name: str) -> None:
    words = fingerprint(name).split(" ")
    assert words == sorted(set(words))


def test_a_collision_needs_two_spellings_and_then_takes_every_row() -> None:
    found = find_key_collisions(named("Desk", "Desk", "A b", "B. A", "A b", "-", "???"))
    assert found.index.tolist() == [2, 3, 4]
    assert set(found["reason"]) == {"2 spellings of 'a b'"}
