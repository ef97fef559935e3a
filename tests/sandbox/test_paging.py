from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from callerid_analytics.sandbox import Sandbox
from callerid_analytics.sandbox.paging import Cursor, PageRequest, Slice
from callerid_analytics.sandbox.store import Store
from callerid_analytics.sandbox.tables import AccountRow, CallerIdRow
from tests.sandbox.conftest import Api, code_of

KEYS = {
    "end",
    "first_page_uri",
    "next_page_uri",
    "outgoing_caller_ids",
    "page",
    "page_size",
    "previous_page_uri",
    "start",
    "uri",
}


@pytest.fixture
def sandbox() -> Any:
    """25 caller IDs in the main account and none beside it."""
    with Sandbox(numbers=25, accounts=1) as sandbox:
        yield sandbox


def sids(page: dict[str, Any]) -> list[str]:
    return [row["sid"] for row in page["outgoing_caller_ids"]]


def truth(sandbox: Sandbox) -> list[str]:
    return [row["sid"] for row in sandbox.caller_ids()]


@pytest.mark.parametrize("size", [1, 7, 24, 25, 26, 1000])
def test_pages_hold_every_row_once_and_in_order(api: Api, sandbox: Sandbox, size: int) -> None:
    pages = list(api.pages(api.caller_ids, PageSize=size))
    assert len(pages) == -(-25 // size)
    assert [sid for page in pages for sid in sids(page)] == truth(sandbox)
    assert [row for page in pages for row in page["outgoing_caller_ids"]] == sandbox.caller_ids()


def test_the_envelope_of_each_page(api: Api) -> None:
    first, second, third = api.pages(api.caller_ids, PageSize=10)
    assert set(first) == set(third) == KEYS
    assert [(page["page"], page["start"], page["end"], page["page_size"]) for page in (first, second, third)] == [
        (0, 0, 9, 10),
        (1, 10, 19, 10),
        (2, 20, 24, 10),
    ]
    assert first["uri"] == first["first_page_uri"] == f"{api.caller_ids}?PageSize=10&Page=0"
    assert third["first_page_uri"] == first["uri"]
    assert second["uri"] == first["next_page_uri"]
    assert (first["previous_page_uri"], third["next_page_uri"]) == (None, None)
    assert parse_qs(urlsplit(second["next_page_uri"]).query)["PageToken"][0].startswith("PA")


def test_previous_leads_back(api: Api) -> None:
    first, second, third = api.pages(api.caller_ids, PageSize=10)
    back = api.get(third["previous_page_uri"]).json()
    assert (sids(back), back["page"]) == (sids(second), 1)
    assert back["next_page_uri"] == second["next_page_uri"]
    again = api.get(back["previous_page_uri"]).json()
    assert (sids(again), again["page"], again["previous_page_uri"]) == (sids(first), 0, None)


def test_an_empty_list(api: Api, sandbox: Sandbox) -> None:
    page = api.get(api.caller_ids, PhoneNumber="+10").json()
    uri = f"{api.caller_ids}?PhoneNumber=%2B10&PageSize=50&Page=0"
    assert page == {
        "end": 0,
        "first_page_uri": uri,
        "next_page_uri": None,
        "outgoing_caller_ids": [],
        "page": 0,
        "page_size": 50,
        "previous_page_uri": None,
        "start": 0,
        "uri": uri,
    }


def test_filters_are_exact_and_stay_in_every_uri(api: Api, sandbox: Sandbox) -> None:
    for last in "345":
        sandbox.add_caller_id(f"+1415555012{last}", "Zoë & Söhne")
    sandbox.add_caller_id("+14155550126", "Zoë & Söhne ")
    pages = list(api.pages(api.caller_ids, FriendlyName="Zoë & Söhne", PageSize=1))
    assert len(pages) == 3
    for page in pages:
        uris = [page[key] for key in ("uri", "first_page_uri", "next_page_uri", "previous_page_uri") if page[key]]
        assert all(parse_qs(urlsplit(uri).query)["FriendlyName"] == ["Zoë & Söhne"] for uri in uris)
    both = api.get(api.caller_ids, FriendlyName="Zoë & Söhne", PhoneNumber="+14155550124").json()
    assert [row["phone_number"] for row in both["outgoing_caller_ids"]] == ["+14155550124"]
    assert sids(api.get(api.caller_ids, friendlyname="nobody").json()) == truth(sandbox), (
        "names are case-sensitive"
    )


def test_rows_that_stayed_are_seen_once_whatever_comes_and_goes(api: Api, sandbox: Sandbox) -> None:
    stayed = truth(sandbox)
    seen: list[str] = []
    for number, page in enumerate(api.pages(api.caller_ids, PageSize=5)):
        seen += sids(page)
        sandbox.add_caller_id(f"+1415555012{number}")
        for gone in (sids(page)[-1], sids(page)[0]):  # the row that the token was made from among them
            stayed.remove(gone)
            assert api.send("DELETE", api.caller_id(gone)).status_code == 204
    assert [sid for sid in seen if sid in stayed] == stayed
    assert len(seen) == len(set(seen)) == 25


def test_going_back_shows_what_came_meanwhile(api: Api, sandbox: Sandbox) -> None:
    second = api.get(api.get(api.caller_ids, PageSize=10).json()["next_page_uri"]).json()
    new = sandbox.add_caller_id("+14155550123")
    first = api.get(second["previous_page_uri"]).json()
    assert new["sid"] not in sids(first)
    assert sids(api.get(first["previous_page_uri"]).json()) == [new["sid"]]


def test_a_page_number_without_a_token_counts_rows(api: Api, sandbox: Sandbox) -> None:
    page = api.get(api.caller_ids, Page=2, PageSize=10).json()
    assert sids(page) == truth(sandbox)[20:]
    assert (page["start"], page["end"], page["page"]) == (20, 24, 2)
    assert sids(api.get(page["previous_page_uri"]).json()) == truth(sandbox)[10:20]
    assert sids(api.get(api.caller_ids, Page=3, PageSize=10).json()) == []


def test_the_page_size_is_50_unless_asked_for_and_never_above_1000(api: Api, sandbox: Sandbox) -> None:
    for number in range(40):
        sandbox.add_caller_id(f"+14155550{number:03}")
    assert len(sids(api.get(api.caller_ids).json())) == 50
    assert api.get(api.caller_ids, PageSize=5000).json()["page_size"] == 1000
    assert "PageSize=1000&" in api.get(api.caller_ids, PageSize=5000).json()["uri"]


@pytest.mark.parametrize(
    "query", [{name: value} for name in ("PageSize", "Page") for value in ("x", "-1", "", "1.5", "٣")]
)
def test_senseless_paging_is_refused(api: Api, query: dict[str, str]) -> None:
    assert code_of(api.get(api.caller_ids, **query)) == (400, 20001)


def test_a_page_size_of_zero_is_refused(api: Api) -> None:
    assert code_of(api.get(api.caller_ids, PageSize=0)) == (400, 20001)


@pytest.mark.parametrize(
    "token", ["", "PA", "PN123", f"PA{'f' * 32}", f"PC{'0' * 32}", f"PA{'0' * 31}x", "PAPN" + "0" * 32]
)
def test_a_foreign_token_is_refused(api: Api, token: str) -> None:
    assert code_of(api.get(api.caller_ids, PageToken=token)) == (400, 21481)


def test_any_token_that_was_given_works_forever(api: Api, sandbox: Sandbox) -> None:
    last = list(api.pages(api.caller_ids, PageSize=5))[-1]
    for row in sandbox.caller_ids():
        api.send("DELETE", api.caller_id(row["sid"]))
    page = api.get(last["uri"]).json()
    assert (sids(page), page["start"], page["end"]) == ([], 0, 0)
    assert (page["next_page_uri"], page["previous_page_uri"]) == (None, None)


def test_filtered_pages_under_inserts_and_deletes(api: Api, sandbox: Sandbox) -> None:
    for number in range(12):
        sandbox.add_caller_id(f"+14155550{number:03}", "even" if number % 2 == 0 else "odd")
    stayed = [row["sid"] for row in sandbox.caller_ids() if row["friendly_name"] == "even"]
    first = api.get(api.caller_ids, FriendlyName="even", PageSize=2).json()
    stayed.remove(gone := sids(first)[-1])
    api.send("DELETE", api.caller_id(gone))
    sandbox.add_caller_id("+14155550990", "even")
    api.post(api.caller_id(sids(first)[0]), FriendlyName="odd")  # which leaves the filtered list, too
    rest = [row for page in api.pages(first["next_page_uri"]) for row in page["outgoing_caller_ids"]]
    assert [row["sid"] for row in rest] == stayed[1:]
    assert {row["friendly_name"] for row in rest} == {"even"}


def test_a_page_far_behind_the_end_is_empty(api: Api) -> None:
    page = api.get(api.caller_ids, Page=999_999_999_999, PageSize=1000).json()
    assert (sids(page), page["start"], page["end"], page["page"]) == ([], 0, 0, 999_999_999_999)
    assert (page["next_page_uri"], page["previous_page_uri"]) == (None, None)


def test_a_page_far_into_the_list_without_a_token_has_tokens_for_its_neighbours(
    api: Api, sandbox: Sandbox
) -> None:
    page = api.get(api.caller_ids, Page=20, PageSize=1).json()
    sandbox.add_caller_id("+14155550123")
    assert sids(page) == truth(sandbox)[21:22]
    assert sids(api.get(page["next_page_uri"]).json()) == truth(sandbox)[22:23], "though all rows moved by one"
    assert sids(api.get(page["previous_page_uri"]).json()) == truth(sandbox)[20:21]


@pytest.fixture(scope="module")
def long_list() -> Iterator[Store]:
    """6,000 caller IDs of one account, every 20th with the same name, among as many of another's."""
    store = Store()
    store.add_accounts([ACCOUNT, ACCOUNT._replace(sid="AC2")])
    store.add_caller_ids(
        CallerIdRow(f"PN{number}", f"AC{1 + number % 2}", f"+1415{number}", NAMES[number // 2 % 20 > 0], "", "")
        for number in range(12_000)
    )
    yield store
    store.close()


ACCOUNT = AccountRow("AC1", "AC1", "", "", "active", "Full", "", "")
NAMES = ("rare", "common")


@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("filters", [{}, {"friendly_name": "rare"}])
def test_the_cost_of_a_page_does_not_depend_on_where_it_lies(
    long_list: Store, filters: dict[str, str], before: bool
) -> None:
    """SQLite counts its own steps: as many near either end of the list as in its middle."""

    def steps(position: int) -> int:
        request = PageRequest(50, cursor=Cursor(position, before))
        found, count = counted(long_list, {"account_sid": "AC1", **filters}, request)
        assert len(found.rows) == 50
        return count

    costs = [steps(position) for position in (2_500, 6_000, 9_500)]
    assert max(costs) <= min(costs) + 10
    assert max(costs) < 50 * 40, "some dozen steps for each row that is shown, none for others"


def test_finding_one_number_costs_next_to_nothing(long_list: Store) -> None:
    filters = {"account_sid": "AC1", "phone_number": "+14156000", "friendly_name": "rare"}
    found, count = counted(long_list, filters, PageRequest())
    assert [row.sid for row in found.rows] == ["PN6000"]
    assert count < 200


def counted(store: Store, filters: dict[str, str], request: PageRequest) -> tuple[Slice[CallerIdRow], int]:
    """Count the instructions of SQLite's virtual machine that it takes to find a page."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    connection = store._database._connection
    connection.set_progress_handler(tick, 1)
    try:
        return store.caller_id_page(filters, request), count
    finally:
        connection.set_progress_handler(None, 1)
