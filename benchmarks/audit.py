"""How long an audit and its bundle take, what memory they need, and how fast the CSV is beside pandas' own.

The estate is a practice account's rows, repeated with other SIDs, other last digits and, for most of them, other
names, so that a million rows have some hundred thousand different names. Steps are timed one after the other in
one process; its peak memory is the system's figure for the whole run, the estate included.

Usage: python benchmarks/audit.py [--rows 100000]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from callerid_analytics import Client, Sandbox, exports, frames, load, report, spreadsheets
from callerid_analytics.audit import audit

PRACTICE_ROWS = 20_000
PLACES = 5_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    rows = parser.parse_args().rows
    frame = estate(rows)
    before = memory()
    seconds: dict[str, float] = {}

    def timed(name: str, step: Callable[[], object]) -> None:
        began = time.perf_counter()
        step()
        seconds[name] = time.perf_counter() - began

    findings = []
    with tempfile.TemporaryDirectory() as folder:
        timed("audit", lambda: findings.append(audit(frame)))
        timed("bundle", lambda: report.write_bundle(frame, Path(folder, "audit"), findings=findings[0]))
        peak = memory()
        timed("spreadsheet CSV alone", lambda: spreadsheets.write_spreadsheet_csv(frame, Path(folder, "s.csv")))
        timed("workbook alone", lambda: spreadsheets.write_xlsx(frame, Path(folder, "x.xlsx")))
        timed("CSV alone", lambda: exports.write_csv(frame, Path(folder, "c.csv")))
        timed("DataFrame.to_csv", lambda: frame.to_csv(Path(folder, "p.csv"), index=False))
    print_table(frame, findings[0], seconds, before, peak)


def estate(rows: int) -> pd.DataFrame:
    """Return so many rows of caller IDs."""
    with Sandbox(numbers=PRACTICE_ROWS, accounts=8, seed=7) as sandbox, Client.from_env(sandbox.environ) as client:
        practice = load(client, accounts="all", progress=False)
    random = np.random.default_rng(7)
    frame = practice.iloc[np.arange(rows) % len(practice)].reset_index(drop=True)
    serial = pd.Series(np.arange(rows))
    place = pd.Series(random.integers(0, PLACES, rows)).map("{:05d}".format).map(in_letters)
    is_copy = serial >= len(practice)
    holds_digits = frame["friendly_name"].str.contains(r"\d{3}").eq(True)  # those of the number that it had
    named_alike = ~is_copy | pd.Series(random.random(rows) < 0.4) | frame["friendly_name"].isna()
    names = (frame["friendly_name"] + " " + place).where(~holds_digits, place + " Desk")
    longer = is_copy & (frame["phone_number"].str.len() > 9)
    digits = frame["phone_number"].str[:-6] + (serial % 1_000_000).map("{:06d}".format)
    return frames.conform(
        frame.assign(
            sid="PN" + serial.map("{:032x}".format),
            phone_number=frame["phone_number"].where(~longer, digits),
            friendly_name=frame["friendly_name"].where(named_alike & ~(is_copy & holds_digits), names),
        )
    )


def in_letters(digits: str) -> str:
    """Make a word of digits, so that it is no number in a name."""
    return "".join("bdfgklmnprst"[int(digit)] + "aeiou"[int(digit) % 5] for digit in digits).capitalize()


def print_table(
    frame: pd.DataFrame, findings: pd.DataFrame, seconds: dict[str, float], before: float, peak: float
) -> None:
    names = frame["friendly_name"].nunique()
    print(f"audit {len(frame):,} rows with {names:,} different names: {len(findings):,} findings; one run\n")
    print("| what | seconds | rows/s |")
    print("|---|---:|---:|")
    for name, took in seconds.items():
        print(f"| {name} | {took:.2f} | {len(frame) / took:,.0f} |")
    together = seconds["audit"] + seconds["bundle"]
    print(f"\naudit and bundle together: {together:.1f} s; peak memory {peak:.2f} GB, {before:.2f} GB before;")
    print(
        f"DataFrame.to_csv takes {seconds['DataFrame.to_csv'] / seconds['CSV alone']:.1f} times exports.write_csv"
    )


def memory() -> float:
    """Return the process's peak memory so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


if __name__ == "__main__":
    main()
