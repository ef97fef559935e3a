"""What a policy changes, and how its errors are told."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from callerid_analytics.audit import (
    RULES,
    CustomRule,
    Exemption,
    Policy,
    Thresholds,
    audit,
    default_policy_toml,
    load_policy,
    policy_as_dict,
    rules_table,
)
from callerid_analytics.errors import InvalidParameter, PolicyError
from tests.test_audit import ACCOUNT, OTHER_ACCOUNT, TODAY, caller_ids, named, report

SID = f"PN{0:032x}"
EXEMPT: dict[str, Any] = {"sid": SID, "reason": "agreed", "until": date(2026, 1, 31)}


def rules_found(frame: pd.DataFrame, policy: Policy, **how: Any) -> list[str]:
    return audit(frame, policy, today=TODAY, **how)["rule"].astype(object).tolist()


def policy_file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_annotated_policy_changes_nothing(tmp_path: Path) -> None:
    assert load_policy(policy_file(tmp_path, default_policy_toml())) == Policy()


def test_the_annotated_policy_shows_every_key_and_every_rule(tmp_path: Path) -> None:
    text = re.sub(r"^# (?=\S+ = |\[)", "", default_policy_toml(), flags=re.MULTILINE)
    policy = load_policy(policy_file(tmp_path, text))
    assert policy.severities == {rule.id: rule.severity for rule in RULES}
    assert policy.silence
    for record in (policy.rules[0], policy.exemptions[0]):
        assert all(getattr(record, name) for name in record.__struct_fields__)


def test_a_silenced_rule_finds_nothing() -> None:
    frame = caller_ids(*named(" Desk"))
    assert rules_found(frame, Policy()) == ["white-space"]
    assert rules_found(frame, Policy(silence=("white-space",))) == []


def test_severities_change_with_the_order() -> None:
    frame = caller_ids(*named(" Desk", "x" * 65))
    findings = audit(frame, Policy(severities={"white-space": "high"}), today=TODAY)
    assert findings[["rule", "severity"]].values.tolist() == [["white-space", "high"], ["name-too-long", "medium"]]


def test_thresholds_say_what_is_stale_and_what_a_burst() -> None:
    old = {"date_created": "2023-01-01T00:00:00Z", "date_updated": "2023-01-01T00:00:00Z"}
    assert rules_found(caller_ids(old), Policy()) == []
    assert rules_found(caller_ids(old), Policy(thresholds=Thresholds(stale_years=3))) == ["stale"]
    burst = [{"date_created": f"2025-03-01T0{hour}:00:00Z"} for hour in (1, 2, 3)]
    assert rules_found(caller_ids(*burst), Policy()) == []
    thresholds = Thresholds(burst_count=3, burst_minutes=120)
    assert rules_found(caller_ids(*burst), Policy(thresholds=thresholds)) == ["burst"] * 3


@pytest.mark.parametrize(
    ("condition", "details"),
    [
        ({"name_must_match": "^Desk"}, ["its name does not match ^Desk"] * 2),
        ({"name_must_not_match": "(?i)desk"}, ["its name matches (?i)desk"]),
        ({"regions_allowed": ("GB",)}, ["its region is US"] * 2),
        ({"regions_not_allowed": ("GB", "FR")}, ["its region is GB"]),
        ({"types_allowed": ("fixed_line",)}, ["its type is fixed_line_or_mobile"] * 2),
        ({"types_not_allowed": ("fixed_line",)}, ["its type is fixed_line"]),
        ({"name_must_match": "^Desk", "accounts": (OTHER_ACCOUNT,)}, ["its name does not match ^Desk"]),
        (
            {"name_must_match": "^Desk", "regions_allowed": ("GB",)},
            [
                "its name does not match ^Desk",
                "its name does not match ^Desk; its region is US",
                "its region is US",
            ],
        ),
    ],
)
def test_a_rule_of_ones_own(condition: dict[str, Any], details: list[str]) -> None:
    frame = caller_ids(
        {"friendly_name": "Desk one"},
        {"friendly_name": "Sales", "account_sid": OTHER_ACCOUNT},
        {"friendly_name": None, "phone_number": "+442079460000"},
    )
    rule = CustomRule(id="ours", title="Ours", severity="high", suggestion="Mend it.", **condition)
    findings = audit(frame, Policy(rules=(rule,), silence=("empty-name",)), today=TODAY)
    assert sorted(findings["detail"]) == details
    assert set(findings["rule"]) == {"ours"}
    assert set(findings["severity"]) == {"high"}
    assert set(findings["suggestion"]) == {"Mend it."}


def test_a_number_without_a_region_breaks_no_rule_about_regions() -> None:
    rule = CustomRule(id="ours", title="Ours", regions_allowed=("GB",), types_allowed=("mobile",))
    frame = caller_ids({"phone_number": None})
    assert "ours" not in rules_found(frame, Policy(rules=(rule,)))


def test_an_exemption_holds_until_its_last_day_is_over() -> None:
    frame = caller_ids(*named(" Desk", " Sales"))
    policy = Policy(exemptions=(Exemption(rule="white-space", **EXEMPT),))
    assert rules_found(frame, policy) == ["white-space"]
    assert audit(frame, policy, today=TODAY)["sid"].tolist() == [f"PN{1:032x}"]
    after = audit(frame, policy, today=date(2026, 2, 1))
    assert after["rule"].tolist() == ["white-space", "white-space", "exemption-ended"]
    assert after["detail"].iloc[2] == "the exemption from white-space (agreed) ended on 2026-01-31"
    assert after["sid"].iloc[2] == SID


def test_an_exemption_without_a_rule_is_from_every_rule() -> None:
    frame = caller_ids(*named(" Desk" + "x" * 70))
    assert rules_found(frame, Policy(exemptions=(Exemption(**EXEMPT),))) == []


def test_an_exemption_from_one_rule_leaves_the_others() -> None:
    frame = caller_ids(*named(" Desk" + "x" * 70))
    policy = Policy(exemptions=(Exemption(rule="white-space", **EXEMPT),))
    assert rules_found(frame, policy) == ["name-too-long"]


def test_an_exemption_that_exempts_nothing_is_told() -> None:
    policy = Policy(exemptions=(Exemption(**EXEMPT),))
    assert rules_found(caller_ids({}), policy) == ["exemption-unused"]


@pytest.mark.parametrize(
    "account",
    [{"rows": 5}, {"complete": False}, {"filters": {"friendly_name": "Desk"}}],
    ids=["rows were left out", "an account was not read", "the server was asked for some"],
)
def test_an_exemption_is_not_called_idle_where_its_row_may_be_elsewhere(account: dict[str, Any]) -> None:
    of_load = report(**{ACCOUNT: {"status": "read", "account_status": "active"}}) | account
    policy = Policy(exemptions=(Exemption(**EXEMPT),))
    assert rules_found(caller_ids({}), policy, report=of_load) == []


RULE = '[[rules]]\nid = "ours"\ntitle = "Ours"\n'
EXEMPTION = f'[[exemptions]]\nsid = "{SID}"\nreason = "agreed"\nuntil = 2027-01-31\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("silence = [", "is no TOML file"),
        ("shout = 5", "shout is 5, but there is no such key."),
        ("[thresholds]\nstale = 5", "stale is 5, but there is no such key in thresholds."),
        ('[thresholds]\nstale_years = "five"', "thresholds.stale_years is 'five': expected `int`, got `str`."),
        ("[thresholds]\nstale_years = 0", "thresholds.stale_years is 0: expected `int` >= 1."),
        ('silence = "stale"', "silence is 'stale': expected `array`, got `str`."),
        ('silence = ["stail"]', "silence names 'stail', and there is no such rule"),
        (
            '[severities]\nstale = "grave"',
            "severities.stale is 'grave': it must be one of high, medium, low, info.",
        ),
        ('[severities]\nstail = "low"', "severities names 'stail', and there is no such rule"),
        (RULE, "The rule 'ours' has no condition; give it one of name_must_match"),
        (RULE + "name_must_match = '('", "name_must_match is '(', which is no regular expression"),
        (RULE + 'regions_allowed = ["UKR"]', "regions_allowed holds 'UKR': it must be two capital letters"),
        (RULE + 'types_allowed = ["phone"]', "types_allowed holds 'phone': it must be one of fixed_line"),
        (RULE + 'accounts = ["Acme"]', "'Acme' is not the SID of an account"),
        (
            RULE + 'name_must_match = "x"\nseverity = "bad"',
            "rules[0].severity is 'bad': invalid enum value 'bad'.",
        ),
        (2 * (RULE + 'name_must_match = "x"\n'), "more than one rule with the id 'ours'"),
        ((RULE + 'name_must_match = "x"').replace("ours", "stale"), "'stale', which a rule of the audit has"),
        ((RULE + 'name_must_match = "x"').replace("ours", "Our rule"), "rules[0].id is 'Our rule'"),
        ('[[rules]]\nid = "ours"', "title is missing in rules[0]"),
        (EXEMPTION.replace("PN", "XX"), "is not the SID of a caller ID"),
        (EXEMPTION.replace("2027-01-31", '"soon"'), "exemptions[0].until is 'soon'"),
        (EXEMPTION.replace("until = 2027-01-31\n", ""), "until is missing in exemptions[0]"),
        (EXEMPTION.replace("agreed", ""), "exemptions[0].reason is ''"),
        (EXEMPTION + 'rule = "stail"', "exemptions.rule names 'stail', and there is no such rule"),
    ],
)
def test_an_error_in_a_policy_names_file_key_and_value(tmp_path: Path, text: str, message: str) -> None:
    path = policy_file(tmp_path, text)
    with pytest.raises(PolicyError, match=re.escape(message)) as caught:
        load_policy(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_policy_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="there is no such file"):
        load_policy(tmp_path / "policy.toml")
    (tmp_path / "latin.toml").write_bytes(b"# \xe9")
    with pytest.raises(PolicyError, match="is no TOML file"):
        load_policy(tmp_path / "latin.toml")


def test_a_policy_made_in_python_is_checked_too() -> None:
    with pytest.raises(PolicyError, match="no such rule"):
        audit(caller_ids({}), Policy(silence=("stail",)))
    with pytest.raises(PolicyError, match="no condition"):
        CustomRule(id="ours", title="Ours")
    with pytest.raises(InvalidParameter, match="not the SID"):
        Exemption(sid="PN1", reason="agreed", until=TODAY)


def test_the_table_of_rules_follows_the_policy() -> None:
    ours = CustomRule(id="ours", title="Ours", name_must_match="x")
    table = rules_table(Policy(silence=("stale",), severities={"burst": "info"}, rules=(ours,))).set_index("id")
    assert "stale" not in table.index
    assert table.loc["burst", "severity"] == "info"
    assert table.loc["ours", "title"] == "Ours"


def test_a_policy_can_be_put_on_record() -> None:
    record = policy_as_dict(Policy(silence=("stale",), exemptions=(Exemption(**EXEMPT),)))
    assert json.loads(json.dumps(record))["exemptions"][0]["until"] == "2026-01-31"
