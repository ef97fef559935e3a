"""What is written about the project cannot drift away from it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

import callerid_analytics
from callerid_analytics.cli import commands

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_newest_version_in_the_changelog_is_this_one() -> None:
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert newest is not None
    assert newest[1] == callerid_analytics.__version__


def every_command(group: click.Group = commands, path: str = "callerids") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from every_command(command, f"{path} {name}")


@pytest.mark.parametrize(("path", "command"), [pytest.param(*each, id=each[0]) for each in every_command()])
def test_every_command_is_in_the_readme_with_its_help(path: str, command: click.Command) -> None:
    summary = command.get_short_help_str(limit=200)
    assert re.search(rf"\| `{path}( [A-Z]+)*` \| {re.escape(summary)}", README)


@pytest.mark.parametrize("name", callerid_analytics.__all__)
def test_every_public_name_is_in_the_readme(name: str) -> None:
    assert re.search(rf"`{name}\b", README)


@pytest.mark.parametrize("target", re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
def test_every_make_target_is_documented(target: str) -> None:
    assert f"`make {target}`" in README + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.mark.filterwarnings("ignore::callerid_analytics.connection.SandboxWarning")
def test_the_readmes_python_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mpl.use("Agg")
    names: dict[str, Any] = {}
    for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL):
        exec(block, names)
    plt.close("all")
    assert len(names["frame"]) == 1, "the number that the last block verified"
    assert set(callerid_analytics.exports.read("german.csv")["region"]) == {"DE"}


def test_numbers_in_documents_are_fictional() -> None:
    for path in (*ROOT.glob("*.md"), *ROOT.glob("notebooks/*.ipynb")):
        for number in re.findall(r"\+\d{8,15}\b", path.read_text(encoding="utf-8")):
            assert re.fullmatch(r"\+1\d{3}55501\d\d|\+4420794600\d\d|\+4420794609\d\d|\+44207946\d{4}", number), (
                number
            )
