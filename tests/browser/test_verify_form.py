"""The form and the practice phone in JupyterLab, as somebody uses them who verifies a number."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import CONTEXT, NUMBER

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
NOTEBOOK = ROOT / "notebooks" / "04_verify_numbers.ipynb"
PICTURES = ROOT / ".screenshots"
TOKEN = "only-for-this-test"
OTHER_CELL = "print('other cells', 'run')"
QUEUE = """
from callerid_analytics.widgets import VerifyQueueForm
VerifyQueueForm(client, numbers, file='form.sqlite', delay=2)
"""
FRESH_LOAD = "ca.load(client)[['phone_number', 'friendly_name']].to_dict('records')"
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
PAGE = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """JupyterLab with settings of its own, in a folder that holds a copy of the notebook."""
    folder, settings = tmp_path / "work", tmp_path / "config" / "labconfig"
    folder.mkdir()
    settings.mkdir(parents=True)
    (settings / "default_setting_overrides.json").write_text(json.dumps(SETTINGS))
    (settings / "page_config.json").write_text(json.dumps(PAGE))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in (OTHER_CELL, QUEUE, FRESH_LOAD)]
    nbformat.write(notebook, folder / "verify.ipynb")
    port = free_port()
    options = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": folder,
        "ServerApp.open_browser": False,
        "IdentityProvider.token": TOKEN,
        "LabApp.expose_app_in_browser": True,
        "LabApp.news_url": None,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.extension_manager": "readonly",
    }
    private = {f"JUPYTER_{kind}_DIR": str(tmp_path / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    with (
        (tmp_path / "lab.log").open("wb") as log,
        subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--allow-root", *(f"--{k}={v}" for k, v in options.items())],
            env={**os.environ, **private, "HOME": str(tmp_path)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            wait_for(f"http://127.0.0.1:{port}/api/status", process)
            yield f"http://127.0.0.1:{port}/lab/tree/verify.ipynb?token={TOKEN}"
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if requests.get(url, headers={"Authorization": f"token {TOKEN}"}, timeout=5).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.2)  # there is nothing to listen to yet
    pytest.fail("JupyterLab did not start; its lab.log says why")


class Notebook:
    """An open notebook, and how one gets about in it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.form = page.locator(".callerids-form", has=page.get_by_role("heading", name="Verify a number"))
        self.queue = page.locator(".callerids-form", has=page.get_by_role("heading", name="Verify many numbers"))
        self.phone = page.locator(".callerids-form", has=page.get_by_role("heading", name="Practice phone"))

    def open(self, url: str) -> None:
        self.page.goto(url)
        self.page.wait_for_function("window.jupyterapp?.shell.currentWidget?.sessionContext?.isReady")
        self.wait_until_idle()

    def command(self, name: str, **arguments: str) -> None:
        self.page.evaluate("([name, given]) => window.jupyterapp.commands.execute(name, given)", [name, arguments])

    def wait_until_idle(self) -> None:
        self.page.wait_for_function(
            "window.jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"
        )

    def run_all(self) -> None:
        self.command("notebook:run-all-cells")
        self.wait_until_idle()

    def complaints(self) -> list[str]:
        """What the cells printed that no cell should."""
        saved = self.page.evaluate("window.jupyterapp.shell.currentWidget.content.model.toJSON()")
        outputs = [output for cell in saved["cells"] for output in cell.get("outputs", ())]
        return [
            str(output) for output in outputs if output["output_type"] == "error" or output.get("name") == "stderr"
        ]

    def run_cell(self, source: str) -> Locator:
        """Run the cell with this source, and find its output."""
        cell = self.page.locator(".jp-CodeCell", has_text=source)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        return cell.locator(".jp-OutputArea")

    def picture(self, name: str, form: Locator) -> None:
        """Take pictures of a form and what is near it, in both themes."""
        PICTURES.mkdir(exist_ok=True)
        for theme in ("Light", "Dark"):
            self.command("apputils:change-theme", theme=f"JupyterLab {theme}")
            is_light = "true" if theme == "Light" else "false"
            expect(self.page.locator("body")).to_have_attribute("data-jp-theme-light", is_light)
            form.scroll_into_view_if_needed()
            self.page.screenshot(path=PICTURES / f"verify-{name}-{theme.lower()}.png")


def test_a_number_is_verified_beside_the_practice_phone(browser: Browser, lab: str) -> None:
    context = browser.new_context(**CONTEXT)
    page = context.new_page()
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))
    try:
        notebook = Notebook(page)
        notebook.open(lab)
        notebook.run_all()
        assert notebook.complaints() == []
        verify_one(notebook)
        verify_many(notebook)
        assert notebook.complaints() == []
    finally:
        context.close()
    assert {host for host in hosts if host} == {urlsplit(lab).netloc}


def verify_one(notebook: Notebook) -> None:
    form, phone = notebook.form, notebook.phone
    expect(form.get_by_role("button", name="Verify", exact=True)).to_be_disabled(timeout=60_000)
    form.get_by_label("Number").press_sequentially("+1 415 555 0100")
    expect(form).to_contain_text("US · fixed line or mobile · valid")
    form.get_by_label("Name").fill("Front desk")
    form.get_by_label("Rings after, s").fill("8")
    for label in ("Extension", "Callback URL"):
        notebook.page.keyboard.press("Tab")
        expect(form.get_by_label(label)).to_be_focused()
    form.get_by_role("button", name="Verify", exact=True).click()

    digits = form.get_by_label("Code", exact=False)
    expect(form).to_contain_text(f"{NUMBER} rings in ")
    notebook.picture("code-shown", form)
    expect(notebook.run_cell(OTHER_CELL)).to_contain_text("other cells run")
    code = "".join((digits.text_content() or "").split())
    assert len(code) == 6

    expect(phone).to_contain_text("It rings:", timeout=60_000)
    notebook.picture("ringing", form)
    phone.get_by_label("Code", exact=True).fill(code)
    phone.get_by_label("Code", exact=True).press("Enter")

    expect(phone).to_contain_text("Verified: the code was right.")
    expect(form).to_contain_text("The number is verified. Its name is Front desk.", timeout=60_000)
    notebook.picture("verified", form)
    expect(notebook.run_cell(FRESH_LOAD)).to_contain_text(f"'phone_number': '{NUMBER}'")


def verify_many(notebook: Notebook) -> None:
    queue, phone = notebook.queue, notebook.phone
    expect(queue).to_contain_text("Nobody is being called: 6 drafted.")
    queue.get_by_role("button", name="Start", exact=True).click()
    expect(phone).to_contain_text("It rings:", timeout=60_000)
    phone.get_by_role("button", name="Busy", exact=True).click()
    expect(queue).to_contain_text("The line was busy.", timeout=60_000)
    queue.get_by_role("button", name="Pause", exact=True).click()
    queue.get_by_role("button", name="Call sheet", exact=True).click()
    expect(queue).to_contain_text("Paused")
    expect(queue.get_by_role("link", name="Save the call sheet")).to_be_visible()
    notebook.picture("queue", queue)
