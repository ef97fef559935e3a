from __future__ import annotations

import re
from random import Random
from typing import Any

import pytest

from callerid_analytics.sandbox import Clock, Sandbox
from callerid_analytics.sandbox.telephony import CallOverError
from tests.sandbox.conftest import Api, code_of

NUMBER = "+14155550123"


def call_of(api: Api, request: dict[str, Any]) -> dict[str, Any]:
    call: dict[str, Any] = api.get(f"{api.account}/Calls/{request['call_sid']}.json").json()
    return call


def test_a_request_shows_the_code_and_the_call(api: Api, sandbox: Sandbox) -> None:
    response = api.post(api.caller_ids, PhoneNumber=NUMBER)
    assert response.status_code == 200
    request = response.json()
    assert re.fullmatch(r"CA[0-9a-f]{32}", request.pop("call_sid"))
    assert re.fullmatch(r"\d{6}", request.pop("validation_code"))
    assert request == {"account_sid": sandbox.account_sid, "friendly_name": None, "phone_number": NUMBER}
    assert len(sandbox.caller_ids()) == 30, "not before somebody has typed the code"


def test_the_right_code_brings_the_caller_id_about(api: Api, sandbox: Sandbox, clock: Clock) -> None:
    request = api.post(api.caller_ids, PhoneNumber=NUMBER, FriendlyName="Front desk", CallDelay=5).json()
    queued = call_of(api, request)
    assert (queued["status"], queued["start_time"], queued["duration"]) == ("queued", None, None)
    clock.advance(10)
    caller_id = sandbox.answer(request["call_sid"], request["validation_code"])
    assert caller_id is not None
    assert caller_id == api.get(api.caller_id(caller_id["sid"])).json()
    assert (caller_id["phone_number"], caller_id["friendly_name"]) == (NUMBER, "Front desk")
    assert caller_id["date_created"] == caller_id["date_updated"] == "Tue, 14 Nov 2023 22:13:30 +0000"
    assert sandbox.caller_ids()[0] == caller_id
    call = call_of(api, request)
    assert call["status"] == "completed"
    assert call["date_created"] == "Tue, 14 Nov 2023 22:13:20 +0000"
    assert call["start_time"] == "Tue, 14 Nov 2023 22:13:25 +0000"
    assert call["end_time"] == call["date_updated"] == "Tue, 14 Nov 2023 22:13:30 +0000"
    assert call["duration"] == "0"


def test_a_wrong_code_verifies_nothing(api: Api, sandbox: Sandbox) -> None:
    request = api.post(api.caller_ids, PhoneNumber=NUMBER).json()
    wrong = f"{(int(request['validation_code']) + 1) % 1_000_000:06}"
    for _ in range(3):
        assert call_of(api, request)["status"] != "completed"
        assert sandbox.answer(request["call_sid"], wrong) is None
    assert len(sandbox.caller_ids()) == 30
    assert call_of(api, request)["status"] == "completed", "somebody did pick up; only the verification failed"
    with pytest.raises(CallOverError):
        sandbox.answer(request["call_sid"], request["validation_code"])
    assert len(sandbox.caller_ids()) == 30


def test_a_failed_number_may_be_tried_again(api: Api, sandbox: Sandbox) -> None:
    sandbox.answer(api.post(api.caller_ids, PhoneNumber=NUMBER).json()["call_sid"], "")
    request = api.post(api.caller_ids, PhoneNumber=NUMBER).json()
    assert sandbox.answer(request["call_sid"], request["validation_code"]) is not None


def test_two_calls_to_one_number_bring_one_caller_id_about(api: Api, sandbox: Sandbox) -> None:
    first = api.post(api.caller_ids, PhoneNumber=NUMBER, FriendlyName="first").json()
    second = api.post(api.caller_ids, PhoneNumber=NUMBER, FriendlyName="second").json()
    made = sandbox.answer(second["call_sid"], second["validation_code"])
    assert sandbox.answer(first["call_sid"], first["validation_code"]) == made
    assert len(sandbox.caller_ids()) == 31


