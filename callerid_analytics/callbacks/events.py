"""What a status callback says, as a typed record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, kw_only=True)
class CallbackEvent:
    """What a status callback says.

    Attributes
    ----------
    account_sid, call_sid : str
        ``AC…`` of the account and ``CA…`` of the call.
    succeeded : bool
        Whether the number is verified now. The status of the call does not tell that.
    phone_number : str or None
        The number that was called.
    caller_id_sid : str or None
        ``PN…`` of the new caller ID.
    call_status : str or None
        How the call itself ended, such as ``completed`` or ``busy``.
    """

    account_sid: str
    call_sid: str
    succeeded: bool
    phone_number: str | None = None
    caller_id_sid: str | None = None
    call_status: str | None = None

    @classmethod
    def of(cls, told: Mapping[str, str]) -> Self:
        """Read the parameters of a callback."""
        return cls(
            account_sid=told["AccountSid"],
            call_sid=told["CallSid"],
            succeeded=told["VerificationStatus"] == "success",
            phone_number=told.get("To") or None,
            caller_id_sid=told.get("OutgoingCallerIdSid") or None,
            call_status=told.get("CallStatus") or None,
        )


Listener = Callable[[CallbackEvent], object]
