"""Past runs as a part of the form: a list, and what can be done with one of them."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
from ipywidgets import HTML, HBox, VBox

from callerid_analytics.errors import InvalidParameter
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.cells import plain_cells
from callerid_analytics.widgets.controls import WIDE, WRAPPED, Press, button
from callerid_analytics.widgets.paged_table import PagedTable

Act = Callable[[str], object]

_COLUMNS = {
    "run": "Run",
    "begun": "Begun (UTC)",
    "kind": "What it does",
    "result": "What happened",
    "undoes": "Takes back",
}


class RunsPanel(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The runs of a journal.

    Parameters
    ----------
    press : callable
        The form's guard for handlers.
    refresh : callable
        Called to read the journal again.
    show, undo, resume : callable
        Given the run that somebody has selected.
    """

    def __init__(self, *, press: Press, refresh: Callable[[], object], show: Act, undo: Act, resume: Act) -> None:
        self._table = PagedTable(_COLUMNS, label="runs", key="run", page_size=10, press=press, cells=_cells)
        self._note = HTML(layout=WIDE)
        self._buttons = [
            button("Show its rows", lambda: show(self.run), press=press, tooltip="What became of each row, below"),
            button("Undo …", lambda: undo(self.run), press=press, tooltip="Ask, then give the old names back"),
            button("Finish …", lambda: resume(self.run), press=press, tooltip="Ask, then do what is not done"),
            button("Look again", refresh, press=press, tooltip="Read the journal again"),
        ]
        self._runs: pd.DataFrame | None = None
        super().__init__()
        self.children = [self._note, HBox(self._buttons, layout=WRAPPED), self._table]

    @property
    def run(self) -> str:
        """The run that is selected.

        Raises
        ------
        InvalidParameter
            None is, or several are.
        """
        selected = self._table.selected
        if len(selected) != 1:
            raise InvalidParameter(f"{len(selected)} runs are selected: select one in the list.")
        return str(selected[0])

    def select(self, run: str) -> None:
        """Select a run."""
        self._table.select([run])

    def draw(self, runs: pd.DataFrame, *, is_busy: bool) -> None:
        """Show the runs."""
        if runs is not self._runs:
            self._runs = runs
            self._table.show(runs)
        self._note.value = appearance.note(_told(runs))
        for one in self._buttons:
            one.disabled = is_busy


def _told(runs: pd.DataFrame) -> str:
    if runs.empty:
        return "Nothing was renamed yet with this account and journal."
    cut_off = runs.loc[runs["pending"] > 0, "run"].tolist()
    if cut_off:
        return f"Not finished: {', '.join(cut_off)}. Select it: “Finish” does the rest, “Undo” takes it back."
    return "Select a run to look at it, or to take it back."


def _cells(page: pd.DataFrame) -> pd.DataFrame:
    return plain_cells(page).assign(begun=page["begun"].dt.strftime("%Y-%m-%d %H:%M:%S"))
