"""What changed since: dated snapshots of caller IDs, and the difference of two.

Twilio keeps no history of caller IDs. Who wants to know tomorrow what was deleted, renamed or verified again has
to keep today's rows::

    from callerid_analytics import history

    history.take_snapshot(frame, "caller-id-snapshots")
    old = history.read_snapshot("caller-id-snapshots", "2026-11-01")
    history.diff(old, frame)
"""

from callerid_analytics.history.coverage import DiffWarning
from callerid_analytics.history.differences import DIFF_COLUMNS, KINDS, diff, summarize_diff
from callerid_analytics.history.snapshots import Snapshot, list_snapshots, read_snapshot, take_snapshot

__all__ = [
    "DIFF_COLUMNS",
    "KINDS",
    "DiffWarning",
    "Snapshot",
    "diff",
    "list_snapshots",
    "read_snapshot",
    "summarize_diff",
    "take_snapshot",
]
