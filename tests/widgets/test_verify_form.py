"""The form for one number: what is typed, pressed, shown, and what the sandbox holds afterwards."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest

from callerid_analytics.callbacks import CallbackReceiver
from callerid_analytics.client import Client
from callerid_analytics.sandbox import Clock, Fault, Sandbox
from callerid_analytics.verification import MEANINGS, State
from callerid_analytics.widgets import VerifyForm
from tests.widgets.conftest import NUMBER, form_threads, pause, until, words

MakeForm = Callable[..., VerifyForm]


@pytest.fixture
def make_form(client: Client, clock: Clock) -> MakeForm:
    return lambda **options: VerifyForm(client, clock=clock, pause=pause, **options)


@pytest.fixture
def form(make_form: MakeForm) -> VerifyForm:
    return make_form()


def ask(form: VerifyForm, number: str = NUMBER, name: str = "") -> None:
    """Fill in the form, press Verify, and wait for the code."""
    form._number.value, form._name.value = number, name
    form._verify.click()
    until(lambda: form.verification and form.verification.code and form.verification.code[:3] in form._code.value)


def ring(form: VerifyForm, sandbox: Sandbox) -> str:
    """Let the delay and the dialling pass, and give the call's SID."""
    sandbox.advance(20)
    until(lambda: MEANINGS[State.CALLING] in form.status)
    return sandbox.calls()[0]["sid"]


def ended(form: VerifyForm, sandbox: Sandbox, state: State) -> None:
    """Let time pass, look by look, until the form says that it has come to this."""

    def says() -> bool:
        sandbox.advance(5)
        return MEANINGS[state] in form.status and form._cancel.disabled

    until(says)


@pytest.mark.parametrize(
    ("typed", "shown", "about", "may_be_called"),
    [
        ("", "", "Begin with + and the country code", False),
        ("+1415555", "+1 415-555", "too short", False),
        ("+1 (415) 555-0100", "+1 415-555-0100", "+14155550100 · US · fixed line or mobile · valid", True),
        ("+442079460000", "+44 20 7946 0000", "GB · fixed line · valid", True),
        ("+15555550100", "+1 555-555-0100", "no such number is known, but it can be tried", True),
        ("4155550100", "4155550100", "write it as +, country code and number", False),
        ("+1 415 555 0100 x12", "+1415555010012", "seems to end in an extension", False),
        ("<b>", "", "'<b>' is no phone number", False),
    ],
)
def test_a_number_is_described_as_it_is_typed(
    form: VerifyForm, typed: str, shown: str, about: str, may_be_called: bool
) -> None:
    form._number.value = typed
    assert f"<b>{shown}" in form._facts.value
    assert about in words(form._facts.value)
    assert form._verify.disabled is not may_be_called


def test_a_number_without_its_country_is_of_the_region(make_form: MakeForm) -> None:
    form = make_form(region="US")
    form._number.value = "415 555 0100"
    assert "+14155550100" in form._facts.value
    assert not form._verify.disabled


def test_the_code_is_shown_before_the_phone_rings(form: VerifyForm, sandbox: Sandbox) -> None:
    assert form._delay.value == 15
    ask(form)
    assert f"{NUMBER} rings in 15 s." in form._code.value
    assert sandbox.calls()[0]["code"] == form.verification.code
    sandbox.advance(4)
    until(lambda: "rings in 11 s." in form._code.value)


def test_the_right_code_verifies_the_number(form: VerifyForm, sandbox: Sandbox, client: Client) -> None:
    ask(form, name="Front desk")
    sandbox.answer(ring(form, sandbox), form.verification.code)
    ended(form, sandbox, State.VERIFIED)
    assert "is-good" in form.status
    assert "Its name is Front desk." in form.status
    assert form.verification.code[:3] not in form._code.value
    assert "verified" in form._history.value
    assert [row.friendly_name for row in client.iter_caller_ids(phone_number=NUMBER)] == ["Front desk"]
    assert form._again.disabled


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (Sandbox.hang_up, "The call ended without the right code."),
        (Sandbox.busy, "The line was busy."),
        (Sandbox.no_answer, "Nobody answered."),
        (Sandbox.fail, "The call did not get through."),
    ],
)
def test_every_other_ending_says_why(
    form: VerifyForm, sandbox: Sandbox, act: Callable[[Sandbox, str], None], reason: str
) -> None:
    ask(form)
    act(sandbox, ring(form, sandbox))
    ended(form, sandbox, State.FAILED)
    assert "is-bad" in form.status
    assert reason in form.status
    assert reason in form._history.value
    assert sandbox.caller_ids() == []
    assert not form._again.disabled


def test_the_wrong_code_three_times_ends_the_call(form: VerifyForm, sandbox: Sandbox) -> None:
    ask(form)
    call = ring(form, sandbox)
    for _ in range(3):
        sandbox.answer(call, f"{(int(form.verification.code) + 1) % 1_000_000:06}")
    ended(form, sandbox, State.FAILED)
    assert "The call ended without the right code." in form.status


def test_a_lost_answer_is_said_and_the_phone_is_waited_for(form: VerifyForm, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("drop-after", method="POST"))
    form._number.value = NUMBER
    form._verify.click()
    until(lambda: MEANINGS[State.UNKNOWN] in form.status)
    sandbox.advance(20)
    sandbox.answer(sandbox.calls()[0]["sid"], sandbox.calls()[0]["code"])
    ended(form, sandbox, State.VERIFIED)


