"""All forms over one frame: what passes from one to the other, whose account it is, and the end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics import cleaning, load, renames
from callerid_analytics.client import Client
from callerid_analytics.sandbox import Fault, Sandbox
from callerid_analytics.transport import Retry
from callerid_analytics.widgets import App, RenameForm, VerifyForm
from tests.widgets.conftest import pause, until, words


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(numbers=120, accounts=3, seed=7) as sandbox:
        yield sandbox


@pytest.fixture
def app(client: Client, tmp_path: Path) -> Iterator[App]:
    app = App(client, journal=tmp_path / "journal.sqlite", pause=pause)
    app.wait()
    yield app
    app.close()


def tab(app: App) -> str:
    return str(app._tabs.titles[app._tabs.selected_index])


def test_every_form_has_the_same_caller_ids(app: App, client: Client) -> None:
    expected = load(client, accounts="all", progress=False)
    pd.testing.assert_frame_equal(app.frame, expected, check_flags=False)
    pd.testing.assert_frame_equal(app.browser.frame, expected, check_flags=False)
    assert words(app.status).startswith("120 caller IDs of 3 accounts, loaded at ")


def test_a_sandbox_is_said_to_be_practice(app: App, client: Client) -> None:
    said = words(app._connection.value)
    assert said.startswith("PRACTICE ACCOUNT: nothing is real")
    assert client.fetch_account().friendly_name in said
    assert client.account_sid in said
    assert f"{client.base_url}/sandbox/" in app._where_it_rings.value


def test_what_is_no_sandbox_is_said_to_be_live(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Client.from_env(sandbox.environ) as client:
        monkeypatch.setattr(client, "is_practice", lambda: False)  # no test reaches the real one
        app = App(client, journal=tmp_path / "journal.sqlite", pause=pause)
        app.wait()
        assert words(app._connection.value).startswith("LIVE ACCOUNT: changes are real")
        assert not app._where_it_rings.value
        app.close()


def test_a_server_that_is_not_there_is_not_taken_for_practice() -> None:
    with Client("AC" + 32 * "0", "a token", base_url="http://127.0.0.1:9", retry=Retry(attempts=1)) as client:
        assert client.is_practice() is False
    with Client("AC" + 32 * "0", "a token") as client:
        assert client.is_practice() is False, "and Twilio is not even asked"


def test_the_token_is_nowhere(app: App, sandbox: Sandbox) -> None:
    states = [widget.get_state() for widget in every_widget(app)]
    assert states
    assert sandbox.auth_token not in repr(states)
    assert sandbox.auth_token not in repr(app)


def every_widget(widget: object) -> list[object]:
    inside = [found for child in getattr(widget, "children", ()) for found in every_widget(child)]
    return [widget, *inside]


def test_rows_selected_in_the_browser_go_to_the_rename_form(app: App) -> None:
    sids = app.frame["sid"].head(3).tolist()
    app.browser._table.select(sids)
    app.browser._rename.click()
    assert tab(app) == "Rename"
    app.rename.recipe = cleaning.Recipe([cleaning.AddPrefix(text="Old ")])
    until(lambda: len(app.rename.plan))
    assert set(app.rename.plan["sid"]) <= set(sids)


def test_rows_of_findings_go_to_the_rename_form(app: App) -> None:
    app.audit._begin_audit.click()
    app.audit.wait()
    about = app.audit.selected["sid"].tolist()
    app.audit._rename.click()
    assert tab(app) == "Rename"
    app.rename.recipe = cleaning.Recipe([cleaning.AddPrefix(text="Old ")])
    until(lambda: len(app.rename.plan))
    assert set(app.rename.plan["sid"]) <= set(about)


def test_after_a_rename_all_forms_show_the_new_names(app: App, client: Client, tmp_path: Path) -> None:
    sid = app.frame.loc[app.frame["account_sid"] == client.account_sid, "sid"].iloc[0]
    client.rename_caller_id(sid, "Another name")
    app._reload.click()
    app.wait()
    names = app.browser.frame.set_index("sid")["friendly_name"]
    assert names[sid] == "Another name"
    assert app.frame.set_index("sid")["friendly_name"][sid] == "Another name"


def test_a_load_that_fails_is_a_sentence_and_keeps_what_was_there(app: App, sandbox: Sandbox) -> None:
    before = app.frame
    sandbox.set_faults(Fault("error", rate=1.0))
    app._reload.click()
    app.wait()
    assert app.frame is before
    assert "could not be" in words(app.status) or "500" in words(app.status)
    sandbox.set_faults()
    app._reload.click()
    app.wait()
    assert words(app.status).startswith("120 caller IDs")


def test_closing_ends_every_form(app: App) -> None:
    forms = app.forms
    app.close()
    assert not any(form.is_running for form in forms)
    assert all("closed" in words(form.status) for form in forms)


def test_another_app_for_the_same_client_stops_the_earlier_one(app: App, client: Client, tmp_path: Path) -> None:
    other = App(client, journal=tmp_path / "journal.sqlite", pause=pause)
    other.wait()
    app._reload.click()
    assert "run its cell again" in words(app.status)
    assert len(other.frame) == 120
    other.close()


def test_forms_of_other_cells_go_on_beside_the_app(app: App, client: Client, tmp_path: Path) -> None:
    verify = VerifyForm(client, pause=pause)
    rename = RenameForm(client, app.frame, journal=tmp_path / "journal.sqlite", pause=pause)
    other = App(client, journal=tmp_path / "journal.sqlite", pause=pause)
    other.wait()
    assert not any("closed" in words(form.status) for form in (verify, rename, *other.forms))
    assert all("closed" in words(form.status) for form in app.forms), "the earlier app's"


def test_nothing_is_changed_by_looking(app: App, client: Client, tmp_path: Path) -> None:
    app.audit._begin_audit.click()
    app.audit.wait()
    assert not (tmp_path / "journal.sqlite").exists() or renames.list_runs(tmp_path / "journal.sqlite").empty
    pd.testing.assert_frame_equal(load(client, accounts="all", progress=False), app.frame, check_flags=False)
