"""What can be made to go wrong: what the client sees of it, and what the request has done by then."""

from __future__ import annotations

import http.client
import json
import math
import re
import socket
import time
from collections.abc import Callable, Iterator
from itertools import chain, pairwise
from typing import Any

import pytest
import requests

from callerid_analytics.sandbox import Fault, Sandbox
from callerid_analytics.sandbox.faults import KINDS, Faults, Request
from tests.sandbox.conftest import Api, address, code_of

Ask = Callable[..., http.client.HTTPResponse]

REFUSALS = {
    "429": (Fault("too-many-requests"), 429, 20429),
    "500": (Fault("error"), 500, 20500),
    "503": (Fault("error", status=503), 503, 20503),
}


@pytest.fixture
def first(sandbox: Sandbox) -> Callable[[], dict[str, str]]:
    """Show the newest caller ID of the main account as it really is."""
    return lambda: next(row for row in sandbox.caller_ids() if row["account_sid"] == sandbox.account_sid)


@pytest.fixture
def nothing_logged(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    yield
    sandbox.stop()
    assert not caplog.get_records("call") + caplog.records


@pytest.fixture
def plain(sandbox: Sandbox) -> Iterator[Ask]:
    """Ask on a connection of the test's own, which repeats nothing."""
    connections = []

    def ask(method: str, path: str, body: str | None = None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(*address(sandbox), timeout=10)
        connections.append(connection)
        headers = {
            "Authorization": Api(sandbox).authorization(),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        connection.request(method, path, body, headers)
        return connection.getresponse()

    yield ask
    for connection in connections:
        connection.close()


# Refusals change nothing


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refused_request_changes_nothing(
    api: Api, sandbox: Sandbox, first: Callable[[], dict[str, str]], name: str
) -> None:
    fault, status, code = REFUSALS[name]
    before = first()
    sandbox.set_faults(fault)
    refused = api.post(before["uri"], FriendlyName="changed")
    assert code_of(refused) == (status, code)
    assert "Twilio-Request-Id" in refused.headers
    assert first() == before
    sandbox.set_faults()
    assert api.post(before["uri"], FriendlyName="changed").status_code == 200
    assert first()["friendly_name"] == "changed"


def test_a_refusal_keeps_to_the_representation_asked_for(api: Api, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("too-many-requests"))
    refused = api.get(api.caller_ids.removesuffix(".json"))
    assert refused.headers["Content-Type"].startswith("application/xml")
    assert "<Code>20429</Code>" in refused.text


def test_retry_after_is_sent_when_wanted(api: Api, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("too-many-requests", retry_after=3, count=1), Fault("too-many-requests", count=1))
    assert api.get(api.caller_ids).headers["Retry-After"] == "3"
    assert "Retry-After" not in api.get(api.caller_ids).headers


@pytest.mark.parametrize(("given", "status"), [(None, 502), (503, 503), (200, 200)])
def test_html_instead_of_an_answer(
    api: Api, sandbox: Sandbox, first: Callable[[], dict[str, str]], given: int | None, status: int
) -> None:
    before = first()
    sandbox.set_faults(Fault("html", status=given))
    response = api.post(before["uri"], FriendlyName="changed")
    assert response.status_code == status
    assert response.headers["Content-Type"].startswith("text/html")
    assert f"<h1>{status} " in response.text
    assert first() == before


# Connections


@pytest.mark.usefixtures("nothing_logged")
@pytest.mark.parametrize(("kind", "has_worked"), [("drop-before", False), ("drop-after", True)])
def test_dropped_connections(
    plain: Ask,
    sandbox: Sandbox,
    first: Callable[[], dict[str, str]],
    kind: str,
    *,
    has_worked: bool,
) -> None:
    sandbox.set_faults(Fault(kind))
    uri = first()["uri"]
    with pytest.raises(http.client.RemoteDisconnected):
        plain("GET", uri)
    with pytest.raises(http.client.RemoteDisconnected):
        plain("POST", uri, "FriendlyName=changed")
    assert (first()["friendly_name"] == "changed") is has_worked


@pytest.mark.usefixtures("nothing_logged")
def test_a_dropped_connection_carries_no_byte_and_others_live_on(api: Api, sandbox: Sandbox) -> None:
    api.get(api.caller_ids).raise_for_status()
    sandbox.set_faults(Fault("drop-before", count=1))
    with socket.create_connection(address(sandbox), timeout=10) as connection:
        connection.sendall(f"GET {api.caller_ids} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert connection.recv(1) == b""
    assert api.get(api.caller_ids).status_code == 200
    assert sandbox.faults[0]["struck"] == 1


@pytest.mark.usefixtures("nothing_logged")
def test_a_truncated_body_is_shorter_than_announced(api: Api, sandbox: Sandbox, plain: Ask) -> None:
    whole = api.send("GET", api.caller_ids, headers={"Accept-Encoding": "identity"}).content
    sandbox.set_faults(Fault("truncate"))
    response = plain("GET", api.caller_ids)
    assert (response.status, response.headers["Content-Length"]) == (200, str(len(whole)))
    with pytest.raises(http.client.IncompleteRead) as cut:
        response.read()
    assert cut.value.partial == whole[: len(whole) // 2]


@pytest.mark.usefixtures("nothing_logged")
def test_where_nothing_can_be_truncated_the_connection_still_closes(
    sandbox: Sandbox, first: Callable[[], dict[str, str]], plain: Ask
) -> None:
    sandbox.set_faults(Fault("truncate"))
    gone = first()
    assert plain("DELETE", gone["uri"]).read() == b""
    assert first() != gone


# Time


@pytest.mark.usefixtures("nothing_logged")
def test_latency_takes_its_time(api: Api, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("latency", seconds=0.05))
    started = time.perf_counter()
    assert api.get(api.caller_ids).status_code == 200
    assert time.perf_counter() - started >= 0.05


def test_jitter_is_drawn_from_the_seed() -> None:
    def drawn(seed: int) -> list[float]:
        faults = Faults([Fault("latency", seconds=1, jitter=2)], seed)
        return [faults.strike(Request("GET", "/", b"", 1))[0].seconds for _ in range(100)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 1 <= min(drawn(1)) < 1.2
    assert 2.8 < max(drawn(1)) < 3


def test_jitter_takes_its_time(api: Api, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("latency", seconds=0, jitter=0.1))
    for _ in range(5):
        api.get(api.caller_ids, PageSize=1)
    assert max(request["milliseconds"] for request in sandbox.requests(5)) > 20


@pytest.mark.usefixtures("nothing_logged")
def test_who_gives_up_waiting_has_still_asked(
    api: Api, sandbox: Sandbox, first: Callable[[], dict[str, str]]
) -> None:
    """Like a timeout in real life: the client does not know, and the work is done."""
    sandbox.set_faults(Fault("latency", seconds=30, method="POST"))
    with pytest.raises(requests.ReadTimeout):
        api.session.post(sandbox.url + first()["uri"], {"FriendlyName": "late"}, timeout=0.05)
    api.session.close()
    _until(api, lambda: first()["friendly_name"] == "late")


@pytest.mark.usefixtures("nothing_logged")
@pytest.mark.parametrize("kind", ["latency", "drip"])
def test_the_end_does_not_wait_for_what_is_slow(api: Api, sandbox: Sandbox, kind: str) -> None:
    sandbox.set_faults(Fault(kind, seconds=30, path=api.caller_ids))
    with socket.create_connection(address(sandbox), timeout=10) as connection:
        connection.sendall(_request(api))
        _until(api, lambda: api.get(f"{api.account}.json").headers["Twilio-Concurrent-Requests"] == "2")
        started = time.perf_counter()
        sandbox.stop()
        assert time.perf_counter() - started < 0.9


@pytest.mark.usefixtures("nothing_logged")
def test_a_dripping_body_comes_in_pieces_and_whole(api: Api, sandbox: Sandbox) -> None:
    whole = api.get(api.caller_ids).json()
    sandbox.set_faults(Fault("drip", seconds=0.1))
    started = time.perf_counter()
    assert api.get(api.caller_ids).json() == whole
    assert time.perf_counter() - started >= 0.1


def test_the_first_drop_comes_before_the_last(sandbox: Sandbox, api: Api, plain: Ask) -> None:
    sandbox.set_faults(Fault("drip", seconds=0.2))
    response = plain("GET", api.caller_ids)
    assert 0 < len(response.read1()) < int(response.headers["Content-Length"])


# Pages


def _sids(page: dict[str, Any]) -> list[str]:
    return [row["sid"] for row in page["outgoing_caller_ids"]]


@pytest.fixture
def listed(sandbox: Sandbox) -> list[str]:
    return [row["sid"] for row in sandbox.caller_ids() if row["account_sid"] == sandbox.account_sid]


def test_a_shifted_page_repeats_a_row_and_loses_none(api: Api, sandbox: Sandbox, listed: list[str]) -> None:
    sandbox.set_faults(Fault("repeat-row"))
    pages = [_sids(page) for page in api.pages(None, PageSize=5)]
    assert len(pages) > 2
    for page, following in pairwise(pages):
        assert following[0] == page[-1]
    assert [*pages[0], *chain.from_iterable(page[1:] for page in pages[1:])] == listed


def test_a_repeated_page_comes_twice_and_leads_on(api: Api, sandbox: Sandbox, listed: list[str]) -> None:
    sandbox.set_faults(Fault("repeat-page", count=1))
    pages = list(api.pages(None, PageSize=5))
    assert [page["page"] for page in pages[:3]] == [0, 0, 1]
    assert _sids(pages[0]) == _sids(pages[1]) == listed[:5]
    assert list(chain.from_iterable(map(_sids, pages[1:]))) == listed


@pytest.mark.parametrize("extension", [".json", ".xml", ""])
def test_pages_repeat_backwards_and_in_any_representation(api: Api, sandbox: Sandbox, extension: str) -> None:
    first, second, third = list(api.pages(None, PageSize=3))[:3]
    kind = {True: "repeat-page", False: "repeat-row"}
    path = api.caller_ids.removesuffix(".json") + extension

    def shown(page: dict[str, Any], uri: str, *, whole: bool) -> list[str]:
        sandbox.set_faults(Fault(kind[whole]))
        text = api.get(page[uri].replace(".json", extension)).text
        assert path in text
        return sorted((row for row in _sids(first) + _sids(second) + _sids(third) if row in text), key=text.index)

    assert shown(first, "next_page_uri", whole=True) == _sids(first)
    assert shown(first, "next_page_uri", whole=False) == [_sids(first)[-1], *_sids(second)[:-1]]
    assert shown(third, "previous_page_uri", whole=True) == _sids(third)
    assert shown(third, "previous_page_uri", whole=False) == [*_sids(second)[1:], _sids(third)[0]]


def test_pages_that_follow_none_stay_as_they_are(api: Api, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("repeat-page"), Fault("repeat-row"))
    assert api.get(api.caller_ids, PageSize=5).json()["page"] == 0
    assert code_of(api.get(api.caller_ids, PageToken="nonsense"))[1] == 21481
    assert [fault["struck"] for fault in sandbox.faults] == [1, 1]


# When they strike


def test_a_rate_is_kept_and_its_seed_decides_where(api: Api, sandbox: Sandbox) -> None:
    def statuses(seed: int) -> list[int]:
        sandbox.set_faults(Fault("error", rate=0.4), seed=seed)
        return [api.get(api.account + ".json").status_code for _ in range(60)]

    assert statuses(1) == statuses(1) != statuses(2)
    assert 10 < statuses(1).count(500) < 40


def test_a_count_is_used_up(api: Api, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("error", count=2))
    assert [api.get(api.caller_ids).status_code for _ in range(4)] == [500, 500, 200, 200]
    assert sandbox.faults == [
        {"kind": "error", "rate": 1.0, "count": 2, "path": "*", "method": "*", "struck": 2},
    ]


def test_path_and_method_choose(api: Api, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("error", path="*/OutgoingCallerIds/*", method="de*"))
    row = api.get(api.caller_ids).json()["outgoing_caller_ids"][0]
    assert api.get(row["uri"]).status_code == 200
    assert api.send("DELETE", row["uri"]).status_code == 500
    assert api.send("DELETE", api.caller_ids).status_code == 405


def test_they_are_considered_in_order_until_one_refuses(api: Api, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("latency", seconds=0.01), Fault("error", count=1), Fault("html"), Fault("truncate"))
    assert api.get(api.caller_ids).status_code == 500
    assert api.get(api.caller_ids).status_code == 502
    assert [fault["struck"] for fault in sandbox.faults] == [2, 1, 1, 0]


def test_too_many_at_once_in_one_account(api: Api, sandbox: Sandbox) -> None:
    """Two requests are made to last; the third finds the account busy, and another account is not."""
    slow = f"{api.account}/OutgoingCallerIds.*"
    sandbox.set_faults(
        Fault("too-many-requests", concurrent=2), Fault("latency", seconds=30, path=slow, method="GET", count=2)
    )
    busy = [socket.create_connection(address(sandbox), timeout=10) for _ in range(2)]
    try:
        for connection in busy:
            connection.sendall(_request(api))
        _until(api, lambda: api.get(f"{api.account}.json").status_code == 429)
        assert code_of(api.get(api.caller_ids)) == (429, 20429)
        other = Api(sandbox, sandbox.accounts[1]["sid"])
        answer = other.get(other.caller_ids)
        other.session.close()
        assert (answer.status_code, answer.headers["Twilio-Concurrent-Requests"]) == (200, "1")
    finally:
        for connection in busy:
            connection.close()
    _until(api, lambda: api.get(api.caller_ids).status_code == 200)


def test_a_sandbox_may_be_born_faulty() -> None:
    with Sandbox(numbers=1, accounts=1, faults=[Fault("error")]) as sandbox:
        api = Api(sandbox)
        assert api.get(api.caller_ids).status_code == 500
        api.session.close()


# /sandbox/faults


def test_faults_over_http(api: Api, sandbox: Sandbox) -> None:
    wanted = {"faults": [{"kind": "error", "rate": 1, "count": 3}], "seed": 5}
    put = api.send("PUT", "/sandbox/faults", json=wanted)
    assert put.json() == {
        "faults": [{"kind": "error", "rate": 1, "count": 3, "path": "*", "method": "*", "struck": 0}]
    }
    assert api.get(api.caller_ids).status_code == 500
    shown = api.get("/sandbox/faults").json()
    assert shown["faults"][0]["struck"] == 1
    again = api.send("PUT", "/sandbox/faults", data=json.dumps(shown))
    assert again.json() == put.json(), "what it shows, it accepts"
    assert api.send("DELETE", "/sandbox/faults").json() == {"faults": []}
    assert api.get(api.caller_ids).status_code == 200
    assert api.send("POST", "/sandbox/faults").status_code == 405


def test_nothing_goes_wrong_under_sandbox(api: Api, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("drop-before"))
    assert api.get("/sandbox/faults").status_code == 200
    assert sandbox.faults[0]["struck"] == 0


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (b"{", "Expecting property name"),
        (b"[]", "must be an object such as"),
        (b'{"fault": []}', "must be an object such as"),
        (b'{"faults": {}}', "faults must be a list"),
        (b'{"faults": ["latency"]}', "faults must be a list of objects"),
        (b'{"faults": [{}]}', "needs a kind: latency"),
        (b'{"faults": [{"kind": "error", "rates": 1}]}', "has no rates; it has kind, rate"),
        (b'{"faults": [{"kind": ["error"]}]}', "There is no fault ['error']"),
        (b'{"faults": [], "seed": "x"}', "seed must be a whole number"),
        (b'{"faults": [{"kind": "latency", "seconds": NaN}]}', "seconds must be a number from 0 to 3600, not nan"),
        (b"\xff", "decode"),
    ],
)
def test_senseless_documents_are_refused_and_change_nothing(
    api: Api, sandbox: Sandbox, document: bytes, sentence: str
) -> None:
    sandbox.set_faults(Fault("error"))
    before = sandbox.faults
    refused = api.send("PUT", "/sandbox/faults", data=document)
    assert refused.status_code == 400
    assert sentence in refused.json()["error"]
    assert sandbox.faults == before


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"kind": "fire"}, "There is no fault 'fire'; there are latency, "),
        ({"kind": "error", "rate": 1.5}, "rate must be a number from 0 to 1, not 1.5"),
        ({"kind": "error", "rate": None}, "rate must be a number"),
        ({"kind": "error", "rate": True}, "rate must be a number"),
        ({"kind": "error", "rate": math.nan}, "rate must be a number"),
        ({"kind": "error", "count": 0}, "count must be a whole number of at least 1, not 0"),
        ({"kind": "error", "count": 1.0}, "count must be"),
        ({"kind": "error", "path": ""}, "path must be a pattern"),
        ({"kind": "error", "method": None}, "method must be a pattern"),
        ({"kind": "error", "status": 502}, "status must be 500 or 503, not 502"),
        ({"kind": "html", "status": 204}, "status must be 200 or"),
        ({"kind": "error", "seconds": 1}, "The fault error takes no seconds"),
        ({"kind": "truncate", "concurrent": 1}, "The fault truncate takes no concurrent"),
        ({"kind": "latency"}, "The fault latency needs seconds"),
        ({"kind": "drip"}, "The fault drip needs seconds"),
        ({"kind": "latency", "seconds": -1}, "seconds must be a number from 0 to 3600, not -1"),
        ({"kind": "latency", "seconds": "1"}, "seconds must be a number from 0 to 3600, not '1'"),
        ({"kind": "latency", "seconds": 1, "jitter": math.inf}, "jitter must be"),
        ({"kind": "too-many-requests", "concurrent": 0}, "concurrent must be"),
        ({"kind": "too-many-requests", "retry_after": 1.5}, "retry_after must be"),
    ],
)
def test_senseless_faults_are_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        Fault(**values)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_strike(plain: Ask, sandbox: Sandbox, kind: str) -> None:
    sandbox.set_faults(Fault(kind, seconds=0 if "seconds" in KINDS[kind] else None))
    try:
        plain("GET", f"{Api(sandbox).caller_ids}?PageToken=PA{'0' * 31}9").read()
    except (http.client.RemoteDisconnected, http.client.IncompleteRead):
        assert kind in ("drop-before", "drop-after", "truncate")
    assert sandbox.faults[0]["struck"] == 1


def _request(api: Api) -> bytes:
    return f"GET {api.caller_ids} HTTP/1.1\r\nHost: x\r\nAuthorization: {api.authorization()}\r\n\r\n".encode()


def _until(api: Api, condition: Callable[[], bool]) -> None:
    """Wait for something that the server does by itself; each look gives it a turn."""
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        api.get("/sandbox/faults")
