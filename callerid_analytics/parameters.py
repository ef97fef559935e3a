"""What may be sent: arguments checked before a request is spent on them, and put into Twilio's words.

Source of the limits: https://www.twilio.com/docs/voice/api/outgoing-caller-ids.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from callerid_analytics.errors import InvalidParameter

LONGEST_NAME = 64
LARGEST_PAGE = 1000
LONGEST_DELAY = 60
LONGEST_CALLBACK_URL = 1000
ACCOUNT_STATUSES = ("active", "suspended", "closed")

_KINDS = {"AC": "an account", "PN": "a caller ID", "CA": "a call"}


def sid(value: str, prefix: str) -> str:
    """Return a SID with this prefix; refuse what cannot be one."""
    if not isinstance(value, str) or not re.fullmatch(rf"{prefix}[0-9a-fA-F]{{32}}", value):
        raise InvalidParameter(
            f"{value!r} is not the SID of {_KINDS[prefix]}: that is {prefix} and 32 hexadecimal digits."
        )
    return value


def page_size(value: int) -> int:
    """Return a page size from 1 to 1000."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LARGEST_PAGE:
        raise InvalidParameter(f"page_size is {value!r}: it must be a whole number from 1 to {LARGEST_PAGE}.")
    return value


def account_status(value: str | None) -> str | None:
    """Return a status that an account can have."""
    if value is not None and value not in ACCOUNT_STATUSES:
        raise InvalidParameter(f"status is {value!r}: it must be one of {', '.join(ACCOUNT_STATUSES)}.")
    return value


def friendly_name(value: str) -> str:
    """Return a name of 1 to 64 characters."""
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_NAME:
        raise InvalidParameter(
            f"The friendly name {value!r} must have 1 to {LONGEST_NAME} characters"
            + (f"; it has {len(value)}." if isinstance(value, str) else ".")
        )
    return value


def validation_form(
    phone_number: str,
    *,
    friendly_name: str | None,
    call_delay: int | None,
    extension: str | None,
    status_callback: str | None,
    status_callback_method: str | None,
) -> dict[str, str]:
    """Return the fields of a validation request; those that were not given are left out."""
    fields = {
        "PhoneNumber": _phone_number(phone_number),
        "FriendlyName": None if friendly_name is None else _name(friendly_name),
        "CallDelay": None if call_delay is None else _call_delay(call_delay),
        "Extension": None if extension is None else _extension(extension),
        "StatusCallback": None if status_callback is None else _callback_url(status_callback),
        "StatusCallbackMethod": None if status_callback_method is None else _method(status_callback_method),
    }
    return {name: value for name, value in fields.items() if value is not None}


_name = friendly_name


def _phone_number(value: str) -> str:
    if not isinstance(value, str) or not re.search(r"\d", value):
        raise InvalidParameter(f"{value!r} is not a phone number: write it as +, country code and number.")
    return value


def _call_delay(value: int) -> str:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= LONGEST_DELAY:
        raise InvalidParameter(f"call_delay is {value!r}: it must be 0 to {LONGEST_DELAY} whole seconds.")
    return str(value)


def _extension(value: str) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]+", value):
        raise InvalidParameter(f"extension is {value!r}: it must be digits, as text.")
    return value


def _callback_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address or len(value) > LONGEST_CALLBACK_URL:
        raise InvalidParameter(
            f"status_callback must be an http:// or https:// address of at most {LONGEST_CALLBACK_URL} characters."
        )
    return value


def _method(value: str) -> str:
    if value not in ("GET", "POST"):
        raise InvalidParameter(f"status_callback_method is {value!r}: it must be GET or POST.")
    return value
