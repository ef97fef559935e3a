"""Pages of a list: which page a client asks for, and the envelope it gets back.

A list is ordered newest first, by a position that only grows. A page token names the position where the last
page ended, not a count of rows to skip, so its page costs the same wherever it lies, and rows that come or go
between two pages make no other row appear twice or not at all. Like Twilio's, tokens begin with ``PA`` and
``PB``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

DEFAULT_PAGE_SIZE = 50
"""Twilio docs."""

MAX_PAGE_SIZE = 1000
"""Twilio docs."""

_TOKEN = re.compile(r"P([AB])0{17}([0-9a-f]{15})")

Row = TypeVar("Row")


class Cursor(NamedTuple):
    """A place in the list, and whether the page lies after it or before it."""

    position: int
    before: bool = False

    @property
    def token(self) -> str:
        """The opaque text that names this place."""
        return f"P{'B' if self.before else 'A'}{self.position:032x}"

    @classmethod
    def from_token(cls, token: str) -> Cursor | None:
        """Read a token; one that we never gave is ``None``."""
        match = _TOKEN.fullmatch(token)
        return cls(int(match[2], 16), before=match[1] == "B") if match else None


class PageRequest(NamedTuple):
    """The page that a client asks for; without a cursor it is found by counting, as old clients expect."""

    size: int = DEFAULT_PAGE_SIZE
    number: int = 0
    cursor: Cursor | None = None


class Slice(NamedTuple, Generic[Row]):
    """The rows of one page, newest first, and the cursors of its neighbours, ``None`` where there is none."""

    rows: list[Row]
    previous: Cursor | None
    next: Cursor | None


def envelope(path: str, filters: Mapping[str, str], asked: PageRequest, found: Slice[Any]) -> dict[str, Any]:
    """Describe a page with exactly the keys that Twilio puts around the rows (Twilio docs).

    Parameters
    ----------
    path : str
        The path of the list, with its extension.
    filters : mapping of str to str
        The filters asked for, which every page URI repeats.
    asked : PageRequest
        The page asked for.
    found : Slice
        What the store found for it.
    """

    def uri(number: int, cursor: Cursor | None = None) -> str:
        query = {**filters, "PageSize": asked.size, "Page": number}
        return f"{path}?{urlencode(query | {'PageToken': cursor.token} if cursor else query)}"

    start = asked.number * asked.size if found.rows else 0
    return {
        "page": asked.number,
        "page_size": asked.size,
        "start": start,
        "end": start + max(len(found.rows) - 1, 0),
        "uri": uri(asked.number, asked.cursor),
        "first_page_uri": uri(0),
        "previous_page_uri": uri(max(asked.number - 1, 0), found.previous) if found.previous else None,
        "next_page_uri": uri(asked.number + 1, found.next) if found.next else None,
    }
