"""What `phonenumbers` itself says about one number at a time: the truth that everything else here agrees with.

Google's libphonenumber decides, in its Python port `phonenumbers`:
https://github.com/google/libphonenumber and https://github.com/daviddrysdale/python-phonenumbers
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from callerid_analytics.errors import InvalidParameter
from callerid_analytics.numbering.calling_codes import UNREADABLE, Facts

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

Answer = TypeVar("Answer")

_POSSIBILITIES = {
    "IS_POSSIBLE": "possible",
    "IS_POSSIBLE_LOCAL_ONLY": "local only",
    "INVALID_COUNTRY_CODE": "no such country code",
    "TOO_SHORT": "too short",
    "TOO_LONG": "too long",
    "INVALID_LENGTH": "no such length",
}


def ask(numbers: pd.Series, question: Callable[[str], Answer]) -> tuple[npt.NDArray[np.intp], list[Answer]]:
    """Ask the same about every different number of a column.

    Returns
    -------
    tuple
        For each row the place of its answer, -1 where the number is missing; and the answers.

    Raises
    ------
    InvalidParameter
        An element is neither text nor missing.
    """
    codes, texts = pd.factorize(numbers.to_numpy(dtype=object))
    _refuse_other_than_text(codes, texts)
    # Numbers that begin alike need the same patterns, and Python keeps only its latest 512 compiled: looked up in
    # sorted order, they take a tenth of the time.
    known = {text: question(text) for text in sorted(texts)}
    return codes, [known[text] for text in texts]


def facts(text: str) -> Facts:
    """Say which country, region and type a number has, and whether it can exist."""
    import phonenumbers

    number = _parsed(text, None)
    if number is None:
        return UNREADABLE
    region = phonenumbers.region_code_for_number(number)
    return Facts(
        country_code=number.country_code,
        region=region,
        number_type=phonenumbers.PhoneNumberType.to_string(phonenumbers.number_type(number)).lower(),
        # As is_valid_number does it, without looking for the region a second time.
        is_valid=region is not None and phonenumbers.is_valid_number_for_region(number, region),
    )


def possibility(text: str) -> str:
    """Say whether its country has numbers of that length."""
    import phonenumbers

    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException as error:
        if error.error_type != phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            return "unreadable"
        return "no such country code" if "+" in text else "no country code"
    reason = phonenumbers.is_possible_number_with_reason(number)
    return _POSSIBILITIES[phonenumbers.ValidationResult.to_string(reason)]


def national_format(text: str) -> str | None:
    """Write a number as people of its country do; nothing where it cannot be read."""
    import phonenumbers

    number = _parsed(text, None)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL) if number else None


def e164(text: str, region: str | None) -> str | None:
    """Write a number of any form as E.164; nothing where the digits do not tell it."""
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


def _refuse_other_than_text(codes: npt.NDArray[np.intp], texts: Iterable[object]) -> None:
    for code, text in enumerate(texts):
        if not isinstance(text, str):
            row = int((codes == code).argmax())
            raise InvalidParameter(
                f"Row {row} (counted from 0) holds {text!r}, a {type(text).__name__}; phone numbers are text that "
                f"begins with +, such as '+14155550100'. Read files with their numbers as text."
            )
