"""How an answer is written: as JSON or as XML. What it says is decided before."""

from __future__ import annotations

import gzip
import json
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cache
from typing import Any

import msgspec
from starlette.responses import Response

from callerid_analytics.sandbox.problems import RestError
from callerid_analytics.sandbox.resources import Page, Resource

SMALL = 10_000
"""Bytes; what is shorter is not worth compressing."""


class Representation(ABC):
    """One way to write answers."""

    extension: str
    media_type: str

    def response(self, answer: Resource | Page | None) -> Response:
        """Write a resource or a page of them; ``None`` is 204 and no body."""
        match answer:
            case None:
                return Response(status_code=204)
            case Resource():
                body = self.resource(answer)
            case Page():
                body = self.page(answer)
        return Response(body, media_type=self.media_type)

    def problem(self, error: RestError) -> Response:
        """Write a refusal."""
        return Response(self.refusal(error.content), error.status, error.headers, self.media_type)

    @abstractmethod
    def resource(self, resource: Resource) -> bytes:
        """Write one resource."""

    @abstractmethod
    def page(self, page: Page) -> bytes:
        """Write a page of a list."""

    @abstractmethod
    def refusal(self, content: Mapping[str, str | int]) -> bytes:
        """Write what a refusal says."""


class Json(Representation):
    """Twilio's JSON."""

    extension = ".json"
    media_type = "application/json"

    def resource(self, resource: Resource) -> bytes:
        """Write a resource as an object."""
        return msgspec.json.encode(resource.properties)

    def page(self, page: Page) -> bytes:
        """Write a page as an object, with an array of its resources under their name."""
        return msgspec.json.encode({**page.envelope, f"{page.kind}s": page.rows})

    def refusal(self, content: Mapping[str, str | int]) -> bytes:
        """Write a refusal with sorted keys and spaces, as in recorded exchanges."""
        return json.dumps(content, sort_keys=True).encode()


class Xml(Representation):
    """Twilio's XML, which is also what a path without extension stands for.

    Elements are named like JSON's keys, but ``InThisWay``; a page's envelope becomes attributes, named
    ``inthisway``. Nothing is an empty element or attribute.
    """

    media_type = "application/xml"
    attributes = ("page", "page_size", "uri", "first_page_uri", "previous_page_uri", "next_page_uri")
    """Those that Twilio has sent since 2013 (Twilio docs)."""

    def __init__(self, extension: str) -> None:
        self.extension = extension

    def resource(self, resource: Resource) -> bytes:
        """Write a resource as an element."""
        return _document(_element(resource.kind, resource.properties))

    def page(self, page: Page) -> bytes:
        """Write a page as an element full of elements."""
        name = _camel_case(f"{page.kind}s")
        attributes = "".join(f' {key.replace("_", "")}="{_text(page.envelope[key])}"' for key in self.attributes)
        rows = "".join(_element(page.kind, row) for row in page.rows)
        return _document(f"<{name}{attributes}>{rows}</{name}>")

    def refusal(self, content: Mapping[str, str | int]) -> bytes:
        """Write a refusal with sorted elements, as in recorded exchanges."""
        return _document(_element("rest_exception", dict(sorted(content.items()))))


JSON = Json()
XML = Xml(".xml")
PLAIN = Xml("")
ALL: tuple[Representation, ...] = (JSON, XML, PLAIN)


def of(path: str) -> Representation:
    """Choose by the extension of a path, known or not."""
    return next(representation for representation in ALL if path.endswith(representation.extension))


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


_SPECIAL = re.compile('[&<>"]|[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]')
"""What XML 1.0 cannot hold as it is."""

_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
"""The rest of it, such as a control character in a name, cannot even be escaped."""


def _document(content: str) -> bytes:
    declaration = "<?xml version='1.0' encoding='UTF-8'?>"
    return f"{declaration}\n<TwilioResponse>{content}</TwilioResponse>".encode()


def _element(key: str, content: Mapping[str, Any] | str | int | None) -> str:
    name = _camel_case(key)
    match content:
        case None:
            return f"<{name}/>"
        case str() | int():
            return f"<{name}>{_text(content)}</{name}>"
        case _:
            return f"<{name}>{''.join(_element(key, value) for key, value in content.items())}</{name}>"


def _text(value: str | int | None) -> str:
    return "" if value is None else _SPECIAL.sub(_escape, str(value))


def _escape(special: re.Match[str]) -> str:
    return _ESCAPED.get(special[0], "\N{REPLACEMENT CHARACTER}")


@cache
def _camel_case(key: str) -> str:
    return "".join(word.capitalize() for word in key.split("_"))
