"""`connect`: one line that works everywhere: the environment's account, or a practice account."""

from __future__ import annotations

import warnings
import weakref
from typing import TYPE_CHECKING, Any

from callerid_analytics.client import Client
from callerid_analytics.settings import environment_holds_credentials

if TYPE_CHECKING:
    from callerid_analytics.sandbox import Sandbox


class SandboxWarning(UserWarning):
    """What follows happens on a practice account inside this process, not on Twilio."""


class ConnectedClient(Client):
    """A client that knows whether it plays.

    Attributes
    ----------
    sandbox : Sandbox or None
        The embedded sandbox that the client talks to, or None on a real account. It stops with `close`, with
        the client's end, or with the process.
    """

    sandbox: Sandbox | None = None

    def close(self) -> None:
        """Close the connections, and the sandbox with them if there is one."""
        super().close()
        if self.sandbox is not None:
            self.sandbox.stop()


def connect(*, numbers: int = 2500, accounts: int = 3, seed: int = 7, **options: Any) -> ConnectedClient:
    """Return a client for the account that the environment names, or for an embedded sandbox.

    Parameters
    ----------
    numbers, accounts, seed : int
        What the sandbox holds, if it comes to that: caller IDs in all, accounts, and the seed that they are
        generated from.
    **options
        Keywords of `Client` that are no credentials, such as ``timeout``.

    Raises
    ------
    MissingCredentials
        The environment holds half of a pair of credentials. That is never taken for a wish to practise.
    ConfigurationError
        A variable of the environment cannot be used.

    Warns
    -----
    SandboxWarning
        There are no credentials, so the client talks to an embedded sandbox.
    """
    if environment_holds_credentials():
        return ConnectedClient.from_env(**options)
    from callerid_analytics.sandbox import Sandbox  # late: a real account needs no web server

    sandbox = Sandbox(numbers=numbers, accounts=accounts, seed=seed)
    sandbox.start()
    client = ConnectedClient(sandbox.account_sid, sandbox.auth_token, base_url=sandbox.url, **options)
    client.sandbox = sandbox
    weakref.finalize(client, sandbox.stop)
    warnings.warn(
        "No Twilio credentials are set, so this is a practice account in a local sandbox: nothing here is real, "
        "and nothing is charged. Set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN to work on your own account.",
        SandboxWarning,
        stacklevel=2,
    )
    return client
