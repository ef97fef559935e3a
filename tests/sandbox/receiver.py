"""Somebody's web server, to which status callbacks go, and what the tests of callbacks share."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

from twilio.request_validator import RequestValidator

from callerid_analytics.sandbox import Sandbox

if TYPE_CHECKING:
    from tests.sandbox.conftest import Api

NUMBER = "+14155550123"


class Received(NamedTuple):
    """A request as a web framework hands it to the function that handles callbacks."""

    method: str
    url: str
    headers: dict[str, str]
    form: dict[str, str]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.url).query, keep_blank_values=True))


class Receiver:
    """Notes every request and answers as its path says: ``/500`` with that status, anything else with 204."""

    def __init__(self) -> None:
        self.received: queue.SimpleQueue[Received] = queue.SimpleQueue()
        self.respond: Callable[[BaseHTTPRequestHandler], None] = respond_as_the_path_says
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self.netloc = f"127.0.0.1:{self._server.server_port}"
        self.url = f"http://{self.netloc}"

    def next(self) -> Received:
        return self.received.get(timeout=10)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
                url = f"http://{self.headers['Host']}{self.path}"
                form = dict(parse_qsl(body, keep_blank_values=True))
                receiver.received.put(Received(self.command, url, dict(self.headers), form))
                receiver.respond(self)

            do_GET = do_POST  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler


def respond_as_the_path_says(handler: BaseHTTPRequestHandler) -> None:
    first = urlsplit(handler.path).path.split("/")[1]
    status = int(first) if first.isdigit() else 204
    if status == 401 and "Authorization" in handler.headers:
        status = 204
    handler.send_response(status)
    if status == 401:
        handler.send_header("WWW-Authenticate", 'Basic realm="mine"')
    if status == 302:
        handler.send_header("Location", "/elsewhere")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def place(api: Api, url: str, method: str = "POST", number: str = NUMBER) -> str:
    form = {"PhoneNumber": number, "StatusCallback": url, "StatusCallbackMethod": method}
    response = api.post(api.caller_ids, **form)
    assert response.status_code == 200, response.text
    return str(response.json()["call_sid"])


def outcome(sandbox: Sandbox) -> tuple[int, int | None, str | None]:
    """Wait for the last callback, and give its attempts, status and error."""
    callback = sandbox.callbacks(timeout=10)[0]
    return callback["attempts"], callback["status"], callback["error"]


def is_genuine(sandbox: Sandbox, received: Received, auth_token: str | None = None) -> bool:
    validator = RequestValidator(auth_token or sandbox.auth_token)
    return bool(validator.validate(received.url, received.form, received.headers["X-Twilio-Signature"]))
