"""From pairs of names that are almost the same to groups, each around one name.

Following pairs from neighbour to neighbour would chain strangers: each pair is close and the ends are not. Here
every name of a group is close to one and the same name, its centre.
"""

from __future__ import annotations

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
    one, other, score = _in_order(scores)
    near, far = np.concatenate([one, other]), np.concatenate([other, one])
    support = rows + np.bincount(near, np.concatenate([score, score]) * rows[far], minlength=len(rows))
    close = far[np.lexsort((far, near))].tolist()
    ends = np.cumsum(np.bincount(near, minlength=len(rows)))
    begins = np.append(0, ends[:-1])
    names = np.unique(near)
    centre = np.arange(len(rows)).tolist()
    taken = bytearray(len(rows))
    for place in names[np.lexsort((names, -support[names], -rows[names]))].tolist():
        if not taken[place]:
            taken[place] = True
            for member in close[begins[place] : ends[place]]:
                if not taken[member]:
                    taken[member] = True
                    centre[member] = place
    return np.array(centre, dtype=np.int64)


def _in_order(scores: Scores) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    pairs = np.array(list(scores), dtype=np.int64).reshape(-1, 2)
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return pairs[order, 0], pairs[order, 1], np.array(list(scores.values()), dtype=np.float64)[order]
