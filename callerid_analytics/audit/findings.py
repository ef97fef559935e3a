"""The table of findings: its columns, and how what the rules have found is put into it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from callerid_analytics import frames
from callerid_analytics.audit.estate import NO_ROW, Estate, Found
from callerid_analytics.audit.policy import SEVERITIES, Severity

FINDING_COLUMNS = (
    "rule", "severity", "sid", "account_sid", "phone_number", "friendly_name", "detail", "suggestion",
)  # fmt: skip

Answer = tuple[str, Severity, Found]
"""A rule's id, its severity, and what it has found."""


def table(estate: Estate, answers: Sequence[Answer]) -> pd.DataFrame:
    """Put what the rules have found into one table, in its order.

    Returns
    -------
    pandas.DataFrame
        With `FINDING_COLUMNS`, sorted by severity, rule, account, SID, number and detail, what is missing last.
    """
    answers = sorted(answers, key=lambda answer: (SEVERITIES.index(answer[1]), answer[0]))
    rows = _concatenated([found.rows for _, _, found in answers])
    which = np.repeat(np.arange(len(answers)), [len(found.rows) for _, _, found in answers])
    columns = _texts(estate, rows, answers)
    order = np.asarray(
        pc.sort_indices(
            pa.table({"which": which, **columns}),
            sort_keys=[
                (key, "ascending")
                for key in ("which", "account_sid", "sid", "phone_number", "detail", "friendly_name", "suggestion")
            ],
        )
    )
    rules = sorted({rule for rule, _, _ in answers})
    codes = np.array([[rules.index(rule), SEVERITIES.index(severity)] for rule, severity, _ in answers])
    rule, severity = codes.reshape(-1, 2)[which[order]].T
    texts: pd.DataFrame = (
        pa.table(columns).take(order).to_pandas(types_mapper={pa.large_string(): frames.TEXT}.get)
    )
    return texts.assign(
        rule=_categorical(rule, rules),
        severity=_categorical(severity, SEVERITIES),
        account_sid=texts["account_sid"].astype(frames.CATEGORY),
    ).loc[:, list(FINDING_COLUMNS)]


def _texts(estate: Estate, rows: npt.NDArray[np.int64], answers: Sequence[Answer]) -> dict[str, pa.ChunkedArray]:
    at = pa.array(rows, mask=rows == NO_ROW)
    return {
        "sid": pc.coalesce(estate.sids.take(at), _column(answers, "sids")),
        "account_sid": pc.coalesce(estate.accounts.take(at), _column(answers, "accounts")),
        "phone_number": estate.numbers.take(at),
        "friendly_name": estate.names.dictionary.take(estate.names.indices.take(at)),
        "detail": _column(answers, "detail"),
        "suggestion": _column(answers, "suggestion"),
    }


def _column(answers: Sequence[Answer], name: str) -> pa.Array:
    parts = [_repeated(getattr(found, name), len(found.rows)) for _, _, found in answers]
    return pa.concat_arrays([pa.array([], pa.large_string()), *parts])


def _repeated(texts: pa.Array | str | None, count: int) -> pa.Array:
    return texts if isinstance(texts, pa.Array) else pa.repeat(pa.scalar(texts, pa.large_string()), count)


def _concatenated(parts: list[npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
    return np.concatenate([np.empty(0, dtype=np.int64), *parts])


def _categorical(codes: npt.NDArray[np.int64], labels: Sequence[str]) -> pd.Categorical:
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(labels), dtype=frames.TEXT))
