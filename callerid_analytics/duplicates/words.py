"""A name as a comparison sees it: its words, its numbers, and how much each word tells."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from typing import NamedTuple

LEGAL_FORMS = (
    "ab", "ag", "aps", "as", "asa", "bv", "co", "company", "corp", "corporation", "gmbh", "inc", "incorporated",
    "kg", "kk", "limited", "llc", "llp", "lp", "ltd", "nv", "ohg", "oy", "oyj", "plc", "pty", "sa", "sarl", "sas",
    "se", "spa", "srl",
)  # fmt: skip
"""Words that say what a company is before the law, and not which company it is."""

_ACCENTS = range(0x0300, 0x0370)
_INSIDE_WORDS = "'’`´\u200b\u200c\u200d"


class Form(NamedTuple):
    """What is compared of a name; names with equal forms have the same words in any order."""

    words: tuple[str, ...]
    """In small letters without accents, sorted; a word that is there twice counts twice."""
    numbers: tuple[str, ...]
    """Sorted, each once, without leading zeros."""


class _Folding(dict[int, str]):
    """What to write for a decomposed small letter; each is looked up once."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        if code in _ACCENTS or letter in _INSIDE_WORDS:
            self[code] = ""
        elif letter.isdecimal():
            self[code] = str(int(letter))
        else:
            # A mark, such as a vowel sign of an Indian script, is part of its word.
            self[code] = letter if unicodedata.category(letter)[0] in "LM" else " "
        return self[code]


_FOLDED = _Folding({ord(letter): plain for letter, plain in zip("øłđð", "oldd", strict=True)} | {0xE6: "ae"})
_PARTS = re.compile(r"[0-9]+|[^0-9 ]+")


def split(name: str, ignored: Collection[str]) -> tuple[Form, str]:
    """Return the form of a name and its words as typed, run together.

    A run of single letters is one word, so that "N. V." is "NV"; "Desk1" and "Desk 1" are the same. Ignored words
    count only where the name has no others.
    """
    letters = unicodedata.normalize("NFKD", name.casefold()).translate(_FOLDED)
    parts = _PARTS.findall(letters)
    spelled = _join_initials([part for part in parts if not part[0].isdigit()])
    words = [word for word in spelled if word not in ignored] or spelled
    numbers = {part.lstrip("0") or "0" for part in parts if part[0].isdigit()}
    return Form(tuple(sorted(words)), tuple(sorted(numbers))), "".join(words)


def _join_initials(words: list[str]) -> list[str]:
    if min(map(len, words), default=0) > 1:
        return words
    joined: list[str] = []
    is_open = False
    for word in words:
        if is_open and len(word) == 1:
            joined[-1] += word
        else:
            joined.append(word)
        is_open = len(word) == 1
    return joined
