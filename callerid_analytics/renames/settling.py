"""One row: look at the caller ID, compare it with the plan, send the change once, look again where in doubt."""

from __future__ import annotations

from collections.abc import Callable

from callerid_analytics.client import Client
from callerid_analytics.errors import (
    AuthenticationFailed,
    ConnectionFailed,
    InvalidParameter,
    NotFound,
    RequestError,
    ServerError,
    UnexpectedResponse,
)
from callerid_analytics.journal import Kind, Outcome, Row
from callerid_analytics.records import CallerId

_TRIES = 5
"""Times that a change is sent, each after a look at the server, until it is given up."""
_OUTCOME_UNKNOWN = (ConnectionFailed, ServerError, UnexpectedResponse)


def settle(row: Row, kind: Kind, client: Client, intend: Callable[[], None]) -> Outcome:
    """Do what the plan says about a row, if that is still what it is about.

    Parameters
    ----------
    row : Row
        Sent before or not.
    kind : {"rename", "delete"}
        What the plan is one of.
    client : Client
        Asks and sends.
    intend : callable
        Called before each request that changes something.

    Raises
    ------
    AuthenticationFailed
        No other row would fare better.
    Cancelled
        The client was told to abort.
    """
    try:
        return _settled(row, kind, client, intend)
    except AuthenticationFailed:
        raise
    except InvalidParameter as error:
        return Outcome("failed", str(error))
    except RequestError as error:
        may_pass = error.retryable or isinstance(error, UnexpectedResponse)
        return Outcome("failed", str(error), error.request_id, may_pass)


def seen(row: Row, kind: Kind, client: Client) -> Outcome | None:
    """Look at the caller ID of a row, and say what has become of it; None if the change is still to be made.

    Raises
    ------
    RequestError
        It could not be looked at.
    """
    try:
        found = client.fetch_caller_id(row.sid, account_sid=row.account_sid)
    except NotFound:
        if kind == "delete" and row.attempts:
            return Outcome("deleted")
        return _gone()
    return _compared(row, kind, found)


def _settled(row: Row, kind: Kind, client: Client, intend: Callable[[], None]) -> Outcome:
    problem: RequestError | None = None
    for tries in range(_TRIES + 1):
        if tries:
            client.back_off(tries - 1)
        try:
            outcome = seen(row, kind, client)
        except UnexpectedResponse as error:
            problem = error
            continue
        if outcome is not None:
            return outcome
        if tries < _TRIES:
            intend()
            row = row._replace(attempts=row.attempts + 1)
            try:
                return _sent(row, kind, client)
            except _OUTCOME_UNKNOWN as error:
                problem = error
    return Outcome("failed", f"It was not done in {_TRIES} attempts; the last: {problem}", may_pass=True)


def _sent(row: Row, kind: Kind, client: Client) -> Outcome:
    try:
        if kind == "delete":
            return Outcome(
                "deleted", request_id=client.delete_once(row.sid, account_sid=row.account_sid).request_id
            )
        receipt = client.rename_once(row.sid, row.new_name or "", account_sid=row.account_sid)
        return Outcome("renamed", request_id=receipt.request_id)
    except NotFound:
        return Outcome("deleted") if kind == "delete" and row.attempts > 1 else _gone()


def _compared(row: Row, kind: Kind, found: CallerId) -> Outcome | None:
    if found.phone_number != row.phone_number:
        return Outcome("drifted", f"Its number is {found.phone_number!r} and not the plan's {row.phone_number!r}.")
    if kind == "rename" and found.friendly_name == row.new_name:
        return Outcome("renamed" if row.attempts else "unchanged")
    if found.friendly_name != row.old_name:
        return Outcome("drifted", f"Its name is {found.friendly_name!r} and not the plan's {row.old_name!r}.")
    return None


def _gone() -> Outcome:
    return Outcome("drifted", "It is gone: the account has no such caller ID any more.")
