"""Pictures of a frame of caller IDs: each takes a frame and draws on the Axes it is given, or on new ones.

Bars start at zero, what does not fit is summed up as "other" and not left out, and the two colours differ in
brightness as well as in hue, so that they survive colour-blindness and a grey print (blue and orange of
https://jfly.uni-koeln.de/color/, with a hatch on the second).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from callerid_analytics.errors import ContractError, InvalidParameter
from callerid_analytics.files import StrPath, replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

VALID = "#0072B2"
INVALID = "#E69F00"
_QUIET = "#555555"
_SIZE = (7.0, 4.5)  # inches, of one plot
_FEWEST_SLOTS = 6  # so that one lonely bar does not fill the picture
_MOST_TICKS = 8
_MONTHS_A_YEAR = 12
_PERIODS = {
    # pandas' alias, and after how many periods a tick may stand: at round years, quarters and months
    "month": ("M", (1, 3, 6, 12)),
    "quarter": ("Q", (1, 4, 8)),
    "year": ("Y", (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)),
}


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
    _require(frame, "plot_regions", "region", "is_valid")
    if top < 1:
        raise InvalidParameter(f"plot_regions was given top={top!r}; it draws at least 1 region.")
    ax = _axes(ax, "Caller IDs by region")
    if frame.empty:
        return _say_empty(ax)
    counts = _counts_by_region(frame, top)[::-1]
    ax.barh(counts.index, counts["valid"], color=VALID, label="valid, or no number")
    if counts["invalid"].any():
        hatched: dict[str, Any] = {"color": INVALID, "hatch": "////", "edgecolor": "white", "linewidth": 0}
        ax.barh(counts.index, counts["invalid"], left=counts["valid"], label="cannot exist", **hatched)
        ax.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 0.985), ncols=2, borderaxespad=0)
    totals = counts["valid"] + counts["invalid"]
    for row, total in enumerate(totals):
        ax.annotate(f"{total:,}", (total, row), (4, 0), textcoords="offset points", va="center", color=_QUIET)
    ax.set_ylim(len(counts) - max(len(counts), _FEWEST_SLOTS) - 0.6, len(counts) - 0.4)
    ax.set_xlim(0, totals.max() * 1.18)
    ax.set_xlabel("caller IDs")
    _mark_counts(ax.xaxis)
    return _tidy(ax, grid="x")


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
        The column is missing.
    """
    _require(frame, "plot_created", "date_created")
    created = frame["date_created"].dropna().dt.tz_localize(None)
    undated = len(frame) - len(created)
    note = f" ({undated:,} without a date)" if undated else ""
    if created.empty:
        return _say_empty(_axes(ax, f"Caller IDs created{note}"))
    name = _period(created)
    ax = _axes(ax, f"Caller IDs created, by {name}{note}")
    periods = created.dt.to_period(_PERIODS[name][0])
    every = pd.period_range(periods.min(), periods.max())
    # Places are counted, since a wrong date may lie outside what the calendars of NumPy and matplotlib hold.
    # Only those with a row: one wrong date makes thousands of empty ones.
    counts = periods.value_counts().sort_index()
    ax.bar(every.get_indexer(counts.index), counts.to_numpy(), width=0.9, color=VALID)
    ax.set_ylabel("caller IDs")
    _mark_counts(ax.yaxis)
    _mark_periods(ax, every, name)
    return _tidy(ax, grid="y")


def overview(frame: pd.DataFrame) -> Figure:
    """Draw where the caller IDs are and since when, side by side, under a line of figures.

    Parameters
    ----------
    frame : pandas.DataFrame
        Caller IDs, as `callerid_analytics.load` returns them.

    Returns
    -------
    matplotlib.figure.Figure
        Shown in a notebook as the value of its cell; pyplot has let go of it and does not show it once more.
    """
    from matplotlib import pyplot as plt

    figure = _draw_overview(plt.figure(), frame)
    plt.close(figure)
    return figure


