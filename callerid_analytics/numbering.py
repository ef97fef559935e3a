"""What a phone number's digits say: calling code, region, type and validity, for whole columns.

Google's libphonenumber decides, in its Python port `phonenumbers`. It knows which of the regions that share a
calling code a number belongs to (+1 is the United States, Canada, Jamaica and twenty more), which codes belong to
no region (+800, +883), and which digits no operator has been given. Nothing here is guessed: what it cannot tell
is missing, and an impossible number is described as such instead of being dropped.

Source: https://github.com/google/libphonenumber and its port https://github.com/daviddrysdale/python-phonenumbers
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from callerid_analytics.errors import InvalidParameter

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from phonenumbers import PhoneNumber


class _Facts(NamedTuple):
    """What is known about one number; in the order of the columns that `describe` returns."""

    country_code: int | None = None
    region: str | None = None
    number_type: str | None = None
    is_valid: bool | None = None


_MISSING = _Facts()
_UNREADABLE = _Facts(is_valid=False)
_POSSIBILITIES = {
    "IS_POSSIBLE": "possible",
    "IS_POSSIBLE_LOCAL_ONLY": "local only",
    "INVALID_COUNTRY_CODE": "no such country code",
    "TOO_SHORT": "too short",
    "TOO_LONG": "too long",
    "INVALID_LENGTH": "no such length",
}

_CLEAN = re.compile(r"\+[1-9][0-9]{5,14}")
_CALLING_CODE_DIGITS = 3


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
    import pandas as pd

    codes, texts = pd.factorize(numbers.to_numpy(dtype=object))
    _refuse_other_than_text(codes, texts)
    # Numbers that begin alike need the same patterns, and Python keeps only its latest 512 compiled: looked up in
    # sorted order, they take a tenth of the time.
    known = {text: _look_up(text) for text in sorted(texts)}
    # factorize marks a missing number by -1, which takes the last element.
    country_code, region, number_type, is_valid = zip(*(known[text] for text in texts), _MISSING, strict=True)
    return pd.DataFrame(
        {
            "country_code": pd.array(country_code, dtype="Int16").take(codes),
            "region": pd.Categorical(region).take(codes),
            "number_type": pd.Categorical(number_type).take(codes),
            "is_valid": pd.array(is_valid, dtype="boolean").take(codes),
        },
        index=numbers.index,
    )


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
    import pandas as pd

    codes, texts = pd.factorize(numbers.to_numpy(dtype=object))
    _refuse_other_than_text(codes, texts)
    known = {text: _possibility(text) for text in sorted(texts)}
    # Missing numbers have the code -1, which takes the last element.
    found = pd.Categorical([*(known[text] for text in texts), None]).take(codes)
    return pd.Series(found, index=numbers.index, name=numbers.name)


def _possibility(text: str) -> str:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        if error.error_type != phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            return "unreadable"
        return "no such country code" if "+" in text else "no country code"
    reason = phonenumbers.is_possible_number_with_reason(number)
    return _POSSIBILITIES[phonenumbers.ValidationResult.to_string(reason)]


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
    import numpy as np
    import pandas as pd
    import phonenumbers

    if region is not None and region not in phonenumbers.SUPPORTED_REGIONS:
        raise InvalidParameter(f"region is {region!r}: it must be two capital letters, such as 'GB'.")
    codes, texts = pd.factorize(numbers.to_numpy(dtype=object))
    _refuse_other_than_text(codes, texts)
    known = {text: text if _is_e164(text) else _e164(text, region) for text in sorted(texts)}
    # Missing numbers have the code -1, which takes the last element.
    normal = np.array([*(known[text] for text in texts), None], dtype=object).take(codes)
    dtype = numbers.dtype if isinstance(numbers.dtype, pd.StringDtype) else object
    return pd.Series(normal, index=numbers.index, name=numbers.name, dtype=dtype)


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


def _is_e164(text: str) -> bool:
    """Say whether libphonenumber would read and write a text as it stands, without asking it: a million times.

    It changes clean digits only where a national prefix, such as the trunk zero, may follow the calling code.
    """
    if not _CLEAN.fullmatch(text):
        return False
    for end in range(2, _CALLING_CODE_DIGITS + 2):
        if (prefix := _national_prefix(text[1:end])) is not None:
            found = prefix.match(text, end)
            return not found or found.end() == end
    return False


@cache
def _national_prefix(calling_code: str) -> re.Pattern[str] | None:
    """Return what may be dialled before a national number; nothing for digits that are no calling code."""
    import phonenumbers

    regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(calling_code))
    if regions is None:
        return None
    facts = phonenumbers.PhoneMetadata.metadata_for_region_or_calling_code(int(calling_code), regions[0])
    return re.compile((facts and facts.national_prefix_for_parsing) or r"(?!)")


def _e164(text: str, region: str | None) -> str | None:
    import phonenumbers

    ascii_digits = re.sub(r"\d", lambda digit: str(int(digit[0])), unicodedata.normalize("NFKC", text))
    international = re.sub(r"^\W*00", "+", ascii_digits)
    number = _parsed(international, region)
    if "+" not in international and not (number and phonenumbers.is_valid_number(number)):
        number = _without_plus(international)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if number else None


def _without_plus(text: str) -> PhoneNumber | None:
    import phonenumbers

    number, american = _parsed(f"+{text.lstrip()}", None), _parsed(f"+1{text.lstrip()}", None)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    is_ambiguous = number.country_code != 1 and american and phonenumbers.is_valid_number(american)
    return None if is_ambiguous else number


def _parsed(text: str, region: str | None) -> PhoneNumber | None:
    import phonenumbers

    try:
        return phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None


def _look_up(text: str) -> _Facts:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return _UNREADABLE
    region = phonenumbers.region_code_for_number(number)
    return _Facts(
        country_code=number.country_code,
        region=region,
        number_type=phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(number)).lower(),
        # As is_valid_number does it, without looking for the region a second time.
        is_valid=region is not None and phonenumbers.is_valid_number_for_region(number, region),
    )


def _refuse_other_than_text(codes: npt.NDArray[np.intp], texts: Iterable[object]) -> None:
    for code, text in enumerate(texts):
        if not isinstance(text, str):
            row = int((codes == code).argmax())
            raise InvalidParameter(
                f"Row {row} (counted from 0) holds {text!r}, a {type(text).__name__}; phone numbers are text that "
                f"begins with +, such as '+14155550100'. Read files with their numbers as text."
            )
