r"""The examples of Twilio's two reference pages for caller IDs, as printed there.

Every ``curl`` line, like every sample of an answer, is quoted: from the page that was written for the REST API
and its first helper libraries, and from the newer one, which is made from the OpenAPI description. Where the
two differ, the sandbox answers like the newer one: with ``start`` and ``end`` around a list, ``PageSize``
before ``Page``, both of them in the ``uri`` too, and, as recorded exchanges have it, a code that is text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as ET

import pytest

from callerid_analytics.sandbox import Sandbox
from tests.sandbox import curl, documented, samples


@pytest.fixture
def first(tmp_path: Path) -> Iterator[Sandbox]:
    """The account with the one caller ID that the older page prints."""
    with documented.sandbox_with(tmp_path, documented.ACCOUNT, documented.FIRST) as sandbox:
        yield sandbox


@pytest.fixture
def second(tmp_path: Path) -> Iterator[Sandbox]:
    """The account with the caller ID that the older page renames and deletes."""
    with documented.sandbox_with(tmp_path, documented.ACCOUNT, documented.SECOND) as sandbox:
        yield sandbox


def from_json(answer: curl.Answer) -> Any:
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    return json.loads(answer.body)


def from_xml(answer: curl.Answer) -> str:
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/xml")
    return ET.canonicalize(answer.body.decode(), strip_text=True)


def same_xml(printed: str) -> str:
    return ET.canonicalize(printed, strip_text=True)


# Retrieve a list (the newer page)


@pytest.mark.parametrize("printed", [samples.NEWER_LIST, samples.NEWER_EMPTY_LIST])
def test_the_newer_list(tmp_path: Path, printed: str) -> None:
    account = documented.ACCOUNT._replace(
        sid="ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        owner_account_sid="ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    )
    rows = [
        documented.CallerIdRow(**{key: value for key, value in row.items() if key != "uri"})
        for row in json.loads(printed)["outgoing_caller_ids"]
    ]
    command = r"""
        curl \
         --request GET 'https://api.twilio.com/2010-04-01/Accounts/{AccountSid}/OutgoingCallerIds.json' \
         --user "username:password"
    """
    command = command.replace("{AccountSid}", account.sid)
    command = command.replace("username:password", f"{account.sid}:{account.auth_token}")
    with documented.sandbox_with(tmp_path, account, *rows) as sandbox:
        assert from_json(curl.run(command, sandbox.url)) == json.loads(printed)


# Get outgoing caller ID details


def test_fetching(first: Sandbox) -> None:
    command = r"""
        curl -G https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds/PNe905d7e6b410746a0fb08c57e5a186f3.json \
            -u 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:your_auth_token'
    """  # noqa: E501
    assert from_json(curl.run(command, first.url)) == json.loads(samples.FETCH)


def test_fetching_xml(first: Sandbox) -> None:
    command = r"""
        curl -G https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds/PNe905d7e6b410746a0fb08c57e5a186f3 \
            -u 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:your_auth_token'
    """  # noqa: E501
    assert from_xml(curl.run(command, first.url)) == same_xml(samples.FETCH_XML)


# Update Outgoing Caller ID: "The response format is identical to the HTTP GET response documented above."


def test_updating(second: Sandbox) -> None:
    command = r"""
        curl -XPOST https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds/PNe536d32a3c49700934481addd5ce1659.json \
            -d "FriendlyName=My%20Second%20Line" \
            -u 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:your_auth_token'
    """  # noqa: E501
    updated = from_json(curl.run(command, second.url))
    assert set(updated) == set(json.loads(samples.FETCH))
    assert (updated["sid"], updated["friendly_name"]) == (documented.SECOND.sid, "My Second Line")
    assert second.caller_ids() == [updated]


def test_updating_xml(second: Sandbox) -> None:
    command = r"""
        curl -XPOST https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds/PNe536d32a3c49700934481addd5ce1659 \
            -d "FriendlyName=My%20Second%20Line" \
            -u 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:your_auth_token'
    """  # noqa: E501
    (updated,) = ET.fromstring(from_xml(curl.run(command, second.url)))
    assert [child.tag for child in updated] == [child.tag for child in ET.fromstring(samples.FETCH_XML)[0]]
    assert updated.findtext("FriendlyName") == second.caller_ids()[0]["friendly_name"] == "My Second Line"


# Delete Outgoing Caller ID: "Returns an HTTP 204 response if successful, with no body."


def test_deleting(second: Sandbox) -> None:
    command = r"""
        curl -XDELETE https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds/PNe536d32a3c49700934481addd5ce1659.json \
            -u 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:your_auth_token'
    """  # noqa: E501
    answer = curl.run(command, second.url)
    assert (answer.status, answer.body, second.caller_ids()) == (204, b"", [])


def test_deleting_xml(second: Sandbox) -> None:
    command = r"""
        curl -XDELETE https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds/PNe536d32a3c49700934481addd5ce1659 \
            -u 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:your_auth_token'
    """  # noqa: E501
    answer = curl.run(command, second.url)
    assert (answer.status, answer.body, second.caller_ids()) == (204, b"", [])


# List an Account's Outgoing Caller IDs


def test_listing(first: Sandbox) -> None:
    command = r"""
        curl -G https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds.json \
            -u 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:your_auth_token'
    """  # noqa: E501
    listed, printed = from_json(curl.run(command, first.url)), json.loads(samples.LIST)
    assert listed.keys() - printed.keys() == {"start", "end"}
    for key in printed.keys() - {"uri", "first_page_uri"}:
        assert listed[key] == printed[key], key
    assert urlsplit(listed["uri"]).path == printed["uri"]
    assert parts(listed["first_page_uri"]) == parts(printed["first_page_uri"])


def test_listing_xml(first: Sandbox) -> None:
    command = r"""
        curl -G https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds \
            -u 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:your_auth_token'
    """
    (listed,), (printed,) = ET.fromstring(from_xml(curl.run(command, first.url))), ET.fromstring(samples.LIST_XML)
    assert listed.attrib.keys() == printed.attrib.keys()
    for name in printed.attrib.keys() - {"uri", "firstpageuri"}:
        assert listed.get(name) == printed.get(name), name
    assert urlsplit(listed.attrib["uri"]).path == printed.get("uri")
    assert parts(listed.attrib["firstpageuri"]) == parts(printed.attrib["firstpageuri"])
    assert [(child.tag, child.text) for child in listed[0]] == [(child.tag, child.text) for child in printed[0]]


def parts(uri: str) -> tuple[str, dict[str, list[str]]]:
    return urlsplit(uri).path, parse_qs(urlsplit(uri).query)


# Caller ID for Phone Number


@pytest.mark.parametrize("extension", [".json", ""])
def test_listing_one_number(first: Sandbox, extension: str) -> None:
    command = r"""
        curl -G https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds.json \
            -d "PhoneNumber=%2B14158675309" \
            -u 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:your_auth_token'
    """.replace(".json", extension)  # noqa: E501  # printed once with and once without extension
    made = first.add_caller_id("+14158675309")
    answer = curl.run(command, first.url)
    if extension:
        assert from_json(answer)["outgoing_caller_ids"] == [made]
    else:
        assert [found.findtext("Sid") for found in ET.fromstring(from_xml(answer))[0]] == [made["sid"]]


# Add A New Outgoing Caller ID


def test_validating(first: Sandbox) -> None:
    command = r"""
        curl -XPOST https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds.json \
            -d "FriendlyName=My%20Home%20Phone%20Number" \
            -d "PhoneNumber=%2B14158675309" \
            -u 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:your_auth_token'
    """  # noqa: E501
    request, printed = from_json(curl.run(command, first.url)), json.loads(samples.VALIDATION)
    assert request.keys() == printed.keys()
    for key in ("account_sid", "phone_number", "friendly_name"):
        assert request[key] == printed[key]
    assert re.fullmatch(r"CA[0-9a-f]{32}", request["call_sid"])
    assert re.fullmatch(r"[0-9]{6}", request["validation_code"])


def test_validating_xml(first: Sandbox) -> None:
    command = r"""
        curl -XPOST https://api.twilio.com/2010-04-01/Accounts/ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX/OutgoingCallerIds \
            -d "FriendlyName=My%20Home%20Phone%20Number" \
            -d "PhoneNumber=%2B14158675309" \
            -u 'ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX:your_auth_token'
    """  # noqa: E501
    (request,), (printed,) = (
        ET.fromstring(from_xml(curl.run(command, first.url))),
        ET.fromstring(samples.VALIDATION_XML),
    )
    assert (request.tag, [child.tag for child in request]) == (printed.tag, [child.tag for child in printed])
    for tag in ("AccountSid", "PhoneNumber", "FriendlyName"):
        assert request.findtext(tag) == printed.findtext(tag)
    assert re.fullmatch(r"CA[0-9a-f]{32}", request.findtext("CallSid", ""))
    assert re.fullmatch(r"[0-9]{6}", request.findtext("ValidationCode", ""))


# "HTTP PUT: Not Supported. HTTP DELETE: Not Supported."


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("extension", [".json", ""])
def test_what_the_list_does_not_support(first: Sandbox, method: str, extension: str) -> None:
    path = f"/2010-04-01/Accounts/{first.account_sid}/OutgoingCallerIds{extension}"
    answer = curl.run(f"curl -X {method} {curl.HOST}{path} -u {first.account_sid}:{first.auth_token}", first.url)
    assert answer.status == 405
    assert b"20004" in answer.body
