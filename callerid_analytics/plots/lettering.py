"""Names made fit to be written beside a bar: short, on one line, told apart, and in a font that has their letters.

matplotlib warns of each letter that its font lacks and draws a box. So a letter that another installed font has is
written in that font, one that none has becomes ``□``, and an account without a letter left goes by its SID.
"""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import category, normalize

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

SHORTEST = 20  # characters that a label is never cut below
_NOT_DRAWN = "□"
_BOXES_ONLY = "Last Resort"  # matplotlib's font that has a box for every character
_NORMAL = ("normal", 400, "regular", "book")


def shorten(text: str, most: int) -> str:
    """Return a text of at most `most` characters, the beginning and the end of a longer one.

    Examples
    --------
    >>> shorten("Bluebird Textiles & Sons, Birmingham", 20)
    'Bluebird Text…ingham'
    """
    if len(text) <= most:
        return text
    end = (most - 1) // 3
    return text[: most - end - 1].rstrip() + "…" + text[len(text) - end :].lstrip()


def on_one_line(text: str) -> str:
    r"""Return a text without the characters that nobody sees, and with each run of white space as one space.

    Examples
    --------
    >>> on_one_line("Front\n  desk\u200b ")
    'Front desk'
    """
    return " ".join("".join(c for c in normalize("NFC", text) if c.isspace() or category(c)[0] != "C").split())


def account_names(frame: pd.DataFrame) -> dict[str, str]:
    """Return the first name of each account that has one, by its SID."""
    if "account_name" not in frame.columns:
        return {}
    named = frame[["account_sid", "account_name"]].dropna().drop_duplicates("account_sid")
    return dict(zip(named["account_sid"], named["account_name"], strict=True))


def account_labels(frame: pd.DataFrame) -> dict[str, str]:
    """Return what each account of the frame is called: its first name, or the beginning and the end of its SID.

    Accounts whose names look the same when they are cut short have the end of the SID added.
    """
    names = account_names(frame)
    labels = {
        sid: _legible(on_one_line(str(names.get(sid, "")))) or shorten(sid, 12)
        for sid in frame["account_sid"].dropna().unique()
    }
    uses = Counter(shorten(label, SHORTEST) for label in labels.values())
    return {
        sid: label if uses[shorten(label, SHORTEST)] == 1 else f"{label} ({sid[-4:]})"
        for sid, label in labels.items()
    }


def drawable(label: str) -> str:
    """Return a label with ``□`` for each character that no installed font has."""
    lost = {ord(character): _NOT_DRAWN for character in _missing(label) if _family_with(character) is None}
    return label.translate(lost)


def choose_fonts(text: Text) -> None:
    """Have a text drawn character by character as it stands, in fonts that have them."""
    text.set_parse_math(False)  # a dollar in a name is a dollar
    others = dict.fromkeys(filter(None, map(_family_with, _missing(text.get_text(), text.get_fontproperties()))))
    if others:
        text.set_fontfamily([*text.get_fontfamily(), *others])


def _legible(name: str) -> str:
    """Return a name, or nothing where no installed font has a letter or digit of it."""
    missing = _missing(name)
    readable = (c.isalnum() and (c not in missing or _family_with(c) is not None) for c in name)
    return name if any(readable) else ""


def _missing(text: str, font: FontProperties | None = None) -> list[str]:
    """Return the characters of a text that a font, the usual one by default, does not have."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    face = get_font(findfont(font or FontProperties()))
    return [character for character in dict.fromkeys(text) if not face.get_char_index(ord(character))]


def _family_with(character: str) -> str | None:
    """Return the family of an installed upright font that has a character."""
    from matplotlib.font_manager import fontManager

    return _search(character, len(fontManager.ttflist))


@lru_cache(maxsize=4096)
def _search(character: str, fonts: int) -> str | None:
    """Look into every font; what is found holds until there are more fonts, or fewer."""
    from matplotlib.font_manager import fontManager, get_font

    for entry in fontManager.ttflist:
        upright = entry.style == "normal" and entry.weight in _NORMAL and not entry.name.startswith(_BOXES_ONLY)
        if upright and get_font(entry.fname).get_char_index(ord(character)):
            return entry.name
    return None
