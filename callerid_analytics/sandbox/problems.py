"""Twilio's refusals: one function for each, giving the HTTP status, the error code and the message.

Codes and their meanings are those of Twilio's error dictionary (https://www.twilio.com/docs/api/errors). Twilio
documents no wording for most of them; clients should look at the code.
"""

from __future__ import annotations

from collections.abc import Mapping

REALM = 'Basic realm="Twilio API"'


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
        self.headers = dict(headers or {})
        self.content: dict[str, str | int] = {
            "code": code,
            "message": message,
            "more_info": f"https://www.twilio.com/docs/errors/{code}",
            "status": status,
        }
        if detail is not None:
            self.content["detail"] = detail


def unauthorized(message: str = "Authenticate", *, detail: str | None = None) -> RestError:
    return RestError(401, 20003, message, detail=detail, headers={"WWW-Authenticate": REALM})


def no_credentials() -> RestError:
    return unauthorized("Authentication Error - No credentials provided")


def invalid_username() -> RestError:
    return unauthorized("Authentication Error - invalid username")


def wrong_credentials() -> RestError:
    return unauthorized(detail="Your AccountSid or AuthToken was incorrect.")


def account_not_active() -> RestError:
    return RestError(403, 20005, "Account not active")


def not_found(path: str) -> RestError:
    return RestError(404, 20404, f"The requested resource {path} was not found")


def method_not_allowed(allowed: Mapping[str, str]) -> RestError:
    return RestError(405, 20004, "Method not allowed", headers=allowed)


def internal_error() -> RestError:
    return RestError(500, 20500, "An internal server error has occurred")


def invalid_parameter(name: str, reason: str) -> RestError:
    return RestError(400, 20001, f"Invalid {name}: {reason}")


def invalid_page_token() -> RestError:
    return RestError(400, 21481, "Invalid PageToken")


def invalid_friendly_name() -> RestError:
    return RestError(400, 20002, "Invalid FriendlyName: it must have 1 to 64 characters")


def invalid_phone_number(given: str) -> RestError:
    return RestError(
        400, 21401, f"Invalid Phone Number: {given!r}" if given else "Invalid Phone Number: none given"
    )


def invalid_call_delay() -> RestError:
    return RestError(400, 21454, "Invalid CallDelay: it must be a whole number of seconds from 0 to 60")


def invalid_callback_url() -> RestError:
    return RestError(400, 21456, "Invalid CallbackUrl: StatusCallback must be an absolute http or https URL")


def invalid_callback_method() -> RestError:
    return RestError(400, 21403, "Invalid Method: StatusCallbackMethod must be GET or POST")


def already_verified() -> RestError:
    return RestError(400, 21450, "Phone number is already verified.")
