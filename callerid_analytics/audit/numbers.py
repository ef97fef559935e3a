"""What is wrong with numbers themselves: none that can exist, written oddly, or of a kind not fit to be shown.

What libphonenumber calls possible is a matter of length, and what it calls valid one of ranges; a number that is
possible and not valid may have been assigned since its data was made. Hence three rules instead of one.

The kinds follow Ofcom's guidance on calling line identification: a number that is shown must be one to call back
without an excessive charge, https://www.ofcom.org.uk/phones-and-broadband/telephone-numbers/cli-guidance.
Universal access numbers (``uan``), voice over IP and numbers of no country are left alone: companies answer them.
Short codes and emergency numbers cannot be written in E.164, so they are found as impossible.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics.audit.estate import Estate, Found, joined, rows_where

_UNREADABLE = {
    "unreadable": "it cannot be read as a phone number",
    "no such country code": "no country has its calling code",
    "no country code": "it has neither a + nor a country code",
}
_LENGTHS = {
    "too short": "it is too short for a number of +",
    "too long": "it is too long for a number of +",
    "no such length": "no number is as long as this one in +",
    "local only": "its area code is missing, in +",
}
_E164 = r"^\+[0-9]+$"


def missing(estate: Estate) -> Found:
    """Find rows without a number."""
    blank = pc.equal(pc.utf8_trim_whitespace(estate.numbers), "").fill_null(True)
    return Found(rows_where(blank), "it has no phone number", "Delete it: nothing can be shown or called back.")


def impossible(estate: Estate) -> Found:
    """Find what is no phone number anywhere."""
    rows, why = _invalid_because(estate, _UNREADABLE)
    return Found(rows, why, "Verify the right number and delete this one.")


def wrong_length(estate: Estate) -> Found:
    """Find numbers whose country has none of that length."""
    rows, why = _invalid_because(estate, _LENGTHS)
    detail = joined(why, estate.calling_codes.take(rows))
    return Found(rows, detail, "Look for a digit lost or added; verify the right number and delete this one.")


def unassigned(estate: Estate) -> Found:
    """Find numbers of the right length in a range that nobody has been given."""
    rows, _ = _invalid_because(estate, {"possible": ""})
    detail = joined("its length is right, but +", estate.calling_codes.take(rows), " has no numbers that begin so")
    return Found(rows, detail, "Call it; if nobody can be reached, delete it.")


def trunk_prefix_kept(estate: Estate) -> Found:
    """Find the 0 of 020 kept after the country code, and other such prefixes."""
    return _written_otherwise(estate, kept_prefix=True)


def not_e164(estate: Estate) -> Found:
    """Find numbers with punctuation, or without their +."""
    return _written_otherwise(estate, kept_prefix=False)


def of_type(*types: str, suggestion: str = "Show another number.") -> Callable[[Estate], Found]:
    """Make a function that finds the numbers of some types."""

    def find(estate: Estate) -> Found:
        rows = rows_where(pc.is_in(estate.types, pa.array(types, pa.large_string())))
        shown = pc.replace_substring(estate.types.take(rows), "_", " ")
        return Found(rows, joined("its type is ", shown), suggestion)

    return find


def _invalid_because(estate: Estate, reasons: dict[str, str]) -> tuple[np.ndarray, pa.Array]:
    """Return the invalid rows for which there is one of these reasons, and its text for each."""
    invalid, found = estate.why_invalid
    reason = pc.index_in(found, pa.array(reasons, pa.large_string()))
    texts = pa.array(reasons.values(), pa.large_string()).take(reason.drop_null())
    return invalid[rows_where(reason.is_valid())], texts


def _written_otherwise(estate: Estate, *, kept_prefix: bool) -> Found:
    is_plain = pc.match_substring_regex(estate.numbers, _E164)
    differs = pc.not_equal(estate.numbers, estate.normal_numbers)
    rows = rows_where(pc.and_(differs, is_plain if kept_prefix else pc.invert(is_plain)))
    normal = estate.normal_numbers.take(pa.array(rows))
    detail = joined("in E.164 form it would be ", normal)
    return Found(rows, detail, joined("Verify ", normal, " and delete this one."))
