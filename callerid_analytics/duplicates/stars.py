"""From pairs of names that are almost the same to groups, each around one name.

Following pairs from neighbour to neighbour would chain strangers: each pair is close and the ends are not. Here
every name of a group is close to one and the same name, its centre.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import numpy.typing as npt

Scores = dict[tuple[int, int], float]
"""For pairs of places, the smaller first, how alike they are."""


def centres(scores: Scores, rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return for each name the place of its centre, its own place if it is one or stands alone.

    Names become centres in the order of their rows, then of the rows of the names close to them, as far as they
    are alike, then of their places; each takes the close names that no centre has yet. What is common is right
    more often than what is like it.

    Parameters
    ----------
    scores : dict
        The pairs that are almost the same.
    rows : numpy.ndarray of int64
        How many rows have each name.
    """
    close: dict[int, list[int]] = defaultdict(list)
    support = rows.astype(np.float64)
    for (one, other), score in sorted(scores.items()):
        close[one].append(other)
        close[other].append(one)
        support[one] += score * rows[other]
        support[other] += score * rows[one]
    centre = np.arange(len(rows))
    taken: set[int] = set()
    for place in sorted(close, key=lambda name: (-rows[name], -support[name], name)):
        if place not in taken:
            members = [place, *(other for other in close[place] if other not in taken)]
            centre[members] = place
            taken.update(members)
    return centre