def test_a_call_that_was_never_made_cannot_be_answered(sandbox: Sandbox) -> None:
    with pytest.raises(LookupError, match="CA0"):
        sandbox.answer("CA0", "123456")


def test_codes_are_text_and_keep_their_leading_zeros() -> None:
    with Sandbox(numbers=0, accounts=1, randomness=Random(0)) as sandbox:
        api = Api(sandbox)
        codes = [
            api.post(api.caller_ids, PhoneNumber=f"+14155550{number:03}").json()["validation_code"]
            for number in range(40)
        ]
        api.session.close()
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert any(code.startswith("0") for code in codes)


def test_a_verified_number_is_refused_in_its_account_only(api: Api, sandbox: Sandbox) -> None:
    sandbox.add_caller_id(NUMBER)
    assert code_of(api.post(api.caller_ids, PhoneNumber="(415) 555-0123")) == (400, 21450)
    inside = f"/2010-04-01/Accounts/{sandbox.accounts[1]['sid']}/OutgoingCallerIds.json"
    assert api.post(inside, PhoneNumber=NUMBER).status_code == 200


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("(415) 555-0123", NUMBER),
        ("415-555-0123", NUMBER),
        ("415.555.0123", NUMBER),
        ("4155550123", NUMBER),
        ("14155550123", NUMBER),
        ("1 (415) 555-0123", NUMBER),
        (" +1 415 555 0123 ", NUMBER),
        ("+442079460123", "+442079460123"),
        ("+330688903650", "+330688903650"),
        ("+141586753096", "+141586753096"),
    ],
)
def test_numbers_are_kept_as_they_are_but_for_unformatted_us_ones(api: Api, typed: str, stored: str) -> None:
    assert api.post(api.caller_ids, PhoneNumber=typed).json()["phone_number"] == stored


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 21401),
        ({"PhoneNumber": ""}, 21401),
        ({"PhoneNumber": "front desk"}, 21401),
        ({"PhoneNumber": "+0123456789"}, 21401),
        ({"PhoneNumber": "555-0123"}, 21401),
        ({"PhoneNumber": "+1234567890123456"}, 21401),
        ({"PhoneNumber": "+٤١٥٥٥٥٠١٢٣"}, 21401),
        ({"FriendlyName": ""}, 20002),
        ({"FriendlyName": "x" * 65}, 20002),
        ({"CallDelay": "61"}, 21454),
        ({"CallDelay": "-1"}, 21454),
        ({"CallDelay": "soon"}, 21454),
        ({"CallDelay": ""}, 21454),
        ({"StatusCallback": "callbacks.example.com"}, 21456),
        ({"StatusCallback": "ftp://example.com/"}, 21456),
        ({"StatusCallback": "http://"}, 21456),
        ({"StatusCallback": "http://[::1"}, 21456),
        ({"StatusCallback": f"http://example.com/{'x' * 1000}"}, 21456),
        ({"StatusCallbackMethod": "PUT"}, 21403),
    ],
)
def test_senseless_requests_are_refused(api: Api, form: dict[str, str], code: int) -> None:
    if code != 21401:
        form = {"PhoneNumber": NUMBER, **form}
    assert code_of(api.post(api.caller_ids, **form)) == (400, code)


def test_a_request_with_everything(api: Api) -> None:
    request = api.post(
        api.caller_ids,
        PhoneNumber=NUMBER,
        FriendlyName="x" * 64,
        CallDelay=60,
        Extension="12#",
        StatusCallback="https://user:secret@example.com/callback?x=1",
        StatusCallbackMethod="GET",
    ).json()
    assert request["friendly_name"] == "x" * 64
    call = call_of(api, request)
    assert (call["to"], call["to_formatted"]) == (NUMBER, "(415) 555-0123")
    assert (call["from"], call["direction"]) == ("+14157234000", "outbound-api")
    assert call["uri"] == f"{api.account}/Calls/{call['sid']}.json"


