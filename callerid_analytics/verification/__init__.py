"""Verifying numbers: a flow that knows its states and never heard of widgets or terminals.

To show a number as caller ID it must be verified once: Twilio gives a code, calls the number, and somebody types
the code. `ensure_verified` does that for one number if it is needed; `Verification` is the same in steps, for
forms; `VerificationQueue` does it for many, and can be stopped at any moment.
"""

from callerid_analytics.verification.attempt import Change
from callerid_analytics.verification.drafts import READING_TIME, Draft, Preview, check, preview
from callerid_analytics.verification.ensuring import ensure_verified
from callerid_analytics.verification.flow import Verification
from callerid_analytics.verification.queue import VerificationQueue
from callerid_analytics.verification.states import GOOD, MEANINGS, MOVES, UNDER_WAY, State

__all__ = [
    "GOOD",
    "MEANINGS",
    "MOVES",
    "READING_TIME",
    "UNDER_WAY",
    "Change",
    "Draft",
    "Preview",
    "State",
    "Verification",
    "VerificationQueue",
    "check",
    "ensure_verified",
    "preview",
]
