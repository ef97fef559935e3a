"""Dates, kept as whole seconds since 1970 and sent as RFC 2822 text."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import lru_cache

Clock = Callable[[], float]
"""Tells the time in seconds since 1970; ``time.time`` is one."""

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# A page of a list writes 2,000 dates: looking the minutes up halves that.
_TIMES = tuple(f"{hour:02}:{minute:02}" for hour in range(24) for minute in range(60))


def rfc2822(seconds: int) -> str:
    """Write a moment as Twilio does, in any locale.

    Examples
    --------
    >>> rfc2822(1250813484)
    'Fri, 21 Aug 2009 00:11:24 +0000'
    """
    minutes, second = divmod(seconds, 60)
    day, minute_of_day = divmod(minutes, 24 * 60)
    return f"{_calendar_day(day)} {_TIMES[minute_of_day]}:{second:02} +0000"


@lru_cache(maxsize=10_000)
def _calendar_day(days: int) -> str:
    day = time.gmtime(days * 86_400)
    return f"{_WEEKDAYS[day.tm_wday]}, {day.tm_mday:02} {_MONTHS[day.tm_mon - 1]} {day.tm_year}"
