"""Which accounts share numbers with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from callerid_analytics.plots import bars, canvas
from callerid_analytics.plots.lettering import account_labels
from callerid_analytics.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_duplicates(frame: pd.DataFrame, *, ax: Axes | None = None, top: int = 15) -> Axes:
    """Draw how many numbers of each account stand in another account as well.

    Numbers are the same if they are written the same. One that an account has twice counts once there. Rows
    without an account are left out, and counted in the title: nobody can tell whether theirs is another one.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns ``account_sid`` and ``phone_number``; accounts go by ``account_name`` where it is there.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure by default.
    top : int, default 15
        Accounts with a bar of their own, those with most; the rest share one. At least 1.

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
    canvas.require(frame, "plot_duplicates", "account_sid", "phone_number")
    canvas.require_top(top, "plot_duplicates", "account")
    ax = canvas.axes(ax)
    homeless = int(frame["account_sid"].isna().sum())
    title = "Numbers in several accounts"
    title += f" ({counted(homeless, 'row')} without an account left out)" if homeless else ""
    if frame.empty:
        return canvas.say(ax, title, "No caller IDs to show")
    pairs = frame[["account_sid", "phone_number"]].dropna().drop_duplicates()
    shared = pairs[pairs["phone_number"].duplicated(keep=False)]
    if shared.empty:
        return canvas.say(ax, title, "No number stands in more than one account")
    part = pd.Series("numbers", index=shared.index)
    counts = bars.leave_out(bars.tally(shared["account_sid"], part), top=top, noun="account")
    return bars.draw(ax, counts, {"numbers": bars.PLAIN}, title=title, unit="numbers", names=account_labels(frame))
