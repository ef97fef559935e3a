"""`ensure_verified`: one call at most, however often and from however many programs at once it is asked for."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from callerid_analytics import settings
from callerid_analytics.callbacks import CallbackReceiver, signature
from callerid_analytics.client import Client
from callerid_analytics.errors import InvalidParameter, NotVerified, PermissionDenied, QueueError, RequestError
from callerid_analytics.records import CallerId
from callerid_analytics.sandbox import Clock, Fault, Sandbox
from callerid_analytics.verification import Change, ensure_verified
from tests.scripted_server import Reply, ScriptedServer, page, refusal

NUMBER, BUSY, MANUAL = "+14155550100", "+14155550101", "+14155550102"
Ensure = Callable[..., CallerId]


@pytest.fixture
def clock() -> Clock:
    return Clock(speed=0, start=1_795_000_000)


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(
        numbers=0, accounts=2, clock=clock, answer={BUSY: "busy", MANUAL: "manual", "*": "correct"}
    ) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with Client.from_env(sandbox.environ, pause=lambda event, seconds: None) as client:
        yield client


@pytest.fixture
def shown() -> list[tuple[str, str, float]]:
    return []


@pytest.fixture
def ensure(client: Client, clock: Clock, tmp_path: Path, shown: list[tuple[str, str, float]]) -> Ensure:
    def make(number: str = NUMBER, **options: Any) -> CallerId:
        what = {
            "show_code": lambda *told: shown.append(told),
            "folder": tmp_path / "verifications",
            "clock": clock,
            "pause": lambda event, seconds: clock.advance(seconds),
            "jitter": lambda: 0.5,
        }
        return ensure_verified(client, number, **(what | options))

    return make


def test_it_verifies_once_and_then_finds_it(
    ensure: Ensure, sandbox: Sandbox, shown: list[tuple[str, str, float]]
) -> None:
    first = ensure(name="Front desk", delay=15)
    assert (first.phone_number, first.friendly_name) == (NUMBER, "Front desk")
    assert shown == [(sandbox.calls()[0]["code"], NUMBER, 15.0)]
    assert ensure() == first == ensure("(415) 555-0100", region="US")
    assert len(sandbox.calls()) == len(shown) == 1


def test_what_ends_badly_is_raised_and_may_be_tried_again(ensure: Ensure, sandbox: Sandbox) -> None:
    for attempt in (1, 2):
        with pytest.raises(NotVerified, match="busy") as raised:
            ensure(BUSY)
        assert raised.value.state == "failed"
        assert len(sandbox.calls()) == attempt


def test_what_twilio_refuses_is_raised_as_what_it_is(ensure: Ensure, sandbox: Sandbox) -> None:
    with pytest.raises(InvalidParameter):
        ensure("front desk")
    sandbox.set_account_status(sandbox.account_sid, "suspended")
    with pytest.raises(PermissionDenied):
        ensure()
    sandbox.set_account_status(sandbox.account_sid, "active")
    sandbox.set_faults(Fault("too-many-requests", method="POST"))
    with pytest.raises(RequestError):
        ensure()
    assert sandbox.calls() == []


def test_what_a_listener_raises_is_raised_as_it_is(ensure: Ensure) -> None:
    def refuse(*told: object) -> None:
        raise PermissionError("no screen")

    with pytest.raises(PermissionError, match="no screen"):
        ensure(show_code=refuse)


def test_every_change_is_told(ensure: Ensure) -> None:
    changes: list[Change] = []
    ensure(on_change=changes.append)
    assert [change.state.value for change in changes] == ["requested", "calling", "verified"]


def test_with_a_receiver_the_list_entry_is_returned_all_the_same(ensure: Ensure, sandbox: Sandbox) -> None:
    with CallbackReceiver({sandbox.account_sid: sandbox.auth_token}) as receiver:
        found = ensure(receiver=receiver)
    assert found.sid == sandbox.caller_ids()[0]["sid"]
    assert found.date_created is not None


# Answers that the sandbox never gives

LISTED = {
    "sid": "PN" + 32 * "2",
    "phone_number": NUMBER,
    "friendly_name": "Desk",
    "date_created": "Fri, 21 Aug 2009 00:11:24 +0000",
}


@pytest.mark.parametrize("lag", [0, 3])
def test_already_verified_is_success_even_if_the_list_lags(
    server: ScriptedServer, ensure: Ensure, clock: Clock, lag: int, tmp_path: Path
) -> None:
    server.say(page(), page(), refusal(400, 21450), *(lag * [page()]), page(LISTED))
    with Client("AC" + 32 * "0", "token", base_url=server.url) as client:
        found = ensure_verified(
            client,
            NUMBER,
            show_code=lambda *told: pytest.fail("there is no code"),
            folder=tmp_path,
            clock=clock,
            pause=lambda event, seconds: clock.advance(seconds),
        )
    assert found.sid == LISTED["sid"]
    assert [request.method for request in server.requests].count("POST") == 1


def test_already_verified_and_never_listed_is_what_is_known(
    server: ScriptedServer, clock: Clock, tmp_path: Path
) -> None:
    server.say(page(), page(), refusal(400, 21450), page())
    with Client("AC" + 32 * "0", "token", base_url=server.url) as client:
        found = ensure_verified(
            client,
            NUMBER,
            show_code=print,
            folder=tmp_path,
            clock=clock,
            pause=lambda event, seconds: clock.advance(seconds),
        )
    assert (found.sid, found.phone_number) == (None, NUMBER)


# Several at once

CHILD = """
import sys, time, requests
from callerid_analytics import Client
from callerid_analytics.errors import NotVerified
from callerid_analytics.verification import ensure_verified

