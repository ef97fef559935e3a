"""How many caller IDs were created, and last updated, when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from callerid_analytics import frames
from callerid_analytics.plots import canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_TICKS = 8
_TICK_SIZE = 10.0
_MONTHS_A_YEAR = 12
_PERIODS = {
    # pandas' alias, and after how many periods a tick may stand: at round years, quarters and months
    "month": ("M", (1, 3, 6, 12)),
    "quarter": ("Q", (1, 4, 8)),
    "year": ("Y", (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)),
}


def plot_created(frame: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many caller IDs were created in each year, quarter or month, whichever suits the span.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``date_created``; rows without a date are counted in the title.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ContractError
        The column is missing, or holds something that is no date.
    """
    canvas.require(frame, "plot_created", "date_created")
    return _draw(frame["date_created"], "created", canvas.axes(ax))


def plot_updated(frame: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many caller IDs were last updated in each year, quarter or month; otherwise as `plot_created`.

    One that nobody changed since counts where it was created, as Twilio dates it.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``date_updated``; rows without a date are counted in the title.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ContractError
        The column is missing, or holds something that is no date.
    """
    canvas.require(frame, "plot_updated", "date_updated")
    return _draw(frame["date_updated"], "last updated", canvas.axes(ax))


def _draw(column: pd.Series, verb: str, ax: Axes) -> Axes:
    moments = frames.convert(column, frames.INSTANT).dropna().dt.tz_localize(None)
    undated = len(column) - len(moments)
    note = f" ({undated:,} without a date)" if undated else ""
    if moments.empty:
        return canvas.say(ax, f"Caller IDs {verb}{note}", "No caller IDs to show")
    name = _period(moments)
    canvas.write_title(ax, f"Caller IDs {verb}, by {name}{note}", width=canvas.room(ax)[0])
    periods = moments.dt.to_period(_PERIODS[name][0])
    every = pd.period_range(periods.min(), periods.max())
    # Places are counted, since a wrong date may lie outside what the calendars of NumPy and matplotlib hold.
    # Only those with a row: one wrong date makes thousands of empty ones.
    places, counts = np.unique(periods.array.asi8 - every.asi8[0], return_counts=True)
    ax.bar(places, counts, width=0.9, color=canvas.BLUE)
    ax.set_ylabel("caller IDs")
    canvas.mark_counts(ax.yaxis)
    _mark_periods(ax, every, name)
    return canvas.tidy(ax, grid="y")


def _period(moments: pd.Series) -> str:
    """Return the name of the period that gives a few dozen bars at most."""
    first, last = moments.min(), moments.max()
    months = (last.year - first.year) * _MONTHS_A_YEAR + last.month - first.month
    if months <= 3 * _MONTHS_A_YEAR:
        return "month"
    return "quarter" if months <= 8 * _MONTHS_A_YEAR else "year"


def _mark_periods(ax: Axes, every: pd.PeriodIndex, name: str) -> None:
    """Write a few of the periods under their bars, in figures, which are the same in every language."""
    widest = canvas.length(str(every[-1]) + "  ", _TICK_SIZE)
    most = min(_MOST_TICKS, max(int(canvas.room(ax)[0] / widest), 1))
    steps = _PERIODS[name][1]
    step = next((step for step in steps if len(every) <= step * most), steps[-1])
    numbers = every.asi8 + (1970 if name == "year" else 0)  # pandas numbers periods from the beginning of 1970
    places = [place for place, number in enumerate(numbers) if number % step == 0]
    ax.set_xticks(places, [str(every[place]).replace("Q", " Q") for place in places])
    spare = max(canvas.FEWEST_SLOTS - len(every), 0) / 2
    ax.set_xlim(-0.7 - spare, len(every) - 0.3 + spare)
