"""What is said about speed: every number in the README is in a table, and the table is written as it should be."""

from __future__ import annotations

import ast
import doctest
import os
import re
import select
import sys
from pathlib import Path
from types import ModuleType

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

import claims
import estates
import quoting
import table
from claims import Claim
from running import Limits, Run

from callerid_analytics import frames

ROOT = Path(__file__).parent.parent
BENCHMARKS = ROOT / "benchmarks"
README = (ROOT / "README.md").read_text(encoding="utf-8")
SECTION = README[README.index("## How fast it is") : README.index("## More")]
SHARED = {"bare", "claims", "estates", "quoting", "running", "table"}
SCRIPTS = {path.stem: path for path in BENCHMARKS.glob("*.py") if path.stem not in SHARED}
NUMBER = re.compile(r"\d[\d,.]*\d|\d")


def results(name: str) -> str:
    return (BENCHMARKS / name).read_text(encoding="utf-8")


# What is quoted


def quotations(readme: str) -> list[quoting.Line]:
    return [line for line in quoting.lines(readme) if line.document and line.columns]


def what_is_wrong(readme: str) -> list[str]:
    """Return the rows, and the numbers beside them, that the documents quoted from do not hold."""
    wrong = []
    for line in quotations(readme):
        assert line.document is not None
        cells = quoting.cells(line.text)
        row = quoting.rows_of(results(line.document)).get(cells[:2], {})
        if [row.get(column) for column in line.columns] != list(cells):
            wrong.append(line.text)
    for line in quoting.lines(readme):
        if line.document and not line.text.startswith("|"):
            said = NUMBER.findall(re.sub(r"\]\(.*?\)", "", line.text))
            wrong += sorted({*said} - {*NUMBER.findall(results(line.document))})
    return wrong


def test_every_number_about_speed_in_the_readme_is_in_the_table_it_is_quoted_from() -> None:
    assert 5 <= len(quotations(README)) <= 20
    assert what_is_wrong(README) == []


def test_each_number_that_is_changed_in_the_readme_would_be_noticed() -> None:
    for line in quotations(README):
        for cell in quoting.cells(line.text)[1:]:
            for number in NUMBER.findall(cell):
                changed = line.text.replace(cell, cell.replace(number, f"{number}7"))
                assert what_is_wrong(README.replace(line.text, changed)), changed
    assert what_is_wrong(re.sub(r"Measured on \d{4}", "Measured on 1999", README))


def test_the_readme_says_nowhere_else_how_much_faster_it_is() -> None:
    assert not re.search(r"\d[\d,.]* times", README.replace(SECTION, ""))


@pytest.mark.parametrize("name", ["RESULTS.md", "RESULTS-BIG.md"])
def test_the_readme_is_up_to_date_with_each_table(name: str) -> None:
    assert name in SECTION
    assert quoting.quoted(README, name, results(name)) == README


@pytest.mark.parametrize("name", ["RESULTS.md", "RESULTS-BIG.md"])
def test_no_two_rows_of_a_table_are_named_alike(name: str) -> None:
    lines = [line for line in quoting.lines(results(name)) if line.columns]
    assert len(quoting.rows_of(results(name))) == len(lines)


# The scripts


def test_make_bench_runs_every_script() -> None:
    assert {run.script for ladder in table.SMALL for run in ladder} == {*SCRIPTS}
    assert {run.script for ladder in table.BIG for run in ladder} <= {*SCRIPTS}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_explains_itself_and_how_it_is_used(script: str) -> None:
    text = SCRIPTS[script].read_text(encoding="utf-8")
    usage = re.search(
        rf"^Usage: python benchmarks/{script}\.py(.*)$", ast.get_docstring(ast.parse(text)) or "", re.M
    )
    assert usage is not None
    assert {*re.findall(r"--[a-z-]+", usage[1])} == {*re.findall(r'add_argument\("(--[a-z-]+)"', text)}


@pytest.mark.parametrize("run", [run for plan in (table.SMALL, table.BIG) for ladder in plan for run in ladder])
def test_a_script_knows_the_options_that_it_is_given(run: Run) -> None:
    text = SCRIPTS[run.script].read_text(encoding="utf-8")
    assert {*re.findall(r"--[a-z-]+", run.options)} <= {*re.findall(r'add_argument\("(--[a-z-]+)"', text)}


