"""What stands beside the phone, and how the page behaves: names, lists, clock, reset, looks, silence."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Page, expect

from callerid_analytics import connect
from callerid_analytics.sandbox import Clock, Sandbox
from tests.browser.conftest import NUMBER, Visit

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parent.parent.parent / ".screenshots"
HOSTILE = {
    "a script": "<script>document.title = 'taken over'</script>",
    "a picture": '"><img src=x onerror="document.title=\'taken over\'">',
    "an entity": "&lt;b&gt; &amp;amp; {{name}} ${name}",
    "right to left": "\u202egnp.eciovni\u202c \u200fשלום\u200f",
    "emoji": "\U0001f389" * 64,
    "one long word": "W" * 64,
}


def overflow(page: Page) -> int:
    """Measure by how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def hide(page: Page, hidden: bool) -> None:
    """Tell the page that its tab is in the background, or is back."""
    page.evaluate(
        """(hidden) => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


# Names


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_name_is_text(visit: Visit, page: Page, name: str) -> None:
    asked = visit.ring(NUMBER, name)
    for place in (page.locator("#name"), visit.row(NUMBER).locator("[data-part=name]")):
        expect(place).to_have_text(name, use_inner_text=False)
        assert place.text_content() == name
    visit.press(*asked["validation_code"])
    entry = page.locator("#caller-ids li").first
    expect(entry).to_contain_text(NUMBER)
    assert entry.locator("[data-part=name]").text_content() == name
    request = page.locator("#requests li", has_text="POST").first
    request.get_by_text("More").click()
    expect(request.locator("dl")).to_contain_text(NUMBER)
    assert name in request.locator("dl dd").all_text_contents()
    assert page.locator("main :is(script, b:not(.keypad b), img)").count() == 0
    assert page.title() == "Sandbox"
    for width in (400, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert overflow(page) == 0


def test_a_number_without_end_breaks_nothing(visit: Visit, page: Page) -> None:
    visit.sandbox.add_caller_id("+" + "49" * 100, "x")
    expect(page.locator("#caller-ids li").first).to_contain_text("4949")
    page.set_viewport_size({"width": 400, "height": 800})
    assert overflow(page) == 0


# Lists


def test_without_calls_the_page_teaches_and_with_calls_it_stands_back(visit: Visit, page: Page) -> None:
    lesson = page.locator("#lesson")
    expect(lesson).to_have_attribute("open", "")
    visit.ring()
    expect(lesson).not_to_have_attribute("open", "")
    lesson.locator("summary").click()
    visit.ring("+14155550199")
    expect(lesson).to_have_attribute("open", "")  # the person wants it


def test_the_curl_line_of_the_lesson_works(visit: Visit, page: Page) -> None:
    line = page.locator("#curl").inner_text()
    line = line.replace("$TWILIO_ACCOUNT_SID", visit.sandbox.account_sid)
    line = line.replace("$TWILIO_AUTH_TOKEN", visit.sandbox.auth_token)
    program, url, user_flag, user, *fields = shlex.split(line.replace("\\\n", ""))
    assert (program, user_flag) == ("curl", "-u")
    assert fields[::2] == ["--data-urlencode", "-d"]
    sid, token = user.split(":")
    form = dict(field.split("=", 1) for field in fields[1::2])
    response = requests.post(url, form, auth=(sid, token), timeout=10)
    assert response.status_code == 200
    expect(visit.row(form["PhoneNumber"])).to_be_visible()


def test_the_python_line_of_the_lesson_works(visit: Visit, page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in visit.sandbox.environ.items():
        monkeypatch.setenv(name, value)
    first, second = page.locator("#python").inner_text().splitlines()
    assert first == "import callerid_analytics as ca"
    assert connect.__name__ in second
    names: dict[str, object] = {}
    exec(f"{first}\ncode = {second}", names)
    expect(page.locator("#told")).to_have_text(str(names["code"]))


def test_a_line_can_be_copied(visit: Visit, page: Page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").first.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#curl").text_content()


def test_callbacks_are_listed_with_what_was_sent(visit: Visit, page: Page) -> None:
    with_secret = visit.url.replace("//", "//name:secret@")
    asked = visit.ring(StatusCallback=f"{with_secret}/nobody")
    visit.press(*asked["validation_code"])
    callback = page.locator("#callbacks li")
    expect(callback).to_contain_text("404")
    expect(callback).to_contain_text("success")
    expect(callback).not_to_contain_text("secret")
    callback.get_by_text("What was sent").click()
    expect(callback.locator("dl")).to_contain_text(asked["call_sid"])


def test_requests_are_listed_newest_first_and_the_page_does_not_list_itself(visit: Visit, page: Page) -> None:
    requests.get(f"{visit.url}/2010-04-01/Accounts.json?PageSize=3", timeout=10)
    first = page.locator("#requests li").first
    expect(first).to_contain_text("/2010-04-01/Accounts.json?PageSize=3")
    expect(first).to_contain_text("401")
    visit.ring()
    expect(first).to_contain_text("POST")
    expect(page.locator("#requests")).not_to_contain_text("/sandbox/")


def test_what_is_unfolded_and_focused_stays_so_while_the_page_goes_on(visit: Visit, page: Page) -> None:
    visit.ring(NUMBER)
    page.locator("#requests summary").click()
    visit.row(NUMBER).get_by_role("button").focus()
    visit.ring("+14155550199")  # another row above it
    expect(page.locator("#requests details[open]")).to_have_count(1)
    expect(visit.row(NUMBER).get_by_role("button")).to_be_focused()


# What else a person can do


def test_reset_asks_first(visit: Visit, page: Page) -> None:
    asked = visit.ring()
    page.get_by_role("button", name="Reset…").click()
    dialog = page.get_by_role("dialog", name="Reset the sandbox?")
    expect(dialog).to_be_visible()
    visit.press("Escape")  # of the dialog, not of the phone
    expect(dialog).to_be_hidden()
    assert visit.call(asked["call_sid"])["state"] == "ringing"
    page.get_by_role("button", name="Reset…").click()
    page.get_by_role("button", name="Cancel").click()
    expect(visit.row(NUMBER)).to_be_visible()
    page.get_by_role("button", name="Reset…").click()
    dialog.get_by_role("button", name="Reset").click()
    expect(visit.row(NUMBER)).to_have_count(0)
    expect(visit.title).to_have_text("No call")
    assert visit.sandbox.calls() == []


def test_a_clock_that_runs_has_no_buttons(visits: Callable[..., Visit]) -> None:
    page = visits(Sandbox(numbers=5, clock=Clock(speed=10))).open()
    expect(page.locator("#pace")).to_have_text("UTC · 10 times as fast")
    expect(page.locator("#advance")).to_be_hidden()


def test_phones_that_answer_by_themselves_are_announced(visits: Callable[..., Visit]) -> None:
    page = visits(Sandbox(numbers=5, clock=Clock(speed=0), answer="correct")).open()
    expect(page.locator("#behaviour")).to_have_text("Answers by itself: correct")


def test_focus_can_be_seen_wherever_the_tab_key_leads(visit: Visit, page: Page) -> None:
    visit.ring()
    seen = set()
    for _ in range(30):
        visit.press("Tab")
        focused = page.locator(":focus")
        if focused.count():  # after the last one the browser's own controls have their turn
            assert focused.evaluate("element => getComputedStyle(element).outlineStyle") == "solid"
            seen.add(focused.get_attribute("id"))
    assert {"reset", "answer", "hangup", "caller-ids", "requests"} <= seen


def test_every_control_has_a_name(visit: Visit, page: Page) -> None:
    visit.ring()
    for button in page.get_by_role("button").all():
        assert button.get_attribute("aria-label") or button.inner_text().strip()


# Silence


def test_the_page_says_that_the_sandbox_has_stopped_and_goes_on_when_it_is_back(visit: Visit, page: Page) -> None:
    expect(page.locator("#stopped")).to_be_hidden()
    port = int(visit.url.rpartition(":")[2])
    visit.sandbox.stop()
    expect(page.get_by_role("alert")).to_contain_text("The sandbox has stopped")
    page.screenshot(path=SCREENSHOTS / "9-stopped-light-1280.png", full_page=True)
    with Sandbox(numbers=5, port=port):
        expect(page.locator("#stopped")).to_be_hidden()
        expect(page.locator("#caller-ids-count")).to_have_text("5")
        page.context.close()
    visit.forgive("ERR_")


def test_a_page_that_nobody_sees_asks_for_nothing(visit: Visit, page: Page) -> None:
    page.clock.install()
    visit.open()
    hide(page, True)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(10_000)
    assert asked == []
    with page.expect_request("**/sandbox/state"):
        hide(page, False)


# Looks


def test_motion_is_for_those_who_want_it(visits: Callable[..., Visit], sandbox: Sandbox) -> None:
    visit = visits(sandbox, reduced_motion="no-preference")
    page = visit.open()
    visit.ring()
    animation = "getComputedStyle(document.getElementById('phone')).animationName"
    assert page.evaluate(animation) == "sway"
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate(animation) == "none"


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures(visits: Callable[..., Visit], sandbox: Sandbox, scheme: str, width: int) -> None:
    """Take a picture of each mood, for people to look at; machines see to it that nothing sticks out."""
    visit = visits(sandbox, color_scheme=scheme, viewport={"width": width, "height": 900})
    page = visit.open()

    def take(name: str) -> None:
        assert overflow(page) == 0
        page.screenshot(path=SCREENSHOTS / f"{name}-{scheme}-{width}.png", full_page=True)

    take("1-empty")
    asked = visit.ring(NUMBER, "Front desk", StatusCallback=f"{visit.url}/nobody")
    expect(visit.title).to_have_text("Incoming call")
    take("2-ringing")
    visit.press("Enter", *"999")
    expect(visit.title).to_have_text("Connected")
    take("3-typing")
    visit.press(*"999")
    expect(visit.hint).to_contain_text("2 attempts left")
    take("4-wrong-digits")
    visit.press(*asked["validation_code"])
    expect(visit.title).to_have_text("Verified")
    expect(page.locator("#callbacks li")).to_contain_text("404")
    take("5-verified")
    visit.ring("+442079460000", HOSTILE["right to left"])
    expect(page.locator("#owner")).to_have_text("+442079460000")
    visit.press("Escape")
    expect(visit.title).to_have_text("Hung up")
    take("6-hung-up")
    for number, name in enumerate(HOSTILE.values(), 30):
        visit.ring(f"+442079460{number:03}", name)
    take("7-many")
    page.get_by_role("button", name="Reset…").click()
    take("8-reset")


def test_light_and_dark_differ(visits: Callable[..., Visit], sandbox: Sandbox) -> None:
    page = visits(sandbox, color_scheme="light").open()
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(background) != light
