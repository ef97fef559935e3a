"""How the routes under ``/sandbox/`` read and answer: forms or JSON in, JSON out, refusals in one sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from callerid_analytics.sandbox import parameters

DEFAULT_LIMIT = 50
"""How many entries a list shows when not asked for a number."""


class ControlError(Exception):
    """A refusal on its way to whoever plays with the sandbox.

    Parameters
    ----------
    status : int
        The HTTP status.
    sentence : str
        What is wrong.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def reply(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with JSON, which no browser may keep."""
    headers = {"Cache-Control": "no-store", **(headers or {})}
    return Response(msgspec.json.encode(content), status, headers, media_type="application/json")


def limit(request: Request) -> int:
    """Read how many entries of a list are wanted.

    Raises
    ------
    ControlError
        If that is no whole number from 1 to 1,000.
    """
    text = request.query_params.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= 1000):
        raise ControlError(400, "limit must be a whole number from 1 to 1000")
    return int(text)


async def fields(request: Request) -> dict[str, Any]:
    """Read the body of a request: a form, or an object in JSON.

    Raises
    ------
    ControlError
        If it says that it is JSON and is not, or is no object.
    """
    body = await request.body()
    if not request.headers.get("Content-Type", "").startswith("application/json"):
        return dict(parameters.parse(body))
    try:
        content = json.loads(body or b"{}")
    except ValueError as error:
        raise ControlError(400, f"The body is no JSON: {error}") from error
    if not isinstance(content, dict):
        raise ControlError(400, "The body must be a JSON object")
    return content
