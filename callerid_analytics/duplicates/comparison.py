"""How alike two names are, and why: their words side by side, each weighing what it tells.

A word tells more the fewer names have it, so that "center" and a company's own name on every row count for little.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from callerid_analytics.duplicates.words import Form

KNOWN_FROM = 3
"""A word that so many names have was meant so, and is no slip for another that is not far more common."""
FAR_MORE_COMMON = 10
SHORTEST_MISTYPED = 4
"""Letters; one slip in a shorter word makes too many others."""
_REMEMBERED = 2**18
"""Pairs of words whose likeness is kept at hand."""
_PREFIX, _CONTRACTION, _TWO_LETTERS = 0.9, 0.8, 0.7
"""Likeness of "supp" and "support", of "ctr" and "center", of "st" and "street"."""


class Match(NamedTuple):
    """Two names side by side."""

    score: float
    common: list[str]
    alike: list[tuple[str, str]]
    """A word of the first and the one of the second that stands for it."""
    only_first: list[str]
    only_second: list[str]

    def explain(self) -> str:
        """Say which words match and which differ, from the first name's point of view."""
        verb = "matches" if len(self.common) == 1 else "match"
        parts = [f"{', '.join(self.common)} {verb}"] if self.common else []
        parts += [f"{one!r} for {other!r}" for one, other in self.alike]
        parts += [f"{', '.join(map(repr, self.only_first))} added"] if self.only_first else []
        parts += [f"{', '.join(map(repr, self.only_second))} missing"] if self.only_second else []
        return "; ".join(parts)


class Comparison:
    """Compares the names of one list with each other.

    Parameters
    ----------
    forms : sequence of Form
        The names, each once.
    texts : sequence of str
        For each the words as typed, run together.
    """

    def __init__(self, forms: Sequence[Form], texts: Sequence[str]) -> None:
        self._forms = forms
        self._texts = texts
        self.counts = Counter(word for form in forms for word in set(form.words))
        self.weights = {
            word: math.log1p(len(forms) / count) * len(word) ** 0.75 for word, count in self.counts.items()
        }
        self._recall = lru_cache(maxsize=_REMEMBERED)(self.likeness)

    def match(self, first: int, second: int) -> Match:
        """Put two names side by side.

        The score is the weight of the words that they share, a word that stands for another counting in proportion
        to its likeness, over the weight of all their words. Words that remain on both sides count twice: "East"
        instead of "West" says more than a word left out. Names whose numbers differ score 0.
        """
        one, other = self._forms[first], self._forms[second]
        if one.numbers != other.numbers:
            return Match(0.0, [], [], list(one.words), list(other.words))
        if one.words == other.words or self._texts[first] == self._texts[second]:
            return Match(1.0, list(one.words), [], [], [])
        common, only_first, only_second = _side_by_side(one.words, other.words)
        alike, agreed = self._align(only_first, only_second)
        shared, first_rest, second_rest = map(self._weigh, (common, only_first, only_second))
        agreement = sum([likeness * weight for likeness, weight in agreed])
        paired = sum([weight for _, weight in agreed])
        whole = 2 * (shared + paired) + first_rest + second_rest + 2 * min(first_rest, second_rest)
        return Match(2 * (shared + agreement) / whole, common, alike, only_first, only_second)

    def _weigh(self, words: list[str]) -> float:
        return sum([self.weights[word] for word in words], 0.0)

    def _align(
        self, only_first: list[str], only_second: list[str]
    ) -> tuple[list[tuple[str, str]], list[tuple[float, float]]]:
        """Take out of both lists the words that stand for each other, most alike first."""
        options = [
            (-likeness, one, other)
            for one in only_first
            for other in only_second
            if (likeness := self._recall(one, other) if one < other else self._recall(other, one)) > 0
        ]
        alike, agreed = [], []
        for likeness, one, other in sorted(options):
            if one in only_first and other in only_second:
                only_first.remove(one)
                only_second.remove(other)
                alike.append((one, other))
                agreed.append((-likeness, min(self.weights[one], self.weights[other])))
        return alike, agreed

    def likeness(self, one: str, other: str) -> float:
        """Say how likely it is that one word stands for another, from 0 to 1."""
        short, long = sorted((one, other), key=len)
        slips = int(OSA.distance(short, long, score_cutoff=3))
        if len(short) >= SHORTEST_MISTYPED and slips <= _slips_allowed(len(long)):
            return 0.0 if self._are_both_known(one, other) else 1 - slips / len(long)
        if len(long) < len(short) + 2 or short[0] != long[0]:
            return 0.0
        if len(short) > 2 and long.startswith(short):
            return _PREFIX
        if short[-1] == long[-1] and _is_in(short, long):
            return _CONTRACTION if len(short) > 2 else _TWO_LETTERS if len(short) == 2 else 0.0
        return 0.0

    def _are_both_known(self, one: str, other: str) -> bool:
        less, more = sorted((self.counts[one], self.counts[other]))
        short, long = sorted((one, other), key=len)
        has_an_ending = long[:-1] == short
        return less >= KNOWN_FROM and more < FAR_MORE_COMMON * less and not has_an_ending


def _side_by_side(one: Iterable[str], other: Iterable[str]) -> tuple[list[str], list[str], list[str]]:
    """Return the words in both, in the first only and in the second only, each as often as it is there."""
    common, only_first, only_second = [], [], list(other)
    for word in one:
        if word in only_second:
            only_second.remove(word)
            common.append(word)
        else:
            only_first.append(word)
    return common, only_first, only_second


def _slips_allowed(length: int) -> int:
    return 1 if length < 8 else 2 if length < 12 else 3


def _is_in(short: str, long: str) -> bool:
    letters = iter(long)
    return all(letter in letters for letter in short)
