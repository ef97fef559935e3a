"""Learning how calls end where nobody tells: looks at the accounts' lists and at the calls themselves."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from itertools import groupby

from callerid_analytics.client import Client
from callerid_analytics.errors import RequestError
from callerid_analytics.records import CallerId
from callerid_analytics.verification.attempt import Attempt
from callerid_analytics.verification.states import UNDER_WAY


class Watcher:
    """Looks for numbers, many of an account at once.

    Parameters
    ----------
    client : Client
        Whose lists and calls to read.
    clock : callable
        Seconds since 1970.
    jitter : callable
        A number from 0 up to 1.
    """

    def __init__(self, client: Client, *, clock: Callable[[], float], jitter: Callable[[], float]) -> None:
        self._client = client
        self._clock = clock
        self._jitter = jitter
        self._pages: dict[str, int] = {}

    def find(self, account_sid: str, numbers: Collection[str]) -> dict[str, CallerId]:
        """Return those of an account's caller IDs that have one of these numbers.

        One number is asked for by itself; several by reading the whole list, unless that is known to have more
        pages than there are numbers.

        Raises
        ------
        RequestError
            The list cannot be read.
        """
        if len(numbers) < self._pages.get(account_sid, 2):
            rows = [
                caller_id
                for number in numbers
                for caller_id in self._client.iter_caller_ids(phone_number=number, account_sid=account_sid)
            ]
        else:
            pages = [page.caller_ids() for page, _ in self._client.iter_pages(account_sid=account_sid)]
            self._pages[account_sid] = len(pages)
            rows = [caller_id for page in pages for caller_id in page]
        wanted = set(numbers)
        return {row.phone_number: row for row in reversed(rows) if row.phone_number in wanted}

    def look(self, attempts: Iterable[Attempt]) -> None:
        """Look how attempts stand whose calls are under way; what cannot be read now is looked at again later."""

        def account(attempt: Attempt) -> str:
            return attempt.account_sid

        for sid, group in groupby(sorted(attempts, key=account), key=account):
            self._look(sid, list(group))

    def _look(self, account_sid: str, attempts: list[Attempt]) -> None:
        found, trouble = {}, None
        try:
            found = self.find(account_sid, {attempt.number for attempt in attempts})
        except RequestError as error:
            trouble = str(error)
        for attempt in attempts:
            attempt.trouble = trouble
            if attempt.number in found:
                attempt.found(found[attempt.number], self._clock())
            elif attempt.call_sid and attempt.ended_at is None:
                self._look_at_call(attempt, attempt.call_sid)
            if attempt.state in UNDER_WAY:
                attempt.looked(self._clock(), self._jitter())

    def _look_at_call(self, attempt: Attempt, call_sid: str) -> None:
        """Read the call's status; an account that may not read calls, or has none such, has the list."""
        try:
            call = self._client.fetch_call(call_sid, account_sid=attempt.account_sid)
        except RequestError:
            return
        attempt.seen(call, self._clock())
