"""The connections to one host: a request goes out once, and its answer or one of our errors comes back.

Proxies and certificates are found as `requests` finds them, in the environment and in its own bundle. The request
itself goes straight to urllib3: what a session of `requests` adds for cookies, redirects and hooks, none of which
is wanted here, would take a third of the time of a small request.
"""

from __future__ import annotations

import contextlib
import platform
import socket
import threading
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3 import BaseHTTPResponse, Timeout
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, SSLError
from urllib3.exceptions import TimeoutError as WaitedTooLong

from callerid_analytics import refusals
from callerid_analytics.errors import ConnectionFailed, TimedOut
from callerid_analytics.settings import Settings

MOST_CONNECTIONS = 32
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Network:
    """Sends requests to the host of some settings, as their user; may be used by several threads.

    Parameters
    ----------
    settings : Settings
        Host and credentials.
    timeout : tuple of float
        Seconds to wait for a connection, and for the next bytes of an answer.
    aborted : threading.Event
        Once it is set, no connection stays open.

    Attributes
    ----------
    was_reached : bool
        Whether the host was ever spoken to.
    """

    def __init__(self, settings: Settings, *, timeout: tuple[float, float], aborted: threading.Event) -> None:
        self._timeout = timeout
        self._both_timeouts = Timeout(*timeout)
        self._headers = _headers(settings)
        self._environment = _environment(settings)
        self._adapter = _AbortableAdapter(aborted)
        self._pool: Any = None  # an HTTPConnectionPool, whatever the types of `requests` say of it
        self._prefix = ""
        self.was_reached = False

    def send(
        self,
        method: str,
        url: str,
        *,
        query: Mapping[str, str | None] | None = None,
        form: Mapping[str, str] | None = None,
    ) -> BaseHTTPResponse:
        """Send a request and return the answer, read to its end.

        Parameters
        ----------
        method, url : str
            HTTP verb, and an absolute URL on the host.
        query, form : mapping of str to str, optional
            Of the URL and of the body; a query field that is None is left out.

        Raises
        ------
        ConnectionFailed, TimedOut
            No answer came; what the libraries say stands in the chain of causes.
        """
        body = None if form is None else urlencode(form)
        headers = self._headers if form is None else self._headers | _FORM
        try:
            pool = self._pool or self._open(url)
            response: BaseHTTPResponse = pool.urlopen(
                method,
                self._prefix + _target(url, query or {}),
                body,
                headers,
                retries=False,
                redirect=False,
                assert_same_host=False,
                timeout=self._both_timeouts,
            )
        except (HTTPError, requests.RequestException) as error:
            raise self._failure(f"{method} {url}", error) from error
        self.was_reached = True
        return response

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self._pool = None
        self._adapter.close()

    def abort(self) -> None:
        """Cut off the requests that are under way in other threads."""
        self._adapter.abort()

    def _open(self, url: str) -> Any:
        """Make the pool of connections, through a proxy if the environment names one for this host."""
        prepared = requests.Request("GET", url).prepare()
        verify, proxies, cert = (self._environment[name] for name in ("verify", "proxies", "cert"))
        pool = self._adapter.get_connection_with_tls_context(prepared, verify, proxies=proxies, cert=cert)
        self._adapter.cert_verify(pool, prepared.url, verify, cert)  # type: ignore[no-untyped-call] # of `requests`
        # A proxy for http wants to be told the host with each request.
        self._prefix = self._adapter.request_url(prepared, proxies).removesuffix(prepared.path_url)
        self._pool = pool
        return pool

    def _failure(self, where: str, error: Exception) -> ConnectionFailed:
        """Say what happened in our words."""
        self.was_reached |= not isinstance(error, NewConnectionError | ConnectTimeoutError)
        advice = "Check the address and the network, then try again."
        # urllib3 counts a connection that was refused among those that took too long.
        if isinstance(error, WaitedTooLong) and not isinstance(error, NewConnectionError):
            seconds = self._timeout[not isinstance(error, ConnectTimeoutError)]
            return TimedOut(f"{where}: no answer within {seconds:g} seconds. {advice}")
        failed = ConnectionFailed(f"{where}: {refusals.connection_reason(error)}. {advice}")
        failed.retryable = not isinstance(error, SSLError)
        return failed


class _AbortableAdapter(HTTPAdapter):
    """Keeps hold of its connections: a thread that waits in a socket can be woken by closing it, and only so."""

    def __init__(self, aborted: threading.Event) -> None:
        self._aborted = aborted
        self._connections: WeakSet[HTTPConnection] = WeakSet()
        super().__init__(pool_connections=1, pool_maxsize=MOST_CONNECTIONS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        opened = self._opened

        class Http(HTTPConnection):
            def connect(self) -> None:
                super().connect()
                opened(self)

        class Https(HTTPSConnection):
            def connect(self) -> None:
                super().connect()
                opened(self)

        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": type("_HttpPool", (HTTPConnectionPool,), {"ConnectionCls": Http}),
            "https": type("_HttpsPool", (HTTPSConnectionPool,), {"ConnectionCls": Https}),
        }

    def abort(self) -> None:
        for connection in list(self._connections):
            _shut(connection)

    def _opened(self, connection: HTTPConnection) -> None:
        self._connections.add(connection)
        if self._aborted.is_set():  # it was being opened while the others were shut
            _shut(connection)


def _shut(connection: HTTPConnection) -> None:
    if connection.sock is not None:
        with contextlib.suppress(OSError):  # it may be closed by now
            connection.sock.shutdown(socket.SHUT_RDWR)


def _headers(settings: Settings) -> dict[str, str]:
    credentials = b64encode(f"{settings.username}:{settings.password}".encode()).decode()
    return {
        **requests.utils.default_headers(),
        "User-Agent": f"callerid-analytics (Python {platform.python_version()}; requests)",
        "Accept": "application/json",
        "Authorization": f"Basic {credentials}",
    }


def _environment(settings: Settings) -> Mapping[str, Any]:
    """Return proxies and certificates as the environment has them now."""
    with requests.Session() as session:
        if settings.is_local:
            session.trust_env = False  # a proxy from the environment cannot reach this machine's own loopback
        return session.merge_environment_settings(settings.base_url, {}, None, None, None)


def _target(url: str, query: Mapping[str, str | None]) -> str:
    """Return path and query of an address, with more fields."""
    parts = urlsplit(url)
    more = urlencode({name: value for name, value in query.items() if value is not None})
    asked = "&".join(filter(None, (parts.query, more)))
    return f"{parts.path or '/'}?{asked}" if asked else parts.path or "/"
