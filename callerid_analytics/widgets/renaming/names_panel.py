"""Single names as a part of the form: a caller ID is looked for, and given a name by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
from ipywidgets import HTML, Checkbox, HBox, Select, Text, VBox

from callerid_analytics.errors import InvalidParameter
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.browsing.search import Search
from callerid_analytics.widgets.controls import WIDE, WRAPPED, Press, button

_MOST_FOUND = 50
_LABELS = {"description_width": "72px"}


class NamesPanel(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A search for a caller ID, and a field for its name.

    Parameters
    ----------
    by_hand : callable
        Returns the names given by hand so far, by SID.
    press : callable
        The form's guard for handlers.
    give : callable
        Given a SID and a name, or None to take the name by hand back.
    """

    def __init__(
        self,
        by_hand: Callable[[], Mapping[str, str]],
        *,
        press: Press,
        give: Callable[[str, str | None], object],
    ) -> None:
        self._by_hand, self._press, self._give = by_hand, press, give
        self._chosen: str | None = None
        self._found: list[tuple[str, str]] = []
        self._count = 0
        self._to_fill_in: str | None = None
        self._is_listing = False
        self._search = Text(
            description="Search", placeholder="name, number or SID", style=_LABELS, layout={"flex": "1 1 20rem"}
        )
        self._only = Checkbox(description="Only names given by hand", indent=False, layout=WIDE)
        for control in (self._search, self._only):
            control.observe(lambda _: press(self._look), "value")
        self._list = Select(rows=6, description="Found", style=_LABELS, layout={"width": "auto"})
        self._list.observe(lambda _: self._on_chosen(), "value")
        self._where, self._facts = HTML(layout=WIDE), HTML(layout=WIDE)
        self._name = Text(description="New name", style=_LABELS, layout={"flex": "1 1 20rem"})
        self._name.on_msg(self._on_message)
        self._set = button(
            "Set this name", self._set_name, press=press, tooltip="Give this caller ID this name in the plan"
        )
        self._keep = button(
            "Keep the old name", self._keep_name, press=press, tooltip="Leave this caller ID as it is"
        )
        self._back = button(
            "Take back", self._take_back, press=press, tooltip="No name by hand: what the rules say"
        )
        super().__init__()
        self.children = [
            HBox([self._search, self._only, self._where], layout=WRAPPED),
            *(self._list, self._facts),
            HBox([self._name, self._set, self._keep, self._back], layout=WRAPPED),
        ]

    def take(self, frame: pd.DataFrame) -> None:
        """Take another frame to look in; what is chosen stays if it is still there."""
        columns = ("sid", "friendly_name", "phone_number")
        self._sids, self._names, self._numbers = (
            frame[name].fillna("").reset_index(drop=True) for name in columns
        )
        self._index = Search(frame)
        if self._chosen is not None and not self._sids.eq(self._chosen).any():
            self._chosen = None
        self._look()

    def choose(self, sid: str, planned: str) -> None:
        """Choose a caller ID, whose name would be this."""
        self._chosen, self._to_fill_in = sid, planned

    def draw(self) -> None:
        """Show what is found and chosen."""
        if self._list.options != tuple(self._found):
            self._is_listing = True  # the widget chooses the first of new options by itself
            self._list.options = self._found
        self._list.value = self._chosen if self._chosen in [sid for _, sid in self._found] else None
        self._is_listing = False
        first = f"the first {_MOST_FOUND} of " if self._count > _MOST_FOUND else ""
        self._where.value = appearance.note(f"{first}{self._count:,} found")
        if self._to_fill_in is not None:  # once only, or what is being typed would be overwritten
            self._name.value, self._to_fill_in = self._to_fill_in, None
        named = self._by_hand()
        self._set.disabled = self._keep.disabled = self._name.disabled = self._chosen is None
        self._back.disabled = self._chosen not in named
        self._facts.value = appearance.note(self._told(named))

    def _told(self, named: Mapping[str, str]) -> str:
        if self._chosen is None:
            return "Choose a caller ID here, or select one in the table below."
        hand = f" By hand: {named[self._chosen]!r}." if self._chosen in named else ""
        return f"{self._label(self._place(self._chosen))}.{hand}"

    def _label(self, place: int) -> str:
        return f"{self._numbers[place]} · {self._names[place] or '(no name)'} · {self._sids[place]}"

    def _place(self, sid: str) -> int:
        return int(self._sids.eq(sid).to_numpy().argmax())

    # What a person does

    def _look(self) -> None:
        wanted = self._index.find(self._search.value) & self._sids.ne("").to_numpy(dtype=bool)
        if self._only.value:
            wanted &= self._sids.isin(list(self._by_hand())).to_numpy(dtype=bool)
        found = wanted.nonzero()[0]
        self._found = [(self._label(place), self._sids[place]) for place in found[:_MOST_FOUND].tolist()]
        self._count = len(found)

    def _on_chosen(self) -> None:
        if not self._is_listing and self._list.value not in (None, self._chosen):
            self._press(lambda: self.choose(self._list.value, self._current(self._list.value)))

    def _current(self, sid: str) -> str:
        return self._by_hand().get(sid, self._names[self._place(sid)])

    def _on_message(self, _: object, content: Mapping[str, object], buffers: object) -> None:
        if content.get("event") == "submit":  # Enter
            self._press(self._set_name)

    def _set_name(self) -> None:
        self._give(self._sid, self._name.value)

    def _keep_name(self) -> None:
        self._give(self._sid, self._names[self._place(self._sid)])

    def _take_back(self) -> None:
        self._give(self._sid, None)

    @property
    def _sid(self) -> str:
        if self._chosen is None:
            raise InvalidParameter("Choose a caller ID first.")
        return self._chosen
