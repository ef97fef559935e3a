"""``callerids audit`` as a schedule runs it, and ``callerids diff`` of what it has written."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics.cli import run
from callerid_analytics.sandbox import Sandbox

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    """Two accounts; one number has a digit too few, and one name stray white space."""
    with Sandbox(numbers=0, accounts=2, seed=7) as sandbox:
        sandbox.add_caller_id("+1415555010", "Front desk")
        sandbox.add_caller_id("+14155550101", " Sales")
        for name, value in sandbox.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        yield sandbox


def test_it_writes_the_bundle_and_counts_the_findings(account: Sandbox, capsys: Capture) -> None:
    assert run(["audit", "today", "--all-accounts"]) == 0
    captured = capsys.readouterr()
    assert "wrong-length" in captured.out
    assert "report.html" in captured.err
    assert Path("today/report.html").exists()


def test_grave_findings_fail_a_schedule_but_not_those_of_the_baseline(account: Sandbox, capsys: Capture) -> None:
    assert run(["audit", "before", "--fail-on", "high"]) == 1
    assert run(["audit", "today", "--fail-on", "high", "--baseline", "before"]) == 0
    assert "0 of them new" in capsys.readouterr().err
    account.add_caller_id("+1415555011", "Lobby")
    assert run(["audit", "today", "--fail-on", "high", "--baseline", "before", "--format", "json"]) == 1
    new = json.loads(capsys.readouterr().out)
    assert {row["phone_number"] for row in new} == {"+1415555011"}


def test_the_baseline_may_be_the_folder_that_is_replaced(account: Sandbox, capsys: Capture) -> None:
    assert run(["audit", "today", "--fail-on", "low"]) == 1
    assert run(["audit", "today", "--fail-on", "low", "--baseline", "today"]) == 0


def test_a_policy_silences_and_regrades(account: Sandbox, capsys: Capture) -> None:
    assert run(["audit", "--print-policy"]) == 0
    Path("policy.toml").write_text(capsys.readouterr().out, encoding="utf-8")
    assert run(["audit", "today", "--policy", "policy.toml"]) == 0
    text = 'silence = ["wrong-length"]\n[severities]\nwhite-space = "high"\n'
    Path("policy.toml").write_text(text, encoding="utf-8")
    capsys.readouterr()
    assert run(["audit", "today", "--policy", "policy.toml", "--fail-on", "high", "--format", "csv"]) == 1
    findings = pd.read_csv(io.StringIO(capsys.readouterr().out), dtype=str)
    assert "wrong-length" not in set(findings["rule"])
    assert findings.set_index("rule").loc["white-space", "severity"] == "high"


def test_an_account_that_cannot_be_read_is_exit_code_3_in_words(account: Sandbox, capsys: Capture) -> None:
    closed = account.accounts[1]["sid"]
    account.set_account_status(closed, "suspended")
    assert run(["audit", "today", "--account", account.account_sid, "--account", closed]) == 3
    message = capsys.readouterr().err
    assert f"account {closed}" in message
    assert "incomplete" in message
    assert json.loads(Path("today/manifest.json").read_text(encoding="utf-8"))["complete"] is False


def test_a_bundle_is_something_to_compare_with(account: Sandbox, capsys: Capture) -> None:
    assert run(["audit", "before"]) == 0
    assert run(["audit", "same"]) == 0
    assert run(["diff", "before", "same"]) == 0
    account.add_caller_id("+14155550102", "Lobby")
    assert run(["audit", "after"]) == 0
    capsys.readouterr()
    assert run(["diff", "before", "after", "--format", "json"]) == 1
    assert [row["change"] for row in json.loads(capsys.readouterr().out)] == ["added"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["audit"], 2),
        (["audit", "today", "--fail-on", "grave"], 2),
        (["audit", "today", "--baseline", "missing"], 3),
        (["audit", "today", "--policy", "missing.toml"], 3),
        (["audit", "missing/today"], 3),
        (["audit", "."], 3),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else str(value),
)
@pytest.mark.usefixtures("account")
def test_what_cannot_be_done_is_one_sentence(arguments: list[str], code: int, capsys: Capture) -> None:
    Path("mine.txt").write_text("mine")
    assert run(arguments) == code
    assert "Traceback" not in capsys.readouterr().err
    assert Path("mine.txt").read_text() == "mine"
