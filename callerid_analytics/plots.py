"""Pictures of a frame of caller IDs: each takes a frame and draws on the Axes it is given, or on new ones.

Bars start at zero, what does not fit is summed up as "other" and not left out, and the two colours differ in
brightness as well as in hue, so that they survive colour-blindness and a grey print (blue and orange of
https://jfly.uni-koeln.de/color/, with a hatch on the second).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from callerid_analytics.errors import ContractError
from callerid_analytics.files import StrPath, replacing

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

VALID = "#0072B2"
INVALID = "#E69F00"
_QUIET = "#555555"
_SIZE = (7.0, 4.5)  # inches, of one plot
_MONTHS_A_YEAR = 12


def plot_regions(frame: pd.DataFrame, *, ax: Axes | None = None, top: int = 15) -> Axes:
    """Draw how many caller IDs each region has, and how many of their numbers cannot exist.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns ``region`` and ``is_valid``.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    top : int, default 15
        Regions with a bar of their own, the largest; the rest share one.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ContractError
        A column is missing.
    """
    _require(frame, "plot_regions", "region", "is_valid")
    ax = _axes(ax, "Caller IDs by region")
    if frame.empty:
        return _say_empty(ax)
    counts = _counts_by_region(frame, top)[::-1]
    ax.barh(counts.index, counts["valid"], color=VALID, label="valid, or no number")
    ax.barh(
        counts.index,
        counts["invalid"],
        left=counts["valid"],
        color=INVALID,
        hatch="////",
        edgecolor="white",
        linewidth=0,
        label="cannot exist",
    )
    totals = counts["valid"] + counts["invalid"]
    for row, total in enumerate(totals):
        ax.annotate(f"{total:,}", (total, row), (4, 0), textcoords="offset points", va="center", color=_QUIET)
    ax.set_xlim(0, totals.max() * 1.15)
    ax.set_xlabel("caller IDs")
    _mark_counts(ax.xaxis)
    ax.legend(frameon=False, loc="lower right")
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
    name, frequency = _frequency(created)
    ax = _axes(ax, f"Caller IDs created, by {name}{note}")
    periods = created.dt.to_period(frequency)
    every = pd.period_range(periods.min(), periods.max(), freq=frequency)
    counts = periods.value_counts().reindex(every, fill_value=0)
    begin, end = every.to_timestamp(), (every + 1).to_timestamp()
    ax.bar(begin.to_numpy(), counts.to_numpy(), width=(end - begin).to_numpy() * 0.9, align="edge", color=VALID)
    ax.set_ylabel("caller IDs")
    _mark_counts(ax.yaxis)
    _mark_dates(ax)
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
    """
    from matplotlib import pyplot as plt

    return _draw_overview(plt.figure(), frame)


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
    accounts, regions = frame["account_sid"].nunique(), frame["region"].nunique()
    figure.suptitle(f"{len(frame):,} caller IDs · {accounts:,} accounts · {regions:,} regions", fontweight="bold")
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
        shown.append(counts.loc[rest].sum().to_frame(f"other ({len(rest)} regions)").T)
    if "unknown" in counts.index:
        shown.append(counts.loc[["unknown"]])
    return pd.concat(shown)


def _frequency(created: pd.Series) -> tuple[str, str]:
    """Return the name and pandas' alias of the period that gives a few dozen bars at most."""
    months = (created.max().to_period("M") - created.min().to_period("M")).n
    if months <= 3 * _MONTHS_A_YEAR:
        return "month", "M"
    return ("quarter", "Q") if months <= 8 * _MONTHS_A_YEAR else ("year", "Y")


def _mark_counts(axis: Axis) -> None:
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    axis.set_major_formatter("{x:,.0f}")


def _mark_dates(ax: Axes) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=2, maxticks=10)  # type: ignore[no-untyped-call] # matplotlib.dates has no types
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call] # as above


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


def _require(frame: pd.DataFrame, function: str, *columns: str) -> None:
    missing = [column for column in columns if column not in frame.columns]
    if missing:
        raise ContractError(f"{function} needs the column {', '.join(missing)}, which the frame does not have.")
