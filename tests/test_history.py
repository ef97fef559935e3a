"""Snapshots that outlive accidents, and differences that say what happened, no more and no less."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import warnings
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid_analytics import Client, exports, frames, history, load
from callerid_analytics.errors import ContractError, ExportError, InvalidParameter
from callerid_analytics.sandbox import Sandbox

Row = tuple[str | None, str | None, str | None, str | None]
COMPARED = ["sid", "account_sid", "phone_number", "friendly_name"]
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


def frame_of(*rows: Row, report: dict[str, Any] | None = None) -> pd.DataFrame:
    frame = frames.convert_columns(pd.DataFrame(rows, columns=COMPARED, dtype=object))
    if report:
        frame.attrs["load_report"] = report
    return frame


def report_of(complete: bool = True, filters: dict[str, str] | None = None, **accounts: str) -> dict[str, Any]:
    statuses = {sid: {"status": status.replace("_", " ")} for sid, status in accounts.items()}
    return {"complete": complete, "filters": filters or {}, "accounts": statuses}


def told(difference: pd.DataFrame) -> list[tuple[Any, ...]]:
    columns = difference[["change", "sid", "new_sid"]].astype(object)
    return list(columns.where(columns.notna(), None).itertuples(index=False, name=None))


DESK: Row = ("PN1", "AC1", "+14155550101", "Desk")
SALES: Row = ("PN2", "AC1", "+14155550102", "Sales")
BARE: Row = ("PN3", "AC2", "+14155550103", None)
ODD: Row = ("PN4", None, None, "")

CHANGES: dict[str, tuple[list[Row], list[Row], list[tuple[Any, ...]]]] = {
    "nothing": ([DESK, SALES, BARE, ODD], [ODD, BARE, SALES, DESK], []),
    "removed": ([DESK, SALES], [SALES], [("removed", "PN1", None)]),
    "added": ([SALES], [DESK, SALES], [("added", "PN1", None)]),
    "renamed": ([DESK], [(*DESK[:3], "Front desk")], [("renamed", "PN1", None)]),
    "a missing name is not an empty one": ([BARE], [(*BARE[:3], "")], [("renamed", "PN3", None)]),
    "renumbered": ([DESK], [("PN1", "AC1", "+14155550109", "Desk")], [("renumbered", "PN1", None)]),
    "moved": ([DESK], [("PN1", "AC2", *DESK[2:])], [("moved", "PN1", None)]),
    "moved from nowhere": ([ODD], [("PN4", "AC1", None, "")], [("moved", "PN4", None)]),
    "all at once": (
        [DESK],
        [("PN1", "AC2", "+14155550109", "Front desk")],
        [("moved, renumbered, renamed", "PN1", None)],
    ),
    "deleted and verified again": ([DESK], [("PN9", *DESK[1:])], [("re-verified", "PN1", "PN9")]),
    "verified again under another name": (
        [DESK],
        [("PN9", "AC1", DESK[2], "New")],
        [("re-verified, renamed", "PN1", "PN9")],
    ),
    "verified again elsewhere": ([DESK], [("PN9", "AC2", *DESK[2:])], [("moved", "PN1", "PN9")]),
    "a number that is nowhere does not come back": (
        [ODD],
        [("PN9", None, None, "")],
        [("removed", "PN4", None), ("added", "PN9", None)],
    ),
    "a second one is added": ([DESK], [DESK, ("PN9", *DESK[1:])], [("added", "PN9", None)]),
    "of two, the one of the same account comes back": (
        [("PN1", "AC2", "+14155550101", "Desk"), ("PN2", "AC1", "+14155550101", "Other")],
        [("PN9", "AC1", "+14155550101", "Desk")],
        [("removed", "PN1", None), ("re-verified, renamed", "PN2", "PN9")],
    ),
    "of two, the one of the same name comes back": (
        [("PN1", "AC1", "+14155550101", "Other"), ("PN2", "AC1", "+14155550101", "Desk")],
        [("PN9", "AC1", "+14155550101", "Desk")],
        [("removed", "PN1", None), ("re-verified", "PN2", "PN9")],
    ),
    "two come back as two": (
        [DESK, ("PN2", *DESK[1:])],
        [("PN9", *DESK[1:]), ("PN8", *DESK[1:])],
        [("re-verified", "PN1", "PN8"), ("re-verified", "PN2", "PN9")],
    ),
    "a repeated SID in the new": ([DESK], [DESK, DESK], [("duplicate sid", "PN1", None)]),
    "a repeated SID in the old": ([DESK, DESK], [DESK], [("duplicate sid", "PN1", None)]),
    "one of a repeated SID is renamed": (
        [DESK, DESK],
        [DESK, (*DESK[:3], "New")],
        [("duplicate sid", "PN1", None), ("duplicate sid", "PN1", None)],
    ),
    "a repeated SID on both sides, unchanged": ([DESK, DESK], [DESK, DESK], []),
    "a row without a SID": (
        [(None, *DESK[1:])],
        [(None, *SALES[1:])],
        [("no sid", None, None), ("no sid", None, None)],
    ),
    "the same row without a SID": ([(None, *DESK[1:])], [(None, *DESK[1:])], []),
    "from no rows": ([], [DESK], [("added", "PN1", None)]),
    "to no rows": ([DESK], [], [("removed", "PN1", None)]),
    "no rows at all": ([], [], []),
}


@pytest.mark.filterwarnings("ignore::callerid_analytics.history.DiffWarning")
@pytest.mark.parametrize(("old", "new", "wanted"), CHANGES.values(), ids=CHANGES)
def test_what_happened_is_told(old: list[Row], new: list[Row], wanted: list[tuple[Any, ...]]) -> None:
    difference = history.diff(frame_of(*old), frame_of(*new))
    assert told(difference) == wanted
    assert list(difference.columns) == list(history.DIFF_COLUMNS)
    for name, dtype in history.DIFF_COLUMNS.items():
        values = difference[name]
        assert values.dtype.name == dtype.name
        assert (values.cat.categories if dtype == frames.CATEGORY else values).dtype == frames.TEXT


def test_both_sides_values_are_in_the_row() -> None:
    difference = history.diff(frame_of(DESK, SALES), frame_of(("PN9", "AC2", DESK[2], "New")))
    assert difference.astype(object).where(difference.notna(), None).to_dict("records") == [
        {
            "change": "removed",
            "sid": "PN2",
            "new_sid": None,
            "account_sid": "AC1",
            "phone_number": "+14155550102",
            "old_name": "Sales",
            "new_name": None,
            "old_number": "+14155550102",
            "new_number": None,
            "old_account": "AC1",
            "new_account": None,
        },
        {
            "change": "moved, renamed",
            "sid": "PN1",
            "new_sid": "PN9",
            "account_sid": "AC2",
            "phone_number": "+14155550101",
            "old_name": "Desk",
            "new_name": "New",
            "old_number": "+14155550101",
            "new_number": "+14155550101",
            "old_account": "AC1",
            "new_account": "AC2",
        },
    ]
    assert difference.attrs["old"] == {
        "rows": 2,
        "complete": None,
        "not_read": [],
        "set_aside": 0,
        "duplicate_sids": 0,
        "without_sid": 0,
    }


def test_other_columns_are_no_difference_and_the_frames_stay_as_they_were() -> None:
    old = frame_of(DESK, SALES).assign(date_updated=pd.Timestamp("2026-01-01", tz="UTC"), region="US")
    new = old.assign(date_updated=pd.Timestamp("2026-11-01", tz="UTC"), region=None)
    copies = old.copy(deep=True), new.copy(deep=True)
    assert history.diff(old, new).empty
    pd.testing.assert_frame_equal(old, copies[0])
    pd.testing.assert_frame_equal(new, copies[1])


def test_any_text_dtype_and_any_index_will_do() -> None:
    old = frame_of(DESK, SALES, BARE)
    new = old.astype(object).set_axis([7, 7, 7])
    new["account_sid"] = pd.Categorical(new["account_sid"], categories=["AC9", "AC2", "AC1"])
    assert history.diff(old, new).empty
    assert history.diff(new, old.iloc[1:])["change"].tolist() == ["removed"]


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ContractError, match="The new frame needs the column friendly_name"):
        history.diff(frame_of(DESK), frame_of(DESK).drop(columns="friendly_name"))
    with pytest.raises(ContractError, match="phone_number"):
        history.diff(frame_of(DESK).assign(phone_number=14155550101), frame_of(DESK))
    with pytest.raises(ContractError, match="change"):
        history.summarize_diff(frame_of(DESK))


def test_rows_that_cannot_be_compared_by_sid_are_a_warning() -> None:
    frame = frame_of(DESK, DESK, (None, *SALES[1:]))
    with pytest.warns(history.DiffWarning, match="1 SIDs occur more than once and 1 rows have none"):
        difference = history.diff(frame, frame)
    assert difference.empty
    assert difference.attrs["new"]["duplicate_sids"] == difference.attrs["new"]["without_sid"] == 1


GAPS: dict[str, tuple[dict[str, Any] | None, dict[str, Any] | None, list[tuple[Any, ...]], str]] = {
    "an account failed in the new": (
        report_of(AC1="read", AC2="read"),
        report_of(AC1="read", AC2="failed", complete=False),
        [("removed", "PN1", None), ("added", "PN5", None), ("added", "PN6", None)],
        "The new rows are not all the rows: account AC2 was not read. Of the old rows, 1 ",
    ),
    "an account was suspended": (
        None,
        report_of(AC1="read", AC2="not_active"),
        [("removed", "PN1", None), ("added", "PN5", None), ("added", "PN6", None)],
        "account AC2 was not read",
    ),
    "an account failed in the old": (
        report_of(AC1="read", AC2="failed", complete=False),
        None,
        [("removed", "PN1", None), ("removed", "PN3", None), ("added", "PN5", None)],
        "The old rows are not all the rows: account AC2 was not read. Of the new rows, 1 ",
    ),
    "the new was loaded with a filter": (
        report_of(AC1="read", AC2="read"),
        report_of(AC1="read", AC2="read", filters={"friendly_name": "Sales"}),
        [("added", "PN5", None), ("added", "PN6", None)],
        "only rows with friendly_name 'Sales'",
    ),
    "nobody asked for an account": (
        report_of(AC1="read", AC2="read"),
        report_of(AC1="read"),
        [("removed", "PN1", None), ("added", "PN5", None), ("added", "PN6", None)],
        "account AC2 was not asked for, or not listed",
    ),
    "an account is new": (
        report_of(AC1="read"),
        report_of(AC1="read", AC2="read"),
        [("removed", "PN1", None), ("removed", "PN3", None), ("added", "PN5", None), ("added", "PN6", None)],
        "did not ask for account AC2, or it was not there yet",
    ),
    "nobody knows which": (
        None,
        report_of(complete=False),
        [("removed", "PN1", None), ("removed", "PN3", None), ("added", "PN5", None), ("added", "PN6", None)],
        "their load report says so",
    ),
}


@pytest.mark.parametrize(("was", "now", "wanted", "warning"), GAPS.values(), ids=GAPS)
def test_what_was_not_read_is_not_taken_for_removed_or_added(
    was: dict[str, Any] | None, now: dict[str, Any] | None, wanted: list[tuple[Any, ...]], warning: str
) -> None:
    old = frame_of(DESK, SALES, BARE, report=was)
    new = frame_of(
        SALES,
        ("PN5", "AC1", "+14155550105", "Fifth"),
        ("PN6", "AC2", "+14155550106", "Sixth"),
        report=now,
    )
    with pytest.warns(history.DiffWarning, match=warning):
        difference = history.diff(old, new)
    assert sorted(told(difference), key=lambda it: str(it[1])) == wanted
    aside = difference.attrs["old"]["set_aside"] + difference.attrs["new"]["set_aside"]
    assert len(wanted) + aside == 4


def test_what_a_failed_account_did_give_is_compared() -> None:
    now = report_of(AC1="failed", complete=False)
    new = frame_of((*DESK[:3], "New"), report=now)
    with pytest.warns(history.DiffWarning):
        assert told(history.diff(frame_of(DESK, SALES), new)) == [("renamed", "PN1", None)]


def test_the_same_filter_on_both_sides_compares_like_with_like() -> None:
    report = report_of(AC1="read", filters={"phone_number": "+14155550101"})
    old, new = frame_of(DESK, report=report), frame_of(report=report)
    assert told(history.diff(old, new)) == [("removed", "PN1", None)]


def test_kinds_are_counted_each() -> None:
    old = frame_of(DESK, SALES, BARE)
    new = frame_of(("PN1", "AC2", DESK[2], "New"), (*SALES[:3], "Newer"))
    counts = history.summarize_diff(history.diff(old, new))
    assert counts[counts > 0].to_dict() == {"removed": 1, "moved": 1, "renamed": 2}
    assert list(counts.index) == list(history.KINDS)
    assert counts.dtype == np.int64


names = st.none() | st.sampled_from(["", "Desk", "desk", "Büro\n", "📞", "nan"])
accounts = st.none() | st.sampled_from(["AC1", "AC2", "AC3"])
sids = st.none() | st.sampled_from([f"PN{n}" for n in range(6)])
numbers = st.none() | st.sampled_from([f"+1415555010{n}" for n in range(4)])
any_rows = st.lists(
    st.tuples(sids, accounts, numbers, names).filter(lambda row: row[1:] != (None, None, None)), max_size=12
)
few = settings(max_examples=15)


@pytest.mark.filterwarnings("ignore::callerid_analytics.history.DiffWarning")
@few
@given(any_rows, st.randoms(use_true_random=False))
def test_no_frame_differs_from_itself_in_another_order(rows: list[Row], dice: random.Random) -> None:
    assert history.diff(frame_of(*rows), frame_of(*dice.sample(rows, len(rows)))).empty


@pytest.mark.filterwarnings("ignore::callerid_analytics.history.DiffWarning")
@few
@given(any_rows, any_rows, st.randoms(use_true_random=False))
def test_order_does_not_matter_and_every_row_is_told_once(
    old: list[Row], new: list[Row], dice: random.Random
) -> None:
    difference = history.diff(frame_of(*old), frame_of(*new))
    again = history.diff(frame_of(*dice.sample(old, len(old))), frame_of(*dice.sample(new, len(new))))
    pd.testing.assert_frame_equal(difference, again)
    assert sorted(map(str, _replayed(old, difference))) == sorted(map(str, new))


def _replayed(rows: list[Row], difference: pd.DataFrame) -> list[Row]:
    """Apply a difference to the old rows: what comes out should be the new ones."""
    result = list(rows)
    for it in difference.astype(object).where(difference.notna(), None).to_dict("records"):
        before = (it["sid"], it["old_account"], it["old_number"], it["old_name"])
        after = (it["new_sid"] or it["sid"], it["new_account"], it["new_number"], it["new_name"])
        if it["change"] in ("duplicate sid", "no sid"):
            was_there = any(value is not None for value in before[1:])
        else:
            was_there = it["change"] != "added"
        if was_there:
            result.remove(before)
        if it["change"] != "removed" and not (was_there and it["change"] in ("duplicate sid", "no sid")):
            result.append(after)
    return result


edits = st.lists(
    st.sampled_from(
        ["keep", "remove", "rename", "renumber", "move", "re-verify", "move by verifying", "rename and move"]
    ),
    max_size=20,
)


@few
@given(edits, st.integers(0, 4))
def test_edits_are_told_exactly(wanted: list[str], added: int) -> None:
    old, new, expected = [], [], set()
    for n, edit in enumerate(wanted):
        sid, account, number, name = row = (f"PN{n}", f"AC{n % 3}", f"+1415{n:07}", None if n % 4 == 0 else "Desk")
        old.append(row)
        outcome: dict[str, tuple[Row, str]] = {
            "keep": (row, ""),
            "rename": ((sid, account, number, "New"), "renamed"),
            "renumber": ((sid, account, f"+44{n:07}", name), "renumbered"),
            "move": ((sid, "AC9", number, name), "moved"),
            "re-verify": ((f"PNx{n}", account, number, name), "re-verified"),
            "move by verifying": ((f"PNx{n}", "AC9", number, "New"), "moved, renamed"),
            "rename and move": ((sid, "AC9", number, "New"), "moved, renamed"),
        }
        if edit == "remove":
            expected.add(("removed", sid, None))
            continue
        after, change = outcome[edit]
        new.append(after)
        if change:
            expected.add((change, sid, after[0] if after[0] != sid else None))
    for n in range(added):
        new.append((f"PNnew{n}", "AC0", f"+33{n:07}", "New"))
        expected.add(("added", f"PNnew{n}", None))
    found = told(history.diff(frame_of(*old), frame_of(*reversed(new))))
    assert len(found) == len(expected)
    assert set(found) == expected


def test_a_snapshot_comes_back_as_it_was(sandbox: Sandbox, client: Client, tmp_path: Path) -> None:
    frame = load(client, accounts="all")
    taken = history.take_snapshot(frame, tmp_path / "new" / "folder")
    back = history.read_snapshot(tmp_path / "new" / "folder")
    pd.testing.assert_frame_equal(back, frame)
    assert back.attrs["load_report"] == frame.attrs["load_report"]
    assert back.attrs["taken_at"] == taken.taken_at.isoformat()
    assert (taken.rows, taken.complete, taken.unchanged_since) == (30, True, None)
    assert history.diff(back, frame).empty
    kept = b"".join(path.read_bytes() for path in (tmp_path / "new" / "folder").iterdir())
    assert sandbox.auth_token.encode() not in kept


def test_the_same_rows_in_another_order_take_no_second_file(client: Client, tmp_path: Path) -> None:
    frame = load(client, accounts="all")
    shuffled = frame.sample(frac=1, random_state=1)
    shuffled["account_sid"] = shuffled["account_sid"].cat.reorder_categories(
        frame["account_sid"].cat.categories[::-1]
    )
    shuffled.attrs = {"note": object()}
    first = history.take_snapshot(frame, tmp_path, now=NOON)
    second = history.take_snapshot(
        shuffled.astype({"phone_number": object}), tmp_path, now=NOON + timedelta(days=1)
    )
    assert second.unchanged_since == NOON
    assert second.file == first.file
    assert len(list(tmp_path.glob("*.parquet"))) == 1
    listed = history.list_snapshots(tmp_path)
    assert listed["same_as_previous"].tolist() == [False, True]
    assert listed["taken_at"].tolist() == [NOON, NOON + timedelta(days=1)]
    assert listed["complete"].tolist() == [True, pd.NA]
    assert listed[["rows", "accounts"]].to_numpy().tolist() == [[30, 3]] * 2


@settings(max_examples=15)
@given(any_rows, any_rows, st.randoms(use_true_random=False))
def test_rows_are_the_same_exactly_when_they_hold_the_same(
    tmp_path_factory: pytest.TempPathFactory, one: list[Row], two: list[Row], dice: random.Random
) -> None:
    folder = tmp_path_factory.mktemp("snapshots")
    first = history.take_snapshot(frame_of(*one), folder)
    assert history.take_snapshot(frame_of(*dice.sample(one, len(one))), folder).file == first.file
    other = history.take_snapshot(frame_of(*two), folder)
    assert (other.file == first.file) == (sorted(map(str, one)) == sorted(map(str, two)))
    pd.testing.assert_frame_equal(
        exports.read(other.file).reset_index(drop=True), frame_of(*two), check_categorical=False
    )


def test_what_comes_back_takes_no_new_file_and_is_a_change_all_the_same(tmp_path: Path) -> None:
    states = [frame_of(DESK), frame_of(SALES), frame_of(DESK)]
    taken = [
        history.take_snapshot(state, tmp_path, now=NOON + timedelta(hours=n)) for n, state in enumerate(states)
    ]
    assert taken[2].file == taken[0].file
    assert taken[2].unchanged_since is None
    assert history.list_snapshots(tmp_path)["same_as_previous"].tolist() == [False, False, False]
    assert history.read_snapshot(tmp_path)["sid"].tolist() == ["PN1"]


WHICH: dict[str, tuple[str | date, str]] = {
    "latest": ("latest", "Third"),
    "a day": ("2026-11-01", "Second"),
    "the day before": ("2026-10-31", "First"),
    "a day without any": ("2026-11-15", "Second"),
    "a month": ("2026-10", "First"),
    "a year": ("2026", "Third"),
    "a minute": ("2026-11-01 11:59", "First"),
    "the very minute": ("2026-11-01 12:00", "Second"),
    "a second, as others write it": ("2026-11-01T12:00:00Z", "Second"),
    "as the command prints it": ("2026-11-01 12:00 UTC", "Second"),
    "a date": (date(2026, 11, 1), "Second"),
    "a moment": (datetime(2026, 11, 1, 13, 30, tzinfo=timezone(timedelta(hours=2))), "First"),
    "the future": ("2100-01-01", "Third"),
}


@pytest.fixture
def three(tmp_path: Path) -> Path:
    moments = {"First": NOON - timedelta(days=2), "Second": NOON, "Third": NOON + timedelta(days=20)}
    for name, moment in moments.items():
        history.take_snapshot(frame_of((*DESK[:3], name)), tmp_path, now=moment)
    (tmp_path / "notes.json").write_text("not one of ours")
    return tmp_path


@pytest.mark.parametrize(("which", "wanted"), WHICH.values(), ids=WHICH)
def test_a_snapshot_is_found_as_people_ask_for_it(three: Path, which: str | date, wanted: str) -> None:
    assert history.read_snapshot(three, which)["friendly_name"].tolist() == [wanted]


def test_a_snapshot_is_found_by_its_name_and_by_its_files(three: Path) -> None:
    name = history.list_snapshots(three)["name"][1]
    for frame in (
        history.read_snapshot(three, name),
        history.read_snapshot(three, f"{name}.parquet"),
        history.read_snapshot(three / f"{name}.json"),
        history.read_snapshot(three / f"{name}.parquet"),
    ):
        assert frame["friendly_name"].tolist() == ["Second"]


@pytest.mark.parametrize("which", ["", "yesterday", "01/11/2026", "2026-13-01", "2026-02-30", "2026-10-29", "5"])
def test_what_is_no_date_or_too_early_is_refused(three: Path, which: str) -> None:
    with pytest.raises(InvalidParameter, match=which or "''"):
        history.read_snapshot(three, which)


def test_a_moment_without_a_zone_is_refused(three: Path) -> None:
    with pytest.raises(InvalidParameter, match="time zone"):
        history.read_snapshot(three, datetime(2026, 11, 1))
    with pytest.raises(InvalidParameter, match="time zone"):
        history.take_snapshot(frame_of(DESK), three, now=datetime(2026, 11, 1))


def test_two_snapshots_in_one_second_are_two(tmp_path: Path) -> None:
    history.take_snapshot(frame_of(DESK), tmp_path, now=NOON)
    history.take_snapshot(frame_of(SALES), tmp_path, now=NOON)
    history.take_snapshot(frame_of(SALES), tmp_path, now=NOON + timedelta(microseconds=1))
    listed = history.list_snapshots(tmp_path)
    assert len(listed) == 3
    assert listed["file"].nunique() == 2


def test_an_incomplete_snapshot_is_kept_and_says_so(sandbox: Sandbox, client: Client, tmp_path: Path) -> None:
    whole = load(client, accounts="all")
    history.take_snapshot(whole, tmp_path, now=NOON)
    failing = sandbox.accounts[1]["sid"]
    sandbox.set_account_status(failing, "suspended")
    with pytest.warns(UserWarning, match="could not be read"):
        part = load(client, accounts=[account["sid"] for account in sandbox.accounts], strict=False)
    assert history.take_snapshot(part, tmp_path).complete is False
    assert history.list_snapshots(tmp_path)["complete"].tolist() == [True, False]
    with pytest.warns(history.DiffWarning, match=f"account {failing} was not read"):
        difference = history.diff(history.read_snapshot(tmp_path, "2026-11-01"), history.read_snapshot(tmp_path))
    assert difference.empty
    assert difference.attrs["old"]["set_aside"] == (whole["account_sid"] == failing).sum() > 0
    assert difference.attrs["new"]["not_read"] == [failing]


def test_a_report_can_be_given_and_must_fit_json(tmp_path: Path) -> None:
    frame = frame_of(DESK)
    history.take_snapshot(frame, tmp_path, report=report_of(AC1="failed", complete=False), now=NOON)
    assert history.list_snapshots(tmp_path)["complete"].tolist() == [False]
    assert frame.attrs == {}
    with pytest.raises(InvalidParameter, match="load report"):
        history.take_snapshot(frame_of(SALES), tmp_path, report={"complete": object()})
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_survives_deletions(three: Path) -> None:
    files = sorted(three.glob("*.parquet"))
    files[1].unlink()
    listed = history.list_snapshots(three)
    assert listed["file"].isna().tolist() == [False, True, False]
    with pytest.raises(ExportError, match="is not there any more"):
        history.read_snapshot(three, "2026-11-01")
    again = history.take_snapshot(frame_of((*DESK[:3], "Second")), three)
    assert again.file.exists(), "the rows were gone, so they are written again"
    files[0].with_suffix(".json").unlink()
    assert len(history.list_snapshots(three)) == 3
    assert history.read_snapshot(three)["friendly_name"].tolist() == ["Second"]


def test_a_failed_write_leaves_the_folder_as_it_was(three: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path.name: path.read_bytes() for path in three.iterdir()}

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ExportError, match="No space left"):
        history.take_snapshot(frame_of(SALES), three)
    assert {path.name: path.read_bytes() for path in three.iterdir()} == before


@pytest.mark.slow
def test_a_process_killed_between_its_two_files_leaves_a_readable_folder(three: Path) -> None:
    code = """
