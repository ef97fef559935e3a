"""Exemptions of a policy: single caller IDs that a rule, or every rule, leaves alone for a while.

One that has ended exempts nothing, and is itself a finding as long as it stands in the policy, so that somebody
renews it or takes it out. So is one that holds and has nothing to exempt, provided that everything was read and is
audited: where an account or other rows are missing, they may be what it is for.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics.audit.estate import NO_ROW, Estate, Found
from callerid_analytics.audit.policy import Exemption


def without_exempt(estate: Estate, rule: str, found: Found) -> Found:
    """Take the findings of a rule out that are exempt, and mark in the estate which exemptions were of use."""
    here = [
        exemption
        for exemption in estate.policy.exemptions
        if exemption.rule in (None, rule) and not _has_ended(estate, exemption)
    ]
    if not here:
        return found
    sids = estate.sids.take(pa.array(found.rows, mask=found.rows == NO_ROW))
    is_exempt = pc.is_in(sids, pa.array([exemption.sid for exemption in here], pa.large_string()))
    exempt = set(sids.filter(is_exempt).to_pylist())
    estate.used_exemptions.update(exemption for exemption in here if exemption.sid in exempt)
    return _only(found, pc.invert(is_exempt))


def ended(estate: Estate) -> Found:
    """Find exemptions whose last day is over."""
    over = [exemption for exemption in estate.policy.exemptions if _has_ended(estate, exemption)]
    details = [f"{_described(exemption)} ended on {exemption.until}" for exemption in over]
    return _about(over, details, "Renew it in the policy, or take it out.")


def unused(estate: Estate) -> Found:
    """Find exemptions that hold and had nothing to exempt; evaluated after every other rule."""
    idle = [
        exemption
        for exemption in estate.policy.exemptions
        if exemption not in estate.used_exemptions and not _has_ended(estate, exemption)
    ]
    if estate.is_complete is False or estate.is_selection:
        idle = []
    details = [f"{_described(exemption)} has nothing to exempt" for exemption in idle]
    return _about(idle, details, "Take it out of the policy, or correct its SID.")


def _has_ended(estate: Estate, exemption: Exemption) -> bool:
    return exemption.until < estate.today.date()


def _described(exemption: Exemption) -> str:
    return f"the exemption from {exemption.rule or 'every rule'} ({exemption.reason})"


def _only(found: Found, mask: pa.Array) -> Found:
    def kept(texts: pa.Array | str) -> pa.Array | str:
        return texts if isinstance(texts, str) else texts.filter(mask)

    return found._replace(
        rows=found.rows[np.asarray(mask)], detail=kept(found.detail), suggestion=kept(found.suggestion)
    )


def _about(exemptions: list[Exemption], details: list[str], suggestion: str) -> Found:
    rows = np.full(len(exemptions), NO_ROW, dtype=np.int64)
    sids = pa.array([exemption.sid for exemption in exemptions], pa.large_string())
    return Found(rows, pa.array(details, pa.large_string()), suggestion, sids=sids)
