"""From a label for each row to the table that every search for duplicates returns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from callerid_analytics import frames
from callerid_analytics.errors import ContractError

Codes = npt.NDArray[np.int64]

_E164 = r"\+[1-9][0-9]{1,14}"


class Distinct(NamedTuple):
    """A column as its distinct texts, and for each row the place of its own; -1 where there is none."""

    codes: Codes
    texts: list[str]


def distinct(frame: pd.DataFrame, name: str, function: str) -> Distinct:
    """Return the distinct texts of a column; those of nothing but spaces count as missing.

    Raises
    ------
    ContractError
        The column is missing, or holds something other than text.
    """
    if name not in frame.columns:
        raise ContractError(f"{function} needs the column {name}, which the frame does not have.")
    codes, texts = pd.factorize(frame[name].to_numpy(dtype=object))
    for code, text in enumerate(texts):
        if not isinstance(text, str):
            row = int((codes == code).argmax())
            raise ContractError(
                f"Row {row} (counted from 0) of column {name!r} holds {text!r}, which is not text."
            )
    blank = np.fromiter((not text.strip() for text in texts), dtype=bool, count=len(texts))
    known = codes.astype(np.int64)
    if blank.any():
        known[np.append(blank, False)[known]] = -1
    return Distinct(known, list(texts))


def spread(labels: Codes, codes: Codes) -> Codes:
    """Give each row the label of its distinct text; -1 where it has none."""
    return np.append(labels, -1)[codes]


def collect(
    frame: pd.DataFrame, labels: Codes, reasons: pd.Series, scores: npt.NDArray[np.float64]
) -> pd.DataFrame:
    """Return the rows whose label another row has too, with ``group``, ``reason``, ``score`` and ``keep``.

    Parameters
    ----------
    frame : pandas.DataFrame
        The frame that was searched.
    labels : numpy.ndarray of int64
        A label for each row, -1 for none.
    reasons : pandas.Series
        A text for each row, in the frame's order.
    scores : numpy.ndarray of float64
        A score for each row.
    """
    counts = np.bincount(labels + 1, minlength=1)
    counts[0] = 0
    rows = np.flatnonzero(counts[labels + 1] > 1)
    group = pd.factorize(labels[rows])[0] + 1
    order = np.argsort(group, kind="stable")
    rows, group = rows[order], group[order]
    found = frame.iloc[rows]
    return found.assign(
        group=pd.array(group, dtype="Int32"),
        reason=reasons.iloc[rows].astype(frames.TEXT).array,
        score=pd.array(scores[rows], dtype="Float64"),
        keep=pd.array(_survivors(found, group), dtype="boolean"),
    )


def _survivors(found: pd.DataFrame, group: Codes) -> npt.NDArray[np.bool_]:
    place = np.arange(len(found))
    order = np.lexsort((place, *reversed(_preferences(found)), group))
    first = np.ones(len(found), dtype=bool)
    first[1:] = group[order][1:] != group[order][:-1]
    keep = np.zeros(len(found), dtype=bool)
    keep[order[first]] = True
    return keep


def _preferences(found: pd.DataFrame) -> list[npt.NDArray[np.generic]]:
    """Return what decides between the rows of a group, most important first; what is less is preferred."""
    preferences: list[npt.NDArray[np.generic]] = []
    if "phone_number" in found.columns:
        numbers = found["phone_number"].astype(object)
        e164 = numbers.str.fullmatch(_E164).eq(True)
        valid = found["is_valid"].ne(False).fillna(True) if "is_valid" in found.columns else True
        preferences.append(~(e164 & valid).to_numpy(dtype=bool))
    if "friendly_name" in found.columns:
        names = found["friendly_name"].astype(object)
        preferences.append(~names.str.contains(r"[^\W\d_]", regex=True).eq(True).to_numpy(dtype=bool))
    if "date_created" in found.columns:
        created = pd.to_datetime(found["date_created"], utc=True)
        preferences.append(created.rank(method="dense", na_option="bottom").to_numpy(dtype=float))
    return preferences
