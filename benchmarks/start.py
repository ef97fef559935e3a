"""How soon there is something: what importing the package takes, and when the first row of a list is on screen.

* ``import callerid_analytics`` against ``import pandas, requests``, each in fresh processes, in turn; once more
  with the names that a notebook uses first, which is when pandas, requests and pyarrow are loaded;
* ``callerids list`` in a fresh process, against a sandbox in another: the seconds until its first row is printed,
  and how many of them are beyond the import of pandas and requests.

Usage: python benchmarks/start.py [--rows 20000] [--rounds 5]
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import claims
from claims import Claim
from load import sandbox

PEER = "import pandas, requests"
OURS = "import callerid_analytics"
USED = "import callerid_analytics as ca; ca.Client, ca.load, ca.filters, ca.frames"


def main() -> None:
    parser = claims.parser(__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    claims.tell(measure(asked.rows, asked.rounds), asked)


def measure(rows: int, rounds: int) -> Iterator[Claim]:
    """Yield what is found; every time is the median of the rounds."""
    with sandbox(rows) as account:
        ways: dict[str, Callable[[], object]] = {
            "peer": lambda: run(PEER),
            "ours": lambda: run(OURS),
            "used": lambda: run(USED),
            "first row": lambda: show_first_row(account),
        }
        seconds = claims.medians(ways, rounds)
    peer = {"floor": seconds["peer"], "floor_is": "import pandas, requests"}
    yield Claim(what="import the package", size="", ours=seconds["ours"], floor_target=1.15, **peer)
    yield Claim(what="import what a load needs", size="", ours=seconds["used"], **peer)
    yield Claim(what="first row on screen", size=f"{rows:,} rows", ours=seconds["first row"], **peer)
    yield Claim(
        what="first row on screen, beyond importing pandas and requests",
        size=f"{rows:,} rows",
        ours=seconds["first row"] - seconds["peer"],
        target=1.0,
    )


def run(statement: str) -> None:
    subprocess.run([sys.executable, "-c", statement], check=True)


def show_first_row(account: dict[str, Any]) -> None:
    environ = {
        **os.environ,
        "TWILIO_ACCOUNT_SID": account["account_sid"],
        "TWILIO_AUTH_TOKEN": account["auth_token"],
        "CALLERIDS_BASE_URL": account["url"],
    }
    command = [sys.executable, "-m", "callerid_analytics", "list"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()  # the header
        assert b"PN" in process.stdout.readline()
        process.kill()


if __name__ == "__main__":
    main()
