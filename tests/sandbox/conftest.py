"""What the sandbox's tests share: a clock that stands still, and the API as a person with curl sees it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
import requests

from callerid_analytics.sandbox import Clock, Sandbox
from tests.sandbox.receiver import Receiver


class Api:
    """One account's resources, asked for with one pair of credentials."""

    def __init__(self, sandbox: Sandbox, account_sid: str | None = None) -> None:
        self.sandbox = sandbox
        self.account = f"/2010-04-01/Accounts/{account_sid or sandbox.account_sid}"
        self.caller_ids = f"{self.account}/OutgoingCallerIds.json"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = (sandbox.account_sid, sandbox.auth_token)

    def send(self, method: str, path: str, **options: Any) -> requests.Response:
        return self.session.request(method, self.sandbox.url + path, timeout=10, **options)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.send("GET", path, params=query)

    def post(self, path: str, **form: Any) -> requests.Response:
        return self.send("POST", path, data=form)

    def caller_id(self, sid: str) -> str:
        return f"{self.account}/OutgoingCallerIds/{sid}.json"

    def authorization(self) -> str:
        credentials = f"{self.sandbox.account_sid}:{self.sandbox.auth_token}"
        return f"Basic {b64encode(credentials.encode()).decode()}"

    def half_a_request(self) -> bytes:
        """Write a request by hand, its body cut short."""
        return (
            f"POST {self.caller_ids} HTTP/1.1\r\nHost: x\r\nAuthorization: {self.authorization()}\r\n"
            "Content-Length: 100\r\n\r\nPhoneNumber="
        ).encode()

    def pages(self, path: str | None, key: str = "outgoing_caller_ids", **query: Any) -> Iterator[dict[str, Any]]:
        """Follow a list to its end."""
        path = path or self.caller_ids
        while path:
            page = self.get(path, **query).json()
            yield page
            path, query = page["next_page_uri"], {}


def code_of(response: requests.Response) -> tuple[int, int]:
    """Give the HTTP status and Twilio's code of a refusal, whose body must agree with them."""
    body = response.json()
    assert body["status"] == response.status_code
    assert body["more_info"] == f"https://www.twilio.com/docs/errors/{body['code']}"
    assert body["message"]
    return response.status_code, body["code"]


def address(sandbox: Sandbox) -> tuple[str, int]:
    host, port = sandbox.url.removeprefix("http://").split(":")
    return host, int(port)


@pytest.fixture
def clock() -> Clock:
    return Clock(speed=0, start=1_700_000_000)


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    """A small sandbox of the test's own, in which neither time nor chance does anything unforeseen."""
    with Sandbox(numbers=30, accounts=3, clock=clock, randomness=Random(1)) as sandbox:
        yield sandbox


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Api]:
    api = Api(sandbox)
    yield api
    api.session.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Somebody's web server, to which status callbacks go."""
    with Receiver() as receiver:
        yield receiver
