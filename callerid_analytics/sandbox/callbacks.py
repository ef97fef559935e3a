"""What a status callback says, and how it is addressed and signed; ``delivery`` sends it.

The parameters are those of a recorded exchange, the rules for URLs and signatures those of Twilio's docs
("Webhooks security") and of the validators in its libraries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, unquote, urlencode, urlsplit, urlunsplit

from callerid_analytics.sandbox.call_states import CALL_STATUS, verification_status
from callerid_analytics.sandbox.places import country
from callerid_analytics.sandbox.resources import API_VERSION
from callerid_analytics.sandbox.tables import CallRow
from callerid_analytics.sandbox.telephony import VERIFYING_NUMBER

_VERIFYING_PLACE = {"City": "SAN FRANCISCO", "State": "CA", "Zip": "94108", "Country": "US"}

_PLAIN = "/%:@!$&'()*+,;=?~"
"""What a URL may hold as it is; everything else is percent-encoded on its way."""


class Receiver(NamedTuple):
    """Where a status callback goes, as it is sent: percent-encoded, without user information and fragment."""

    scheme: str
    host: str
    port: int
    netloc: str
    """The ``Host`` header."""
    target: str
    """Path and query."""
    credentials: tuple[str, str] | None

    @classmethod
    def of(cls, url: str) -> Receiver:
        """Read a URL.

        Raises
        ------
        ValueError
            If it is none that could be called.
        """
        parts = urlsplit(url)
        host = parts.hostname or ""
        if not host.isascii():
            host = host.encode("idna").decode()
        if not host or parts.scheme not in ("http", "https"):
            raise ValueError(f"{masked(url)} is no URL that can be called")
        shown = f"[{host}]" if ":" in host else host
        query = quote(parts.query, safe=_PLAIN)
        return cls(
            scheme=parts.scheme,
            host=host,
            port=parts.port or (443 if parts.scheme == "https" else 80),
            netloc=f"{shown}:{parts.port}" if parts.port else shown,
            target=(quote(parts.path, safe=_PLAIN) or "/") + (f"?{query}" if query else ""),
            credentials=_credentials(parts.username, parts.password),
        )

    @property
    def signed_url(self) -> str:
        """The URL as it is signed: with its port over http, without it over https."""
        netloc = self.netloc
        if self.scheme == "https":
            netloc = netloc.removesuffix(f":{self.port}")
        return f"{self.scheme}://{netloc}{self.target}"


class Letter(NamedTuple):
    """A status callback ready to be sent."""

    method: str
    receiver: Receiver
    headers: Mapping[str, str]
    body: bytes


def letter(call: CallRow, auth_token: str, idempotency_token: str) -> Letter:
    """Write the status callback of a call that has ended.

    Parameters
    ----------
    call : CallRow
        The call.
    auth_token : str
        The primary token of the call's account, which signs, whoever asked for the call.
    idempotency_token : str
        Tells the receiver that two attempts are one callback.

    Raises
    ------
    ValueError
        If its URL is none that could be called.
    """
    receiver = Receiver.of(call.status_callback or "")
    told = parameters(call)
    headers = {
        "Host": receiver.netloc,
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "Connection": "close",
        "I-Twilio-Idempotency-Token": idempotency_token,
    }
    if call.status_callback_method == "GET":
        joint = "&" if "?" in receiver.target else "?"
        receiver = receiver._replace(target=f"{receiver.target}{joint}{urlencode(told)}")
        headers["X-Twilio-Signature"] = signature(auth_token, receiver.signed_url)
        return Letter("GET", receiver, headers, b"")
    body = urlencode(told).encode()
    headers["Content-Type"] = "application/x-www-form-urlencoded; charset=UTF-8"
    headers["Content-Length"] = str(len(body))
    headers["X-Twilio-Signature"] = signature(auth_token, receiver.signed_url, told)
    return Letter("POST", receiver, headers, body)


def parameters(call: CallRow) -> dict[str, str]:
    """Give what the status callback of a call says, in the order of a recorded one."""
    seconds = call.duration or 0
    outcome = {
        "CallStatus": CALL_STATUS[call.state],
        "CallDuration": str(seconds),
        "Duration": str(-(-seconds // 60)),  # minutes, rounded up
        "VerificationStatus": verification_status(call.state) or "",
    }
    if call.caller_id_sid:
        outcome["OutgoingCallerIdSid"] = call.caller_id_sid
    return {
        "AccountSid": call.account_sid,
        "ApiVersion": API_VERSION,
        "CallSid": call.sid,
        "Direction": "outbound-api",
        **outcome,
        **_party(("From", "Caller"), VERIFYING_NUMBER, _VERIFYING_PLACE),
        **_party(
            ("To", "Called"),
            call.phone_number,
            {"City": "", "State": "", "Zip": "", "Country": country(call.phone_number)},
        ),
    }


def signature(auth_token: str, url: str, form: Mapping[str, str] | None = None) -> str:
    """Sign a request as ``X-Twilio-Signature`` does.

    Parameters
    ----------
    auth_token : str
        The key.
    url : str
        The whole URL, its query included.
    form : mapping of str to str, optional
        What a POST carries besides.

    Examples
    --------
    The example of Twilio's docs:

    >>> form = {
    ...     "CallSid": "CA1234567890ABCDE",
    ...     "Caller": "+14158675310",
    ...     "Digits": "1234",
    ...     "From": "+14158675310",
    ...     "To": "+18005551212",
    ... }
    >>> signature("12345", "https://example.com/myapp.php?foo=1&bar=2", form)
    'L/OH5YylLD5NRKLltdqwSvS0BnU='
    """
    text = url + "".join(name + value for name, value in sorted((form or {}).items()))
    return base64.b64encode(hmac.digest(auth_token.encode(), text.encode(), hashlib.sha1)).decode()


def masked(url: str) -> str:
    """Hide the user information in a URL, for lists that others may see."""
    parts = urlsplit(url)
    _, at, host = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"***:***@{host}")) if at else url


def _party(names: tuple[str, ...], phone_number: str, place: Mapping[str, str]) -> dict[str, str]:
    places = {f"{name}{key}": value for name in names for key, value in place.items()}
    return dict.fromkeys(names, phone_number) | places


def _credentials(username: str | None, password: str | None) -> tuple[str, str] | None:
    return None if username is None else (unquote(username), unquote(password or ""))
