"""``callerids rename`` and ``callerids delete``: plan, look, apply, take back, as a person types it."""

from __future__ import annotations

import io
import json
import signal
import time
from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics.cli import run
from callerid_analytics.sandbox import Fault, Sandbox
from tests.forking import Forking

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sandbox:
    """An account with three caller IDs, two of them untidy; the environment and the folder are the test's own."""
    with Sandbox(numbers=0, accounts=2, seed=7) as sandbox:
        sandbox.add_caller_id("+14155550100", "  Front   desk ")
        sandbox.add_caller_id("+14155550101", "Sales")
        sandbox.add_caller_id("+14155550102", "Billing\u200f ")
        for name, value in sandbox.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)
        yield sandbox


def names(account: Sandbox) -> dict[str, str]:
    return {row["phone_number"]: row["friendly_name"] for row in account.caller_ids()}


def sid(account: Sandbox, number: str) -> str:
    return next(row["sid"] for row in account.caller_ids() if row["phone_number"] == number)


def the_run(capsys: Capture) -> str:
    """Return the id of the latest run."""
    capsys.readouterr()
    assert run(["rename", "runs", "--journal", "j.sqlite", "--format", "json"]) == 0
    return str(json.loads(capsys.readouterr().out)[-1]["run"])


BEFORE = {"+14155550100": "  Front   desk ", "+14155550101": "Sales", "+14155550102": "Billing\u200f "}
TIDY = {"+14155550100": "Front desk", "+14155550101": "Sales", "+14155550102": "Billing"}


def test_plan_changes_nothing_and_shows_what_would(account: Sandbox, capsys: Capture) -> None:
    assert run(["rename", "plan", "plan.csv"]) == 0
    captured = capsys.readouterr()
    assert "OLD NAME" in captured.out
    assert "Front desk" in captured.out
    assert "2 caller IDs to be renamed in 1 account" in captured.err
    assert "callerids rename apply plan.csv" in captured.err
    assert names(account) == BEFORE


def test_from_plan_to_undo_and_back(account: Sandbox, capsys: Capture) -> None:
    assert run(["rename", "plan", "plan.csv"]) == 0
    assert run(["rename", "apply", "plan.csv", "--journal", "j.sqlite", "--yes"]) == 0
    captured = capsys.readouterr()
    assert names(account) == TIDY
    assert "2 renamed." in captured.err
    applied = the_run(capsys)
    assert f"callerids rename undo {applied} --journal j.sqlite" in captured.err
    assert run(["rename", "undo", applied, "--journal", "j.sqlite", "--yes"]) == 0
    assert names(account) == BEFORE
    assert run(["rename", "undo", the_run(capsys), "--journal", "j.sqlite", "--yes"]) == 0
    assert names(account) == TIDY
    assert run(["rename", "undo", "--all", "--journal", "j.sqlite", "--yes"]) == 0
    assert names(account) == BEFORE


def test_nothing_is_changed_without_a_yes(
    account: Sandbox, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["rename", "plan", "plan.csv"]) == 0
    for answer in ("n\n", "\n", ""):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert run(["rename", "apply", "plan.csv", "--journal", "j.sqlite"]) == 3
        assert "Nothing was changed" in capsys.readouterr().err
    assert names(account) == BEFORE
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert run(["rename", "apply", "plan.csv", "--journal", "j.sqlite"]) == 0
    assert account.url in capsys.readouterr().err, "the question says where"
    assert names(account) == TIDY


def test_a_name_changed_meanwhile_is_left_alone_and_reported(account: Sandbox, capsys: Capture) -> None:
    assert run(["rename", "plan", "plan.csv"]) == 0
    assert run(["rename", "one", sid(account, "+14155550100"), "Lobby", "--journal", "j.sqlite", "--yes"]) == 0
    capsys.readouterr()
    assert run(["rename", "apply", "plan.csv", "--journal", "j.sqlite", "--yes"]) == 3
    captured = capsys.readouterr()
    assert "drifted" in captured.out
    assert "Lobby" in captured.out
    assert "1 drifted" in captured.err
    assert names(account) == TIDY | {"+14155550100": "Lobby"}


