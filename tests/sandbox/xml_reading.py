"""Reads the sandbox's XML with a parser of its own, so that it can be held against the JSON."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import requests


def root(response: requests.Response) -> ET.Element:
    """Give the one element inside ``<TwilioResponse>``."""
    assert response.headers["Content-Type"] == "application/xml"
    assert response.content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse>")
    (inside,) = ET.fromstring(response.content)
    return inside


def properties(element: ET.Element) -> dict[str, Any]:
    """Read a resource as JSON has it, except that all values are text."""
    return {_snake_case(child.tag): properties(child) if len(child) else child.text for child in element}


def page(element: ET.Element) -> dict[str, Any]:
    """Read a page of a list as JSON has it, except that all values are text."""
    attributes = {name: element.get(name.replace("_", "")) or None for name in _ATTRIBUTES}
    assert len(element.attrib) == len(_ATTRIBUTES)
    assert {child.tag for child in element} <= {element.tag.removesuffix("s")}
    return {**attributes, _snake_case(element.tag): [properties(child) for child in element]}


def from_json(content: Any, extension: str) -> Any:
    """Turn JSON into what its XML should read as, whose URIs lead to more XML."""
    match content:
        case dict():
            inside = {key: from_json(value, extension) for key, value in content.items()}
            return {key: value for key, value in inside.items() if key not in ("start", "end")}
        case list():
            return [from_json(value, extension) for value in content]
        case None:
            return None
        case _:
            return as_xml_has_it(str(content)).replace(".json", extension)


def as_xml_has_it(text: str) -> str:
    """Replace what XML 1.0 cannot hold (https://www.w3.org/TR/xml/#charsets)."""
    return "".join(character if _possible(ord(character)) else "\ufffd" for character in text)


def _possible(code: int) -> bool:
    return code in (0x9, 0xA, 0xD) or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or code >= 0x10000


_ATTRIBUTES = ("page", "page_size", "uri", "first_page_uri", "previous_page_uri", "next_page_uri")


def _snake_case(name: str) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", name).lower()
