"""The house rules that can be executed: import layers, lazy names, one door for each outside library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import callerid_analytics

ROOT = Path(callerid_analytics.__file__).parent
HOMES = {
    "requests": {"network.py"},
    "urllib3": {"network.py", "transport.py"},
    "matplotlib": {"plots"},
    "click": {"cli"},
    "tqdm": {"progress.py"},
    "ipywidgets": {"widgets"},
    "itables": {"widgets"},
    "msgspec": {"audit", "cleaning", "exports.py", "records.py", "sandbox"},
    "ftfy": {"cleaning"},
    "regex": {"audit", "cleaning"},
    "rapidfuzz": {"duplicates"},
    "sqlite3": {"journal", "sandbox", "verification"},
    "platformdirs": {"settings.py"},
    "xlsxwriter": {"spreadsheets"},
    "jinja2": {"report.py", "report"},
    "starlette": {"sandbox"},
    "uvicorn": {"sandbox"},
    "phonenumbers": {"numbering", "sandbox"},
}


def test_imports_point_down() -> None:
    # In a process of its own: import-linter sets up logging anew, and switches off every logger that there is.
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    checked = subprocess.run(command, cwd=ROOT.parent, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("library", HOMES)
def test_an_outside_library_has_one_home(library: str) -> None:
    rooms = {path.relative_to(ROOT).parts[0] for path in ROOT.rglob("*.py") if library in _imported(path)}
    assert rooms <= HOMES[library]


def test_only_settings_reads_the_environment() -> None:
    rooms = {path.name for path in ROOT.rglob("*.py") if "environ" in _attributes_of(path, "os")}
    assert rooms == {"settings.py"}


@pytest.mark.parametrize(
    ("statement", "unwanted"),
    [
        ("import callerid_analytics", {"pandas", "requests", "ipywidgets", "matplotlib", "starlette"}),
        ("import callerid_analytics as c; c.load, c.filters, c.plots, c.exports", {"ipywidgets", "matplotlib"}),
        ("import callerid_analytics.cli", {"pandas", "numpy", "requests", "starlette", "phonenumbers"}),
        ("from callerid_analytics import Client", {"pandas", "numpy"}),
        ("from callerid_analytics import Sandbox; Sandbox(numbers=5).start()", {"pandas", "numpy", "requests"}),
    ],
)
def test_nothing_is_loaded_before_it_is_needed(statement: str, unwanted: set[str]) -> None:
    code = f"import sys, os; {statement}; print(*sys.modules, flush=True); os._exit(0)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not unwanted & set(loaded)


def test_every_public_name_is_there_and_documented() -> None:
    for name in callerid_analytics.__all__:
        assert getattr(callerid_analytics, name).__doc__, name
    assert sorted(callerid_analytics.__all__) == callerid_analytics.__all__
    assert set(callerid_analytics.__all__) <= set(dir(callerid_analytics))


def test_the_typing_block_names_what_is_public() -> None:
    block = next(node for node in _tree(ROOT / "__init__.py").body if isinstance(node, ast.If))
    named = {alias.name for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert named == set(callerid_analytics.__all__)


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


def _attributes_of(path: Path, module: str) -> set[str]:
    return {
        node.attr
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == module
    }
