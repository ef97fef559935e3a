from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from callerid_analytics.sandbox import Clock, Sandbox, delivery
from callerid_analytics.sandbox.callbacks import Receiver as Address
from callerid_analytics.sandbox.delivery import Courier
from tests.sandbox.conftest import Api
from tests.sandbox.receiver import NUMBER, Receiver, is_genuine, outcome, place


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


# How it is sent


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_credentials_are_shown_to_those_who_ask(
    api: Api, sandbox: Sandbox, receiver: Receiver, method: str
) -> None:
    sandbox.busy(place(api, f"http://m%C3%A9:p%40ss:w@{receiver.netloc}/401?x=1", method))
    assert outcome(sandbox) == (2, 204, None)
    stranger, known = receiver.next(), receiver.next()
    assert "Authorization" not in stranger.headers
    assert known.headers["Authorization"] == "Basic bcOpOnBAc3M6dw=="
    assert is_genuine(sandbox, known)
    assert known.url == stranger.url
    assert known.headers["I-Twilio-Idempotency-Token"] == stranger.headers["I-Twilio-Idempotency-Token"]


def test_credentials_are_kept_from_those_who_do_not(api: Api, sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.busy(place(api, f"http://me:secret@{receiver.netloc}/"))
    assert "Authorization" not in receiver.next().headers
    assert outcome(sandbox) == (1, 204, None)


@pytest.mark.parametrize("status", [200, 302, 401, 404, 500, 503])
def test_whatever_is_answered_is_final(api: Api, sandbox: Sandbox, receiver: Receiver, status: int) -> None:
    sandbox.busy(place(api, f"{receiver.url}/{status}"))
    assert outcome(sandbox) == (1, status, None)
    receiver.next()
    assert receiver.received.empty()


def test_nobody_is_there(api: Api, sandbox: Sandbox, closed_port: int) -> None:
    sandbox.busy(place(api, f"http://127.0.0.1:{closed_port}/"))
    attempts, status, error = outcome(sandbox)
    assert (attempts, status) == (2, None)
    assert f"127.0.0.1:{closed_port} cannot be reached" in str(error)


def test_a_failed_connection_is_tried_again(
    api: Api, sandbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    dial, write = Courier._dial, delivery.letter

    def dial_badly_at_first(self: Courier, address: Address) -> socket.socket:
        if not hasattr(self, "has_failed"):
            self.has_failed = True  # type: ignore[attr-defined]  # the test's own mark
            raise delivery._UnreachableError("line dead")
        return dial(self, address)

    def write_down(*args: Any) -> Any:
        letter = write(*args)
        written.append(letter.headers["I-Twilio-Idempotency-Token"])
        return letter

    monkeypatch.setattr(Courier, "_dial", dial_badly_at_first)
    monkeypatch.setattr(delivery, "letter", write_down)
    sandbox.busy(place(api, receiver.url))
    assert outcome(sandbox) == (2, 204, None)
    assert [receiver.next().headers["I-Twilio-Idempotency-Token"]] == written, "both attempts carry one token"


def test_two_callbacks_have_two_tokens(api: Api, sandbox: Sandbox, receiver: Receiver) -> None:
    for number in (NUMBER, "+14155550124"):
        sandbox.busy(place(api, receiver.url, number=number))
    one, other = receiver.next(), receiver.next()
    assert one.headers["I-Twilio-Idempotency-Token"] != other.headers["I-Twilio-Idempotency-Token"]


def test_plain_http_is_no_tls(api: Api, sandbox: Sandbox, receiver: Receiver) -> None:
    sandbox.busy(place(api, f"https://{receiver.netloc}/"))
    attempts, status, error = outcome(sandbox)
    assert (attempts, status) == (2, None)
    assert "SSL" in str(error)


def test_who_hangs_up_is_not_called_again(api: Api, sandbox: Sandbox, receiver: Receiver) -> None:
    receiver.respond = lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)
    sandbox.busy(place(api, receiver.url))
    attempts, status, error = outcome(sandbox)
    assert (attempts, status) == (1, None)
    assert f"{receiver.netloc} broke off" in str(error)


@pytest.mark.parametrize("drip", [b"", b"HTTP/1.1 200 OK\r\nX-Drip: ", b"HTTP/1.1 200 OK\r\n\r\nbody"])
def test_patience_has_an_end(
    api: Api, sandbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, drip: bytes
) -> None:
    monkeypatch.setattr(delivery, "TOTAL_TIMEOUT", 0.2)
    received = threading.Event()

    def drip_until_cut_off(handler: BaseHTTPRequestHandler) -> None:
        received.set()
        handler.wfile.write(drip)
        while handler.connection.recv(1):
            pass

    receiver.respond = drip_until_cut_off
    sandbox.busy(place(api, receiver.url))
    assert received.wait(10)
    assert outcome(sandbox) == (1, None, f"{receiver.netloc} broke off: no answer within 0.2 s")


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that lets everybody in and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        yield server


def test_a_silent_receiver_holds_up_nobody(
    api: Api, sandbox: Sandbox, clock: Clock, receiver: Receiver, silent: socket.socket
) -> None:
    sandbox.busy(place(api, f"http://127.0.0.1:{silent.getsockname()[1]}/"))
    connection, _ = silent.accept()
    with connection:
        sandbox.busy(place(api, receiver.url))
        receiver.next()
        clock.advance(60)
        unanswered = sandbox.callbacks()[1]
        assert (unanswered["attempts"], unanswered["status"], unanswered["error"]) == (1, None, None)


def test_stopping_waits_for_no_receiver(clock: Clock, silent: socket.socket) -> None:
    threads = threading.active_count()
    with Sandbox(numbers=0, clock=clock) as sandbox:
        api = Api(sandbox)
        sandbox.busy(place(api, f"http://127.0.0.1:{silent.getsockname()[1]}/"))
        api.session.close()
        connection, _ = silent.accept()
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert threading.active_count() == threads
    connection.close()


def test_a_file_keeps_callbacks_that_nobody_had_time_for(
    tmp_path: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = tmp_path / "twilio.db"
    with monkeypatch.context() as patch, Sandbox(numbers=0, db=db) as first:
        patch.setattr(Courier, "_work", lambda self: None)
        api = Api(first)
        first.busy(place(api, receiver.url))
        api.session.close()
    for _ in range(2):
        with Sandbox(db=db) as again:
            assert outcome(again) == (1, 204, None)
    receiver.next()
    assert receiver.received.empty(), "sent once"


# Whose door may be knocked on


def resolving(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name lead to these addresses, and note the names."""
    asked: list[str] = []

    def getaddrinfo(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(delivery.socket, "getaddrinfo", getaddrinfo)
    return asked


def test_other_machines_are_left_alone(api: Api, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    call_sid = place(api, "http://hooks.example/x")
    asked = resolving(monkeypatch, "192.0.2.1", "169.254.169.254", "0.0.0.0", "10.0.0.1")
    monkeypatch.setattr(socket.socket, "connect", lambda *args: pytest.fail("somebody was called"))
    sandbox.busy(call_sid)
    attempts, status, error = outcome(sandbox)
    assert (attempts, status) == (0, None)
    assert error == (
        "hooks.example is another machine, which is called only with allow_callbacks_anywhere=True"
        " (callerids sandbox --allow-callbacks-anywhere)"
    )
    assert asked == ["hooks.example"]


def test_a_name_of_this_machine_is_called_at_the_address_that_was_checked(
    api: Api, sandbox: Sandbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_sid = place(api, f"http://mine.example:{receiver.netloc.partition(':')[2]}/x")
    asked = resolving(monkeypatch, "192.0.2.1", "127.0.0.1")
    sandbox.busy(call_sid)
    received = receiver.next()
    assert received.headers["Host"].startswith("mine.example:")
    assert is_genuine(sandbox, received)
    assert outcome(sandbox) == (1, 204, None)
    assert asked == ["mine.example"], "asked once, so the answer cannot change in between"


def test_other_machines_are_called_where_that_is_allowed(
    clock: Clock, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[Any] = []
    connect = socket.socket.connect

    def divert(line: socket.socket, where: tuple[str, int]) -> None:
        called.append(where)
        connect(line, ("127.0.0.1", where[1]))

    with Sandbox(numbers=0, clock=clock, allow_callbacks_anywhere=True) as sandbox:
        api = Api(sandbox)
        call_sid = place(api, f"http://hooks.example:{receiver.netloc.partition(':')[2]}/x")
        api.session.close()
        resolving(monkeypatch, "192.0.2.1")
        monkeypatch.setattr(socket.socket, "connect", divert)
        sandbox.busy(call_sid)
        assert outcome(sandbox) == (1, 204, None)
    assert [host for host, _ in called] == ["192.0.2.1"]


def test_names_that_twilio_would_not_call(api: Api, sandbox: Sandbox) -> None:
    sandbox.busy(place(api, "http://local_host/"))
    attempts, status, error = outcome(sandbox)
    assert (attempts, status) == (0, None)
    assert "underscores" in str(error)


@pytest.mark.parametrize("label", ["x" * 70, "ü" * 70, "a..b"])
def test_a_name_that_cannot_be_looked_up_hurts_nobody(
    api: Api, sandbox: Sandbox, receiver: Receiver, label: str
) -> None:
    sandbox.busy(place(api, f"http://{label}.example/"))
    attempts, status, error = outcome(sandbox)
    assert (attempts, status) == (0, None)
    assert error
    sandbox.busy(place(api, receiver.url, number="+14155550124"))
    receiver.next()
