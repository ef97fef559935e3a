"""Forms for notebooks, which draw the state of flows and plans and hold none of their own.

Each is a widget like any other: the last line of a cell shows it, and an ``HBox`` puts it beside another.
"""

from callerid_analytics.widgets.app import App
from callerid_analytics.widgets.audit_view import AuditView
from callerid_analytics.widgets.browsing import Browser
from callerid_analytics.widgets.renaming import RenameForm
from callerid_analytics.widgets.verifying import SandboxPhone, VerifyForm, VerifyQueueForm

__all__ = ["App", "AuditView", "Browser", "RenameForm", "SandboxPhone", "VerifyForm", "VerifyQueueForm"]
