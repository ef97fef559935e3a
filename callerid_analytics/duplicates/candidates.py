"""Which names are worth comparing: pairs that share a key, found in whole columns, never by trying all pairs.

Two kinds of keys are made of a name. One is its text without one of its letters: two texts that differ by one slip
of the fingers share one (a symmetric-delete neighbourhood). The other is the bag of its words, without one or two
of them. Keys are 64-bit hashes; an accidental equality costs one comparison that fails.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]

LONGEST_TEXT = 200
"""Letters; the names of a longer text are found by their words only. Twilio's own limit for a name is 64."""
PASS = 4_000_000
"""How many keys are held at a time."""
MOST_WORDS = 12
"""Of longer names one word is left out and not two, for the pairs of words grow with the square."""
_NEIGHBOURS = 4

_BASE = np.uint64(0x9E3779B97F4A7C15)
_UNBASE = np.uint64(pow(0x9E3779B97F4A7C15, -1, 2**64))


class Pairs(NamedTuple):
    """Pairs of positions, the smaller first; each pair once."""

    first: Integers
    second: Integers


def by_letters(texts: list[str], salts: Hashes, *, most: int) -> Pairs:
    """Pair texts that differ by one letter more, less or other, or by two neighbours that changed places.

    Parameters
    ----------
    texts : list of str
        Without lone surrogates or with.
    salts : numpy.ndarray of uint64
        Texts are paired only where these are equal.
    most : int
        About how many pairs to return at most.
    """
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    passes = 1 + int(np.minimum(lengths, LONGEST_TEXT).sum() + len(texts)) // PASS
    found = []
    for part in range(passes):
        keys, owners = [], []
        for some in _slices(lengths):
            chunk, owner = _deletions(texts, lengths, some)
            chunk ^= salts[owner]
            chosen = chunk % np.uint64(passes) == part if passes > 1 else slice(None)
            keys.append(chunk[chosen])
            owners.append(owner[chosen])
        found.append(pair_up(np.concatenate(keys), np.concatenate(owners), len(texts), most=most // passes))
    return unite(found, len(texts))


def _slices(lengths: Integers) -> list[Integers]:
    fitting = np.flatnonzero(lengths <= LONGEST_TEXT)
    ends = np.cumsum(lengths[fitting] + 1)
    return np.split(fitting, np.searchsorted(ends, np.arange(PASS, ends[-1], PASS))) if len(ends) else [fitting]


def _deletions(texts: list[str], lengths: Integers, some: Integers) -> tuple[Hashes, Integers]:
    """Return the hashes of some texts, whole and without each of their letters, and whose each is."""
    length = lengths[some]
    joined = "".join([texts[place] for place in some.tolist()])
    letters = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    starts = np.cumsum(length) - length
    position = np.arange(len(letters)) - np.repeat(starts, length)
    terms = scramble(letters) * _powers(int(length.max(initial=0)))[position]
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(terms, dtype=np.uint64)])
    whole = sums[starts + length] - sums[starts]
    before = sums[:-1] - np.repeat(sums[starts], length)
    after = np.repeat(whole, length) - before - terms
    return np.concatenate([whole, before + after * _UNBASE]), np.concatenate([some, np.repeat(some, length)])


def _powers(count: int) -> Hashes:
    return np.cumprod(np.concatenate([np.ones(1, dtype=np.uint64), np.full(count, _BASE)]), dtype=np.uint64)


def scramble(values: npt.NDArray[np.uint64]) -> Hashes:
    """Spread integers over 64 bits, as the finalizer of SplitMix64 does (https://prng.di.unimi.it/splitmix64.c)."""
    mixed = (values + np.uint64(1)) * _BASE
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def pair_up(
    keys: Hashes, owners: Integers, count: int, *, most: int, leaders: npt.NDArray[np.bool_] | None = None
) -> Pairs:
    """Pair the owners of equal keys, smallest blocks first, until there are `most`.

    In the blocks that are too big for that, each is paired with its next few neighbours in the order of owners.
    Where `leaders` are given, only pairs of which one is a leader are returned.
    """
    follows = np.zeros(len(keys), dtype=bool) if leaders is None else ~leaders
    order = np.lexsort((owners, follows, keys))
    keys, owners = keys[order], owners[order]
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])) if len(keys) else np.zeros(0, dtype=np.int64)
    sizes = np.diff(np.append(starts, len(keys)))
    widest = _widest(sizes, most)
    reach = np.repeat(np.where(sizes <= widest, sizes, _NEIGHBOURS + 1), sizes)
    ends = np.repeat(starts + sizes, sizes)
    partners = np.minimum(ends - np.arange(len(keys)), reach) - 1
    first, second = _following(np.where(follows[order], 0, partners))
    return unite([Pairs(owners[first], owners[second])], count)


