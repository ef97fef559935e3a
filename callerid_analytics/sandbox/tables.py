"""The tables of the sandbox's database and one row of each.

What is listed has a position, which grows with every row and is never used again, so that a page token can
name it, and keeps its dates as the text that is sent: a page sends 2,000 of them. The moments of a call are
seconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

VERSION = 0x43494402
"""Marks a SQLite file as ours ("CID") and says which schema it has; the last byte counts up."""

STATUSES = ("active", "suspended", "closed")
"""Of an account (Twilio docs)."""

SCHEMA = """
CREATE TABLE accounts (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    sid TEXT NOT NULL UNIQUE,
    owner_account_sid TEXT NOT NULL,
    auth_token TEXT NOT NULL,
    friendly_name TEXT NOT NULL,
    status TEXT NOT NULL,
    type TEXT NOT NULL,
    date_created TEXT NOT NULL,
    date_updated TEXT NOT NULL
);
CREATE TABLE api_keys (
    sid TEXT PRIMARY KEY,
    account_sid TEXT NOT NULL REFERENCES accounts (sid),
    secret TEXT NOT NULL
);
CREATE TABLE caller_ids (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    sid TEXT NOT NULL UNIQUE,
    account_sid TEXT NOT NULL REFERENCES accounts (sid),
    phone_number TEXT NOT NULL,
    friendly_name TEXT NOT NULL,
    date_created TEXT NOT NULL,
    date_updated TEXT NOT NULL
);
CREATE INDEX caller_ids_in_order ON caller_ids (account_sid, position);
CREATE UNIQUE INDEX caller_ids_by_number ON caller_ids (account_sid, phone_number);
CREATE INDEX caller_ids_by_name ON caller_ids (account_sid, friendly_name);
CREATE TABLE calls (
    sid TEXT PRIMARY KEY,
    account_sid TEXT NOT NULL REFERENCES accounts (sid),
    phone_number TEXT NOT NULL,
    friendly_name TEXT,
    validation_code TEXT NOT NULL,
    call_delay INTEGER NOT NULL,
    extension TEXT,
    status_callback TEXT,
    status_callback_method TEXT NOT NULL,
    behaviour TEXT NOT NULL,
    state TEXT NOT NULL,
    due REAL,
    attempts_left INTEGER NOT NULL,
    extension_dialled INTEGER NOT NULL,
    caller_id_sid TEXT,
    date_created REAL NOT NULL,
    date_updated REAL NOT NULL,
    start_time REAL,
    answer_time REAL,
    end_time REAL
);
CREATE INDEX calls_by_due ON calls (due) WHERE due IS NOT NULL;
CREATE TABLE callbacks (
    sid TEXT PRIMARY KEY REFERENCES calls (sid),
    date_created REAL NOT NULL,
    attempts INTEGER NOT NULL,
    status INTEGER,
    error TEXT
);
"""


class AccountRow(NamedTuple):
    """A main account, which owns itself, or a sub-account, which a main account owns."""

    sid: str
    owner_account_sid: str
    auth_token: str
    friendly_name: str
    status: str
    type: str
    date_created: str
    date_updated: str


class ApiKeyRow(NamedTuple):
    """An API key of an account."""

    sid: str
    account_sid: str
    secret: str


class CallerIdRow(NamedTuple):
    """A verified number."""

    sid: str
    account_sid: str
    phone_number: str
    friendly_name: str
    date_created: str
    date_updated: str


class CallRow(NamedTuple):
    """A verification call with all that its validation request asked for."""

    sid: str
    account_sid: str
    phone_number: str
    friendly_name: str | None
    validation_code: str
    call_delay: int
    extension: str | None
    status_callback: str | None
    status_callback_method: str
    behaviour: str
    state: str
    due: float | None
    attempts_left: int
    extension_dialled: int
    caller_id_sid: str | None
    date_created: float
    date_updated: float
    start_time: float | None
    answer_time: float | None
    end_time: float | None

    @property
    def duration(self) -> int | None:
        """Whole seconds from answer to hang-up, once both are known."""
        if self.answer_time is None or self.end_time is None:
            return None
        return int(self.end_time - self.answer_time)


class CallbackRow(NamedTuple):
    """The status callback of a call that has ended, and what came of it; its SID is the call's."""

    sid: str
    date_created: float
    attempts: int = 0
    status: int | None = None
    error: str | None = None


NAMES: Mapping[type, str] = {
    AccountRow: "accounts",
    ApiKeyRow: "api_keys",
    CallerIdRow: "caller_ids",
    CallRow: "calls",
    CallbackRow: "callbacks",
}
"""Which table holds which rows."""
