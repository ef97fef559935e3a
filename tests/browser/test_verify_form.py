"""The form and the practice phone in JupyterLab and in Voilà, as somebody uses them who verifies a number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from tests.browser import jupyter
from tests.browser.conftest import NUMBER

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTEBOOK = jupyter.ROOT / "notebooks" / "04_verify_numbers.ipynb"
OTHER_CELL = "print('other cells', 'run')"
QUEUE = """
from callerid_analytics.widgets import VerifyQueueForm
VerifyQueueForm(client, numbers, file='form.sqlite', delay=2)
"""
CELLS = (
    "import callerid_analytics as ca\n"
    "from callerid_analytics.widgets import SandboxPhone, VerifyForm, VerifyQueueForm\n"
    "import pandas as pd\n"
    "sandbox = ca.Sandbox(numbers=10, accounts=1, seed=7)\n"
    "sandbox.start()\n"
    "client = ca.Client.from_env(sandbox.environ)\n"
    "numbers = pd.DataFrame({'number': ['+12125550101', '+12125550102']})",
    "VerifyForm(client, region='US')",
    "SandboxPhone(sandbox)",
    "VerifyQueueForm(client, numbers, file='form.sqlite', delay=2)",
)
FRESH_LOAD = "ca.load(client)[['phone_number', 'friendly_name']].to_dict('records')"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """JupyterLab with a copy of the notebook, and cells that it has not."""
    folder = tmp_path / "work"
    folder.mkdir()
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in (OTHER_CELL, QUEUE, FRESH_LOAD)]
    nbformat.write(notebook, folder / "verify.ipynb")
    with jupyter.lab(folder / "verify.ipynb", tmp_path) as url:
        yield url


def test_numbers_are_verified_beside_the_practice_phone_in_a_notebook(browser: Browser, lab: str) -> None:
    with jupyter.visiting(browser, lab, jupyter.Notebook) as notebook:
        notebook.run_all()
        notebook.complain_of_nothing()
        code = asked(notebook, "lab")
        expect(notebook.run_cell(OTHER_CELL)).to_contain_text("other cells run")
        answered(notebook, "lab", code)
        expect(notebook.run_cell(FRESH_LOAD)).to_contain_text(f"'phone_number': '{NUMBER}'")
        verify_many(notebook, "lab", drafted=6)
        notebook.complain_of_nothing()


def test_numbers_are_verified_beside_the_practice_phone_on_a_page(browser: Browser, tmp_path: Path) -> None:
    with jupyter.shown("voila", browser, tmp_path, CELLS) as page:
        answered(page, "voila", asked(page, "voila"))
        verify_many(page, "voila", drafted=2)


def asked(visit: jupyter.Visit, where: str) -> str:
    """Have the number called; returns the code that is shown."""
    form = visit.form("Verify a number")
    expect(form.get_by_role("button", name="Verify", exact=True)).to_be_disabled(timeout=60_000)
    form.get_by_label("Number").press_sequentially("+1 415 555 0100")
    expect(form).to_contain_text("US · fixed line or mobile · valid")
    form.get_by_label("Name").fill("Front desk")
    form.get_by_label("Rings after, s").fill("8")
    for label in ("Extension", "Callback URL"):
        visit.page.keyboard.press("Tab")
        expect(form.get_by_label(label)).to_be_focused()
    form.get_by_role("button", name="Verify", exact=True).click()
    expect(form).to_contain_text(f"{NUMBER} rings in ")
    visit.picture(f"verify-{where}-code-shown", form)
    code = "".join((form.get_by_label("Code", exact=False).text_content() or "").split())
    assert len(code) == 6
    return code


def answered(visit: jupyter.Visit, where: str, code: str) -> None:
    """Pick up the practice phone, and type the code."""
    form, phone = visit.form("Verify a number"), visit.form("Practice phone")
    expect(phone).to_contain_text("It rings:", timeout=60_000)
    visit.picture(f"verify-{where}-ringing", form)
    phone.get_by_label("Code", exact=True).fill(code)
    phone.get_by_label("Code", exact=True).press("Enter")
    expect(phone).to_contain_text("Verified: the code was right.")
    expect(form).to_contain_text("The number is verified. Its name is Front desk.", timeout=60_000)
    visit.picture(f"verify-{where}-verified", form)


def verify_many(visit: jupyter.Visit, where: str, *, drafted: int) -> None:
    queue, phone = visit.form("Verify many numbers"), visit.form("Practice phone")
    expect(queue).to_contain_text(f"Nobody is being called: {drafted} drafted.")
    queue.get_by_role("button", name="Start", exact=True).click()
    expect(phone).to_contain_text("It rings:", timeout=60_000)
    phone.get_by_role("button", name="Busy", exact=True).click()
    expect(queue).to_contain_text("The line was busy.", timeout=60_000)
    queue.get_by_role("button", name="Pause", exact=True).click()
    queue.get_by_role("button", name="Call sheet", exact=True).click()
    expect(queue).to_contain_text("Paused")
    expect(queue.get_by_role("link", name="Save the call sheet")).to_be_visible()
    visit.picture(f"verify-{where}-queue", queue)
