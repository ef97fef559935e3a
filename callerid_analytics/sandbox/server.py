"""The sandbox itself: its data, its port, its beginning and its end."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from os import PathLike
from types import TracebackType
from typing import NamedTuple, Self

from callerid_analytics.sandbox import generator, resources
from callerid_analytics.sandbox.dates import Clock, rfc2822
from callerid_analytics.sandbox.listener import Listener
from callerid_analytics.sandbox.operations import World
from callerid_analytics.sandbox.representations import JSON
from callerid_analytics.sandbox.routes import create_app
from callerid_analytics.sandbox.rules import Rules
from callerid_analytics.sandbox.store import Store
from callerid_analytics.sandbox.tables import STATUSES, AccountRow, ApiKeyRow
from callerid_analytics.sandbox.telephony import Telephony


class Sandbox:
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
    clock : callable
        Tells the time in seconds since 1970.
    randomness : random.Random
        Draws what is not part of the data: new SIDs, validation codes, request IDs.
    strict : bool
        Refuse what Twilio's documentation does not promise to accept: a ``PageSize`` above 1,000, a ``Page``
        without its ``PageToken``.
    trial : bool
        Make all accounts trial accounts, which verify at most 5 numbers each, and a number on at most 3 of them.
    own_numbers : iterable of str
        Twilio numbers of the accounts, in E.164 format, which are refused as they need no verification.

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
        clock: Clock = time.time,
        randomness: random.Random | None = None,
        strict: bool = False,
        trial: bool = False,
        own_numbers: Iterable[str] = (),
    ) -> None:
        if numbers < 0 or accounts < 1:
            raise ValueError(f"A sandbox has at least 1 account and 0 numbers, not {accounts} and {numbers}")
        self._numbers = numbers
        self._accounts = accounts
        self._seed = seed
        self._db = db
        self._port = port
        self._clock = clock
        self._randomness = randomness or random.SystemRandom()
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
        if self._running:
            self._running.listener.end()
            self._running.world.store.close()
            self._running = None

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

    # Behind the scenes

    @property
    def accounts(self) -> list[dict[str, str]]:
        """Every account's ``sid``, ``friendly_name`` and ``status``, the main account first."""
        rows = self._world.store.accounts()
        return [{"sid": row.sid, "friendly_name": row.friendly_name, "status": row.status} for row in rows]

    def set_account_status(self, sid: str, status: str) -> None:
        """Make an account ``active``, ``suspended`` or ``closed``.

        Raises
        ------
        LookupError
            If there is no such account.
        ValueError
            If there is no such status.
        """
        if status not in STATUSES:
            raise ValueError(f"An account is {', '.join(STATUSES)}, not {status!r}")
        self._world.store.set_account_status(self._account(sid).sid, status, rfc2822(self._clock()))

    def caller_ids(self) -> list[dict[str, str]]:
        """List the caller IDs of every account as the API shows them, newest first."""
        return [resources.caller_id(row, JSON.extension) for row in self._world.store.caller_ids()]

    def add_caller_id(
        self,
        phone_number: str,
        friendly_name: str | None = None,
        *,
        account_sid: str | None = None,
        date_created: str | None = None,
        date_updated: str | None = None,
    ) -> dict[str, str]:
        """Have a number verified already, whatever it looks like.

        Parameters
        ----------
        phone_number : str
            Kept as it is.
        friendly_name : str, optional
            The formatted number by default.
        account_sid : str, optional
            The main account by default.
        date_created, date_updated : str, optional
            RFC 2822 text, kept as it is; now by default.

        Returns
        -------
        dict
            The caller ID as the API shows it.

        Raises
        ------
        LookupError
            If there is no such account.
        RestError
            21450, if the account holds this number already.
        """
        account = self._account(account_sid) if account_sid else self._main_account
        row = self._world.telephony.new_caller_id(account.sid, phone_number, friendly_name)
        row = row._replace(
            date_created=date_created or row.date_created, date_updated=date_updated or row.date_updated
        )
        self._world.store.add_caller_ids([row])
        return resources.caller_id(row, JSON.extension)

    def answer(self, call_sid: str, digits: str) -> dict[str, str] | None:
        """Pick up a ringing phone and type digits.

        Returns
        -------
        dict or None
            The caller ID, which exists from now on; ``None`` if the digits were wrong.

        Raises
        ------
        LookupError
            If there is no such call.
        CallOverError
            If it has ended.
        """
        row = self._world.telephony.answer(call_sid, digits)
        return resources.caller_id(row, JSON.extension) if row else None

    @property
    def _current(self) -> _Running:
        if self._running is None:
            raise RuntimeError("The sandbox is not running; start it, or use it in a with statement")
        return self._running

    @property
    def _world(self) -> World:
        return self._current.world

    @property
    def _main_account(self) -> AccountRow:
        return self._world.store.accounts()[0]

    def _account(self, sid: str) -> AccountRow:
        account = self._world.store.account(sid)
        if account is None:
            raise LookupError(f"There is no account {sid}")
        return account

    @property
    def _main_api_key(self) -> ApiKeyRow:
        return self._world.store.api_keys(self.account_sid)[0]

    def _open(self) -> Listener:
        if self._running:
            raise RuntimeError(f"The sandbox is already running at {self.url}")
        with ExitStack() as undo:
            store = Store(self._db)
            undo.callback(store.close)
            world = World(store, Telephony(store, self._clock, self._randomness), self._clock, self._rules)
            listener = Listener(create_app(world, self._randomness), self._port)
            undo.callback(listener.end)
            self._fill(store)
            undo.pop_all()
        self._running = _Running(world, listener)
        return listener

    def _fill(self, store: Store) -> None:
        with store.transaction():
            if not store.accounts():
                population = generator.populate(self._numbers, self._accounts, self._seed)
                store.add_accounts(population.accounts)
                store.add_api_key(population.api_key)
                store.add_caller_ids(population.caller_ids)


class _Running(NamedTuple):
    world: World
    listener: Listener
