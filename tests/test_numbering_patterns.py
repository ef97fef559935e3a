"""The patterns and the automaton by themselves: the same strings as with Python's regular expressions."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid_analytics.numbering.automaton import END, NOTHING, NOWHERE, OTHER, Automaton, Diagram
from callerid_analytics.numbering.patterns import UnknownPattern, parse

STRINGS = ["".join(digits) for length in range(4) for digits in itertools.product("0123", repeat=length)]

digit = st.sampled_from(["0", "1", "2", "3", r"\d", "[12]", "[0-2]", "[013]", "[0-13]"])
repeat = st.sampled_from(["", "", "", "?", "{0}", "{1}", "{2}", "{0,2}", "{1,3}"])
pattern = st.recursive(
    st.builds("{}{}".format, digit, repeat),
    lambda inner: (
        st.builds("{}{}".format, inner, inner)
        | st.builds("(?:{}|{}){}".format, inner, inner, repeat)
        | st.builds("({}){}".format, inner, repeat)
    ),
    max_leaves=8,
)


def marks(diagram, number):
    return {text: diagram.mark(diagram.after(number, text)) for text in STRINGS}


@given(pattern, pattern)
@settings(max_examples=100)
def test_a_union_holds_what_either_pattern_matches_marked_with_which(one, other):
    diagram = Diagram()
    both = diagram.union(diagram.words(parse(one), diagram.end(1)), diagram.words(parse(other), diagram.end(2)))
    for text, mark in marks(diagram, both).items():
        assert bool(mark & 1) == bool(re.fullmatch(one, text)), text
        assert bool(mark & 2) == bool(re.fullmatch(other, text)), text


@given(pattern, pattern)
@settings(max_examples=100)
def test_what_goes_on_forever_is_what_begins_so(one, other):
    diagram = Diagram()
    both = diagram.union(
        diagram.words(parse(one), diagram.forever(1)), diagram.words(parse(other), diagram.forever(2))
    )
    for text, mark in marks(diagram, both).items():
        assert bool(mark & 1) == bool(re.match(one, text)), text
        assert bool(mark & 2) == bool(re.match(other, text)), text


def test_equal_sets_are_the_same():
    diagram = Diagram()
    end = diagram.end(1)
    ways = [r"(?:1|2)\d", r"[12](?:[0-4]|[5-9])", r"1\d|2\d", r"[12]\d{1}"]
    assert len({diagram.words(parse(way), end) for way in ways}) == 1


@pytest.mark.parametrize(
    "unknown",
    [
        "1+",
        "1*",
        "1.",
        "(?=1)2",
        "(?!1)2",
        "(?<=1)2",
        "(?P<a>1)",
        r"(1)\1",
        r"\D",
        r"\w",
        "[^1]",
        "[1-]",
        "[]",
        "a",
        "1??",
        "1{2}?",
        "1{2}{3}",
        "1{,2}",
        "1{2,}",
        "?1",
        "{2}",
        "(1",
        "1)",
        "^1",
        "１",
        " 1",
    ],
)
def test_what_is_not_known_is_refused(unknown):
    with pytest.raises(UnknownPattern):
        parse(unknown)


def test_the_end_of_the_text_is_known_to_the_parser_only():
    diagram = Diagram()
    with pytest.raises(UnknownPattern, match=r"\$"):
        diagram.words(parse("1$2"), diagram.end(1))


def automaton_of(**patterns):
    sets = {}
    for name, text in patterns.items():
        diagram = Diagram()
        sets[name] = diagram, diagram.words(parse(text), diagram.end(1))
    return Automaton(sets)


def test_a_column_runs_through_the_automaton():
    automaton = automaton_of(one=r"12?", other=r"\d{3}")
    symbols = np.array([1, 2, 9, 9, 1, OTHER, 1, 2], dtype=np.uint8)
    begins, counts = np.array([0, 1, 4, 6, 6]), np.array([2, 3, 2, 2, 0])
    roots = [automaton.roots[name] for name in ("one", "other", "one", "one", "one")]
    states = automaton.run(symbols, begins, counts, np.array(roots, dtype=np.intp))
    found = [automaton.meanings[place] for place in automaton.meaning(states)]
    assert found == [("one", 1), ("other", 1), automaton.meanings[NOWHERE], ("one", 1), ("one", 0)]


def test_what_can_be_known_after_so_many_digits():
    automaton = automaton_of(one="12?")
    known = [{automaton.meanings[place] for place in places} for places in automaton.meanings_at(3)]
    assert known == [{("one", 0)}, {("one", 0), ("one", 1)}, {("one", 0), ("one", 1)}, {("one", 0)}]


def test_nothing_stays_nothing():
    diagram = Diagram()
    assert diagram.forever(0) == NOTHING
    assert diagram.union(NOTHING, NOTHING) == NOTHING
    automaton = Automaton({"none": (diagram, NOTHING)})
    states = automaton.run(np.array([7, END], np.uint8), np.array([0]), np.array([1]), np.array([12]))
    assert automaton.meanings[automaton.meaning(states)[0]] == ("none", 0)
