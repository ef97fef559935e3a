"""How an answer is written. What it says is decided before."""

from __future__ import annotations

import gzip
import json
from typing import Any

import msgspec
from starlette.responses import Response

from callerid_analytics.sandbox.problems import RestError

SMALL = 10_000
"""Bytes; what is shorter is not worth compressing."""


class Json:
    """Twilio's JSON."""

    extension = ".json"
    media_type = "application/json"

    def response(self, content: dict[str, Any] | None) -> Response:
        """Write a resource or a page of them; ``None`` is 204 and no body."""
        if content is None:
            return Response(status_code=204)
        return Response(msgspec.json.encode(content), media_type=self.media_type)

    def problem(self, error: RestError) -> Response:
        """Write a refusal, with sorted keys and spaces as in recorded exchanges."""
        body = json.dumps(error.content, sort_keys=True)
        return Response(body, error.status, headers=error.headers, media_type=self.media_type)


JSON = Json()


def compressed(response: Response, accept_encoding: str) -> Response:
    """Wrap a long body in gzip for a client that accepts it."""
    if "gzip" in accept_encoding and len(response.body) > SMALL:
        # Level 0 stores: clients show that they can read gzip, and on loopback the bytes cost nothing, whereas
        # squeezing them takes as long as all the rest of a page.
        response.body = gzip.compress(response.body, compresslevel=0, mtime=0)
        response.headers["Content-Encoding"] = "gzip"
        response.headers["Content-Length"] = str(len(response.body))
        response.headers["Vary"] = "Accept-Encoding"
    return response
