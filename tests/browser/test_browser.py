"""The form to browse in JupyterLab and in Voilà, as somebody uses it who looks for some caller IDs among many."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from callerid_analytics import exports
from tests.browser import jupyter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MAKE = """
import callerid_analytics as ca
from callerid_analytics.widgets import Browser
sandbox = ca.Sandbox(numbers=2500, accounts=3, seed=7).start()
client = ca.Client.from_env(sandbox.environ)
browser = Browser(client, on_rename=lambda sids: None)
browser
"""
SELECTED = "len(browser.frame), browser.selected['friendly_name'].tolist()"


def test_somebody_searches_chooses_selects_looks_and_saves(browser: Browser, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    notebook = jupyter.write_notebook(work / "browse.ipynb", [MAKE, SELECTED])
    with (
        jupyter.lab(notebook, tmp_path) as url,
        jupyter.visiting(browser, url, jupyter.Notebook) as visit,
    ):
        visit.run_all()
        form = visit.form("Browse caller IDs")
        expect(form).to_contain_text("2,500 caller IDs.", timeout=60_000)
        visit.picture("browser", form)
        search(visit, form)
        choose_by_keyboard(visit, form)
        look_closer(visit, form)
        expect(visit.run_cell(SELECTED)).to_contain_text(
            "(29, ['ROSEWOOD OUTFITTERS SALES', 'sterling motors sales'])"
        )
        save(visit, form, work)
        find_nothing(visit, form)
        assert visit.complaints() == []


def search(visit: jupyter.Notebook, form: Locator) -> None:
    form.get_by_label("Search").press_sequentially("sal")
    expect(form).to_contain_text(" of 2,500 caller IDs.")
    form.get_by_label("US", exact=True).check()
    expect(form).to_contain_text("29 of 2,500 caller IDs.")
    expect(form.get_by_label("GB: 12")).to_be_visible()


def choose_by_keyboard(visit: jupyter.Notebook, form: Locator) -> None:
    rows = form.get_by_role("checkbox", name="Select row")
    rows.first.focus()
    visit.page.keyboard.press("Space")
    expect(form).to_contain_text("1 selected")
    visit.page.keyboard.press("Tab")
    expect(rows.nth(1)).to_be_focused()
    visit.page.keyboard.press("Space")
    expect(form).to_contain_text("2 selected")
    form.get_by_role("button", name="Next").click()
    expect(form).to_contain_text("rows 11–20 of 29 caller IDs")
    expect(rows.first).not_to_be_checked()
    form.get_by_role("button", name="Previous").click()
    expect(rows.first).to_be_checked()
    expect(form.get_by_role("button", name="Rename the 2 selected …")).to_be_enabled()


def look_closer(visit: jupyter.Notebook, form: Locator) -> None:
    visit.picture("browser-narrowed", form)
    expect(form).to_contain_text("Details of +16172176412")
    sid = form.get_by_label("SID, to copy")
    sid.click()
    assert visit.page.evaluate("window.getSelection().toString()") == sid.input_value()
    form.get_by_label("Picture of what is shown").select_option("created")
    expect(form.locator(".callerids-picture svg")).to_be_visible(timeout=60_000)
    visit.picture("browser-details", sid)
    visit.picture("browser-picture", form.locator(".callerids-picture"))


def save(visit: jupyter.Notebook, form: Locator, work: Path) -> None:
    form.get_by_label("Save what is shown as").fill("sales.csv")
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form).to_contain_text("29 caller IDs written to sales.csv.")
    assert len(exports.read(work / "sales.csv")) == 29
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form).to_contain_text("sales.csv is there already")
    visit.picture("browser-refused", form)


def find_nothing(visit: jupyter.Notebook, form: Locator) -> None:
    form.get_by_label("Search").fill("nobody at all")
    expect(form).to_contain_text("no caller IDs to show")
    visit.picture("browser-nothing", form)
    form.get_by_role("button", name="Clear all").click()
    expect(form).to_contain_text("2,500 caller IDs.")
    expect(form).to_contain_text("2 selected")


def test_it_is_a_page_of_voila_too(browser: Browser, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    notebook = jupyter.write_notebook(work / "browse.ipynb", [MAKE])
    with (
        jupyter.voila(notebook, tmp_path, theme="dark") as url,
        jupyter.visiting(browser, url, jupyter.Visit) as visit,
    ):
        form = visit.form("Browse caller IDs")
        expect(form).to_contain_text("2,500 caller IDs.", timeout=120_000)
        form.get_by_label("Search").press_sequentially("+44 20")
        expect(form.get_by_label("GB", exact=True)).to_be_visible()
        form.get_by_role("checkbox", name="Select row").first.click()
        expect(form).to_contain_text("Details of +4420")
        visit.snapshot("browser-voila-dark")
