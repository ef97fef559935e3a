"""Plans: what changes, what is wrong with it, and that a file edited by hand is read right or refused."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid_analytics import Client, Sandbox, cleaning, filters, frames, load, plans
from callerid_analytics.cleaning import AddPrefix, CollapseSpaces, LookUp, NumberDuplicates, ReplaceText
from callerid_analytics.errors import ContractError, ExportError, InvalidParameter, PlanError, RecipeError

HOSTILE = [
    "",
    " ",
    "'",
    "''",
    "=1+1",
    "'=1",
    "0012",
    "1/2",
    "TRUE",
    "a\nb",
    "a\rb",
    'a"b',
    "a;b",
    "a\tb",
    "\x00",
    "x" * 65,
]
texts = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.text("ab'=+-1,;\t\n\r\"", max_size=4),
)


def frame_of(
    names: list[str | None], *, numbers: list[str | None] | None = None, accounts: list[str | None] | None = None
) -> pd.DataFrame:
    """Make a frame in which row 3 has the SID PN…3, and AC…0 as its account unless told otherwise."""
    count = len(names)
    return pd.DataFrame(
        {
            "sid": pd.Series([sid(i) for i in range(count)], dtype=frames.TEXT),
            "account_sid": pd.Series(accounts or [account(0)] * count, dtype=frames.TEXT).astype("category"),
            "phone_number": pd.Series(
                numbers or [f"+1415555{i:04}" for i in range(count)], dtype=object, index=range(count)
            ).astype(frames.TEXT),
            "friendly_name": pd.Series(names, dtype=object).astype(frames.TEXT),
        }
    )


def sid(number: int) -> str:
    return f"PN{number:032x}"


def account(number: int) -> str:
    return f"AC{number:032x}"


def by_sid(names: dict[int, str]) -> LookUp:
    return LookUp(key="sid", names={sid(number): name for number, name in names.items()})


def problems(frame: pd.DataFrame, new_names: dict[int, str]) -> dict[int, str | None]:
    plan = plans.plan_renames(frame, by_sid(new_names))
    found = plan["problem"].astype(object).where(plan["problem"].notna(), None)
    return {int(sid[2:], 16): problem for sid, problem in zip(plan["sid"], found, strict=True)}


def test_only_rows_that_change_are_in_the_plan_with_the_rules_that_changed_them() -> None:
    frame = frame_of([" a", "b", None, "c  d", ""]).set_axis([9, 9, 1, 2, 3])
    frame.attrs["load_report"] = {"complete": True}
    before = frame.copy(deep=True)
    plan = plans.plan_renames(
        frame, [CollapseSpaces(), ReplaceText(old="c", new="e"), ReplaceText(old="d", new="f")]
    )
    assert tuple(plan.columns) == plans.RENAME_COLUMNS
    assert plan.drop(columns=["account_sid", "phone_number"]).astype(object).fillna("-").to_numpy().tolist() == [
        [sid(0), " a", "a", "collapse-spaces", "-"],
        [sid(3), "c  d", "e f", "collapse-spaces, replace-text", "-"],
    ]
    assert plan.dtypes.drop("account_sid").eq(frames.TEXT).all()
    assert plan["account_sid"].cat.categories.tolist() == [account(0)]
    assert plan.index.tolist() == [0, 1]
    assert plan.attrs == frame.attrs
    pd.testing.assert_frame_equal(frame, before)


def test_a_name_that_comes_back_to_what_it_was_is_no_change() -> None:
    back = [ReplaceText(old="a", new="b"), ReplaceText(old="b", new="a")]
    assert plans.plan_renames(frame_of(["a"]), back).empty


def test_a_missing_name_can_be_filled() -> None:
    plan = plans.plan_renames(frame_of([None]), cleaning.FillMissing())
    assert plan["old_name"].isna().all()
    assert plan["new_name"].tolist() == ["+14155550000".replace("+1415555", "(415) 555-")]


def test_a_frame_without_rows_gives_a_plan_without_rows() -> None:
    for made in (
        plans.plan_renames(frames.empty(), cleaning.standard()),
        plans.plan_deletions(frame_of([]), reason="x"),
    ):
        assert len(made) == 0
        plans.check(made)


@pytest.mark.parametrize(
    "only",
    [
        lambda frame: frame["friendly_name"].eq(" b"),
        lambda frame: pd.array([False, True, None], dtype="boolean") & pd.Series(True, index=frame.index),
        lambda frame: [sid(1)],
        lambda frame: {sid(1)},
        lambda frame: pd.Series([sid(1)], index=[40]),
        lambda frame: pd.Index([sid(1)]),
        lambda frame: filters.name_contains(frame, "b"),
    ],
)
def test_only_the_rows_asked_for_change(only: Callable[[pd.DataFrame], plans.Only]) -> None:
    frame = frame_of([" a", " b", " c"]).set_axis([7, 7, 8])
    assert plans.plan_renames(frame, CollapseSpaces(), only=only(frame))["sid"].tolist() == [sid(1)]


def test_the_recipe_sees_rows_that_may_not_change() -> None:
    frame = frame_of(["a", "a", "a"]).assign(date_created=pd.Timestamp("2015", tz="UTC"))
    assert plans.plan_renames(frame, NumberDuplicates(), only=[sid(2)])["new_name"].tolist() == ["a (3)"]


@pytest.mark.parametrize(
    "only", [sid(0), [sid(5)], [5], pd.Series([True], index=[5]), pd.DataFrame({"sid": [sid(5)]})], ids=str
)
def test_rows_that_are_not_there_cannot_be_asked_for(only: plans.Only) -> None:
    with pytest.raises(InvalidParameter):
        plans.plan_renames(frame_of([" a"]), CollapseSpaces(), only=only)


def test_names_that_cannot_be_sent_are_named() -> None:
    frame = frame_of(["a", "b", "c", "d", "e"])
    frame.loc[4, "sid"] = None
    new = ReplaceText(old="a"), ReplaceText(old="b", new="\u3000"), ReplaceText(old="c", new="x" * 65)
    plan = plans.plan_renames(frame, [*new, ReplaceText(old="d", new="d\x00"), ReplaceText(old="e", new="")])
    assert plan["problem"].tolist() == [
        "empty",
        "empty",
        "over 64 characters",
        "not text that can be sent",
        "no sid; empty",
    ]
    assert not plans.sendable(plan, plans.ACCEPTABLE).any()


@pytest.mark.parametrize(
    ("names", "new", "found"),
    [
        (["a", "b"], {0: "b"}, {0: "collision"}),
        (["a", "b"], {0: "c", 1: "c"}, {0: "collision", 1: "collision"}),
        (["a", "b"], {0: "b", 1: "c"}, {0: None, 1: None}),
        (["a", "b"], {0: "b", 1: "a"}, {0: "cycle", 1: "cycle"}),
        (["a", "b", "c"], {0: "b", 1: "c", 2: "a"}, {0: "cycle", 1: "cycle", 2: "cycle"}),
        (["a", "b", "c"], {0: "b", 1: "a", 2: "b"}, {0: "collision; cycle", 1: "cycle", 2: "collision"}),
        (["a ", "a "], {0: "a", 1: "a"}, {0: None, 1: None}),
        (["a ", "a ", "A"], {0: "a", 1: "a", 2: "a"}, {0: "collision", 1: "collision", 2: "collision"}),
        (["a", None], {0: "b", 1: "b"}, {0: "collision", 1: "collision"}),
        (["a", "A"], {0: "aa"}, {0: None}),
    ],
)
def test_names_that_meet_or_change_places_are_named(
    names: list[str | None], new: dict[int, str], found: dict[int, str | None]
) -> None:
    assert problems(frame_of(names), new) == found
    several = frame_of(names, accounts=[account(i) for i in range(len(names))])
    assert set(problems(several, new).values()) == {None}
    one_number = frame_of(names, numbers=["+14155550100"] * len(names))
    assert set(problems(one_number, new).values()) == {None}
    nobody_knows = frame_of(names, numbers=[None] * len(names))
    assert problems(nobody_knows, new) == found


def test_a_long_chain_is_no_ring_until_it_is_closed() -> None:
    count = 3000
    frame = frame_of([f"Line {i}" for i in range(count)])
    chain = {i: f"Line {i + 1}" for i in range(count)}
    assert set(problems(frame, chain).values()) == {None}
    assert set(problems(frame, chain | {count - 1: "Line 0"}).values()) == {"cycle"}


def test_a_bridge_between_two_rings_is_in_none() -> None:
    frame = frame_of(["a", "b", "c", "d", "a"])
    found = problems(frame, {0: "b", 1: "a", 2: "d", 3: "c", 4: "c"})
    assert found == {0: "cycle", 1: "cycle", 2: "cycle", 3: "collision; cycle", 4: "collision"}


@settings(max_examples=15)
@given(st.lists(st.tuples(*[st.sampled_from("abcd")] * 2, st.booleans(), st.integers(0, 3)), max_size=7))
def test_collisions_are_those_that_a_search_pair_by_pair_finds(rows: list[tuple[str, str, bool, int]]) -> None:
    old, new = [row[0] for row in rows], [row[1] for row in rows]
    accounts, numbers = [account(row[2]) for row in rows], [f"+1415555010{row[3]}" for row in rows]
    found = problems(frame_of(old, numbers=numbers, accounts=accounts), dict(enumerate(new)))
    for i in range(len(rows)):
        met = any(
            new[i] == new[j] and old[i] != old[j] and numbers[i] != numbers[j] and accounts[i] == accounts[j]
            for j in range(len(rows))
        )
        assert (old[i] == new[i]) == (i not in found)
        assert i not in found or met == ("collision" in (found[i] or ""))


def test_deletions_hold_every_row_and_the_reason() -> None:
    frame = frame_of(["a", None]).set_axis([5, 5])
    frame.iloc[1, 0] = None
    plan = plans.plan_deletions(frame, reason="left")
    assert tuple(plan.columns) == plans.DELETION_COLUMNS
    assert plan["reason"].tolist() == ["left", "left"]
    assert plan["problem"].fillna("-").tolist() == ["-", "no sid"]
    assert plans.kind(plan) == "delete"
    for reason in ("", " ", None):
        with pytest.raises(InvalidParameter):
            plans.plan_deletions(frame, reason=reason)  # type: ignore[arg-type] # on purpose


@pytest.mark.parametrize("column", ["sid", "account_sid", "phone_number", "friendly_name"])
def test_a_frame_without_a_column_that_is_needed_is_refused(column: str) -> None:
    for make in (
        lambda frame: plans.plan_renames(frame, CollapseSpaces()),
        lambda frame: plans.plan_deletions(frame, reason="left"),
    ):
        with pytest.raises(ContractError, match=column):
            make(frame_of(["a "]).drop(columns=column))


def test_what_a_rule_lacks_is_a_recipe_error() -> None:
    with pytest.raises(RecipeError, match="date_created"):
        plans.plan_renames(frame_of(["a"]), NumberDuplicates())


NONSENSE: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], list[str]]] = {
    "column missing": (lambda p: p.drop(columns="sid"), ["sid"]),
    "column added": (lambda p: p.assign(note=""), ["note"]),
    "column twice": (lambda p: pd.concat([p, p[["sid"]]], axis=1), ["sid"]),
    "no plan": (lambda p: p.drop(columns="new_name"), ["no plan"]),
    "both plans": (lambda p: p.assign(reason="x"), ["no plan"]),
    "sid cut": (lambda p: p.assign(sid=["PN12", p["sid"][1]]), ["Row 0", "'sid'", "PN12"]),
    "sid of something else": (lambda p: p.assign(sid=[p["sid"][0], "CA" + 32 * "0"]), ["Row 1", "'sid'", "CA00"]),
    "account": (lambda p: p.assign(account_sid="AC12"), ["Row 0", "'account_sid'", "AC12"]),
    "same sid": (lambda p: p.assign(sid=p["sid"][0]), ["Row 1", "'sid'"]),
    "number as float": (lambda p: p.assign(phone_number=[1.4e10, 2.0]), ["Row 0", "'phone_number'"]),
    "number as integer": (lambda p: p.assign(phone_number=[14155550100, 5]), ["Row 0", "14155550100"]),
    "scientific": (lambda p: p.assign(phone_number=["+14155550100", "1.41555E+10"]), ["Row 1", "1.41555E+10"]),
    "scientific, German": (lambda p: p.assign(phone_number="1,41555E+10"), ["Row 0", "1,41555E+10"]),
    "new name missing": (lambda p: p.assign(new_name=["a", None]), ["Row 1", "'new_name'"]),
    "new name a number": (lambda p: p.assign(new_name=["a", 5]), ["Row 1", "'new_name'", "5"]),
    "half a character": (
        lambda p: p.assign(new_name=pd.Series(["a", "\ud83d"], dtype=object)),
        ["Row 1", "'new_name'"],
    ),
    "unknown problem": (lambda p: p.assign(problem=["ugly", None]), ["Row 0", "'problem'", "ugly"]),
}


@pytest.mark.parametrize(("spoil", "said"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_refused_with_row_and_column(
    spoil: Callable[[pd.DataFrame], pd.DataFrame], said: list[str]
) -> None:
    plan = plans.plan_renames(frame_of([" a", " b"]), CollapseSpaces())
    plans.check(plan)
    with pytest.raises(PlanError) as caught:
        plans.check(spoil(plan))
    assert all(word in str(caught.value) for word in said), caught.value


def test_a_reason_may_not_be_taken_away() -> None:
    plan = plans.plan_deletions(frame_of(["a", "b"]), reason="left")
    for reason in (None, " "):
        with pytest.raises(PlanError, match=r"Row 1 .*'reason'"):
            plans.check(plan.assign(reason=["left", reason]))


def test_a_checked_plan_may_have_any_index_and_order_of_columns() -> None:
    plan = plans.plan_renames(frame_of([" a", " b"]), CollapseSpaces()).astype(object)
    plans.check(plan.set_axis([4, 4])[list(plan.columns)[::-1]])


def test_problems_are_found_afresh_and_index_and_attrs_kept() -> None:
    plan = plans.plan_renames(frame_of([" a", "b", " c"]), CollapseSpaces()).set_axis([4, 4])
    plan.attrs["load_report"] = {}
    edited = plan.assign(new_name=["", "b"], problem=["over 64 characters", None])
    found = plans.recheck(edited, frame=frame_of([" a", "b", " c"]))
    assert found["problem"].tolist() == ["empty", "collision"]
    assert found.index.tolist() == [4, 4]
    assert found.attrs == plan.attrs


def test_without_the_frame_a_collision_is_kept_until_somebody_clears_it() -> None:
    frame = frame_of(["a", "a ", "c "])
    plan = plans.plan_renames(frame, CollapseSpaces())
    assert plan["problem"].fillna("-").tolist() == ["collision", "-"]
    edited = plan.assign(new_name=["d", "c"])
    assert plans.recheck(edited)["problem"].fillna("-").tolist() == ["collision", "-"]
    assert plans.recheck(edited, frame=frame)["problem"].isna().all()
    assert plans.recheck(edited.assign(problem=None))["problem"].isna().all()


def test_a_ring_that_has_lost_a_row_is_a_collision() -> None:
    frame = frame_of(["a", "b"])
    plan = plans.plan_renames(frame, by_sid({0: "b", 1: "a"})).iloc[:1]
    assert plans.recheck(plan)["problem"].tolist() == ["collision"]
    assert plans.recheck(plan, frame=frame)["problem"].tolist() == ["collision"]


def test_what_is_not_acceptable_cannot_be_accepted() -> None:
    plan = plans.plan_renames(frame_of(["a", "b"]), by_sid({0: "b"})).set_axis([8])
    assert plans.sendable(plan).to_dict() == {8: False}
    assert plans.sendable(plan, {"collision"}).to_dict() == {8: True}
    for accept in (["empty"], "collision", ["none"]):
        with pytest.raises(InvalidParameter):
            plans.sendable(plan, accept)


def test_one_caller_id_is_planned_by_hand(client: Client) -> None:
    caller_id = next(client.iter_caller_ids())
    plan = plans.plan_one(caller_id, "Front desk")
    plans.check(plan)
    assert plan["new_name"].tolist() == ["Front desk"]
    assert plan["sid"].tolist() == [caller_id.sid]
    assert plans.plan_one(caller_id, "x" * 65)["problem"].tolist() == ["over 64 characters"]
    assert plans.plan_one(caller_id, caller_id.friendly_name or "").empty


@settings(max_examples=15)
@given(
    rows=st.lists(
        st.tuples(texts, texts, st.none() | texts, st.sampled_from(["+14155550100", "00", None])), max_size=4
    ),
    deletes=st.booleans(),
)
def test_a_plan_survives_saving(rows: list[tuple[str, str, str | None, str | None]], *, deletes: bool) -> None:
    frame = frame_of([old for _, _, old, _ in rows], numbers=[number for *_, number in rows] or None)
    if deletes:
        plan = plans.plan_deletions(frame, reason="=1+1")
    else:
        plan = plans.plan_renames(frame, by_sid({i: new for i, (_, new, _, _) in enumerate(rows)}))
        plan = plan.assign(rules=pd.Series([rule for rule, *_ in rows][: len(plan)], dtype=frames.TEXT))
    with tempfile.TemporaryDirectory() as folder:
        plans.save_plan(plan, Path(folder, "plan.csv"))
        loaded = plans.load_plan(Path(folder, "plan.csv"))
    pd.testing.assert_frame_equal(loaded, plan)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    frame = frame_of([" =a", None, "b\r\n;c "], numbers=["+14155550100", "0012", "+442079460000"])
    plans.save_plan(plans.plan_renames(frame, by_sid({0: "a", 1: "'t Hof", 2: "Müller"})), tmp_path / "plan.csv")
    return tmp_path / "plan.csv"


def test_a_saved_plan_is_for_a_spreadsheet(saved: Path) -> None:
    content = saved.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b'"\'+14155550100","\' =a"' in content
    assert b"\"''t Hof\"" in content


RESAVED: dict[str, Callable[[str], bytes]] = {
    "as it was": lambda text: text.encode(),
    "with a byte order mark": lambda text: text.encode("utf-8-sig"),
    "with line feeds": lambda text: text.replace('"\r\n"', '"\n"').encode(),
    "with empty lines at the end": lambda text: (text + "\r\n,,,,,,\r\n\r\n").encode(),
    "with empty columns": lambda text: text.replace('"\r\n"', '",,\r\n"').encode(),
}


@pytest.mark.parametrize("resave", RESAVED.values(), ids=RESAVED)
def test_a_plan_saved_by_a_spreadsheet_is_read(saved: Path, resave: Callable[[str], bytes]) -> None:
    plan = plans.load_plan(saved)
    assert plan["new_name"].tolist() == ["a", "'t Hof", "Müller"]
    assert plan["old_name"].fillna("-").tolist() == [" =a", "-", "b\r\n;c "]
    saved.write_bytes(resave(saved.read_bytes().decode("utf-8-sig")))
    pd.testing.assert_frame_equal(plans.load_plan(saved), plan)


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_another_delimiter_order_of_columns_and_fewer_rows_are_read(saved: Path, delimiter: str) -> None:
    table = pd.read_csv(saved, dtype=str, keep_default_na=False)
    table.iloc[[2, 0], ::-1].to_csv(saved, sep=delimiter, index=False, encoding="utf-8")
    assert plans.load_plan(saved)["new_name"].tolist() == ["Müller", "a"]


def test_edited_names_are_checked_again_and_those_put_back_are_left_out(saved: Path) -> None:
    table = pd.read_csv(saved, dtype=str, keep_default_na=False)
    table["new_name"] = ["' =a", "", "x" * 65]
    table.to_csv(saved, index=False)
    plan = plans.load_plan(saved)
    assert plan["sid"].tolist() == [sid(1), sid(2)]
    assert plan["problem"].tolist() == ["empty", "over 64 characters"]


@pytest.mark.parametrize(
    ("spoil", "error", "said"),
    [
        (
            lambda text: text.replace("'+14155550100", "1.41555E+10").encode(),
            PlanError,
            ["Row 0", "line 2", "E+10"],
        ),
        (lambda text: text.replace(sid(2), "PN2").encode(), PlanError, ["Row 2", "line 5", "'sid'", "PN2"]),
        (lambda text: text.replace('"rules"', '"rule"').encode(), PlanError, ["rules"]),
        (lambda text: text.encode("cp1252"), ExportError, ["plan.csv", "CSV UTF-8"]),
        (lambda text: text.encode("utf-16"), ExportError, ["plan.csv", "CSV UTF-8"]),
        (lambda text: b"", PlanError, ["no plan"]),
        (lambda text: b"sid,name\r\nPN1,a\r\n", PlanError, ["no plan", "name"]),
        (lambda text: (text + "a,b,c,d,e,f,g,h\r\n").encode(), ExportError, ["line 6", "8 cells"]),
        (lambda text: (text + '"a').encode(), ExportError, ["plan.csv"]),
    ],
)
def test_a_spoilt_file_is_refused_with_its_line(
    saved: Path, spoil: Callable[[str], bytes], error: type[Exception], said: list[str]
) -> None:
    saved.write_bytes(spoil(saved.read_bytes().decode("utf-8-sig")))
    with pytest.raises(error) as caught:
        plans.load_plan(saved)
    assert all(word in str(caught.value) for word in said), caught.value


def test_what_is_no_plan_is_not_saved_and_the_file_stays(saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(PlanError):
        plans.save_plan(frame_of(["a"]), saved)
    assert saved.read_bytes() == before


def test_the_plan_of_a_whole_account_survives_saving_with_all_its_problems(
    shared_sandbox: Sandbox, tmp_path: Path
) -> None:
    with Client.from_env(shared_sandbox.environ) as client:
        frame = load(client, accounts="all")
    recipe = cleaning.Recipe(
        [*cleaning.standard().rules, cleaning.ChangeCase(to="title"), AddPrefix(text="x" * 30)]
    )
    plan = plans.plan_renames(frame, recipe)
    plans.save_plan(plan, tmp_path / "plan.csv")
    assert plan["problem"].str.contains("over 64").any()
    assert plan["problem"].str.contains("collision").any()
    pd.testing.assert_frame_equal(plans.load_plan(tmp_path / "plan.csv"), plan)
    pd.testing.assert_frame_equal(plans.load_plan(tmp_path / "plan.csv", frame=frame), plan)


@pytest.mark.slow
def test_a_million_rows_are_planned() -> None:
    count = 1_000_000
    frame = frame_of([f"Desk  {i % 50_000}" for i in np.arange(count)])
    assert len(plans.plan_renames(frame, cleaning.standard())) == count
