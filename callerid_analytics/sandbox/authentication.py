"""Who is asking, and for which accounts."""

from __future__ import annotations

import base64
from hmac import compare_digest
from typing import NamedTuple

from callerid_analytics.sandbox import problems
from callerid_analytics.sandbox.store import Store
from callerid_analytics.sandbox.tables import AccountRow


class Principal(NamedTuple):
    """Whose credentials came with a request, and of which kind they were."""

    account: AccountRow
    by_api_key: bool

    def reaches(self, account: AccountRow) -> bool:
        """Tell whether these credentials open that account.

        A main account's token opens its sub-accounts as well; its API keys do not, and a sub-account opens
        only itself (Twilio docs, "Subaccounts").
        """
        own = account.sid == self.account.sid
        return own or (account.owner_account_sid == self.account.sid and not self.by_api_key)


def identify(authorization: str | None, store: Store) -> Principal:
    """Check HTTP Basic credentials: an account SID and its token, or an API key and its secret.

    Raises
    ------
    RestError
        20003, if they are missing or wrong.
    """
    username, password = _basic(authorization)
    if username.startswith("SK"):
        key = store.api_key(username)
        known, account = (key.secret, store.account(key.account_sid)) if key else (None, None)
    elif username.startswith("AC"):
        account = store.account(username)
        known = account.auth_token if account else None
    else:
        raise problems.invalid_username()
    if account is None or known is None or not compare_digest(known.encode(), password.encode()):
        raise problems.wrong_credentials()
    return Principal(account, by_api_key=username.startswith("SK"))


def authorize(principal: Principal, account_sid: str, path: str, store: Store) -> AccountRow:
    """Give the account that a path names, if these credentials open it.

    Raises
    ------
    RestError
        20404 if there is no such account, 20003 if the credentials do not open it.
    """
    own = principal.account
    account = own if own.sid == account_sid else store.account(account_sid)
    if account is None:
        raise problems.not_found(path)
    if not principal.reaches(account):
        raise problems.wrong_credentials()
    return account


def _basic(authorization: str | None) -> tuple[str, str]:
    scheme, _, encoded = (authorization or "").partition(" ")
    if scheme.lower() != "basic":
        raise problems.no_credentials()
    try:
        username, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError as error:
        raise problems.wrong_credentials() from error
    return username, password
