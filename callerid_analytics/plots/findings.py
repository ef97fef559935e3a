"""What an audit found: by rule, and by account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from callerid_analytics.errors import ContractError
from callerid_analytics.plots import bars, canvas
from callerid_analytics.plots.lettering import account_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# The graver, the darker: an order that is seen in grey and with any colour-blindness.
SEVERITIES = {"high": "#6B0F2A", "medium": "#C8432B", "low": "#E08E33", "info": "#CBD6DE"}
_UNKNOWN = "#FFFFFF"


def plot_findings(findings: pd.DataFrame, *, ax: Axes | None = None, top: int = 20) -> Axes:
    """Draw how many findings each rule of an audit has, the gravest rules first.

    Parameters
    ----------
    findings : pandas.DataFrame
        With the columns ``rule`` and ``severity``, as an audit returns them.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    top : int, default 20
        Rules with a bar of their own; the rest share one. At least 1.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ContractError
        A column is missing, or there is a severity that is none of high, medium, low and info.
    InvalidParameter
        `top` is less than 1.
    """
    canvas.require(findings, "plot_findings", "rule", "severity")
    canvas.require_top(top, "plot_findings", "rule")
    return _draw(findings, "rule", canvas.axes(ax), top=top)


def plot_findings_by_account(findings: pd.DataFrame, *, ax: Axes | None = None, top: int = 15) -> Axes:
    """Draw how many findings of an audit each account has, and how grave they are.

    Parameters
    ----------
    findings : pandas.DataFrame
        With the columns ``account_sid`` and ``severity``; accounts go by ``account_name`` where it is there.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    top : int, default 15
        Accounts with a bar of their own, those with most findings; the rest share one. At least 1.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ContractError
        A column is missing, or there is a severity that is none of high, medium, low and info.
    InvalidParameter
        `top` is less than 1.
    """
    canvas.require(findings, "plot_findings_by_account", "account_sid", "severity")
    canvas.require_top(top, "plot_findings_by_account", "account")
    return _draw(findings, "account_sid", canvas.axes(ax), top=top)


def _draw(findings: pd.DataFrame, column: str, ax: Axes, *, top: int) -> Axes:
    noun = "rule" if column == "rule" else "account"
    title = f"Findings by {noun}"
    if findings.empty:
        return canvas.say(ax, title, "No findings to show")
    counts = bars.tally(findings[column], findings["severity"].astype(object))
    if strange := set(counts.columns) - {*SEVERITIES, bars.UNKNOWN}:
        raise ContractError(
            f"The findings have the severity {min(map(str, strange))!r}; it must be {', '.join(SEVERITIES)}."
        )
    counts = counts.reindex(columns=[*SEVERITIES, bars.UNKNOWN], fill_value=0)
    if column == "rule":
        gravest = counts.gt(0).to_numpy().argmax(axis=1)
        counts = counts.iloc[gravest.argsort(kind="stable")]
    paints: dict[str, bars.Paint] = {severity: bars.outlined(colour) for severity, colour in SEVERITIES.items()}
    paints[bars.UNKNOWN] = bars.outlined(_UNKNOWN)
    names = None if column == "rule" else account_labels(findings)
    shown = bars.leave_out(counts, top=top, noun=noun)
    return bars.draw(ax, shown, paints, title=title, unit="findings", names=names)
