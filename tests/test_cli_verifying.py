"""``callerids verify``: as a person types it, on a sandbox whose phones answer and whose clock is set by hand."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callerid_analytics import settings
from callerid_analytics.callbacks import CallbackReceiver
from callerid_analytics.cli import run, verifying
from callerid_analytics.sandbox import Clock, Sandbox
from callerid_analytics.verification import READING_TIME

Capture = pytest.CaptureFixture[str]
NUMBER, BUSY = "+14155550100", "+12125550100"


@pytest.fixture
def clock() -> Clock:
    return Clock(speed=0, start=1_795_000_000)


@pytest.fixture
def account(clock: Clock, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox; the environment, the folders and the time are the test's own."""
    with Sandbox(numbers=0, accounts=2, clock=clock, answer={"+1212*": "busy", "*": "correct"}) as sandbox:

        def pause(event: threading.Event, seconds: float) -> None:
            clock.advance(seconds)
            sandbox.callbacks(timeout=10)

        for name, value in sandbox.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(verifying, "_clock", clock)
        monkeypatch.setattr(verifying, "_pause", pause)
        monkeypatch.setattr(settings, "default_verifications", lambda: tmp_path / "verifications")
        yield sandbox


def test_the_code_is_shown_large_and_the_outcome_said(account: Sandbox, capsys: Capture) -> None:
    assert run(["verify", NUMBER, "--name", "Front desk"]) == 0
    captured = capsys.readouterr()
    call = account.calls()[0]
    assert "██" in captured.out
    assert f"The code is {call['code']}." in captured.out
    assert f"{NUMBER} (US, fixed line or mobile)" in captured.err, "shown back in full"
    assert f"{NUMBER} rings in 15 s" in captured.err
    assert f"is verified as Front desk: {account.caller_ids()[0]['sid']}" in captured.err


def test_the_delay_is_the_one_that_forms_start_at() -> None:
    assert verifying._DELAY == READING_TIME


def test_the_second_time_nobody_is_called(account: Sandbox, capsys: Capture) -> None:
    assert run(["verify", "(415) 555-0100", "--region", "US"]) == 0
    assert run(["verify", NUMBER]) == 0
    assert "verified already" in capsys.readouterr().err
    assert len(account.calls()) == 1


def test_not_verified_is_exit_code_1(account: Sandbox, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["verify", BUSY]) == 1
    assert "busy" in capsys.readouterr().err
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "wrong")
    assert run(["verify", NUMBER]) == 3, "nobody could even be asked"


def test_options_reach_twilio(account: Sandbox) -> None:
    sub = account.accounts[1]["sid"]
    arguments = ["--delay", "0", "--extension", "012", "--name", "Desk", "--account", sub]
    assert run(["verify", NUMBER, *arguments]) == 0
    call = account.calls()[0]
    assert (call["extension"], call["friendly_name"], call["account_sid"]) == ("012", "Desk", sub)


