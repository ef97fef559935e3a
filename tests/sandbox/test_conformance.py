"""A long random conversation with one sandbox, held against Twilio's description and a model of the account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from random import Random
from typing import Any, NamedTuple

import jsonschema
import pytest
import requests
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from callerid_analytics.sandbox import Clock, Sandbox
from tests.sandbox import description, xml_reading
from tests.sandbox.conftest import Api

numbers = st.integers(0, 25).map(lambda last: f"+14155550{last:03}") | st.sampled_from(
    ["+442079460123", "+330688903650", "+141586753096"]
)
names = st.sampled_from(["Front desk", "Zoë & Söhne", "<b>'\"%2B+ ☎️"]) | st.text(
    st.characters(codec="utf-8"), min_size=1, max_size=64
)
extensions = st.sampled_from([".json", ".xml", ""])
some = st.integers(0, 1_000)
"""Which of the things there are, modulo their count."""


class Known(NamedTuple):
    """What the model knows of a caller ID."""

    sid: str
    phone_number: str
    friendly_name: str


class Conversation(RuleBasedStateMachine):
    """Everything a client can say, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.sandbox = Sandbox(numbers=8, accounts=2, clock=Clock(speed=0), randomness=Random(1)).start()
        self.api = Api(self.sandbox)
        self.caller_ids = [
            Known(row["sid"], row["phone_number"], row["friendly_name"])
            for row in self.sandbox.caller_ids()
            if row["account_sid"] == self.sandbox.account_sid
        ]
        self.requests: list[dict[str, Any]] = []

    def teardown(self) -> None:
        self.api.session.close()
        self.sandbox.stop()

    def ask(self, method: str, path: str, query: Mapping[str, Any] = {}, **form: Any) -> requests.Response:
        """Ask for JSON, and hold the answer against the description."""
        response = self.api.send(method, path, params=query, data=form)
        assert response.status_code < 500
        if response.ok:
            description.check(response)
        return response

    def get(self, path: str, extension: str = ".json", **query: Any) -> Any:
        """Read something that is there, both as JSON and as the XML that the extension stands for."""
        content = self.ask("GET", path, query).json()
        if extension != ".json":
            self.check_xml(path, extension, query, content)
        return content

    def check_xml(self, path: str, extension: str, query: Mapping[str, Any], content: Any) -> None:
        root = xml_reading.root(self.api.get(path.replace(".json", extension), **query))
        read = xml_reading.page if root.tag.endswith("s") else xml_reading.properties
        assert read(root) == xml_reading.from_json(content, extension)

    def refused(self, response: requests.Response, *codes: int) -> None:
        assert description.check_refusal(response) in codes

    # Reading

    @rule(
        size=st.integers(1, 12) | st.sampled_from([1000, 5000, None]),
        number=st.none() | numbers,
        name=st.none() | names,
        which=st.none() | some,
        extension=extensions,
    )
    def list_forth_and_back(
        self, size: int | None, number: str | None, name: str | None, which: int | None, extension: str
    ) -> None:
        if name and which is not None and self.caller_ids:  # seldom would a random name be one of theirs
            name = self.caller_ids[which % len(self.caller_ids)].friendly_name
        filters = {"PhoneNumber": number, "FriendlyName": name, "PageSize": size}
        pages = list(self.walk(self.api.caller_ids, "next_page_uri", extension, filters))
        expected = [
            known
            for known in self.caller_ids
            if number in (None, known.phone_number) and name in (None, known.friendly_name)
        ]
        assert [known for page in pages for known in page] == expected
        back = list(self.walk(self.last_uri, "previous_page_uri", extension, {}))
        assert back == pages[::-1]

    def walk(
        self, path: str | None, direction: str, extension: str, query: Mapping[str, Any]
    ) -> Iterator[list[Known]]:
        while path:
            page = self.get(path, extension, **query)
            rows = page["outgoing_caller_ids"]
            assert page["end"] - page["start"] == max(len(rows) - 1, 0)
            yield [Known(row["sid"], row["phone_number"], row["friendly_name"]) for row in rows]
            self.last_uri = page["uri"]
            path, query = page[direction], {}

    @rule(number=some, size=st.integers(1, 5))
    def list_a_page_by_its_number(self, number: int, size: int) -> None:
        number %= len(self.caller_ids) // size + 2
        page = self.get(self.api.caller_ids, Page=number, PageSize=size)
        expected = self.caller_ids[number * size :][:size]
        assert [row["sid"] for row in page["outgoing_caller_ids"]] == [known.sid for known in expected]

    @precondition(lambda self: self.caller_ids)
    @rule(which=some, extension=extensions)
    def fetch(self, which: int, extension: str) -> None:
        known = self.caller_ids[which % len(self.caller_ids)]
        row = self.get(self.api.caller_id(known.sid), extension)
        assert (row["phone_number"], row["friendly_name"]) == known[1:]

    @rule(extension=extensions, status=st.sampled_from([None, "active", "closed"]))
    def read_accounts(self, extension: str, status: str | None) -> None:
        page = self.get("/2010-04-01/Accounts.json", extension, Status=status)
        assert len(page["accounts"]) == (0 if status == "closed" else 2)
        assert self.get(f"{self.api.account}.json", extension)["sid"] == self.sandbox.account_sid

    @precondition(lambda self: self.requests)
    @rule(which=some, extension=extensions)
    def fetch_a_call(self, which: int, extension: str) -> None:
        request = self.requests[which % len(self.requests)]
        call = self.get(f"{self.api.account}/Calls/{request['call_sid']}.json", extension)
        assert call["to"] == request["phone_number"]

    # Writing

    @rule(number=numbers, name=st.none() | names, delay=st.sampled_from([None, 0, 60]))
    def ask_for_a_verification(self, number: str, name: str | None, delay: int | None) -> None:
        response = self.ask("POST", self.api.caller_ids, PhoneNumber=number, FriendlyName=name, CallDelay=delay)
        if number in {known.phone_number for known in self.caller_ids}:
            self.refused(response, 21450)
        else:
            request = response.json()
            assert (request["phone_number"], request["friendly_name"]) == (number, name)
            self.requests.append(request)

    @rule(number=numbers, name=names)
    def verify(self, number: str, name: str) -> None:
        response = self.ask("POST", self.api.caller_ids, PhoneNumber=number, FriendlyName=name)
        if response.ok:
            request = response.json()
            made = self.sandbox.answer(request["call_sid"], request["validation_code"])
            assert made
            self.caller_ids.insert(0, Known(made["sid"], number, name))

    @rule(seconds=st.integers(0, 90))
    def let_time_pass(self, seconds: int) -> None:
        self.sandbox.advance(seconds)

    @precondition(lambda self: self.caller_ids)
    @rule(which=some, name=names, method=st.sampled_from(["POST", "PUT"]))
    def rename(self, which: int, name: str, method: str) -> None:
        which %= len(self.caller_ids)
        known = self.caller_ids[which]
        row = self.ask(method, self.api.caller_id(known.sid), FriendlyName=name).json()
        assert (row["sid"], row["friendly_name"]) == (known.sid, name)
        self.caller_ids[which] = known._replace(friendly_name=name)

    @precondition(lambda self: self.caller_ids)
    @rule(which=some)
    def delete(self, which: int) -> None:
        gone = self.caller_ids.pop(which % len(self.caller_ids))
        assert self.ask("DELETE", self.api.caller_id(gone.sid)).status_code == 204
        for method in ("GET", "POST", "PUT", "DELETE"):
            self.refused(self.ask(method, self.api.caller_id(gone.sid)), 20404)

    # Mistakes, which change nothing

    @precondition(lambda self: self.caller_ids)
    @rule(name=st.sampled_from(["", "x" * 65]))
    def rename_wrongly(self, name: str) -> None:
        self.refused(self.ask("POST", self.api.caller_id(self.caller_ids[0].sid), FriendlyName=name), 20002)

    @rule(
        mistake=st.sampled_from(
            [
                ({}, 21401),
                ({"PhoneNumber": "x"}, 21401),
                ({"PhoneNumber": "+14155550999", "CallDelay": 61}, 21454),
                ({"PhoneNumber": "+14155550999", "StatusCallback": "x"}, 21456),
                ({"PhoneNumber": "+14155550999", "StatusCallbackMethod": "PUT"}, 21403),
                ({"PhoneNumber": "+14155550999", "FriendlyName": "x" * 65}, 20002),
            ]
        )
    )
    def ask_for_a_verification_wrongly(self, mistake: tuple[dict[str, Any], int]) -> None:
        form, code = mistake
        self.refused(self.ask("POST", self.api.caller_ids, **form), code)

    @rule(
        query=st.dictionaries(
            st.sampled_from(["PageSize", "Page", "PageToken"]), st.sampled_from(["", "x", "-1"]), min_size=1
        )
    )
    def list_wrongly(self, query: dict[str, str]) -> None:
        self.refused(self.ask("GET", self.api.caller_ids, query), 20001, 21481)

    @rule(method=st.sampled_from(["PUT", "DELETE", "PATCH"]))
    def use_the_list_wrongly(self, method: str) -> None:
        self.refused(self.ask(method, self.api.caller_ids), 20004)

    @rule(token=st.sampled_from(["", "wrong"]))
    def log_in_wrongly(self, token: str) -> None:
        response = self.api.send("GET", self.api.caller_ids, auth=(self.sandbox.account_sid, token))
        self.refused(response, 20003)
        assert response.headers["WWW-Authenticate"] == 'Basic realm="Twilio API"'

    @invariant()
    def the_account_holds_what_the_model_does(self) -> None:
        held = [row for row in self.sandbox.caller_ids() if row["account_sid"] == self.sandbox.account_sid]
        assert [row["sid"] for row in held] == [known.sid for known in self.caller_ids]


def converse(conversations: int, steps: int) -> None:
    run_state_machine_as_test(
        Conversation,
        settings=settings(
            max_examples=conversations,
            stateful_step_count=steps,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_a_short_conversation() -> None:
    converse(conversations=5, steps=30)


@pytest.mark.slow
def test_a_long_conversation() -> None:
    converse(conversations=12, steps=200)


# The description itself must be able to refuse


def wrong(api: Api, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    from callerid_analytics.sandbox import resources

    say = resources.caller_id
    monkeypatch.setattr(resources, "caller_id", lambda row, extension: {**say(row, extension), **changes})
    description.check(api.get(api.caller_ids))


@pytest.mark.parametrize(
    "changes",
    [
        {"sid": "PN123"},
        {"account_sid": 1},
        {"date_created": "2009-08-21T00:11:24Z"},
        {"date_updated": "Fri, 99 Aug 2009 00:11:24 +0000"},
        {"verified": True},
    ],
)
def test_the_description_refuses(api: Api, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        wrong(api, monkeypatch, **changes)


def test_the_description_accepts_null(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong(api, monkeypatch, friendly_name=None, date_created=None, sid=None)
