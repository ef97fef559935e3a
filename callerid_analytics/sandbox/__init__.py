"""A local Twilio: the caller-ID resources over real HTTP, on loopback, with data that a seed decides.

It knows nothing of the client beside it, so that a misunderstanding of Twilio cannot hide on both sides.

Rooms: ``server`` starts and stops it, ``routes`` maps URLs to ``operations``, ``authentication`` says who
asks, ``parameters`` reads what they ask for, ``store`` keeps the state and its rules, ``telephony`` plays the
verification call, ``resources`` says what is answered and ``representations`` how, ``problems`` lists the
refusals, ``rules`` which of them depend on the sandbox, and ``generator`` makes the data from the words in
``vocabulary``.

What happens to a call is data in ``call_states``, when it happens the ``clock`` decides; ``callbacks`` writes
and signs what is told at its end, and ``delivery`` sends it. ``outside`` is the world that picks up the phones,
in Python, and ``control`` the same over HTTP, with the ``page`` for people. ``rules`` choose where Twilio's
behaviour is unsure, ``faults`` say what goes wrong, ``misbehaviour`` makes it so, and ``request_log`` remembers
what was asked.
"""

from callerid_analytics.sandbox.clock import Clock
from callerid_analytics.sandbox.faults import Fault
from callerid_analytics.sandbox.server import Sandbox

__all__ = ["Clock", "Fault", "Sandbox"]
