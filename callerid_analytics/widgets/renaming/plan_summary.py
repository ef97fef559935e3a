"""What a plan comes to: how many rows of which accounts would be sent, and what holds the others back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd

from callerid_analytics import plans


@dataclass(frozen=True)
class PlanSummary:
    """The figures of a plan.

    Attributes
    ----------
    rows : int
        How many caller IDs it holds.
    accounts : dict of str to int
        How many of each account would be sent, the largest first; accounts by name, if they have one.
    problems : dict of str to int
        How many rows have each problem; a row may have several.
    """

    rows: int
    accounts: dict[str, int]
    problems: dict[str, int]

    @property
    def sent(self) -> int:
        """How many caller IDs would be sent."""
        return sum(self.accounts.values())

    @property
    def held_back(self) -> int:
        """How many would not, for a problem."""
        return self.rows - self.sent


def summarize(plan: pd.DataFrame, accept: Collection[str], names: Mapping[str, str]) -> PlanSummary:
    """Count what a plan would do.

    Parameters
    ----------
    plan : pandas.DataFrame
        Of renames.
    accept : collection of str
        Problems of `plans.ACCEPTABLE` that do not matter.
    names : mapping of str to str
        From accounts' SIDs to their names, where they have one.

    Examples
    --------
    >>> rows = {"account_sid": ["AC1", "AC1", "AC2"], "problem": [None, "collision", "empty; collision"]}
    >>> summarize(pd.DataFrame(rows), ["collision"], {"AC1": "Sales"})
    PlanSummary(rows=3, accounts={'Sales': 2}, problems={'empty': 1, 'collision': 2})
    """
    accounts = plan.loc[plans.sendable(plan, accept), "account_sid"].value_counts()
    counts = plan["problem"].value_counts()
    problems = {
        problem: int(counts[[problem in text.split("; ") for text in counts.index]].sum())
        for problem in plans.PROBLEMS
    }
    return PlanSummary(
        len(plan),
        {_short_label(str(sid), names): int(count) for sid, count in accounts.items() if count},
        {problem: count for problem, count in problems.items() if count},
    )


def account_label(sid: str, names: Mapping[str, str]) -> str:
    """Return an account's name and SID, or the SID alone."""
    return f"{names[sid]} ({sid})" if names.get(sid) else sid


def _short_label(sid: str, names: Mapping[str, str]) -> str:
    """Return an account's name, with its SID where another account has that name too."""
    is_alone = list(names.values()).count(names.get(sid, "")) == 1
    return names[sid] if is_alone else account_label(sid, names)


def account_names(frame: pd.DataFrame) -> dict[str, str]:
    """Return the names of a frame's accounts, by SID, where the frame tells them."""
    if "account_name" not in frame.columns:
        return {}
    known = frame[["account_sid", "account_name"]].dropna().drop_duplicates("account_sid")
    return dict(zip(known["account_sid"].astype(str), known["account_name"].astype(str), strict=True))
