"""An answer that is no success, as one of our errors: its class, what Twilio said, and what to do next."""

from __future__ import annotations

import email.utils
import re
import time
from collections.abc import Mapping

from callerid_analytics.errors import (
    AlreadyVerified,
    ApiError,
    AuthenticationFailed,
    InvalidPhoneNumber,
    InvalidRequest,
    NotFound,
    PermissionDenied,
    RequestError,
    ServerError,
    TooManyRequests,
    UnexpectedResponse,
)
from callerid_analytics.records import Refusal, decode

_BY_CODE: dict[int, type[ApiError]] = {
    21450: AlreadyVerified,
    21401: InvalidPhoneNumber,
    21211: InvalidPhoneNumber,
    21217: InvalidPhoneNumber,
    21421: InvalidPhoneNumber,
}
_BY_STATUS: dict[int, type[ApiError]] = {
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    429: TooManyRequests,
}
_NEXT_STEP: dict[type[ApiError], str] = {
    AlreadyVerified: "The account may show this number already: there is nothing left to do.",
    InvalidPhoneNumber: "Write the number as +, country code and number.",
    AuthenticationFailed: "Check the account SID and its token (or the API key and its secret).",
    PermissionDenied: "Check what these credentials may do, and whether the account is active.",
    NotFound: "Check the SID, and whether it belongs to this account.",
    InvalidRequest: "Check the value that Twilio names.",
    TooManyRequests: "Too many requests are under way on this account: try again later.",
    ServerError: "The failure is on the server's side: try again later.",
}


def error_for(
    where: str, status: int, headers: Mapping[str, str], body: bytes, hint: str | None = None
) -> RequestError:
    """Return the error for an answer outside 2xx.

    Parameters
    ----------
    where : str
        Method and URL.
    status : int
        HTTP status.
    headers : mapping of str to str
        The answer's headers.
    body : bytes
        Its body; parts of it stand in the message only where Twilio put its own words.
    hint : str, optional
        What to do next, where the caller knows better than this table.
    """
    request_id = headers.get("Twilio-Request-Id")
    if 300 <= status < 400:
        return UnexpectedResponse(
            f"{where} was answered with a redirect ({status}), which is not followed, since the credentials "
            "are for this host only. Check the base URL.",
            status=status,
            request_id=request_id,
        )
    try:
        refusal = decode(body, Refusal)
    except UnexpectedResponse as unreadable:
        return _unreadable(where, status, headers, request_id, unreadable)
    kind = _kind(status, refusal.code)
    numbers = f"{status}, code {refusal.code}" if refusal.code else f"{status}"
    error = kind(
        f"{where} was refused ({numbers}): {refusal.text.rstrip('.')}. {hint or _NEXT_STEP[kind]}",
        status=status,
        code=refusal.code,
        more_info=refusal.more_info,
        request_id=request_id,
    )
    error.retry_after = _seconds(headers.get("Retry-After"))
    return error


def connection_reason(error: Exception) -> str:
    """Return the plainest word for why a connection failed, without addresses or secrets."""
    text = f"{type(error).__name__} {error}"
    for sign, reason in (
        ("NameResolution", "the host's name is not known"),
        ("refused", "nothing listens at that address"),
        ("SSL", "the host's certificate or encryption is not acceptable"),
        ("Proxy", "the proxy does not let the request through"),
        ("IncompleteRead", "the answer was cut short"),
        ("without response", "the connection was closed without an answer"),
        ("reset", "the connection was reset"),
    ):
        if sign in text:
            return reason
    return f"the connection failed ({type(error).__name__})"


def _kind(status: int, code: int | None) -> type[ApiError]:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status >= 500:
        return ServerError
    return _BY_CODE.get(code or 0, InvalidRequest)


def _unreadable(
    where: str, status: int, headers: Mapping[str, str], request_id: str | None, cause: UnexpectedResponse
) -> RequestError:
    """Return the error for a body that is not Twilio's: a gateway's 429 and 5xx mean what they say."""
    kind: type[RequestError] = UnexpectedResponse
    if status == 429 or status >= 500:
        kind = _kind(status, None)
    error = kind(
        f"{where} was answered with status {status}; {cause}. Check the base URL, or try again later.",
        status=status,
        request_id=request_id,
    )
    error.retry_after = _seconds(headers.get("Retry-After"))
    return error


def _seconds(retry_after: str | None) -> float | None:
    """Read ``Retry-After``: seconds, or a date (RFC 9110, section 10.2.3)."""
    if retry_after is None:
        return None
    if re.fullmatch(r"\s*\d+(\.\d+)?\s*", retry_after):
        return float(retry_after)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time())
    except ValueError:
        return None
