"""How fast whole columns of numbers are described and formatted, against `phonenumbers` number by number.

Mixed numbers: half of them random digits after a random calling code, half one of libphonenumber's examples with
other digits in the end. In each round, in turn:

* ours: `numbering.describe` and `numbering.national_format` for all numbers, with the automaton compiled before,
  and how long that takes stated apart;
* peer, as they arrive: ``parse`` and the four answers, then with ``format_number``, for a sample, multiplied;
* peer, sorted: the same for runs of neighbours from the sorted column, since `phonenumbers` is fast where a number
  needs the patterns of the one before; multiplied as well. Its `enable_pattern_cache`, which is new and off unless
  asked for, makes it about as fast in any order.

Every answer of the peer is compared with ours. Memory is measured in a fresh process (on Linux).

Usage: python benchmarks/numbering.py [--rows 1000000] [--rounds 3]
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import claims
import numpy as np
import pandas as pd
import phonenumbers
import pyarrow as pa
from claims import Claim

from callerid_analytics import frames, numbering
from callerid_analytics.numbering.compiling import WORTH_COMPILING

MILLION = 1_000_000
ARRIVING, RUNS, RUN = 2_000, 20, 1_000  # numbers that the peer is given in a round

Answer = tuple[object, ...]


def main() -> None:
    parser = claims.parser(__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    claims.tell(measure(asked.rows, asked.rounds), asked)


def measure(rows: int, rounds: int) -> Iterator[Claim]:
    """Yield what is found; every time is the median of the rounds."""
    began = time.perf_counter()
    numbering.prepare()
    size = f"once, for {rows:,} numbers"
    yield Claim(what="compile the numbering plans", size=size, ours=time.perf_counter() - began)
    numbering.national_format(pd.Series(["+14155550100"] * WORTH_COMPILING))  # compiles the formats
    numbers = mixed_numbers(rows)
    yield from against_peer(numbers, rounds)
    yield from memory(numbers)


def against_peer(numbers: pd.Series, rounds: int) -> Iterator[Claim]:
    ordered = numbers.sort_values()
    taken: list[list[float]] = []
    different = compared = 0
    for turn in range(rounds):
        ours = [seconds(numbering.describe, numbers), seconds(numbering.national_format, numbers)]
        peer = []
        for sample in (arriving(numbers, turn), neighbours(ordered, turn)):
            times = len(numbers) / len(sample)
            peer.append(seconds(lambda texts: [answer(text) for text in texts], sample.tolist()) * times)
            peer.append(
                seconds(lambda texts: [answer(text, "NATIONAL") for text in texts], sample.tolist()) * times
            )
            different += disagreements(sample)
            compared += len(sample)
        taken.append([*ours, *peer])
    describing, formatting, *peers = (statistics.median(times) for times in zip(*taken, strict=True))
    size = f"{len(numbers):,} numbers"
    for order, sample, (plain, formatted), target in (
        ("as they arrive", ARRIVING, peers[:2], 200),
        ("sorted for the peer", RUNS * RUN, peers[2:], 20),
    ):
        peer = {"peer_is": f"phonenumbers, from {sample:,}", "peer_target": target}
        what, both = f"describe numbers, {order}", describing + formatting
        yield Claim(what=what, size=size, ours=describing, peer=plain, **peer)
        what = f"describe numbers, with national format, {order}"
        yield Claim(what=what, size=size, ours=both, peer=formatted, **peer)
    what = "answers that are not those of phonenumbers"
    yield Claim(what=what, size=f"{compared:,} of {size}", ours=different, unit="", target=0)


def seconds(work: Callable[[Any], object], numbers: Any) -> float:
    began = time.perf_counter()
    work(numbers)
    return time.perf_counter() - began


def arriving(numbers: pd.Series, seed: int) -> pd.Series:
    begin = np.random.default_rng(seed).integers(0, max(1, len(numbers) - ARRIVING))
    return numbers.iloc[begin : begin + ARRIVING]


def neighbours(ordered: pd.Series, seed: int) -> pd.Series:
    begins = np.random.default_rng(seed).integers(0, max(1, len(ordered) - RUN), RUNS)
    return pd.concat([ordered.iloc[begin : begin + RUN] for begin in np.sort(begins)])


def answer(text: str, number_format: str | None = None) -> Answer:
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return None, None, None, False, None
    return (
        number.country_code,
        phonenumbers.region_code_for_number(number),
        phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(number)).lower(),
        phonenumbers.is_valid_number(number),
        number_format
        and phonenumbers.format_number(number, getattr(phonenumbers.PhoneNumberFormat, number_format)),
    )


def disagreements(sample: pd.Series) -> int:
    ours = numbering.describe(sample).assign(written=numbering.national_format(sample)).astype(object)
    rows = ours.where(ours.notna(), None).itertuples(index=False, name=None)
    return sum(row != answer(text, "NATIONAL") for text, row in zip(sample, rows, strict=True))


def mixed_numbers(rows: int) -> pd.Series:
    random = np.random.default_rng(7)
    codes = np.array(sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)).astype(str)
    heads = np.char.add("+", codes[random.integers(0, len(codes), rows)])
    tails = random.integers(10**11, 10**12, rows).astype(str)
    cut = random.integers(4, 13, rows)
    examples = pa.array(example_numbers()).take(pa.array(random.integers(0, len(example_numbers()), rows)))
    texts = [
        f"{head}{tail[:length]}" if place % 2 else f"{example[:-4]}{tail[:4]}"
        for place, (head, tail, length, example) in enumerate(
            zip(heads, tails, cut, examples.to_pylist(), strict=True)
        )
    ]
    return pd.Series(texts, dtype=frames.TEXT)


def example_numbers() -> list[str]:
    found = (
        phonenumbers.example_number_for_type(region, kind)
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in phonenumbers.PhoneNumberType.values()
    )
    return [phonenumbers.format_number(each, phonenumbers.PhoneNumberFormat.E164) for each in found if each]


def memory(numbers: pd.Series) -> Iterator[Claim]:
    with tempfile.TemporaryDirectory() as folder:
        numbers.to_frame("phone_number").to_parquet(Path(folder, "numbers.parquet"))
        command = [sys.executable, __file__, "memory", folder]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    for what, (took, peak) in json.loads(ran.stdout).items():
        size = f"{len(numbers):,} numbers; memory above the column's"
        target = 300 if len(numbers) == MILLION else None
        yield Claim(what=f"{what}, in a fresh process", size=size, ours=took, memory=peak, memory_target=target)


def print_memory(folder: str) -> None:
    """Print how long it takes to describe and to format a column, and how much memory more at its peak."""
    numbers = pd.read_parquet(Path(folder, "numbers.parquet"))["phone_number"].astype(frames.TEXT)
    found = {}
    for what, work in (("describe", numbering.describe), ("national format", numbering.national_format)):
        work(numbers.iloc[: 2 * WORTH_COMPILING])  # whatever is loaded late is there now
        pa.default_memory_pool().release_unused()
        claims.forget_peak()
        before = claims.peak_memory()
        found[what] = seconds(work, numbers), claims.peak_memory() - before
    print(json.dumps(found))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["memory", folder]:
            print_memory(folder)
        case _:
            main()
