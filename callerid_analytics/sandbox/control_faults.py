"""``/sandbox/faults`` and ``/sandbox/requests``: what goes wrong, and what was asked for."""

from __future__ import annotations

import json

from starlette.endpoints import HTTPEndpoint
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from callerid_analytics.sandbox import faults
from callerid_analytics.sandbox.control_http import ControlError, limit, reply


class FaultsEndpoint(HTTPEndpoint):
    """The list of faults."""

    async def get(self, request: Request) -> Response:
        """Show them, each with how often it struck."""
        return reply({"faults": request.app.state.faults.as_json()})

    async def put(self, request: Request) -> Response:
        """Replace them; the body is JSON, whatever its content type says."""
        try:
            request.app.state.faults.replace(*faults.from_json(json.loads(await request.body())))
        except ValueError as error:
            raise ControlError(400, str(error)) from error
        return await self.get(request)

    async def delete(self, request: Request) -> Response:
        """Let nothing go wrong any more."""
        request.app.state.faults.replace([])
        return await self.get(request)


async def list_requests(request: Request) -> Response:
    """List the last requests that the API got."""
    return reply({"requests": request.app.state.log.as_json(limit(request))})


ROUTES = (
    Route("/sandbox/faults", FaultsEndpoint),
    Route("/sandbox/requests", list_requests),
)
