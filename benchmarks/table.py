"""All benchmarks, one after the other, and one table of what came out.

Each script runs in a process of its own. That one failed is said in the table, beside what the others claim, and
makes the whole fail; a missed target does not, but is said there too. Nothing is compared with another run. What
the README quotes of the table is brought up to date.

With ``--big`` the sizes are those at which a machine has had enough: a million rows, then ten million or, where
these took over half an hour (or ``--minutes``) or 24 GiB and were stopped, two million;
and 2,000 sub-accounts. That takes some hours.

Usage: python benchmarks/table.py [--big] [--minutes 30]
"""

from __future__ import annotations

import argparse
import os
import platform
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import claims
from quoting import quoted
from running import FOLDER, MEMORY, Failed, Limits, Run, Stopped, run_script

LIBRARIES = ("pandas", "numpy", "pyarrow", "phonenumbers", "requests", "twilio")
LEGEND = """\
A peer is how people do the same without this package; a floor is the part of the work that nobody can leave out,
done plainly. Both are measured in turn with ours, in one run. The ratio to the peer says how many times ours the
peer takes: the more, the better. The ratio to the floor says how many times the floor ours takes: the less, the
better. Memory is the most that the process had, unless the size says otherwise."""

Ladder = tuple[Run, ...]
"""Runs of which each is there for when the one before it is stopped."""

SMALL: tuple[Ladder, ...] = (
    (Run("start", "--rounds 3"),),
    (Run("load", "--latency-rows 30000"),),
    (Run("many_rows"),),
    (Run("many_accounts"),),
    (Run("numbering"),),
    (Run("duplicates", "--rows 50000"),),
    (Run("audit", "--rows 50000"),),
    (Run("exports", "--rows 50000"),),
    (Run("rename"),),
    (Run("widgets", "--rounds 2"),),
    (Run("sandbox", "--seconds 0.3"),),
)
"""Every script, at sizes that together end within five minutes."""

MILLION = (1_000_000,)
TEN_MILLION = (10_000_000, 2_000_000)
BIG: tuple[Ladder, ...] = (
    *(
        tuple(Run(script, f"--rows {rows} {options}") for rows in sizes)
        for script, options in (
            ("many_rows", "--rounds 1"),
            ("numbering", "--rounds 1"),
            ("duplicates", "--rounds 1 --only-searches"),
            ("audit", "--rounds 1"),
        )
        for sizes in (MILLION, TEN_MILLION)
    ),
    (Run("many_accounts", "--rounds 1 --accounts 2000 --pages 1 --page-size 500"),),
)
"""How far one machine goes."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--big", action="store_true", help="how far one machine goes; takes some hours")
    parser.add_argument("--minutes", type=float, default=30, help="after which one run is stopped")
    asked = parser.parse_args()
    name, command, plan = ("RESULTS.md", "make bench", SMALL)
    if asked.big:
        name, command, plan = ("RESULTS-BIG.md", "make bench-big", BIG)
    began = time.monotonic()
    rows, failed = run_all(plan, limits=Limits(seconds=asked.minutes * 60))
    took = f"In {(time.monotonic() - began) / 60:.0f} minutes, each run stopped after {asked.minutes:g}"
    lines = [claims.HEAD, *map(claims.row, rows)]
    write("\n\n".join([f"# What `{command}` measured", head(took), LEGEND, "\n".join(lines)]) + "\n", name)
    if failed:
        sys.exit(f"Not all came to an end: {', '.join(failed)}. What the others say is in benchmarks/{name}.")


def write(document: str, name: str, folder: Path = FOLDER) -> None:
    """Write a document into a folder, and what the README beside that quotes of it."""
    Path(folder, name).write_text(document, encoding="utf-8")
    readme = folder.parent / "README.md"
    readme.write_text(quoted(readme.read_text(encoding="utf-8"), name, document), encoding="utf-8")


def run_all(
    plan: Iterable[Ladder], folder: Path = FOLDER, *, limits: Limits | None = None
) -> tuple[list[Sequence[str]], list[str]]:
    """Run everything; return the table's rows, and what has failed."""
    rows: list[Sequence[str]] = []
    failed = []
    for ladder in plan:
        for run in ladder:
            print(f"\n{run.command}\n", flush=True)
            found, error = run_one(run, folder, limits or Limits())
            rows += found
            if isinstance(error, Failed):
                failed.append(run.command)
            if not isinstance(error, Stopped):
                break
    return rows, failed


def run_one(run: Run, folder: Path, limits: Limits) -> tuple[list[Sequence[str]], Exception | None]:
    """Run a script; return a row for each claim, and one that says why it did not end, if so; and why."""
    with tempfile.TemporaryDirectory() as name:
        results, error = Path(name, "results"), None
        try:
            run_script(run, folder, results, limits)
        except (Failed, Stopped) as ended:
            error = ended
        rows: list[Sequence[str]] = [claim.cells() for claim in claims.read(results)]
    if error:
        rows.append([f"`{run.command}`", "", f"**{error}**", *[""] * (len(claims.COLUMNS) - 3)])
    return rows, error


def head(took: str) -> str:
    """Say when, on what and with what."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d} on {os.cpu_count()} cores ({processor()}) "
        f"and {MEMORY / 2**30:.0f} GiB of memory.\n"
        f"{took}, on {platform.system()} with Python {platform.python_version()}, {libraries}."
    )


def processor() -> str:
    """Return what the processor is called."""
    file = Path("/proc/cpuinfo")
    names = re.findall(r"^model name\s*:\s*(.+)$", file.read_text() if file.exists() else "", re.MULTILINE)
    return names[0] if names else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
