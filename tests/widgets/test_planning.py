"""Planning beside the kernel: the first rows at once, all rows soon, and the latest recipe counts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
import pytest

from callerid_analytics import cleaning, frames, plans
from callerid_analytics.cleaning import Recipe
from callerid_analytics.errors import ContractError, RecipeError
from callerid_analytics.widgets.renaming.planning import Planner

ROWS = 2_500
UPPER = Recipe([cleaning.ChangeCase(to="upper")])


def of(rows: int) -> pd.DataFrame:
    numbers = pd.Series(np.arange(rows)).astype(str)
    known = {
        "sid": "PN" + numbers.str.zfill(32),
        "account_sid": "AC" + 32 * "0",
        "phone_number": "+1415555" + numbers.str.zfill(4),
        "friendly_name": "Desk " + numbers,
    }
    return frames.conform(pd.DataFrame({**dict.fromkeys(frames.NAMES), **known}, dtype=object))


MakePlanner = Callable[[int], Planner]


@pytest.fixture
def make() -> Iterator[MakePlanner]:
    made: list[Planner] = []

    def planner(rows: int) -> Planner:
        made.append(Planner(of(rows), guard=lambda act: act(), then=lambda: None))
        return made[-1]

    yield planner
    for one in made:
        one.stop()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("callerids form")]


def test_a_small_frame_is_planned_at_once(make: MakePlanner) -> None:
    planner = make(20)
    planner.start(UPPER)
    assert planner.is_whole
    pd.testing.assert_frame_equal(planner.plan, plans.plan_renames(of(20), UPPER))


def test_of_a_large_frame_the_first_rows_are_there_at_once_and_then_all(make: MakePlanner) -> None:
    planner = make(ROWS)
    planner.start(UPPER)
    assert planner.plan["old_name"].iloc[0] == "Desk 0"
    planner.wait()
    assert planner.is_whole
    pd.testing.assert_frame_equal(planner.plan, plans.plan_renames(of(ROWS), UPPER))


def test_of_recipes_that_come_quickly_the_latest_counts(make: MakePlanner) -> None:
    planner = make(ROWS)
    for to in ("upper", "lower", "upper", "sentence", "lower"):
        planner.start(Recipe([cleaning.ChangeCase(to=to)]))
    planner.wait()
    assert planner.is_whole
    assert planner.plan["new_name"].iloc[-1] == f"desk {ROWS - 1}"


def test_only_chosen_rows_change_as_far_as_the_frame_has_them(make: MakePlanner) -> None:
    planner = make(20)
    planner.limit(["PN" + "3".zfill(32), "PN" + "7".zfill(32), "PN" + 32 * "f"])
    planner.start(UPPER)
    assert planner.plan["old_name"].tolist() == ["Desk 3", "Desk 7"]
    planner.take(of(5))
    planner.start(UPPER)
    assert planner.plan["old_name"].tolist() == ["Desk 3"]
    planner.limit(None)
    planner.start(UPPER)
    assert len(planner.plan) == 5


def test_a_recipe_that_cannot_be_applied_leaves_an_empty_plan(make: MakePlanner) -> None:
    planner = make(20)
    planner.start(UPPER)
    with pytest.raises(RecipeError):
        planner.start(Recipe([cleaning.UseTemplate(template="{colour}")]))
    assert planner.plan.empty
    assert not planner.is_whole


def test_a_frame_that_breaks_the_contract_is_refused(make: MakePlanner) -> None:
    planner = make(20)
    with pytest.raises(ContractError):
        planner.take(of(5).drop(columns="region"))
    assert len(planner.frame) == 20