def save_overview(frame: pd.DataFrame, path: StrPath) -> None:
    """Write `overview` as a PNG picture, whole or not at all, without a display or pyplot's global state.

    Raises
    ------
    ExportError
        The file cannot be written.
    """
    from matplotlib.figure import Figure

    figure = _draw_overview(Figure(), frame)
    with replacing(path) as file:
        figure.savefig(file, format="png", dpi=150)


def _draw_overview(figure: Figure, frame: pd.DataFrame) -> Figure:
    _require(frame, "overview", "account_sid")
    figure.set_size_inches(2 * _SIZE[0], _SIZE[1] + 0.6)
    figure.set_layout_engine("constrained", h_pad=0.1, w_pad=0.1)
    left, right = figure.subplots(1, 2)
    plot_regions(frame, ax=left)
    plot_created(frame, ax=right)
    figures = (
        _counted(len(frame), "caller ID"),
        _counted(frame["account_sid"].nunique(), "account"),
        _counted(frame["region"].nunique(), "region"),
    )
    figure.suptitle(" · ".join(figures), fontweight="bold")
    return figure


def _counts_by_region(frame: pd.DataFrame, top: int) -> pd.DataFrame:
    """Count valid and invalid numbers: one row per region, the largest first, the rest and the unknown last."""
    region = frame["region"].astype(object)
    invalid = frame["is_valid"].eq(False).fillna(False).astype(bool)
    counts = pd.crosstab(region.where(region.notna(), "unknown"), invalid).reindex(
        columns=[False, True], fill_value=0
    )
    counts = counts.set_axis(["valid", "invalid"], axis=1)
    order = (
        counts.drop(index="unknown", errors="ignore").sum(axis=1).sort_values(ascending=False, kind="stable").index
    )
    shown = [counts.loc[order[:top]]]
    if len(rest := order[top:]):
        shown.append(counts.loc[rest].sum().to_frame(f"other ({_counted(len(rest), 'region')})").T)
    if "unknown" in counts.index:
        shown.append(counts.loc[["unknown"]])
    return pd.concat(shown)


def _period(created: pd.Series) -> str:
    """Return the name of the period that gives a few dozen bars at most."""
    first, last = created.min(), created.max()
    months = (last.year - first.year) * _MONTHS_A_YEAR + last.month - first.month
    if months <= 3 * _MONTHS_A_YEAR:
        return "month"
    return "quarter" if months <= 8 * _MONTHS_A_YEAR else "year"


def _mark_counts(axis: Axis) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axis.set_major_formatter("{x:,.0f}")


def _mark_periods(ax: Axes, every: pd.PeriodIndex, name: str) -> None:
    """Write a few of the periods under their bars, in figures, which are the same in every language."""
    steps = _PERIODS[name][1]
    step = next((step for step in steps if len(every) <= step * _MOST_TICKS), steps[-1])
    numbers = every.asi8 + (1970 if name == "year" else 0)  # pandas numbers periods from the beginning of 1970
    places = [place for place, number in enumerate(numbers) if number % step == 0]
    ax.set_xticks(places, [str(every[place]).replace("Q", " Q") for place in places])
    spare = max(_FEWEST_SLOTS - len(every), 0) / 2
    ax.set_xlim(-0.7 - spare, len(every) - 0.3 + spare)


def _axes(ax: Axes | None, title: str) -> Axes:
    if ax is None:
        from matplotlib import pyplot as plt

        _, ax = plt.subplots(figsize=_SIZE, layout="constrained")
    ax.set_title(title, loc="left")
    return ax


def _say_empty(ax: Axes) -> Axes:
    ax.set_axis_off()
    ax.text(0.5, 0.5, "No caller IDs to show", ha="center", va="center", color=_QUIET, transform=ax.transAxes)
    return ax


def _tidy(ax: Axes, *, grid: Any) -> Axes:
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(axis=grid, color="#dddddd", linewidth=0.8)
    ax.set_axisbelow(True)
    return ax


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def _require(frame: pd.DataFrame, function: str, *columns: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ContractError(f"{function} needs the column {', '.join(missing)}, which the frame does not have.")
