"""Which names of a list are almost the same, from candidates to verified pairs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np

from callerid_analytics.duplicates import candidates, screening, stars
from callerid_analytics.duplicates.comparison import FAR_MORE_COMMON, KNOWN_FROM, SHORTEST_MISTYPED, Comparison
from callerid_analytics.duplicates.words import Form

PAIRS_PER_NAME, FEWEST_PAIRS, MOST_PAIRS = 10, 50_000, 4_000_000
"""How many candidates of each kind are compared at most: what bounds the time. Real lists stay far below."""
_ALLOWANCE = 0.1
"""Of a name's weight."""


class Names(NamedTuple):
    """Different names, in the order of their forms."""

    forms: list[Form]
    runs: list[str]
    """For each, its words as typed, run together; where several names have the form, the first in order."""


def verified(names: Names, comparison: Comparison, threshold: float) -> stars.Scores:
    """Return the pairs of names whose score is at least `threshold`."""
    most = min(MOST_PAIRS, max(FEWEST_PAIRS, PAIRS_PER_NAME * len(names.forms)))
    salts = _hashed([form.numbers for form in names.forms])
    slips = candidates.by_letters(names.runs, salts, most=most)
    # A name that lacks a part d of another's weight has the score 2 (1 - d) / (2 - d). Some more is left out,
    # because the weights are here those of the words' usual spellings.
    lightest = 2 * (1 - threshold) / (2 - threshold) + _ALLOWANCE
    bags = candidates.by_words(_bags(names.forms, salts, comparison), lightest=lightest, most=most)
    found = candidates.unite([slips, bags], len(names.forms))
    pairs = screening.promising(found, names.forms, names.runs, comparison, threshold)
    compared = (
        (one, other, comparison.match(one, other).score)
        for one, other in zip(pairs.first.tolist(), pairs.second.tolist(), strict=True)
    )
    return {(one, other): score for one, other, score in compared if score >= threshold}


def _hashed(values: Sequence[Hashable]) -> candidates.Hashes:
    """Return a hash for each value, the same for equal ones and in every run."""
    seen: dict[Hashable, int] = {}
    codes = np.array([seen.setdefault(value, len(seen)) for value in values], dtype=np.uint64)
    return candidates.scramble(codes + np.uint64(2**40))


def _bags(forms: list[Form], salts: candidates.Hashes, comparison: Comparison) -> candidates.Bags:
    vocabulary = sorted(comparison.counts)
    place = {word: at for at, word in enumerate(vocabulary)}
    sizes = np.fromiter((len(form.words) for form in forms), dtype=np.int64, count=len(forms))
    spelled = np.fromiter((place[word] for form in forms for word in form.words), np.int64, count=sizes.sum())
    words = _usual_spellings(vocabulary, comparison)[spelled]
    owners = np.repeat(np.arange(len(forms)), sizes)
    weights = np.array([comparison.weights[word] for word in vocabulary], dtype=np.float64)[words]
    stems = ([f"{word[:3]}…" for word in vocabulary], [f"{word[0]}…{word[-1]}" for word in vocabulary])
    shares = weights / np.bincount(owners, weights=weights, minlength=len(forms))[owners]
    return candidates.Bags(words, owners, tuple(_hashed(stem)[words] for stem in stems), shares, salts)


def _usual_spellings(vocabulary: list[str], comparison: Comparison) -> candidates.Integers:
    """Return for each word the place of the more common one that it is a slip of, if any, else its own."""
    salts = np.zeros(len(vocabulary), dtype=np.uint64)
    pairs = candidates.by_letters(vocabulary, salts, most=MOST_PAIRS // 4)
    counts = np.array([comparison.counts[word] for word in vocabulary], dtype=np.int64)
    lengths = np.fromiter(map(len, vocabulary), dtype=np.int64, count=len(vocabulary))
    is_long = np.minimum(lengths[pairs.first], lengths[pairs.second]) >= SHORTEST_MISTYPED
    less, more = np.sort(np.stack([counts[pairs.first], counts[pairs.second]]), axis=0)
    is_slip = is_long & ((less < KNOWN_FROM) | (more >= FAR_MORE_COMMON * less))
    slips = zip(pairs.first[is_slip].tolist(), pairs.second[is_slip].tolist(), strict=True)
    return stars.centres(dict.fromkeys(slips, 1.0), counts)
