"""The last requests, as their sender's developer wants to see them."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest

from callerid_analytics.sandbox import Fault, Sandbox
from callerid_analytics.sandbox.request_log import MASK, SIZE
from tests.sandbox.conftest import Api, address

KEYS = {
    "at",
    "method",
    "path",
    "query",
    "form",
    "status",
    "milliseconds",
    "request_id",
    "username",
    "user_agent",
}


def last(sandbox: Sandbox) -> dict[str, Any]:
    return sandbox.requests(1)[0]


def test_a_request_is_remembered(api: Api, sandbox: Sandbox) -> None:
    response = api.get(api.caller_ids, PageSize=5, FriendlyName="a b")
    entry = last(sandbox)
    assert set(entry) == KEYS
    assert 0 < entry.pop("milliseconds") < 5000
    assert entry == {
        "at": "Tue, 14 Nov 2023 22:13:20 +0000",
        "method": "GET",
        "path": api.caller_ids,
        "query": {"PageSize": "5", "FriendlyName": "a b"},
        "form": {},
        "status": 200,
        "request_id": response.headers["Twilio-Request-Id"],
        "username": sandbox.account_sid,
        "user_agent": response.request.headers["User-Agent"],
    }


def test_forms_are_remembered_and_still_arrive(api: Api, sandbox: Sandbox) -> None:
    row = api.get(api.caller_ids).json()["outgoing_caller_ids"][0]
    assert api.post(row["uri"], FriendlyName="Zoë & Co.").json()["friendly_name"] == "Zoë & Co."
    assert last(sandbox)["form"] == {"FriendlyName": "Zoë & Co."}


def test_the_newest_comes_first(api: Api, sandbox: Sandbox) -> None:
    for size in (1, 2, 3):
        api.get(api.caller_ids, PageSize=size)
    assert [entry["query"]["PageSize"] for entry in sandbox.requests()] == ["3", "2", "1"]
    assert [entry["query"]["PageSize"] for entry in sandbox.requests(2)] == ["3", "2"]


def test_it_forgets_the_oldest(api: Api, sandbox: Sandbox) -> None:
    for number in range(SIZE + 5):
        api.get(f"/{number}.json")
    remembered = [entry["path"] for entry in sandbox.requests(1000)]
    assert remembered == [f"/{number}.json" for number in range(SIZE + 4, 4, -1)]


def test_refused_and_lost_requests_are_remembered_as_well(api: Api, sandbox: Sandbox) -> None:
    api.send("GET", "/nowhere.json", auth=("AC1", "wrong"))
    assert (last(sandbox)["status"], last(sandbox)["username"]) == (404, "AC1")
    sandbox.set_faults(Fault("too-many-requests"))
    api.post(api.caller_ids, PhoneNumber="+14155550100")
    assert (last(sandbox)["status"], last(sandbox)["form"]) == (429, {"PhoneNumber": "+14155550100"})
    sandbox.set_faults(Fault("drop-before"))
    connection = http.client.HTTPConnection(*address(sandbox), timeout=10)
    connection.request("GET", "/lost")
    with pytest.raises(http.client.RemoteDisconnected):
        connection.getresponse()
    connection.close()
    entry = api.get("/sandbox/requests").json()["requests"][0]  # over HTTP: the server has noticed by then
    assert (entry["path"], entry["status"], entry["request_id"][:2]) == ("/lost", None, "RQ")
    assert (entry["username"], entry["user_agent"]) == (None, None)


@pytest.mark.parametrize("name", ["AuthToken", "auth_token", "ApiSecret", "Password", "Authorization"])
def test_secrets_are_masked_by_their_names(api: Api, sandbox: Sandbox, name: str) -> None:
    api.post(f"{api.caller_ids}?{name}=hush-query", **{name: "hush-form"})
    assert (last(sandbox)["query"], last(sandbox)["form"]) == ({name: MASK}, {name: MASK})


def test_no_secret_is_shown(api: Api, sandbox: Sandbox) -> None:
    callback = "https://me:hush@example.com/done?x=1"
    api.post(api.caller_ids, PhoneNumber="+14155550100", StatusCallback=callback)
    api.send("GET", api.caller_ids, headers={"Authorization": f"Bearer {sandbox.auth_token}"}, auth=_as_it_is)
    api.send("GET", api.caller_ids, auth=(sandbox.api_key, sandbox.api_secret))
    shown = json.dumps(sandbox.requests())
    assert f"https://{MASK}@example.com/done?x=1" in shown
    assert sandbox.api_key in shown
    for secret in (sandbox.auth_token, sandbox.api_secret, "hush", api.authorization()):
        assert secret not in shown


@pytest.mark.parametrize("authorization", ["", "Basic", "Basic !", "Basic QUM=", "Basic gICA", "Digest QUM6eA=="])
def test_odd_credentials_have_no_username(api: Api, sandbox: Sandbox, authorization: str) -> None:
    api.send("GET", api.caller_ids, headers={"Authorization": authorization}, auth=_as_it_is)
    assert last(sandbox)["username"] is None


def test_only_forms_are_read(api: Api, sandbox: Sandbox) -> None:
    """Whatever else is sent may hold anything, in any place."""
    api.send("POST", api.caller_ids, json={"AuthToken": sandbox.auth_token})
    assert last(sandbox)["form"] == {}
    api.post(api.caller_ids, FriendlyName="x" * 100_000)
    assert 10_000 < len(last(sandbox)["form"]["FriendlyName"]) <= 100_000


def test_requests_over_http(api: Api, sandbox: Sandbox) -> None:
    for size in (1, 2, 3):
        api.get(api.caller_ids, PageSize=size)
    shown = api.get("/sandbox/requests").json()
    assert shown == {"requests": sandbox.requests()}
    assert len(shown["requests"]) == 3, "what is asked under /sandbox/ is not the API's"
    assert api.get("/sandbox/requests", limit=2).json()["requests"] == sandbox.requests(2)
    assert api.get("/sandbox/requests", limit="all").status_code == 400


def _as_it_is(request: Any) -> Any:
    """Keep requests from replacing the header."""
    return request
