"""The app in JupyterLab, and as the page that `callerids app` serves: from a search to a new name."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Locator, expect

from callerid_analytics import load
from callerid_analytics.client import Client
from callerid_analytics.sandbox import Sandbox
from tests.browser import jupyter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = (
    "from callerid_analytics import Client\nfrom callerid_analytics.widgets import App",
    "App(Client.from_env(), journal='names.sqlite')",
)


@pytest.mark.parametrize("where", ["lab", "page"])
def test_a_number_is_found_and_renamed(
    where: str, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(numbers=400, accounts=3, seed=7) as sandbox, Client.from_env(sandbox.environ) as client:
        frame = load(client, accounts="all", progress=False)
        row = frame[frame["friendly_name"].str.len() > 8].iloc[0]
        for name, value in {**sandbox.environ, "XDG_DATA_HOME": str(tmp_path)}.items():
            monkeypatch.setenv(name, value)
        place = page(browser, tmp_path) if where == "page" else jupyter.shown("lab", browser, tmp_path, CELLS)
        with place as visit:
            journey(visit, where, row["phone_number"], sandbox)
        assert client.fetch_caller_id(row["sid"], account_sid=row["account_sid"]).friendly_name == "Night desk"


@contextmanager
def page(browser: Browser, folder: Path) -> Iterator[jupyter.Visit]:
    """Run the command and visit the address that it prints."""
    private = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    printed = folder / "printed.txt"
    with (
        printed.open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "callerid_analytics", "app", "--no-browser"],
            env={**os.environ, **private, "HOME": str(folder)},
            cwd=folder,
            stdout=output,
            stderr=output,
            start_new_session=True,
        ) as process,
    ):
        try:
            url = jupyter.printed_url(printed, re.compile(r"http://\S+token=\S+"), process)
            with jupyter.visiting(browser, url, jupyter.Visit) as visit:
                yield visit
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(30) == 0
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


def journey(visit: jupyter.Visit, where: str, number: str, sandbox: Sandbox) -> None:
    app = visit.form("Caller IDs")
    expect(app).to_contain_text("PRACTICE ACCOUNT: nothing is real", timeout=60_000)
    expect(app).to_contain_text("400 caller IDs of 3 accounts, loaded at")
    visit.picture(f"app-{where}-browse", app)
    found_and_handed_on(app, number)
    visit.picture(f"app-{where}-handed-on", app)
    renamed(app)
    visit.picture(f"app-{where}-renamed", app)
    open_tab(app, "Browse")
    expect(app.locator("tbody tr:visible").first).to_contain_text("Night desk", timeout=60_000)

    open_tab(app, "Audit")
    app.get_by_role("button", name="Audit", exact=True).click()
    expect(app).to_contain_text("findings about 400 caller IDs.", timeout=60_000)
    visit.picture(f"app-{where}-audit", app)
    open_tab(app, "Verify")
    app.get_by_label("Number", exact=True).press_sequentially("+1415555")
    visit.picture(f"app-{where}-verify", app)
    assert sandbox.auth_token not in visit.page.content()


def open_tab(app: Locator, name: str) -> None:
    app.get_by_role("tab", name=name, exact=True).first.click()


def found_and_handed_on(app: Locator, number: str) -> None:
    app.get_by_role("textbox", name="Search").first.press_sequentially(number)
    expect(app.locator("tbody tr:visible")).to_have_count(1)
    app.locator("tbody tr:visible").first.get_by_role("checkbox").click()
    app.get_by_role("button", name=re.compile("^Rename")).first.click()
    expect(app).to_contain_text("Only 1 chosen row of 400.")


def renamed(app: Locator) -> None:
    app.get_by_role("tab", name="3 Single").click()
    app.get_by_label("Found").locator("option").first.click()
    app.get_by_role("textbox", name="New name").fill("Night desk")
    app.get_by_role("textbox", name="New name").press("Enter")
    app.get_by_role("tab", name="4 Apply").click()
    app.get_by_role("button", name="Apply", exact=True).click()
    app.locator(".callerids-question").get_by_role("button", name="Yes, rename").click()
    expect(app).to_contain_text("Done: ", timeout=60_000)
