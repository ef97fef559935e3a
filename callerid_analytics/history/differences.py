"""The difference of two frames of caller IDs, SID by SID: what a person would tell who had watched in between.

A caller ID that was renamed and moved is one change of two kinds. A number that was deleted and verified again has
another SID and is the same number all the same. SIDs that occur twice, and rows without one, are compared only
with exact equals: which of them became which, nobody can know.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics import frames
from callerid_analytics.errors import ContractError
from callerid_analytics.history.coverage import Coverage, DiffWarning, warn_of_gaps, warn_of_new_accounts

COMPARED = ("sid", "account_sid", "phone_number", "friendly_name")
"""The columns whose changes are differences; all others, such as ``date_updated``, are not looked at."""

KINDS = {
    "removed": "the SID is gone, and its number did not come back",
    "added": "the SID is new, and its number did not leave anywhere",
    "moved": "the number is in another account now, with the same SID or a new one",
    "re-verified": "the number left and came back in the same account, with a new SID",
    "renumbered": "the SID has another number",
    "renamed": "the name is another; a missing name and an empty one are two",
    "duplicate sid": "a row that only one side has, of a SID that occurs more than once",
    "no sid": "a row that only one side has, without a SID",
}
"""The kinds of change, in the order in which `diff` tells them, and what each means."""

DIFF_COLUMNS = {
    "change": frames.CATEGORY,
    "sid": frames.TEXT,
    "new_sid": frames.TEXT,
    "account_sid": frames.CATEGORY,
    "phone_number": frames.TEXT,
    "old_name": frames.TEXT,
    "new_name": frames.TEXT,
    "old_number": frames.TEXT,
    "new_number": frames.TEXT,
    "old_account": frames.CATEGORY,
    "new_account": frames.CATEGORY,
}
"""The columns of a difference and their dtypes."""

_NOWHERE = -1
_ALIKE = (
    ("account_sid", "phone_number", "friendly_name"),
    ("account_sid", "phone_number"),
    ("phone_number", "friendly_name"),
    ("phone_number",),
)
"""What a row that left and one that came share to be the same number; the most alike find each other first."""


def diff(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Tell what changed from one frame to another.

    Parameters
    ----------
    old, new : pandas.DataFrame
        With the columns ``sid``, ``account_sid``, ``phone_number`` and ``friendly_name``. Where
        ``attrs["load_report"]`` says that an account was not read, or that only some rows were loaded, what is
        missing there is not told as added or removed. Neither are old rows removed whose account the report of
        the new ones does not mention. The rows of a new account are added.

    Returns
    -------
    pandas.DataFrame
        One row per change, with `DIFF_COLUMNS`:

        ``change`` (category of text)
            One or more of `KINDS`, joined by ``", "``, such as ``"moved, renamed"``.
        ``sid``, ``new_sid`` (text)
            The SID, and the one under which a number came back.
        ``account_sid`` (category of text), ``phone_number`` (text)
            As they are now, or were before the row was removed.
        ``old_name``, ``new_name``, ``old_number``, ``new_number`` (text), ``old_account``, ``new_account``
            Both sides' values, changed or not; missing where that side has no such row.

        Sorted by kind, account, number and SID, whatever the order of the rows. ``attrs`` has for ``"old"`` and
        ``"new"`` the number of ``rows``, ``complete`` (None where no load report tells), ``not_read`` (accounts),
        ``set_aside`` (rows whose like the other side may have missed), ``duplicate_sids`` and ``without_sid``.

    Raises
    ------
    ContractError
        A column is missing or is no text.

    Warns
    -----
    DiffWarning
        A side is incomplete, or has rows that cannot be compared by SID.

    Examples
    --------
    >>> old = pd.DataFrame(
    ...     {
    ...         "sid": ["PN1", "PN2"],
    ...         "account_sid": ["AC1", "AC1"],
    ...         "phone_number": ["+14155550100", "+14155550101"],
    ...         "friendly_name": ["Desk", "Sales"],
    ...     }
    ... )
    >>> new = old.assign(sid=["PN1", "PN3"], friendly_name=["Front desk", "Sales"])
    >>> diff(old, new)[["change", "sid", "new_sid", "old_name", "new_name"]]
            change  sid new_sid old_name    new_name
    0  re-verified  PN2     PN3    Sales       Sales
    1      renamed  PN1     NaN     Desk  Front desk
    >>> len(diff(old, old))
    0
    """
    before, after = _with_doubts(compared_rows(old, "The old frame"), compared_rows(new, "The new frame"))
    was, now = Coverage.of(old.attrs.get("load_report")), Coverage.of(new.attrs.get("load_report"))
    same = _same_sid(before, after)
    gone, came = before.drop(same["old"]), after.drop(same["new"])
    gone, came = _without_equals(gone, came)
    missed_by_new = now.may_have_missed(gone, was) | now.does_not_mention(gone)
    missed_by_old = was.may_have_missed(came, now)
    result = _told(before, after, _linked(same, gone[~missed_by_new], came[~missed_by_old]))
    old_side = _side(before, was, set_aside=int(missed_by_new.sum()))
    new_side = _side(after, now, set_aside=int(missed_by_old.sum()))
    result.attrs = {"old": old_side, "new": new_side}
    warn_of_gaps("old", was, now, aside=came[missed_by_old])
    warn_of_gaps("new", now, was, aside=gone[missed_by_new])
    warn_of_new_accounts(came[~missed_by_old], was)
    _warn_of_doubts("old", old_side)
    _warn_of_doubts("new", new_side)
    return result


