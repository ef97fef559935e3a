"""The sandbox itself: its data, its port, its beginning and its end."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from os import PathLike
from types import TracebackType
from typing import NamedTuple, Self

from starlette.types import ASGIApp

from callerid_analytics.sandbox import generator
from callerid_analytics.sandbox.clock import Clock
from callerid_analytics.sandbox.control import beside, create_control
from callerid_analytics.sandbox.delivery import Courier
from callerid_analytics.sandbox.faults import Fault, Faults
from callerid_analytics.sandbox.listener import Listener
from callerid_analytics.sandbox.operations import World
from callerid_analytics.sandbox.outside import Outside
from callerid_analytics.sandbox.request_log import RequestLog
from callerid_analytics.sandbox.routes import create_app
from callerid_analytics.sandbox.rules import Rules
from callerid_analytics.sandbox.store import Store
from callerid_analytics.sandbox.tables import ApiKeyRow
from callerid_analytics.sandbox.telephony import Answering, Telephony


class Sandbox(Outside):
    """A local Twilio with an account full of believable, messy caller IDs.

    Parameters
    ----------
    numbers : int
        How many caller IDs to make, in all.
    accounts : int
        Over how many accounts to spread them: one main account and its sub-accounts.
    seed : int
        Decides the data; the same seed makes the same data everywhere.
    db : path, optional
        A file that keeps the data. What a file holds already is used as it is, whatever `numbers`,
        `accounts` and `seed` say.
    port : int
        The port on 127.0.0.1; 0 picks a free one.
    clock : Clock, optional
        Tells the time; ``Clock(speed=0)`` stands still until `advance` is called. The machine's by default.
    answer : str or mapping of str to str
        What becomes of verification calls by themselves: ``manual`` (they ring until somebody calls
        `answer`), ``correct`` and ``wrong`` (somebody picks up and types that code), ``no-answer`` or ``busy``;
        or one of these for each pattern of numbers, as in ``{"+1415*": "busy", "*": "correct"}``; the first
        pattern that fits counts, ``*`` last of all.
    allow_callbacks_anywhere : bool
        Send status callbacks to other machines too.
    randomness : random.Random
        Draws what is not part of the data: new SIDs, validation codes, request IDs.
    strict : bool
        Refuse what Twilio's documentation does not promise to accept: a ``PageSize`` above 1,000, a ``Page``
        without its ``PageToken``.
    trial : bool
        Make all accounts trial accounts, which verify at most 5 numbers each, and a number on at most 3 of them.
    own_numbers : iterable of str
        Twilio numbers of the accounts, in E.164 format, which are refused as they need no verification.
    faults : iterable of Fault
        What goes wrong from the beginning; `seed` decides where.

    Examples
    --------
    >>> with Sandbox(numbers=100) as sandbox:
    ...     len(sandbox.caller_ids())
    100
    """

    def __init__(
        self,
        numbers: int = 2500,
        accounts: int = 3,
        seed: int = 7,
        *,
        db: str | PathLike[str] | None = None,
        port: int = 0,
        clock: Clock | None = None,
        answer: str | Mapping[str, str] = "manual",
        allow_callbacks_anywhere: bool = False,
        randomness: random.Random | None = None,
        strict: bool = False,
        trial: bool = False,
        own_numbers: Iterable[str] = (),
        faults: Iterable[Fault] = (),
    ) -> None:
        if numbers < 0 or accounts < 1:
            raise ValueError(f"A sandbox has at least 1 account and 0 numbers, not {accounts} and {numbers}")
        self._numbers = numbers
        self._accounts = accounts
        self._seed = seed
        self._db = db
        self._port = port
        self._clock = clock or Clock()
        self._answering = Answering(answer)
        self._allow_callbacks_anywhere = allow_callbacks_anywhere
        self._randomness = randomness or random.SystemRandom()
        self._faults = tuple(faults)
        self._rules = Rules(strict, trial, frozenset(own_numbers))
        self._running: _Running | None = None

    # Beginning and end

    def start(self) -> Self:
        """Serve from a thread of this process.

        Raises
        ------
        OSError
            If the port is taken.
        ValueError
            If `db` is a file of something else.
        """
        self._open().serve_in_thread()
        return self

    def stop(self) -> None:
        """End at once: thread, connections and port are gone, and data in memory is lost. May be repeated."""
        ended, self._running = self._running, None
        if ended:
            ended.listener.end()
            self._clock.detach(ended.world.telephony)
            ended.world.courier.stop()
            ended.world.store.close()

    def serve(self, announce: Callable[[], object] = lambda: None) -> None:
        """Serve from the main thread until SIGINT or SIGTERM, for programs that do nothing else.

        Parameters
        ----------
        announce : callable
            Called once requests are accepted: the moment to say where.

        Raises
        ------
        OSError
            If the port is taken.
        ValueError
            If `db` is a file of something else.
        """
        listener = self._open()
        try:
            listener.serve_until_signal(announce)
        finally:
            self.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def __repr__(self) -> str:
        where = self._running.listener.url if self._running else "not running"
        return f"<Sandbox {where}>"

    # What a client needs

    @property
    def url(self) -> str:
        """The base URL, such as ``http://127.0.0.1:53211``."""
        return self._current.listener.url

    @property
    def account_sid(self) -> str:
        """The main account."""
        return self._main_account.sid

    @property
    def auth_token(self) -> str:
        """The main account's token, which opens the sub-accounts as well."""
        return self._main_account.auth_token

    @property
    def api_key(self) -> str:
        """The SID of the main account's API key, which does not open the sub-accounts."""
        return self._main_api_key.sid

    @property
    def api_secret(self) -> str:
        """The secret of that key."""
        return self._main_api_key.secret

    @property
    def environ(self) -> dict[str, str]:
        """Environment variables that point a client here."""
        return {
            "TWILIO_ACCOUNT_SID": self.account_sid,
            "TWILIO_AUTH_TOKEN": self.auth_token,
            "CALLERIDS_BASE_URL": self.url,
        }

    @property
    def _current(self) -> _Running:
        if self._running is None:
            raise RuntimeError("The sandbox is not running; start it, or use it in a with statement")
        return self._running

    @property
    def _world(self) -> World:
        return self._current.world

    @property
    def _main_api_key(self) -> ApiKeyRow:
        return self._world.store.api_keys(self.account_sid)[0]

    def _open(self) -> Listener:
        if self._running:
            raise RuntimeError(f"The sandbox is already running at {self.url}")
        with ExitStack() as undo:
            store = Store(self._db)
            undo.callback(store.close)
            courier = Courier(store, allow_anywhere=self._allow_callbacks_anywhere)
            undo.callback(courier.stop)
            telephony = Telephony(store, self._clock, self._randomness, self._answering, courier.deliver)
            faults, log = Faults(self._faults, self._seed), RequestLog(self._clock)
            world = World(store, telephony, self._clock, self._rules, faults, log, courier)
            listener = Listener(self._app(world), self._port)
            undo.callback(listener.end)
            self._running = _Running(world, listener)
            undo.callback(self._forget)
            if not store.accounts():
                self._fill()
            self._clock.resume(store.last_moment() or self._clock())
            self._clock.attach(telephony)
            courier.resume()
            undo.pop_all()
        return listener

    def _app(self, world: World) -> ASGIApp:
        control = create_control(self, faults=world.faults, log=world.log)
        return beside(create_app(world, self._randomness), control)

    def _forget(self) -> None:
        self._running = None

    def _fill(self) -> None:
        population = generator.populate(self._numbers, self._accounts, self._seed)
        store = self._world.store
        with store.transaction():
            store.add_accounts(population.accounts)
            store.add_api_key(population.api_key)
            store.add_caller_ids(population.caller_ids)


class _Running(NamedTuple):
    world: World
    listener: Listener
