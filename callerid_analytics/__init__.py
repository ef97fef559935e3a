"""Load, explore, audit, clean and verify Twilio's verified outgoing caller IDs, with pandas and in Jupyter.

::

    import callerid_analytics as ca

    client = ca.connect()
    frame = ca.load(client, accounts="all")

The names below are loaded when they are first used (https://scientific-python.org/specs/spec-0001/), so that
importing the package costs nothing that a program does not use.
"""

from typing import TYPE_CHECKING

import lazy_loader

if TYPE_CHECKING:
    from callerid_analytics import (
        audit,
        callbacks,
        cleaning,
        duplicates,
        errors,
        exports,
        filters,
        frames,
        history,
        numbering,
        plans,
        plots,
        renames,
        report,
        spreadsheets,
        verification,
        widgets,
    )
    from callerid_analytics.client import Client
    from callerid_analytics.connection import connect
    from callerid_analytics.loading import load
    from callerid_analytics.records import Account, Call, CallerId, ValidationRequest
    from callerid_analytics.sandbox import Sandbox
    from callerid_analytics.summary import summarize
    from callerid_analytics.transport import Retry

__version__ = "0.1.0"

__all__ = [
    "Account",
    "Call",
    "CallerId",
    "Client",
    "Retry",
    "Sandbox",
    "ValidationRequest",
    "audit",
    "callbacks",
    "cleaning",
    "connect",
    "duplicates",
    "errors",
    "exports",
    "filters",
    "frames",
    "history",
    "load",
    "numbering",
    "plans",
    "plots",
    "renames",
    "report",
    "spreadsheets",
    "summarize",
    "verification",
    "widgets",
]

__getattr__, __dir__, _ = lazy_loader.attach(
    __name__,
    submodules=[
        "audit",
        "callbacks",
        "cleaning",
        "duplicates",
        "errors",
        "exports",
        "filters",
        "frames",
        "history",
        "numbering",
        "plans",
        "plots",
        "renames",
        "report",
        "spreadsheets",
        "verification",
        "widgets",
    ],
    submod_attrs={
        "client": ["Client"],
        "connection": ["connect"],
        "loading": ["load"],
        "records": ["Account", "Call", "CallerId", "ValidationRequest"],
        "sandbox": ["Sandbox"],
        "summary": ["summarize"],
        "transport": ["Retry"],
    },
)
