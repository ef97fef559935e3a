"""When a request is repeated, when it must not be, and what a failure tells."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from callerid_analytics import errors
from callerid_analytics.client import Client
from callerid_analytics.transport import Retry
from tests.scripted_server import Reply, ScriptedServer, page, refusal

ACCOUNT = "AC" + 32 * "0"
CALLER_ID = "PN" + 32 * "1"
RECORD = {"sid": CALLER_ID, "account_sid": ACCOUNT, "phone_number": "+14155550100", "friendly_name": "Desk"}
BUSY = refusal(429, 20429, "Too Many Requests")
BROKEN = refusal(500, 20500, "Internal Server Error")


class Waits:
    """Stands in for waiting: remembers the seconds, and lets the clock jump by them."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def pause(self, _: threading.Event, seconds: float) -> None:
        self.seconds.append(seconds)

    def clock(self) -> float:
        return sum(self.seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def client(server: ScriptedServer, waits: Waits) -> Client:
    return make_client(server, waits)


def make_client(server: ScriptedServer, waits: Waits, **options: object) -> Client:
    defaults = {"pause": waits.pause, "clock": waits.clock, "jitter": lambda: 1.0}
    return Client(ACCOUNT, "secret-token", base_url=server.url, **{**defaults, **options})  # type: ignore[arg-type] # any option


Operation = Callable[[Client], object]


def list_all(client: Client) -> object:
    return list(client.iter_caller_ids())


def fetch(client: Client) -> object:
    return client.fetch_caller_id(CALLER_ID)


def rename(client: Client) -> object:
    return client.rename_caller_id(CALLER_ID, "Front desk")


def delete(client: Client) -> object:
    return client.delete_caller_id(CALLER_ID)


def validate(client: Client) -> object:
    return client.request_validation("+14155550100")


OPERATIONS = {
    "list": (list_all, page(RECORD)),
    "fetch": (fetch, Reply(body=RECORD)),
    "rename": (rename, Reply(body=RECORD)),
    "delete": (delete, Reply(204)),
    "validate": (validate, Reply(body={"validation_code": "012345"})),
}
every_operation = pytest.mark.parametrize(("operation", "success"), OPERATIONS.values(), ids=OPERATIONS)
repeatable_operation = pytest.mark.parametrize(
    ("operation", "success"),
    [OPERATIONS[name] for name in ("list", "fetch", "rename", "delete")],
    ids=["list", "fetch", "rename", "delete"],
)


@every_operation
def test_429_is_retried_for_every_verb(
    client: Client, server: ScriptedServer, operation: Operation, success: Reply
) -> None:
    server.say(BUSY, BUSY, success)
    operation(client)
    assert len(server.requests) == 3


@repeatable_operation
@pytest.mark.parametrize(
    "failure",
    [
        BROKEN,
        refusal(503, 20503),
        Reply(502, b"<html>Bad gateway</html>"),
        Reply(drop=True),
        Reply(body=RECORD, cut=5),
    ],
    ids=["500", "503", "html 502", "dropped", "cut short"],
)
def test_failures_are_retried_where_repeating_is_harmless(
    client: Client, server: ScriptedServer, operation: Operation, success: Reply, failure: Reply
) -> None:
    server.say(failure, success)
    operation(client)
    assert len(server.requests) == 2


@repeatable_operation
def test_a_timeout_is_retried_where_repeating_is_harmless(
    server: ScriptedServer, waits: Waits, operation: Operation, success: Reply
) -> None:
    never = threading.Event()
    server.say(Reply(until=never), success)
    operation(make_client(server, waits, timeout=(5.0, 0.5)))
    never.set()
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    "failure", [BROKEN, Reply(502, b"<html>"), Reply(drop=True)], ids=["500", "html", "dropped"]
)
def test_a_validation_is_never_sent_twice_unless_nothing_was_processed(
    client: Client, server: ScriptedServer, failure: Reply
) -> None:
    server.say(failure, Reply(body={"validation_code": "012345"}))
    with pytest.raises(errors.RequestError):
        validate(client)
    assert len(server.requests) == 1


def test_a_validation_that_times_out_is_not_sent_twice(server: ScriptedServer, waits: Waits) -> None:
    never = threading.Event()
    server.say(Reply(until=never))
    with pytest.raises(errors.TimedOut):
        validate(make_client(server, waits, timeout=(5.0, 0.5)))
    never.set()
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405])
def test_other_refusals_are_not_retried(client: Client, server: ScriptedServer, status: int) -> None:
    server.say(refusal(status, 20000 + status))
    with pytest.raises(errors.ApiError) as caught:
        fetch(client)
    assert (caught.value.status, caught.value.code) == (status, 20000 + status)
    assert not caught.value.retryable
    assert len(server.requests) == 1


def test_a_delete_whose_first_answer_was_lost_then_meets_404_succeeded(
    client: Client, server: ScriptedServer
) -> None:
    server.say(Reply(drop=True), refusal(404, 20404))
    client.delete_caller_id(CALLER_ID)
    assert len(server.requests) == 2


