"""Runs of the form that cleans names: pause, stop, go on, undo, finish what was cut off; and what can go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics import cleaning, plans, renames
from callerid_analytics.cleaning import Recipe
from callerid_analytics.client import Client
from callerid_analytics.journal import JournalWriter
from callerid_analytics.loading import load
from callerid_analytics.sandbox import Fault, Sandbox
from callerid_analytics.transport import Retry
from callerid_analytics.widgets import RenameForm
from tests.widgets.conftest import form_threads, pause, until, words

pytestmark = pytest.mark.slow  # a run takes its second, and each of these has some

ROWS = 60
PREFIX = Recipe([cleaning.AddPrefix(text="Acme ")])
SLOW = Fault("latency", seconds=0.05)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(numbers=0, accounts=1) as sandbox:
        for place in range(ROWS):
            sandbox.add_caller_id(f"+141555501{place:02}", friendly_name=f"Line {place}")
        yield sandbox


@pytest.fixture
def frame(client: Client) -> pd.DataFrame:
    return load(client, progress=False)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def form(client: Client, frame: pd.DataFrame, journal: Path) -> RenameForm:
    form = RenameForm(client, frame, journal=journal, pause=pause)
    form.recipe = PREFIX
    return form


def begin(form: RenameForm) -> None:
    form._plan._apply.click()
    form._confirmation._yes.click()


def names(client: Client) -> list[str | None]:
    return sorted(caller_id.friendly_name or "" for caller_id in client.iter_caller_ids())


def prefixed(client: Client) -> int:
    return sum(str(name).startswith("Acme ") for name in names(client))


def act(form: RenameForm, button: int) -> None:
    """Select the latest run, and press a button of the past runs."""
    form._past.select(form._runs["run"][0])
    form._past._buttons[button].click()


SHOW, UNDO, FINISH = 0, 1, 2


def test_a_run_can_be_paused_and_gone_on_with(
    form: RenameForm, sandbox: Sandbox, client: Client, journal: Path
) -> None:
    sandbox.set_faults(SLOW)
    begin(form)
    assert not form._pause_button.disabled
    form._pause_button.click()
    form.wait()
    assert "Paused: " in form.status
    done = prefixed(client)
    assert 0 < done < ROWS
    assert renames.list_runs(journal)["pending"].tolist() == [ROWS - done]  # none is cut off halfway
    assert form.outcome is not None
    assert form.outcome["status"].eq("renamed").sum() == done
    assert not form._go_on_button.disabled
    form._go_on_button.click()
    form.wait()
    assert f"Done: {ROWS} renamed." in form.status
    assert prefixed(client) == ROWS
    assert len(renames.list_runs(journal)) == 1
    assert form._go_on_button.disabled


def test_a_run_that_was_stopped_is_finished_from_the_past_runs(
    form: RenameForm, sandbox: Sandbox, client: Client
) -> None:
    sandbox.set_faults(SLOW)
    begin(form)
    form._stop_button.click()
    form.wait()
    assert "Stopped: " in form.status
    assert form._go_on_button.disabled
    assert f"Not finished: {form.run}" in words(form._past._note.value)
    done = prefixed(client)
    act(form, FINISH)
    assert form._confirmation._yes.description == f"Yes, rename {ROWS - done}"
    assert prefixed(client) == done
    form._confirmation._yes.click()
    form.wait()
    assert prefixed(client) == ROWS
    act(form, FINISH)
    assert "is finished" in form.status


def test_a_past_run_is_looked_at_and_taken_back_after_asking(
    form: RenameForm, client: Client, journal: Path
) -> None:
    before = names(client)
    begin(form)
    form.wait()
    run = form.run
    act(form, UNDO)
    assert f"Take back run {run}: rename {ROWS} caller IDs in 1 account?" in words(form._confirmation._text.value)
    assert prefixed(client) == ROWS
    form._confirmation._yes.click()
    form.wait()
    assert names(client) == before
    assert len(form.plan) == ROWS
    assert form._runs["undoes"].tolist()[0] == run
    form._past.select(str(run))
    form._past._buttons[SHOW].click()
    assert form.run == run
    assert form.outcome is not None
    assert form.outcome["new_name"].str.startswith("Acme ").all()


def test_without_a_run_selected_nothing_is_done(form: RenameForm) -> None:
    for button in form._past._buttons[:3]:
        button.click()
        assert "0 runs are selected" in form.status


def test_closing_the_form_in_the_middle_leaves_a_run_that_a_new_form_finishes(
    form: RenameForm, sandbox: Sandbox, client: Client, frame: pd.DataFrame, journal: Path
) -> None:
    sandbox.set_faults(SLOW)
    begin(form)
    until(lambda: prefixed(client))
    second = RenameForm(client, frame, journal=journal, pause=pause)  # as running the cell again does
    assert form_threads() == []
    assert "closed" in form.status
    assert "Not finished: " in words(second._past._note.value)
    sandbox.set_faults()
    act(second, FINISH)
    second._confirmation._yes.click()
    second.wait()
    assert prefixed(client) == ROWS


def test_what_goes_wrong_is_counted_beside_the_bar(form: RenameForm, client: Client, frame: pd.DataFrame) -> None:
    client.rename_caller_id(frame["sid"][0], "Elsewhere")
    seen: list[str] = []
    form._troubles.observe(lambda change: seen.append(words(change["new"])), "value")
    begin(form)
    form.wait()
    assert "1 drifted" in form.status
    assert "1 drifted" in seen


def test_a_journal_in_use_is_a_sentence_and_nothing_is_sent(
    form: RenameForm, client: Client, journal: Path
) -> None:
    with JournalWriter(journal):
        begin(form)
        form.wait()
    assert "A run is going on with the journal" in words(form.status)
    assert prefixed(client) == 0
    begin(form)
    form.wait()
    assert prefixed(client) == ROWS


def test_a_wrong_token_is_a_sentence_that_does_not_show_it(
    sandbox: Sandbox, frame: pd.DataFrame, journal: Path
) -> None:
    wrong = 32 * "e"
    retry = Retry(attempts=2, base=0.001, cap=0.01)
    with Client(sandbox.account_sid, wrong, base_url=sandbox.url, retry=retry) as client:
        form = RenameForm(client, frame, journal=journal, pause=pause)
        form.recipe = PREFIX
        begin(form)
        form.wait()
        assert "resume that run" in words(form.status)
        assert wrong not in form.status
        assert form._runs["pending"].tolist() == [ROWS]
        assert not form.is_busy


def test_a_file_that_is_no_journal_is_said_when_the_form_opens(
    client: Client, frame: pd.DataFrame, tmp_path: Path
) -> None:
    (tmp_path / "text").write_text("This is no journal.")
    form = RenameForm(client, frame, journal=tmp_path / "text", pause=pause)
    assert "is not a journal" in words(form.status)


def test_two_things_at_once_are_refused(form: RenameForm, sandbox: Sandbox) -> None:
    sandbox.set_faults(SLOW)
    begin(form)
    form._clusters._find.click()
    assert "under way" in form.status
    form._stop_button.click()
    form.wait()
    assert form._clusters.clusters is None


def test_a_run_that_deletes_is_shown_and_not_finished_here(
    form: RenameForm, client: Client, frame: pd.DataFrame, journal: Path
) -> None:
    def stop(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    plan = plans.plan_deletions(frame, reason="left")
    with pytest.raises(KeyboardInterrupt):
        renames.apply_plan(plan, client, journal=journal, confirm_deletions=ROWS, progress=stop)
    form._past._buttons[3].click()
    act(form, SHOW)
    assert form._tables._outcome.page["new_name"].isna().all()
    act(form, FINISH)
    assert "deletes" in words(form.status)
    act(form, UNDO)
    assert "cannot be undone" in words(form.status)
