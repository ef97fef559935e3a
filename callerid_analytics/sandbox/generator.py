"""Believable, messy data: the same for the same seed, on every platform and version.

Everything is drawn from one ``random.Random(seed)``, in a fixed order, with methods whose results Python does
not change; no hash, no order of a set, no clock and no floating-point function decides anything.
"""

from __future__ import annotations

from calendar import timegm
from itertools import accumulate
from operator import itemgetter
from random import Random
from typing import NamedTuple

from callerid_analytics.sandbox import names, vocabulary
from callerid_analytics.sandbox.dates import rfc2822
from callerid_analytics.sandbox.phone_numbers import formatted
from callerid_analytics.sandbox.tables import AccountRow, ApiKeyRow, CallerIdRow
from callerid_analytics.sandbox.vocabulary import Plan

FIRST_DAY = timegm((2009, 8, 21, 0, 0, 0))
LAST_NEW_ACCOUNT = timegm((2016, 1, 1, 0, 0, 0))
LAST_DAY = timegm((2026, 6, 30, 0, 0, 0))
"""The data ends on a fixed day, whenever it is made."""

HOUR = 3600
DAY = 24 * HOUR

NUMBERS_PER_BUSINESS = 12
SHARE_SHARED = 0.06
"""Numbers that another account holds as well."""

SHARE_IMPOSSIBLE = 0.012
SHARE_FICTIONAL = 0.02
SHARE_ABROAD = 0.12
"""Numbers outside the country where the business is at home."""

SHARE_IN_BURSTS = 0.6
"""Numbers verified on one of the days when somebody worked through a list."""

_WEIGHTS = list(accumulate(plan.weight for plan in vocabulary.PLANS))


class Population(NamedTuple):
    """The rows of a new sandbox, in the order in which they were created."""

    accounts: list[AccountRow]
    api_key: ApiKeyRow
    caller_ids: list[CallerIdRow]


class Business(NamedTuple):
    """Whose numbers they are: a customer of one account, at home in one place."""

    name: str
    account_sid: str
    since: int
    plan: Plan
    busy_days: tuple[int, ...]


def populate(numbers: int, accounts: int, seed: int) -> Population:
    """Make accounts and their caller IDs.

    Parameters
    ----------
    numbers : int
        How many caller IDs, in all.
    accounts : int
        How many accounts, the main account included.
    seed : int
        Decides everything else.
    """
    draw = Random(seed)  # noqa: S311  # data to be reproduced, not secrets to be kept
    opened = [FIRST_DAY, *sorted(_moment(draw, FIRST_DAY, LAST_NEW_ACCOUNT) for _ in range(accounts - 1))]
    account_rows = _accounts(draw, opened)
    api_key = ApiKeyRow(_sid(draw, "SK"), account_rows[0].sid, _secret(draw))
    businesses = _businesses(draw, account_rows, opened, numbers // NUMBERS_PER_BUSINESS)
    return Population(account_rows, api_key, _caller_ids(draw, businesses, numbers))


def _sid(draw: Random, prefix: str) -> str:
    return f"{prefix}{draw.getrandbits(128):032x}"


def _secret(draw: Random) -> str:
    return f"{draw.getrandbits(128):032x}"


def _accounts(draw: Random, opened: list[int]) -> list[AccountRow]:
    sids = [_sid(draw, "AC") for _ in opened]
    return [
        AccountRow(
            sid=sid,
            owner_account_sid=sids[0],
            auth_token=_secret(draw),
            friendly_name=title,
            status="active",
            type="Full",
            date_created=rfc2822(moment),
            date_updated=rfc2822(moment),
        )
        for sid, title, moment in zip(sids, names.account_titles(draw, len(sids)), opened, strict=True)
    ]


def _businesses(draw: Random, accounts: list[AccountRow], opened: list[int], count: int) -> list[Business]:
    """Make businesses: one for each account, and about half of the others for the main account."""
    everyone = range(len(accounts))
    weights = [max(len(accounts) - 1, 1)] + [1] * (len(accounts) - 1)
    return [
        Business(
            name=names.business(draw),
            account_sid=accounts[owner].sid,
            since=opened[owner],
            plan=_place(draw),
            busy_days=tuple(_moment(draw, opened[owner], LAST_DAY - DAY) // DAY * DAY for _ in range(3)),
        )
        for owner in (*everyone, *draw.choices(everyone, weights, k=count))
    ]


def _place(draw: Random) -> Plan:
    (plan,) = draw.choices(vocabulary.PLANS, cum_weights=_WEIGHTS)
    return plan


def _caller_ids(draw: Random, businesses: list[Business], numbers: int) -> list[CallerIdRow]:
    book = PhoneBook(draw)
    made = [_caller_id(draw, draw.choice(businesses), book) for _ in range(numbers)]
    return [row for _, row in sorted(made, key=itemgetter(0))]


def _caller_id(draw: Random, business: Business, book: PhoneBook) -> tuple[int, CallerIdRow]:
    phone_number = book.number(business)
    name = names.friendly_name(draw, business.name, business.plan, phone_number, book.old_number())
    created = _creation(draw, business)
    updated = created if name is None else _update(draw, created)
    return created, CallerIdRow(
        sid=_sid(draw, "PN"),
        account_sid=business.account_sid,
        phone_number=phone_number,
        friendly_name=name or formatted(phone_number),
        date_created=rfc2822(created),
        date_updated=rfc2822(updated),
    )


def _creation(draw: Random, business: Business) -> int:
    if draw.random() < SHARE_IN_BURSTS:
        moment = draw.choice(business.busy_days) + 9 * HOUR + draw.randrange(8 * HOUR)
        return max(moment, business.since)
    return max(_moment(draw, business.since, LAST_DAY) for _ in range(2))


def _update(draw: Random, created: int) -> int:
    kind = draw.randrange(100)
    if kind < 45:  # named when it was verified, and never touched again
        return created
    return min(created + draw.randrange(HOUR), LAST_DAY) if kind < 65 else _moment(draw, created, LAST_DAY)


def _moment(draw: Random, first: int, last: int) -> int:
    return draw.randrange(first, last + 1)


class PhoneBook:
    """Hands out numbers, each at most once to an account."""

    def __init__(self, draw: Random) -> None:
        self._draw = draw
        self._given = [vocabulary.DOCUMENTED_SAMPLE]
        self._taken: set[tuple[str, str]] = set()

    def number(self, business: Business) -> str:
        """Give a business another number."""
        while True:
            number = self._propose(business.plan)
            entry = (business.account_sid, number)
            if entry not in self._taken:
                self._taken.add(entry)
                self._given.append(number)
                return number

    def old_number(self) -> str:
        """Give a number that somebody has been given."""
        return self._draw.choice(self._given)

    def _propose(self, home: Plan) -> str:
        chance = self._draw.random()
        for share, source in (
            (SHARE_SHARED, self.old_number),
            (SHARE_IMPOSSIBLE, lambda: self._fill(vocabulary.IMPOSSIBLE)),
            (SHARE_FICTIONAL, lambda: self._fill(vocabulary.FICTIONAL)),
            (SHARE_ABROAD, lambda: self._fill(_place(self._draw).numbers)),
        ):
            if chance < share:
                return source()
            chance -= share
        return self._fill(home.numbers)

    def _fill(self, patterns: tuple[str, ...]) -> str:
        pattern = self._draw.choice(patterns).replace("N", str(self._draw.randrange(2, 10)))
        count = pattern.count("#")
        digits = iter(f"{self._draw.randrange(10**count):0{count}}")
        return "".join(next(digits) if sign == "#" else sign for sign in pattern)
