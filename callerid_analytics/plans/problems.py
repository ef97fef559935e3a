"""What is wrong with the rows of a plan, found for the whole table at once and always afresh."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from callerid_analytics import frames
from callerid_analytics.errors import ContractError
from callerid_analytics.parameters import LONGEST_NAME
from callerid_analytics.plans.contract import (
    COLLISION,
    CYCLE,
    EMPTY,
    NO_SID,
    PROBLEMS,
    SEPARATOR,
    TOO_LONG,
    UNSENDABLE,
    checked,
)
from callerid_analytics.plans.rings import on_a_ring

Mask = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

STATE = ("sid", "account_sid", "phone_number", "friendly_name")
"""The columns of a frame that plans look at."""
# Twilio also answers in XML, whose characters these are not: https://www.w3.org/TR/xml/#charsets
_NOT_IN_XML = "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]"


def recheck(plan: pd.DataFrame, *, frame: pd.DataFrame | None = None) -> pd.DataFrame:
    """Work out the problems of a plan again, since a name may have been edited or a row taken out.

    Two names are alike if they are equal, character by character. Rows collide if they belong to one account and
    to different numbers, and have one name afterwards that they did not share before: names that were alike and
    stay alike are no problem that this plan brings.

    Parameters
    ----------
    plan : pandas.DataFrame
        A plan of renames or of deletions.
    frame : pandas.DataFrame, optional
        All caller IDs, as `plan_renames` was given them. Without it nothing is known about rows outside the plan,
        so a collision that the plan states is kept, and a cycle that has lost a member becomes a collision:
        a row is rather left out than sent by mistake. To settle it by hand, clear the row's ``problem``.

    Returns
    -------
    pandas.DataFrame
        The plan with its column ``problem`` (text) anew. Index and ``attrs`` are kept.

    Raises
    ------
    PlanError
        As for `check`.
    ContractError
        The frame lacks one of ``sid``, ``account_sid``, ``phone_number`` and ``friendly_name``.

    Examples
    --------
    >>> plan = pd.DataFrame(
    ...     {
    ...         "sid": ["PN" + 32 * "0"],
    ...         "account_sid": ["AC" + 32 * "0"],
    ...         "phone_number": ["+14155550100"],
    ...         "old_name": ["sales"],
    ...         "new_name": [" "],
    ...         "rules": ["trim"],
    ...         "problem": [None],
    ...     }
    ... )
    >>> recheck(plan)["problem"].tolist()
    ['empty']
    """
    typed = checked(plan)
    if "new_name" not in typed.columns:
        return typed.assign(problem=named({NO_SID: _lacks_sid(typed)}, typed.index))
    unchanged = None if frame is None else _outside(state(frame), typed)
    found = of_renames(typed, unchanged=unchanged)
    if frame is None:
        stated = {problem: _states(typed, problem) for problem in (COLLISION, CYCLE)}
        found[COLLISION] = found[COLLISION] | stated[COLLISION] | (stated[CYCLE] & ~found[CYCLE])
    return typed.assign(problem=named(found, typed.index))


def state(frame: pd.DataFrame) -> pd.DataFrame:
    """Return who has which name now: those columns of a frame that plans look at, with the contract's dtypes.

    Raises
    ------
    ContractError
        A column is missing or there twice, or holds other than text.
    """
    for name in STATE:
        if name not in frame.columns:
            raise ContractError(f"A plan needs the column {name}, which the frame does not have.")
    return frames.convert_columns(frame[list(STATE)])


def of_renames(plan: pd.DataFrame, *, unchanged: pd.DataFrame | None = None) -> dict[str, Mask]:
    """Say for each problem which rows have it.

    Parameters
    ----------
    plan : pandas.DataFrame
        With the columns and dtypes of a plan of renames, whatever is in ``problem``.
    unchanged : pandas.DataFrame, optional
        The other rows, as `state` returns them.

    Returns
    -------
    dict
        From each of `PROBLEMS` to an array of bool.
    """
    new = plan["new_name"]
    return {
        NO_SID: _lacks_sid(plan),
        EMPTY: _mask(new.str.strip().eq("")),
        TOO_LONG: _mask(new.str.len().gt(LONGEST_NAME)),
        UNSENDABLE: _mask(new.str.contains(_NOT_IN_XML, regex=True)),
        COLLISION: _colliding(plan, unchanged),
        CYCLE: on_a_ring(plan),
    }


def named(found: dict[str, Mask], index: pd.Index) -> pd.Series:
    """Turn what `of_renames` returns into the column ``problem``."""
    bits = np.zeros(len(index), dtype=np.int64)
    for place, problem in enumerate(PROBLEMS):
        if problem in found:
            bits |= found[problem].astype(np.int64) << place
    codes, which = pd.factorize(bits)
    texts = [SEPARATOR.join(p for place, p in enumerate(PROBLEMS) if bit >> place & 1) or None for bit in which]
    return pd.Series(texts, dtype=frames.TEXT, name="problem").reindex(codes).set_axis(index)


def _colliding(plan: pd.DataFrame, unchanged: pd.DataFrame | None) -> Mask:
    """Find rows whose name another number has afterwards, unless both had one name before.

    Of those with the same new name, take away those with the same number and those with the same old name; who is
    both was taken away twice.
    """
    rows = plan[["account_sid", "phone_number", "old_name", "new_name"]].astype(frames.TEXT)
    if unchanged is not None:
        kept = unchanged.loc[_mask(unchanged["friendly_name"].isin(rows["new_name"]))].astype(frames.TEXT)
        kept = kept.rename(columns={"friendly_name": "old_name"}).assign(new_name=kept["friendly_name"])
        rows = pd.concat([rows, kept[rows.columns]], ignore_index=True)
    account, number, old, new = (pd.factorize(rows[name])[0] + 1 for name in rows.columns)  # 0 is missing
    # Numbers that are missing are not known to be the same.
    number = np.where(number == 0, len(rows) + 1 + np.arange(len(rows)), number)
    after = [account, new]
    others = _alike(*after) - _alike(*after, number) - _alike(*after, old) + _alike(*after, number, old)
    return ((others > 0) & (account > 0) & _mask(rows["new_name"].str.strip().ne("")))[: len(plan)]


def _alike(first: Numbers, *more: Numbers) -> Numbers:
    """Count for each row the rows that are like it in all of these."""
    group = first
    for key in more:
        group = pd.factorize(group * (key.max(initial=0) + 1) + key)[0]
    return np.bincount(group)[group]


def _outside(rows: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    def keys(table: pd.DataFrame) -> pd.Index:
        return pd.Index(table["account_sid"].astype(object).str.cat(table["sid"].astype(object), sep="/"))

    return rows[~keys(rows).isin(keys(plan).dropna())]


def _lacks_sid(plan: pd.DataFrame) -> Mask:
    return _mask(plan["sid"].isna() | plan["account_sid"].isna())


def _states(plan: pd.DataFrame, problem: str) -> Mask:
    return _mask(plan["problem"].str.split(SEPARATOR).map(lambda stated: problem in stated, na_action="ignore"))


def _mask(values: pd.Series) -> Mask:
    return np.asarray(values.to_numpy(dtype=bool, na_value=False))
