"""What a plan is: its columns and problems, and a check that a table still is one after people have edited it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

import pandas as pd

from callerid_analytics import frames
from callerid_analytics.errors import ContractError, InvalidParameter, PlanError
from callerid_analytics.parameters import LONGEST_NAME

Kind = Literal["rename", "delete"]

RENAME_COLUMNS = ("sid", "account_sid", "phone_number", "old_name", "new_name", "rules", "problem")
DELETION_COLUMNS = ("sid", "account_sid", "phone_number", "old_name", "reason", "problem")

NO_SID = "no sid"
EMPTY = "empty"
TOO_LONG = f"over {LONGEST_NAME} characters"
UNSENDABLE = "not text that can be sent"
COLLISION = "collision"
CYCLE = "cycle"
PROBLEMS = (NO_SID, EMPTY, TOO_LONG, UNSENDABLE, COLLISION, CYCLE)
"""All problems, in the order in which a row that has several names them."""
ACCEPTABLE = (COLLISION, CYCLE)
"""Harmless to Twilio, where names need not be unique; the other problems can never be accepted."""
SEPARATOR = "; "

_COLUMNS: dict[Kind, tuple[str, ...]] = {"rename": RENAME_COLUMNS, "delete": DELETION_COLUMNS}
_NEVER_MISSING = {"new_name", "reason"}
_SIDS = {"sid": "PN", "account_sid": "AC"}
_SPOILT_NUMBER = r"\s*[+\-]?\d+(?:[.,]\d+)?[eE][+\-]?\d+\s*|[+\-]?\d+[.,]0+"


def dtype_of(column: str) -> pd.api.extensions.ExtensionDtype:
    """Return the dtype of one of a plan's columns."""
    return frames.CATEGORY if column == "account_sid" else frames.TEXT


def kind(plan: pd.DataFrame) -> Kind:
    """Say whether a plan renames or deletes.

    Parameters
    ----------
    plan : pandas.DataFrame
        A plan, or what applying one has returned.

    Returns
    -------
    {"rename", "delete"}

    Raises
    ------
    PlanError
        The columns are of neither.

    Examples
    --------
    >>> kind(pd.DataFrame(columns=list(RENAME_COLUMNS)))
    'rename'
    """
    present = set(plan.columns)
    told = {"rename": "new_name" in present, "delete": "reason" in present}
    if sum(told.values()) != 1:
        raise PlanError(
            f"The table is no plan: its columns are {', '.join(map(repr, plan.columns))[:200]}. "
            f"A plan of renames has {', '.join(RENAME_COLUMNS)}; of deletions {', '.join(DELETION_COLUMNS)}."
        )
    return "rename" if told["rename"] else "delete"


def check(plan: pd.DataFrame) -> None:
    """Refuse a table that is no plan, or no longer: see that columns, SIDs, numbers and problems make sense.

    What the problems say is not worked out again: that is what `recheck` does.

    Parameters
    ----------
    plan : pandas.DataFrame
        A plan of renames or of deletions, with any index; its columns may come in another order.

    Raises
    ------
    PlanError
        A column is missing, unknown or there twice; a value is no text, or no SID; a SID is there twice in its
        account; a spreadsheet has turned a number into another notation; a new name or reason is missing; a
        problem is none of `PROBLEMS`. The message names row and column.

    Examples
    --------
    >>> plan = pd.DataFrame(columns=list(DELETION_COLUMNS))
    >>> check(plan)
    >>> check(plan.drop(columns="sid"))
    Traceback (most recent call last):
    ...
    callerid_analytics.errors.PlanError: The plan has no column 'sid'; put it back.
    """
    checked(plan)


def sendable(plan: pd.DataFrame, accept: Collection[str] = ()) -> pd.Series:
    """Say which rows of a plan may be sent: those without a problem that is not accepted.

    Parameters
    ----------
    plan : pandas.DataFrame
        With the column ``problem``.
    accept : collection of str
        Problems of `ACCEPTABLE` that do not matter.

    Returns
    -------
    pandas.Series of bool
        With the plan's index.

    Raises
    ------
    InvalidParameter
        `accept` holds what cannot be accepted.

    Examples
    --------
    >>> plan = pd.DataFrame({"problem": [None, "collision", "empty; collision"]})
    >>> sendable(plan).tolist(), sendable(plan, ["collision"]).tolist()
    ([True, False, False], [True, True, False])
    """
    if isinstance(accept, str) or not set(accept) <= set(ACCEPTABLE):
        raise InvalidParameter(f"accept is {accept!r}: it may hold {' and '.join(ACCEPTABLE)} only.")
    problems = plan["problem"]
    accepted = [text for text in problems.dropna().unique() if set(text.split(SEPARATOR)) <= set(accept)]
    return problems.isna() | problems.isin(accepted)


