"""Words of more than one script: a Cyrillic А in "Аcme" looks right, sorts elsewhere, and is never found.

Mixed-script detection of Unicode UTS #39, for those scripts whose letters look like each other's. Words of one
script beside words of another are usual and are left alone, and so is Japanese, which mixes by nature.

Sources: https://www.unicode.org/reports/tr39/#Mixed_Script_Detection and, for the pairs of letters,
https://www.unicode.org/Public/security/latest/confusables.txt
"""

from __future__ import annotations

import regex

from callerid_analytics.audit.estate import Estate, Found

_SCRIPTS = {name: regex.compile(rf"\p{{Script={name}}}") for name in ("Latin", "Cyrillic", "Greek", "Armenian")}
_OTHER_THAN_LATIN = r"[\p{Cyrillic}\p{Greek}\p{Armenian}]"
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_TO_LATIN = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧον",
    "ABESIJKMHOPCTYXaesijopcyxdqwABEZHIKMNOPTYXov",
)
_TO_CYRILLIC = str.maketrans("ABESIJKMHOPCTYXaesijopcyxdqw", "АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝ")


def mixed(estate: Estate) -> Found:
    """Find names with a word of two scripts that look alike."""
    rows, detail = estate.of_names(estate.describe_names(_OTHER_THAN_LATIN, _mixture))
    _, advice = estate.of_names(estate.describe_names(_OTHER_THAN_LATIN, _advice))
    return Found(rows, detail, advice)


def _mixture(name: str) -> str | None:
    word = next((word for word in _WORD.findall(name) if len(_scripts(word)) > 1), None)
    return f'"{word}" mixes {" and ".join(_scripts(word))} letters' if word else None


def _advice(name: str) -> str | None:
    if _mixture(name) is None:
        return None
    proposed = _WORD.sub(lambda word: _in_one_script(word[0]), name)
    if _mixture(proposed) is None:
        return f'Rename it to "{proposed}".'
    return "Type the name anew, with letters of one script."


def _in_one_script(word: str) -> str:
    """Replace letters by those that look alike, where that leaves one script."""
    ways = (word, word.translate(_TO_LATIN), word.translate(_TO_CYRILLIC))
    return next((way for way in ways if len(_scripts(way)) <= 1), word)


def _scripts(word: str) -> list[str]:
    return [name for name, letter in _SCRIPTS.items() if letter.search(word)]
