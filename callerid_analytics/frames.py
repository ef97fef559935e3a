"""The column contract: which columns a frame of caller IDs has, in which order and with which dtypes.

Every frame that this package returns obeys it, the empty one too, so that a notebook written against one
account runs on any other. It is stated once, as data, in `COLUMNS`; `conform` makes a frame obey it and
`check` says how a frame does not.

Each column may hold missing values: Twilio describes every property of the resource as nullable, and what is
derived from a missing or unreadable number is missing as well.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import ExtensionDtype

from callerid_analytics.errors import ContractError


def _text_dtype() -> ExtensionDtype:
    """Return the dtype that pandas 3 calls ``str``: Arrow text whose missing value is NaN."""
    try:
        return pd.StringDtype("pyarrow", na_value=np.nan)
    except TypeError:  # pandas 2.2 has the same dtype under another name
        return cast("ExtensionDtype", pd.api.types.pandas_dtype("string[pyarrow_numpy]"))


TEXT = _text_dtype()
CATEGORY = pd.CategoricalDtype()
"""Unordered categories of `TEXT`; which categories there are is data and no part of the contract."""
INSTANT = pd.DatetimeTZDtype("us", "UTC")
SMALL_INTEGER = pd.Int16Dtype()
BOOLEAN = pd.BooleanDtype()


@dataclass(frozen=True)
class Column:
    """One column of the contract.

    Attributes
    ----------
    name : str
        Its label in the frame.
    dtype : pandas.api.extensions.ExtensionDtype
        `TEXT`, `CATEGORY` (of text), `INSTANT`, `SMALL_INTEGER` or `BOOLEAN`.
    meaning : str
        What a value says, for people.
    nullable : bool
        Whether values may be missing.
    derived : bool
        Whether this package worked it out, instead of Twilio having sent it.
    """

    name: str
    dtype: ExtensionDtype
    meaning: str
    nullable: bool = True
    derived: bool = False


COLUMNS: tuple[Column, ...] = (
    Column("sid", TEXT, "PN… identifier of the caller ID; what renaming and deleting go by"),
    Column("account_sid", CATEGORY, "AC… identifier of the account that may show the number"),
    Column("phone_number", TEXT, "the number as stored: E.164 as a rule, odd ones kept as they are"),
    Column("friendly_name", TEXT, "what people call it; by default the number, formatted"),
    Column("date_created", INSTANT, "when the number was verified"),
    Column("date_updated", INSTANT, "when the resource last changed"),
    Column("uri", TEXT, "path of the resource on Twilio's server"),
    Column("account_name", CATEGORY, "friendly name of the account", derived=True),
    Column("country_code", SMALL_INTEGER, "E.164 calling code, such as 1 or 44", derived=True),
    Column("region", CATEGORY, "ISO 3166-1 alpha-2 code, or 001 for non-geographic numbers", derived=True),
    Column("number_type", CATEGORY, "libphonenumber's type in lower case, such as mobile", derived=True),
    Column("is_valid", BOOLEAN, "whether such a number can exist; missing only where it is", derived=True),
)
BY_NAME = {column.name: column for column in COLUMNS}
NAMES = tuple(BY_NAME)


def empty() -> pd.DataFrame:
    """Return a frame with the contract's columns and dtypes and no rows.

    Examples
    --------
    >>> empty().columns.tolist()[:4]
    ['sid', 'account_sid', 'phone_number', 'friendly_name']
    >>> str(empty()["date_created"].dtype)
    'datetime64[us, UTC]'
    """
    return conform(pd.DataFrame(columns=list(NAMES), index=pd.RangeIndex(0), dtype=object))


def conform(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a new frame that obeys the contract.

    Parameters
    ----------
    frame : pandas.DataFrame
        With at least the contract's columns, of any dtype whose values convert without loss: text is not
        guessed from numbers (a number that was text has lost its ``+``) nor dates from text. Dates without
        a zone are UTC. Nanoseconds are cut off.

    Returns
    -------
    pandas.DataFrame
        The contract's columns first, in order, with the contract's dtypes; then the other columns, untouched.
        Index and ``attrs`` are kept. Categories of text stay as they are, in use or not.

    Raises
    ------
    ContractError
        A column is missing or there twice, or a value does not convert.

    Examples
    --------
    >>> frame = empty().assign(note=[])
    >>> conform(frame[["note", *NAMES]]).columns.tolist()[-2:]
    ['is_valid', 'note']
    """
    missing = [name for name in NAMES if name not in frame.columns]
    if missing:
        raise ContractError(f"The frame has no column {_listed(missing)}; every frame of caller IDs has it.")
    labels = list(frame.columns)
    extra = [place for place, label in enumerate(labels) if label not in BY_NAME]
    return convert_columns(frame).iloc[:, [*map(labels.index, NAMES), *extra]]


