"""Several pictures on one page."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from callerid_analytics.files import StrPath, replacing
from callerid_analytics.plots import canvas
from callerid_analytics.plots.dates import plot_created
from callerid_analytics.plots.findings import plot_findings, plot_findings_by_account
from callerid_analytics.plots.lettering import account_names
from callerid_analytics.plots.numbers import plot_regions
from callerid_analytics.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Draw = Callable[["Axes"], "Axes"]
"""Draws a picture on the Axes that it is given, and returns them."""


def overview(frame: pd.DataFrame, *, findings: pd.DataFrame | None = None) -> Figure:
    """Draw where the caller IDs are and since when, side by side, under a line of figures.

    Parameters
    ----------
    frame : pandas.DataFrame
        Caller IDs, as `callerid_analytics.load` returns them.
    findings : pandas.DataFrame, optional
        What an audit of them found: drawn below, by rule and by account.

    Returns
    -------
    matplotlib.figure.Figure
        Shown in a notebook as the value of its cell; pyplot has let go of it and does not show it once more.

    Raises
    ------
    ContractError
        A column is missing.
    """
    from matplotlib import pyplot as plt

    figure = plt.figure()
    plt.close(figure)
    return _draw(figure, frame, findings)


def save_overview(frame: pd.DataFrame, path: StrPath, *, findings: pd.DataFrame | None = None) -> None:
    """Write `overview` as a PNG picture, whole or not at all, without a display or pyplot's global state.

    Raises
    ------
    ContractError
        A column is missing.
    ExportError
        The file cannot be written.
    """
    from matplotlib.figure import Figure

    figure = _draw(Figure(), frame, findings)
    with replacing(path) as file:
        figure.savefig(file, format="png", dpi=150)


def as_svg(draw: Draw) -> str:
    """Draw one picture as SVG to stand in a page of HTML, without a display or pyplot's global state.

    Parameters
    ----------
    draw : callable
        Is given Axes to draw on.

    Returns
    -------
    str
        An element ``<svg>``; its texts are drawn as shapes, so that they look the same everywhere.

    Examples
    --------
    >>> from callerid_analytics import frames, plots
    >>> as_svg(lambda ax: plots.plot_regions(frames.empty(), ax=ax))[:4]
    '<svg'
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=canvas.SIZE, layout="constrained")
    draw(figure.subplots())
    file = io.StringIO()
    figure.savefig(file, format="svg")
    text = file.getvalue()
    return text[text.index("<svg") :]


def _draw(figure: Figure, frame: pd.DataFrame, findings: pd.DataFrame | None) -> Figure:
    canvas.require(frame, "overview", "account_sid", "region")
    rows = 1 if findings is None else 2
    figure.set_size_inches(2 * canvas.SIZE[0], rows * canvas.SIZE[1] + 0.6)
    figure.set_layout_engine("constrained", h_pad=0.1, w_pad=0.1)
    axes = figure.subplots(rows, 2, squeeze=False)
    plot_regions(frame, ax=axes[0, 0])
    plot_created(frame, ax=axes[0, 1])
    figures = [
        counted(len(frame), "caller ID"),
        counted(frame["account_sid"].nunique(), "account"),
        counted(frame["region"].nunique(), "region"),
    ]
    if findings is not None:
        plot_findings(findings, ax=axes[1, 0])
        plot_findings_by_account(with_account_names(findings, frame), ax=axes[1, 1])
        figures.append(counted(len(findings), "finding"))
    figure.suptitle(" · ".join(figures), fontweight="bold")
    return figure


def with_account_names(findings: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the findings with the names that their accounts have in the frame."""
    canvas.require(findings, "overview", "account_sid")
    return findings.assign(account_name=findings["account_sid"].map(account_names(frame)))
