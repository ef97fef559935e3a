"""What changed in a name, marked so that it can be seen: a space too many is as easy to miss as to make."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from difflib import SequenceMatcher
from html import escape

_TOKEN = re.compile(r"\s|[!-/:-@\[-`{-~]|[^\s!-/:-@\[-`{-~]+")
"""A space, a sign of punctuation, or what lies between them; nothing that belongs together is cut in two."""
_NOT_SEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})
"""Categories of characters that leave no mark (https://www.unicode.org/reports/tr44/#General_Category_Values)."""
_NO_NAME = '<span class="callerids-none">no name</span>'


def marked(old: str | None, new: str | None) -> tuple[str, str]:
    r"""Return two names as HTML, with what goes as ``<del>`` and what comes as ``<ins>``.

    Inside these, characters that leave no mark are written out: a space as ``␣``, others by number.

    Parameters
    ----------
    old, new : str or None
        The names; None or empty where there is none.

    Returns
    -------
    tuple of str and str
        Escaped.

    Examples
    --------
    >>> marked("ACME  sales", "Acme sales")
    ('<bdi><del>ACME␣</del> sales</bdi>', '<bdi><ins>Acme</ins> sales</bdi>')
    >>> marked("Desk\u200b", "Desk")
    ('<bdi><del>Desk[U+200B]</del></bdi>', '<bdi><ins>Desk</ins></bdi>')
    """
    before, after = _TOKEN.findall(old or ""), _TOKEN.findall(new or "")
    gone, come = [], []
    for what, *(i, j, k, m) in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        kept = what == "equal"
        gone.append(_piece("".join(before[i:j]), "" if kept else "del"))
        come.append(_piece("".join(after[k:m]), "" if kept else "ins"))
    return _whole(gone), _whole(come)


def _whole(pieces: list[str]) -> str:
    text = "".join(pieces)
    return f"<bdi>{text}</bdi>" if text else _NO_NAME


def _piece(text: str, tag: str) -> str:
    if not (text and tag):
        return escape(text)
    return f"<{tag}>{escape(''.join(_seen(text)))}</{tag}>"


def _seen(text: str) -> Iterator[str]:
    for character in text:
        if character == " ":
            yield "␣"
        elif unicodedata.category(character) in _NOT_SEEN:
            yield f"[U+{ord(character):04X}]"
        else:
            yield character
