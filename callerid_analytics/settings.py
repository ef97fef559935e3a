"""Which account, with which secret, on which host: from the environment or from arguments.

The variables are the ones that Twilio's own tools read, and one of ours:

===================== ==================================================================
``TWILIO_ACCOUNT_SID``  the account, ``AC…``
``TWILIO_AUTH_TOKEN``   its token; reaches the sub-accounts as well
``TWILIO_API_KEY``      or an API key, ``SK…``, …
``TWILIO_API_SECRET``   … and its secret; reaches the one account only
``TWILIO_REGION``       ``us1``, ``au1`` …
``TWILIO_EDGE``         ``dublin``, ``sydney`` …
``CALLERIDS_BASE_URL``  any other host, such as a sandbox's
===================== ==================================================================
"""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from callerid_analytics.errors import ConfigurationError, MissingCredentials

_PAIRS = (("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"), ("TWILIO_API_KEY", "TWILIO_API_SECRET"))
_CREDENTIALS = tuple(name for pair in _PAIRS for name in pair)
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_HOST_PART = re.compile(r"[a-z0-9-]+")


class UnsupportedRegionWarning(UserWarning):
    """The region has no verified caller IDs."""


@dataclass(frozen=True)
class Settings:
    """Where to send requests and as whom.

    Attributes
    ----------
    account_sid : str
        The account that is meant when a call names no other, ``AC`` and 32 hexadecimal digits.
    username, password : str
        What HTTP Basic authentication sends: the account and its token, or an API key and its secret.
    base_url : str
        Scheme and host, without a path: ``https://api.twilio.com``.
    """

    account_sid: str
    username: str
    password: str = field(repr=False)
    base_url: str

    @property
    def uses_api_key(self) -> bool:
        """Whether an API key signs in, rather than the account's own token."""
        return self.username != self.account_sid

    @property
    def secret(self) -> dict[str, Any]:
        """What signs in, as the keywords of `of` and of `callerid_analytics.client.Client`."""
        if self.uses_api_key:
            return {"api_key": self.username, "api_secret": self.password}
        return {"auth_token": self.password}

    @property
    def is_local(self) -> bool:
        """Whether the host is this machine."""
        return urlsplit(self.base_url).hostname in _LOOPBACK

    @classmethod
    def of(
        cls,
        account_sid: str,
        auth_token: str | None = None,
        *,
        api_key: str | None = None,
        api_secret: str | None = None,
        region: str | None = None,
        edge: str | None = None,
        base_url: str | None = None,
    ) -> Settings:
        """Check the arguments and put them together; with both kinds of credentials the token wins.

        Raises
        ------
        ConfigurationError
            An account SID, API key, region, edge or base URL that cannot be one.
        MissingCredentials
            Neither a token nor an API key with its secret.
        """
        _check_account_sid(account_sid)
        if bool(api_key) != bool(api_secret):
            given, lacking = ("key", "secret") if api_key else ("secret", "key")
            raise MissingCredentials(f"An API {given} was given without its {lacking}: give both, or neither.")
        if auth_token:
            username, password = account_sid, auth_token
        elif api_key and api_secret:
            username, password = _check_api_key(api_key), api_secret
        else:
            raise MissingCredentials(
                f"Account {account_sid} has no secret to sign in with: give its auth token, "
                "or an API key with the key's secret."
            )
        return cls(account_sid, username, password, _base_url(base_url, region, edge))

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None, *, base_url: str | None = None) -> Settings:
        """Read the environment.

        Parameters
        ----------
        environ : mapping of str to str, optional
            Read instead of the process's environment.
        base_url : str, optional
            Used instead of ``CALLERIDS_BASE_URL``.

        Raises
        ------
        MissingCredentials
            No credentials are set, or half of a pair; the message names the variable that is missing.
        ConfigurationError
            A value that cannot be what its variable says.
        """
        values = _values(environ)
        _refuse_half_a_pair(values)
        if "TWILIO_ACCOUNT_SID" not in values:
            raise MissingCredentials(
                "No Twilio credentials are set: put the account's SID into TWILIO_ACCOUNT_SID and its token "
                "into TWILIO_AUTH_TOKEN, or start a practice account with `callerids sandbox`."
            )
        return cls.of(
            values["TWILIO_ACCOUNT_SID"],
            values.get("TWILIO_AUTH_TOKEN"),
            api_key=values.get("TWILIO_API_KEY"),
            api_secret=values.get("TWILIO_API_SECRET"),
            region=values.get("TWILIO_REGION"),
            edge=values.get("TWILIO_EDGE"),
            base_url=base_url or values.get("CALLERIDS_BASE_URL"),
        )


