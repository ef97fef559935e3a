"""Believable, messy data: the same for the same seed, on every platform and version.

One pair of dice decides everything, in a fixed order; no hash, no order of a set and no clock has a say.
"""

from __future__ import annotations

from calendar import timegm
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

from callerid_analytics.sandbox import names, vocabulary
from callerid_analytics.sandbox.dates import rfc2822
from callerid_analytics.sandbox.dice import Dice
from callerid_analytics.sandbox.phone_numbers import formatted
from callerid_analytics.sandbox.tables import AccountRow, ApiKeyRow, CallerIdRow
from callerid_analytics.sandbox.vocabulary import Plan

FIRST_DAY = timegm((2009, 8, 21, 0, 0, 0))
LAST_NEW_ACCOUNT = timegm((2016, 1, 1, 0, 0, 0))
LAST_DAY = timegm((2026, 6, 30, 0, 0, 0))
"""The data ends on a fixed day, whenever it is made."""

HOUR = 3600
DAY = 24 * HOUR

NUMBERS_PER_CUSTOMER = 12
_WEIGHTS = list(accumulate(plan.weight for plan in vocabulary.PLANS))


class Population(NamedTuple):
    """The rows of a new sandbox, in the order in which they were created."""

    accounts: list[AccountRow]
    api_key: ApiKeyRow
    caller_ids: list[CallerIdRow]


class Customer(NamedTuple):
    """A business whose numbers one account verifies, many of them on a few busy days."""

    business: names.Business
    account_sid: str
    since: int
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
    dice = Dice(seed)
    opened = [FIRST_DAY, *sorted(dice.between(FIRST_DAY, LAST_NEW_ACCOUNT) for _ in range(accounts - 1))]
    account_rows = _accounts(dice, opened)
    api_key = ApiKeyRow(_sid(dice, "SK"), account_rows[0].sid, dice.hexadecimal())
    customers = _customers(dice, account_rows, opened, numbers // NUMBERS_PER_CUSTOMER)
    return Population(account_rows, api_key, _caller_ids(dice, customers, numbers))


def _sid(dice: Dice, prefix: str) -> str:
    return prefix + dice.hexadecimal()


def _accounts(dice: Dice, opened: list[int]) -> list[AccountRow]:
    sids = [_sid(dice, "AC") for _ in opened]
    return [
        AccountRow(
            sid=sid,
            owner_account_sid=sids[0],
            auth_token=dice.hexadecimal(),
            friendly_name=title,
            status="active",
            type="Full",
            date_created=rfc2822(moment),
            date_updated=rfc2822(moment),
        )
        for sid, title, moment in zip(sids, names.account_titles(dice, len(sids)), opened, strict=True)
    ]


def _customers(dice: Dice, accounts: list[AccountRow], opened: list[int], count: int) -> list[Customer]:
    """Make a customer for each account and `count` more, of which the main account gets an extra share."""
    others = (0 if dice.happens(1 / 3) else dice.below(len(accounts)) for _ in range(count))
    return [
        Customer(
            business=names.business(dice, _place(dice)),
            account_sid=accounts[owner].sid,
            since=opened[owner],
            busy_days=tuple(dice.between(opened[owner], LAST_DAY - DAY) // DAY * DAY for _ in range(3)),
        )
        for owner in (*range(len(accounts)), *others)
    ]


def _place(dice: Dice) -> Plan:
    return dice.pick_weighted(vocabulary.PLANS, _WEIGHTS)


def _caller_ids(dice: Dice, customers: list[Customer], numbers: int) -> list[CallerIdRow]:
    book = PhoneBook(dice)
    made = [_caller_id(dice, dice.pick(customers), book) for _ in range(numbers)]
    return [row for _, row in sorted(made, key=itemgetter(0))]


def _caller_id(dice: Dice, customer: Customer, book: PhoneBook) -> tuple[int, CallerIdRow]:
    phone_number = book.number(customer)
    name = names.friendly_name(dice, customer.business, phone_number, book.old_number())
    created = _creation(dice, customer)
    updated = created if name is None else _update(dice, created)
    date_created = rfc2822(created)
    return created, CallerIdRow(
        sid=_sid(dice, "PN"),
        account_sid=customer.account_sid,
        phone_number=phone_number,
        friendly_name=name or formatted(phone_number),
        date_created=date_created,
        date_updated=date_created if updated == created else rfc2822(updated),
    )


def _creation(dice: Dice, customer: Customer) -> int:
    if dice.happens(0.6):  # on a day when somebody worked through a list
        moment = dice.pick(customer.busy_days) + 9 * HOUR + dice.below(8 * HOUR)
        return max(moment, customer.since)
    return max(dice.between(customer.since, LAST_DAY) for _ in range(2))


def _update(dice: Dice, created: int) -> int:
    kind = dice.below(100)
    if kind < 45:  # named when it was verified, and never touched again
        return created
    return min(created + dice.below(HOUR), LAST_DAY) if kind < 65 else dice.between(created, LAST_DAY)


class PhoneBook:
    """Hands out numbers, each at most once to an account."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._given: list[str] = []
        self._taken: set[tuple[str, str]] = set()

    def number(self, customer: Customer) -> str:
        """Give a customer another number."""
        while True:
            number = self._propose(customer.business.plan)
            entry = (customer.account_sid, number)
            if entry not in self._taken:
                self._taken.add(entry)
                self._given.append(number)
                return number

    def old_number(self) -> str:
        """Give a number that somebody has been given."""
        return self._dice.pick(self._given)

    def _propose(self, home: Plan) -> str:
        kind = self._dice.below(100)
        if kind < 6 and self._given:  # most likely held by another account as well
            return self.old_number()
        if kind < 7:
            return self._made_from(vocabulary.IMPOSSIBLE)
        if kind < 9:
            return self._made_from(vocabulary.FICTIONAL)
        if kind < 20:  # an office somewhere in the world
            return self._made_from(self._dice.pick(vocabulary.PLANS).numbers)
        return self._made_from(home.numbers)

    def _made_from(self, patterns: tuple[str, ...]) -> str:
        pattern = self._dice.pick(patterns).replace("N", str(self._dice.between(2, 9)))
        fixed = pattern.rstrip("#")
        free = len(pattern) - len(fixed)
        return f"{fixed}{self._dice.below(10**free):0{free}}" if free else fixed