def checked(plan: pd.DataFrame, *, lines: Sequence[int] | None = None) -> pd.DataFrame:
    """Return the plan with a plan's order of columns and dtypes, if `check` lets it pass.

    Parameters
    ----------
    plan : pandas.DataFrame
        As for `check`.
    lines : sequence of int, optional
        The line of the file that each row comes from, for messages.

    Raises
    ------
    PlanError
        As for `check`.
    """
    columns = _COLUMNS[kind(plan)]
    refuse_other_columns(plan)
    place = _Place(lines)
    typed = plan[list(columns)].assign(**{name: _converted(plan[name], place) for name in columns})
    for name, prefix in _SIDS.items():
        is_sid = typed[name].astype(frames.TEXT).str.fullmatch(rf"{prefix}[0-9a-fA-F]{{32}}").eq(True)
        place.refuse(
            typed[name], ~is_sid & typed[name].notna(), f"which is not {prefix} and 32 hexadecimal digits"
        )
    number = typed["phone_number"].str.fullmatch(_SPOILT_NUMBER).eq(True)
    place.refuse(typed["phone_number"], number, "which a spreadsheet has made of the number; put the number back")
    twice = typed.duplicated(["account_sid", "sid"]) & typed["sid"].notna()
    place.refuse(typed["sid"], twice, "which an earlier row holds already; leave one of them")
    for name in _NEVER_MISSING & set(columns):
        place.refuse(typed[name], typed[name].isna(), "but may not be missing; fill it in, or leave the row out")
    if "reason" in columns:
        place.refuse(typed["reason"], typed["reason"].str.strip().eq(""), "but must say why the row is to go")
    unknown = ~typed["problem"].isin(_known_problems(typed["problem"])) & typed["problem"].notna()
    place.refuse(typed["problem"], unknown, f"where only these may be: {', '.join(PROBLEMS)}")
    return typed


class _Place:
    """Where a value stands, for messages."""

    def __init__(self, lines: Sequence[int] | None) -> None:
        self._lines = lines

    def of(self, position: int, column: object) -> str:
        line = "" if self._lines is None else f", line {self._lines[position]} of the file"
        return f"Row {position} (counted from 0{line}) of the plan's column {column!r}"

    def refuse(self, values: pd.Series, wrong: pd.Series, why: str) -> None:
        """Raise an error about the first value that is wrong, if there is one."""
        mask = wrong.to_numpy(dtype=bool, na_value=False)
        if mask.any():
            position = int(mask.argmax())
            raise PlanError(f"{self.of(position, values.name)} holds {values.iloc[position]!r}, {why}.")


def refuse_other_columns(plan: pd.DataFrame) -> None:
    """Raise an error unless each of a plan's columns is there, once, and no other."""
    columns = _COLUMNS[kind(plan)]
    present = list(plan.columns)
    for name in columns:
        if name not in present:
            raise PlanError(f"The plan has no column {name!r}; put it back.")
    for name in dict.fromkeys(present):
        if name not in columns:
            raise PlanError(f"The plan has a column {name!r}, which no plan has; remove it.")
        if present.count(name) > 1:
            raise PlanError(f"The plan has more than one column {name!r}; leave one.")


def _converted(values: pd.Series, place: _Place) -> pd.Series:
    try:
        text = frames.convert(values, dtype_of(str(values.name))).astype(frames.TEXT)
    except ContractError:
        texts = values.astype(object)
        wrong = texts.notna() & ~texts.map(_is_text)
        place.refuse(texts, wrong, "which is not text that UTF-8 can hold")
        raise
    # From text, so that the categories are those in use, sorted, as when a plan is loaded.
    return text.astype(dtype_of(str(values.name)))


def _is_text(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(value.encode() or True)
    except UnicodeError:
        return False


def _known_problems(problems: pd.Series) -> list[str]:
    return [text for text in problems.dropna().unique() if set(text.split(SEPARATOR)) <= set(PROBLEMS)]
