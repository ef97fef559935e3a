"""A question that is asked before anything is sent, and answered by a button that says what it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
from ipywidgets import HTML, Button, HBox, VBox

from callerid_analytics.progress import Progress
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.controls import WIDE, Press, button


@dataclass(frozen=True)
class Question:
    """What is asked, and what is done when somebody agrees.

    Attributes
    ----------
    text : str
        The question.
    accounts : dict of str to int
        How many caller IDs of each account it is about.
    yes : str
        What agreeing is called: "Yes, rename 12".
    doing : str
        What is then under way, for the status line.
    job : callable
        Does it, telling its progress; returns what became of each row.
    """

    text: str
    accounts: dict[str, int]
    yes: str
    doing: str
    job: Callable[[Progress], pd.DataFrame]


class Confirmation(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A place for a question, which is kept free while none is asked.

    Parameters
    ----------
    press : callable
        A form's guard for handlers.
    agree, refuse : callable
        Called when somebody has answered.
    """

    def __init__(
        self,
        *,
        press: Press,
        agree: Callable[[], object],
        refuse: Callable[[], object],
    ) -> None:
        self._text = HTML(layout=WIDE)
        self._yes = Button(description="Yes", button_style="primary", layout=WIDE)
        self._yes.on_click(lambda _: press(agree))
        self._no = button("No, change nothing", refuse, press=press, tooltip="Send nothing")
        super().__init__()
        self.children = [self._text, HBox([self._yes, self._no])]
        self.add_class("callerids-question")

    def draw(self, question: Question | None, whose: str) -> None:
        """Show a question below whose account it is about, as HTML; or keep the place."""
        self.layout.visibility = "hidden" if question is None else "visible"
        self._yes.disabled = self._no.disabled = question is None
        self._text.value = whose + appearance.question(question.text, question.accounts) if question else ""
        if question:
            self._yes.description = self._yes.tooltip = question.yes