def default_journal() -> Path:
    """Return where runs are recorded unless another file is named: in the user's own data folder."""
    import platformdirs  # late: only what changes something needs it

    return platformdirs.user_data_path("callerid-analytics", appauthor=False) / "journal.sqlite"


def default_verifications() -> Path:
    """Return the folder, in the user's state folder, that says which numbers are being verified here."""
    import platformdirs  # late: only what changes something needs it

    return platformdirs.user_state_path("callerid-analytics", appauthor=False) / "verifications"


def environment_holds_credentials(environ: Mapping[str, str] | None = None) -> bool:
    """Whether any variable says whom to sign in as, or where; half a pair counts as well."""
    values = _values(environ)
    return any(name in values for name in (*_CREDENTIALS, "CALLERIDS_BASE_URL"))


def environment_for_child(added: Mapping[str, str], *, jupyter_path: Path | None = None) -> dict[str, str]:
    """Return this process's environment, these variables, and a folder where Jupyter is to look, for a child."""
    environ = {**os.environ, **added}
    if jupyter_path is not None:
        environ["JUPYTER_PATH"] = os.pathsep.join(filter(None, [str(jupyter_path), environ.get("JUPYTER_PATH")]))
    return environ


def _values(environ: Mapping[str, str] | None) -> dict[str, str]:
    """Return the variables that are set to something; a pasted line break around a value is no part of it."""
    source = os.environ if environ is None else environ
    names = (*_CREDENTIALS, "TWILIO_REGION", "TWILIO_EDGE", "CALLERIDS_BASE_URL")
    stripped = {name: source.get(name, "").strip() for name in names}
    return {name: value for name, value in stripped.items() if value}


def _refuse_half_a_pair(values: Mapping[str, str]) -> None:
    has_key = "TWILIO_API_KEY" in values and "TWILIO_API_SECRET" in values
    for first, second in _PAIRS:
        if (first in values) == (second in values):
            continue
        if first == "TWILIO_ACCOUNT_SID" and first in values and has_key:
            continue
        given, lacking = (first, second) if first in values else (second, first)
        raise MissingCredentials(f"{given} is set and {lacking} is not: set both, or unset {given}.")
    if has_key and "TWILIO_ACCOUNT_SID" not in values:
        raise MissingCredentials(
            "TWILIO_API_KEY is set and TWILIO_ACCOUNT_SID is not: an API key does not say which account "
            "it belongs to, so set TWILIO_ACCOUNT_SID to the AC… of that account."
        )


def _check_account_sid(account_sid: str) -> None:
    if account_sid.startswith("SK"):
        raise ConfigurationError(
            f"{account_sid} is an API key, not an account: give the account's AC… SID here, "
            "and the key as api_key with its secret as api_secret."
        )
    if not re.fullmatch(r"AC[0-9a-fA-F]{32}", account_sid):
        raise ConfigurationError(
            f"{account_sid!r} is not an account SID: that is AC and 32 hexadecimal digits, "
            "as the Twilio console shows it."
        )


def _check_api_key(api_key: str) -> str:
    if not re.fullmatch(r"SK[0-9a-fA-F]{32}", api_key):
        raise ConfigurationError(
            f"{api_key!r} is not an API key's SID: that is SK and 32 hexadecimal digits "
            "(the secret is given apart)."
        )
    return api_key


def _base_url(base_url: str | None, region: str | None, edge: str | None) -> str:
    """Return scheme and host; an edge alone implies region us1, as in Twilio's own libraries."""
    if base_url:
        return _checked_base_url(base_url)
    for name, value in (("region", region), ("edge", edge)):
        if value and not _HOST_PART.fullmatch(value):
            raise ConfigurationError(
                f"The {name} {value!r} cannot be part of a host name; Twilio's look like us1."
            )
    if region == "ie1":
        # https://www.twilio.com/docs/global-infrastructure/regional-product-and-feature-availability
        warnings.warn(
            "Twilio's region ie1 has no verified caller IDs; unset TWILIO_REGION to read those of us1.",
            UnsupportedRegionWarning,
            stacklevel=4,
        )
    if edge and not region:
        region = "us1"
    return "https://" + ".".join(part for part in ("api", edge, region, "twilio.com") if part)


def _checked_base_url(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        port_is_good = False
    if not port_is_good or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise ConfigurationError(
            f"The base URL {_without_userinfo(base_url)!r} must be http:// or https:// and a host, "
            "such as http://127.0.0.1:8080; credentials do not belong into it."
        )
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _without_userinfo(url: str) -> str:
    return re.sub(r"//[^/]*@", "//", url)
