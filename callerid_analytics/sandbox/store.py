"""What the sandbox knows, and the rules that hold for it: accounts, their keys, caller IDs, calls."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from os import PathLike
from typing import Any

from callerid_analytics.sandbox import problems
from callerid_analytics.sandbox.database import Database
from callerid_analytics.sandbox.paging import PageRequest, Slice
from callerid_analytics.sandbox.tables import AccountRow, ApiKeyRow, CallbackRow, CallerIdRow, CallRow


class Store:
    """The state of one sandbox. Its methods may be called from any thread.

    Parameters
    ----------
    path : path, optional
        A file that keeps the state; in memory when not given.

    Raises
    ------
    ValueError
        If the file is no database of this version of the sandbox.
    """

    def __init__(self, path: str | PathLike[str] | None = None) -> None:
        self._database = Database(path)

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Make everything inside happen wholly or not at all, with no other thread in between."""
        return self._database.transaction()

    def clear(self) -> None:
        """Forget everything."""
        self._database.clear()

    # Accounts and their keys

    def add_accounts(self, rows: Iterable[AccountRow]) -> None:
        """Add accounts, in order."""
        self._database.insert(AccountRow, rows)

    def account(self, sid: str) -> AccountRow | None:
        """Find an account."""
        return self._database.find(AccountRow, sid=sid)

    def accounts(self) -> list[AccountRow]:
        """List every account, oldest first: the main account opens the list."""
        return self._database.all(AccountRow, "position")

    def account_page(self, filters: Mapping[str, str], asked: PageRequest) -> Slice[AccountRow]:
        """Find one page of the accounts that have exactly these values."""
        return self._database.page(AccountRow, filters, asked)

    def set_account_status(self, sid: str, status: str, now: str) -> None:
        """Suspend, close or activate an account."""
        self._database.update(AccountRow, sid, {"status": status, "date_updated": now})

    def is_active(self, account: AccountRow) -> bool:
        """Tell whether an account is in use: suspending one suspends all it owns (Twilio docs)."""
        if account.status != "active" or account.owner_account_sid == account.sid:
            return account.status == "active"
        owner = self.account(account.owner_account_sid)
        return owner is None or owner.status == "active"

    def add_api_key(self, row: ApiKeyRow) -> None:
        """Add an API key."""
        self._database.insert(ApiKeyRow, [row])

    def api_key(self, sid: str) -> ApiKeyRow | None:
        """Find an API key."""
        return self._database.find(ApiKeyRow, sid=sid)

    def api_keys(self, account_sid: str) -> list[ApiKeyRow]:
        """List the API keys of this account."""
        return self._database.all(ApiKeyRow, "rowid", account_sid=account_sid)

    # Caller IDs

    def add_caller_ids(self, rows: Iterable[CallerIdRow]) -> None:
        """Add verified numbers, in order.

        Raises
        ------
        RestError
            21450, if an account holds one of the numbers already; then none is added.
        """
        try:
            self._database.insert(CallerIdRow, rows)
        except sqlite3.IntegrityError as error:
            raise problems.already_verified() from error

    def caller_id(self, account_sid: str, sid: str) -> CallerIdRow | None:
        """Find a caller ID of this account."""
        return self._database.find(CallerIdRow, account_sid=account_sid, sid=sid)

    def caller_id_of(self, account_sid: str, phone_number: str) -> CallerIdRow | None:
        """Find the caller ID that this account holds for a number."""
        return self._database.find(CallerIdRow, account_sid=account_sid, phone_number=phone_number)

    def newest_caller_ids(self, limit: int) -> list[CallerIdRow]:
        """List the caller IDs that were added last, in any account, newest first."""
        return self._database.newest(CallerIdRow, limit)

    def count_caller_ids(self) -> int:
        """Count the caller IDs of every account."""
        return self._database.count(CallerIdRow)

    def caller_id_page(self, filters: Mapping[str, str], asked: PageRequest) -> Slice[CallerIdRow]:
        """Find one page of the caller IDs that have exactly these values."""
        return self._database.page(CallerIdRow, filters, asked)

    def rename_caller_id(self, sid: str, friendly_name: str, now: str) -> None:
        """Give a caller ID another name."""
        self._database.update(CallerIdRow, sid, {"friendly_name": friendly_name, "date_updated": now})

    def delete_caller_id(self, sid: str) -> None:
        """Forget a caller ID."""
        self._database.delete(CallerIdRow, sid)

    # Calls

    def add_call(self, row: CallRow) -> None:
        """Add a call."""
        self._database.insert(CallRow, [row])

    def move_call(self, sid: str, changes: Mapping[str, Any]) -> None:
        """Write down how a call went on."""
        self._database.update(CallRow, sid, changes)

    def call(self, sid: str) -> CallRow | None:
        """Find a call."""
        return self._database.find(CallRow, sid=sid)

    def newest_calls(self, limit: int) -> list[CallRow]:
        """List the calls that were placed last, newest first."""
        return self._database.newest(CallRow, limit)

    def next_call(self) -> CallRow | None:
        """Find the call that is the next to go on by itself."""
        return self._database.earliest(CallRow, "due")

    def last_moment(self) -> float | None:
        """Give the moment at which something last happened to a call."""
        moment: float | None = self._database.highest(CallRow, "date_updated")
        return moment

    # Status callbacks

    def add_callback(self, row: CallbackRow) -> None:
        """Note that a call's status callback is to be sent."""
        self._database.insert(CallbackRow, [row])

    def note_callback(self, sid: str, changes: Mapping[str, Any]) -> None:
        """Write down what came of a status callback."""
        self._database.update(CallbackRow, sid, changes)

    def newest_callbacks(self, limit: int) -> list[CallbackRow]:
        """List the status callbacks of the calls that ended last, newest first."""
        return self._database.newest(CallbackRow, limit)

    def unsent_callbacks(self) -> list[CallbackRow]:
        """List the status callbacks that nobody has tried to send, oldest first."""
        return [row for row in self._database.all(CallbackRow, "rowid", attempts=0) if row.error is None]
