"""The headers that Twilio puts on every response (recorded exchanges)."""

from __future__ import annotations

import re
import time
from collections import Counter
from random import Random

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

_FIXED = [(name.lower().encode(), value.encode()) for name, value in FIXED.items()]

CONCURRENT = "callerid_analytics.concurrent_requests"
"""Where a request's scope says how many of its account's requests are under way, itself included."""

REQUEST_ID = "callerid_analytics.request_id"
"""Where it has the ID of the request."""

_ACCOUNT = re.compile(r"/2010-04-01/Accounts/(AC[0-9a-fA-F]{32})\b")


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
        self._in_flight: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and the response back with the headers."""
        started = time.perf_counter()
        account = _account(scope["path"])
        self._in_flight[account] += 1
        scope[CONCURRENT] = concurrent = self._in_flight[account]
        scope[REQUEST_ID] = request_id = f"RQ{self._randomness.getrandbits(128):032x}"

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                # as bytes: Starlette's MutableHeaders would take a tenth of the time of a small answer
                message["headers"] = [
                    *message["headers"],
                    *_FIXED,
                    (b"twilio-concurrent-requests", b"%d" % concurrent),
                    (b"twilio-request-id", request_id.encode()),
                    (b"twilio-request-duration", b"%.3f" % (time.perf_counter() - started)),
                ]
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        finally:
            self._leave(account)

    def _leave(self, account: str) -> None:
        self._in_flight[account] -= 1
        if not self._in_flight[account]:
            del self._in_flight[account]  # the accounts asked for may be any, so they must not pile up


def _account(path: str) -> str:
    """Give the account in a path; all requests outside an account count together."""
    match = _ACCOUNT.match(path)
    return match[1] if match else ""
