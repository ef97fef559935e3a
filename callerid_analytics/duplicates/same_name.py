"""The same name on several caller IDs, letter for letter."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from callerid_analytics.duplicates import groups


def find_same_name(frame: pd.DataFrame) -> pd.DataFrame:
    """Find rows with exactly the same name, as typed: capitals and spaces count.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``friendly_name``.

    Returns
    -------
    pandas.DataFrame
        The rows whose name another row has too, sorted by group, with ``group`` (Int32), ``reason`` (text),
        ``score`` (Float64; 1) and ``keep`` (boolean), as `callerid_analytics.duplicates` describes them. The
        reason counts the rows, and the numbers and accounts where the frame tells them.

    Raises
    ------
    ContractError
        The column is missing or holds something other than text.

    Examples
    --------
    >>> names = ["Front desk", "Sales", "Front desk"]
    >>> frame = pd.DataFrame({"friendly_name": names, "account_sid": ["AC1", "AC1", "AC2"]})
    >>> find_same_name(frame)[["friendly_name", "group", "reason", "keep"]].values.tolist()
    [['Front desk', 1, 'same name in 2 rows, 2 accounts', True],
     ['Front desk', 1, 'same name in 2 rows, 2 accounts', False]]
    """
    codes = groups.distinct(frame, "friendly_name", "find_same_name").codes
    return groups.collect(frame, codes, "same name in " + extent(frame, codes), np.ones(len(frame)))


def extent(frame: pd.DataFrame, labels: groups.Codes) -> pd.Series:
    """Say for each row how many rows, numbers and accounts its group has."""
    text = _counted(np.bincount(labels + 1)[labels + 1], "row")
    for column, noun in (("phone_number", "number"), ("account_sid", "account")):
        if column in frame.columns:
            text = text + ", " + _counted(count_distinct(frame[column], labels), noun)
    return text


def count_distinct(values: pd.Series, labels: groups.Codes) -> npt.NDArray[np.int64]:
    """Return for each row how many different values, missing ones aside, its group has."""
    codes = pd.factorize(values.to_numpy(dtype=object))[0]
    pairs = pd.DataFrame({"label": labels, "code": codes})
    counts = pairs[codes >= 0].drop_duplicates().groupby("label").size()
    return np.asarray(pairs["label"].map(counts).fillna(0), dtype=np.int64)


def _counted(counts: npt.NDArray[np.int64], noun: str) -> pd.Series:
    numbers = pd.Series(counts)
    return numbers.astype(str) + np.where(counts == 1, f" {noun}", f" {noun}s")
