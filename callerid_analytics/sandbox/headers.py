"""The headers that Twilio puts on every response (recorded exchanges)."""

from __future__ import annotations

import time
from random import Random

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FIXED = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": (
        "Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, "
        "If-Unmodified-Since, Idempotency-Key"
    ),
    "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
    "Access-Control-Expose-Headers": "ETag",
    "Access-Control-Allow-Credentials": "true",
    "Strict-Transport-Security": "max-age=31536000",
    "X-API-Domain": "api.twilio.com",
    "X-Home-Region": "us1",
    "X-Powered-By": "AT-5000",
    "X-Shenanigans": "none",
}


class TwilioHeaders:
    """ASGI middleware that adds them.

    Parameters
    ----------
    app : ASGI application
        Answers the requests.
    randomness : random.Random
        Draws the request IDs.
    """

    def __init__(self, app: ASGIApp, randomness: Random) -> None:
        self._app = app
        self._randomness = randomness
        self._in_flight = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and the response back with the headers."""
        started = time.perf_counter()
        self._in_flight += 1
        concurrent = self._in_flight

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(FIXED)
                headers["Twilio-Concurrent-Requests"] = str(concurrent)
                headers["Twilio-Request-Id"] = f"RQ{self._randomness.getrandbits(128):032x}"
                headers["Twilio-Request-Duration"] = f"{time.perf_counter() - started:.3f}"
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            self._in_flight -= 1
