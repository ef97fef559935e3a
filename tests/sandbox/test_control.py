from __future__ import annotations

from typing import Any

import pytest
import requests

from callerid_analytics.sandbox import Clock, Sandbox
from tests.sandbox.conftest import Api, code_of
from tests.sandbox.receiver import Receiver

NUMBER = "+14155550123"


@pytest.fixture
def call_sid(api: Api) -> str:
    """A call that was just placed."""
    return str(api.post(api.caller_ids, PhoneNumber=NUMBER).json()["call_sid"])


def act(api: Api, call_sid: str, what: str, **form: Any) -> requests.Response:
    return api.post(f"/sandbox/calls/{call_sid}/{what}", **form)


def test_state(api: Api, sandbox: Sandbox, clock: Clock) -> None:
    clock.advance(0.5)
    assert api.get("/sandbox/state").json() == {
        "url": sandbox.url,
        "clock": {"now": "Tue, 14 Nov 2023 22:13:20 +0000", "seconds": 1_700_000_000.5, "speed": 0},
        "accounts": sandbox.accounts,
        "answer": "manual",
        "caller_ids": 30,
    }


def test_nobody_has_to_log_in(sandbox: Sandbox) -> None:
    assert requests.get(f"{sandbox.url}/sandbox/state", timeout=10).status_code == 200


def test_calls(api: Api, sandbox: Sandbox) -> None:
    made = [
        api.post(api.caller_ids, PhoneNumber=f"+1415555012{digit}", CallDelay=digit, Extension="12").json()
        for digit in range(3)
    ]
    newest, *others = api.get("/sandbox/calls").json()["calls"]
    assert newest == {
        "sid": made[2]["call_sid"],
        "account_sid": sandbox.account_sid,
        "to": "+14155550122",
        "from": "+14157234000",
        "friendly_name": None,
        "state": "created",
        "status": "queued",
        "code": made[2]["validation_code"],
        "extension": "12",
        "extension_dialled": False,
        "attempts_left": 3,
        "verification_status": None,
        "caller_id_sid": None,
        "date_created": "Tue, 14 Nov 2023 22:13:20 +0000",
        "rings_in": 2,
    }
    assert [call["sid"] for call in others] == [made[1]["call_sid"], made[0]["call_sid"]]
    assert api.get("/sandbox/calls", limit=1).json()["calls"] == [newest]


def test_picking_up_and_typing_the_code(api: Api, sandbox: Sandbox, call_sid: str) -> None:
    answered = act(api, call_sid, "answer")
    assert (answered.status_code, answered.json()["state"]) == (200, "answered")
    wrong = act(api, call_sid, "answer", Digits="").json()
    assert (wrong["state"], wrong["attempts_left"]) == ("asking", 2)
    verified = act(api, call_sid, "answer", Digits=wrong["code"]).json()
    assert (verified["state"], verified["caller_id_sid"]) == ("verified", sandbox.caller_ids()[0]["sid"])
    assert api.get("/sandbox/caller-ids", limit=1).json() == {"caller_ids": sandbox.caller_ids()[:1], "count": 31}


def test_bodies_may_be_json(api: Api, sandbox: Sandbox, call_sid: str) -> None:
    path = f"/sandbox/calls/{call_sid}/answer"
    assert api.send("POST", path, json={"Digits": 123456}).status_code == 400
    assert api.send("POST", path, json={"Digits": sandbox.call(call_sid)["code"]}).json()["state"] == "verified"


@pytest.mark.parametrize(
    ("what", "state"),
    [("hangup", "hung-up"), ("busy", "busy"), ("no-answer", "no-answer"), ("fail", "failed")],
)
def test_other_ends(api: Api, call_sid: str, what: str, state: str) -> None:
    assert act(api, call_sid, what).json()["state"] == state
    again = act(api, call_sid, what)
    assert (again.status_code, again.json()) == (409, {"error": f"Call {call_sid} has ended: {state}"})


@pytest.mark.parametrize("what", ["answer", "hangup", "busy", "no-answer", "fail"])
def test_a_call_that_was_never_made(api: Api, what: str) -> None:
    refused = act(api, "CA0", what)
    assert (refused.status_code, refused.json()) == (404, {"error": "There is no call CA0"})


def test_advancing(api: Api, sandbox: Sandbox, call_sid: str) -> None:
    state = api.post("/sandbox/clock/advance", Seconds="60").json()
    assert state == sandbox.state()
    assert state["clock"]["seconds"] == 1_700_000_060
    assert sandbox.call(call_sid)["state"] == "no-answer"
    api.send("POST", "/sandbox/clock/advance", json={"Seconds": 1.5})
    assert sandbox.state()["clock"]["seconds"] == 1_700_000_061.5


@pytest.mark.parametrize("seconds", ["", "soon", "-1", "nan", "inf"])
def test_senseless_seconds(api: Api, sandbox: Sandbox, seconds: str) -> None:
    refused = api.post("/sandbox/clock/advance", Seconds=seconds)
    assert (refused.status_code, refused.json()) == (400, {"error": "Seconds must be a number, 0 or more"})
    assert sandbox.state()["clock"]["seconds"] == 1_700_000_000


