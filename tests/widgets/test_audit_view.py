"""The form that shows an audit: choosing, handing on, writing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics import audit, frames, load
from callerid_analytics.client import Client
from callerid_analytics.errors import ContractError
from callerid_analytics.report import read_findings
from callerid_analytics.sandbox import Sandbox
from callerid_analytics.widgets import AuditView
from tests.widgets.conftest import until, words


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    with Sandbox(numbers=300, accounts=2, seed=7) as sandbox, Client.from_env(sandbox.environ) as client:
        return load(client, accounts="all", progress=False)


@pytest.fixture
def view(frame: pd.DataFrame) -> Iterator[AuditView]:
    view = AuditView(frame)
    view.wait()
    yield view
    view.close()


def severities(view: AuditView) -> dict[str, str]:
    return {value: label for label, value in view._severity.options}


def rules(view: AuditView) -> list[str]:
    return [value for _, value in view._rule.options]


def test_rows_are_audited_at_once_and_the_findings_are_the_functions(view: AuditView, frame: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(view.findings, audit.audit(frame))
    pd.testing.assert_frame_equal(view.shown, view.findings)
    assert words(view.status) == f"{len(view.findings):,} findings about 300 caller IDs."
    assert "<svg" in view._picture.value


def test_severities_and_rules_are_offered_with_their_counts(view: AuditView) -> None:
    counts = view.findings["severity"].value_counts()
    assert severities(view)["medium"] == f"medium {counts['medium']:,}"
    assert severities(view)[""] == f"All {len(view.findings):,}"
    assert rules(view)[1:] == view.findings["rule"].drop_duplicates().tolist()


def test_a_severity_narrows_the_rules_and_a_rule_the_findings(view: AuditView) -> None:
    view._severity.value = "medium"
    of_medium = view.findings[view.findings["severity"] == "medium"]
    assert rules(view)[1:] == of_medium["rule"].drop_duplicates().tolist()
    rule = rules(view)[1]
    view._rule.value = rule
    assert set(view.shown["rule"]) == {rule}
    assert view._finding_table.page["rule"].eq(rule).all()
    table = audit.rules_table().set_index("id")
    assert table.loc[rule, "title"] in words(view._meaning.value)


def test_a_rule_that_another_severity_does_not_have_is_left(view: AuditView) -> None:
    low = view.findings.loc[view.findings["severity"] == "low", "rule"].iloc[0]
    view._rule.value = low
    view._severity.value = "medium"
    assert view._rule.value == ""
    assert set(view.shown["severity"]) == {"medium"}


def test_one_clicks_through_to_the_caller_ids(view: AuditView, frame: pd.DataFrame) -> None:
    view._rule.value = "invalid-number" if "invalid-number" in rules(view) else rules(view)[2]
    view._what.value = "Their caller IDs"
    sids = view.shown["sid"].dropna()
    expected = frame[frame["sid"].isin(sids)]
    assert view._row_table.layout.display == ""
    assert view._finding_table.layout.display == "none"
    assert view._row_table.page["sid"].tolist() == expected["sid"].head(10).tolist()
    pd.testing.assert_frame_equal(view.selected, expected)


def test_caller_ids_are_handed_on_those_of_the_selected_findings_or_all(frame: pd.DataFrame) -> None:
    given: list[list[str]] = []
    view = AuditView(frame, on_rename=lambda sids: given.append(list(sids)))
    view.wait()
    view._rename.click()
    view._finding_table.select(view._finding_table.page["finding"].head(2))
    view._rename.click()
    about = set(view.findings["sid"].dropna())
    first = view._finding_table.page["sid"].head(2)
    assert given == [
        frame.loc[frame["sid"].isin(about), "sid"].tolist(),
        frame.loc[frame["sid"].isin(first), "sid"].tolist(),
    ]


def test_selected_caller_ids_are_handed_on(frame: pd.DataFrame) -> None:
    given: list[list[str]] = []
    view = AuditView(frame, on_rename=lambda sids: given.append(list(sids)))
    view.wait()
    view._what.value = "Their caller IDs"
    sids = view._row_table.page["sid"].iloc[[1, 3]].tolist()
    view._row_table.select(sids)
    view._rename.click()
    assert given == [sids]


def test_without_anybody_to_take_them_there_is_no_button(view: AuditView) -> None:
    assert view._rename.layout.display == "none"


def test_other_rows_are_audited_when_it_is_asked_for(view: AuditView, frame: pd.DataFrame) -> None:
    before = view.findings
    view.show(frame.head(50))
    assert view.findings is before
    assert "audit them anew" in words(view.status)
    view._begin_audit.click()
    view.wait()
    pd.testing.assert_frame_equal(view.findings, audit.audit(frame.head(50)))


def test_rows_that_break_the_contract_are_refused(view: AuditView, frame: pd.DataFrame) -> None:
    with pytest.raises(ContractError):
        view.show(frame.drop(columns="sid"))


def test_no_rows_are_not_audited_before_it_is_asked_for() -> None:
    view = AuditView(frames.empty())
    assert words(view.status) == "0 caller IDs, not audited yet."
    assert view._write.disabled
    view._begin_audit.click()
    view.wait()
    assert words(view.status) == "0 findings about 0 caller IDs."


def test_a_finding_about_a_caller_id_that_is_not_there_leads_to_no_row(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    policy = tmp_path / "policy.toml"
    gone = "PN" + 32 * "0"
    policy.write_text(f'[[exemptions]]\nsid = "{gone}"\nrule = "stale"\nreason = "old"\nuntil = 2020-01-01\n')
    view = AuditView(frame, policy=policy)
    view.wait()
    assert gone in set(view.findings["sid"].dropna()), words(view.status)
    view._rule.value = view.findings.loc[view.findings["sid"].eq(gone), "rule"].iloc[0]
    assert view.selected.empty
    view._what.value = "Their caller IDs"
    assert view._row_table.page.empty


def test_a_policy_file_is_gone_by_and_a_wrong_one_is_a_sentence(frame: pd.DataFrame, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(f'silence = ["{audit.audit(frame)["rule"].iloc[0]}"]\n')
    view = AuditView(frame, policy=policy)
    view.wait()
    pd.testing.assert_frame_equal(view.findings, audit.audit(frame, audit.load_policy(policy)))
    view._policy.value = str(tmp_path / "none.toml")
    view._begin_audit.click()
    view.wait()
    assert "none.toml" in words(view.status)
    assert not view.is_busy


def test_the_report_is_written_to_the_folder_that_is_named(view: AuditView, tmp_path: Path) -> None:
    view._write.click()
    assert "name a folder" in words(view.status)
    view._folder.value = str(tmp_path / "bundle")
    view._write.click()
    view.wait()
    assert "begin with report.html" in words(view.status)
    assert len(read_findings(tmp_path / "bundle")) == len(view.findings)


def test_an_audit_can_be_stopped(frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    view = AuditView(frames.empty())
    view.show(frame)
    begun = view._tell
    monkeypatch.setattr(view, "_tell", lambda done, total: (view._stop_button.click(), begun(done, total)))
    view._begin_audit.click()
    view.wait()
    assert view.findings is None
    assert words(view.status) == "Stopped: Auditing 300 caller IDs …"
    until(lambda: not view.is_running)
