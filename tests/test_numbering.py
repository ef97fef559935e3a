import pandas as pd
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from callerid_analytics.errors import InvalidParameter
from callerid_analytics.numbering import describe, normalize

NON_GEOGRAPHIC = (800, 808, 870, 878, 881, 882, 883, 888, 979)
TYPES = {
    PhoneNumberType.FIXED_LINE: "fixed_line",
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "fixed_line_or_mobile",
    PhoneNumberType.TOLL_FREE: "toll_free",
    PhoneNumberType.PREMIUM_RATE: "premium_rate",
    PhoneNumberType.SHARED_COST: "shared_cost",
    PhoneNumberType.VOIP: "voip",
    PhoneNumberType.PERSONAL_NUMBER: "personal_number",
    PhoneNumberType.PAGER: "pager",
    PhoneNumberType.UAN: "uan",
    PhoneNumberType.VOICEMAIL: "voicemail",
    PhoneNumberType.UNKNOWN: "unknown",
}
SAMPLE_IN_THE_DOCUMENTS = "+141586753096"

calling_codes = st.sampled_from(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE))
e164 = st.builds("+{}{}".format, calling_codes, st.text("0123456789", max_size=14))
junk = st.text(st.characters(exclude_categories=())) | st.text("+0123456789 ()-.;ext=tel:#*٤４")


def by_phonenumbers(text):
    """One row of `describe`, straight from the public functions of phonenumbers."""
    if text is None:
        return (None, None, None, None)
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return (None, None, None, False)
    return (
        number.country_code,
        phonenumbers.region_code_for_number(number),
        TYPES[phonenumbers.number_type(number)],
        phonenumbers.is_valid_number(number),
    )


def rows(facts):
    return list(facts.astype(object).where(facts.notna(), None).itertuples(index=False, name=None))


def assert_agrees(texts):
    facts = describe(pd.Series(texts, dtype=object))
    assert rows(facts) == [by_phonenumbers(text) for text in texts]
    return facts


def formatted(example):
    return phonenumbers.format_number(example, PhoneNumberFormat.E164)


def test_columns_and_dtypes_are_those_of_the_contract():
    facts = describe(pd.Series(["+14155550100"]))
    assert {name: str(dtype) for name, dtype in facts.dtypes.items()} == {
        "country_code": "Int16",
        "region": "category",
        "number_type": "category",
        "is_valid": "boolean",
    }


@pytest.mark.parametrize(
    ("number", "region"),
    [
        ("+12015550123", "US"),
        ("+15062345678", "CA"),
        ("+12423456789", "BS"),
        ("+17872345678", "PR"),
        ("+79123456789", "RU"),
        ("+77710009998", "KZ"),
        ("+442079460000", "GB"),
        ("+441481256789", "GG"),
        ("+441534456789", "JE"),
        ("+441624756789", "IM"),
        ("+262262161234", "RE"),
        ("+262269601234", "YT"),
        ("+590590201234", "GP"),
        ("+390612345678", "IT"),
        ("+390669812345", "VA"),
        ("+358181234567", "AX"),
        ("+4779123456", "SJ"),
    ],
)
def test_regions_that_share_a_calling_code(number, region):
    facts = assert_agrees([number])
    assert facts["region"].astype(object).where(facts["region"].notna(), None).tolist() == [region]


@pytest.mark.parametrize("code", NON_GEOGRAPHIC)
def test_codes_without_a_region(code):
    facts = assert_agrees([formatted(phonenumbers.example_number_for_non_geo_entity(code))])
    assert rows(facts)[0][:2] == (code, "001")
    assert facts["is_valid"].tolist() == [True]


def test_the_sample_in_the_documents_is_kept_and_flagged():
    assert rows(assert_agrees([SAMPLE_IN_THE_DOCUMENTS])) == [(1, None, "unknown", False)]


@pytest.mark.parametrize("text", ["", "+", "4155550100", "hello", "+1", "0", " ", "\ud83d", "+" + "1" * 300])
def test_text_that_is_no_number_is_not_valid_and_nothing_else_is_known(text):
    assert rows(assert_agrees([text])) == [(None, None, None, False)]


@given(st.lists(junk | st.none(), max_size=20))
@settings(max_examples=100)
def test_random_text(texts):
    assert_agrees(texts)