def test_a_colleagues_edit_is_what_is_applied(account: Sandbox, capsys: Capture) -> None:
    assert run(["rename", "plan", "plan.csv"]) == 0
    text = Path("plan.csv").read_text(encoding="utf-8-sig")
    Path("plan.csv").write_text(text.replace("Front desk", "Entrance"), encoding="utf-8")
    assert run(["rename", "apply", "plan.csv", "--journal", "j.sqlite", "--yes"]) == 0
    assert names(account)["+14155550100"] == "Entrance"


def test_a_plan_tampered_into_nonsense_is_refused(account: Sandbox, capsys: Capture) -> None:
    assert run(["rename", "plan", "plan.csv"]) == 0
    text = Path("plan.csv").read_text(encoding="utf-8-sig")
    Path("plan.csv").write_text(text.replace(sid(account, "+14155550100"), "PN12"), encoding="utf-8")
    capsys.readouterr()
    assert run(["rename", "apply", "plan.csv", "--journal", "j.sqlite", "--yes"]) == 3
    message = capsys.readouterr().err
    assert "PN12" in message
    assert "sid" in message
    assert names(account) == BEFORE


def test_only_the_selected_rows_are_planned(account: Sandbox, capsys: Capture) -> None:
    assert run(["rename", "plan", "plan.csv", "--name-contains", "desk"]) == 0
    assert run(["rename", "apply", "plan.csv", "--journal", "j.sqlite", "--yes"]) == 0
    assert names(account) == BEFORE | {"+14155550100": "Front desk"}


def test_rows_may_come_from_a_file(account: Sandbox, capsys: Capture) -> None:
    assert run(["export", "all.csv"]) == 0
    assert run(["rename", "plan", "plan.csv", "--from", "all.csv"]) == 0
    assert run(["rename", "apply", "plan.csv", "--journal", "j.sqlite", "--yes"]) == 0
    assert names(account) == TIDY


def test_a_recipe_of_ones_own(account: Sandbox, capsys: Capture) -> None:
    recipe = {"rules": [{"rule": "collapse-spaces"}, {"rule": "change-case", "to": "upper"}]}
    Path("recipe.json").write_text(json.dumps(recipe), encoding="utf-8")
    only = ["--sid", sid(account, "+14155550100")]
    assert run(["rename", "plan", "plan.csv", "--recipe", "recipe.json", *only]) == 0
    assert run(["rename", "apply", "plan.csv", "--journal", "j.sqlite", "--yes"]) == 0
    assert names(account)["+14155550100"] == "FRONT DESK"