def convert_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a new frame in which those of the contract's columns that are there have its dtypes.

    Unlike `conform`, it asks for no column and leaves their order alone: for a selection of columns.

    Raises
    ------
    ContractError
        One of the contract's columns is there twice, or a value does not convert.
    """
    present = [name for name in frame.columns if name in BY_NAME]
    twice = sorted({name for name in present if present.count(name) > 1})
    if twice:
        raise ContractError(f"The frame has more than one column {_listed(twice)}; leave one of each.")
    return frame.assign(**{name: convert(frame[name], BY_NAME[name].dtype) for name in present})


def check(frame: pd.DataFrame) -> None:
    """Raise an error that lists every way in which a frame breaks the contract.

    Raises
    ------
    ContractError
        A column is missing, is there twice, or has another dtype. Order and other columns do not matter here.

    Examples
    --------
    >>> check(empty())
    >>> check(empty().drop(columns="uri").astype({"country_code": "Int64"}))
    Traceback (most recent call last):
    ...
    callerid_analytics.errors.ContractError: The frame breaks the column contract: uri is missing;
    country_code is Int64 instead of Int16. Pass it through frames.conform().
    """
    breaches = [breach for column in COLUMNS if (breach := _breach(frame, column))]
    if breaches:
        raise ContractError(
            f"The frame breaks the column contract: {'; '.join(breaches)}. Pass it through frames.conform()."
        )


def convert(values: pd.Series, dtype: ExtensionDtype) -> pd.Series:
    """Return a column with one of the contract's dtypes, keeping its index and name.

    Raises
    ------
    ContractError
        A value does not convert without loss; the message holds its row, column and value.
    """
    conversion = _CONVERSIONS[dtype.name]
    try:
        return conversion(values)
    except (TypeError, ValueError, OverflowError) as error:
        row = _first_failure(values, conversion)
        raise ContractError(
            f"Row {row} (counted from 0) of column {values.name!r} holds {values.iloc[row]!r}, "
            f"which is not {_EXPECTED[dtype.name]}."
        ) from error


def _text(values: pd.Series) -> pd.Series:
    if values.dtype == TEXT:
        return values
    if not isinstance(values.dtype, pd.StringDtype):
        values = values.astype(object)
        if not values.isna().all() and pd.api.types.infer_dtype(values, skipna=True) != "string":
            raise TypeError("not only text")
    return values.astype(TEXT)


def _category(values: pd.Series) -> pd.Series:
    if _is_text_category(values.dtype):
        return values
    if isinstance(values.dtype, pd.CategoricalDtype):
        categories = values.cat.categories.astype(object)
        # A category that is no text matters only where it is used, which the last line finds out.
        if pd.api.types.infer_dtype(categories) in ("string", "empty"):
            with suppress(UnicodeError):
                return values.cat.as_unordered().cat.rename_categories(pd.Index(categories, dtype=TEXT))
    return _text(values).astype(CATEGORY)


def _instant(values: pd.Series) -> pd.Series:
    if not isinstance(values.dtype, pd.DatetimeTZDtype):
        objects = values.astype(object)
        kind = pd.api.types.infer_dtype(objects, skipna=True)
        if not objects.isna().all() and kind not in ("datetime", "datetime64"):
            raise TypeError("not only dates")
        array = pa.array(objects, type=pa.timestamp("us", tz="UTC"), from_pandas=True).to_pandas().array
        values = pd.Series(array, index=values.index, name=values.name)
    in_utc: pd.Series = values.dt.tz_convert("UTC").dt.as_unit("us")
    return in_utc


def _small_integer(values: pd.Series) -> pd.Series:
    integers = values.astype("Int64")
    small = integers.astype(SMALL_INTEGER)  # what does not fit is cut to 16 bits, in silence
    if (small != integers).any():
        raise OverflowError("does not fit")
    return small


def _boolean(values: pd.Series) -> pd.Series:
    return values.astype(BOOLEAN)


_CONVERSIONS: dict[str, Callable[[pd.Series], pd.Series]] = {
    TEXT.name: _text,
    CATEGORY.name: _category,
    INSTANT.name: _instant,
    SMALL_INTEGER.name: _small_integer,
    BOOLEAN.name: _boolean,
}
_EXPECTED = {
    TEXT.name: "text that UTF-8 can hold",
    CATEGORY.name: "text that UTF-8 can hold",
    INSTANT.name: "a date and time",
    SMALL_INTEGER.name: "a whole number from -32768 to 32767",
    BOOLEAN.name: "true or false",
}


def _first_failure(values: pd.Series, conversion: Callable[[pd.Series], object]) -> int:
    """Return the position of a value that does not convert, by halving."""
    low, high = 0, len(values)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            conversion(values.iloc[low:middle])
        except (TypeError, ValueError, OverflowError):
            high = middle
        else:
            low = middle
    return low


def _breach(frame: pd.DataFrame, column: Column) -> str | None:
    count = int((frame.columns == column.name).sum())
    if count != 1:
        return f"{column.name} is {'missing' if count == 0 else 'there more than once'}"
    dtype = frame[column.name].dtype
    if column.dtype == CATEGORY:
        return None if _is_text_category(dtype) else f"{column.name} is {dtype} instead of category of text"
    return None if dtype == column.dtype else f"{column.name} is {dtype} instead of {column.dtype}"


def _is_text_category(dtype: object) -> bool:
    return isinstance(dtype, pd.CategoricalDtype) and not dtype.ordered and dtype.categories.dtype == TEXT


def _listed(names: list[str]) -> str:
    return ", ".join(repr(name) for name in names)
