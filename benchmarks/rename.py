"""How fast a plan is applied: against what the server allows, and against the official SDK in a loop.

The sandbox, in a process of its own, allows 10 requests at a time and takes 20 ms for each. A row needs two
requests: a look whether it is still as the plan knows it, and the update. So the ideal is 2 x 20 ms / 10 a row,
with every place taken at every moment. Nobody tells the client the limit: it finds it.

* ours: `callerid_analytics.renames.apply_plan`, with its journal on this disk, from an unknown limit on;
* peer: the SDK's ``outgoing_caller_ids(sid).update(friendly_name=…)``, one after the other, which neither looks
  nor keeps a journal; measured on fewer rows, and multiplied.

Afterwards every name on the server is compared with the plan.

Usage: python benchmarks/rename.py [--rows 2000] [--peer-rows 100] [--rounds 3]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import requests
from twilio.rest import Client as SdkClient

from callerid_analytics import Client, load
from callerid_analytics.renames import apply_plan

AT_A_TIME, SECONDS, REQUESTS_A_ROW = 10, 0.02, 2
FAULTS = [
    {"kind": "too-many-requests", "concurrent": AT_A_TIME},
    {"kind": "latency", "seconds": SECONDS},
]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--peer-rows", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    seconds: dict[str, list[float]] = {"ours": [], "peer": []}
    with sandbox(asked.rows) as account:
        for number in range(asked.rounds):
            seconds["ours"].append(ours(account, f"Round {number}"))
            seconds["peer"].append(peer(account, asked.peer_rows) / asked.peer_rows * asked.rows)
    print_table({name: statistics.median(times) for name, times in seconds.items()}, asked)


def print_table(seconds: dict[str, float], asked: argparse.Namespace) -> None:
    ideal = asked.rows * REQUESTS_A_ROW * SECONDS / AT_A_TIME
    print(
        f"rename {asked.rows:,} rows where {AT_A_TIME} requests at a time take {SECONDS * 1000:.0f} ms each, "
        f"{REQUESTS_A_ROW} requests a row; medians of {asked.rounds} interleaved rounds\n"
    )
    print("| what | seconds | rows/s | share of the ideal | ratio to the peer |")
    print("|---|---:|---:|---:|---:|")
    labels = {
        "ideal": "every place taken at every moment",
        "ours": "callerid_analytics.renames.apply_plan",
        "peer": f"official SDK in a loop (from {asked.peer_rows:,} rows)",
    }
    for name, took in {"ideal": ideal, **seconds}.items():
        print(
            f"| {labels[name]} | {took:.2f} | {asked.rows / took:,.0f} | {ideal / took:.2f} "
            f"| {took / seconds['peer']:.3f} |"
        )
    print(f"\nours reaches {ideal / seconds['ours']:.2f} of the ideal", end=", ")
    print(f"and the peer takes {seconds['peer'] / seconds['ours']:.1f} times ours; no row was lost")


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


def set_faults(account: dict[str, Any], faults: list[dict[str, Any]]) -> None:
    requests.put(f"{account['url']}/sandbox/faults", json={"faults": faults}, timeout=10).raise_for_status()


def ours(account: dict[str, Any], name: str) -> float:
    with (
        tempfile.TemporaryDirectory() as folder,
        Client(account["account_sid"], account["auth_token"], base_url=account["url"]) as reader,
        Client(account["account_sid"], account["auth_token"], base_url=account["url"]) as client,
    ):
        set_faults(account, [])
        plan = planned(load(reader, progress=False), name)
        set_faults(account, FAULTS)
        began = time.perf_counter()
        outcome = apply_plan(plan, client, journal=Path(folder, "journal.sqlite"), progress=False)
        took = time.perf_counter() - began
        set_faults(account, [])
        on_server = load(reader, progress=False).set_index("sid")["friendly_name"]
    assert (outcome["status"] == "renamed").all(), outcome["status"].value_counts()
    assert (on_server.loc[plan["sid"]].to_numpy() == plan["new_name"].to_numpy()).all()
    return took


def planned(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    names = [f"{name}, number {position}" for position in range(len(frame))]
    plan = frame[["sid", "account_sid", "phone_number"]].assign(old_name=frame["friendly_name"])
    return plan.assign(new_name=names, rules="benchmark", problem=None)


def peer(account: dict[str, Any], rows: int) -> float:
    client = SdkClient(account["account_sid"], account["auth_token"])
    client.api.base_url = account["url"]
    set_faults(account, [])
    records = client.outgoing_caller_ids.list(limit=rows, page_size=1000)
    set_faults(account, FAULTS)
    began = time.perf_counter()
    for position, record in enumerate(records):
        client.outgoing_caller_ids(record.sid).update(friendly_name=f"Peer, number {position}")
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
