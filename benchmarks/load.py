"""How fast a load is: against the same pages merely fetched and decoded, and against today's way.

All read the same sandbox, which runs in a process of its own, in turn, in one run:

* floor: the pages fetched with one ``requests.Session`` and decoded with ``json``, nothing else;
* ours: `callerid_analytics.load`, a typed DataFrame with parsed dates and described numbers; the automaton that
  describes them is compiled before: how long that takes is what ``numbering.py`` says;
* peer: the official SDK, ``pandas.DataFrame``, and ``phonenumbers`` row by row, in the order of arrival and once
  more with its numbers sorted; measured on fewer rows, and multiplied.

Then the most memory that a load takes, in a fresh process, and floor and ours with 100 ms of latency a page.

Usage: python benchmarks/load.py [--rows 200000] [--peer-rows 20000] [--latency-rows 60000] [--rounds 3]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import claims
import pandas as pd
import phonenumbers
import requests
from claims import Claim
from twilio.rest import Client as SdkClient

from callerid_analytics import Client, load, numbering

LATENCY = 0.1
"""Seconds."""


def main() -> None:
    parser = claims.parser(__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--peer-rows", type=int, default=20_000)
    parser.add_argument("--latency-rows", type=int, default=60_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    claims.tell(measure(asked.rows, asked.peer_rows, asked.latency_rows, asked.rounds), asked)


def measure(rows: int, peer_rows: int, latency_rows: int, rounds: int) -> Iterator[Claim]:
    """Yield what is found; every time is the median of the rounds."""
    numbering.prepare()
    with sandbox(rows) as account:
        yield from one_account(account, rows, peer_rows, rounds)
        yield from memory(account, rows)
    yield with_latency(latency_rows, rounds)


def one_account(account: dict[str, Any], rows: int, peer_rows: int, rounds: int) -> Iterator[Claim]:
    ours_, floors, arrived, in_order = [], [], [], []
    for _ in range(rounds):
        floors.append(timed(floor, account, rows))
        ours_.append(timed(ours, account, rows))
        as_arrived, as_sorted = peer(account, peer_rows)
        arrived.append(as_arrived / peer_rows * rows)
        in_order.append(as_sorted / peer_rows * rows)
    size, took, part = f"{rows:,} rows", statistics.median(ours_), f"from {peer_rows:,} rows"
    yield Claim(
        what="load one account",
        size=size,
        ours=took,
        floor=statistics.median(floors),
        floor_is="the pages fetched and decoded",
        floor_target=2.0,
        peer=statistics.median(arrived),
        peer_is=f"SDK and phonenumbers, {part}",
        peer_target=40,
    )
    yield Claim(
        what="load one account, the peer's numbers sorted first",
        size=size,
        ours=took,
        peer=statistics.median(in_order),
        peer_is=f"SDK and phonenumbers, {part}",
        peer_target=8,
    )


def memory(account: dict[str, Any], rows: int) -> Iterator[Claim]:
    """Measure in a fresh process, which has all modules and the automaton before."""
    command = [sys.executable, __file__, "memory", json.dumps(account)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    peak, frame = json.loads(ran.stdout)
    size = f"{rows:,} rows"
    yield Claim(
        what="memory of a load at its peak",
        size=size,
        ours=peak,
        unit="MB",
        floor=frame,
        floor_is="the frame",
        floor_target=2.5,
    )
    yield Claim(what="memory of a row", size=size, ours=frame * 1e6 / rows, unit="bytes", target=250)


def with_latency(rows: int, rounds: int) -> Claim:
    with sandbox(rows) as account:
        set_latency(account)
        ways = {"ours": lambda: timed(ours, account, rows), "floor": lambda: timed(floor, account, rows)}
        seconds = claims.medians(ways, rounds)
    return Claim(
        what="load one account, 100 ms a page",
        size=f"{rows:,} rows",
        floor_is="the pages fetched and decoded",
        floor_target=1.05,
        **seconds,
    )


@contextmanager
def sandbox(rows: int) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "callerid_analytics", "sandbox", "--json", "--accounts", "1"]
    process = subprocess.Popen([*command, "--numbers", str(rows)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def set_latency(account: dict[str, Any]) -> None:
    faults = [{"kind": "latency", "seconds": LATENCY}]
    requests.put(f"{account['url']}/sandbox/faults", json={"faults": faults}, timeout=10).raise_for_status()


def client_of(account: dict[str, Any]) -> Client:
    return Client(account["account_sid"], account["auth_token"], base_url=account["url"])


def timed(way: Any, account: dict[str, Any], rows: int) -> float:
    began = time.perf_counter()
    found = way(account)
    took = time.perf_counter() - began
    assert found == rows, f"{way.__name__} read {found} rows of {rows}"
    return took


def floor(account: dict[str, Any]) -> int:
    rows = 0
    with requests.Session() as session:
        session.auth = (account["account_sid"], account["auth_token"])
        session.trust_env = False
        uri = f"/2010-04-01/Accounts/{account['account_sid']}/OutgoingCallerIds.json?PageSize=1000"
        while uri:
            page = session.get(account["url"] + uri).json()
            rows += len(page["outgoing_caller_ids"])
            uri = page["next_page_uri"]
    return rows


def ours(account: dict[str, Any]) -> int:
    with client_of(account) as client:
        return len(load(client, progress=False))


def peer(account: dict[str, Any], rows: int) -> tuple[float, float]:
    """Return how long it takes with the numbers in the order of arrival, and with the numbers sorted."""
    client = SdkClient(account["account_sid"], account["auth_token"])
    client.api.base_url = account["url"]
    began = time.perf_counter()
    frame = pd.DataFrame(
        {
            "sid": record.sid,
            "account_sid": record.account_sid,
            "phone_number": record.phone_number,
            "friendly_name": record.friendly_name,
            "date_created": record.date_created,
            "date_updated": record.date_updated,
        }
        for record in client.outgoing_caller_ids.stream(page_size=1000, limit=rows)
    )
    read = time.perf_counter() - began
    return read + described(frame["phone_number"]), read + described(frame["phone_number"].sort_values())


def described(numbers: pd.Series) -> float:
    began = time.perf_counter()
    facts = numbers.map(describe_one)
    columns = pd.DataFrame(facts.tolist(), columns=["code", "region", "type", "valid"], index=numbers.index)
    assert len(columns.sort_index()) == len(numbers)
    return time.perf_counter() - began


def describe_one(number: str) -> tuple[int | None, str | None, int | None, bool]:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None, None, None, False
    region = phonenumbers.region_code_for_number(parsed)
    return parsed.country_code, region, phonenumbers.number_type(parsed), phonenumbers.is_valid_number(parsed)


def print_memory(account: dict[str, Any]) -> None:
    """Print how much more memory than before a load took at its peak, and how much its frame takes."""
    numbering.prepare()
    with client_of(account) as client:
        load(client, phone_number="+14155550100", progress=False)  # whatever is loaded late is there now
        claims.forget_peak()
        before = claims.peak_memory()
        frame = load(client, progress=False)
        print(json.dumps([claims.peak_memory() - before, int(frame.memory_usage(deep=True).sum()) / 1e6]))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["memory", account]:
            print_memory(json.loads(account))
        case _:
            main()
