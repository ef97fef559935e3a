import csv
import io
import re
import zipfile
from datetime import UTC, datetime

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from callerid_analytics import frames
from callerid_analytics.errors import ContractError, ExportError, InvalidParameter
from callerid_analytics.spreadsheets import (
    protect,
    read_spreadsheet_csv,
    unprotect,
    workbooks,
    write_spreadsheet_csv,
    write_xlsx,
)
from tests.spreadsheet_probes import FORMULAS, NAMES, VALUES

CELL_BORDERS = [
    "a{}b",
    'a","{}',
    "a;{}",
    "a; {}",
    "a\n{}",
    "a\r\n{}",
    "a\t{}",
    "a|{}",
    'a;"{}',
    "a\u2028{}",
    "a\x00;\x01{}",
]
hostile = st.text(st.sampled_from("='+-@;,|\"\t\r\n\0 a1x_＝−％\u00a0\u2028\ufeff"), max_size=12)
any_text = (
    st.sampled_from([*FORMULAS, *VALUES, *NAMES, ""]) | hostile | st.text(st.characters(exclude_categories=["Cs"]))
)
dates = st.datetimes(timezones=st.just(UTC))
values = {
    frames.TEXT.name: any_text,
    frames.CATEGORY.name: any_text,
    frames.INSTANT.name: dates | dates.map(lambda date: date.replace(microsecond=0)),
    frames.SMALL_INTEGER.name: st.integers(-(2**15), 2**15 - 1),
    frames.BOOLEAN.name: st.booleans(),
}
row = st.fixed_dictionaries({column.name: st.none() | values[column.dtype.name] for column in frames.COLUMNS})
contract_frames = st.lists(row, max_size=6).map(
    lambda rows: frames.conform(pd.DataFrame(rows, columns=list(frames.NAMES), dtype=object))
)


def protected(*texts):
    return protect(pd.Series(texts, dtype=frames.TEXT)).tolist()


def unprotected(*texts):
    return unprotect(pd.Series(texts, dtype=frames.TEXT)).tolist()


def written(frame):
    file = io.BytesIO()
    write_spreadsheet_csv(frame, file)
    return file.getvalue()


def cells(path, sheet=0):
    return [[cell.value for cell in line] for line in openpyxl.load_workbook(path).worksheets[sheet].iter_rows()]


def excel_reads(text):
    """What Excel makes of the characters that it escapes."""
    return re.sub("_x([0-9A-F]{4})_", lambda match: chr(int(match[1], 16)), text)


