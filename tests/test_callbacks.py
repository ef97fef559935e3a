"""Status callbacks: whom to believe, and that nothing anybody sends makes the receiver fail."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

import pytest
import requests
from hypothesis import example, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from callerid_analytics.callbacks import (
    CallbackEvent,
    CallbackReceiver,
    application,
    is_signed,
    signature,
    tokens_of,
)
from callerid_analytics.errors import ConfigurationError
from callerid_analytics.sandbox import Sandbox
from callerid_analytics.settings import Settings

TOKEN = "0123456789abcdef0123456789abcdef"
ACCOUNT = "AC" + 32 * "0"
CALL = "CA" + 32 * "1"
FORM = {
    "AccountSid": ACCOUNT,
    "CallSid": CALL,
    "CallStatus": "completed",
    "VerificationStatus": "success",
    "OutgoingCallerIdSid": "PN" + 32 * "2",
    "To": "+14155550100",
    "FromCity": "",
}
EVENT = CallbackEvent(
    account_sid=ACCOUNT,
    call_sid=CALL,
    succeeded=True,
    phone_number="+14155550100",
    caller_id_sid="PN" + 32 * "2",
    call_status="completed",
)


# Signatures: the official validator is the judge


class MultiDict(dict[str, list[str]]):
    """Parameters as web frameworks hand them to the official validator."""

    def getall(self, name: str) -> list[str]:
        return self[name]


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
names = st.sampled_from(["CallSid", "To", "to", "Ünïcode", "", "a b", "番号"]) | text
forms = st.dictionaries(names, st.lists(text, min_size=1, max_size=4), max_size=6)
hosts = st.sampled_from(
    ["example.com", "EXAMPLE.com", "127.0.0.1", "localhost", "xn--bcher-kva.example", "bücher.example"]
)
ports = st.just("") | st.integers(1, 65535).map(lambda port: f":{port}")
users = st.sampled_from(["", "user@", "user:pass@", "u%40:p%3A@"])
paths = st.sampled_from(["", "/", "/callback", "/a%20b/c", "/a;p=1", "/ünïcode", "/a//b/"])
queries = (
    st.just("")
    | st.sampled_from(["?", "?a", "?a=&b=2", "?a=1&a=1&a=2"])
    | st.builds(lambda pairs: "?" + urlencode(pairs), st.lists(st.tuples(text, text), min_size=1, max_size=4))
)
schemes = st.sampled_from(["http://", "https://"])


requests_signed = st.tuples(
    *(
        schemes,
        users,
        hosts,
        ports,
        ports,
        paths,
        queries,
        forms,
        st.sampled_from(["", "signature", "host", "form"]),
    )
)


def compare(request: tuple[str, str, str, str, str, str, str, dict[str, list[str]], str]) -> None:
    """Have a request signed by the official SDK, perhaps tamper with it, and ask both whether to believe it."""
    scheme, user, host, port, signed_port, path, query, form, tampered = request
    official = RequestValidator(TOKEN)
    url = scheme + user + host + port + path + query
    signed = scheme + user + ("example.net" if tampered == "host" else host) + signed_port + path + query
    given = official.compute_signature(signed, MultiDict(form))
    assert signature(TOKEN, signed, form) == given
    assert signature(TOKEN, signed, [(name, value) for name in form for value in form[name]]) == given
    if user and port and not signed_port:
        return  # the official validator cuts user:pass@host:port at the first colon
    form = form | {"CallSid": ["another"]} if tampered == "form" else form
    given = "x" + given if tampered == "signature" else given
    assert is_signed(TOKEN, url, form, given) == official.validate(url, MultiDict(form), given)


@given(requests_signed)
@example(("https://", "", "example.com", ":443", "", "/", "", {}, ""))
@example(("https://", "", "example.com", "", ":443", "/", "", {"a": ["2", "1", "2", ""]}, ""))
@example(("http://", "", "example.com", ":80", "", "/", "?a=1", {"": [""]}, ""))
@example(("http://", "user:pass@", "example.com", "", ":80", "/", "", {}, ""))
def test_the_official_validator_and_ours_believe_the_same_requests(signed: Any) -> None:
    compare(signed)


@pytest.mark.slow
@settings(max_examples=2000)
@given(requests_signed)
def test_the_official_validator_and_ours_believe_the_same_thousands(signed: Any) -> None:
    compare(signed)


@given(schemes, st.sampled_from(["user:pass@", "user@"]), hosts, ports, paths, queries, forms)
def test_user_information_is_no_part_of_what_twilio_signs(
    scheme: str, user: str, host: str, port: str, path: str, query: str, form: dict[str, list[str]]
) -> None:
    parts = urlsplit(scheme + host + port + path + query)
    given = RequestValidator(TOKEN).compute_signature(parts.geturl(), MultiDict(form))
    if query != "?" and ";" not in path:
        assert is_signed(TOKEN, scheme + user + host + port + path + query, form, given)


@given(st.text(), st.dictionaries(st.text(), st.text()), st.text())
@example("http://[", {}, "")
@example("http://host:port/", {}, "é")
@example("http://host/", {"\ud800": "\udfff"}, "\ud800")
def test_nonsense_is_not_signed_and_raises_nothing(url: str, form: dict[str, str], given: str) -> None:
    assert not is_signed(TOKEN, url, form, given)


# The application


class Listening:
    """An application with a list of what it handed on, called as a server would."""

    def __init__(self, **options: Any) -> None:
        self.events: list[CallbackEvent] = []
        self.app = validator(application({ACCOUNT: TOKEN}, on_event=self.events.append, **options))

    def request(
        self,
        method: str = "POST",
        url: str = "http://127.0.0.1:8000/callback",
        form: dict[str, str] | None = None,
        body: bytes | None = None,
        **environ: str,
    ) -> int:
        parts = urlsplit(url)
        content = urlencode(form or {}).encode() if body is None else body
        setup: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "HTTP_HOST": parts.netloc,
            "SCRIPT_NAME": "",
            "PATH_INFO": parts.path,
            "QUERY_STRING": parts.query,
            "CONTENT_LENGTH": str(len(content)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "wsgi.input": io.BytesIO(content),
            "wsgi.url_scheme": parts.scheme,
        }
        setup |= environ
        setup_testing_defaults(setup)
        answers: list[str] = []

        def start_response(status: str, headers: object, exc_info: object = None) -> Any:
            answers.append(status)

        result = self.app(setup, start_response)
        assert list(result) == []
        result.close()  # type: ignore[attr-defined]
        return int(answers[0][:3])

    def post(
        self, form: dict[str, str] = FORM, url: str = "http://127.0.0.1:8000/callback", **environ: str
    ) -> int:
        signed = {"HTTP_X_TWILIO_SIGNATURE": signature(TOKEN, url, form), "HTTP_I_TWILIO_IDEMPOTENCY_TOKEN": "one"}
        return self.request("POST", url, form, **(signed | environ))


@pytest.fixture
def listening() -> Listening:
    return Listening()


def test_a_signed_post_becomes_an_event(listening: Listening) -> None:
    assert listening.post() == 204
    assert listening.events == [EVENT]


def test_a_signed_get_becomes_an_event(listening: Listening) -> None:
    url = f"http://127.0.0.1:8000/callback?mine=1&{urlencode(FORM)}"
    assert listening.request("GET", url, HTTP_X_TWILIO_SIGNATURE=signature(TOKEN, url)) == 204
    assert listening.events == [EVENT]


def test_a_failure_is_told_apart_by_its_verification_status_alone(listening: Listening) -> None:
    failed = {name: value for name, value in FORM.items() if name != "OutgoingCallerIdSid"}
    assert listening.post(failed | {"VerificationStatus": "failed"}) == 204
    assert [(event.succeeded, event.caller_id_sid) for event in listening.events] == [(False, None)]


@pytest.mark.parametrize("sent", ["https://example.com/c?x=1", "https://example.com:443/c?x=1"])
@pytest.mark.parametrize("signed", ["https://example.com/c?x=1", "https://example.com:443/c?x=1"])
def test_the_port_of_the_address_may_be_signed_or_not(listening: Listening, sent: str, signed: str) -> None:
    assert listening.post(url=sent, HTTP_X_TWILIO_SIGNATURE=signature(TOKEN, signed, FORM)) == 204


def test_behind_a_proxy_the_public_address_counts() -> None:
    listening = Listening(public_url="https://user:pass@calls.example.com/twilio#rc=2")
    given = signature(TOKEN, "https://calls.example.com/twilio?x=1", FORM)
    assert listening.post(url="http://127.0.0.1:8000/inside?x=1", HTTP_X_TWILIO_SIGNATURE=given) == 204
    inside = signature(TOKEN, "http://127.0.0.1:8000/inside?x=1", FORM)
    assert listening.post(url="http://127.0.0.1:8000/inside?x=1", HTTP_X_TWILIO_SIGNATURE=inside) == 403


def test_the_path_is_taken_as_it_was_sent_where_the_server_tells_it(listening: Listening) -> None:
    given = signature(TOKEN, "http://127.0.0.1:8000/a%2Fb", FORM)
    sent = {"HTTP_X_TWILIO_SIGNATURE": given, "PATH_INFO": "/a/b"}
    assert listening.request(form=FORM, **sent) == 403
    assert listening.request(form=FORM, **sent, REQUEST_URI="/a%2Fb") == 204


@pytest.mark.parametrize(
    "change",
    [
        {"HTTP_X_TWILIO_SIGNATURE": ""},
        {"HTTP_X_TWILIO_SIGNATURE": "é"},
        {"HTTP_X_TWILIO_SIGNATURE": signature("another token", "http://127.0.0.1:8000/callback", FORM)},
        {"HTTP_HOST": "127.0.0.1:8001"},
        {"QUERY_STRING": "x=1"},
    ],
    ids=str,
)
def test_what_is_not_signed_right_is_refused(listening: Listening, change: dict[str, str]) -> None:
    assert listening.post(**change) == 403
    assert listening.events == []


def test_a_strangers_account_is_refused(listening: Listening) -> None:
    assert listening.post(FORM | {"AccountSid": "AC" + 32 * "9"}) == 403
    assert listening.post({name: FORM[name] for name in FORM if name != "AccountSid"}) == 403


def test_each_account_has_its_own_token() -> None:
    sub = "AC" + 32 * "5"
    events: list[CallbackEvent] = []
    listening = Listening()
    listening.app = validator(application({ACCOUNT: TOKEN, sub: "another"}, on_event=events.append))
    form = FORM | {"AccountSid": sub}
    url = "http://127.0.0.1:8000/callback"
    assert listening.post(form) == 403
    assert listening.post(form, HTTP_X_TWILIO_SIGNATURE=signature("another", url, form)) == 204
    assert [event.account_sid for event in events] == [sub]


def test_twilios_own_repetition_is_answered_and_not_handed_on_again(listening: Listening) -> None:
    assert [listening.post(), listening.post()] == [204, 204]
    assert listening.events == [EVENT]


@pytest.mark.parametrize("token", ["two", ""], ids=["another token", "an empty token"])
def test_a_replay_by_somebody_else_is_refused(listening: Listening, token: str) -> None:
    assert listening.post() == 204
    assert listening.post(HTTP_I_TWILIO_IDEMPOTENCY_TOKEN=token) == 403
    assert listening.events == [EVENT]


def test_without_an_idempotency_token_the_second_is_a_replay(listening: Listening) -> None:
    given = {"HTTP_X_TWILIO_SIGNATURE": signature(TOKEN, "http://127.0.0.1:8000/callback", FORM)}
    assert [listening.request(form=FORM, **given) for _ in range(2)] == [204, 403]
    assert listening.events == [EVENT]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"REQUEST_METHOD": "PUT"}, 405),
        ({"CONTENT_LENGTH": "-1"}, 400),
        ({"CONTENT_LENGTH": "many"}, 400),
        ({"CONTENT_LENGTH": "²"}, 400),
        ({"CONTENT_LENGTH": "65537"}, 413),
        ({"CONTENT_LENGTH": 5000 * "9"}, 413),
    ],
    ids=str,
)
def test_what_is_no_callback_is_refused_unread(listening: Listening, change: dict[str, str], status: int) -> None:
    app = application({ACCOUNT: TOKEN}, on_event=listening.events.append)
    listening.app = lambda environ, start: validator_free(app, environ, start)
    assert listening.request(**change) == status


def validator_free(app: Any, environ: Any, start: Any) -> Any:
    """Call the application without wsgiref's checker, which itself refuses malformed requests."""
    assert list(app(environ, start)) == []
    return Empty()


