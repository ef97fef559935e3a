"""Making plans: from a recipe for names, or from rows that are to go."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from callerid_analytics import frames
from callerid_analytics.cleaning import Recipe, Rule
from callerid_analytics.cleaning.recipes import names_of
from callerid_analytics.errors import ContractError, InvalidParameter
from callerid_analytics.plans.contract import RENAME_COLUMNS, checked
from callerid_analytics.plans.problems import Mask, named, of_renames, recheck, state
from callerid_analytics.records import CallerId

Only = pd.Series | pd.Index | pd.DataFrame | Collection[str]


def plan_renames(
    frame: pd.DataFrame, recipe: Recipe | Rule | Sequence[Rule], *, only: Only | None = None
) -> pd.DataFrame:
    """Say what a recipe would rename, and what would be wrong with that.

    Parameters
    ----------
    frame : pandas.DataFrame
        All caller IDs: the recipe sees every row, since numbering duplicates needs all names. With the columns
        ``sid``, ``account_sid``, ``phone_number``, ``friendly_name`` and those that the rules need.
    recipe : Recipe, rule or sequence of rules
        What is to happen to the names.
    only : Series of bool, SIDs, or DataFrame, optional
        Which rows may change; by default all. A Series of bool has the frame's index; SIDs are text, in a list,
        Series, Index or set; a frame, such as a filter has returned, stands for the SIDs in it. The other rows
        keep their names whatever the recipe says.

    Returns
    -------
    pandas.DataFrame
        A plan of renames: the rows whose name changes, in the frame's order, numbered from 0. A row whose name is
        missing and stays empty does not change. ``attrs`` are kept.

    Raises
    ------
    ContractError
        The frame lacks a column, or one holds other than text.
    RecipeError
        A rule cannot be applied to this frame.
    PlanError
        The frame has a SID that is none, or has one twice in its account, among the rows that change.
    InvalidParameter
        `only` is none of these, or has a SID that the frame does not have.

    Examples
    --------
    >>> from callerid_analytics import cleaning
    >>> frame = pd.DataFrame(
    ...     {
    ...         "sid": ["PN" + 32 * "0", "PN" + 32 * "1"],
    ...         "account_sid": "AC" + 32 * "0",
    ...         "phone_number": ["+14155550100", "+14155550101"],
    ...         "friendly_name": ["Front  desk", "Front desk"],
    ...     }
    ... )
    >>> plan = plan_renames(frame, cleaning.CollapseSpaces())
    >>> plan[["old_name", "new_name", "rules", "problem"]].values.tolist()
    [['Front  desk', 'Front desk', 'collapse-spaces', 'collision']]
    """
    before = state(frame).reset_index(drop=True)
    after, rules = _played(frame, Recipe.of(recipe))
    changes = before["friendly_name"].fillna("").ne(after).to_numpy() & _wanted(frame, before, only)
    plan = before.rename(columns={"friendly_name": "old_name"}).assign(new_name=after, rules=rules, problem=None)
    plan = checked(plan.loc[changes, list(RENAME_COLUMNS)].reset_index(drop=True))
    return plan.assign(problem=named(of_renames(plan, unchanged=before[~changes]), plan.index))


def plan_deletions(frame: pd.DataFrame, *, reason: str) -> pd.DataFrame:
    """Say which caller IDs would be deleted: every row of a frame, so filter it first.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns ``sid``, ``account_sid``, ``phone_number`` and ``friendly_name``.
    reason : str
        Why they are to go; it is kept with what was done.

    Returns
    -------
    pandas.DataFrame
        A plan of deletions: one row for each, in order, numbered from 0. ``attrs`` are kept.

    Raises
    ------
    InvalidParameter
        The reason is no text, or blank.
    ContractError
        The frame lacks a column, or one holds other than text.
    PlanError
        The frame has a SID that is none, or has one twice in its account.

    Examples
    --------
    >>> plan = plan_deletions(frames.empty(), reason="left the company")
    >>> plan.columns.tolist()
    ['sid', 'account_sid', 'phone_number', 'old_name', 'reason', 'problem']
    """
    if not isinstance(reason, str) or not reason.strip():
        raise InvalidParameter(f"The reason is {reason!r}: say in a few words why these caller IDs are to go.")
    plan = state(frame).reset_index(drop=True).rename(columns={"friendly_name": "old_name"})
    return recheck(plan.assign(reason=reason, problem=None))


def plan_one(caller_id: CallerId, name: str) -> pd.DataFrame:
    """Say what giving one caller ID a name would change.

    Parameters
    ----------
    caller_id : CallerId
        As the client has fetched it.
    name : str
        The new name.

    Returns
    -------
    pandas.DataFrame
        A plan of renames with one row, or with none where the name is that already. Collisions with other caller
        IDs are not looked for.

    Raises
    ------
    InvalidParameter
        The name is no text.

    Examples
    --------
    >>> caller_id = CallerId(sid="PN" + 32 * "0", account_sid="AC" + 32 * "0", friendly_name="Desk")
    >>> plan_one(caller_id, "Front desk")[["old_name", "new_name", "rules"]].values.tolist()
    [['Desk', 'Front desk', 'by hand']]
    """
    if not isinstance(name, str):
        raise InvalidParameter(f"The name is {name!r}, which is no text.")
    row = (
        caller_id.sid,
        caller_id.account_sid,
        caller_id.phone_number,
        caller_id.friendly_name,
        name,
        "by hand",
        None,
    )
    plan = pd.DataFrame(
        [row] if name != caller_id.friendly_name else [], columns=list(RENAME_COLUMNS), dtype=object
    )
    return recheck(plan)


def _played(frame: pd.DataFrame, recipe: Recipe) -> tuple[pd.Series, pd.Series]:
    """Return the new names, and the names of the rules that changed them; missing ones are empty."""
    names = names_of(frame).reset_index(drop=True).fillna("")
    bits = np.zeros(len(frame), dtype=np.int64)
    rules = [""]
    for rule, after in recipe.steps(frame):
        then = after.reset_index(drop=True).fillna("")
        bits, used = pd.factorize(2 * bits + names.ne(then).to_numpy())
        rules = [_joined(rules[bit // 2], rule.name if bit % 2 else "") for bit in used]
        names = then
    return names, pd.Series(rules, dtype=frames.TEXT).reindex(bits).reset_index(drop=True)


def _joined(rules: str, rule: str) -> str:
    return rules if not rule or rule in rules.split(", ") else ", ".join(filter(None, [rules, rule]))


def _wanted(frame: pd.DataFrame, before: pd.DataFrame, only: Only | None) -> Mask:
    if only is None:
        return np.ones(len(before), dtype=bool)
    if isinstance(only, pd.DataFrame):
        if "sid" not in only.columns:
            raise ContractError("The frame given as only needs the column sid, which it does not have.")
        only = only["sid"].dropna()
    if isinstance(only, pd.Series) and pd.api.types.is_bool_dtype(only):
        if not only.index.equals(frame.index):
            raise InvalidParameter("The true and false values given as only need the index of the frame.")
        return np.asarray(only.to_numpy(dtype=bool, na_value=False))
    if isinstance(only, str) or not all(isinstance(sid, str) for sid in only):
        raise InvalidParameter(f"only is {only!r:.200}: give SIDs, true and false values, or a frame of rows.")
    unknown = set(only) - set(before["sid"].dropna())
    if unknown:
        raise InvalidParameter(f"only holds {min(unknown)!r}, which is no sid of the frame.")
    return before["sid"].isin(list(only)).to_numpy()
