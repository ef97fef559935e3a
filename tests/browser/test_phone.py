"""Verifying a number on the page: the phone rings, somebody picks up and types."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from callerid_analytics.sandbox import Sandbox
from tests.browser.conftest import NUMBER, Visit

pytestmark = pytest.mark.browser

OTHER = "+14155550101"


def another(code: str) -> str:
    """Give a code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_a_number_is_verified_with_the_mouse(visits: Callable[..., Visit]) -> None:
    visit = visits(Sandbox(numbers=30, accounts=3))  # on the real clock, as people have it
    page = visit.open()
    expect(visit.title).to_have_text("No call")

    asked = visit.place_call(NUMBER, "Front desk")

    expect(visit.title).to_have_text("Incoming call")
    expect(page.locator("#phone")).to_contain_text(NUMBER)
    expect(page.locator("#phone")).to_contain_text("Front desk")
    expect(page.locator("#told")).to_have_text(asked["validation_code"])
    expect(page.get_by_role("status")).to_have_text(f"{NUMBER} is ringing")
    expect(page).to_have_title("☎ Ringing – Sandbox")
    page.get_by_role("button", name="Answer", exact=True).click()
    expect(visit.title).to_have_text("Type the code")
    visit.click_digits(asked["validation_code"])

    expect(visit.title).to_have_text("Verified")
    expect(page.locator("#caller-ids li").first).to_contain_text(NUMBER)
    expect(page.locator("#caller-ids li").first).to_contain_text("Front desk")
    expect(visit.row(NUMBER)).to_contain_text("verified")
    assert [found["friendly_name"] for found in visit.caller_ids()] == ["Front desk"]


def test_a_number_is_verified_with_the_keyboard_alone(visit: Visit) -> None:
    asked = visit.ring()
    visit.press("Enter")
    expect(visit.title).to_have_text("Connected")
    visit.press(*asked["validation_code"])
    expect(visit.title).to_have_text("Verified")
    assert len(visit.caller_ids()) == 1


def test_the_first_digit_picks_up(visit: Visit) -> None:
    asked = visit.ring()
    visit.press(asked["validation_code"][0])
    expect(visit.title).to_have_text("Connected")
    visit.press(*asked["validation_code"][1:])
    expect(visit.title).to_have_text("Verified")


def test_a_mistyped_digit_can_be_deleted(visit: Visit, page: Page) -> None:
    asked = visit.ring()
    first, rest = asked["validation_code"][0], asked["validation_code"][1:]
    visit.press("Enter", first, "9", "Backspace")
    expect(page.locator("#slots")).to_have_attribute("aria-label", f"Typed: {first}")
    visit.press("8")
    page.get_by_role("button", name="Delete the last digit").click()
    visit.press(*rest)
    expect(visit.title).to_have_text("Verified")


def test_a_wrong_code_may_be_corrected(visit: Visit, page: Page) -> None:
    asked = visit.ring()
    visit.press("Enter", *another(asked["validation_code"]))
    expect(visit.hint).to_have_text("Wrong code, 2 attempts left")
    expect(page.locator("#slots")).to_have_attribute("aria-label", "Nothing typed yet")
    assert visit.caller_ids() == []
    visit.press(*asked["validation_code"])
    expect(visit.title).to_have_text("Verified")


def test_three_wrong_codes_end_the_call(visit: Visit) -> None:
    asked = visit.ring()
    wrong = another(asked["validation_code"])
    visit.press("Enter", *wrong)
    expect(visit.hint).to_contain_text("2 attempts left")
    visit.press(*wrong)
    expect(visit.hint).to_contain_text("one attempt left")
    visit.press(*wrong)
    expect(visit.title).to_have_text("Wrong code")
    expect(visit.row(NUMBER)).to_contain_text("wrong code")
    assert visit.caller_ids() == []


def test_impatience_does_no_harm(visit: Visit) -> None:
    visit.ring()
    visit.press("Enter", "Enter", "1", "Escape", "Escape", "2")
    expect(visit.title).to_have_text("Hung up")
    expect(visit.hint).to_have_text("The number is not verified")


def test_escape_hangs_up(visit: Visit, page: Page) -> None:
    asked = visit.ring()
    visit.press("Enter")
    expect(visit.title).to_have_text("Connected")
    visit.press("1", "Escape")
    expect(visit.title).to_have_text("Hung up")
    expect(page.locator("#keypad button").first).to_be_disabled()
    assert visit.call(asked["call_sid"])["state"] == "hung-up"


