import csv
import errno
import io
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow.csv
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from callerid_analytics import exports, frames
from callerid_analytics.errors import ContractError, ExportError, InvalidParameter
from callerid_analytics.files import replacing

ENDINGS = ["csv", "parquet", "jsonl", "ndjson"]
HOSTILE = [
    *("+14155550100", "007", "1e5", "true", "NULL", "NaN", "NA", "nan", "None", "#N/A", "2009-08-21", "=1+1"),
    *(
        "",
        " ",
        "  two  ",
        "\t",
        "\n",
        "\r",
        "\r\n",
        "a\nb",
        "a\rb",
        "a\r\nb",
        "\n\n",
        "\r\r\n",
        "tail\r",
        "tail\n",
    ),
    *('"', '""', '"quoted"', "'", ",", ";", "a,b", "\\", "\\n", '\\"', "{", "[", "#", "\ufeff", "\ufeffname"),
    *("\0", "a\0b", "\x01", "\x1a", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u2029", "\u202e", "\u200b"),
    *("😀", "👩‍👩‍👧", "é", "e\u0301", "Ａｃｍｅ", "日本", "\U0010ffff", "\ufffd", "\uffff"),
]
text = st.sampled_from(HOSTILE) | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
dates = st.datetimes(timezones=st.just(UTC))
VALUES = {
    frames.TEXT.name: text,
    frames.CATEGORY.name: text,
    frames.INSTANT.name: dates | dates.map(lambda date: date.replace(microsecond=0)),
    frames.SMALL_INTEGER.name: st.integers(-(2**15), 2**15 - 1),
    frames.BOOLEAN.name: st.booleans(),
}
row = st.fixed_dictionaries({column.name: st.none() | VALUES[column.dtype.name] for column in frames.COLUMNS})
contract_frames = st.lists(row, max_size=8).map(
    lambda rows: frames.conform(pd.DataFrame(rows, columns=list(frames.NAMES), dtype=object))
)
some_columns = st.lists(st.sampled_from(frames.NAMES), min_size=1, unique=True)
other_names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8).filter(
    lambda name: name not in frames.NAMES
)


@pytest.fixture
def frame():
    columns = {
        "sid": ["PN1", "PN2", "PN3"],
        "account_sid": ["ACb", "ACa", "ACb"],
        "phone_number": ["+14155550100", None, "+442079460000"],
        "friendly_name": ["", None, 'a "quoted"\r\nname, '],
        "date_created": [
            datetime(2009, 8, 21, 0, 11, 24, tzinfo=UTC),
            None,
            datetime(2020, 1, 1, 0, 0, 0, 120, UTC),
        ],
        "country_code": [1, None, 44],
        "is_valid": [True, None, False],
    }
    return frames.conform(pd.DataFrame(columns, dtype=object).reindex(columns=list(frames.NAMES)))


def round_trip(frame, folder, ending):
    path = folder / f"caller_ids.{ending}"
    exports.write(frame, path)
    return exports.read(path)


def leftovers(folder):
    return sorted(path.name for path in folder.iterdir())


