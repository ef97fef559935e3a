"""The practice phone: it rings when the sandbox calls, and what is done to it happens to the call."""

from __future__ import annotations

import pytest

from callerid_analytics.client import Client
from callerid_analytics.errors import InvalidParameter
from callerid_analytics.sandbox import Sandbox
from callerid_analytics.widgets import SandboxPhone
from tests.widgets.conftest import NUMBER, form_threads, pause, until, words

OTHER = "+14155550101"


@pytest.fixture
def phone(sandbox: Sandbox) -> SandboxPhone:
    return SandboxPhone(sandbox, pause=pause)


@pytest.fixture
def code(phone: SandboxPhone, client: Client, sandbox: Sandbox) -> str:
    """Its code, while the phone rings."""
    request = client.request_validation(NUMBER, friendly_name="Front desk", call_delay=10)
    until(lambda: words(phone._screen.value) == f"{NUMBER} Rings in 10 s.")
    assert phone._answer.disabled
    sandbox.advance(15)
    until(lambda: "It rings" in phone.status)
    assert words(phone._screen.value) == f"{NUMBER} Front desk"
    return str(request.validation_code)


def state(sandbox: Sandbox) -> str:
    return str(sandbox.calls()[0]["state"])


def test_it_is_silent_until_somebody_calls(phone: SandboxPhone) -> None:
    assert words(phone._screen.value) == "No call"
    assert all(b.disabled for b in (phone._answer, phone._hang_up, phone._busy, phone._ignore))


def test_the_right_code_verifies(phone: SandboxPhone, sandbox: Sandbox, code: str) -> None:
    phone._digits.value = f" {code} "
    phone._answer.click()
    assert "the code was right" in phone.status
    assert sandbox.caller_ids()[0]["friendly_name"] == "Front desk"
    assert phone._answer.disabled


def test_enter_types_the_code_too(phone: SandboxPhone, sandbox: Sandbox, code: str) -> None:
    phone._digits.value = code
    phone._digits._handle_custom_msg({"event": "submit"}, [])
    assert state(sandbox) == "verified"


def test_a_wrong_code_can_be_corrected_twice(phone: SandboxPhone, sandbox: Sandbox, code: str) -> None:
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    for left in (2, 1):
        phone._digits.value = wrong
        phone._answer.click()
        assert f"That code was wrong; {left} more may be typed." in phone.status
        assert phone._digits.value == ""
    phone._digits.value = wrong
    phone._answer.click()
    assert "wrong three times" in phone.status
    assert sandbox.caller_ids() == []


@pytest.mark.parametrize(
    ("button", "expected", "says"),
    [
        ("_hang_up", "hung-up", "Hung up."),
        ("_busy", "busy", "Busy."),
        ("_ignore", "no-answer", "Nobody answered."),
    ],
)
def test_other_endings(
    phone: SandboxPhone, sandbox: Sandbox, code: str, button: str, expected: str, says: str
) -> None:
    getattr(phone, button).click()
    assert state(sandbox) == expected
    assert says in phone.status
    assert phone._hang_up.disabled


def test_what_cannot_be_done_is_said(phone: SandboxPhone, sandbox: Sandbox) -> None:
    phone._hang_up.click()
    assert "Nobody calls at the moment." in phone.status
    sandbox.stop()
    until(lambda: "The sandbox is not running" in phone.status and not phone.is_running)


def test_the_call_that_has_waited_longest_comes_first(
    phone: SandboxPhone, sandbox: Sandbox, client: Client, code: str
) -> None:
    client.request_validation(OTHER)
    sandbox.advance(5)
    phone._busy.click()
    until(lambda: OTHER in phone._screen.value and "It rings" in phone.status)
    phone._ignore.click()
    assert [call["state"] for call in sandbox.calls()] == ["no-answer", "busy"]


def test_another_phone_of_the_sandbox_silences_the_first(phone: SandboxPhone, sandbox: Sandbox) -> None:
    second = SandboxPhone(sandbox, pause=pause)
    assert not phone.is_running
    assert second.is_running
    second.close()
    assert form_threads() == []


def test_a_real_account_has_no_practice_phone() -> None:
    with pytest.raises(InvalidParameter, match="real account"):
        SandboxPhone(None)
