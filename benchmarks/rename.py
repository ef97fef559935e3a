"""How fast a plan is applied: against what the server allows, and against the official SDK in a loop.

The sandbox, in a process of its own, allows 10 requests at a time and takes 20 ms for each. A row needs two
requests: a look whether it is still as the plan knows it, and the update. So the ideal is 2 x 20 ms / 10 a row,
with every place taken at every moment. Nobody tells the client the limit: it finds it.

* floor: as many requests over as many raw sockets, each sent as soon as the answer before is there, by a client
  that does nothing else: what the sandbox, which is one thread, makes of the ideal;
* ours: `callerid_analytics.renames.apply_plan`, with its journal on this disk, from an unknown limit on;
* peer: the SDK's ``outgoing_caller_ids(sid).update(friendly_name=…)``, one after the other, which neither looks
  nor keeps a journal; measured on fewer rows, and multiplied.

Afterwards every name on the server is compared with the plan.

Usage: python benchmarks/rename.py [--rows 2000] [--peer-rows 100] [--rounds 3]
"""

from __future__ import annotations

import statistics
import tempfile
import time
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import claims
import pandas as pd
import requests
from claims import Claim
from load import client_of, sandbox
from sandbox import load as asked_without_end
from twilio.rest import Client as SdkClient

from callerid_analytics import load
from callerid_analytics.renames import apply_plan

AT_A_TIME, SECONDS, REQUESTS_A_ROW = 10, 0.02, 2
FAULTS = [
    {"kind": "too-many-requests", "concurrent": AT_A_TIME},
    {"kind": "latency", "seconds": SECONDS},
]


def main() -> None:
    parser = claims.parser(__doc__)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--peer-rows", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    claims.tell(measure(asked.rows, asked.peer_rows, asked.rounds), asked)


def measure(rows: int, peer_rows: int, rounds: int) -> Iterator[Claim]:
    """Yield what is found; every time is the median of the rounds."""
    floors, ours_, peers = [], [], []
    with sandbox(rows) as account:
        for number in range(rounds):
            floors.append(floor(account, rows))
            ours_.append(ours(account, f"Round {number}"))
            peers.append(peer(account, peer_rows) / peer_rows * rows)
    size, took = f"{rows:,} rows", statistics.median(ours_)
    ideal = rows * REQUESTS_A_ROW * SECONDS / AT_A_TIME
    yield Claim(
        what="apply a plan of renames",
        size=size,
        ours=took,
        peer=statistics.median(peers),
        peer_is=f"SDK in a loop, from {peer_rows:,} rows",
        floor=statistics.median(floors),
        floor_is="the requests over raw sockets",
    )
    yield Claim(
        what="apply a plan of renames, share of the server's rate",
        size=size,
        ours=ideal / took,
        unit="",
        target=0.85,
        more_is_better=True,
    )


def set_faults(account: dict[str, Any], faults: list[dict[str, Any]]) -> None:
    requests.put(f"{account['url']}/sandbox/faults", json={"faults": faults}, timeout=10).raise_for_status()


def floor(account: dict[str, Any], rows: int) -> float:
    """Ask for one caller ID as often as the rows need requests; in a process of its own, as the sandbox is."""
    set_faults(account, [])
    with client_of(account) as client:
        path = next(client.iter_caller_ids(page_size=1)).uri
    assert path is not None
    set_faults(account, FAULTS)
    credentials = b64encode(f"{account['account_sid']}:{account['auth_token']}".encode()).decode()
    seconds = min(2.0, rows * REQUESTS_A_ROW * SECONDS / AT_A_TIME)
    speed = asked_without_end(account["url"], path, f"Basic {credentials}", AT_A_TIME, seconds)
    return rows * REQUESTS_A_ROW / speed.rate


def ours(account: dict[str, Any], name: str) -> float:
    with (
        tempfile.TemporaryDirectory() as folder,
        client_of(account) as reader,
        client_of(account) as client,
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
