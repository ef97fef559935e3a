"""What is wrong with names as they are written: none, white space, characters that cannot be seen or deceive.

Hidden and deceiving characters are those of Unicode's security documents: format characters and bidirectional
controls (https://www.unicode.org/reports/tr36/), and words of more than one script whose letters look alike
(https://www.unicode.org/reports/tr39/#Mixed_Script_Detection). What emoji and Indic, Persian or Hebrew text need
is left alone: joiners between two characters beyond ASCII, and direction marks in names with letters written from
right to left.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import regex

from callerid_analytics.audit.estate import Estate, Found, joined, listed, only_where, rows_where
from callerid_analytics.parameters import LONGEST_NAME

_WHITE = r"[\s\v\p{Z}]"
_ODD_WHITE = r"[\t\n\v\f\r\x{85}\p{Zl}\p{Zp}\x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]"
_BIDIRECTIONAL = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_MARKS = "\u200e\u200f\u061c"
_FLAG_TAGS = regex.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
_HIDDEN = regex.compile(
    rf"(?:[\p{{Cc}}--[\t\n\v\f\r\x85]]|[[\p{{Cf}}\p{{Co}}]--[{_BIDIRECTIONAL}{_MARKS}\u200c\u200d]]"
    r"|(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f]))",
    regex.VERSION1,
)
_RIGHT_TO_LEFT = regex.compile(r"[[\p{Bidi_Class=R}\p{Bidi_Class=AL}]&&\p{L}]", regex.VERSION1)


def empty(estate: Estate) -> Found:
    """Find missing names, and those without a character that can be seen."""
    distinct = estate.names.dictionary
    blank = pc.match_substring_regex(distinct, rf"^(?:{_WHITE}|\p{{C}})*$")
    text = only_where(blank, pc.if_else(pc.equal(distinct, ""), "it has an empty name", "its name cannot be seen"))
    per_row = pc.coalesce(text.take(estate.names.indices), only_where(estate.names.is_null(), "it has no name"))
    return Found(rows_where(per_row.is_valid()), per_row.drop_null(), "Give it a name that says whose it is.")


def never_named(estate: Estate) -> Found:
    """Find names that are still the number, as Twilio sets it by default."""
    named = np.setdiff1d(rows_where(estate.never_named), empty(estate).rows, assume_unique=True)
    return Found(named, "its name is still its number", "Give it a name that says whose it is.")


def white_space(estate: Estate) -> Found:
    """Find white space at the start, at the end, doubled, or of an odd kind."""
    distinct = estate.names.dictionary
    trimmed_start = pc.replace_substring_regex(distinct, rf"^{_WHITE}+", "")
    trimmed = pc.replace_substring_regex(trimmed_start, rf"{_WHITE}+$", "")
    visible = pc.not_equal(trimmed, "")
    detail = listed(
        _spaces(distinct, trimmed_start, "start"),
        _spaces(trimmed_start, trimmed, "end"),
        only_where(pc.match_substring_regex(trimmed, rf"{_WHITE}{{2}}"), "doubled white space"),
        only_where(pc.match_substring_regex(distinct, _ODD_WHITE), _odd_space(distinct)),
    )
    clean = joined('Rename it to "', pc.replace_substring_regex(trimmed, rf"{_WHITE}+", " "), '".')
    is_found = pc.and_(visible, pc.not_equal(detail, ""))
    rows, texts = estate.of_names(only_where(is_found, detail))
    return Found(rows, texts, clean.take(estate.names.indices.take(pa.array(rows))))


def hidden_characters(estate: Estate) -> Found:
    """Find control characters and others that take no room."""
    rows, texts = estate.of_names(estate.describe_names(r"\p{C}", _hidden))
    return Found(rows, texts, "Type the name anew, without them.")


def bidirectional(estate: Estate) -> Found:
    """Find characters that turn around the text that is shown."""
    texts = estate.describe_names(rf"[{_BIDIRECTIONAL}{_MARKS}]", _turning)
    rows, detail = estate.of_names(texts)
    return Found(rows, detail, "Type the name anew, without them: it may not say what it seems to.")


def too_long(estate: Estate) -> Found:
    """Find names longer than Twilio takes."""
    lengths = pc.utf8_length(estate.names.dictionary)
    counted = joined("it has ", lengths.cast(pa.large_string()), f" characters, {LONGEST_NAME} are allowed")
    rows, detail = estate.of_names(only_where(pc.greater(lengths, LONGEST_NAME), counted))
    return Found(rows, detail, f"Shorten it to {LONGEST_NAME} characters.")


def _spaces(before: pa.Array, after: pa.Array, where: str) -> pa.Array:
    count = pc.subtract(pc.utf8_length(before), pc.utf8_length(after))
    noun = pc.if_else(pc.equal(count, 1), f" space at the {where}", f" spaces at the {where}")
    return only_where(pc.greater(count, 0), joined(count.cast(pa.large_string()), noun.cast(pa.large_string())))


def _odd_space(names: pa.Array) -> pa.Array:
    first = pc.struct_field(pc.extract_regex(names, f"(?P<space>{_ODD_WHITE})"), "space").dictionary_encode()
    texts = pa.array(
        [f"an odd space, {_code(space)}" for space in first.dictionary.to_pylist()], pa.large_string()
    )
    return texts.take(first.indices)


def _hidden(name: str) -> str | None:
    codes = dict.fromkeys(map(_code, _HIDDEN.findall(_FLAG_TAGS.sub("", name))))
    return f"it holds {', '.join(codes)}" if codes else None


def _turning(name: str) -> str | None:
    turning = _BIDIRECTIONAL if _RIGHT_TO_LEFT.search(name) else _BIDIRECTIONAL + _MARKS
    codes = dict.fromkeys(_code(character) for character in name if character in turning)
    return f"it holds {', '.join(codes)}" if codes else None


def _code(character: str) -> str:
    return f"U+{ord(character):04X}"