class TestRoundTrip:
    @pytest.mark.parametrize("ending", ENDINGS)
    @given(frame=contract_frames)
    @settings(deadline=None)
    def test_frames_that_obey_the_contract_come_back_equal(self, tmp_path_factory, ending, frame):
        assert_frame_equal(round_trip(frame, tmp_path_factory.mktemp("files"), ending), frame)

    @pytest.mark.parametrize("ending", ENDINGS[:3])
    @given(frame=contract_frames.filter(len), names=some_columns)
    @settings(deadline=None, max_examples=50)
    def test_so_do_some_of_the_columns_in_any_order(self, tmp_path_factory, ending, frame, names):
        assert_frame_equal(round_trip(frame[names], tmp_path_factory.mktemp("files"), ending), frame[names])

    @pytest.mark.parametrize("ending", ENDINGS[:3])
    @given(rows=st.lists(st.tuples(st.just("PN1"), st.none() | text), min_size=1), name=other_names)
    @settings(deadline=None, max_examples=50)
    def test_so_do_other_columns_of_text_with_any_name(self, tmp_path_factory, ending, rows, name):
        frame = pd.DataFrame(rows, columns=["sid", name], dtype=frames.TEXT)
        assert_frame_equal(round_trip(frame, tmp_path_factory.mktemp("files"), ending), frame)

    @pytest.mark.parametrize("ending", ENDINGS)
    def test_the_empty_frame(self, tmp_path, ending):
        assert_frame_equal(round_trip(frames.empty(), tmp_path, ending), frames.empty())

    @pytest.mark.parametrize("ending", ENDINGS[:3])
    @pytest.mark.parametrize("names", [[None], ["", None], [None, None, ""], ["a", None]])
    def test_one_column_whose_missing_value_is_an_empty_line(self, tmp_path, ending, names):
        frame = pd.DataFrame({"friendly_name": pd.Series(names, dtype=frames.TEXT)})
        assert_frame_equal(round_trip(frame, tmp_path, ending), frame)

    @pytest.mark.parametrize("ending", ENDINGS[:3])
    def test_a_filtered_frame_comes_back_without_its_index(self, tmp_path, ending, frame):
        some = frame[frame["phone_number"].notna()]
        back = round_trip(some, tmp_path, ending)
        assert_frame_equal(back, some.reset_index(drop=True), check_categorical=False)
        frames.check(back)

    def test_parquet_keeps_unused_categories_and_plain_attrs(self, tmp_path, frame):
        frame.attrs = {"load_report": {"accounts": {"ACa": {"rows": 1, "error": None}}}, "client": object()}
        back = round_trip(frame.iloc[:1], tmp_path, "parquet")
        assert back["account_sid"].cat.categories.tolist() == ["ACa", "ACb"]
        assert back.attrs == {"load_report": {"accounts": {"ACa": {"rows": 1, "error": None}}}}
        assert "client" in frame.attrs

    @pytest.mark.parametrize("ending", ["csv", "jsonl"])
    def test_other_columns_come_back_as_text(self, tmp_path, ending, frame):
        given = frame.assign(score=[1.5, None, 2.0], seen=pd.Timestamp("2020-01-01"), tags=[["a"], None, {"b": 1}])
        back = round_trip(given, tmp_path, ending)
        assert back["score"].tolist()[::2] == ["1.5", "2.0"]
        assert back["seen"].tolist()[0] == "2020-01-01 00:00:00"
        assert back["tags"].tolist()[::2] == ["['a']", "{'b': 1}"]
        assert {str(dtype) for dtype in back[["score", "seen", "tags"]].dtypes} == {str(frames.TEXT)}
        assert back["tags"].isna().tolist() == [False, True, False]

    def test_parquet_keeps_the_dtypes_of_other_columns(self, tmp_path, frame):
        given = frame.assign(score=[1.5, None, 2.0], seen=[True, False, True])
        assert_frame_equal(round_trip(given, tmp_path, "parquet"), given)

    def test_a_line_end_that_the_blocks_of_the_reader_divide(self, tmp_path, monkeypatch):
        monkeypatch.setattr(exports, "_BLOCK", 100)
        for length in range(70, 100):
            frame = pd.DataFrame({"friendly_name": ["x" * length + "\r\n" + "y", "z"]}, dtype=frames.TEXT)
            assert_frame_equal(round_trip(frame, tmp_path, "csv"), frame)

    @pytest.mark.parametrize("ending", ENDINGS[:3])
    def test_long_names_full_of_line_ends_over_many_blocks(self, tmp_path, monkeypatch, ending):
        monkeypatch.setattr(exports, "_BLOCK", 5_000)
        parts = ["\r\n", "\r", "\n", '"', '""', ",", "a", "\r\n\r\n", "😀"]
        names = [
            "".join(parts[(start + step * step) % len(parts)] for step in range(start)) for start in range(600)
        ]
        frame = pd.DataFrame({"sid": "PN1", "friendly_name": names}, dtype=frames.TEXT)
        assert_frame_equal(round_trip(frame, tmp_path, ending), frame)

    @pytest.mark.parametrize("ending", ENDINGS[:3])
    def test_the_frame_is_left_alone(self, tmp_path, ending, frame):
        before = frame.copy(deep=True)
        exports.write(frame, tmp_path / f"x.{ending}")
        assert_frame_equal(frame, before)


