"""One facet on the screen: its values with their counts, each with a box to tick."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from ipywidgets import HTML, Button, Checkbox, HBox, Text, VBox

from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.browsing.facets import Counts, Facet, Value
from callerid_analytics.widgets.controls import WIDE, Press

_FEW, _MANY = 6, 60
"""Values shown at first, and after *More*; of the rest one finds any by its name."""


_ROW_HEIGHT = 22


class FacetList(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The values of a facet that there are among the rows left, and those that are chosen.

    A value keeps its place and its box, so that a click that crosses a change is of the value that was clicked on.
    The counts stand beside the boxes in one piece: they change with every key that is typed, and each change of a
    widget is a message to the browser.

    Parameters
    ----------
    title : str
        What the facet is called.
    press : callable
        A form's guard for handlers.
    choose : callable
        Given the values that are chosen now.
    """

    def __init__(
        self,
        title: str,
        *,
        press: Press,
        choose: Callable[[frozenset[Value]], object],
    ) -> None:
        self._title, self._press, self._choose = title, press, choose
        self._boxes: dict[Value, Checkbox] = {}
        self._chosen: frozenset[Value] = frozenset()
        self._most = _FEW
        self._find = Text(placeholder=f"find in {title.lower()}", layout=WIDE, continuous_update=True)
        self._find.tooltip = f"Show values of {title} that contain this"
        self._find.observe(lambda _: self._press(lambda: None), "value")
        self._more = Button(layout={**WIDE, "align_self": "flex-start"})
        self._more.on_click(lambda _: self._press(self._show_more_or_fewer))
        super().__init__()
        self.add_class("callerids-facet")
        self._heading = HTML(appearance.subtitle(title))
        self._ticked, self._counts = (
            VBox(layout={"flex": "1 1 auto", "min_width": "0"}),
            HTML(layout={"flex": "none"}),
        )
        self._list = HBox([self._ticked, self._counts])
        self.children = [self._heading, self._find, self._list, self._more]

    def show(self, facet: Facet, counts: Counts, chosen: frozenset[Value]) -> None:
        """Show a facet's values, with these counts; boxes of `chosen` are ticked."""
        self._chosen = chosen
        numbers = counts.tolist()
        wanted = self._find.value.strip().lower()
        listed = [
            place
            for place, value in enumerate(facet.values)
            if value in chosen or (numbers[place] and wanted in facet.labels[place].lower())
        ]
        shown = {facet.values[place]: place for place in listed[: self._most]}
        shown |= {facet.values[place]: place for place in listed if facet.values[place] in chosen}
        self._make_boxes(facet, shown)
        for value, box in self._boxes.items():
            box.layout.display = "" if value in shown else "none"
            box.value = value in chosen
        self._counts.value = appearance.counts(
            [(facet.labels[place], numbers[place]) for place in sorted(shown.values())]
        )
        self._list.layout.min_height = f"{min(len(facet.values), _FEW) * _ROW_HEIGHT}px"
        has_many = len(facet.values) > _FEW
        self._find.layout.display = "" if has_many else "none"
        self._more.layout.visibility = "visible" if len(listed) > _FEW else "hidden"
        self._more.description = "Fewer" if self._most > _FEW else "More"
        self._more.tooltip = f"{self._title}: {'the most frequent only' if self._most > _FEW else 'more values'}"

    def _make_boxes(self, facet: Facet, shown: dict[Value, int]) -> None:
        new = [value for value in shown if value not in self._boxes]
        for value in new:
            label = facet.labels[shown[value]]
            box = Checkbox(description=label, indent=False, tooltip=f"{self._title}: {label}", layout=WIDE)
            box.observe(partial(self._on_tick, value), "value")
            self._boxes[value] = box
        if new:
            place = {value: place for place, value in enumerate(facet.values)}
            ordered = sorted(self._boxes, key=lambda value: place.get(value, len(place)))
            self._ticked.children = [self._boxes[value] for value in ordered]

    def _on_tick(self, value: Value, _: object) -> None:
        """Do nothing where `show` has ticked the box: then it says what is chosen already."""
        if self._boxes[value].value != (value in self._chosen):
            self._press(lambda: self._choose(self._chosen ^ {value}))

    def _show_more_or_fewer(self) -> None:
        self._most = _FEW if self._most > _FEW else _MANY
