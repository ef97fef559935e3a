"""How long the form to browse takes from a key press to the new page, in a real Chromium in JupyterLab.

The time begins with the browser's own key or mouse event, and ends when the last change of the table is drawn;
once more, when the last change of the whole form is, the counts of the facets included. Words are typed key by
key, facets are ticked, pages are turned; what changes nothing on the screen is not counted. Beside it stands the
kernel's part: the median time of the form's handler, messages included.

Usage: python benchmarks/widgets.py [--rows 100000] [--rounds 5]
"""

from __future__ import annotations

import json
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import claims
from claims import Claim
from estates import estate

from callerid_analytics import exports

sys.path.append(str(Path(__file__).parents[1]))  # the tests know how to drive JupyterLab

from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser import jupyter
from tests.browser.conftest import ARGUMENTS

WORDS = ("sales", "+1415", "dental book", "pharm")
Took = dict[str, float]
TURN = "a turn of the page"
WITHIN = 0.25
"""Seconds that were promised for reacting to a filter."""
MAKE = """
import time
from callerid_analytics import exports
from callerid_analytics.widgets import Browser
browser = Browser(exports.read("estate.parquet"))
seconds, press = [], browser._press
def timed(handler):
    began = time.perf_counter()
    press(handler)
    seconds.append(time.perf_counter() - began)
browser._press = timed
browser
"""
TELL = "import json, pathlib; pathlib.Path('seconds.json').write_text(json.dumps(seconds)); print('told')"
WATCH = """() => {
  const form = document.querySelector('.callerids-form'), table = form.querySelector('.callerids-table');
  window.reaction = new Promise(resolve => {
    let began = null, quiet = null, took = {};
    const begin = event => { began ??= event.timeStamp; };
    for (const kind of ['keydown', 'click']) document.addEventListener(kind, begin, {capture: true, once: true});
    const watching = new MutationObserver(changes => {
      if (began === null) return;
      const places = changes.some(change => table.contains(change.target)) ? ['table', 'form'] : ['form'];
      requestAnimationFrame(() => setTimeout(() => {
        for (const place of places) took[place] = (performance.now() - began) / 1000;
      }));
      settle(300);
    });
    const settle = after => {
      clearTimeout(quiet);
      quiet = setTimeout(() => { watching.disconnect(); resolve(took); }, after);
    };
    watching.observe(form, {childList: true, subtree: true, characterData: true});
    settle(1500);
  });
}"""


def main() -> None:
    parser = claims.parser(__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    claims.tell(measure(asked.rows, asked.rounds), asked)


def measure(rows: int, rounds: int) -> Iterator[Claim]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        work = folder / "work"
        work.mkdir()
        exports.write(estate(rows), work / "estate.parquet")
        reactions = use(jupyter.write_notebook(work / "browse.ipynb", [MAKE, TELL]), folder, rounds)
        in_kernel = statistics.median(json.loads((work / "seconds.json").read_text()))
    for what, found in reactions.items():
        pages = [took["table"] for took in found if "table" in took]
        size = f"{rows:,} rows"
        yield Claim(
            what=f"{what}, to the new page",
            size=size,
            ours=statistics.median(pages),
            floor=in_kernel,
            floor_is="in the kernel",
            target=None if what == TURN else WITHIN,
        )
        everything = statistics.median(took["form"] for took in found if "table" in took)
        yield Claim(what=f"{what}, to the last count", size=size, ours=everything)
    slowest = max(took["table"] for found in reactions.values() for took in found if "table" in took)
    yield Claim(what="the slowest of all new pages", size=f"{rows:,} rows", ours=slowest)


def use(notebook: Path, folder: Path, rounds: int) -> dict[str, list[Took]]:
    """Use the form as a person does; return how long each reaction took."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        try:
            with (
                jupyter.lab(notebook, folder) as url,
                jupyter.visiting(browser, url, jupyter.Notebook) as visit,
            ):
                visit.run_all()
                form = visit.form("Browse caller IDs")
                form.locator("tbody tr").first.wait_for(timeout=120_000)
                times = react(visit.page, form, rounds)
                visit.run_cell(TELL).get_by_text("told").wait_for()
                return times
        finally:
            browser.close()


def react(page: Page, form: Locator, rounds: int) -> dict[str, list[Took]]:
    typed, ticked, turned = [], [], []
    for _ in range(rounds):
        for word in WORDS:
            form.get_by_label("Search").focus()
            typed += [reaction(page, partial(page.keyboard.press, key)) for key in word]
            page.keyboard.press("Control+A")
            typed.append(reaction(page, partial(page.keyboard.press, "Delete")))
        countries = [form.get_by_label(label, exact=True) for label in ("US", "GB", "GB", "US")]
        ticked += [reaction(page, country.click) for country in countries]
        buttons = [form.get_by_role("button", name=name) for name in ("Next", "Last", "First")]
        turned += [reaction(page, button.click) for button in buttons]
    return {"a key press in the search": typed, "a tick in a facet": ticked, TURN: turned}


def reaction(page: Page, act: Callable[[], object]) -> Took:
    """Do something; return the seconds until the table and the whole form have answered, if they have."""
    page.evaluate(WATCH)
    act()
    took: Took = page.evaluate("window.reaction")
    return took


if __name__ == "__main__":
    main()
