"""What stands in a journal: runs, the rows of their plans, and what became of each."""

from __future__ import annotations

from typing import Literal, NamedTuple

Kind = Literal["rename", "delete"]
STATUSES = ("renamed", "deleted", "unchanged", "drifted", "failed", "skipped")
"""What can become of a row."""


class Run(NamedTuple):
    """What is known of a run apart from its rows.

    Attributes
    ----------
    run : str
        Its id.
    kind : {"rename", "delete"}
        What it does.
    base_url, account_sid : str
        The host and the main account that it was begun for.
    undoes : str or None
        The run that it takes back, or ``"all"``.
    version : str
        Of this package, when it was begun.
    """

    run: str
    kind: Kind
    base_url: str
    account_sid: str
    undoes: str | None
    version: str


class Entry(NamedTuple):
    """One row of a plan as it is written down when its run begins.

    Attributes
    ----------
    why : str or None
        The rules that changed a name, or the reason for a deletion.
    skipped : str or None
        Why the row is not to be sent; None where it is.
    """

    sid: str | None
    account_sid: str | None
    phone_number: str | None
    old_name: str | None
    new_name: str | None
    why: str | None
    problem: str | None
    skipped: str | None


class Row(NamedTuple):
    """One row of a run that is still to be done.

    Attributes
    ----------
    attempts : int
        How often it was sent, or was about to be.
    """

    position: int
    sid: str
    account_sid: str | None
    phone_number: str | None
    old_name: str | None
    new_name: str | None
    attempts: int


class Outcome(NamedTuple):
    """What became of a row.

    Attributes
    ----------
    status : str
        One of `STATUSES`.
    may_pass : bool
        Whether a failure may be over by the time that the run is resumed.
    """

    status: str
    error: str | None = None
    request_id: str | None = None
    may_pass: bool = False
