"""The client's operations against the sandbox: given this account, when I do that, then the account holds this."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callerid_analytics import errors
from callerid_analytics.client import Client
from callerid_analytics.sandbox import Sandbox

NOWHERE = "PN" + 32 * "0"


def names(sandbox: Sandbox) -> dict[str, str]:
    return {row["sid"]: row["friendly_name"] for row in sandbox.caller_ids()}


def rows_of(sandbox: Sandbox, account_sid: str) -> list[dict[str, str]]:
    return [row for row in sandbox.caller_ids() if row["account_sid"] == account_sid]


@pytest.mark.parametrize("count", [0, 1, 7, 8])
def test_each_row_arrives_once_and_whole_whatever_the_last_page_holds(count: int) -> None:
    with Sandbox(numbers=count, accounts=1, seed=3) as sandbox:
        client = Client.from_env(sandbox.environ)
        seen = list(client.iter_caller_ids(page_size=7))
        truth = {row["sid"]: row for row in sandbox.caller_ids()}
    assert len(seen) == count
    assert {record.sid for record in seen} == set(truth)
    for record in seen:
        row = truth[record.sid or ""]
        assert (record.phone_number, record.friendly_name) == (row["phone_number"], row["friendly_name"])
        assert (record.date_created_text, record.uri) == (row["date_created"], row["uri"])


def test_filters_are_exact(client: Client, sandbox: Sandbox) -> None:
    wanted = rows_of(sandbox, sandbox.account_sid)[0]
    by_number = list(client.iter_caller_ids(phone_number=wanted["phone_number"]))
    assert [record.sid for record in by_number] == [wanted["sid"]]
    by_name = list(client.iter_caller_ids(friendly_name=wanted["friendly_name"]))
    assert wanted["sid"] in {record.sid for record in by_name}
    assert {record.friendly_name for record in by_name} == {wanted["friendly_name"]}
    assert list(client.iter_caller_ids(friendly_name=wanted["friendly_name"] + "?")) == []


def test_a_filter_survives_paging(sandbox: Sandbox, client: Client) -> None:
    for n in range(5):
        sandbox.add_caller_id(f"+1415555010{n}", "Côté & Söhne +1")
    found = list(client.iter_caller_ids(friendly_name="Côté & Söhne +1", page_size=2))
    assert sorted(record.phone_number or "" for record in found) == [f"+1415555010{n}" for n in range(5)]


def test_fetch(client: Client, sandbox: Sandbox) -> None:
    wanted = rows_of(sandbox, sandbox.account_sid)[0]
    assert client.fetch_caller_id(wanted["sid"]).phone_number == wanted["phone_number"]


def test_rename_changes_the_one_row(client: Client, sandbox: Sandbox) -> None:
    before = names(sandbox)
    sid = rows_of(sandbox, sandbox.account_sid)[0]["sid"]
    assert client.rename_caller_id(sid, "Empfang – Zürich 😀").friendly_name == "Empfang – Zürich 😀"
    assert names(sandbox) == before | {sid: "Empfang – Zürich 😀"}


def test_delete_removes_the_one_row(client: Client, sandbox: Sandbox) -> None:
    before = names(sandbox)
    sid = rows_of(sandbox, sandbox.account_sid)[0]["sid"]
    client.delete_caller_id(sid)
    assert set(names(sandbox)) == set(before) - {sid}
    with pytest.raises(errors.NotFound):
        client.delete_caller_id(sid)


def test_a_subaccount_is_reached_with_the_main_accounts_token(client: Client, sandbox: Sandbox) -> None:
    sub = sandbox.accounts[1]["sid"]
    rows = rows_of(sandbox, sub)
    assert {record.sid for record in client.iter_caller_ids(account_sid=sub)} == {row["sid"] for row in rows}
    assert client.fetch_caller_id(rows[0]["sid"], account_sid=sub).account_sid == sub
    client.rename_caller_id(rows[0]["sid"], "Sub desk", account_sid=sub)
    assert names(sandbox)[rows[0]["sid"]] == "Sub desk"
    client.delete_caller_id(rows[0]["sid"], account_sid=sub)
    assert rows[0]["sid"] not in names(sandbox)


@pytest.fixture
def key_client(sandbox: Sandbox) -> Iterator[Client]:
    with Client(
        sandbox.account_sid, api_key=sandbox.api_key, api_secret=sandbox.api_secret, base_url=sandbox.url
    ) as client:
        yield client


def test_an_api_key_reaches_its_own_account_and_says_why_not_more(key_client: Client, sandbox: Sandbox) -> None:
    own = {row["sid"] for row in rows_of(sandbox, sandbox.account_sid)}
    assert {record.sid for record in key_client.iter_caller_ids()} == own
    with pytest.raises(errors.RequestError, match="API key reaches its own account only"):
        list(key_client.iter_caller_ids(account_sid=sandbox.accounts[1]["sid"]))


def test_accounts_by_status(client: Client, sandbox: Sandbox) -> None:
    everyone = [account["sid"] for account in sandbox.accounts]
    sandbox.set_account_status(everyone[2], "suspended")
    assert {account.sid for account in client.iter_accounts()} == set(everyone)
    assert {account.sid for account in client.iter_accounts(page_size=1)} == set(everyone)
    assert {account.sid for account in client.iter_accounts(status="active")} == set(everyone[:2])
    assert [account.sid for account in client.iter_accounts(status="suspended")] == [everyone[2]]
    assert list(client.iter_accounts(status="closed")) == []
    assert client.fetch_account().sid == sandbox.account_sid
    assert client.fetch_account(everyone[2]).status == "suspended"


def test_verification_from_the_code_to_the_caller_id(client: Client, sandbox: Sandbox) -> None:
    request = client.request_validation("(415) 555-0100", friendly_name="Front desk", call_delay=0)
    assert request.phone_number == "+14155550100"
    assert len(request.validation_code or "") == 6
    assert client.fetch_call(request.call_sid or "").to == "+14155550100"
    assert list(client.iter_caller_ids(phone_number="+14155550100")) == []
    sandbox.answer(request.call_sid or "", request.validation_code or "")
    (verified,) = client.iter_caller_ids(phone_number="+14155550100")
    assert verified.friendly_name == "Front desk"
    assert client.fetch_call(request.call_sid or "").status == "completed"
    with pytest.raises(errors.AlreadyVerified) as caught:
        client.request_validation("+14155550100")
    assert caught.value.code == 21450


def test_a_number_that_is_none_is_twilios_refusal(client: Client) -> None:
    with pytest.raises(errors.InvalidPhoneNumber):
        client.request_validation("1")


def test_a_wrong_token(sandbox: Sandbox) -> None:
    client = Client(sandbox.account_sid, "not the token", base_url=sandbox.url)
    with pytest.raises(errors.AuthenticationFailed, match="Check the account SID and its token") as caught:
        list(client.iter_caller_ids())
    assert (caught.value.status, caught.value.code) == (401, 20003)
    assert (caught.value.more_info or "").endswith("/20003")
    assert caught.value.request_id


def test_an_unknown_sid(client: Client) -> None:
    with pytest.raises(errors.NotFound) as caught:
        client.fetch_caller_id(NOWHERE)
    assert (caught.value.status, caught.value.code) == (404, 20404)
    assert isinstance(caught.value, LookupError)


def test_another_accounts_caller_id_is_not_found(client: Client, sandbox: Sandbox) -> None:
    other = rows_of(sandbox, sandbox.accounts[1]["sid"])[0]["sid"]
    with pytest.raises(errors.NotFound):
        client.fetch_caller_id(other)
