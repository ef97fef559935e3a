"""Whole columns, through the automaton: every answer is that of `phonenumbers` for the one number."""

import random
import threading

import numpy as np
import pandas as pd
import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneMetadata, PhoneNumberDesc, PhoneNumberFormat, PhoneNumberType

from callerid_analytics import frames, numbering
from callerid_analytics.errors import InvalidParameter
from callerid_analytics.numbering import compiling

CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
REAL_METADATA = compiling._metadata
ILL_FORMED = [
    "",
    "+",
    "++",
    " ",
    "\t",
    "0",
    "+0",
    "+00442079460000",
    "+1",
    "+12",
    "+123",
    "+44",
    "+999",
    "+9991234567",
    "+210123456",
    "4155550100",
    "14155550100",
    "hello",
    "+1415CALLNOW",
    "+1800FLOWERS",
    "+1 415 555 0100",
    " +14155550100",
    "+14155550100 ",
    "+14155550100\n",
    "\t+14155550100",
    "+1415\t5550100",
    "+1415+5550100",
    "1+4155550100",
    "++14155550100",
    "＋１４１５５５５０１００",
    "+１４１５５５５０１００",
    "+٤٤٢٠٧٩٤٦٠٠٠٠",
    "+44(0)2079460000",
    "+4402079460000",
    "+14155550100;ext=12",
    "+14155550100 ext. 12",
    "+14155550100x12",
    "tel:+14155550100",
    "tel:4155550100;phone-context=+1",
    "+14155550100;isub=1",
    "+" + "1" * 40,
    "+1" + "4" * 17,
    "+1" + "4" * 18,
    "+4901" + "5" * 16,
    "+49" + "0" * 18,
    "1" * 40,
    "+" + "1" * 300,
    "+1415555010O",
    "+1415555010\x00",
    "+1415555010é",
    "é+14155550100",
    "\ud83d+14155550100",
    "+14155550100\ud83d",
]


@pytest.fixture
def compiled():
    assert compiling._reader.get() is not None
    assert compiling._layouts.get() is not None


@pytest.fixture
def not_compiled(monkeypatch):
    monkeypatch.setattr(compiling, "_reader", compiling._Once(compiling._compile_reader))
    monkeypatch.setattr(compiling, "_layouts", compiling._Once(compiling._compile_layouts))


def by_phonenumbers(text):
    """What `describe` and `national_format` have to say about a number, from public functions of phonenumbers."""
    if text is None:
        return (None, None, None, None, None)
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return (None, None, None, False, None)
    return (
        number.country_code,
        phonenumbers.region_code_for_number(number),
        PhoneNumberType.to_string(phonenumbers.number_type(number)).lower(),
        phonenumbers.is_valid_number(number),
        phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL),
    )


def rows(numbers):
    found = numbering.describe(numbers).assign(national=numbering.national_format(numbers)).astype(object)
    return list(found.where(found.notna(), None).itertuples(index=False, name=None))


def assert_agrees(texts):
    # Sorted, phonenumbers takes a tenth of the time.
    expected = {text: by_phonenumbers(text) for text in sorted({text for text in texts if text is not None})}
    found = rows(pd.Series(texts, dtype=object))
    different = [
        (text, expected[text], row)
        for text, row in zip(texts, found, strict=True)
        if text is not None and row != expected[text]
    ]
    assert different == []


def examples():
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        for kind in PhoneNumberType.values():
            yield phonenumbers.example_number_for_type(region, kind)
        yield phonenumbers.invalid_example_number(region)
    for code in sorted(phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS):
        yield phonenumbers.example_number_for_non_geo_entity(code)


def example_texts():
    return [phonenumbers.format_number(each, PhoneNumberFormat.E164) for each in examples() if each is not None]


def random_texts(count, seed):
    """Digits of all calling codes and lengths; examples with other endings or with a prefix; and anything."""
    generator = random.Random(seed)
    known = example_texts()

    def digits(least, most):
        return "".join(generator.choices("0123456789", k=generator.randint(least, most)))

    def changed_example():
        example = generator.choice(known)
        return example[: generator.randint(3, len(example))] + digits(0, 6)

    def prefixed():
        example = generator.choice(known)
        end = generator.randint(2, 4)
        return example[:end] + generator.choice(["0", "1", "8", "06", "15", "00", "80", "180020"]) + example[end:]

    ways = [
        lambda: f"+{generator.choice(CODES)}{digits(0, 18)}",
        changed_example,
        prefixed,
        lambda: "+" + digits(0, 22),
    ]
    return [generator.choices(ways, [8, 8, 3, 1])[0]() for _ in range(count)]


@pytest.mark.usefixtures("compiled")
def test_every_example_number_of_every_region_and_type():
    texts = example_texts()
    assert len(texts) > 1000
    assert_agrees(texts)


@pytest.mark.usefixtures("compiled")
def test_random_digits_of_all_calling_codes_and_lengths():
    assert_agrees(random_texts(30_000, seed=20))


