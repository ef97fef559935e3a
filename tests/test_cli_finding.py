"""``callerids duplicates`` as a person or a script meets it."""

from __future__ import annotations

import io
import json

import pandas as pd
import pytest

from callerid_analytics.cli import run
from callerid_analytics.sandbox import Sandbox

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """Two accounts that share a number; one of them has two names that are almost the same."""
    with Sandbox(numbers=0, accounts=2, seed=7) as sandbox:
        other = sandbox.accounts[1]["sid"]
        sandbox.add_caller_id("+14155550100", "Willow Clinic Reception")
        sandbox.add_caller_id("+14155550101", "Willow Clinic Recepton")
        sandbox.add_caller_id("+14155550102", "Harbour Freight")
        sandbox.add_caller_id("+14155550100", "Orchard Bank", account_sid=other)
        for name, value in sandbox.environ.items():
            monkeypatch.setenv(name, value)
        yield sandbox


def test_what_collides_is_shown_with_its_reason(account: Sandbox, capsys: Capture) -> None:
    assert run(["duplicates", "--all-accounts"]) == 1
    captured = capsys.readouterr()
    assert "REASON" in captured.out.splitlines()[0]
    assert captured.out.count("+14155550100") == 3, "twice by number, once by name"
    assert "Recepton" in captured.out
    assert "Harbour" not in captured.out
    assert "1 by number, 1 by similar; 4 rows" in captured.err


def test_one_kind_at_a_time_and_for_programs(account: Sandbox, capsys: Capture) -> None:
    assert run(["duplicates", "--all-accounts", "--by", "number", "--format", "csv"]) == 1
    rows = pd.read_csv(io.StringIO(capsys.readouterr().out), dtype=str)
    assert rows["phone_number"].tolist() == ["+14155550100", "+14155550100"]
    assert rows["keep"].tolist().count("True") == 1
    assert run(["duplicates", "--by", "similar", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert {row["friendly_name"] for row in found} == {"Willow Clinic Reception", "Willow Clinic Recepton"}


def test_nothing_found_is_exit_code_0(account: Sandbox, capsys: Capture) -> None:
    assert run(["duplicates", "--by", "number"]) == 0
    assert "Nothing collides." in capsys.readouterr().err


def test_an_account_that_cannot_be_read_is_not_taken_for_clean(account: Sandbox, capsys: Capture) -> None:
    closed = account.accounts[1]["sid"]
    account.set_account_status(closed, "suspended")
    assert run(["duplicates", "--account", account.account_sid, "--account", closed]) == 3
    captured = capsys.readouterr()
    assert closed in captured.err
    assert captured.out == ""
