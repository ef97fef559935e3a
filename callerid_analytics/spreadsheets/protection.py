r"""Texts that no spreadsheet takes for anything but text.

A spreadsheet guesses what a cell of a CSV file is: ``+14155550100`` loses its plus, ``00123`` its zeros, ``3-4``
turns into a day of April, and ``=HYPERLINK(…)``, which anybody can give a caller ID as its name, is evaluated
(https://owasp.org/www-community/attacks/CSV_Injection). An apostrophe before it is how people have always told a
spreadsheet that a cell is text.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics import frames

_TRUE = (
    "true|wahr|vrai|verdadero|verdadeiro|vero|waar|sant|sann|sand|tosi|prawda|pravda|igaz|doğru|adevărat|cert|egia|"
    "istina|tačno|tõene|patiess|teisinga|đúng|benar|истина|істина|правда|вярно|тачно|αληθ[ηή]σ|αληθ[εέ]σ|真|참|จริง|صواب|אמת"
)
_FALSE = (
    "false|falsch|faux|falso|onwaar|falskt|falsk|usann|epätosi|fałsz|nepravda|hamis|yanlış|fals|gezurra|neistina|laž|"
    "netačno|väär|aplams|klaidinga|sai|salah|ложь|хибність|хиба|лъжа|невярно|нетачно|ψευδ[ηή]σ|ψευδ[εέ]σ|假|偽|거짓|เท็จ|خطأ|שקר"
)
_CALENDAR = (
    "jan feb mar apr may jun jul aug sep oct nov dec mär mai okt dez fév fev avr aoû déc ene abr ago dic gen mag "
    "giu lug set ott out maa mei янв фев апр май мая июн июл авг сен окт ноя дек "
    "mon tue wed thu fri sat sun die mit don fre sam son lun mer jeu ven dim mié jue vie sáb dom gio sab seg ter "
    "qua qui sex din woe vri zat zon пон вто сре чет пят суб вос"
).replace(" ", "|")
_PARTICLE = "am|pm|a|p|m|st|nd|rd|th|de|del|do|di|of|the|at|le|el|um|uhr|utc|gmt"
_CHINESE_DATE = (
    "〇零一二三四五六七八九十廿卅百千万萬亿億兆元年月日号號時时点點分秒半上下午前后後明治大正昭和平成令民國国"
)

_SID = r"^(?:/\d{4}-\d\d-\d\d/Accounts/[0-9A-Za-z/]+\.json|[A-Z]{2}[0-9a-f]{32})$"  # or the path of one
# In these, A stands for a word of letters and 0 for a number.
_PLAIN = "|".join(
    [
        "^A[^0]*$",
        "^A[^A0]+A[^0]*0[^0]*$",  # Acme Sales 2
        "^A[^0]*0[^0]*A[^0]*$",  # Desk 4 Berlin
        "^(?:A[^A]+){7}A",  # a sentence, longer than any date
    ]
)
_OTHER, _LETTER = r"[\x00-@\[-`{-\x{bf}]", r"[^\x00-@\[-`{-\x{bf}]"
_DAY = f"(?i)^(?:(?:(?:{_CALENDAR}){_LETTER}*|{_PARTICLE}){_OTHER}*)+$"
_CONSTANT = f"(?i)^(?:(?:{_TRUE}|{_FALSE}|nan|inf|infinity){_OTHER}*|(?:[{_CHINESE_DATE}]|{_OTHER})+)$"
# Where a program with another delimiter than the file's, or none of its quoting, would begin a new cell.
_BORDER = r'["|;,\t-\r\x1c-\x1e\x85\x{2028}\x{2029}]["|;,\p{Z}\p{C}]*'
_FORMULA = r"'=+\-@%⁺⁻⁼₊₋₌‐‑‒–—―−﹢﹣﹦﹪﹫％＋－＝＠"

_MARK, _NOTHING = pa.scalar("'", pa.large_string()), pa.scalar("", pa.large_string())


def protect(texts: pd.Series) -> pd.Series:
    r"""Mark as text what a spreadsheet could take for a formula, number, date or truth value.

    An apostrophe goes before the whole text unless it is plainly a name: one that begins with a letter and has no
    digit, or has one number and at least two words. A single word with a number, such as ``Mars 2``, is a date in
    somebody's language. Inside a text, an apostrophe goes between what may end a cell (quotes, line ends, tabs,
    ``;``, ``,``, ``|``) and a character that begins a formula: quoting does not help where the file has ``,``
    between its cells and the spreadsheet expects ``;``.

    Different texts stay different, and `unprotect` gives back every one of them. Empty text becomes an apostrophe
    alone, because a spreadsheet cannot tell it from a missing one.

    Parameters
    ----------
    texts : pandas.Series
        Of text, or of categories of text.

    Returns
    -------
    pandas.Series
        Of the dtype `frames.TEXT`, with the same index and name. What is missing stays missing.

    Raises
    ------
    ContractError
        A value is not text, or UTF-8 cannot hold it.

    Examples
    --------
    >>> names = pd.Series(["Acme Sales 2", "+14155550100", "00123", "Mars 2", "=1+1", "'so'", "Acme;=A1", None])
    >>> protect(names).tolist()
    ['Acme Sales 2', "'+14155550100", "'00123", "'Mars 2", "'=1+1", "''so'", "Acme;'=A1", nan]
    """
    return _series(protected(_array(texts)), texts)


def unprotect(texts: pd.Series) -> pd.Series:
    """Take away the marks of `protect`.

    A text without marks stays as it is, because a spreadsheet may swallow the apostrophe of a cell that is typed
    again. The first apostrophe of a text is always taken for a mark, as spreadsheets take it.

    Parameters
    ----------
    texts : pandas.Series
        Of text, or of categories of text.

    Returns
    -------
    pandas.Series
        Of the dtype `frames.TEXT`, with the same index and name. What is missing stays missing.

    Raises
    ------
    ContractError
        A value is not text, or UTF-8 cannot hold it.

    Examples
    --------
    >>> unprotect(pd.Series(["Acme Sales 2", "'+14155550100", "+14155550100", "''quoted'", "a;'=1+1"])).tolist()
    ['Acme Sales 2', '+14155550100', '+14155550100', "'quoted'", 'a;=1+1']
    """
    return _series(unprotected(_array(texts)), texts)


def protected(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Mark an array of text as `protect` does."""
    return _on_distinct(array, _mark)


