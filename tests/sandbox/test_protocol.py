"""What every exchange has in common: headers, bodies of refusals, methods, encodings."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time

import pytest

from callerid_analytics.sandbox import Sandbox
from tests.sandbox.conftest import Api, address, code_of

TWILIO_HEADERS = {
    "Access-Control-Allow-Origin": r"\*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers": "Accept, Authorization, .*, Idempotency-Key",
    "Access-Control-Expose-Headers": "ETag",
    "Access-Control-Allow-Credentials": "true",
    "Strict-Transport-Security": "max-age=31536000",
    "Twilio-Concurrent-Requests": "1",
    "Twilio-Request-Id": "RQ[0-9a-f]{32}",
    "Twilio-Request-Duration": r"\d+\.\d{3}",
    "X-API-Domain": "api.twilio.com",
    "X-Home-Region": "us1",
    "X-Powered-By": "AT-5000",
    "X-Shenanigans": "none",
}


def test_every_response_has_twilios_headers(api: Api) -> None:
    responses = [
        api.get(api.caller_ids),
        api.get("/2010-04-01/Accounts.json"),
        api.get("/nowhere.json"),
        api.send("PUT", api.caller_ids),
        api.send("GET", api.caller_ids, auth=("me", "secret")),
    ]
    assert [response.status_code for response in responses] == [200, 200, 404, 405, 401]
    for response in responses:
        assert response.headers["Content-Type"] == "application/json"
        assert "Server" not in response.headers
        for name, pattern in TWILIO_HEADERS.items():
            assert re.fullmatch(pattern, response.headers[name]), name
    assert len({response.headers["Twilio-Request-Id"] for response in responses}) == len(responses)


def test_a_refusal_has_the_recorded_form(api: Api) -> None:
    path = api.caller_id(f"PN{'0' * 32}")
    assert api.get(path, unknown="x").text == (
        f'{{"code": 20404, "message": "The requested resource {path} was not found", '
        '"more_info": "https://www.twilio.com/docs/errors/20404", "status": 404}'
    )


@pytest.mark.parametrize("path", ["/nowhere.json", "/2010-04-01/.json", "/2010-04-01/Accounts/x/Messages.json"])
def test_other_paths_are_not_found(api: Api, path: str) -> None:
    response = api.get(path)
    assert code_of(response) == (404, 20404)
    assert path in response.json()["message"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_the_list_refuses_other_methods(api: Api, sandbox: Sandbox, method: str) -> None:
    response = api.send(method, api.caller_ids)
    assert code_of(response) == (405, 20004)
    assert set(response.headers["Allow"].split(", ")) == {"GET", "HEAD", "POST", "OPTIONS"}
    assert len(sandbox.caller_ids()) == 30


def test_head_answers_like_get_without_a_body(api: Api) -> None:
    response = api.send("HEAD", api.caller_ids)
    assert (response.status_code, response.content) == (200, b"")


def test_a_long_page_is_gzipped_for_who_accepts_it(api: Api, sandbox: Sandbox) -> None:
    for number in range(100):
        sandbox.add_caller_id(f"+14155550{number:03}")
    wrapped = api.send("GET", f"{api.caller_ids}?PageSize=100", headers={"Accept-Encoding": "gzip"})
    plain = api.send("GET", f"{api.caller_ids}?PageSize=100", headers={"Accept-Encoding": "identity"})
    assert (wrapped.headers["Content-Encoding"], wrapped.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert "Content-Encoding" not in plain.headers
    assert wrapped.content == plain.content
    short = api.send("GET", f"{api.caller_ids}?PageSize=1", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in short.headers


def test_a_mistake_of_ours_is_admitted(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("callerid_analytics.sandbox.resources.caller_id", fail)
    response = api.get(api.caller_ids)
    assert code_of(response) == (500, 20500)
    assert "Twilio-Request-Id" in response.headers
    api.sandbox.stop()  # which waits for whoever is still writing his log
    assert "ZeroDivisionError" in caplog.text


def test_small_answers_do_not_wait_for_acknowledgements(api: Api, sandbox: Sandbox) -> None:
    """With Nagle's algorithm on, the second write of an answer waits 40 ms for the client's kernel."""
    connection = http.client.HTTPConnection(*address(sandbox))
    durations = []
    for _ in range(41):
        started = time.perf_counter()
        connection.request("GET", api.caller_ids, headers={"Authorization": api.authorization()})
        assert connection.getresponse().read()
        durations.append(time.perf_counter() - started)
    connection.close()
    assert sorted(durations)[20] < 0.03


def test_a_client_that_breaks_off_harms_nobody(
    api: Api, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.create_connection(address(sandbox)) as connection:
        connection.sendall(api.half_a_request())
    assert api.get(api.caller_ids).status_code == 200
    sandbox.stop()
    assert not caplog.records


def test_json_is_utf8(api: Api, sandbox: Sandbox) -> None:
    sandbox.add_caller_id("+14155550123", "東京 ☎️")
    body = api.get(api.caller_ids, PhoneNumber="+14155550123").content
    assert "東京 ☎️".encode() in body
    assert json.loads(body)["outgoing_caller_ids"][0]["friendly_name"] == "東京 ☎️"
