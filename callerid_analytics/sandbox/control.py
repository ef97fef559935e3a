"""``/sandbox/``: the outside world over HTTP, for programs and for the page. It asks for no credentials.

It is for this machine alone. The server listens on loopback, and requests that a web page from elsewhere makes
a browser send are refused: they carry another ``Origin``, or, where a name was made to point here, another
``Host``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from callerid_analytics.sandbox import control_faults, page
from callerid_analytics.sandbox.control_http import ControlError, fields, limit, reply
from callerid_analytics.sandbox.outside import Outside
from callerid_analytics.sandbox.telephony import CallOverError, NoCallError

ROOT = "/sandbox"

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

Act = Callable[[Outside, str], object]


async def show_state(request: Request) -> Response:
    """Describe the sandbox as a whole."""
    return reply(_outside(request).state())


async def list_calls(request: Request) -> Response:
    """List the last calls."""
    return reply({"calls": _outside(request).calls(limit(request))})


async def list_callbacks(request: Request) -> Response:
    """List the last status callbacks."""
    return reply({"callbacks": _outside(request).callbacks(limit(request))})


async def list_caller_ids(request: Request) -> Response:
    """List the last caller IDs, and count them all."""
    outside = _outside(request)
    return reply({"caller_ids": outside.caller_ids(limit(request)), "count": outside.state()["caller_ids"]})


async def answer(request: Request) -> Response:
    """Pick up and, if there are any, type digits."""
    digits = (await fields(request)).get("Digits")
    if not isinstance(digits, str | None):
        raise ControlError(400, "Digits must be text: numbers lose their leading zeros")
    call_sid = request.path_params["call_sid"]
    _outside(request).answer(call_sid, digits)
    return reply(_outside(request).call(call_sid))


async def advance(request: Request) -> Response:
    """Let time pass."""
    try:
        _outside(request).advance(float((await fields(request)).get("Seconds", "")))
    except (TypeError, ValueError) as error:
        raise ControlError(400, "Seconds must be a number, 0 or more") from error
    return await show_state(request)


async def reset(request: Request) -> Response:
    """Make the data anew."""
    _outside(request).reset()
    return await show_state(request)


def acting(act: Act) -> Callable[[Request], Awaitable[Response]]:
    """Make the endpoint that does something to a call and shows it."""

    async def endpoint(request: Request) -> Response:
        call_sid = request.path_params["call_sid"]
        act(_outside(request), call_sid)
        return reply(_outside(request).call(call_sid))

    return endpoint


CALL = f"{ROOT}/calls/{{call_sid}}"

# An endpoint finds what it needs in `request.app.state`: the keyword arguments of `create_control`.
ROUTES: tuple[Route, ...] = (
    *page.routes(),
    Route(f"{ROOT}/state", show_state),
    Route(f"{ROOT}/calls", list_calls),
    Route(f"{CALL}/answer", answer, methods=["POST"]),
    Route(f"{CALL}/hangup", acting(Outside.hang_up), methods=["POST"]),
    Route(f"{CALL}/busy", acting(Outside.busy), methods=["POST"]),
    Route(f"{CALL}/no-answer", acting(Outside.no_answer), methods=["POST"]),
    Route(f"{CALL}/fail", acting(Outside.fail), methods=["POST"]),
    Route(f"{ROOT}/callbacks", list_callbacks),
    Route(f"{ROOT}/caller-ids", list_caller_ids),
    Route(f"{ROOT}/clock/advance", advance, methods=["POST"]),
    Route(f"{ROOT}/reset", reset, methods=["POST"]),
    *control_faults.ROUTES,
)


def create_control(outside: Outside, **parts: Any) -> ASGIApp:
    """Make the ASGI application for everything under ``/sandbox``.

    Parameters
    ----------
    outside : Outside
        The sandbox to play with.
    **parts
        Whatever else the endpoints find in `request.app.state`.
    """
    app = Starlette(
        routes=ROUTES,
        exception_handlers={
            ControlError: _refuse,
            NoCallError: _refuse,
            CallOverError: _refuse,
            HTTPException: _refuse,
        },
    )
    app.router.redirect_slashes = False
    for name, part in {"outside": outside, **parts}.items():
        setattr(app.state, name, part)
    return _OwnMachineOnly(app)


def beside(api: ASGIApp, control: ASGIApp) -> ASGIApp:
    """Make one application of the API and the control of it."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        is_control = path.startswith(ROOT) and path[len(ROOT) :][:1] in ("", "/")
        await (control if is_control else api)(scope, receive, send)

    return app


class _OwnMachineOnly:
    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        host, origin = headers.get("Host", ""), headers.get("Origin")
        if _hostname(host) not in LOOPBACK_HOSTS:
            await _refusal(f"Host must be this machine, not {host}", 403)(scope, receive, send)
        elif origin is not None and origin.lower() != f"http://{host}".lower():
            await _refusal(f"A page of {origin} may not play here", 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _hostname(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


async def _refuse(request: Request, error: Exception) -> Response:
    path = request.url.path
    match error:
        case ControlError(status=status):
            return _refusal(error, status)
        case CallOverError():
            return _refusal(error, 409)
        case NoCallError():
            return _refusal(error, 404)
        case HTTPException(status_code=405, headers=headers):
            return _refusal(f"{request.method} is not for {path}", 405, headers)
        case _:
            return _refusal(f"There is nothing at {path}", 404)


def _refusal(sentence: object, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return reply({"error": str(sentence)}, status, headers)


def _outside(request: Request) -> Outside:
    outside: Outside = request.app.state.outside
    return outside
