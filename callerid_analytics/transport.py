"""The one door to the network: sends a request, and sends it again where that helps and cannot harm.

A request is repeated after a 429 whatever its verb, since Twilio processed nothing of it
(https://www.twilio.com/docs/api/errors/20429); after a 5xx or a broken connection only when its caller says
that doing it twice ends in the same state. Redirects are not followed and no other host than the one that the
credentials are for is ever spoken to.
"""

from __future__ import annotations

import contextlib
import platform
import random
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit
from weakref import WeakSet

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from callerid_analytics import refusals
from callerid_analytics.errors import (
    Cancelled,
    ConnectionFailed,
    NotFound,
    RequestError,
    TimedOut,
    TooManyRequests,
    UnexpectedResponse,
)
from callerid_analytics.pacing import Gates
from callerid_analytics.settings import Settings

_MOST_CONNECTIONS = 32
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Retry:
    """How often and how long a failed request is tried again.

    Attributes
    ----------
    attempts : int
        Requests in all, the first included.
    base, cap : float
        Seconds: before attempt *n* + 1 the client waits a random time between 0 and
        ``min(cap, base * 2**(n - 1))`` ("full jitter"), and at least what ``Retry-After`` asks for.
    total : float
        Seconds from the first attempt after which no other is begun, whatever the server asks for.
    """

    attempts: int = 8
    base: float = 0.5
    cap: float = 16.0
    total: float = 60.0


@dataclass(frozen=True)
class Answer:
    """A success.

    Attributes
    ----------
    where : str
        Method and URL that it answers.
    status : int
        HTTP status.
    body : bytes
        As sent, decompressed.
    request_id : str or None
        ``Twilio-Request-Id``.
    retries : int
        How often the request had to be repeated.
    """

    where: str
    status: int
    body: bytes
    request_id: str | None
    retries: int