@pytest.mark.parametrize("dtype", [object, "string", "string[pyarrow]", "category"])
def test_every_text_dtype(dtype):
    numbers = ["+442079460000", None, "+14155550100", "+442079460000", "x"]
    facts = describe(pd.Series(numbers, dtype=dtype))
    assert rows(facts) == [by_phonenumbers(number) for number in numbers]


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_a_missing_number_leaves_everything_missing(missing):
    facts = describe(pd.Series([missing, "+14155550100"], dtype=object))
    assert facts.isna().to_numpy().tolist() == [[True] * 4, [False] * 4]


@pytest.mark.parametrize("numbers", [[], [None, None]])
def test_no_number_at_all(numbers):
    facts = describe(pd.Series(numbers, dtype=object))
    assert [str(dtype) for dtype in facts.dtypes] == ["Int16", "category", "category", "boolean"]
    assert len(facts) == len(numbers)
    assert facts.isna().to_numpy().all()


def test_the_index_is_kept_and_the_input_is_left_alone():
    numbers = pd.Series(["+442079460000", "x", None], index=["b", "b", "a"])
    before = numbers.copy()
    assert describe(numbers).index.tolist() == ["b", "b", "a"]
    pd.testing.assert_series_equal(numbers, before)


@pytest.mark.parametrize("element", [14155550100, 1.5, True, b"+14155550100", ("+1",)])
def test_an_element_that_is_not_text_is_refused_with_its_place_and_value(element):
    numbers = pd.Series(["+14155550100", None, None], dtype=object)
    numbers[2] = element
    with pytest.raises(InvalidParameter) as caught:
        describe(numbers)
    assert "Row 2" in str(caught.value)
    assert repr(element) in str(caught.value)


def written(*texts, region=None):
    normal = normalize(pd.Series(texts, dtype=object), region=region)
    return normal.where(normal.notna(), None).tolist()


@pytest.mark.parametrize(
    "text",
    [
        "+442079460000",
        "+44 (0)20 7946-0000",
        "+4402079460000",
        "00 44 20 7946 0000",
        "442079460000",
        " +44.20.7946.0000 ext. 5",
        "＋４４２０７９４６００００",
        "٠٠٤٤٢٠٧٩٤٦٠٠٠٠",
    ],
)
def test_every_way_of_writing_a_number_becomes_its_e164_form(text):
    assert written(text) == ["+442079460000"]


def test_what_cannot_be_told_is_missing():
    # The last is a number of Texas, without its 1, as well as one of Austria.
    assert written(None, "", "hello", "020 7946 0000", "(415) 555-0100", "4325550100") == [None] * 6


def test_a_region_reads_national_numbers():
    assert written("020 7946 0000", "+14155550100", region="GB") == ["+442079460000", "+14155550100"]
    assert written("(415) 555-0100", "4325550100", region="US") == ["+14155550100", "+14325550100"]


@pytest.mark.parametrize("region", ["uk", "XX", 5])
def test_a_region_that_is_none_is_refused(region):
    with pytest.raises(InvalidParameter, match="region"):
        written("+14155550100", region=region)


def test_numbers_that_cannot_exist_are_written_all_the_same():
    assert written(SAMPLE_IN_THE_DOCUMENTS, "+1 (415) 867-53096") == [SAMPLE_IN_THE_DOCUMENTS] * 2


@given(st.lists(e164 | st.none(), max_size=20))
@settings(max_examples=100)
def test_clean_digits_are_written_as_libphonenumber_writes_them(texts):
    def expected(text):
        try:
            return phonenumbers.format_number(phonenumbers.parse(text, None), phonenumbers.PhoneNumberFormat.E164)
        except phonenumbers.NumberParseException:
            return None

    clean = [text if text is None or not text.startswith("+00") else None for text in texts]
    assert written(*clean) == [None if text is None else expected(text) for text in clean]


@given(st.lists(junk | st.none(), max_size=20))
@settings(max_examples=100)
def test_normalizing_junk_keeps_index_name_and_dtype(texts):
    numbers = pd.Series(texts, dtype=object, name="phone_number", index=[3] * len(texts))
    normal = normalize(numbers)
    assert normal.name == "phone_number"
    assert normal.index.equals(numbers.index)
    assert normal.dropna().str.fullmatch(r"\+[0-9]+").all()
