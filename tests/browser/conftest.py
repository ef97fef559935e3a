"""A real browser that looks at the sandbox's page, and what its tests share."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from playwright.sync_api import Browser, ConsoleMessage, Error, Locator, Page, Request, expect, sync_playwright

from callerid_analytics.sandbox import Clock, Sandbox

ARGUMENTS = (
    "--no-sandbox",  # root has no namespaces in a container; the only page visited is ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
CONTEXT = {
    "viewport": {"width": 1280, "height": 900},
    "reduced_motion": "reduce",  # what moves must be drawn again and again, here without a graphics card
}
NUMBER = "+14155550100"

expect.set_options(timeout=15_000)  # ms; a busy machine draws slowly


@dataclass
class Visit:
    """The page in a tab, with everything that went wrong there and every host that it spoke to."""

    page: Page
    sandbox: Sandbox
    url: str
    complaints: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", self._on_console)
        self.page.on("pageerror", self._on_error)
        self.page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _on_error(self, error: Error) -> None:
        self.complaints.append(error.message)

    def _on_request(self, request: Request) -> None:
        self.hosts.add(urlsplit(request.url).netloc)

    def forgive(self, reason: str) -> None:
        """Take back the browser's complaints of requests that were meant to fail; there must be some."""
        others = [complaint for complaint in self.complaints if reason not in complaint]
        assert others != self.complaints
        self.complaints = others

    def open(self) -> Page:
        """Go there, and wait until the page has heard from the sandbox."""
        self.page.goto(f"{self.url}/sandbox/")
        expect(self.page.locator("#url")).to_have_text(self.url)
        return self.page

    def place_call(self, number: str = NUMBER, name: str | None = None, **more: str) -> dict[str, str]:
        """Ask the API for a validation, as a program would."""
        form = {"PhoneNumber": number, "FriendlyName": name, **more}
        response = requests.post(self.caller_ids_url, form, auth=self._auth, timeout=10)
        assert response.status_code == 200, response.text
        answer: dict[str, str] = response.json()
        return answer

    def caller_ids(self, number: str = NUMBER) -> list[dict[str, Any]]:
        """Ask the API for the caller IDs of a number."""
        response = requests.get(self.caller_ids_url, {"PhoneNumber": number}, auth=self._auth, timeout=10)
        found: list[dict[str, Any]] = response.json()["outgoing_caller_ids"]
        return found

    @property
    def caller_ids_url(self) -> str:
        return f"{self.url}/2010-04-01/Accounts/{self.sandbox.account_sid}/OutgoingCallerIds.json"

    @property
    def _auth(self) -> tuple[str, str]:
        return self.sandbox.account_sid, self.sandbox.auth_token

    def call(self, sid: str) -> dict[str, Any]:
        """Show a call as its owner sees it."""
        return next(call for call in self.sandbox.calls() if call["sid"] == sid)

    def ring(self, number: str = NUMBER, name: str | None = None, **more: str) -> dict[str, str]:
        """Place a call and wait until the page shows that its phone rings."""
        placed = self.place_call(number, name, **more)
        self.sandbox.advance(0)  # what is due now happens
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # the page looks at once
        expect(self.row(number)).to_contain_text("ringing")
        return placed

    def row(self, number: str) -> Locator:
        """Find a call in the list of calls."""
        return self.page.locator("#calls li", has_text=number)

    @property
    def title(self) -> Locator:
        """What the phone shows large."""
        return self.page.locator("#title")

    @property
    def hint(self) -> Locator:
        """What the phone shows below."""
        return self.page.locator("#hint")

    def click_digits(self, digits: str) -> None:
        """Type on the keypad with the mouse."""
        for digit in digits:
            self.page.get_by_role("button", name=digit, exact=True).click()

    def press(self, *keys: str) -> None:
        """Type on the keyboard."""
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for one module: while it runs, so does an event loop, which other modules could not bear."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("There is no chromium on the PATH; `make test` says how to get it")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def sandbox() -> Sandbox:
    """A small sandbox of the test's own, in which time stands still; a visit starts it."""
    clock = Clock(speed=0, start=1_700_000_000)
    return Sandbox(numbers=30, accounts=3, clock=clock, randomness=Random(1))


@pytest.fixture
def visits(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Start sandboxes and visit them. Nothing may go wrong on a visit, and it may lead nowhere else."""
    made: list[Visit] = []
    with ExitStack() as stack:

        def make(sandbox: Sandbox, **options: Any) -> Visit:
            stack.enter_context(sandbox)
            context = browser.new_context(**{**CONTEXT, **options})
            stack.callback(context.close)  # before the sandbox stops
            made.append(Visit(context.new_page(), sandbox, sandbox.url))
            return made[-1]

        yield make
    for visit in made:
        assert visit.complaints == []
        assert visit.hosts <= {urlsplit(visit.url).netloc}


@pytest.fixture
def visit(visits: Callable[..., Visit], sandbox: Sandbox) -> Visit:
    """The page, open."""
    visit = visits(sandbox)
    visit.open()
    return visit


@pytest.fixture
def page(visit: Visit) -> Page:
    """Its tab."""
    return visit.page
