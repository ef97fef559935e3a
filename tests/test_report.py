"""The audit bundle: complete, repeatable, whole or not there at all."""

from __future__ import annotations

import json
import re
import subprocess
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from callerid_analytics import exports, frames, spreadsheets
from callerid_analytics.audit import audit
from callerid_analytics.client import Client
from callerid_analytics.errors import ExportError
from callerid_analytics.loading import load
from callerid_analytics.report import FILES, read_findings, write_bundle
from callerid_analytics.sandbox import Sandbox

NOW = datetime(2026, 11, 22, 5, 17, tzinfo=UTC)


@pytest.fixture(scope="module")
def frame(shared_sandbox: Sandbox) -> pd.DataFrame:
    with Client.from_env(shared_sandbox.environ) as client:
        return load(client, accounts="all", progress=False)


@pytest.fixture(scope="module")
def bundle(frame: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(frame, tmp_path_factory.mktemp("audits") / "audit", now=NOW)


def small(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.head(40)


def test_it_has_every_file_and_no_other(bundle: Path) -> None:
    assert {path.name for path in bundle.iterdir()} == set(FILES)


def test_the_checksums_are_those_that_sha256sum_checks(bundle: Path) -> None:
    checked = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=bundle, capture_output=True, text=True)
    assert checked.returncode == 0
    assert checked.stdout.count(": OK") == len(FILES) - 1


def test_rows_and_findings_come_back(bundle: Path, frame: pd.DataFrame) -> None:
    texts = ["sid", "phone_number", "friendly_name"]
    for again in (
        exports.read_csv(bundle / "caller_ids.csv"),
        spreadsheets.read_spreadsheet_csv(bundle / "caller_ids_spreadsheet.csv"),
    ):
        pd.testing.assert_frame_equal(again[texts], frame[texts], check_index_type=False)
    found = audit(frame)
    again = read_findings(bundle)
    assert again["detail"].tolist() == found["detail"].tolist()
    assert again["sid"].tolist() == found["sid"].tolist()


def test_the_workbook_holds_rows_and_findings_as_text(bundle: Path, frame: pd.DataFrame) -> None:
    workbook = load_workbook(bundle / "caller_ids.xlsx", read_only=True)
    assert len(workbook.sheetnames) == 2
    rows = workbook[workbook.sheetnames[0]].iter_rows(values_only=True)
    header = next(rows)
    numbers = [row[header.index("phone_number")] for row in rows]
    assert numbers == frame["phone_number"].tolist()


@pytest.mark.slow
def test_what_is_too_much_for_a_sheet_goes_to_several(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 18)
    bundle = write_bundle(small(frame), tmp_path / "audit")
    workbook = load_workbook(bundle / "caller_ids.xlsx", read_only=True)
    assert workbook.sheetnames[:3] == ["Caller IDs", "Caller IDs 2", "Caller IDs 3"]
    sids = [row[0] for name in workbook.sheetnames[:3] for row in list(workbook[name].values)[1:]]
    assert sids == small(frame)["sid"].tolist()


def test_the_manifest_says_where_the_rows_come_from(bundle: Path, frame: pd.DataFrame) -> None:
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["written"] == "2026-11-22T05:17:00+00:00"
    assert manifest["complete"] is True
    assert manifest["rows"] == len(frame)
    assert sum(account["rows"] for account in manifest["accounts_read"]) == len(frame)
    assert manifest["accounts_not_read"] == []
    assert manifest["host"].startswith("http://127.0.0.1:")


def test_the_summary_counts_the_findings(bundle: Path, frame: pd.DataFrame) -> None:
    summary = json.loads((bundle / "summary.json").read_text(encoding="utf-8"))
    assert summary["figures"]["caller IDs"] == len(frame)
    found = audit(frame)
    assert sum(summary["by_severity"].values()) == len(found)
    assert summary["by_rule"] == {
        str(rule): count for rule, count in found["rule"].astype(str).value_counts().items()
    }


def test_no_token_is_in_any_file(bundle: Path, shared_sandbox: Sandbox) -> None:
    for path in bundle.iterdir():
        assert shared_sandbox.auth_token.encode() not in path.read_bytes(), path.name


class Tags(HTMLParser):
    """Which elements the page has, and what they refer to."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.references: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.references += [value or "" for name, value in attrs if name in ("src", "href", "xlink:href")]


def test_the_page_needs_nothing_else(bundle: Path) -> None:
    text = (bundle / "report.html").read_text(encoding="utf-8")
    tags = Tags()
    tags.feed(text)
    assert "svg" in tags.names
    assert not tags.names & {"script", "link", "iframe", "img", "object"}
    assert all(reference.startswith(("#", "data:")) for reference in tags.references)
    assert not re.search(r"@import|url\((?!#)", text)


def test_every_link_of_the_page_leads_somewhere(bundle: Path) -> None:
    text = (bundle / "report.html").read_text(encoding="utf-8")
    for target in re.findall(r'<a href="#([^"]+)"', text):
        assert f'id="{target}"' in text


def test_other_peoples_text_cannot_become_markup(frame: pd.DataFrame, tmp_path: Path) -> None:
    hostile = small(frame).assign(friendly_name="<script>alert(1)</script> & \u202e\x00 a@example.com")
    hostile["account_name"] = pd.Categorical(["<b>Acme</b>"] * len(hostile))
    text = (write_bundle(hostile, tmp_path / "audit") / "report.html").read_text(encoding="utf-8")
    assert "<script>" not in text
    assert "<b>Acme" not in text


def test_an_empty_frame_has_a_bundle_too(tmp_path: Path) -> None:
    bundle = write_bundle(frames.empty(), tmp_path / "audit")
    assert "no rule found anything" in (bundle / "report.html").read_text(encoding="utf-8")
    assert read_findings(bundle).empty
    assert json.loads((bundle / "manifest.json").read_text())["complete"] is None


@pytest.mark.slow
def test_an_account_that_could_not_be_read_is_said(sandbox: Sandbox, client: Client, tmp_path: Path) -> None:
    closed = sandbox.accounts[1]["sid"]
    sandbox.set_account_status(closed, "suspended")
    with pytest.warns(UserWarning, match="could not be read"):
        frame = load(client, accounts=[client.account_sid, closed], strict=False, progress=False)
    bundle = write_bundle(frame, tmp_path / "audit")
    manifest = json.loads((bundle / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["complete"] is False
    assert [account["sid"] for account in manifest["accounts_not_read"]] == [closed]
    assert "This audit is incomplete" in (bundle / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_failure_leaves_the_old_bundle_as_it_was(
    frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = write_bundle(small(frame), tmp_path / "audit", now=NOW)
    before = {path.name: path.read_bytes() for path in old.iterdir()}

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(spreadsheets, "write_xlsx", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_bundle(frame, tmp_path / "audit")
    assert {path.name: path.read_bytes() for path in old.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["audit"]


@pytest.mark.slow
def test_an_older_bundle_is_replaced(frame: pd.DataFrame, tmp_path: Path) -> None:
    write_bundle(small(frame), tmp_path / "audit")
    write_bundle(small(frame).head(3), tmp_path / "audit")
    assert len(exports.read(tmp_path / "audit" / "caller_ids.csv")) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["audit"]


def test_a_folder_with_other_files_is_refused(frame: pd.DataFrame, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ExportError, match=r"notes\.txt"):
        write_bundle(small(frame), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize("where", ["missing/audit", "file/audit", "file"])
def test_a_place_that_cannot_be_written_is_one_sentence(frame: pd.DataFrame, tmp_path: Path, where: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot be written"):
        write_bundle(small(frame), tmp_path / where)


@pytest.mark.slow
def test_two_bundles_of_one_frame_differ_in_their_date_only(frame: pd.DataFrame, tmp_path: Path) -> None:
    one, other = (write_bundle(small(frame), tmp_path / name, now=NOW) for name in ("one", "other"))
    for name in FILES.keys() - {"SHA256SUMS", "caller_ids.xlsx", "report.html"}:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name
