"""The plan as a part of the form: what it comes to, which problems are accepted, saving it and applying it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ipywidgets import HTML, Checkbox, HBox, VBox

from callerid_analytics import plans
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.controls import WIDE, WRAPPED, Press, button
from callerid_analytics.widgets.file_bar import FileBar
from callerid_analytics.widgets.renaming.plan_summary import PlanSummary


class PlanPanel(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The figures of the plan, and what can be done with it.

    Parameters
    ----------
    press : callable
        The form's guard for handlers.
    changed : callable
        Called after somebody has accepted a problem, or no longer does.
    save : callable
        Given the path to save the plan to.
    apply : callable
        Called when somebody wants to apply it.
    """

    def __init__(
        self,
        *,
        press: Press,
        changed: Callable[[], object],
        save: Callable[[Path], object],
        apply: Callable[[], object],
    ) -> None:
        self._figures = HTML(layout={"width": "auto", "min_height": "7em"})
        self._accept = {
            problem: Checkbox(indent=False, layout=WIDE, tooltip="Twilio itself does not mind")
            for problem in plans.ACCEPTABLE
        }
        for box in self._accept.values():
            box.observe(lambda _: press(changed), "value")
        self._file = FileBar("Plan as CSV", "plan.csv", press=press, save=save)
        self._apply = button("Apply", apply, press=press, tooltip="Ask, then rename", style="primary")
        super().__init__()
        self.children = [
            self._figures,
            HBox(list(self._accept.values()), layout=WRAPPED),
            *(self._file, HBox([self._apply])),
        ]

    @property
    def accepted(self) -> tuple[str, ...]:
        """The problems that do not matter."""
        return tuple(problem for problem, box in self._accept.items() if box.value)

    def draw(self, summary: PlanSummary, *, is_whole: bool, can_apply: bool) -> None:
        """Show a plan's figures, or those of the part that is known."""
        about = "The plan" if is_whole else "The plan so far; the other rows are being looked at …"
        rows = {
            "would change": summary.rows,
            "of these, can be sent": summary.sent,
            "left alone, for a problem": summary.held_back,
        }
        self._figures.value = appearance.figures(
            about,
            {"Caller IDs": rows, "To be renamed, by account": summary.accounts, "Problems": summary.problems},
        )
        for problem, box in self._accept.items():
            box.description = f"Rename in spite of: {problem} ({summary.problems.get(problem, 0):,})"
        self._apply.disabled = not (can_apply and is_whole and summary.sent)
