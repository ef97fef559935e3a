"""The same number on several caller IDs, in several accounts or in several ways of writing it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from callerid_analytics import numbering
from callerid_analytics.duplicates import groups
from callerid_analytics.duplicates.same_name import count_distinct


def find_same_number(frame: pd.DataFrame) -> pd.DataFrame:
    """Find rows with the same number, however it is written and whichever account it is in.

    Numbers are compared as `numbering.normalize` writes them: without punctuation and spaces, in ASCII digits,
    with a lost ``+`` or a leading ``00`` put right and a kept trunk zero, as in +44 (0)20, taken out. A text that
    is no number that way is the same only as the very same text.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``phone_number``.

    Returns
    -------
    pandas.DataFrame
        The rows whose number another row has too, sorted by group, with ``group`` (Int32), ``reason`` (text),
        ``score`` (Float64; 1) and ``keep`` (boolean), as `callerid_analytics.duplicates` describes them.

    Raises
    ------
    ContractError
        The column is missing or holds something other than text.

    Examples
    --------
    >>> numbers = ["+44 (0)20 7946 0000", "+14155550100", "+442079460000"]
    >>> frame = pd.DataFrame({"phone_number": numbers, "account_sid": ["AC1", "AC1", "AC2"]})
    >>> find_same_number(frame)[["phone_number", "group", "reason", "keep"]].values.tolist()
    [['+44 (0)20 7946 0000', 1, 'same number in 2 accounts, written in 2 ways', False],
     ['+442079460000', 1, 'same number in 2 accounts, written in 2 ways', True]]
    """
    codes, texts = groups.distinct(frame, "phone_number", "find_same_number")
    written = pd.Series(texts, dtype=object)
    normal = numbering.normalize(written)
    same = pd.factorize(normal.where(normal.notna(), written).to_numpy(dtype=object))[0]
    labels = groups.spread(same.astype(np.int64), codes)
    return groups.collect(frame, labels, _reasons(frame, labels), np.ones(len(frame)))


def _reasons(frame: pd.DataFrame, labels: groups.Codes) -> pd.Series:
    rows = pd.Series(np.bincount(labels + 1)[labels + 1])
    where = rows.astype(str) + " rows"
    if "account_sid" in frame.columns:
        accounts = pd.Series(count_distinct(frame["account_sid"], labels))
        where = where.mask(accounts > 1, accounts.astype(str) + " accounts")
    ways = pd.Series(count_distinct(frame["phone_number"], labels))
    return "same number in " + where + (", written in " + ways.astype(str) + " ways").where(ways > 1, "")
