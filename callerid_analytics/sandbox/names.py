"""Friendly names as different hands type them, over the years, into different forms."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from callerid_analytics.sandbox.parameters import MAX_FRIENDLY_NAME
from callerid_analytics.sandbox.phone_numbers import formatted
from callerid_analytics.sandbox.vocabulary import (
    DEPARTMENTS,
    EMOJI,
    FIRST_WORDS,
    LEFTOVERS,
    LEGAL_FORMS,
    SECOND_WORDS,
    Plan,
)

SHARE_TYPING_ERRORS = 0.04
SHARE_STRAY_SPACES = 0.08
SHARE_EMOJI = 0.02
SHARE_MOJIBAKE = 0.25
"""Of the names beyond ASCII."""

_HABITS = (
    "{whose} {what}", "{whose} {what}", "{whose} {what}", "{whose} - {what}", "{whose} – {what}",
    "{what} ({whose})", "{whose}: {what}", "{whose}/{what}", "{whose}_{what}", "{what} @ {whose}",
    "{whose}, {what}", "{whose}  {what}",
)  # fmt: skip

_CASES: tuple[Callable[[str], str], ...] = (*[str] * 12, *[str.upper] * 4, *[str.lower] * 4, str.swapcase)


def account_titles(draw: Random, count: int) -> list[str]:
    """Name companies, all differently."""
    titles: dict[str, None] = {}
    while len(titles) < count:
        title = business(draw) + draw.choice(LEGAL_FORMS)
        titles[title if title not in titles else f"{title} {len(titles)}"] = None
    return list(titles)


def business(draw: Random) -> str:
    """Name a company, carelessly: two may be called the same."""
    return f"{draw.choice(FIRST_WORDS)} {draw.choice(SECOND_WORDS)}"


def friendly_name(draw: Random, whose: str, plan: Plan, phone_number: str, another_number: str) -> str | None:
    """Name a number, or leave it as it came (``None``).

    Parameters
    ----------
    draw : random.Random
        Decides.
    whose : str
        The business that uses the number.
    plan : Plan
        Where that business is at home.
    phone_number, another_number : str
        The number itself, and one that somebody might confuse it with.
    """
    kind = draw.randrange(100)
    if kind < 22:
        return None
    if kind < 58:
        name = _typed(draw, whose, draw.choice(DEPARTMENTS))
    elif kind < 72:
        name = _typed(draw, whose, draw.choice(plan.cities))
    elif kind < 78:
        name = _typed(draw, whose.split()[0], draw.choice(DEPARTMENTS))
    elif kind < 82:
        name = draw.choice(DEPARTMENTS)
    elif kind < 91:
        name = draw.choice(plan.people) + draw.choice(("", "", " (mobile)", " cell", f" – {whose}"))
    elif kind < 96:
        name = _with_number(draw, whose, draw.choice((phone_number, another_number)))
    else:
        name = draw.choice(LEFTOVERS)
    return _slip(draw, name)[:MAX_FRIENDLY_NAME]


def _typed(draw: Random, whose: str, what: str) -> str:
    return draw.choice(_CASES)(draw.choice(_HABITS).format(whose=whose, what=what))


def _with_number(draw: Random, whose: str, phone_number: str) -> str:
    bare = phone_number.lstrip("+")
    return draw.choice(
        (
            f"{whose} {phone_number}",
            f"{whose} {formatted(phone_number)}",
            f"{bare[-10:-7]}-{bare[-7:-4]}-{bare[-4:]} {whose}",
            f"fwd to {phone_number}",
            bare,
        )
    )


def _slip(draw: Random, name: str) -> str:
    if draw.random() < SHARE_TYPING_ERRORS:
        name = _mistyped(draw, name)
    if not name.isascii() and draw.random() < SHARE_MOJIBAKE:
        name = name.encode().decode("cp1252", "replace")
    if draw.random() < SHARE_EMOJI:
        name = f"{draw.choice(EMOJI)} {name}"
    if draw.random() < SHARE_STRAY_SPACES:
        name = draw.choice(
            (f" {name}", f"{name} ", f"{name}  ", name.replace(" ", "  "), f"{name}\t", f"{name}\u00a0")
        )
    return name


def _mistyped(draw: Random, name: str) -> str:
    at = draw.randrange(max(len(name) - 1, 1))
    before, here, after = name[:at], name[at : at + 2], name[at + 2 :]
    return before + draw.choice((here[::-1], here[:1], here[:1] + here)) + after
