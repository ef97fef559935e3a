r"""Where each digit of a number goes when people of its country write it: ``(415) 555-0100``.

libphonenumber has a list of formats for each calling code: digits that the number begins with, groups of digits
such as ``(\d{3})(\d{3})(\d{4})``, and what stands around and between the groups. The first that fits is used. As
groups hold any digits, the calling code, the first digits and the length decide where every digit goes.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from callerid_analytics.numbering.automaton import NOTHING, NOWHERE, Automaton, Diagram
from callerid_analytics.numbering.patterns import UnknownPattern, parse
from callerid_analytics.numbering.reading import MOST_DIGITS, Digits

if TYPE_CHECKING:
    from phonenumbers import NumberFormat, PhoneMetadata

_GROUP = re.compile(r"\(\\d(?:\{([0-9]+)(?:,([0-9]+))?\})?\)")
_REFERENCE = re.compile(r"\\([0-9])(?![0-9])")
_ZERO = ord("0")
_FIRST_LETTER = ord(" ")  # less than that is the place of a digit
_LETTERS = np.arange(128, dtype=np.uint8)

Layout = tuple[int, ...]
"""For each character of a number as it is written: the place of a digit in the number, or the ASCII character."""


class Layouts:
    """The formats of all calling codes.

    Parameters
    ----------
    metadata : dict
        For every calling code the metadata of its regions, the main one first.
    """

    def __init__(self, metadata: dict[int, dict[str, PhoneMetadata]]) -> None:
        mains = {code: next(iter(regions.values())) for code, regions in metadata.items()}
        self._automaton = Automaton({code: _first_digits(main.number_format) for code, main in mains.items()})
        self._roots = np.array([NOWHERE, NOWHERE, *self._automaton.roots.values()], dtype=np.intp)
        self._tabulate({code: _by_length(main.number_format) for code, main in mains.items()})

    def _tabulate(self, formats: dict[int, list[list[tuple[int, Layout]]]]) -> None:
        """Find the layout for all first digits and all lengths."""
        meanings = self._automaton.meanings
        layouts = np.zeros((MOST_DIGITS + 1, len(meanings)), dtype=np.intp)
        known: dict[Layout, int] = {}
        for length, reached in enumerate(self._automaton.meanings_at(MOST_DIGITS)):
            for place in reached:
                code, mark = meanings[place]
                fitting = (layout for bit, layout in formats[code][length] if not bit or mark & bit)
                layouts[length, place] = known.setdefault(next(fitting, tuple(range(length))), len(known))
        self._layouts = layouts.ravel()
        self._widths = np.array([len(layout) for layout in known], dtype=np.intp)
        self._sources = np.array(list(zip_longest(*known, fillvalue=0)), dtype=np.intp)

    def write(self, digits: Digits, is_written: npt.NDArray[np.bool_]) -> pa.LargeStringArray:
        """Write the numbers of some rows; the others are missing."""
        states = self._automaton.run(digits.symbols, digits.begins, digits.counts, self._roots.take(digits.codes))
        layouts = self._layouts.take(
            digits.counts * len(self._automaton.meanings) + self._automaton.meaning(states)
        )
        widths = np.where(is_written, self._widths.take(layouts), 0)
        characters = np.concatenate([digits.symbols + _ZERO, _LETTERS])
        written = np.empty((len(widths), int(widths.max(initial=0))), dtype=np.uint8)
        for place in range(written.shape[1]):
            source = self._sources[place].take(layouts)
            source += np.where(source < _FIRST_LETTER, digits.begins, len(digits.symbols))
            written[:, place] = characters.take(source, mode="clip")
        data = written[np.arange(written.shape[1]) < widths[:, None]]
        ends = np.concatenate([[0], np.cumsum(widths, dtype=np.int64)])
        validity = pa.array(is_written).buffers()[1]
        return pa.Array.from_buffers(
            pa.large_string(), len(widths), [validity, pa.py_buffer(ends), pa.py_buffer(data)]
        )


def _first_digits(formats: list[NumberFormat]) -> tuple[Diagram, int]:
    """Return the digits that numbers of each format begin with: one bit of the mark for each."""
    diagram, found = Diagram(), NOTHING
    for place, each in enumerate(formats):
        if each.leading_digits_pattern:
            # The last is the most detailed, and the one that libphonenumber goes by.
            digits = parse(each.leading_digits_pattern[-1])
            found = diagram.union(found, diagram.words(digits, diagram.forever(1 << place)))
    return diagram, found


def _by_length(formats: list[NumberFormat]) -> list[list[tuple[int, Layout]]]:
    """Return for each length the layouts in question, with the bits of what such numbers must begin with."""
    found: list[list[tuple[int, Layout]]] = [[] for _ in range(MOST_DIGITS + 1)]
    for place, each in enumerate(formats):
        bit = 1 << place if each.leading_digits_pattern else 0
        groups, template = _groups(each.pattern), _template(each)
        shortest, longest = (sum(numbers) for numbers in zip(*groups, strict=True))
        for length in range(shortest, min(longest, MOST_DIGITS) + 1):
            found[length].append((bit, _layout(groups, template, length)))
    return found


def _layout(groups: list[tuple[int, int]], template: str, length: int) -> Layout:
    spare = length - sum(least for least, _ in groups)
    places, places_of_group = iter(range(length)), []
    for least, most in groups:  # the first takes as many digits as it can
        more = min(spare, most - least)
        spare -= more
        places_of_group.append([next(places) for _ in range(least + more)])
    layout: list[int] = []
    for number, text in enumerate(_REFERENCE.split(template)):
        layout += places_of_group[int(text) - 1] if number % 2 else text.encode("ascii")
    return tuple(layout)


def _groups(pattern: str | None) -> list[tuple[int, int]]:
    """Return how few and how many digits each group of a format may have."""
    if not pattern or _GROUP.sub("", pattern):
        raise UnknownPattern(f"the groups {pattern!r} of a format")
    return [(int(group[1] or 1), int(group[2] or group[1] or 1)) for group in _GROUP.finditer(pattern)]


def _template(number_format: NumberFormat) -> str:
    """Return what stands around the groups, with the national prefix before the first that is written."""
    template, rule = number_format.format or "", number_format.national_prefix_formatting_rule
    if rule:
        template = re.sub(r"(\\[0-9])", rule, template, count=1)
    if not template.isascii() or "\\" in _REFERENCE.sub("", template):
        raise UnknownPattern(f"{template!r} in a format")
    return template
