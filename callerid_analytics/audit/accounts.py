"""What cannot be audited or acted upon: accounts that were not read, and rows that no SID tells apart."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics.audit.estate import NO_ROW, Estate, Found, joined, rows_where
from callerid_analytics.loading import FAILED


def not_read(estate: Estate) -> Found:
    """Find accounts that could not be read."""
    failed = {sid: account for sid, account in _reported(estate).items() if account.get("status") == FAILED}
    details = [f"it could not be read: {account.get('error')}" for account in failed.values()]
    return _about(list(failed), details, "Load it again: without it the audit is incomplete.")


def not_active(estate: Estate) -> Found:
    """Find accounts that are suspended or closed."""
    statuses = {
        sid: account.get("account_status") or account.get("status") for sid, account in _reported(estate).items()
    }
    idle = {sid: status for sid, status in statuses.items() if status in ("suspended", "closed", "not active")}
    details = [f"it is {status}; {_rows_read(estate, sid)}" for sid, status in idle.items()]
    return _about(list(idle), details, "Decide whether it is still needed; activated again, it can call.")


def missing_sid(estate: Estate) -> Found:
    """Find rows without a SID."""
    blank = pc.equal(pc.utf8_trim_whitespace(estate.sids), "").fill_null(True)
    return Found(
        rows_where(blank), "it has no SID", "Load it again: without its SID nothing can be done about it."
    )


def duplicate_sid(estate: Estate) -> Found:
    """Find SIDs that more than one row has."""
    named = estate.frame["sid"][np.asarray(pc.not_equal(estate.sids, "").fill_null(False))]
    repeated = named[named.duplicated(keep=False)]
    counts = repeated.groupby(repeated).transform("size").to_numpy()
    detail = joined("one of ", pa.array(counts.astype(np.int64)).cast(pa.large_string()), " rows with this SID")
    return Found(repeated.index.to_numpy(), detail, "Keep one of them: Twilio has only one.")


def _reported(estate: Estate) -> dict[str, dict[str, object]]:
    """Return the accounts of the load report, in order of their SIDs."""
    return dict(sorted(estate.report.get("accounts", {}).items()))


def _rows_read(estate: Estate, sid: str) -> str:
    count = int((estate.frame["account_sid"] == sid).sum())
    return f"{count:,} of its caller IDs were read" if count else "its caller IDs were not read"


def _about(accounts: list[str], details: list[str], suggestion: str) -> Found:
    rows = np.full(len(accounts), NO_ROW, dtype=np.int64)
    return Found(
        rows, pa.array(details, pa.large_string()), suggestion, accounts=pa.array(accounts, pa.large_string())
    )
