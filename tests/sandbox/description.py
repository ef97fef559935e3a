"""Twilio's own OpenAPI description of the API, for holding answers against.

It describes only answers of 2xx. Three of its ways are translated for JSON Schema: ``nullable``, the format of
dates, and ``format: uri``, which page URIs do not have, being relative. What it says of an object is taken for
all there is to say: no other properties are allowed, since Twilio's SDK does not accept them around a list.
"""

from __future__ import annotations

import json
import re
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import requests

DESCRIPTION = json.loads((Path(__file__).parent / "twilio_openapi.json").read_text("utf-8"))

FORMATS = jsonschema.FormatChecker(formats=())


@FORMATS.checks("date-time-rfc-2822", raises=ValueError)
def _is_date(value: object) -> bool:
    date = re.fullmatch(r"[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} \+0000", str(value))
    return value is None or (date is not None and parsedate_to_datetime(date[0]).tzinfo is not None)


def check(response: requests.Response) -> None:
    """Hold a successful JSON answer against the description of its operation."""
    request = response.request
    path = re.sub(r"\?.*", "", request.path_url)
    # PUT is an older way to POST and not described
    operation = _operation(path)[{"PUT": "post"}.get(str(request.method), str(request.method).lower())]
    described = operation["responses"][str(response.status_code)]
    if "content" in described:
        assert response.headers["Content-Type"] in described["content"]
        _validator(json.dumps(described["content"]["application/json"]["schema"])).validate(response.json())
    else:
        assert response.content == b""
    for header in described.get("headers", ()):
        assert header in response.headers, header


def check_refusal(response: requests.Response) -> int:
    """Hold a refusal against the form that all have (recorded exchanges); give Twilio's code."""
    content = response.json()
    assert content.keys() - {"detail"} == {"code", "message", "more_info", "status"}
    assert content["status"] == response.status_code
    assert content["more_info"] == f"https://www.twilio.com/docs/errors/{content['code']}"
    assert isinstance(content["message"], str)
    assert content["message"]
    code: int = content["code"]
    return code


@cache
def _operation(path: str) -> dict[str, Any]:
    found = [
        operations
        for template, operations in DESCRIPTION["paths"].items()
        if re.fullmatch(re.sub(r"\\{\w+\\}", "[^/.]+", re.escape(template)), path)
    ]
    assert len(found) == 1, path
    operations: dict[str, Any] = found[0]
    return operations


@cache
def _validator(schema: str) -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(_translated(json.loads(schema)), format_checker=FORMATS)


def _translated(schema: Any) -> Any:
    """Translate a schema of OpenAPI 3.0, with all that it refers to, into JSON Schema."""
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _translated(DESCRIPTION["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
    schema = {key: value for key, value in schema.items() if key != "format" or value != "uri"}
    if "properties" in schema:
        properties = {name: _translated(inner) for name, inner in schema["properties"].items()}
        schema |= {"properties": properties, "required": list(properties), "additionalProperties": False}
    if "items" in schema:
        schema["items"] = _translated(schema["items"])
    return {"anyOf": [{"type": "null"}, schema]} if schema.get("nullable") else schema
