"""Sends status callbacks, beside the server and the clock, which never wait for it.

As Twilio does by default (Twilio docs, "Webhooks: connection overrides"): once, and once more only if nobody
could be reached; 5 s to connect and 15 s in all; credentials only when asked for; redirects not followed.
"""

from __future__ import annotations

import base64
import http.client
import ipaddress
import queue
import socket
import ssl
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from callerid_analytics.sandbox.callbacks import Letter, Receiver, letter
from callerid_analytics.sandbox.store import Store

CONNECT_TIMEOUT = 5.0
"""Seconds (Twilio docs)."""

TOTAL_TIMEOUT = 15.0
"""Seconds (Twilio docs)."""

WORKERS = 4
"""How many callbacks can be under way, so that one slow receiver does not hold up the others."""

_LONGEST_ANSWER = 65_536
"""Bytes; who sends more is not listened to."""

_FAREWELL = 1.0
"""Seconds that `stop` waits for a worker that looks a name up, the one thing that cannot be cut short."""

_Address = tuple[socket.AddressFamily, Any]


class Outcome(NamedTuple):
    """What came of a callback."""

    attempts: int
    status: int | None = None
    error: str | None = None


class _NotAllowedError(Exception):
    """Nobody may be called there."""


class _UnreachableError(Exception):
    """No connection came about: the one failure after which Twilio tries again."""