def summarize_diff(difference: pd.DataFrame) -> pd.Series:
    """Count the changes by kind.

    Parameters
    ----------
    difference : pandas.DataFrame
        What `diff` returned, or some of its rows.

    Returns
    -------
    pandas.Series
        Of dtype int64, one count for each of `KINDS`, in their order. A row of several kinds counts in each.

    Raises
    ------
    ContractError
        The column ``change`` is missing.

    Examples
    --------
    >>> counts = summarize_diff(pd.DataFrame({"change": ["added", "moved, renamed", "renamed"]}))
    >>> counts[counts > 0].to_dict()
    {'added': 1, 'moved': 1, 'renamed': 2}
    """
    if "change" not in difference.columns:
        raise ContractError("summarize_diff needs the column change, which what diff returned has.")
    counts = difference["change"].astype(object).value_counts()
    return pd.Series(
        {
            kind: sum(int(count) for change, count in counts.items() if kind in str(change).split(", "))
            for kind in KINDS
        },
        name="rows",
        dtype="int64",
    )


def compared_rows(frame: pd.DataFrame, whose: str) -> pd.DataFrame:
    """Return the columns that are compared, as text, numbered from 0.

    Raises
    ------
    ContractError
        A column is missing, is there twice, or is no text.
    """
    missing = [name for name in COMPARED if list(frame.columns).count(name) != 1]
    if missing:
        raise ContractError(f"{whose} needs the column {', '.join(missing)} once; differences are told by it.")
    return pd.DataFrame(
        {name: frames.convert(frame[name], frames.TEXT).array for name in COMPARED},
        index=pd.RangeIndex(len(frame)),
    )