class TestWhatOthersSee:
    def test_csv_is_what_any_reader_of_csv_expects(self, tmp_path, frame):
        exports.write_csv(frame, tmp_path / "x.csv")
        with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert list(rows[0]) == list(frames.NAMES)
        assert rows[0]["phone_number"] == "+14155550100"
        assert rows[2]["friendly_name"] == 'a "quoted"\r\nname, '
        assert [row["date_created"] for row in rows] == ["2009-08-21T00:11:24Z", "", "2020-01-01T00:00:00.000120Z"]
        assert [(row["country_code"], row["is_valid"]) for row in rows] == [
            ("1", "true"),
            ("", ""),
            ("44", "false"),
        ]

    def test_csv_tells_missing_from_empty(self, frame):
        file = io.BytesIO()
        exports.write_csv(frame[["sid", "friendly_name"]], file)
        assert file.getvalue().splitlines()[:3] == [b'"sid","friendly_name"', b'"PN1",""', b'"PN2",']

    def test_json_lines_are_objects(self, tmp_path, frame):
        exports.write_json_lines(frame, tmp_path / "x.jsonl")
        rows = [json.loads(line) for line in (tmp_path / "x.jsonl").read_text(encoding="utf-8").splitlines()]
        assert [row["friendly_name"] for row in rows] == ["", None, 'a "quoted"\r\nname, ']
        assert [row["country_code"] for row in rows] == [1, None, 44]
        assert rows[0]["date_created"] == "2009-08-21T00:11:24Z"

    def test_parquet_is_compressed_with_zstandard(self, tmp_path, frame):
        exports.write_parquet(frame, tmp_path / "x.parquet")
        metadata = pyarrow.parquet.read_metadata(tmp_path / "x.parquet")
        assert metadata.row_group(0).column(0).compression == "ZSTD"

    def test_a_csv_with_a_byte_order_mark_and_other_line_ends_is_read(self, tmp_path):
        (tmp_path / "x.csv").write_bytes(b"\xef\xbb\xbfsid,phone_number\r\nPN1,+14155550100\r\n")
        assert exports.read(tmp_path / "x.csv")["phone_number"].tolist() == ["+14155550100"]


class TestOpenFiles:
    @pytest.mark.parametrize("format", ["csv", "jsonl", "parquet"])
    def test_an_open_file_is_written_to_and_left_open(self, tmp_path, frame, format):
        with (tmp_path / "x").open("wb") as file:
            exports.write(frame, file, format=format)
            assert not file.closed
        (tmp_path / "x").rename(tmp_path / f"x.{format}")
        assert_frame_equal(exports.read(tmp_path / f"x.{format}"), frame)

    def test_a_broken_pipe_is_left_to_the_caller(self, frame):
        class Closed(io.RawIOBase):
            def writable(self):
                return True

            def write(self, data):
                raise BrokenPipeError(errno.EPIPE, "Broken pipe")

        with pytest.raises(BrokenPipeError):
            exports.write(frame, Closed(), format="csv")


