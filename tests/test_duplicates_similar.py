"""Almost the same name: what is, what is not, how well on labelled names, and that nothing makes it slow."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable, Hashable, Sequence

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz import fuzz, process, utils

from callerid_analytics.duplicates import find_similar_names, fingerprint, screening
from callerid_analytics.duplicates.candidates import Pairs
from callerid_analytics.duplicates.comparison import Comparison
from callerid_analytics.duplicates.words import split
from callerid_analytics.errors import InvalidParameter

FIRST = ["Acme", "Harbor", "Northwind", "Bluebird", "Cedar", "Summit", "Juniper", "Granite", "Lantern", "Meridian",
         "Copper", "Willow"]  # fmt: skip
SECOND = ["Dental", "Logistics", "Plumbing", "Foods", "Media", "Travel", "Insurance", "Robotics", "Pharmacy",
          "Motors", "Realty", "Energy"]  # fmt: skip
WHERE = [
    "Sales",
    "Support",
    "Billing",
    "Dispatch",
    "Marketing",
    "Child Care Center",
    "Desk 1",
    "Desk 2",
    "Main Line",
]
LEGAL = ["", " Inc", " Inc.", " LLC", " GmbH", ", Ltd."]

words = st.sampled_from(["acme", "acne", "support", "suport", "supp", "sales", "desk", "1", "2", "st", "street"])
names = st.lists(st.lists(words, min_size=1, max_size=4).map(" ".join), max_size=20)


def grouped(*typed: str, **options: object) -> list[list[str]]:
    found = find_similar_names(pd.DataFrame({"friendly_name": typed}, dtype=object), **options)  # type: ignore[arg-type] # any
    return [rows["friendly_name"].tolist() for _, rows in found.groupby("group")]


@pytest.mark.parametrize(
    "pair",
    [
        ("Acme Support", "ACME  suport"),
        ("Acme Support", "Support (Acme)"),
        ("Acme Support", "Acme Support, Inc."),
        ("Acme Support", "Acme Supp"),
        ("Harbor Dental Center", "Harbor Dental Ctr"),
        ("Philips N. V.", "Philips N.V."),
        ("Koninklijke Philips NV", "Koninklijke Philips N. V."),
        ("Café Zürich", "cafe zurich"),
        ("Line 04", "line 4"),
        ("Desk1 Reception", "Desk 1 reception"),
        ("Playground Office", "Play ground office"),
        ("東京 事務所", "事務所 東京"),
        ("مكتب المبيعات", "المبيعات مكتب"),
        ("Northwind Logistics 📞", "Northwind Logistcs"),
    ],
)
def test_almost_the_same(pair: tuple[str, str]) -> None:
    assert grouped(*pair, "Bluebird Travel", "Copper Motors 5") == [list(pair)]


@pytest.mark.parametrize(
    "pair",
    [
        ("Desk 1", "Desk 2"),
        ("Desk A", "Desk B"),
        ("Acme Sales", "Acme Support"),
        ("Acme East Office", "Acme West Office"),
        ("Cedar Center", "Harbor Center"),
        ("Marcy Newberry Association", "Marcy Newberry Association - Marcy Center"),
        ("Brown", "Brownell"),
        ("???", "!!!"),
        ("📞", "🍕"),
    ],
)
def test_not_the_same(pair: tuple[str, str]) -> None:
    assert grouped(*pair) == []


def test_a_word_on_every_row_holds_nothing_together() -> None:
    typed = [f"{first} Main Line Center Office" for first in FIRST]
    assert grouped(*typed) == []


def test_names_are_not_chained_from_neighbour_to_neighbour() -> None:
    slips = [("delta", "delte"), ("lie", "lye"), ("bravo", "brava"), ("alpha", "alpho"), ("delte", "dolte")]
    chain = ["alpha bravo charlie delta"]
    for right, wrong in slips:
        chain.append(chain[-1].replace(right, wrong))
    assert len(grouped(*chain, threshold=0.95)) > 1


def test_two_words_that_many_names_have_are_two_words() -> None:
    many = [f"{name} {second}" for name in ("Maria", "Marie") for second in SECOND]
    assert grouped(*many) == []


def test_the_reason_tells_which_words_match_and_which_differ() -> None:
    typed = ["Acme Support Desk", "Acme Support Desk", "Acme Suport Desk", "Desk Acme Support"]
    found = find_similar_names(pd.DataFrame({"friendly_name": typed}))
    assert found["reason"].tolist() == [
        "same words as 'Acme Support Desk'",
        "same words as 'Acme Support Desk'",
        "acme, desk match; 'suport' for 'support'",
        "same words as 'Acme Support Desk'",
    ]
    assert found["score"].tolist()[:2] == [1, 1]
    assert 0.85 <= found["score"].tolist()[2] < 1


def test_words_to_ignore_are_the_callers() -> None:
    assert grouped("Acme Support old", "Acme Support", "Cedar Sales") == []
    assert grouped("Acme Support old", "Acme Support", "Cedar Sales", ignore=["OLD"])
    assert grouped("Acme Ltd", "Acme Inc", "Cedar Sales", ignore=[]) == []


@pytest.mark.parametrize("options", [{"threshold": 0}, {"threshold": 1.5}, {"threshold": True}, {"ignore": "ltd"}])
def test_options_that_make_no_sense_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(InvalidParameter):
        grouped("a", **options)


@given(names)
@settings(max_examples=100)
def test_every_name_of_a_group_reaches_the_threshold(typed: list[str]) -> None:
    found = find_similar_names(pd.DataFrame({"friendly_name": typed}, dtype=object), threshold=0.8)
    assert found["score"].ge(0.8).all()
    digits = found["friendly_name"].str.findall("[0-9]+").map(lambda some: tuple(sorted(set(some))))
    assert (digits.groupby(found["group"]).nunique() == 1).all()


@given(names)
@settings(max_examples=50)
def test_names_that_differ_in_case_and_order_only_are_always_together(typed: list[str]) -> None:
    both = typed + [" ".join(reversed(name.upper().split())) for name in typed]
    found = find_similar_names(pd.DataFrame({"friendly_name": both}, dtype=object))
    for at in range(len(typed)):
        assert found["group"].get(at) == found["group"].get(at + len(typed))


# How well, on names whose true groups are known.


def mistype(dice: random.Random, name: str) -> str:
    at, letter = dice.randrange(len(name) - 1), dice.choice("abcdefghijklmnopqrstuvwxyz")
    before, here, after = name[:at], name[at : at + 2], name[at + 2 :]
    return before + dice.choice([here[::-1], here[1:], letter + here, letter + here[1:]]) + after


def retype(dice: random.Random, name: str) -> str:
    order = name.split()
    dice.shuffle(order)
    changes: Sequence[Callable[[], str]] = (
        lambda: mistype(dice, name),
        lambda: mistype(dice, name),
        lambda: " ".join(order),
        lambda: name.replace("Center", "Ctr").replace("Support", "Supp"),
        lambda: name + dice.choice(LEGAL),
        lambda: name.replace(" ", dice.choice(["  ", "-", ", "])),
        lambda: dice.choice([name.upper(), name.lower()]),
    )
    return dice.choice(changes)()


def labelled(count: int) -> tuple[list[str], list[int]]:
    dice = random.Random(11)
    true = [f"{one} {two} {where}" for one in FIRST for two in SECOND for where in WHERE]
    typed = [
        (name, label)
        for label, name in enumerate(dice.sample(true, count))
        for _ in range(dice.choice([1, 1, 2, 3]))
    ]
    return [retype(dice, name) if dice.random() < 0.6 else name for name, _ in typed], [
        label for _, label in typed
    ]


def quality(labels: Sequence[Hashable], truth: Sequence[Hashable]) -> tuple[float, float, float]:
    """Pairwise precision, recall and F1."""
    right, found, true = (
        sum(count * (count - 1) // 2 for count in Counter(which).values())
        for which in (zip(labels, truth, strict=True), labels, truth)
    )
    precision, recall = right / found, right / true
    return precision, recall, 2 * precision * recall / (precision + recall)


def ours(typed: list[str]) -> list[Hashable]:
    groups = find_similar_names(pd.DataFrame({"friendly_name": typed}))["group"].to_dict()
    return [groups.get(at, f"alone {at}") for at in range(len(typed))]


def by_ratio(typed: list[str]) -> list[Hashable]:
    """Connected components of token_sort_ratio >= 90."""
    texts = [" ".join(sorted(utils.default_process(name).split())) for name in typed]
    close = process.cdist(texts, texts, scorer=fuzz.ratio, score_cutoff=90)
    labels = list(range(len(typed)))
    while True:
        spread = [min(labels[other] for other in row.nonzero()[0]) for row in close]
        if spread == labels:
            return list(labels)
        labels = spread


def test_better_than_a_key_and_than_a_ratio_on_labelled_names() -> None:
    typed, truth = labelled(500)
    mine = quality(ours(typed), truth)
    same, key = quality([name.casefold() for name in typed], truth), quality(list(map(fingerprint, typed)), truth)
    assert mine[0] >= same[0] - 0.03
    assert mine[1] >= key[1] + 0.15
    assert mine[2] >= quality(by_ratio(typed), truth)[2]
    assert mine[2] >= 0.95


WORST = {
    "one name": lambda count: ["Acme Support"] * count,
    "numbered": lambda count: [f"Line {number:06d}" for number in range(count)],
    "one word everywhere": lambda count: [
        f"Acme {number:b}".translate({48: "x", 49: "y"}) for number in range(count)
    ],
    "few words": lambda count: [
        f"{FIRST[at % 12]} {SECOND[at // 12 % 12]} {WHERE[at // 144 % 9]}" for at in range(count)
    ],
    "one letter": lambda count: ["a" * (1 + at % 300) for at in range(count)],
    "very long": lambda count: ["word " * 2000 + str(at % 3) for at in range(count // 200)],
    "no spaces": lambda count: [chr(0x4E00 + at % 5000) + chr(0x4E00 + at // 7 % 5000) * 3 for at in range(count)],
}


@pytest.mark.parametrize("make", WORST.values(), ids=WORST)
def test_no_list_is_compared_pair_by_pair(make: Callable[[int], list[str]]) -> None:
    """All pairs of 5,000 would be twelve million comparisons: minutes."""
    began = time.process_time()
    find_similar_names(pd.DataFrame({"friendly_name": make(5000)}))
    assert time.process_time() - began < 20


@given(st.lists(st.text("abcde 12", max_size=12), min_size=2, max_size=12), st.floats(0.3, 1))
def test_no_candidate_is_left_out_that_would_reach_the_threshold(texts: list[str], least: float) -> None:
    split_texts = dict(split(text, ()) for text in texts)
    forms = sorted(form for form in split_texts if form.words)
    runs = [split_texts[form] for form in forms]
    comparison = Comparison(forms, runs)
    first, second = np.triu_indices(len(forms), 1)
    same_numbers = np.array(
        [forms[a].numbers == forms[b].numbers for a, b in zip(first, second, strict=True)], bool
    )
    every = Pairs(first[same_numbers], second[same_numbers])
    kept = screening.promising(every, forms, runs, comparison, least)
    kept_pairs = set(zip(kept.first.tolist(), kept.second.tolist(), strict=True))
    for pair in zip(every.first.tolist(), every.second.tolist(), strict=True):
        assert pair in kept_pairs or comparison.match(*pair).score < least
