"""A port of this machine on which status callbacks are taken."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Mapping
from socketserver import ThreadingMixIn
from typing import Any, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from callerid_analytics.callbacks.events import CallbackEvent, Listener
from callerid_analytics.callbacks.wsgi import application
from callerid_analytics.errors import ConfigurationError


class CallbackReceiver:
    """Takes status callbacks on a port of this machine, in a thread, while it is a context.

    Parameters
    ----------
    tokens : mapping of str to str
        The auth token of each account, by its SID. Sub-accounts sign with their own, presumably; `tokens_of` gives
        the main account's.
    on_event : callable, optional
        Called with each `CallbackEvent`; `subscribe` adds others.
    port : int, default 0
        On 127.0.0.1; 0 picks a free one.
    public_url : str, optional
        The address that Twilio calls, where a tunnel or proxy passes it on to this port.

    Raises
    ------
    ConfigurationError
        There is no token: nothing that came could be believed.
    OSError
        On entering: the port is taken.

    Examples
    --------
    >>> with CallbackReceiver({"AC" + 32 * "0": "a token"}) as receiver:
    ...     receiver.url.startswith("http://127.0.0.1:")
    True
    """

    def __init__(
        self,
        tokens: Mapping[str, str],
        *,
        on_event: Listener | None = None,
        port: int = 0,
        public_url: str | None = None,
    ) -> None:
        if not tokens:
            raise ConfigurationError(
                "No auth token is here, and without it no status callback can be believed: give "
                "tokens={account_sid: auth_token}, or no receiver: the outcome is then found in the list."
            )
        self._application = application(tokens, on_event=self._hand_on, public_url=public_url)
        self._port = port
        self._public_url = public_url
        self._on_event = on_event
        self._listeners: list[weakref.WeakMethod[Any]] = []
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        """The address to give to Twilio as ``status_callback``."""
        if self._public_url:
            return self._public_url
        if self._server is None:
            raise RuntimeError("The receiver is not running; use it in a with statement.")
        return f"http://127.0.0.1:{self._server.server_port}/"

    def subscribe(self, listener: Listener) -> None:
        """Hand events to a method as well, as long as its object lives."""
        self._listeners.append(weakref.WeakMethod(listener))

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", self._port), _Handler)
        self._server.set_app(self._application)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._server:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url if self._server or self._public_url else 'not running'!r})"

    def _hand_on(self, event: CallbackEvent) -> None:
        alive = [(reference, reference()) for reference in self._listeners]
        self._listeners = [reference for reference, listener in alive if listener]
        for listener in (self._on_event, *(listener for _, listener in alive)):
            if listener:
                listener(event)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False


class _Handler(WSGIRequestHandler):
    timeout = 10
    """Seconds that a caller may be silent."""

    def get_environ(self) -> dict[str, Any]:
        return super().get_environ() | {"REQUEST_URI": self.path}

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: an address may hold what is not meant for everybody's eyes."""
