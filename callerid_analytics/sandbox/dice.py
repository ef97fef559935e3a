"""Chance that falls the same way for the same seed, on every platform and version of Python."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws from a seed.

    Everything comes from ``Random.random()``, the one method whose results Python promises not to change.

    Parameters
    ----------
    seed : int
        Decides every draw.
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random  # noqa: S311  # data to be made again, not secrets to be kept

    def below(self, bound: int) -> int:
        """Draw a whole number from 0 up to, but not, `bound`."""
        return int(self._random() * bound)

    def between(self, first: int, last: int) -> int:
        """Draw a whole number from `first` to `last`."""
        return first + int(self._random() * (last - first + 1))

    def pick(self, things: Sequence[T]) -> T:
        """Draw one thing, each as likely as any other."""
        return things[int(self._random() * len(things))]

    def pick_weighted(self, things: Sequence[T], cumulative_weights: Sequence[int]) -> T:
        """Draw one thing; its weight is what it adds to the sum of the weights before it."""
        return things[bisect(cumulative_weights, self.below(cumulative_weights[-1]))]

    def happens(self, share: float) -> bool:
        """Draw whether something happens that does so in this share of all cases."""
        return self._random() < share

    def hexadecimal(self) -> str:
        """Draw 32 hexadecimal digits."""
        return f"{self.below(1 << 48):012x}{self.below(1 << 48):012x}{self.below(1 << 32):08x}"
