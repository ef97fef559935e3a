"""Twilio's limit of 64 characters, kept without cutting what people see as one character."""

from __future__ import annotations

from typing import ClassVar

import regex

from callerid_analytics.cleaning.rules import NameRule
from callerid_analytics.errors import RecipeError
from callerid_analytics.parameters import LONGEST_NAME

_GRAPHEME = regex.compile(r"\X")
_LAST_WORD = regex.compile(r"\p{White_Space}+\P{White_Space}*$")
_SHORTEST_SHARE = 0.7
"""Of the length: a name is cut at the end of a word if this much of it is left."""


class Shorten(NameRule, frozen=True, kw_only=True, tag="shorten"):
    """Cut names that are too long, at the end of a word where one is near.

    No accent or emoji is cut in two. Characters are counted as Unicode code points, as Twilio's limit is here.

    Parameters
    ----------
    length : int, default 64
        The most characters that are left, from 1 to 64.
    ellipsis : str
        What shows that something was cut, such as ``"…"``; it counts. Nothing by default.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["Evergreen Travel Reservations"])
    >>> Shorten(length=20, ellipsis="…").apply(names, names.to_frame()).tolist()
    ['Evergreen Travel…']
    """

    length: int = LONGEST_NAME
    ellipsis: str = ""

    reason: ClassVar[str] = f"Twilio takes names of at most {LONGEST_NAME} characters."

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 1 <= self.length <= LONGEST_NAME:
            raise RecipeError(
                f"The rule {self.name!r} has {self.length} as 'length': it must be from 1 to {LONGEST_NAME}."
            )
        if len(self.ellipsis) >= self.length:
            raise RecipeError(
                f"The rule {self.name!r} has an ellipsis, {self.ellipsis!r}, as long as the name may be."
            )

    def _rename(self, name: str) -> str:
        if len(name) <= self.length:
            return name
        room = self.length - len(self.ellipsis)
        cut = cut_to(name, room)
        if not name[len(cut)].isspace():
            at_word = _LAST_WORD.sub("", cut)
            cut = at_word if len(at_word) >= _SHORTEST_SHARE * room else cut
        return cut.rstrip() + self.ellipsis


def cut_to(name: str, length: int) -> str:
    """Return as many whole graphemes as fit; of one that does not fit by itself, the characters that do."""
    end = 0
    for grapheme in _GRAPHEME.finditer(name):
        if grapheme.end() > length:
            break
        end = grapheme.end()
    return name[: end or length]
