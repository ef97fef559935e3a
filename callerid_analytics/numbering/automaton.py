"""Sets of digit strings as one table: where every next digit leads, and what is known at the end.

A pattern stands for a set of digit strings. A `Diagram` holds such sets as trees in which equal branches are one
and the same, so that each is there once (as in a binary decision diagram), and joins them: the union of two sets
remembers by a mark, a number with one bit for each pattern, which of them a string belongs to. An `Automaton` is
the outcome as a NumPy table, which leads a whole column of numbers one digit further with each look-up.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from callerid_analytics.numbering.patterns import Choice, Digit, End, Expression, Sequence, UnknownPattern

Integers = npt.NDArray[np.intp]
Symbols = npt.NDArray[np.uint8]

NOTHING = 0
"""The empty set."""
OTHER, END = 10, 11
"""What a column of numbers holds besides the ten digits: any other character, and what comes after the last."""
SYMBOLS = 12
NOWHERE = 0
"""The state after another character than a digit."""


class Diagram:
    r"""Sets of digit strings, each known by a number; `NOTHING` is the empty one.

    A set has a mark for the empty string, and for each digit the set of what may follow it.

    Examples
    --------
    >>> from callerid_analytics.numbering.patterns import parse
    >>> diagram = Diagram()
    >>> mobile = diagram.words(parse(r"7\d"), diagram.end(1))
    >>> both = diagram.union(mobile, diagram.words(parse("7[0-4]"), diagram.end(2)))
    >>> diagram.mark(diagram.after(both, "79")), diagram.mark(diagram.after(both, "70"))
    (1, 3)
    """

    def __init__(self) -> None:
        self.sets: list[tuple[int, tuple[int, ...]]] = []
        self._known: dict[tuple[int, tuple[int, ...]], int] = {}
        self._unions: dict[tuple[int, int], int] = {}
        self._forever: dict[int, int] = {}
        self.forever(0)

    def mark(self, number: int) -> int:
        """Return the mark of the empty string in a set."""
        return self.sets[number][0]

    def after(self, number: int, digits: str) -> int:
        """Return the set of what may follow some digits."""
        for digit in digits:
            number = self.sets[number][1][int(digit)]
        return number

    def end(self, mark: int) -> int:
        """Return the set that holds but the empty string."""
        return self.branch(mark, (NOTHING,) * 10)

    def forever(self, mark: int) -> int:
        """Return the set of all strings, each with the same mark."""
        if mark not in self._forever:
            number = self._forever[mark] = len(self.sets)
            self.sets.append((mark, (number,) * 10))
        return self._forever[mark]

    def branch(self, mark: int, following: tuple[int, ...]) -> int:
        """Return the set with that mark and those sets after each digit."""
        key = (mark, following)
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self.sets)
            self.sets.append(key)
        return number

    def union(self, one: int, other: int) -> int:
        """Return the set of the strings of either, each with the marks of both."""
        if one == other or other == NOTHING:
            return one
        if one == NOTHING:
            return other
        key = (one, other) if one < other else (other, one)
        number = self._unions.get(key)
        if number is None:
            number = self._unions[key] = self._union(one, other)
        return number

    def _union(self, one: int, other: int) -> int:
        (mark, following), (other_mark, other_following) = self.sets[one], self.sets[other]
        if following[0] == one and other_following[0] == other:  # only what goes on forever leads to itself
            return self.forever(mark | other_mark)
        pairs = list(zip(following, other_following, strict=True))
        joined = {pair: self.union(*pair) for pair in set(pairs)}
        return self.branch(mark | other_mark, tuple([joined[pair] for pair in pairs]))

    def words(self, expression: Expression, then: int) -> int:
        """Return the set of what a pattern allows, each followed by a string of another set."""
        if isinstance(expression, Digit):
            return self.branch(0, tuple([then if allowed else NOTHING for allowed in expression.allowed]))
        if isinstance(expression, Sequence):
            for part in reversed(expression.parts):
                then = self.words(part, then)
            return then
        if isinstance(expression, Choice):
            found = NOTHING
            for alternative in expression.alternatives:
                found = self.union(found, self.words(alternative, then))
            return found
        if isinstance(expression, End):
            raise UnknownPattern("a $ that is not at the end of a prefix")
        found = then
        for _ in range(expression.most - expression.least):
            found = self.union(then, self.words(expression.part, found))
        for _ in range(expression.least):
            found = self.words(expression.part, found)
        return found


class Automaton:
    """Several sets of digit strings as one table.

    A state is the place where its row begins in the table, which has a column for each symbol. What is known in a
    state is a *meaning*: the name of the set that the digits were looked up in, and the mark found there.

    Parameters
    ----------
    sets : dict
        Under each name (a calling code) a diagram and the number of a set in it.

    Attributes
    ----------
    roots : dict
        The state in which a set's strings begin, under its name.
    meanings : list of tuple
        What can be known; the first means that there was no set, or another character than a digit.
    """

    def __init__(self, sets: dict[int, tuple[Diagram, int]]) -> None:
        self.roots: dict[int, int] = {}
        self.meanings: list[tuple[int, int]] = [(NOWHERE, 0)]
        rows: list[tuple[int, ...]] = [(NOWHERE,) * 10]
        meaning_of_row = [0]
        for name, (diagram, root) in sets.items():
            self._add(name, diagram, root, rows, meaning_of_row)
        following = np.array(rows, dtype=np.intp)
        here = np.arange(len(rows), dtype=np.intp)[:, None]
        self._table = (np.hstack([following, np.full_like(here, NOWHERE), here]) * SYMBOLS).ravel()
        self._meaning_of_row = np.array(meaning_of_row, dtype=np.intp)

    def _add(
        self, name: int, diagram: Diagram, root: int, rows: list[tuple[int, ...]], meanings: list[int]
    ) -> None:
        """Append the rows of all sets that can be reached from one."""
        place = {root: len(rows)}
        reached = [root]
        for number in reached:
            for following in diagram.sets[number][1]:
                if following not in place:
                    place[following] = len(rows) + len(reached)
                    reached.append(following)
        known: dict[int, int] = {}
        for number in reached:
            mark, following_sets = diagram.sets[number]
            if mark not in known:
                known[mark] = len(self.meanings)
                self.meanings.append((name, mark))
            meanings.append(known[mark])
            rows.append(tuple([place[following] for following in following_sets]))
        self.roots[name] = place[root] * SYMBOLS

    def run(self, symbols: Symbols, begins: Integers, counts: Integers, states: Integers) -> Integers:
        """Lead every row from its state through its digits.

        Parameters
        ----------
        symbols : numpy.ndarray of uint8
            The digits of all rows, one after the other.
        begins, counts : numpy.ndarray of int
            Where each row's digits begin in them, and how many they are.
        states : numpy.ndarray of int
            Where each row starts; changed.
        """
        for step in range(int(counts.max(initial=0))):
            next_symbols = symbols.take(begins + step, mode="clip")
            next_symbols[counts <= step] = END
            states += next_symbols
            states = self._table.take(states)
        return states

    def meaning(self, states: Integers) -> Integers:
        """Return for every state the place of what is known in `meanings`."""
        return self._meaning_of_row.take(states // SYMBOLS)

    def meanings_at(self, count: int) -> list[set[int]]:
        """Return for 0, 1, 2, … digits after a root, up to a count, the places of what may then be known."""
        states = np.array(list(self.roots.values()), dtype=np.intp)
        found = [set(self.meaning(states).tolist())]
        for _ in range(count):
            states = np.unique(self._table.take(states[:, None] + np.arange(10)))
            found.append(set(self.meaning(states).tolist()))
        return found
