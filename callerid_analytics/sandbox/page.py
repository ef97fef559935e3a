"""The page at ``/sandbox/``: a phone that rings, for people, over the control API beside it.

Plain files without a build step. They name no other host, and the policy sent along would forbid one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

MEDIA_TYPES: Mapping[str, str] = {
    "index.html": "text/html",
    "page.css": "text/css",
    "phone.css": "text/css",
    "page.js": "text/javascript",
    "phone.js": "text/javascript",
    "lists.js": "text/javascript",
    "tools.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
"""The files of the page; nothing else in their folder is ever sent."""

HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def routes() -> list[Route]:
    """List the routes of the page and its files."""
    served = [Route(f"/sandbox/{name}", _sender(name)) for name in MEDIA_TYPES if name != "index.html"]
    return [Route("/sandbox", _to_the_page), Route("/sandbox/", _sender("index.html")), *served]


def _sender(name: str) -> Callable[[Request], Awaitable[Response]]:
    async def send(request: Request) -> Response:
        content = files(__package__).joinpath("page", name).read_bytes()
        return Response(content, headers=dict(HEADERS), media_type=MEDIA_TYPES[name])

    return send


async def _to_the_page(request: Request) -> Response:
    return RedirectResponse("/sandbox/", headers=dict(HEADERS))
