"""Folders that are there whole or not at all; single files are tested through `exports`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from callerid_analytics import files
from callerid_analytics.errors import ExportError


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


@pytest.mark.parametrize("exchanged", [True, False], ids=["exchanged", "by two renames"])
def test_a_folder_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, exchanged: bool
) -> None:
    if not exchanged:
        monkeypatch.setattr(files, "_exchange", lambda *_: False)
    for text in ("old", "new"):
        with files.replacing_folder(tmp_path / "audit") as folder:
            (folder / "a").write_text(text)
    assert contents(tmp_path / "audit") == {"a": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["audit"]


def test_a_folder_that_is_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "audit").symlink_to("real")
    with files.replacing_folder(tmp_path / "audit") as folder:
        (folder / "a").write_text("new")
    assert (tmp_path / "audit").is_symlink()
    assert contents(tmp_path / "real") == {"a": "new"}


def test_an_exception_leaves_the_old_folder(tmp_path: Path) -> None:
    with files.replacing_folder(tmp_path / "audit") as folder:
        (folder / "a").write_text("old")

    def full() -> None:
        with files.replacing_folder(tmp_path / "audit") as folder:
            (folder / "a").write_text("new")
            raise OSError(28, "No space left on device")

    with pytest.raises(ExportError, match="No space"):
        full()
    assert contents(tmp_path / "audit") == {"a": "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["audit"]


def test_a_failed_second_rename_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_exchange", lambda *_: False)
    with files.replacing_folder(tmp_path / "audit") as folder:
        (folder / "a").write_text("old")
    replace, calls = Path.replace, []

    def failing(path: Path, target: Path) -> Path:
        calls.append(path)
        if len(calls) == 2:
            raise OSError(5, "Input/output error")
        return replace(path, target)

    def replacing() -> None:
        with files.replacing_folder(tmp_path / "audit") as folder:
            (folder / "a").write_text("new")
            monkeypatch.setattr(Path, "replace", failing)

    with pytest.raises(ExportError):
        replacing()
    assert contents(tmp_path / "audit") == {"a": "old"}


def test_a_kill_at_any_moment_leaves_one_whole_folder(tmp_path: Path) -> None:
    code = (
        "import sys; from callerid_analytics.files import replacing_folder\n"
        "for n in range(100000):\n"
        "    with replacing_folder(sys.argv[1]) as folder:\n"
        "        (folder / 'a').write_text(str(n)); (folder / 'b').write_text(str(n))\n"
        "    print(n, flush=True)\n"
    )
    for rounds in (3, 11):
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "audit")], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(rounds):
            process.stdout.readline()
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        whole = contents(tmp_path / "audit")
        assert whole.keys() == {"a", "b"}
        assert whole["a"] == whole["b"]