@pytest.mark.parametrize("first", [[], [BUSY]], ids=["at once", "after a 429, which deleted nothing"])
def test_deleting_what_is_not_there_is_an_error(
    client: Client, server: ScriptedServer, first: list[Reply]
) -> None:
    server.say(*first, refusal(404, 20404))
    with pytest.raises(errors.NotFound):
        client.delete_caller_id(CALLER_ID)


def test_waits_grow_up_to_a_cap(server: ScriptedServer, waits: Waits) -> None:
    client = make_client(server, waits, retry=Retry(attempts=6, base=1.0, cap=5.0, total=100.0))
    server.say(BUSY)
    with pytest.raises(errors.TooManyRequests) as caught:
        fetch(client)
    assert waits.seconds == [1.0, 2.0, 4.0, 5.0, 5.0]
    assert caught.value.retries == 5
    assert caught.value.retryable


def test_waits_are_jittered_over_their_full_length(server: ScriptedServer, waits: Waits) -> None:
    client = make_client(server, waits, retry=Retry(attempts=3, base=1.0), jitter=iter([0.25, 0.5]).__next__)
    server.say(BUSY)
    with pytest.raises(errors.TooManyRequests):
        fetch(client)
    assert waits.seconds == [0.25, 1.0]


def test_retry_after_in_seconds_is_the_least_to_wait(client: Client, server: ScriptedServer, waits: Waits) -> None:
    server.say(refusal(429, 20429, Retry_After="7"), Reply(body=RECORD))
    fetch(client)
    assert waits.seconds == [7.0]


def test_retry_after_as_a_date_is_understood(client: Client, server: ScriptedServer, waits: Waits) -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    server.say(refusal(503, 20503, Retry_After=soon), Reply(body=RECORD))
    fetch(client)
    assert 25 < waits.seconds[0] <= 30


def test_retry_after_that_is_nonsense_is_ignored(client: Client, server: ScriptedServer, waits: Waits) -> None:
    server.say(refusal(429, 20429, Retry_After="later"), Reply(body=RECORD))
    fetch(client)
    assert waits.seconds == [0.5]


def test_the_total_is_bounded_whatever_the_server_asks_for(
    client: Client, server: ScriptedServer, waits: Waits
) -> None:
    server.say(refusal(429, 20429, Retry_After="3600"))
    with pytest.raises(errors.TooManyRequests):
        fetch(client)
    assert waits.seconds == []


def test_an_aborted_client_ends_the_wait_for_its_next_attempt(server: ScriptedServer) -> None:
    waiting = threading.Event()

    def pause(aborted: threading.Event, _: float) -> None:
        waiting.set()
        aborted.wait(10)

    client = make_client(server, Waits(), pause=pause)
    server.say(BUSY)
    ends: list[BaseException] = []

    def read(abortable: Client) -> None:
        try:
            fetch(abortable)
        except errors.CallerIdError as error:
            ends.append(error)

    def interrupt_while_it_waits() -> None:
        with client.abortable() as abortable:
            thread = threading.Thread(target=read, args=[abortable])
            threads.append(thread)
            thread.start()
            assert waiting.wait(10)
            raise KeyboardInterrupt

    threads: list[threading.Thread] = []
    with pytest.raises(KeyboardInterrupt):
        interrupt_while_it_waits()
    threads[0].join(5)
    assert [type(error) for error in ends] == [errors.Cancelled]
    assert len(server.requests) == 1


def test_aborting_does_not_touch_the_client_itself(client: Client, server: ScriptedServer) -> None:
    server.say(Reply(body=RECORD))
    with pytest.raises(KeyboardInterrupt), client.abortable():
        raise KeyboardInterrupt
    assert client.fetch_caller_id(CALLER_ID).friendly_name == "Desk"


def test_an_address_where_nobody_listens_is_said_at_once(waits: Waits) -> None:
    with ScriptedServer() as gone:
        pass
    client = make_client(gone, waits)
    with pytest.raises(errors.ConnectionFailed, match="nothing listens") as caught:
        fetch(client)
    assert waits.seconds == []
    assert isinstance(caught.value, ConnectionError)


def test_an_unknown_host_name_is_one_clear_error(waits: Waits) -> None:
    client = Client(ACCOUNT, "secret-token", base_url="http://no-such-host.invalid", pause=waits.pause)
    with pytest.raises(errors.ConnectionFailed):
        fetch(client)


def test_html_instead_of_json(client: Client, server: ScriptedServer) -> None:
    server.say(Reply(200, b"<!doctype html><title>Sign in</title>"))
    with pytest.raises(errors.UnexpectedResponse, match="HTML") as caught:
        list_all(client)
    assert caught.value.status == 200


@pytest.mark.parametrize(
    "body",
    [
        b'{"outgoing_caller_ids": [{"sid": "PN',
        b'{"accounts": []}',
        b'{"outgoing_caller_ids": {}}',
        b'{"outgoing_caller_ids": [7]}',
        b'{"outgoing_caller_ids": [{"sid": 7}]}',
        b'{"outgoing_caller_ids": [{"sid": "\xff"}]}',
        b"[]",
        b"",
    ],
)
def test_json_that_is_not_a_page_is_one_clear_error(client: Client, server: ScriptedServer, body: bytes) -> None:
    server.say(Reply(200, body))
    with pytest.raises(errors.UnexpectedResponse):
        list_all(client)