@pytest.mark.parametrize(
    ("button", "shown", "state"),
    [
        ("Hang up", "Hung up", "hung-up"),
        ("Busy", "Busy", "busy"),
        ("No answer", "Not answered", "no-answer"),
        ("Failed", "The call failed", "failed"),
    ],
)
def test_a_ringing_phone_need_not_be_answered(
    visit: Visit, page: Page, button: str, shown: str, state: str
) -> None:
    asked = visit.ring()
    page.get_by_role("button", name=button, exact=True).click()
    expect(visit.title).to_have_text(shown)
    assert visit.call(asked["call_sid"])["state"] == state
    assert visit.caller_ids() == []


def test_the_delay_is_counted_down_on_a_clock_moved_by_hand(visit: Visit, page: Page) -> None:
    visit.place_call(CallDelay="15")
    expect(visit.hint).to_have_text("It rings in 15 s")
    expect(page.get_by_role("button", name="Answer", exact=True)).to_be_disabled()
    page.get_by_role("button", name="Advance the clock by 10 seconds").click()
    expect(visit.hint).to_have_text("It rings in 5 s")
    page.get_by_role("button", name="Advance the clock by 10 seconds").click()
    expect(visit.title).to_have_text("Incoming call")
    expect(page.locator("#now")).to_have_text("Tue, 14 Nov 2023, 22:13:40")


def test_an_extension_is_dialled(visit: Visit, page: Page) -> None:
    visit.ring(Extension="4711")
    visit.press("Enter")
    expect(visit.title).to_have_text("Connected")
    visit.sandbox.advance(1)
    expect(visit.hint).to_have_text("Dialling extension 4711")
    visit.sandbox.advance(2)
    expect(visit.title).to_have_text("Type the code")
    expect(visit.row(NUMBER)).to_contain_text("extension 4711 dialled")


def test_of_several_phones_the_one_that_rings_is_chosen(visit: Visit, page: Page) -> None:
    visit.place_call(NUMBER, CallDelay="60")
    expect(page.locator("#owner")).to_have_text(NUMBER)
    visit.ring(OTHER)
    expect(page.locator("#owner")).to_have_text(OTHER)
    expect(visit.row(OTHER).get_by_role("button")).to_have_attribute("aria-current", "true")
    expect(visit.row(NUMBER).get_by_role("button")).to_have_attribute("aria-current", "false")


def test_of_several_ringing_phones_the_person_chooses(visit: Visit, page: Page) -> None:
    asked = visit.ring(NUMBER), visit.ring(OTHER)
    expect(page.locator("#owner")).to_have_text(NUMBER)
    visit.row(OTHER).get_by_role("button").focus()
    visit.press("Enter")  # chooses
    expect(page.locator("#owner")).to_have_text(OTHER)
    visit.press("Enter", *asked[1]["validation_code"])  # answers
    expect(visit.title).to_have_text("Verified")
    assert visit.call(asked[0]["call_sid"])["state"] == "ringing"
    assert visit.call(asked[1]["call_sid"])["state"] == "verified"


def test_the_chosen_call_never_scrolls_out_of_sight(visit: Visit, page: Page) -> None:
    visit.ring(NUMBER)
    for number in range(8):
        visit.ring(f"+44207946000{number}")
    expect(page.locator("#calls li")).to_have_count(9)
    expect(page.locator("#owner")).to_have_text(NUMBER)  # the oldest, so the last in the list
    seen = page.locator("#calls").bounding_box()
    row = visit.row(NUMBER).bounding_box()
    assert seen is not None
    assert row is not None
    assert seen["y"] <= row["y"] + 1
    assert row["y"] + row["height"] <= seen["y"] + seen["height"] + 1


def test_the_outcome_stays_a_moment_before_the_next_phone_is_shown(visit: Visit, page: Page) -> None:
    page.clock.install()
    visit.open()
    asked = visit.ring(NUMBER)
    visit.ring(OTHER)
    visit.press(*asked["validation_code"])
    expect(visit.title).to_have_text("Verified")
    page.clock.fast_forward(1000)
    expect(visit.title).to_have_text("Verified")
    page.clock.fast_forward(5000)
    expect(page.locator("#owner")).to_have_text(OTHER)
    expect(visit.title).to_have_text("Incoming call")


def test_a_call_that_somebody_else_ended_cannot_be_answered(visit: Visit, page: Page) -> None:
    asked = visit.ring()
    as_it_was = {"calls": visit.sandbox.calls()}
    page.route("**/sandbox/calls?*", lambda route: route.fulfill(json=as_it_was))
    visit.sandbox.hang_up(asked["call_sid"])
    visit.press("Enter")
    expect(visit.hint).to_contain_text("has ended")
    page.unroute("**/sandbox/calls?*")
    expect(visit.title).to_have_text("Hung up")
    visit.forgive("409")
