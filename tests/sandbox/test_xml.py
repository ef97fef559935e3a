"""Paths with the extension ``.xml`` or with none are answered in XML that says what the JSON says."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from callerid_analytics.sandbox import Sandbox, representations
from callerid_analytics.sandbox.representations import Xml
from callerid_analytics.sandbox.resources import Page, Resource
from tests.sandbox import xml_reading
from tests.sandbox.conftest import Api

NUMBER = "+14155550123"

pytestmark = pytest.mark.parametrize("extension", [".xml", ""])


def twin(path: str, extension: str) -> str:
    """Give the path of the same thing in XML."""
    return path.replace(".json", extension)


def fetched(api: Api, path: str, extension: str) -> ET.Element:
    response = api.get(twin(path, extension))
    assert response.status_code == 200
    return xml_reading.root(response)


def test_fetching_a_caller_id(api: Api, sandbox: Sandbox, extension: str) -> None:
    made = sandbox.add_caller_id(NUMBER, "Zoë <& Söhne> ]]> ☎️")
    element = fetched(api, api.caller_id(made["sid"]), extension)
    names = ["Sid", "AccountSid", "FriendlyName", "PhoneNumber", "DateCreated", "DateUpdated", "Uri"]
    assert element.tag == "OutgoingCallerId"
    assert [child.tag for child in element] == names
    assert xml_reading.properties(element) == xml_reading.from_json(made, extension)
    assert element.findtext("Uri") == twin(api.caller_id(made["sid"]), extension)


def test_listing_caller_ids(api: Api, extension: str) -> None:
    element = fetched(api, api.caller_ids, extension)
    listed = api.get(api.caller_ids).json()
    assert element.tag == "OutgoingCallerIds"
    assert list(element.attrib) == ["page", "pagesize", "uri", "firstpageuri", "previouspageuri", "nextpageuri"]
    assert (element.get("previouspageuri"), element.get("nextpageuri")) == ("", "")
    assert xml_reading.page(element) == xml_reading.from_json(listed, extension)
    assert len(listed["outgoing_caller_ids"]) > 3


def test_the_pages_of_a_list(api: Api, extension: str) -> None:
    pages = list(api.pages(api.caller_ids, PageSize=4))
    path: str | None = f"{twin(api.caller_ids, extension)}?PageSize=4"
    for page in pages:
        assert path
        element = xml_reading.root(api.get(path))
        assert xml_reading.page(element) == xml_reading.from_json(page, extension)
        path = element.get("nextpageuri")
    assert path == ""


def test_a_filter_in_an_attribute(api: Api, sandbox: Sandbox, extension: str) -> None:
    name = '"Zoë\'s" <&> \t\r\n'
    made = sandbox.add_caller_id(NUMBER, name)
    response = api.get(twin(api.caller_ids, extension), FriendlyName=name)
    uri = xml_reading.root(response).get("uri")
    assert uri
    (found,) = xml_reading.root(api.get(uri))
    assert xml_reading.properties(found) == xml_reading.from_json(made, extension)


def test_an_empty_list(api: Api, extension: str) -> None:
    element = xml_reading.root(api.get(twin(api.caller_ids, extension), PhoneNumber=NUMBER))
    assert (element.tag, len(element), element.get("page")) == ("OutgoingCallerIds", 0, "0")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_updating(api: Api, sandbox: Sandbox, extension: str, method: str) -> None:
    made = sandbox.add_caller_id(NUMBER, "Old name")
    response = api.send(method, twin(made["uri"], extension), data={"FriendlyName": "New & shiny"})
    element = xml_reading.root(response)
    assert xml_reading.properties(element) == xml_reading.from_json(
        {**made, "friendly_name": "New & shiny"}, extension
    )
    assert api.get(made["uri"]).json()["friendly_name"] == "New & shiny"


def test_deleting(api: Api, sandbox: Sandbox, extension: str) -> None:
    made = sandbox.add_caller_id(NUMBER)
    response = api.send("DELETE", twin(made["uri"], extension))
    assert (response.status_code, response.content) == (204, b"")
    assert made not in sandbox.caller_ids()


def test_validation_and_its_call(api: Api, sandbox: Sandbox, extension: str) -> None:
    element = xml_reading.root(api.post(twin(api.caller_ids, extension), PhoneNumber=NUMBER))
    request = xml_reading.properties(element)
    assert element.tag == "ValidationRequest"
    assert list(request) == ["account_sid", "phone_number", "friendly_name", "validation_code", "call_sid"]
    assert (request["account_sid"], request["phone_number"]) == (sandbox.account_sid, NUMBER)
    assert request["friendly_name"] is None
    path = f"{api.account}/Calls/{request['call_sid']}.json"
    call = fetched(api, path, extension)
    assert call.tag == "Call"
    assert xml_reading.properties(call) == xml_reading.from_json(api.get(path).json(), extension)


def test_accounts(api: Api, extension: str) -> None:
    path = "/2010-04-01/Accounts.json"
    accounts = fetched(api, path, extension)
    assert accounts.tag == "Accounts"
    assert xml_reading.page(accounts) == xml_reading.from_json(api.get(path).json(), extension)
    account = fetched(api, f"{api.account}.json", extension)
    assert account.tag == "Account"
    assert xml_reading.properties(account) == xml_reading.from_json(
        api.get(f"{api.account}.json").json(), extension
    )
    assert account.findtext("SubresourceUris/OutgoingCallerIds") == twin(api.caller_ids, extension)


def refusal(response: requests.Response) -> list[tuple[str, str | None]]:
    element = xml_reading.root(response)
    assert element.tag == "RestException"
    return [(child.tag, child.text) for child in element]


def test_a_refusal_has_the_recorded_form(api: Api, sandbox: Sandbox, extension: str) -> None:
    path = twin(api.caller_ids, extension)
    response = api.send("GET", path, auth=(sandbox.account_sid, "wrong"))
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Basic realm="Twilio API"')
    assert response.text == (
        "<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse><RestException><Code>20003</Code>"
        "<Detail>Your AccountSid or AuthToken was incorrect.</Detail><Message>Authenticate</Message>"
        "<MoreInfo>https://www.twilio.com/docs/errors/20003</MoreInfo><Status>401</Status>"
        "</RestException></TwilioResponse>"
    )
    assert len(response.content) == 293, "as long as the recorded one"


def test_each_kind_of_refusal(api: Api, extension: str) -> None:
    path = twin(api.caller_ids, extension)
    responses = [
        (400, 21401, api.post(path, PhoneNumber="front desk")),
        (404, 20404, api.get(twin(api.caller_id("PN<&>\x0b"), extension))),
        (404, 20404, api.get(f"/2010-04-01/Nothing{extension}")),
        (405, 20004, api.send("PUT", path)),
    ]
    for status, code, response in responses:
        assert response.status_code == status
        found = refusal(response)
        assert [tag for tag, _ in found] == ["Code", "Message", "MoreInfo", "Status"]
        assert (found[0][1], found[3][1]) == (str(code), str(status))


def test_a_mistake_of_ours_is_admitted(
    api: Api, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, extension: str
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("callerid_analytics.sandbox.resources.caller_id", fail)
    assert refusal(api.get(twin(api.caller_ids, extension)))[0] == ("Code", "20500")
    api.sandbox.stop()  # which waits for whoever is still writing his log
    assert "ZeroDivisionError" in caplog.text


def test_what_xml_cannot_hold_is_replaced(api: Api, sandbox: Sandbox, extension: str) -> None:
    made = sandbox.add_caller_id(NUMBER, "a\x00b\x0bc\x1fd\ufffe\r\n\te\x7f")
    element = fetched(api, made["uri"], extension)
    assert element.findtext("FriendlyName") == "a\ufffdb\ufffdc\ufffdd\ufffd\r\n\te\x7f"
    assert api.get(made["uri"]).json() == made, "JSON holds everything"


@given(text=st.text(st.characters(codec=None), min_size=1))
def test_no_text_breaks_the_document(extension: str, text: str) -> None:
    representation = representations.of(f"/x{extension}")
    resource = representation.resource(Resource("account", {"friendly_name": text}))
    assert ET.fromstring(resource).findtext("Account/FriendlyName") == xml_reading.as_xml_has_it(text)
    page = representation.page(Page("account", dict.fromkeys(Xml.attributes) | {"uri": text}, []))
    assert ET.fromstring(page)[0].get("uri") == xml_reading.as_xml_has_it(text)


def test_long_pages_are_gzipped(api: Api, sandbox: Sandbox, extension: str) -> None:
    for number in range(50):
        sandbox.add_caller_id(f"+1415555{number:04}")
    response = api.send("GET", twin(api.caller_ids, extension), headers={"Accept-Encoding": "gzip"})
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(xml_reading.root(response)) == 50
