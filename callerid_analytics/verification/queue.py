"""Verifying many numbers, so that the process may end at any moment: the numbers, the codes and the calls."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pandas as pd

from callerid_analytics.callbacks import CallbackEvent, CallbackReceiver
from callerid_analytics.client import Client
from callerid_analytics.errors import AuthenticationFailed, NotFound, PermissionDenied, TooManyRequests
from callerid_analytics.files import StrPath
from callerid_analytics.verification.asking import ask
from callerid_analytics.verification.attempt import Attempt, Change, Listener
from callerid_analytics.verification.drafts import addressed_to
from callerid_analytics.verification.mailbox import Mailbox
from callerid_analytics.verification.queue_file import QueueFile
from callerid_analytics.verification.queue_rows import QueueRow
from callerid_analytics.verification.queue_tables import read_drafts, result_frame, sheet_frame, sheet_text
from callerid_analytics.verification.states import UNDER_WAY, State
from callerid_analytics.verification.watching import Watcher

_IDLE = 60.0
"""Seconds after which a queue that does nothing looks up."""
_TOGETHER = 1.0
"""Seconds that looks are made earlier to be made together."""
_RINGING = (State.REQUESTED, State.CALLING)


class VerificationQueue:
    """Numbers to be verified one after the other, or a few at a time.

    All that happens is in a file before it counts: closing the notebook, or killing the process, loses no state
    and no code. Opened again with the same file, the queue goes on. A number whose request was cut off is left
    alone until its call must be over, then looked for in the list, and only then called again.

    Parameters
    ----------
    client : Client
        Whose account is to show the numbers, unless a row names a sub-account.
    rows : pandas.DataFrame or path, optional
        A frame or CSV file with the columns ``number`` (or ``phone_number``) and, if you like, ``name`` (or
        ``friendly_name``), ``extension``, ``delay`` and ``account`` (or ``account_sid``). Numbers that the file
        has already are left as they stand there; None goes on with those of the file alone.
    file : path
        Where the queue is kept. Its owner alone may read it.
    region : str, optional
        ISO 3166-1 alpha-2 code of the numbers without their country.
    delay : int, optional
        Seconds until each call, where the row says none.
    calls_at_once : int, default 1
        How many phones may ring at a time.
    pace : float, default 1.0
        Seconds from one call to the next, at least.
    attempts : int, default 3
        How often a number is called before it is given up.
    cooling_off : float, default 300.0
        Seconds before a number is called again.
    receiver : CallbackReceiver, optional
        Listened to for outcomes, besides looking at the lists.
    on_change : callable, optional
        Called with each `Change`, once it is in the file.
    clock, pause, jitter : callable
        As for `Verification`.

    Raises
    ------
    InvalidParameter
        A row cannot be sent; the message names it. Nothing was sent, and the file is as it was.
    QueueError
        The file cannot be used, or is of another account, or another process works by it.

    Examples
    --------
    >>> import tempfile
    >>> from callerid_analytics import Client, Sandbox
    >>> from callerid_analytics.sandbox import Clock
    >>> clock = Clock(speed=0)
    >>> numbers = pd.DataFrame({"number": ["(415) 555-0100"], "name": ["Front desk"]})
    >>> with (
    ...     tempfile.TemporaryDirectory() as folder,
    ...     Sandbox(numbers=0, clock=clock, answer="correct") as sandbox,
    ...     Client.from_env(sandbox.environ) as client,
    ...     VerificationQueue(
    ...         client, numbers, file=f"{folder}/queue.sqlite", region="US",
    ...         clock=clock, pause=lambda event, seconds: clock.advance(seconds),
    ...     ) as queue,
    ... ):
    ...     queue.run()[["number", "status", "attempts"]]
             number    status  attempts
    0  +14155550100  verified         1
    """

    def __init__(
        self,
        client: Client,
        rows: pd.DataFrame | StrPath | None = None,
        *,
        file: StrPath,
        region: str | None = None,
        delay: int | None = None,
        calls_at_once: int = 1,
        pace: float = 1.0,
        attempts: int = 3,
        cooling_off: float = 300.0,
        receiver: CallbackReceiver | None = None,
        on_change: Listener | None = None,
        clock: Callable[[], float] = time.time,
        pause: Callable[[threading.Event, float], object] = threading.Event.wait,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        drafts = []
        if rows is not None:
            drafts = read_drafts(rows, account_sid=client.account_sid, region=region, delay=delay)
        self._client = client
        self._calls_at_once, self._pace = calls_at_once, pace
        self._most_attempts, self._cooling_off = attempts, cooling_off
        self._receiver, self._listener = receiver, on_change
        self._clock, self._pause = clock, pause
        self._watcher = Watcher(client, clock=clock, jitter=jitter)
        self._mailbox = Mailbox()
        self._stepping = threading.Lock()
        self._is_paused = self._has_looked = False
        self._next_call = 0.0
        path = Path(os.path.realpath(file))
        self._file = QueueFile(path, base_url=client.base_url, account_sid=client.account_sid)
        try:
            self._rows = self._file.extended_by(drafts)
        except BaseException:
            self._file.close()
            raise
        for row in self._rows:
            self._watch(row)
        if receiver:
            receiver.subscribe(self.receive)

    # Going on

    def step(self) -> float | None:
        """Do what is to be done now.

        Returns
        -------
        float or None
            Seconds until it should be called again; None when every number has come to its end.

        Raises
        ------
        RequestError
            The credentials are refused, or the list cannot be read before the first call. Nothing is lost.
        QueueError
            The file cannot be written; nothing was sent that is not in it.
        """
        with self._stepping:
            self._mailbox.awake.clear()
            self._look_first()
            self._read_mail()
            self._look()
            while not self._is_paused and (row := self._next()):
                self._call(row)
            self._read_mail()
            return self._wait()

    def run(self) -> pd.DataFrame:
        """Take all steps to the end, and return `result`; while the queue is paused, wait."""
        while (seconds := self.step()) is not None:
            if seconds:
                self._pause(self._mailbox.awake, seconds)
        return self.result()

    def pause(self) -> None:
        """Have no other number called; the calls under way are watched to their end."""
        self._is_paused = True

    def resume(self) -> None:
        """Go on after `pause`."""
        self._is_paused = False
        self._mailbox.awake.set()

    def receive(self, event: CallbackEvent) -> None:
        """Take a status callback that a receiver has checked; the next step makes use of it."""
        self._mailbox.put(event)

    # What is known

    @property
    def is_paused(self) -> bool:
        """Whether no other number is called."""
        return self._is_paused

    def call_sheet(self) -> pd.DataFrame:
        """Return what whoever sits at the phones needs.

        Returns
        -------
        pandas.DataFrame
            A row for each number, in order: number, name (text), account_sid (category), code (text, missing
            unless a call is under way that asks for it) and state (category).
        """
        return sheet_frame(self._rows)

    def call_sheet_text(self) -> str:
        """Return the call sheet as lines to print."""
        return sheet_text(self._rows)

    def result(self) -> pd.DataFrame:
        """Return what became of each number, as things stand.

        Returns
        -------
        pandas.DataFrame
            number, name (text), account_sid and status (category), sid (text; ``PN…`` once verified), attempts
            (``int64``), error and call_sid (text), at (``datetime64[us, UTC]``; when something happened last).
        """
        return result_frame(self._rows)

    def close(self) -> None:
        """Let go of the file. Calls under way go on; opening the file again goes on with them."""
        with self._stepping:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self._rows)} numbers, {str(self._file.path)!r})"

    # The steps

    def _look_first(self) -> None:
        """Read the lists once, so that no number is called that is verified by now."""
        if self._has_looked:
            return
        by_account = defaultdict(list)
        for row in self._rows:
            if row.may_go(self._most_attempts):
                by_account[row.attempt.account_sid].append(row.attempt)
        for account_sid, attempts in by_account.items():
            self._look_for(account_sid, attempts)
        self._has_looked = True

    def _look_for(self, account_sid: str, attempts: list[Attempt]) -> None:
        try:
            found = self._watcher.find(account_sid, {attempt.number for attempt in attempts})
        except (NotFound, PermissionDenied) as error:
            for attempt in attempts:
                self._drafted(attempt).refused(error, self._clock())
            return
        for attempt in attempts:
            if attempt.number in found:
                self._drafted(attempt).already(found[attempt.number], self._clock())

    def _drafted(self, attempt: Attempt) -> Attempt:
        if attempt.state is not State.DRAFTED:
            attempt.again(self._clock())
        return attempt

    def _look(self) -> None:
        now = self._clock()
        for row in self._rows:
            row.attempt.tick(now)
        if any(row.attempt.is_due(now) for row in self._rows):
            self._watcher.look([row.attempt for row in self._rows if row.attempt.is_due(now + _TOGETHER)])

    def _next(self) -> QueueRow | None:
        """Return the number to be called now: those that were never called come first."""
        now = self._clock()
        ringing = sum(row.attempt.state in _RINGING for row in self._rows)
        if ringing >= self._calls_at_once or now < self._next_call:
            return None
        waiting = [row for row in self._rows if row.may_go(self._most_attempts) and row.not_before <= now]
        return min(waiting, key=lambda row: (row.attempts, row.position), default=None)

    def _call(self, row: QueueRow) -> None:
        attempt = self._drafted(row.attempt)
        if self._receiver:
            attempt.draft = addressed_to(self._receiver, attempt.draft)
        self._next_call = self._clock() + self._pace
        ask(self._client, attempt, watcher=self._watcher, clock=self._clock)
        if isinstance(attempt.error, AuthenticationFailed | TooManyRequests):
            row.attempts -= 1  # nobody was called
            self._file.save(row)
        if isinstance(attempt.error, AuthenticationFailed):
            error = attempt.error
            attempt.again(self._clock())
            raise error

    def _read_mail(self) -> None:
        for row in self._rows:
            if event := self._mailbox.take(row.attempt.call_sid):
                row.attempt.told(event, self._clock())

    def _wait(self) -> float | None:
        """Return the seconds until the next thing is to be done; None when nothing ever is."""
        now = self._clock()
        watched = [row.attempt.wait(now) for row in self._rows if row.attempt.state in UNDER_WAY]
        waits = [seconds for seconds in watched if seconds is not None]
        open_rows = [row for row in self._rows if row.may_go(self._most_attempts)]
        if not waits and not open_rows:
            return None
        if open_rows and not self._is_paused:
            ringing = sum(row.attempt.state in _RINGING for row in self._rows)
            if ringing < self._calls_at_once:
                earliest = min(row.not_before for row in open_rows)
                waits.append(max(0.0, earliest - now, self._next_call - now))
        return min(waits, default=_IDLE)

    # What is written down

    def _watch(self, row: QueueRow) -> None:
        row.attempt.on_intent = lambda attempt: self._intended(row)
        row.attempt.on_change = lambda change: self._changed(row, change)

    def _intended(self, row: QueueRow) -> None:
        row.attempts += 1
        row.changed_at = self._clock()
        self._file.save(row, state=State.UNKNOWN)

    def _changed(self, row: QueueRow, change: Change) -> None:
        row.changed_at = change.at
        if change.state in (State.FAILED, State.TIMED_OUT):
            row.not_before = change.at + self._cooling_off
        self._file.save(row)
        if self._listener:
            self._listener(change)
