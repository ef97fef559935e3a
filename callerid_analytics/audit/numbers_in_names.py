"""Names that hold a number which is not their own: whoever reads the name calls somebody else.

What counts as a number: seven to fifteen digits, with the punctuation of phone numbers between them, that begin
with + or 00, are grouped as in North America, or are a valid number when they are read as one of the row's own
country or with a country code. Dates, years and plain counters are none. The row's own number may stand there in
any form, with more digits around it (an extension) or fewer (without its area code).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics import frames, numbering
from callerid_analytics.audit.estate import Estate, Found, Mask, Rows, joined, rows_where

_NUMBER = r"(?P<number>(?:\+|00)?\(?[0-9](?:[\s().\-/\x{a0}\x{2010}-\x{2015}]{0,3}[0-9]){6,})(?P<rest>(?s:.*))$"
_DATE = (
    r"^(?:(?:19|20)[0-9]{2}[-./ ]?(?:0[1-9]|1[0-2])[-./ ]?(?:0[1-9]|[12][0-9]|3[01])"
    r"|[0-9]{1,2}[-./][0-9]{1,2}[-./](?:19|20)[0-9]{2}"
    r"|(?:19|20)[0-9]{2} ?[-/\x{2013}] ?(?:19|20)[0-9]{2})$"
)
_GROUPED = r"^(?:1[-. ])?(?:\([2-9][0-9]{2}\) ?|[2-9][0-9]{2}[-. ])[2-9][0-9]{2}[-. ][0-9]{4}$"
_LOCAL = r"^[2-9][0-9]{2}[-.][0-9]{4}$"
_FEWEST, _MOST = 7, 15
"""Digits: of a local number in North America, and of any number in E.164."""


def other_number(estate: Estate) -> Found:
    """Find names that hold another number than their own."""
    rows = _to_look_at(estate)
    texts = _names(estate, rows)
    found_rows, found_texts = [rows[:0]], [texts[:0]]
    while len(rows):
        match = pc.extract_regex(texts, _NUMBER)
        rows, match = rows[rows_where(match.is_valid())], match.drop_null()
        number = pc.struct_field(match, "number")
        is_other = _is_other(estate, rows, number)
        found_rows.append(rows[is_other])
        found_texts.append(number.filter(pa.array(is_other)))
        rows, texts = rows[~is_other], pc.struct_field(match, "rest").filter(pa.array(~is_other))
    return _found(estate, np.concatenate(found_rows), pa.concat_arrays(found_texts))


def _found(estate: Estate, rows: Rows, numbers: pa.Array) -> Found:
    order = np.argsort(rows)
    rows = rows[order]
    own = estate.numbers.take(pa.array(rows))
    detail = joined("it holds ", numbers.take(pa.array(order)), ", its own number is ", own)
    return Found(rows, detail, "Rename it; if both numbers are in use, verify the other one as well.")


def _to_look_at(estate: Estate) -> Rows:
    """Return the rows whose names have enough digits, and not just those of their number."""
    in_name = pc.replace_substring_regex(estate.names.dictionary, "[^0-9]", "")
    enough = pc.greater_equal(pc.utf8_length(in_name), _FEWEST).take(estate.names.indices)
    rows = rows_where(enough)
    at = pa.array(rows)
    digits, own = in_name.take(estate.names.indices.take(at)), _own_digits(estate, rows)
    is_own = pc.or_(pc.equal(digits, own), pc.equal(joined("1", digits), own))
    others: Rows = rows[~np.asarray(is_own)]
    return others


def _names(estate: Estate, rows: Rows) -> pa.Array:
    texts = estate.names.dictionary.take(estate.names.indices.take(pa.array(rows)))
    return pc.replace_substring(texts, "(0)", "")


def _own_digits(estate: Estate, rows: Rows) -> pa.Array:
    at = pa.array(rows)
    number = pc.coalesce(estate.normal_numbers.take(at), estate.numbers.take(at), pa.scalar("", pa.large_string()))
    return pc.replace_substring_regex(number, "[^0-9]", "")


def _is_other(estate: Estate, rows: Rows, numbers: pa.Array) -> Mask:
    international = pc.match_substring_regex(numbers, r"^(?:\+|00)")
    digits = pc.replace_substring_regex(pc.replace_substring_regex(numbers, "[^0-9]", ""), "^0+", "")
    length = pc.utf8_length(digits)
    could_be = pc.and_(pc.greater_equal(length, _FEWEST), pc.less_equal(length, _MOST))
    could_be = pc.and_not(could_be, pc.match_substring_regex(numbers, _DATE))
    other = np.asarray(could_be) & ~_is_own(estate, rows, digits)
    certain = np.asarray(pc.or_(international, pc.match_substring_regex(numbers, _GROUPED)))
    american = np.asarray(pc.equal(estate.calling_codes.take(pa.array(rows)), "1").fill_null(False))
    certain = certain | (american & np.asarray(pc.match_substring_regex(numbers, _LOCAL)))
    doubtful = np.flatnonzero(other & ~certain)
    certain[doubtful] = _is_valid(estate, rows[doubtful], digits.take(pa.array(doubtful)))
    found: Mask = other & certain
    return found


def _is_own(estate: Estate, rows: Rows, digits: pa.Array) -> Mask:
    """Say where the digits are the row's number, or hold it, or are its end."""
    own, codes = _own_digits(estate, rows), estate.calling_codes.take(pa.array(rows)).fill_null("")
    national = own
    for length in (1, 2, 3):
        has_such_code = pc.equal(pc.utf8_length(codes), length)
        national = pc.if_else(has_such_code, pc.utf8_slice_codeunits(own, start=length), national)
    is_there = np.char.find(_fixed_width(digits), _fixed_width(national)) >= 0
    is_whole = np.asarray(pc.greater_equal(pc.utf8_length(national), _FEWEST))
    is_end = np.char.endswith(_fixed_width(own), _fixed_width(digits))
    is_own: Mask = (is_there & is_whole) | is_end
    return is_own


def _is_valid(estate: Estate, rows: Rows, digits: pa.Array) -> Mask:
    """Say which digits are a valid number with a country code, or in the row's country."""
    codes = estate.calling_codes.take(pa.array(rows)).fill_null("")
    valid = np.zeros(len(rows), dtype=bool)
    for numbers in (joined("+", digits), joined("+", codes, digits)):
        texts = pd.Series(numbers.to_pandas(), dtype=frames.TEXT)
        valid |= numbering.describe(texts)["is_valid"].fillna(False).to_numpy(dtype=bool)
    return valid


def _fixed_width(texts: pa.Array) -> np.ndarray:
    return np.asarray(texts.to_numpy(zero_copy_only=False), dtype=np.str_)
