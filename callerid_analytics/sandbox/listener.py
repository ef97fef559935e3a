"""The HTTP server: uvicorn on a loopback port, in a thread of its own or in the calling one."""

from __future__ import annotations

import asyncio
import itertools
import signal
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

HOST = "127.0.0.1"

HANG_UP = "callerid_analytics.hang_up"
"""Where a request's scope has the function that hangs up on a client, given its address."""

_TICK = 0.1
"""Seconds; uvicorn counts in these when it makes a new date for its headers."""

_GRACE = 1
"""Seconds that requests under way get to notice that their client is cut off."""


class Listener(uvicorn.Server):
    """Serves an application, from construction on: connections made before it starts are kept waiting.

    Parameters
    ----------
    app : ASGI application
        Answers the requests.
    port : int
        The port to listen on; 0 picks a free one.

    Raises
    ------
    OSError
        If the port cannot be had.
    """

    def __init__(self, app: ASGIApp, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                self._offering_to_hang_up(app),
                loop="asyncio",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=75,  # s; a client's idle connection should not die under its next request
            )
        )
        self._socket = _bind(port)
        self.url = f"http://{HOST}:{self._socket.getsockname()[1]}"
        self._ready = threading.Event()
        self._tick_now = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def serve_in_thread(self) -> None:
        """Serve in a thread, which does not keep the interpreter alive, and return once it does."""
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._thread.start()
        self._ready.wait()
        if not self.started:
            raise RuntimeError("The sandbox's server did not start; its thread has printed why")

    def serve_until_signal(self, announce: Callable[[], object]) -> None:
        """Serve in the main thread until SIGINT or SIGTERM, and return then."""
        # uvicorn ends by raising the signal once more, for whoever handled it before: this handler lets us
        # return then instead of dying. It also catches a signal that comes before uvicorn looks for one.
        signals = (signal.SIGINT, signal.SIGTERM)
        former = {number: signal.signal(number, self._on_signal) for number in signals}
        try:
            announce()
            self._run()
        finally:
            for number, handler in former.items():
                signal.signal(number, handler)

    def end(self) -> None:
        """Stop serving, whoever is still connected; the thread and all sockets are gone afterwards."""
        self.should_exit = True
        if self._thread and self._loop:
            with suppress(RuntimeError):  # the loop has ended by itself
                self._loop.call_soon_threadsafe(self._tick_now.set)
            self._thread.join()
        self._socket.close()

    def _offering_to_hang_up(self, app: ASGIApp) -> ASGIApp:
        async def offer(scope: Scope, receive: Receive, send: Send) -> None:
            scope[HANG_UP] = self._hang_up
            await app(scope, receive, send)

        return offer

    def _hang_up(self, client: tuple[str, int]) -> None:
        """Close a client's connection once what was written is sent."""
        # ASGI has no word for this; uvicorn's own connections, which are cut off at shutdown too, know theirs
        for connection in self.server_state.connections:
            if connection.transport.get_extra_info("peername") == client:
                connection.transport.close()

    def _run(self) -> None:
        try:
            self.run([self._socket])
        finally:
            self._ready.set()

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say that requests are answered from now on."""
        await super().startup(sockets)
        self._loop = asyncio.get_running_loop()
        self._ready.set()

    async def main_loop(self) -> None:
        """Tick ten times a second as uvicorn does, and at once when somebody waits for our end."""
        for counter in itertools.count():
            if await self.on_tick(counter):
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._tick_now.wait(), _TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Cut every connection off: uvicorn would wait for clients that keep theirs open."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_GRACE)


def _bind(port: int) -> socket.socket:
    # asyncio switches Nagle's algorithm off only where it sees that this is TCP; every answer would take 40 ms
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":  # where the option would let two servers share a port
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((HOST, port))
        listening.listen()
    except OSError as error:
        listening.close()
        raise OSError(error.errno, f"The sandbox cannot listen on {HOST}:{port}: {error.strerror}") from error
    return listening