def test_a_call_is_found_in_its_account_only(api: Api, sandbox: Sandbox) -> None:
    request = api.post(api.caller_ids, PhoneNumber=NUMBER).json()
    elsewhere = f"/2010-04-01/Accounts/{sandbox.accounts[1]['sid']}/Calls/{request['call_sid']}.json"
    assert code_of(api.get(elsewhere)) == (404, 20404)
    assert code_of(api.get(f"{api.account}/Calls/CA{'0' * 32}.json")) == (404, 20404)


@pytest.mark.parametrize(
    ("number", "name"), [(NUMBER, "(415) 555-0123"), ("+442079460123", "+442079460123"), ("+141586753096",) * 2]
)
def test_the_default_name_is_the_formatted_number(sandbox: Sandbox, number: str, name: str) -> None:
    assert sandbox.add_caller_id(number)["friendly_name"] == name


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"PhoneNumber": "+1234567"}, None),
        ({"PhoneNumber": "+123456"}, 21401),
        ({"PhoneNumber": "+123456789012345"}, None),
        ({"PhoneNumber": "+1234567890123456"}, 21401),
        ({"PhoneNumber": "415-555-012"}, 21401),
        ({"PhoneNumber": "2-415-555-0123"}, 21401),
        ({"PhoneNumber": "115-555-0123"}, 21401),
        ({"FriendlyName": "x"}, None),
        ({"FriendlyName": ""}, 20002),
        ({"FriendlyName": "☎" * 64}, None),
        ({"FriendlyName": "☎" * 65}, 20002),
        ({"CallDelay": "0"}, None),
        ({"CallDelay": "60"}, None),
        ({"CallDelay": "61"}, 21454),
        ({"CallDelay": "1.5"}, 21454),
        ({"CallDelay": " 1"}, 21454),
        ({"CallDelay": "٣"}, 21454),
        ({"StatusCallback": f"http://example.com/{'x' * 981}"}, None),
        ({"StatusCallback": f"http://example.com/{'x' * 982}"}, 21456),
        ({"StatusCallback": "HTTPS://user:secret@example.com:8443/a?b=c#d"}, None),
        ({"StatusCallback": "http://[::1]:1/"}, None),
        ({"StatusCallback": "//example.com/"}, 21456),
        ({"StatusCallback": "http:example.com"}, 21456),
        ({"StatusCallback": "http://:80/"}, 21456),
        ({"StatusCallback": "http://example.com:0/"}, 21456),
        ({"StatusCallback": "http://example.com:65536/"}, 21456),
        ({"StatusCallback": "http://example.com:port/"}, 21456),
        ({"StatusCallback": "http://example.com/a b"}, 21456),
        ({"StatusCallback": "http://example.com/\r\nHost: x"}, 21456),
        ({"StatusCallback": ""}, 21456),
        ({"StatusCallbackMethod": "GET"}, None),
        ({"StatusCallbackMethod": "post"}, None),
        ({"StatusCallbackMethod": "GETS"}, 21403),
        ({"StatusCallbackMethod": ""}, 21403),
    ],
)
def test_the_limits_of_each_parameter(api: Api, form: dict[str, str], code: int | None) -> None:
    """On either side of each limit, and what nearly looks right."""
    response = api.post(api.caller_ids, **{"PhoneNumber": NUMBER, **form})
    if code is None:
        assert response.status_code == 200
    else:
        assert code_of(response) == (400, code)


def test_the_last_of_a_repeated_parameter_counts_and_unknown_ones_do_not(api: Api) -> None:
    form = [("PhoneNumber", "front desk"), ("phonenumber", "x"), ("PhoneNumber", NUMBER), ("Color", "red")]
    assert api.send("POST", api.caller_ids, data=form).json()["phone_number"] == NUMBER
