"""Progress: a bar in a notebook or a terminal, nothing where nobody would see it, or a call to whoever asks."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

Progress = bool | Callable[[int, int | None], object]
"""Whether to show a bar, where somebody would see it; or what to call instead, with how many are done and of how
many (None if that is not known). It is called often, in the thread that asked for the work; what it raises ends
the work, and ``KeyboardInterrupt`` ends it as Ctrl-C would."""


def progress_bar(*, unit: str, total: int | None = None, progress: Progress = True) -> Any:
    """Return a tqdm bar; one that shows nothing when nobody wants it, or standard error is a file.

    Parameters
    ----------
    unit : str
        What is counted, as a plural.
    total : int, optional
        How many there will be, where that is known.
    progress : bool or callable, default True
        See `Progress`.
    """
    from tqdm.auto import tqdm  # late: it loads ipywidgets

    tell = progress if callable(progress) else None

    class Bar(tqdm):  # type: ignore[type-arg] # generic in its stubs only
        monitor_interval = 0  # tqdm's watching thread would outlive the work

        def update(self, n: float | None = 1) -> bool | None:
            if tell is None:
                return super().update(n)
            self.n += n or 0
            tell(int(self.n), total)
            return None

    watched = progress is True and (in_notebook() or (sys.stderr is not None and sys.stderr.isatty()))
    return Bar(total=total, unit=f" {unit}", disable=not watched, dynamic_ncols=True)


def in_notebook() -> bool:
    """Whether this process is a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")
