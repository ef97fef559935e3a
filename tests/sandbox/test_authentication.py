from __future__ import annotations

from typing import Any

import pytest
import requests

from callerid_analytics.sandbox import Sandbox
from tests.sandbox.conftest import Api, code_of


def status(sandbox: Sandbox, account_sid: str, auth: Any) -> int:
    path = f"/2010-04-01/Accounts/{account_sid}/OutgoingCallerIds.json"
    return requests.get(sandbox.url + path, auth=auth, timeout=10).status_code


def sub_account(api: Api) -> tuple[str, str]:
    sid = api.sandbox.accounts[1]["sid"]
    return sid, api.get(f"/2010-04-01/Accounts/{sid}.json").json()["auth_token"]


def test_who_reaches_what(api: Api, sandbox: Sandbox) -> None:
    main, (sub, sub_token) = sandbox.account_sid, sub_account(api)
    by_token = (main, sandbox.auth_token)
    by_key = (sandbox.api_key, sandbox.api_secret)
    by_sub_token = (sub, sub_token)
    assert status(sandbox, main, by_token) == 200
    assert status(sandbox, sub, by_token) == 200
    assert status(sandbox, main, by_key) == 200
    assert status(sandbox, sub, by_key) == 401
    assert status(sandbox, sub, by_sub_token) == 200
    assert status(sandbox, main, by_sub_token) == 401
    assert status(sandbox, sandbox.accounts[2]["sid"], by_sub_token) == 401


def test_a_sub_account_lists_only_itself(api: Api, sandbox: Sandbox) -> None:
    sub, token = sub_account(api)
    listed = requests.get(f"{sandbox.url}/2010-04-01/Accounts.json", auth=(sub, token), timeout=10).json()
    assert [account["sid"] for account in listed["accounts"]] == [sub]


def test_the_main_api_key_lists_all_accounts(sandbox: Sandbox) -> None:
    by_key = (sandbox.api_key, sandbox.api_secret)
    listed = requests.get(f"{sandbox.url}/2010-04-01/Accounts.json", auth=by_key, timeout=10).json()
    assert len(listed["accounts"]) == 3


@pytest.mark.parametrize(
    ("authorization", "message"),
    [
        (None, "Authentication Error - No credentials provided"),
        ("Bearer abc", "Authentication Error - No credentials provided"),
        ("Basic ", "Authentication Error - invalid username"),
        ("Basic !", "Authenticate"),
        ("Basic /////w==", "Authenticate"),
        ("Basic bWU6c2VjcmV0", "Authentication Error - invalid username"),
        ("Basic QUMxOnNlY3JldA==", "Authenticate"),
        ("Basic U0sxOnNlY3JldA==", "Authenticate"),
    ],
)
def test_a_stranger_is_asked_to_log_in(sandbox: Sandbox, authorization: str | None, message: str) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    response = requests.get(f"{sandbox.url}/2010-04-01/Accounts.json", headers=headers, timeout=10)
    assert code_of(response) == (401, 20003)
    assert response.json()["message"] == message
    assert response.headers["WWW-Authenticate"] == 'Basic realm="Twilio API"'


def test_the_body_of_a_wrong_token_is_the_recorded_one(sandbox: Sandbox) -> None:
    auth = (sandbox.account_sid, sandbox.auth_token[::-1])
    response = requests.get(f"{sandbox.url}/2010-04-01/Accounts.json", auth=auth, timeout=10)
    assert response.text == (
        '{"code": 20003, "detail": "Your AccountSid or AuthToken was incorrect.", "message": "Authenticate", '
        '"more_info": "https://www.twilio.com/docs/errors/20003", "status": 401}'
    )
    assert response.headers["Content-Length"] == "171"  # as recorded


def test_secrets_of_one_kind_do_not_open_with_the_other(sandbox: Sandbox) -> None:
    assert status(sandbox, sandbox.account_sid, (sandbox.account_sid, sandbox.api_secret)) == 401
    assert status(sandbox, sandbox.account_sid, (sandbox.api_key, sandbox.auth_token)) == 401


def test_an_account_that_does_not_exist_is_not_found(api: Api) -> None:
    path = f"/2010-04-01/Accounts/AC{'0' * 32}/OutgoingCallerIds.json"
    assert code_of(api.get(path)) == (404, 20404)
