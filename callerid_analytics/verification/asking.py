"""The one request that makes a phone ring, and what becomes of an attempt by it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from callerid_analytics.client import Client
from callerid_analytics.errors import AlreadyVerified, ApiError, RequestError, ServerError
from callerid_analytics.verification.attempt import Attempt
from callerid_analytics.verification.watching import Watcher


def ask(client: Client, attempt: Attempt, *, watcher: Watcher, clock: Callable[[], float]) -> None:
    """Have the number called; whatever happens is what the attempt knows afterwards.

    The request is never repeated where a phone may ring already. An exception that is no answer, Ctrl-C included,
    goes on its way, after the attempt was marked as of unknown outcome.

    Parameters
    ----------
    client : Client
        Sends it.
    attempt : Attempt
        A draft.
    watcher : Watcher
        Looks the number up if Twilio says that it is verified already.
    clock : callable
        Seconds since 1970.
    """
    attempt.intend(clock())
    draft = attempt.draft
    try:
        request = client.request_validation(
            draft.number,
            friendly_name=draft.name,
            call_delay=draft.delay,
            extension=draft.extension,
            status_callback=draft.status_callback,
            status_callback_method=draft.status_callback_method,
            account_sid=attempt.account_sid,
        )
    except AlreadyVerified:
        found = None
        with suppress(RequestError):
            found = watcher.find(attempt.account_sid, [attempt.number]).get(attempt.number)
        attempt.already(found, clock())
    except RequestError as error:
        if isinstance(error, ApiError) and not isinstance(error, ServerError):
            attempt.refused(error, clock())
        else:
            attempt.lost(clock(), str(error))
    except BaseException:
        attempt.lost(clock(), "The request was interrupted.")
        raise
    else:
        if request.validation_code:
            attempt.answered(request, clock())
        else:
            attempt.lost(clock(), "The answer to the request held no code.")
