"""`audit`: every rule on a whole frame."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from callerid_analytics.audit import exemptions, findings
from callerid_analytics.audit.estate import estate
from callerid_analytics.audit.policy import Policy
from callerid_analytics.audit.rules import rules_for
from callerid_analytics.progress import Progress, progress_bar


def audit(
    frame: pd.DataFrame,
    policy: Policy | None = None,
    *,
    report: dict[str, Any] | None = None,
    today: date | None = None,
    progress: Progress = False,
) -> pd.DataFrame:
    """Find what is wrong with caller IDs.

    Parameters
    ----------
    frame : pandas.DataFrame
        Caller IDs, as `callerid_analytics.load` returns them; neither index nor order of the rows matters.
    policy : Policy, optional
        What `load_policy` has read; without it every rule is evaluated, and nothing else.
    report : dict, optional
        The load report; by default ``frame.attrs["load_report"]``, where it is there.
    today : datetime.date or datetime.datetime, optional
        What ages and exemptions go by; by default now. A date is its first moment, and what has no zone is UTC.
    progress : bool or callable, default False
        Show a progress bar, in a notebook or in a terminal; or what to call instead, after each rule, with how
        many rules are done and of how many. What it raises ends the audit.

    Returns
    -------
    pandas.DataFrame
        One row per finding: ``rule`` and ``severity`` (categories of text), ``sid`` (text), ``account_sid``
        (category of text), ``phone_number``, ``friendly_name``, ``detail`` and ``suggestion`` (text). Sorted by
        severity, high first, then rule, account, SID, number and detail, what is missing last: the same caller IDs
        on the same day give the same table, so that two audits can be compared. A finding about an account has no
        SID, and one about an exemption nothing but the SID.

        ``attrs`` has ``rows`` (how many caller IDs were audited), ``today`` (ISO 8601) and ``complete``: False
        when an account could not be read, which is a finding too, and None when there is no report to tell.

    Raises
    ------
    ContractError
        The frame breaks the column contract, or says of a number neither that it is valid nor that it is not.
    InvalidParameter
        `today` is no date.
    PolicyError
        The policy names a rule that there is not.

    Examples
    --------
    >>> from callerid_analytics import frames
    >>> audit(frames.empty()).columns.tolist()
    ['rule', 'severity', 'sid', 'account_sid', 'phone_number', 'friendly_name', 'detail', 'suggestion']
    """
    policy = policy or Policy()
    rules = rules_for(policy)
    under_audit = estate(frame, policy, frame.attrs.get("load_report") if report is None else report, today)
    answers = []
    with progress_bar(unit="rules", total=len(rules), progress=progress) as bar:
        for rule in rules:
            rows = exemptions.without_exempt(under_audit, rule.id, rule.find(under_audit))
            answers.append((rule.id, rule.severity, rows))
            bar.update()
    found = findings.table(under_audit, answers)
    found.attrs = {
        "complete": under_audit.is_complete,
        "rows": len(under_audit.frame),
        "today": under_audit.today.isoformat(),
    }
    return found