class Courier:
    """Sends status callbacks from a few threads of its own.

    Parameters
    ----------
    store : Store
        Holds the callbacks, and gets their outcomes.
    allow_anywhere : bool
        Call other machines too.
    """

    def __init__(self, store: Store, *, allow_anywhere: bool = False) -> None:
        self._store = store
        self._allow_anywhere = allow_anywhere
        self._orders: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lines: set[socket.socket] = set()
        self._under_way = 0
        self._stopped = False
        self._changed = threading.Condition()

    def deliver(self, call_sid: str) -> None:
        """Have the callback of a call sent, soon."""
        with self._changed:
            if self._stopped:
                return
            self._under_way += 1
            if self._under_way > len(self._threads) < WORKERS:
                thread = threading.Thread(target=self._work, name="sandbox callbacks", daemon=True)
                self._threads.append(thread)
                thread.start()
        self._orders.put(call_sid)

    def resume(self) -> None:
        """Send what an earlier run had no time for."""
        for row in self._store.unsent_callbacks():
            self.deliver(row.sid)

    def wait(self, timeout: float) -> bool:
        """Wait until no callback is under way, and tell whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._under_way, timeout)

    def stop(self) -> None:
        """End at once, whoever is being called."""
        with self._changed:
            self._stopped = True
            lines = tuple(self._lines)
        for line in lines:
            _cut(line)
        for _ in self._threads:
            self._orders.put(None)
        for thread in self._threads:
            thread.join(_FAREWELL)

    def _work(self) -> None:
        while (call_sid := self._orders.get()) is not None and not self._stopped:
            try:
                self._send(call_sid)
            finally:
                with self._changed:
                    self._under_way -= 1
                    self._changed.notify_all()

    def _send(self, call_sid: str) -> None:
        with self._store.transaction():
            call = self._store.call(call_sid)
            account = call and self._store.account(call.account_sid)
            if not call or not account:
                return  # a reset has come in between
            # First of all, so that a process that is killed now does not send it again when it is back.
            self._store.note_callback(call_sid, {"attempts": 1})
        try:
            outcome = self._post(letter(call, account.auth_token, str(uuid.uuid4())))
        except ValueError as error:
            outcome = Outcome(0, error=str(error))
        if not self._stopped:
            self._store.note_callback(call_sid, outcome._asdict())

    # One callback

    def _post(self, letter: Letter) -> Outcome:
        headers = dict(letter.headers)
        attempts, may_retry = 0, True
        while True:
            attempts += 1
            try:
                status, challenge = self._exchange(letter, headers)
            except _NotAllowedError as error:
                return Outcome(0, error=str(error))
            except _UnreachableError as error:
                if not may_retry or self._stopped:
                    return Outcome(attempts, error=str(error))
                may_retry = False
            except (OSError, http.client.HTTPException) as error:
                reason = str(error) or type(error).__name__
                return Outcome(attempts, error=f"{letter.receiver.netloc} broke off: {reason}")
            else:
                credentials = letter.receiver.credentials
                if status != 401 or not credentials or "Authorization" in headers or "basic" not in challenge:
                    return Outcome(attempts, status)
                headers["Authorization"] = f"Basic {base64.b64encode(':'.join(credentials).encode()).decode()}"

    def _exchange(self, letter: Letter, headers: dict[str, str]) -> tuple[int, str]:
        """Send a request, and give the status of the response and its challenge."""
        with self._connected(letter.receiver) as line, _cut_after(TOTAL_TIMEOUT, line) as is_late:
            connection = http.client.HTTPConnection(letter.receiver.host)
            connection.sock = line
            connection.putrequest(letter.method, letter.receiver.target, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            try:
                connection.endheaders(letter.body)
                response = connection.getresponse()
                response.read(_LONGEST_ANSWER)
            finally:
                if is_late.is_set():  # whatever it was that the cut brought about
                    raise TimeoutError(f"no answer within {TOTAL_TIMEOUT:g} s")
            return response.status, response.headers.get("WWW-Authenticate", "").lower()

    @contextmanager
    def _connected(self, receiver: Receiver) -> Iterator[socket.socket]:
        line = self._dial(receiver)
        try:
            yield line
        finally:
            self._let_go(line)

    def _dial(self, receiver: Receiver) -> socket.socket:
        deadline = time.monotonic() + CONNECT_TIMEOUT
        reason: OSError = OSError("it has no address")
        for address in _addresses(receiver, allow_anywhere=self._allow_anywhere):
            try:
                return self._dial_address(address, receiver, deadline)
            except OSError as error:
                reason = error
        raise _UnreachableError(f"{receiver.netloc} cannot be reached: {reason}") from reason

    def _dial_address(self, address: _Address, receiver: Receiver, deadline: float) -> socket.socket:
        family, where = address
        line = socket.socket(family, socket.SOCK_STREAM)
        self._hold(line)
        try:
            line.settimeout(max(deadline - time.monotonic(), 0.001))
            line.connect(where)
            if receiver.scheme == "https":
                self._lines.discard(line)
                context = ssl.create_default_context()
                line = context.wrap_socket(line, server_hostname=receiver.host, do_handshake_on_connect=False)
                self._hold(line)
                line.do_handshake()
            line.settimeout(2 * TOTAL_TIMEOUT)  # in case that a platform's cut wakes nobody
        except BaseException:
            self._let_go(line)
            raise
        return line

    def _hold(self, line: socket.socket) -> None:
        with self._changed:
            if self._stopped:
                raise OSError("the sandbox has ended")
            self._lines.add(line)

    def _let_go(self, line: socket.socket) -> None:
        with self._changed:
            self._lines.discard(line)
        line.close()


def _addresses(receiver: Receiver, *, allow_anywhere: bool) -> Sequence[_Address]:
    """Look a host up; only what was checked here is ever connected to."""
    if "_" in receiver.host:
        raise _NotAllowedError(f"{receiver.host} is not called: Twilio refuses host names with underscores")
    try:
        found = socket.getaddrinfo(receiver.host, receiver.port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise _UnreachableError(f"{receiver.host} cannot be found: {error}") from error
    addresses = [(family, where) for family, _, _, _, where in found]
    allowed = [address for address in addresses if allow_anywhere or _is_own(address)]
    if not allowed:
        raise _NotAllowedError(
            f"{receiver.host} is another machine, which is called only with allow_callbacks_anywhere=True"
            " (callerids sandbox --allow-callbacks-anywhere)"
        )
    return allowed


def _is_own(address: _Address) -> bool:
    return ipaddress.ip_address(str(address[1][0]).partition("%")[0]).is_loopback


@contextmanager
def _cut_after(seconds: float, line: socket.socket) -> Iterator[threading.Event]:
    """Cut a line when its time is up, however busy it is; the event tells whether that has happened."""
    is_late = threading.Event()

    def cut() -> None:
        is_late.set()
        _cut(line)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield is_late
    finally:
        timer.cancel()
        timer.join()


def _cut(line: socket.socket) -> None:
    with suppress(OSError):  # it is not connected yet, or no longer
        socket.socket.shutdown(line, socket.SHUT_RDWR)  # past TLS, which another thread may be using