def test_every_table_is_there_for_programs(account: Sandbox, capsys: Capture) -> None:
    assert run(["rename", "plan", "plan.csv", "--format", "json"]) == 0
    planned = json.loads(capsys.readouterr().out)
    assert {row["new_name"] for row in planned} == {"Front desk", "Billing"}
    assert run(["rename", "apply", "plan.csv", "--journal", "j.sqlite", "--yes", "--format", "csv"]) == 0
    outcome = pd.read_csv(io.StringIO(capsys.readouterr().out), dtype=str)
    assert outcome["status"].tolist() == ["renamed", "renamed"]
    assert set(outcome["phone_number"]) == {"+14155550100", "+14155550102"}
    assert run(["rename", "runs", the_run(capsys), "--journal", "j.sqlite", "--format", "json"]) == 0
    assert {row["status"] for row in json.loads(capsys.readouterr().out)} == {"renamed"}
    assert run(["rename", "rules", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) > 10


def test_one_name_goes_through_the_journal_too(account: Sandbox, capsys: Capture) -> None:
    one = sid(account, "+14155550101")
    assert run(["rename", "one", one, "Sales team", "--journal", "j.sqlite", "--yes"]) == 0
    assert names(account)["+14155550101"] == "Sales team"
    assert run(["rename", "undo", the_run(capsys), "--journal", "j.sqlite", "--yes"]) == 0
    assert names(account) == BEFORE
    assert run(["rename", "one", one, "Sales", "--journal", "j.sqlite", "--yes"]) == 0
    assert "already" in capsys.readouterr().err
    assert run(["rename", "one", one, "x" * 65, "--journal", "j.sqlite", "--yes"]) == 2
    assert names(account) == BEFORE


def test_a_deletion_wants_its_number_typed(
    account: Sandbox, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["delete", "plan", "old.csv", "--name-contains", "sales", "--reason", "no longer used"]) == 0
    assert "no longer used" in capsys.readouterr().out
    for answer, code in (("", 3), ("y\n", 3), ("2\n", 2)):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert run(["delete", "apply", "old.csv", "--journal", "j.sqlite"]) == code
    assert names(account) == BEFORE
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n"))
    assert run(["delete", "apply", "old.csv", "--journal", "j.sqlite"]) == 0
    assert "+14155550101" not in names(account)
    deletion = the_run(capsys)
    assert run(["rename", "undo", deletion, "--journal", "j.sqlite", "--yes"]) == 3
    assert "cannot be undone" in capsys.readouterr().err


def test_a_deletion_of_everything_is_never_planned(account: Sandbox, capsys: Capture) -> None:
    assert run(["delete", "plan", "old.csv", "--reason", "spring"]) == 2
    assert not Path("old.csv").exists()


def test_each_command_refuses_the_others_plan(account: Sandbox, capsys: Capture) -> None:
    assert run(["rename", "plan", "names.csv"]) == 0
    assert run(["delete", "plan", "old.csv", "--invalid", "--name-contains", "sales", "--reason", "x"]) == 0
    assert run(["delete", "apply", "names.csv", "--journal", "j.sqlite"]) == 2
    assert run(["rename", "apply", "old.csv", "--journal", "j.sqlite", "--yes"]) == 2
    assert names(account) == BEFORE


@pytest.mark.parametrize(
    "arguments",
    [
        ["rename", "apply", "missing.csv", "--yes"],
        ["rename", "resume", "20260101-000000-0000", "--journal", "j.sqlite"],
        ["rename", "runs", "20260101-000000-0000", "--journal", "j.sqlite"],
        ["rename", "plan", "plan.csv", "--recipe", "missing.json"],
        ["rename", "plan", "plan.csv", "--from", "missing.csv"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("account")
def test_what_is_not_there_is_one_sentence(arguments: list[str], capsys: Capture) -> None:
    assert run(arguments) == 3
    message = capsys.readouterr().err
    assert message.startswith("Error:")
    assert "Traceback" not in message


@pytest.mark.parametrize(
    "arguments",
    [
        ["rename", "undo", "--yes"],
        ["rename", "undo", "20260101-000000-0000", "--all", "--yes"],
        ["rename", "plan", "plan.csv", "--sid", "PN" + 32 * "0"],
        ["rename", "plan", "plan.csv", "--region", "UK"],
        ["rename", "plan", "plan.csv", "--from", "x.csv", "--all-accounts"],
        ["rename", "apply", "plan.csv", "--accept", "empty"],
        ["duplicates", "--by", "colour"],
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("account")
def test_wrong_use_is_exit_code_2(arguments: list[str], capsys: Capture) -> None:
    assert run(arguments) == 2
    assert "Traceback" not in capsys.readouterr().err


APPLY = """
import json, os
os.environ.update(json.loads(arguments[0]))
os.chdir(arguments[1])
from callerid_analytics.cli import run
assert run(["rename", "apply", "plan.csv", "--journal", "j.sqlite", "--yes"]) == 3
"""


def test_ctrl_c_prints_the_command_that_resumes(account: Sandbox, capsys: Capture, forking: Forking) -> None:
    for n in range(3, 60):
        account.add_caller_id(f"+141555501{n:02}", f"Desk  {n}")
    assert run(["rename", "plan", "plan.csv"]) == 0
    account.set_faults(Fault("latency", seconds=0.05))
    forking.start(APPLY, json.dumps(account.environ), Path.cwd())
    deadline = time.monotonic() + 30
    while not any(request["method"] == "POST" for request in account.requests()):
        assert time.monotonic() < deadline
    forking.send(signal.SIGINT)
    assert forking.wait() == 0, forking.output
    account.set_faults()
    command = next(line for line in forking.output.splitlines() if "rename resume" in line).split()
    assert command[:3] == ["callerids", "rename", "resume"]
    assert run(command[1:]) == 0
    assert not any("  " in name for name in names(account).values())