class Empty(list[bytes]):
    def close(self) -> None:
        pass


def test_signed_text_that_is_no_verification_callback_is_no_event(listening: Listening) -> None:
    other = {"AccountSid": ACCOUNT, "CallSid": CALL, "CallStatus": "completed"}
    assert listening.post(other) == 400
    assert listening.events == []


@given(
    st.binary(max_size=200), st.text(max_size=40), st.text(max_size=40), st.sampled_from(["GET", "POST", "HEAD"])
)
@example(b"AccountSid=%ff&AccountSid=\xff", "%", "=", "POST")
@example(f"AccountSid={ACCOUNT}&%ff=%00".encode(), "", "", "POST")
def test_nothing_that_is_sent_makes_it_fail(body: bytes, query: str, given: str, method: str) -> None:
    app = application({ACCOUNT: TOKEN}, on_event=lambda event: pytest.fail("believed"))
    environ = {"REQUEST_METHOD": method, "QUERY_STRING": query, "HTTP_X_TWILIO_SIGNATURE": given}
    setup: dict[str, Any] = environ | {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    setup_testing_defaults(setup)
    answers: list[str] = []
    assert list(app(setup, lambda status, headers, exc_info=None: answers.append(status))) == []  # type: ignore[arg-type,return-value,func-returns-value]
    assert answers[0][0] == "4"


def test_a_listener_that_fails_is_logged_and_the_caller_answered(caplog: pytest.LogCaptureFixture) -> None:
    def fail(event: CallbackEvent) -> None:
        raise ValueError("a mistake of the listener")

    listening = Listening()
    listening.app = validator(application({ACCOUNT: TOKEN}, on_event=fail))
    with caplog.at_level(logging.ERROR):
        assert listening.post() == 204
    assert CALL in caplog.text
    assert TOKEN not in caplog.text


# The receiver


@pytest.fixture
def events() -> list[CallbackEvent]:
    return []


@pytest.fixture
def receiver(sandbox: Sandbox, events: list[CallbackEvent]) -> Iterator[CallbackReceiver]:
    with CallbackReceiver({sandbox.account_sid: sandbox.auth_token}, on_event=events.append) as receiver:
        yield receiver


def place(sandbox: Sandbox, url: str, method: str) -> str:
    form = {"PhoneNumber": "+14155550100", "StatusCallback": url, "StatusCallbackMethod": method}
    path = f"/2010-04-01/Accounts/{sandbox.account_sid}/OutgoingCallerIds.json"
    answer = requests.post(sandbox.url + path, form, auth=(sandbox.account_sid, sandbox.auth_token), timeout=10)
    call = answer.json()
    sandbox.answer(call["call_sid"], call["validation_code"])
    return str(call["call_sid"])


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("path", ["", "a%2Fb/c%20d", "?mine=1"])
def test_the_sandboxs_callbacks_arrive(
    sandbox: Sandbox, receiver: CallbackReceiver, events: list[CallbackEvent], method: str, path: str
) -> None:
    call_sid = place(sandbox, receiver.url + path, method)
    assert sandbox.callbacks(timeout=10)[0]["status"] == 204
    assert [(event.call_sid, event.succeeded, event.phone_number) for event in events] == [
        (call_sid, True, "+14155550100")
    ]


def test_the_receiver_ends_with_its_context(sandbox: Sandbox) -> None:
    with CallbackReceiver({ACCOUNT: TOKEN}) as receiver:
        url = receiver.url
        assert requests.post(url, data=FORM, timeout=10).status_code == 403
    with pytest.raises(requests.ConnectionError):
        requests.post(url, data=FORM, timeout=10)
    with pytest.raises(RuntimeError):
        _ = receiver.url


def test_no_receiver_without_a_token(sandbox: Sandbox) -> None:
    with pytest.raises(ConfigurationError, match="token"):
        CallbackReceiver({})
    key = Settings.of(ACCOUNT, api_key="SK" + 32 * "0", api_secret="secret")
    with pytest.raises(ConfigurationError, match="API key"):
        tokens_of(key)
    assert tokens_of(Settings.of(ACCOUNT, TOKEN)) == {ACCOUNT: TOKEN}


def test_no_repr_holds_a_token() -> None:
    receiver = CallbackReceiver({ACCOUNT: TOKEN}, public_url="https://calls.example.com/")
    assert receiver.url == "https://calls.example.com/"
    assert TOKEN not in repr(receiver) + repr(application({ACCOUNT: TOKEN}, on_event=print))
