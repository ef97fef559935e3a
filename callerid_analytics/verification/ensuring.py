"""A number that is to be verified when this returns, whether it was before or not: for scripts that run again."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from callerid_analytics.callbacks import CallbackReceiver
from callerid_analytics.client import Client
from callerid_analytics.errors import NotVerified, RequestError
from callerid_analytics.files import StrPath
from callerid_analytics.records import CallerId
from callerid_analytics.verification.attempt import GRACE, Change, Listener
from callerid_analytics.verification.drafts import Draft, check
from callerid_analytics.verification.flow import Verification
from callerid_analytics.verification.states import GOOD, MEANINGS, State
from callerid_analytics.verification.turns import Note, Turn, taken

_PAUSE = 2.0

ShowCode = Callable[[str, str, float], object]


def ensure_verified(
    client: Client,
    number: str,
    *,
    show_code: ShowCode,
    name: str | None = None,
    region: str | None = None,
    delay: int | None = None,
    extension: str | None = None,
    account_sid: str | None = None,
    status_callback: str | None = None,
    status_callback_method: str | None = None,
    receiver: CallbackReceiver | None = None,
    on_change: Listener | None = None,
    on_wait: Callable[[str], object] = lambda sentence: None,
    folder: StrPath | None = None,
    clock: Callable[[], float] = time.time,
    pause: Callable[[threading.Event, float], object] = threading.Event.wait,
    jitter: Callable[[], float] = random.random,
) -> CallerId:
    """Have a number verified unless it is, and return its caller ID. May be repeated without harm.

    Of several processes on this machine that ask for the same number at once, one has it called; the others wait
    and share its outcome. After a process was killed, the next waits until the phone cannot be ringing any more.

    Parameters
    ----------
    client : Client
        Whose account is to show the number, unless `account_sid` names a sub-account.
    number : str
        E.164, or any form with a `region`.
    show_code : callable
        Called with the code, the number and the seconds until the phone rings: somebody has to type the code.
        Nothing else shows or keeps it.
    name, region, delay, extension, account_sid, status_callback, status_callback_method
        As for `check`.
    receiver : CallbackReceiver, optional
        Listened to for the outcome, besides looking at the list.
    on_change : callable, optional
        Called with each `Change`.
    on_wait : callable, optional
        Called with a sentence when somebody else's call has to be waited for.
    folder : path, optional
        Where it is written down which numbers are being verified; `settings.default_verifications` by default.
    clock, pause, jitter : callable
        As for `Verification`.

    Returns
    -------
    CallerId
        As the list has it. Of one that the list does not show yet, what is known.

    Raises
    ------
    InvalidParameter
        What is to be sent cannot be; nothing was.
    NotVerified
        The call ended without the code being typed, or Twilio refused.
    QueueError
        `folder` cannot be written to; nothing was sent.
    RequestError
        The list could not be read, or Twilio refused the request.

    Examples
    --------
    >>> from callerid_analytics import Client, Sandbox
    >>> with Sandbox(numbers=0) as sandbox, Client.from_env(sandbox.environ) as client:
    ...     known = sandbox.add_caller_id("+14155550100", "Front desk")
    ...     ensure_verified(client, "+14155550100", show_code=print).friendly_name
    'Front desk'
    """
    draft = check(
        number,
        region=region,
        name=name,
        delay=delay,
        extension=extension,
        account_sid=account_sid,
        status_callback=status_callback,
        status_callback_method=status_callback_method,
    )
    work = _Work(client, draft, show_code, on_change, on_wait, clock, pause)
    work.verification = Verification(
        client,
        draft,
        receiver=receiver,
        on_change=work.changed,
        before_request=work.requesting,
        clock=clock,
        pause=pause,
        jitter=jitter,
    )
    if not work.verification.look():
        work.run(None if folder is None else Path(folder))
    return work.outcome()


class _Work:
    """What `ensure_verified` does besides the flow itself: the turn, the note in it, and the person."""

    verification: Verification

    def __init__(
        self,
        client: Client,
        draft: Draft,
        show_code: ShowCode,
        on_change: Listener | None,
        on_wait: Callable[[str], object],
        clock: Callable[[], float],
        pause: Callable[[threading.Event, float], object],
    ) -> None:
        self._key = (client.base_url, draft.account_sid or client.account_sid, draft.number)
        self._show_code = show_code
        self._on_change = on_change
        self._on_wait = on_wait
        self._clock = clock
        self._pause = pause
        self._arrived = clock()
        self._turn: Turn | None = None

    def run(self, folder: Path | None) -> None:
        def wait() -> None:
            self._on_wait(f"Another program on this machine is verifying {self._key[2]}: waiting for its outcome.")

        with taken(self._key, folder=folder, wait=wait, pause=self._pause) as self._turn:
            note = self._turn.read()
            if note and note.over_at is not None:
                self._wait_for(note, note.over_at)
            elif note and note.at > self._arrived:
                self._share(note)
            self.verification.run()

    def requesting(self, over_at: float) -> None:
        """Write down that a phone may ring from now on."""
        self._write(Note(state=State.UNKNOWN, at=self._clock(), over_at=over_at))

    def changed(self, change: Change) -> None:
        """Write down what is known now, show the code, and pass the news on."""
        if change.state is not State.DRAFTED:
            self._write(
                Note(
                    state=change.state,
                    at=change.at,
                    over_at=self.verification.over_at,
                    call_sid=change.call_sid,
                    caller_id_sid=change.caller_id_sid,
                    reason=change.reason,
                )
            )
        if self._on_change:
            self._on_change(change)
        if change.state is State.REQUESTED:
            code, seconds = self.verification.code, self.verification.seconds_until_call
            self._show_code(code or "", change.number, seconds or 0.0)

    def outcome(self) -> CallerId:
        verification = self.verification
        if verification.state not in GOOD:
            if verification.error:
                raise verification.error
            raise _not_verified(verification.number, verification.state, verification.reason)
        return self._as_listed(verification.caller_id)

    def _write(self, note: Note) -> None:
        if self._turn:
            self._turn.write(note)

    def _wait_for(self, note: Note, over_at: float) -> None:
        """Learn what becomes of a call whose process has ended; nobody else is called meanwhile."""
        self._on_wait(f"An earlier call to {self._key[2]} may still be going on: waiting until it must be over.")
        self.verification.take_up(over_at, note.call_sid)
        if self.verification.run() not in GOOD:
            self.verification.retry()

    def _share(self, note: Note) -> None:
        """Take over the outcome of the process that had the turn while this one waited."""
        if note.state not in GOOD:
            raise _not_verified(self._key[2], State(note.state), note.reason)
        if note.caller_id_sid:
            self.verification.conclude(CallerId(sid=note.caller_id_sid, phone_number=self._key[2]))

    def _as_listed(self, known: CallerId | None) -> CallerId:
        """Return the caller ID as the list has it, which may take a moment after it was verified."""
        if known and known.date_created_text:
            return known
        deadline = self._clock() + GRACE
        while True:
            with suppress(RequestError):
                if listed := self.verification.find():
                    return listed
            if known or self._clock() >= deadline:
                return known or CallerId(account_sid=self._key[1], phone_number=self._key[2])
            self._pause(threading.Event(), _PAUSE)


def _not_verified(number: str, state: State, reason: str | None) -> NotVerified:
    return NotVerified(f"{number} is not verified ({state}): {reason or MEANINGS[state]}", state=state.value)
