"""A recipe in the making: every rule can be filled in, and what stands in the form is what comes out."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid_analytics import cleaning
from callerid_analytics.cleaning import LookUp, MergeNames, Recipe, Rule
from callerid_analytics.errors import InvalidParameter, RecipeError
from callerid_analytics.widgets.renaming import recipe_editor
from callerid_analytics.widgets.renaming.recipe_editor import RecipeEditor
from callerid_analytics.widgets.renaming.rule_fields import fields_of, pairs_as_text, pairs_from_text

FILLED_IN: list[Rule] = [
    cleaning.NormalizeUnicode(form="NFKC"),
    cleaning.ChangeCase(to="title", keep=("IBM", "LaTeX")),
    cleaning.ReplaceText(old="  ", new=" ", case=False),
    cleaning.ReplacePattern(pattern=r"(\w+)\s", new=r"\1"),
    cleaning.AddPrefix(text="Acme "),
    cleaning.UseTemplate(template="{region} – {friendly_name}"),
    cleaning.FillMissing(template="{phone_number}"),
    cleaning.FillMissing(),
    LookUp(key="phone_number", names={"+14155550100": "Front desk"}),
    MergeNames(names={" a\t": "b\\t", "c\nd": "b\\t"}),
    cleaning.Shorten(length=20, ellipsis="…"),
]
NAMES = st.dictionaries(st.text(min_size=1), st.text())
FEW = st.sampled_from("abcd")


def test_a_recipe_comes_out_as_it_went_in() -> None:
    editor = RecipeEditor()
    editor.replace(Recipe([*FILLED_IN, *cleaning.standard().rules]))
    assert editor.recipe == Recipe([*FILLED_IN, *cleaning.standard().rules])


@pytest.mark.parametrize("rule", cleaning.RULES)
def test_every_rule_can_be_added_and_has_labelled_fields(rule: type[Rule]) -> None:
    editor = RecipeEditor()
    what = str(rule.__doc__).partition("\n")[0]
    draft = editor.add(next(name for choice, name in recipe_editor.choices() if choice.endswith(what)))
    assert all(field.label and field.about for field in draft.fields)
    assert {type(made) for made in editor.recipe.rules} <= {rule}
    assert bool(editor.unfinished) != bool(editor.recipe.rules)


@given(NAMES)
def test_pairs_of_names_survive_being_written_as_text(names: dict[str, str]) -> None:
    assert pairs_from_text(pairs_as_text(names)) == names


@pytest.mark.parametrize("text", ["Acme", "a\tb\na\tc"])
def test_pairs_that_make_no_sense_are_a_complaint(text: str) -> None:
    with pytest.raises(RecipeError, match="Line"):
        pairs_from_text(text)


def test_a_rule_that_is_off_or_unfinished_is_not_in_the_recipe() -> None:
    editor = RecipeEditor()
    first, second = editor.add("collapse-spaces"), editor.add("add-prefix")
    editor.switch(first.key, on=False)
    assert editor.recipe == Recipe()
    assert editor.unfinished == [2]
    with pytest.raises(InvalidParameter, match="Rule 2"):
        editor.refuse_unfinished()
    editor.switch(second.key, on=False)
    editor.refuse_unfinished()


def test_rules_move_up_and_down_and_no_further() -> None:
    editor = RecipeEditor()
    keys = [editor.add(name).key for name in ("collapse-spaces", "fill-missing", "shorten")]
    editor.move(keys[2], -1)
    editor.move(keys[0], -1)
    assert [draft.name for draft in editor.drafts] == ["collapse-spaces", "shorten", "fill-missing"]
    editor.move(keys[1], 1)
    editor.remove(keys[0])
    assert [draft.name for draft in editor.drafts] == ["shorten", "fill-missing"]


def test_names_by_hand_are_the_last_rule_whatever_is_added_later() -> None:
    editor = RecipeEditor()
    editor.by_hand["PN1"] = "Desk"
    editor.add("collapse-spaces")
    by_hand = LookUp(key="sid", names={"PN1": "Desk"})
    assert editor.recipe == Recipe([cleaning.CollapseSpaces(), by_hand])
    other = RecipeEditor()
    other.replace(editor.recipe)
    assert (other.by_hand, len(other.drafts)) == ({"PN1": "Desk"}, 1)


def valid(names: dict[str, str]) -> bool:
    return all(names.get(new, new) == new for new in names.values())


@settings(max_examples=40)
@given(*[st.dictionaries(FEW, FEW, max_size=3).filter(valid)] * 2)
def test_merging_twice_does_what_one_merge_after_the_other_does(one: dict[str, str], two: dict[str, str]) -> None:
    editor = RecipeEditor()
    editor.merge(one)
    editor.merge(two)
    names = pd.Series(list("abcd"), name="friendly_name")
    apart = Recipe([MergeNames(names=one), MergeNames(names=two)])
    assert editor.recipe.apply(names.to_frame()).tolist() == apart.apply(names.to_frame()).tolist()


def test_a_second_merge_joins_the_first_where_it_can() -> None:
    editor = RecipeEditor()
    editor.merge({"a": "b"})
    editor.merge({"b": "c"})
    assert editor.recipe == Recipe([MergeNames(names={"a": "c", "b": "c"})])


def test_more_names_than_anybody_edits_are_kept_as_they_are() -> None:
    editor = RecipeEditor()
    many = {f"name {number}": "Name" for number in range(2000)}
    editor.merge(many)
    assert editor.recipe == Recipe([MergeNames(names=many)])
    assert isinstance(editor.drafts[0].values["names"], dict)


def test_tooltips_are_what_the_docstrings_say() -> None:
    assert fields_of(cleaning.ReplaceText)[0].about == "What is looked for, literally."
