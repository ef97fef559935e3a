"""Pages of rows become columns: Arrow's while they arrive, as small as in the frame, then those of pandas.

There is no Python object for a row or a field of it for longer than its page is looked at. Dates are read, and
what repeats itself is written once, for several pages at a time, since that costs per call as well as per row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics import frames
from callerid_analytics.dates import parse_texts
from callerid_analytics.records import CallerIdPage

Integers = npt.NDArray[np.integer]
Mask = npt.NDArray[np.bool_]

_TEXT, _CATEGORY = pa.large_string(), pa.dictionary(pa.int32(), pa.string())
_ACCOUNT, _UNREADABLE = "account", "unreadable_dates"
_SENT = pa.schema(
    {
        "sid": _TEXT,
        "account_sid": _CATEGORY,
        "phone_number": _TEXT,
        "friendly_name": _TEXT,
        "date_created": _TEXT,
        "date_updated": _TEXT,
        "uri": _TEXT,
        _ACCOUNT: pa.int32(),
    }
)
_DATES = ("date_created", "date_updated")
_PAGES_AT_ONCE = 16


class Count(NamedTuple):
    """What came of one account.

    Attributes
    ----------
    rows : int
        How many there are.
    repeats : int
        How many came twice, since the list shifted while it was read.
    unreadable_dates : int
        How many texts are there that are no date.
    """

    rows: int
    repeats: int
    unreadable_dates: int


class Columns:
    """The rows of some accounts, as they come: pages of one account in order, those of several as it happens."""

    def __init__(self) -> None:
        self._pages: list[pa.Table] = []
        self._whole: list[pa.Table] = []

    def add(self, page: CallerIdPage, account: int) -> int:
        """Keep a page's rows; return how many there are.

        Parameters
        ----------
        page : CallerIdPage
            Not yet decoded.
        account : int
            Which of the accounts it is of, counted from 0.

        Raises
        ------
        UnexpectedResponse
            A row that is not a caller ID.
        """
        columns = page.columns()
        arrays = [pa.array(columns[name], _SENT.field(name).type) for name in _SENT.names[:-1]]
        table = pa.table([*arrays, pa.array(np.full(len(arrays[0]), account, np.int32))], _SENT)
        self._pages.append(table)
        if len(self._pages) == _PAGES_AT_ONCE:
            self._make_whole()
        return int(table.num_rows)

    def take(self, account_names: Sequence[str | None]) -> tuple[pd.DataFrame, list[Count]]:
        """Return the rows, account by account, each SID of one once, as it was when it came last; keep none.

        Parameters
        ----------
        account_names : sequence of str
            The name of each account.

        Returns
        -------
        pandas.DataFrame, list of Count
            With those columns of `callerid_analytics.frames.COLUMNS` that do not follow from the number; and
            what came of each account.
        """
        self._make_whole()
        table = pa.concat_tables(self._whole)
        self._whole.clear()
        accounts, unreadable = (table[name].to_numpy() for name in (_ACCOUNT, _UNREADABLE))
        rows = np.argsort(accounts, kind="stable")
        rows = rows[~_repeated(table["sid"], accounts)[rows]]
        came, kept, bad = (
            np.bincount(which, weights, len(account_names)).astype(int).tolist()
            for which, weights in ((accounts, None), (accounts[rows], None), (accounts[rows], unreadable[rows]))
        )
        counts = [Count(left, all_ - left, dates) for all_, left, dates in zip(came, kept, bad, strict=True)]
        names = pd.Series(list(account_names), dtype=frames.TEXT).astype(frames.CATEGORY)
        name = names.take(accounts[rows]).cat.remove_unused_categories().reset_index(drop=True)
        columns = dict(zip(table.column_names, table.unify_dictionaries().columns, strict=True))
        del table, columns[_ACCOUNT], columns[_UNREADABLE]
        return _whole(columns, rows).assign(account_name=name), counts

    def _make_whole(self) -> None:
        _release_unused()
        sent = pa.concat_tables([_SENT.empty_table(), *self._pages])
        self._pages.clear()
        columns = {name: sent[name].combine_chunks() for name in sent.column_names}
        unreadable = np.zeros(sent.num_rows, np.uint8)
        for name in _DATES:
            texts, columns[name] = columns[name], parse_texts(columns[name])
            unreadable += np.asarray(pc.and_(texts.is_valid(), columns[name].is_null()))
        self._whole.append(pa.table({**columns, _UNREADABLE: unreadable}))


def _repeated(sids: pa.ChunkedArray, accounts: Integers) -> Mask:
    """Say which rows come once more, later and of the same account; those without a SID do not."""
    if pc.count_distinct(sids).as_py() == len(sids) - sids.null_count:
        return np.zeros(len(sids), bool)
    sid = sids.to_pandas()
    twice = pd.DataFrame({"sid": sid, "account": accounts}).duplicated(keep="last")
    repeated: Mask = (twice & sid.notna()).to_numpy()
    return repeated


def _whole(columns: dict[str, pa.ChunkedArray], rows: Integers) -> pd.DataFrame:
    """Make whole columns of columns in pieces, which are let go; never is there more than one of them twice."""
    is_all = np.array_equal(rows, np.arange(len(columns["sid"])))
    chosen = None if is_all else pa.array(rows)
    return pd.DataFrame({name: _series(columns.pop(name), chosen) for name in list(columns)}, copy=False)


def _series(column: pa.ChunkedArray, rows: pa.Array | None) -> pd.Series:
    _release_unused()
    whole = column.combine_chunks()
    del column
    if rows is not None:
        whole = whole.take(rows)
    series: pd.Series = whole.to_pandas(types_mapper={_TEXT: frames.TEXT}.get)
    if isinstance(series.dtype, pd.CategoricalDtype):
        return series.cat.reorder_categories(series.cat.categories.sort_values())
    return series


def _release_unused() -> None:
    """Give back the memory of columns that are gone: Arrow would keep it for a while."""
    pa.default_memory_pool().release_unused()
