"""How fast the sandbox answers: against a bare Starlette route that sends the same bytes.

Both are served by uvicorn with the same settings, each from a process of its own; a third process asks, over raw
sockets that stay open, one request at a time on each. How much of a CPU that takes is printed at the end: near
100 % it is the client that is measured. Rounds are interleaved, results are medians.

Usage: python benchmarks/sandbox.py [--rows 100000] [--rounds 3] [--seconds 0.5]
"""

from __future__ import annotations

import http.client
import json
import selectors
import socket
import statistics
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import claims
from claims import Claim

CONNECTIONS = (1, 16)

DEPTH = 0.9
"""Where the deep page lies: after this share of all rows."""


class Speed(NamedTuple):
    """Requests per second, and the share of a CPU that the client took."""

    rate: float
    client: float


def main() -> None:
    parser = claims.parser(__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.5)
    asked = parser.parse_args()
    if asked.rows < 2000:
        parser.error("--rows must be at least 2000, or there is no deep page")
    claims.tell(measure(asked.rows, asked.rounds, asked.seconds), asked)


def measure(rows: int, rounds: int, seconds: float) -> Iterator[Claim]:
    starts = claims.medians(
        {"ours": lambda: start_and_end(sandbox(0)), "floor": lambda: start_and_end(floor({}))}, rounds
    )
    yield Claim(what="start and end the sandbox", size="an empty account", floor_is="bare Starlette", **starts)
    with sandbox(rows) as account:
        paths = paths_of(account, rows)
        bodies = {path: fetch(account, path).decode() for path in paths.values()}
        with floor(bodies) as bare:
            speeds = speeds_of(account, bare, paths, rounds=rounds, seconds=seconds)
    for (name, connections, who), speed in speeds.items():
        if who == "sandbox":
            yield Claim(
                what=f"the sandbox answers with {name}",
                size=f"of {rows:,} rows, over {connections} connection{'s' * (connections > 1)}",
                ours=1000 / speed.rate,
                unit="ms",
                floor=1000 / speeds[name, connections, "floor"].rate,
                floor_is="bare Starlette",
            )
    first, deep = (1000 / speeds[name, 1, "sandbox"].rate for name in ("1,000 rows", "1,000 rows, deep"))
    what = f"the sandbox answers with a page after {DEPTH:.0%} of the list"
    yield Claim(what=what, size=f"of {rows:,} rows", ours=deep, unit="ms", floor=first, floor_is="the first page")
    print(f"\nThe client took up to {max(speed.client for speed in speeds.values()):.0%} of a CPU.")


def speeds_of(
    account: dict[str, Any], bare: dict[str, Any], paths: dict[str, str], *, rounds: int, seconds: float
) -> dict[tuple[str, int, str], Speed]:
    found: dict[tuple[str, int, str], list[Speed]] = {}
    for _ in range(rounds):
        for connections in CONNECTIONS:
            for name, path in paths.items():
                for who, where in (("sandbox", account), ("floor", bare)):
                    speed = load(where["url"], path, authorization(account), connections, seconds)
                    found.setdefault((name, connections, who), []).append(speed)
    return {
        key: Speed(*(statistics.median(values) for values in zip(*speeds, strict=True)))
        for key, speeds in found.items()
    }


def paths_of(account: dict[str, Any], rows: int) -> dict[str, str]:
    """Find out what to ask for; the way to the deep page leads through all before it."""
    first = path = f"/2010-04-01/Accounts/{account['account_sid']}/OutgoingCallerIds.json?PageSize=1000"
    for _ in range(int(rows * DEPTH) // 1000):
        page = json.loads(fetch(account, path))
        path = page["next_page_uri"]
    return {"one row": page["outgoing_caller_ids"][0]["uri"], "1,000 rows": first, "1,000 rows, deep": path}


def fetch(account: dict[str, Any], path: str) -> bytes:
    connection = http.client.HTTPConnection(account["url"].removeprefix("http://"))
    connection.request("GET", path, headers={"Authorization": authorization(account)})
    response = connection.getresponse()
    body = response.read()
    assert response.status == 200, body
    connection.close()
    return body


def authorization(account: dict[str, Any]) -> str:
    return "Basic " + b64encode(f"{account['account_sid']}:{account['auth_token']}".encode()).decode()


# Processes: two that serve and one that asks


@contextmanager
def process(*arguments: str, told: str = "") -> Iterator[dict[str, Any]]:
    """Run something that says in one line of JSON where it serves."""
    command = [sys.executable, *arguments]
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert running.stdin is not None
    assert running.stdout is not None
    try:
        running.stdin.write(told)
        running.stdin.close()
        yield json.loads(running.stdout.readline())
    finally:
        running.terminate()
        running.wait()
        running.stdout.close()


def sandbox(rows: int) -> Any:
    return process("-m", "callerid_analytics", "sandbox", "--json", "--accounts", "1", "--numbers", str(rows))


def floor(bodies: dict[str, str]) -> Any:
    return process(__file__, "floor", told=json.dumps(bodies))


def start_and_end(server: Any) -> None:
    with server:
        pass


def load(url: str, path: str, credentials: str, connections: int, seconds: float) -> Speed:
    arguments = [url, path, credentials, str(connections), str(seconds)]
    ran = subprocess.run(
        [sys.executable, __file__, "load", *arguments], capture_output=True, text=True, check=True
    )
    return Speed(*json.loads(ran.stdout))


def serve_floor() -> None:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    from callerid_analytics.sandbox.listener import Listener

    bodies = {path: body.encode() for path, body in json.load(sys.stdin).items()}

    async def answer(request: Request) -> Response:
        query = request.scope["query_string"].decode()
        body = bodies[f"{request.scope['path']}?{query}" if query else request.scope["path"]]
        return Response(body, media_type="application/json")

    listener = Listener(Starlette(routes=[Route("/2010-04-01/{rest:path}", answer)]), port=0)
    listener.serve_until_signal(lambda: print(json.dumps({"url": listener.url}), flush=True))
    listener.end()


def ask(url: str, path: str, credentials: str, connections: int, seconds: float) -> Speed:
    """Ask as fast as answers come."""
    host, port = url.removeprefix("http://").split(":")
    request = f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {credentials}\r\n\r\n".encode()
    selector = selectors.DefaultSelector()
    for _ in range(connections):
        connection = socket.create_connection((host, int(port)))
        connection.sendall(request)
        selector.register(connection, selectors.EVENT_READ, Answer())
    answers, began, cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        for key, _ in selector.select():
            assert isinstance(key.fileobj, socket.socket)
            if key.data.is_complete_with(key.fileobj.recv(1 << 20)):
                answers += 1
                key.fileobj.sendall(request)
    took = time.perf_counter() - began
    return Speed(answers / took, (time.process_time() - cpu) / took)


class Answer:
    """Counts the bytes that are still to come."""

    def __init__(self) -> None:
        self._head = b""
        self._missing = 0

    def is_complete_with(self, data: bytes) -> bool:
        """Take what came, and tell whether that was the last of it."""
        assert data, "the server hung up"
        if not self._missing:
            self._head += data
            head, separator, body = self._head.partition(b"\r\n\r\n")
            if not separator:
                return False
            assert head.startswith(b"HTTP/1.1 200"), head
            _, _, length = head.lower().partition(b"content-length: ")
            self._head, data, self._missing = b"", body, int(length.split(b"\r\n", 1)[0])
        self._missing -= len(data)
        return not self._missing


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["floor"]:
            serve_floor()
        case ["load", url, path, credentials, connections, seconds]:
            print(json.dumps(ask(url, path, credentials, int(connections), float(seconds))))
        case _:
            main()
