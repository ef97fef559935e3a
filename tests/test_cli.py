"""The command as a person or a script meets it: what it prints, where, and with which exit code."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

import callerid_analytics
from callerid_analytics import exports
from callerid_analytics.cli import run
from callerid_analytics.sandbox import Sandbox
from tests.scripted_server import Reply, ScriptedServer, page

Capture = pytest.CaptureFixture[str]
ACCOUNT = "AC" + 32 * "0"


@pytest.fixture
def account(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The environment names a sandbox's account."""
    for name, value in sandbox.environ.items():
        monkeypatch.setenv(name, value)
    return sandbox


@pytest.fixture
def scripted(server: ScriptedServer, monkeypatch: pytest.MonkeyPatch) -> ScriptedServer:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "very-secret")
    monkeypatch.setenv("CALLERIDS_BASE_URL", server.url)
    return server


def test_accounts_says_who_i_am(account: Sandbox, capsys: Capture) -> None:
    assert run(["accounts"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(account.accounts)
    assert next(line for line in lines if line.endswith("(you)")).startswith(account.account_sid)
    for row in account.accounts:
        assert any(row["sid"] in line and row["friendly_name"] in line and row["status"] in line for line in lines)


def test_accounts_by_status(account: Sandbox, capsys: Capture) -> None:
    account.set_account_status(account.accounts[1]["sid"], "suspended")
    assert run(["accounts", "--status", "suspended"]) == 0
    assert account.accounts[1]["sid"] in capsys.readouterr().out.splitlines()[1]


def test_list_shows_every_row_of_the_account(account: Sandbox, capsys: Capture) -> None:
    assert run(["list"]) == 0
    shown = capsys.readouterr()
    own = [row["sid"] for row in account.caller_ids() if row["account_sid"] == account.account_sid]
    assert [line.split("  ")[-2] for line in shown.out.splitlines()[1:]] == own
    assert f"{len(own)} caller IDs in 1 account." in shown.err


def test_list_all_accounts_and_some(account: Sandbox, capsys: Capture) -> None:
    assert run(["list", "--all-accounts"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1 + len(account.caller_ids())
    first, second = (row["sid"] for row in account.accounts[1:])
    assert run(["list", "--account", first, "--account", second]) == 0
    listed = {line.split("  ")[-1] for line in capsys.readouterr().out.splitlines()[1:]}
    assert listed == {first, second}


def test_list_filters(account: Sandbox, capsys: Capture) -> None:
    account.add_caller_id("+14155550123", "Only me")
    for option, value in (("--phone-number", "+14155550123"), ("--friendly-name", "Only me")):
        assert run(["list", option, value]) == 0
        assert "Only me" in capsys.readouterr().out.splitlines()[1]


def test_other_peoples_text_cannot_break_the_table(scripted: ScriptedServer, capsys: Capture) -> None:
    scripted.say(page({"sid": "PN1", "friendly_name": "\x1b[2J\nDesk\u202e", "phone_number": None}, {}))
    assert run(["list"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "·[2J·Desk·" in out
    assert len(out.splitlines()) == 3


@pytest.mark.parametrize("ending", ["csv", "parquet", "jsonl"])
def test_export_writes_exactly_the_rows(account: Sandbox, tmp_path: Path, capsys: Capture, ending: str) -> None:
    file = tmp_path / f"out.{ending}"
    assert run(["export", str(file), "--all-accounts"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"30 caller IDs written to {file}" in captured.err
    frame = exports.read(file)
    truth = {(row["sid"], row["friendly_name"], row["phone_number"]) for row in account.caller_ids()}
    assert set(frame[["sid", "friendly_name", "phone_number"]].itertuples(index=False, name=None)) == truth


def test_export_to_standard_output_is_data_only(
    account: Sandbox, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run(["export", "-"]) == 0
    csv = capfdbinary.readouterr().out.decode()
    own = [row for row in account.caller_ids() if row["account_sid"] == account.account_sid]
    assert csv.startswith('"sid","account_sid","phone_number"')
    assert csv.count('"PN') == len(own)
    assert run(["export", "-", "--format", "jsonl"]) == 0
    lines = capfdbinary.readouterr().out.decode().splitlines()
    assert [json.loads(line)["sid"] for line in lines] == [row["sid"] for row in own]


def test_an_export_that_is_incomplete_says_so_and_writes_nothing(
    account: Sandbox, tmp_path: Path, capsys: Capture
) -> None:
    suspended = account.accounts[1]["sid"]
    account.set_account_status(suspended, "suspended")
    file = tmp_path / "out.csv"
    file.write_text("as it was")
    arguments = ["export", str(file), "--account", account.account_sid, "--account", suspended]
    assert run(arguments) == 3
    assert file.read_text() == "as it was"
    message = capsys.readouterr().err
    assert suspended in message
    assert "--partial" in message
    assert run([*arguments, "--partial"]) == 3
    assert set(exports.read(file)["account_sid"]) == {account.account_sid}


WRONG_USE = {
    "no command": [],
    "unknown command": ["frobnicate"],
    "unknown option": ["list", "--frobnicate"],
    "no file": ["export"],
    "unknown ending": ["export", "out.xls"],
    "malformed account": ["list", "--account", "AC1"],
    "both kinds of accounts": ["list", "--account", ACCOUNT, "--all-accounts"],
    "both kinds in export": ["export", "x.csv", "--account", ACCOUNT, "--all-accounts"],
    "base URL": ["list", "--base-url", "nowhere"],
    "negative numbers": ["sandbox", "--numbers", "-1"],
    "no accounts": ["demo", "--accounts", "0"],
    "port": ["sandbox", "--port", "99999"],
    "behaviour": ["sandbox", "--answer", "+1*=polite"],
    "clock": ["sandbox", "--clock-speed", "-1"],
    "clock without end": ["sandbox", "--clock-speed", "inf"],
    "a file of something else": ["sandbox", "--db", __file__],
    "status": ["accounts", "--status", "open"],
}


@pytest.mark.usefixtures("scripted")
@pytest.mark.parametrize("arguments", WRONG_USE.values(), ids=WRONG_USE)
def test_wrong_use_is_exit_code_2_and_a_sentence(arguments: list[str], capsys: Capture) -> None:
    assert run(arguments) == 2
    captured = capsys.readouterr()
    assert len(captured.err) > 20
    assert "Traceback" not in captured.err


def test_missing_credentials_are_exit_code_2_and_say_what_to_set(capsys: Capture) -> None:
    assert run(["list"]) == 2
    message = capsys.readouterr().err
    assert "TWILIO_ACCOUNT_SID" in message
    assert "callerids sandbox" in message


def test_half_a_pair_names_the_other_half(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", ACCOUNT)
    assert run(["accounts"]) == 2
    assert "TWILIO_AUTH_TOKEN is not" in capsys.readouterr().err


def test_a_wrong_token_is_exit_code_3(account: Sandbox, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "not-the-token")
    for arguments in (["list"], ["accounts"], ["export", "-"]):
        assert run(arguments) == 3
        captured = capsys.readouterr()
        assert "Check the account SID and its token" in captured.err
        assert "not-the-token" not in captured.err


BROKEN = {
    "html": Reply(200, b"<html>Sign in</html>"),
    "cut json": Reply(200, b'{"outgoing_caller_ids": [{"sid": "PN'),
    "redirect": Reply(302, headers={"Location": "http://127.0.0.1:1/"}),
}


@pytest.mark.parametrize("reply", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("arguments", [["list"], ["export", "-"]], ids=["list", "export"])
def test_a_broken_answer_is_one_sentence(
    scripted: ScriptedServer, reply: Reply, arguments: list[str], capsys: Capture
) -> None:
    scripted.say(reply)
    assert run(arguments) == 3
    message = capsys.readouterr().err
    assert message.count("Error:") == 1
    assert "Traceback" not in message
    assert "very-secret" not in message


def test_a_host_that_does_not_answer(scripted: ScriptedServer, capsys: Capture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert run(["list", "--base-url", f"http://127.0.0.1:{port}"]) == 3
    assert "nothing listens at that address" in capsys.readouterr().err


def test_an_unwritable_file_is_one_sentence(account: Sandbox, tmp_path: Path, capsys: Capture) -> None:
    assert run(["export", str(tmp_path / "missing" / "out.csv")]) == 3
    assert "missing" in capsys.readouterr().err


def test_demo_writes_the_sandboxs_rows_and_says_what_is_next(tmp_path: Path, capsys: Capture) -> None:
    output = tmp_path / "demo"
    assert run(["demo", "--output", str(output), "--numbers", "120", "--seed", "3"]) == 0
    shown = capsys.readouterr().out
    assert "120" in shown
    assert "Next:" in shown
    assert (output / "overview.png").read_bytes().startswith(b"\x89PNG")
    with Sandbox(numbers=120, accounts=3, seed=3) as sandbox:
        truth = {(row["sid"], row["phone_number"], row["friendly_name"]) for row in sandbox.caller_ids()}
    frame = exports.read(output / "caller_ids.csv")
    assert set(frame[["sid", "phone_number", "friendly_name"]].itertuples(index=False, name=None)) == truth
    assert len(frame) == 120


def test_demo_never_touches_a_real_account(scripted: ScriptedServer, tmp_path: Path, capsys: Capture) -> None:
    assert run(["demo", "--output", str(tmp_path), "--numbers", "5"]) == 0
    assert scripted.requests == []


def test_help_teaches(capsys: Capture) -> None:
    assert run(["--help"]) == 0
    text = capsys.readouterr().out
    for word in ("demo", "sandbox", "accounts", "list", "export", "TWILIO_ACCOUNT_SID", "Exit codes"):
        assert word in text
    assert "\n    callerids accounts\n" in text, "the lines of an example stay apart"
    assert not any(line.endswith("...") for line in text.splitlines()[1:]), "no command's sentence is cut off"
    assert "\\b" not in text


def test_the_version_is_the_packages(capsys: Capture) -> None:
    assert run(["--version"]) == 0
    assert callerid_analytics.__version__ in capsys.readouterr().out


Started = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Started]:
    """Start the command as a process of its own; whatever still runs at the end is ended."""
    processes: list[subprocess.Popen[str]] = []

    def popen(*arguments: str, **environ: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "callerid_analytics", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        process = subprocess.Popen(command, text=True, env=os.environ | environ, **pipes)  # type: ignore[call-overload] # pipes
        processes.append(process)
        return process

    yield popen
    for process in processes:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_sandbox_prints_one_line_of_json_and_serves_until_told(start: Started, sign: signal.Signals) -> None:
    process = start("sandbox", "--json", "--numbers", "12", "--accounts", "2")
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    assert set(told) == {"url", "account_sid", "auth_token", "accounts"}
    assert len(told["accounts"]) == 2
    environ = {
        "TWILIO_ACCOUNT_SID": told["account_sid"],
        "TWILIO_AUTH_TOKEN": told["auth_token"],
        "CALLERIDS_BASE_URL": told["url"],
    }
    out, _ = start("list", "--all-accounts", **environ).communicate(timeout=30)
    assert len(out.splitlines()) == 13
    process.send_signal(sign)
    out, err = process.communicate(timeout=10)
    assert (out, "Traceback" in err) == ("", False)
    assert process.returncode == 0


def test_sandbox_plays_as_it_is_told(start: Started) -> None:
    playing = ("--answer", "correct", "--answer", "+1415*=busy", "--clock-speed", "0", "--trial", "--strict")
    process = start("sandbox", "--json", "--numbers", "1", "--accounts", "1", *playing)
    assert process.stdout is not None
    told = json.loads(process.stdout.readline())
    with requests.Session() as session:
        session.auth = (told["account_sid"], told["auth_token"])
        account = f"{told['url']}/2010-04-01/Accounts/{told['account_sid']}"
        for number in ("+16175550123", "+14155550123"):
            session.post(
                f"{account}/OutgoingCallerIds.json", {"PhoneNumber": number}, timeout=10
            ).raise_for_status()
        state = session.post(f"{told['url']}/sandbox/clock/advance", {"Seconds": 60}, timeout=10).json()
        assert (state["clock"]["speed"], state["answer"]) == (0, "correct")
        calls = session.get(f"{told['url']}/sandbox/calls", timeout=10).json()["calls"]
        assert [call["state"] for call in calls] == ["busy", "verified"]
        assert session.get(f"{account}.json", timeout=10).json()["type"] == "Trial"
        assert session.get(f"{account}/OutgoingCallerIds.json?PageSize=1001", timeout=10).status_code == 400


def test_sandbox_says_where_its_phone_rings(start: Started) -> None:
    process = start("sandbox", "--numbers", "1")
    assert process.stdout is not None
    url = process.stdout.readline().split()[6]
    assert f"{url}/sandbox/" in "".join(process.stdout.readline() for _ in range(9))


def test_a_port_that_is_taken_is_one_sentence(capsys: Capture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert run(["sandbox", "--port", str(taken.getsockname()[1]), "--numbers", "1"]) == 3
    message = capsys.readouterr().err
    assert message.startswith("Error:")
    assert "Traceback" not in message


def test_a_reader_that_leaves_early_is_no_error(start: Started, account: Sandbox) -> None:
    for n in range(3000):
        account.add_caller_id(f"+1415{n:07}", "Desk")
    process = start("list")
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(30) == 0
    assert process.stderr is not None
    assert process.stderr.read() == ""


def test_an_interrupt_is_exit_code_3(start: Started, scripted: ScriptedServer) -> None:
    arrived = threading.Event()

    class Told(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            arrived.set()
            return super().wait(timeout)

    held = Told()
    scripted.say(Reply(until=held))
    process = start("list")
    assert arrived.wait(30)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=10)
    held.set()
    assert process.returncode == 3
    assert "Interrupted" in err
    assert "Traceback" not in err
