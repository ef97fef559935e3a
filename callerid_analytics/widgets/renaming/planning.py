"""The plan while a recipe is being written: a first part of it at once, all of it as soon as it is worked out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from callerid_analytics import frames, plans
from callerid_analytics.cleaning import Recipe

_FIRST = 500
"""Rows of a large frame that are planned at once: more than anybody looks at before the others are there."""
_SMALL = 2_000
"""Rows up to which a frame is planned at once, in about a tenth of a second."""


class Planner:
    """Plans renames of one frame beside the kernel; of several recipes that come quickly, the latest counts.

    Parameters
    ----------
    frame : pandas.DataFrame
        As for `plans.plan_renames`.
    guard : callable
        Given what is to be done in the thread; deals with its errors.
    then : callable
        Called, in the thread, when the whole plan is there.

    Attributes
    ----------
    plan : pandas.DataFrame
        What is known of the plan so far.
    is_whole : bool
        Whether that is all of it.
    frame : pandas.DataFrame
        The rows.
    only : pandas.Index or None
        The SIDs that may change; None is all.

    Raises
    ------
    ContractError
        The frame does not obey the contract of columns.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        *,
        guard: Callable[[Callable[[], object]], object],
        then: Callable[[], object],
    ) -> None:
        self._guard, self._then = guard, then
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="callerids form")
        self._latest: Future[object] | None = None
        self._adopting = threading.Lock()
        self.only: pd.Index | None = None
        self.take(frame)
        self.plan, self.is_whole = _nothing(), True

    def take(self, frame: pd.DataFrame) -> None:
        """Take another frame; of the SIDs that may change, those stay that it has."""
        frames.check(frame)
        self.frame = frame
        self._rows = frame.copy(deep=False)
        self._rows.attrs = {}  # pandas copies them with every column, which takes longer than the work
        self.limit(self.only)

    def limit(self, sids: Collection[str] | None) -> None:
        """Let only these rows change, as far as the frame has them; None is all rows."""
        if sids is None:
            self.only, self._wanted = None, np.ones(len(self.frame), dtype=bool)
        else:
            wanted = self.frame["sid"].isin(list(sids))
            self.only, self._wanted = pd.Index(self.frame["sid"][wanted]), wanted.to_numpy(dtype=bool)

    def start(self, recipe: Recipe) -> None:
        """Plan the first rows now, and the others in the thread.

        Raises
        ------
        RecipeError, PlanError, ContractError
            As for `plans.plan_renames`; the plan is then empty.
        """
        self._forget()
        first = np.flatnonzero(self._wanted)[:_FIRST]
        is_whole = len(self.frame) <= _SMALL
        rows, wanted = (self._rows, self._wanted) if is_whole else (self._rows.iloc[first], self._wanted[first])
        self.plan, self.is_whole = _nothing(), False
        self.plan, self.is_whole = _planned(rows, recipe, wanted), is_whole
        if not is_whole:
            turn = self._turn
            self._latest = self._thread.submit(lambda: self._guard(lambda: self._finish(recipe, turn)))

    def wait(self) -> None:
        """Wait for the whole plan."""
        if self._latest and not self._latest.cancelled():
            self._latest.result()

    def stop(self) -> None:
        """Plan no more; no thread is left."""
        self._forget()
        self._thread.shutdown(wait=True)

    def _forget(self) -> None:
        with self._adopting:
            if self._latest:
                self._latest.cancel()
            self._latest = None
            self._turn = object()

    def _finish(self, recipe: Recipe, turn: object) -> None:
        plan = _planned(self._rows, recipe, self._wanted)
        with self._adopting:
            if turn is not self._turn:
                return
            self.plan, self.is_whole = plan, True
        self._then()


@cache
def _nothing() -> pd.DataFrame:
    return plans.plan_renames(frames.empty(), Recipe())


def _planned(frame: pd.DataFrame, recipe: Recipe, wanted: npt.NDArray[np.bool_]) -> pd.DataFrame:
    return plans.plan_renames(frame, recipe, only=pd.Series(wanted, index=frame.index))
