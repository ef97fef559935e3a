"""The same number written in other ways."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from callerid_analytics.errors import InvalidParameter
from callerid_analytics.numbering import columns, compiling, one_by_one
from callerid_analytics.numbering.reading import MISSING, UNDECIDED


def normalize(numbers: pd.Series, *, region: str | None = None) -> pd.Series:
    """Write every number of a column as E.164, where the digits tell it.

    Punctuation and spaces go, digits of other scripts and full-width ones become ASCII, a leading ``00`` becomes
    ``+``, an extension is dropped, and so is a trunk zero that was kept after the calling code: +44 (0)20. Digits
    without ``+`` are read as a number of `region`, else as a number whose ``+`` was lost, provided that it is
    valid that way and not a North American number without its 1 as well.

    Parameters
    ----------
    numbers : pandas.Series
        Text of any form, of any dtype that holds text, with or without missing values.
    region : str, optional
        ISO 3166-1 alpha-2 code of the numbers that have no calling code.

    Returns
    -------
    pandas.Series
        With the index and name of `numbers`; of its dtype, where that is one of text, else of objects. A number
        that begins with a calling code is written as E.164 whether or not it can exist; what cannot be told is
        missing.

    Raises
    ------
    InvalidParameter
        An element is neither text nor missing, or libphonenumber knows no such region.

    Examples
    --------
    >>> import pandas as pd
    >>> normalize(pd.Series(["+44 (0)20 7946 0000", "00442079460000", "442079460000"])).unique().tolist()
    ['+442079460000']
    >>> normalize(pd.Series(["(415) 555-0100"]), region="US").tolist()
    ['+14155550100']
    """
    import phonenumbers

    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidParameter(f"region is {region!r}: it must be two capital letters, such as 'GB'.")
    question = partial(one_by_one.e164, region=region)
    reader, texts = compiling.reader_for(numbers)
    if reader is None:
        return _complete(numbers, question)
    written, left = [], []
    for piece in reader.read(texts):
        written.append(piece.texts)
        left.append((piece.facts != MISSING) & (piece.is_stripped | ~reader.is_readable.take(piece.facts)))
    return _complete(numbers, question, written, left)


def national_format(numbers: pd.Series) -> pd.Series:
    """Write every number of a column as people of its country write it among themselves.

    Parameters
    ----------
    numbers : pandas.Series
        Text in E.164 form (``+14155550100``), of any dtype that holds text, with or without missing values.

    Returns
    -------
    pandas.Series
        With the index and name of `numbers`; of its dtype, where that is one of text, else of objects. A number
        that cannot exist is written as well as may be; one that cannot be read is missing.

    Raises
    ------
    InvalidParameter
        An element is neither text nor missing.

    Warns
    -----
    SlowNumberingWarning
        The installed version of phonenumbers cannot be compiled: the answers are right, but come slowly.

    Examples
    --------
    >>> import pandas as pd
    >>> national_format(pd.Series(["+14155550100", "+442079460000", "+33123456789"])).tolist()
    ['(415) 555-0100', '020 7946 0000', '01 23 45 67 89']
    """
    reader, texts = compiling.reader_for(numbers)
    layouts = compiling.layouts_for(numbers) if reader else None
    if reader is None or layouts is None:
        return _complete(numbers, one_by_one.national_format)
    written, left = [], []
    for piece in reader.read(texts):
        written.append(layouts.write(piece.digits, reader.is_readable.take(piece.facts)))
        left.append(piece.facts == UNDECIDED)
    return _complete(numbers, one_by_one.national_format, written, left)


def as_typed(text: str, *, region: str | None = None) -> str:
    """Group the digits of a number that is being typed, as they are grouped in its country.

    Parameters
    ----------
    text : str
        A number, or the beginning of one.
    region : str, optional
        ISO 3166-1 alpha-2 code of a number that does not begin with ``+``.

    Returns
    -------
    str
        Its digits, and a leading ``+``; what else was typed is left out.

    Examples
    --------
    >>> as_typed("+1415555"), as_typed("+442079460000"), as_typed("4155550100", region="US")
    ('+1 415-555', '+44 20 7946 0000', '(415) 555-0100')
    """
    from phonenumbers import AsYouTypeFormatter

    formatter = AsYouTypeFormatter(region or "ZZ")
    grouped = ""
    for letter in unicodedata.normalize("NFKC", text):
        if letter.isdecimal() or (letter == "+" and not grouped):
            grouped = formatter.input_digit(letter)
    return grouped


def _complete(
    numbers: pd.Series,
    question: Callable[[str], str | None],
    written: Sequence[pa.LargeStringArray] = (),
    left: Sequence[npt.NDArray[np.bool_]] = (),
) -> pd.Series:
    """Ask about the numbers that are left, which are all where none is written; return a column like theirs."""
    if not written:
        written, left = [pa.nulls(len(numbers), pa.large_string())], [np.ones(len(numbers), dtype=bool)]
    rows = np.flatnonzero(np.concatenate(left))
    places, answers = one_by_one.ask(numbers.iloc[rows], question)
    # A missing number has the place -1, which is that of the last answer.
    every_place = np.arange(len(numbers))
    every_place[rows] = len(numbers) + places % (len(answers) + 1)
    texts = pa.concat_arrays([*written, pa.array([*answers, None], pa.large_string())])
    return columns.like(numbers, texts.take(pa.array(every_place)) if rows.size else texts[: len(numbers)])
