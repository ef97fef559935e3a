"""The last requests that the API got, for a person who wonders what his program sent. Secrets are masked."""

from __future__ import annotations

import base64
import re
import threading
import time
from collections import deque
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callerid_analytics.sandbox.clock import Clock
from callerid_analytics.sandbox.dates import rfc2822
from callerid_analytics.sandbox.headers import REQUEST_ID

SIZE = 200
"""Requests that are remembered."""

MASK = "********"

_MAX_FORM = 20_000
"""Bytes of a body that are looked at; no request of the API comes near it."""

_FORM_TYPE = b"application/x-www-form-urlencoded"

_SECRET_NAME = re.compile(r"auth_?token|secret|password|authorization", re.IGNORECASE)

_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")


class Entry(NamedTuple):
    """One request; its parameters are as they came, since they are read far less often than written."""

    at: float
    method: str
    path: str
    query: bytes
    form: bytes
    status: int | None
    milliseconds: float
    request_id: str | None
    username: str | None
    user_agent: bytes | None

    def as_json(self) -> dict[str, Any]:
        """Show it with its secrets masked; without a status, no response was sent."""
        return self._asdict() | {
            "at": rfc2822(self.at),
            "query": _parameters(self.query),
            "form": _parameters(self.form),
            "user_agent": None if self.user_agent is None else self.user_agent.decode("latin-1"),
        }


class RequestLog:
    """Remembers the last requests. May be read from any thread.

    Parameters
    ----------
    clock : callable
        Tells the time in seconds since 1970.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=SIZE)

    def add(self, entry: Entry) -> None:
        """Remember one more request, and forget the oldest."""
        with self._lock:
            self._entries.appendleft(entry)

    def as_json(self, limit: int = 50) -> list[dict[str, Any]]:
        """List the last requests, newest first."""
        with self._lock:
            entries = list(self._entries)
        return [entry.as_json() for entry in entries[:limit]]


class Recorder:
    """ASGI middleware that writes the log.

    Parameters
    ----------
    app : ASGI application
        Answers the requests.
    log : RequestLog
        Remembers them.
    """

    def __init__(self, app: ASGIApp, log: RequestLog) -> None:
        self._app = app
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and take notes."""
        notes = _Notes(self._log, scope, receive, send)
        try:
            await self._app(scope, notes.receive if notes.has_form else receive, notes.send)
        finally:
            notes.hand_in()


class _Notes:
    """What is known of one request so far."""

    def __init__(self, log: RequestLog, scope: Scope, receive: Receive, send: Send) -> None:
        self._log = log
        self._scope = scope
        self._receive = receive
        self._send = send
        self._at = log.clock()
        self._started = time.perf_counter()
        headers = dict(scope["headers"])
        self._username = _username(headers.get(b"authorization", b""))
        self._user_agent = headers.get(b"user-agent")
        self.has_form = headers.get(b"content-type", b"").startswith(_FORM_TYPE)
        self._form = b""
        self._status: int | None = None
        self._handed_in = False

    async def receive(self) -> Message:
        """Note what comes."""
        message = await self._receive()
        if len(self._form) < _MAX_FORM:
            self._form += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        """Note what goes."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
        elif not message.get("more_body"):
            self.hand_in()  # now: whoever has the response finds its request in the log
        await self._send(message)

    def hand_in(self) -> None:
        """Write the log, once."""
        if self._handed_in:
            return
        self._handed_in = True
        entry = Entry(
            self._at,
            self._scope["method"],
            self._scope["path"],
            self._scope["query_string"],
            self._form,
            self._status,
            round((time.perf_counter() - self._started) * 1000, 3),
            self._scope.get(REQUEST_ID),
            self._username,
            self._user_agent,
        )
        self._log.add(entry)


def _username(authorization: bytes) -> str | None:
    scheme, _, encoded = authorization.partition(b" ")
    try:
        name, colon, _ = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:
        return None
    return name if colon and scheme.lower() == b"basic" else None


def _parameters(encoded: bytes) -> dict[str, str]:
    pairs = parse_qsl(encoded.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: MASK if _SECRET_NAME.search(name) else _USERINFO.sub(f"{MASK}@", value) for name, value in pairs}
