"""What each fault does to the requests that it strikes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from http.client import responses
from urllib.parse import parse_qsl, urlencode

from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from callerid_analytics.sandbox import problems, representations
from callerid_analytics.sandbox.faults import Faults, Request, Strike
from callerid_analytics.sandbox.headers import CONCURRENT
from callerid_analytics.sandbox.listener import HANG_UP
from callerid_analytics.sandbox.paging import Cursor
from callerid_analytics.sandbox.problems import RestError

PIECES = 10
"""Into how many pieces a body is cut that drips."""

GATEWAY_PAGE = """<html>
<head><title>{title}</title></head>
<body>
<center><h1>{title}</h1></center>
<hr><center>gateway</center>
</body>
</html>
"""


class Misbehaviour:
    """ASGI middleware that lets faults strike.

    Parameters
    ----------
    app : ASGI application
        Answers the requests.
    faults : Faults
        Those in force.
    """

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, unless something goes wrong."""
        app = self._app
        if self._faults:
            request = Request(scope["method"], scope["path"], scope["query_string"], scope[CONCURRENT])
            for strike in reversed(self._faults.strike(request)):
                app = partial(_BEHAVIOURS[strike.fault.kind], strike, app)
        await app(scope, receive, send)


async def _latency(strike: Strike, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    replay = await _read(receive)
    await _pause(strike.seconds, receive)
    await app(scope, replay, send)


async def _too_many_requests(strike: Strike, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await _refuse(problems.too_many_requests(strike.fault.retry_after), scope, receive, send)


async def _error(strike: Strike, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    error = problems.service_unavailable() if strike.fault.status == 503 else problems.internal_error()
    await _refuse(error, scope, receive, send)


async def _refuse(error: RestError, scope: Scope, receive: Receive, send: Send) -> None:
    await _read(receive)
    await representations.of(scope["path"]).problem(error)(scope, receive, send)


async def _html(strike: Strike, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await _read(receive)
    status = strike.fault.status or 502
    page = GATEWAY_PAGE.format(title=f"{status} {responses.get(status, '')}")
    await HTMLResponse(page, status)(scope, receive, send)


async def _drop_before(strike: Strike, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await _read(receive)
    await _hang_up(scope, receive)


async def _drop_after(strike: Strike, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    async def send_nothing(message: Message) -> None:
        pass

    await app(scope, await _read(receive), send_nothing)
    await _hang_up(scope, receive)


async def _truncate(strike: Strike, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    async def send_half(message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message["body"]
            message = {**message, "body": body[: len(body) // 2], "more_body": True}
        await send(message)

    await app(scope, await _read(receive), send_half)
    await _hang_up(scope, receive)


async def _drip(strike: Strike, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    async def send_slowly(message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message["body"]
            size = len(body) // PIECES + 1
            for start in range(0, len(body), size):
                await _pause(strike.seconds / PIECES, receive)
                await send({**message, "body": body[start : start + size], "more_body": True})
            message = {**message, "body": b""}
        await send(message)

    await app(scope, await _read(receive), send_slowly)


async def _repeat(
    repeat: _Repetition, strike: Strike, app: ASGIApp, scope: Scope, receive: Receive, send: Send
) -> None:
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    cursor = Cursor.from_token(query.get("PageToken", ""))
    if cursor:
        scope = {**scope, "query_string": urlencode({**query, **repeat(cursor, query)}).encode()}
    await app(scope, receive, send)


# A page token names the row where the page before ended. Moved by one it takes that row in; turned round as
# well, it asks for the page that ends with it. So the API makes these pages itself, in any representation.


def _repeat_row(cursor: Cursor, query: Mapping[str, str]) -> Mapping[str, str]:
    return {"PageToken": _reaching_to(cursor).token}


def _repeat_page(cursor: Cursor, query: Mapping[str, str]) -> Mapping[str, str]:
    turned = cursor._replace(before=not cursor.before)
    number = query.get("Page", "")
    page = {"Page": str(max(int(number) + (-1 if turned.before else 1), 0))} if number.isdecimal() else {}
    return {**page, "PageToken": _reaching_to(turned).token}


def _reaching_to(cursor: Cursor) -> Cursor:
    return cursor._replace(position=cursor.position + (-1 if cursor.before else 1))


async def _read(receive: Receive) -> Receive:
    """Read the whole request now, and give what reads it once more."""
    messages = deque([await receive()])
    while messages[-1].get("more_body"):
        messages.append(await receive())

    async def replay() -> Message:
        return messages.popleft() if messages else await receive()

    return replay


async def _pause(seconds: float, receive: Receive) -> None:
    """Let time pass, but no more once the client has left or the sandbox ends; the request has been read."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):  # a task of its own would take as long as all the rest of the API
            await receive()


async def _hang_up(scope: Scope, receive: Receive) -> None:
    """Close the connection, and wait until it is: uvicorn then expects no response, and logs nothing."""
    scope[HANG_UP](scope["client"])
    while (await receive())["type"] != "http.disconnect":
        pass


_Repetition = Callable[[Cursor, Mapping[str, str]], Mapping[str, str]]
_Behaviour = Callable[[Strike, ASGIApp, Scope, Receive, Send], Awaitable[None]]

_BEHAVIOURS: Mapping[str, _Behaviour] = {
    "latency": _latency,
    "too-many-requests": _too_many_requests,
    "error": _error,
    "html": _html,
    "drop-before": _drop_before,
    "drop-after": _drop_after,
    "truncate": _truncate,
    "drip": _drip,
    "repeat-row": partial(_repeat, _repeat_row),
    "repeat-page": partial(_repeat, _repeat_page),
}
