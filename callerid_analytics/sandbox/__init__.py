"""A local Twilio: the caller-ID resources over real HTTP, on loopback, with data that a seed decides.

It knows nothing of the client beside it, so that a misunderstanding of Twilio cannot hide on both sides.

Rooms: ``server`` starts and stops it, ``routes`` maps URLs to ``operations``, ``authentication`` says who
asks, ``parameters`` reads what they ask for, ``store`` keeps the state and its rules, ``telephony`` plays the
verification call, ``resources`` says what is answered and ``representations`` how, ``problems`` lists the
refusals, and ``generator`` makes the data from the words in ``vocabulary``.
"""

from callerid_analytics.sandbox.server import Sandbox

__all__ = ["Sandbox"]
