"""What is to be verified, checked before any call is spent on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from callerid_analytics import parameters
from callerid_analytics.callbacks import CallbackReceiver
from callerid_analytics.errors import InvalidParameter

READING_TIME = 15
"""Seconds until the call that forms propose, so that the code can be read before the phone rings."""

_TRAILING_EXTENSION = re.compile(r"\d\s*(?:;\s*ext\s*=|ext\w*\.?|x|#|,|;)\s*\d+\s*#?\s*$", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A number to be verified, as it will be sent; `check` makes one.

    Attributes
    ----------
    number : str
        E.164.
    name : str or None
        The friendly name that the caller ID will get.
    delay : int or None
        Seconds until the call, 0 to 60; None leaves it to Twilio, which calls at once.
    extension : str or None
        Digits to dial once the call is answered.
    account_sid : str or None
        The account that will show the number; None is the client's own.
    status_callback, status_callback_method : str or None
        Whom Twilio tells when the call is over, and by which HTTP method.
    """

    number: str
    name: str | None = None
    delay: int | None = None
    extension: str | None = None
    account_sid: str | None = None
    status_callback: str | None = None
    status_callback_method: str | None = None


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What is known of a number before anything is sent.

    Attributes
    ----------
    number : str
        E.164: the number in full, as it would be called.
    country_code : int or None
        The calling code.
    region, number_type : str or None
        ISO 3166-1 alpha-2, and libphonenumber's type in lower case, such as ``mobile``.
    is_valid : bool
        Whether libphonenumber knows such a number to exist. Twilio may call one that it does not know yet.
    """

    number: str
    country_code: int | None
    region: str | None
    number_type: str | None
    is_valid: bool


def check(
    number: str,
    *,
    region: str | None = None,
    name: str | None = None,
    delay: int | None = None,
    extension: str | None = None,
    account_sid: str | None = None,
    status_callback: str | None = None,
    status_callback_method: str | None = None,
) -> Draft:
    """Check what is to be verified; nothing is sent.

    Parameters
    ----------
    number : str
        E.164, or any form that says the country; any form at all with a `region`.
    region : str, optional
        ISO 3166-1 alpha-2 code of a number without its country.
    name : str, optional
        1 to 64 characters.
    delay : int, optional
        Seconds until the call, 0 to 60.
    extension : str, optional
        Digits.
    account_sid : str, optional
        A sub-account.
    status_callback, status_callback_method : str, optional
        An http(s) address, and ``GET`` or ``POST``.

    Returns
    -------
    Draft
        With the number in full, to be shown before it is called.

    Raises
    ------
    InvalidParameter
        One of these cannot be sent.

    Examples
    --------
    >>> check("(415) 555-0100", region="US", name="Front desk").number
    '+14155550100'
    >>> check("+14155550100", delay=90)
    Traceback (most recent call last):
    callerid_analytics.errors.InvalidParameter: call_delay is 90: it must be 0 to 60 whole seconds.
    """
    found = preview(number, region=region)
    parameters.validation_form(
        found.number,
        friendly_name=name,
        call_delay=delay,
        extension=extension,
        status_callback=status_callback,
        status_callback_method=status_callback_method,
    )
    if account_sid is not None:
        parameters.sid(account_sid, "AC")
    return Draft(
        number=found.number,
        name=name,
        delay=delay,
        extension=extension,
        account_sid=account_sid,
        status_callback=status_callback,
        status_callback_method=status_callback_method,
    )


def preview(number: str, *, region: str | None = None) -> Preview:
    """Say which number a text means; errors as for `check`.

    Examples
    --------
    >>> preview("020 7946 0000", region="GB")
    Preview(number='+442079460000', country_code=44, region='GB', number_type='fixed_line', is_valid=True)
    """
    import pandas as pd

    from callerid_analytics import numbering

    if not isinstance(number, str):
        raise InvalidParameter(f"{number!r} is not a phone number: it must be text, such as '+14155550100'.")
    if _TRAILING_EXTENSION.search(number):
        raise InvalidParameter(f"{number!r} seems to end in an extension: give its digits apart.")
    full = numbering.normalize(pd.Series([number], dtype=object), region=region)
    if full.isna().item():
        advice = "write it as +, country code and number" + ("" if region else ", or say its region, as 'US'")
        raise InvalidParameter(f"{number!r} is no phone number that can be read in one way only: {advice}.")
    reason = numbering.possibility(full).item()
    if reason != "possible":
        raise InvalidParameter(f"{number!r} is no phone number that can be called ({reason}): look at its digits.")
    facts = numbering.describe(full).astype(object)
    known = facts.where(facts.notna(), None).iloc[0]
    return Preview(
        number=full.item(),
        country_code=known["country_code"],
        region=known["region"],
        number_type=known["number_type"],
        is_valid=bool(known["is_valid"]),
    )


def addressed_to(receiver: CallbackReceiver, draft: Draft) -> Draft:
    """Have Twilio tell a receiver when the call is over, unless the draft names somebody else."""
    return draft if draft.status_callback else replace(draft, status_callback=receiver.url)
