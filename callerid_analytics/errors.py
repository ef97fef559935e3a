"""Every error that this package raises, in one tree.

::

    CallerIdError
    ├── ConfigurationError (ValueError)      credentials or settings that cannot be used
    │   └── MissingCredentials               none are set, or half of a pair
    ├── InvalidParameter (ValueError)        an argument that no request was made for
    ├── ContractError (ValueError)           a frame without the columns or dtypes that are needed
    ├── ExportError (OSError)                a file that cannot be written or read
    ├── RecipeError (ValueError)             a recipe that cannot be read or cannot be applied to this frame
    ├── PlanError (ValueError)               a plan that makes no sense; names row and column
    ├── PolicyError (ValueError)             a policy of the audit that cannot be read; names key and value
    ├── JournalError (OSError)               a journal that cannot be used, or lacks what is asked for
    │   └── JournalBusy                      another process is working on it
    ├── QueueError (OSError)                 a verification queue's file that cannot be used
    ├── NotVerified                          a verification ended, and the number is not verified
    ├── PartialLoadError                     some account could not be read; holds what was
    ├── Cancelled                            the caller asked for the work to stop
    └── RequestError                         something went wrong between us and the server
        ├── ConnectionFailed (ConnectionError)   no complete answer arrived
        │   └── TimedOut (TimeoutError)
        ├── UnexpectedResponse               an answer that is not Twilio's: HTML, cut JSON, a redirect
        └── ApiError                         the server's own refusal
            ├── AuthenticationFailed (PermissionError)   401
            ├── PermissionDenied (PermissionError)       403
            ├── NotFound (LookupError)                   404
            ├── InvalidRequest (ValueError)              other 4xx
            │   ├── AlreadyVerified                      code 21450
            │   └── InvalidPhoneNumber                   codes 21401, 21211, 21217, 21421
            ├── TooManyRequests                          429
            └── ServerError                              5xx

    KeyboardInterrupt
    └── Interrupted                          Ctrl-C during a run; says which run to resume

Those that inherit twice can be caught as the built-in error that they are as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class CallerIdError(Exception):
    """The root of the tree: catch this to catch everything of ours."""


class ConfigurationError(CallerIdError, ValueError):
    """The credentials or settings cannot be used as they are."""


class MissingCredentials(ConfigurationError):
    """No credentials are set, or only half of a pair."""


class InvalidParameter(CallerIdError, ValueError):
    """An argument is outside what it may be; nothing was sent and nothing was changed."""


class ContractError(CallerIdError, ValueError):
    """A frame lacks a column, or a column has another dtype than the contract says."""


class ExportError(CallerIdError, OSError):
    """A file cannot be written or read; a file that was there before is as it was."""


class RecipeError(CallerIdError, ValueError):
    """A recipe cannot be read, or a rule cannot be applied to this frame; no name was changed."""


class PlanError(CallerIdError, ValueError):
    """A plan makes no sense as it is; the message names row and column, and nothing was sent."""


class PolicyError(CallerIdError, ValueError):
    """A policy of the audit cannot be read, or asks for what there is not; nothing was audited."""


class JournalError(CallerIdError, OSError):
    """A journal cannot be read or written, or does not hold what is asked for; nothing was sent."""


class JournalBusy(JournalError):
    """Another process, or another thread, is changing caller IDs by this journal at this moment."""


class QueueError(CallerIdError, OSError):
    """The file of a verification queue cannot be read or written, or somebody else works by it."""


class NotVerified(CallerIdError):
    """A verification has ended, and the account may not show the number.

    Attributes
    ----------
    state : str
        How it ended: ``failed``, ``timed out``, ``cancelled`` …
    """

    def __init__(self, message: str, *, state: str) -> None:
        super().__init__(message)
        self.state = state


class Cancelled(CallerIdError):
    """The work was stopped because its caller asked for that."""


class PartialLoadError(CallerIdError):
    """At least one account could not be read, so the rows are not all the rows.

    Attributes
    ----------
    frame : pandas.DataFrame
        The rows of the accounts that could be read, as `load` would have returned them.
    report : dict
        The load report; ``report["accounts"][sid]["error"]`` says what happened.
    """

    def __init__(self, message: str, *, frame: pd.DataFrame, report: dict[str, Any]) -> None:
        super().__init__(message)
        self.frame = frame
        self.report = report


class Interrupted(KeyboardInterrupt):
    """Ctrl-C ended a run before its last row; what was under way is settled and in the journal.

    Attributes
    ----------
    run : str
        The run to resume.
    """

    def __init__(self, message: str, *, run: str) -> None:
        super().__init__(message)
        self.run = run


class RequestError(CallerIdError):
    """A request that did not end well.

    Attributes
    ----------
    status : int or None
        HTTP status, where an answer arrived.
    code : int or None
        Twilio's error code (https://www.twilio.com/docs/api/errors), where it sent one.
    more_info : str or None
        The address of Twilio's page about the code.
    request_id : str or None
        ``Twilio-Request-Id``: what Twilio's support asks for.
    retryable : bool
        Whether the same request may succeed later, without a change.
    retry_after : float or None
        Seconds that the server asked to wait.
    retries : int
        How often the request had been repeated when this ended it.
    """

    retryable = False
    retry_after: float | None = None
    retries: int = 0

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: int | None = None,
        more_info: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.more_info = more_info
        self.request_id = request_id


class ConnectionFailed(RequestError, ConnectionError):
    """The server could not be reached, or the connection broke before its answer was complete."""

    retryable = True


class TimedOut(ConnectionFailed, TimeoutError):
    """The server did not answer in time."""


class UnexpectedResponse(RequestError):
    """The answer is not one of Twilio's: a page of HTML, JSON cut short, a redirect."""


class ApiError(RequestError):
    """Twilio refused the request, and said why."""


class AuthenticationFailed(ApiError, PermissionError):
    """The account SID or its secret is wrong (401)."""


class PermissionDenied(ApiError, PermissionError):
    """The credentials are right but do not reach this (403)."""


class NotFound(ApiError, LookupError):
    """There is no such thing under this account (404)."""


class InvalidRequest(ApiError, ValueError):
    """Twilio found the request itself wrong (400 and other 4xx)."""


class AlreadyVerified(InvalidRequest):
    """The number is a verified caller ID of the account already (21450)."""


class InvalidPhoneNumber(InvalidRequest):
    """Twilio does not take this text for a phone number that it can call."""


class TooManyRequests(ApiError):
    """More requests at once than the account may make (429); none of them was processed."""

    retryable = True


class ServerError(ApiError):
    """Twilio failed (5xx)."""

    retryable = True
