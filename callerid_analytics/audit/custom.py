"""Rules of a policy: names that must or must not look some way, regions and types that are or are not allowed."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics.audit.estate import Estate, Found, joined, listed, only_where, rows_where
from callerid_analytics.audit.policy import CustomRule


def breaking(estate: Estate, rule: CustomRule) -> Found:
    """Find rows that break any condition of a rule."""
    regions, types = rule.regions_allowed, rule.types_allowed
    detail = listed(
        _name(estate, rule.name_must_match, "its name does not match ", wanted=True),
        _name(estate, rule.name_must_not_match, "its name matches ", wanted=False),
        _not_among(estate.regions, regions, "its region is "),
        _among(estate.regions, rule.regions_not_allowed, "its region is "),
        _not_among(estate.types, types, "its type is "),
        _among(estate.types, rule.types_not_allowed, "its type is "),
    )
    is_found = pc.not_equal(detail, "")
    if rule.accounts:
        is_found = pc.and_(is_found, pc.is_in(estate.accounts, pa.array(rule.accounts, pa.large_string())))
    rows = rows_where(is_found)
    return Found(rows, detail.take(pa.array(rows)), rule.suggestion)


def _name(estate: Estate, pattern: str | None, what: str, *, wanted: bool) -> pa.Array:
    """Judge every distinct name once, and a missing one as the empty one."""
    if pattern is None:
        return pa.nulls(len(estate.frame), pa.large_string())
    expression = re.compile(pattern)
    breaks = [(expression.search(name) is None) == wanted for name in ("", *estate.names.dictionary.to_pylist())]
    per_row = pa.array(breaks).take(pa.array(estate.name_codes + 1))
    return only_where(per_row, f"{what}{pattern}")


def _among(values: pa.Array, unwanted: tuple[str, ...], what: str) -> pa.Array:
    return only_where(pc.is_in(values, pa.array(unwanted, pa.large_string())), joined(what, values))


def _not_among(values: pa.Array, wanted: tuple[str, ...], what: str) -> pa.Array:
    if not wanted:
        return pa.nulls(len(values), pa.large_string())
    is_other = pc.and_not(values.is_valid(), pc.is_in(values, pa.array(wanted, pa.large_string())))
    return only_where(is_other, joined(what, values))
