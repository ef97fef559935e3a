"""Forms in a real kernel: two notebooks that share it, and a restart in the middle of a run."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jupyter_client.manager import KernelManager

from callerid_analytics import load, renames
from callerid_analytics.client import Client
from callerid_analytics.sandbox import Fault, Sandbox
from tests.widgets.conftest import until

pytestmark = pytest.mark.slow

_PATIENCE = 90.0
THREADS = """
import threading
print([thread.name for thread in threading.enumerate() if thread.name.startswith(("callerids", "sandbox"))])
"""


class Notebook:
    """One notebook of a kernel: it runs cells and says what they print."""

    def __init__(self, kernel: KernelManager) -> None:
        self._client = kernel.blocking_client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=_PATIENCE)

    def run(self, source: str) -> str:
        said: list[str] = []
        reply = self._client.execute_interactive(
            source, timeout=_PATIENCE, output_hook=lambda message: said.append(_text(message["content"]))
        )
        assert reply["content"]["status"] == "ok", reply["content"]
        return "".join(said)

    def begin(self, source: str) -> None:
        self._client.execute(source)

    def close(self) -> None:
        self._client.stop_channels()


def _text(content: dict[str, Any]) -> str:
    return str(content.get("text") or content.get("traceback") or "")


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[KernelManager]:
    kernel = KernelManager()
    kernel.start_kernel(cwd=str(tmp_path))
    yield kernel
    kernel.shutdown_kernel(now=True)
    kernel.cleanup_resources()
    kernel.context.destroy()


@pytest.fixture
def notebook(kernel: KernelManager) -> Iterator[Callable[[], Notebook]]:
    opened: list[Notebook] = []

    def open_one() -> Notebook:
        opened.append(Notebook(kernel))
        return opened[-1]

    yield open_one
    for one in opened:
        one.close()


def listens(url: str) -> bool:
    parts = urlsplit(url)
    with socket.socket() as connection:
        return connection.connect_ex((parts.hostname or "", parts.port or 0)) == 0


def test_two_notebooks_on_one_kernel_work_and_leave_nothing_when_closed(
    notebook: Callable[[], Notebook],
) -> None:
    one, other = notebook(), notebook()
    one.run(
        "import callerid_analytics as ca, warnings\n"
        "warnings.simplefilter('ignore')\n"
        "from callerid_analytics.widgets import App, VerifyForm\n"
        "client = ca.connect(numbers=50)\n"
        "app = App(client, journal='names.sqlite')"
    )
    other.run("also = ca.connect(numbers=60)\nsecond = App(also, journal='names.sqlite')")
    assert one.run("print(len(app.frame))").strip() == "50"
    assert other.run("print(len(second.frame), len(app.frame))").strip() == "60 50"
    again = other.run("third = App(client, journal='names.sqlite')\nprint(len(third.frame), app.status)")
    assert again.startswith("50 ")
    assert "closed" in again, "one app a client: its own cell, run again, stops the earlier one"
    urls = one.run("print(client.base_url, also.base_url)").split()
    assert all(map(listens, urls))
    one.run("for form in (app, second, third): form.close()\nfor c in (client, also): c.close()")
    assert other.run(THREADS).strip() == "[]"
    assert not any(map(listens, urls))


def test_a_restart_in_the_middle_of_a_run_leaves_a_run_to_resume_and_nothing_else(
    kernel: KernelManager, notebook: Callable[[], Notebook], tmp_path: Path
) -> None:
    journal = tmp_path / "names.sqlite"
    with Sandbox(numbers=200, accounts=2, seed=7) as sandbox, Client.from_env(sandbox.environ) as client:
        before = load(client, accounts="all", progress=False)
        cells = notebook()
        cells.run(
            "import callerid_analytics as ca\n"
            "from callerid_analytics import cleaning\n"
            "from callerid_analytics.widgets import App\n"
            f"client = ca.Client.from_env({sandbox.environ!r})\n"
            "practice = ca.Sandbox(numbers=0)\n"
            "practice.start()\n"
            "app = App(client, journal='names.sqlite')\n"
            "app.wait()\n"
            "app.rename.recipe = cleaning.Recipe([cleaning.AddPrefix(text='Old ')])"
        )
        other_port = cells.run("print(practice.url)").strip()
        sandbox.set_faults(Fault("latency", seconds=0.1))
        cells.run(
            "import time\n"
            "while not app.rename._planner.is_whole: time.sleep(0.05)\n"
            "app.rename._plan._apply.click()\n"
            "app.rename._confirmation._yes.click()"
        )
        until(lambda: sum(request["method"] == "POST" for request in sandbox.requests()) > 10)
        kernel.restart_kernel(now=True)
        sandbox.set_faults()
        deadline = time.monotonic() + _PATIENCE
        while listens(other_port):
            assert time.monotonic() < deadline, "a port was left behind"
        (run,) = renames.list_runs(journal)["run"]
        outcome = renames.resume_run(journal, run, client, progress=False)
        assert set(outcome["status"]) <= {"renamed", "unchanged", "skipped"}
        after = load(client, accounts="all", progress=False).set_index("sid")["friendly_name"]
        done = outcome[outcome["status"] != "skipped"].set_index("sid")["new_name"]
        assert after[done.index].tolist() == done.tolist()
        renames.undo_run(journal, run, client, progress=False)
        undone = load(client, accounts="all", progress=False)
        assert undone["friendly_name"].tolist() == before["friendly_name"].tolist()
