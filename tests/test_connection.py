"""`connect`: the environment's account, or an announced sandbox, and never one for the other."""

from __future__ import annotations

import gc
import threading
import warnings

import pytest
import requests

import callerid_analytics as ca
from callerid_analytics.connection import SandboxWarning, connect
from callerid_analytics.errors import MissingCredentials
from callerid_analytics.sandbox import Sandbox


def test_without_credentials_an_embedded_sandbox_is_announced() -> None:
    with pytest.warns(SandboxWarning, match="practice account"):
        client = ca.connect(numbers=12, accounts=2, seed=3)
    with client:
        assert client.sandbox is not None
        assert client.base_url == client.sandbox.url
        assert len(ca.load(client, accounts="all")) == 12


def test_with_credentials_it_is_the_environments_account(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in sandbox.environ.items():
        monkeypatch.setenv(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        client = connect()
    assert client.sandbox is None
    assert (client.account_sid, client.base_url) == (sandbox.account_sid, sandbox.url)


@pytest.mark.parametrize(
    "half", ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_API_KEY", "CALLERIDS_BASE_URL"]
)
def test_half_a_pair_is_never_a_wish_to_practise(half: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(half, "AC" + 32 * "0")
    with pytest.raises(MissingCredentials):
        connect()


@pytest.mark.filterwarnings("ignore::callerid_analytics.connection.SandboxWarning")
def test_closing_the_client_stops_its_sandbox() -> None:
    before = set(threading.enumerate())
    client = connect(numbers=1)
    url = client.base_url
    client.close()
    assert set(threading.enumerate()) <= before
    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=5)


@pytest.mark.filterwarnings("ignore::callerid_analytics.connection.SandboxWarning")
def test_a_forgotten_client_takes_its_sandbox_along() -> None:
    before = set(threading.enumerate())
    client = connect(numbers=1)
    assert set(threading.enumerate()) > before
    del client
    gc.collect()
    assert set(threading.enumerate()) <= before
