"""The tables of the form: what a plan would change, and what became of a run, in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from ipywidgets import Checkbox, HBox, Stack, ToggleButtons, VBox

from callerid_analytics import frames
from callerid_analytics.widgets.cells import plain_cells
from callerid_analytics.widgets.controls import WIDE, Press, button
from callerid_analytics.widgets.paged_table import PagedTable
from callerid_analytics.widgets.renaming import past_runs
from callerid_analytics.widgets.renaming.differences import marked

WHAT_WOULD, WHAT_DID = "What would change", "What happened"
_PLAN_COLUMNS = {
    "phone_number": "Number",
    "old_name": "Old name",
    "new_name": "New name",
    "problem": "Problem",
    "rules": "Rules",
    "account_sid": "Account",
}
_OUTCOME_COLUMNS = {
    "status": "What happened",
    "phone_number": "Number",
    "old_name": "Old name",
    "new_name": "New name",
    "error": "Why",
}
_NAMES = ("old_name", "new_name")


class TablesPanel(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A plan and an outcome, of which one is in view.

    Parameters
    ----------
    press : callable
        The form's guard for handlers.
    edit, keep : callable
        Called when somebody wants to edit the name of the selected row, or to leave the selected rows as they are.
    on_select : callable
        Called after a person has selected rows of the plan.

    Attributes
    ----------
    in_view : str
        `WHAT_WOULD` or `WHAT_DID`.
    """

    def __init__(
        self,
        *,
        press: Press,
        edit: Callable[[], object],
        keep: Callable[[], object],
        on_select: Callable[[], object],
    ) -> None:
        self.in_view = WHAT_WOULD
        self._press = press
        self._account_names: Mapping[str, str] = {}
        self._drawn: tuple[object, ...] = ()
        self._outcome_drawn: pd.DataFrame | None = None
        self._plan = PagedTable(
            _PLAN_COLUMNS, label="caller IDs that change", page_size=10, press=press, html=_NAMES,
            cells=self._plan_cells, on_select=on_select,
        )  # fmt: skip
        self._outcome = PagedTable(
            _OUTCOME_COLUMNS, label="rows of the run", page_size=10, press=press, html=_NAMES,
            cells=_outcome_cells, selectable=False,
        )  # fmt: skip
        self._view = ToggleButtons(options=[WHAT_WOULD, WHAT_DID], tooltips=["The plan", "The latest run"])
        self._view.style = {"button_width": "auto"}
        self._view.observe(lambda _: self._on_view(), "value")
        self._only_problems = Checkbox(description="Only rows with a problem", indent=False, layout=WIDE)
        self._only_problems.observe(lambda _: press(lambda: None), "value")
        self._edit = button("Edit this name", edit, press=press, tooltip="Give the selected row another name")
        self._keep = button("Keep these names", keep, press=press, tooltip="Leave the selected rows as they are")
        beside = HBox([self._only_problems, self._edit, self._keep], layout={"flex_flow": "row wrap"})
        self._stack = Stack([VBox([beside, self._plan]), self._outcome], selected_index=0)
        super().__init__()
        self.children = [self._view, self._stack]

    @property
    def selected(self) -> pd.Index:
        """The SIDs of the plan's rows that are selected."""
        return self._plan.selected

    @property
    def latest(self) -> str | None:
        """The SID of the row that was selected last."""
        return self._plan.latest

    def clear_selection(self) -> None:
        """Select nothing."""
        self._plan.clear_selection()

    def draw(self, plan: pd.DataFrame, outcome: pd.DataFrame | None, account_names: Mapping[str, str]) -> None:
        """Show a plan and an outcome."""
        drawn = plan, account_names, self._only_problems.value
        if [id(one) for one in drawn] != [id(one) for one in self._drawn]:
            self._drawn, self._account_names = drawn, account_names
            self._plan.show(plan, np.flatnonzero(plan["problem"].notna()) if self._only_problems.value else None)
        if outcome is not None and outcome is not self._outcome_drawn:
            self._outcome_drawn = outcome
            new = outcome.get("new_name", pd.Series(dtype=frames.TEXT))  # a run that deletes has none
            self._outcome.show(past_runs.worst_first(outcome.assign(new_name=new)))
        self._view.value = self.in_view
        self._stack.selected_index = (WHAT_WOULD, WHAT_DID).index(self.in_view)

    def _on_view(self) -> None:
        if self._view.value != self.in_view:
            self._press(lambda: setattr(self, "in_view", self._view.value))

    def _plan_cells(self, page: pd.DataFrame) -> pd.DataFrame:
        accounts = page["account_sid"].astype(object)
        return _with_marks(page).assign(account_sid=[self._account_names.get(sid, sid) for sid in accounts])


def _outcome_cells(page: pd.DataFrame) -> pd.DataFrame:
    texts = _with_marks(page)
    return texts.assign(status=texts["status"].replace("", "not done"))


def _with_marks(page: pd.DataFrame) -> pd.DataFrame:
    """Return rows as text, with the names as HTML that shows what changes."""
    texts = plain_cells(page)
    pairs = [marked(old, new) for old, new in zip(texts["old_name"], texts["new_name"], strict=True)]
    return texts.assign(old_name=[old for old, _ in pairs], new_name=[new for _, new in pairs])
