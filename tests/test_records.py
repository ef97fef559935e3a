"""What a record keeps of the wire, and what it leaves there."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from callerid_analytics.errors import UnexpectedResponse
from callerid_analytics.records import (
    Account,
    AccountPage,
    Call,
    CallerId,
    CallerIdPage,
    ValidationRequest,
    decode,
)

SEED = b"""{
    "sid": "PNe905d7e6b410746a0fb08c57e5a186f3",
    "account_sid": "ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
    "friendly_name": "(510) 555-5555",
    "phone_number": "+15105555555",
    "date_created": "Tue, 27 Jul 2010 20:21:11 +0000",
    "date_updated": "Tue, 27 Jul 2010 20:21:11 +0000",
    "uri": "\\/2010-04-01\\/Accounts\\/ACXXXX\\/OutgoingCallerIds\\/PNe905.json"
}"""


def test_the_documents_sample_is_read_whole() -> None:
    record = decode(SEED, CallerId)
    assert record.sid == "PNe905d7e6b410746a0fb08c57e5a186f3"
    assert record.account_sid == "ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"
    assert record.friendly_name == "(510) 555-5555"
    assert record.phone_number == "+15105555555"
    assert record.date_created == record.date_updated == datetime(2010, 7, 27, 20, 21, 11, tzinfo=UTC)
    assert record.uri == "/2010-04-01/Accounts/ACXXXX/OutgoingCallerIds/PNe905.json"


@pytest.mark.parametrize("body", [b"{}", b'{"sid": null, "friendly_name": null, "date_created": null, "new": 1}'])
def test_every_property_may_be_missing_and_new_ones_are_no_harm(body: bytes) -> None:
    record = decode(body, CallerId)
    assert record == CallerId()
    assert record.date_created is None


def test_a_date_that_is_none_is_missing_and_its_text_is_kept() -> None:
    record = decode(b'{"date_created": "yesterday"}', CallerId)
    assert record.date_created is None
    assert record.date_created_text == "yesterday"


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        (b'"012345"', "012345"),
        (b"12345", "012345"),
        (b"0", "000000"),
        (b"123456", "123456"),
        (b'"7"', "7"),
        (b"null", None),
    ],
)
def test_a_validation_code_keeps_its_zeros(sent: bytes, typed: str | None) -> None:
    assert decode(b'{"validation_code": ' + sent + b"}", ValidationRequest).validation_code == typed


def test_a_subaccounts_token_ends_here() -> None:
    body = b'{"accounts": [{"sid": "AC1", "auth_token": "very-secret", "status": "active"}]}'
    page = decode(body, AccountPage)
    assert page.accounts == [Account(sid="AC1", status="active")]
    assert "very-secret" not in repr(page)
    assert b"very-secret" not in msgspec.json.encode(page)


def test_a_cut_body_with_a_token_does_not_leak_it() -> None:
    with pytest.raises(UnexpectedResponse) as caught:
        decode(b'{"accounts": [{"sid": "AC1", "auth_token": "very-secret", "sta', AccountPage)
    assert "very-secret" not in str(caught.value)


def test_records_are_frozen() -> None:
    with pytest.raises(AttributeError):
        CallerId().friendly_name = "other"  # type: ignore[misc] # that is the point


def test_a_calls_duration_may_be_text() -> None:
    call = decode(b'{"from": "+14157234000", "to": "+14155550100", "duration": "23"}', Call)
    assert (call.from_, call.to, call.duration) == ("+14157234000", "+14155550100", 23)


def test_a_pages_rows_are_decoded_when_asked_for() -> None:
    page = decode(b'{"outgoing_caller_ids": [{"sid": 7}], "next_page_uri": null}', CallerIdPage)
    with pytest.raises(UnexpectedResponse):
        page.caller_ids()
