"""What a bundle says about itself: where its rows come from, and what they come to."""

from __future__ import annotations

from datetime import UTC, datetime
from importlib import metadata
from typing import Any

import pandas as pd

from callerid_analytics.audit import SEVERITIES, Policy, policy_as_dict
from callerid_analytics.summary import summarize

_NOT_READ = ("failed", "not active")


def manifest(
    frame: pd.DataFrame,
    findings: pd.DataFrame,
    report: dict[str, Any] | None,
    policy: Policy | None,
    *,
    now: datetime | None = None,
) -> dict[str, Any]:
    """Return where the rows come from, and by which rules they were looked at.

    Parameters
    ----------
    frame, findings : pandas.DataFrame
        Rows and findings.
    report : dict or None
        The load report; without one it is not known whether the rows are all the rows.
    policy : Policy or None
        None for the default.
    now : datetime.datetime, optional
        With a zone; the current time by default.

    Returns
    -------
    dict
        Of what JSON can hold. It has no secret: the load report has none.
    """
    accounts = (report or {}).get("accounts", {})
    return {
        "tool": "callerid_analytics",
        "version": metadata.version("callerid-analytics"),
        "written": (now or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds"),
        "complete": is_complete(report),
        "host": (report or {}).get("host"),
        "read_from": (report or {}).get("started"),
        "read_until": (report or {}).get("finished"),
        "filters": (report or {}).get("filters", {}),
        "pages": (report or {}).get("pages"),
        "rows": len(frame),
        "findings": len(findings),
        "accounts_read": [_account(sid, it) for sid, it in accounts.items() if it["status"] == "read"],
        "accounts_not_read": [_account(sid, it) for sid, it in accounts.items() if it["status"] in _NOT_READ],
        "policy": policy_as_dict(policy),
    }


def is_complete(report: dict[str, Any] | None) -> bool | None:
    """Return whether the rows are all the rows; None when nobody can tell, as for rows from a file."""
    return None if report is None else bool(report["complete"])


def summary(frame: pd.DataFrame, findings: pd.DataFrame, report: dict[str, Any] | None) -> dict[str, Any]:
    """Return the figures: those of `callerid_analytics.summarize`, and the findings counted.

    Returns
    -------
    dict
        ``complete``, ``figures``, and the number of findings ``by_severity``, ``by_rule`` and ``by_account``.
    """
    figures = summarize(frame)
    return {
        "complete": is_complete(report),
        "figures": {str(label): None if pd.isna(figure) else figure for label, figure in figures.items()},
        "by_severity": {severity: int((findings["severity"] == severity).sum()) for severity in SEVERITIES},
        "by_rule": _counts(findings["rule"]),
        "by_account": _counts(findings["account_sid"]),
    }


def _account(sid: str, account: dict[str, Any]) -> dict[str, Any]:
    kept = ("name", "status", "pages", "rows", "error")
    return {"sid": sid} | {name: account[name] for name in kept}


def _counts(values: pd.Series) -> dict[str, int]:
    counts = values.value_counts()
    ordered = sorted(counts[counts > 0].items(), key=lambda item: (-item[1], item[0]))
    return {str(value): int(count) for value, count in ordered}
