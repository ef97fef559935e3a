"""What a client asks for, read from the query or the form and checked.

Parameters are case-sensitive, unknown ones are ignored, and of a repeated one the last counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl, urlsplit

from callerid_analytics.sandbox import problems
from callerid_analytics.sandbox.paging import DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, Cursor, PageRequest
from callerid_analytics.sandbox.phone_numbers import to_e164
from callerid_analytics.sandbox.telephony import ValidationRequest

MAX_FRIENDLY_NAME = 64
"""Characters; Twilio docs, error 20002."""

MAX_CALL_DELAY = 60
"""Seconds; Twilio docs, error 21454."""

MAX_STATUS_CALLBACK = 1000
"""Characters; Twilio docs."""

_WHOLE_NUMBER = re.compile(r"[0-9]{1,12}")
_NOT_IN_A_URL = re.compile(r"[\x00-\x20\x7f]")

Parameters = Mapping[str, str]


def parse(encoded: bytes) -> Parameters:
    """Read a query string or a form body."""
    return dict(parse_qsl(encoded.decode("utf-8", "replace"), keep_blank_values=True))


def filters(query: Parameters, names: Iterable[str]) -> dict[str, str]:
    """Pick the filters that a list understands."""
    return {name: query[name] for name in names if name in query}


def page_request(query: Parameters, *, strict: bool) -> PageRequest:
    """Read which page of a list is meant.

    A size above the maximum means the maximum, and a number without a token counts pages, unless `strict`.
    """
    size = _whole_number("PageSize", query.get("PageSize", str(DEFAULT_PAGE_SIZE)))
    if size == 0:
        raise problems.invalid_parameter("PageSize", "it must be at least 1")
    if strict and size > MAX_PAGE_SIZE:
        raise problems.page_too_large()
    number = _whole_number("Page", query.get("Page", "0"))
    cursor = _cursor(query["PageToken"]) if "PageToken" in query else None
    if strict and number and not cursor:
        raise problems.page_token_required()
    return PageRequest(min(size, MAX_PAGE_SIZE), number, cursor)


def friendly_name(form: Parameters) -> str | None:
    """Read the name to give, or ``None`` when the form has none."""
    name = form.get("FriendlyName")
    if name is not None and not 1 <= len(name) <= MAX_FRIENDLY_NAME:
        raise problems.invalid_friendly_name()
    return name


def validation_request(account_sid: str, form: Parameters) -> ValidationRequest:
    """Read the six parameters of a validation request."""
    typed = form.get("PhoneNumber", "")
    phone_number = to_e164(typed)
    if phone_number is None:
        raise problems.invalid_phone_number()
    return ValidationRequest(
        account_sid=account_sid,
        phone_number=phone_number,
        friendly_name=friendly_name(form),
        call_delay=_call_delay(form.get("CallDelay", "0")),
        extension=form.get("Extension"),
        status_callback=_status_callback(form["StatusCallback"]) if "StatusCallback" in form else None,
        status_callback_method=_status_callback_method(form.get("StatusCallbackMethod", "POST")),
    )


def _whole_number(name: str, text: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text):
        raise problems.invalid_parameter(name, "it must be a whole number")
    return int(text)


def _cursor(token: str) -> Cursor:
    cursor = Cursor.from_token(token)
    if cursor is None:
        raise problems.invalid_page_token()
    return cursor


def _call_delay(text: str) -> int:
    if not _WHOLE_NUMBER.fullmatch(text) or int(text) > MAX_CALL_DELAY:
        raise problems.invalid_call_delay()
    return int(text)


def _status_callback(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError as error:  # a bracket that is not closed, a port that is no number
        raise problems.invalid_callback_url() from error
    if not usable or len(url) > MAX_STATUS_CALLBACK or _NOT_IN_A_URL.search(url):
        raise problems.invalid_callback_url()
    return url


def _status_callback_method(method: str) -> str:
    if method.upper() not in ("GET", "POST"):
        raise problems.invalid_callback_method()
    return method.upper()
