"""Similar names as a part of the form: clusters a few at a time, each with its name, and members to leave out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pandas as pd
from ipywidgets import HTML, Checkbox, Dropdown, FloatSlider, HBox, Text, VBox

from callerid_analytics import duplicates
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.controls import WIDE, WRAPPED, Press, button
from callerid_analytics.widgets.renaming.name_clusters import Cluster, Clusters
from callerid_analytics.wording import counted

Find = Callable[[pd.DataFrame], pd.DataFrame]

_AT_ONCE = 4
"""Clusters of a page."""
_MOST_MEMBERS = 40
"""Names of a cluster that can be left out one by one; the others, the rarest, go along."""
_LABELS = {"description_width": "auto"}
_SIMILAR, _SAME_KEY = "almost the same words", "the same but for capitals, accents, punctuation and order"


class ClustersPanel(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """Clusters of similar names to review.

    Parameters
    ----------
    press : callable
        The form's guard for handlers.
    find : callable
        Called to look for clusters: given the function of `callerid_analytics.duplicates` that does it.
    merge : callable
        Given, from each name that is to change to the chosen one, what somebody has agreed to.

    Attributes
    ----------
    clusters : Clusters or None
        What was found; None before anybody has looked.
    """

    def __init__(
        self, *, press: Press, find: Callable[[Find], object], merge: Callable[[Mapping[str, str]], object]
    ) -> None:
        self.clusters: Clusters | None = None
        self._press, self._merge, self._start = press, merge, 0
        self._cards: list[_Card] = []
        self._method = Dropdown(
            description="Names that are",
            options=[_SIMILAR, _SAME_KEY],
            style=_LABELS,
            layout={"flex": "1 1 20rem"},
        )
        self._method.observe(lambda _: press(lambda: None), "value")
        self._threshold = FloatSlider(
            0.85, min=0.6, max=1, step=0.01, description="How alike", style=_LABELS, layout={"width": "18rem"}
        )
        self._find = button("Find", lambda: find(self._function()), press=press, tooltip="Look for similar names")
        self._all = button(
            "Accept all", self._accept_all, press=press, tooltip="Agree to all clusters, on all pages"
        )
        self._back = button(
            "Previous clusters", lambda: self._turn(-_AT_ONCE), press=press, tooltip="Earlier clusters"
        )
        self._on = button("Next clusters", lambda: self._turn(_AT_ONCE), press=press, tooltip="Later clusters")
        self._where = HTML(layout=WIDE)
        self._list = VBox(layout={"min_height": "6em"})
        super().__init__()
        self.children = [
            HBox([self._method, self._threshold, self._find], layout=WRAPPED),
            HBox([self._back, self._on, self._where, self._all], layout=WRAPPED),
            self._list,
        ]

    def take(self, groups: pd.DataFrame) -> None:
        """Take what was found."""
        self.clusters, self._start = Clusters(groups), 0
        self._close_cards()

    def draw(self, *, is_busy: bool) -> None:
        """Show the clusters as they are."""
        count, open_ = len(self.clusters or ()), len(self.clusters.open) if self.clusters else 0
        self._threshold.disabled = self._method.value != _SIMILAR
        self._find.disabled, self._all.disabled = is_busy, open_ == 0
        self._back.disabled, self._on.disabled = self._start == 0, self._start + _AT_ONCE >= count
        self._where.value = appearance.note(self._words(count, open_))
        if self.clusters and not self._cards:
            places = range(self._start, min(self._start + _AT_ONCE, count))
            self._cards = [
                _Card(self.clusters.all[place], self._press, partial(self._accept, [place])) for place in places
            ]
            self._list.children = self._cards
        for card in self._cards:
            card.draw()

    def _words(self, count: int, open_: int) -> str:
        if self.clusters is None:
            return "Nobody has looked yet: Find looks at the names as the rules leave them."
        if not count:
            return "No similar names were found."
        last = min(self._start + _AT_ONCE, count)
        return f"clusters {self._start + 1:,}–{last:,} of {count:,}; {open_:,} not accepted"

    def _function(self) -> Find:
        if self._method.value == _SAME_KEY:
            return duplicates.find_key_collisions
        return partial(duplicates.find_similar_names, threshold=round(self._threshold.value, 2))

    def _turn(self, by: int) -> None:
        self._start = max(0, self._start + by)
        self._close_cards()

    def _accept(self, places: list[int]) -> None:
        if self.clusters:
            self._merge(self.clusters.merged(places))
            self.clusters.accept(places)

    def _accept_all(self) -> None:
        if self.clusters:
            self._accept(self.clusters.open)

    def _close_cards(self) -> None:
        for card in self._cards:
            card.close_all()
        self._cards, self._list.children = [], ()


class _Card(VBox):  # type: ignore[misc]
    """One cluster."""

    def __init__(self, cluster: Cluster, press: Press, accept: Callable[[], object]) -> None:
        self._cluster, self._press, self._is_picked = cluster, press, True
        names = list(cluster.names)
        self._picked = Dropdown(
            description="All are to be", options=[(_visible(name), name) for name in names], value=cluster.picked,
            style=_LABELS, layout={"flex": "1 1 16rem"},
        )  # fmt: skip
        self._typed = Text(
            description="or", placeholder="another name", style=_LABELS, layout={"flex": "1 1 12rem"}
        )
        self._accept = button("Accept", accept, press=press, tooltip="Agree to this cluster")
        self._picked.observe(lambda _: self._picked.value == cluster.picked or press(self._pick), "value")
        self._typed.observe(lambda _: self._typed.value == cluster.typed or press(self._type), "value")
        self._members = {name: self._member(name) for name in names[:_MOST_MEMBERS]}
        more = len(names) - len(self._members)
        self._more = HTML(appearance.note(f"and {more:,} rarer names" if more else ""), layout=WIDE)
        super().__init__()
        box = {"max_height": "11em", "overflow": "auto", "padding": "0 0 0 12px"}
        self._inside = VBox([*self._members.values(), self._more], layout=box)
        self._head = HBox([self._picked, self._typed, self._accept], layout=WRAPPED)
        self.children = [self._head, self._inside]
        self.add_class("callerids-card")

    def draw(self) -> None:
        """Show the cluster as it is."""
        cluster = self._cluster
        self._picked.value = cluster.picked
        if self._is_picked:  # or what is being typed would be overwritten
            self._typed.value, self._is_picked = cluster.typed, False
        for name, box in self._members.items():
            box.value = name not in cluster.left_out
            box.disabled = cluster.is_accepted
        self._picked.disabled = self._typed.disabled = self._accept.disabled = cluster.is_accepted
        self._accept.description = "Accepted" if cluster.is_accepted else "Accept"

    def close_all(self) -> None:
        """Take the card's widgets away."""
        for widget in (*self._head.children, *self._inside.children, *self.children, self):
            widget.close()

    def _member(self, name: str) -> Checkbox:
        rows = self._cluster.names[name]
        box = Checkbox(
            True,
            description=f"{_visible(name)} · {counted(rows, 'row')}",
            tooltip=self._cluster.reasons[name],
            indent=False,
            layout=WIDE,
        )
        box.observe(lambda _: self._leave_out(name, out=not box.value), "value")
        return box

    def _pick(self) -> None:
        self._cluster.picked, self._cluster.typed = self._picked.value, ""
        self._is_picked = True

    def _type(self) -> None:
        self._cluster.typed = self._typed.value

    def _leave_out(self, name: str, *, out: bool) -> None:
        left_out: set[Any] = self._cluster.left_out
        if out != (name in left_out):
            self._press(lambda: left_out.add(name) if out else left_out.discard(name))


def _visible(name: str) -> str:
    """Return a name in which spaces at the ends, and characters that are not seen, can be told."""
    return name if name == " ".join(name.split()) and name.isprintable() else repr(name)
