"""What dates tell: caller IDs that nobody has touched for years, many made at once, and dates that cannot be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics.audit.estate import Estate, Found, Mask, Rows, joined, listed, only_where, rows_where

_TWILIO_BEGAN = pd.Timestamp("2008-01-01", tz="UTC")
"""Twilio was founded in 2008: https://www.twilio.com/en-us/company"""
_CLOCKS_DIFFER = pd.Timedelta(days=1).as_unit("us")
_SETTLING = pd.Timedelta(days=1).as_unit("us")  # in nanoseconds, dates after 2262 would not fit
"""A name given on the day of the verification is part of it, and no later touch."""


def missing(estate: Estate) -> Found:
    """Find rows without a date of creation, or of their last update."""
    detail = listed(
        only_where(pa.array(estate.frame["date_created"].isna()), "no date of creation"),
        only_where(pa.array(estate.frame["date_updated"].isna()), "no date of its last update"),
    )
    return _where_told(detail, "Load it again; the audit cannot tell its age.")


def impossible(estate: Estate) -> Found:
    """Find dates in the future, before Twilio, or in the wrong order."""
    created, updated = estate.frame["date_created"], estate.frame["date_updated"]
    latest = estate.today + _CLOCKS_DIFFER
    detail = listed(
        _told(created > latest, "created in the future, ", created),
        _told(updated > latest, "updated in the future, ", updated),
        _told(created < _TWILIO_BEGAN, "created before Twilio began, ", created),
        _told(updated < created, "updated before it was created, ", updated),
    )
    return _where_told(detail, "Ask Twilio's support, or whoever made the file, where the date is from.")


def stale(estate: Estate) -> Found:
    """Find what was created long ago and not touched since."""
    created, updated = estate.frame["date_created"], estate.frame["date_updated"]
    old = created <= estate.today - pd.DateOffset(years=estate.policy.thresholds.stale_years)
    untouched = updated.isna() | (updated <= created + _SETTLING)
    rows = rows_where((old & untouched).to_numpy())
    detail = joined("created ", _days(created.iloc[rows]), " and not touched since")
    return Found(rows, detail, "Ask its owner whether it is still needed.")


def burst(estate: Estate) -> Found:
    """Find caller IDs that one account got many of within minutes."""
    count = estate.policy.thresholds.burst_count
    window = np.timedelta64(estate.policy.thresholds.burst_minutes, "m")
    dates = estate.frame["date_created"].dt.tz_localize(None).to_numpy()
    codes = estate.frame["account_sid"].cat.codes.to_numpy()
    dated = np.flatnonzero(~np.isnat(dates) & (codes >= 0))
    order = dated[np.lexsort((dated, dates[dated], codes[dated]))]
    member, begins = _in_bursts(codes[order], dates[order], count, window)
    rows, which = order[member], np.cumsum(begins) - 1
    detail = _burst_detail(np.bincount(which), dates[rows[begins]])
    sorting = np.argsort(rows)
    return Found(rows[sorting], detail.take(pa.array(which[sorting])), "Ask who made them, and whether by script.")


def _in_bursts(codes: np.ndarray, dates: np.ndarray, count: int, window: np.timedelta64) -> tuple[Mask, Mask]:
    """Say which rows, sorted by account and date, are in a burst, and which of those begin one."""
    last = max(len(dates) - count + 1, 0)
    is_full = (codes[:last] == codes[len(codes) - last :]) & (dates[len(dates) - last :] - dates[:last] <= window)
    change = np.zeros(len(dates) + 1, dtype=np.int64)
    change[:last] += is_full
    change[count : count + last] -= is_full
    member = change[:-1].cumsum() > 0
    apart = np.ones(len(dates), dtype=bool)
    apart[1:] = ~member[:-1] | (codes[1:] != codes[:-1]) | (np.diff(dates) > window)
    return member, apart[member]


def _burst_detail(sizes: np.ndarray, firsts: np.ndarray) -> pa.Array:
    moments = pc.utf8_slice_codeunits(pa.array(firsts).cast(pa.large_string()), 0, 16)
    counts = pa.array(sizes).cast(pa.large_string())
    return joined("one of ", counts, " that its account got from ", moments, " UTC on")


def _told(mask: pd.Series, what: str, dates: pd.Series) -> pa.Array:
    """Return a text with the date where a mask is true, and missing ones elsewhere."""
    wanted = mask.to_numpy(dtype=bool)
    return pc.replace_with_mask(
        pa.nulls(len(dates), pa.large_string()), wanted, joined(what, _days(dates[wanted]))
    )


def _where_told(detail: pa.Array, suggestion: str) -> Found:
    rows: Rows = rows_where(pc.not_equal(detail, ""))
    return Found(rows, detail.take(pa.array(rows)), suggestion)


def _days(dates: pd.Series) -> pa.Array:
    text = pa.array(dates.dt.tz_localize(None)).cast(pa.large_string())
    return pc.replace_substring_regex(text, " .*", "")
