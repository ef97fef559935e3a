"""``X-Twilio-Signature``: how Twilio signs what it sends to an address of yours.

Source of the rules: https://www.twilio.com/docs/usage/security and the validators of Twilio's own libraries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import ParseResult, urlparse

from callerid_analytics.errors import ConfigurationError
from callerid_analytics.settings import Settings

Parameters = Mapping[str, str | Sequence[str]] | Iterable[tuple[str, str]]
"""Names and values; a name may have several."""


def signature(auth_token: str, url: str, parameters: Parameters = ()) -> str:
    """Sign a request as Twilio does in ``X-Twilio-Signature``.

    Parameters
    ----------
    auth_token : str
        The account's.
    url : str
        As Twilio calls it: its query included, user information and fragment left out.
    parameters : mapping or iterable of pairs
        The body of a POST. Of a name that is there several times, each value counts once, in order.

    Returns
    -------
    str
        Base64.

    Examples
    --------
    From Twilio's documentation (https://www.twilio.com/docs/usage/security):

    >>> form = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234",
    ...         "From": "+14158675310", "To": "+18005551212"}
    >>> signature("12345", "https://example.com/myapp.php?foo=1&bar=2", form)
    'L/OH5YylLD5NRKLltdqwSvS0BnU='
    """
    text = url + "".join(name + value for name, value in sorted(set(_pairs(parameters))))
    # surrogatepass: text that is no Unicode has no right signature, and is no reason to fail
    digest = hmac.digest(auth_token.encode(), text.encode("utf-8", "surrogatepass"), hashlib.sha1)
    return base64.b64encode(digest).decode()


def is_signed(auth_token: str, url: str, parameters: Parameters, given: str) -> bool:
    """Whether Twilio, who has the token, sent this request.

    Parameters
    ----------
    auth_token, url, parameters
        As for `signature`. Twilio signs some addresses with their port and some without: both are right. User
        information in the address is not part of what Twilio signs, and does not matter.
    given : str
        The header ``X-Twilio-Signature``.
    """
    pairs = list(_pairs(parameters))
    offered = given.encode("utf-8", "surrogatepass")
    return any(
        hmac.compare_digest(signature(auth_token, form, pairs).encode(), offered) for form in _signed_forms(url)
    )


def tokens_of(settings: Settings) -> dict[str, str]:
    """Return the token that the settings' account signs callbacks with, as `CallbackReceiver` takes it.

    Raises
    ------
    ConfigurationError
        There is only an API key, whose secret signs nothing.
    """
    if settings.uses_api_key:
        raise ConfigurationError(
            "Twilio signs status callbacks with the account's auth token, and only an API key is here: give the "
            "token, or no callback address; the outcome is then found by looking at the list."
        )
    return {settings.account_sid: settings.password}


def _pairs(parameters: Parameters) -> Iterable[tuple[str, str]]:
    if not isinstance(parameters, Mapping):
        return parameters
    return (
        (name, value)
        for name, values in parameters.items()
        for value in ([values] if isinstance(values, str) else values)
    )


def _signed_forms(url: str) -> set[str]:
    """Return an address with and without its port, and both without user information too."""
    try:
        parts = urlparse(url)
        port = parts.port
    except ValueError:
        return set()
    user, at, host = parts.netloc.rpartition("@")
    bare = host.removesuffix(f":{port}") if port else host
    with_port = host if port else f"{host}:{443 if parts.scheme == 'https' else 80}"
    return {_at(parts, prefix + place) for place in (bare, with_port) for prefix in {"", user + at}}


def _at(parts: ParseResult, netloc: str) -> str:
    return parts._replace(netloc=netloc).geturl()