class Transport:
    """Sends requests to one host as one user; may be used by several threads.

    Parameters
    ----------
    settings : Settings
        Host and credentials.
    timeout : tuple of float, default (5.0, 30.0)
        Seconds to wait for a connection, and for the next bytes of an answer.
    retry : Retry, optional
        How often and how long to try again.
    pause : callable, default threading.Event.wait
        Called with an event and seconds to wait; ends early when the event is set.
    clock : callable, default time.monotonic
        Seconds.
    jitter : callable, default random.random
        A number from 0 up to 1.
    gates : Gates, optional
        Let requests through, as many at once as the server takes; new ones by default.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        timeout: tuple[float, float] = (5.0, 30.0),
        retry: Retry | None = None,
        pause: Callable[[threading.Event, float], object] = threading.Event.wait,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
        gates: Gates | None = None,
    ) -> None:
        self.settings = settings
        self._timeout = timeout
        self._retry = retry or Retry()
        self._pause = pause
        self._clock = clock
        self._jitter = jitter
        self._gates = gates or Gates(_MOST_CONNECTIONS, pause=pause, clock=clock)
        self._aborted = threading.Event()
        self._adapter = _AbortableAdapter(self._aborted, pool_connections=1, pool_maxsize=_MOST_CONNECTIONS)
        self._session = _session(settings, self._adapter)
        environment = self._session.merge_environment_settings(settings.base_url, {}, None, None, None)
        self._options: dict[str, Any] = {"timeout": timeout, **environment}
        self._has_reached_host = False

    def request(
        self,
        method: str,
        uri: str,
        *,
        query: Mapping[str, str | None] | None = None,
        form: Mapping[str, str] | None = None,
        repeatable: bool = True,
    ) -> Answer:
        """Send a request until it succeeds, cannot succeed, or has been tried long enough.

        Parameters
        ----------
        method, uri : str
            HTTP verb; path on the host, or an absolute URL of the same host.
        query, form : mapping of str to str, optional
            Of the URL and of the body; a query field that is None is left out.
        repeatable : bool, default True
            Whether doing it twice ends in the same state as doing it once.

        Raises
        ------
        RequestError
            One of its kinds: what the last attempt met.
        Cancelled
            `abort` was called.
        """
        url = self._url(uri)
        gate = self._gates.of(url)
        where = f"{method} {url}"
        prepared = self._prepared(where, requests.Request(method, url, params=query, data=form))
        begun, retries, outcome_unknown = self._clock(), 0, False
        while True:
            try:
                with gate.slot(self._aborted):
                    return self._send(where, prepared, retries)
            except NotFound as error:
                # An earlier attempt of which no answer came may have deleted it: then 404 is what was wanted.
                if method == "DELETE" and outcome_unknown:
                    return Answer(where, 404, b"", error.request_id, retries)
                raise
            except RequestError as error:
                error.retries = retries
                processed_nothing = isinstance(error, TooManyRequests)
                delay = self._delay(error, retries, self._clock() - begun)
                if delay is None or not (repeatable or processed_nothing):
                    raise
                outcome_unknown |= not processed_nothing
                if processed_nothing and error.retry_after:
                    gate.close_for(delay)
            self._pause(self._aborted, delay)
            retries += 1

    def back_off(self, retries: int) -> None:
        """Wait as before another attempt, after this many that a caller has repeated; may raise `Cancelled`."""
        self._pause(self._aborted, self._jittered(retries))
        if self._aborted.is_set():
            raise Cancelled("The work was stopped before its end.")

    def limit(self, uri: str) -> int:
        """Return how many requests of the account in a path may be under way at once, as things stand."""
        return self._gates.of(uri).limit

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self._session.close()

    def abort(self) -> None:
        """End the requests that are under way in other threads, and all that may follow, with `Cancelled`."""
        self._aborted.set()
        self._gates.wake()
        self._adapter.abort()

    def sibling(self) -> Transport:
        """Return a transport like this one, its gates too, with connections that can be aborted by themselves."""
        return Transport(
            self.settings,
            timeout=self._timeout,
            retry=self._retry,
            pause=self._pause,
            clock=self._clock,
            jitter=self._jitter,
            gates=self._gates,
        )

    def _delay(self, error: RequestError, retries: int, elapsed: float) -> float | None:
        """Return the seconds to wait before the next attempt, or None when there is to be none.

        A host that was never reached is a wrong address more often than an outage, so that is said at once.
        """
        never_reached = isinstance(error, ConnectionFailed) and not self._has_reached_host
        if not error.retryable or never_reached or retries + 1 >= self._retry.attempts:
            return None
        delay = max(self._jittered(retries), error.retry_after or 0.0)
        return delay if elapsed + delay <= self._retry.total else None

    def _jittered(self, retries: int) -> float:
        return float(self._jitter() * min(self._retry.cap, self._retry.base * 2**retries))

    def _prepared(self, where: str, request: requests.Request) -> requests.PreparedRequest:
        # not by the session, which takes a tenth of the time of a request to merge what it has into what this has
        request.headers, request.auth = self._session.headers, self._session.auth
        try:
            return request.prepare()
        except requests.RequestException as error:
            raise self._connection_error(where, error) from error

    def _send(self, where: str, prepared: requests.PreparedRequest, retries: int) -> Answer:
        """Make one attempt."""
        try:
            # by the adapter: the session adds a quarter of the time for redirects, cookies and hooks; not wanted
            response = self._adapter.send(prepared, **self._options)
            status, headers, body = response.status_code, response.headers, response.content
        except requests.RequestException as error:
            raise self._connection_error(where, error) from error
        self._has_reached_host = True
        if 200 <= status < 300:
            return Answer(where, status, body, headers.get("Twilio-Request-Id"), retries)
        raise refusals.error_for(where, status, headers, body, self._hint(where))

    def _connection_error(self, where: str, error: requests.RequestException) -> ConnectionFailed:
        """Say what happened in our words; the library's own stand in the chain of causes."""
        self._has_reached_host |= not _never_connected(error)
        advice = "Check the address and the network, then try again."
        if isinstance(error, requests.Timeout):
            seconds = self._timeout[isinstance(error, requests.ReadTimeout)]
            return TimedOut(f"{where}: no answer within {seconds:g} seconds. {advice}")
        failed = ConnectionFailed(f"{where}: {refusals.connection_reason(error)}. {advice}")
        failed.retryable = not isinstance(error, requests.exceptions.SSLError)
        return failed

    def _url(self, uri: str) -> str:
        """Return the absolute URL of a path on our host; an address on another host is refused."""
        base_url = self.settings.base_url
        url = base_url + uri if uri.startswith("/") else urljoin(base_url + "/", uri)
        if urlsplit(url)[:2] != urlsplit(base_url)[:2]:
            raise UnexpectedResponse(
                f"The server's list goes on at another host, {urlsplit(url).hostname}, which does not get "
                f"the credentials for {base_url}."
            )
        return url

    def _hint(self, where: str) -> str | None:
        """Return what an API key's owner should know when another account refuses it."""
        if not self.settings.uses_api_key or f"/Accounts/{self.settings.account_sid}" in where:
            return None
        return (
            "An API key reaches its own account only, neither the list of accounts nor a sub-account "
            "(https://www.twilio.com/docs/iam/api/subaccounts): use the main account's auth token."
        )


def _never_connected(error: requests.RequestException) -> bool:
    """Whether the request cannot have left this machine."""
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


class _AbortableAdapter(HTTPAdapter):
    """Keeps hold of its connections: a thread that waits in a socket can be woken by closing it, and only so."""

    def __init__(self, aborted: threading.Event, **options: Any) -> None:
        self._aborted = aborted
        self._connections: WeakSet[HTTPConnection] = WeakSet()
        super().__init__(**options)

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


def _session(settings: Settings, adapter: HTTPAdapter) -> requests.Session:
    session = requests.Session()
    session.auth = (settings.username, settings.password)
    session.headers["User-Agent"] = f"callerid-analytics (Python {platform.python_version()}; requests)"
    session.headers["Accept"] = "application/json"
    session.mount(settings.base_url, adapter)
    if urlsplit(settings.base_url).hostname in _LOOPBACK:
        session.trust_env = False  # a proxy from the environment cannot reach this machine's own loopback
    return session
