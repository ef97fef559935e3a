"""The form that cleans names in JupyterLab and in Voilà, as somebody uses it who puts an account in order."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from callerid_analytics.cleaning import Recipe
from callerid_analytics.sandbox import Sandbox
from tests.browser import jupyter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = (
    "import callerid_analytics as ca\n"
    "from callerid_analytics.widgets import RenameForm\n"
    "client = ca.Client.from_env()\n"
    "frame = ca.load(client, accounts='all', progress=False)",
    "RenameForm(client, frame, journal='names.sqlite')",
)
RUN = re.compile(r"\d{8}-\d{6}-")


def changes(sandbox: Sandbox) -> int:
    return sum(request["method"] == "POST" for request in sandbox.requests())


@pytest.mark.parametrize("where", ["lab", "voila"])
def test_names_are_cleaned_applied_and_taken_back(
    where: str, browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(numbers=400, accounts=3, seed=7) as sandbox, monkeypatch.context() as environment:
        for name, value in sandbox.environ.items():
            environment.setenv(name, value)
        journey(where, browser, tmp_path, sandbox)


def journey(where: str, browser: Browser, tmp_path: Path, sandbox: Sandbox) -> None:
    with jupyter.shown(where, browser, tmp_path, CELLS) as visit:
        form = visit.form("Rename")
        expect(form).to_contain_text("0 caller IDs of 400 would change", timeout=60_000)
        visit.picture(f"rename-{where}-empty", form)
        rules(form, visit, where, tmp_path)
        clusters(form, visit, where)
        single_name(form, visit, where)
        assert changes(sandbox) == 0
        applied(form, visit, where)
        assert changes(sandbox) > 20
        taken_back(form, visit, where)


def rules(form: Locator, visit: jupyter.Visit, where: str, folder: Path) -> None:
    form.get_by_role("button", name="Add the standard rules").click()
    expect(form.locator(".callerids-status")).to_contain_text("of 400 would change")
    expect(form.locator("del").first).to_be_visible()
    form.get_by_label("Rule", exact=True).select_option(index=6)
    form.get_by_role("button", name="Add rule").click()
    form.get_by_role("textbox", name="Pattern").press_sequentially("(sales")
    expect(form).to_contain_text("Not used yet. The rule 'replace-pattern'")
    visit.picture(f"rename-{where}-unfinished", form)
    form.get_by_role("textbox", name="Pattern").press_sequentially("|support)$")
    form.get_by_role("textbox", name="Put instead").press_sequentially(r"\1 team")
    form.get_by_role("checkbox", name="A and a differ").uncheck()
    expect(form).not_to_contain_text("Not used yet")
    expect(form.locator(".callerids-status")).not_to_contain_text("unfinished")  # the kernel has read it all
    form.get_by_role("textbox", name="Recipe file").fill(str(folder / "recipe.json"))
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.locator(".callerids-status")).to_contain_text("Saved 5 rules")
    assert len(Recipe.load(folder / "recipe.json").rules) == 5
    visit.picture(f"rename-{where}-rules", form)


def clusters(form: Locator, visit: jupyter.Visit, where: str) -> None:
    form.get_by_role("tab", name="2 Similar").click()
    form.get_by_role("button", name="Find", exact=True).click()
    expect(form).to_contain_text("clusters 1–4 of", timeout=60_000)
    visit.picture(f"rename-{where}-clusters", form)
    form.get_by_role("button", name="Accept", exact=True).first.click()
    expect(form.get_by_role("button", name="Accepted")).to_be_disabled()


def single_name(form: Locator, visit: jupyter.Visit, where: str) -> None:
    form.get_by_role("tab", name="3 Single").click()
    form.get_by_role("textbox", name="Search").press_sequentially("front")
    form.get_by_label("Found").locator("option").first.click()
    form.get_by_role("textbox", name="New name").fill("Front desk, by hand")
    form.get_by_role("textbox", name="New name").press("Enter")
    expect(form).to_contain_text("By hand: 'Front desk, by hand'.")
    visit.picture(f"rename-{where}-single", form)


def applied(form: Locator, visit: jupyter.Visit, where: str) -> None:
    form.get_by_role("tab", name="4 Apply").click()
    visit.picture(f"rename-{where}-plan", form)
    form.get_by_role("button", name="Apply", exact=True).click()
    question = form.locator(".callerids-question")
    expect(question).to_contain_text("PRACTICE ACCOUNT")
    visit.picture(f"rename-{where}-question", form)
    question.get_by_role("button", name="Yes, rename").click()
    expect(form.locator(".callerids-status")).to_contain_text("Done: ", timeout=60_000)
    visit.picture(f"rename-{where}-done", form)


def taken_back(form: Locator, visit: jupyter.Visit, where: str) -> None:
    form.get_by_role("tab", name="5 Past runs").click()
    form.get_by_role("row").filter(has_text=RUN).get_by_role("checkbox").click()
    form.get_by_role("button", name="Undo …").click()
    question = form.locator(".callerids-question")
    expect(question).to_contain_text("Take back run")
    visit.picture(f"rename-{where}-undo", form)
    question.get_by_role("button", name="Yes, rename").click()
    expect(form.locator(".callerids-status")).to_contain_text("Done: ", timeout=60_000)
    visit.picture(f"rename-{where}-undone", form)