def _with_doubts(before: pd.DataFrame, after: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add the column ``doubt``: why a row cannot be found by its SID; missing where it can."""
    repeated = pd.concat([it["sid"][it["sid"].duplicated()].dropna() for it in (before, after)])

    def doubts(rows: pd.DataFrame) -> pd.Series:
        doubt = pd.Series(None, index=rows.index, dtype=frames.TEXT)
        doubt = doubt.mask(_is_among(rows["sid"], repeated), "duplicate sid")
        return doubt.mask(rows["sid"].isna(), "no sid")

    return before.assign(doubt=doubts(before)), after.assign(doubt=doubts(after))


def _same_sid(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return which row became which, as the columns ``old`` and ``new``, by SID."""
    sure, found_in = before[before["doubt"].isna()], after[after["doubt"].isna()]
    places = pc.index_in(_arrow(sure["sid"]), value_set=_arrow(found_in["sid"]))
    found = np.asarray(places.is_valid())
    old, new = sure.index[found], found_in.index[np.asarray(places.drop_null())]
    return pd.DataFrame({"old": old, "new": new})


def _without_equals(gone: pd.DataFrame, came: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Take away the doubtful rows that both sides have, each as often as both have it."""
    equal = _pair_off(gone[gone["doubt"].notna()], came[came["doubt"].notna()], COMPARED)
    return gone.drop(equal["old"]), came.drop(equal["new"])


def _linked(same: pd.DataFrame, gone: pd.DataFrame, came: pd.DataFrame) -> pd.DataFrame:
    """Return every pair of rows to tell about; `_NOWHERE` stands for the side that has no such row."""
    returned = _returned(gone, came)
    removed = pd.DataFrame({"old": gone.index.drop(returned["old"]), "new": _NOWHERE})
    added = pd.DataFrame({"old": _NOWHERE, "new": came.index.drop(returned["new"])})
    return pd.concat([same, returned, removed, added], ignore_index=True)


def _returned(gone: pd.DataFrame, came: pd.DataFrame) -> pd.DataFrame:
    """Return which rows that left came back with another SID."""
    gone, came = gone[gone["doubt"].isna()], came[came["doubt"].isna()]
    gone = gone[_is_among(gone["phone_number"], came["phone_number"])].sort_values("sid")
    came = came[_is_among(came["phone_number"], gone["phone_number"])].sort_values("sid")
    pairs = []
    for columns in _ALIKE:
        found = _pair_off(gone, came, columns)
        gone, came = gone.drop(found["old"]), came.drop(found["new"])
        pairs.append(found)
    return pd.concat(pairs, ignore_index=True)


def _is_among(texts: pd.Series, others: pd.Series) -> pd.Series:
    """Do what ``texts.isin(others)`` does, which pandas does text by text; a missing one is among nothing."""
    found = pc.is_in(_arrow(texts), value_set=_arrow(others), skip_nulls=True)
    return pd.Series(np.asarray(found), index=texts.index)


def _arrow(texts: pd.Series) -> pa.Array:
    return pa.array(texts).cast(pa.large_string())


def _pair_off(left: pd.DataFrame, right: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Pair rows that are equal in some columns: the first with the first, the second with the second."""
    if left.empty or right.empty:
        return pd.DataFrame({"old": [], "new": []}, dtype="int64")
    names = list(columns)
    old, new = (
        it[names].assign(turn=it.groupby(names, dropna=False, sort=False).cumcount()) for it in (left, right)
    )
    pairs = old.assign(old=left.index).merge(new.assign(new=right.index), on=[*names, "turn"])
    return pairs[["old", "new"]]


def _told(before: pd.DataFrame, after: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs that are no equals, with what changed, in order."""
    old = before.reindex(pairs["old"]).reset_index(drop=True)
    new = after.reindex(pairs["new"]).reset_index(drop=True)
    is_old, is_new = pairs["old"] != _NOWHERE, pairs["new"] != _NOWHERE
    # The first kind weighs most, so that descending weights put it first.
    weights = _kinds(old, new, is_old, is_new).to_numpy() @ (2 ** np.arange(len(KINDS))[::-1])
    result = pd.DataFrame(
        {
            "change": _as_text(weights),
            "sid": old["sid"].where(is_old, new["sid"]),
            "new_sid": new["sid"].where(is_old & is_new & _differs(old["sid"], new["sid"])),
            "account_sid": new["account_sid"].where(is_new, old["account_sid"]),
            "phone_number": new["phone_number"].where(is_new, old["phone_number"]),
            "old_name": old["friendly_name"],
            "new_name": new["friendly_name"],
            "old_number": old["phone_number"],
            "new_number": new["phone_number"],
            "old_account": old["account_sid"],
            "new_account": new["account_sid"],
        }
    )
    changed = result.assign(weight=-weights)[weights > 0]
    return changed.iloc[_order(changed)].drop(columns="weight").reset_index(drop=True).astype(DIFF_COLUMNS)


def _kinds(old: pd.DataFrame, new: pd.DataFrame, is_old: pd.Series, is_new: pd.Series) -> pd.DataFrame:
    """Say of each pair which of `KINDS` it is."""
    both, doubt = is_old & is_new, old["doubt"].fillna(new["doubt"])
    moved = both & _differs(old["account_sid"], new["account_sid"])
    kinds = {
        "removed": ~is_new & doubt.isna(),
        "added": ~is_old & doubt.isna(),
        "moved": moved,
        "re-verified": both & ~moved & _differs(old["sid"], new["sid"]),
        "renumbered": both & _differs(old["phone_number"], new["phone_number"]),
        "renamed": both & _differs(old["friendly_name"], new["friendly_name"]),
        "duplicate sid": doubt == "duplicate sid",
        "no sid": doubt == "no sid",
    }
    return pd.DataFrame(kinds)[list(KINDS)]


def _differs(old: pd.Series, new: pd.Series) -> pd.Series:
    return (old != new) & ~(old.isna() & new.isna())


def _as_text(weights: np.ndarray[Any, np.dtype[np.int64]]) -> pd.Categorical:
    codes, used = pd.factorize(weights, sort=True)
    heaviest = len(KINDS) - 1
    texts = [", ".join(kind for n, kind in enumerate(KINDS) if weight >> (heaviest - n) & 1) for weight in used]
    return pd.Categorical.from_codes(codes, categories=pd.Index(texts, dtype=frames.TEXT))


def _order(rows: pd.DataFrame) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Return the places of the rows in an order that all their values decide."""
    columns = ["weight", "account_sid", "phone_number", *(name for name in DIFF_COLUMNS if name != "change")]
    table = pa.table({name: pa.array(rows[name]) for name in dict.fromkeys(columns)})
    return np.asarray(pc.sort_indices(table, sort_keys=[(name, "ascending") for name in table.column_names]))


def _side(rows: pd.DataFrame, coverage: Coverage, *, set_aside: int) -> dict[str, Any]:
    sids = rows["sid"].dropna()
    return {
        "rows": len(rows),
        "complete": coverage.complete,
        "not_read": sorted(coverage.not_read),
        "set_aside": set_aside,
        "duplicate_sids": int(sids[sids.duplicated()].nunique()),
        "without_sid": len(rows) - len(sids),
    }


def _warn_of_doubts(whose: str, side: dict[str, Any]) -> None:
    if side["duplicate_sids"] or side["without_sid"]:
        warnings.warn(
            f"Among the {whose} rows, {side['duplicate_sids']:,} SIDs occur more than once and "
            f"{side['without_sid']:,} rows have none; such rows are compared only with exact equals.",
            DiffWarning,
            stacklevel=3,
        )
