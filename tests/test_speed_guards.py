"""No Python for each row where there may be a million of them: counted, not timed, so it holds on any machine.

Each guard does the same work on few rows and on many and counts the steps of Python that it takes, in all threads:
a step is a call or a line, each turn of a loop or comprehension included. What whole columns need is the same for
both; so the steps that the additional rows cost show a loop, whatever the rest of the work is.
"""

from __future__ import annotations

import io
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from types import FrameType
from typing import Any

import pandas as pd
import pytest

from callerid_analytics import audit, duplicates, exports, filters, frames, load, numbering, plans, records
from callerid_analytics.cleaning import ChangeCase, NumberDuplicates, Rule
from callerid_analytics.client import Client
from callerid_analytics.dates import parse_dates
from callerid_analytics.network import Network
from callerid_analytics.sandbox import Sandbox
from tests.test_cleaning import ANY_RULE, frame_of

FEW, MANY = 2_000, 6_000
PAGES = 4
UPPER = ChangeCase(to="upper")
NOTHING = 0.2
"""Steps a row where there is no loop, which takes at least one: the same work may take a few more or fewer."""


def steps(work: Callable[[], object]) -> int:
    """Return how many calls and lines of Python some work takes, in the threads that it starts as well."""
    counts: Counter[int] = Counter()

    def trace(_: FrameType, event: str, __: Any) -> Any:
        counts[threading.get_ident()] += event != "return"
        return trace

    before, before_in_threads = sys.gettrace(), threading.gettrace()
    threading.settrace(trace)
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
        threading.settrace(before_in_threads)  # type: ignore[arg-type] # None switches it off
    return counts.total()


@pytest.fixture(scope="module")
def rows() -> pd.DataFrame:
    numbering.prepare()
    with Sandbox(numbers=MANY, accounts=1, seed=11) as sandbox, Client.from_env(sandbox.environ) as client:
        frame = load(client, progress=False)
    return frame.assign(sent=[format_datetime(date) for date in frame["date_created"]])


Work = Callable[[pd.DataFrame], object]
WHOLE_COLUMNS: dict[str, tuple[Work, float]] = {
    "describe": (lambda rows: numbering.describe(rows["phone_number"]), NOTHING),
    "national_format": (lambda rows: numbering.national_format(rows["phone_number"]), NOTHING),
    "parse_dates": (lambda rows: parse_dates(rows["sent"]), NOTHING),
    "conform": (frames.conform, NOTHING),
    "write CSV": (lambda rows: exports.write(rows, io.BytesIO(), format="csv"), NOTHING),
    "write Parquet": (lambda rows: exports.write(rows, io.BytesIO(), format="parquet"), NOTHING),
    "in_region": (lambda rows: filters.in_region(rows, "US"), NOTHING),
    "created_between": (lambda rows: filters.created_between(rows, "2015", "2020"), NOTHING),
    "never_renamed": (filters.never_renamed, NOTHING),
    "invalid": (filters.invalid, NOTHING),
    # Some numbers only `phonenumbers` can read.
    "normalize": (lambda rows: numbering.normalize(rows["phone_number"]), 5),
    # Of each different text it is asked whether it is text at all, and not blank.
    "find_same_number": (duplicates.find_same_number, 9),
    "find_same_name": (duplicates.find_same_name, 6),
    # pandas itself looks at new names one after the other, for what cannot be sent.
    "plan_renames": (lambda rows: plans.plan_renames(rows.assign(friendly_name="desk"), UPPER), 20),
    # Python's own regular expressions look at name after name.
    "name_contains": (lambda rows: filters.name_contains(rows, "desk"), 10),
    # Each different name is split into words, and compared with those that share a rare one.
    "audit": (audit.audit, 90),
}


@pytest.mark.parametrize(("work", "most"), WHOLE_COLUMNS.values(), ids=WHOLE_COLUMNS)
def test_rows_are_worked_on_as_whole_columns(work: Work, most: float, rows: pd.DataFrame) -> None:
    few, many = rows.head(FEW), rows.head(MANY)
    work(many)  # what is imported, compiled or kept the first time is there from now on
    assert (steps(lambda: work(many)) - steps(lambda: work(few))) / (MANY - FEW) <= most


@pytest.mark.parametrize("rule", ANY_RULE.values(), ids=ANY_RULE)
def test_a_name_that_stands_in_many_rows_is_cleaned_once(rule: Rule) -> None:
    names = [f"Falcon Veterinary {place % 50}" for place in range(MANY)]
    many = frame_of(names)
    few = many.head(FEW)
    rule.apply(many["friendly_name"], many)
    more = steps(lambda: rule.apply(many["friendly_name"], many)) - steps(
        lambda: rule.apply(few["friendly_name"], few)
    )
    gives_each_row_its_own = isinstance(rule, NumberDuplicates)
    assert more / (MANY - FEW) <= (30 if gives_each_row_its_own else NOTHING)


@pytest.fixture(scope="module")
def clients() -> Iterator[dict[int, Client]]:
    """Clients of accounts that have as many pages of 100 rows, and of 1,000."""
    numbering.prepare()
    with Sandbox(numbers=PAGES * 100, accounts=1) as small, Sandbox(numbers=PAGES * 1000, accounts=1) as large:
        yield {100: Client.from_env(small.environ), 1000: Client.from_env(large.environ)}


def test_a_row_more_on_a_page_is_no_more_work_for_load(clients: dict[int, Client]) -> None:
    def work(size: int) -> None:
        assert len(load(clients[size], page_size=size, progress=False)) == PAGES * size

    work(100)
    assert (steps(lambda: work(1000)) - steps(lambda: work(100))) / (PAGES * 900) <= NOTHING


def test_load_asks_for_each_page_once_and_for_the_name(
    clients: dict[int, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def send(self: Network, method: str, url: str, **fields: Any) -> Any:
        asked.append(f"{method} {url}")
        return real(self, method, url, **fields)

    real = Network.send
    monkeypatch.setattr(Network, "send", send)
    load(clients[100], page_size=100, progress=False)
    assert len(asked) == PAGES + 1


def test_no_byte_of_a_page_is_decoded_more_than_twice(
    clients: dict[int, Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once to find where the list goes on, and once for the rows."""
    sent, decoded = [], []

    def send(self: Network, *arguments: Any, **fields: Any) -> Any:
        response = real_send(self, *arguments, **fields)
        sent.append(len(response.data))
        return response

    def decode(body: Any, **options: Any) -> Any:
        decoded.append(len(bytes(body)))
        return real_decode(body, **options)

    real_send, real_decode = Network.send, records.msgspec.json.decode
    monkeypatch.setattr(Network, "send", send)
    monkeypatch.setattr(records.msgspec.json, "decode", decode)
    load(clients[1000], progress=False)
    assert sum(sent) < sum(decoded) <= 2 * sum(sent)
