"""What a benchmark says in the end: claims, each one a row of a table, and how they are handed on.

Every script prints its claims, and with ``--results FILE`` adds them to a file, one line of JSON each, out of
which ``table.py`` makes its table. Whether a target is met is decided here, by the unrounded numbers.
"""

from __future__ import annotations

import argparse
import re
import resource
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

STATUS = Path("/proc/self/status")
COLUMNS = (
    "what",
    "size",
    "ours",
    "peer",
    "floor",
    "ratio to the peer",
    "ratio to the floor",
    "target",
    "peak memory",
)


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was measured, and what it is compared with in the same run.

    Attributes
    ----------
    what, size : str
        Of what, and how much of it, such as "load one account" and "200,000 rows": together they name the claim.
    ours : float
        The number that was found.
    unit : str
        Of `ours`, `peer` and `floor`.
    peer, peer_is : float, str
        The same in the way that people go otherwise, and which way that is.
    floor, floor_is : float, str
        The part of the work that nobody can leave out, done plainly, and what that is.
    memory : float
        The most memory that the process had, in MB.
    target, peer_target, floor_target, memory_target : float
        What was promised: at most so much; at least so many times better than the peer; at most so many times
        the floor; at most so many MB.
    more_is_better : bool
        Then `target` is the least instead of the most.
    """

    what: str
    size: str
    ours: float
    unit: str = "s"
    peer: float | None = None
    peer_is: str = ""
    floor: float | None = None
    floor_is: str = ""
    memory: float | None = None
    target: float | None = None
    peer_target: float | None = None
    floor_target: float | None = None
    memory_target: float | None = None
    more_is_better: bool = False

    @property
    def to_peer(self) -> float | None:
        """How many times ours the peer takes."""
        return None if self.peer is None else self.peer / self.ours

    @property
    def to_floor(self) -> float | None:
        """How many times the floor ours takes."""
        return None if self.floor is None else self.ours / self.floor

    def targets(self) -> list[str]:
        """Say of every target what it is, and whether it is met."""
        sign = 1 if self.more_is_better else -1
        most = "at least" if self.more_is_better else "at most"
        limits: list[tuple[float | None, float | None, int, str]] = [
            (self.peer_target, self.to_peer, 1, "at least {} times the peer's speed"),
            (self.floor_target, self.to_floor, -1, "at most {} times the floor"),
            (self.target, self.ours, sign, f"{most} {{}} {self.unit}".rstrip()),
            (self.memory_target, self.memory, -1, "at most {} MB"),
        ]
        return [
            f"{says.format(number(limit))}: {'met' if found * way >= limit * way else '**missed**'}"
            for limit, found, way, says in limits
            if limit is not None and found is not None
        ]

    def cells(self) -> list[str]:
        """Return what stands in the columns of a table's row."""
        return [
            self.what,
            self.size,
            self._measured(self.ours),
            self._measured(self.peer, self.peer_is),
            self._measured(self.floor, self.floor_is),
            "" if self.to_peer is None else number(self.to_peer),
            "" if self.to_floor is None else number(self.to_floor),
            "; ".join(self.targets()),
            "" if self.memory is None else f"{self.memory:,.0f} MB",
        ]

    def _measured(self, found: float | None, which: str = "") -> str:
        if found is None:
            return ""
        return f"{number(found)} {self.unit}".rstrip() + (f" ({which})" if which else "")


def number(value: float) -> str:
    """Write a number with three digits that count, or with all that stand before the point.

    Examples
    --------
    >>> [number(value) for value in (0, 0.01234, 1.5, 28.71, 316.6, 1234567)]
    ['0', '0.0123', '1.5', '28.7', '317', '1,234,567']
    """
    return f"{value:,.0f}" if abs(value) >= 99.95 else f"{value:.3g}"


def row(cells: Sequence[str]) -> str:
    """Write a row of a Markdown table."""
    return f"| {' | '.join(cells)} |"


HEAD = f"{row(COLUMNS)}\n{row(['---'] * len(COLUMNS))}"


def parser(documentation: str | None) -> argparse.ArgumentParser:
    """Return a parser that explains a script by its documentation and knows ``--results``."""
    parser = argparse.ArgumentParser(
        description=documentation, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--results", type=Path, metavar="FILE", help="add the claims to this file, as JSON")
    return parser


def tell(claims: Iterable[Claim], asked: argparse.Namespace) -> None:
    """Print claims as a table, and add them to the file if one is asked for, each as it comes."""
    for place, claim in enumerate(claims):
        print(row(claim.cells()) if place else f"{HEAD}\n{row(claim.cells())}", flush=True)
        if asked.results:
            with asked.results.open("ab") as file:
                file.write(msgspec.json.encode(claim) + b"\n")


def read(results: Path) -> list[Claim]:
    """Return the claims of a file."""
    lines = results.read_bytes().splitlines() if results.exists() else []
    return [msgspec.json.decode(line, type=Claim) for line in lines]


def medians(ways: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Take the time of each way in turn, so many rounds; return the median seconds of each."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(times) for name, times in seconds.items()}


def forget_peak() -> None:
    """Let the peak of this process's memory begin again from what it has now, where that can be: on Linux."""
    if STATUS.exists():
        Path("/proc/self/clear_refs").write_text("5")  # proc(5)


def peak_memory() -> float:
    """Return the most memory that this process had, in MB."""
    if not STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # in bytes on macOS
    # Not getrusage(2), which counts what the parent had when this process began, and forgets nothing.
    peak = re.search(r"^VmHWM:\s*(\d+) kB$", STATUS.read_text(), re.MULTILINE)
    assert peak is not None
    return int(peak[1]) * 1024 / 1e6