passed = 0.0

def pause(event, seconds):
    global passed
    passed += seconds
    requests.post(client.base_url + "/sandbox/clock/advance", {"Seconds": seconds}, timeout=10)

number, folder = sys.argv[1:]
client = Client.from_env()
print("ready", flush=True)
input()
try:
    found = ensure_verified(
        client, number, folder=folder, pause=pause, clock=lambda: 1_795_000_000 + passed,
        show_code=lambda code, number, seconds: (print("code", flush=True), input()),
    )
    print("found", found.sid, flush=True)
except NotVerified as error:
    print("not verified", error.state, flush=True)
"""


@pytest.fixture
def child(sandbox: Sandbox, tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Start programs that verify a number once a line is written to them, and again once their code is shown."""
    children: list[subprocess.Popen[str]] = []

    def start(number: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, number, str(tmp_path / "verifications")],
            env=os.environ | sandbox.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(process)
        return process

    yield start
    for process in children:
        process.kill()
        process.communicate()


def say(process: subprocess.Popen[str], text: str = "go\n") -> None:
    assert process.stdin is not None
    process.stdin.write(text)
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.slow
@pytest.mark.parametrize(("number", "outcome"), [(NUMBER, "found PN"), (BUSY, "not verified failed")])
def test_two_processes_at_once_place_one_call(
    sandbox: Sandbox, child: Callable[[str], subprocess.Popen[str]], number: str, outcome: str
) -> None:
    processes = [child(number), child(number)]
    assert [hear(process) for process in processes] == ["ready", "ready"]
    for process in processes:
        say(process, "go\ngo\n")
    heard = [process.communicate(timeout=60)[0].split("\n") for process in processes]
    assert sorted(lines[0] for lines in heard)[0] == "code"
    assert all(any(line.startswith(outcome) for line in lines) for lines in heard), heard
    assert len(sandbox.calls()) == 1


