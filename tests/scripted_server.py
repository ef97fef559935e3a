"""A loopback server that answers what a test tells it to, broken answers included.

Each `Reply` is used for one request, in order; the last is used for all that follow.
"""

from __future__ import annotations

import contextlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Reply:
    """What to answer to one request.

    Attributes
    ----------
    body : object
        Bytes as they are, anything else as JSON.
    drop : bool
        Close the connection instead of answering.
    cut : int
        Announce the whole body and leave out this many bytes of it.
    until : threading.Event, optional
        Answer when it is set.
    """

    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    cut: int = 0
    until: threading.Event | None = None

    @property
    def payload(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


def refusal(status: int, code: int, message: str = "Refused", **headers: str) -> Reply:
    body = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return Reply(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def page(*rows: dict[str, Any], next_page_uri: str | None = None) -> Reply:
    return Reply(body={"outgoing_caller_ids": list(rows), "next_page_uri": next_page_uri, "page": 0})


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: dict[str, list[str]]
    form: dict[str, list[str]]
    headers: dict[str, str]


class ScriptedServer:
    """Runs while it is a context; `requests` holds what arrived."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.replies: list[Reply] = [Reply(404)]
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"

    def say(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _next(self, request: Request) -> Reply:
        with self._lock:
            self.requests.append(request)
            return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # headers and body are written apart, and would wait for each other

            def answer(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                form = parse_qs(self.rfile.read(length).decode(), keep_blank_values=True)
                url = urlsplit(self.path)
                query = parse_qs(url.query, keep_blank_values=True)
                reply = server._next(Request(self.command, url.path, query, form, dict(self.headers)))
                if reply.until:
                    reply.until.wait(10)
                if reply.drop:
                    self.close_connection = True
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.payload)))
                with contextlib.suppress(ConnectionError):  # a client that timed out is gone
                    self.end_headers()
                    self.wfile.write(reply.payload[: len(reply.payload) - reply.cut])
                self.close_connection = bool(reply.cut)

            do_GET = do_POST = do_DELETE = answer  # noqa: N815 - http.server's names

            def log_message(self, *_: object) -> None:
                pass

        return Handler
