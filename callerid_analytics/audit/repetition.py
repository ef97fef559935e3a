"""The same number on several caller IDs, and the same or nearly the same name on several numbers."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics import duplicates
from callerid_analytics.audit.estate import Estate, Found, Mask, Rows, as_text, joined, joined_if_known


class _Groups(NamedTuple):
    """Rows that collide, group by group, and for each of them another row to name."""

    rows: Rows
    starts: Rows
    """Where in `rows` each group starts."""
    sizes: Rows

    def of(self, per_group: np.ndarray) -> np.ndarray:
        """Give each row what its group has."""
        return np.repeat(per_group, self.sizes)

    def differing(self, codes: Rows) -> Rows:
        """Return for each row where in `rows` the first row of its group with another code is, or else -1."""
        places = np.arange(len(self.rows))
        first = codes == self.of(codes[self.starts])
        none = len(self.rows)
        other = (
            np.minimum.reduceat(np.where(first, none, places), self.starts) if len(self.starts) else self.starts
        )
        found = np.where(first, self.of(other), self.of(self.starts))
        return np.where(found == none, -1, found)


def named_alike(estate: Estate) -> Found:
    """Find numbers on several caller IDs that all have the same name."""
    groups, other = _same_number(estate)
    second = groups.of(groups.starts) + (np.arange(len(groups.rows)) == groups.of(groups.starts))
    return _same_number_found(estate, groups, second, other < 0, "Keep one, unless each account needs it.")


def named_differently(estate: Estate) -> Found:
    """Find numbers on several caller IDs with different names."""
    groups, other = _same_number(estate)
    return _same_number_found(estate, groups, other, other >= 0, "Agree on one name, or keep only one of them.")


def same_name(estate: Estate) -> Found:
    """Find names that several numbers have."""
    named = estate.frame[~estate.never_named]
    groups = _grouped(duplicates.find_same_name(named[["friendly_name"]]))
    numbers = pc.coalesce(estate.normal_numbers, estate.numbers)
    return _same_name_found(estate, groups, numbers, "same name as ", "Say in each name what tells them apart.")


def similar_name(estate: Estate) -> Found:
    """Find names that differ by little, as a typing error does."""
    named = estate.frame[~estate.never_named]
    groups = _grouped(
        duplicates.find_similar_names(named[["friendly_name"]], threshold=estate.policy.thresholds.similar_score)
    )
    names = estate.names.dictionary.take(estate.names.indices)
    return _same_name_found(estate, groups, names, "like the name of ", "If they mean the same, write them alike.")


def _same_number(estate: Estate) -> tuple[_Groups, Rows]:
    groups = _grouped(estate.same_number)
    return groups, groups.differing(estate.name_codes[groups.rows])


def _same_number_found(estate: Estate, groups: _Groups, other: Rows, wanted: Mask, suggestion: str) -> Found:
    detail = joined("same number as ", _described(estate, groups.rows[other]), _and_more(groups))
    return _sorted(groups.rows[wanted], detail.filter(pa.array(wanted)), suggestion)


def _same_name_found(estate: Estate, groups: _Groups, values: pa.Array, what: str, suggestion: str) -> Found:
    """Find the rows of those groups in which a value differs."""
    codes = np.asarray(values.dictionary_encode().indices.fill_null(-1), dtype=np.int64)[groups.rows]
    other = groups.differing(codes)
    wanted = other >= 0
    detail = joined(what, _described(estate, groups.rows[other]), _and_more(groups))
    return _sorted(groups.rows[wanted], detail.filter(pa.array(wanted)), suggestion)


def _grouped(found: pd.DataFrame) -> _Groups:
    group = found["group"].to_numpy(dtype=np.int64)
    starts = np.flatnonzero(np.diff(group, prepend=0))
    return _Groups(found.index.to_numpy(dtype=np.int64), starts, np.diff(starts, append=len(group)))


def _described(estate: Estate, rows: Rows) -> pa.Array:
    """Return ``PN… in AC… (Acme UK), named "Front desk"``."""
    at = pa.array(rows)
    account = as_text(estate.frame["account_name"]).take(at)
    title = joined_if_known(" (", account, ")")
    name = estate.names.dictionary.take(estate.names.indices.take(at))
    called = joined_if_known(', named "', name, '"')
    return joined(estate.sids.take(at), " in ", estate.accounts.take(at), title, called)


def _and_more(groups: _Groups) -> pa.Array:
    more = pa.array(groups.of(groups.sizes - 2))
    text = joined(" and ", more.cast(pa.large_string()), " more")
    return pc.if_else(pc.greater(more, 0), text, pa.scalar("", pa.large_string()))


def _sorted(rows: Rows, detail: pa.Array, suggestion: str) -> Found:
    order = np.argsort(rows)
    return Found(rows[order], detail.take(pa.array(order)), suggestion)
