"""What travels on the wire, as typed records: the only room that knows Twilio's JSON keys.

The records are frozen and are decoded straight from the bytes of an answer. Every property may be missing
(Twilio's description calls each of them nullable). A sub-account's ``auth_token`` is part of what the
Accounts resource sends and is not part of `Account`: it ends here.

Source of the properties: https://www.twilio.com/docs/voice/api/outgoing-caller-ids and Twilio's OpenAPI
description of its API of 2010-04-01.
"""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import TypeVar

import msgspec

from callerid_analytics.dates import parse_date
from callerid_analytics.errors import UnexpectedResponse

T = TypeVar("T")


class CallerId(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    gc=False,  # it holds only text, so it is in no cycle, and a million of them are not looked through for one
    rename={"date_created_text": "date_created", "date_updated_text": "date_updated"},
):
    """A verified outgoing caller ID.

    Attributes
    ----------
    sid, account_sid : str or None
        ``PN…`` of the caller ID and ``AC…`` of the account that it may be shown by.
    phone_number, friendly_name : str or None
        As stored: E.164 as a rule, and whatever people typed.
    date_created_text, date_updated_text : str or None
        The dates as sent (RFC 2822); `date_created` and `date_updated` are the same as points in time.
    uri : str or None
        Path of the resource on the server.
    """

    sid: str | None = None
    account_sid: str | None = None
    phone_number: str | None = None
    friendly_name: str | None = None
    date_created_text: str | None = None
    date_updated_text: str | None = None
    uri: str | None = None

    @property
    def date_created(self) -> datetime | None:
        """When the number was verified, in UTC; None where the text is missing or is not a date."""
        return parse_date(self.date_created_text)

    @property
    def date_updated(self) -> datetime | None:
        """When the name was last changed, in UTC; None where the text is missing or is not a date."""
        return parse_date(self.date_updated_text)


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What is left of a request that changed something.

    Attributes
    ----------
    caller_id : CallerId or None
        As it is now; None once it is deleted.
    request_id : str or None
        ``Twilio-Request-Id``: what Twilio's support asks for.
    """

    caller_id: CallerId | None
    request_id: str | None


class ValidationRequest(
    msgspec.Struct, frozen=True, kw_only=True, rename={"validation_code_sent": "validation_code"}
):
    """Twilio's answer to "verify this number": the code, and the call that will ask for it.

    Attributes
    ----------
    account_sid, call_sid : str or None
        ``AC…`` of the account and ``CA…`` of the verification call.
    phone_number, friendly_name : str or None
        The number as Twilio understood it, and the name if one was given.
    validation_code_sent : str, int or None
        The code as sent; `validation_code` is what has to be typed.
    """

    account_sid: str | None = None
    call_sid: str | None = None
    phone_number: str | None = None
    friendly_name: str | None = None
    validation_code_sent: str | int | None = None

    @property
    def validation_code(self) -> str | None:
        """The six digits to type on the phone, leading zeros included.

        Twilio sends text today and sent an integer in older versions, whose leading zeros are put back.
        """
        code = self.validation_code_sent
        return f"{code:06d}" if isinstance(code, int) else code


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account or sub-account, without its token.

    Attributes
    ----------
    sid, owner_account_sid : str or None
        ``AC…`` of the account and of the main account that owns it (itself, if it is the main account).
    friendly_name : str or None
        The name that people gave it.
    status : str or None
        ``active``, ``suspended`` or ``closed``.
    type : str or None
        ``Trial`` or ``Full``.
    """

    sid: str | None = None
    owner_account_sid: str | None = None
    friendly_name: str | None = None
    status: str | None = None
    type: str | None = None


class Call(msgspec.Struct, frozen=True, kw_only=True, rename={"from_": "from"}):
    """A phone call, such as the one that asks for a validation code.

    Attributes
    ----------
    sid, account_sid : str or None
        ``CA…`` of the call and ``AC…`` of its account.
    to, from_ : str or None
        The number that is called and the one that calls.
    status : str or None
        ``queued``, ``ringing``, ``in-progress``, ``completed``, ``busy``, ``failed``, ``no-answer`` or
        ``canceled``.
    duration : int or None
        Seconds, once the call is over.
    """

    sid: str | None = None
    account_sid: str | None = None
    to: str | None = None
    from_: str | None = None
    status: str | None = None
    duration: int | None = None


class CallerIdPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list of caller IDs; its rows are decoded when they are asked for."""

    outgoing_caller_ids: msgspec.Raw
    next_page_uri: str | None = None

    def caller_ids(self) -> list[CallerId]:
        """Decode the rows.

        Raises
        ------
        UnexpectedResponse
            A row that is not a caller ID.
        """
        return decode(self.outgoing_caller_ids, list[CallerId])

    def columns(self) -> dict[str, list[str | None]]:
        """Decode the rows, as a list for each field of the wire, in the order of `CallerId`.

        Raises
        ------
        UnexpectedResponse
            A row that is not a caller ID.
        """
        rows = self.caller_ids()
        return {name: list(map(field, rows)) for name, field in _FIELDS.items()}


_FIELDS = {
    name: attrgetter(attribute)
    for name, attribute in zip(CallerId.__struct_encode_fields__, CallerId.__struct_fields__, strict=True)
}


class AccountPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list of accounts."""

    accounts: list[Account]
    next_page_uri: str | None = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """The body of an error: Twilio's own shape, and that of RFC 9457, which its newer services send."""

    code: int | None = None
    message: str | None = None
    detail: str | None = None
    more_info: str | None = None
    title: str | None = None

    @property
    def text(self) -> str:
        """What the server says went wrong, in its words."""
        return self.message or self.title or self.detail or "no reason was given"


def decode(body: bytes | msgspec.Raw, kind: type[T]) -> T:
    """Decode the bytes of an answer.

    Raises
    ------
    UnexpectedResponse
        Not JSON, JSON cut short, or JSON of another shape. The message holds no part of the body, since the
        body may hold a token.
    """
    try:
        # Not strict: a call's duration and an error's code have been seen as text.
        return msgspec.json.decode(body, type=kind, strict=False)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        found = "a page of HTML" if bytes(body).lstrip()[:1] == b"<" else f"something else ({error})"
        raise UnexpectedResponse(f"JSON from Twilio was expected, and {found} came") from error
