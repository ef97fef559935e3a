"""Progress bars: a widget in a notebook, a line in a terminal, and nothing where nobody would see it move."""

from __future__ import annotations

import sys
from typing import Any


def progress_bar(*, unit: str, total: int | None = None, shown: bool = True) -> Any:
    """Return a tqdm bar; one that does nothing when it is not to be shown, or standard error is a file.

    Parameters
    ----------
    unit : str
        What is counted, as a plural.
    total : int, optional
        How many there will be, where that is known.
    shown : bool, default True
        Whether the user wants one.
    """
    from tqdm.auto import tqdm  # late: it loads ipywidgets

    class Bar(tqdm):  # type: ignore[type-arg] # generic in its stubs only
        monitor_interval = 0  # tqdm's watching thread would outlive the work

    watched = shown and (in_notebook() or (sys.stderr is not None and sys.stderr.isatty()))
    return Bar(total=total, unit=f" {unit}", disable=not watched, dynamic_ncols=True)


def in_notebook() -> bool:
    """Whether this process is a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")
