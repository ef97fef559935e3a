"""Where Twilio's behaviour is unsure or depends on the account: which way one sandbox goes."""

from __future__ import annotations

from dataclasses import dataclass

from callerid_analytics.sandbox import problems
from callerid_analytics.sandbox.paging import PageRequest
from callerid_analytics.sandbox.store import Store
from callerid_analytics.sandbox.tables import AccountRow

TRIAL_NUMBERS = 5
"""So many numbers can a trial account verify (Twilio docs, "Trial accounts")."""

TRIAL_ACCOUNTS = 3
"""On so many accounts can one number be verified while they are on trial (Twilio docs, "Trial accounts")."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one sandbox.

    Parameters
    ----------
    strict : bool
        Refuse the two ways of paging that the documentation does not promise: a ``PageSize`` above 1,000,
        otherwise taken for 1,000, and a ``Page`` without its ``PageToken``, otherwise found by counting rows.
    trial : bool
        Treat every account as one on trial, with a trial's limits.
    own_numbers : frozenset of str
        Twilio numbers of the account, in E.164 format, which need no verification.
    """

    strict: bool = False
    trial: bool = False
    own_numbers: frozenset[str] = frozenset()

    def applied_to(self, account: AccountRow) -> AccountRow:
        """Give an account as it is under these rules."""
        return account._replace(type="Trial") if self.trial else account

    def admit(self, account_sid: str, phone_number: str, store: Store) -> None:
        """Let an account ask for a number's verification, or not.

        Raises
        ------
        RestError
            21449 for an own number, 21453 or 10002 when a trial's limit is reached.
        """
        if phone_number in self.own_numbers:
            raise problems.own_number()
        if self.trial:
            _admit_to_trial(account_sid, phone_number, store)


def _admit_to_trial(account_sid: str, phone_number: str, store: Store) -> None:
    holders = [account.sid for account in store.accounts() if store.caller_id_of(account.sid, phone_number)]
    if account_sid in holders:
        return  # no limit is the matter; the call will be refused with 21450
    if len(holders) >= TRIAL_ACCOUNTS:
        raise problems.verified_elsewhere()
    held = store.caller_id_page({"account_sid": account_sid}, PageRequest(TRIAL_NUMBERS))
    if len(held.rows) == TRIAL_NUMBERS:
        raise problems.trial_is_full()
