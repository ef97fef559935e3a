"""Clusters of similar names under review: which name each is to have, and which members are none of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from callerid_analytics.errors import InvalidParameter


@dataclass
class Cluster:
    """Names that may be one name.

    Attributes
    ----------
    names : dict of str to int
        How many caller IDs have each, the most frequent first.
    reasons : dict of str to str
        Why each is here.
    picked : str
        The one of them that all are to have; the most frequent at first.
    typed : str
        A name that all are to have instead, if it is not blank.
    left_out : set of str
        The names that stay as they are.
    is_accepted : bool
        Whether somebody has agreed to it.
    """

    names: dict[str, int]
    reasons: dict[str, str]
    picked: str
    typed: str = ""
    left_out: set[str] = field(default_factory=set)
    is_accepted: bool = False

    @property
    def chosen(self) -> str:
        """The name that all are to have."""
        return self.typed if self.typed.strip() else self.picked

    @property
    def merged(self) -> dict[str, str]:
        """From each name that is to change to the chosen one."""
        return {name: self.chosen for name in self.names if name not in self.left_out | {self.chosen}}

    @property
    def rows(self) -> int:
        """How many caller IDs would change."""
        return sum(self.names[name] for name in self.merged)


class Clusters:
    """Clusters in the order of their size.

    Parameters
    ----------
    groups : pandas.DataFrame
        What a function of `callerid_analytics.duplicates` has found: ``friendly_name``, ``group`` and ``reason``.
        Groups in which all have one name are left out.

    Examples
    --------
    >>> groups = pd.DataFrame({"friendly_name": ["Sales", "SALES", "Sales"], "group": 1, "reason": "same words"})
    >>> clusters = Clusters(groups)
    >>> clusters.open, clusters.merged([0])
    ([0], {'SALES': 'Sales'})
    >>> clusters.accept([0])
    >>> clusters.open
    []
    """

    def __init__(self, groups: pd.DataFrame) -> None:
        self.all = _clusters(groups)

    def __len__(self) -> int:
        return len(self.all)

    @property
    def open(self) -> list[int]:
        """The places of the clusters that nobody has agreed to yet."""
        return [place for place, cluster in enumerate(self.all) if not cluster.is_accepted]

    def merged(self, places: Iterable[int]) -> dict[str, str]:
        """Return what agreeing to clusters means: from each name that is to change to the chosen one.

        Raises
        ------
        InvalidParameter
            No name would change.
        """
        merged = {old: new for place in places for old, new in self.all[place].merged.items()}
        if not merged:
            raise InvalidParameter("There is nothing to merge: every name is left out, or is the chosen one.")
        return merged

    def accept(self, places: Iterable[int]) -> None:
        """Note that somebody has agreed to clusters."""
        for place in places:
            self.all[place].is_accepted = True


def _clusters(groups: pd.DataFrame) -> list[Cluster]:
    members = (
        groups.groupby(["group", "friendly_name"], sort=False, observed=True)
        .agg(rows=("reason", "size"), reason=("reason", "first"))
        .reset_index()
    )
    of_group = members.groupby("group")
    members = members.assign(names=of_group["rows"].transform("size"), total=of_group["rows"].transform("sum"))
    ordered = members[members["names"] > 1].sort_values(
        ["total", "group", "rows"], ascending=[False, True, False], kind="stable"
    )
    columns = [ordered[name].tolist() for name in ("group", "friendly_name", "rows", "reason")]
    found: dict[int, Cluster] = {}
    for group, name, rows, reason in zip(*columns, strict=True):
        cluster = found.setdefault(group, Cluster({}, {}, picked=name))
        cluster.names[name], cluster.reasons[name] = rows, reason
    return list(found.values())
