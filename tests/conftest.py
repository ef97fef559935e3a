"""Fixtures that several test modules share: a sandbox with a client, and a server that follows a script."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from callerid_analytics.client import Client
from callerid_analytics.sandbox import Sandbox
from tests.forking import Forking
from tests.scripted_server import ScriptedServer

# A test that fails because the machine is busy says nothing about the code.
settings.register_profile("no deadline", deadline=None)
settings.load_profile("no deadline")


@pytest.fixture(autouse=True)
def _no_credentials_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's real account, nor a proxy, is ever part of a test."""
    for name in ("ACCOUNT_SID", "AUTH_TOKEN", "API_KEY", "API_SECRET", "REGION", "EDGE"):
        monkeypatch.delenv(f"TWILIO_{name}", raising=False)
    monkeypatch.delenv("CALLERIDS_BASE_URL", raising=False)


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    """A sandbox that tests only read."""
    with Sandbox(numbers=2500, accounts=3, seed=7) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A small sandbox of the test's own."""
    with Sandbox(numbers=30, accounts=3, seed=7) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with Client(sandbox.account_sid, sandbox.auth_token, base_url=sandbox.url) as client:
        yield client


@pytest.fixture(scope="session")
def forking() -> Iterator[Forking]:
    """Runs code in processes that a test may kill."""
    with Forking() as forking:
        yield forking


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with ScriptedServer() as server:
        yield server
