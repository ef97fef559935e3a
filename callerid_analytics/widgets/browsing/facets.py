"""Facets: how many caller IDs of each country, type, account, year and validity there are among those left.

The choices in one facet are alternatives; those in several must all hold. The counts of a facet are of the rows
that the search and all other facets leave, so that they say what choosing a value would give, as in OpenRefine
(https://openrefine.org/docs/manual/facets).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Value = str | int | bool | None
"""One of a facet's values; None stands for what is missing."""
Choices = Mapping[str, Collection[Value]]
"""The values that are chosen, by facet."""
Counts = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Facet:
    """One way to tell rows apart.

    Attributes
    ----------
    name, title : str
        What choices go by, and what people call it.
    values : tuple
        In the order in which they are shown.
    labels : tuple of str
        What each value is called.
    codes : numpy.ndarray of intp
        Each row's place in `values`.
    """

    name: str
    title: str
    values: tuple[Value, ...]
    labels: tuple[str, ...]
    codes: Counts

    def holds(self, chosen: Collection[Value]) -> Mask:
        """Say of each row whether it has one of the chosen values; all have, if none of the values is chosen."""
        is_chosen = np.array([value in chosen for value in self.values], dtype=bool)
        return is_chosen[self.codes] if is_chosen.any() else np.ones(len(self.codes), dtype=bool)

    def count(self, rows: Mask) -> Counts:
        """Return how many of these rows have each value."""
        return np.bincount(self.codes[rows], minlength=len(self.values))


def facets_of(frame: pd.DataFrame) -> tuple[Facet, ...]:
    """Return the facets of a frame of caller IDs.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the contract's columns.

    Returns
    -------
    tuple of Facet
        Of countries, types, accounts, the years in which they were created, and validity: the most frequent value
        first, but the latest year. Accounts go by name, and by their SID as well where two have one name.

    Examples
    --------
    >>> from callerid_analytics import frames
    >>> country, *_ = facets_of(frames.empty())
    >>> country.title, country.values
    ('Country', ())
    """
    names = _account_labels(frame)
    years = frame["date_created"].dt.year
    return (
        _facet("region", "Country", frame["region"], missing="unknown"),
        _facet(
            "number_type", "Type", frame["number_type"], lambda kind: kind.replace("_", " "), missing="unknown"
        ),
        _facet(
            "account_sid", "Account", frame["account_sid"], lambda sid: names.get(sid, str(sid)), missing="none"
        ),
        _facet("year", "Created", years, lambda year: str(int(year)), missing="no date", latest_first=True),
        _facet(
            "is_valid",
            "Validity",
            frame["is_valid"],
            lambda is_valid: "valid" if is_valid else "cannot exist",
            missing="no number",
        ),
    )


def narrow(facets: Collection[Facet], chosen: Choices, found: Mask) -> tuple[Mask, dict[str, Counts]]:
    """Narrow what a search has found by the choices in all facets.

    Parameters
    ----------
    facets : collection of Facet
        Of one frame.
    chosen : mapping of str to collection
        The chosen values of some facets.
    found : numpy.ndarray of bool
        Which rows the search has found.

    Returns
    -------
    rows : numpy.ndarray of bool
        Which rows are left.
    counts : dict of str to numpy.ndarray of intp
        For each facet, how many of the rows that all else leaves have each value.
    """
    holds = {facet.name: facet.holds(chosen.get(facet.name, ())) for facet in facets}
    lacking = sum((~mask).astype(np.int8) for mask in holds.values()) + np.zeros(len(found), dtype=np.int8)
    counts = {
        facet.name: facet.count(found & (lacking == (~holds[facet.name]).astype(np.int8))) for facet in facets
    }
    return found & (lacking == 0), counts


def _facet(
    name: str,
    title: str,
    column: pd.Series,
    label: Callable[..., str] = str,
    *,
    missing: str,
    latest_first: bool = False,
) -> Facet:
    codes, distinct = pd.factorize(column)
    values: list[Value] = [*pd.Index(distinct).tolist(), *([None] if (codes < 0).any() else [])]
    codes = np.where(codes < 0, len(distinct), codes).astype(np.intp)
    rank = np.bincount(codes, minlength=len(values)).tolist()
    if latest_first:
        rank = [-1 if value is None else int(value) for value in values]
    order = sorted(range(len(values)), key=lambda place: -rank[place])
    place_of = np.empty(len(values), dtype=np.intp)
    place_of[order] = np.arange(len(values))
    shown = tuple(values[place] for place in order)
    return Facet(name, title, shown, tuple(missing if v is None else label(v) for v in shown), place_of[codes])


def _account_labels(frame: pd.DataFrame) -> dict[object, str]:
    """Return what each account is called: its name, with its SID where another has the same, or else its SID."""
    accounts = frame[["account_sid", "account_name"]].dropna().drop_duplicates("account_sid")
    is_shared = accounts["account_name"].duplicated(keep=False)
    rows = zip(accounts["account_sid"], accounts["account_name"], is_shared, strict=True)
    return {sid: f"{name} ({sid})" if shared else str(name) for sid, name, shared in rows}
