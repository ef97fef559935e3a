"""What a real spreadsheet makes of our files: LibreOffice opens them and saves them again."""

import csv
import subprocess
from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics import frames
from callerid_analytics.spreadsheets import read_spreadsheet_csv, write_spreadsheet_csv, write_xlsx
from tests.spreadsheet_probes import FORMULAS, NAMES, VALUES

pytestmark = [pytest.mark.slow, pytest.mark.libreoffice]

# The tokens are delimiter, quote, encoding (76 is UTF-8), first line, columns, language, whether quoted cells are
# text, and whether dates and scientific numbers are looked for, as a person may ask for in the dialogue.
# https://help.libreoffice.org/latest/en-US/text/shared/guide/csv_params.html
CSV = "{delimiter},34,76,1,,{language},false,true"
TEXTS = [
    text
    for text in [
        *FORMULAS,
        *VALUES,
        *NAMES,
        "'quoted'",
        'a","=1+1',
        "a;=1+1",
        "a\n=1+1",
        "it's",
        "  two  ",
        "ünïcödé 😀",
    ]
    if "\0" not in text and "\r" not in text
]


@pytest.fixture(scope="module")
def profile(tmp_path_factory):
    return tmp_path_factory.mktemp("profile")


@pytest.fixture
def frame():
    count = len(TEXTS)
    columns = {
        "sid": [f"PN{place:032x}" for place in range(count)],
        "phone_number": [f"+1415555{place:04}" for place in range(100, 100 + count)],
        "friendly_name": TEXTS,
        "date_created": [
            pd.Timestamp("2009-08-21 00:11:24.000120" if place else "2009-08-21 00:11:24", tz="UTC")
            for place in range(count)
        ],
        "country_code": 1,
        "is_valid": True,
    }
    return frames.convert_columns(pd.DataFrame(columns))


def converted(source, to, profile, *, folder="again", language=1033, delimiter=44):
    """Open a file in LibreOffice and save it in another format."""
    tokens = CSV.format(delimiter=delimiter, language=language)
    command = ["soffice", f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    if source.suffix == ".csv":
        command.append(f"--infilter=CSV:44,34,76,1,,{language},false,true")
    target = f"csv:Text - txt - csv (StarCalc):{tokens}" if to == "csv" else to
    out = source.parent / folder
    run = subprocess.run(
        [*command, "--convert-to", target, "--outdir", str(out), str(source)],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    result = Path(out, source.stem).with_suffix(f".{to}")
    assert result.is_file(), run.stdout + run.stderr
    return result


@pytest.mark.parametrize(("language", "delimiter"), [(1033, 44), (1031, 59), (1036, 9), (1049, 59), (1041, 44)])
def test_csv_comes_back_as_it_was(tmp_path, profile, frame, language, delimiter):
    write_spreadsheet_csv(frame, tmp_path / "x.csv")
    again = converted(tmp_path / "x.csv", "csv", profile, language=language, delimiter=delimiter)
    pd.testing.assert_frame_equal(read_spreadsheet_csv(again), frame)


def test_csv_that_becomes_a_workbook_comes_back_as_it_was(tmp_path, profile, frame):
    write_spreadsheet_csv(frame, tmp_path / "x.csv")
    again = converted(converted(tmp_path / "x.csv", "xlsx", profile), "csv", profile)
    pd.testing.assert_frame_equal(read_spreadsheet_csv(again), frame)


def test_a_workbook_holds_every_text_and_evaluates_none(tmp_path, profile, frame):
    write_xlsx(frame, tmp_path / "x.xlsx")
    with converted(tmp_path / "x.xlsx", "csv", profile).open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for name in ("sid", "phone_number", "friendly_name"):
        assert [row[name] for row in rows] == frame[name].tolist()
    assert {row["date_created (UTC)"] for row in rows} == {"2009-08-21 00:11:24"}
    assert {(row["country_code"], row["is_valid"]) for row in rows} == {("1", "TRUE")}


def test_the_spreadsheet_of_these_tests_does_evaluate(tmp_path, profile):
    (tmp_path / "x.csv").write_text('"=1+1","00123","3/4/2020"\n')
    assert converted(tmp_path / "x.csv", "csv", profile).read_text(encoding="utf-8-sig").startswith("2,123,")
