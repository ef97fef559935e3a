"""Digits that can be read from across the room, as rows of blocks."""

from __future__ import annotations

import sys

_SHAPES = {
    "0": "### # # # # # # ###",
    "1": " #  ##   #   #  ###",
    "2": "###   # ### #   ###",
    "3": "###   # ###   # ###",
    "4": "# # # # ###   #   #",
    "5": "### #   ###   # ###",
    "6": "### #   ### # # ###",
    "7": "###   #  #   #   # ",
    "8": "### # # ### # # ###",
    "9": "### # # ###   # ###",
}
"""Five rows of three places each, a space between them."""


def in_large(digits: str) -> str:
    """Return digits in large, in blocks where the terminal has them.

    Examples
    --------
    >>> print(in_large("17").replace("█", "#"))
      ##    ######
    ####        ##
      ##      ##
      ##      ##
    ######    ##
    """
    shapes = [_SHAPES[digit] for digit in digits if digit in _SHAPES]
    lines = ("  ".join(_wide(shape[4 * line : 4 * line + 3]) for shape in shapes).rstrip() for line in range(5))
    text = "\n".join(lines)
    return text.replace("#", "█") if "utf" in (sys.stdout.encoding or "").lower() else text


def _wide(places: str) -> str:
    return "".join(2 * place for place in places)
