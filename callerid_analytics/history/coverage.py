"""What a load report vouches for: whether a caller ID that is not among the rows is not there at all.

Without that, an account that answered with an error would look like one whose caller IDs were all deleted.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

_READ = "read"


class DiffWarning(UserWarning):
    """The difference of two frames leaves out, or may misjudge, some of their rows."""


@dataclass(frozen=True)
class Coverage:
    """What was read, as a load report tells it.

    Attributes
    ----------
    complete : bool or None
        Whether the rows are all the rows of the accounts that were asked for; None where no report tells.
    read, not_read : frozenset of str
        SIDs of the accounts that were read to the end, and of those that were asked for and were not.
    filters : dict
        What the rows were filtered by when they were loaded.
    """

    complete: bool | None = None
    read: frozenset[str] = frozenset()
    not_read: frozenset[str] = frozenset()
    filters: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, report: Mapping[str, Any] | None) -> Coverage:
        """Return what a load report vouches for."""
        if not report:
            return cls()
        filters = dict(report.get("filters") or {})
        statuses = {sid: account["status"] for sid, account in report.get("accounts", {}).items()}
        return cls(
            complete=bool(report["complete"]) and not filters,
            read=frozenset(sid for sid, status in statuses.items() if status == _READ),
            not_read=frozenset(sid for sid, status in statuses.items() if status != _READ),
            filters=filters,
        )

    def may_have_missed(self, rows: pd.DataFrame, other: Coverage) -> pd.Series:
        """Say which rows of the other side could be here as well, without having been loaded."""
        if self.filters and self.filters != other.filters:
            return pd.Series(data=True, index=rows.index)
        return rows["account_sid"].isin(list(self.not_read))

    def does_not_mention(self, rows: pd.DataFrame) -> pd.Series:
        """Say which rows of the other side are in accounts that nobody asked for here, or that were not listed."""
        asked_for = self.read | self.not_read
        return rows["account_sid"].notna() & ~rows["account_sid"].isin(list(asked_for)) & bool(asked_for)


def warn_of_gaps(whose: str, coverage: Coverage, other: Coverage, *, aside: pd.DataFrame) -> None:
    """Warn that one side lacks rows, and say how many of the other side's are set aside for that."""
    gaps = []
    if coverage.not_read:
        gaps.append(f"account {_listed(coverage.not_read)} was not read")
    if coverage.filters and coverage.filters != other.filters:
        gaps.append("only rows with " + ", ".join(f"{name} {it!r}" for name, it in coverage.filters.items()))
    if (unmentioned := coverage.does_not_mention(aside)).any():
        gaps.append(f"account {_listed(set(aside['account_sid'][unmentioned]))} was not asked for, or not listed")
    if coverage.complete is False and not coverage.filters and not gaps:
        gaps.append("their load report says so")
    if gaps and (len(aside) or not coverage.complete):
        others, change = ("new", "added") if whose == "old" else ("old", "removed")
        warnings.warn(
            f"The {whose} rows are not all the rows: {'; '.join(gaps)}. Of the {others} rows, "
            f"{len(aside):,} may have been there too and are not told as {change}.",
            DiffWarning,
            stacklevel=3,
        )


def warn_of_new_accounts(came: pd.DataFrame, old: Coverage) -> None:
    """Warn of rows that are told as added with an account that is new, or that nobody asked for before."""
    accounts = set(came["account_sid"][old.does_not_mention(came)])
    if accounts:
        warnings.warn(
            f"The load of the old rows did not ask for account {_listed(accounts)}, or it was not there yet: "
            "its rows are told as added.",
            DiffWarning,
            stacklevel=3,
        )


def _listed(sids: Collection[str], most: int = 3) -> str:
    more = f" and {len(sids) - most} more" if len(sids) > most else ""
    return ", ".join(sorted(sids)[:most]) + more
