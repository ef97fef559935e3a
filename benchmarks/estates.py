"""Frames of any size, for the benchmarks: a practice account's rows, repeated as other caller IDs.

To generate ten million rows one by one would take longer than what is measured. So some thousand are generated,
and repeated with other SIDs, other numbers and, for most of them, other names:

* A number keeps all but its last six digits, and gets six that no other copy with that beginning has. Rows of the
  practice account that share a number share one in every copy; other numbers are different, but for a few that are
  by chance the practice account's own (of a million about forty).
* A million rows have some hundred thousand different names, and the practice account's share of odd ones.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from callerid_analytics import Client, Sandbox, frames, load, numbering

PRACTICE_ROWS = 20_000
ROWS_AT_ONCE = 1_000_000
PLACES = 5_000
FREE = 1_000_000
"""How many numbers differ in their last six digits only."""

SCATTER = 7_919
"""A prime: so far apart in these digits are copies that follow each other."""


def estate(rows: int) -> pd.DataFrame:
    """Return so many rows of caller IDs, the same ones every time."""
    with Sandbox(numbers=PRACTICE_ROWS, accounts=8, seed=7) as sandbox, Client.from_env(sandbox.environ) as client:
        practice = load(client, accounts="all", progress=False)
    if rows <= len(practice):
        return practice.head(rows)
    frame = pd.concat([practice, *map(frames.conform, _copies(practice, rows))], ignore_index=True)
    return frames.conform(frame.assign(**numbering.describe(frame["phone_number"])))


def _copies(practice: pd.DataFrame, rows: int) -> Iterator[pd.DataFrame]:
    """Yield the rows beyond the practice account's, some at a time, which takes less memory."""
    originals = practice[practice["phone_number"].str.len() > len("+1212") + 6].reset_index(drop=True)
    beginnings = originals["phone_number"].str[:-6]
    ranks = _ranks(originals["phone_number"], beginnings)
    for start in range(len(practice), rows, ROWS_AT_ONCE):
        serial = np.arange(start, min(start + ROWS_AT_ONCE, rows))
        which, copy = serial % len(originals), serial // len(originals)
        digits = (ranks["rank"].to_numpy()[which] + ranks["count"].to_numpy()[which] * copy) * SCATTER % FREE
        numbers = beginnings.to_numpy()[which] + pd.Series(digits).map("{:06d}".format)
        copies = originals.iloc[which].reset_index(drop=True)
        sids = pd.Series(serial).map("PN{:032x}".format)
        yield copies.assign(sid=sids, phone_number=numbers, friendly_name=_names(copies, start))


def _ranks(numbers: pd.Series, beginnings: pd.Series) -> pd.DataFrame:
    """Say of every number which of those with its beginning it is, and how many there are."""
    beginning = beginnings.astype(object)
    rank = pd.factorize(numbers)[0]
    ranked = pd.DataFrame({"beginning": beginning, "number": rank})
    groups = ranked.groupby("beginning")["number"]
    return pd.DataFrame({"rank": groups.rank("dense").astype(int) - 1, "count": groups.transform("nunique")})


def _names(rows: pd.DataFrame, seed: int) -> pd.Series:
    """Return other names for most rows, and for all whose names hold the number that they had."""
    random = np.random.default_rng(seed)
    names = rows["friendly_name"]
    words = np.array([_in_letters(f"{place:05d}") for place in range(PLACES)], dtype=object)
    place = pd.Series(words[random.integers(0, PLACES, len(rows))], dtype=names.dtype)
    holds_digits = names.str.contains(r"\d{3}").eq(True)
    stays = (pd.Series(random.random(len(rows)) < 0.4) & ~holds_digits) | names.isna()
    return names.where(stays, (names + " " + place).where(~holds_digits, place + " Desk"))


def _in_letters(digits: str) -> str:
    """Make a word of digits, so that it is no number in a name."""
    return "".join("bdfgklmnprst"[int(digit)] + "aeiou"[int(digit) % 5] for digit in digits).capitalize()