def test_for_scripts_there_is_a_line_of_json_for_each_change(account: Sandbox, capsys: Capture) -> None:
    assert run(["verify", NUMBER, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["event"] for line in lines] == ["requested", "calling", "verified"]
    assert (lines[0]["code"], lines[0]["seconds_until_call"]) == (account.calls()[0]["code"], 15)
    assert lines[-1]["caller_id_sid"] == account.caller_ids()[0]["sid"]
    assert {line["number"] for line in lines} == {NUMBER}
    assert run(["verify", NUMBER, "--json"]) == 0
    assert [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()] == ["already verified"]


def test_a_countdown_is_for_terminals_alone(
    account: Sandbox, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["verify", NUMBER]) == 0
    assert "\x1b" not in capsys.readouterr().err
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert run(["verify", "+14155550101"]) == 0
    shown = capsys.readouterr().err
    assert all(f"rings in {seconds} s." in shown for seconds in range(1, 16))
    assert "Waiting for the outcome" in shown


def test_ctrl_c_says_what_is_known_and_how_to_go_on(
    account: Sandbox, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(event: threading.Event, seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(verifying, "_pause", interrupt)
        assert run(["verify", NUMBER]) == 3
    captured = capsys.readouterr()
    assert f"{NUMBER} is requested" in captured.err
    assert f"callerids verify {NUMBER}" in captured.err
    assert run(["verify", NUMBER]) == 0
    assert "earlier call" in capsys.readouterr().err
    assert len(account.calls()) == 1


def test_twilio_tells_a_port_of_this_machine(account: Sandbox, capsys: Capture) -> None:
    with CallbackReceiver({"AC" + 32 * "0": "token"}) as free:
        url = free.url
    port = url.rstrip("/").rpartition(":")[2]
    assert run(["verify", BUSY, "--callback-url", url, "--callback-port", port]) == 1
    assert "busy" in capsys.readouterr().err
    assert account.callbacks()[0]["status"] == 204


def test_without_a_token_callbacks_are_not_asked_for(
    account: Sandbox, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    sub = account.accounts[1]["sid"]
    arguments = ["verify", NUMBER, "--callback-url", "http://127.0.0.1:1/", "--callback-port", "8099"]
    assert run([*arguments, "--account", sub]) == 0
    assert "its own token" in capsys.readouterr().err
    monkeypatch.delenv("TWILIO_AUTH_TOKEN")
    monkeypatch.setenv("TWILIO_API_KEY", account.api_key)
    monkeypatch.setenv("TWILIO_API_SECRET", account.api_secret)
    assert run(arguments) == 2
    assert "API key" in capsys.readouterr().err


def test_a_queue_shows_its_call_sheet_and_goes_on(
    account: Sandbox, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("numbers.csv").write_text(f"number,name\n{NUMBER},Front desk\n+14155550101,\n", encoding="utf-8")

    def interrupt(event: threading.Event, seconds: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(verifying, "_pause", interrupt)
        assert run(["verify", "--from", "numbers.csv", "--queue", "q.sqlite"]) == 3
    captured = capsys.readouterr()
    assert captured.out.splitlines()[0].split() == ["NUMBER", "NAME", "CODE", "STATE"]
    assert account.calls()[0]["code"] in captured.out
    assert "callerids verify --queue q.sqlite" in captured.err
    assert run(["verify", "--queue", "q.sqlite"]) == 0
    assert "2 numbers verified, 0 not" in capsys.readouterr().err
    assert len(account.calls()) == 2


def test_a_queue_that_is_not_all_verified_is_exit_code_1(account: Sandbox, capsys: Capture) -> None:
    Path("numbers.csv").write_text(f"number\n{NUMBER}\n{BUSY}\n", encoding="utf-8")
    many = ["verify", "--from", "numbers.csv", "--queue", "q.sqlite", "--attempts", "1", "--calls-at-once", "2"]
    assert run([*many, "--json"]) == 1
    lines: list[dict[str, Any]] = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    codes = {call["to"]: call["code"] for call in account.calls()}
    assert {line["number"]: line["code"] for line in lines if line["event"] == "requested"} == codes
    assert {line["number"]: line["event"] for line in lines} == {NUMBER: "verified", BUSY: "failed"}
    assert run(many) == 1
    assert "The line was busy." in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        [NUMBER, "--queue", "q.sqlite"],
        ["--from", "numbers.csv"],
        [NUMBER, "--from", "numbers.csv"],
        ["--queue", "q.sqlite"],
        ["--queue", "q.sqlite", "--name", "Desk"],
        ["front desk"],
        ["(415) 555-0100"],
        [NUMBER, "--delay", "61"],
        [NUMBER, "--extension", "x"],
        [NUMBER, "--name", "x" * 65],
        [NUMBER, "--account", "AC1"],
        [NUMBER, "--callback-url", "ftp://example.com"],
        [NUMBER, "--callback-port", "8099"],
        [NUMBER, "--region", "UK"],
    ],
    ids=" ".join,
)
def test_wrong_use_is_exit_code_2_and_costs_no_call(
    account: Sandbox, arguments: list[str], capsys: Capture
) -> None:
    assert run(["verify", *arguments]) == 2
    assert "Traceback" not in capsys.readouterr().err
    assert account.calls() == []
