"""What libphonenumber asks about the digits after a calling code, and what it concludes from the answers.

Each calling code has one or more regions, each with patterns for its types of numbers, lists of possible lengths,
and perhaps digits that its numbers begin with. All of them become one set of digit strings whose marks say which
patterns a number matches. `CallingCode.verdict` then follows, step by step, what libphonenumber does with a number
that begins with ``+`` and the code: https://github.com/google/libphonenumber, ``PhoneNumberUtil``: ``parse``,
``getRegionCodeForNumber``, ``getNumberType`` and ``isValidNumberForRegion``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from callerid_analytics.numbering.automaton import NOTHING, Diagram
from callerid_analytics.numbering.patterns import Choice, End, Expression, Sequence, UnknownPattern, parse

if TYPE_CHECKING:
    from phonenumbers import PhoneMetadata, PhoneNumberDesc

_IN_ORDER = (
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
)
_SHORTEST, _LONGEST = 2, 17
_BEGINNING, _WHOLE = 1, 2
UNCLEAR = -1
"""A national prefix that does more than to be left out, or that may be longer."""


class Facts(NamedTuple):
    """What is known about one number; in the order of the columns that `describe` returns."""

    country_code: int | None = None
    region: str | None = None
    number_type: str | None = None
    is_valid: bool | None = None


UNREADABLE = Facts(is_valid=False)


class Verdict(NamedTuple):
    """What is to be said of a national number, by its mark and its length.

    Attributes
    ----------
    facts : Facts
        What `describe` says of it as it stands.
    prefix : int
        How many of its first digits may be a national prefix, which is not part of it; or `UNCLEAR`.
    is_viable : bool
        Whether it matches the general description, which counts when a prefix is in question.
    is_long_enough : bool
        Whether it may be what remains without a prefix.
    """

    facts: Facts
    prefix: int = 0
    is_viable: bool = False
    is_long_enough: bool = False


class _Question(NamedTuple):
    """Whether a number matches a pattern and has one of some lengths; any, where none is given."""

    bit: int
    lengths: frozenset[int]

    def holds(self, mark: int, length: int) -> bool:
        return bool(mark & self.bit) and (not self.lengths or length in self.lengths)


class _Region(NamedTuple):
    name: str
    leading_digits: _Question | None
    types: dict[str, _Question]
    is_mobile_like_fixed: bool


class CallingCode:
    """The numbers of one calling code.

    Parameters
    ----------
    code : int
        Such as 44.
    regions : dict
        The metadata of its regions, under their names; the main one first.
    """

    def __init__(self, code: int, regions: dict[str, PhoneMetadata]) -> None:
        self.code = code
        self._diagram = Diagram()
        self._bit = 1
        self._bits: dict[str, int] = {}
        self._root = NOTHING
        self._regions = [self._region(name, facts) for name, facts in regions.items()]
        main = next(iter(regions.values()))
        self._prefix_bits: dict[int, int] = {}
        self._add_prefix(main)
        if main.general_desc is None or not main.general_desc.possible_length:
            raise UnknownPattern(f"no general description of numbers that begin with +{code}")
        self._lengths = frozenset(main.general_desc.possible_length)
        self._local_lengths = frozenset(main.general_desc.possible_length_local_only)

    @property
    def numbers(self) -> tuple[Diagram, int]:
        """The diagram, and the number of the set in it, of all digits that may follow the code."""
        return self._diagram, self._root

    def verdict(self, mark: int, length: int) -> Verdict:
        """Say what libphonenumber concludes about a national number."""
        prefix = next((digits for digits, bit in self._prefix_bits.items() if mark & bit), 0)
        is_readable = _SHORTEST <= length <= _LONGEST
        return Verdict(
            facts=self._facts(mark, length) if is_readable else UNREADABLE,
            prefix=prefix if length >= _SHORTEST else 0,
            is_viable=bool(mark & self._regions[0].types["general_desc"].bit),
            is_long_enough=(length in self._lengths or length > max(self._lengths))
            and length not in self._local_lengths,
        )

    def _facts(self, mark: int, length: int) -> Facts:
        region = self._regions[0] if len(self._regions) == 1 else self._region_of(mark, length)
        if region is None:
            return Facts(self.code, None, "unknown", is_valid=False)
        number_type = _number_type(region, mark, length)
        return Facts(self.code, region.name, number_type, is_valid=number_type != "unknown")

    def _region_of(self, mark: int, length: int) -> _Region | None:
        for region in self._regions:
            if region.leading_digits is not None:
                if region.leading_digits.holds(mark, length):
                    return region
            elif _number_type(region, mark, length) != "unknown":
                return region
        return None

    def _region(self, name: str, facts: PhoneMetadata) -> _Region:
        names = ("general_desc", *_IN_ORDER, "fixed_line", "mobile")
        types = {kind: self._ask(getattr(facts, kind)) for kind in names}
        leading_digits = None
        if facts.leading_digits is not None:
            leading_digits = _Question(self._next_bit(), frozenset())
            going_on = self._diagram.forever(leading_digits.bit)
            self._add(self._diagram.words(parse(facts.leading_digits), going_on))
        return _Region(name, leading_digits, types, facts.same_mobile_and_fixed_line_pattern)

    def _ask(self, description: PhoneNumberDesc | None) -> _Question:
        if description is None or not description.national_number_pattern:
            return _Question(0, frozenset())
        pattern = description.national_number_pattern
        if pattern not in self._bits:
            self._bits[pattern] = self._next_bit()
            self._add(self._diagram.words(parse(pattern), self._diagram.end(self._bits[pattern])))
        return _Question(self._bits[pattern], frozenset(description.possible_length))

    def _next_bit(self) -> int:
        self._bit <<= 1
        return self._bit

    def _add(self, number: int) -> None:
        self._root = self._diagram.union(self._root, number)

    def _add_prefix(self, main: PhoneMetadata) -> None:
        """Mark the numbers that begin with what may be a national prefix."""
        pattern = main.national_prefix_for_parsing
        if not pattern:
            return
        prefixes = self._prefixes(parse(pattern))
        is_optional = bool(self._diagram.mark(prefixes))
        if is_optional and getattr(re.match(pattern, ""), "lastindex", None) is not None:
            raise UnknownPattern(f"a group that matches nothing in {pattern!r}")
        is_plain = not main.national_prefix_transform_rule and not is_optional
        self._add(self._beginning_with(prefixes, 0, is_plain=is_plain))

    def _prefixes(self, pattern: Expression) -> int:
        """Return the prefixes, marked with `_BEGINNING`, or with `_WHOLE` if no digit may follow."""
        found = NOTHING
        for each in pattern.alternatives if isinstance(pattern, Choice) else [pattern]:
            parts: list[Expression] = each.parts if isinstance(each, Sequence) else [each]
            is_whole = parts[-1:] == [End()]
            then = self._diagram.end(_WHOLE if is_whole else _BEGINNING)
            words = self._diagram.words(Sequence(parts[:-1] if is_whole else parts), then)
            found = self._diagram.union(found, words)
        return found

    def _beginning_with(self, prefixes: int, depth: int, *, is_plain: bool) -> int:
        """Return all strings that begin with one of a set, marked with its length or `UNCLEAR`."""
        mark, following = self._diagram.sets[prefixes]
        if mark & _BEGINNING and depth:
            is_clear = is_plain and set(following) == {NOTHING}
            return self._diagram.forever(self._prefix_bit(depth if is_clear else UNCLEAR))
        further = {
            one: self._beginning_with(one, depth + 1, is_plain=is_plain) for one in set(following) - {NOTHING}
        }
        own_mark = self._prefix_bit(UNCLEAR) if mark & _WHOLE else 0
        return self._diagram.branch(own_mark, tuple([further.get(one, NOTHING) for one in following]))

    def _prefix_bit(self, digits: int) -> int:
        if digits not in self._prefix_bits:
            self._prefix_bits[digits] = self._next_bit()
        return self._prefix_bits[digits]


def _number_type(region: _Region, mark: int, length: int) -> str:
    types = region.types
    if not types["general_desc"].holds(mark, length):
        return "unknown"
    for name in _IN_ORDER:
        if types[name].holds(mark, length):
            return name
    is_mobile = types["mobile"].holds(mark, length)
    if types["fixed_line"].holds(mark, length):
        return "fixed_line_or_mobile" if region.is_mobile_like_fixed or is_mobile else "fixed_line"
    return "mobile" if is_mobile and not region.is_mobile_like_fixed else "unknown"
