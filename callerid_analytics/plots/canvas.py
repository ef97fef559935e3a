"""What every picture shares: its Axes, its title, how its counts are written, and how much room there is."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any
from unicodedata import east_asian_width

import pandas as pd

from callerid_analytics.errors import ContractError, InvalidParameter

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.text import Text

BLUE = "#0072B2"
QUIET = "#555555"
SIZE = (7.0, 4.5)  # inches, of one plot
FEWEST_SLOTS = 6  # so that one lonely bar does not fill the picture
_POINTS_PER_INCH = 72
_GLYPH = 0.58  # mean width of a glyph of DejaVu Sans, in font sizes
_TITLE_GAP = 6
_TITLE_SHARE = 1.12  # of the width of the Axes: up to the edge of a figure that nothing lays out
_MOST_TICKS = 6


def require(frame: pd.DataFrame, function: str, *columns: str) -> None:
    """Raise a ContractError that names the columns which the frame does not have."""
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ContractError(f"{function} needs the column {', '.join(missing)}, which the frame does not have.")


def require_top(top: int, function: str, noun: str) -> None:
    """Raise an InvalidParameter unless `top` is a number of bars."""
    if top < 1:
        raise InvalidParameter(f"{function} was given top={top!r}; it draws at least 1 {noun}.")


def axes(ax: Axes | None) -> Axes:
    """Return the Axes, or those of a new figure of pyplot's."""
    if ax is None:
        from matplotlib import pyplot as plt

        _, ax = plt.subplots(figsize=SIZE, layout="constrained")
    return ax


def say(ax: Axes, title: str, message: str) -> Axes:
    """Write one sentence where there is nothing to draw."""
    ax.set_axis_off()
    write_title(ax, title, width=room(ax)[0])
    text = ax.text(0.5, 0.5, message, ha="center", va="center", color=QUIET, transform=ax.transAxes)
    _wrap(text, room(ax)[0])
    return ax


def tidy(ax: Axes, *, grid: Any) -> Axes:
    """Take away what says nothing, and draw the lines of one axis' grid behind the bars."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis=grid, color="#dddddd", linewidth=0.8)
    ax.set_axisbelow(True)
    return ax


def write_title(ax: Axes, title: str, *, width: float, above: float = 0) -> None:
    """Write the title at the left, in as many lines as fit into `width`, `above` so many points."""
    _wrap(ax.set_title(title, loc="left", pad=_TITLE_GAP + above), _TITLE_SHARE * width)


def mark_counts(axis: Axis, *, most: int = _MOST_TICKS) -> None:
    """Mark whole numbers only, with thousands separators, at no more than `most` places and zero."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=min(max(most, 1), _MOST_TICKS), integer=True, min_n_ticks=1))
    axis.set_major_formatter("{x:,.0f}")


def room(ax: Axes) -> tuple[float, float]:
    """Return width and height of the Axes in points, as they are before a layout makes them fit."""
    scale = _POINTS_PER_INCH / ax.figure.dpi
    return ax.bbox.width * scale, ax.bbox.height * scale


def length(text: str, size: float) -> float:
    """Return about how many points wide a line of text is; wide East Asian characters count twice."""
    return size * _GLYPH * sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def _wrap(text: Text, width: float) -> None:
    most = max(int(width / length("n", float(text.get_fontsize()))), 1)
    text.set_text(textwrap.fill(text.get_text(), most, break_long_words=False))
