"""Where the numbers are and what kinds of numbers they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from callerid_analytics.plots import bars, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PAINTS: dict[str, bars.Paint] = {"valid, or no number": bars.PLAIN, "cannot exist": bars.STRIKING}


def plot_regions(frame: pd.DataFrame, *, ax: Axes | None = None, top: int = 15) -> Axes:
    """Draw how many caller IDs each region has, and how many of their numbers cannot exist.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns ``region`` and ``is_valid``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    top : int, default 15
        Regions with a bar of their own, the largest; the rest share one. At least 1.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ContractError
        A column is missing.
    InvalidParameter
        `top` is less than 1.
    """
    canvas.require(frame, "plot_regions", "region", "is_valid")
    canvas.require_top(top, "plot_regions", "region")
    return _draw(frame, "region", canvas.axes(ax), top=top)


def plot_number_types(frame: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many caller IDs are mobile, fixed line, toll free and so on, and how many cannot exist.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns ``number_type`` and ``is_valid``. The unknown are numbers that cannot exist, whose type
        libphonenumber does not know, and missing and unreadable ones.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ContractError
        A column is missing.
    """
    canvas.require(frame, "plot_number_types", "number_type", "is_valid")
    return _draw(frame, "number_type", canvas.axes(ax), top=len(frame))


def _draw(frame: pd.DataFrame, column: str, ax: Axes, *, top: int) -> Axes:
    noun = column.replace("_", " ")
    title = f"Caller IDs by {noun}"
    if frame.empty:
        return canvas.say(ax, title, "No caller IDs to show")
    valid, invalid = _PAINTS
    cannot_exist = frame["is_valid"].eq(False).fillna(False).to_numpy(dtype=bool)
    parts = pd.Series(np.where(cannot_exist, invalid, valid), dtype=object)
    counts = bars.leave_out(bars.tally(frame[column], parts, columns=[valid, invalid]), top=top, noun=noun)
    return bars.draw(ax, counts.rename(index=lambda label: label.replace("_", " ")), _PAINTS, title=title)
