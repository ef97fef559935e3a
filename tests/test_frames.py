from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest

from callerid_analytics import frames
from callerid_analytics.errors import ContractError

ROWS = 3


def messy(**columns):
    """Three rows as plain Python objects, with the contract's columns in another order."""
    values = {
        "is_valid": [True, None, False],
        "number_type": ["mobile", None, "unknown"],
        "region": ["GB", None, None],
        "country_code": [44, None, 1],
        "account_name": ["Acme", "Acme", None],
        "uri": ["/1", "/2", None],
        "date_updated": [datetime(2020, 1, 2, 3, 4, 5, 6, tzinfo=UTC), None, None],
        "date_created": [datetime(2020, 1, 1, tzinfo=UTC), None, datetime(2009, 8, 21, tzinfo=UTC)],
        "friendly_name": ["", None, " x "],
        "phone_number": ["+442079460000", None, "+141586753096"],
        "account_sid": ["ACb", "ACa", "ACb"],
        "sid": ["PN1", "PN2", "PN3"],
    }
    return pd.DataFrame({**values, **columns}, dtype=object)


def test_the_columns_and_their_order():
    assert list(frames.NAMES) == [
        *("sid", "account_sid", "phone_number", "friendly_name", "date_created", "date_updated", "uri"),
        *("account_name", "country_code", "region", "number_type", "is_valid"),
    ]
    assert [column.name for column in frames.COLUMNS if column.derived] == list(frames.NAMES[7:])
    assert all(column.meaning for column in frames.COLUMNS)


def test_text_is_what_pandas_3_calls_str():
    text = pd.Series(["a", None], dtype=frames.TEXT)
    assert text.tolist()[1] is np.nan
    assert (text == "a").tolist() == [True, False]
    if pd.__version__ >= "3":
        assert frames.TEXT == "str"


def test_the_empty_frame_obeys_the_contract():
    frame = frames.empty()
    frames.check(frame)
    assert frame.shape == (0, len(frames.COLUMNS))
    assert isinstance(frame.index, pd.RangeIndex)


def test_conform_gives_dtypes_order_and_values():
    frame = frames.conform(messy())
    frames.check(frame)
    assert tuple(frame.columns) == frames.NAMES
    assert frame["phone_number"].tolist()[::2] == ["+442079460000", "+141586753096"]
    assert frame["friendly_name"].tolist()[::2] == ["", " x "]
    assert frame["country_code"].tolist() == [44, pd.NA, 1]
    assert frame["is_valid"].tolist() == [True, pd.NA, False]
    assert frame["account_sid"].cat.categories.tolist() == ["ACa", "ACb"]
    assert frame["date_updated"].tolist()[0] == pd.Timestamp("2020-01-02T03:04:05.000006Z")
    pd.testing.assert_frame_equal(frame.isna(), messy()[list(frames.NAMES)].isna())


def test_conform_is_idempotent_and_keeps_its_input():
    before = messy()
    given = before.copy()
    frame = frames.conform(given)
    pd.testing.assert_frame_equal(frames.conform(frame), frame)
    pd.testing.assert_frame_equal(given, before)


def test_concatenated_and_filtered_frames_still_obey_the_contract():
    frame = frames.conform(messy())
    frames.check(frame[frame["region"] == "GB"])
    frames.check(frames.conform(pd.concat([frame, frames.conform(messy(region="FR"))])))


def test_index_attrs_and_other_columns_are_kept():
    given = messy(note=["x", 1, None]).set_index(pd.Index(["b", "b", "a"]))
    given.insert(0, "other", [[1], [2], [3]])
    given.attrs["load_report"] = {"accounts": {}}
    frame = frames.conform(given)
    assert frame.columns.tolist() == [*frames.NAMES, "other", "note"]
    assert frame["note"].tolist() == ["x", 1, None]
    assert frame["note"].dtype == object
    assert frame.index.tolist() == ["b", "b", "a"]
    assert frame.attrs == {"load_report": {"accounts": {}}}


def test_other_columns_may_bear_the_same_name():
    given = pd.concat([messy(), pd.DataFrame(np.zeros((ROWS, 2)), columns=["x", "x"])], axis=1)
    assert frames.conform(given).columns.tolist()[-2:] == ["x", "x"]


@pytest.mark.parametrize("dtype", ["string", "string[pyarrow]", "category"])
def test_text_of_other_dtypes(dtype):
    given = messy().astype({"friendly_name": dtype, "region": dtype})
    frame = frames.conform(given)
    pd.testing.assert_frame_equal(frame, frames.conform(messy()))


def test_ordered_categories_become_plain_ones():
    given = messy(region=pd.Categorical(["GB", None, None], ordered=True))
    assert not frames.conform(given)["region"].cat.ordered


