"""Upper, lower, sentence and title case, as people write names and not as ``str.title`` does.

Words are runs of letters, marks and digits, with apostrophes inside. A name *shouts* if it has no lower-case
letter. Only then do its capitals say nothing; elsewhere a word in capitals is an acronym and stays one.
"""

from __future__ import annotations

from typing import ClassVar, Literal

import regex

from callerid_analytics.cleaning.rules import NameRule
from callerid_analytics.errors import RecipeError

Case = Literal["upper", "lower", "sentence", "title"]

_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}\p{N}]+)*")
SMALL_WORDS = frozenset(
    _WORD.findall(
        "a an and as at but by for from in into nor of on or per the to up upon via vs with da de "
        "degli dei del della den der di do dos du e el et la las le les los o ou y ten ter und van von zu zum zur"
    )
)
"""Words that a title writes small, except at its beginning and end."""
KNOWN_WORDS = _WORD.findall(
    "AG API B2B B2C CEO CFO CIO COO CRM CSR CTO ERP EU FAQ GmbH HQ HR IVR KG LLC LLP NGO NYC PBX PLC POS PR QA "
    "SA SMS TV UAE UK USA VIP VoIP eBay eSIM iOS iPad iPhone II III IV VI VII VIII IX XI XII XIII"
)
"""Words whose capitals are known, whatever the case of the name."""

_SMALL_LETTER = regex.compile(r"\p{Ll}")
_BEGINS_ANEW = regex.compile(r"[^\s\p{L}\p{M}\p{N},.&+'’\-–—]|\s[\-–—]|[–—]")
_POSSESSIVE = regex.compile(r"(?i)(?<=.)['’]s$")
_PARTICLE = regex.compile(r"(?i)^([odl])(['’])(\p{L}{2}.*)$")
_SCOTTISH = regex.compile(r"(?i)^mc\p{L}{3}")
_CAPITALS = regex.compile(r"\p{Lu}[\p{Lu}\p{M}\p{N}]+|\p{N}+\p{Lu}[\p{Lu}\p{M}\p{N}]*")
_CAPITALS_INSIDE = regex.compile(r".+\p{Lu}")
_CAPS_LOCK = regex.compile(r"\p{Ll}\p{M}*(?:\p{Lu}\p{M}*){2,}")


class ChangeCase(NameRule, frozen=True, kw_only=True, tag="change-case"):
    """Write names in upper, lower, sentence or title case.

    Sentence and title case leave acronyms (USA) and capitals inside a word (McDonald, eBay) as they are; in a name
    that is all capitals they know the commonest. Title case writes small words (of, the, and, de, von) small
    between others, and names such as O'Brien, d'Arc and McDonald right.

    Parameters
    ----------
    to : {"upper", "lower", "sentence", "title"}
        The case.
    keep : sequence of str
        Single words that are always written as they are here, such as ``["IBM", "LaTeX"]``.

    Raises
    ------
    RecipeError
        An element of `keep` is more than one word, or none.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["ROSEWOOD OUTFITTERS SALES", "jeanne d'arc of the USA", "o'brien & mcdonald"])
    >>> ChangeCase(to="title").apply(names, names.to_frame()).tolist()
    ['Rosewood Outfitters Sales', "Jeanne d'Arc of the USA", "O'Brien & McDonald"]
    """

    to: Case
    keep: tuple[str, ...] = ()

    reason: ClassVar[str] = "Names typed in different cases do not sort together and look careless."

    def __post_init__(self) -> None:
        super().__post_init__()
        for word in self.keep:
            if not _WORD.fullmatch(word):
                raise RecipeError(f"The rule {self.name!r} has {word!r} in 'keep': each must be a single word.")

    def _rename(self, name: str) -> str:
        kept = {word.casefold(): word for word in self.keep}
        if self.to in ("upper", "lower"):
            whole = name.upper() if self.to == "upper" else name.lower()
            return _WORD.sub(lambda word: kept.get(word[0].casefold(), word[0]), whole) if kept else whole
        known = {word.casefold(): word for word in KNOWN_WORDS} | kept
        recased = _recased(name, known, to=self.to, shouts=not _SMALL_LETTER.search(name))
        if _SMALL_LETTER.search(recased):
            return recased
        # It shouts now if it did not before: what was taken for acronyms would be none the next time.
        return _recased(recased, known, to=self.to, shouts=True)


def _recased(name: str, known: dict[str, str], *, to: Case, shouts: bool) -> str:
    words = list(_WORD.finditer(name))
    pieces, end = [], 0
    for place, word in enumerate(words):
        gap = name[end : word.start()]
        begins = place == 0 or (to == "title" and bool(_BEGINS_ANEW.search(gap)))
        ends = place == len(words) - 1 and to == "title"
        small = to == "sentence" or word[0].casefold() in SMALL_WORDS
        pieces += [gap, _word(word[0], known, small=small and not (begins or ends), begins=begins, shouts=shouts)]
        end = word.end()
    return "".join([*pieces, name[end:]])


def _word(word: str, known: dict[str, str], *, small: bool, begins: bool, shouts: bool) -> str:
    possessive = _POSSESSIVE.search(word)
    if possessive:
        stem = _word(word[: possessive.start()], known, small=small, begins=begins, shouts=shouts)
        return f"{stem}{possessive[0].lower()}"
    if word.casefold() in known:
        return known[word.casefold()]
    if not shouts and _is_meant(word) and word.casefold() not in SMALL_WORDS:
        return word
    if small:
        return word.lower()
    particle = _PARTICLE.match(word)
    if particle:
        letter = particle[1].upper() if begins or particle[1] in "oO" else particle[1].lower()
        return f"{letter}{particle[2]}{_capitalized(particle[3])}"
    if _SCOTTISH.match(word):
        return "Mc" + _capitalized(word[2:])
    return _capitalized(word)


def _is_meant(word: str) -> bool:
    """Whether somebody took the trouble to type capitals inside a word; Caps Lock is no trouble."""
    return bool(_CAPITALS.fullmatch(word) or (_CAPITALS_INSIDE.match(word) and not _CAPS_LOCK.fullmatch(word)))


def _capitalized(word: str) -> str:
    first = word[0].title()
    return (first if len(first) == 1 else word[0]) + word[1:].lower()
