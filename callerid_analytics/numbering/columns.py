"""Columns of pandas as text of Arrow, and back."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa


def as_text(numbers: pd.Series) -> pa.ChunkedArray | None:
    """Return a column as text of Arrow; nothing if an element is neither missing nor text that UTF-8 can hold."""
    try:
        if isinstance(numbers.dtype, pd.StringDtype):
            texts = pa.array(numbers.array)  # in several pieces where several columns were put together
            return texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([texts])
        elements = numbers.astype(object).where(numbers.notna(), None).to_numpy(dtype=object)
        if pd.api.types.infer_dtype(elements, skipna=True) not in ("string", "empty"):
            return None
        return pa.chunked_array([pa.array(elements, pa.large_string())])
    except UnicodeEncodeError:  # half of a surrogate pair
        return None


def like(numbers: pd.Series, texts: pa.LargeStringArray) -> pd.Series:
    """Return texts with index, name and dtype of another column; as objects, if its dtype is none of text."""
    if isinstance(numbers.dtype, pd.StringDtype):
        values = texts.to_pandas(types_mapper={pa.large_string(): numbers.dtype}.get).array
        return pd.Series(values, index=numbers.index, name=numbers.name)
    return pd.Series(texts.to_numpy(zero_copy_only=False), index=numbers.index, name=numbers.name, dtype=object)