@pytest.mark.slow
@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("seed", range(4))
def test_a_million_random_digits(seed):
    assert_agrees(random_texts(250_000, seed=1000 + seed))


@pytest.mark.usefixtures("compiled")
def test_every_number_of_at_most_five_digits():
    assert_agrees([f"+{number}" for number in range(100_000)][::7])


@pytest.mark.usefixtures("compiled")
def test_ill_formed_text():
    assert_agrees([*ILL_FORMED, None])
    assert_agrees([text for text in ILL_FORMED if text.isascii()])


@pytest.mark.usefixtures("compiled")
@given(
    st.lists(
        st.text(st.characters(exclude_categories=())) | st.text("+0123456789 ()-.;ext=tel:#*٤４"), max_size=20
    )
)
@settings(max_examples=100)
def test_random_text(texts):
    assert_agrees(texts)


@pytest.mark.usefixtures("not_compiled")
def test_a_few_numbers_are_looked_up_without_the_automaton_and_with_the_same_answers():
    assert_agrees([*ILL_FORMED, *example_texts()[:300], None])
    assert compiling._reader._made is None


@pytest.mark.usefixtures("not_compiled")
def test_many_small_columns_are_worth_compiling_as_well(monkeypatch):
    monkeypatch.setattr(compiling, "WORTH_COMPILING", 100)
    numbers = pd.Series(["+14155550100"] * 40)
    numbering.describe(numbers)
    numbering.describe(numbers)
    assert compiling._reader._made is None
    numbering.describe(numbers)
    assert compiling._reader._made is not None


@pytest.mark.usefixtures("not_compiled")
def test_threads_compile_once_and_all_get_the_answer(monkeypatch):
    compilations = []
    compile_reader = compiling._reader._make
    monkeypatch.setattr(compiling._reader, "_make", lambda: compilations.append(1) or compile_reader())
    monkeypatch.setattr(compiling, "WORTH_COMPILING", 1)
    regions = []

    def look_up():
        regions.append(numbering.describe(pd.Series(["+442079460000"]))["region"].tolist())

    threads = [threading.Thread(target=look_up) for _ in range(4)] + [threading.Thread(target=numbering.prepare)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert regions == [["GB"]] * 4
    assert compilations == [1]


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("dtype", [object, "string[python]", "string[pyarrow]", frames.TEXT, "category"], ids=str)
def test_every_text_dtype_with_missing_values_across_pieces(dtype):
    texts = ["+442079460000", None, "+14155550100", "+4402079460000", "x", "", "+54 11 15 2345 6789", "+12"]
    expected = [by_phonenumbers(text) for text in texts]
    numbers = pd.Series(texts * 9_000, dtype=dtype, name="phone_number", index=[5] * 72_000)
    assert rows(numbers) == expected * 9_000
    # Part of a column begins in the middle of Arrow's buffers.
    assert rows(numbers.iloc[3:70_001]) == (expected * 9_000)[3:70_001]
    written = numbering.national_format(numbers)
    assert written.name == "phone_number"
    assert written.index.equals(numbers.index)
    assert written.dtype == (numbers.dtype if isinstance(numbers.dtype, pd.StringDtype) else object)
    normal = numbering.normalize(numbers)
    assert normal.dtype == written.dtype
    first = normal.astype(object).where(normal.notna(), None).tolist()[: len(texts)]
    assert first == [
        "+442079460000",
        None,
        "+14155550100",
        "+442079460000",
        None,
        None,
        "+5491123456789",
        None,
    ]


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("dtype", ["string[python]", "string[pyarrow]", frames.TEXT], ids=str)
def test_columns_that_were_put_together(dtype):
    parts = [["+442079460000", None], [], ["+54 11 15 2345 6789"], ["+14155550100", "x"]]
    numbers = pd.concat([pd.Series(part, dtype=dtype) for part in parts])
    assert rows(numbers) == [by_phonenumbers(text) for part in parts for text in part]


@pytest.mark.usefixtures("compiled")
@pytest.mark.parametrize("dtype", [object, "string[python]", "string[pyarrow]", frames.TEXT, "category"], ids=str)
@pytest.mark.parametrize("texts", [[], [None], [None, None, ""]])
def test_columns_with_nothing_to_read(texts, dtype):
    numbers = pd.Series(texts, dtype=dtype)
    assert rows(numbers) == [by_phonenumbers(text) for text in texts]


@pytest.mark.usefixtures("compiled")
def test_only_categories_that_occur_are_listed():
    facts = numbering.describe(pd.Series(["+442079460000", "+14155550100", None]))
    assert facts["region"].cat.categories.tolist() == ["GB", "US"]
    assert facts["number_type"].cat.categories.tolist() == ["fixed_line", "fixed_line_or_mobile"]


@pytest.mark.usefixtures("compiled")
def test_elements_that_are_not_text_are_refused_with_their_row():
    numbers = pd.Series(["+14155550100", None, 14155550100], dtype=object)
    for look_up in (numbering.describe, numbering.national_format, numbering.normalize):
        with pytest.raises(InvalidParameter, match=r"Row 2 .* 14155550100"):
            look_up(numbers)


@pytest.mark.usefixtures("compiled")
def test_numbers_are_normalized_as_one_by_one():
    texts = sorted({*random_texts(4_000, seed=3), *(text for text in ILL_FORMED if "\ud83d" not in text)})
    by_automaton = numbering.normalize(pd.Series(texts, dtype=object)).tolist()
    assert by_automaton == [numbering.one_by_one.e164(text, None) for text in texts]


def test_the_column_is_left_alone():
    numbers = pd.Series(["+442079460000", "x", None], index=["b", "b", "a"])
    before = numbers.copy()
    numbering.national_format(numbers)
    numbering.normalize(numbers)
    pd.testing.assert_series_equal(numbers, before)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("+14155550100", "(415) 555-0100"),
        ("+442079460000", "020 7946 0000"),
        ("+4402079460000", "020 7946 0000"),
        ("+390669812345", "06 6981 2345"),
        ("+5491123456789", "011 15-2345-6789"),
        ("+80012345678", "1234 5678"),
        ("+11155550100", "1155550100"),
        ("+141586753096", "141586753096"[1:]),
        ("+44 20 7946 0000 ext. 5", "020 7946 0000 x5"),
        ("hello", None),
    ],
)
@pytest.mark.parametrize("road", ["compiled", "not_compiled"])
def test_the_national_format(number, written, road, request):
    request.getfixturevalue(road)
    found = numbering.national_format(pd.Series([number, None], dtype=object))
    assert found.tolist() == [written, None]


