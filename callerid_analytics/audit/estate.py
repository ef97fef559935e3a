"""What is audited: the caller IDs in an order of their own, as columns of Arrow text, and what rules ask of them.

Every rule reads an `Estate` and answers with `Found`. Its rows are sorted by what they hold, so that neither the
order in which they were loaded nor the frame's index has a say in the findings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics import duplicates, filters, frames, numbering
from callerid_analytics.audit.policy import Exemption, Policy
from callerid_analytics.errors import ContractError, InvalidParameter

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NO_ROW = -1
"""The row of a finding that is about an account, or about the policy."""
_ORDER = (
    "account_sid", "sid", "phone_number", "friendly_name", "date_created", "date_updated", "account_name", "uri",
)  # fmt: skip


class Found(NamedTuple):
    """What a rule has found: for each finding its row, what is the matter there, and what to do about it.

    Attributes
    ----------
    rows : numpy.ndarray of int64
        Positions in the estate, or `NO_ROW`.
    detail, suggestion : pyarrow.Array or str
        As many texts as there are rows, or one text for all of them.
    accounts, sids : pyarrow.Array or None
        What findings without a row are about.
    """

    rows: Rows
    detail: pa.Array | str
    suggestion: pa.Array | str
    accounts: pa.Array | None = None
    sids: pa.Array | None = None


@dataclass(frozen=True)
class Estate:
    """The caller IDs of an audit.

    Attributes
    ----------
    frame : pandas.DataFrame
        The contract's columns, sorted, with a new index.
    policy : Policy
    today : pandas.Timestamp
        The moment of the audit, in UTC.
    report : dict
        The load report; empty where there is none.
    used_exemptions : set of Exemption
        Those of the policy that have had something to exempt, as far as rules have been evaluated.
    """

    frame: pd.DataFrame
    policy: Policy
    today: pd.Timestamp
    report: dict[str, Any]
    used_exemptions: set[Exemption] = field(default_factory=set)

    @property
    def is_complete(self) -> bool | None:
        """Whether every account was read; None where no report tells."""
        return bool(self.report.get("complete")) if self.report else None

    @property
    def is_selection(self) -> bool:
        """Whether the report tells of caller IDs that are not here."""
        return bool(self.report.get("filters")) or self.report.get("rows", 0) > len(self.frame)

    @cached_property
    def sids(self) -> pa.Array:
        """The SIDs, as they are."""
        return as_text(self.frame["sid"])

    @cached_property
    def accounts(self) -> pa.Array:
        """The SIDs of the accounts."""
        return as_text(self.frame["account_sid"])

    @cached_property
    def numbers(self) -> pa.Array:
        """The numbers as stored."""
        return as_text(self.frame["phone_number"])

    @cached_property
    def normal_numbers(self) -> pa.Array:
        """The numbers in E.164 form; missing where they cannot be read."""
        return as_text(numbering.normalize(self.frame["phone_number"]))

    @cached_property
    def why_invalid(self) -> tuple[np.ndarray, pa.Array]:
        """The positions of invalid numbers, and what `numbering.possibility` says of each; blank ones left out."""
        blank = np.asarray(pc.equal(pc.utf8_trim_whitespace(self.numbers), "").fill_null(True))
        invalid = np.flatnonzero(self.frame["is_valid"].eq(False).fillna(False).to_numpy(dtype=bool) & ~blank)
        return invalid, as_text(numbering.possibility(self.frame["phone_number"].iloc[invalid]))

    @cached_property
    def same_number(self) -> pd.DataFrame:
        """What `duplicates.find_same_number` says of the numbers; it is asked only about those that repeat."""
        normal = pc.coalesce(self.normal_numbers, self.numbers).to_pandas()
        return duplicates.find_same_number(self.frame.loc[normal.duplicated(keep=False), ["phone_number"]])

    @cached_property
    def never_named(self) -> Mask:
        """Whether a name is missing, empty or still the number."""
        return filters.is_never_renamed(self.frame)

    @cached_property
    def names(self) -> pa.DictionaryArray:
        """The names, each distinct one once: most rules look at those only."""
        return as_text(self.frame["friendly_name"]).dictionary_encode()

    @cached_property
    def name_codes(self) -> npt.NDArray[np.int64]:
        """Where in ``names.dictionary`` a row's name is; -1 where it has none."""
        return np.asarray(self.names.indices.cast(pa.int64()).fill_null(-1))

    @cached_property
    def regions(self) -> pa.Array:
        """ISO 3166-1 alpha-2 codes, and 001."""
        return as_text(self.frame["region"])

    @cached_property
    def types(self) -> pa.Array:
        """The types that libphonenumber tells, in lower case."""
        return as_text(self.frame["number_type"])

    @cached_property
    def calling_codes(self) -> pa.Array:
        """The E.164 calling codes, as text."""
        return pa.array(self.frame["country_code"]).cast(pa.large_string())

    def of_names(self, texts: pa.Array) -> tuple[Rows, pa.Array]:
        """Return the rows whose name has a text, and those texts.

        Parameters
        ----------
        texts : pyarrow.Array
            One per distinct name; missing where there is nothing to say.
        """
        per_row = texts.take(self.names.indices)
        return rows_where(per_row.is_valid()), per_row.drop_null()

    def describe_names(self, pattern: str, describe: Callable[[str], str | None]) -> pa.Array:
        """Apply a function to the distinct names in which a pattern is found; the others have no text.

        Parameters
        ----------
        pattern : str
            Of RE2 (https://github.com/google/re2/wiki/Syntax), so that Arrow looks through all the names and
            Python only at the few that remain.
        describe : callable
            Returns None where there is nothing to say after all.
        """
        distinct = self.names.dictionary
        candidates = pc.match_substring_regex(distinct, pattern)
        texts = pa.array([describe(name) for name in distinct.filter(candidates).to_pylist()], pa.large_string())
        return pc.replace_with_mask(pa.nulls(len(distinct), pa.large_string()), candidates, texts)


