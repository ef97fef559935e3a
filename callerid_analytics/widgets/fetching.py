"""Loading for a form, in whose status line an account that could not be read is told."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Literal

import pandas as pd

from callerid_analytics.client import Client
from callerid_analytics.loading import PartialLoadWarning, load
from callerid_analytics.progress import Progress

Accounts = Literal["self", "all"] | Sequence[str]


def fetched(client: Client, accounts: Accounts, progress: Progress) -> pd.DataFrame:
    """Return what can be read; ``attrs["load_report"]`` says what cannot, instead of a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", PartialLoadWarning)
        return load(client, accounts=accounts, progress=progress, strict=False)
