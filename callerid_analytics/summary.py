"""The first figures that anyone asks for: how many, where, since when, and what looks wrong."""

from __future__ import annotations

import pandas as pd

from callerid_analytics import filters


def summarize(frame: pd.DataFrame) -> pd.Series:
    """Count what a first look should tell.

    Parameters
    ----------
    frame : pandas.DataFrame
        Caller IDs, as `callerid_analytics.load` returns them.

    Returns
    -------
    pandas.Series
        Of dtype object, one figure per label: counts as int, the first and the last date of creation as
        ``YYYY-MM-DD`` text (missing where no row has one), and the most frequent regions as text.

    Examples
    --------
    >>> from callerid_analytics import frames
    >>> int(summarize(frames.empty())["caller IDs"])
    0
    """
    numbers = frame["phone_number"].dropna()
    created = frame["date_created"].dropna()
    figures = {
        "caller IDs": len(frame),
        "accounts": frame["account_sid"].nunique(),
        "different numbers": numbers.nunique(),
        "regions": frame["region"].nunique(),
        "most frequent regions": _most_frequent(frame["region"]),
        "first verified": f"{created.min():%Y-%m-%d}" if len(created) else None,
        "last verified": f"{created.max():%Y-%m-%d}" if len(created) else None,
        "invalid numbers": len(filters.invalid(frame)),
        "never named": len(filters.never_renamed(frame)),
        "numbers listed more than once": int((numbers.value_counts() > 1).sum()),
    }
    return pd.Series(figures, dtype=object, name="figure")


def as_text(figures: pd.Series) -> str:
    """Return the figures of `summarize` as aligned lines of text."""
    shown = {
        label: "-" if pd.isna(figure) else f"{figure:,}" if isinstance(figure, int) else str(figure)
        for label, figure in figures.items()
    }
    width = max(len(str(label)) for label in shown)
    return "\n".join(f"  {label:<{width}}  {figure}" for label, figure in shown.items())


def _most_frequent(regions: pd.Series, most: int = 5) -> str | None:
    counts = regions.value_counts()
    counts = counts[counts > 0].head(most)
    return ", ".join(f"{region} {count:,}" for region, count in counts.items()) or None