import os, sys
from callerid_analytics import exports, history
from tests.test_history import SALES, frame_of
write = exports.write_parquet
exports.write_parquet = lambda *arguments: (write(*arguments), os.kill(os.getpid(), 9))
history.take_snapshot(frame_of(SALES), sys.argv[1])
"""
    root = Path(__file__).parent.parent
    assert subprocess.run([sys.executable, "-c", code, str(three)], cwd=root, check=False).returncode == -9
    assert len(list(three.glob("*.parquet"))) == 4
    assert len(history.list_snapshots(three)) == 3
    assert history.read_snapshot(three)["friendly_name"].tolist() == ["Third"]
    assert history.take_snapshot(frame_of(SALES), three).file.exists()
    assert len(list(three.glob("*.parquet"))) == 4, "what was orphaned is found and used"


@pytest.mark.slow
def test_two_processes_at_once_lose_nothing(tmp_path: Path) -> None:
    code = """
import sys
from callerid_analytics import history
from tests.test_history import DESK, SALES, frame_of
for n in range(5):
    history.take_snapshot(frame_of(DESK if n % 2 else SALES), sys.argv[1])
"""
    root = Path(__file__).parent.parent
    both = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=root) for _ in range(2)]
    assert [process.wait(60) for process in both] == [0, 0]
    listed = history.list_snapshots(tmp_path)
    assert len(listed) == 10
    assert listed["file"].notna().all()
    for name in listed["name"]:
        assert len(history.read_snapshot(tmp_path, name)) == 1


def test_what_is_no_folder_or_no_record_is_one_sentence(three: Path) -> None:
    with pytest.raises(ExportError, match="no such folder"):
        history.list_snapshots(three / "nowhere")
    (three / "empty").mkdir()
    with pytest.raises(ExportError, match="has no snapshots"):
        history.read_snapshot(three / "empty")
    with pytest.raises(ExportError, match="cannot be made a folder"):
        history.take_snapshot(frame_of(DESK), three / "notes.json")
    with pytest.raises(ContractError, match="A snapshot needs the column friendly_name"):
        history.take_snapshot(frame_of(DESK).drop(columns="friendly_name"), three)
    record = max(three.glob("2*.json"))
    for damaged in ("{", "[]", json.dumps({"rows": 1})):
        record.write_text(damaged)
        with pytest.raises(ExportError, match="is not the record of a snapshot"):
            history.list_snapshots(three)


def test_an_empty_folder_lists_no_snapshots_with_the_same_columns(three: Path) -> None:
    (three / "empty").mkdir()
    nothing, something = history.list_snapshots(three / "empty"), history.list_snapshots(three)
    assert nothing.empty
    assert nothing.dtypes.to_dict() == something.dtypes.to_dict()


@pytest.mark.slow
def test_many_rows_are_compared_in_whole_columns() -> None:
    count = 200_000
    order = np.random.default_rng(7).permutation(count)
    old = pd.DataFrame(
        {
            "sid": [f"PN{n:032x}" for n in order],
            "account_sid": pd.Categorical.from_codes(order % 40, [f"AC{n:032x}" for n in range(40)]),
            "phone_number": [f"+1415{n:07}" for n in order],
            "friendly_name": [f"Desk {n % 999}" for n in order],
        }
    )
    new = old.sample(frac=1, random_state=7).iloc[1000:]
    new = new.assign(friendly_name=new["friendly_name"].where(np.arange(len(new)) >= 500, "New"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        counts = history.summarize_diff(history.diff(old, new))
    assert counts[counts > 0].to_dict() == {"removed": 1000, "renamed": 500}