class TestReplacing:
    def test_an_error_half_way_leaves_the_old_file_and_nothing_else(self, tmp_path):
        path = tmp_path / "x.csv"
        path.write_bytes(b"old")

        def interrupted(error):
            with replacing(path) as file:
                file.write(b"new, but not whole")
                raise error

        for error in (KeyboardInterrupt, ZeroDivisionError):
            with pytest.raises(error):
                interrupted(error)
            assert path.read_bytes() == b"old"
            assert leftovers(tmp_path) == ["x.csv"]

    def test_the_old_file_is_there_until_the_new_one_is_whole(self, tmp_path):
        path = tmp_path / "x.csv"
        path.write_bytes(b"old")
        with replacing(path) as file:
            file.write(b"new")
            assert path.read_bytes() == b"old"
        assert path.read_bytes() == b"new"
        assert leftovers(tmp_path) == ["x.csv"]

    def test_a_new_file_gets_the_mode_that_the_umask_says(self, tmp_path):
        before = os.umask(0o027)
        try:
            with replacing(tmp_path / "x.csv"):
                pass
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "x.csv").stat().st_mode) == 0o640

    def test_an_existing_file_keeps_its_mode(self, tmp_path):
        path = tmp_path / "x.csv"
        path.touch()
        path.chmod(0o604)
        with replacing(path):
            pass
        assert stat.S_IMODE(path.stat().st_mode) == 0o604

    def test_a_symbolic_link_stays_one_and_its_target_is_written(self, tmp_path):
        (tmp_path / "elsewhere").mkdir()
        link = tmp_path / "link.csv"
        for target in (tmp_path / "elsewhere" / "old.csv", tmp_path / "elsewhere" / "new.csv"):
            link.unlink(missing_ok=True)
            link.symlink_to(target)
            with replacing(link) as file:
                file.write(b"new")
            assert link.is_symlink()
            assert target.read_bytes() == b"new"
        assert leftovers(tmp_path) == ["elsewhere", "link.csv"]

    def test_a_device_is_written_to_and_not_replaced(self, frame):
        exports.write(frame, "/dev/null", format="csv")
        assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)

    def test_an_error_of_ours_inside_passes_as_it_is(self, tmp_path):
        error = ExportError("said already")
        with pytest.raises(ExportError) as caught, replacing(tmp_path / "x.csv"):
            raise error
        assert caught.value is error

    def test_a_relative_path(self, tmp_path, monkeypatch, frame):
        monkeypatch.chdir(tmp_path)
        exports.write(frame, "x.csv")
        assert_frame_equal(exports.read("x.csv"), frame)


