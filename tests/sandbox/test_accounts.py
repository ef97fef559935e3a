from __future__ import annotations

from callerid_analytics.sandbox import Sandbox
from tests.sandbox.conftest import Api, code_of

ACCOUNTS = "/2010-04-01/Accounts.json"


def test_the_list_holds_the_main_account_and_its_sub_accounts(api: Api, sandbox: Sandbox) -> None:
    accounts = api.get(ACCOUNTS).json()["accounts"]
    assert {account["sid"] for account in accounts} == {account["sid"] for account in sandbox.accounts}
    assert {account["owner_account_sid"] for account in accounts} == {sandbox.account_sid}


def test_an_account_has_twilios_fields(api: Api, sandbox: Sandbox) -> None:
    account = api.get(f"{api.account}.json").json()
    resources = account.pop("subresource_uris")
    assert resources["outgoing_caller_ids"] == f"{api.account}/OutgoingCallerIds.json"
    assert set(account) == {
        "auth_token",
        "date_created",
        "date_updated",
        "friendly_name",
        "owner_account_sid",
        "sid",
        "status",
        "type",
        "uri",
    }
    assert account["auth_token"] == sandbox.auth_token
    assert account["uri"] == f"{api.account}.json"
    assert (account["status"], account["type"]) == ("active", "Full")


def test_filters_are_exact(api: Api, sandbox: Sandbox) -> None:
    first, second, third = sandbox.accounts
    sandbox.set_account_status(third["sid"], "suspended")

    def listed(**query: str) -> set[str]:
        return {account["sid"] for account in api.get(ACCOUNTS, **query).json()["accounts"]}

    assert listed(FriendlyName=second["friendly_name"]) == {second["sid"]}
    assert listed(FriendlyName=second["friendly_name"][:-1]) == set()
    assert listed(Status="active") == {first["sid"], second["sid"]}
    assert listed(Status="suspended") == {third["sid"]}
    assert listed(Status="closed") == set()


def test_the_list_has_pages(api: Api, sandbox: Sandbox) -> None:
    pages = list(api.pages(ACCOUNTS, PageSize=1, Status="active"))
    assert len(pages) == 3
    assert all("Status=active" in page["uri"] for page in pages)
    assert sorted(page["accounts"][0]["sid"] for page in pages) == sorted(a["sid"] for a in sandbox.accounts)


def test_nothing_works_in_an_account_that_is_not_active(api: Api, sandbox: Sandbox) -> None:
    for sub_account, status in zip(sandbox.accounts[1:], ("suspended", "closed"), strict=True):
        sandbox.set_account_status(sub_account["sid"], status)
        inside = Api(sandbox, sub_account["sid"])
        inside.session = api.session
        assert code_of(inside.get(inside.caller_ids)) == (403, 20005)
        assert code_of(inside.post(inside.caller_ids, PhoneNumber="+14155550123")) == (403, 20005)
        assert inside.get(f"{inside.account}.json").json()["status"] == status


def test_suspending_the_main_account_suspends_its_sub_accounts(api: Api, sandbox: Sandbox) -> None:
    sandbox.set_account_status(sandbox.account_sid, "suspended")
    inside = Api(sandbox, sandbox.accounts[1]["sid"])
    inside.session = api.session
    assert code_of(inside.get(inside.caller_ids)) == (403, 20005)
