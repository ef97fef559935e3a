"""What changed between two snapshots, account by account."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from callerid_analytics.plots import bars, canvas
from callerid_analytics.plots.lettering import account_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# From dark to light, so that neighbours differ in grey and with any colour-blindness.
COLOURS = {
    "removed": "#251440",
    "moved": "#6A2A66",
    "added": "#1269AB",
    "re-verified": "#3E9A7C",
    "renamed": "#EBB03A",
    "other changes": "#F4EBC0",
}


def plot_changes(diff: pd.DataFrame, *, ax: Axes | None = None, top: int = 15) -> Axes:
    """Draw how many changes of which kind each account has between two snapshots.

    The legend says how many there are of each kind in all. Rare kinds, and several kinds in one (such as
    ``moved, renamed``), are "other changes", so that the usual ones have the same colours in every picture.

    Parameters
    ----------
    diff : pandas.DataFrame
        One row per change, with the columns ``change`` and ``account_sid``; accounts go by ``account_name`` where
        it is there.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    top : int, default 15
        Accounts with a bar of their own, those with most changes; the rest share one. At least 1.

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
    canvas.require(diff, "plot_changes", "change", "account_sid")
    canvas.require_top(top, "plot_changes", "account")
    ax = canvas.axes(ax)
    if diff.empty:
        return canvas.say(ax, "Changes by account", "No changes to show")
    kinds = diff["change"].astype(object)
    kinds = kinds.where(kinds.isin(list(COLOURS)), "other changes")
    counts = bars.tally(diff["account_sid"], kinds, columns=list(COLOURS))
    labels = {kind: f"{kind} ({counts[kind].sum():,})" for kind in COLOURS}
    paints = {labels[kind]: bars.outlined(colour) for kind, colour in COLOURS.items()}
    shown = bars.leave_out(counts.rename(columns=labels), top=top, noun="account")
    return bars.draw(ax, shown, paints, title="Changes by account", unit="changes", names=account_labels(diff))
