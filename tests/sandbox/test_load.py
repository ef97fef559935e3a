"""200 clients at once, each of which knows what it wrote: nothing may get lost, doubled or mixed up."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections import Counter
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest

from callerid_analytics.sandbox import Fault, Sandbox
from tests.sandbox.conftest import Api, address

SECONDS = float(os.environ.get("CALLERIDS_LOAD_SECONDS", "60"))
"""How long the slow test lasts."""

CLIENTS = 200

ROWS = 3
"""How many caller IDs each client begins with."""

FAULTS = (Fault("error", rate=0.01), Fault("too-many-requests", rate=0.01))


class Connection:
    """HTTP over one connection that stays open; what was refused by a fault is asked again."""

    def __init__(self, api: Api, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._authorization = api.authorization()
        self._reader = reader
        self._writer = writer
        self.refused: Counter[int] = Counter()

    async def ask(self, method: str, path: str, **form: str) -> tuple[int, Any]:
        while True:
            status, body = await self._ask(method, path, urlencode(form))
            if status not in (429, 500):
                return status, json.loads(body or "null")
            self.refused[status] += 1

    async def _ask(self, method: str, path: str, form: str) -> tuple[int, bytes]:
        head = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {self._authorization}\r\n"
        kind = f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
        self._writer.write((head + kind + form).encode())
        head, *lines = (await self._reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        headers = dict(line.lower().split(": ", 1) for line in lines if line)
        return int(head.split()[1]), await self._reader.readexactly(int(headers.get("content-length", 0)))

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


class Client:
    """Does something to its own caller IDs, again and again, and checks what it is told."""

    def __init__(self, number: int, api: Api, staying: set[str]) -> None:
        self.number = number
        self.api = api
        self.staying = staying
        self.done: Counter[str] = Counter()
        self.names: dict[str, str] = {}
        self._numbers = 0
        self._random = Random(number)
        for _ in range(ROWS):
            row = api.sandbox.add_caller_id(self._new_number(), "fresh")
            self.names[row["sid"]] = "fresh"

    def _new_number(self) -> str:
        self._numbers += 1
        return f"+999{self.number:04}{self._numbers:06}"

    async def work(self, deadline: float) -> Counter[int]:
        self._connection = Connection(self.api, *await asyncio.open_connection(*address(self.api.sandbox)))
        ways = (self.list, *[self.rename] * 3, *[self.verify] * 2, *[self.delete] * 2)
        while time.monotonic() < deadline:
            way = self._random.choice(ways)
            await way()
            self.done[way.__name__] += 1
        await self._connection.close()
        return self._connection.refused

    async def list(self) -> None:
        """Every row that stays is listed, mine with my names, none twice, and none that I deleted."""
        path = f"{self.api.caller_ids}?PageSize={self._random.choice((97, 400, 1000))}"
        sids, mine = [], {}
        while path:
            status, page = await self._connection.ask("GET", path)
            assert status == 200, page
            for row in page["outgoing_caller_ids"]:
                sids.append(row["sid"])
                if row["phone_number"].startswith(f"+999{self.number:04}"):
                    mine[row["sid"]] = row["friendly_name"]
            path = page["next_page_uri"]
        assert len(sids) == len(set(sids))
        assert self.staying <= set(sids)
        assert mine == self.names

    async def rename(self) -> None:
        sid = self._random.choice(tuple(self.names))
        name = f"{self.number} {self._random.random()}"
        status, row = await self._connection.ask("POST", self.api.caller_id(sid), FriendlyName=name)
        assert (status, row["friendly_name"]) == (200, name)
        self.names[sid] = name

    async def verify(self) -> None:
        number = self._new_number()
        status, asked = await self._connection.ask(
            "POST", self.api.caller_ids, PhoneNumber=number, FriendlyName="verified"
        )
        assert status == 200, asked
        answer = f"/sandbox/calls/{asked['call_sid']}/answer"
        status, call = await self._connection.ask("POST", answer, Digits=asked["validation_code"])
        assert (status, call["verification_status"]) == (200, "success")
        status, row = await self._connection.ask("GET", self.api.caller_id(call["caller_id_sid"]))
        assert (status, row["phone_number"]) == (200, number)
        self.names[row["sid"]] = "verified"

    async def delete(self) -> None:
        if len(self.names) == 1:
            return
        sid = self._random.choice(tuple(self.names))
        status, _ = await self._connection.ask("DELETE", self.api.caller_id(sid))
        assert status == 204
        del self.names[sid]
        status, _ = await self._connection.ask("GET", self.api.caller_id(sid))
        assert status == 404


async def work(clients: list[Client], seconds: float) -> Counter[int]:
    deadline = time.monotonic() + seconds
    async with asyncio.timeout(seconds + 30), asyncio.TaskGroup() as group:
        tasks = [group.create_task(client.work(deadline)) for client in clients]
    return sum((task.result() for task in tasks), Counter())


@pytest.mark.parametrize("seconds", [2, pytest.param(SECONDS, marks=pytest.mark.slow, id="long")])
def test_many_clients_at_once(seconds: float) -> None:
    with Sandbox(numbers=300, accounts=1) as sandbox:
        api = Api(sandbox)
        staying = {row["sid"] for row in sandbox.caller_ids()}
        clients = [Client(number, api, staying) for number in range(CLIENTS)]
        sandbox.set_faults(*FAULTS)
        refused = asyncio.run(work(clients, seconds))
        api.session.close()
        done = sum((client.done for client in clients), Counter())
        assert set(done) == {"list", "rename", "verify", "delete"}
        assert [refused[500], refused[429]] == [fault["struck"] for fault in sandbox.faults]
        known = {sid: name for client in clients for sid, name in client.names.items()}
        held = {row["sid"]: row["friendly_name"] for row in sandbox.caller_ids() if row["sid"] not in staying}
        assert held == known
        assert staying <= {row["sid"] for row in sandbox.caller_ids()}
        assert {call["state"] for call in sandbox.calls()} == {"verified"}
