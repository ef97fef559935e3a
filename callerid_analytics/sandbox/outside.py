"""The world outside a sandbox: people who pick up, time that passes, and what only its owner sees."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from callerid_analytics.sandbox import callbacks, resources
from callerid_analytics.sandbox.call_states import CALL_STATUS, State, verification_status
from callerid_analytics.sandbox.dates import rfc2822
from callerid_analytics.sandbox.faults import Fault
from callerid_analytics.sandbox.operations import World
from callerid_analytics.sandbox.representations import JSON
from callerid_analytics.sandbox.tables import STATUSES, AccountRow, CallbackRow, CallRow
from callerid_analytics.sandbox.telephony import VERIFYING_NUMBER

_ALL = -1
"""SQLite's word for a limit that is none."""


class Outside(ABC):
    """What can be done to a running sandbox other than by the API. May be called from any thread."""

    @property
    @abstractmethod
    def url(self) -> str:
        """The base URL."""

    @property
    @abstractmethod
    def _world(self) -> World: ...

    @abstractmethod
    def _fill(self) -> None:
        """Make the data that the seed decides."""

    # Phones

    def calls(self, limit: int = _ALL) -> list[dict[str, Any]]:
        """List the verification calls of every account, newest first, with what only their owner knows.

        Parameters
        ----------
        limit : int
            How many at most; all by default.
        """
        return [self._shown(row) for row in self._world.store.newest_calls(limit)]

    def call(self, call_sid: str) -> dict[str, Any]:
        """Show one call as `calls` does.

        Raises
        ------
        LookupError
            If there is no such call.
        """
        return self._shown(self._world.telephony.call(call_sid))

    def answer(self, call_sid: str, digits: str | None = None) -> dict[str, str] | None:
        """Pick up a ringing phone and, if there are any, type digits as soon as the code is asked for.

        A call that was just placed rings at once for it. A wrong code leaves the call asking; the third ends it.

        Returns
        -------
        dict or None
            The caller ID, which exists from now on; ``None`` if the digits were wrong or there were none.

        Raises
        ------
        LookupError
            If there is no such call.
        CallOverError
            If it has ended, or its delay has not.
        """
        call = self._world.telephony.answer(call_sid, digits)
        row = self._world.store.caller_id(call.account_sid, call.caller_id_sid) if call.caller_id_sid else None
        return resources.caller_id(row, JSON.extension) if row else None

    def hang_up(self, call_sid: str) -> None:
        """Pick up, unless somebody has, and hang up without the code; errors as for `answer`."""
        self._world.telephony.end(call_sid, State.HUNG_UP)

    def busy(self, call_sid: str) -> None:
        """Decline a ringing call; errors as for `answer`."""
        self._world.telephony.end(call_sid, State.BUSY)

    def no_answer(self, call_sid: str) -> None:
        """Let a ringing phone ring until the call is given up, at once; errors as for `answer`."""
        self._world.telephony.end(call_sid, State.NO_ANSWER)

    def fail(self, call_sid: str) -> None:
        """Let the network fail to reach the phone; errors as for `answer`."""
        self._world.telephony.end(call_sid, State.FAILED)

    def callbacks(self, limit: int = _ALL, *, timeout: float = 0) -> list[dict[str, Any]]:
        """List the status callbacks of the calls that have ended, newest first.

        Parameters
        ----------
        limit : int
            How many at most; all by default.
        timeout : float
            How many seconds to wait, at most, for those that are on their way.

        Returns
        -------
        list of dict
            ``status`` is the receiver's, or ``None`` with an ``error``, or neither while on the way.
        """
        self._world.courier.wait(timeout)
        return [self._sent(row) for row in self._world.store.newest_callbacks(limit)]

    # Time

    def advance(self, seconds: float) -> None:
        """Let time pass at once; what was due meanwhile has happened, in order, when this returns.

        Status callbacks are on their way then, and may arrive later.

        Raises
        ------
        ValueError
            If time is to run backwards.
        """
        self._world.clock.advance(seconds)

    # What goes wrong, and what was asked for

    @property
    def faults(self) -> list[dict[str, Any]]:
        """What goes wrong, and how often each fault has struck."""
        return self._world.faults.as_json()

    def set_faults(self, *faults: Fault, seed: int = 7) -> None:
        """Let these faults strike from now on and no others; none without arguments.

        Parameters
        ----------
        *faults : Fault
            Considered in this order for each request, until one refuses it.
        seed : int
            Decides where they strike: the same requests in the same order go wrong in the same way.
        """
        self._world.faults.replace(faults, seed)

    def requests(self, limit: int = 50) -> list[dict[str, Any]]:
        """List the last requests that the API got, newest first, with secrets masked; it remembers 200."""
        return self._world.log.as_json(limit)

    # Behind the scenes

    def state(self) -> dict[str, Any]:
        """Describe the sandbox as a whole: ``url``, ``clock``, ``accounts``, ``answer``, ``caller_ids``."""
        now = self._world.clock()
        return {
            "url": self.url,
            "clock": {"now": rfc2822(now), "seconds": now, "speed": self._world.clock.speed},
            "accounts": self.accounts,
            "answer": self._world.telephony.answering.default,
            "caller_ids": self._world.store.count_caller_ids(),
        }

    def reset(self) -> None:
        """Forget everything that happened and make the data anew; the time goes on."""
        with self._world.store.transaction():
            self._world.store.clear()
            self._fill()
        self._world.clock.wake()

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
        self._world.store.set_account_status(self._account(sid).sid, status, rfc2822(self._world.clock()))

    def caller_ids(self, limit: int = _ALL) -> list[dict[str, str]]:
        """List the caller IDs of every account as the API shows them, newest first.

        Parameters
        ----------
        limit : int
            How many at most; all by default.
        """
        return [resources.caller_id(row, JSON.extension) for row in self._world.store.newest_caller_ids(limit)]

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

    @property
    def _main_account(self) -> AccountRow:
        return self._world.store.accounts()[0]

    def _account(self, sid: str) -> AccountRow:
        account = self._world.store.account(sid)
        if account is None:
            raise LookupError(f"There is no account {sid}")
        return account

    def _sent(self, row: CallbackRow) -> dict[str, Any]:
        call = self._world.telephony.call(row.sid)
        return {
            "at": rfc2822(row.date_created),
            "call_sid": call.sid,
            "method": call.status_callback_method,
            "url": callbacks.masked(call.status_callback or ""),
            "parameters": callbacks.parameters(call),
            "attempts": row.attempts,
            "status": row.status,
            "error": row.error,
        }

    def _shown(self, row: CallRow) -> dict[str, Any]:
        waits = row.due is not None and row.state in (State.CREATED, State.QUEUED)
        return {
            "sid": row.sid,
            "account_sid": row.account_sid,
            "to": row.phone_number,
            "from": VERIFYING_NUMBER,
            "friendly_name": row.friendly_name,
            "state": row.state,
            "status": CALL_STATUS[row.state],
            "code": row.validation_code,
            "extension": row.extension,
            "extension_dialled": bool(row.extension_dialled),
            "attempts_left": row.attempts_left,
            "verification_status": verification_status(row.state),
            "caller_id_sid": row.caller_id_sid,
            "date_created": rfc2822(row.date_created),
            "rings_in": max(0.0, (row.due or 0) - self._world.clock()) if waits else None,
        }
