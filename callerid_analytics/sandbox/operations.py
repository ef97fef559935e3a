"""The operations of the API: each takes an exchange and returns what to say, or ``None`` for nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from callerid_analytics.sandbox import authentication, paging, parameters, problems, resources
from callerid_analytics.sandbox.authentication import Principal
from callerid_analytics.sandbox.clock import Clock
from callerid_analytics.sandbox.dates import rfc2822
from callerid_analytics.sandbox.delivery import Courier
from callerid_analytics.sandbox.faults import Faults
from callerid_analytics.sandbox.paging import PageRequest
from callerid_analytics.sandbox.parameters import Parameters
from callerid_analytics.sandbox.request_log import RequestLog
from callerid_analytics.sandbox.resources import Page, Resource
from callerid_analytics.sandbox.rules import Rules
from callerid_analytics.sandbox.store import Store
from callerid_analytics.sandbox.tables import AccountRow, CallerIdRow
from callerid_analytics.sandbox.telephony import Telephony


@dataclass(frozen=True, slots=True)
class World:
    """All that outlives a request."""

    store: Store
    telephony: Telephony
    clock: Clock
    rules: Rules
    faults: Faults
    log: RequestLog
    courier: Courier


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request as an operation sees it: who asks, for what, with which parameters.

    `extension` is that of the representation asked for: the URIs inside an answer carry it too.
    """

    world: World
    principal: Principal
    path: str
    sids: Mapping[str, str]
    query: Parameters
    form: Parameters
    extension: str

    @property
    def store(self) -> Store:
        """Where everything is."""
        return self.world.store

    @property
    def rules(self) -> Rules:
        """Which way to go where Twilio's way is unsure."""
        return self.world.rules

    def page_request(self) -> PageRequest:
        """Read which page of a list is asked for."""
        return parameters.page_request(self.query, strict=self.rules.strict)

    def account(self) -> AccountRow:
        """Give the account in the path, which may be anything but out of reach."""
        return authentication.authorize(self.principal, self.sids["account_sid"], self.path, self.store)

    def active_account(self) -> AccountRow:
        """Give the account in the path, which must be in use."""
        account = self.account()
        if not self.store.is_active(account):
            raise problems.account_not_active()
        return account

    def caller_id(self) -> CallerIdRow:
        """Give the caller ID in the path."""
        row = self.store.caller_id(self.active_account().sid, self.sids["sid"])
        if row is None:
            raise problems.not_found(self.path)
        return row


Operation = Callable[[Exchange], Resource | Page | None]


def list_accounts(exchange: Exchange) -> Page:
    """List the account that asks and, if it is a main account, its sub-accounts."""
    account = exchange.principal.account
    is_main = account.owner_account_sid == account.sid
    mine = {"owner_account_sid" if is_main else "sid": account.sid}
    filters = parameters.filters(exchange.query, ("FriendlyName", "Status"))
    asked = exchange.page_request()
    found = exchange.store.account_page(mine | _columns(filters), asked)
    rows = [resources.account(exchange.rules.applied_to(row), exchange.extension) for row in found.rows]
    return Page("account", paging.envelope(exchange.path, filters, asked, found), rows)


def fetch_account(exchange: Exchange) -> Resource:
    """Describe one account, whatever its status."""
    account = exchange.rules.applied_to(exchange.account())
    return Resource("account", resources.account(account, exchange.extension))


def list_caller_ids(exchange: Exchange) -> Page:
    """List an account's verified numbers."""
    mine = {"account_sid": exchange.active_account().sid}
    filters = parameters.filters(exchange.query, ("PhoneNumber", "FriendlyName"))
    asked = exchange.page_request()
    found = exchange.store.caller_id_page(mine | _columns(filters), asked)
    rows = [resources.caller_id(row, exchange.extension) for row in found.rows]
    return Page("outgoing_caller_id", paging.envelope(exchange.path, filters, asked, found), rows)


def create_validation_request(exchange: Exchange) -> Resource:
    """Ask for a number to be verified, and show the code."""
    request = parameters.validation_request(exchange.active_account().sid, exchange.form)
    exchange.rules.admit(request.account_sid, request.phone_number, exchange.store)
    return Resource("validation_request", resources.validation_request(exchange.world.telephony.place(request)))


def fetch_caller_id(exchange: Exchange) -> Resource:
    """Describe one verified number."""
    return Resource("outgoing_caller_id", resources.caller_id(exchange.caller_id(), exchange.extension))


def update_caller_id(exchange: Exchange) -> Resource:
    """Rename a verified number; without a name nothing changes."""
    row = exchange.caller_id()
    name = parameters.friendly_name(exchange.form)
    if name is not None:
        exchange.store.rename_caller_id(row.sid, name, rfc2822(exchange.world.clock()))
    return fetch_caller_id(exchange)


def delete_caller_id(exchange: Exchange) -> None:
    """Forget a verified number."""
    exchange.store.delete_caller_id(exchange.caller_id().sid)


def fetch_call(exchange: Exchange) -> Resource:
    """Describe a verification call."""
    account = exchange.active_account()
    call = exchange.store.call(exchange.sids["sid"])
    if call is None or call.account_sid != account.sid:
        raise problems.not_found(exchange.path)
    return Resource("call", resources.call(call, exchange.extension))


def _columns(filters: Parameters) -> dict[str, str]:
    columns = {"FriendlyName": "friendly_name", "PhoneNumber": "phone_number", "Status": "status"}
    return {columns[name]: value for name, value in filters.items()}
