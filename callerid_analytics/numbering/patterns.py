r"""The small language in which libphonenumber writes its numbering plans, read strictly.

A pattern such as ``2(?:0[01378]|3[0189])\d{7}`` says which digits may follow one another. Only these can be put
into an automaton: digits, ``\d``, classes of digits, groups, alternatives, ``?``, ``{n}``, ``{m,n}``, and ``$`` in
the end. The metadata of phonenumbers 9.0.43 keeps to them. Anything else is refused here, because an automaton
made of a pattern that was half understood would give wrong answers.
"""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

_TOKEN = re.compile(r"\(\?:|[()|?$]|\[(?:[0-9](?:-[0-9])?)+\]|\{([0-9]+)(?:,([0-9]+))?\}|\\d|[0-9]")


class UnknownPattern(Exception):
    """A pattern has something in it that this package cannot put into an automaton."""


class Digit(NamedTuple):
    """One digit: for each of the ten, whether it may stand here."""

    allowed: tuple[bool, ...]


class End(NamedTuple):
    """No more digits: ``$``."""


class Sequence(NamedTuple):
    """One part after the other."""

    parts: list[Expression]


class Choice(NamedTuple):
    """Any one of several."""

    alternatives: list[Expression]


class Repeat(NamedTuple):
    """The same part several times over."""

    part: Expression
    least: int
    most: int


Expression = Digit | End | Sequence | Choice | Repeat


def parse(pattern: str) -> Expression:
    r"""Read a pattern.

    Raises
    ------
    UnknownPattern
        It has something in it that is not listed at the top of this module.

    Examples
    --------
    >>> parse("1?")
    Sequence(parts=[Repeat(part=Digit(allowed=(False, True, ...)), least=0, most=1)])
    """
    tokens = _tokens(pattern)
    expression, end = _choice(tokens, 0)
    if end != len(tokens):
        raise UnknownPattern(f"unbalanced parentheses in {pattern!r}")
    return expression


def _tokens(pattern: str) -> list[re.Match[str]]:
    tokens = list(_TOKEN.finditer(pattern))
    if sum(token.end() - token.start() for token in tokens) != len(pattern):
        raise UnknownPattern(f"{_TOKEN.sub('', pattern)!r} in {pattern!r}")
    return tokens


def _choice(tokens: list[re.Match[str]], place: int) -> tuple[Expression, int]:
    first, place = _sequence(tokens, place)
    alternatives: list[Expression] = [first]
    while place < len(tokens) and tokens[place][0] == "|":
        alternative, place = _sequence(tokens, place + 1)
        alternatives.append(alternative)
    return (Choice(alternatives) if len(alternatives) > 1 else first), place


def _sequence(tokens: list[re.Match[str]], place: int) -> tuple[Sequence, int]:
    parts = []
    while place < len(tokens) and tokens[place][0] not in "|)":
        part, place = _part(tokens, place)
        if place < len(tokens) and tokens[place][0][0] in "?{":
            part, place = _repeat(part, tokens[place]), place + 1
        parts.append(part)
    return Sequence(parts), place


def _part(tokens: list[re.Match[str]], place: int) -> tuple[Expression, int]:
    symbol = tokens[place][0]
    if symbol not in ("(", "(?:"):
        return (End() if symbol == "$" else _digit(symbol)), place + 1
    part, end = _choice(tokens, place + 1)
    if end == len(tokens):
        raise UnknownPattern(f"a group without an end in {tokens[0].string!r}")
    return part, end + 1


@cache
def _digit(symbol: str) -> Digit:
    if not (symbol[0] in "\\[" or symbol.isdigit()):
        raise UnknownPattern(f"{symbol!r} where a digit is expected")
    matches = re.compile(symbol).fullmatch
    return Digit(tuple([matches(digit) is not None for digit in "0123456789"]))


def _repeat(part: Expression, token: re.Match[str]) -> Repeat:
    if token[0] == "?":
        return Repeat(part, 0, 1)
    least = int(token[1])
    return Repeat(part, least, int(token[2] or least))
