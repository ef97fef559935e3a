"""Where status callbacks wait until somebody asks for the one about a call.

A callback may come in any thread, twice, and before the answer to the request that placed its call.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

from callerid_analytics.callbacks import CallbackEvent

_MOST = 10_000


class Mailbox:
    """Keeps the latest callback of each call.

    Attributes
    ----------
    awake : threading.Event
        Set when one has come, or when somebody wants whoever waits to look up.
    """

    def __init__(self) -> None:
        self.awake = threading.Event()
        self._lock = threading.Lock()
        self._events: OrderedDict[str, CallbackEvent] = OrderedDict()

    def put(self, event: CallbackEvent) -> None:
        """Keep a callback; the oldest goes when there are too many."""
        with self._lock:
            self._events[event.call_sid] = event
            if len(self._events) > _MOST:
                self._events.popitem(last=False)
        self.awake.set()

    def take(self, call_sid: str | None) -> CallbackEvent | None:
        """Return the callback about a call, once."""
        with self._lock:
            return self._events.pop(call_sid or "", None)
