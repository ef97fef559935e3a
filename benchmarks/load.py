"""How fast a load is: against the same pages merely fetched and decoded, and against today's way.

All three read the same sandbox, which runs in a process of its own, in turn, in one run:

* floor: the pages fetched with one ``requests.Session`` and decoded with ``json``, nothing else;
* ours: `callerid_analytics.load`, a typed DataFrame with parsed dates and described numbers;
* peer: the official SDK, ``pandas.DataFrame``, and ``phonenumbers`` row by row.

Usage: python benchmarks/load.py [--rows 20000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import phonenumbers
import requests
from twilio.rest import Client as SdkClient

from callerid_analytics import Client, load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with sandbox(asked.rows) as account:
        ways: dict[str, Callable[[dict[str, Any]], int]] = {"floor": floor, "ours": ours, "peer": peer}
        seconds: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(asked.rounds):
            for name, way in ways.items():
                began = time.perf_counter()
                rows = way(account)
                seconds[name].append(time.perf_counter() - began)
                assert rows == asked.rows, f"{name} read {rows} rows of {asked.rows}"
    print_table({name: statistics.median(times) for name, times in seconds.items()}, asked)


def print_table(seconds: dict[str, float], asked: argparse.Namespace) -> None:
    print(f"load {asked.rows:,} rows in pages of 1,000; medians of {asked.rounds} interleaved rounds\n")
    print("| what | seconds | rows/s | ratio to the floor | ratio to the peer |")
    print("|---|---:|---:|---:|---:|")
    labels = {
        "floor": "pages fetched and decoded, nothing else",
        "ours": "callerid_analytics.load",
        "peer": "official SDK + pandas + phonenumbers",
    }
    for name, took in seconds.items():
        to_floor, to_peer = took / seconds["floor"], took / seconds["peer"]
        print(f"| {labels[name]} | {took:.2f} | {asked.rows / took:,.0f} | {to_floor:.2f} | {to_peer:.3f} |")
    print(f"\nours takes {seconds['ours'] / seconds['floor']:.2f} times the floor", end=", ")
    print(f"and the peer takes {seconds['peer'] / seconds['ours']:.1f} times ours")


@contextmanager
def sandbox(rows: int) -> Iterator[dict[str, Any]]:
    command = [
        sys.executable,
        "-m",
        "callerid_analytics",
        "sandbox",
        "--json",
        "--accounts",
        "1",
        "--numbers",
        str(rows),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


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
    with Client(account["account_sid"], account["auth_token"], base_url=account["url"]) as client:
        return len(load(client, progress=False))


def peer(account: dict[str, Any]) -> int:
    client = SdkClient(account["account_sid"], account["auth_token"])
    client.api.base_url = account["url"]
    frame = pd.DataFrame(
        {
            "sid": record.sid,
            "account_sid": record.account_sid,
            "phone_number": record.phone_number,
            "friendly_name": record.friendly_name,
            "date_created": record.date_created,
            "date_updated": record.date_updated,
        }
        for record in client.outgoing_caller_ids.stream(page_size=1000)
    )
    described = frame["phone_number"].map(describe_one)
    return len(frame.assign(**pd.DataFrame(described.tolist(), columns=["code", "region", "type", "valid"])))


def describe_one(number: str) -> tuple[int | None, str | None, int | None, bool]:
    try:
        parsed = phonenumbers.parse(number, None)
    except phonenumbers.NumberParseException:
        return None, None, None, False
    region = phonenumbers.region_code_for_number(parsed)
    return parsed.country_code, region, phonenumbers.number_type(parsed), phonenumbers.is_valid_number(parsed)


if __name__ == "__main__":
    main()
