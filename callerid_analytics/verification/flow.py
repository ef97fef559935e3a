"""The verification of one number, from draft to outcome, in steps that a form, a thread or a test takes."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable

from callerid_analytics.callbacks import CallbackEvent, CallbackReceiver
from callerid_analytics.client import Client
from callerid_analytics.errors import RequestError
from callerid_analytics.records import CallerId
from callerid_analytics.verification.asking import ask
from callerid_analytics.verification.attempt import Attempt, Change, Listener
from callerid_analytics.verification.drafts import Draft, addressed_to
from callerid_analytics.verification.mailbox import Mailbox
from callerid_analytics.verification.states import State
from callerid_analytics.verification.watching import Watcher


class Verification:
    """One number on its way to being verified.

    Call `step` again and again, after as many seconds as it returns, or let `run` do that. The outcome is learned
    from the list, from the call, and from callbacks where there is a receiver, whichever is first.

    Parameters
    ----------
    client : Client
        Whose account is to show the number, unless the draft names a sub-account.
    draft : Draft
        What `check` returned.
    receiver : CallbackReceiver, optional
        Twilio is told its address, if the draft names none, and its callbacks are listened to.
    on_change : callable, optional
        Called with each `Change`, in the thread that makes it.
    before_request : callable, optional
        Called before the number is called, with the seconds since 1970 at which that must be over. What it raises
        keeps the request from being sent.
    clock : callable, default time.time
        Seconds since 1970.
    pause : callable, default threading.Event.wait
        Called by `run` with an event and seconds to wait; ends early when the event is set.
    jitter : callable, default random.random
        A number from 0 up to 1.

    Notes
    -----
    Its methods may be called from several threads. The code is in `code` alone: no ``repr``, change or log has it.

    Examples
    --------
    Rehearsed with a sandbox, whose clock waits for nobody:

    >>> from callerid_analytics import Client, Sandbox
    >>> from callerid_analytics.sandbox import Clock
    >>> from callerid_analytics.verification import check
    >>> clock = Clock(speed=0)
    >>> with Sandbox(numbers=0, clock=clock) as sandbox, Client.from_env(sandbox.environ) as client:
    ...     verification = Verification(
    ...         client, check("+14155550100"), clock=clock, pause=lambda event, seconds: clock.advance(seconds)
    ...     )
    ...     seconds = verification.step()
    ...     answered = sandbox.answer(verification.call_sid, verification.code)
    ...     verification.run()
    <State.VERIFIED: 'verified'>
    """

    def __init__(
        self,
        client: Client,
        draft: Draft,
        *,
        receiver: CallbackReceiver | None = None,
        on_change: Listener | None = None,
        before_request: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.time,
        pause: Callable[[threading.Event, float], object] = threading.Event.wait,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._clock = clock
        self._pause = pause
        self._watcher = Watcher(client, clock=clock, jitter=jitter)
        self._mailbox = Mailbox()
        self._stepping = threading.Lock()
        self._is_cancelled = False
        self._listener = on_change
        self._before_request = before_request
        self.changes: list[Change] = []
        """What has happened, the oldest first."""
        if receiver is not None:
            draft = addressed_to(receiver, draft)
            receiver.subscribe(self.receive)
        self._attempt = Attempt(
            draft=draft,
            account_sid=draft.account_sid or client.account_sid,
            on_intent=self._intended,
            on_change=self._changed,
        )

    @property
    def state(self) -> State:
        """Where it stands."""
        return self._attempt.state

    @property
    def number(self) -> str:
        """The number in full, in E.164."""
        return self._attempt.number

    @property
    def code(self) -> str | None:
        """The six digits to type on the phone, once they are known. Nobody can read them again elsewhere."""
        return self._attempt.code

    @property
    def call_sid(self) -> str | None:
        """``CA…`` of the call that asks for the code."""
        return self._attempt.call_sid

    @property
    def caller_id(self) -> CallerId | None:
        """The outcome; of one that only a callback told of, SID and number."""
        return self._attempt.caller_id

    @property
    def reason(self) -> str | None:
        """Why it stands where it stands, in a sentence, where that is not plain."""
        return self._attempt.reason

    @property
    def seconds_until_call(self) -> float | None:
        """How long until the phone rings; None before that is known."""
        call_at = self._attempt.call_at
        return None if call_at is None else max(0.0, call_at - self._clock())

    @property
    def over_at(self) -> float | None:
        """Seconds since 1970 at which the call must be over; None when none is under way."""
        return self._attempt.over_at

    @property
    def error(self) -> RequestError | None:
        """What Twilio said, where it refused, or could not be asked."""
        return self._attempt.error

    def step(self) -> float | None:
        """Do what is to be done now.

        Returns
        -------
        float or None
            Seconds until it should be called again; None when it is over.
        """
        with self._stepping:
            self._mailbox.awake.clear()
            self._read_mail()
            if self._is_cancelled:
                self._attempt.cancel(self._clock())
            elif self.state is State.DRAFTED:
                self._begin()
            else:
                self._attempt.tick(self._clock())
                if self._attempt.is_due(self._clock()):
                    self._watcher.look([self._attempt])
            self._read_mail()
            return self._attempt.wait(self._clock())

    def run(self) -> State:
        """Take all steps to the end, and return the state that is reached."""
        while (seconds := self.step()) is not None:
            if seconds:
                self._pause(self._mailbox.awake, seconds)
        return self.state

    def receive(self, event: CallbackEvent) -> None:
        """Take a status callback that a receiver has checked; the next step makes use of it."""
        self._mailbox.put(event)

    def cancel(self) -> None:
        """Stop watching. A call that was requested may ring all the same: Twilio offers no way back."""
        self._is_cancelled = True
        self._mailbox.awake.set()
        if self._stepping.acquire(blocking=False):
            try:
                self._attempt.cancel(self._clock())
            finally:
                self._stepping.release()

    def retry(self) -> None:
        """Make a draft again of an attempt that failed, timed out or was cancelled; `step` then calls anew."""
        with self._stepping:
            self._is_cancelled = False
            self._attempt.again(self._clock())

    def look(self) -> bool:
        """Look whether the number is verified already; nothing is sent that would have it called.

        Returns
        -------
        bool
            Whether there is nothing more to do: it is verified, or the list cannot be read (see `state`).
        """
        with self._stepping:
            return self._look()

    def find(self) -> CallerId | None:
        """Return the caller ID as the list has it at this moment.

        Raises
        ------
        RequestError
            The list cannot be read.
        """
        return self._watcher.find(self._attempt.account_sid, [self.number]).get(self.number)

    def take_up(self, over_at: float, call_sid: str | None = None) -> None:
        """Begin with a call that an earlier process asked for, and that may be under way until then."""
        with self._stepping:
            self._attempt.take_up(over_at, call_sid, self._clock())

    def conclude(self, caller_id: CallerId) -> None:
        """Take over that the number is verified from somebody who knows."""
        with self._stepping:
            self._attempt.already(caller_id, self._clock())

    def _look(self) -> bool:
        try:
            found = self.find()
        except RequestError as error:
            self._attempt.refused(error, self._clock())
            return True
        if found:
            self._attempt.already(found, self._clock())
        return bool(found)

    def _begin(self) -> None:
        """Have the number called, unless there is nothing to do."""
        if not self._look():
            ask(self._client, self._attempt, watcher=self._watcher, clock=self._clock)

    def _read_mail(self) -> None:
        event = self._mailbox.take(self.call_sid)
        if event:
            self._attempt.told(event, self._clock())

    def _intended(self, attempt: Attempt) -> None:
        if self._before_request and attempt.over_at is not None:
            self._before_request(attempt.over_at)

    def _changed(self, change: Change) -> None:
        self.changes.append(change)
        if self._listener:
            self._listener(change)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.number!r}, {self.state.value!r})"
