"""Names that are the same but for capitals, punctuation, accents and the order of words: OpenRefine's fingerprint.

Source: https://openrefine.org/docs/technical-reference/clustering-in-depth
"""

from __future__ import annotations

import unicodedata

import numpy as np
import pandas as pd

from callerid_analytics.duplicates import groups

_PLAIN_LETTERS = {
    "æ": "ae", "œ": "oe", "ø": "oe", "ß": "ss", "þ": "th",
    "ð": "d", "đ": "d", "ɖ": "d", "ħ": "h", "ı": "i", "ĸ": "k", "ł": "l", "ŋ": "n",
    "ŧ": "t", "ſ": "s", "ẜ": "s", "ẝ": "s", "ƿ": "w", "©": "c",
}  # fmt: skip
_COMBINING = range(0x0300, 0x0370)
_CONTROLS = {*range(0x20), *range(0x7F, 0xA0)} - {*range(0x09, 0x0E), 0x85}
"""Without those that are spaces."""


class _Folding(dict[int, str]):
    """What to write for a decomposed small letter; each is looked up once."""

    def __missing__(self, code: int) -> str:
        letter, category = chr(code), unicodedata.category(chr(code))
        is_mark = code in _COMBINING or category in ("Lm", "Sk")
        is_dropped = is_mark or code in _CONTROLS or category.startswith("P")
        self[code] = "" if is_dropped else _PLAIN_LETTERS.get(letter, letter)
        return self[code]


_FOLDED = _Folding()


def find_key_collisions(frame: pd.DataFrame) -> pd.DataFrame:
    """Find rows whose names differ as typed but have the same `fingerprint`: OpenRefine's key collision.

    As in OpenRefine, a cluster has at least two spellings: a name that is merely repeated, letter for letter, is
    for `find_same_name`; all its rows are in the group once another spelling is. A name whose fingerprint is
    empty, such as ``"???"``, is a duplicate of nothing; OpenRefine would put all of those together.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``friendly_name``.

    Returns
    -------
    pandas.DataFrame
        The rows that collide, sorted by group, with ``group`` (Int32), ``reason`` (text), ``score`` (Float64; 1)
        and ``keep`` (boolean), as `callerid_analytics.duplicates` describes them.

    Raises
    ------
    ContractError
        The column is missing or holds something other than text.

    Examples
    --------
    >>> frame = pd.DataFrame({"friendly_name": ["ACME, Sales", "Sales Acme", "Acme Support"]})
    >>> find_key_collisions(frame)[["friendly_name", "group", "reason"]].values.tolist()
    [['ACME, Sales', 1, "2 spellings of 'acme sales'"], ['Sales Acme', 1, "2 spellings of 'acme sales'"]]
    """
    codes, texts = groups.distinct(frame, "friendly_name", "find_key_collisions")
    keys, named = pd.factorize(np.array([fingerprint(text) or None for text in texts], dtype=object))
    spellings = np.bincount(keys[np.unique(codes[codes >= 0])] + 1, minlength=len(named) + 1)[1:]
    keys = np.where(np.append(spellings, 0)[keys] > 1, keys, -1).astype(np.int64)
    told = [f"{count} spellings of {name!r}" for count, name in zip(spellings, named, strict=True)]
    labels = groups.spread(keys, codes)
    reasons = pd.Series(np.array([*told, None], dtype=object)[labels])
    return groups.collect(frame, labels, reasons, np.ones(len(frame)))


def fingerprint(name: str) -> str:
    """Return the key by which OpenRefine finds spellings of one name.

    The name is trimmed and written in small letters; accents are taken off and Western letters written in ASCII;
    punctuation and control characters are removed (not replaced by spaces); the words that are left are sorted,
    each once, and joined by spaces.

    Source: https://openrefine.org/docs/technical-reference/clustering-in-depth; the order of the steps, and which
    characters each is about, are those of OpenRefine's program. There, punctuation that stands alone at the
    beginning leaves a space before the key; here, as in the document, it does not.

    Examples
    --------
    >>> fingerprint("  Café Müller, (Café)")
    'cafe muller'
    """
    letters = unicodedata.normalize("NFKD", name.strip().lower()).translate(_FOLDED)
    return " ".join(sorted(set(letters.split())))
