"""A table over any number of rows: sorted and paged in the kernel, so that the browser gets one page at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from ipywidgets import HTML, Box, Button, Dropdown, HBox, IntText, ToggleButton, VBox
from itables.typing import JavascriptCode
from itables.widget import ITable

from callerid_analytics.errors import ContractError
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.cells import plain_cells, width
from callerid_analytics.widgets.controls import WIDE, Press, button
from callerid_analytics.widgets.row_pages import RowPages

Cells = Callable[[pd.DataFrame], pd.DataFrame]

_SIZES = (10, 25, 50, 100)
_MARKS = 8
"""Pages in a row that the browser can tell apart; `appearance.STYLE` hides as many rows below each page."""
_SAMPLE = 200
"""Rows by which the columns' widths are decided, for all pages: they shall not move with every page."""
_ROW_HEIGHT, _HEADER_HEIGHT = 2.0, 2.1  # em
_AS_LOADED = ""
_CHECKBOX = JavascriptCode("$.fn.dataTable.render.select()")  # itables' own jQuery, by this name


class PagedTable(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """One page of a frame's rows, with controls to turn pages, to sort and to select.

    Parameters
    ----------
    columns : mapping of str to str
        The columns to show, in order, and what each is called.
    label : str
        What the rows are, as a plural: ``"caller IDs"``.
    key : str, default "sid"
        The column by which rows are selected. A row in which it is missing cannot be.
    page_size : int, default 25
        Rows of a page, until somebody chooses another number.
    press : callable
        Given what a person asked for; does it. A form's guard for handlers.
    selectable : bool, default True
        Whether rows can be selected.
    html : collection of str, default ()
        Columns whose cells are HTML, escaped already.
    cells : callable, optional
        Given some rows of the frame, at least one; returns a frame of texts with at least the columns to show, by
        nothing but those rows. By default text as it is, dates as ``2015-01-31``, and nothing for what is missing.
    on_select : callable, optional
        Called after a person has selected something, or no longer does.

    Examples
    --------
    >>> table = PagedTable({"sid": "SID"}, label="caller IDs", press=lambda act: act(), page_size=2)
    >>> table.show(pd.DataFrame({"sid": ["PN1", "PN2", "PN3"]}))
    >>> table.select(["PN3"])
    >>> table.page["sid"].tolist(), table.selected.tolist()
    (['PN1', 'PN2'], ['PN3'])
    """

    def __init__(
        self,
        columns: Mapping[str, str],
        *,
        label: str,
        key: str = "sid",
        page_size: int = 25,
        press: Press,
        selectable: bool = True,
        html: Collection[str] = (),
        cells: Cells | None = None,
        on_select: Callable[[], object] | None = None,
    ) -> None:
        self._columns, self._label, self._html = dict(columns), label, frozenset(html)
        self._press, self._on_select, self._cells = press, on_select, cells or plain_cells
        self._is_selectable = selectable
        self._pages = RowPages(key=key, size=page_size)
        self._latest: str | None = None
        self._drawing = threading.RLock()
        self._keys_drawn: list[str | None] = []
        self._mark = 0
        self._drawn: tuple[pd.DataFrame, list[int], list[int]] | None = None
        self._options = self._table_options(dict.fromkeys(columns, 1.0))
        empty = pd.DataFrame(columns=["", *columns] if selectable else list(columns), dtype=object)
        self._table = ITable(empty, **self._options)
        self._table.observe(self._on_ticks, "selected_rows")
        super().__init__()
        self.children = [*self._controls(page_size), self._area()]
        self.add_class("callerids-table")
        self._draw()

    @property
    def page(self) -> pd.DataFrame:
        """The rows in view, as they are in the frame."""
        return self._pages.page

    @property
    def shown(self) -> pd.DataFrame:
        """The rows of all pages, in the order in which they are shown."""
        return self._pages.shown

    @property
    def selected(self) -> pd.Index:
        """The keys that are selected, in view or not, in the order of the frame."""
        return self._pages.selected

    @property
    def latest(self) -> str | None:
        """The key that a person selected last, while it is selected."""
        return self._latest if self._pages.is_selected(self._latest) else None

    def show(self, frame: pd.DataFrame, rows: npt.NDArray[np.intp] | None = None) -> None:
        """Show a frame, or these of its rows; order and selection are kept where they still apply.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the columns to show and that of the keys. It is not copied, so it must not change.
        rows : numpy.ndarray of intp, optional
            Positions of the rows to page through; all by default. Other rows than before begin at the first page.

        Raises
        ------
        ContractError
            The frame lacks a column.
        """
        with self._drawing:
            if frame is not self._pages.frame:
                self._measure(frame)
            self._pages.show(frame, rows)
            self._draw()

    def select(self, keys: Iterable[str]) -> None:
        """Select the rows with these keys and no others; keys that the frame does not have are left out."""
        self._change(lambda: self._pages.select(keys))

    def select_all_shown(self) -> None:
        """Select the rows of all pages, besides those that are selected already."""
        self._change(self._pages.select_all)

    def clear_selection(self) -> None:
        """Select nothing."""
        self.select([])

    # The controls, and what a person does with them

    def _controls(self, page_size: int) -> list[Any]:
        turns: dict[str, Callable[[], int]] = {
            "First": lambda: 0,
            "Previous": lambda: self._pages.number - 1,
            "Next": lambda: self._pages.number + 1,
            "Last": lambda: self._pages.last,
        }
        self._turns = {
            name: self._button(name, partial(self._turn, to), f"{name} page of {self._label}")
            for name, to in turns.items()
        }
        self._number = IntText(description="Page", layout={"width": "7rem"}, style={"description_width": "auto"})
        self._number.observe(self._on_number, "value")
        self._where = HTML(layout=WIDE)
        self._size = self._dropdown("Rows per page", sorted({*_SIZES, page_size}), page_size)
        names = [("as loaded", _AS_LOADED), *((title, name) for name, title in self._columns.items())]
        self._order = self._dropdown("Sort by", names, _AS_LOADED)
        self._descending = ToggleButton(
            description="Descending", tooltip="The largest, latest, or last of the alphabet first", layout=WIDE
        )
        self._size.observe(self._on_size, "value")
        for control in (self._order, self._descending):
            control.observe(self._on_order, "value")
        first, previous, following, last = self._turns.values()
        return [
            _bar([first, previous, self._number, following, last, self._where]),
            _bar([self._order, self._descending, self._size, *self._selecting()]),
        ]

    def _selecting(self) -> list[Any]:
        self._select_all = self._button(
            "Select all shown", self._pages.select_all, f"Select the {self._label} of all pages", selects=True
        )
        self._clear = self._button(
            "Clear selection", lambda: self._pages.select([]), f"Select no {self._label}", selects=True
        )
        self._chosen = HTML(layout=WIDE)
        return [self._select_all, self._clear, self._chosen] if self._is_selectable else []

    def _button(self, text: str, act: Callable[[], object], tooltip: str, *, selects: bool = False) -> Button:
        return button(text, act, press=partial(self._do, selects=selects), tooltip=tooltip)

    def _dropdown(self, text: str, options: list[Any], value: Any) -> Dropdown:
        layout, style = {"width": "auto"}, {"description_width": "auto"}
        return Dropdown(description=text, options=options, value=value, layout=layout, style=style)

    def _do(self, act: Callable[[], object], *, selects: bool = False) -> None:
        def handler() -> None:
            self._change(act)
            if selects and self._on_select:
                self._on_select()

        self._press(handler)

    def _turn(self, to: Callable[[], int]) -> None:
        self._pages.turn_to(to())

    def _change(self, act: Callable[[], object]) -> None:
        with self._drawing:
            act()
            self._draw()

    # Each of these is also called when `_draw` sets the widget to what the state says already

    def _on_number(self, _: object) -> None:
        if self._number.value != self._pages.number + 1:
            self._do(lambda: self._pages.turn_to(self._number.value - 1))

    def _on_size(self, _: object) -> None:
        if self._size.value != self._pages.size:
            self._do(lambda: setattr(self._pages, "size", self._size.value))

    def _on_order(self, _: object) -> None:
        column, descending = self._order.value or None, self._descending.value
        if (column, descending) != (self._pages.sorted_by, self._pages.is_descending):
            self._do(lambda: self._pages.sort_by(column, descending=descending))

    def _on_ticks(self, _: object) -> None:
        if self._table.selected_rows != self._ticks():
            self._do(self._take_ticks, selects=True)

    def _take_ticks(self) -> None:
        """Select what is ticked, unless the ticks are of a page that is gone: a click may cross a new page."""
        ticks, count = self._table.selected_rows, len(self._pages.positions)
        if [tick for tick in ticks if tick >= count] == [count + self._mark]:
            before = set(self._pages.selected_here)
            self._pages.select_here([tick for tick in ticks if tick < count])
            new = [place for place in self._pages.selected_here if place not in before]
            self._latest = self._pages.keys[new[-1]] if new else self._latest

    def _ticks(self) -> list[int]:
        """Return which rows are to be ticked: the selected ones, and the hidden one that stands for this page."""
        mark = len(self._pages.positions) + self._mark
        return [*self._pages.selected_here, mark] if self._is_selectable else []

    # What it looks like

    def _area(self) -> Box:
        self._scroll = Box([self._table], layout={"overflow": "auto", "width": "100%"})
        return self._scroll

    def _measure(self, frame: pd.DataFrame) -> None:
        missing = (
            [name for name in self._columns if name not in frame.columns] if self._cells is plain_cells else []
        )
        if missing:
            raise ContractError(f"The table needs the column {', '.join(missing)}, which the frame does not have.")
        places = np.unique(np.linspace(0, max(len(frame) - 1, 0), min(len(frame), _SAMPLE)).astype(int))
        texts = self._shown(frame.iloc[places])
        self._options = self._table_options(
            {name: width(texts[name], title, html=name in self._html) for name, title in self._columns.items()}
        )

    def _table_options(self, widths: Mapping[str, float]) -> dict[str, Any]:
        total = sum(widths.values())
        first = 1 if self._is_selectable else 0
        columns: list[dict[str, Any]] = [
            {"targets": first + place, "type": "string", "width": f"{100 * width / total:.1f}%"}
            for place, width in enumerate(widths.values())
        ]
        if first:
            columns.append({"targets": 0, "width": "2.2em", "render": _CHECKBOX})
        return {
            "classes": "callerids-rows",
            "style": f"width:100%;min-width:{total + 2:.0f}em;table-layout:fixed;margin:0",
            "select": {"style": "multi+shift", "info": False, "headerCheckbox": False} if first else False,
            "columnDefs": columns,
            "layout": dict.fromkeys(("topStart", "topEnd", "bottomStart", "bottomEnd")),
            "paging": False,
            "ordering": False,
            "autoWidth": False,
            "allow_html": True,  # what is text is escaped here
            "showIndex": False,
            "text_in_header_can_be_selected": False,
            "maxBytes": 0,
        }

    def _draw(self) -> None:
        self._draw_page()
        self._draw_controls()

    def _draw_page(self) -> None:
        keys = self._pages.keys
        if keys != self._keys_drawn:
            self._keys_drawn, self._mark = keys, (self._mark + 1) % _MARKS
        ticks = self._ticks()
        drawn = (self._pages.frame, self._pages.positions.tolist(), ticks)
        if self._drawn is not None and self._drawn[0] is drawn[0] and self._drawn[1:] == drawn[1:]:
            self._table.selected_rows = ticks
            return
        self._drawn = drawn
        with self._table.hold_sync():
            self._table.update(self._texts(), selected_rows=ticks, **self._options)
        rows = min(self._pages.size, len(self._pages.frame))
        self._scroll.layout.min_height = f"{_HEADER_HEIGHT + rows * _ROW_HEIGHT:.1f}em"

    def _texts(self) -> pd.DataFrame:
        """Return the page as HTML, and below it the hidden rows of which one stands for this page."""
        texts = self._shown(self._pages.page)
        shown = {
            escape(title): [str(text) if name in self._html else escape(str(text)) for text in texts[name]]
            for name, title in self._columns.items()
        }
        if not self._is_selectable:
            return pd.DataFrame(shown, dtype=object)
        shown = {"": [""] * len(texts), **shown}
        return pd.DataFrame({title: [*cells, *_MARKS * [""]] for title, cells in shown.items()}, dtype=object)

    def _shown(self, rows: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame(columns=list(self._columns), dtype=object) if rows.empty else self._cells(rows)

    def _draw_controls(self) -> None:
        pages = self._pages
        for name, turn in self._turns.items():
            turn.disabled = pages.number == (0 if name in ("First", "Previous") else pages.last)
        self._number.value, self._size.value = pages.number + 1, pages.size
        self._number.disabled = pages.last == 0
        self._order.value, self._descending.value = pages.sorted_by or _AS_LOADED, pages.is_descending
        self._where.value = appearance.rows_in_view(pages.start, len(pages.positions), pages.count, self._label)
        self._select_all.disabled = pages.count == 0
        self._clear.disabled = pages.selected_count == 0
        self._chosen.value = appearance.note(f"{pages.selected_count:,} selected")


def _bar(controls: list[Any]) -> HBox:
    return HBox(controls, layout={"flex_flow": "row wrap", "align_items": "center"})
