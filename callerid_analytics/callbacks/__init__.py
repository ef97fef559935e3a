"""What Twilio says when a verification call is over: status callbacks, believed only when signed.

Twilio calls an address of yours once the call has ended. Anybody can call that address, so each callback carries a
signature made with the account's auth token (https://www.twilio.com/docs/usage/security), and what is not signed
right is refused here. Sub-accounts sign with their own token, presumably; an API key's secret signs nothing. Where
there is no token, leave callbacks out: the outcome is then found by looking at the list.
"""

from callerid_analytics.callbacks.events import CallbackEvent
from callerid_analytics.callbacks.receiver import CallbackReceiver
from callerid_analytics.callbacks.signatures import is_signed, signature, tokens_of
from callerid_analytics.callbacks.wsgi import application

__all__ = ["CallbackEvent", "CallbackReceiver", "application", "is_signed", "signature", "tokens_of"]
