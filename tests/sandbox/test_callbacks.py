from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from twilio.request_validator import RequestValidator

from callerid_analytics.sandbox import Clock, Sandbox
from callerid_analytics.sandbox.callbacks import Receiver as Address
from callerid_analytics.sandbox.callbacks import signature
from tests.sandbox.conftest import Api
from tests.sandbox.receiver import NUMBER, Receiver, is_genuine, outcome, place

PARAMETERS = {
    "AccountSid", "ApiVersion", "CallSid", "CallStatus", "CallDuration", "Duration", "Direction",
    "VerificationStatus",
    "From", "FromCity", "FromState", "FromZip", "FromCountry",
    "Caller", "CallerCity", "CallerState", "CallerZip", "CallerCountry",
    "To", "ToCity", "ToState", "ToZip", "ToCountry",
    "Called", "CalledCity", "CalledState", "CalledZip", "CalledCountry",
}  # fmt: skip


# What it says


def test_success(api: Api, sandbox: Sandbox, clock: Clock, receiver: Receiver) -> None:
    call_sid = place(api, f"{receiver.url}/verified")
    sandbox.answer(call_sid)
    clock.advance(23)
    caller_id = sandbox.answer(call_sid, sandbox.call(call_sid)["code"])
    assert caller_id
    received = receiver.next()
    assert (received.method, received.url) == ("POST", f"{receiver.url}/verified")
    assert received.headers["Content-Type"] == "application/x-www-form-urlencoded; charset=UTF-8"
    assert received.headers["User-Agent"] == "TwilioProxy/1.1"
    assert set(received.form) == PARAMETERS | {"OutgoingCallerIdSid"}
    expected = {
        "AccountSid": sandbox.account_sid,
        "ApiVersion": "2010-04-01",
        "CallSid": call_sid,
        "CallStatus": "completed",
        "CallDuration": "23",
        "Duration": "1",
        "Direction": "outbound-api",
        "VerificationStatus": "success",
        "OutgoingCallerIdSid": caller_id["sid"],
        "From": "+14157234000",
        "Caller": "+14157234000",
        "FromCountry": "US",
        "To": NUMBER,
        "Called": NUMBER,
        "CalledCountry": "US",
    }
    assert received.form.items() >= expected.items()
    assert outcome(sandbox) == (1, 204, None)


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (Sandbox.hang_up, "completed"),
        (Sandbox.busy, "busy"),
        (Sandbox.no_answer, "no-answer"),
        (Sandbox.fail, "failed"),
        (lambda sandbox, sid: [sandbox.answer(sid, "wrong") for _ in range(3)], "completed"),
        (lambda sandbox, sid: sandbox.advance(60), "no-answer"),
    ],
)
def test_failure(
    end: Callable[[Sandbox, str], Any], status: str, api: Api, sandbox: Sandbox, receiver: Receiver
) -> None:
    end(sandbox, place(api, receiver.url))
    form = receiver.next().form
    assert set(form) == PARAMETERS
    assert (form["CallStatus"], form["VerificationStatus"]) == (status, "failed")
    assert (form["CallDuration"], form["Duration"]) == ("0", "0")


def test_minutes_are_rounded_up(api: Api, sandbox: Sandbox, clock: Clock, receiver: Receiver) -> None:
    call_sid = place(api, receiver.url)
    sandbox.answer(call_sid, "wrong")
    clock.advance(59)
    sandbox.answer(call_sid, "wrong")
    clock.advance(2)
    sandbox.hang_up(call_sid)
    form = receiver.next().form
    assert (form["CallDuration"], form["Duration"]) == ("61", "2")


@pytest.mark.parametrize("delay", [0, 30])
def test_it_is_sent_once_after_the_end(api: Api, sandbox: Sandbox, receiver: Receiver, delay: int) -> None:
    form = {"PhoneNumber": NUMBER, "CallDelay": delay, "StatusCallback": receiver.url}
    api.post(api.caller_ids, **form)
    sandbox.advance(delay + 59)
    assert sandbox.callbacks(timeout=10) == []
    sandbox.advance(1)
    sandbox.advance(1000)
    assert len(sandbox.callbacks(timeout=10)) == 1
    receiver.next()
    assert receiver.received.empty()


def test_without_a_url_there_is_none(api: Api, sandbox: Sandbox) -> None:
    sandbox.busy(api.post(api.caller_ids, PhoneNumber=NUMBER).json()["call_sid"])
    assert sandbox.callbacks() == []


# Where it goes, and its signature


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("path", "arrives_at"),
    [
        ("", "/"),
        ("/", "/"),
        ("/done?", "/done"),
        ("/done?a=1&b=2&a=3&empty=", "/done?a=1&b=2&a=3&empty="),
        ("/done?flag", "/done?flag"),
        ("/d%C3%B6ne;v=1/x?q=%20%2B+", "/d%C3%B6ne;v=1/x?q=%20%2B+"),
        ("/döne/☎?grüße=<ja>#später", "/d%C3%B6ne/%E2%98%8E?gr%C3%BC%C3%9Fe=%3Cja%3E"),
        ("#only", "/"),
    ],
)
def test_every_url_is_signed_as_it_arrives(
    api: Api, sandbox: Sandbox, receiver: Receiver, method: str, path: str, arrives_at: str
) -> None:
    sandbox.busy(place(api, receiver.url + path, method))
    received = receiver.next()
    assert received.method == method
    assert is_genuine(sandbox, received)
    assert not is_genuine(sandbox, received, "another token")
    assert not is_genuine(sandbox, received._replace(url=received.url + "x"))
    if method == "POST":
        assert received.url == receiver.url + arrives_at
    else:
        joint = "&" if "?" in arrives_at else "?"
        assert received.url.startswith(f"{receiver.url}{arrives_at}{joint}AccountSid=")
        assert set(received.query) >= PARAMETERS
        assert received.form == {}
        assert "Content-Type" not in received.headers


def test_a_sub_accounts_own_token_signs(sandbox: Sandbox, receiver: Receiver) -> None:
    _, sub, *_ = sandbox.accounts
    api = Api(sandbox, sub["sid"])
    token = api.get(f"/2010-04-01/Accounts/{sub['sid']}.json").json()["auth_token"]
    sandbox.busy(place(api, receiver.url))
    api.session.close()
    received = receiver.next()
    assert received.form["AccountSid"] == sub["sid"]
    assert is_genuine(sandbox, received, token)
    assert not is_genuine(sandbox, received)


def test_an_api_keys_call_is_signed_with_the_token(sandbox: Sandbox, api: Api, receiver: Receiver) -> None:
    api.session.auth = (sandbox.api_key, sandbox.api_secret)
    sandbox.busy(place(api, receiver.url))
    assert is_genuine(sandbox, receiver.next())


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("http://example.com", "http://example.com/"),
        ("http://example.com:8080/x", "http://example.com:8080/x"),
        ("http://example.com:80/x", "http://example.com:80/x"),
        ("https://example.com:8443/x?y#z", "https://example.com/x?y"),
        ("https://me:secret@example.com/x", "https://example.com/x"),
        ("http://bücher.example/x", "http://xn--bcher-kva.example/x"),
        ("http://[::1]:8080/x", "http://[::1]:8080/x"),
    ],
)
def test_what_is_signed_of_a_url(url: str, signed: str) -> None:
    address = Address.of(url)
    assert address.signed_url == signed
    asked_for = f"{address.scheme}://{address.netloc}{address.target}"
    assert RequestValidator("12345").validate(asked_for, {}, signature("12345", signed))