def _widest(sizes: Integers, most: int) -> int:
    """Return the size of the biggest blocks of which all pairs can be taken."""
    kinds, counts = np.unique(sizes, return_counts=True)
    total = np.cumsum(counts * (kinds * (kinds - 1) // 2))
    fitting = kinds[total <= most]
    return int(fitting[-1]) if len(fitting) else 1


def unite(found: list[Pairs], count: int) -> Pairs:
    """Return each pair once, in order."""
    first = np.concatenate([pairs.first for pairs in found])
    second = np.concatenate([pairs.second for pairs in found])
    low, high = np.minimum(first, second), np.maximum(first, second)
    codes = np.sort((low * count + high)[low != high])  # np.unique hashes, which takes several times as long
    codes = codes[np.diff(codes, prepend=-1) > 0]
    return Pairs(codes // max(count, 1), codes % max(count, 1))


class Bags(NamedTuple):
    """Bags of words, one after the other; all arrays but `salts` have one element for each word."""

    words: Integers
    owners: Integers
    """Whose each word is, ascending."""
    stems: tuple[Hashes, ...]
    """For each word, what a word that stands for it has in common with it: one of these, at least."""
    shares: npt.NDArray[np.float64]
    """Which part of its name's weight each word has."""
    salts: Hashes
    """One for each bag; bags are paired only where these are equal."""


def by_words(bags: Bags, *, lightest: float, most: int) -> Pairs:
    """Pair bags that are equal once something is left out.

    Either a word or two of one of them, which weigh no more than the part `lightest` of its name; or a word of
    each, which have a stem in common: that is how "ctr" meets "center". Or both at once.
    """
    hashes = scramble(bags.words.astype(np.uint64))
    sizes = np.bincount(bags.owners, minlength=len(bags.salts))
    whole = bags.salts.copy()
    np.add.at(whole, bags.owners, hashes)
    light = bags.shares <= lightest
    ones = whole[bags.owners] - hashes
    kept = sizes[bags.owners] > 1
    places = np.flatnonzero(light & (sizes <= MOST_WORDS)[bags.owners])
    left, right = (places[side] for side in _same_owner(bags.owners[places]))
    fitting = bags.shares[left] + bags.shares[right] <= lightest
    left, right = left[fitting], right[fitting]
    twos = ones[left] - hashes[right]
    stems = [(ones + stem)[kept] for stem in bags.stems]
    both = [twos + stem[side] for stem in bags.stems for side in (left, right)]
    owners = np.concatenate([np.tile(bags.owners[kept], len(stems)), np.tile(bags.owners[left], len(both))])
    leaders = np.arange(len(owners)) < len(stems) * np.count_nonzero(kept)
    replaced = pair_up(np.concatenate([*stems, *both]), owners, len(whole), most=most, leaders=leaders)
    lacking = np.concatenate([bags.owners[kept & light], bags.owners[left]])
    keys = np.concatenate([whole, ones[kept & light], twos])
    owners = np.concatenate([np.arange(len(whole)), lacking])
    missing = pair_up(keys, owners, len(whole), most=most, leaders=np.arange(len(keys)) < len(whole))
    return unite([replaced, missing], len(whole))


def _same_owner(owners: Integers) -> tuple[Integers, Integers]:
    ends = np.searchsorted(owners, owners, side="right")
    return _following(ends - np.arange(len(owners)) - 1)


def _following(counts: Integers) -> tuple[Integers, Integers]:
    """Pair each place with as many of those that follow it as are asked for."""
    first = np.repeat(np.arange(len(counts)), counts)
    return first, first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(counts) - counts, counts)
