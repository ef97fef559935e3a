from __future__ import annotations

import pytest

from callerid_analytics.sandbox import Clock, Sandbox
from tests.sandbox.conftest import Api, code_of

LONGEST = "ü" * 64


def test_a_caller_id_has_twilios_seven_properties(api: Api, sandbox: Sandbox) -> None:
    made = sandbox.add_caller_id(
        "+14155550123",
        "Front desk",
        date_created="Fri, 21 Aug 2009 00:11:24 +0000",
        date_updated="Sat, 22 Aug 2009 00:11:24 +0000",
    )
    assert api.get(api.caller_id(made["sid"])).json() == made
    assert made == {
        "sid": made["sid"],
        "account_sid": sandbox.account_sid,
        "friendly_name": "Front desk",
        "phone_number": "+14155550123",
        "date_created": "Fri, 21 Aug 2009 00:11:24 +0000",
        "date_updated": "Sat, 22 Aug 2009 00:11:24 +0000",
        "uri": f"{api.account}/OutgoingCallerIds/{made['sid']}.json",
    }


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("name", ["Front desk", "x", LONGEST, "  +1 & 50 % ☎️\n", "\x00"])
def test_renaming(api: Api, sandbox: Sandbox, clock: Clock, method: str, name: str) -> None:
    before = sandbox.add_caller_id("+14155550123", "Old name")
    clock.advance(3600)
    response = api.send(method, api.caller_id(before["sid"]), data={"FriendlyName": name})
    assert response.status_code == 200
    after = response.json()
    assert after == {**before, "friendly_name": name, "date_updated": "Tue, 14 Nov 2023 23:13:20 +0000"}
    assert after == api.get(api.caller_id(before["sid"])).json()


@pytest.mark.parametrize("name", ["", LONGEST + "x"])
def test_a_name_has_1_to_64_characters(api: Api, sandbox: Sandbox, name: str) -> None:
    before = sandbox.caller_ids()
    mine = next(row for row in before if row["account_sid"] == sandbox.account_sid)
    assert code_of(api.post(api.caller_id(mine["sid"]), FriendlyName=name)) == (400, 20002)
    assert sandbox.caller_ids() == before


def test_an_update_without_a_name_changes_nothing(api: Api, sandbox: Sandbox, clock: Clock) -> None:
    before = sandbox.add_caller_id("+14155550123", "Front desk")
    clock.advance(3600)
    assert api.post(api.caller_id(before["sid"]), friendlyname="wrong case").json() == before


def test_deleting(api: Api, sandbox: Sandbox) -> None:
    made = sandbox.add_caller_id("+14155550123")
    response = api.send("DELETE", api.caller_id(made["sid"]))
    assert (response.status_code, response.content) == (204, b"")
    assert made not in sandbox.caller_ids()
    assert len(sandbox.caller_ids()) == 30
    for method in ("GET", "POST", "DELETE"):
        assert code_of(api.send(method, api.caller_id(made["sid"]))) == (404, 20404)


@pytest.mark.parametrize("sid", [f"PN{'0' * 32}", "PN1", "x", "%00", "ü"])
def test_an_unknown_or_malformed_sid_is_not_found(api: Api, sid: str) -> None:
    assert code_of(api.get(api.caller_id(sid))) == (404, 20404)


def test_a_caller_id_belongs_to_its_account(api: Api, sandbox: Sandbox) -> None:
    other = sandbox.add_caller_id("+14155550123", account_sid=sandbox.accounts[1]["sid"])
    assert code_of(api.get(api.caller_id(other["sid"]))) == (404, 20404)
    assert code_of(api.send("DELETE", api.caller_id(other["sid"]))) == (404, 20404)
    assert code_of(api.post(api.caller_id(other["sid"]), FriendlyName="mine")) == (404, 20404)
    assert other in sandbox.caller_ids()
