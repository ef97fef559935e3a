"""When the automaton is compiled, and how it is kept.

Compiling takes as long as to look up some thousands of numbers one by one. So that the first rows of a list, or
the one number in a form, need not wait for it, it is done when so many have been asked about that it pays.
"""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from callerid_analytics.numbering import columns
from callerid_analytics.numbering.calling_codes import CallingCode
from callerid_analytics.numbering.layouts import Layouts
from callerid_analytics.numbering.patterns import UnknownPattern
from callerid_analytics.numbering.reading import Reader

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from phonenumbers import PhoneMetadata

Made = TypeVar("Made")

WORTH_COMPILING = 5_000
"""How many numbers take about as long, one by one, as to compile the automaton: 0.05 to 0.2 ms each, measured."""


class SlowNumberingWarning(UserWarning):
    """The metadata of `phonenumbers` holds what this package cannot compile: numbers are looked up one by one."""


class _Once(Generic[Made]):
    """Something that is made by whichever thread needs it first, while the others wait for it."""

    def __init__(self, make: Callable[[], Made]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: Made | None = None
        self._failure: Exception | None = None
        self._asked = 0

    def get(self) -> Made | None:
        """Return it; nothing where it cannot be made."""
        with self._lock:
            if self._made is None and self._failure is None:
                try:
                    self._made = self._make()
                except (UnknownPattern, AttributeError) as failure:  # the metadata is public, but may change
                    self._failure = failure
        return self._made

    def get_for(self, count: int) -> Made | None:
        """Return it if it is there or pays for so many more numbers; warn if it cannot be made."""
        self._asked += count
        if self._made is None and self._asked < WORTH_COMPILING:
            return None
        if self.get() is None:
            warnings.warn(
                f"Phone numbers are looked up one by one, a hundred times slower than usual: the version of "
                f"phonenumbers that is installed cannot be compiled ({self._failure}). Install an earlier one of "
                f"it, or a later one of this package.",
                SlowNumberingWarning,
                stacklevel=4,
            )
        return self._made


def _metadata() -> dict[int, dict[str, PhoneMetadata]]:
    from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata

    find = PhoneMetadata.metadata_for_region_or_calling_code
    return {
        code: {region: facts for region in regions if (facts := find(code, region)) is not None}
        for code, regions in COUNTRY_CODE_TO_REGION_CODE.items()
    }


def _compile_reader() -> Reader:
    return Reader({code: CallingCode(code, regions) for code, regions in _metadata().items()})


def _compile_layouts() -> Layouts:
    return Layouts(_metadata())


_reader = _Once(_compile_reader)
_layouts = _Once(_compile_layouts)


def reader_for(numbers: pd.Series) -> tuple[Reader, pa.ChunkedArray] | tuple[None, None]:
    """Return what reads a column, and the column as text; nothing if its numbers are to be looked up singly."""
    reader = _reader.get_for(len(numbers))
    texts = columns.as_text(numbers) if reader else None
    return (None, None) if reader is None or texts is None else (reader, texts)


def layouts_for(numbers: pd.Series) -> Layouts | None:
    """Return what writes a column that has been read; nothing if its numbers are to be written singly."""
    return _layouts.get_for(len(numbers))


def prepare() -> None:
    """Compile what `describe` needs for many numbers, unless it is there already; it takes about half a second.

    Nobody has to call this: it happens by itself when it pays. It is for programs that know that many numbers are
    coming and have to wait for them, in a thread of its own:

    >>> import threading
    >>> preparing = threading.Thread(target=prepare, daemon=True)
    >>> preparing.start()
    >>> preparing.join()  # `describe` does so where it needs to
    """
    _reader.get()
