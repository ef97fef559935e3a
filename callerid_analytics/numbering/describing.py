"""What is known about every number of a column, as columns."""

from __future__ import annotations

import numpy as np
import pandas as pd

from callerid_analytics.numbering import compiling, one_by_one
from callerid_analytics.numbering.automaton import Integers
from callerid_analytics.numbering.calling_codes import Facts
from callerid_analytics.numbering.reading import MISSING, UNDECIDED


def describe(numbers: pd.Series) -> pd.DataFrame:
    """Say for every number of a column which country, region and type it belongs to, and whether it can exist.

    Parameters
    ----------
    numbers : pandas.Series
        Text in E.164 form (``+14155550100``), of any dtype that holds text, with or without missing values.

    Returns
    -------
    pandas.DataFrame
        With the index of `numbers` and the columns

        - ``country_code`` (Int16): the E.164 calling code;
        - ``region`` (category): ISO 3166-1 alpha-2, ``001`` for non-geographic codes, missing where it cannot be
          known, as for an invalid number of a code that several regions share;
        - ``number_type`` (category): libphonenumber's name in lower case, such as ``fixed_line_or_mobile``;
          ``unknown`` for a number that can be read but is not valid;
        - ``is_valid`` (boolean): missing only where the number is.

        Text that cannot be read as a number is not valid, and the rest about it is missing.

    Raises
    ------
    InvalidParameter
        An element is neither text nor missing: an integer, say, from a file whose numbers were read as such.

    Warns
    -----
    SlowNumberingWarning
        The installed version of phonenumbers cannot be compiled: the answers are right, but come slowly.

    Examples
    --------
    The second number has a digit too many. It is an example of Twilio's own documents.

    >>> import pandas as pd
    >>> facts = describe(pd.Series(["+442079460000", "+141586753096", None]))
    >>> facts["country_code"].tolist(), facts["is_valid"].tolist()
    ([44, 1, <NA>], [True, False, <NA>])
    >>> facts["region"].tolist(), facts["number_type"].tolist()
    (['GB', nan, nan], ['fixed_line', 'unknown', nan])
    """
    reader, texts = compiling.reader_for(numbers)
    if reader is None:
        places, known = np.full(len(numbers), UNDECIDED, dtype=np.intp), []
    else:
        pieces = [piece.facts for piece in reader.read(texts)]
        places, known = np.concatenate([np.empty(0, dtype=np.intp), *pieces]), reader.facts
    rows = np.flatnonzero(places == UNDECIDED)
    if rows.size:
        answers, asked = one_by_one.ask(numbers.iloc[rows], one_by_one.facts)
        places[rows] = np.where(answers == MISSING, MISSING, answers + len(known))
        known = known + asked
    return _frame(places, known, numbers.index)


def possibility(numbers: pd.Series) -> pd.Series:
    """Say for every number of a column whether its country has numbers of that length.

    It is meant for the numbers that `describe` calls invalid: one that is possible has the right length, but lies
    in a range that has not been given to anyone.

    Parameters
    ----------
    numbers : pandas.Series
        Text of any dtype that holds text, with or without missing values.

    Returns
    -------
    pandas.Series
        A category, with the index and name of `numbers`: ``possible``, ``too short``, ``too long``,
        ``no such length`` (though there are shorter ones and longer ones), ``local only`` (without the area code),
        ``no such country code``, ``no country code`` (nor a +) or ``unreadable``; missing where the number is.

    Raises
    ------
    InvalidParameter
        An element is neither text nor missing.

    Examples
    --------
    >>> import pandas as pd
    >>> possibility(pd.Series(["+11155550100", "+141586753096", "+999555", None])).tolist()
    ['possible', 'too long', 'no such country code', nan]
    """
    codes, known = one_by_one.ask(numbers, one_by_one.possibility)
    # Missing numbers have the code -1, which takes the last element.
    found = pd.Categorical([*known, None]).take(codes)
    return pd.Series(found, index=numbers.index, name=numbers.name)


def _frame(places: Integers, known: list[Facts], index: pd.Index) -> pd.DataFrame:
    used, codes = _without_unused(places, known)
    # A missing number has the code -1, which takes the last element.
    country_code, region, number_type, is_valid = zip(*used, Facts(), strict=True)
    return pd.DataFrame(
        {
            "country_code": pd.array(country_code, dtype="Int16").take(codes),
            "region": pd.Categorical(region).take(codes),
            "number_type": pd.Categorical(number_type).take(codes),
            "is_valid": pd.array(is_valid, dtype="boolean").take(codes),
        },
        index=index,
    )


def _without_unused(places: Integers, known: list[Facts]) -> tuple[list[Facts], Integers]:
    counts = np.bincount(places + 1, minlength=len(known) + 1)[1:]
    used = np.flatnonzero(counts)
    renumbered = np.full(len(known) + 1, MISSING, dtype=np.intp)
    renumbered[used] = np.arange(len(used))
    return [known[place] for place in used], renumbered.take(places, mode="wrap")
