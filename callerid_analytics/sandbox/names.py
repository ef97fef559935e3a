"""Friendly names as different hands type them, over the years, into different forms."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from callerid_analytics.sandbox.dice import Dice
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


class Business(NamedTuple):
    """Who uses a number: a company with a few departments, at home in one place."""

    name: str
    departments: tuple[str, ...]
    plan: Plan


def account_titles(dice: Dice, count: int) -> list[str]:
    """Name companies, all differently."""
    titles: dict[str, None] = {}
    while len(titles) < count:
        title = _company(dice) + dice.pick(LEGAL_FORMS)
        titles[title if title not in titles else f"{title} {len(titles)}"] = None
    return list(titles)


def business(dice: Dice, plan: Plan) -> Business:
    """Found a company, careless of whether another is called the same."""
    return Business(_company(dice), tuple(dice.pick(DEPARTMENTS) for _ in range(3)), plan)


def friendly_name(dice: Dice, business: Business, phone_number: str, another_number: str) -> str | None:
    """Name a number of a business, or leave its name as it came (``None``).

    A name may hold the number itself, or another that somebody confused it with.
    """
    kind = dice.below(100)
    if kind < 22:
        return None
    whose, department = business.name, dice.pick(business.departments)
    if kind < 58:
        name = _typed(dice, whose, department)
    elif kind < 72:
        name = _typed(dice, whose, dice.pick(business.plan.cities))
    elif kind < 78:
        name = _typed(dice, whose.split()[0], department)
    elif kind < 82:
        name = department
    elif kind < 91:
        name = dice.pick(business.plan.people) + dice.pick(("", "", " (mobile)", " cell", f" – {whose}"))
    elif kind < 96:
        name = _with_number(dice, whose, dice.pick((phone_number, another_number)))
    else:
        name = dice.pick(LEFTOVERS)
    return _slip(dice, name)[:MAX_FRIENDLY_NAME]


def _company(dice: Dice) -> str:
    return f"{dice.pick(FIRST_WORDS)} {dice.pick(SECOND_WORDS)}"


def _typed(dice: Dice, whose: str, what: str) -> str:
    return dice.pick(_CASES)(dice.pick(_HABITS).format(whose=whose, what=what))


def _with_number(dice: Dice, whose: str, phone_number: str) -> str:
    bare = phone_number.lstrip("+")
    return dice.pick(
        (
            f"{whose} {phone_number}",
            f"{whose} {formatted(phone_number)}",
            f"{bare[-10:-7]}-{bare[-7:-4]}-{bare[-4:]} {whose}",
            f"fwd to {phone_number}",
            bare,
        )
    )


def _slip(dice: Dice, name: str) -> str:
    if dice.happens(SHARE_TYPING_ERRORS):
        name = _mistyped(dice, name)
    if not name.isascii() and dice.happens(SHARE_MOJIBAKE):
        name = name.encode().decode("cp1252", "replace")
    if dice.happens(SHARE_EMOJI):
        name = f"{dice.pick(EMOJI)} {name}"
    if dice.happens(SHARE_STRAY_SPACES):
        name = dice.pick(
            (f" {name}", f"{name} ", f"{name}  ", name.replace(" ", "  "), f"{name}\t", f"{name}\u00a0")
        )
    return name


def _mistyped(dice: Dice, name: str) -> str:
    at = dice.below(max(len(name) - 1, 1))
    before, here, after = name[:at], name[at : at + 2], name[at + 2 :]
    return before + dice.pick((here[::-1], here[:1], here[:1] + here)) + after
