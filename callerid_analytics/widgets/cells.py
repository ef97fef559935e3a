"""What stands in the cells of a table, and how wide a column of them is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from callerid_analytics.widgets import appearance

_NARROWEST, _NARROW, _WIDEST = 2.5, 10, 16  # em, as are those below
_LETTER, _DIGIT = 0.53, 0.63
_PADDING = 1.3


def plain_cells(page: pd.DataFrame) -> pd.DataFrame:
    """Return a page as text: dates as ``2015-01-31``, truth as yes and no, and nothing for what is missing.

    Examples
    --------
    >>> page = pd.DataFrame({"name": ["Desk", None], "is_valid": pd.array([True, None], dtype="boolean")})
    >>> plain_cells(page).values.tolist()
    [['Desk', 'yes'], ['', '']]
    """
    return pd.DataFrame(
        {name: [as_text(value) for value in values] for name, values in page.items()}, dtype=object
    )


def caller_id_cells(page: pd.DataFrame) -> pd.DataFrame:
    """Return caller IDs as text; instead of its type, a number that cannot exist has that said of it.

    Examples
    --------
    >>> page = pd.DataFrame({"number_type": ["toll_free", "unknown"], "is_valid": [True, False]})
    >>> caller_id_cells(page)["number_type"].tolist()
    ['toll free', 'cannot exist']
    """
    texts = plain_cells(page)
    kinds = texts["number_type"].str.replace("_", " ")
    cannot_exist = page["is_valid"].eq(False).fillna(False).to_numpy(dtype=bool)
    return texts.assign(number_type=kinds.mask(cannot_exist, "cannot exist"))


def as_text(value: Any) -> str:
    """Return one value as `plain_cells` shows it."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return ""
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def width(texts: pd.Series, title: str, *, html: bool) -> float:
    """Return how wide a column should be, in em: nine of ten texts fit into a line, and all short ones."""
    read = [appearance.text_of(text) if html else text for text in map(str, texts)]
    widths = [_LETTER * len(text) + (_DIGIT - _LETTER) * sum(map(str.isdigit, text)) for text in read]
    most = max(widths, default=0) if max(widths, default=0) <= _NARROW else np.quantile(widths, 0.9)
    widest = max(most, _DIGIT * len(title))
    return float(np.clip(widest, _NARROWEST, _WIDEST)) + _PADDING