def estate(frame: pd.DataFrame, policy: Policy, report: dict[str, Any] | None, today: date | None) -> Estate:
    """Prepare a frame for its audit."""
    frame = frames.conform(frame).loc[:, list(frames.NAMES)]
    _check_validity_is_known(frame)
    table = pa.table({name: as_text(frame[name]) if _is_text(frame[name]) else frame[name] for name in _ORDER})
    order = pc.sort_indices(table, sort_keys=[(name, "ascending") for name in _ORDER])
    in_order = frame.iloc[np.asarray(order)].reset_index(drop=True)
    return Estate(in_order, policy, _moment(today), report or {})


def as_text(values: pd.Series) -> pa.Array:
    """Return a column of text, or of categories of text, as one Arrow array."""
    array = pa.array(values)
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return whole.cast(pa.large_string())


def rows_where(mask: pa.Array | Mask) -> Rows:
    """Return the positions at which a mask is true; missing counts as false."""
    known = np.asarray(mask.fill_null(False)) if isinstance(mask, pa.Array) else mask
    return np.flatnonzero(known)


def joined(*parts: pa.Array | str) -> pa.Array:
    """Put texts and columns of text one behind the other, row by row, with ``(none)`` for what is missing."""
    return pc.binary_join_element_wise(
        *map(_typed, parts), _typed(""), null_handling="replace", null_replacement="(none)"
    )


def joined_if_known(*parts: pa.Array | str) -> pa.Array:
    """Put texts and columns of text one behind the other; an empty text for rows where one is missing."""
    return pc.fill_null(pc.binary_join_element_wise(*map(_typed, parts), _typed("")), "")


def listed(*parts: pa.Array) -> pa.Array:
    """List what there is in columns of text, row by row; an empty text where there is nothing."""
    # binary_join_element_wise(null_handling="skip") leaves out rows in which everything is missing (pyarrow 26).
    pieces = [joined_if_known("; ", part) for part in parts]
    return pc.utf8_slice_codeunits(joined(*pieces), start=len("; "))


def only_where(mask: pa.Array, texts: pa.Array | str) -> pa.Array:
    """Return texts where a mask is true, and missing ones elsewhere."""
    return pc.if_else(mask, _typed(texts), pa.scalar(None, pa.large_string()))


def _typed(text: pa.Array | str) -> pa.Array | pa.Scalar:
    return pa.scalar(text, pa.large_string()) if isinstance(text, str) else text


def _is_text(values: pd.Series) -> bool:
    return values.dtype == frames.TEXT or isinstance(values.dtype, pd.CategoricalDtype)


def _check_validity_is_known(frame: pd.DataFrame) -> None:
    unknown = (frame["is_valid"].isna() & frame["phone_number"].notna()).to_numpy()
    if unknown.any():
        row = int(unknown.argmax())
        raise ContractError(
            f"Row {row} (counted from 0) has the number {frame['phone_number'].iloc[row]!r} and no is_valid; "
            "assign what numbering.describe() says of the numbers first."
        )


def _moment(today: date | None) -> pd.Timestamp:
    moment = datetime.now(UTC) if today is None else today
    if not isinstance(moment, date) or pd.isna(moment):
        raise InvalidParameter(f"today is {today!r}: it must be a date, such as datetime.date(2026, 1, 31).")
    stamp = pd.Timestamp(moment)
    return stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
