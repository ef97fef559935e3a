"""Verifying one number: every ending that a call can have, on a clock that is moved by hand."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callerid_analytics.callbacks import CallbackEvent, CallbackReceiver
from callerid_analytics.client import Client
from callerid_analytics.errors import CallerIdError, InvalidParameter
from callerid_analytics.records import Call, CallerId, ValidationRequest
from callerid_analytics.sandbox import Clock, Fault, Sandbox
from callerid_analytics.verification import (
    GOOD,
    MEANINGS,
    MOVES,
    UNDER_WAY,
    Change,
    State,
    Verification,
    check,
    preview,
)
from callerid_analytics.verification.attempt import Attempt
from tests.scripted_server import Reply, ScriptedServer, page, refusal

NUMBER = "+14155550100"
NUMBERS = {
    "correct": NUMBER,
    "wrong": "+14155550101",
    "busy": "+14155550102",
    "no-answer": "+14155550103",
    "manual": "+14155550104",
}


@pytest.fixture
def clock() -> Clock:
    return Clock(speed=0, start=1_795_000_000)


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    answers = {number: behaviour for behaviour, number in NUMBERS.items()}
    with Sandbox(numbers=0, accounts=2, clock=clock, answer=answers) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with Client.from_env(sandbox.environ, pause=lambda event, seconds: None) as client:
        yield client


@pytest.fixture
def start(client: Client, sandbox: Sandbox, clock: Clock) -> Callable[..., Verification]:
    """Start a verification that lets time pass where it would wait, and callbacks arrive."""

    def pause(event: threading.Event, seconds: float) -> None:
        clock.advance(seconds)
        sandbox.callbacks(timeout=10)

    def make(
        behaviour: str = "correct", *, receiver: CallbackReceiver | None = None, **what: object
    ) -> Verification:
        draft = check(NUMBERS.get(behaviour, behaviour), **what)  # type: ignore[arg-type]
        return Verification(client, draft, receiver=receiver, clock=clock, pause=pause, jitter=lambda: 0.5)

    return make


def states(verification: Verification) -> list[str]:
    return [change.state.value for change in verification.changes]


def event_of(verification: Verification, *, succeeded: bool, sid: str | None = None) -> CallbackEvent:
    return CallbackEvent(
        account_sid="AC" + 32 * "0",
        call_sid=verification.call_sid or "",
        succeeded=succeeded,
        phone_number=verification.number,
        caller_id_sid=sid,
        call_status="completed",
    )


# The states


def test_the_moves_are_closed_and_every_state_is_reached_and_explained() -> None:
    assert set(MOVES) == set(State) == set(MEANINGS)
    assert set().union(*MOVES.values()) == set(State)
    assert all(not MOVES[state] for state in GOOD)
    assert all(MOVES[state] & GOOD and State.CANCELLED in MOVES[state] for state in UNDER_WAY)


# Endings


@pytest.mark.parametrize(
    ("behaviour", "reason"),
    [
        ("wrong", "without the right code"),
        ("busy", "busy"),
        ("no-answer", "Nobody answered"),
        ("manual", "Nobody answered"),
    ],
)
def test_a_call_that_ends_badly_has_failed_and_says_why(
    start: Callable[..., Verification], behaviour: str, reason: str
) -> None:
    verification = start(behaviour, delay=15)
    assert verification.run() is State.FAILED
    assert states(verification) == ["requested", "calling", "failed"]
    assert reason in (verification.reason or "")
    assert verification.caller_id is None


def test_the_right_code_ends_verified(start: Callable[..., Verification], sandbox: Sandbox) -> None:
    verification = start("correct", delay=15, name="Front desk")
    assert verification.run() is State.VERIFIED
    assert states(verification) == ["requested", "calling", "verified"]
    assert verification.caller_id is not None
    assert verification.caller_id.friendly_name == "Front desk"
    assert verification.caller_id.sid == sandbox.caller_ids()[0]["sid"]
    assert verification.step() is None


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (lambda sandbox, call: sandbox.hang_up(call), "without the right code"),
        (lambda sandbox, call: sandbox.busy(call), "busy"),
        (lambda sandbox, call: sandbox.no_answer(call), "Nobody answered"),
        (lambda sandbox, call: sandbox.fail(call), "did not get through"),
        (lambda sandbox, call: [sandbox.answer(call, "000000") for _ in range(3)], "without the right code"),
    ],
    ids=["hang-up", "busy", "no answer", "failed", "wrong code"],
)
@pytest.mark.parametrize("with_callback", [False, True], ids=["polled", "told"])
def test_what_somebody_does_at_the_phone_is_the_outcome(
    start: Callable[..., Verification],
    sandbox: Sandbox,
    happens: Callable[[Sandbox, str], object],
    reason: str,
    with_callback: bool,
) -> None:
    with CallbackReceiver({sandbox.account_sid: sandbox.auth_token}) as receiver:
        verification = start("manual", receiver=receiver if with_callback else None)
        verification.step()
        happens(sandbox, str(verification.call_sid))
        assert verification.run() is State.FAILED
        assert reason in str(verification.reason)
        assert len(sandbox.calls()) == 1


def test_a_number_that_is_verified_is_not_called(start: Callable[..., Verification], sandbox: Sandbox) -> None:
    sid = sandbox.add_caller_id(NUMBER)["sid"]
    verification = start()
    assert verification.run() is State.ALREADY_VERIFIED
    assert verification.caller_id is not None
    assert verification.caller_id.sid == sid
    assert sandbox.calls() == []


def test_a_sub_account_has_caller_ids_of_its_own(start: Callable[..., Verification], sandbox: Sandbox) -> None:
    sandbox.add_caller_id(NUMBER)
    sub = sandbox.accounts[1]["sid"]
    verification = start(account_sid=sub)
    assert verification.run() is State.VERIFIED
    assert verification.caller_id is not None
    assert verification.caller_id.account_sid == sub


def test_only_what_was_given_is_sent(start: Callable[..., Verification], sandbox: Sandbox) -> None:
    start().step()
    posted = next(request for request in sandbox.requests() if request["method"] == "POST")
    assert "CallDelay" not in str(posted)
    start("manual", delay=20, extension="12", name="Desk").step()
    call = sandbox.calls()[0]
    assert (call["extension"], call["friendly_name"], call["rings_in"]) == ("12", "Desk", 20)


def test_the_code_is_shown_before_the_phone_rings_and_nowhere_else(
    start: Callable[..., Verification], sandbox: Sandbox, clock: Clock
) -> None:
    verification = start("manual", delay=15)
    assert verification.seconds_until_call is None
    assert verification.step() == 15
    assert verification.code == sandbox.calls()[0]["code"]
    assert verification.seconds_until_call == 15
    clock.advance(5)
    assert verification.step() == 10
    clock.advance(10)
    verification.step()
    assert (verification.state, verification.seconds_until_call) == (State.CALLING, 0)
    assert str(verification.code) not in repr(verification) + repr(verification.changes) + repr(vars(verification))


def test_looks_become_rarer(start: Callable[..., Verification], sandbox: Sandbox) -> None:
    verification = start("manual", delay=60)
    verification.run()
    lists = [request for request in sandbox.requests(200) if "OutgoingCallerIds" in str(request)]
    assert 5 < len(lists) < 15


# Callbacks


def test_the_first_news_counts_and_more_does_no_harm(start: Callable[..., Verification], sandbox: Sandbox) -> None:
    with CallbackReceiver({sandbox.account_sid: sandbox.auth_token}) as receiver:
        verification = start("correct", receiver=receiver)
        verification.step()
        sandbox.answer(str(verification.call_sid), verification.code)
        assert sandbox.callbacks(timeout=10)[0]["status"] == 204
        verification.step()
        assert verification.state is State.VERIFIED, "before any look at the list"
        for succeeded in (True, False, True):
            verification.receive(event_of(verification, succeeded=succeeded))
            assert verification.step() is None
        assert states(verification) == ["requested", "verified"]


def test_a_callback_that_is_lost_is_made_up_for_by_looking(
    start: Callable[..., Verification], sandbox: Sandbox
) -> None:
    with CallbackReceiver({sandbox.account_sid: sandbox.auth_token}) as gone:
        url = gone.url
    verification = start("correct", status_callback=url)
    assert verification.run() is State.VERIFIED
    assert sandbox.callbacks(timeout=10)[0]["error"]


def test_a_failure_that_a_callback_tells_is_final_unless_success_comes_late(
    start: Callable[..., Verification], sandbox: Sandbox
) -> None:
    verification = start("manual")
    verification.step()
    verification.receive(event_of(verification, succeeded=False))
    verification.step()
    assert verification.state is State.FAILED
    verification.receive(event_of(verification, succeeded=True, sid="PN" + 32 * "1"))
    verification.step()
    assert verification.state is State.VERIFIED


def test_a_callback_about_another_call_changes_nothing(start: Callable[..., Verification]) -> None:
    verification = start("manual")
    verification.step()
    other = dataclasses.replace(event_of(verification, succeeded=True), call_sid="CA" + 32 * "9")
    verification.receive(other)
    verification.step()
    assert verification.state in (State.REQUESTED, State.CALLING)


def test_a_callback_wakes_whoever_waits(start: Callable[..., Verification], client: Client, clock: Clock) -> None:
    verification = start("manual", delay=60)
    verification.step()
    woken: list[bool] = []

    def wait(event: threading.Event, seconds: float) -> None:
        verification.receive(event_of(verification, succeeded=False))
        woken.append(event.wait(10))

    verification._pause = wait
    assert verification.run() is State.FAILED
    assert woken == [True]


# What a scripted server plays, since the sandbox's list never lags

CREATED = {
    "account_sid": "AC" + 32 * "0",
    "call_sid": "CA" + 32 * "1",
    "phone_number": NUMBER,
    "friendly_name": None,
    "validation_code": "012345",
}
LISTED = {"sid": "PN" + 32 * "2", "account_sid": "AC" + 32 * "0", "phone_number": NUMBER, "friendly_name": "Desk"}
COMPLETED = Reply(body={"sid": "CA" + 32 * "1", "status": "completed"})
IN_PROGRESS = Reply(body={"sid": "CA" + 32 * "1", "status": "in-progress"})
NONE = page()


@pytest.fixture
def scripted(server: ScriptedServer, clock: Clock) -> Iterator[Verification]:
    with Client(
        "AC" + 32 * "0", "token", base_url=server.url, pause=lambda event, seconds: clock.advance(seconds)
    ) as client:
        yield Verification(
            client,
            check(NUMBER),
            clock=clock,
            pause=lambda event, seconds: clock.advance(seconds),
            jitter=lambda: 0.5,
        )


def test_a_callback_is_believed_while_the_list_lags(server: ScriptedServer, scripted: Verification) -> None:
    server.say(NONE, Reply(body=CREATED), NONE, IN_PROGRESS)
    scripted.step()
    scripted.receive(event_of(scripted, succeeded=True, sid="PN" + 32 * "2"))
    assert scripted.run() is State.VERIFIED
    assert scripted.caller_id is not None
    assert scripted.caller_id.sid == "PN" + 32 * "2"


def test_a_callback_may_come_before_the_answer_to_the_request(
    server: ScriptedServer, scripted: Verification
) -> None:
    server.say(NONE, Reply(body=CREATED))
    early = CallbackEvent(account_sid="AC" + 32 * "0", call_sid=CREATED["call_sid"] or "", succeeded=True)
    scripted.receive(early)
    assert scripted.step() is None
    assert states(scripted) == ["requested", "verified"]


def test_a_list_that_lags_behind_the_call_is_waited_for(server: ScriptedServer, scripted: Verification) -> None:
    server.say(NONE, Reply(body=CREATED), NONE, COMPLETED, NONE, page(LISTED))
    assert scripted.run() is State.VERIFIED
    server.say(page())


def test_a_list_that_never_shows_the_number_of_a_completed_call_means_that_it_failed(
    server: ScriptedServer, scripted: Verification, clock: Clock
) -> None:
    begun = clock()
    server.say(NONE, Reply(body=CREATED), NONE, COMPLETED, NONE)
    assert scripted.run() is State.FAILED
    assert 30 <= clock() - begun < 60


def test_without_a_call_to_read_the_list_is_watched_until_the_call_must_be_over(
    server: ScriptedServer, scripted: Verification, clock: Clock
) -> None:
    begun = clock()
    gone = refusal(404, 20404)
    server.say(NONE, Reply(body=CREATED), *[reply for _ in range(60) for reply in (NONE, gone)])
    assert scripted.run() is State.TIMED_OUT
    assert 300 < clock() - begun < 400


@pytest.mark.parametrize("body", [{}, {"call_sid": "CA" + 32 * "1"}, b"<html>", b'{"validation_code": "1'])
def test_an_answer_without_a_code_is_an_unknown_outcome(
    server: ScriptedServer, scripted: Verification, body: object
) -> None:
    server.say(NONE, Reply(body=body), NONE)
    scripted.step()
    assert scripted.state is State.UNKNOWN
    assert scripted.run() is State.FAILED
    assert [request.method for request in server.requests].count("POST") == 1


# 429 and 500 in each place

LIST, CALL = "*/OutgoingCallerIds.json", "*/Calls/*"
TROUBLES = {"429": "too-many-requests", "500": "error", "cut": "drop-before", "html": "html"}


@pytest.mark.parametrize("kind", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize(("path", "method"), [(LIST, "GET"), (CALL, "GET")], ids=["list", "call"])
def test_trouble_that_passes_is_lived_through(
    start: Callable[..., Verification], sandbox: Sandbox, kind: str, path: str, method: str
) -> None:
    verification = start("correct")
    verification.step()
    sandbox.set_faults(Fault(kind, path=path, method=method, count=20))
    assert verification.run() is State.VERIFIED
    assert len(sandbox.calls()) == 1


@pytest.mark.parametrize("kind", TROUBLES.values(), ids=TROUBLES)
def test_a_list_that_cannot_be_read_at_first_costs_no_call(
    start: Callable[..., Verification], sandbox: Sandbox, kind: str
) -> None:
    sandbox.set_faults(Fault(kind, path=LIST, method="GET"))
    verification = start("correct")
    assert verification.run() is State.FAILED
    assert verification.error is not None
    assert sandbox.calls() == []
    sandbox.set_faults()
    verification.retry()
    assert verification.run() is State.VERIFIED


@pytest.mark.parametrize("kind", TROUBLES.values(), ids=TROUBLES)
def test_a_list_that_cannot_be_read_any_more_is_no_reason_to_say_failed(
    start: Callable[..., Verification], sandbox: Sandbox, kind: str
) -> None:
    verification = start("correct")
    verification.step()
    sandbox.set_faults(Fault(kind, path=LIST, method="GET"))
    assert verification.run() is State.TIMED_OUT
    assert "list" in str(verification.reason)
    sandbox.set_faults()
    verification.retry()
    assert verification.run() is State.ALREADY_VERIFIED
    assert len(sandbox.calls()) == 1


@pytest.mark.parametrize("kind", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("behaviour", ["correct", "busy"])
def test_a_call_that_cannot_be_read_leaves_the_list(
    start: Callable[..., Verification], sandbox: Sandbox, kind: str, behaviour: str
) -> None:
    sandbox.set_faults(Fault(kind, path=CALL))
    assert start(behaviour).run() is {"correct": State.VERIFIED, "busy": State.TIMED_OUT}[behaviour]


def test_a_refused_request_was_no_call_and_may_be_repeated(
    start: Callable[..., Verification], sandbox: Sandbox
) -> None:
    sandbox.set_faults(Fault("too-many-requests", path=LIST, method="POST", count=3))
    assert start("correct").run() is State.VERIFIED
    sandbox.set_faults(Fault("too-many-requests", path=LIST, method="POST"))
    verification = start("manual")
    assert verification.run() is State.FAILED
    assert verification.error is not None
    assert len(sandbox.calls()) == 1


@pytest.mark.parametrize("kind", ["error", "html", "drop-before"])
def test_a_request_without_a_clear_answer_is_not_repeated_before_its_call_is_over(
    start: Callable[..., Verification], sandbox: Sandbox, clock: Clock, kind: str
) -> None:
    sandbox.set_faults(Fault(kind, path=LIST, method="POST", count=1))
    verification = start("correct")
    verification.step()
    assert verification.state is State.UNKNOWN
    begun = clock()
    assert verification.run() is State.FAILED
    assert clock() - begun >= 300
    assert sandbox.calls() == []
    verification.retry()
    assert verification.run() is State.VERIFIED


@pytest.mark.parametrize("kind", ["drop-after", "truncate"])
@pytest.mark.parametrize(("behaviour", "state"), [("correct", State.VERIFIED), ("busy", State.FAILED)])
def test_a_call_whose_answer_was_lost_is_found_in_the_list_or_over(
    start: Callable[..., Verification], sandbox: Sandbox, kind: str, behaviour: str, state: State
) -> None:
    sandbox.set_faults(Fault(kind, path=LIST, method="POST"))
    verification = start(behaviour)
    assert verification.run() is state
    assert states(verification) == ["unknown", state.value]
    assert len(sandbox.calls()) == 1


def test_a_refusal_is_a_failure_with_twilios_words(clock: Clock) -> None:
    with (
        Sandbox(numbers=0, clock=clock, own_numbers=[NUMBER]) as sandbox,
        Client.from_env(sandbox.environ) as client,
    ):
        verification = Verification(client, check(NUMBER), clock=clock)
        assert verification.run() is State.FAILED
    assert verification.error is not None
    assert verification.error.args[0] == verification.reason
    assert "21449" in str(verification.reason)


def test_verified_meanwhile_is_as_good(server: ScriptedServer, scripted: Verification) -> None:
    server.say(NONE, refusal(400, 21450), page(LISTED))
    assert scripted.run() is State.ALREADY_VERIFIED
    assert scripted.caller_id is not None
    assert scripted.caller_id.sid == LISTED["sid"]


# What people decide


def test_cancelling_stops_watching(start: Callable[..., Verification], sandbox: Sandbox) -> None:
    verification = start("manual", delay=15)
    verification.step()
    verification.cancel()
    assert verification.state is State.CANCELLED
    before = len(sandbox.requests())
    assert verification.step() is None
    assert len(sandbox.requests()) == before


def test_cancelling_ends_a_run_in_another_thread(client: Client) -> None:
    with Sandbox(numbers=0) as busy_elsewhere, Client.from_env(busy_elsewhere.environ) as its_client:
        requested = threading.Event()
        verification = Verification(its_client, check(NUMBER, delay=60), on_change=lambda change: requested.set())
        thread = threading.Thread(target=verification.run)
        thread.start()
        assert requested.wait(10)
        verification.cancel()
        thread.join(10)
        assert not thread.is_alive()
        assert verification.state is State.CANCELLED


def test_a_draft_can_be_cancelled_and_taken_up_again(start: Callable[..., Verification], sandbox: Sandbox) -> None:
    verification = start("correct")
    verification.cancel()
    assert verification.run() is State.CANCELLED
    assert sandbox.calls() == []
    verification.retry()
    assert verification.run() is State.VERIFIED


def test_another_attempt_has_another_code(start: Callable[..., Verification], sandbox: Sandbox) -> None:
    verification = start("busy")
    verification.run()
    first = verification.call_sid
    verification.retry()
    assert (verification.state, verification.code, verification.call_sid) == (State.DRAFTED, None, None)
    verification.step()
    assert verification.call_sid != first
    assert verification.code == sandbox.calls()[0]["code"]


def test_an_illegal_move_is_refused(start: Callable[..., Verification]) -> None:
    verification = start("correct")
    verification.run()
    with pytest.raises(RuntimeError, match="verified"):
        verification.retry()


def test_what_is_asked_before_the_request_can_keep_it_from_leaving(client: Client, sandbox: Sandbox) -> None:
    def refuse(over_at: float) -> None:
        raise OSError("the disk is full")

    verification = Verification(client, check(NUMBER), before_request=refuse)
    with pytest.raises(OSError, match="disk"):
        verification.step()
    assert sandbox.calls() == []
    assert verification.state is State.DRAFTED


def test_every_change_is_told_and_holds_no_code(client: Client, clock: Clock) -> None:
    told: list[Change] = []
    verification = Verification(
        client,
        check(NUMBERS["busy"]),
        on_change=told.append,
        clock=clock,
        pause=lambda event, seconds: clock.advance(seconds),
    )
    verification.run()
    assert told == verification.changes
    assert [(change.before, change.state) for change in told] == [
        (State.DRAFTED, State.REQUESTED),
        (State.REQUESTED, State.CALLING),
        (State.CALLING, State.FAILED),
    ]


news = st.sampled_from(
    ["tick", "found", "told", "untold", "busy", "completed", "looked", "cancel", "again", "ask"]
)


@given(st.lists(st.tuples(news, st.sampled_from([0, 1, 40, 500])), max_size=30))
def test_whatever_happens_in_whatever_order_only_legal_moves_are_made(happenings: list[tuple[str, int]]) -> None:
    changes: list[Change] = []
    attempt = Attempt(draft=check(NUMBER), account_sid="AC" + 32 * "0", on_change=changes.append)
    now = 1_795_000_000.0
    event = CallbackEvent(account_sid=attempt.account_sid, call_sid="CA" + 32 * "1", succeeded=True)
    for happening, seconds in happenings:
        now += seconds
        match happening:
            case "tick":
                attempt.tick(now)
            case "found" if attempt.state in UNDER_WAY:
                attempt.found(CallerId(sid="PN" + 32 * "2"), now)
            case "told":
                attempt.told(event, now)
            case "untold":
                attempt.told(dataclasses.replace(event, succeeded=False), now)
            case "busy" | "completed" if attempt.state in UNDER_WAY:
                attempt.seen(Call(status=happening), now)
            case "looked" if attempt.is_due(now):
                attempt.looked(now, 0.5)
            case "cancel":
                attempt.cancel(now)
            case "again" if State.DRAFTED in MOVES[attempt.state]:
                attempt.again(now)
            case "ask" if attempt.state is State.DRAFTED:
                attempt.intend(now)
                attempt.answered(ValidationRequest(call_sid=event.call_sid, validation_code_sent="012345"), now)
        wait = attempt.wait(now)
        assert (wait is None) == (attempt.state not in {*UNDER_WAY, State.DRAFTED})
        assert wait is None or wait <= 360
    assert all(change.state in MOVES[change.before] for change in changes)


# What is checked before anything is sent


@pytest.mark.parametrize(
    ("number", "region", "full"),
    [
        ("+14155550100", None, "+14155550100"),
        ("(415) 555-0100", "US", "+14155550100"),
        ("0044 20 7946 0000", None, "+442079460000"),
        ("020 7946 0000", "GB", "+442079460000"),
        ("+44 20 7946 0000", "US", "+442079460000"),
    ],
)
def test_a_number_is_shown_back_in_full(number: str, region: str | None, full: str) -> None:
    assert check(number, region=region).number == full
    assert preview(number, region=region).number == full


@pytest.mark.parametrize(
    "what",
    [
        {"number": ""},
        {"number": "front desk"},
        {"number": "555-0100"},
        {"number": "(415) 555-0100"},
        {"number": "+1415555"},
        {"number": "+141555501001234"},
        {"number": "+9995550100"},
        {"number": "+1 415 555 0100 ext 12"},
        {"number": "+14155550100x12"},
        {"number": 14155550100},
        {"number": None},
        {"number": NUMBER, "region": "UK"},
        {"number": NUMBER, "name": "x" * 65},
        {"number": NUMBER, "name": ""},
        {"number": NUMBER, "delay": 61},
        {"number": NUMBER, "delay": -1},
        {"number": NUMBER, "delay": 1.5},
        {"number": NUMBER, "extension": "12a"},
        {"number": NUMBER, "extension": 12},
        {"number": NUMBER, "status_callback": "ftp://example.com"},
        {"number": NUMBER, "status_callback": "https://example.com/" + "x" * 1000},
        {"number": NUMBER, "status_callback": "https://example.com/", "status_callback_method": "PUT"},
        {"number": NUMBER, "account_sid": "PN" + 32 * "0"},
    ],
    ids=str,
)
def test_what_cannot_be_sent_is_refused_in_a_sentence(what: dict[str, object]) -> None:
    with pytest.raises(InvalidParameter) as refused:
        check(**what)  # type: ignore[arg-type]
    assert isinstance(refused.value, CallerIdError)
    assert str(refused.value).endswith(".")
