"""Which rows of a frame are in view: sorted, page by page, some of them selected, at a hundred thousand rows.

What does not depend on the filter, the rank of every row in every order, is worked out once for a frame.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics.errors import ContractError

Positions = npt.NDArray[np.intp]


class RowPages:
    """A frame's rows, cut into pages.

    Parameters
    ----------
    key : str
        The column by which rows are selected. A row in which it is missing cannot be.
    size : int
        Rows of a page.

    Attributes
    ----------
    sorted_by : str or None
        The column; None for the order of the frame.
    is_descending : bool
        Whether the largest is first. What is missing is last in either case.
    number : int
        Of the page in view, from 0.
    """

    def __init__(self, *, key: str, size: int) -> None:
        self._key = key
        self._size = size
        self._frame = pd.DataFrame({key: pd.Series(dtype=object)})
        self._rows = self._sorted = np.empty(0, dtype=np.intp)
        self._codes = np.empty(0, dtype=np.intp)
        self._keys = pd.Index([], dtype=object)
        self._values = np.array([None], dtype=object)
        self._is_selected = np.empty(0, dtype=bool)
        self._ranks: dict[tuple[str, bool], npt.NDArray[np.int64]] = {}
        self.sorted_by: str | None = None
        self.is_descending = False
        self.number = 0

    def show(self, frame: pd.DataFrame, rows: Positions | None = None) -> None:
        """Take a frame, and the positions of the rows to page through; None stands for all.

        Order and selection are kept where they still apply. Other rows than before begin at the first page.

        Raises
        ------
        ContractError
            The frame lacks the column of the keys.
        """
        if frame is self._frame and rows is not None and rows is self._rows:
            return
        if frame is not self._frame:
            self._take(frame)
        rows = np.arange(len(frame), dtype=np.intp) if rows is None else rows
        if not np.array_equal(rows, self._rows):
            self._rows, self.number = rows, 0
        self._sort()

    def _take(self, frame: pd.DataFrame) -> None:
        if self._key not in frame.columns:
            raise ContractError(f"The table needs the column {self._key}, which the frame does not have.")
        selected = self.selected
        codes, keys = pd.factorize(frame[self._key])
        self._codes, self._keys = codes.astype(np.intp), pd.Index(keys)
        self._values = np.array([*keys, None], dtype=object)  # the code of what is missing is -1
        self._is_selected = np.asarray(self._keys.isin(selected), dtype=bool)
        self._frame, self._ranks = frame, {}
        if self.sorted_by not in frame.columns:
            self.sorted_by = None

    # Order and pages

    def sort_by(self, column: str | None, *, descending: bool = False) -> None:
        """Put the rows in the order of a column, and go to the first page."""
        self.sorted_by, self.is_descending, self.number = column, descending, 0
        self._sort()

    def _sort(self) -> None:
        self._sorted = self._rows
        if self.sorted_by is not None:
            self._sorted = self._rows[np.argsort(self._rank(self.sorted_by)[self._rows], kind="stable")]
        self.turn_to(self.number)

    def _rank(self, column: str) -> npt.NDArray[np.int64]:
        order = (column, self.is_descending)
        if order not in self._ranks:
            self._ranks[order] = _rank(self._frame[column], descending=self.is_descending)
        return self._ranks[order]

    def turn_to(self, number: int) -> None:
        """Go to a page, or to the nearest that there is."""
        self.number = min(max(number, 0), self.last)

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(len(self._rows) - 1, 0) // self._size

    @property
    def size(self) -> int:
        """Rows of a page; a new size keeps the first row in view."""
        return self._size

    @size.setter
    def size(self, size: int) -> None:
        first = self.number * self._size
        self._size = size
        self.turn_to(first // size)

    @property
    def start(self) -> int:
        """How many rows there are on the pages before."""
        return self.number * self._size

    @property
    def count(self) -> int:
        """How many rows there are on all pages."""
        return len(self._rows)

    @property
    def frame(self) -> pd.DataFrame:
        """The frame, with all its rows."""
        return self._frame

    @property
    def positions(self) -> Positions:
        """Where the rows in view are in the frame."""
        return self._sorted[self.start : self.start + self._size]

    @property
    def page(self) -> pd.DataFrame:
        """The rows in view."""
        return self._frame.iloc[self.positions]

    @property
    def shown(self) -> pd.DataFrame:
        """The rows of all pages, in order."""
        return self._frame.iloc[self._sorted]

    # Selection

    @property
    def keys(self) -> list[str | None]:
        """The keys of the rows in view."""
        keys: list[str | None] = self._values[self._codes[self.positions]].tolist()
        return keys

    @property
    def selected(self) -> pd.Index:
        """The keys that are selected, in view or not, in the order of the frame."""
        return self._keys[self._is_selected]

    @property
    def selected_count(self) -> int:
        """How many keys are selected."""
        return int(self._is_selected.sum())

    @property
    def selected_here(self) -> list[int]:
        """Which of the rows in view are selected, counted from 0."""
        return [place for place, code in enumerate(self._codes[self.positions]) if self._is(code)]

    def _is(self, code: np.intp) -> bool:
        return bool(code >= 0 and self._is_selected[code])

    def is_selected(self, key: str | None) -> bool:
        """Whether the row with this key is selected."""
        return key in self._keys and bool(self._is_selected[self._keys.get_loc(key)])

    def select(self, keys: Iterable[str]) -> None:
        """Select these keys and no others; those that the frame does not have are left out."""
        self._is_selected = np.asarray(self._keys.isin(list(keys)), dtype=bool)

    def select_here(self, places: Iterable[int]) -> None:
        """Select these of the rows in view, counted from 0, and no others of them."""
        codes = self._codes[self.positions]
        self._is_selected[codes[codes >= 0]] = False
        chosen = codes[list(places)]
        self._is_selected[chosen[chosen >= 0]] = True

    def select_all(self) -> None:
        """Select the rows of all pages, besides what is selected elsewhere."""
        codes = self._codes[self._rows]
        self._is_selected[codes[codes >= 0]] = True


def _rank(values: pd.Series, *, descending: bool) -> npt.NDArray[np.int64]:
    """Return each row's place in the order; text without regard to its letters' case, what is missing last."""
    array = _arrow(values)
    if pa.types.is_dictionary(array.type):
        array = array.cast(array.type.value_type)
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        array = pc.utf8_lower(array)
    order = "descending" if descending else "ascending"
    ranks = pc.rank(array, sort_keys=order, tiebreaker="dense")
    places: npt.NDArray[np.int64] = ranks.to_numpy(zero_copy_only=False).astype(np.int64)
    return places


def _arrow(values: pd.Series) -> pa.Array:
    try:
        array = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):  # objects of several kinds: by what they look like
        array = pa.array(values.map(str, na_action="ignore"), from_pandas=True)
    array = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return array.cast(pa.string()) if pa.types.is_null(array.type) else array
