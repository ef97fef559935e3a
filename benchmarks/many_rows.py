"""How far one machine goes in rows of one account: against the same pages merely fetched and decoded.

Both ask the server of `bare`, in turn:

* floor: the pages fetched with one ``requests.Session`` and decoded with ``json``, nothing else;
* ours: `callerid_analytics.load`; the memory is the most that this process had, the frame included.

Usage: python benchmarks/many_rows.py [--rows 200000] [--rounds 3]
"""

from __future__ import annotations

from collections.abc import Iterator

import claims
from bare import bare
from claims import Claim
from load import floor, ours, timed

from callerid_analytics import numbering

PAGE = 1000


def main() -> None:
    parser = claims.parser(__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help=f"a multiple of {PAGE:,}")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    claims.tell(measure(asked.rows, asked.rounds), asked)


def measure(rows: int, rounds: int) -> Iterator[Claim]:
    numbering.prepare()
    with bare(pages=rows // PAGE, page_size=PAGE) as account:
        ways = {"ours": lambda: timed(ours, account, rows), "floor": lambda: timed(floor, account, rows)}
        seconds = claims.medians(ways, rounds)
    yield Claim(
        what="load one account, from a server that costs nothing",
        size=f"{rows:,} rows",
        floor_is="the pages fetched and decoded",
        memory=claims.peak_memory(),
        **seconds,
    )


if __name__ == "__main__":
    main()
