"""The audit in JupyterLab and in Voilà, as somebody uses it who wants to know what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from callerid_analytics.report import read_findings
from tests.browser import jupyter

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CELLS = (
    "import callerid_analytics as ca\n"
    "from callerid_analytics.widgets import AuditView\n"
    "sandbox = ca.Sandbox(numbers=400, accounts=3, seed=7)\n"
    "sandbox.start()\n"
    "client = ca.Client.from_env(sandbox.environ)\n"
    "frame = ca.load(client, accounts='all', progress=False)\n"
    "handed_on = []",
    "AuditView(frame, on_rename=handed_on.extend)",
)


@pytest.mark.parametrize("where", ["lab", "voila"])
def test_findings_are_followed_to_their_rows_and_written(where: str, browser: Browser, tmp_path: Path) -> None:
    with jupyter.shown(where, browser, tmp_path, CELLS) as visit:
        form = visit.form("Audit")
        expect(form).to_contain_text("findings about 400 caller IDs.", timeout=60_000)
        visit.picture(f"audit-{where}-all", form)

        form.get_by_role("button", name="medium", exact=False).first.click()
        expect(form.get_by_role("option", name="34 × all rules")).to_be_attached()
        form.locator("select[multiple], select[size]").first.select_option(label=rule(form))
        expect(form).to_contain_text("take no room, make two names that look the same differ")
        visit.picture(f"audit-{where}-rule", form)

        form.get_by_role("button", name="Their caller IDs", exact=True).click()
        expect(form.get_by_role("columnheader", name="Country")).to_be_visible()
        form.locator("tbody tr:visible").first.get_by_role("checkbox").click()
        expect(form).to_contain_text("1 selected")
        visit.picture(f"audit-{where}-rows", form)

        form.get_by_label("Policy file").fill("there-is-none.toml")
        form.get_by_role("button", name="Audit", exact=True).click()
        expect(form.locator(".callerids-status")).to_contain_text("there-is-none.toml")
        visit.picture(f"audit-{where}-error", form)

        bundle = tmp_path / f"bundle-{where}"
        form.get_by_label("Folder").fill(str(bundle))
        form.get_by_role("button", name="Write the report", exact=True).click()
        expect(form.locator(".callerids-status")).to_contain_text("begin with report.html", timeout=60_000)
    assert len(read_findings(bundle)) > 100


def rule(form: Locator) -> str:
    options = form.locator("option", has_text="hidden-character").all_text_contents()
    return options[0]
