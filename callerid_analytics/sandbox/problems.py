"""Twilio's refusals, each with its HTTP status, error code and message.

Codes and their meanings are those of Twilio's error dictionary (https://www.twilio.com/docs/api/errors). For
most of them Twilio documents neither status nor wording, so a client should look at the code.
"""

from __future__ import annotations

from collections.abc import Mapping


class RestError(Exception):
    """A refusal on its way from an operation to the client.

    Parameters
    ----------
    status : int
        The HTTP status.
    code : int
        Twilio's error code.
    message : str
        One sentence for the client's developer.
    detail : str, optional
        A second sentence, which Twilio adds to few errors.
    headers : mapping of str to str, optional
        Response headers that belong to this refusal.
    """

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        *,
        detail: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.content: dict[str, str | int] = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }
        if detail is not None:
            self.content["detail"] = detail


def unauthorized(message: str, *, detail: str | None = None) -> RestError:
    """Refuse a stranger; the challenge lets old clients log in, which first ask without credentials."""
    challenge = {"WWW-Authenticate": 'Basic realm="Twilio API"'}
    return RestError(401, 20003, message, detail=detail, headers=challenge)


def no_credentials() -> RestError:
    """Refuse a request without Basic credentials."""
    return unauthorized("Authentication Error - No credentials provided")


def invalid_username() -> RestError:
    """Refuse a name that is neither an account's SID nor an API key's."""
    return unauthorized("Authentication Error - invalid username")


def wrong_credentials() -> RestError:
    """Refuse a wrong secret, or a right one that does not open the account in the path."""
    return unauthorized("Authenticate", detail="Your AccountSid or AuthToken was incorrect.")


def account_not_active() -> RestError:
    """Refuse to work for an account that is suspended or closed."""
    return RestError(403, 20005, "Account not active")


def not_found(path: str) -> RestError:
    """Refuse a path that leads nowhere, as far as this client may know."""
    return RestError(404, 20404, f"The requested resource {path} was not found")


def method_not_allowed(headers: Mapping[str, str]) -> RestError:
    """Refuse a method that the resource does not have."""
    return RestError(405, 20004, "Method not allowed", headers=headers)


def internal_error() -> RestError:
    """Admit a mistake of ours."""
    return RestError(500, 20500, "An internal server error has occurred")


def service_unavailable() -> RestError:
    """Admit that we cannot work just now."""
    return RestError(503, 20503, "Service unavailable")


def too_many_requests(retry_after: int | None = None) -> RestError:
    """Refuse to work on more requests of an account at once; Twilio rarely says when to come back."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return RestError(429, 20429, "Too Many Requests", headers=headers)


def invalid_parameter(name: str, reason: str) -> RestError:
    """Refuse a senseless paging parameter; Twilio sends 20001 for those of other resources."""
    return RestError(400, 20001, f"Invalid {name}: {reason}")


def page_too_large() -> RestError:
    """Refuse a page size above the maximum, instead of reading it as the maximum."""
    return RestError(400, 20007, "Page size too large: PageSize must be at most 1000")


def page_token_required() -> RestError:
    """Refuse a page number without its token, in the words that Twilio has for other resources."""
    return RestError(400, 20001, "PageToken is required for paging.")


def invalid_page_token() -> RestError:
    """Refuse a page token that we never gave."""
    return RestError(400, 21481, "Invalid PageToken")


def invalid_friendly_name() -> RestError:
    """Refuse an empty or too long name."""
    return RestError(400, 20002, "Invalid FriendlyName: it must have 1 to 64 characters")


def invalid_phone_number() -> RestError:
    """Refuse what could not be a number; which code Twilio sends here is a guess."""
    return RestError(400, 21401, "Invalid Phone Number: PhoneNumber must be in E.164 format or a US number")


def invalid_call_delay() -> RestError:
    """Refuse a delay that is no number or too long."""
    return RestError(400, 21454, "Invalid CallDelay: it must be a whole number of seconds from 0 to 60")


def invalid_callback_url() -> RestError:
    """Refuse a status callback that could not be called."""
    return RestError(400, 21456, "Invalid CallbackUrl: StatusCallback must be an absolute http or https URL")


def invalid_callback_method() -> RestError:
    """Refuse a status callback by any other method."""
    return RestError(400, 21403, "Invalid Method: StatusCallbackMethod must be GET or POST")


def already_verified() -> RestError:
    """Refuse to verify a number that the account holds already."""
    return RestError(400, 21450, "Phone number is already verified.")


def own_number() -> RestError:
    """Refuse to verify a Twilio number of the account itself."""
    return RestError(400, 21449, "This number can already be used for outgoing calls and messages")


def verified_elsewhere() -> RestError:
    """Refuse to verify a number that enough accounts on trial hold already."""
    return RestError(400, 21453, "Phone number is already verified on another account.")


def trial_is_full() -> RestError:
    """Refuse to verify one number more than a trial account may hold; which code Twilio sends is a guess."""
    return RestError(400, 10002, "Trial accounts can verify at most 5 phone numbers")
