"""How long an audit and its bundle take, and what memory they need.

The rows are those of `estates`. The two steps are taken one after the other; the memory is the most that the
process had since the rows were there, the rows included.

Usage: python benchmarks/audit.py [--rows 100000] [--rounds 3]
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import claims
import pandas as pd
from claims import Claim
from estates import estate

from callerid_analytics import report
from callerid_analytics.audit import audit

MILLION = 1_000_000


def main() -> None:
    parser = claims.parser(__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    claims.tell(measure(asked.rows, asked.rounds), asked)


def measure(rows: int, rounds: int) -> Iterator[Claim]:
    frame = estate(rows)
    claims.forget_peak()
    findings: list[pd.DataFrame] = []

    def find() -> None:
        findings[:] = [audit(frame)]

    with tempfile.TemporaryDirectory() as folder:
        bundle = Path(folder, "audit")
        ways = {"find": find, "write": lambda: report.write_bundle(frame, bundle, findings=findings[0])}
        seconds = claims.medians(ways, rounds)
    names = f"{rows:,} rows, {frame['friendly_name'].nunique():,} names"
    yield Claim(what="audit", size=f"{names}, {len(findings[0]):,} findings", ours=seconds["find"])
    yield Claim(
        what="audit, and its bundle written",
        size=f"{rows:,} rows",
        ours=sum(seconds.values()),
        memory=claims.peak_memory(),
        target=120 if rows == MILLION else None,
        memory_target=3000 if rows == MILLION else None,
    )


if __name__ == "__main__":
    main()
