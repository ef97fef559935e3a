"""curl's command lines as HTTP requests.

The documentation's examples run curl; a machine with the tests need not have it. So each line is translated
into the very request that curl makes of it: method, path, query, body and headers.
"""

from __future__ import annotations

import shlex
from argparse import ArgumentParser
from base64 import b64encode
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPMessage
from typing import NamedTuple
from urllib.parse import urlsplit

HOST = "https://api.twilio.com"


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: HTTPMessage
    body: bytes


def run(command: str, base_url: str) -> Answer:
    """Make the request of a ``curl`` line to Twilio, but to another server."""
    one_line = command.replace("\\\n", "")  # as a shell does
    options = _parser().parse_args(shlex.split(one_line)[1:])
    data, path = "&".join(options.data), options.url.removeprefix(HOST)
    method = options.request or ("POST" if data and not options.get else "GET")
    headers = {
        "Authorization": f"Basic {b64encode(options.user.encode()).decode()}",
        "User-Agent": "curl/8.5.0",
        "Accept": "*/*",
    }
    if data and options.get:
        path, data = f"{path}?{data}", ""
    if data:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return _exchange(base_url, method, path, data.encode() or None, headers)


def _parser() -> ArgumentParser:
    """Understand the options that the documentation uses."""
    parser = ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-G", "--get", action="store_true")
    parser.add_argument("-X", "--request")
    parser.add_argument("-d", "--data", action="append", default=[])
    parser.add_argument("-u", "--user", required=True)
    return parser


def _exchange(base_url: str, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
    address = urlsplit(base_url)
    connection = HTTPConnection(address.hostname or "", address.port, timeout=10)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()