def strange_metadata(description=None, **other):
    plain = PhoneNumberDesc(national_number_pattern=r"[2-9]\d{9}", possible_length=(10,))
    america = PhoneMetadata(id="US", country_code=1, general_desc=description or plain, register=False, **other)
    return {1: {"US": america}, 44: REAL_METADATA()[44]}


@pytest.mark.usefixtures("not_compiled")
@pytest.mark.parametrize(
    "strange",
    [
        {"description": PhoneNumberDesc(national_number_pattern=r"[2-9](?!11)\d{9}", possible_length=(10,))},
        {"leading_digits": r"2\d+"},
        {"national_prefix_for_parsing": r"(1)\1"},
        {"national_prefix_for_parsing": r"1$2"},
        {"national_prefix_for_parsing": r"(\d?)"},
    ],
    ids=str,
)
def test_a_pattern_that_is_not_known_makes_everything_slow_with_a_warning_and_nothing_wrong(strange, monkeypatch):
    monkeypatch.setattr(compiling, "_metadata", lambda: strange_metadata(**strange))
    monkeypatch.setattr(compiling, "WORTH_COMPILING", 1)
    numbering.prepare()
    for _ in range(2):
        with pytest.warns(numbering.SlowNumberingWarning, match="one by one") as caught:
            facts = numbering.describe(pd.Series(["+14155550100", "+442079460000"]))
        assert caught[0].filename == __file__
        assert facts["region"].tolist() == ["US", "GB"]
        assert facts["is_valid"].all()


@pytest.mark.usefixtures("not_compiled")
@pytest.mark.parametrize(
    "number_format",
    [
        phonenumbers.NumberFormat(r"([2-9]\d{2})(\d{7})", r"\1 \2"),
        phonenumbers.NumberFormat(r"(\d{3})(\d{7})", r"\g<1> \2"),
        phonenumbers.NumberFormat(r"(\d{3})(\d{7})", r"\10\2"),
        phonenumbers.NumberFormat(r"(\d{3})(\d{7})", r"\1 – \2"),
        phonenumbers.NumberFormat(r"(\d{3})(\d{7})", r"\1 \2", [r"2.3"]),
    ],
    ids=str,
)
def test_a_format_that_is_not_known_makes_formatting_slow_and_nothing_wrong(number_format, monkeypatch):
    monkeypatch.setattr(compiling, "_metadata", lambda: strange_metadata(number_format=[number_format]))
    monkeypatch.setattr(compiling, "WORTH_COMPILING", 1)
    with pytest.warns(numbering.SlowNumberingWarning, match="one by one") as caught:
        written = numbering.national_format(pd.Series(["+14155550100", "+442079460000"]))
    assert caught[0].filename == __file__
    assert written.tolist() == ["(415) 555-0100", "020 7946 0000"]
    assert numbering.describe(pd.Series(["+442079460000"]))["region"].tolist() == ["GB"]


@pytest.mark.usefixtures("compiled")
def test_memory_does_not_grow_beyond_what_is_returned():
    import tracemalloc

    numbers = pd.Series(np.char.add("+442079", np.arange(100_000, 300_000).astype(str)), dtype=frames.TEXT)
    numbering.describe(numbers)
    tracemalloc.start()
    facts = numbering.describe(numbers)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert facts["region"].eq("GB").all()
    assert peak < 60 * len(numbers)
