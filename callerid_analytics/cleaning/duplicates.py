"""Numbering names that an account has more than once."""

from __future__ import annotations

from typing import ClassVar

import pandas as pd

from callerid_analytics import frames
from callerid_analytics.cleaning.lengths import cut_to
from callerid_analytics.cleaning.rules import Rule
from callerid_analytics.parameters import LONGEST_NAME

Name = tuple[int, str]
"""An account, by number, and a name in it."""


class NumberDuplicates(Rule, frozen=True, kw_only=True, tag="number-duplicates"):
    """Number the names that an account has more than once: “Sales”, “Sales (2)”, “Sales (3)”.

    The oldest row, by ``date_created`` and then ``sid``, keeps the name. A number is left out if that would make
    another duplicate. A name that would become too long is cut before its number. Missing and blank
    names stay as they are, and so do those of rows without an account. The frame needs ``account_sid``,
    ``date_created`` and ``sid``.

    Examples
    --------
    >>> frame = pd.DataFrame(
    ...     {
    ...         "sid": ["PN2", "PN1", "PN3"],
    ...         "account_sid": "AC1",
    ...         "date_created": pd.to_datetime(["2015-01-01", "2015-01-01", "2014-01-01"], utc=True),
    ...         "friendly_name": ["Sales", "Sales", "Sales (2)"],
    ...     }
    ... )
    >>> NumberDuplicates().apply(frame["friendly_name"], frame).tolist()
    ['Sales (3)', 'Sales', 'Sales (2)']
    """

    reason: ClassVar[str] = "Two numbers of one account with the same name cannot be told apart."

    def _renamed(self, names: pd.Series, frame: pd.DataFrame) -> pd.Series:
        account = pd.Series(pd.factorize(self._column(frame, "account_sid"))[0])
        rows = pd.DataFrame({"account": account, "name": names})
        numbered = rows["account"].ne(-1) & names.notna() & names.str.strip().ne("").fillna(False).astype(bool)
        order = pd.DataFrame({name: self._column(frame, name) for name in ("date_created", "sid")})
        rows = rows[numbered].loc[order[numbered].sort_values(["date_created", "sid"], kind="stable").index]
        later = rows.duplicated()
        taken: set[Name] = set(zip(rows["account"], rows["name"], strict=True))
        renamed = names.astype(object)
        renamed.loc[rows.index[later]] = _free_names(rows[later], taken)
        return renamed.astype(frames.TEXT)


def _free_names(rows: pd.DataFrame, taken: set[Name]) -> list[str]:
    following: dict[Name, int] = {}
    free = []
    for key in zip(rows["account"], rows["name"], strict=True):
        account, name = key
        number = following.get(key, 2)
        while (account, candidate := _numbered(name, number)) in taken:
            number += 1
        following[key] = number + 1
        taken.add((account, candidate))
        free.append(candidate)
    return free


def _numbered(name: str, number: int) -> str:
    suffix = f" ({number})"
    if len(name) + len(suffix) > LONGEST_NAME:
        name = cut_to(name, LONGEST_NAME - len(suffix)).rstrip()
    return name + suffix
