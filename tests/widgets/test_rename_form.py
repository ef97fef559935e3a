"""The form that cleans names: from rules to a plan, and nothing is sent before somebody has agreed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics import cleaning, frames, plans
from callerid_analytics.cleaning import LookUp, MergeNames, Recipe
from callerid_analytics.client import Client
from callerid_analytics.errors import ContractError
from callerid_analytics.loading import load
from callerid_analytics.sandbox import Sandbox
from callerid_analytics.widgets import RenameForm
from tests.widgets.conftest import pause, words

NAMES = ("Acme  Sales", "ACME sales", "Acme Sales", "Lobby\t", "Roof terrace", "roof Terrace")
UPPER = Recipe([cleaning.ChangeCase(to="upper")])


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(numbers=0, accounts=2, seed=7) as sandbox:
        for place, name in enumerate(NAMES):
            sandbox.add_caller_id(f"+1415555010{place}", friendly_name=name)
        yield sandbox


@pytest.fixture
def frame(client: Client) -> pd.DataFrame:
    return load(client, accounts="all", progress=False).sort_values("phone_number", ignore_index=True)


@pytest.fixture
def form(client: Client, frame: pd.DataFrame, tmp_path: Path) -> RenameForm:
    return RenameForm(client, frame, journal=tmp_path / "journal.sqlite", pause=pause)


def add(form: RenameForm, rule: str, **typed: object) -> None:
    form._rules._rule.value = rule
    form._rules._add.click()
    fields = list(form._rules._rows.values())[-1]._fields
    for name, value in typed.items():
        fields[name].value = value


def apply(form: RenameForm) -> None:
    form._plan._apply.click()
    form._confirmation._yes.click()
    form.wait()


def many(frame: pd.DataFrame) -> pd.DataFrame:
    """Make so many rows that they are not planned at once."""
    rows = pd.concat([frame] * 500, ignore_index=True)
    return frames.conform(rows.assign(sid=[f"PN{at:032}" for at in range(len(rows))]))


def rename_requests(sandbox: Sandbox) -> int:
    return sum(request["method"] == "POST" for request in sandbox.requests())


def test_rules_make_a_plan_that_stands_below_them(form: RenameForm) -> None:
    assert form.plan.empty
    assert "0 caller IDs of 6 would change" in form.status
    add(form, "collapse-spaces")
    assert form.plan["old_name"].tolist() == ["Acme  Sales", "Lobby\t"]
    assert form._tables._plan.page["new_name"].tolist() == ["Acme Sales", "Lobby"]
    assert form.plan["problem"].fillna("").tolist() == ["collision", ""]
    add(form, "replace-text", old="Lobby", new="Foyer")
    assert form.recipe == Recipe([cleaning.CollapseSpaces(), cleaning.ReplaceText(old="Lobby", new="Foyer")])
    assert form.plan["new_name"].tolist() == ["Acme Sales", "Foyer"]
    assert "2 caller IDs of 6 would change" in form.status


def test_rules_can_be_moved_switched_off_and_removed(form: RenameForm) -> None:
    add(form, "add-prefix", text="x ")
    add(form, "change-case", to="upper")
    first, second = form._rules._rows.values()
    assert form.plan["new_name"][0] == "X ACME  SALES"
    second._up.click()
    assert form.plan["new_name"][0] == "x ACME  SALES"
    assert second._on.description == "1. Change case"
    first._on.value = False
    assert form.plan["new_name"][0] == "ACME  SALES"
    second._remove.click()
    assert form.plan.empty
    assert list(form._rules._rows.values()) == [first]


def test_what_is_wrong_with_a_rule_stands_below_it_and_stops_apply(form: RenameForm) -> None:
    add(form, "collapse-spaces")
    add(form, "replace-pattern", pattern="(")
    row = list(form._rules._rows.values())[-1]
    assert "missing ), unterminated subpattern" in words(row._complaint.value)
    assert len(form.plan) == 2
    form._plan._apply.click()
    assert "Rule 2 is unfinished" in form.status
    row._fields["pattern"].value = "(A)"
    assert row._complaint.value == ""
    form._plan._apply.click()
    assert "Nothing is sent before you agree" in form.status


def test_a_rule_that_the_rows_do_not_allow_is_a_sentence(form: RenameForm) -> None:
    add(form, "use-template", template="{colour}")
    assert "needs the column 'colour'" in words(form.status)
    assert form.plan.empty


def test_nothing_is_sent_before_yes_and_the_question_says_how_many_and_where(
    form: RenameForm, sandbox: Sandbox, client: Client
) -> None:
    form.recipe = UPPER
    before = len(sandbox.requests())
    form._plan._accept["collision"].value = True
    form._plan._apply.click()
    asked = words(form._confirmation._text.value)
    assert "Rename 6 caller IDs in 1 account?" in asked
    assert "PRACTICE ACCOUNT" in asked
    assert client.base_url in asked
    assert f"({sandbox.account_sid}): 6" in asked
    assert form._confirmation._yes.description == "Yes, rename 6"
    form._confirmation._no.click()
    assert "Nothing was sent." in form.status
    form._confirmation._yes.click()
    assert "Nothing is asked" in form.status
    form.wait()
    assert len(sandbox.requests()) == before


def test_a_question_is_withdrawn_when_the_plan_changes(form: RenameForm, sandbox: Sandbox) -> None:
    form.recipe = UPPER
    for change in (
        lambda: add(form, "collapse-spaces"),
        lambda: form.take([form.frame["sid"][0]]),
        lambda: setattr(form._plan._accept["collision"], "value", True),
        lambda: form.show(form.frame),
    ):
        form._plan._apply.click()
        assert form._confirmation.layout.visibility == "visible"
        change()
        assert form._confirmation.layout.visibility == "hidden"
        form._confirmation._yes.click()
    form.wait()
    assert rename_requests(sandbox) == 0


def test_applying_renames_and_the_form_goes_on_with_the_new_names(
    form: RenameForm, client: Client, frame: pd.DataFrame
) -> None:
    add(form, "collapse-spaces")
    form._plan._accept["collision"].value = True
    apply(form)
    assert "Done: 2 renamed." in form.status
    assert "is-good" in form.status
    assert form.outcome is not None
    assert form.outcome["status"].tolist() == ["renamed", "renamed"]
    assert form._tables._stack.selected_index == 1
    found = load(client, accounts="all", progress=False).set_index("sid")["friendly_name"]
    assert found.to_dict() == form.frame.set_index("sid")["friendly_name"].to_dict()
    assert found[frame["sid"][0]] == "Acme Sales"
    assert form.plan.empty


def test_rows_that_are_loaded_again_leave_what_happened_in_view(form: RenameForm, client: Client) -> None:
    form.recipe = UPPER
    form._plan._accept["collision"].value = True
    apply(form)
    form.show(load(client, accounts="all", progress=False))
    assert form._tables._stack.selected_index == 1
    assert "Done: " in form.status
    form.recipe = Recipe()
    assert form._tables._stack.selected_index == 0


def test_a_form_that_is_closed_takes_another_frame_without_trouble(form: RenameForm, frame: pd.DataFrame) -> None:
    form.recipe = UPPER
    form.stop()
    form.show(many(frame))
    form.take(frame["sid"])
    form._rules._add.click()
    assert "closed" in form.status


def test_a_row_with_a_problem_is_not_sent_unless_it_is_accepted(form: RenameForm, sandbox: Sandbox) -> None:
    add(form, "collapse-spaces")
    assert "collision (1)" in form._plan._accept["collision"].description
    apply(form)
    assert "Done: 1 renamed, 1 skipped." in form.status
    assert rename_requests(sandbox) == 1


def test_the_names_that_somebody_has_changed_meanwhile_are_left_alone(
    form: RenameForm, client: Client, frame: pd.DataFrame
) -> None:
    form.recipe = Recipe([cleaning.AddPrefix(text="x ")])
    client.rename_caller_id(frame["sid"][3], "Foyer")
    apply(form)
    assert "Done: 5 renamed, 1 drifted." in form.status
    assert "is-bad" in form.status
    assert form._tables._outcome.page["status"].tolist()[0] == "drifted"
    assert client.fetch_caller_id(frame["sid"][3]).friendly_name == "Foyer"


def test_on_change_is_called_after_rows_were_renamed_and_not_otherwise(
    client: Client, frame: pd.DataFrame, tmp_path: Path
) -> None:
    calls: list[str | None] = []
    form = RenameForm(client, frame, journal=tmp_path / "j", on_change=lambda: calls.append(form.run), pause=pause)
    form.recipe = UPPER
    form._plan._accept["collision"].value = True
    apply(form)
    assert calls == [form.run]
    form.show(frame)
    apply(form)
    assert "6 unchanged" in form.status
    assert len(calls) == 1


def test_similar_names_are_reviewed_and_become_a_rule(form: RenameForm, frame: pd.DataFrame) -> None:
    form._clusters._find.click()
    form.wait()
    acme, roof = form._clusters._cards
    acme._members["ACME sales"].value = False
    acme._accept.click()
    roof._typed.value = "Rooftop"
    roof._accept.click()
    assert acme._accept.disabled
    assert [type(rule) for rule in form.recipe.rules] == [MergeNames]
    left_out, chosen = "ACME sales", acme._cluster.chosen
    expected = {name: chosen for name in ("Acme  Sales", "Acme Sales") if name != chosen}
    expected |= dict.fromkeys(("Roof terrace", "roof Terrace"), "Rooftop")
    assert dict(form.recipe.rules[0].names) == expected
    assert left_out not in form.plan["old_name"].tolist()


def test_clusters_are_of_the_names_as_the_rules_leave_them_and_can_be_accepted_all(form: RenameForm) -> None:
    form.recipe = Recipe([cleaning.CollapseSpaces()])
    form._clusters._method.value = form._clusters._method.options[1]
    form._clusters._find.click()
    form.wait()
    assert [cluster.names for cluster in form._clusters.clusters.all] == [
        {"Acme Sales": 2, "ACME sales": 1},
        {"Roof terrace": 1, "roof Terrace": 1},
    ]
    form._clusters._all.click()
    assert form._clusters._all.disabled
    assert form.plan["new_name"].tolist() == ["Acme Sales", "Acme Sales", "Lobby", "Roof terrace"]


def test_a_search_that_is_stopped_finds_nothing(form: RenameForm) -> None:
    form._clusters._find.click()
    form._stop_button.click()
    form.wait()
    stopped = form._clusters.clusters is None
    assert stopped == ("Stopped" in form.status)


def test_single_names_are_given_by_hand_kept_and_taken_back(form: RenameForm, frame: pd.DataFrame) -> None:
    names = form._names
    form.recipe = UPPER
    names._search.value = "(415) 555-0103"
    assert len(names._list.options) == 1
    names._list.value = frame["sid"][3]
    names._name.value = "Foyer"
    names._set.click()
    assert form.plan.set_index("sid").loc[frame["sid"][3], "new_name"] == "Foyer"
    assert form.recipe.rules[-1] == LookUp(key="sid", names={frame["sid"][3]: "Foyer"})
    names._keep.click()
    assert frame["sid"][3] not in form.plan["sid"].tolist()
    names._back.click()
    assert form.recipe == UPPER
    assert names._back.disabled


def test_searching_chooses_nothing_and_leaves_alone_what_is_being_typed(
    form: RenameForm, frame: pd.DataFrame
) -> None:
    names = form._names
    names._list.value = frame["sid"][0]
    names._name.value = "Half a na"
    for words_so_far in ("r", "ro", "roof", ""):
        names._search.value = words_so_far
        assert names._list.value == (frame["sid"][0] if not words_so_far else None)
        assert names._name.value == "Half a na"
    add(form, "replace-text", old="Roof")
    assert names._name.value == "Half a na"


def test_rows_selected_in_the_table_can_be_edited_or_left_as_they_are(
    form: RenameForm, frame: pd.DataFrame
) -> None:
    form.recipe = UPPER
    form._tables._plan.select([frame["sid"][3]])
    form._tables._edit.click()
    assert form._tabs.selected_index == 2
    assert form._names._name.value == "LOBBY\t"
    form._tables._plan.select([frame["sid"][0], frame["sid"][4]])
    form._tables._keep.click()
    assert form.plan["sid"].tolist() == frame["sid"][[1, 2, 3, 5]].tolist()
    form._tables._keep.click()
    assert "No row is selected" in form.status


def test_only_chosen_rows_are_worked_on_until_all_are_wanted(form: RenameForm, frame: pd.DataFrame) -> None:
    form.recipe = UPPER
    form.take([frame["sid"][1], "PN" + 32 * "f"])
    assert form.plan["sid"].tolist() == [frame["sid"][1]]
    assert "Only 1 chosen row of 6" in words(form._scope.value)
    form._everything.click()
    assert len(form.plan) == 6
    assert form._everything.layout.visibility == "hidden"


def test_another_frame_keeps_recipe_and_clusters(form: RenameForm, frame: pd.DataFrame) -> None:
    form.recipe = UPPER
    form._clusters._find.click()
    form.wait()
    clusters = form._clusters.clusters
    form.show(frame.iloc[:2])
    assert form.recipe == UPPER
    assert form._clusters.clusters is clusters
    assert len(form.plan) == 2
    with pytest.raises(ContractError):
        form.show(frame[["sid"]])
    assert len(form.plan) == 2


def test_recipes_and_plans_are_saved_loaded_and_not_written_over(form: RenameForm, tmp_path: Path) -> None:
    form.recipe = Recipe([cleaning.CollapseSpaces(), LookUp(key="sid", names={form.frame["sid"][4]: "Roof"})])
    rules, plan = form._rules._file, form._plan._file
    rules._path.value, plan._path.value = str(tmp_path / "recipe.json"), str(tmp_path / "plan.csv")
    rules._save.click()
    plan._save.click()
    assert "Saved the plan, 3 rows" in form.status
    assert Recipe.load(tmp_path / "recipe.json") == form.recipe
    pd.testing.assert_frame_equal(plans.load_plan(tmp_path / "plan.csv", frame=form.frame), form.plan)
    saved = form.recipe
    form.recipe = UPPER
    rules._save.click()
    assert "already" in form.status
    rules._load.click()
    assert form.recipe == saved
    form.recipe = UPPER
    rules._replace.value = True
    rules._save.click()
    assert Recipe.load(tmp_path / "recipe.json") == UPPER


@pytest.mark.parametrize(("text", "complaint"), [("{", "no JSON"), (None, "cannot be read")])
def test_a_recipe_that_cannot_be_loaded_is_a_sentence(
    form: RenameForm, tmp_path: Path, text: str | None, complaint: str
) -> None:
    form.recipe = UPPER
    path = tmp_path / "recipe.json"
    if text is not None:
        path.write_text(text)
    form._rules._file._path.value = str(path)
    form._rules._file._load.click()
    assert complaint in words(form.status)
    assert form.recipe == UPPER


def test_problems_alone_can_be_shown(form: RenameForm) -> None:
    form.recipe = UPPER
    assert len(form._tables._plan.page) == 6
    form._tables._only_problems.value = True
    assert form._tables._plan.page["problem"].notna().all()
    assert 0 < len(form._tables._plan.page) < 6


def test_an_empty_frame_is_no_trouble(client: Client, tmp_path: Path) -> None:
    form = RenameForm(client, frames.empty(), journal=tmp_path / "none", pause=pause)
    form.recipe = cleaning.standard()
    form._clusters._find.click()
    form.wait()
    form._plan._apply.click()
    assert "no row that can be sent" in form.status
    assert not (tmp_path / "none").exists()


def test_a_form_that_is_closed_while_it_plans_leaves_no_thread(form: RenameForm, frame: pd.DataFrame) -> None:
    form.recipe = UPPER
    form.show(many(frame))
    form.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("callerids form")]