class TestRefusals:
    @pytest.mark.parametrize("ending", ENDINGS)
    @pytest.mark.parametrize("column", ["friendly_name", "account_name", "note"])
    def test_a_lone_surrogate_is_named_and_the_old_file_left(self, tmp_path, frame, ending, column):
        path = tmp_path / f"x.{ending}"
        path.write_bytes(b"old")
        frame[column] = pd.Series(["a", "b", "half \ud83d pair"], dtype=object)
        with pytest.raises(ContractError) as caught:
            exports.write(frame, path)
        assert "Row 2 " in str(caught.value)
        assert column in str(caught.value)
        assert path.read_bytes() == b"old"
        assert leftovers(tmp_path) == [path.name]

    @pytest.mark.parametrize("path", ["x.xlsx", "x", "x.csv.gz", ".csv"])
    def test_an_unknown_ending_names_the_known_ones(self, frame, tmp_path, path):
        for call in (lambda: exports.write(frame, tmp_path / path), lambda: exports.read(tmp_path / path)):
            with pytest.raises(InvalidParameter, match=r"\.csv, \.parquet or \.jsonl"):
                call()
        assert leftovers(tmp_path) == []

    def test_an_open_file_needs_a_format_that_we_know(self, frame):
        for format in (None, "xlsx"):
            with pytest.raises(InvalidParameter):
                exports.write(frame, io.BytesIO(), format=format)

    @pytest.mark.parametrize("ending", ENDINGS)
    def test_a_missing_folder(self, frame, tmp_path, ending):
        path = tmp_path / "nowhere" / f"x.{ending}"
        for call in (lambda: exports.write(frame, path), lambda: exports.read(path)):
            with pytest.raises(ExportError) as caught:
                call()
            assert str(path) in str(caught.value)

    @pytest.mark.parametrize("ending", ENDINGS)
    def test_a_folder_instead_of_a_file(self, frame, tmp_path, ending):
        path = tmp_path / f"x.{ending}"
        path.mkdir()
        for call in (lambda: exports.write(frame, path), lambda: exports.read(path)):
            with pytest.raises(ExportError, match="folder"):
                call()
        assert leftovers(tmp_path) == [path.name]

    def test_a_file_instead_of_a_folder(self, frame, tmp_path):
        (tmp_path / "file").touch()
        with pytest.raises(ExportError):
            exports.write(frame, tmp_path / "file" / "x.csv")

    @pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS, errno.ENOSPC])
    def test_what_the_system_refuses_is_said_in_one_sentence(self, tmp_path, code):
        path = tmp_path / "x.csv"
        with pytest.raises(ExportError) as caught, replacing(path):
            raise OSError(code, os.strerror(code))
        assert str(path) in str(caught.value)
        assert leftovers(tmp_path) == []

    def test_a_full_device(self, frame):
        with pytest.raises(ExportError, match="No space left"):
            exports.write(frame, "/dev/full", format="csv")

    @pytest.mark.parametrize("ending", ENDINGS)
    @pytest.mark.parametrize(
        "content",
        [
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"name,age\nAnn,7\n",
            b"sid;phone_number\nPN1;+14155550100\n",
            b"sid,phone_number,sid\nPN1,+14155550100,PN2\n",
            b"sid,phone_number\nPN1\n",
            b"sid,country_code\nPN1,one\n",
            b"sid,country_code\nPN1,70000\n",
            b"sid,date_created\nPN1,yesterday\n",
            b"sid,is_valid\nPN1,perhaps\n",
            b"sid,friendly_name\nPN1,\xff\n",
            b"<!DOCTYPE html>\n<html></html>\n",
            b'{"name": "Ann"}\n',
            b'{"sid": 1}\n',
            b'{"sid": "PN1"}\n{"sid": "PN2", "more": 1}\n',
            b'{"sid": "PN1"',
            b"[1]\n",
            b"5\n",
            b"\n",
            b"x" * 200_000,
        ],
    )
    def test_a_file_that_is_not_ours(self, tmp_path, ending, content):
        path = tmp_path / f"x.{ending}"
        path.write_bytes(content)
        with pytest.raises(ExportError) as caught:
            exports.read(path)
        assert str(path) in str(caught.value)
        assert len(str(caught.value)) < 1000

    @pytest.mark.parametrize("ending", ["csv", "parquet"])
    def test_an_empty_file(self, tmp_path, ending):
        (tmp_path / f"x.{ending}").touch()
        with pytest.raises(ExportError):
            exports.read(tmp_path / f"x.{ending}")

    def test_parquet_of_something_else(self, tmp_path):
        pd.DataFrame({"age": [7]}).to_parquet(tmp_path / "x.parquet")
        with pytest.raises(ExportError):
            exports.read(tmp_path / "x.parquet")

    @pytest.mark.parametrize(
        "other",
        [
            pd.DataFrame({"age": [7]}),
            pd.DataFrame(index=[1, 2]),
            pd.DataFrame([["PN1", 7]], columns=["sid", 7]),
            pd.DataFrame([["PN1", "x", "y"]], columns=["sid", "note", "note"]),
        ],
    )
    @pytest.mark.parametrize("ending", ENDINGS)
    def test_a_frame_that_could_not_be_read_back(self, tmp_path, ending, other):
        with pytest.raises(ContractError):
            exports.write(other, tmp_path / f"x.{ending}")
        assert leftovers(tmp_path) == []

    def test_parquet_cannot_hold_a_column_of_mixed_objects(self, tmp_path, frame):
        with pytest.raises(ExportError):
            exports.write(frame.assign(mixed=[1, "a", object()]), tmp_path / "x.parquet")
        assert leftovers(tmp_path) == []

    @pytest.mark.parametrize("ending", ["csv", "jsonl"])
    def test_a_year_that_the_format_of_dates_has_no_room_for(self, tmp_path, frame, ending):
        far = pd.Series([253_402_300_800] * 3).astype("datetime64[s]").dt.tz_localize("UTC")
        with pytest.raises(ContractError, match="Row 0"):
            exports.write(frame.assign(date_updated=far), tmp_path / f"x.{ending}")
