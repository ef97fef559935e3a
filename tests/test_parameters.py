"""What is refused before a request is spent on it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callerid_analytics import parameters
from callerid_analytics.client import Client
from callerid_analytics.errors import InvalidParameter

CLIENT = Client("AC" + 32 * "0", "x", base_url="http://127.0.0.1:1")
CALLER_ID = "PN" + 32 * "1"
NUMBER = "+14155550100"

REFUSED: dict[str, Callable[[], object]] = {
    "page size 0": lambda: next(CLIENT.iter_caller_ids(page_size=0)),
    "page size 5000": lambda: next(CLIENT.iter_caller_ids(page_size=5000)),
    "page size True": lambda: next(CLIENT.iter_caller_ids(page_size=True)),
    "page size of accounts": lambda: next(CLIENT.iter_accounts(page_size=1001)),
    "status": lambda: next(CLIENT.iter_accounts(status="open")),
    "empty SID": lambda: CLIENT.fetch_caller_id(""),
    "path in a SID": lambda: CLIENT.fetch_caller_id("../Calls"),
    "SID of an account": lambda: CLIENT.fetch_caller_id("AC" + 32 * "0"),
    "SID of a caller ID as account": lambda: CLIENT.fetch_caller_id(CALLER_ID, account_sid=CALLER_ID),
    "SID of a call": lambda: CLIENT.fetch_call(CALLER_ID),
    "empty name": lambda: CLIENT.rename_caller_id(CALLER_ID, ""),
    "long name": lambda: CLIENT.rename_caller_id(CALLER_ID, 65 * "x"),
    "no number": lambda: CLIENT.request_validation(""),
    "no digits": lambda: CLIENT.request_validation("front desk"),
    "long name of a new one": lambda: CLIENT.request_validation(NUMBER, friendly_name=65 * "x"),
    "delay -1": lambda: CLIENT.request_validation(NUMBER, call_delay=-1),
    "delay 61": lambda: CLIENT.request_validation(NUMBER, call_delay=61),
    "extension": lambda: CLIENT.request_validation(NUMBER, extension="12a"),
    "callback without scheme": lambda: CLIENT.request_validation(NUMBER, status_callback="example.com/done"),
    "callback not a URL": lambda: CLIENT.request_validation(NUMBER, status_callback="http://[::1"),
    "long callback": lambda: CLIENT.request_validation(NUMBER, status_callback="https://e.com/" + 1000 * "x"),
    "method": lambda: CLIENT.request_validation(NUMBER, status_callback_method="PUT"),
}


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_is_refused_before_it_is_sent(call: Callable[[], object]) -> None:
    # Nothing listens at the client's address: a request would be another error.
    with pytest.raises(InvalidParameter):
        call()


def test_all_six_parameters_are_sent_as_twilio_names_them() -> None:
    form = parameters.validation_form(
        "(415) 555-0100",
        friendly_name="Front desk",
        call_delay=0,
        extension="007",
        status_callback="https://example.com/done?x=1",
        status_callback_method="GET",
    )
    assert form == {
        "PhoneNumber": "(415) 555-0100",
        "FriendlyName": "Front desk",
        "CallDelay": "0",
        "Extension": "007",
        "StatusCallback": "https://example.com/done?x=1",
        "StatusCallbackMethod": "GET",
    }


def test_what_is_not_given_is_not_sent() -> None:
    nothing: dict[str, Any] = dict.fromkeys(
        ("friendly_name", "call_delay", "extension", "status_callback", "status_callback_method")
    )
    assert parameters.validation_form(NUMBER, **nothing) == {"PhoneNumber": NUMBER}


@pytest.mark.parametrize("name", ["x", 64 * "x", "Büro München", 64 * "😀"])
def test_names_of_1_to_64_characters_are_accepted(name: str) -> None:
    assert parameters.friendly_name(name) == name
