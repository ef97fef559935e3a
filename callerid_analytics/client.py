"""Twilio's REST resources as methods: caller IDs, their verification, and the accounts that hold them.

How a request travels, and when it is repeated, is `callerid_analytics.transport`'s concern; how a list goes on
from page to page, `callerid_analytics.paging`'s; what is worth sending at all, `callerid_analytics.parameters`'.
"""

from __future__ import annotations

import copy
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from callerid_analytics import paging, parameters
from callerid_analytics.errors import RequestError
from callerid_analytics.records import (
    Account,
    AccountPage,
    Call,
    CallerId,
    CallerIdPage,
    Receipt,
    ValidationRequest,
)
from callerid_analytics.settings import Settings
from callerid_analytics.transport import Retry, Transport

_API = "/2010-04-01/Accounts"


class Client:
    """An account's verified caller IDs, over Twilio's REST API.

    Parameters
    ----------
    account_sid : str
        The account that is meant where a call names no other.
    auth_token : str, optional
        Its token, which reaches the sub-accounts as well.
    api_key, api_secret : str, optional
        An API key and its secret instead; it reaches this one account only.
    region, edge : str, optional
        Twilio's region (``us1``) and edge (``dublin``) to send requests to.
    base_url : str, optional
        Another host, such as a sandbox's.
    timeout : tuple of float, default (5.0, 30.0)
        Seconds to wait for a connection, and for the next bytes of an answer.
    retry : Retry, optional
        How often and how long to try again.
    pause, clock, jitter : callable
        Waiting, time and chance, as in `callerid_analytics.transport.Transport`. Tests put their own here.

    Notes
    -----
    One client may be used by several threads. Its ``repr`` holds no secret.

    Examples
    --------
    >>> client = Client("AC" + 32 * "0", "a token", base_url="http://127.0.0.1:8080")
    >>> client
    Client('AC00000000000000000000000000000000', 'http://127.0.0.1:8080')
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str | None = None,
        *,
        api_key: str | None = None,
        api_secret: str | None = None,
        region: str | None = None,
        edge: str | None = None,
        base_url: str | None = None,
        timeout: tuple[float, float] = (5.0, 30.0),
        retry: Retry | None = None,
        pause: Callable[[threading.Event, float], object] = threading.Event.wait,
        clock: Callable[[], float] = time.monotonic,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        settings = Settings.of(
            account_sid,
            auth_token,
            api_key=api_key,
            api_secret=api_secret,
            region=region,
            edge=edge,
            base_url=base_url,
        )
        self._transport = Transport(
            settings, timeout=timeout, retry=retry, pause=pause, clock=clock, jitter=jitter
        )

    @classmethod
    def from_env(
        cls, environ: Mapping[str, str] | None = None, *, base_url: str | None = None, **options: Any
    ) -> Self:
        """Make a client for the account that the environment names (see `callerid_analytics.settings`).

        Parameters
        ----------
        environ : mapping of str to str, optional
            Read instead of the process's environment.
        base_url : str, optional
            Used instead of ``CALLERIDS_BASE_URL``.
        **options
            ``timeout``, ``retry`` and the other keywords of `Client` that are no credentials.

        Raises
        ------
        MissingCredentials
            No credentials are set, or half of a pair.
        ConfigurationError
            A value that cannot be used.
        """
        settings = Settings.from_env(environ, base_url=base_url)
        return cls(settings.account_sid, base_url=settings.base_url, **settings.secret, **options)

    @property
    def account_sid(self) -> str:
        """The account that is meant where a call names no other."""
        return self._transport.settings.account_sid

    @property
    def base_url(self) -> str:
        """Scheme and host that requests go to."""
        return self._transport.settings.base_url

    def is_practice(self) -> bool:
        """Ask whether this is a sandbox on this machine, where nothing is real; no answer means that it is not."""
        try:
            return self._transport.settings.is_local and bool(self._transport.request("GET", "/sandbox/state"))
        except RequestError:
            return False

    def iter_caller_ids(
        self,
        *,
        phone_number: str | None = None,
        friendly_name: str | None = None,
        page_size: int = 1000,
        account_sid: str | None = None,
    ) -> Iterator[CallerId]:
        """Yield an account's caller IDs, a page at a time as they are asked for.

        Parameters
        ----------
        phone_number, friendly_name : str, optional
            Only those with exactly this number, or exactly this name.
        page_size : int, default 1000
            1 to 1000 (Twilio's limit).
        account_sid : str, optional
            A sub-account.
        """
        for page, _ in self.iter_pages(
            phone_number=phone_number, friendly_name=friendly_name, page_size=page_size, account_sid=account_sid
        ):
            yield from page.caller_ids()

    def iter_pages(
        self,
        *,
        phone_number: str | None = None,
        friendly_name: str | None = None,
        page_size: int = 1000,
        account_sid: str | None = None,
    ) -> Iterator[paging.FetchedPage[CallerIdPage]]:
        """Yield the pages of `iter_caller_ids`, which has the same parameters; their rows are not yet decoded."""
        query = {
            "PageSize": str(parameters.page_size(page_size)),
            "PhoneNumber": phone_number,
            "FriendlyName": friendly_name,
        }
        path = f"{self._account(account_sid)}/OutgoingCallerIds.json"
        return paging.follow(self._transport, path, query, CallerIdPage)

    def fetch_caller_id(self, sid: str, *, account_sid: str | None = None) -> CallerId:
        """Fetch one caller ID by its SID, ``PN…``; `NotFound` is raised where the account has no such one."""
        return paging.read(self._transport.request("GET", self._caller_id(sid, account_sid)), CallerId)

    def rename_caller_id(self, sid: str, friendly_name: str, *, account_sid: str | None = None) -> CallerId:
        """Give a caller ID another name, of 1 to 64 characters; returns it as it is then.

        Raises
        ------
        InvalidParameter
            The name is empty or too long; nothing was sent.
        NotFound
            The account has no such caller ID.
        """
        form = {"FriendlyName": parameters.friendly_name(friendly_name)}
        return paging.read(self._transport.request("POST", self._caller_id(sid, account_sid), form=form), CallerId)

    def delete_caller_id(self, sid: str, *, account_sid: str | None = None) -> None:
        """Delete a caller ID. This cannot be undone: the number would have to be verified again.

        Raises
        ------
        NotFound
            The account has no such caller ID. After an attempt of which no answer arrived, that means that
            this attempt had succeeded, and nothing is raised.
        """
        self._transport.request("DELETE", self._caller_id(sid, account_sid))

    def rename_once(self, sid: str, friendly_name: str, *, account_sid: str | None = None) -> Receipt:
        """Rename as `rename_caller_id` does, but never repeat a request that may have been processed.

        After `ConnectionFailed`, `ServerError` and `UnexpectedResponse` it is not known which name the caller ID
        has: fetch it before another attempt.
        """
        form = {"FriendlyName": parameters.friendly_name(friendly_name)}
        answer = self._transport.request("POST", self._caller_id(sid, account_sid), form=form, repeatable=False)
        return Receipt(caller_id=paging.read(answer, CallerId), request_id=answer.request_id)

    def delete_once(self, sid: str, *, account_sid: str | None = None) -> Receipt:
        """Delete as `delete_caller_id` does, but never repeat a request that may have been processed.

        It raises what `rename_once` does, and then it is not known whether the caller ID is still there.
        """
        answer = self._transport.request("DELETE", self._caller_id(sid, account_sid), repeatable=False)
        return Receipt(caller_id=None, request_id=answer.request_id)

    def back_off(self, retries: int) -> None:
        """Wait as this client does before another attempt, after this many that its user has repeated."""
        self._transport.back_off(retries)

    def limit(self, account_sid: str | None = None) -> int:
        """Return how many requests an account takes at once, as far as the client has found out."""
        return self._transport.limit(self._account(account_sid))

    def request_validation(
        self,
        phone_number: str,
        *,
        friendly_name: str | None = None,
        call_delay: int | None = None,
        extension: str | None = None,
        status_callback: str | None = None,
        status_callback_method: str | None = None,
        account_sid: str | None = None,
    ) -> ValidationRequest:
        """Have Twilio call a number and ask for the code that this returns. The code cannot be read again.

        Parameters
        ----------
        phone_number : str
            E.164, or a US number as people write it.
        friendly_name : str, optional
            Up to 64 characters; the formatted number if there is none.
        call_delay : int, optional
            Seconds until the call, 0 (Twilio's default) to 60.
        extension : str, optional
            Digits to dial once the call is answered.
        status_callback : str, optional
            http(s) address that Twilio tells when the call is over.
        status_callback_method : str, optional
            ``GET`` or ``POST`` (Twilio's default).
        account_sid : str, optional
            A sub-account: each has caller IDs of its own.

        Raises
        ------
        InvalidParameter
            An argument that Twilio would refuse; nothing was sent.
        AlreadyVerified
            The account may show the number already.
        ConnectionFailed, ServerError
            It is not known whether the phone rings: look at the list before another attempt.
        """
        form = parameters.validation_form(
            phone_number,
            friendly_name=friendly_name,
            call_delay=call_delay,
            extension=extension,
            status_callback=status_callback,
            status_callback_method=status_callback_method,
        )
        path = f"{self._account(account_sid)}/OutgoingCallerIds.json"
        answer = self._transport.request("POST", path, form=form, repeatable=False)
        return paging.read(answer, ValidationRequest)

    def iter_accounts(
        self, *, status: str | None = None, friendly_name: str | None = None, page_size: int = 1000
    ) -> Iterator[Account]:
        """Yield the account itself and its sub-accounts.

        Parameters
        ----------
        status : str, optional
            Only those that are ``active``, ``suspended`` or ``closed``.
        friendly_name : str, optional
            Only those of exactly this name.
        page_size : int, default 1000
            1 to 1000.
        """
        query = {
            "PageSize": str(parameters.page_size(page_size)),
            "Status": parameters.account_status(status),
            "FriendlyName": friendly_name,
        }
        for page, _ in paging.follow(self._transport, f"{_API}.json", query, AccountPage):
            yield from page.accounts

    def fetch_account(self, account_sid: str | None = None) -> Account:
        """Fetch an account's name and status, this client's own if none is named."""
        return paging.read(self._transport.request("GET", f"{self._account(account_sid)}.json"), Account)

    def fetch_call(self, sid: str, *, account_sid: str | None = None) -> Call:
        """Fetch a call by its SID, ``CA…``, such as the one that `request_validation` started."""
        path = f"{self._account(account_sid)}/Calls/{parameters.sid(sid, 'CA')}.json"
        return paging.read(self._transport.request("GET", path), Call)

    @contextmanager
    def abortable(self) -> Iterator[Self]:
        """Provide this client with connections of its own; an exception, Ctrl-C included, cuts off its requests.

        For work in several threads: each of them then ends at once instead of waiting for its answer.
        """
        sibling = copy.copy(self)
        sibling._transport = self._transport.sibling()
        try:
            yield sibling
        except BaseException:
            sibling._transport.abort()
            raise
        finally:
            sibling._transport.close()

    def close(self) -> None:
        """Close the connections. The client opens new ones if it is used again."""
        self._transport.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.account_sid!r}, {self.base_url!r})"

    def _account(self, account_sid: str | None) -> str:
        sid = self.account_sid if account_sid is None else parameters.sid(account_sid, "AC")
        return f"{_API}/{sid}"

    def _caller_id(self, sid: str, account_sid: str | None) -> str:
        return f"{self._account(account_sid)}/OutgoingCallerIds/{parameters.sid(sid, 'PN')}.json"
