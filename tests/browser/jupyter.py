"""JupyterLab and Voilà, with settings of their own in a folder of the test's, and how one gets about in them."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import nbformat
import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from callerid_analytics.serving import JUPYTER_PATH, TEMPLATE
from tests.browser.conftest import CONTEXT

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / ".screenshots"
TOKEN = "only-for-this-test"
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
PAGE = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
LAB = {
    "ServerApp.port_retries": 0,
    "ServerApp.open_browser": False,
    "IdentityProvider.token": TOKEN,
    "LabApp.expose_app_in_browser": True,
    "LabApp.news_url": None,
    "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    "LabApp.extension_manager": "readonly",
}


def write_notebook(path: Path, sources: Iterable[str]) -> Path:
    """Write a notebook with these code cells."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}  # or Lab would ask for one
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


@contextmanager
def lab(notebook: Path, folder: Path, *, environ: Mapping[str, str] | None = None) -> Iterator[str]:
    """Serve a notebook in JupyterLab; yields its address.

    `folder` takes settings and the log; the kernel has `environ` besides this process's environment.
    """
    settings = folder / "config" / "labconfig"
    settings.mkdir(parents=True)
    (settings / "default_setting_overrides.json").write_text(json.dumps(SETTINGS))
    (settings / "page_config.json").write_text(json.dumps(PAGE))
    port = free_port()
    options = {**LAB, "ServerApp.ip": "127.0.0.1", "ServerApp.port": port, "ServerApp.root_dir": notebook.parent}
    command = ["jupyterlab", "--allow-root", *(f"--{name}={value}" for name, value in options.items())]
    with served(command, f"http://127.0.0.1:{port}/api/status", folder, environ or {}):
        yield f"http://127.0.0.1:{port}/lab/tree/{notebook.name}?token={TOKEN}"


@contextmanager
def voila(
    notebook: Path, folder: Path, *, environ: Mapping[str, str] | None = None, theme: str = "light"
) -> Iterator[str]:
    """Serve a notebook as a page of Voilà; yields its address."""
    port = free_port()
    options = (f"--port={port}", "--no-browser", f"--token={TOKEN}", f"--theme={theme}", f"--template={TEMPLATE}")
    (folder / "config").mkdir(parents=True, exist_ok=True)
    environ = {"JUPYTER_PATH": str(JUPYTER_PATH), **(environ or {})}
    with served(["voila", str(notebook), *options], f"http://127.0.0.1:{port}/", folder, environ):
        yield f"http://127.0.0.1:{port}/?token={TOKEN}"


@contextmanager
def served(command: list[str], ready: str, folder: Path, environ: Mapping[str, str]) -> Iterator[None]:
    """Run one of Jupyter's servers as a process group of its own, from when it answers until the end."""
    private = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    log = folder / f"{command[0]}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [sys.executable, "-m", *command],
            env={**os.environ, **private, "HOME": str(folder), **environ},
            stdout=output,
            stderr=output,
            start_new_session=True,
        ) as process,
    ):
        try:
            wait_for(ready, process, log)
            yield
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        try:
            if requests.head(url, headers={"Authorization": f"token {TOKEN}"}, timeout=5).status_code < 500:
                return
        except requests.ConnectionError:
            time.sleep(0.2)  # there is nothing to listen to yet
    pytest.fail(f"{process.args!r} did not start:\n{log.read_text()[-2000:]}")


def printed_url(file: Path, pattern: re.Pattern[str], process: subprocess.Popen[bytes]) -> str:
    """Wait until a server has printed its address, and answers there."""
    deadline = time.monotonic() + 60
    while not (found := pattern.search(file.read_text())):
        assert process.poll() is None, file.read_text()
        assert time.monotonic() < deadline, file.read_text()
        time.sleep(0.1)  # it is starting
    wait_for(found[0].partition("?")[0], process, file)
    return found[0]


class Visit:
    """A page of JupyterLab or Voilà in a browser that speaks to one host only."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.hosts: set[str] = set()
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))

    def form(self, heading: str) -> Locator:
        """Find a form by what it is called."""
        return self.page.locator(".callerids-form", has=self.page.get_by_role("heading", name=heading, exact=True))

    def picture(self, name: str, form: Locator) -> None:
        """Take a picture of a form and what is near it."""
        form.scroll_into_view_if_needed()
        self.snapshot(name)

    def snapshot(self, name: str) -> None:
        """Take a picture of what is to be seen."""
        PICTURES.mkdir(exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png")


V = TypeVar("V", bound=Visit)


class Notebook(Visit):
    """A notebook that is open in JupyterLab."""

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

    def complain_of_nothing(self) -> None:
        complaints = self.complaints()
        assert not complaints, "\n".join(complaints)

    def run_cell(self, source: str) -> Locator:
        """Run the cell with this source, and find its output."""
        cell = self.page.locator(".jp-CodeCell", has_text=source)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        return cell.locator(".jp-OutputArea")

    def picture(self, name: str, form: Locator) -> None:
        """Take pictures of a form and what is near it, in both themes."""
        for theme in ("Light", "Dark"):
            self.command("apputils:change-theme", theme=f"JupyterLab {theme}")
            is_light = "true" if theme == "Light" else "false"
            expect(self.page.locator("body")).to_have_attribute("data-jp-theme-light", is_light)
            expect(self.page.locator("#jupyterlab-splash")).to_have_count(0)  # it covers the page for a moment
            form.scroll_into_view_if_needed()
            self.snapshot(f"{name}-{theme.lower()}")


@contextmanager
def visiting(browser: Browser, url: str, kind: type[V], **options: object) -> Iterator[V]:
    """Open a page in a context of its own, which may speak to nobody but its server."""
    context = browser.new_context(**{**CONTEXT, **options})
    try:
        visit = kind(context.new_page())
        if isinstance(visit, Notebook):
            visit.open(url)
        else:
            visit.page.goto(url)
        yield visit
    finally:
        context.close()
    assert {host for host in visit.hosts if host} == {urlsplit(url).netloc}


@contextmanager
def shown(
    where: str, browser: Browser, folder: Path, sources: Iterable[str], *, theme: str = "light"
) -> Iterator[Visit]:
    """Show what these cells show, in JupyterLab ("lab") or as a page of Voilà ("voila")."""
    place = folder / f"{where}-{theme}"
    (place / "work").mkdir(parents=True)
    notebook = write_notebook(place / "work" / "forms.ipynb", sources)
    if where == "lab":
        with lab(notebook, place) as url, visiting(browser, url, Notebook) as opened:
            opened.run_all()
            opened.complain_of_nothing()
            yield opened
            opened.complain_of_nothing()
    else:
        with voila(notebook, place, theme=theme) as url, visiting(browser, url, Visit) as visit:
            yield visit