def test_an_outcome_that_nobody_tells_is_said_to_be_missing(form: VerifyForm, sandbox: Sandbox) -> None:
    ask(form)
    ring(form, sandbox)
    sandbox.set_faults(Fault("error", status=503))
    ended(form, sandbox, State.TIMED_OUT)
    assert "The last look at the list failed" in form.status


def test_a_callback_tells_the_outcome_too(make_form: MakeForm, sandbox: Sandbox) -> None:
    with CallbackReceiver({sandbox.account_sid: sandbox.auth_token}) as receiver:
        form = make_form(receiver=receiver)
        ask(form)
        call = ring(form, sandbox)
        sandbox.set_faults(Fault("error", status=503))
        sandbox.answer(call, form.verification.code)
        until(lambda: MEANINGS[State.VERIFIED] in form.status)


def test_a_number_that_is_verified_already_is_not_called(form: VerifyForm, sandbox: Sandbox) -> None:
    sandbox.add_caller_id(NUMBER, "<Reception>")
    form._number.value = NUMBER
    form._verify.click()
    ended(form, sandbox, State.ALREADY_VERIFIED)
    assert "Its name is &lt;Reception&gt;." in form.status
    assert sandbox.calls() == []


def test_trying_again_calls_once_more_with_another_code(form: VerifyForm, sandbox: Sandbox) -> None:
    ask(form)
    sandbox.busy(ring(form, sandbox))
    ended(form, sandbox, State.FAILED)
    form._again.click()
    until(lambda: MEANINGS[State.REQUESTED] in form.status)
    assert len(sandbox.calls()) == 2
    sandbox.answer(ring(form, sandbox), form.verification.code)
    ended(form, sandbox, State.VERIFIED)
    assert form._history.value.count("<tr>") == 1 + 2


def test_cancelling_stops_watching_and_keeps_the_code(form: VerifyForm, sandbox: Sandbox) -> None:
    ask(form)
    form._cancel.click()
    until(lambda: MEANINGS[State.CANCELLED] in form.status and form._cancel.disabled)
    assert form.verification.code[:3] in form._code.value
    assert not form._again.disabled


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [("_name", "x" * 65, "64"), ("_extension", "12a", "12a"), ("_callback", "nowhere", "status_callback must be")],
)
def test_what_cannot_be_sent_is_said_and_not_sent(
    form: VerifyForm, sandbox: Sandbox, field: str, value: str, complaint: str
) -> None:
    form._number.value = NUMBER
    getattr(form, field).value = value
    form._verify.click()
    assert "is-bad" in form.status
    assert complaint in form.status
    assert sandbox.calls() == []
    getattr(form, field).value = ""
    ask(form)
    assert "is-bad" not in form.status


def test_all_that_is_typed_is_sent(form: VerifyForm, sandbox: Sandbox) -> None:
    form._extension.value, form._delay.value = "12", 30
    form._callback.value = "http://127.0.0.1:9/told"
    ask(form, name="Front desk")
    call = sandbox.calls()[0]
    assert (call["extension"], call["friendly_name"], call["rings_in"]) == ("12", "Front desk", 30)
    assert "told" in str(sandbox.requests()[0])


@pytest.mark.parametrize("path", ["*/OutgoingCallerIds.json"])
@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    "fault", [("error", 500), ("too-many-requests", None), ("drop-before", None)], ids=lambda fault: fault[0]
)
def test_what_goes_wrong_on_the_way_is_said(
    form: VerifyForm, sandbox: Sandbox, fault: tuple[str, int | None], method: str, path: str
) -> None:
    kind, status = fault
    sandbox.set_faults(Fault(kind, method=method, path=path, status=status))
    form._number.value = NUMBER
    form._verify.click()
    until(lambda: "Asking" not in form.status)
    sandbox.set_faults()
    ended(form, sandbox, State.FAILED)
    assert form.verification.reason in unescape(form.status)


def test_an_unforeseen_error_shows_too(
    form: VerifyForm, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(client_of(form), "request_validation", None)
    form._number.value = NUMBER
    form._verify.click()
    until(lambda: "not foreseen: TypeError" in form.status and not form.is_running)
    assert "A form failed." in caplog.text
    caplog.clear()
    form._number.value = ""
    assert "Try again goes on." in form.status
    monkeypatch.undo()
    form._again.click()
    until(lambda: form.verification.state is State.UNKNOWN and form.is_running)


def client_of(form: VerifyForm) -> Client:
    return form._client


def test_another_form_for_the_client_stops_the_first_and_keeps_its_code(
    form: VerifyForm, make_form: MakeForm
) -> None:
    ask(form)
    second = make_form()
    assert form_threads() == []
    assert f"{MEANINGS[State.CANCELLED]} This form is closed." in form.status
    assert form._verify.disabled
    assert form.verification.code[:3] in second._code.value
    assert not second._again.disabled


def test_closing_leaves_no_thread_and_may_be_repeated(form: VerifyForm) -> None:
    ask(form)
    assert len(form_threads()) == 1
    form.close()
    form.close()
    form._again.click()
    assert "run its cell again" in form.status
    assert form_threads() == []
    assert form.comm is None
    assert form._number.comm is None


def test_a_second_call_waits_for_the_end_of_the_first(form: VerifyForm, sandbox: Sandbox) -> None:
    ask(form)
    form._verify.click()
    form._again.click()
    assert "wait for its outcome" in form.status
    assert len(sandbox.calls()) == 1


def test_every_field_has_a_label(form: VerifyForm) -> None:
    for field in (form._number, form._name, form._delay, form._extension, form._callback):
        assert field.description
    for button in (form._verify, form._again, form._cancel):
        assert button.description