@pytest.mark.parametrize("wrong", [7, "half \ud83d pair"])
def test_categories_of_something_else_are_refused_where_they_are_used(wrong):
    categories = pd.Index([wrong, "GB"], dtype=object)
    given = messy(region=pd.Categorical(pd.Series([None, "GB", wrong], dtype=object), categories=categories))
    with pytest.raises(ContractError) as caught:
        frames.conform(given)
    assert "Row 2 " in str(caught.value)
    assert repr(wrong) in str(caught.value)
    assert frames.conform(given.iloc[:2])["region"].tolist()[1:] == ["GB"]


def test_unused_categories_may_stay():
    frame = frames.conform(messy())
    some = frames.conform(frame.iloc[1:2])
    assert some["account_sid"].cat.categories.tolist() == ["ACa", "ACb"]


@pytest.mark.parametrize(
    "dates",
    [
        pd.to_datetime(["2020-01-01T02:00+02:00", None, "2009-08-21T02:00+02:00"]),
        pd.to_datetime(["2020-01-01", None, "2009-08-21"]),
        [datetime(2020, 1, 1), None, datetime(2009, 8, 21, 1, tzinfo=timezone(timedelta(hours=1)))],
        [pd.Timestamp("2020-01-01", tz="UTC"), pd.NaT, pd.Timestamp("2009-08-20T20:00", tz="America/New_York")],
    ],
)
def test_dates_in_other_zones_and_units(dates):
    given = messy().assign(date_created=dates)
    pd.testing.assert_frame_equal(frames.conform(given), frames.conform(messy()))


def test_dates_before_and_after_what_nanoseconds_can_hold():
    dates = [datetime(1, 1, 1, tzinfo=UTC), None, datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)]
    frame = frames.conform(messy(date_created=dates))
    assert [date.year for date in frame["date_created"].dropna()] == [1, 9999]


def test_numbers_of_other_dtypes():
    given = messy().assign(country_code=[44.0, np.nan, 1.0], is_valid=pd.array([1, None, 0], dtype="Int64"))
    pd.testing.assert_frame_equal(frames.conform(given), frames.conform(messy()))


def test_a_wide_integer_is_not_cut_in_silence():
    given = messy().assign(country_code=pd.array([44, None, 70_000], dtype="Int64"))
    with pytest.raises(ContractError, match="70000"):
        frames.conform(given)


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA])
def test_a_column_may_be_missing_throughout(missing):
    frame = frames.conform(pd.DataFrame(missing, index=range(ROWS), columns=list(frames.NAMES)))
    frames.check(frame)
    assert frame.isna().all(axis=None)


def test_a_missing_column_is_named():
    with pytest.raises(ContractError, match="'uri', 'region'"):
        frames.conform(messy().drop(columns=["uri", "region"]))


def test_a_column_that_is_there_twice_is_named():
    given = pd.concat([messy(), messy()[["region"]]], axis=1)
    for function in (frames.conform, frames.check):
        with pytest.raises(ContractError, match="region"):
            function(given)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("phone_number", 14155550100),
        ("phone_number", b"+14155550100"),
        ("friendly_name", "lone \ud83d surrogate"),
        ("region", 7),
        ("date_created", "2020-01-01"),
        ("date_created", 1577836800),
        ("country_code", 1.5),
        ("country_code", 70_000),
        ("country_code", "one"),
        ("is_valid", "True"),
        ("is_valid", 2),
    ],
)
@pytest.mark.parametrize("row", range(ROWS))
def test_a_value_that_does_not_convert_is_named_with_its_row_and_column(column, value, row):
    given = messy()
    given[column] = pd.Series([value if row == place else None for place in range(ROWS)], dtype=object)
    with pytest.raises(ContractError) as caught:
        frames.conform(given)
    assert f"Row {row} " in str(caught.value)
    assert repr(column) in str(caught.value)
    assert repr(value) in str(caught.value)


def test_check_lists_every_breach_at_once():
    frame = (
        frames.conform(messy()).drop(columns="uri").astype({"region": object, "country_code": "int64[pyarrow]"})
    )
    with pytest.raises(ContractError) as caught:
        frames.check(frame)
    message = str(caught.value)
    assert "uri is missing" in message
    assert "region is object" in message
    assert "country_code is int64[pyarrow]" in message
    assert "friendly_name" not in message


def test_a_selection_of_columns_converts_in_its_own_order():
    frame = frames.convert_columns(messy(note=[1, 2, 3])[["is_valid", "note", "sid"]])
    assert frame.columns.tolist() == ["is_valid", "note", "sid"]
    assert [str(dtype) for dtype in frame.dtypes][:2] == ["boolean", "object"]
    assert frame["sid"].dtype == frames.TEXT
