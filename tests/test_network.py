"""How a request leaves this machine: as written, through a proxy or not, and never to the wrong one."""

from __future__ import annotations

import gzip

import pytest

from callerid_analytics import errors
from callerid_analytics.client import Client
from callerid_analytics.transport import Retry
from tests.scripted_server import Reply, ScriptedServer, page

ACCOUNT = "AC" + 32 * "0"
CALLER_ID = "PN" + 32 * "1"
RECORD = {"sid": CALLER_ID, "account_sid": ACCOUNT, "phone_number": "+14155550100", "friendly_name": "Desk"}


def test_fields_of_a_query_arrive_as_they_were_given(server: ScriptedServer) -> None:
    name = "Zoë's & Söhne?=100 % +#/ç\n"
    server.say(page())
    list(Client(ACCOUNT, "token", base_url=server.url).iter_caller_ids(friendly_name=name))
    assert server.requests[0].query == {"PageSize": ["1000"], "FriendlyName": [name]}


def test_fields_of_a_form_arrive_as_they_were_given(server: ScriptedServer) -> None:
    name = "Zoë's & Söhne?=100 % +#/ç"
    server.say(Reply(body=RECORD))
    Client(ACCOUNT, "token", base_url=server.url).rename_caller_id(CALLER_ID, name)
    assert server.requests[0].form == {"FriendlyName": [name]}
    assert server.requests[0].headers["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize("path", ["/next page?a=b c&d=%2B1", "/näch?ste=ä", "/p#fragment"])
def test_an_odd_address_of_the_next_page_is_asked_for_nevertheless(server: ScriptedServer, path: str) -> None:
    server.say(page(RECORD, next_page_uri=path), page(RECORD))
    assert len(list(Client(ACCOUNT, "token", base_url=server.url).iter_caller_ids())) == 2


def test_credentials_go_with_every_request(server: ScriptedServer) -> None:
    server.say(Reply(body=RECORD))
    Client(ACCOUNT, "token", base_url=server.url).fetch_caller_id(CALLER_ID)
    assert server.requests[0].headers["Authorization"].startswith("Basic QUMwMDAw")
    assert server.requests[0].headers["Accept"] == "application/json"
    assert "callerid-analytics" in server.requests[0].headers["User-Agent"]


def test_another_host_is_reached_through_the_environments_proxy(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    server.say(page(RECORD))
    client = Client(ACCOUNT, "token", base_url="http://twilio.test")
    assert len(list(client.iter_caller_ids(phone_number="+14155550100"))) == 1
    asked = server.requests[0]
    assert asked.headers["Host"] == "twilio.test"
    assert asked.path == f"/2010-04-01/Accounts/{ACCOUNT}/OutgoingCallerIds.json"
    assert asked.query["PhoneNumber"] == ["+14155550100"]


def test_this_machine_is_not_reached_through_a_proxy(
    server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ScriptedServer() as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        server.say(Reply(body=RECORD))
        Client(ACCOUNT, "token", base_url=server.url).fetch_caller_id(CALLER_ID)
        assert proxy.requests == []


def test_a_proxy_that_is_not_there_is_a_failed_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    with ScriptedServer() as gone:
        pass
    monkeypatch.setenv("HTTP_PROXY", gone.url)
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    client = Client(ACCOUNT, "token", base_url="http://twilio.test", retry=Retry(attempts=1))
    with pytest.raises(errors.ConnectionFailed, match="nothing listens"):
        client.fetch_caller_id(CALLER_ID)


def test_a_client_that_was_closed_opens_new_connections(server: ScriptedServer) -> None:
    server.say(Reply(body=RECORD))
    client = Client(ACCOUNT, "token", base_url=server.url)
    for _ in range(2):
        assert client.fetch_caller_id(CALLER_ID).friendly_name == "Desk"
        client.close()


def test_a_page_in_gzip_is_read(server: ScriptedServer) -> None:
    server.say(Reply(200, gzip.compress(page(RECORD).payload), {"Content-Encoding": "gzip"}))
    assert len(list(Client(ACCOUNT, "token", base_url=server.url).iter_caller_ids())) == 1


def test_a_body_that_is_no_gzip_is_a_failed_connection(server: ScriptedServer) -> None:
    server.say(Reply(200, b"plain", {"Content-Encoding": "gzip"}))
    client = Client(ACCOUNT, "token", base_url=server.url, retry=Retry(attempts=1))
    with pytest.raises(errors.ConnectionFailed):
        client.fetch_caller_id(CALLER_ID)
