"""What somebody looks at: a frame, narrowed by words and by choices in facets."""

from __future__ import annotations

import threading
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from callerid_analytics import frames
from callerid_analytics.widgets.browsing.facets import Counts, Facet, Value, facets_of, narrow
from callerid_analytics.widgets.browsing.search import Search


class View(NamedTuple):
    """A frame of caller IDs, and which of its rows are left.

    Attributes
    ----------
    frame : pandas.DataFrame
        All rows, with the contract's dtypes.
    facets : tuple of Facet
        Of the frame.
    rows : numpy.ndarray of intp
        Positions of the rows that are left.
    counts : dict of str to numpy.ndarray of intp
        For each facet, how many of the rows that all else leaves have each of its values.
    """

    frame: pd.DataFrame
    facets: tuple[Facet, ...]
    rows: npt.NDArray[np.intp]
    counts: dict[str, Counts]

    @property
    def shown(self) -> pd.DataFrame:
        """The rows that are left."""
        return self.frame.iloc[self.rows]


class Narrowing:
    """What is asked of caller IDs, and the view that answers to it; threads may share it.

    Parameters
    ----------
    frame : pandas.DataFrame
        Caller IDs.

    Attributes
    ----------
    words : str
        What is searched for.
    chosen : dict of str to frozenset
        The values chosen in each facet in which any is.
    view : View
        What comes of it.

    Raises
    ------
    ContractError
        A column is missing, or a value does not convert.

    Examples
    --------
    >>> narrowing = Narrowing(frames.empty())
    >>> narrowing.find("sales")
    >>> narrowing.view.rows.tolist()
    []
    """

    view: View

    def __init__(self, frame: pd.DataFrame) -> None:
        self._lock = threading.RLock()
        self.words = ""
        self.chosen: dict[str, frozenset[Value]] = {}
        self.take(frame)

    def take(self, frame: pd.DataFrame) -> None:
        """Take other rows; words stay, and of the choices those whose value there is.

        Raises
        ------
        ContractError
            A column is missing, or a value does not convert; the rows are those from before.
        """
        frame = frames.conform(frame)
        search, facets = Search(frame), facets_of(frame)
        with self._lock:
            self._frame, self._search, self._facets = frame, search, facets
            for facet in facets:
                self._keep(facet.name, self.chosen.get(facet.name, frozenset()) & frozenset(facet.values))
            self._narrow()

    def find(self, words: str) -> None:
        """Search for words."""
        with self._lock:
            self.words = words
            self._narrow()

    def choose(self, facet: str, values: frozenset[Value]) -> None:
        """Choose these values of a facet and no others; none for any."""
        with self._lock:
            self._keep(facet, values)
            self._narrow()

    def clear(self) -> None:
        """Search for nothing and choose nothing."""
        with self._lock:
            self.words, self.chosen = "", {}
            self._narrow()

    def _keep(self, facet: str, values: frozenset[Value]) -> None:
        self.chosen.pop(facet, None)
        if values:
            self.chosen[facet] = values

    def _narrow(self) -> None:
        mask, counts = narrow(self._facets, self.chosen, self._search.find(self.words))
        self.view = View(self._frame, self._facets, np.flatnonzero(mask), counts)
