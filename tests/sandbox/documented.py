"""The account that Twilio's documentation shows, with its SIDs, its token and its caller IDs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from callerid_analytics.sandbox import Sandbox
from callerid_analytics.sandbox.store import Store
from callerid_analytics.sandbox.tables import AccountRow, CallerIdRow

DATE = "Tue, 27 Jul 2010 20:21:11 +0000"

ACCOUNT = AccountRow(
    sid="ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
    owner_account_sid="ACXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
    auth_token="your_auth_token",
    friendly_name="The documentation's",
    status="active",
    type="Full",
    date_created=DATE,
    date_updated=DATE,
)

FIRST = CallerIdRow(
    sid="PNe905d7e6b410746a0fb08c57e5a186f3",
    account_sid=ACCOUNT.sid,
    phone_number="+15105555555",
    friendly_name="(510) 555-5555",
    date_created=DATE,
    date_updated=DATE,
)

SECOND = FIRST._replace(sid="PNe536d32a3c49700934481addd5ce1659", phone_number="+14155550100", friendly_name="Old")


@contextmanager
def sandbox_with(folder: Path, account: AccountRow, *caller_ids: CallerIdRow) -> Iterator[Sandbox]:
    """Run a sandbox that holds exactly this."""
    store = Store(folder / "documented.db")
    store.add_accounts([account])
    store.add_caller_ids(caller_ids)
    store.close()
    with Sandbox(db=folder / "documented.db", randomness=Random(1)) as sandbox:
        yield sandbox