class TestProtect:
    @pytest.mark.parametrize("text", [*FORMULAS, *VALUES, "'quoted'", "'", ""])
    def test_an_apostrophe_goes_before_what_a_spreadsheet_could_take_for_something_else(self, text):
        assert protected(text)[0][0] == "'"
        assert unprotected(*protected(text)) == [text]

    @pytest.mark.parametrize("text", NAMES)
    def test_names_and_sids_stay_as_they_are(self, text):
        assert protected(text) == [text]

    @pytest.mark.parametrize("border", CELL_BORDERS[1:])
    @pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@a", "＝1", "−1"])
    def test_no_formula_begins_where_another_program_could_begin_a_cell(self, border, formula):
        text = border.format(formula)
        assert protected(text)[0].endswith(border.format("'" + formula))
        assert unprotected(*protected(text)) == [text]

    @given(st.lists(any_text | st.none()))
    @settings(max_examples=150)
    def test_every_text_comes_back(self, texts):
        given = pd.Series(texts, dtype=frames.TEXT)
        assert_series_equal(unprotect(protect(given)), given)

    @given(hostile, hostile)
    @settings(max_examples=150)
    def test_different_texts_stay_different(self, one, other):
        first, second = protected(one, other)
        assert (first == second) == (one == other)

    @given(hostile)
    @settings(max_examples=40)
    def test_however_often(self, text):
        assert unprotected(*unprotected(*protected(*protected(text)))) == [text]

    @given(any_text)
    def test_nothing_begins_with_the_mark_of_a_formula_in_any_reading(self, text):
        for cell in re.split(r'[;,\t\r\n|"]', protected(text)[0]):
            assert not re.match(r"[\s\0]*[=+\-@＝−]", cell)

    @pytest.mark.parametrize("text", ["+14155550100", "=1+1", "00123", "Acme", "it's", "a;'b"])
    def test_a_cell_whose_apostrophe_was_swallowed_is_taken_as_it_is(self, text):
        assert unprotected(text) == [text]

    def test_index_name_and_missing_values_are_kept(self):
        given = pd.Series(["+1", None, "a"], index=[7, 7, None], name="phone_number", dtype=frames.TEXT)
        expected = pd.Series(["'+1", None, "a"], index=[7, 7, None], name="phone_number", dtype=frames.TEXT)
        assert_series_equal(protect(given), expected)
        assert_series_equal(unprotect(expected), given)

    @pytest.mark.parametrize("dtype", ["category", object, frames.TEXT])
    @pytest.mark.parametrize("texts", [[], [None], ["+1", None, "+1"]])
    def test_other_dtypes_of_text_become_text(self, dtype, texts):
        result = protect(pd.Series(texts, dtype=dtype))
        assert result.dtype == frames.TEXT
        assert result.dropna().tolist() == ["'+1" for text in texts if text]

    @pytest.mark.parametrize("texts", [[1, 2], ["\ud800"]])
    @pytest.mark.parametrize("change", [protect, unprotect])
    def test_what_is_no_text_is_refused(self, texts, change):
        with pytest.raises(ContractError, match="Row 0"):
            change(pd.Series(texts, dtype=object))