def test_a_4xx_page_of_html_is_not_taken_for_twilio(client: Client, server: ScriptedServer) -> None:
    server.say(Reply(404, b"<html>nginx</html>"))
    with pytest.raises(errors.UnexpectedResponse) as caught:
        fetch(client)
    assert caught.value.status == 404


def test_credentials_do_not_follow_a_redirect(client: Client, server: ScriptedServer) -> None:
    with ScriptedServer() as other:
        server.say(Reply(302, headers={"Location": f"{other.url}/elsewhere"}))
        with pytest.raises(errors.UnexpectedResponse, match="redirect"):
            fetch(client)
        assert other.requests == []


def test_credentials_do_not_follow_a_next_page_on_another_host(client: Client, server: ScriptedServer) -> None:
    with ScriptedServer() as other:
        server.say(page(RECORD, next_page_uri=f"{other.url}/page2"))
        with pytest.raises(errors.UnexpectedResponse, match="another host"):
            list_all(client)
        assert other.requests == []


def test_a_list_that_leads_back_to_a_page_already_read_ends(client: Client, server: ScriptedServer) -> None:
    server.say(page(RECORD, next_page_uri="/again"))
    with pytest.raises(errors.UnexpectedResponse, match="already read"):
        list_all(client)
    assert len(server.requests) == 2


def test_cookies_are_not_kept(client: Client, server: ScriptedServer) -> None:
    server.say(Reply(body=RECORD, headers={"Set-Cookie": "tracked=yes; Path=/"}))
    fetch(client)
    fetch(client)
    assert "Cookie" not in server.requests[1].headers


def test_gzip_is_asked_for_and_connections_are_kept(client: Client, server: ScriptedServer) -> None:
    server.say(Reply(body=RECORD))
    fetch(client)
    assert "gzip" in server.requests[0].headers["Accept-Encoding"]
    assert server.requests[0].headers["Connection"] == "keep-alive"


def test_twilios_words_and_the_next_step_are_in_the_message(client: Client, server: ScriptedServer) -> None:
    server.say(refusal(400, 21450, "Phone number is already verified.", Twilio_Request_Id="RQ1"))
    with pytest.raises(errors.AlreadyVerified) as caught:
        validate(client)
    error = caught.value
    assert (error.status, error.code, error.request_id) == (400, 21450, "RQ1")
    assert error.more_info == "https://www.twilio.com/docs/errors/21450"
    assert "Phone number is already verified" in str(error)
    assert "nothing left to do" in str(error)


def test_an_error_of_rfc_9457_is_read_as_well(client: Client, server: ScriptedServer) -> None:
    server.say(Reply(400, {"type": "about:blank", "title": "Bad Request", "status": 400, "code": "20001"}))
    with pytest.raises(errors.InvalidRequest, match="Bad Request") as caught:
        fetch(client)
    assert caught.value.code == 20001


def test_no_secret_is_in_a_repr_or_a_message(client: Client, server: ScriptedServer) -> None:
    server.say(refusal(401, 20003, "Authenticate"))
    with pytest.raises(errors.AuthenticationFailed) as caught:
        fetch(client)
    said = repr(client) + str(caught.value) + repr(caught.value) + repr(client._transport.settings)
    assert "secret-token" not in said


def test_an_api_keys_owner_is_told_that_it_reaches_no_subaccount(server: ScriptedServer) -> None:
    client = Client(ACCOUNT, api_key="SK" + 32 * "2", api_secret="secret", base_url=server.url)
    server.say(refusal(401, 20003, "Authenticate"))
    with pytest.raises(errors.AuthenticationFailed, match="API key reaches its own account only"):
        client.fetch_caller_id(CALLER_ID, account_sid="AC" + 32 * "9")
    with pytest.raises(errors.AuthenticationFailed) as own:
        client.fetch_caller_id(CALLER_ID)
    assert "reaches its own" not in str(own.value)


@pytest.mark.parametrize("status", [200, 201, 202])
def test_any_2xx_is_a_success(client: Client, server: ScriptedServer, status: int) -> None:
    server.say(Reply(status, {"validation_code": "012345"}))
    assert client.request_validation("+14155550100").validation_code == "012345"


def test_threads_share_a_client(server: ScriptedServer, waits: Waits) -> None:
    client = make_client(server, waits, timeout=(5.0, 5.0))
    server.say(*[Reply(body={**RECORD, "friendly_name": str(n)}) for n in range(200)])
    names: list[str | None] = []

    def fetch_some() -> None:
        names.extend(client.fetch_caller_id(CALLER_ID).friendly_name for _ in range(20))

    threads = [threading.Thread(target=fetch_some) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names, key=lambda name: int(name or -1)) == [str(n) for n in range(200)]
