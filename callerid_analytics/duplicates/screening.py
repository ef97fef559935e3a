"""Which candidates cannot reach the threshold, told for all of them at once: nine of ten, on real lists.

For each pair an upper bound of the score that `comparison.Comparison.match` would give is worked out. It knows the
weight of the words that both names have, and of each other word, by its letters, whether a word of the other name
might stand for it at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from callerid_analytics.duplicates.candidates import Integers, Pairs
from callerid_analytics.duplicates.comparison import Comparison
from callerid_analytics.duplicates.words import Form

_AT_A_TIME = 250_000
"""Pairs, so that memory stays small."""

_ONES = np.array([number.bit_count() for number in range(1 << 16)], dtype=np.uint8)

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]


class _Words(NamedTuple):
    """The words of all names, one name after the other, and what is known of each different word."""

    ids: Integers
    repeats: Integers
    """How often the same word has come in its name before."""
    starts: Integers
    """Where each name's words begin; one more for the end."""
    weights: Floats
    letters: npt.NDArray[np.uint32]
    """The set of a word's letters, a bit for each of 32 kinds."""
    lengths: Integers
    first: Integers


def promising(
    pairs: Pairs, forms: Sequence[Form], runs: Sequence[str], comparison: Comparison, least: float
) -> Pairs:
    """Return the pairs whose score may be `least` or more.

    Parameters
    ----------
    pairs : Pairs
        Candidates.
    forms, runs : sequence
        The names, and the words of each run together.
    comparison : Comparison
        Of these names.
    least : float
        The threshold.
    """
    words = _words(forms, comparison)
    same_run = {run: at for at, run in enumerate(runs)}
    run_of = np.fromiter((same_run[run] for run in runs), dtype=np.int64, count=len(runs))
    kept = np.zeros(len(pairs.first), dtype=bool)
    for start in range(0, len(kept), _AT_A_TIME):
        some = slice(start, start + _AT_A_TIME)
        first, second = pairs.first[some], pairs.second[some]
        kept[some] = (_bounds(first, second, words) >= least) | (run_of[first] == run_of[second])
    return Pairs(pairs.first[kept], pairs.second[kept])


def _words(forms: Sequence[Form], comparison: Comparison) -> _Words:
    vocabulary = sorted(comparison.counts)
    place = {word: at for at, word in enumerate(vocabulary)}
    sizes = np.fromiter((len(form.words) for form in forms), dtype=np.int64, count=len(forms))
    ids = np.fromiter((place[word] for form in forms for word in form.words), dtype=np.int64, count=sizes.sum())
    starts = np.append(0, np.cumsum(sizes))
    return _Words(
        ids,
        _repeats(np.repeat(np.arange(len(forms)), sizes) * max(len(vocabulary), 1) + ids),
        starts,
        np.array([comparison.weights[word] for word in vocabulary], dtype=np.float64),
        np.array([_letters(word) for word in vocabulary], dtype=np.uint32),
        np.fromiter(map(len, vocabulary), dtype=np.int64, count=len(vocabulary)),
        np.fromiter((ord(word[0]) for word in vocabulary), dtype=np.int64, count=len(vocabulary)),
    )


def _letters(word: str) -> int:
    bits = 0
    for letter in word:
        bits |= 1 << (ord(letter) % 32)
    return bits


def _repeats(keys: Integers) -> Integers:
    """Return how often each key has stood directly before itself; equal ones are neighbours."""
    is_new = np.append(True, keys[1:] != keys[:-1])[: len(keys)]
    places = np.arange(len(keys))
    return places - np.maximum.accumulate(np.where(is_new, places, 0))