def unprotected(array: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Take away the marks of an array of text as `unprotect` does."""
    return _on_distinct(array, _unmark)


def truths(array: pa.Array) -> pa.Array:
    """Return the booleans that texts such as TRUE and WAHR are; any other is an `pyarrow.ArrowInvalid`."""
    english = pc.replace_substring_regex(array, f"^(?i:{_TRUE})$", "true")
    return pc.replace_substring_regex(english, f"^(?i:{_FALSE})$", "false").cast(pa.bool_())


def _mark(array: pa.Array) -> pa.Array:
    inside = pc.replace_substring_regex(array, f"({_BORDER})([{_FORMULA}])", r"\1'\2")
    normal = pc.utf8_normalize(array, form="NFKC")
    short = pc.if_else(pc.match_substring_regex(array, _SID), "A", normal)
    shape = pc.replace_substring_regex(pc.replace_substring_regex(short, r"[\p{L}\p{M}]+", "A"), r"\p{N}+", "0")
    day = pc.and_(pc.match_substring(shape, "0"), pc.match_substring_regex(short, _DAY))
    special = pc.or_(day, pc.match_substring_regex(short, _CONSTANT))
    plain = pc.and_not(pc.match_substring_regex(shape, _PLAIN), special)
    return pc.if_else(plain, inside, pc.binary_join_element_wise(_MARK, inside, _NOTHING))


def _unmark(array: pa.Array) -> pa.Array:
    whole = pc.replace_substring_regex(array, "^'", "")
    return pc.replace_substring_regex(whole, f"({_BORDER})'([{_FORMULA}])", r"\1\2")


def _on_distinct(array: pa.Array | pa.ChunkedArray, change: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """Change each different text once."""
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    encoded = whole.cast(pa.large_string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices, change(encoded.dictionary)).dictionary_decode()


def _array(texts: pd.Series) -> pa.Array:
    if isinstance(texts.dtype, pd.CategoricalDtype):
        texts = frames.convert(texts, frames.CATEGORY).astype(frames.TEXT)
    return pa.array(frames.convert(texts, frames.TEXT), type=pa.large_string())


def _series(array: pa.Array, like: pd.Series) -> pd.Series:
    values = array.to_pandas(types_mapper={pa.large_string(): frames.TEXT}.get)
    return pd.Series(values.array, index=like.index, name=like.name)
