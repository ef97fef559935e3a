"""The small pieces that forms and their panels are put together from."""

from __future__ import annotations

from collections.abc import Callable

from ipywidgets import Button

Press = Callable[[Callable[[], object]], object]
"""A form's guard for handlers: given what a person asked for, it does that and shows what came of it."""

WIDE = {"width": "auto"}
WRAPPED = {"flex_flow": "row wrap", "align_items": "center"}


def button(text: str, act: Callable[[], object], *, press: Press, tooltip: str, style: str = "") -> Button:
    """Return a button that has something done through a form's guard."""
    made = Button(description=text, button_style=style, tooltip=tooltip, layout=WIDE)
    made.on_click(lambda _: press(act))
    return made
