"""How far one machine goes in accounts: against every place for a request being taken at every moment.

The server of `bare` takes 100 ms for each request. The accounts are listed first, a page after another; then their
caller IDs are asked for, of one account a page after the other too, but of as many accounts side by side as the
client has connections. Ours begins with a client that knows nothing of the server.

Usage: python benchmarks/many_accounts.py [--accounts 50] [--pages 20] [--page-size 100] [--rounds 3]
"""

from __future__ import annotations

from collections.abc import Iterator

import claims
from bare import LISTED_AT_ONCE, bare
from claims import Claim
from load import client_of

from callerid_analytics import load, numbering
from callerid_analytics.network import MOST_CONNECTIONS

LATENCY = 0.1
"""Seconds."""


def main() -> None:
    parser = claims.parser(__doc__)
    parser.add_argument("--accounts", type=int, default=50)
    parser.add_argument("--pages", type=int, default=20, help="of each account")
    parser.add_argument("--page-size", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    claims.tell(measure(asked.accounts, asked.pages, asked.page_size, asked.rounds), asked)


def measure(accounts: int, pages: int, page_size: int, rounds: int) -> Iterator[Claim]:
    rows = accounts * pages * page_size

    def ours() -> None:
        with client_of(account) as client:
            assert len(load(client, accounts="all", page_size=page_size, progress=False)) == rows

    numbering.prepare()
    with bare(accounts=accounts, pages=pages, page_size=page_size, latency=LATENCY) as account:
        seconds = claims.medians({"ours": ours}, rounds)
    lists, places = -(-accounts // LISTED_AT_ONCE), min(accounts, MOST_CONNECTIONS)
    yield Claim(
        what="load many accounts, 100 ms a request",
        size=f"{accounts:,} accounts, {rows:,} rows, {page_size:,} a page",
        floor=LATENCY * (lists + accounts * pages / places),
        floor_is=f"{places} requests under way at every moment",
        memory=claims.peak_memory(),
        **seconds,
    )


if __name__ == "__main__":
    main()
