"""The journal: what it keeps, who may work by it, and what it says when it cannot be used."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics import settings
from callerid_analytics.errors import JournalBusy, JournalError
from callerid_analytics.journal import Entry, Journal, JournalWriter, Outcome, Run
from tests.forking import Forking

ACCOUNT = "AC" + 32 * "0"
HOST = "https://api.twilio.com"


def entry(number: int, **changes: str | None) -> Entry:
    usual = Entry(f"PN{number:032x}", ACCOUNT, f"+1415555{number:04}", "Old", f"New {number}", "trim", None, None)
    return usual._replace(**changes)


def begin(journal: JournalWriter, rows: int = 3, run: str = "20261122-051708-3f9a", **options: object) -> Run:
    begun = Run(run, "rename", HOST, ACCOUNT, None, "1.0")
    journal.begin(begun, [entry(number) for number in range(rows)], **options)  # type: ignore[arg-type] # any option
    return begun


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def test_a_row_is_planned_then_sending_then_settled(path: Path) -> None:
    with JournalWriter(path) as journal:
        run = begin(journal).run
        assert [row.position for row in journal.pending(run)] == [0, 1, 2]
        journal.intend(run, 1)
        assert [(row.position, row.attempts) for row in journal.unknown(run)] == [(1, 1)]
        journal.settle(run, 1, Outcome("renamed", request_id="RQ1"))
        assert [row.position for row in journal.pending(run)] == [0, 2]
        assert journal.unknown(run) == []
        rows = journal.rows(run)
    assert rows["status"].tolist()[1] == "renamed"
    assert rows["request_id"].tolist()[1] == "RQ1"
    assert rows["status"].isna().tolist() == [True, False, True]
    assert str(rows["at"].dtype) == "datetime64[us, UTC]"


def test_a_failure_that_may_pass_is_still_to_be_done(path: Path) -> None:
    with JournalWriter(path) as journal:
        run = begin(journal, 2).run
        journal.settle(run, 0, Outcome("failed", "Twilio failed.", may_pass=True))
        journal.settle(run, 1, Outcome("failed", "Twilio refused."))
        assert [row.position for row in journal.pending(run)] == [0]


def test_a_run_is_over_when_its_last_row_is_settled(path: Path) -> None:
    with JournalWriter(path) as journal:
        run = begin(journal, 2).run
        for position in range(2):
            journal.end(run)
            assert journal.runs()["ended"].isna().all()
            journal.settle(run, position, Outcome("renamed"))
        journal.end(run)
        listed = journal.runs().iloc[0]
    assert listed["ended"] >= listed["begun"]
    assert (listed["rows"], listed["renamed"], listed["pending"]) == (2, 2, 0)


def test_texts_are_kept_as_they_are(path: Path) -> None:
    names = ["", "é", "e\u0301", "a\x00b", "👩‍👩‍👧", "'; DROP TABLE rows; --", None]
    with JournalWriter(path) as journal:
        run = Run("r", "rename", HOST, ACCOUNT, None, "1.0")
        journal.begin(run, [entry(number, new_name=name) for number, name in enumerate(names)])
        assert [row.new_name for row in journal.pending("r")] == names
        assert journal.rows("r")["new_name"].isna().tolist() == [name is None for name in names]


def test_a_run_is_written_down_whole_or_not_at_all(path: Path) -> None:
    def entries() -> object:
        yield entry(0)
        raise RuntimeError("in the middle")

    with JournalWriter(path) as journal:
        with pytest.raises(RuntimeError):
            journal.begin(Run("r", "rename", HOST, ACCOUNT, None, "1.0"), entries())  # type: ignore[arg-type] # breaks
        assert journal.runs().empty
        begin(journal)
        with pytest.raises(JournalError):  # the id is taken
            begin(journal)
        assert len(journal.runs()) == 1


def test_ids_are_unique_and_readable(path: Path) -> None:
    with JournalWriter(path) as journal:
        first = begin(journal, run=journal.new_run_id()).run
        assert pd.Series([first]).str.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{4}").all()
        assert journal.new_run_id() != first


def test_what_threads_bring_together_is_all_written(path: Path) -> None:
    with JournalWriter(path) as journal:
        run = begin(journal, 300).run
        with ThreadPoolExecutor(30) as pool:
            list(pool.map(lambda position: journal.intend(run, position), range(300)))
            assert len(journal.unknown(run)) == 300
            list(pool.map(lambda position: journal.settle(run, position, Outcome("renamed")), range(300)))
    with Journal(path) as journal_again:
        assert journal_again.rows(run)["status"].eq("renamed").all()


def test_an_intent_is_on_disk_when_it_returns(path: Path) -> None:
    with JournalWriter(path) as journal:
        run = begin(journal, 1).run
        journal.intend(run, 0)
        with Journal(path) as other:  # as another process would see it
            assert len(other.unknown(run)) == 1
        assert journal._connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
        assert journal._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


# Who may work by it


def test_only_one_may_work_by_a_journal(path: Path) -> None:
    with JournalWriter(path):
        with pytest.raises(JournalBusy, match="going on"), JournalWriter(path):
            pass
        with ThreadPoolExecutor(1) as pool, pytest.raises(JournalBusy, match="going on"):
            pool.submit(JournalWriter(path).__enter__).result()
    with JournalWriter(path):
        pass


def test_a_refusal_does_not_open_the_way_for_another_process(path: Path, forking: Forking) -> None:
    try_it = (
        "from callerid_analytics.journal import JournalWriter\n"
        "try: JournalWriter(arguments[0]).__enter__()\n"
        "except Exception as error: print(type(error).__name__)"
    )
    with JournalWriter(path):
        with pytest.raises(JournalBusy), JournalWriter(path):
            pass
        assert forking.run(try_it, path) == "JournalBusy\n"


def test_a_journal_is_busy_under_any_of_its_names(path: Path) -> None:
    alias = path.with_name("alias.sqlite")
    with JournalWriter(path):
        alias.symlink_to(path)
        with pytest.raises(JournalBusy), JournalWriter(alias):
            pass


def test_the_lock_ends_with_its_process(path: Path, forking: Forking) -> None:
    told = path.with_name("told")
    os.mkfifo(told)
    forking.start(
        "import signal; from callerid_analytics.journal import JournalWriter; "
        "JournalWriter(arguments[0]).__enter__(); open(arguments[1], 'w').close(); signal.pause()",
        path,
        told,
    )
    with told.open():  # which it opens once it has the lock
        pass
    with pytest.raises(JournalBusy), JournalWriter(path):
        pass
    forking.send(signal.SIGKILL)
    assert forking.wait() == -signal.SIGKILL
    with JournalWriter(path) as journal:
        assert journal.runs().empty


def test_a_journal_is_read_while_it_is_written(path: Path) -> None:
    with JournalWriter(path) as journal:
        run = begin(journal).run
        seen: list[int] = []
        over = threading.Event()

        def look() -> None:
            while not over.is_set():
                with Journal(path) as reading:
                    seen.append(int(reading.runs()["renamed"].item()))

        with ThreadPoolExecutor(1) as pool:
            looking = pool.submit(look)
            for _ in range(20):
                for position in range(3):
                    journal.intend(run, position)
                    journal.settle(run, position, Outcome("renamed"))
            over.set()
            looking.result()
    assert set(seen) <= {0, 1, 2, 3}


# What cannot be used


def test_a_journal_is_its_owners_alone(path: Path) -> None:
    with JournalWriter(path) as journal:
        begin(journal)
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert len(modes) >= 3
    assert set(modes.values()) == {0o600}


def test_reading_makes_no_file(path: Path) -> None:
    with pytest.raises(JournalError, match="no journal"), Journal(path):
        pass
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("content", [b"sid,friendly_name\n" * 100, b"SQLite format 3\x00" + 200 * b"\xff"])
def test_a_file_of_something_else_is_refused_and_left_alone(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    for opened in (Journal(path), JournalWriter(path)):
        with pytest.raises(JournalError, match="not a journal"), opened:
            pass
    assert path.read_bytes() == content


def test_another_programs_database_is_refused_and_left_alone(path: Path) -> None:
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE rows (run)")
    other.close()
    before = path.read_bytes()
    for opened in (Journal(path), JournalWriter(path)):
        with pytest.raises(JournalError, match="not a journal"), opened:
            pass
    assert path.read_bytes() == before


def test_a_journal_of_a_newer_version_is_refused(path: Path) -> None:
    with JournalWriter(path) as journal:
        journal._connection.execute("PRAGMA user_version = 2")
    for opened in (Journal(path), JournalWriter(path)):
        with pytest.raises(JournalError, match="newer version"), opened:
            pass


def test_a_journal_whose_making_was_cut_off_is_made_again(path: Path) -> None:
    path.touch()
    with JournalWriter(path) as journal:
        assert journal.runs().empty


def test_a_folder_that_is_not_there_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(JournalError, match="no folder"), JournalWriter(tmp_path / "nowhere" / "journal.sqlite"):
        pass
    with pytest.raises(JournalError, match="cannot be written"), JournalWriter(tmp_path):
        pass


def test_a_run_that_is_not_there_is_one_clear_error(path: Path) -> None:
    with JournalWriter(path) as journal, pytest.raises(JournalError, match="no run '20261122'"):
        journal.run("20261122")


LIMITED = """
import resource
from callerid_analytics.errors import JournalError
from callerid_analytics.journal import JournalWriter
from tests.test_journal import begin
with JournalWriter(arguments[0]) as journal:
    run = begin(journal, 500).run
    size = resource.RLIMIT_FSIZE
    resource.setrlimit(size, (500_000, resource.getrlimit(size)[1]))
    for position in range(500):
        try:
            journal.intend(run, position)
        except JournalError as error:
            print(position, error)
            break
    resource.setrlimit(size, (resource.getrlimit(size)[1],) * 2)
    assert len(journal.unknown(run)) == position, "an intent was lost, or one that failed was kept"
    journal.intend(run, position)
