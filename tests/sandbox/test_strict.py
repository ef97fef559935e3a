"""Strict mode refuses the paging that Twilio's documentation does not promise; a forgiving sandbox reads it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from callerid_analytics.sandbox import Sandbox
from tests.sandbox import xml_reading
from tests.sandbox.conftest import Api, code_of

LISTS = ["/OutgoingCallerIds.json", None]
"""Below the account, or the list of accounts itself."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(numbers=12, accounts=3, strict=True) as sandbox:
        yield sandbox


@pytest.fixture
def forgiving() -> Iterator[Api]:
    with Sandbox(numbers=12, accounts=3) as sandbox:
        api = Api(sandbox)
        yield api
        api.session.close()


def at(api: Api, below: str | None) -> str:
    return api.account + below if below else "/2010-04-01/Accounts.json"


@pytest.mark.parametrize("below", LISTS)
@pytest.mark.parametrize(("size", "understood"), [(999, 999), (1000, 1000), (1001, 1000), (10_000, 1000)])
def test_a_page_size_above_1000(api: Api, forgiving: Api, below: str | None, size: int, understood: int) -> None:
    assert forgiving.get(at(forgiving, below), PageSize=size).json()["page_size"] == understood
    response = api.get(at(api, below), PageSize=size)
    if size > 1000:
        assert code_of(response) == (400, 20007)
    else:
        assert response.json()["page_size"] == size


@pytest.mark.parametrize("below", LISTS)
def test_a_page_without_its_token(api: Api, forgiving: Api, below: str | None) -> None:
    assert forgiving.get(at(forgiving, below), Page=1, PageSize=2).json()["page"] == 1
    response = api.get(at(api, below), Page=1, PageSize=2)
    assert code_of(response) == (400, 20001)
    assert response.json()["message"] == "PageToken is required for paging."
    assert api.get(at(api, below), Page=0, PageSize=2).json()["page"] == 0


def test_the_refusal_in_xml(api: Api) -> None:
    element = xml_reading.root(api.get(f"{api.account}/OutgoingCallerIds", Page=1))
    assert element.findtext("Message") == "PageToken is required for paging."


def test_every_uri_that_was_given_is_accepted(api: Api) -> None:
    pages = list(api.pages(api.caller_ids, PageSize=2))
    assert len(pages) > 2
    for page in pages:
        assert without_uris(api.get(page["uri"]).json()) == without_uris(page)
        assert api.get(page["first_page_uri"]).json() == pages[0]
    for page, one_before in zip(pages[:0:-1], pages[-2::-1], strict=True):
        back = api.get(page["previous_page_uri"]).json()
        assert back["outgoing_caller_ids"] == one_before["outgoing_caller_ids"]


def without_uris(page: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in page.items() if not key.endswith("uri")}


@pytest.mark.parametrize("query", [{"PageSize": "0"}, {"PageSize": "x"}, {"Page": "-1"}])
def test_what_is_senseless_stays_refused(api: Api, query: dict[str, str]) -> None:
    assert code_of(api.get(api.caller_ids, **query)) == (400, 20001)
