"""What a person or a test can make go wrong: which faults there are, and when they strike.

What a fault then does is the business of ``misbehaviour``.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random
from typing import Any, NamedTuple

KINDS: Mapping[str, frozenset[str]] = {
    "latency": frozenset({"seconds", "jitter"}),
    "too-many-requests": frozenset({"concurrent", "retry_after"}),
    "error": frozenset({"status"}),
    "html": frozenset({"status"}),
    "drop-before": frozenset(),
    "drop-after": frozenset(),
    "truncate": frozenset(),
    "drip": frozenset({"seconds"}),
    "repeat-row": frozenset(),
    "repeat-page": frozenset(),
}
"""The kinds of faults, and what can be said about each."""

REFUSALS = frozenset({"too-many-requests", "error", "html", "drop-before"})
"""What nothing comes after: the request does not reach the API and changes nothing there."""

REPEATS = frozenset({"repeat-row", "repeat-page"})
"""What can only befall a page that another one comes before."""

LONGEST = 3600
"""Seconds."""


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _whole(least: int, most: float = math.inf) -> Callable[[Any], bool]:
    return lambda value: _is_whole(value) and least <= value <= most


def _number(most: float) -> Callable[[Any], bool]:
    return lambda value: (_is_whole(value) or isinstance(value, float)) and 0 <= value <= most


def _status(value: Any) -> bool:
    return _is_whole(value) and (value == 200 or 400 <= value <= 599)


def _pattern(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


VALUES: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "rate": (_number(1), "a number from 0 to 1"),
    "count": (_whole(1), "a whole number of at least 1"),
    "path": (_pattern, "a pattern such as */OutgoingCallerIds/*"),
    "method": (_pattern, "a pattern such as GET"),
    "seconds": (_number(LONGEST), f"a number from 0 to {LONGEST}"),
    "jitter": (_number(LONGEST), f"a number from 0 to {LONGEST}"),
    "concurrent": (_whole(1), "a whole number of at least 1"),
    "retry_after": (_whole(0), "a whole number of seconds"),
    "status": (_status, "200 or an HTTP status from 400 to 599"),
}
"""Which values make sense, and how to say so."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong, and when.

    A ``latency`` passes before the API gets the request, which it does even if the client gives up
    meanwhile. ``too-many-requests`` (429), ``error`` (500 or 503), ``html`` (a gateway's page) and
    ``drop-before`` (the connection closes without a response) refuse a request, which then changes nothing.
    The others let it do its work: ``drop-after`` closes the connection instead of responding, ``truncate``
    in the middle of the body; ``drip`` sends the body in small pieces. ``repeat-row`` begins a list's page
    with the row that ended the page before, as if a row had come in between; ``repeat-page`` answers with
    the whole page before once more, whose next page is then the one that was asked for.

    Parameters
    ----------
    kind : str
        One of these ten.
    rate : float
        How likely it strikes a request that it concerns, from 0 to 1.
    count : int, optional
        How often it strikes before it is over; for ever by default.
    path, method : str
        The requests that it concerns, with ``*`` for any characters, as in ``*/OutgoingCallerIds/*``.
    seconds : float, optional
        How long a latency takes, or a whole body when it drips.
    jitter : float, optional
        Up to how many more seconds a latency takes, evenly drawn.
    concurrent : int, optional
        Above how many requests at once, in one account, there are too many. The sandbox answers so fast that
        requests hardly overlap: a latency after this fault in the list makes them.
    retry_after : int, optional
        The ``Retry-After`` header of a 429, in seconds.
    status : int, optional
        The status of an error, 500 by default, or of an HTML page, 502 by default.

    Raises
    ------
    ValueError
        If one of these makes no sense.

    Examples
    --------
    >>> Fault("latency", seconds=-1)
    Traceback (most recent call last):
    ValueError: seconds must be a number from 0 to 3600, not -1
    """

    kind: str
    rate: float = 1.0
    count: int | None = None
    path: str = "*"
    method: str = "*"
    seconds: float | None = None
    jitter: float | None = None
    concurrent: int | None = None
    retry_after: int | None = None
    status: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}")
        for name in OPTIONS:
            if getattr(self, name) is not None and name not in KINDS[self.kind]:
                raise ValueError(f"The fault {self.kind} takes no {name}")
        for name, (makes_sense, expected) in VALUES.items():
            value = getattr(self, name)
            if not makes_sense(value) and (value is not None or name not in OPTIONAL):
                raise ValueError(f"{name} must be {expected}, not {value!r}")
        if "seconds" in KINDS[self.kind] and self.seconds is None:
            raise ValueError(f"The fault {self.kind} needs seconds")
        if self.kind == "error" and self.status not in (None, 500, 503):
            raise ValueError(f"status must be 500 or 503, not {self.status}")

    def concerns(self, request: Request) -> bool:
        """Tell whether this request is one that the fault may strike."""
        return (
            (self.path == "*" or fnmatchcase(request.path, self.path))
            and (self.method == "*" or fnmatchcase(request.method, self.method.upper()))
            and (self.concurrent is None or request.concurrent > self.concurrent)
            and (self.kind not in REPEATS or b"PageToken=" in request.query)
        )


NAMES = tuple(field.name for field in dataclasses.fields(Fault))
"""All that can be said about a fault."""

OPTIONAL = frozenset(field.name for field in dataclasses.fields(Fault) if field.default is None)
"""What may be left unsaid."""

OPTIONS = OPTIONAL - {"count"}
"""What can be said about some kinds only."""


class Request(NamedTuple):
    """What a fault looks at: the request, and how many of its account are under way with it."""

    method: str
    path: str
    query: bytes
    concurrent: int


class Strike(NamedTuple):
    """A fault that strikes, and how long it takes this time."""

    fault: Fault
    seconds: float


class Faults:
    """The faults in force, which may be replaced from any thread while requests come in.

    Parameters
    ----------
    faults : iterable of Fault
        Considered in this order for each request, until one refuses it.
    seed : int
        Decides where they strike: the same requests in the same order go wrong in the same way.
    """

    def __init__(self, faults: Iterable[Fault] = (), seed: int = 7) -> None:
        self._plan = _Plan(faults, seed)

    def replace(self, faults: Iterable[Fault], seed: int = 7) -> None:
        """Forget the faults, and how often they struck, for these."""
        self._plan = _Plan(faults, seed)

    def __bool__(self) -> bool:
        return bool(self._plan.faults)

    def strike(self, request: Request) -> list[Strike]:
        """Decide which faults strike a request."""
        return self._plan.strike(request)

    def as_json(self) -> list[dict[str, Any]]:
        """Show them, each with how often it struck."""
        return self._plan.as_json()


class _Plan:
    """One list of faults from its beginning to its end."""

    def __init__(self, faults: Iterable[Fault], seed: int) -> None:
        self.faults = tuple(faults)
        self._struck = [0] * len(self.faults)
        self._randomness = Random(seed)  # noqa: S311 (no secret: the same seed must go wrong the same way)

    def strike(self, request: Request) -> list[Strike]:
        strikes = []
        for index, fault in enumerate(self.faults):
            if self._struck[index] != fault.count and fault.concerns(request) and self._falls(fault.rate):
                self._struck[index] += 1
                strikes.append(Strike(fault, self._seconds(fault)))
                if fault.kind in REFUSALS:
                    break
        return strikes

    def _falls(self, rate: float) -> bool:
        return self._randomness.random() < rate

    def _seconds(self, fault: Fault) -> float:
        return (fault.seconds or 0) + self._randomness.random() * (fault.jitter or 0)

    def as_json(self) -> list[dict[str, Any]]:
        pairs = zip(self.faults, self._struck, strict=True)
        return [_without_none(dataclasses.asdict(fault)) | {"struck": struck} for fault, struck in pairs]


def from_json(document: Any) -> tuple[list[Fault], int]:
    """Read faults and their seed from a document such as ``{"faults": [{"kind": "truncate"}], "seed": 7}``.

    What `Faults.as_json` shows of a fault is accepted as well.

    Raises
    ------
    ValueError
        If the document says anything else, with a sentence for whoever wrote it.
    """
    if not isinstance(document, dict) or not document.keys() <= {"faults", "seed"}:
        raise ValueError('The faults must be an object such as {"faults": [{"kind": "truncate"}], "seed": 7}')
    items, seed = document.get("faults", []), document.get("seed", 7)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError("faults must be a list of objects")
    if not _is_whole(seed):
        raise ValueError(f"seed must be a whole number, not {seed!r}")
    return [_fault_from_json(item) for item in items], seed


def _fault_from_json(item: Mapping[str, Any]) -> Fault:
    values = {name: value for name, value in item.items() if name != "struck"}
    unknown = values.keys() - NAMES
    if unknown:
        raise ValueError(f"A fault has no {', '.join(sorted(unknown))}; it has {', '.join(NAMES)}")
    if "kind" not in values:
        raise ValueError(f"A fault needs a kind: {', '.join(KINDS)}")
    return Fault(**values)


def _without_none(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
