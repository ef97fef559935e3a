"""The form to look through caller IDs: search, facets, a table page by page, details, a picture, and CSV."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd
from ipywidgets import HTML, Dropdown, HBox, Text, VBox

from callerid_analytics import exports, frames, plots, spreadsheets
from callerid_analytics.client import Client
from callerid_analytics.errors import InvalidParameter
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.browsing.details import details
from callerid_analytics.widgets.browsing.facet_list import FacetList
from callerid_analytics.widgets.browsing.facets import Value
from callerid_analytics.widgets.browsing.narrowing import Narrowing, View
from callerid_analytics.widgets.browsing.picture import Picture
from callerid_analytics.widgets.busy import BusyForm
from callerid_analytics.widgets.cells import caller_id_cells
from callerid_analytics.widgets.controls import WIDE, WRAPPED
from callerid_analytics.widgets.fetching import Accounts, fetched
from callerid_analytics.widgets.file_bar import FileBar
from callerid_analytics.widgets.paged_table import PagedTable
from callerid_analytics.widgets.work import Pause
from callerid_analytics.wording import counted

_COLUMNS = {
    "phone_number": "Number",
    "friendly_name": "Name",
    "account_name": "Account",
    "region": "Country",
    "number_type": "Type",
    "date_created": "Created",
}
_PICTURES = {
    "countries": plots.plot_regions,
    "types": plots.plot_number_types,
    "created": plots.plot_created,
    "last updated": plots.plot_updated,
    "names": plots.plot_name_quality,
    "numbers in several accounts": plots.plot_duplicates,
}
_WRITERS: dict[str, Callable[[pd.DataFrame, Path], None]] = {
    "lossless, to be read back": lambda frame, path: exports.write(frame, path, format="csv"),
    "for a spreadsheet program": spreadsheets.write_spreadsheet_csv,
}
_ROWS = 10  # of a page, at first: so that details are not far below
_NO_DETAILS = appearance.note("Select a row to see all that is known of it.")
_LABELLED = {"description_width": "auto"}


class Browser(BusyForm):
    """A table of caller IDs to search, to narrow by facets, to sort, and to select from.

    What is selected goes by SID, so that it stays selected whatever is shown.

    Parameters
    ----------
    source : Client or pandas.DataFrame
        A client, whose caller IDs are loaded meanwhile; or caller IDs, as `callerid_analytics.load` returns them.
    accounts : {"self", "all"} or sequence of str, default "all"
        As for `callerid_analytics.load`, where `source` is a client.
    on_rename : callable, optional
        Given the SIDs of the caller IDs that are to get other names. Without it there is no button for that.
    pause : callable, default threading.Event.wait
        Called with an event and seconds to wait; ends early when the event is set.

    Raises
    ------
    ContractError
        The frame lacks a column, or holds a value that its column cannot.
    InvalidParameter
        `source` is neither.

    Examples
    --------
    >>> from callerid_analytics import frames
    >>> browser = Browser(frames.empty())  # as the last line of a cell, this shows it
    >>> len(browser.frame), len(browser.selected)
    (0, 0)
    >>> browser.close()
    """

    def __init__(
        self,
        source: Client | pd.DataFrame,
        *,
        accounts: Accounts = "all",
        on_rename: Callable[[Sequence[str]], object] | None = None,
        pause: Pause = threading.Event.wait,
    ) -> None:
        if not isinstance(source, Client | pd.DataFrame):
            raise InvalidParameter(f"Browser was given {source!r:.80}: it takes a Client or a DataFrame.")
        self._client = source if isinstance(source, Client) else None
        super().__init__(self._client, heading="Browse caller IDs", pause=pause)
        self.add_class("is-large")
        self._accounts, self._on_rename = accounts, on_rename
        self._narrowing = Narrowing(source if isinstance(source, pd.DataFrame) else frames.empty())
        self._said = ""
        self._last_detailed: tuple[pd.DataFrame, str, str] | None = None
        self._picture = Picture(_PICTURES, pause=pause)
        self._make_controls()
        self._open()
        self._after_narrowing()
        if self._client:
            self._press(self._load)

    def _make_controls(self) -> None:
        self._words = Text(
            description="Search",
            placeholder="number, name, SID or account; several words: all of them",
            layout={"flex": "1 1 20rem"},
            style=_LABELLED,
        )
        self._words.observe(lambda _: self._press(self._find), "value")
        self._clear = self._button("Clear all", self._clear_all, tooltip="Search for nothing, choose nothing")
        self._reload = self._button("Reload", self._load, tooltip="Load the caller IDs again")
        self._facet_lists = {
            facet.name: FacetList(facet.title, press=self._press, choose=partial(self._choose, facet.name))
            for facet in self._narrowing.view.facets
        }
        facets = HBox(list(self._facet_lists.values()))
        facets.add_class("callerids-facets")
        self._table = PagedTable(
            _COLUMNS, label="caller IDs", press=self._press, cells=caller_id_cells, page_size=_ROWS
        )
        self._rename = self._button("Rename", self._hand_on, tooltip="Choose names for these caller IDs")
        self._rename.layout.align_self = "flex-start"
        self._status.layout.flex = "1 1 16rem"
        self._details = HTML(layout={"width": "100%"})
        reload = [self._reload] if self._client else []
        self.children = [
            self._heading,
            HBox([self._words, self._clear, *reload], layout=WRAPPED),
            HBox([self._status, *([self._bar] if self._client else [])], layout=WRAPPED),
            *(facets, self._table, self._rename, self._details),
            self._saving(),
            self._picture,
        ]

    def _saving(self) -> VBox:
        self._file = FileBar("Save what is shown as", "caller_ids.csv", press=self._press, save=self._save_shown)
        self._format = Dropdown(
            description="CSV", options=list(_WRITERS), layout={"width": "auto"}, style=_LABELLED
        )
        self._answer = HTML(layout=WIDE)
        return VBox([self._file, HBox([self._format, self._answer], layout=WRAPPED)])

    @property
    def frame(self) -> pd.DataFrame:
        """The caller IDs that are shown, on all pages, in that order; waits for a load that is under way."""
        self.wait()
        return self._table.shown

    @property
    def selected(self) -> pd.DataFrame:
        """The caller IDs that are selected, shown or not; waits for a load that is under way."""
        self.wait()
        everything = self._narrowing.view.frame
        return everything[everything["sid"].isin(self._table.selected)]

    def show(self, frame: pd.DataFrame) -> None:
        """Take other rows; search, choices, order and selection are kept where they still apply.

        Raises
        ------
        ContractError
            The frame lacks a column, or holds a value that its column cannot.
        """
        self._take(frame)
        self._draw()

    # What a person does

    def _find(self) -> None:
        self._narrowing.find(self._words.value)
        self._after_narrowing()

    def _choose(self, facet: str, values: frozenset[Value]) -> None:
        self._narrowing.choose(facet, values)
        self._after_narrowing()

    def _clear_all(self) -> None:
        self._words.value = ""  # not in `_render`, which may come while somebody types
        self._narrowing.clear()
        self._after_narrowing()

    def _load(self) -> None:
        if self._client:
            self._start("Loading caller IDs …", partial(fetched, self._client, self._accounts), self._take)

    def _take(self, frame: pd.DataFrame) -> None:
        self._narrowing.take(frame)
        self._after_narrowing()

    def _after_narrowing(self) -> None:
        view = self._narrowing.view
        self._said = ""
        self._picture.follow(lambda: view.shown)

    def _hand_on(self) -> None:
        sids = self._sids().tolist()
        if not sids:
            raise InvalidParameter("No caller ID that has a SID is shown: there is nothing to rename.")
        if self._on_rename:
            self._on_rename(sids)

    def _sids(self) -> pd.Index:
        """Return the SIDs that are selected; those that are shown, if none is."""
        selected = self._table.selected
        return selected if len(selected) else pd.Index(self._table.shown["sid"].dropna())

    def _save_shown(self, path: Path) -> None:
        shown = self._table.shown
        _WRITERS[self._format.value](shown, path)
        self._said = f"{counted(len(shown), 'caller ID')} written to {path}."

    def _let_go(self) -> None:
        self._picture.stop()

    # What it looks like

    def _render(self) -> None:
        view = self._narrowing.view
        self._table.show(view.frame, view.rows)
        for facet in view.facets:
            chosen = self._narrowing.chosen.get(facet.name, frozenset())
            self._facet_lists[facet.name].show(facet, view.counts[facet.name], chosen)
        self._render_bar()
        self._clear.disabled = not (self._narrowing.words or self._narrowing.chosen)
        self._reload.disabled = self.is_busy or self._is_stopped
        self._answer.value = appearance.note(self._trouble or self._said)  # the status line may be out of sight
        self._render_renaming(len(view.rows))
        self._details.value = self._detailed(view.frame, self._table.latest)
        self._status.value = self._status_line(*self._says(view))

    def _render_renaming(self, shown: int) -> None:
        selected = len(self._table.selected)
        self._rename.layout.display = "" if self._on_rename else "none"
        self._rename.disabled = self._is_stopped or not (selected or shown)
        self._rename.description = (
            f"Rename the {selected:,} selected …" if selected else f"Rename these {shown:,} …"
        )

    def _detailed(self, frame: pd.DataFrame, sid: str | None) -> str:
        if sid is None:
            return _NO_DETAILS
        if self._last_detailed is None or self._last_detailed[0] is not frame or self._last_detailed[1] != sid:
            html = details(frame, int(frame["sid"].eq(sid).argmax()))
            self._last_detailed = (frame, sid, html)
        return self._last_detailed[2]

    def _says(self, view: View) -> tuple[str, appearance.Mood]:
        if self.is_busy:
            return self._doing, "busy"
        if self._said:
            return self._said, "good"
        shown, total = len(view.rows), len(view.frame)
        words = (
            f"{counted(total, 'caller ID')}." if shown == total else f"{shown:,} of {counted(total, 'caller ID')}."
        )
        if view.frame.attrs.get("load_report", {}).get("complete") is False:
            return f"{words} They are not all: an account could not be read.", "bad"
        return words, "plain"
