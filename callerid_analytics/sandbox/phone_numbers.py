"""Phone numbers as Twilio takes and shows them; whether somebody can be reached there is not judged."""

from __future__ import annotations

import re

_PUNCTUATION = re.compile(r"[\s().\-\u2010-\u2015/]")
_INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
_NORTH_AMERICAN = re.compile(r"1?([2-9][0-9]{2})([2-9][0-9]{2})([0-9]{4})")


def to_e164(typed: str) -> str | None:
    """Read a number as the validation request does (Twilio docs).

    A US number may come without its country code and with punctuation; any other starts with ``+`` and its
    digits are kept as they are, however odd.

    Examples
    --------
    >>> to_e164("(415) 555-0112")
    '+14155550112'
    >>> to_e164("+440207946000")
    '+440207946000'
    >>> to_e164("extension 9") is None
    True
    """
    bare = _PUNCTUATION.sub("", typed)
    if _INTERNATIONAL.fullmatch(bare):
        return bare
    national = _NORTH_AMERICAN.fullmatch(bare)
    return "+1" + "".join(national.groups()) if national else None


def formatted(phone_number: str) -> str:
    """Format a number for display: nationally for North America, E.164 elsewhere (Twilio docs).

    Examples
    --------
    >>> formatted("+14155550112")
    '(415) 555-0112'
    >>> formatted("+442079460000")
    '+442079460000'
    """
    if len(phone_number) == 12 and phone_number.startswith("+1"):
        return f"({phone_number[2:5]}) {phone_number[5:8]}-{phone_number[8:]}"
    return phone_number