@pytest.mark.parametrize("module", [claims, quoting])
def test_the_examples_run(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted
    assert not found.failed


# Claims


def test_a_claim_says_of_each_of_its_targets_whether_it_is_met() -> None:
    claim = Claim(
        what="load",
        size="200,000 rows",
        ours=1.5,
        peer=90,
        peer_is="SDK",
        floor=0.7,
        floor_is="only fetched",
        memory=1234.5,
        target=2,
        peer_target=40,
        floor_target=2,
        memory_target=1200,
    )
    assert claims.row(claim.cells()) == (
        "| load | 200,000 rows | 1.5 s | 90 s (SDK) | 0.7 s (only fetched) | 60 | 2.14 "
        "| at least 40 times the peer's speed: met; at most 2 times the floor: **missed**; at most 2 s: met; "
        "at most 1,200 MB: **missed** | 1,234 MB |"
    )


@pytest.mark.parametrize(("ours", "verdict"), [(0.85, "met"), (0.8499, "**missed**")])
def test_a_target_is_judged_by_the_number_that_was_measured_not_by_the_one_written(
    ours: float, verdict: str
) -> None:
    claim = Claim(what="share", size="", ours=ours, unit="", target=0.85, more_is_better=True)
    assert claims.number(ours) == "0.85"
    assert claim.targets() == [f"at least 0.85: {verdict}"]


def test_medians_are_of_rounds_in_turn() -> None:
    done: list[str] = []
    found = claims.medians({"ours": lambda: done.append("ours"), "peer": lambda: done.append("peer")}, 3)
    assert done == ["ours", "peer"] * 3
    assert {*found} == {"ours", "peer"}


# Running


CLAIMING = """
import sys
with open(sys.argv[sys.argv.index("--results") + 1], "a") as results:
    print('{"what": "something", "size": "of a size", "ours": 2}', file=results)
"""


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    (folder / "good.py").write_text(CLAIMING)
    (folder / "bad.py").write_text(f"{CLAIMING}\nsys.exit(3)")
    (folder / "endless.py").write_text(f"{CLAIMING}\nimport subprocess\nwhile True: subprocess.run(['true'])")
    return folder


def cells(what: str, ours: str) -> list[str]:
    return [what, "" if what.startswith("`") else "of a size", ours, *[""] * (len(claims.COLUMNS) - 3)]


def test_a_script_that_fails_is_told_beside_what_the_others_claim(scripts: Path) -> None:
    rows, failed = table.run_all([(Run("bad"),), (Run("good", "--rows 5"),)], scripts)
    assert [*map(list, rows)] == [
        cells("something", "2 s"),
        cells("`bad.py`", "**failed with exit code 3**"),
        cells("something", "2 s"),
    ]
    assert failed == ["bad.py"]


@pytest.mark.parametrize(
    ("limits", "why"),
    [
        (Limits(seconds=0), "stopped after 0 minutes"),
        (Limits(memory=2**20), "stopped at 0.000977 GiB of memory"),
    ],
)
def test_what_takes_too_long_or_too_much_is_stopped_and_the_next_smaller_size_tried(
    scripts: Path, limits: Limits, why: str
) -> None:
    ladder = (Run("endless", "--rows 10"), Run("endless", "--rows 5"))
    rows, failed = table.run_all([ladder], scripts, limits=limits)
    told = [row for row in rows if row[0].startswith("`")]
    assert told == [cells(f"`{run.command}`", f"**{why}**") for run in ladder]
    assert failed == []


def test_the_larger_size_that_ends_is_the_last_that_is_tried(scripts: Path) -> None:
    rows, _ = table.run_all([(Run("good", "--rows 10"), Run("good", "--rows 5"))], scripts)
    assert [*map(list, rows)] == [cells("something", "2 s")]


def test_nothing_that_a_script_has_started_outlives_it(scripts: Path, tmp_path: Path) -> None:
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reading = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    child = f"import signal; held = open({str(fifo)!r}, 'w'); print('begun', flush=True); signal.pause()"
    (scripts / "leaving.py").write_text(
        f"import subprocess, sys\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}], stdout=subprocess.PIPE).stdout.readline()\n"
    )
    _, failed = table.run_all([(Run("leaving"),)], scripts)
    ended, _, _ = select.select([reading], [], [], 10)
    os.close(reading)
    assert (ended, failed) == ([reading], [])


def test_a_document_is_written_and_what_the_readme_quotes_of_it_brought_up_to_date(scripts: Path) -> None:
    readme = scripts.parent / "README.md"
    row = claims.row(Claim(what="load", size="5 rows", ours=3, memory=50).cells())
    document = f"# Results\n\nMeasured on 2026-11-22.\n\n{claims.HEAD}\n{row}\n"
    text = """Measured on Monday.

From [the one](benchmarks/RESULTS.md):

Measured on {}.

| what | size | peak memory |
| --- | --- | --- |
| load | 5 rows | {} |
| gone | 5 rows | 7 MB |

From [the other](benchmarks/RESULTS-BIG.md):

Measured on Tuesday.

| what | size | ours |
| --- | --- | --- |
| load | 5 rows | 1 s |
"""
    readme.write_text(text.format("2020-01-01", "7 MB"), encoding="utf-8")
    table.write(document, "RESULTS.md", scripts)
    assert (scripts / "RESULTS.md").read_text(encoding="utf-8") == document
    assert readme.read_text(encoding="utf-8") == text.format("2026-11-22", "50 MB")


# The rows that are measured


@pytest.mark.slow
def test_an_estate_has_sids_and_numbers_of_its_own_and_obeys_the_contract() -> None:
    frame = estates.estate(100_000)
    practice, copies = frame.head(estates.PRACTICE_ROWS), frame.iloc[estates.PRACTICE_ROWS :]
    frames.check(frame)
    assert len(frame) == frame["sid"].nunique() == 100_000
    assert copies["phone_number"].isin(practice["phone_number"]).mean() < 0.001
    shared = 1 - practice["phone_number"].nunique() / len(practice)
    assert abs(1 - copies["phone_number"].nunique() / len(copies) - shared) < 0.01
    assert frame["is_valid"].mean() > 0.97
    assert frame["friendly_name"].nunique() > 50_000
