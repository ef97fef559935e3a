"""Each rule's rows and its near misses, and what holds for every audit."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid_analytics import Client, Sandbox, frames, load, numbering
from callerid_analytics.audit import (
    FINDING_COLUMNS,
    RULES,
    audit,
    rules_table,
)
from callerid_analytics.errors import ContractError, InvalidParameter

TODAY = date(2026, 1, 31)
ACCOUNT, OTHER_ACCOUNT = "AC" + "1" * 32, "AC" + "2" * 32
NAMES = ("Front desk", "Sales Boston", "Warehouse 12", "Helpdesk evenings", "Dr. Okafor", "Invoices", "Dispatch")

Row = dict[str, Any]


def caller_ids(*changes: Row) -> pd.DataFrame:
    """Rows without anything to find in them, but for what is changed."""
    made = pd.DataFrame([_row(at) | change for at, change in enumerate(changes)], dtype=object)
    described = numbering.describe(made["phone_number"])
    whole = made.assign(**{str(name): column for name, column in described.items()})
    for column in ("region", "number_type"):
        if column in made:
            whole[column] = made[column].where(made[column].notna(), described[column].astype(object))
    for column in ("date_created", "date_updated"):
        whole[column] = pd.to_datetime(made[column], utc=True, format="ISO8601")
    return frames.conform(whole)


def _row(at: int) -> Row:
    return {
        "sid": f"PN{at:032x}",
        "account_sid": ACCOUNT,
        "phone_number": f"+1415555{100 + at:04d}",
        "friendly_name": NAMES[at % len(NAMES)],
        "date_created": f"2025-03-{1 + at % 28:02d}T09:00:00Z",
        "date_updated": f"2025-06-{1 + at % 28:02d}T09:00:00Z",
        "uri": None,
        "account_name": "Acme",
    }


def named(*names: str | None) -> list[Row]:
    return [{"friendly_name": name} for name in names]


def numbered(*numbers: str | None) -> list[Row]:
    return [{"phone_number": number} for number in numbers]


OF_GB: Row = {"phone_number": "+442079460000"}
CASES: dict[str, tuple[list[Row], list[Row]]] = {
    "missing-sid": ([{"sid": None}, {"sid": ""}], [{}]),
    "duplicate-sid": (
        [{"sid": "PN1"}, {"sid": "PN1"}],
        [{"sid": "PN1"}, {"sid": "PN2"}, {"sid": None}, {"sid": None}],
    ),
    "missing-number": (numbered(None, "", " "), numbered("0")),
    "impossible-number": (numbered("+99955501000", "nonsense", "4155550100"), numbered("+141586753096", None)),
    "wrong-length": (numbered("+141586753096", "+1415555010"), numbered("+11155550100", "+99955501000")),
    "unassigned-number": (numbered("+11155550100"), numbered("+141586753096", "+14155550100")),
    "trunk-prefix-kept": (
        numbered("+4402079460000"),
        numbered("+442079460000", "+390612345678", "+44 20 7946 0000"),
    ),
    "not-e164": (numbered("+1 (415) 555-0100", "442079460000"), numbered("+14155550100", "+4402079460000")),
    "premium-rate-number": ([{"number_type": "premium_rate"}], [{"number_type": "shared_cost"}]),
    "shared-cost-number": ([{"number_type": "shared_cost"}], [{"number_type": "premium_rate"}]),
    "personal-number": ([{"number_type": "personal_number"}], [{"number_type": "mobile"}]),
    "unanswered-number": ([{"number_type": "pager"}, {"number_type": "voicemail"}], [{"number_type": "uan"}]),
    "toll-free-number": ([{"number_type": "toll_free"}], [{"number_type": "voip"}]),
    "empty-name": (named(None, "", "  ", "\u200b"), named("-", "?", "東京")),
    "never-named": (named("(415) 555-0100", "+14155550101"), named("", None, "Desk 4155550102")),
    "white-space": (
        named(" Desk", "Desk  ", "Front  desk", "Front\tdesk", "Front\u00a0desk", "Front\ndesk", "Front\x0bdesk"),
        named("Front desk", "a b c", "", "  "),
    ),
    "hidden-character": (
        named("De\u200bsk", "De\u00adsk", "De\x07sk", "\ufeffDesk", "De\u200dsk", "De\x00sk"),
        named(
            "👩‍⚕️ Desk", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "می‌خواهم", "Front\tdesk"
        ),
    ),
    "bidirectional-control": (named("Desk \u202eksed", "Desk\u200f"), named("שלום\u200f!", "שלום", "Desk")),
    "mixed-scripts": (
        named("Аcme", "Мoсква", "Αcme sales", "paypаl"),
        named("Acme Москва", "Ольга Смирнова", "Acme 東京カ", "5 µm", "Café", "α-test"),
    ),
    "name-too-long": (named("x" * 65), named("x" * 64, "🍕" * 64)),
    "other-number-in-name": (
        [
            *named(
                "Desk +44 20 7946 0000",
                "Desk (415) 555-0199",
                "Call 555-0198",
                "fwd to 4155550177",
                "0044 20 79460000",
            ),
            {"friendly_name": "Tel 020 7946 0001", **OF_GB},
        ],
        [
            *named(
                "Desk (415) 555-0100",
                "+1 415.555.0101 x12",
                "555-0102",
                "2017-05-06",
                "Desk 12345",
                "Order 1234567",
            ),
            *named("20170506 ported", "since 2017-2019", "415/5550108 and 12 others"),
            {"friendly_name": "Desk +44 (0)20 7946 0000", **OF_GB},
            {"friendly_name": "020 7946 0000 desk", **OF_GB},
        ],
    ),
    "other-country-in-name": (
        [
            *named(
                "Sales Germany", "UK desk", "Support - China", "DEUTSCHLAND Vertrieb", "Desk (England)", "Россия"
            ),
            {"friendly_name": "USA hotline", **OF_GB},
            {"friendly_name": "Sales (US)", **OF_GB},
            {"friendly_name": "Canada", "region": "US", "number_type": "mobile"},
        ],
        [
            *named(
                "USA hotline", "IT", "HR", "call us", "Jordan", "Georgia", "Chad", "China Palace", "New England"
            ),
            *named("French support", "German desk", "New Mexico", "info@acme.co.uk", "USA and UK", "Germanys"),
            {"friendly_name": "UK desk", "region": "GG"},
            {"friendly_name": "Canada", "region": "US", "number_type": "toll_free"},
            {"friendly_name": "Germany", "region": "001"},
            {"friendly_name": "Germany", "phone_number": "+11155550100"},
            {"friendly_name": "Contact us", **OF_GB},
        ],
    ),
    "e-mail-in-name": (named("dana@example.com", "Desk <d.w+x@mail.example.org>"), named("Desk @ Boston", "a@b")),
    "personal-data-in-name": (
        named("Dana 219-09-9999", "4111 1111 1111 1111", "IBAN DE89 3704 0044 0532 0130 00 Desk", "DOB 01/02/1980")
        + named("GB82WEST12345698765432", "born 3 May 1961", "d.o.b.: 1980-02-01"),
        named("000-12-3456", "4111 1111 1111 1112", "DE88 3704 0044 0532 0130 00", "415-555-0100", "Dobson 1-2-3")
        + named("Desk 01/02/2020", "born in Boston"),
    ),
    "number-named-differently": (
        [*numbered("+14155550150", "+1 415 555 0150")],
        [*numbered("+14155550150", "+14155550151"), {"phone_number": None}, {"phone_number": None}],
    ),
    "number-repeated": (
        [{"phone_number": "+14155550150", "friendly_name": "Desk"}] * 2,
        numbered("+14155550150", "+14155550150"),
    ),
    "same-name": (
        named("Desk", "Desk"),
        [{"phone_number": "+14155550150", "friendly_name": "Desk"}] * 2 + named("", "", "(415) 555-0104"),
    ),
    "similar-name": (named("Harbor Logistics Boston", "Harbor Logistcs Boston"), named("Invoices", "Dispatch")),
    "stale": (
        [
            {"date_created": "2021-01-31T00:00:00Z", "date_updated": "2021-01-31T08:00:00Z"},
            {"date_created": "2015-01-31T00:00:00Z", "date_updated": None},
        ],
        [
            {"date_created": "2021-02-01T00:00:00Z", "date_updated": "2021-02-01T00:00:00Z"},
            {"date_created": "2015-01-31T00:00:00Z", "date_updated": "2015-02-02T00:00:00Z"},
            {"date_created": None, "date_updated": "2015-02-02T00:00:00Z"},
        ],
    ),
    "burst": (
        [{"date_created": f"2025-03-01T09:{minute:02d}:00Z"} for minute in range(10)],
        [
            *({"date_created": f"2025-03-01T09:{minute:02d}:00Z"} for minute in range(9)),
            {"date_created": "2025-03-01T09:05:00Z", "account_sid": OTHER_ACCOUNT},
            *({"date_created": f"2025-03-02T09:{2 * minute:02d}:00Z"} for minute in range(12)),
        ],
    ),
    "missing-date": ([{"date_created": None}, {"date_updated": None}], [{}]),
    "impossible-date": (
        [
            {"date_created": "2026-02-03T00:00:00Z", "date_updated": "2026-02-03T00:00:00Z"},
            {"date_updated": "2027-02-03T00:00:00Z"},
            {"date_created": "2007-12-31T23:59:59Z"},
            {"date_created": "2025-03-01T09:00:00Z", "date_updated": "2025-03-01T08:59:59Z"},
        ],
        [
            {"date_created": "2026-01-31T23:00:00Z", "date_updated": "2026-01-31T23:00:00Z"},
            {"date_created": "2008-01-01T00:00:00Z"},
            {"date_created": None, "date_updated": None},
        ],
    ),
}
WITHOUT_ROWS = {"account-not-read", "account-not-active", "exemption-ended", "exemption-unused"}


def found_by(rule: str, frame: pd.DataFrame, **how: Any) -> pd.DataFrame:
    findings = audit(frame, today=TODAY, **how)
    return findings[findings["rule"] == rule]


def test_every_rule_has_rows_to_try() -> None:
    assert CASES.keys() | WITHOUT_ROWS == {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_finds_its_rows(rule: str) -> None:
    rows, _ = CASES[rule]
    findings = found_by(rule, caller_ids(*rows))
    assert len(findings) == len(rows), findings["friendly_name"].tolist()
    assert findings["detail"].str.len().gt(0).all()
    assert findings["suggestion"].str.len().gt(0).all()


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_leaves_its_near_misses_alone(rule: str) -> None:
    _, rows = CASES[rule]
    findings = found_by(rule, caller_ids(*rows))
    assert findings.empty, findings[["phone_number", "friendly_name", "detail"]].values.tolist()


@pytest.mark.parametrize(
    ("rule", "rows", "detail", "suggestion"),
    [
        (
            "white-space",
            named("Front  desk "),
            "1 space at the end; doubled white space",
            'Rename it to "Front desk".',
        ),
        (
            "mixed-scripts",
            named("Аcme desk"),
            '"Аcme" mixes Latin and Cyrillic letters',
            'Rename it to "Acme desk".',
        ),
        ("trunk-prefix-kept", numbered("+4402079460000"), "+442079460000", "Verify +442079460000"),
        ("wrong-length", numbered("+141586753096"), "it is too long for a number of +1", "digit lost or added"),
        (
            "other-number-in-name",
            named("ask +44 20 7946 0000"),
            "holds +44 20 7946 0000, its own number is +14",
            "",
        ),
        ("other-country-in-name", named("Sales Germany"), "it says Germany, its number is of US", ""),
        ("personal-data-in-name", named("Dana 219-09-9999"), "what looks like a US social security number", ""),
        (
            "stale",
            [{"date_created": "2015-01-31", "date_updated": None}],
            "created 2015-01-31 and not touched",
            "",
        ),
        ("name-too-long", named("x" * 70), "it has 70 characters, 64 are allowed", ""),
    ],
)
def test_a_finding_says_what_is_there_and_what_to_do(
    rule: str, rows: list[Row], detail: str, suggestion: str
) -> None:
    findings = found_by(rule, caller_ids(*rows))
    assert detail in findings["detail"].iloc[0]
    assert suggestion in findings["suggestion"].iloc[0]


def test_a_repeated_number_is_told_with_the_other_row() -> None:
    elsewhere = {"account_sid": OTHER_ACCOUNT, "account_name": "Acme UK"}
    same = {"phone_number": "+14155550150"}
    findings = found_by("number-named-differently", caller_ids(same, {**same, **elsewhere}, same))
    assert findings["detail"].tolist() == [
        f'same number as PN{2:032x} in {ACCOUNT} (Acme), named "Warehouse 12" and 1 more',
        f'same number as PN{0:032x} in {ACCOUNT} (Acme), named "Front desk" and 1 more',
        f'same number as PN{0:032x} in {ACCOUNT} (Acme), named "Front desk" and 1 more',
    ]


def test_personal_data_is_not_repeated() -> None:
    findings = found_by("personal-data-in-name", caller_ids(*named("4111 1111 1111 1111")))
    assert "4111" not in findings["detail"].iloc[0] + findings["suggestion"].iloc[0]


def test_a_burst_tells_its_size_and_when_it_began() -> None:
    rows = [{"date_created": f"2025-03-{day}T09:{minute:02d}:00Z"} for day in ("01", "02") for minute in range(11)]
    findings = found_by("burst", caller_ids(*rows))
    assert findings["detail"].value_counts().to_dict() == {
        f"one of 11 that its account got from 2025-03-{day} 09:00 UTC on": 11 for day in ("01", "02")
    }


def test_rows_between_bursts_are_in_neither() -> None:
    minutes = [0, *range(5, 15), 21, *range(27, 37), 45]
    rows = [{"date_created": f"2025-03-01T09:{minute:02d}:00Z"} for minute in minutes]
    findings = found_by("burst", caller_ids(*rows))
    assert findings["detail"].value_counts().to_dict() == {
        f"one of 10 that its account got from 2025-03-01 09:{minute} UTC on": 10 for minute in ("05", "27")
    }


def test_nothing_is_found_where_nothing_is_wrong() -> None:
    findings = audit(caller_ids(*[{} for _ in NAMES]), today=TODAY)
    assert findings.empty, findings[["rule", "detail"]].values.tolist()


def test_a_new_caller_id_of_the_sandbox_has_no_findings(sandbox: Sandbox, client: Client) -> None:
    request = client.request_validation("+14155550123", friendly_name="Front desk")
    sandbox.answer(request.call_sid, request.validation_code)
    frame = load(client, phone_number="+14155550123", progress=False)
    assert len(frame) == 1
    assert audit(frame, today=frame["date_created"].iloc[0]).empty


@pytest.mark.parametrize(
    "rows", [[], [{}], [{"friendly_name": " x "}]], ids=["no rows", "no findings", "findings"]
)
def test_findings_have_their_dtypes(rows: list[Row]) -> None:
    frame = caller_ids(*rows) if rows else frames.empty()
    findings = audit(frame, today=TODAY)
    assert findings.columns.tolist() == list(FINDING_COLUMNS)
    for column in ("rule", "severity", "account_sid"):
        assert findings[column].dtype == "category"
        assert findings[column].cat.categories.dtype == frames.TEXT
    for column in ("sid", "phone_number", "friendly_name", "detail", "suggestion"):
        assert findings[column].dtype == frames.TEXT
    assert findings["severity"].cat.categories.tolist() == ["high", "medium", "low", "info"]
    assert isinstance(findings.index, pd.RangeIndex)


def test_neither_order_nor_index_nor_repetition_matters(shared_sandbox: Sandbox) -> None:
    with Client.from_env(shared_sandbox.environ) as client:
        frame = load(client, accounts="all", progress=False).head(600)
    before = frame.copy(deep=True)
    first = audit(frame, today=TODAY)
    shuffled = frame.sample(frac=1, random_state=3).set_axis([0] * len(frame))
    pd.testing.assert_frame_equal(audit(shuffled, today=TODAY), first)
    pd.testing.assert_frame_equal(frame, before)
    assert first["rule"].nunique() > 8
    order = first.assign(rank=first["severity"].cat.codes).sort_values(
        ["rank", "rule", "account_sid", "sid", "phone_number", "detail"], key=lambda keys: keys.astype(keys.dtype)
    )
    assert order.index.tolist() == first.index.tolist()


TEXTS = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.text("0123456789 +-().0", max_size=20),
    st.sampled_from(["+14155550100", "(415) 555-0100", "Desk", "Аcme", "Germany - China", " x\t", "\u202e", "UK"]),
)
DATES = st.one_of(st.none(), st.datetimes(datetime(1, 1, 1), datetime(9999, 1, 1), timezones=st.just(UTC)))


@pytest.mark.slow
@settings(max_examples=25)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS, TEXTS, DATES, DATES), max_size=30))
def test_any_text_and_any_date_can_be_audited(rows: list[tuple[Any, ...]]) -> None:
    columns = ["sid", "account_sid", "phone_number", "friendly_name", "date_created", "date_updated"]
    made = pd.DataFrame(rows, columns=columns, dtype=object)
    described = numbering.describe(made["phone_number"])
    frame = frames.conform(
        made.assign(uri=None, account_name=None, **{str(name): column for name, column in described.items()})
    )
    findings = audit(frame, today=TODAY)
    own = [*columns[:4]]
    there = set(frame[own].astype(object).where(frame[own].notna(), None).itertuples(index=False, name=None))
    told = findings[own].astype(object).where(findings[own].notna(), None).itertuples(index=False, name=None)
    assert set(told) <= there
    assert findings[["detail", "suggestion"]].notna().all(axis=None)
    pd.testing.assert_frame_equal(audit(frame.iloc[::-1], today=TODAY), findings)


def report(**accounts: Row) -> Row:
    complete = all(account["status"] != "failed" for account in accounts.values())
    return {"complete": complete, "filters": {}, "rows": 1, "accounts": accounts}


READ = {"status": "read", "account_status": "active", "error": None}
FAILED = {"status": "failed", "account_status": "active", "error": "The server failed (500)."}


def test_an_account_that_was_not_read_makes_the_audit_incomplete() -> None:
    findings = audit(caller_ids({}), report=report(**{ACCOUNT: READ, OTHER_ACCOUNT: FAILED}), today=TODAY)
    assert findings.attrs["complete"] is False
    assert findings[["rule", "severity", "account_sid"]].values.tolist() == [
        ["account-not-read", "high", OTHER_ACCOUNT]
    ]
    assert findings["sid"].isna().all()
    assert findings["detail"].iloc[0] == "it could not be read: The server failed (500)."


@pytest.mark.parametrize("status", ["suspended", "closed"])
def test_an_idle_account_is_a_finding_whether_it_was_read_or_not(status: str) -> None:
    idle = {"status": "not active", "account_status": status, "error": None}
    rules = audit(caller_ids({}), report=report(**{ACCOUNT: READ, OTHER_ACCOUNT: idle}), today=TODAY)
    assert rules["detail"].tolist() == [f"it is {status}; its caller IDs were not read"]
    assert rules.attrs["complete"] is True
    read = audit(caller_ids({}), report=report(**{ACCOUNT: {**READ, "account_status": status}}), today=TODAY)
    assert read["detail"].tolist() == [f"it is {status}; 1 of its caller IDs were read"]


def test_the_report_of_the_load_is_used() -> None:
    with Sandbox(numbers=5, accounts=2, seed=7) as sandbox, Client.from_env(sandbox.environ) as client:
        account = next(account.sid for account in client.iter_accounts() if account.sid != sandbox.account_sid)
        sandbox.set_account_status(account, "suspended")
        frame = load(client, accounts="all", progress=False)
    assert frame.attrs["load_report"]["accounts"][account]["account_status"] == "suspended"
    assert "account-not-active" in set(audit(frame, today=TODAY)["rule"])
    assert audit(frame, today=TODAY).attrs["complete"] is True
    assert audit(frame, report={}, today=TODAY).attrs["complete"] is None


def test_what_an_audit_was_of_goes_with_it() -> None:
    findings = audit(caller_ids({}, {}), today=TODAY)
    assert findings.attrs == {"complete": None, "rows": 2, "today": "2026-01-31T00:00:00+00:00"}


def test_now_is_the_day_of_an_audit_unless_it_is_given() -> None:
    now = pd.Timestamp(audit(frames.empty()).attrs["today"])
    assert abs(pd.Timestamp.now("UTC") - now) < pd.Timedelta(hours=1)


@pytest.mark.parametrize("today", ["2026-01-31", 5, pd.NaT])
def test_a_day_that_is_none_is_refused(today: Any) -> None:
    with pytest.raises(InvalidParameter, match="today is"):
        audit(frames.empty(), today=today)


def test_a_number_whose_validity_is_not_known_is_refused() -> None:
    frame = caller_ids({}, {}).assign(is_valid=pd.array([True, None], dtype="boolean"))
    with pytest.raises(ContractError, match=r"Row 1 .* no is_valid"):
        audit(frame)


def test_a_frame_that_breaks_the_contract_is_refused() -> None:
    with pytest.raises(ContractError, match="no column 'uri'"):
        audit(frames.empty().drop(columns="uri"))


def test_the_rules_can_be_shown_as_a_table() -> None:
    table = rules_table()
    assert table["id"].tolist() == [rule.id for rule in RULES]
    assert table["id"].is_unique
    assert table.dtypes.eq(frames.TEXT).all()
    assert table.notna().all(axis=None)
