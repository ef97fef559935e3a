"""Which URL means which operation."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from callerid_analytics.sandbox import authentication, operations, parameters, problems, representations
from callerid_analytics.sandbox.headers import TwilioHeaders
from callerid_analytics.sandbox.misbehaviour import Misbehaviour
from callerid_analytics.sandbox.operations import Exchange, Operation, World
from callerid_analytics.sandbox.problems import RestError
from callerid_analytics.sandbox.representations import Representation, compressed
from callerid_analytics.sandbox.request_log import Recorder
from callerid_analytics.sandbox.resources import ACCOUNTS

OPERATIONS: Mapping[str, Mapping[str, Operation]] = {
    ACCOUNTS: {
        "GET": operations.list_accounts,
    },
    f"{ACCOUNTS}/{{account_sid}}": {
        "GET": operations.fetch_account,
    },
    f"{ACCOUNTS}/{{account_sid}}/OutgoingCallerIds": {
        "GET": operations.list_caller_ids,
        "POST": operations.create_validation_request,
    },
    f"{ACCOUNTS}/{{account_sid}}/OutgoingCallerIds/{{sid}}": {
        "GET": operations.fetch_caller_id,
        "POST": operations.update_caller_id,
        "PUT": operations.update_caller_id,
        "DELETE": operations.delete_caller_id,
    },
    f"{ACCOUNTS}/{{account_sid}}/Calls/{{sid}}": {
        "GET": operations.fetch_call,
    },
}


def create_app(world: World, randomness: Random) -> ASGIApp:
    """Make the ASGI application that answers for a world."""
    app = Starlette(
        routes=[
            _route(path, methods, world, representation)
            for representation in representations.ALL
            for path, methods in OPERATIONS.items()
        ],
        exception_handlers={
            RestError: _refuse,
            HTTPException: _refuse,
            Exception: _refuse,
            ClientDisconnect: _leave,
        },
    )
    app.router.redirect_slashes = False
    return Recorder(TwilioHeaders(Misbehaviour(app, world.faults), randomness), world.log)


def _route(path: str, methods: Mapping[str, Operation], world: World, representation: Representation) -> Route:
    async def answer(request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204)  # browsers ask before they log in; the headers are the answer
        exchange = Exchange(
            world=world,
            principal=authentication.identify(request.headers.get("Authorization"), world.store),
            path=request.scope["path"],
            sids=request.path_params,
            query=parameters.parse(request.scope["query_string"]),
            form=parameters.parse(await request.body()),
            extension=representation.extension,
        )
        operation = methods["GET" if request.method == "HEAD" else request.method]
        return compressed(representation.response(operation(exchange)), request.headers.get("Accept-Encoding", ""))

    return Route(path + representation.extension, answer, methods=[*methods, "OPTIONS"])


async def _refuse(request: Request, error: Exception) -> Response:
    path = request.scope["path"]
    return representations.of(path).problem(_problem(path, error))


def _problem(path: str, error: Exception) -> RestError:
    match error:
        case RestError():
            return error
        case HTTPException(status_code=405):
            return problems.method_not_allowed(error.headers or {})
        case HTTPException():
            return problems.not_found(path)
        case _:
            return problems.internal_error()


async def _leave(request: Request, error: Exception) -> Response:
    return Response()  # the client has gone: nobody reads it
