"""What the API says: rows as dictionaries with Twilio's keys, which ``representations`` writes.

Keys and values are those of Twilio's OpenAPI description of the 2010-04-01 API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from callerid_analytics.sandbox.call_states import CALL_STATUS
from callerid_analytics.sandbox.dates import rfc2822
from callerid_analytics.sandbox.phone_numbers import formatted
from callerid_analytics.sandbox.tables import AccountRow, CallerIdRow, CallRow
from callerid_analytics.sandbox.telephony import VERIFYING_NUMBER

API_VERSION = "2010-04-01"
ACCOUNTS = f"/{API_VERSION}/Accounts"


class Resource(NamedTuple):
    """One resource to answer with; `kind` is its name, such as ``outgoing_caller_id``."""

    kind: str
    properties: Mapping[str, Any]


class Page(NamedTuple):
    """A page of a list to answer with: resources of one kind, and what is said about the page."""

    kind: str
    envelope: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]


_SUBRESOURCES_OF_ACCOUNT = {
    "available_phone_numbers": "AvailablePhoneNumbers",
    "calls": "Calls",
    "conferences": "Conferences",
    "incoming_phone_numbers": "IncomingPhoneNumbers",
    "notifications": "Notifications",
    "outgoing_caller_ids": "OutgoingCallerIds",
    "recordings": "Recordings",
    "transcriptions": "Transcriptions",
    "addresses": "Addresses",
    "signing_keys": "SigningKeys",
    "connect_apps": "ConnectApps",
    "sip": "SIP",
    "authorized_connect_apps": "AuthorizedConnectApps",
    "usage": "Usage",
    "keys": "Keys",
    "applications": "Applications",
    "short_codes": "SMS/ShortCodes",
    "queues": "Queues",
    "messages": "Messages",
    "balance": "Balance",
}

_SUBRESOURCES_OF_CALL = {
    "notifications": "Notifications",
    "recordings": "Recordings",
    "payments": "Payments",
    "events": "Events",
    "siprec": "Siprec",
    "streams": "Streams",
    "transcriptions": "Transcriptions",
    "user_defined_message_subscriptions": "UserDefinedMessageSubscriptions",
    "user_defined_messages": "UserDefinedMessages",
}


def account(row: AccountRow, extension: str) -> dict[str, Any]:
    """Describe an account, token included as Twilio does."""
    path = f"{ACCOUNTS}/{row.sid}"
    return {
        "auth_token": row.auth_token,
        "date_created": row.date_created,
        "date_updated": row.date_updated,
        "friendly_name": row.friendly_name,
        "owner_account_sid": row.owner_account_sid,
        "sid": row.sid,
        "status": row.status,
        "subresource_uris": {key: f"{path}/{name}{extension}" for key, name in _SUBRESOURCES_OF_ACCOUNT.items()},
        "type": row.type,
        "uri": path + extension,
    }


def caller_id(row: CallerIdRow, extension: str) -> dict[str, str]:
    """Describe a verified number."""
    sid, account_sid, phone_number, friendly_name, date_created, date_updated = row
    return {
        "sid": sid,
        "account_sid": account_sid,
        "friendly_name": friendly_name,
        "phone_number": phone_number,
        "date_created": date_created,
        "date_updated": date_updated,
        "uri": f"{ACCOUNTS}/{account_sid}/OutgoingCallerIds/{sid}{extension}",
    }


def validation_request(row: CallRow) -> dict[str, str | None]:
    """Describe a validation request: the only answer that ever shows the code."""
    return {
        "account_sid": row.account_sid,
        "phone_number": row.phone_number,
        "friendly_name": row.friendly_name,
        "validation_code": row.validation_code,
        "call_sid": row.sid,
    }


def call(row: CallRow, extension: str) -> dict[str, Any]:
    """Describe a verification call, as far as such a call has Twilio's properties."""
    path = f"{ACCOUNTS}/{row.account_sid}/Calls/{row.sid}"
    return {
        "account_sid": row.account_sid,
        "answered_by": None,
        "api_version": API_VERSION,
        "caller_name": None,
        "date_created": rfc2822(row.date_created),
        "date_updated": rfc2822(row.date_updated),
        "direction": "outbound-api",
        "duration": None if row.duration is None else str(row.duration),
        "end_time": None if row.duration is None or row.end_time is None else rfc2822(row.end_time),
        "forwarded_from": None,
        "from": VERIFYING_NUMBER,
        "from_formatted": formatted(VERIFYING_NUMBER),
        "group_sid": None,
        "parent_call_sid": None,
        "phone_number_sid": None,
        "price": None,
        "price_unit": "USD",
        "queue_time": str(row.call_delay * 1000),
        "sid": row.sid,
        "start_time": None if row.start_time is None else rfc2822(row.start_time),
        "status": CALL_STATUS[row.state],
        "subresource_uris": {key: f"{path}/{name}{extension}" for key, name in _SUBRESOURCES_OF_CALL.items()},
        "to": row.phone_number,
        "to_formatted": formatted(row.phone_number),
        "trunk_sid": None,
        "uri": path + extension,
    }
