"""Recipes: in order, kept as JSON, replayed, explained, and refused with a reason."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics import Client, Sandbox, cleaning, frames, load
from callerid_analytics.cleaning import AddPrefix, ChangeCase, CollapseSpaces, Recipe, ReplacePattern, Shorten
from callerid_analytics.errors import ContractError, ExportError, RecipeError
from tests.test_cleaning import ANY_RULE, frame_of


def test_a_recipe_of_all_rules_survives_saving_and_does_the_same_again(tmp_path: Path) -> None:
    recipe = Recipe(list(ANY_RULE.values()))
    recipe.save(tmp_path / "recipe.json")
    loaded = Recipe.load(tmp_path / "recipe.json")
    assert loaded == recipe
    assert hash(Recipe([CollapseSpaces()])) == hash(Recipe([CollapseSpaces()]))
    frame = frame_of(["  ACME sales ", None, "MÃ¼ller"])
    pd.testing.assert_series_equal(loaded.apply(frame), recipe.apply(frame))


def test_rules_are_applied_in_order() -> None:
    frame = frame_of(["sales"])
    assert Recipe([AddPrefix(text="acme "), ChangeCase(to="title")]).apply(frame).tolist() == ["Acme Sales"]
    assert Recipe([ChangeCase(to="title"), AddPrefix(text="acme ")]).apply(frame).tolist() == ["acme Sales"]


def test_a_recipe_is_made_of_one_rule_of_several_or_of_itself() -> None:
    rule = CollapseSpaces()
    assert Recipe.of(rule) == Recipe.of([rule]) == Recipe.of((rule,)) == Recipe.of(Recipe([rule]))
    for wrong in (None, "trim", [CollapseSpaces], [None]):
        with pytest.raises(RecipeError):
            Recipe.of(wrong)  # type: ignore[arg-type] # on purpose


def test_a_recipe_written_by_hand_is_read(tmp_path: Path) -> None:
    path = tmp_path / "recipe.json"
    path.write_text('{"rules": [{"rule": "change-case", "keep": ["IBM"], "to": "title"}]}', encoding="utf-8-sig")
    assert Recipe.load(path) == Recipe([ChangeCase(to="title", keep=("IBM",))])


def test_the_recipe_in_the_documentation_can_be_read() -> None:
    documented = (cleaning.__doc__ or "").partition("::\n\n")[2].partition("=====")[0]
    assert Recipe.from_json(documented).rules[1] == ReplacePattern(pattern=r"\bACME\b", new="Acme")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", ["JSON"]),
        (b'{"rules": [{"rule": "add-prefix", "text": "\xff"}]}', ["JSON"]),
        ("[]", ["rules"]),
        ('{"rules": {}}', ["rules"]),
        ('{"rule": []}', ["rule"]),
        ('{"rules": [{"to": "title"}]}', ["1", "None", "change-case"]),
        ('{"rules": [{"rule": ["title"]}]}', ["1", "title"]),
        ('{"rules": [{"rule": "trim"}]}', ["1", "trim", "collapse-spaces"]),
        ('{"rules": [{"rule": "collapse-spaces"}, {"rule": "change-case"}]}', ["2", "change-case", "to"]),
        ('{"rules": [{"rule": "change-case", "to": "Title"}]}', ["1", "change-case", "to", "Title"]),
        ('{"rules": [{"rule": "change-case", "to": "title", "kepe": []}]}', ["change-case", "kepe"]),
        ('{"rules": [{"rule": "shorten", "length": "64"}]}', ["shorten", "length"]),
        ('{"rules": [{"rule": "shorten", "length": 65}]}', ["shorten", "length", "65"]),
        ('{"rules": [{"rule": "replace-pattern", "pattern": "("}]}', ["1", "replace-pattern", "("]),
    ],
)
def test_a_recipe_that_cannot_be_read_says_which_rule_and_field(
    tmp_path: Path, text: str | bytes, said: list[str]
) -> None:
    path = tmp_path / "recipe.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(RecipeError) as caught:
        Recipe.load(path)
    assert all(word in str(caught.value) for word in ["recipe.json", *said]), caught.value


def test_a_recipe_that_is_not_there_is_an_export_error(tmp_path: Path) -> None:
    with pytest.raises(ExportError):
        Recipe.load(tmp_path / "recipe.json")


def test_explaining_names_each_rule_that_changes_a_row() -> None:
    frame = frame_of(["  ACME sales", "Desk", None]).set_axis([5, 5, 9])
    explained = Recipe([CollapseSpaces(), AddPrefix(text="A"), Shorten(length=4)]).explain(frame)
    assert explained.index.tolist() == [5, 5, 5, 5]
    assert explained.to_numpy().tolist() == [
        [f"PN{0:032x}", "collapse-spaces", "  ACME sales", "ACME sales"],
        [f"PN{1:032x}", "add-prefix", "Desk", "ADesk"],
        [f"PN{0:032x}", "shorten", "ACME sales", "ACME"],
        [f"PN{1:032x}", "shorten", "ADesk", "ADes"],
    ]
    assert explained["after"].dtype == frames.TEXT


def test_explaining_nothing_has_the_same_columns() -> None:
    for frame in (frame_of([]), frame_of(["a"])):
        explained = cleaning.standard().explain(frame)
        assert explained.columns.tolist() == ["sid", "rule", "before", "after"]
        assert len(explained) == 0
    assert Recipe([]).explain(frame_of(["a"])).empty
    assert cleaning.standard().explain(pd.DataFrame({"friendly_name": ["a "]}))["after"].tolist() == ["a"]


def test_the_standard_recipe_changes_no_clean_name(shared_sandbox: Sandbox) -> None:
    with Client.from_env(shared_sandbox.environ) as client:
        frame = load(client)
    recipe = cleaning.standard()
    once = recipe.apply(frame)
    again = recipe.apply(frame.assign(friendly_name=once))
    pd.testing.assert_series_equal(once, again)
    assert once.ne(frame["friendly_name"]).any()
    clean = frame_of(["ACME sales", "d’Arc", "👩‍⚕️ Dr. Cole", "می‌خواهم", None, ""])
    pd.testing.assert_series_equal(recipe.apply(clean), clean["friendly_name"])


def test_a_frame_without_names_is_refused() -> None:
    with pytest.raises(ContractError, match="friendly_name"):
        cleaning.standard().apply(pd.DataFrame({"name": ["a"]}))


def test_the_frame_is_left_alone() -> None:
    frame = frame_of([" a", "b"])
    frame.attrs["load_report"] = {"complete": True}
    before = frame.copy(deep=True)
    Recipe(list(ANY_RULE.values())).apply(frame)
    pd.testing.assert_frame_equal(frame, before)
    assert frame.attrs == before.attrs


def test_the_table_of_rules_says_what_a_person_needs_to_write_one() -> None:
    table = cleaning.rules_table().set_index("rule")
    assert table.loc["change-case", "fields"] == "to, keep=[]"
    assert table.loc["fill-missing", "fields"] == "template=null"
    assert table["what"].str.endswith(".").all()
    assert not table.loc["replace-text", "idempotent"]
    documented = (cleaning.__doc__ or "").splitlines()
    for rule, idempotent in table["idempotent"].items():
        line = next(line for line in documented if line.startswith(f"``{rule}``"))
        assert line.endswith("yes" if idempotent else "no")