def test_two_threads_at_once_place_one_call(ensure: Ensure, sandbox: Sandbox) -> None:
    found: list[CallerId] = []
    threads = [threading.Thread(target=lambda: found.append(ensure())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({caller_id.sid for caller_id in found}) == 1
    assert len(found) == 3
    assert len(sandbox.calls()) == 1


def test_who_comes_while_the_phone_rings_shares_the_outcome(
    ensure: Ensure, sandbox: Sandbox, clock: Clock
) -> None:
    waiting, outcomes = threading.Event(), []

    def later() -> None:
        with pytest.raises(NotVerified) as raised:
            ensure(BUSY, on_wait=lambda sentence: waiting.set(), pause=lambda event, seconds: event.wait(0.01))
        outcomes.append(raised.value.state)

    def show(*told: object) -> None:
        clock.advance(3)
        other.start()
        assert waiting.wait(10)

    other = threading.Thread(target=later)
    with pytest.raises(NotVerified):
        ensure(BUSY, show_code=show)
    other.join(10)
    assert outcomes == ["failed"]
    assert len(sandbox.calls()) == 1


def killed_after_its_call_was_placed(child: Callable[[str], subprocess.Popen[str]], number: str) -> None:
    process = child(number)
    assert hear(process) == "ready"
    say(process)
    assert hear(process) == "code"
    process.send_signal(signal.SIGKILL)
    process.wait(10)


@pytest.mark.slow
def test_after_a_kill_the_call_is_waited_for_before_another(
    ensure: Ensure, sandbox: Sandbox, clock: Clock, child: Callable[[str], subprocess.Popen[str]]
) -> None:
    killed_after_its_call_was_placed(child, BUSY)
    sentences: list[str] = []
    begun = clock()
    with pytest.raises(NotVerified):
        ensure(BUSY, on_wait=sentences.append)
    assert "earlier call" in sentences[0]
    first, second = sorted(sandbox.calls(), key=lambda call: str(call["date_created"]))
    assert (first["status"], second["status"]) == ("busy", "busy")
    assert clock() - begun > 5


@pytest.mark.slow
def test_after_a_kill_the_code_that_was_shown_still_counts(
    ensure: Ensure, sandbox: Sandbox, child: Callable[[str], subprocess.Popen[str]]
) -> None:
    killed_after_its_call_was_placed(child, MANUAL)
    call = sandbox.calls()[0]
    sandbox.answer(call["sid"], call["code"])
    assert ensure(MANUAL).phone_number == MANUAL
    assert len(sandbox.calls()) == 1


def test_an_interrupt_in_the_middle_of_the_request_leaves_the_outcome_unknown(
    ensure: Ensure, sandbox: Sandbox, clock: Clock
) -> None:
    def interrupt(*told: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ensure(MANUAL, show_code=interrupt)
    begun = clock()
    with pytest.raises(NotVerified):
        ensure(MANUAL)
    first, second = sandbox.calls()
    assert clock() - begun > 60, "the first call had to end"
    assert (first["status"], second["status"]) == ("no-answer", "no-answer")


def test_what_is_kept_is_private_and_holds_neither_number_nor_code(
    ensure: Ensure, tmp_path: Path, shown: list[tuple[str, str, float]]
) -> None:
    ensure()
    folder = tmp_path / "verifications"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for file in folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        content = file.read_bytes()
        assert NUMBER[1:].encode() not in content
        assert shown[0][0].encode() not in content


def test_a_folder_that_cannot_be_used_costs_no_call(ensure: Ensure, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(QueueError, match="file"):
        ensure(folder=tmp_path / "file")
    assert sandbox.calls() == []


def test_the_folder_is_the_users_own_unless_another_is_named(
    ensure: Ensure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(settings, "default_verifications", lambda: tmp_path / "own")
    ensure(folder=None)
    assert list((tmp_path / "own").iterdir())


def test_who_waited_believes_who_was_told_by_a_callback_while_the_list_lags(
    server: ScriptedServer, clock: Clock, tmp_path: Path
) -> None:
    account, waiting = "AC" + 32 * "0", threading.Event()
    server.say(page(), page(), Reply(body={"call_sid": "CA" + 32 * "1", "validation_code": "012345"}), page())
    second: list[CallerId] = []

    def wait_for_the_second(*told: object) -> None:
        others.start()
        assert waiting.wait(10)
        clock.advance(1)
        told_by_twilio = {
            "AccountSid": account,
            "CallSid": "CA" + 32 * "1",
            "OutgoingCallerIdSid": "PN" + 32 * "2",
        }
        form = told_by_twilio | {"VerificationStatus": "success"}
        signed = {"X-Twilio-Signature": signature("token", receiver.url, form)}
        assert requests.post(receiver.url, form, headers=signed, timeout=10).status_code == 204

    with Client(account, "token", base_url=server.url) as client, CallbackReceiver({account: "token"}) as receiver:
        options: dict[str, Any] = {
            "folder": tmp_path,
            "clock": clock,
            "pause": lambda event, seconds: event.wait(0.01),
        }
        others = threading.Thread(
            target=lambda: second.append(
                ensure_verified(client, NUMBER, show_code=print, on_wait=lambda sentence: waiting.set(), **options)
            )
        )
        first = ensure_verified(client, NUMBER, show_code=wait_for_the_second, receiver=receiver, **options)
        others.join(10)
    assert first.sid == second[0].sid == "PN" + 32 * "2"
    assert [request.method for request in server.requests].count("POST") == 1
