"""Which credentials count, and what is said when they cannot be used."""

from __future__ import annotations

import pytest

from callerid_analytics.client import Client
from callerid_analytics.errors import ConfigurationError, MissingCredentials
from callerid_analytics.settings import Settings, UnsupportedRegionWarning, environment_holds_credentials

ACCOUNT = "AC" + 32 * "a"
KEY = "SK" + 32 * "b"
TOKEN_PAIR = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "the-token"}
KEY_PAIR = {"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_API_KEY": KEY, "TWILIO_API_SECRET": "the-secret"}


def test_a_token_signs_in_as_the_account() -> None:
    settings = Settings.from_env(TOKEN_PAIR)
    assert (settings.username, settings.password) == (ACCOUNT, "the-token")
    assert not settings.uses_api_key


def test_an_api_key_signs_in_as_itself_for_the_account() -> None:
    settings = Settings.from_env(KEY_PAIR)
    assert (settings.account_sid, settings.username, settings.password) == (ACCOUNT, KEY, "the-secret")
    assert settings.uses_api_key


def test_with_both_the_token_wins() -> None:
    assert Settings.from_env(TOKEN_PAIR | KEY_PAIR).password == "the-token"


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, "TWILIO_ACCOUNT_SID"),
        ({"TWILIO_ACCOUNT_SID": ACCOUNT}, "TWILIO_AUTH_TOKEN"),
        ({"TWILIO_AUTH_TOKEN": "the-token"}, "TWILIO_ACCOUNT_SID"),
        ({"TWILIO_API_KEY": KEY, "TWILIO_API_SECRET": "the-secret"}, "TWILIO_ACCOUNT_SID"),
        ({"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_API_KEY": KEY}, "TWILIO_AUTH_TOKEN"),
        (TOKEN_PAIR | {"TWILIO_API_KEY": KEY}, "TWILIO_API_SECRET"),
        (TOKEN_PAIR | {"TWILIO_API_SECRET": "the-secret"}, "TWILIO_API_KEY"),
        ({"CALLERIDS_BASE_URL": "http://127.0.0.1:1"}, "TWILIO_ACCOUNT_SID"),
        ({"TWILIO_ACCOUNT_SID": ACCOUNT, "TWILIO_AUTH_TOKEN": "  "}, "TWILIO_AUTH_TOKEN"),
    ],
)
def test_half_a_pair_is_an_error_that_names_the_other_half(environ: dict[str, str], missing: str) -> None:
    with pytest.raises(MissingCredentials, match=missing) as caught:
        Settings.from_env(environ)
    assert "the-token" not in str(caught.value)
    assert "the-secret" not in str(caught.value)


@pytest.mark.parametrize(
    "environ", [{"TWILIO_AUTH_TOKEN": "x"}, {"CALLERIDS_BASE_URL": "http://127.0.0.1:1"}, KEY_PAIR]
)
def test_half_a_pair_is_never_taken_for_no_credentials(environ: dict[str, str]) -> None:
    assert environment_holds_credentials(environ)


@pytest.mark.parametrize("environ", [{}, {"TWILIO_REGION": "au1"}, {"TWILIO_AUTH_TOKEN": ""}])
def test_an_environment_without_credentials(environ: dict[str, str]) -> None:
    assert not environment_holds_credentials(environ)


def test_a_pasted_line_break_is_no_part_of_a_token() -> None:
    assert Settings.from_env(TOKEN_PAIR | {"TWILIO_AUTH_TOKEN": "the-token\n"}).password == "the-token"


@pytest.mark.parametrize(
    ("region", "edge", "host"),
    [
        (None, None, "https://api.twilio.com"),
        ("au1", None, "https://api.au1.twilio.com"),
        (None, "sydney", "https://api.sydney.us1.twilio.com"),
        ("au1", "sydney", "https://api.sydney.au1.twilio.com"),
    ],
)
def test_region_and_edge_make_the_host(region: str | None, edge: str | None, host: str) -> None:
    assert Settings.of(ACCOUNT, "x", region=region, edge=edge).base_url == host


def test_the_environments_region_counts_and_another_base_url_wins() -> None:
    environ = TOKEN_PAIR | {"TWILIO_REGION": "au1"}
    assert Settings.from_env(environ).base_url == "https://api.au1.twilio.com"
    environ["CALLERIDS_BASE_URL"] = "http://127.0.0.1:8080/"
    assert Settings.from_env(environ).base_url == "http://127.0.0.1:8080"
    assert Settings.from_env(environ, base_url="http://[::1]:9").base_url == "http://[::1]:9"


def test_ie1_warns_that_it_has_no_caller_ids() -> None:
    with pytest.warns(UnsupportedRegionWarning, match="ie1"):
        Client(ACCOUNT, "x", region="ie1")


@pytest.mark.parametrize("region", ["evil.example/", "us1.", "US 1", "@host"])
def test_a_region_cannot_change_the_host(region: str) -> None:
    with pytest.raises(ConfigurationError, match="region"):
        Settings.of(ACCOUNT, "x", region=region)


@pytest.mark.parametrize(
    "base_url",
    ["127.0.0.1:8080", "ftp://host", "http://", "http://host:port", "http://user:word@host", "http://h:99999"],
)
def test_a_base_url_that_cannot_be_one(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match="base URL") as caught:
        Settings.of(ACCOUNT, "x", base_url=base_url)
    assert "word" not in str(caught.value)


def test_an_api_key_given_as_the_account_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="is an API key, not an account"):
        Client(KEY, "x")


@pytest.mark.parametrize("sid", ["", "AC1", ACCOUNT[:-1] + "g", ACCOUNT + "0", " " + ACCOUNT])
def test_a_malformed_account_sid_is_refused(sid: str) -> None:
    with pytest.raises(ConfigurationError, match="not an account SID"):
        Client(sid, "x")


def test_a_malformed_api_key_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="API key"):
        Client(ACCOUNT, api_key="the-secret-by-mistake", api_secret="x")


@pytest.mark.parametrize("pair", [{"api_key": KEY}, {"api_secret": "x"}, {}])
def test_a_client_needs_a_whole_pair(pair: dict[str, str]) -> None:
    with pytest.raises(MissingCredentials):
        Client(ACCOUNT, **pair)  # type: ignore[arg-type] # a pair of keywords


def test_the_repr_hides_the_secret() -> None:
    assert "the-token" not in repr(Settings.from_env(TOKEN_PAIR))
    assert "the-token" not in repr(Client.from_env(TOKEN_PAIR))
    assert "the-secret" not in repr(Client.from_env(KEY_PAIR))
