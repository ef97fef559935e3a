"""All that is known of one caller ID, and where else its number is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from callerid_analytics import numbering
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.cells import as_text

_TAIL_LENGTH = 6
"""Digits at the end by which rows are looked for that may have the same number."""
_MOST_LISTED = 20
_COPIED = {"phone_number": "Number", "sid": "SID"}


def same_number(frame: pd.DataFrame, position: int) -> pd.DataFrame:
    """Return the other rows with the number of the row at this position, however it is written.

    Examples
    --------
    >>> frame = pd.DataFrame({"phone_number": ["+442079460000", "+44 (0)20 7946 0000", "+14155550100", None]})
    >>> same_number(frame, 0).index.tolist(), same_number(frame, 3).index.tolist()
    ([1], [])
    """
    number = frame["phone_number"].iloc[position]
    tail = _tail(number)
    if not tail:
        return frame.iloc[:0]
    digits = frame["phone_number"].str.replace(r"\D", "", regex=True)
    near = np.flatnonzero(digits.str.endswith(tail).eq(True))
    written = frame["phone_number"].iloc[near]
    normal = numbering.normalize(written)
    plain = normal.where(normal.notna(), written).tolist()
    own = plain[near.tolist().index(position)]
    same = [text == own and place != position for place, text in zip(near, plain, strict=True)]
    return frame.iloc[near[same]]


def _tail(number: object) -> str:
    return "".join(filter(str.isdigit, number))[-_TAIL_LENGTH:] if isinstance(number, str) else ""


def details(frame: pd.DataFrame, position: int) -> str:
    """Return as HTML what is known of the row at this position: SID and number to copy, all columns, doubles."""
    row = {str(name): frame[name].iloc[position] for name in frame.columns}
    title = appearance.subtitle(f"Details of {as_text(row['phone_number']) or 'a caller ID without a number'}")
    fields = "".join(appearance.copied(label, as_text(row[name])) for name, label in _COPIED.items())
    about = appearance.table(
        "All columns", ("Column", "Value"), [(name, _with_time(value)) for name, value in row.items()]
    )
    others = same_number(frame, position)
    listed = others[["account_name", "account_sid", "friendly_name", "sid"]].head(_MOST_LISTED)
    shown = [tuple(map(as_text, values)) for values in listed.itertuples(index=False, name=None)]
    return f'<div class="callerids-details">{title}{fields}{about}{_elsewhere(len(others), shown)}</div>'


def _elsewhere(count: int, shown: list[tuple[str, ...]]) -> str:
    if not count:
        return "<p>No other caller ID has this number.</p>"
    caption = f"The same number elsewhere: {count:,}" + (f", the first {len(shown)}" if len(shown) < count else "")
    return appearance.table(caption, ("Account", "Account SID", "Name", "SID"), shown)


def _with_time(value: object) -> str:
    if isinstance(value, pd.Timestamp) and not pd.isna(value):
        return f"{value:%Y-%m-%d %H:%M:%S} UTC" if value.tz is not None else str(value)
    return as_text(value)
