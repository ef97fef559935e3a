"""Names that change places: which renames of a plan close a ring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

Node = tuple[int, int]
"""An account and a name in it, by number."""


def on_a_ring(plan: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Say which rows get a name that comes free only when, along a chain of other rows, this row's own does.

    Rows that all have one phone number make no ring, nor do rows of different accounts.

    Parameters
    ----------
    plan : pandas.DataFrame
        With the columns ``account_sid``, ``phone_number``, ``old_name`` and ``new_name``.

    Returns
    -------
    numpy.ndarray of bool
        One element for each row.

    Examples
    --------
    >>> swap = pd.DataFrame({"old_name": ["a", "b", "c"], "new_name": ["b", "a", "b"]})
    >>> on_a_ring(swap.assign(account_sid="AC1", phone_number=["1", "2", "3"])).tolist()
    [True, True, False]
    """
    renames = _that_may_close_a_ring(plan)
    ring = dict(_ring_of_each(renames))
    closed = [position for position, (old, new) in renames.items() if old != new and ring[old] == ring[new]]
    rings = pd.Series([ring[renames[position][0]] for position in closed], dtype="int64")
    number = pd.factorize(plan["phone_number"].iloc[closed])[0]
    # Numbers that are missing are not known to be the same.
    numbers = pd.Series(np.where(number == -1, -1 - np.arange(len(closed)), number))
    found = np.zeros(len(plan), dtype=bool)
    found[closed] = numbers.groupby(rings).transform("nunique").gt(1)
    return found


def _that_may_close_a_ring(plan: pd.DataFrame) -> dict[int, tuple[Node, Node]]:
    """Return, by position, the renames whose old name somebody gets and whose new name somebody has."""
    account = pd.factorize(plan["account_sid"])[0]
    names = pd.factorize(pd.concat([plan["old_name"], plan["new_name"]], ignore_index=True))[0]
    old, new = np.split(names, 2)
    width = names.max(initial=0) + 1
    old_key, new_key = account * width + old, account * width + new
    may = np.isin(old_key, new_key) & np.isin(new_key, old_key) & (account != -1) & (old != -1)
    return {
        int(at): ((int(account[at]), int(old[at])), (int(account[at]), int(new[at]))) for at in may.nonzero()[0]
    }


def _ring_of_each(renames: dict[int, tuple[Node, Node]]) -> Iterator[tuple[Node, int]]:
    """Yield a number for each node, the same within a strongly connected component.

    After Tarjan 1972, doi:10.1137/0201010, without recursion.
    """
    following: dict[Node, list[Node]] = defaultdict(list)
    for old, new in renames.values():
        following[old].append(new)
        following[new]
    order: dict[Node, int] = {}
    lowest: dict[Node, int] = {}
    open_: list[Node] = []
    is_open: set[Node] = set()
    component = 0
    for start in list(following):
        path = [] if start in order else [(start, iter(following[start]))]
        while path:
            node, rest = path[-1]
            if node not in order:
                order[node] = lowest[node] = len(order)
                open_.append(node)
                is_open.add(node)
            for other in rest:
                if other not in order:
                    path.append((other, iter(following[other])))
                    break
                if other in is_open:
                    lowest[node] = min(lowest[node], order[other])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == order[node]:
                    while node in is_open:
                        member = open_.pop()
                        is_open.discard(member)
                        yield member, component
                    component += 1
