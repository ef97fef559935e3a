"""How fast files are written and read, beside pandas' own CSV.

* `callerid_analytics.exports`, lossless CSV, against ``DataFrame.to_csv`` and ``pandas.read_csv``, which returns
  dates as text and some phone numbers as floating-point numbers;
* `callerid_analytics.spreadsheets`, CSV in which no cell can act as a formula, against the same ``to_csv``.

Usage: python benchmarks/exports.py [--rows 100000] [--rounds 3]
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import claims
import pandas as pd
from claims import Claim
from estates import estate

from callerid_analytics import exports, spreadsheets


def main() -> None:
    parser = claims.parser(__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    claims.tell(measure(asked.rows, asked.rounds), asked)


def measure(rows: int, rounds: int) -> Iterator[Claim]:
    frame = estate(rows)
    with tempfile.TemporaryDirectory() as folder:
        csv, pandas_csv, sheet = (Path(folder, name) for name in ("ours.csv", "pandas.csv", "spreadsheet.csv"))
        seconds = claims.medians(
            {
                "csv": lambda: exports.write_csv(frame, csv),
                "sheet": lambda: spreadsheets.write_spreadsheet_csv(frame, sheet),
                "to_csv": lambda: frame.to_csv(pandas_csv, index=False),
                "read": lambda: exports.read(csv),
                "read_csv": lambda: pd.read_csv(pandas_csv, low_memory=False),
            },
            rounds,
        )
        pd.testing.assert_frame_equal(exports.read(csv), frame)
    size = f"{rows:,} rows"
    to_csv, read_csv = (
        {"peer": seconds[name], "peer_is": is_}
        for name, is_ in (("to_csv", "DataFrame.to_csv"), ("read_csv", "pandas.read_csv"))
    )
    yield Claim(what="write CSV, lossless", size=size, ours=seconds["csv"], peer_target=3, **to_csv)
    yield Claim(what="write CSV, safe in a spreadsheet", size=size, ours=seconds["sheet"], **to_csv)
    yield Claim(what="read CSV back, every dtype as it was", size=size, ours=seconds["read"], **read_csv)


if __name__ == "__main__":
    main()
