"""Each rule: what it changes, what it leaves alone, and what holds for all rules whatever the names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid_analytics import cleaning, frames
from callerid_analytics.cleaning import (
    AddPrefix,
    AddSuffix,
    ChangeCase,
    CollapseSpaces,
    FillMissing,
    LookUp,
    MergeNames,
    NormalizeUnicode,
    NumberDuplicates,
    RemoveInvisible,
    RepairMojibake,
    ReplacePattern,
    ReplaceText,
    ResetToNumber,
    Rule,
    Shorten,
    UseTemplate,
)
from callerid_analytics.errors import ContractError, ExportError, RecipeError

FAMILY = "👨‍👩‍👧‍👦"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
HOSTILE = [
    "",
    " ",
    "\x00",
    "\u202eSales\u202c",
    "\u200fשלום\u200f",
    FAMILY,
    ENGLAND,
    "👩🏽‍⚕️ Dr. Cole",
    "می‌خواهم",
    "क्‍ष",
    "ന്‍",
    "𝔖𝔞𝔩𝔢𝔰 𐐷",
    "e\u0301",
    "Z̷̢̛͎a̸͇͠l̶̰͝go",
    "ǆ ǲ ŉ ß İ ı ﬁ Σίσυφος ΣΑΣ ᾳ",
    "MÃ¼ller â€“ Ã©",
    "\ufeff\u2066a\u2069\u00ad\u2060",
    "a\u200d\u200cb",
    "'=1+1",
    "x" * 64,
    "x" * 65,
]
ANY_RULE: dict[str, Rule] = {
    "mojibake": RepairMojibake(),
    "invisible": RemoveInvisible(),
    "spaces": CollapseSpaces(),
    "NFC": NormalizeUnicode(),
    "NFKC": NormalizeUnicode(form="NFKC"),
    "upper": ChangeCase(to="upper"),
    "lower": ChangeCase(to="lower"),
    "sentence": ChangeCase(to="sentence", keep=("IBM",)),
    "title": ChangeCase(to="title", keep=("IBM", "LaTeX")),
    "text": ReplaceText(old="a", new="ba"),
    "pattern": ReplacePattern(pattern=r"(\w)\b", new=r"\1\1"),
    "prefix": AddPrefix(text="a "),
    "suffix": AddSuffix(text=" a"),
    "template": UseTemplate(template="{region}: {friendly_name}"),
    "fill": FillMissing(),
    "fill with a template": FillMissing(template="{region}"),
    "reset": ResetToNumber(),
    "look up": LookUp(key="friendly_name", names={"a": "b", "b": "c"}),
    "merge": MergeNames(names={"a": "b"}),
    "duplicates": NumberDuplicates(),
    "shorten": Shorten(length=9, ellipsis="…"),
}
CHANGES: list[tuple[Rule, str, str]] = [
    (CollapseSpaces(), "\u00a0 Front\t\u2003desk\r\n", "Front desk"),
    (CollapseSpaces(), "\u3000", ""),
    (RemoveInvisible(), "\u202eSales\u202c\x00\u200b\ufeff", "Sales"),
    (RemoveInvisible(), "Sa\u200dles\u200c 2\u200d", "Sales 2"),
    (RemoveInvisible(), "a\tb", "a\tb"),
    (RepairMojibake(), "Ma. PeÃ±a-Cruz â€“ Summit", "Ma. Peña-Cruz – Summit"),
    (RepairMojibake(), "‘Ｆｕｌｌ’ &amp; ﬁ", "‘Ｆｕｌｌ’ &amp; ﬁ"),
    (NormalizeUnicode(), "Cafe\u0301 ﬁ", "Café ﬁ"),
    (NormalizeUnicode(form="NFKC"), "ﬁ ＡＣＭＥ", "fi ACME"),
    (ChangeCase(to="upper"), "Straße", "STRASSE"),
    (ChangeCase(to="upper", keep=("eBay",)), "ebay desk", "eBay DESK"),
    (ChangeCase(to="lower", keep=("USA",)), "ACME USA", "acme USA"),
    (ChangeCase(to="sentence"), "FRONT DESK OF THE USA", "Front desk of the USA"),
    (ChangeCase(to="sentence"), "front Desk IBM", "Front desk IBM"),
    (ChangeCase(to="title"), "ROSEWOOD OUTFITTERS/HR", "Rosewood Outfitters/HR"),
    (ChangeCase(to="title"), "acme sales USA", "Acme Sales USA"),
    (ChangeCase(to="title"), "ACME USA'S DESK", "Acme USA's Desk"),
    (ChangeCase(to="title"), "MCDONALD & O'BRIEN", "McDonald & O'Brien"),
    (ChangeCase(to="title"), "JEANNE D’ARC", "Jeanne d’Arc"),
    (ChangeCase(to="title"), "d'arc bakery", "D'Arc Bakery"),
    (ChangeCase(to="title"), "Tony D'Angelo", "Tony D'Angelo"),
    (ChangeCase(to="title"), "the bank OF the west", "The Bank of the West"),
    (ChangeCase(to="title"), "marcus von trapp: the desk", "Marcus von Trapp: The Desk"),
    (ChangeCase(to="title"), "fALCON vETERINARY", "Falcon Veterinary"),
    (ChangeCase(to="title"), "stratford-upon-avon - the shop", "Stratford-upon-Avon - The Shop"),
    (ChangeCase(to="title"), "ELÍAS’S CAFE\u0301 2ND FLOOR", "Elías’s Cafe\u0301 2nd Floor"),
    (ChangeCase(to="title", keep=("LaTeX", "QXZ")), "latex qxz", "LaTeX QXZ"),
    (ChangeCase(to="title"), "a QXZ", "A Qxz"),
    (ReplaceText(old="."), "a.b", "ab"),
    (ReplaceText(old="acme", new=r"\1", case=False), "ACME desk", r"\1 desk"),
    (ReplacePattern(pattern=r"(?P<who>\w+) - (\w+)", new=r"\2: \g<who>"), "Sales - Acme", "Acme: Sales"),
    (ReplacePattern(pattern="^ACME", new="Acme", case=False), "acme acme", "Acme acme"),
    (AddPrefix(text="Acme "), "Acme Sales", "Acme Sales"),
    (AddPrefix(text="Acme "), "Sales", "Acme Sales"),
    (AddSuffix(text=" (Acme)"), "Sales", "Sales (Acme)"),
    (UseTemplate(template="{{{region}}} {friendly_name} {date_created}"), "Desk", "{US} Desk 2015-01-31"),
    (FillMissing(), "Desk", "Desk"),
    (FillMissing(), "\u00a0", "(415) 555-0100"),
    (FillMissing(template="{phone_number} ({region})"), "", "+14155550100 (US)"),
    (ResetToNumber(), "Desk", "(415) 555-0100"),
    (LookUp(key="sid", names={f"PN{0:032x}": "Desk"}), "x", "Desk"),
    (LookUp(key="phone_number", names={"+1 (415) 555-0100": "Desk"}), "x", "Desk"),
    (LookUp(key="friendly_name", names={"x": "Desk", "Desk": "y"}), "x", "Desk"),
    (MergeNames(names={"ACME": "Acme"}), "ACME", "Acme"),
    (Shorten(length=20), "Evergreen Travel Reservations", "Evergreen Travel"),
    (Shorten(length=16), "Evergreen Travel Reservations", "Evergreen Travel"),
    (Shorten(length=12, ellipsis="…"), "Donaudampfschifffahrt", "Donaudampfs…"),
    (Shorten(length=8), f"a{FAMILY}{FAMILY}", f"a{FAMILY}"),
    (Shorten(length=2), "e\u0301e\u0301", "e\u0301"),
    (Shorten(length=3), FAMILY, FAMILY[:3]),
]
names = st.text(alphabet=st.one_of(st.sampled_from("aAbB'’ \t-–.iIsSmMcCoOdD"), st.characters()), max_size=70)
columns_of_names = st.lists(
    st.one_of(st.none(), names.filter(lambda name: _is_utf8(name)), st.sampled_from(HOSTILE))
)


def frame_of(given: list[str | None]) -> pd.DataFrame:
    count = len(given)
    return pd.DataFrame(
        {
            "sid": pd.Series([f"PN{i:032x}" for i in range(count)], dtype=frames.TEXT),
            "account_sid": pd.Series([f"AC{i % 2:032x}" for i in range(count)], dtype=frames.TEXT).astype(
                "category"
            ),
            "phone_number": pd.Series([f"+141555501{i % 100:02}" for i in range(count)], dtype=frames.TEXT),
            "friendly_name": pd.Series(given, dtype=object).astype(frames.TEXT),
            "date_created": pd.Series(
                pd.Timestamp("2015-01-31", tz="UTC"), index=range(count), dtype=frames.INSTANT
            ),
            "region": pd.Series(["US"] * count, dtype=frames.TEXT),
        }
    )


def renamed(rule: Rule, *given: str | None) -> list[str | None]:
    frame = frame_of(list(given))
    return (
        rule.apply(frame["friendly_name"], frame).astype(object).where(lambda after: after.notna(), None).tolist()
    )


def _is_utf8(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


@pytest.mark.parametrize(("rule", "before", "after"), CHANGES)
def test_a_rule_changes_what_it_is_for(rule: Rule, before: str, after: str) -> None:
    assert renamed(rule, before) == [after]


@pytest.mark.parametrize("rule", ANY_RULE.values(), ids=ANY_RULE)
@settings(max_examples=15)
@given(given_names=columns_of_names)
def test_a_rule_that_says_so_is_idempotent(rule: Rule, given_names: list[str | None]) -> None:
    frame = frame_of(given_names)
    once = rule.apply(frame["friendly_name"], frame)
    assert once.dtype == frames.TEXT
    assert once.index.equals(frame.index)
    if rule.idempotent:
        pd.testing.assert_series_equal(rule.apply(once, frame), once)


@pytest.mark.parametrize(
    ("rule", "name"),
    [
        (ReplaceText(old="a", new="aa"), "a"),
        (ReplacePattern(pattern="a", new="aa"), "a"),
        (UseTemplate(template="x {friendly_name}"), "a"),
        (LookUp(key="friendly_name", names={"a": "b", "b": "c"}), "a"),
    ],
)
def test_a_rule_that_is_not_idempotent_has_a_reason_to_say_so(rule: Rule, name: str) -> None:
    assert not rule.idempotent
    assert renamed(rule, *renamed(rule, name)) != renamed(rule, name)


def test_every_rule_is_tested_and_explains_itself() -> None:
    assert {type(rule) for rule in ANY_RULE.values()} == set(cleaning.RULES)
    for rule in ANY_RULE.values():
        assert rule.reason.endswith(".")
        assert type(rule).__doc__
        assert rule.name in (cleaning.__doc__ or "")
        assert type(rule).__name__ in cleaning.__all__


@pytest.mark.parametrize("name", HOSTILE)
def test_rules_leave_alone_what_is_none_of_their_business(name: str) -> None:
    for rule in (
        ReplaceText(old="Nobody"),
        ReplacePattern(pattern="Nobody"),
        MergeNames(names={"Nobody": "Somebody"}),
        LookUp(key="sid", names={"Nobody": "Somebody"}),
        NumberDuplicates(),
        UseTemplate(template="{friendly_name}"),
    ):
        assert renamed(rule, name) == [name]
    assert renamed(AddSuffix(text="|"), f"{name} ") == [f"{name} |"]


@pytest.mark.parametrize("name", [FAMILY, ENGLAND, "👩🏽‍⚕️ Dr. Cole", "می‌خواهم", "क्‍ष", "ന്‍", "𝔖𝔞𝔩𝔢𝔰 𐐷", "e\u0301"])
def test_joiners_that_do_work_survive_the_cleaning_of_characters(name: str) -> None:
    for rule in (RemoveInvisible(), CollapseSpaces(), RepairMojibake()):
        assert renamed(rule, name) == [name]


@pytest.mark.parametrize("rule", ANY_RULE.values(), ids=ANY_RULE)
def test_rules_work_on_no_rows_on_missing_names_and_on_any_index(rule: Rule) -> None:
    assert renamed(rule) == []
    frame = frame_of(["b", None, "b "]).set_axis([7, 7, -1])
    before = frame.copy(deep=True)
    after = rule.apply(frame["friendly_name"].astype(object), frame)
    assert after.index.tolist() == [7, 7, -1]
    assert after.name == "friendly_name"
    assert after.dtype == frames.TEXT
    fills = isinstance(rule, FillMissing | ResetToNumber)
    assert after.isna().tolist() == [False, not fills, False]
    pd.testing.assert_frame_equal(frame, before)


@settings(max_examples=30)
@given(
    st.lists(
        st.sampled_from(["S", "S (2)", "S (3)", "x" * 64, "x" * 63 + "y", FAMILY * 9, None, " "]), max_size=12
    )
)
def test_numbering_leaves_no_duplicate_and_no_name_too_long(given_names: list[str | None]) -> None:
    frame = frame_of(given_names)
    after = NumberDuplicates().apply(frame["friendly_name"], frame)
    named = after.notna() & after.str.strip().ne("")
    assert not frame.assign(after=after)[named].duplicated(["account_sid", "after"]).any()
    assert after.str.len().max() <= 64 if named.any() else True
    assert set(frame["friendly_name"][named]) <= set(after[named])


def test_numbering_begins_with_the_oldest() -> None:
    frame = frame_of(["S", "x", "S", "x", "S"])
    dates = ["2016-01-01", "2010-01-01", None, "2009-01-01", "2015-01-01"]
    frame = frame.assign(date_created=pd.to_datetime(pd.Series(dates), utc=True))
    after = NumberDuplicates().apply(frame["friendly_name"], frame)
    assert after.tolist() == ["S (2)", "x (2)", "S (3)", "x", "S"]


def test_numbering_cuts_no_emoji_in_two() -> None:
    assert renamed(NumberDuplicates(), FAMILY * 9, "a", FAMILY * 9) == [FAMILY * 9, "a", FAMILY * 8 + " (2)"]


def test_a_missing_value_in_a_template_leaves_the_name() -> None:
    frame = frame_of(["a", "b"]).assign(region=["GB", None], number=pd.array([5, None], dtype="Int16"))
    rule = UseTemplate(template="{region}{number}")
    assert rule.apply(frame["friendly_name"], frame).tolist() == ["GB5", "b"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: ReplacePattern(pattern="("),
        lambda: ReplacePattern(pattern="a", new=r"\1"),
        lambda: ReplacePattern(pattern="a", new=r"\g<who>"),
        lambda: ReplacePattern(pattern=""),
        lambda: ReplaceText(old=""),
        lambda: ReplaceText(old=5),
        lambda: AddPrefix(text=""),
        lambda: AddPrefix(text="\ud83d"),
        lambda: ChangeCase(to="Title"),
        lambda: ChangeCase(to="title", keep=["two words"]),
        lambda: UseTemplate(template="{region"),
        lambda: UseTemplate(template="{}"),
        lambda: UseTemplate(template="{region!r}"),
        lambda: UseTemplate(template="{date_created:%Y}"),
        lambda: UseTemplate(template=" "),
        lambda: FillMissing(template="{0"),
        lambda: Shorten(length=65),
        lambda: Shorten(length=0),
        lambda: Shorten(length=1, ellipsis="…"),
        lambda: LookUp(key="name", names={}),
        lambda: LookUp(key="phone_number", names={"extension 9": "a"}),
        lambda: LookUp(key="phone_number", names={"+14155550100": "a", "+1 415 555 0100": "b"}),
        lambda: MergeNames(names={"a": "b", "b": "c"}),
        lambda: NormalizeUnicode(form="NFD"),
    ],
)
def test_a_rule_that_makes_no_sense_cannot_be_made(make: object) -> None:
    with pytest.raises(RecipeError):
        make()  # type: ignore[operator] # each is a lambda


@pytest.mark.parametrize(
    ("rule", "column"),
    [
        (UseTemplate(template="{town}"), "town"),
        (FillMissing(), "phone_number"),
        (ResetToNumber(), "phone_number"),
        (NumberDuplicates(), "account_sid"),
        (LookUp(key="sid", names={}), "sid"),
    ],
)
def test_a_rule_names_the_column_that_it_lacks(rule: Rule, column: str) -> None:
    frame = pd.DataFrame({"friendly_name": ["a"]})
    with pytest.raises(RecipeError, match=column):
        rule.apply(frame["friendly_name"], frame)


def test_names_that_are_no_text_are_refused() -> None:
    frame = pd.DataFrame({"friendly_name": [5]})
    with pytest.raises(ContractError):
        CollapseSpaces().apply(frame["friendly_name"], frame)


def test_names_are_looked_up_from_a_crm_export(tmp_path: Path) -> None:
    path = tmp_path / "crm.csv"
    path.write_bytes("\ufeffTel;Name\r\n(415) 555-0100;Müller\r\n;nobody\r\n+44 20 7946 0000;\r\n".encode())
    rule = LookUp.from_csv(path, key="phone_number", key_column="Tel", name_column="Name", region="US")
    assert rule.names == {"+14155550100": "Müller"}
    assert renamed(rule, "a") == ["Müller"]


@pytest.mark.parametrize(
    ("content", "error", "said"),
    [
        ("Tel,Name\n415 555 0100,a\n", RecipeError, "415 555 0100"),
        ("Tel,Name\n+14155550100,a\n+1 415 555 0100,b\n", RecipeError, "+14155550100"),
        ("Phone,Name\n", RecipeError, "Tel"),
        ("Tel,Name,Tel\n", RecipeError, "Tel"),
        ("", RecipeError, "Tel"),
        ("Tel,Name\n+14155550100,M\xfcller\n", ExportError, "CSV UTF-8"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused(
    tmp_path: Path, content: str, error: type[Exception], said: str
) -> None:
    path = tmp_path / "crm.csv"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(error) as caught:
        LookUp.from_csv(path, key="phone_number", key_column="Tel", name_column="Name")
    assert said in str(caught.value)


def test_groups_of_names_are_merged_into_the_one_that_is_kept() -> None:
    groups = pd.DataFrame(
        {
            "group": [1, 1, 1, 2, 2],
            "friendly_name": ["Acme", "ACME", "acme", "Desk", "desk"],
            "keep": pd.array([True, False, None, False, True], dtype="boolean"),
        },
        index=[3, 3, 1, 0, 9],
    )
    assert MergeNames.from_groups(groups).names == {"ACME": "Acme", "acme": "Acme", "Desk": "desk"}
    assert MergeNames.from_groups(groups.iloc[[0, 1]]).names == {"ACME": "Acme"}
    assert MergeNames.from_groups(groups.iloc[:0]).names == {}
    for wrong in (groups.assign(keep=False), groups.assign(keep=True), groups.drop(columns="group")):
        with pytest.raises(RecipeError):
            MergeNames.from_groups(wrong)
