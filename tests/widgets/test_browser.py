"""The form to look through caller IDs: what is typed, ticked and pressed, and what is left of the rows."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics import exports, frames, load
from callerid_analytics.client import Client
from callerid_analytics.errors import ContractError, InvalidParameter
from callerid_analytics.sandbox import Fault, Sandbox
from callerid_analytics.spreadsheets import read_spreadsheet_csv
from callerid_analytics.widgets import Browser
from callerid_analytics.widgets.browsing.details import same_number
from callerid_analytics.widgets.browsing.facets import Value
from callerid_analytics.widgets.browsing.picture import Picture
from tests.widgets.conftest import pause, until, words
from tests.widgets.test_paged_table import tick

MakeBrowser = Callable[..., Browser]


@pytest.fixture(scope="module")
def loaded() -> Iterator[pd.DataFrame]:
    with Sandbox(numbers=300, accounts=3, seed=7) as sandbox, Client.from_env(sandbox.environ) as client:
        yield load(client, accounts="all", progress=False)


@pytest.fixture
def browser(loaded: pd.DataFrame) -> Browser:
    return Browser(loaded, pause=pause)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(numbers=40, accounts=2, seed=7) as sandbox:
        yield sandbox


def boxes(browser: Browser, facet: str) -> dict[Value, str]:
    """The values that a facet offers, with what stands beside each."""
    listed = browser._facet_lists[facet]
    by_label = {box.description: value for value, box in listed._boxes.items() if box.layout.display != "none"}
    shown = re.findall(r'aria-label="(.*?): ([\d,]+)">', listed._counts.value)
    assert [label for label, _ in shown] == [
        box.description for box in listed._ticked.children if box.layout.display != "none"
    ]
    return {by_label[label]: f"{label} ({count})" for label, count in shown}


def choose(browser: Browser, facet: str, value: Value) -> None:
    box = browser._facet_lists[facet]._boxes[value]
    box.value = not box.value


def test_the_rows_are_shown_as_they_are(browser: Browser, loaded: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(browser.frame, loaded)
    frames.check(browser.frame)
    assert "300 caller IDs." in browser.status
    assert browser.selected.empty
    frames.check(browser.selected)


def test_typing_narrows_and_clearing_brings_all_back(browser: Browser, loaded: pd.DataFrame) -> None:
    name = next(name for name in loaded["friendly_name"].dropna() if name.isalpha() and len(name) > 4)
    for end in range(1, len(name) + 1):
        browser._words.value = name[:end].upper()
    found = loaded[loaded["friendly_name"].str.lower().str.contains(name.lower()).eq(True)]
    assert set(found["sid"]) <= set(browser.frame["sid"])
    assert f"{len(browser.frame)} of 300 caller IDs." in browser.status
    browser._clear.click()
    assert (browser._words.value, len(browser.frame), browser._clear.disabled) == ("", 300, True)


def test_facets_narrow_one_another_and_count_what_is_left(browser: Browser, loaded: pd.DataFrame) -> None:
    assert boxes(browser, "region")["US"] == f"US ({loaded['region'].eq('US').sum()})"
    choose(browser, "region", "US")
    choose(browser, "region", "GB")
    both = loaded[loaded["region"].isin(["US", "GB"])]
    pd.testing.assert_frame_equal(browser.frame, both)
    choose(browser, "number_type", "toll_free")
    left = both[both["number_type"] == "toll_free"]
    pd.testing.assert_frame_equal(browser.frame, left)
    toll_free = loaded["number_type"] == "toll_free"
    assert boxes(browser, "region")["GB"] == f"GB ({(toll_free & (loaded['region'] == 'GB')).sum()})"
    years = left["date_created"].dt.year.value_counts()
    assert all(label.endswith(f"({years[year]})") for year, label in boxes(browser, "year").items())
    choose(browser, "region", "US")
    choose(browser, "region", "GB")
    pd.testing.assert_frame_equal(browser.frame, loaded[toll_free])


def test_a_facet_of_many_values_shows_more_and_finds_them_by_name(browser: Browser, loaded: pd.DataFrame) -> None:
    countries = browser._facet_lists["region"]
    assert len(boxes(browser, "region")) == 6
    assert countries._more.description == "More"
    countries._more.click()
    assert len(boxes(browser, "region")) == loaded["region"].nunique(dropna=False)
    assert countries._more.description == "Fewer"
    countries._more.click()
    rare = loaded["region"].value_counts().index[-1]
    assert rare not in boxes(browser, "region")
    countries._find.value = rare.lower()
    assert rare in boxes(browser, "region")
    choose(browser, "region", rare)
    countries._find.value = ""
    assert rare in boxes(browser, "region")
    assert browser.frame["region"].unique().tolist() == [rare]


def test_values_that_are_gone_leave_the_list_and_chosen_ones_stay(browser: Browser) -> None:
    choose(browser, "is_valid", True)
    browser._words.value = "no such words"
    assert boxes(browser, "is_valid") == {True: "valid (0)"}
    assert boxes(browser, "region") == {}
    assert "0 of 300 caller IDs." in browser.status
    assert browser.frame.empty
    frames.check(browser.frame)


def test_selection_survives_narrowing_and_another_frame(browser: Browser, loaded: pd.DataFrame) -> None:
    tick(browser._table, 0, 2)
    choose(browser, "region", "GB")
    tick(browser._table, 0)
    browser._clear.click()
    british = loaded.loc[loaded["region"] == "GB", "sid"]
    chosen = {loaded["sid"].iloc[0], loaded["sid"].iloc[2], british.iloc[0]}
    assert set(browser.selected["sid"]) == chosen
    frames.check(browser.selected)
    browser._words.value = "+44"
    browser._table._order.value = "friendly_name"
    browser.show(loaded.iloc[1:].iloc[::-1])
    assert set(browser.selected["sid"]) == chosen - {loaded["sid"].iloc[0]}
    assert browser.frame["phone_number"].str.startswith("+44").all()
    names = browser.frame["friendly_name"].dropna().str.lower().tolist()
    assert names == sorted(names)


def test_all_that_are_shown_can_be_selected(browser: Browser, loaded: pd.DataFrame) -> None:
    choose(browser, "region", "US")
    browser._table._select_all.click()
    browser._clear.click()
    pd.testing.assert_frame_equal(browser.selected, loaded[loaded["region"] == "US"])


def test_a_number_that_cannot_exist_is_marked_in_words(browser: Browser) -> None:
    choose(browser, "is_valid", False)
    assert browser._table._table._dt_args["data_json"].count('"cannot exist"') == len(browser._table.page)


def test_details_are_of_the_row_selected_last_with_times_and_its_doubles(loaded: pd.DataFrame) -> None:
    double = loaded.iloc[[0]].assign(sid="PN" + 32 * "f", friendly_name="<i>Copy</i>")
    browser = Browser(pd.concat([loaded, double]), pause=pause)
    assert "Select a row" in browser._details.value
    tick(browser._table, 0)
    text = words(browser._details.value)
    row = loaded.iloc[0]
    assert f"Details of {row['phone_number']}" in text
    assert f"date_created {row['date_created']:%Y-%m-%d %H:%M:%S} UTC" in text
    assert "The same number elsewhere: 1" in text
    assert "&lt;i&gt;Copy&lt;/i&gt;" in browser._details.value
    assert f'readonly value="{row["sid"]}"' in browser._details.value
    tick(browser._table, 0, 1)
    assert f"Details of {loaded['phone_number'].iloc[1]}" in words(browser._details.value)
    tick(browser._table, 0)
    assert "Select a row" in browser._details.value


def test_a_row_of_missing_values_has_details_too() -> None:
    nothing = {name: [None] for name in frames.NAMES} | {"sid": ["PN1"]}
    browser = Browser(frames.conform(pd.DataFrame(nothing, dtype=object)), pause=pause)
    tick(browser._table, 0)
    assert "Details of a caller ID without a number" in words(browser._details.value)
    assert "No other caller ID has this number." in words(browser._details.value)


def test_the_same_number_is_the_same_however_it_is_written() -> None:
    numbers = ["+442079460000", "0044 20 7946 0000", "+44 20 7946 0001", "x", "x", None]
    frame = pd.DataFrame({"phone_number": pd.Series(numbers, dtype=frames.TEXT)})
    assert same_number(frame, 0).index.tolist() == [1]
    assert same_number(frame, 3).index.tolist() == []


@pytest.mark.parametrize(
    ("kind", "read"),
    [("lossless, to be read back", exports.read), ("for a spreadsheet program", read_spreadsheet_csv)],
)
def test_what_is_shown_is_saved_in_its_order(
    browser: Browser, tmp_path: Path, kind: str, read: Callable[[Path], pd.DataFrame]
) -> None:
    file = tmp_path / "shown.csv"
    choose(browser, "region", "US")
    browser._table._order.value = "phone_number"
    browser._file._path.value, browser._format.value = f" {file} ", kind
    browser._file._save.click()
    assert f"{len(browser.frame)} caller IDs written to {file}." in browser.status
    assert "is-good" in browser.status
    pd.testing.assert_frame_equal(read(file), browser.frame.reset_index(drop=True), check_categorical=False)
    browser._words.value = "x"
    assert "written" not in browser.status


def test_a_file_is_replaced_only_if_that_is_asked_for(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "shown.csv"
    file.write_text("mine")
    browser._file._path.value = str(file)
    browser._file._save.click()
    assert "is there already" in browser.status
    assert file.read_text() == "mine"
    browser._file._replace.value = True
    browser._file._save.click()
    assert len(exports.read(file)) == 300


@pytest.mark.parametrize("path", ["", "  ", "nowhere/at/all.csv"])
def test_a_path_that_cannot_be_is_said(browser: Browser, path: str) -> None:
    browser._file._path.value = path
    browser._file._save.click()
    assert "is-bad" in browser.status


def test_renaming_is_offered_where_somebody_takes_it(browser: Browser, loaded: pd.DataFrame) -> None:
    assert browser._rename.layout.display == "none"
    taken: list[list[str]] = []
    other = Browser(loaded, on_rename=taken.append, pause=pause)
    other._words.value = "+44"
    british = other.frame["sid"].tolist()
    assert other._rename.description == f"Rename these {len(british)} …"
    other._rename.click()
    tick(other._table, 0)
    assert other._rename.description == "Rename the 1 selected …"
    other._rename.click()
    assert taken == [british, british[:1]]


def test_a_picture_follows_what_is_shown(browser: Browser) -> None:
    picture = browser._picture
    assert picture._picture.value == ""
    picture._kind.value = "countries"
    picture.wait()
    first = picture._picture.value
    assert "<svg" in first
    browser._words.value = "+44"
    picture.wait()
    assert "<svg" in picture._picture.value
    assert picture._picture.value != first
    picture._kind.value = ""
    assert picture._picture.value == ""


@pytest.mark.slow
def test_every_picture_can_be_drawn_of_some_rows_and_of_none(browser: Browser) -> None:
    picture = browser._picture
    for searched in ("+44", "no such words"):
        browser._words.value = searched
        for name in picture._kinds:
            picture._picture.value = ""
            picture._kind.value = name
            picture.wait()
            assert "<svg" in picture._picture.value


def test_only_the_last_of_many_changes_is_drawn(loaded: pd.DataFrame) -> None:
    drawn: list[int] = []
    time = [0.0]

    def plot(frame: pd.DataFrame, *, ax: object) -> object:
        drawn.append(len(frame))
        return ax

    picture = Picture({"sizes": plot}, pause=pause, clock=lambda: time[0])
    picture._kind.value = "sizes"
    for size in range(50):
        picture.follow(lambda size=size: loaded.iloc[:size])
    assert drawn == []
    time[0] = 1.0
    picture.wait()
    assert drawn == [49]
    picture.stop()


def test_a_client_is_loaded_meanwhile_and_asked_for_once_it_is_there(client: Client) -> None:
    browser = Browser(client, pause=pause)
    assert len(browser.frame) == 40
    until(lambda: "40 caller IDs." in browser.status)
    frames.check(browser.frame)


def test_loading_can_be_stopped_and_begun_again(client: Client, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("latency", seconds=30, path="*/OutgoingCallerIds.json"))
    browser = Browser(client, pause=pause)
    until(lambda: sandbox.requests())
    assert browser._bar.layout.visibility == "visible"
    browser._stop_button.click()
    until(lambda: "Stopped: Loading caller IDs" in browser.status)
    assert browser.frame.empty
    sandbox.set_faults()
    browser._reload.click()
    assert len(browser.frame) == 40


def test_an_account_that_cannot_be_read_is_said(client: Client, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("error", status=500, path=f"*/{sandbox.account_sid}/OutgoingCallerIds.json"))
    browser = Browser(client, pause=pause)
    assert 0 < len(browser.frame) < 40
    until(lambda: "They are not all: an account could not be read." in browser.status)


def test_nothing_is_sent_by_looking(client: Client, sandbox: Sandbox) -> None:
    browser = Browser(client, pause=pause)
    assert len(browser.frame) == 40
    sent = len(sandbox.requests())
    browser._words.value = "a"
    tick(browser._table, 0)
    browser._picture._kind.value = "names"
    browser._picture.wait()
    assert len(sandbox.requests()) == sent


def test_closing_in_the_middle_leaves_no_thread(browser: Browser) -> None:
    browser._picture._kind.value = "countries"
    browser.close()
    assert [thread for thread in threading.enumerate() if thread.name == "callerids form"] == []
    browser._words.value = "late"
    assert "This form is closed" in browser.status


def test_a_frame_of_something_else_is_refused(browser: Browser) -> None:
    with pytest.raises(ContractError, match="sid"):
        Browser(pd.DataFrame({"number": ["+14155550100"]}))
    with pytest.raises(ContractError, match="sid"):
        browser.show(pd.DataFrame({"number": ["+14155550100"]}))
    assert len(browser.frame) == 300
    with pytest.raises(InvalidParameter, match="it takes a Client or a DataFrame"):
        Browser("accounts.csv")


def test_the_callers_frame_is_never_changed(loaded: pd.DataFrame) -> None:
    before = loaded.copy()
    browser = Browser(loaded, pause=pause)
    browser._table._order.value = "friendly_name"
    tick(browser._table, 0)
    pd.testing.assert_frame_equal(loaded, before)


def test_every_control_has_a_name(browser: Browser) -> None:
    for field in (
        browser._words,
        browser._file._path,
        browser._format,
        browser._file._replace,
        browser._picture._kind,
    ):
        assert field.description
    for facet in browser._facet_lists.values():
        assert facet._find.tooltip
        assert facet._more.tooltip
        assert all(box.description and box.tooltip for box in facet._boxes.values())
