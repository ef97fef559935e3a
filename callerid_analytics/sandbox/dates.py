"""Moments: seconds since 1970 on our clock, RFC 2822 text for everybody else."""

from __future__ import annotations

import time

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rfc2822(seconds: float) -> str:
    """Write a moment as Twilio does, whatever the locale.

    Examples
    --------
    >>> rfc2822(1250813484)
    'Fri, 21 Aug 2009 00:11:24 +0000'
    """
    year, month, day, hour, minute, second, weekday, *_ = time.gmtime(seconds)
    return f"{_WEEKDAYS[weekday]}, {day:02} {_MONTHS[month - 1]} {year} {hour:02}:{minute:02}:{second:02} +0000"
