"""Trial accounts and their limits, and numbers that need no verification."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callerid_analytics.sandbox import Sandbox
from tests.sandbox.conftest import Api, code_of

NUMBER = "+14155550123"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(numbers=0, accounts=5, trial=True) as sandbox:
        yield sandbox


def inside(sandbox: Sandbox, account: int) -> str:
    return f"/2010-04-01/Accounts/{sandbox.accounts[account]['sid']}/OutgoingCallerIds.json"


def test_accounts_are_of_the_type_trial(api: Api) -> None:
    assert api.get(f"{api.account}.json").json()["type"] == "Trial"
    assert {account["type"] for account in api.get("/2010-04-01/Accounts.json").json()["accounts"]} == {"Trial"}


def test_an_account_verifies_five_numbers(api: Api, sandbox: Sandbox) -> None:
    for number in range(4):
        sandbox.add_caller_id(f"+1415555000{number}")
    assert api.post(api.caller_ids, PhoneNumber=NUMBER).status_code == 200
    fifth = sandbox.add_caller_id("+14155550004")
    assert code_of(api.post(api.caller_ids, PhoneNumber=NUMBER)) == (400, 10002)
    assert api.post(inside(sandbox, 1), PhoneNumber=NUMBER).status_code == 200, "every account has its own five"
    api.send("DELETE", fifth["uri"])
    assert api.post(api.caller_ids, PhoneNumber=NUMBER).status_code == 200


def test_a_number_is_verified_on_three_accounts(api: Api, sandbox: Sandbox) -> None:
    second, third, fourth = (account["sid"] for account in sandbox.accounts[1:4])
    for account in (second, third):
        sandbox.add_caller_id(NUMBER, account_sid=account)
    assert api.post(api.caller_ids, PhoneNumber=NUMBER).status_code == 200
    last = sandbox.add_caller_id(NUMBER, account_sid=fourth)
    assert code_of(api.post(inside(sandbox, 0), PhoneNumber=NUMBER)) == (400, 21453)
    assert code_of(api.post(inside(sandbox, 4), PhoneNumber="(415) 555-0123")) == (400, 21453)
    assert api.post(inside(sandbox, 4), PhoneNumber="+14155550124").status_code == 200
    api.send("DELETE", last["uri"])
    assert api.post(api.caller_ids, PhoneNumber=NUMBER).status_code == 200


def test_a_number_of_the_account_itself_is_called_already_verified(api: Api, sandbox: Sandbox) -> None:
    for number in range(4):
        sandbox.add_caller_id(f"+1415555000{number}")
    for account in sandbox.accounts[:3]:
        sandbox.add_caller_id(NUMBER, account_sid=account["sid"])
    assert code_of(api.post(api.caller_ids, PhoneNumber=NUMBER)) == (400, 21450)


def test_other_accounts_have_no_limits() -> None:
    with Sandbox(numbers=0, accounts=5) as sandbox:
        api = Api(sandbox)
        for number in range(6):
            sandbox.add_caller_id(f"+1415555000{number}")
        for account in sandbox.accounts[1:]:
            sandbox.add_caller_id(NUMBER, account_sid=account["sid"])
        assert api.post(api.caller_ids, PhoneNumber=NUMBER).status_code == 200
        assert api.get(f"{api.account}.json").json()["type"] == "Full"
        api.session.close()


def test_an_own_number_needs_no_verification() -> None:
    with Sandbox(numbers=0, accounts=2, own_numbers=[NUMBER, "+442079460123"]) as sandbox:
        api = Api(sandbox)
        for typed in (NUMBER, "(415) 555-0123", "+44 20 7946 0123"):
            assert code_of(api.post(api.caller_ids, PhoneNumber=typed)) == (400, 21449)
        assert api.post(api.caller_ids, PhoneNumber="+14155550124").status_code == 200
        api.session.close()
