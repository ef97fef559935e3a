"""Horizontal bars: counting rows into them, choosing which have one of their own, and drawing them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from callerid_analytics.plots import canvas, lettering
from callerid_analytics.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Paint = Mapping[str, Any]
"""Matplotlib's arguments for the patches of one part of the bars."""

UNKNOWN = "unknown"
PLAIN: Paint = {"color": canvas.BLUE}
STRIKING: Paint = {"color": "#E69F00", "hatch": "////", "edgecolor": "white", "linewidth": 0}
FAINT: Paint = {"color": "#D5D5D5"}
_LABEL_SHARE = 0.5  # of the width, for the names beside the bars
_LEGEND_SIZE = 8.5
_LEGEND_HANDLE = 24.0  # points of a legend's entry that are not its text
_LEGEND_LINE = 15.0
_SLOT_SHARE = 0.68  # of a bar's share of the height, for its name; title and legend take some of it
_WHOLE = 1.2  # times the width of Axes is about that of their part of the figure


def outlined(colour: str) -> Paint:
    """Return how a bar is drawn whose colour may be too pale, or too like its neighbour's, without an edge."""
    return {"color": colour, "edgecolor": canvas.QUIET, "linewidth": 0.5}


def tally(rows: pd.Series, parts: pd.Series, *, columns: list[Any] | None = None) -> pd.DataFrame:
    """Count rows by one column, and across by another one; what is missing counts as "unknown".

    Parameters
    ----------
    rows, parts : pandas.Series
        Of the same length; their indexes do not matter.
    columns : list, optional
        The columns of the result, in order; by default the different values of `parts`.

    Returns
    -------
    pandas.DataFrame
        Of int, one row per value of `rows`, the largest first, equally large ones in the order of the alphabet.

    Examples
    --------
    >>> tally(pd.Series(["GB", None, "GB"]), pd.Series([True, True, False]), columns=[True, False])
             True   False
    GB           1      1
    unknown      1      0
    """
    (row, labels), (part, names) = _codes(rows), _codes(parts)
    flat = np.bincount(row * len(names) + part, minlength=len(labels) * len(names))
    counts = pd.DataFrame(flat.reshape(len(labels), len(names)), index=labels, columns=names)
    counts = counts.reindex(columns=columns or names, fill_value=0).sort_index()
    return counts.loc[counts.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def leave_out(counts: pd.DataFrame, *, top: int, noun: str) -> pd.DataFrame:
    """Keep the first `top` rows; the rest are summed up in one row, and the unknown come last."""
    order = counts.drop(index=UNKNOWN, errors="ignore")
    shown = [order.iloc[:top]]
    if rest := max(len(order) - top, 0):
        shown.append(order.iloc[top:].sum().to_frame(f"other ({counted(rest, noun)})").T)
    if UNKNOWN in counts.index:
        shown.append(counts.loc[[UNKNOWN]])
    return pd.concat(shown)


def draw(
    ax: Axes,
    counts: pd.DataFrame,
    paints: Mapping[str, Paint],
    *,
    title: str,
    unit: str = "caller IDs",
    names: Mapping[str, str] | None = None,
) -> Axes:
    """Draw a bar per row, from the top down, made of the columns, which have the paints' names and order.

    A legend says what they are, unless all that is drawn is `PLAIN`. `names` replaces labels of the index.
    """
    upward = counts[::-1]
    width = _write_labels(ax, [(names or {}).get(label, label) for label in upward.index])
    left = np.zeros(len(upward))
    drawn = [part for part in paints if counts[part].any()]
    for part in drawn:
        ax.barh(np.arange(len(upward)), upward[part], left=left.copy(), label=part, **paints[part])
        left += upward[part].to_numpy()
    _write_totals(ax, left, width)
    needs_legend = any(paints[part] is not PLAIN for part in drawn)
    above = _write_legend(ax, drawn, width) if needs_legend else 0
    canvas.write_title(ax, title, width=width, above=above)
    ax.set_xlabel(unit)
    return canvas.tidy(ax, grid="x")


def _codes(values: pd.Series) -> tuple[np.ndarray[Any, np.dtype[np.intp]], list[Any]]:
    """Return a number for each row, and what each number stands for."""
    codes, labels = pd.factorize(values)
    known = list(labels)
    if (codes < 0).any():
        if UNKNOWN not in known:
            known.append(UNKNOWN)
        codes = np.where(codes < 0, known.index(UNKNOWN), codes)
    return codes, known


def _write_labels(ax: Axes, labels: list[str]) -> float:
    """Write the names beside their places, and return how many points wide the bars may be at the most."""
    width, height = canvas.room(ax)
    slots = max(len(labels), canvas.FEWEST_SLOTS)
    ax.set_ylim(len(labels) - slots - 0.6, len(labels) - 0.4)
    size = min(float(ax.yaxis.label.get_fontsize()), _SLOT_SHARE * height / slots)
    most = max(int(_LABEL_SHARE * width / canvas.length("n", size)), lettering.SHORTEST)
    shown = [lettering.drawable(lettering.shorten(label, most)) for label in labels]
    ax.set_yticks(np.arange(len(labels)), labels=shown, size=size)
    for text in ax.get_yticklabels():
        lettering.choose_fonts(text)
    longest = max(canvas.length(label, size) for label in shown)
    return max(min(width, _WHOLE * width - longest), 0.3 * width)


def _write_totals(ax: Axes, totals: np.ndarray[Any, np.dtype[np.float64]], width: float) -> None:
    """Write each bar's count at its end, and leave room for that and for the figures below."""
    size = min(float(text.get_fontsize()) for text in ax.get_yticklabels())
    for row, total in enumerate(totals):
        place = (total, row)
        ax.annotate(
            f"{total:,.0f}", place, (4, 0), textcoords="offset points", va="center", color=canvas.QUIET, size=size
        )
    figure = canvas.length(f"{totals.max():,.0f}", size) + 8
    ax.set_xlim(0, max(totals.max(), 1) / (1 - min(figure / width, 0.6)))
    canvas.mark_counts(ax.xaxis, most=int(width / (1.4 * figure)))


def _write_legend(ax: Axes, names: list[str], width: float) -> float:
    """Write above the bars what the colours mean; return how many points high that is."""
    widest = max(canvas.length(name, _LEGEND_SIZE) for name in names) + _LEGEND_HANDLE
    fits = widest * len(names) <= width  # if not, it may reach over the names of the bars
    columns = len(names) if fits else int(_WHOLE * canvas.room(ax)[0] / widest)
    columns = min(max(columns, 1), len(names))
    ax.legend(
        frameon=False,
        loc="lower left" if fits else "lower right",
        bbox_to_anchor=(0 if fits else 1, 1),
        ncols=columns,
        borderaxespad=0.1,
        borderpad=0.2,
        handlelength=1.2,
        columnspacing=0.9,
        fontsize=_LEGEND_SIZE,
    )
    return _LEGEND_LINE * -(-len(names) // columns)
