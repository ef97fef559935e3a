"""Sends a request, and sends it again where that helps and cannot harm.

A request is repeated after a 429 whatever its verb, since Twilio processed nothing of it
(https://www.twilio.com/docs/api/errors/20429); after a 5xx or a broken connection only when its caller says
that doing it twice ends in the same state. Redirects are not followed and no other host than the one that the
credentials are for is ever spoken to.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from urllib3 import BaseHTTPResponse

from callerid_analytics import refusals
from callerid_analytics.errors import (
    Cancelled,
    ConnectionFailed,
    NotFound,
    RequestError,
    TooManyRequests,
    UnexpectedResponse,
)
from callerid_analytics.network import MOST_CONNECTIONS, Network
from callerid_analytics.pacing import Gates
from callerid_analytics.settings import Settings


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
        self._gates = gates or Gates(MOST_CONNECTIONS, pause=pause, clock=clock)
        self._aborted = threading.Event()
        self._network = Network(settings, timeout=timeout, aborted=self._aborted)

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
        begun, retries, outcome_unknown = self._clock(), 0, False
        while True:
            try:
                with gate.slot(self._aborted):
                    response = self._network.send(method, url, query=query, form=form)
                    return self._answer(where, response, retries)
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
        self._network.close()

    def abort(self) -> None:
        """End the requests that are under way in other threads, and all that may follow, with `Cancelled`."""
        self._aborted.set()
        self._gates.wake()
        self._network.abort()

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

    def _answer(self, where: str, response: BaseHTTPResponse, retries: int) -> Answer:
        """Return a success; raise whatever else it is."""
        status, headers = response.status, response.headers
        if 200 <= status < 300:
            return Answer(where, status, response.data, headers.get("Twilio-Request-Id"), retries)
        raise refusals.error_for(where, status, headers, response.data, self._hint(where))

    def _delay(self, error: RequestError, retries: int, elapsed: float) -> float | None:
        """Return the seconds to wait before the next attempt, or None when there is to be none.

        A host that was never reached is a wrong address more often than an outage, so that is said at once.
        """
        never_reached = isinstance(error, ConnectionFailed) and not self._network.was_reached
        if not error.retryable or never_reached or retries + 1 >= self._retry.attempts:
            return None
        delay = max(self._jittered(retries), error.retry_after or 0.0)
        return delay if elapsed + delay <= self._retry.total else None

    def _jittered(self, retries: int) -> float:
        return float(self._jitter() * min(self._retry.cap, self._retry.base * 2**retries))

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
