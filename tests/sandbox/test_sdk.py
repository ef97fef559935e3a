"""Twilio's own SDK takes the sandbox for Twilio."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from callerid_analytics.sandbox import Clock, Sandbox


def sdk(sandbox: Sandbox, username: str, password: str, account_sid: str | None = None) -> Client:
    client = Client(username, password, account_sid)
    client.api.base_url = sandbox.url
    return client


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    client = sdk(sandbox, sandbox.account_sid, sandbox.auth_token)
    yield client
    client.http_client.session.close()


def mine(sandbox: Sandbox) -> list[str]:
    return [row["sid"] for row in sandbox.caller_ids() if row["account_sid"] == sandbox.account_sid]


def test_list(client: Client, sandbox: Sandbox) -> None:
    assert [caller_id.sid for caller_id in client.outgoing_caller_ids.list()] == mine(sandbox)


def test_list_with_a_limit(client: Client, sandbox: Sandbox) -> None:
    assert [caller_id.sid for caller_id in client.outgoing_caller_ids.list(limit=3)] == mine(sandbox)[:3]
    assert len(client.outgoing_caller_ids.list(limit=5000)) == len(mine(sandbox))


def test_stream_in_small_pages(client: Client, sandbox: Sandbox) -> None:
    assert [caller_id.sid for caller_id in client.outgoing_caller_ids.stream(page_size=4)] == mine(sandbox)


def test_pages_forth_and_back(client: Client, sandbox: Sandbox) -> None:
    first = client.outgoing_caller_ids.page(page_size=4)
    second = first.next_page()
    assert second is not None
    assert [caller_id.sid for caller_id in second] == mine(sandbox)[4:8]
    back = second.previous_page()
    assert back is not None
    assert [caller_id.sid for caller_id in back] == mine(sandbox)[:4]


def test_filters(client: Client, sandbox: Sandbox) -> None:
    made = sandbox.add_caller_id("+14155550123", "Zoë & Söhne")
    assert [found.sid for found in client.outgoing_caller_ids.list(phone_number="+14155550123")] == [made["sid"]]
    assert [found.sid for found in client.outgoing_caller_ids.list(friendly_name="Zoë & Söhne")] == [made["sid"]]
    assert client.outgoing_caller_ids.list(phone_number="+14155550124") == []


def test_fetch(client: Client, sandbox: Sandbox) -> None:
    made = sandbox.add_caller_id("+14155550123", "Front desk")
    found = client.outgoing_caller_ids(made["sid"]).fetch()
    assert (found.phone_number, found.friendly_name) == ("+14155550123", "Front desk")
    assert found.date_created == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert found.uri == made["uri"]


def test_update_and_delete(client: Client, sandbox: Sandbox) -> None:
    sid = mine(sandbox)[0]
    assert client.outgoing_caller_ids(sid).update(friendly_name="My Second Line").friendly_name == "My Second Line"
    assert client.outgoing_caller_ids(sid).update().friendly_name == "My Second Line"
    assert client.outgoing_caller_ids(sid).delete() is True
    assert sid not in mine(sandbox)


def test_validation(client: Client, sandbox: Sandbox, clock: Clock) -> None:
    request = client.validation_requests.create(
        "+14155550123",
        friendly_name="Front desk",
        call_delay=3,
        extension="12",
        status_callback="https://example.com/callback",
        status_callback_method="GET",
    )
    assert client.calls(request.call_sid).fetch().status == "queued"
    clock.advance(3)
    assert sandbox.answer(request.call_sid, request.validation_code)
    call = client.calls(request.call_sid).fetch()
    assert (call.status, call.to, call.duration) == ("completed", "+14155550123", "0")
    (verified,) = client.outgoing_caller_ids.list(phone_number="+14155550123")
    assert verified.friendly_name == "Front desk"


def test_a_refusal(client: Client, sandbox: Sandbox) -> None:
    sandbox.add_caller_id("+14155550123")
    with pytest.raises(TwilioRestException) as refusal:
        client.validation_requests.create("+14155550123")
    assert (refusal.value.status, refusal.value.code) == (400, 21450)
    assert refusal.value.msg == "Unable to create record: Phone number is already verified."


def test_a_wrong_token(sandbox: Sandbox) -> None:
    stranger = sdk(sandbox, sandbox.account_sid, "0" * 32)
    with pytest.raises(TwilioRestException) as refusal:
        stranger.outgoing_caller_ids(f"PN{'0' * 32}").fetch()
    assert (refusal.value.status, refusal.value.code) == (401, 20003)
    stranger.http_client.session.close()


def test_an_api_key(sandbox: Sandbox) -> None:
    client = sdk(sandbox, sandbox.api_key, sandbox.api_secret, sandbox.account_sid)
    assert len(client.outgoing_caller_ids.list()) == len(mine(sandbox))
    client.http_client.session.close()


def test_accounts(client: Client, sandbox: Sandbox) -> None:
    accounts = client.api.accounts.list()
    assert {account.sid for account in accounts} == {account["sid"] for account in sandbox.accounts}
    sub_account = sandbox.accounts[1]["sid"]
    expected = sum(row["account_sid"] == sub_account for row in sandbox.caller_ids())
    assert len(client.api.accounts(sub_account).outgoing_caller_ids.list()) == expected


def test_accounts_by_name_and_status(client: Client, sandbox: Sandbox) -> None:
    second = sandbox.accounts[1]
    assert [found.sid for found in client.api.accounts.list(friendly_name=second["friendly_name"])] == [
        second["sid"]
    ]
    sandbox.set_account_status(second["sid"], "suspended")
    assert [found.sid for found in client.api.accounts.list(status="suspended")] == [second["sid"]]
    assert len(list(client.api.accounts.stream(status="active", page_size=1))) == 2


def test_fetching_an_account(client: Client, sandbox: Sandbox) -> None:
    account = client.api.accounts(sandbox.account_sid).fetch()
    assert (account.sid, account.owner_account_sid) == (sandbox.account_sid, sandbox.account_sid)
    assert (account.auth_token, account.status, account.type) == (sandbox.auth_token, "active", "Full")
    assert account.date_created is not None
    assert account.date_created.utcoffset() == timedelta(0)


def test_fetching_a_call(client: Client, sandbox: Sandbox) -> None:
    request = client.validation_requests.create("+14155550123")
    call = client.calls(request.call_sid).fetch()
    assert (call.sid, call.account_sid) == (request.call_sid, sandbox.account_sid)
    assert (call.direction, call.from_formatted) == ("outbound-api", "(415) 723-4000")
    assert (call.duration, call.end_time, call.price) == (None, None, None)


def test_a_validation_in_a_sub_account(client: Client, sandbox: Sandbox) -> None:
    sub_account = sandbox.accounts[1]["sid"]
    request = client.api.accounts(sub_account).validation_requests.create("+14155550123", friendly_name="Desk")
    assert (request.account_sid, request.friendly_name) == (sub_account, "Desk")
    assert client.api.accounts(sub_account).calls(request.call_sid).fetch().account_sid == sub_account
    made = sandbox.answer(request.call_sid, request.validation_code)
    assert made is not None
    verified = client.api.accounts(sub_account).outgoing_caller_ids(made["sid"])
    assert verified.fetch().phone_number == "+14155550123"
    assert verified.update(friendly_name="Front desk").friendly_name == "Front desk"
    assert verified.delete() is True
    assert made["sid"] not in {row["sid"] for row in sandbox.caller_ids()}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"phone_number": "front desk"}, 21401),
        ({"call_delay": 61}, 21454),
        ({"status_callback": "front desk"}, 21456),
        ({"status_callback_method": "PUT"}, 21403),
        ({"friendly_name": "x" * 65}, 20002),
    ],
)
def test_refused_validations(client: Client, arguments: dict[str, Any], code: int) -> None:
    with pytest.raises(TwilioRestException) as refusal:
        client.validation_requests.create(**{"phone_number": "+14155550123", **arguments})
    assert (refusal.value.status, refusal.value.code) == (400, code)


def test_what_is_gone(client: Client, sandbox: Sandbox) -> None:
    caller_id = client.outgoing_caller_ids(mine(sandbox)[0])
    caller_id.delete()
    for operation in (caller_id.fetch, caller_id.update, caller_id.delete):
        with pytest.raises(TwilioRestException) as refusal:
            operation()
        assert (refusal.value.status, refusal.value.code) == (404, 20404)