class TestCsv:
    @given(frame=contract_frames)
    @settings(max_examples=30)
    def test_frames_come_back_equal(self, tmp_path_factory, frame):
        path = tmp_path_factory.mktemp("files") / "x.csv"
        path.write_bytes(written(frame))
        assert_frame_equal(read_spreadsheet_csv(path), frame)

    @given(rows=st.lists(st.none() | any_text), name=any_text.filter(lambda name: name not in frames.NAMES))
    @settings(max_examples=30)
    def test_so_do_other_columns_of_text_with_any_name(self, tmp_path_factory, rows, name):
        frame = pd.DataFrame({"sid": pd.Series("PN1", index=range(len(rows))), name: rows}, dtype=frames.TEXT)
        path = tmp_path_factory.mktemp("files") / "x.csv"
        path.write_bytes(written(frame))
        assert_frame_equal(read_spreadsheet_csv(path), frame)

    def test_every_cell_is_as_a_spreadsheet_should_see_it(self):
        moment = datetime(2009, 8, 21, 0, 11, 24, tzinfo=UTC)
        frame = pd.DataFrame(
            {
                "phone_number": ["+14155550100", None],
                "friendly_name": ["Acme Sales 2", "=1+1"],
                "date_created": [moment, moment.replace(microsecond=120)],
                "country_code": [1, None],
                "is_valid": [True, None],
                "score": [1.5, None],
            }
        )
        assert written(frame).decode("utf-8") == (
            '\ufeff"phone_number","friendly_name","date_created","country_code","is_valid","score"\n'
            '"\'+14155550100","Acme Sales 2","2009-08-21 00:11:24 UTC",1,true,"\'1.5"\n'
            ',"\'=1+1","2009-08-21 00:11:24.000120 UTC",,,\n'
        )

    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    def test_what_a_spreadsheet_saved_again_is_read(self, tmp_path, delimiter, encoding):
        lines = [
            ["sid", "phone_number", "friendly_name", "date_created", "country_code", "is_valid"],
            ["PN1", "'+14155550100", "a;'=1, \t", "2009-08-21 00:11:24 UTC", "1", "WAHR"],
            ["PN2", "+14155550101", "", "2009-08-21T00:11:24", "", "FALSE"],
        ]
        with (tmp_path / "x.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=delimiter).writerows(lines)
        frame = read_spreadsheet_csv(tmp_path / "x.csv")
        assert frame["phone_number"].tolist() == ["+14155550100", "+14155550101"]
        assert frame["friendly_name"].tolist()[0] == "a;=1, \t"
        assert frame["friendly_name"].isna().tolist() == [False, True]
        assert frame["date_created"].tolist() == [pd.Timestamp("2009-08-21 00:11:24", tz="UTC")] * 2
        assert frame["country_code"].isna().tolist() == [False, True]
        assert frame["is_valid"].tolist() == [True, False]

    @pytest.mark.parametrize("cell", ["21.08.2009 00:11", "40046.00"])
    def test_a_date_that_a_spreadsheet_has_spoilt_is_named(self, tmp_path, cell):
        (tmp_path / "x.csv").write_text(f"sid,date_created\nPN1,{cell}\n")
        with pytest.raises(ExportError, match=f"date_created.*{re.escape(cell)}"):
            read_spreadsheet_csv(tmp_path / "x.csv")

    @pytest.mark.parametrize(
        "content", [b"", b"name;age\nAnn;7\n", b"sid\n\xff\n", b"sid;sid\na;b\n", b"sid,region\na\n"]
    )
    def test_a_file_that_is_not_ours(self, tmp_path, content):
        (tmp_path / "x.csv").write_bytes(content)
        with pytest.raises(ExportError, match=r"x\.csv"):
            read_spreadsheet_csv(tmp_path / "x.csv")

    def test_a_lone_surrogate_is_named_and_the_old_file_left(self, tmp_path):
        (tmp_path / "x.csv").write_bytes(b"old")
        with pytest.raises(ContractError, match=r"Row 1.*friendly_name"):
            write_spreadsheet_csv(
                pd.DataFrame({"friendly_name": ["a", "\ud800"]}, dtype=object), tmp_path / "x.csv"
            )
        assert (tmp_path / "x.csv").read_bytes() == b"old"


class TestXlsx:
    @given(
        texts=st.lists(any_text | st.sampled_from(["_x0041_", "_x0041_x0042_", "_x0\x01", "\uffff"]), min_size=1)
    )
    @settings(max_examples=40)
    def test_every_text_is_in_its_cell(self, tmp_path_factory, texts):
        path = tmp_path_factory.mktemp("files") / "x.xlsx"
        write_xlsx(pd.DataFrame({"friendly_name": texts}, dtype=frames.TEXT), path)
        worksheet = openpyxl.load_workbook(path).active
        assert [excel_reads(cell.value or "") for cell in worksheet["A"][1:]] == texts
        assert {cell.data_type for cell in worksheet["A"][1:]} <= {"s", "n"}
        assert {cell.number_format for cell in worksheet["A"][1:]} == {"@"}

    def test_cells_are_of_the_kind_of_their_column(self, tmp_path):
        frame = pd.DataFrame(
            {
                "phone_number": ["+14155550100", None],
                "date_created": pd.to_datetime(["2009-08-21 00:11:24", "1900-02-28 00:00:00"], utc=True),
                "account_name": pd.Categorical(["a & <b>", None]),
                "country_code": pd.array([44, None], dtype="Int16"),
                "is_valid": pd.array([True, None], dtype="boolean"),
                "score": [1.5, None],
                "big": [10**15, 1],
                "tags": [["a"], None],
            }
        )
        write_xlsx(frame, tmp_path / "x.xlsx")
        assert cells(tmp_path / "x.xlsx") == [
            ["phone_number", "date_created (UTC)", *frame.columns[2:]],
            [
                "+14155550100",
                datetime(2009, 8, 21, 0, 11, 24),
                "a & <b>",
                44,
                True,
                1.5,
                "1000000000000000",
                "['a']",
            ],
            [None, "1900-02-28 00:00:00", None, None, None, None, "1", None],
        ]

    def test_the_header_is_frozen_and_the_rows_can_be_filtered(self, tmp_path):
        write_xlsx(pd.DataFrame({"sid": ["PN1", "PN2"], "uri": ["x" * 500, ""]}), tmp_path / "x.xlsx")
        worksheet = openpyxl.load_workbook(tmp_path / "x.xlsx").active
        assert (worksheet.title, worksheet.freeze_panes, worksheet.auto_filter.ref) == (
            "caller IDs",
            "A2",
            "A1:B3",
        )
        assert worksheet.dimensions == "A1:B3"
        assert 5 < worksheet.column_dimensions["A"].width < worksheet.column_dimensions["B"].width < 60

    def test_several_sheets_one_of_them_without_rows(self, tmp_path):
        write_xlsx({"caller IDs": frames.empty(), "counts": pd.DataFrame({"n": [7]})}, tmp_path / "x.xlsx")
        assert openpyxl.load_workbook(tmp_path / "x.xlsx").sheetnames == ["caller IDs", "counts"]
        assert len(cells(tmp_path / "x.xlsx")) == 1
        assert cells(tmp_path / "x.xlsx", 1) == [["n"], [7]]

    def test_rows_over_many_pieces(self, tmp_path, monkeypatch):
        monkeypatch.setattr(workbooks, "_CHUNK", 3)
        numbers = [None if place % 4 == 1 else f"+1415555{place:04}" for place in range(20)]
        write_xlsx(pd.DataFrame({"phone_number": numbers, "n": range(20)}), tmp_path / "x.xlsx")
        assert cells(tmp_path / "x.xlsx")[1:] == [[number, place] for place, number in enumerate(numbers)]

    def test_the_same_rows_give_the_same_bytes(self, tmp_path):
        for name in ("a.xlsx", "b.xlsx"):
            write_xlsx(pd.DataFrame({"sid": ["PN1"]}), tmp_path / name)
        assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()

    def test_there_is_no_link_no_formula_and_no_other_part(self, tmp_path):
        write_xlsx(pd.DataFrame({"sid": ["https://example.com", "=1+1"]}), tmp_path / "x.xlsx")
        with zipfile.ZipFile(tmp_path / "x.xlsx") as package:
            sheet = package.read("xl/worksheets/sheet1.xml")
            assert not any("sheet1.xml.rels" in name for name in package.namelist())
        assert b"<f>" not in sheet
        assert b"hyperlink" not in sheet

    @pytest.mark.parametrize("text", ["x" * 32_768, "😀" * 16_384])
    def test_a_text_too_long_for_excel_is_named(self, tmp_path, text):
        with pytest.raises(ContractError, match=r"Row 1.*'sid'.*32,768.*32,767"):
            write_xlsx(pd.DataFrame({"sid": ["", text]}), tmp_path / "x.xlsx")
        write_xlsx(pd.DataFrame({"sid": ["", text[:-1]]}), tmp_path / "x.xlsx")

    def test_more_rows_than_excel_has_are_refused(self, tmp_path):
        with pytest.raises(ContractError, match=r"1,048,576 rows.*1,048,575 rows"):
            write_xlsx(pd.DataFrame({"sid": pd.Series("x", index=range(1_048_576))}), tmp_path / "x.xlsx")

    @pytest.mark.parametrize("sheet", ["", "a" * 32, "a/b", "'a"])
    def test_a_name_that_excel_refuses_for_a_sheet(self, tmp_path, sheet):
        with pytest.raises(InvalidParameter):
            write_xlsx(frames.empty(), tmp_path / "x.xlsx", sheet=sheet)
        assert list(tmp_path.iterdir()) == []

    def test_no_sheet_at_all(self, tmp_path):
        with pytest.raises(InvalidParameter):
            write_xlsx({}, tmp_path / "x.xlsx")

    def test_the_frames_are_left_alone(self, tmp_path):
        frame = pd.DataFrame({"sid": ["PN1"], "account_sid": ["ACa"]}, index=[7])
        before = frame.copy(deep=True)
        write_xlsx(frame, tmp_path / "x.xlsx")
        write_spreadsheet_csv(frame, tmp_path / "x.csv")
        assert_frame_equal(frame, before)
