"""Rules about characters that people do not mean: stray spaces, invisible marks, mojibake, mixed Unicode forms."""

from __future__ import annotations

import unicodedata
from typing import ClassVar, Literal

import ftfy
import regex

from callerid_analytics.cleaning.rules import NameRule

_SPACES = regex.compile(r"\p{White_Space}+")
# Controls that are no white space, directional marks, soft hyphen, zero-width space, word joiner, byte order mark.
_INVISIBLE = regex.compile(r"(?V1)[[\p{Cc}--\p{White_Space}]\p{Bidi_Control}\u00ad\u200b\u2060\ufeff]")
_EMOJI = r"[\p{Extended_Pictographic}\p{Emoji_Modifier}\ufe0f]"
# Scripts whose letters have one shape whatever stands beside them.
_SHAPELESS = (
    r"\p{Common}\p{Inherited}\p{Latin}\p{Greek}\p{Cyrillic}\p{Armenian}\p{Georgian}\p{Hebrew}\p{Thai}\p{Lao}"
    r"\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Bopomofo}"
)
_SHAPED = rf"[[\p{{L}}\p{{M}}]--[{_SHAPELESS}]]"
_IDLE_JOINER = regex.compile(
    rf"(?V1)[\u200c\u200d](?<!{_SHAPED}.)(?!{_SHAPED})(?<!{_EMOJI}\u200d(?=\p{{Extended_Pictographic}}))",
    regex.DOTALL,
)


class CollapseSpaces(NameRule, frozen=True, kw_only=True, tag="collapse-spaces"):
    r"""Trim a name, and make one space of every run of white space in it.

    White space is what Unicode says it is: no-break spaces, tabs and line ends too
    (https://www.unicode.org/reports/tr44/#White_Space). Zero-width characters are none.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series([" Front\u00a0 desk\t"])
    >>> CollapseSpaces().apply(names, names.to_frame()).tolist()
    ['Front desk']
    """

    reason: ClassVar[str] = (
        "Spaces at the ends, doubled ones, tabs and no-break spaces make equal names look different."
    )

    def _rename(self, name: str) -> str:
        return str(_SPACES.sub(" ", name)).strip(" ")


class RemoveInvisible(NameRule, frozen=True, kw_only=True, tag="remove-invisible"):
    r"""Remove control characters, directional marks, zero-width spaces, soft hyphens and byte order marks.

    Zero-width joiners and non-joiners stay where they do work: in emoji, and beside letters whose shape depends on
    their neighbours, as in Persian and Hindi (https://www.unicode.org/reports/tr31/#Layout_and_Format_Control_Characters).
    White space stays too; see `CollapseSpaces`.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["\u202eSales\u202c\x00", "👩\u200d💻", "می\u200cخواهم", "Sa\u200dles"])
    >>> RemoveInvisible().apply(names, names.to_frame()).str.len().tolist()
    [5, 3, 8, 5]
    """

    reason: ClassVar[str] = (
        "Characters that nobody sees make names that look equal different, or show them backwards."
    )

    def _rename(self, name: str) -> str:
        return str(_IDLE_JOINER.sub("", _INVISIBLE.sub("", name)))


class RepairMojibake(NameRule, frozen=True, kw_only=True, tag="repair-mojibake"):
    """Repair text that was decoded in the wrong encoding, where that is beyond doubt.

    It is the part of ftfy that undoes wrong decoding, and nothing else of it
    (https://ftfy.readthedocs.io/en/latest/explain.html).

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["BjÃ¶rn MÃ¼ller", "Björn Müller"])
    >>> RepairMojibake().apply(names, names.to_frame()).tolist()
    ['Björn Müller', 'Björn Müller']
    """

    reason: ClassVar[str] = "Names such as “MÃ¼ller” were read in the wrong encoding on their way here."

    def _rename(self, name: str) -> str:
        return name if name.isascii() else ftfy.fix_encoding(name)


class NormalizeUnicode(NameRule, frozen=True, kw_only=True, tag="normalize-unicode"):
    r"""Write a name in one of Unicode's normal forms (https://www.unicode.org/reports/tr15/).

    Parameters
    ----------
    form : {"NFC", "NFKC"}, default "NFC"
        NFC makes equal what looks equal. NFKC also makes plain letters of full-width ones, ligatures and the like.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["Cafe\u0301", "ＡＣＭＥ"])
    >>> NormalizeUnicode(form="NFKC").apply(names, names.to_frame()).tolist()
    ['Café', 'ACME']
    """

    form: Literal["NFC", "NFKC"] = "NFC"

    reason: ClassVar[str] = "The same letter can be stored in several ways, which makes equal names different."

    def _rename(self, name: str) -> str:
        return unicodedata.normalize(self.form, name)
