"""The table of one page: order, pages, selection by key, and what the browser is told."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid_analytics import frames
from callerid_analytics.errors import ContractError
from callerid_analytics.widgets.cells import plain_cells
from callerid_analytics.widgets.paged_table import PagedTable
from callerid_analytics.widgets.row_pages import RowPages
from tests.widgets.conftest import words

COLUMNS = {"sid": "SID", "friendly_name": "Name"}
NAMES = ["delta", "Alpha", None, "charlie", "<b>Bravo</b>"]


def frame_of(names: list[str | None]) -> pd.DataFrame:
    sids = pd.Series([f"PN{number}" for number in range(len(names))], dtype=frames.TEXT)
    return pd.DataFrame({"sid": sids, "friendly_name": pd.Series(names, dtype=frames.TEXT)})


def make_table(**options: object) -> PagedTable:
    given: dict[str, object] = {"label": "caller IDs", "press": lambda act: act(), "page_size": 2, **options}
    return PagedTable(COLUMNS, **given)


@pytest.fixture
def table() -> PagedTable:
    table = make_table()
    table.show(frame_of(NAMES))
    return table


def shown(table: PagedTable) -> list[list[str]]:
    """What the browser is given of the page in view: cells as HTML."""
    rows = json.loads(table._table._dt_args["data_json"])
    return [row[1:] for row in rows[: len(table.page)]]


def tick(table: PagedTable, *places: int) -> None:
    """Tick rows of the page as the browser would, which knows which page it shows."""
    mark = [row for row in table._table.selected_rows if row >= len(table.page)]
    table._table.selected_rows = [*places, *mark]


def where(table: PagedTable) -> str:
    return words(table._where.value)


def test_the_first_page_is_shown_as_text_that_is_escaped(table: PagedTable) -> None:
    assert shown(table) == [["PN0", "delta"], ["PN1", "Alpha"]]
    assert where(table) == "rows 1–2 of 5 caller IDs"
    table._turns["Last"].click()
    assert shown(table) == [["PN4", "&lt;b&gt;Bravo&lt;/b&gt;"]]
    assert where(table) == "rows 5–5 of 5 caller IDs"
    assert table.page.equals(frame_of(NAMES).iloc[[4]])


def test_columns_of_html_are_left_as_they_are() -> None:
    table = make_table(html={"friendly_name"}, cells=lambda page: page.assign(friendly_name="<ins>new</ins>"))
    table.show(frame_of(["one"]))
    assert shown(table) == [["PN0", "<ins>new</ins>"]]


def test_pages_are_turned_by_buttons_and_by_number(table: PagedTable) -> None:
    for name, page in [("Next", 2), ("Next", 3), ("Previous", 2), ("First", 1), ("Last", 3)]:
        table._turns[name].click()
        assert table._number.value == page
    assert [name for name, button in table._turns.items() if button.disabled] == ["Next", "Last"]
    table._number.value = 2
    assert table.page["sid"].tolist() == ["PN2", "PN3"]
    table._number.value = 99
    assert (table._number.value, where(table)) == (3, "rows 5–5 of 5 caller IDs")
    table._number.value = -5
    assert table._number.value == 1


def test_another_number_of_rows_keeps_the_first_in_view(table: PagedTable) -> None:
    table._turns["Last"].click()
    table._size.value = 10
    assert where(table) == "rows 1–5 of 5 caller IDs"
    table._size.value = 2
    assert where(table) == "rows 1–2 of 5 caller IDs"


def test_sorting_is_of_all_rows_without_regard_to_case_and_the_missing_are_last(table: PagedTable) -> None:
    table._turns["Last"].click()
    table._order.value = "friendly_name"
    assert where(table) == "rows 1–2 of 5 caller IDs"
    assert table.shown["sid"].tolist() == ["PN4", "PN1", "PN3", "PN0", "PN2"]
    table._descending.value = True
    assert table.shown["sid"].tolist() == ["PN0", "PN3", "PN1", "PN4", "PN2"]
    table.show(frame_of(["b", "a"]))
    assert table.shown["sid"].tolist() == ["PN0", "PN1"]
    table._order.value = ""
    table._descending.value = False
    assert table.shown["sid"].tolist() == ["PN0", "PN1"]


def test_selection_outlives_paging_sorting_narrowing_and_another_frame(table: PagedTable) -> None:
    tick(table, 1)
    table._turns["Next"].click()
    tick(table, 0, 1)
    table._order.value = "friendly_name"
    table.show(frame_of(NAMES), np.array([0]))
    assert table.selected.tolist() == ["PN1", "PN2", "PN3"]
    table.show(frame_of(NAMES[:3]))
    assert table.selected.tolist() == ["PN1", "PN2"]
    assert words(table._chosen.value) == "2 selected"


def test_ticks_are_taken_away_again(table: PagedTable) -> None:
    tick(table, 0, 1)
    tick(table, 1)
    assert table.selected.tolist() == ["PN1"]
    assert table.latest == "PN1"
    tick(table)
    assert table.selected.tolist() == []
    assert table.latest is None


def test_a_tick_that_crosses_a_new_page_selects_nothing(table: PagedTable) -> None:
    late = [0, *table._table.selected_rows]
    for _ in range(7):
        table._turns["Next" if table._turns["Previous"].disabled else "First"].click()
        before = table._table.selected_rows
        table._table.selected_rows = late
        assert table.selected.tolist() == []
        assert table._table.selected_rows == before


def test_all_rows_shown_are_selected_besides_those_elsewhere(table: PagedTable) -> None:
    frame = frame_of(NAMES)
    table.show(frame, np.array([4]))
    table.select(["PN0", "PN7"])
    table._select_all.click()
    assert table.selected.tolist() == ["PN0", "PN4"]
    table._clear.click()
    assert table.selected.tolist() == []
    assert table._clear.disabled


def test_rows_with_one_key_are_selected_together_and_rows_without_one_never() -> None:
    table = make_table(page_size=10)
    table.show(frame_of(list("abc")).assign(sid=pd.Series(["PN1", None, "PN1"], dtype=frames.TEXT)))
    tick(table, 1, 2)
    assert table.selected.tolist() == ["PN1"]
    assert table._table.selected_rows[:-1] == [0, 2]
    table.select_all_shown()
    assert table.selected.tolist() == ["PN1"]


def test_who_asked_is_told_of_a_persons_selections_only() -> None:
    told: list[list[str]] = []
    table = make_table(on_select=lambda: told.append(table.selected.tolist()))
    table.show(frame_of(NAMES))
    table.select(["PN3"])
    assert told == []
    tick(table, 0)
    table._select_all.click()
    table._clear.click()
    assert told == [["PN0", "PN3"], ["PN0", "PN1", "PN2", "PN3", "PN4"], []]


def test_all_that_a_person_does_goes_through_the_guard() -> None:
    acts: list[Callable[[], object]] = []
    table = make_table(press=acts.append)
    table.show(frame_of(NAMES))
    table._turns["Next"].click()
    table._order.value = "sid"
    tick(table, 0)
    assert len(acts) == 3
    assert table.selected.tolist() == []


def test_narrowing_goes_back_to_the_first_page_and_the_same_rows_do_not(table: PagedTable) -> None:
    frame = frame_of(NAMES)
    table.show(frame)
    table._turns["Next"].click()
    table.show(frame, np.arange(5))
    assert where(table) == "rows 3–4 of 5 caller IDs"
    table.show(frame, np.arange(4))
    assert where(table) == "rows 1–2 of 4 caller IDs"


def test_nothing_to_show_is_said(table: PagedTable) -> None:
    table.show(frame_of(NAMES), np.array([], dtype=np.intp))
    assert where(table) == "no caller IDs to show"
    assert all(button.disabled for button in table._turns.values())
    assert table._select_all.disabled
    table.show(frame_of([]))
    assert table.page.empty
    assert make_table().page.empty


def test_a_table_without_selection_has_no_boxes() -> None:
    table = make_table(selectable=False)
    table.show(frame_of(NAMES))
    assert table._table.selected_rows == []
    assert table._table._dt_args["select"] is False
    assert json.loads(table._table._dt_args["data_json"]) == [["PN0", "delta"], ["PN1", "Alpha"]]


def test_one_page_is_one_message_and_the_browser_neither_sorts_nor_searches(table: PagedTable) -> None:
    sent: list[set[str]] = []
    table._table._send = lambda message, buffers=None: sent.append(set(message["state"]))
    table._turns["Next"].click()
    assert sent == [{"_dt_args", "selected_rows"}]
    arguments = table._table._dt_args
    assert (arguments["ordering"], arguments["paging"]) == (False, False)
    assert set(arguments["layout"].values()) == {None}


@pytest.mark.parametrize("missing", list(COLUMNS))
def test_a_frame_without_a_column_is_refused_and_the_rows_stay(table: PagedTable, missing: str) -> None:
    with pytest.raises(ContractError, match=missing):
        table.show(frame_of(["other"]).drop(columns=missing))
    assert len(table.shown) == 5


def test_an_odd_index_does_not_matter(table: PagedTable) -> None:
    table.show(frame_of(NAMES).set_axis([7, 7, 7, None, "x"]))
    table._order.value = "friendly_name"
    tick(table, 0)
    assert table.selected.tolist() == ["PN4"]


def test_plain_cells_show_every_dtype_of_the_contract() -> None:
    page = pd.DataFrame(
        {
            "date": pd.Series([pd.Timestamp("2015-01-31 23:00", tz="UTC"), pd.NaT], dtype=frames.INSTANT),
            "kind": pd.Series(["mobile", None], dtype="category"),
            "code": pd.Series([44, None], dtype="Int16"),
            "truth": pd.Series([False, None], dtype="boolean"),
            "score": [0.5, np.nan],
        }
    )
    assert plain_cells(page.set_axis(["a", "a"])).values.tolist() == [
        ["2015-01-31", "mobile", "44", "no", "0.5"],
        5 * [""],
    ]


VALUES = st.one_of(
    st.lists(st.none() | st.text(max_size=3)),
    st.lists(st.none() | st.booleans()),
    st.lists(st.none() | st.integers(-9, 9)),
    st.lists(st.floats(-1, 1) | st.just(np.nan)),
    st.lists(st.none() | st.text(max_size=2) | st.integers(0, 9)),
)


@settings(max_examples=50)
@given(VALUES, st.booleans(), st.integers(1, 4))
def test_the_pages_in_order_are_all_rows_once_with_the_missing_last(
    values: list[object], descending: bool, size: int
) -> None:
    pages = RowPages(key="value", size=size)
    pages.show(pd.DataFrame({"value": pd.Series(values, dtype=object)}))
    pages.sort_by("value", descending=descending)
    seen: list[int] = []
    for number in range(pages.last + 1):
        pages.turn_to(number)
        seen += pages.positions.tolist()
    assert sorted(seen) == list(range(len(values)))
    is_missing = [bool(pd.isna(values[place])) for place in seen]
    assert is_missing == sorted(is_missing)
    if all(isinstance(value, int | float) for value in values):
        ordered = [values[place] for place, missing in zip(seen, is_missing, strict=True) if not missing]
        assert ordered == sorted(ordered, reverse=descending)
