"""Search as one types: which rows hold all the words, at a hundred thousand rows.

Names and digits are made ready once for a frame; what a word was found in is remembered while others are typed.
"""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Mask = npt.NDArray[np.bool_]

_NUMBER_LIKE = r"\+?[().\-/]*\d[\d().\-/]*"
_WORD = re.compile(rf"{_NUMBER_LIKE}(?: +{_NUMBER_LIKE})*(?!\S)|\S+")
_WHOLE_SID = 8
"""Letters of a SID that tell it from others, so that they are looked for in the middle of one, too."""
_REMEMBERED = 50


class Search:
    """A frame of caller IDs, ready to be searched.

    A word is found in names, whatever its letters' case; in names and SIDs of accounts; and in SIDs, in their
    middle from eight letters on. Digits are found in the number, and in those of the name, however they are
    written: words of digits and punctuation that stand together are one number, and one that begins with + or 00
    begins with the calling code.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the contract's columns.

    Examples
    --------
    >>> from callerid_analytics import frames
    >>> row = {"phone_number": "+14155550100", "friendly_name": "Front Desk"}
    >>> search = Search(frames.conform(pd.DataFrame([{name: row.get(name) for name in frames.NAMES}])))
    >>> [bool(search.find(words).all()) for words in ("desk (415) 555", "+1 415", "+415", "back desk")]
    [True, True, False, False]
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self._length = len(frame)
        self._names = pc.utf8_lower(_texts(frame["friendly_name"]))
        self._sids = pc.utf8_lower(_texts(frame["sid"]))
        self._digits = _digits(_texts(frame["phone_number"]), self._names)
        self._accounts = [frame["account_name"].array, frame["account_sid"].array]
        self._found: dict[str, Mask] = {}

    def find(self, words: str) -> Mask:
        """Say of each row whether it holds all these words; no words are in every row."""
        found = np.ones(self._length, dtype=bool)
        for word in _WORD.findall(words):
            found &= self._remembered(" ".join(word.split()))
        return found

    def _remembered(self, word: str) -> Mask:
        if word not in self._found:
            while len(self._found) >= _REMEMBERED:
                del self._found[next(iter(self._found))]
            self._found[word] = self._holds(pc.utf8_lower(pa.scalar(word)).as_py())
        return self._found[word]

    def _holds(self, word: str) -> Mask:
        found = _contains(self._names, word)
        for accounts in self._accounts:
            found |= _in_category(accounts, word)
        if word.startswith("pn") or len(word) >= _WHOLE_SID:
            found |= _contains(self._sids, word)
        if re.fullmatch(rf"{_NUMBER_LIKE}(?: {_NUMBER_LIKE})*", word):
            found |= _contains(self._digits, _plain_number(word))
        return found


def _plain_number(word: str) -> str:
    return re.sub(r"^00|^(?=\+)", "+", re.sub(r"[^\d+]", "", word)).replace("++", "+")


def _texts(values: pd.Series) -> pa.Array:
    array = pa.array(values, from_pandas=True)
    whole = array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array
    return pc.fill_null(whole.cast(pa.large_string()), "")


def _digits(numbers: pa.Array, names: pa.Array) -> pa.Array:
    """Return each row's number without punctuation, and the digits of its name."""
    plain = pc.replace_substring_regex(pc.replace_substring_regex(numbers, r"^\s*00", "+"), r"[^\d+]", "")
    return pc.binary_join_element_wise(
        plain, pc.replace_substring_regex(names, r"\D", ""), pa.scalar(" ", pa.large_string())
    )


def _contains(texts: pa.Array, word: str) -> Mask:
    return np.array(pc.match_substring(texts, word).to_numpy(zero_copy_only=False), dtype=bool)


def _in_category(accounts: pd.Categorical, word: str) -> Mask:
    hits = [word in str(account).lower() for account in accounts.categories]
    mask: Mask = np.array([*hits, False])[accounts.codes]  # the code of what is missing is -1
    return mask
