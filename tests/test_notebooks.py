"""Every notebook runs from top to bottom, and is committed without what it printed."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parent.parent / "notebooks").glob("*.ipynb"))
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def test_there_are_notebooks() -> None:
    names = ["01_explore", "02_clean_names", "03_audit", "04_verify_numbers", "05_app"]
    assert [path.stem for path in NOTEBOOKS] == names


@each_notebook
def test_is_committed_without_outputs(path: Path) -> None:
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


@pytest.mark.slow
@each_notebook
def test_runs_from_top_to_bottom(path: Path, tmp_path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    said = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    assert any("practice account" in output.get("text", "") for output in said)
    assert any("image/png" in output.get("data", {}) for output in said)
    assert any(output.get("data", {}).get("text/plain") == "True" for output in said), "what it claims holds"
