"""``callerids snapshot`` and ``callerids diff`` as a person or a script meets them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics import Client, exports, history, load
from callerid_analytics.cli import run
from callerid_analytics.report.manifest import manifest
from callerid_analytics.sandbox import Sandbox

Capture = pytest.CaptureFixture[str]
FOLDER = Path("caller-id-snapshots")


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sandbox:
    """Two accounts with two caller IDs each, and an empty folder to work in."""
    monkeypatch.chdir(tmp_path)
    with Sandbox(numbers=0, accounts=2, seed=7) as sandbox:
        for name, value in sandbox.environ.items():
            monkeypatch.setenv(name, value)
        for account, first in zip(sandbox.accounts, (100, 110), strict=True):
            for n in (first, first + 1):
                sandbox.add_caller_id(f"+14155550{n}", f"Desk {n}", account_sid=account["sid"])
        yield sandbox


def change(sandbox: Sandbox) -> None:
    """Rename one, delete one, delete and verify one again."""
    first, second, third, _ = sorted(sandbox.caller_ids(), key=lambda row: row["phone_number"])
    with Client.from_env(sandbox.environ) as client:
        client.rename_caller_id(first["sid"], "Front\ndesk", account_sid=first["account_sid"])
        client.delete_caller_id(second["sid"], account_sid=second["account_sid"])
        client.delete_caller_id(third["sid"], account_sid=third["account_sid"])
    sandbox.add_caller_id(third["phone_number"], third["friendly_name"], account_sid=third["account_sid"])


def write_bundle(frame: pd.DataFrame, directory: str) -> None:
    """Write those files of an audit that a comparison needs."""
    Path(directory).mkdir()
    exports.write(frame, f"{directory}/caller_ids.csv")
    described = manifest(frame, pd.DataFrame(), frame.attrs.get("load_report"), None)
    Path(directory, "manifest.json").write_text(json.dumps(described))


def names() -> list[str]:
    return history.list_snapshots(FOLDER)["name"].tolist()


def test_snapshots_are_kept_and_compared(account: Sandbox, capsys: Capture) -> None:
    assert run(["snapshot", "--all-accounts"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"4 caller IDs kept in {FOLDER}" in captured.err
    change(account)
    assert run(["snapshot", "--all-accounts"]) == 0
    capsys.readouterr()
    assert run(["diff", names()[0], "latest"]) == 1
    captured = capsys.readouterr()
    headings = [line for line in captured.out.splitlines() if line.endswith(": 1")]
    assert headings == ["removed: 1", "re-verified: 1", "renamed: 1"]
    assert "Front·desk" in captured.out
    assert "1 removed, 1 re-verified, 1 renamed." in captured.err
    assert "UTC, 4 rows) to latest" in captured.err


def test_a_snapshot_without_changes_says_since_when(account: Sandbox, capsys: Capture) -> None:
    assert run(["snapshot", "--folder", "here", "--all-accounts"]) == 0
    taken = history.list_snapshots("here")["taken_at"][0]
    capsys.readouterr()
    assert run(["snapshot", "--folder", "here", "--all-accounts"]) == 0
    assert f"Nothing has changed since {taken:%Y-%m-%d %H:%M} UTC" in capsys.readouterr().err
    assert len(list(Path("here").glob("*.parquet"))) == 1
    assert run(["diff", "--folder", "here", f"{taken:%Y-%m-%d}", "latest"]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "nothing has changed" in captured.err


@pytest.mark.filterwarnings("default::callerid_analytics.history.DiffWarning")
def test_an_incomplete_snapshot_is_kept_marked_and_never_taken_for_deletions(
    account: Sandbox, capsys: Capture
) -> None:
    own, other = (it["sid"] for it in account.accounts)
    both = ["snapshot", "--account", own, "--account", other]
    assert run(both) == 0
    account.set_account_status(other, "suspended")
    capsys.readouterr()
    assert run(both) == 3
    message = capsys.readouterr().err
    assert f"account {other}" in message
    assert "incomplete" in message
    assert history.list_snapshots(FOLDER)["complete"].tolist() == [True, False]
    assert run(["diff", names()[0], "latest"]) == 3
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"Warning: The new rows are not all the rows: account {other} was not read" in captured.err
    assert "no proof" in captured.err


def test_nothing_is_kept_when_no_account_could_be_read(account: Sandbox, capsys: Capture) -> None:
    other = account.accounts[1]["sid"]
    account.set_account_status(other, "suspended")
    assert run(["snapshot", "--account", other]) == 3
    assert "Nothing was kept" in capsys.readouterr().err
    assert not FOLDER.exists()


@pytest.fixture
def two_files(account: Sandbox) -> Sandbox:
    assert run(["export", "old.csv", "--all-accounts"]) == 0
    change(account)
    for ending in ("csv", "parquet", "jsonl"):
        assert run(["export", f"new.{ending}", "--all-accounts"]) == 0
    return account


@pytest.mark.usefixtures("two_files")
@pytest.mark.parametrize("new", ["new.csv", "new.parquet", "new.jsonl", "bundle", "snapshots", "record"])
def test_files_audits_and_snapshots_are_compared_alike(new: str, capsys: Capture) -> None:
    frame = exports.read("new.parquet")
    if new == "bundle":
        write_bundle(frame, "bundle")
    elif new in ("snapshots", "record"):
        taken = history.take_snapshot(frame, "snapshots")
        new = f"snapshots/{taken.name}.json" if new == "record" else new
    capsys.readouterr()
    assert run(["diff", "old.csv", new, "--format", "csv"]) == 1
    rows = pd.read_csv(io.StringIO(capsys.readouterr().out), dtype=str)
    assert rows.columns.tolist() == list(history.DIFF_COLUMNS)
    assert rows["change"].tolist() == ["removed", "re-verified", "renamed"]
    assert rows["phone_number"].tolist() == ["+14155550101", "+14155550110", "+14155550100"]
    assert run(["diff", new, new]) == 0


@pytest.mark.usefixtures("two_files")
def test_json_for_programs(capsys: Capture) -> None:
    capsys.readouterr()
    assert run(["diff", "old.csv", "new.csv", "--format", "json"]) == 1
    renamed = json.loads(capsys.readouterr().out)[-1]
    assert (renamed["old_name"], renamed["new_name"], renamed["new_sid"]) == ("Desk 100", "Front\ndesk", None)


@pytest.mark.filterwarnings("default::callerid_analytics.history.DiffWarning")
def test_an_incomplete_audit_is_no_list_of_deletions(account: Sandbox, capsys: Capture) -> None:
    own, other = (it["sid"] for it in account.accounts)
    with Client.from_env(account.environ) as client:
        write_bundle(load(client, accounts="all"), "before")
        account.set_account_status(other, "suspended")
        with pytest.warns(UserWarning, match="could not be read"):
            part = load(client, accounts=[own, other], strict=False)
    write_bundle(part, "after")
    assert run(["diff", "before", "after"]) == 3
    assert f"account {other} was not read" in capsys.readouterr().err
    Path("after/manifest.json").write_text("{}")
    assert run(["diff", "before", "after"]) == 3
    assert "is not the manifest of an audit" in capsys.readouterr().err
    Path("after/manifest.json").unlink()
    assert run(["diff", "before", "after"]) == 1
    assert "2 removed" in capsys.readouterr().err


@pytest.mark.usefixtures("two_files")
def test_missing_and_empty_names_are_told_apart(capsys: Capture) -> None:
    frame = exports.read("new.parquet")
    exports.write(frame.assign(friendly_name=frame["friendly_name"].where(frame.index != 0)), "missing.csv")
    capsys.readouterr()
    assert run(["diff", "missing.csv", "new.csv"]) == 1
    assert "(none)" in capsys.readouterr().out


@pytest.mark.usefixtures("two_files")
def test_a_file_can_be_kept_whole(capsys: Capture) -> None:
    assert run(["snapshot", "--from", "old.csv"]) == 0
    assert history.list_snapshots(FOLDER)["complete"].isna().all()
    capsys.readouterr()
    assert run(["snapshot", "--from", "old.csv", "--friendly-name", "Desk 100"]) == 2
    assert "keeps all its rows" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["diff", "old.csv"], 2, "Missing argument"),
        (["diff", "nowhere.csv", "old.csv"], 3, "no such file"),
        (["diff", "old.csv", "2026-11-01", "--folder", "nowhere"], 2, "no folder nowhere"),
        (["diff", "old.csv", "yesterday"], 2, "'yesterday' is no date"),
        (["diff", "old.csv", "2020-01-01"], 2, "no snapshot as old as 2020-01-01"),
        (["diff", "old.csv", "text.txt"], 3, "text.txt"),
        (["diff", "old.csv", "other.csv"], 3, "not an export of caller IDs"),
        (["diff", "old.csv", "narrow.csv"], 3, "friendly_name"),
        (["diff", "old.csv", "."], 3, "has no snapshots"),
        (["snapshot", "--from", "old.csv", "--folder", "old.csv"], 3, "cannot be made a folder"),
    ],
)
@pytest.mark.usefixtures("two_files")
def test_what_cannot_be_compared_is_one_sentence(
    arguments: list[str], code: int, words: str, capsys: Capture
) -> None:
    assert run(["snapshot", "--from", "old.csv"]) == 0
    Path("text.txt").write_text("no caller IDs")
    Path("other.csv").write_text("a,b\n1,2\n")
    exports.write(exports.read("old.csv").drop(columns="friendly_name"), "narrow.csv")
    capsys.readouterr()
    assert run(arguments) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert "Traceback" not in captured.err
