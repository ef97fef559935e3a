"""The forms that verify numbers, and a phone to rehearse with."""

from callerid_analytics.widgets.verifying.phone import SandboxPhone
from callerid_analytics.widgets.verifying.verify import VerifyForm
from callerid_analytics.widgets.verifying.verify_queue import VerifyQueueForm

__all__ = ["SandboxPhone", "VerifyForm", "VerifyQueueForm"]
