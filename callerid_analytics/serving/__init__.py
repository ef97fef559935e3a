"""The app as a web page: a notebook of one cell that Voilà shows, and the settings that it shows it with."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

PAGE = "Caller IDs.ipynb"
"""The notebook's file; its name is the page's title."""
TEMPLATE = "callerids"
"""A template of Voilà that fetches nothing from another host."""
JUPYTER_PATH = Path(__file__).parent
"""Where Voilà finds the template, once this folder is in its ``JUPYTER_PATH``."""

_HOST = "127.0.0.1"
_SECONDS_IDLE = 300
"""After which the kernel of a page that was closed is ended."""


def write_app(
    folder: Path,
    accounts: Literal["self", "all"] | Sequence[str],
    *,
    port: int,
    token: str,
    opens_browser: bool,
    theme: str,
) -> None:
    """Write what Voilà needs to a folder of its owner's alone; run there, ``voila`` serves `PAGE`.

    Parameters
    ----------
    folder : pathlib.Path
        An empty one. The app itself works where this process does.
    accounts : {"self", "all"} or sequence of str
        As for `callerid_analytics.load`.
    port : int
        On 127.0.0.1.
    token : str
        What the address must hold. It is in a file, since a process's arguments can be read by others.
    opens_browser : bool
        Whether Voilà is to open it.
    theme : str
        ``light`` or ``dark``.
    """
    source = (
        "import os\n"
        f"os.chdir({str(Path.cwd())!r})\n"
        "from callerid_analytics import Client\n"
        "from callerid_analytics.widgets import App\n"
        f"App(Client.from_env(), accounts={accounts!r})"
    )
    (folder / PAGE).write_text(json.dumps(_notebook(source)))
    settings = {
        "Voila": {"ip": _HOST, "port": port, "token": token, "open_browser": opens_browser, "log_level": "WARN"},
        "VoilaConfiguration": {"template": TEMPLATE, "theme": theme, "file_allowlist": []},
        "MappingKernelManager": {"cull_idle_timeout": _SECONDS_IDLE, "cull_interval": 60},
    }
    (folder / "voila.json").write_text(json.dumps(settings))


def _notebook(source: str) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": "app", "metadata": {}, "source": source, "outputs": []}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": kernel},
        "cells": [{**cell, "execution_count": None}],
    }
