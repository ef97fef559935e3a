"""Believable, messy data: the same for the same seed, on every platform and version.

Everything is drawn from one ``random.Random(seed)``, in a fixed order, with methods whose results Python does
not change; no hash, no order of a set, no clock and no floating-point function decides anything.
"""

from __future__ import annotations

from calendar import timegm
from itertools import accumulate
from random import Random
from typing import NamedTuple

from callerid_analytics.sandbox import names, vocabulary
from callerid_analytics.sandbox.phone_numbers import formatted
from callerid_analytics.sandbox.tables import AccountRow, ApiKeyRow, CallerIdRow
from callerid_analytics.sandbox.vocabulary import Plan

FIRST_DAY = timegm((2009, 8, 21, 0, 0, 0))
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


class Population(NamedTuple):
    """The rows of a new sandbox, in the order in which they were created."""

    accounts: list[AccountRow]
    api_key: ApiKeyRow
    caller_ids: list[CallerIdRow]


class Business(NamedTuple):
    """Whose numbers they are: a customer of one account, at home in one place."""

    name: str
    account: AccountRow
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
    account_rows = _accounts(draw, accounts)
    api_key = ApiKeyRow(_sid(draw, "SK"), account_rows[0].sid, _secret(draw))
    return Population(account_rows, api_key, _caller_ids(draw, account_rows, numbers))


def _sid(draw: Random, prefix: str) -> str:
    return f"{prefix}{draw.getrandbits(128):032x}"


def _secret(draw: Random) -> str:
    return f"{draw.getrandbits(128):032x}"


def _accounts(draw: Random, count: int) -> list[AccountRow]:
    main_sid = _sid(draw, "AC")
    titles = names.account_titles(draw, count)
    created = [
        FIRST_DAY,
        *sorted(_moment(draw, FIRST_DAY, timegm((2016, 1, 1, 0, 0, 0))) for _ in range(count - 1)),
    ]
    return [
        AccountRow(
            sid=main_sid if number == 0 else _sid(draw, "AC"),
            owner_account_sid=main_sid,
            auth_token=_secret(draw),
            friendly_name=titles[number],
            status="active",
            type="Full",
            date_created=created[number],
            date_updated=created[number],
        )
        for number in range(count)
    ]


def _businesses(draw: Random, accounts: list[AccountRow], count: int) -> list[Business]:
    """Make businesses: one for each account, and the rest mostly for the main account."""
    owners = accounts + draw.choices(accounts, [len(accounts)] + [1] * (len(accounts) - 1), k=count)
    plans = draw.choices(vocabulary.PLANS, [plan.weight for plan in vocabulary.PLANS], k=len(owners))
    return [
        Business(
            name=names.business(draw),
            account=account,
            plan=plan,
            busy_days=tuple(_moment(draw, account.date_created, LAST_DAY - DAY) // DAY * DAY for _ in range(3)),
        )
        for account, plan in zip(owners, plans, strict=True)
    ]


def _caller_ids(draw: Random, accounts: list[AccountRow], numbers: int) -> list[CallerIdRow]:
    businesses = _businesses(draw, accounts, numbers // NUMBERS_PER_BUSINESS)
    book = PhoneBook(draw)
    rows = [_caller_id(draw, draw.choice(businesses), book) for _ in range(numbers)]
    return sorted(rows, key=lambda row: row.date_created)


def _caller_id(draw: Random, business: Business, book: PhoneBook) -> CallerIdRow:
    phone_number = book.number(business)
    name = names.friendly_name(draw, business.name, business.plan, phone_number, book.old_number())
    created = _creation(draw, business)
    return CallerIdRow(
        sid=_sid(draw, "PN"),
        account_sid=business.account.sid,
        phone_number=phone_number,
        friendly_name=name or formatted(phone_number),
        date_created=created,
        date_updated=created if name is None else _update(draw, created),
    )


def _creation(draw: Random, business: Business) -> int:
    if draw.random() < SHARE_IN_BURSTS:
        moment = draw.choice(business.busy_days) + 9 * HOUR + draw.randrange(8 * HOUR)
        return max(moment, business.account.date_created)
    return max(_moment(draw, business.account.date_created, LAST_DAY) for _ in range(2))


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
        self._weights = list(accumulate(plan.weight for plan in vocabulary.PLANS))
        self._given = [vocabulary.DOCUMENTED_SAMPLE]
        self._taken: set[tuple[str, str]] = set()

    def number(self, business: Business) -> str:
        """Give a business another number."""
        while True:
            number = self._propose(business.plan)
            entry = (business.account.sid, number)
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
            (SHARE_ABROAD, lambda: self._fill(self._anywhere().numbers)),
        ):
            if chance < share:
                return source()
            chance -= share
        return self._fill(home.numbers)

    def _anywhere(self) -> Plan:
        (plan,) = self._draw.choices(vocabulary.PLANS, cum_weights=self._weights)
        return plan

    def _fill(self, patterns: tuple[str, ...]) -> str:
        pattern = self._draw.choice(patterns).replace("N", str(self._draw.randrange(2, 10)))
        count = pattern.count("#")
        digits = iter(f"{self._draw.randrange(10**count):0{count}}")
        return "".join(next(digits) if sign == "#" else sign for sign in pattern)
