"""A column of numbers through the automaton: where each national number is, and what is known about it.

It takes text of a ``+`` and digits only. Anything else, and what digits do not decide, is left to `one_by_one`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from callerid_analytics.numbering.automaton import (
    END,
    NOTHING,
    NOWHERE,
    OTHER,
    SYMBOLS,
    Automaton,
    Diagram,
    Integers,
    Symbols,
)
from callerid_analytics.numbering.calling_codes import UNCLEAR, UNREADABLE, CallingCode, Facts, Verdict

MISSING, UNDECIDED = -1, -2
"""In place of what is known: the number is missing, or is left to `one_by_one`."""
MOST_DIGITS = 20

_ROWS_AT_ONCE = 1 << 15  # what is worked on stays in the processor's cache
_CODE_DIGITS = 3
_NO_CODE = 0
_PLUS = ord("+")
_SYMBOL_OF_BYTE = np.full(256, OTHER, dtype=np.uint8)
_SYMBOL_OF_BYTE[ord("0") : ord("9") + 1] = np.arange(10)


class Digits(NamedTuple):
    """The national numbers of some rows.

    Attributes
    ----------
    symbols : numpy.ndarray of uint8
        The digits of all rows, one after the other, with what is between them.
    begins, counts : numpy.ndarray of int
        Where each row's digits begin in them, and how many they are.
    codes : numpy.ndarray of int
        Which calling code they belong to, counted from 2: at 0 there are no digits, at 1 they begin with no code.
    """

    symbols: Symbols
    begins: Integers
    counts: Integers
    codes: Integers


class Piece(NamedTuple):
    """Some rows of a column, read.

    Attributes
    ----------
    texts : pyarrow.LargeStringArray
        The rows.
    facts : numpy.ndarray of int
        The place in `Reader.facts` of what is known, or `MISSING`, or `UNDECIDED`.
    digits : Digits
        The national numbers.
    is_stripped : numpy.ndarray of bool
        Whether a national prefix was left out.
    """

    texts: pa.LargeStringArray
    facts: Integers
    digits: Digits
    is_stripped: npt.NDArray[np.bool_]


class Reader:
    """The automaton of all calling codes, and what follows from each of its states.

    Parameters
    ----------
    calling_codes : dict
        Each under its number.

    Attributes
    ----------
    facts : list of Facts
        All that can be said of a number.
    is_readable : numpy.ndarray of bool
        For each of them whether the number could be read; then twice no, for `UNDECIDED` and `MISSING`.
    """

    def __init__(self, calling_codes: dict[int, CallingCode]) -> None:
        no_code = {_NO_CODE: (Diagram(), NOTHING)}
        self._automaton = Automaton(no_code | {code: each.numbers for code, each in calling_codes.items()})
        self._roots = np.array([NOWHERE, *self._automaton.roots.values()], dtype=np.intp)
        self._digits_of_code = np.array([0, 0, *(len(str(code)) for code in calling_codes)], dtype=np.intp)
        self._code_of_digits = _codes_by_digits(list(calling_codes))
        self.facts = self._tabulate(calling_codes)
        self.is_readable = np.array([*(facts.country_code is not None for facts in self.facts), False, False])

    def _tabulate(self, calling_codes: dict[int, CallingCode]) -> list[Facts]:
        """Pass the verdicts on all that can be known after so many digits, and return the different facts."""
        meanings = self._automaton.meanings
        shape = (MOST_DIGITS + 1, len(meanings))
        facts, prefix = np.full(shape, UNDECIDED, dtype=np.intp), np.zeros(shape, dtype=np.intp)
        is_viable, is_long_enough = np.zeros((2, *shape), dtype=bool)
        known: dict[Facts, int] = {}
        for length, reached in enumerate(self._automaton.meanings_at(MOST_DIGITS)):
            for place in reached:
                code, mark = meanings[place]
                verdict = calling_codes[code].verdict(mark, length) if code else Verdict(UNREADABLE)
                facts[length, place] = known.setdefault(verdict.facts, len(known))
                prefix[length, place] = verdict.prefix
                is_viable[length, place] = verdict.is_viable
                is_long_enough[length, place] = verdict.is_long_enough
        self._facts, self._prefix = facts.ravel(), prefix.ravel()
        self._is_viable, self._is_long_enough = is_viable.ravel(), is_long_enough.ravel()
        return list(known)

    def read(self, texts: pa.ChunkedArray) -> Iterator[Piece]:
        """Read a column, some rows at a time."""
        for chunk in texts.chunks:
            for begin in range(0, len(chunk), _ROWS_AT_ONCE):
                yield self._read(chunk.slice(begin, _ROWS_AT_ONCE).cast(pa.large_string()))

    def _read(self, texts: pa.LargeStringArray) -> Piece:
        digits = self._national(*_digits(texts))
        keys = self._look_up(digits)
        prefix = self._prefix.take(keys)
        digits, keys, is_stripped = self._without_prefix(digits, keys, prefix)
        facts = self._facts.take(keys)
        facts[prefix == UNCLEAR] = UNDECIDED
        if texts.null_count:
            facts[texts.is_null().to_numpy(zero_copy_only=False)] = MISSING
        return Piece(texts, facts, digits, is_stripped)

    def _national(self, symbols: Symbols, begins: Integers, counts: Integers) -> Digits:
        """Return what follows the calling codes."""
        first_digits = np.zeros_like(begins)
        for digit in range(_CODE_DIGITS):
            first_digits *= SYMBOLS
            first_digits += np.where(counts > digit, symbols.take(begins + digit, mode="clip"), END)
        codes = self._code_of_digits.take(first_digits)
        digits_of_code = self._digits_of_code.take(codes)
        return Digits(symbols, begins + digits_of_code, counts - digits_of_code, codes)

    def _look_up(self, digits: Digits) -> Integers:
        """Return what is known about every row, as a place in the tables of verdicts."""
        states = self._automaton.run(digits.symbols, digits.begins, digits.counts, self._roots.take(digits.codes))
        return digits.counts * len(self._automaton.meanings) + self._automaton.meaning(states)

    def _without_prefix(
        self, digits: Digits, keys: Integers, prefix: Integers
    ) -> tuple[Digits, Integers, npt.NDArray[np.bool_]]:
        """Leave out national prefixes where libphonenumber does: unless the rest is too short or not viable."""
        rows = np.flatnonzero(prefix > 0)
        begins, counts = digits.begins[rows] + prefix[rows], digits.counts[rows] - prefix[rows]
        rest = self._look_up(Digits(digits.symbols, begins, counts, digits.codes[rows]))
        is_worse = self._is_viable.take(keys[rows]) & ~self._is_viable.take(rest)
        is_left_out = self._is_long_enough.take(rest) & ~is_worse
        is_stripped = np.zeros(len(keys), dtype=bool)
        is_stripped[rows] = is_left_out
        left_out = np.where(is_stripped, prefix, 0)
        keys = keys.copy()
        keys[is_stripped] = rest[is_left_out]
        return digits._replace(begins=digits.begins + left_out, counts=digits.counts - left_out), keys, is_stripped


def _codes_by_digits(calling_codes: list[int]) -> Integers:
    """Return for all first digits the calling code that they begin with, counted as in `Digits.codes`."""
    found = np.zeros((SYMBOLS,) * _CODE_DIGITS, dtype=np.intp)
    found[:10, :10, :10] = 1
    for place, code in enumerate(calling_codes, start=2):
        found[tuple(map(int, str(code)))] = place
    return found.ravel()


def _digits(texts: pa.LargeStringArray) -> tuple[Symbols, Integers, Integers]:
    """Return the digits of all texts, and where those of each begin and how many: none in any other text."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    letters = np.frombuffer(data or b"", dtype=np.uint8)[ends[0] : ends[-1]]
    if not letters.size:
        letters = np.zeros(1, dtype=np.uint8)
    begins = ends[:-1] - ends[0]
    counts = np.diff(ends) - 1
    counts[(letters.take(begins, mode="clip") != _PLUS) | (counts < 0) | (counts > MOST_DIGITS)] = 0
    return _SYMBOL_OF_BYTE.take(letters), begins + 1, counts