"""


def test_on_a_full_disk_an_intent_is_refused_and_none_is_lost(path: Path, forking: Forking) -> None:
    position, _, message = forking.run(LIMITED, path).partition(" ")
    assert 0 < int(position) < 499
    assert message.startswith(f"The journal {path} cannot be written: ")


UNWRITABLE = """
import os
from callerid_analytics.errors import JournalError
from callerid_analytics.journal import JournalWriter
os.getuid() or os.setuid(65534)  # root may write anywhere
try:
    JournalWriter(arguments[0]).__enter__()
except JournalError as error:
    print(error)
"""


def test_a_folder_that_may_not_be_written_is_one_clear_error(forking: Forking) -> None:
    with tempfile.TemporaryDirectory() as folder:  # one that others may enter, unlike tmp_path
        Path(folder).chmod(0o555)
        said = forking.run(UNWRITABLE, Path(folder, "journal.sqlite"))
    assert said.startswith(f"The journal {Path(folder, 'journal.sqlite')} cannot be written: Permission denied.")


def test_the_usual_place_is_made_when_it_is_first_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = tmp_path / "data" / "callerid-analytics" / "journal.sqlite"
    monkeypatch.setattr(settings, "default_journal", lambda: usual)
    with pytest.raises(JournalError, match="no journal"), Journal():
        pass
    assert not usual.parent.exists()
    with JournalWriter() as journal:
        begin(journal)
    with Journal() as journal_again:
        assert len(journal_again.runs()) == 1
    assert stat.S_IMODE(usual.parent.stat().st_mode) == 0o700


def test_the_usual_place_is_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert settings.default_journal().name == "journal.sqlite"
    assert "callerid-analytics" in settings.default_journal().parts


def test_closing_a_run_gives_up_what_was_not_sent(path: Path) -> None:
    with JournalWriter(path) as journal:
        run = begin(journal, 5).run
        journal.settle(run, 0, Outcome("renamed"))
        journal.intend(run, 1)
        journal.intend(run, 2)
        journal.settle(run, 3, Outcome("failed", "Twilio failed.", may_pass=True))
        begin(journal, 1, "undoes it", closing=[run], not_done=[(run, 2)])
        assert journal.pending(run) == []
        rows = journal.rows(run)
        listed = journal.runs().iloc[0]
    assert rows["status"].tolist() == ["renamed", "failed", "skipped", "failed", "skipped"]
    assert listed["pending"] == 0
    assert pd.notna(listed["ended"])


def test_closing_some_rows_leaves_the_others(path: Path) -> None:
    with JournalWriter(path) as journal:
        run = begin(journal, 3).run
        begin(journal, 1, "undoes one", closing=[run], sids=[entry(1).sid])
        assert [row.position for row in journal.pending(run)] == [0, 2]
        assert journal.rows(run)["status"].tolist()[1] == "skipped"
        assert journal.runs()["ended"].isna().tolist() == [True, True]
