"""The form and the practice phone in JupyterLab, as somebody uses them who verifies a number."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser import jupyter
from tests.browser.conftest import NUMBER

pytestmark = [pytest.mark.browser, pytest.mark.slow]

NOTEBOOK = jupyter.ROOT / "notebooks" / "04_verify_numbers.ipynb"
OTHER_CELL = "print('other cells', 'run')"
QUEUE = """
from callerid_analytics.widgets import VerifyQueueForm
VerifyQueueForm(client, numbers, file='form.sqlite', delay=2)
"""
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


class Notebook(jupyter.Notebook):
    """The notebook's forms."""

    @property
    def verify(self) -> Locator:
        return self.form("Verify a number")

    @property
    def queue(self) -> Locator:
        return self.form("Verify many numbers")

    @property
    def phone(self) -> Locator:
        return self.form("Practice phone")


def test_a_number_is_verified_beside_the_practice_phone(browser: Browser, lab: str) -> None:
    with jupyter.visiting(browser, lab, Notebook) as notebook:
        notebook.run_all()
        assert notebook.complaints() == []
        verify_one(notebook)
        verify_many(notebook)
        assert notebook.complaints() == []


def verify_one(notebook: Notebook) -> None:
    form, phone = notebook.verify, notebook.phone
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
    notebook.picture("verify-code-shown", form)
    expect(notebook.run_cell(OTHER_CELL)).to_contain_text("other cells run")
    code = "".join((digits.text_content() or "").split())
    assert len(code) == 6

    expect(phone).to_contain_text("It rings:", timeout=60_000)
    notebook.picture("verify-ringing", form)
    phone.get_by_label("Code", exact=True).fill(code)
    phone.get_by_label("Code", exact=True).press("Enter")

    expect(phone).to_contain_text("Verified: the code was right.")
    expect(form).to_contain_text("The number is verified. Its name is Front desk.", timeout=60_000)
    notebook.picture("verify-verified", form)
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
    notebook.picture("verify-queue", queue)
