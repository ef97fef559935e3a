"""`callerids app` and `callerids notebook`: what they serve, to whom, and what is left when they end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from callerid_analytics import notebooks
from callerid_analytics.cli import run, serving

_PATIENCE = 60.0
_URL = re.compile(r"http://127\.0\.0\.1:\d+/\?token=\S+")


@contextmanager
def command(
    *arguments: str, folder: Path, environ: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """Run the command in a folder, with nothing set but what is given, until the end of the block."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("TWILIO_", "CALLERIDS_"))}
    private = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    with (
        (folder / "stderr.txt").open("w") as output,
        subprocess.Popen(
            [sys.executable, "-m", "callerid_analytics", *arguments],
            cwd=folder,
            env={**clean, **private, "HOME": str(folder), **(environ or {})},
            stdout=subprocess.DEVNULL,
            stderr=output,
            text=True,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def said(folder: Path) -> str:
    return (folder / "stderr.txt").read_text()


def wait_for_url(folder: Path, pattern: re.Pattern[str]) -> str:
    """Wait until an address is printed, and answers."""
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        found = pattern.search(said(folder))
        if found and listens(found[0]):
            return found[0]
        time.sleep(0.1)  # a process of its own is starting
    raise AssertionError(said(folder))


def listens(url: str) -> bool:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    with socket.socket() as connection:
        return connection.connect_ex((parts.hostname, parts.port)) == 0


def children(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False)
    own = [int(child) for child in listed.stdout.split()]
    return own + [grandchild for child in own for grandchild in children(child)]


def is_running(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(state.stdout.strip()) and not state.stdout.startswith("Z")


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while any(map(is_running, pids)):
        assert time.monotonic() < deadline, "a process was left behind"
        time.sleep(0.1)  # they are ending


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "sigterm"])
def test_the_app_is_served_to_whoever_has_the_token_and_leaves_nothing(number: int, tmp_path: Path) -> None:
    with command("app", "--no-browser", folder=tmp_path) as process:
        url = wait_for_url(tmp_path, _URL)
        phone = re.search(r"http://\S+/sandbox/", said(tmp_path))
        assert phone
        assert listens(phone[0])
        token = url.partition("token=")[2]
        bare = url.partition("?")[0]
        assert requests.get(bare, timeout=30).url != bare, "it asks to sign in"
        page = requests.get(url, timeout=60)
        assert page.status_code == 200
        assert "widget" in page.text
        family = children(process.pid)
        assert all(token not in Path(f"/proc/{pid}/cmdline").read_text() for pid in family)
        os.killpg(process.pid, number) if number == signal.SIGINT else process.send_signal(number)
        assert process.wait(_PATIENCE) == 0
        wait_until_gone(family)
    assert not listens(url)
    assert not listens(phone[0])
    assert token not in str([path.read_text() for path in tmp_path.rglob("*.ipynb")])


@pytest.mark.slow
def test_the_notebooks_are_laid_out_and_opened_and_none_is_overwritten(tmp_path: Path) -> None:
    own = tmp_path / "mine" / "01_explore.ipynb"
    own.parent.mkdir()
    own.write_text("what somebody wrote")
    with command("notebook", "mine", "--no-browser", folder=tmp_path) as process:
        url = wait_for_url(tmp_path, re.compile(r"http://127\.0\.0\.1:\d+/\S*token=\S+"))
        page = requests.get(url, timeout=60)
        assert page.status_code == 200
        assert "JupyterLab" in page.text
        family = children(process.pid)
        process.send_signal(signal.SIGTERM)
        assert process.wait(_PATIENCE) == 0
        wait_until_gone(family)
    assert not listens(url)
    assert own.read_text() == "what somebody wrote"
    assert {path.name for path in own.parent.glob("*.ipynb")} == {path.name for path in notebooks.carried()}
    assert f"{len(notebooks.carried()) - 1} new notebooks in mine" in said(tmp_path)


def test_the_notebooks_that_are_carried_are_the_projects() -> None:
    in_the_project = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
    assert [path.name for path in notebooks.carried()] == [path.name for path in in_the_project]
    assert [path.read_bytes() for path in notebooks.carried()] == [path.read_bytes() for path in in_the_project]


def test_half_a_pair_of_credentials_is_no_wish_to_practise(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + 32 * "0")
    assert run(["app", "--no-browser"]) == 2
    assert "TWILIO_AUTH_TOKEN is not" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "name"), [(["app"], "Voilà"), (["notebook", "{folder}"], "JupyterLab")])
def test_what_is_not_installed_is_named_before_anything_is_done(
    arguments: list[str],
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(serving, "find_spec", lambda _: None)
    assert run([argument.format(folder=tmp_path / "new") for argument in arguments]) == 2
    assert f"{name} is not installed: pip install 'callerid-analytics[notebook]'" in capsys.readouterr().err
    assert not (tmp_path / "new").exists()


def test_a_folder_that_is_a_file_is_refused_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run(["notebook", str(tmp_path / "file"), "--no-browser"]) == 3
    assert "file" in capsys.readouterr().err
