"""What is installed: the wheel, outside the checkout, without development dependencies."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "build", "--installer", "uv", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the commands of an environment that holds the wheel and what it requires."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder)
    install = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--python", folder / "bin" / "python"]
    subprocess.run([*install, wheel], check=True)
    return folder / "bin"


def run(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"callerid_analytics"}
    assert "callerid_analytics/py.typed" in names
    assert "callerid_analytics/sandbox/page/index.html" in names
    assert "callerid_analytics/serving/voila/templates/callerids/index.html.j2" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_the_command_runs_the_demo(installed: Path, tmp_path: Path) -> None:
    done = run([installed / "callerids", "demo", "--numbers", "50"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert {path.name for path in (tmp_path / "demo-output").iterdir()} == {"caller_ids.csv", "overview.png"}


def test_the_notebooks_come_with_it(installed: Path, tmp_path: Path) -> None:
    code = "from callerid_analytics import notebooks; print(*(path.name for path in notebooks.lay_out('mine')))"
    done = run([installed / "python", "-W", "error", "-c", code], tmp_path)
    assert done.stdout.split() == sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
    assert len(list((tmp_path / "mine").iterdir())) == len(done.stdout.split())


def test_python_m_is_the_same_command(installed: Path, tmp_path: Path) -> None:
    module = run([installed / "python", "-m", "callerid_analytics", "--help"], tmp_path)
    script = run([installed / "callerids", "--help"], tmp_path)
    assert module.returncode == 0
    assert module.stdout == script.stdout


def test_every_public_name_is_there_without_development_dependencies(installed: Path, tmp_path: Path) -> None:
    code = "import callerid_analytics as c; print(*[getattr(c, name) for name in c.__all__])"
    done = run([installed / "python", "-W", "error", "-c", code], tmp_path)
    assert done.returncode == 0, done.stderr
