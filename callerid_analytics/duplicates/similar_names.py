"""Names that are almost the same: mistyped, abbreviated, with a word more or less, in another order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from callerid_analytics.duplicates import groups, pairing, stars
from callerid_analytics.duplicates.comparison import Comparison
from callerid_analytics.duplicates.words import LEGAL_FORMS, Form, split
from callerid_analytics.errors import InvalidParameter


def find_similar_names(
    frame: pd.DataFrame, *, threshold: float = 0.85, ignore: Sequence[str] = LEGAL_FORMS
) -> pd.DataFrame:
    """Find rows with almost the same name.

    Names are compared word by word, in any order, without capitals, accents and punctuation. A word may be
    mistyped (a letter more, less, other, or two that changed places; up to three slips in a long word) or
    abbreviated ("Ctr", "Supp"). A word counts for more the fewer names have it and the longer it is, so that
    "Center", or a company's own name on every row, holds nothing together. Numbers must be the same: "Desk 1" is
    not "Desk 2", but "Line 04" is "Line 4". Two words that several names have are two words, however close, unless
    one is far more common: "Maria" is no slip for "Marie" there.

    Each group has a centre, its most frequent name as a rule, and every name in it is close to that one; names are
    never chained from neighbour to neighbour. The same name on several rows is a group too. A name
    without a letter or a digit resembles nothing.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the column ``friendly_name``.
    threshold : float, default 0.85
        From above 0 to 1: which part of the weight of two names' words must agree. Higher finds less, and less of
        it is wrong; at 1 only order, capitals, accents, punctuation, spaces and ignored words may differ.
    ignore : sequence of str
        Words to disregard wherever a name has others; by default those of companies' legal forms, such as "Ltd".

    Returns
    -------
    pandas.DataFrame
        The rows that resemble another, sorted by group, with ``group`` (Int32), ``reason`` (text), ``score``
        (Float64) and ``keep`` (boolean), as `callerid_analytics.duplicates` describes them. Reason and score are
        about the row's name and the centre of its group.

    Raises
    ------
    InvalidParameter
        The threshold is no number above 0 and up to 1, or `ignore` is not a sequence of texts.
    ContractError
        The column is missing or holds something other than text.

    Examples
    --------
    >>> names = ["Acme Support", "ACME suport, Inc.", "Acme Sales", "Support (Acme)"]
    >>> find_similar_names(pd.DataFrame({"friendly_name": names}))[["friendly_name", "reason"]].values.tolist()
    [['Acme Support', "same words as 'Acme Support'"],
     ['ACME suport, Inc.', "acme matches; 'suport' for 'support'"],
     ['Support (Acme)', "same words as 'Acme Support'"]]
    """
    _check(threshold, ignore)
    ignored = frozenset(word for text in ignore for word in split(text, ())[0].words)
    codes, texts = groups.distinct(frame, "friendly_name", "find_similar_names")
    names, places = _names(texts, ignored)
    comparison = Comparison(names.forms, names.runs)
    of_row = groups.spread(places, codes)
    rows = np.bincount(of_row + 1, minlength=len(names.forms) + 1)[1:]
    centres = stars.centres(pairing.verified(names, comparison, threshold), rows)
    reasons, scores = _explain(comparison, centres, _spellings(texts, places, len(names.forms)))
    labels = groups.spread(centres, of_row)
    told = pd.Series(np.array([*reasons, None], dtype=object)[of_row])
    return groups.collect(frame, labels, told, np.append(scores, np.nan)[of_row])


def _check(threshold: float, ignore: Sequence[str]) -> None:
    is_number = isinstance(threshold, int | float | np.number) and not isinstance(threshold, bool)
    if not is_number or not 0 < threshold <= 1:
        raise InvalidParameter(
            f"threshold is {threshold!r}: it must be a number above 0 and up to 1, such as 0.85."
        )
    if isinstance(ignore, str) or not all(isinstance(word, str) for word in ignore):
        raise InvalidParameter(f"ignore is {ignore!r}: it must be a list of words, such as ['inc', 'ltd'].")


def _names(texts: list[str], ignored: frozenset[str]) -> tuple[pairing.Names, groups.Codes]:
    """Return the different names among texts, and for each text the place of its name; -1 where it has none."""
    compared = [split(text, ignored) for text in texts]
    runs: dict[Form, str] = {}
    for form, run in compared:
        if form.words or form.numbers:
            runs[form] = min(run, runs.get(form, run))
    forms = sorted(runs)
    place = {form: at for at, form in enumerate(forms)}
    places = np.fromiter((place.get(form, -1) for form, _ in compared), dtype=np.int64, count=len(texts))
    return pairing.Names(forms, [runs[form] for form in forms]), places


def _spellings(texts: list[str], places: groups.Codes, count: int) -> list[str]:
    """Return for each name the way of typing it that comes first in the alphabet."""
    spellings = [""] * count
    for text, place in zip(texts, places.tolist(), strict=True):
        if place >= 0 and (not spellings[place] or text < spellings[place]):
            spellings[place] = text
    return spellings


def _explain(
    comparison: Comparison, centres: groups.Codes, spellings: list[str]
) -> tuple[list[str], npt.NDArray[np.float64]]:
    reasons = [f"same words as {spelling!r}" for spelling in spellings]
    scores = np.ones(len(centres))
    for place in np.flatnonzero(centres != np.arange(len(centres))).tolist():
        match = comparison.match(place, int(centres[place]))
        reasons[place], scores[place] = match.explain(), match.score
    return reasons, scores