def _bounds(first: Integers, second: Integers, words: _Words) -> Floats:
    """Return for each pair a score that its own cannot exceed."""
    count = len(first)
    one_pair, one_at = _expanded(first, words.starts)
    other_pair, other_at = _expanded(second, words.starts)
    width = int(words.repeats.max(initial=0)) + 1
    one_key = (one_pair * len(words.weights) + words.ids[one_at]) * width + words.repeats[one_at]
    other_key = (other_pair * len(words.weights) + words.ids[other_at]) * width + words.repeats[other_at]
    one_left, other_left = ~_in(one_key, other_key), ~_in(other_key, one_key)
    shared = _sums(one_pair[~one_left], words.weights[words.ids[one_at[~one_left]]], count)
    one_pair, one_word = one_pair[one_left], words.ids[one_at[one_left]]
    other_pair, other_word = other_pair[other_left], words.ids[other_at[other_left]]
    one_may, other_may = _with_partners(one_pair, one_word, other_pair, other_word, words)
    one_weight, other_weight = words.weights[one_word], words.weights[other_word]
    paired = np.minimum(
        _sums(one_pair[one_may], one_weight[one_may], count),
        _sums(other_pair[other_may], other_weight[other_may], count),
    )
    one_rest = _sums(one_pair[~one_may], one_weight[~one_may], count)
    other_rest = _sums(other_pair[~other_may], other_weight[~other_may], count)
    agreed = 2 * (shared + paired)
    whole = agreed + one_rest + other_rest + 2 * np.minimum(one_rest, other_rest)
    bounds: Floats = np.divide(agreed, whole, out=np.ones(count), where=whole > 0)
    return bounds


def _in(keys: Integers, others: Integers) -> Mask:
    """Say which keys are among the others; both ascend, as the words of a name do."""
    places = np.searchsorted(others, keys)
    found: Mask = np.append(others, -1)[places] == keys
    return found


def _expanded(names: Integers, starts: Integers) -> tuple[Integers, Integers]:
    """Return, for each word of each name of a list, the place of the name in the list and that of the word."""
    sizes = starts[names + 1] - starts[names]
    ends = np.cumsum(sizes)
    within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - sizes, sizes)
    return np.repeat(np.arange(len(names)), sizes), np.repeat(starts[names], sizes) + within


def _with_partners(
    one_pair: Integers, one_word: Integers, other_pair: Integers, other_word: Integers, words: _Words
) -> tuple[Mask, Mask]:
    """Say of each word that is on one side only whether one on the other side might stand for it."""
    begins = np.searchsorted(other_pair, one_pair, side="left")
    partners = np.searchsorted(other_pair, one_pair, side="right") - begins
    left = np.repeat(np.arange(len(one_pair)), partners)
    ends = np.cumsum(partners)
    right = np.arange(len(left)) - np.repeat(ends - partners, partners) + np.repeat(begins, partners)
    may = _may_be_alike(one_word[left], other_word[right], words)
    one_may, other_may = np.zeros(len(one_pair), dtype=bool), np.zeros(len(other_pair), dtype=bool)
    one_may[left[may]] = True
    other_may[right[may]] = True
    return one_may, other_may


def _may_be_alike(one: Integers, other: Integers, words: _Words) -> Mask:
    """Say whether `Comparison.likeness` may be above 0, by lengths and letters alone."""
    is_shorter = words.lengths[one] <= words.lengths[other]
    short, long = np.where(is_shorter, one, other), np.where(is_shorter, other, one)
    more = words.lengths[long] - words.lengths[short]
    # A slip changes one letter at most, so two kinds of letters: one that goes and one that comes.
    slips = np.where(words.lengths[long] < 8, 1, np.where(words.lengths[long] < 12, 2, 3))
    mistyped = (more <= slips) & (_ones(words.letters[short] ^ words.letters[long]) <= 2 * slips)
    within = (words.letters[short] & ~words.letters[long]) == 0
    abbreviated = (more >= 2) & (words.first[short] == words.first[long]) & within
    either: Mask = mistyped | abbreviated
    return either


def _ones(bits: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """Count the bits that are set."""
    ones: npt.NDArray[np.uint8] = _ONES[bits & 0xFFFF] + _ONES[bits >> 16]
    return ones


def _sums(pairs: Integers, weights: Floats, count: int) -> Floats:
    return np.bincount(pairs, weights=weights, minlength=count).astype(np.float64, copy=False)
