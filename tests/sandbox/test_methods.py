"""Which methods each resource has, and how it refuses the others."""

from __future__ import annotations

import pytest
import requests

from callerid_analytics.sandbox import Sandbox
from tests.sandbox import xml_reading
from tests.sandbox.conftest import Api, code_of

ACCOUNTS = "/2010-04-01/Accounts"
CALLER_IDS = f"{ACCOUNTS}/{{account}}/OutgoingCallerIds"
METHODS = {
    ACCOUNTS: {"GET"},
    f"{ACCOUNTS}/{{account}}": {"GET"},
    CALLER_IDS: {"GET", "POST"},
    f"{CALLER_IDS}/{{caller_id}}": {"GET", "POST", "PUT", "DELETE"},
    f"{ACCOUNTS}/{{account}}/Calls/{{call}}": {"GET"},
}

pytestmark = pytest.mark.parametrize("extension", [".json", ".xml", ""])

every_resource = pytest.mark.parametrize("resource", METHODS)


def path_of(resource: str, extension: str, sandbox: Sandbox, call: str = f"CA{'0' * 32}") -> str:
    caller_id = next(row["sid"] for row in sandbox.caller_ids() if row["account_sid"] == sandbox.account_sid)
    return resource.format(account=sandbox.account_sid, caller_id=caller_id, call=call) + extension


@every_resource
def test_a_browser_may_ask_first_without_credentials(
    api: Api, sandbox: Sandbox, resource: str, extension: str
) -> None:
    """A preflight request, as browsers send it before one with credentials (https://fetch.spec.whatwg.org)."""
    response = requests.options(
        sandbox.url + path_of(resource, extension, sandbox),
        headers={
            "Origin": "https://app.example.com",
            "Access-Control-Request-Method": "DELETE",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
        timeout=10,
    )
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert {"GET", "POST", "DELETE"} <= set(response.headers["Access-Control-Allow-Methods"].split(", "))
    assert {"Authorization", "Content-Type"} <= set(response.headers["Access-Control-Allow-Headers"].split(", "))


def test_asking_first_about_nothing(api: Api, extension: str) -> None:
    assert api.send("OPTIONS", f"/2010-04-01/Nothing{extension}").status_code == 404


@every_resource
def test_head_is_get_without_a_body(api: Api, sandbox: Sandbox, resource: str, extension: str) -> None:
    call = api.post(api.caller_ids, PhoneNumber="+14155550123").json()["call_sid"]
    path = path_of(resource, extension, sandbox, call)
    head, get = api.send("HEAD", path), api.get(path)
    assert (head.status_code, head.content, get.status_code) == (200, b"", 200)
    for name in ("Content-Type", "Content-Length"):
        assert head.headers[name] == get.headers[name]


@every_resource
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(api: Api, sandbox: Sandbox, resource: str, extension: str, method: str) -> None:
    if method in METHODS[resource]:
        method = "PROPFIND"
    before = sandbox.caller_ids()
    response = api.send(method, path_of(resource, extension, sandbox))
    if extension == ".json":
        assert code_of(response) == (405, 20004)
    else:
        assert xml_reading.root(response).findtext("Code") == "20004"
    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == METHODS[resource] | {"HEAD", "OPTIONS"}
    assert sandbox.caller_ids() == before