def test_reset_makes_the_data_anew(api: Api, sandbox: Sandbox, clock: Clock, receiver: Receiver) -> None:
    before, environ, accounts = sandbox.caller_ids(), sandbox.environ, sandbox.accounts
    sid = api.post(api.caller_ids, PhoneNumber=NUMBER, StatusCallback=receiver.url).json()["call_sid"]
    sandbox.busy(sid)
    receiver.next()
    api.post(api.caller_ids, PhoneNumber=NUMBER)
    api.send("DELETE", api.caller_id(before[0]["sid"]))
    sandbox.set_account_status(accounts[1]["sid"], "closed")
    clock.advance(5)
    assert api.post("/sandbox/reset").json() == sandbox.state()
    assert (sandbox.caller_ids(), sandbox.environ, sandbox.accounts) == (before, environ, accounts)
    assert (sandbox.calls(), sandbox.callbacks()) == ([], [])
    clock.advance(100)
    assert api.post(api.caller_ids, PhoneNumber=NUMBER).status_code == 200


def test_callbacks(api: Api, sandbox: Sandbox, clock: Clock, receiver: Receiver) -> None:
    for digit in range(3):
        url = f"http://me:secret@{receiver.netloc}/to/{digit}"
        api.post(api.caller_ids, PhoneNumber=f"+1415555012{digit}", StatusCallback=url, StatusCallbackMethod="GET")
        sandbox.busy(sandbox.calls()[0]["sid"])
    listed = sandbox.callbacks(timeout=10)
    assert api.get("/sandbox/callbacks").json() == {"callbacks": listed}
    assert api.get("/sandbox/callbacks?limit=1").json() == {"callbacks": listed[:1]}
    newest = listed[0]
    received = {query["To"]: query for query in (receiver.next().query for _ in range(3))}
    assert newest.pop("parameters") == received["+14155550122"]
    assert newest == {
        "at": "Tue, 14 Nov 2023 22:13:20 +0000",
        "call_sid": sandbox.calls()[0]["sid"],
        "method": "GET",
        "url": f"http://***:***@{receiver.netloc}/to/2",
        "attempts": 1,
        "status": 204,
        "error": None,
    }


@pytest.mark.parametrize("path", ["calls", "callbacks", "caller-ids"])
@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", ""])
def test_senseless_limits(api: Api, path: str, limit: str) -> None:
    refused = api.get(f"/sandbox/{path}", limit=limit)
    assert (refused.status_code, refused.json()) == (400, {"error": "limit must be a whole number from 1 to 1000"})


@pytest.mark.parametrize("body", ["{", "[]", '"Digits"'])
def test_senseless_json(api: Api, call_sid: str, body: str) -> None:
    refused = api.send(
        "POST",
        f"/sandbox/calls/{call_sid}/answer",
        data=body,
        headers={"Content-Type": "application/json"},
    )
    assert refused.status_code == 400
    assert "JSON" in refused.json()["error"]


def test_unknown_paths_and_methods(api: Api) -> None:
    nowhere = api.get("/sandbox/nowhere")
    assert (nowhere.status_code, nowhere.json()) == (404, {"error": "There is nothing at /sandbox/nowhere"})
    wrong = api.get("/sandbox/reset")
    assert (wrong.status_code, wrong.json()) == (405, {"error": "GET is not for /sandbox/reset"})
    assert wrong.headers["Allow"] == "POST"


def test_it_is_off_the_apis_paths(api: Api) -> None:
    assert code_of(api.get("/sandboxes.json")) == (404, 20404)
    control = api.get("/sandbox/state").headers
    assert not [name for name in control if name.startswith(("Twilio-", "Access-Control-"))]
    assert control["Cache-Control"] == "no-store"


@pytest.mark.parametrize("host", ["twilio.example", "127.0.0.1.twilio.example", "[::1", "", "192.0.2.1:80"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_name_that_was_made_to_point_here_is_refused(api: Api, method: str, host: str) -> None:
    refused = api.send(method, "/sandbox/state", headers={"Host": host})
    assert refused.status_code == 403
    assert refused.json() == {"error": f"Host must be this machine, not {host}"}


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1", "[::1]:8080"])
def test_names_of_this_machine(api: Api, host: str) -> None:
    assert api.get("/sandbox/state").status_code == 200
    assert api.send("GET", "/sandbox/state", headers={"Host": host}).status_code == 200


def test_pages_of_other_origins_are_refused(api: Api, sandbox: Sandbox) -> None:
    before = sandbox.caller_ids()
    sandbox.add_caller_id(NUMBER)
    origins = ("https://twilio.example", "null", "http://127.0.0.1:1", sandbox.url.replace("http:", "https:"))
    for origin in origins:
        refused = api.send("POST", "/sandbox/reset", headers={"Origin": origin})
        assert (refused.status_code, refused.json()) == (403, {"error": f"A page of {origin} may not play here"})
        assert len(sandbox.caller_ids()) == 31
    assert api.send("POST", "/sandbox/reset", headers={"Origin": sandbox.url}).status_code == 200
    assert sandbox.caller_ids() == before
