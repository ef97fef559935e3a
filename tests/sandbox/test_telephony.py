from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from callerid_analytics.sandbox import Clock, Sandbox
from callerid_analytics.sandbox.call_states import (
    BY_BEHAVIOUR,
    BY_ITSELF,
    CALL_STATUS,
    FOLLOWING,
    State,
    verification_status,
)
from callerid_analytics.sandbox.telephony import Answering, CallOverError
from tests.sandbox.conftest import Api
from tests.sandbox.receiver import Receiver

NUMBER = "+14155550123"
START = 1_700_000_000
"""Tue, 14 Nov 2023 22:13:20 +0000"""


def place(api: Api, number: str = NUMBER, **form: Any) -> str:
    call_sid: str = api.post(api.caller_ids, PhoneNumber=number, **form).json()["call_sid"]
    return call_sid


def status(api: Api, call_sid: str) -> str:
    return str(api.get(f"{api.account}/Calls/{call_sid}.json").json()["status"])


def timeline(sandbox: Sandbox, clock: Clock, seconds: int) -> list[tuple[int, str]]:
    """Let time pass second by second, and note when the last call's state changes."""
    seen = [(0, sandbox.calls()[0]["state"])]
    for second in range(seconds + 1):
        clock.advance(1 if second else 0)
        state = sandbox.calls()[0]["state"]
        if state != seen[-1][1]:
            seen.append((second, state))
    return seen


# What happens by itself


def test_a_call_waits_rings_and_gives_up(api: Api, sandbox: Sandbox, clock: Clock) -> None:
    place(api, CallDelay=5)
    assert timeline(sandbox, clock, 90) == [(0, "created"), (5, "ringing"), (65, "no-answer")]


def test_somebody_picks_up_and_says_nothing(api: Api, sandbox: Sandbox, clock: Clock) -> None:
    sandbox.answer(place(api))
    assert timeline(sandbox, clock, 90) == [(0, "answered"), (1, "asking"), (61, "hung-up")]


def test_an_extension_is_dialled_first(api: Api, sandbox: Sandbox, clock: Clock) -> None:
    call_sid = place(api, Extension="12#")
    sandbox.answer(call_sid)
    assert timeline(sandbox, clock, 5) == [(0, "answered"), (1, "extension"), (3, "asking")]
    assert sandbox.call(call_sid)["extension_dialled"] is True


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("manual", [(0, "ringing"), (60, "no-answer")]),
        ("no-answer", [(0, "ringing"), (60, "no-answer")]),
        ("busy", [(0, "ringing"), (5, "busy")]),
        ("correct", [(0, "ringing"), (5, "answered"), (6, "asking"), (16, "verified")]),
        ("wrong", [(0, "ringing"), (5, "answered"), (6, "asking"), (36, "wrong-code")]),
    ],
)
def test_behaviours(answer: str, expected: list[tuple[int, str]], clock: Clock) -> None:
    with Sandbox(numbers=3, clock=clock, answer=answer) as sandbox:
        api = Api(sandbox)
        place(api)
        api.session.close()
        assert timeline(sandbox, clock, 60) == [(0, "queued"), *expected]


@pytest.mark.parametrize("answer", ["no-answer", "busy", "correct", "wrong"])
def test_one_leap_is_as_good_as_many_steps(answer: str) -> None:
    def after(*leaps: float) -> tuple[Any, ...]:
        clock = Clock(speed=0, start=START)
        with Sandbox(numbers=0, clock=clock, answer=answer, randomness=Random(1)) as sandbox:
            api = Api(sandbox)
            call_sid = place(api)
            for seconds in leaps:
                clock.advance(seconds)
            call = api.get(f"{api.account}/Calls/{call_sid}.json").json()
            api.session.close()
            return call, sandbox.calls(), sandbox.caller_ids()

    assert after(60) == after(*[0.5] * 120)


def test_behaviours_by_pattern(clock: Clock) -> None:
    answer = {"*": "correct", "+1415*": "busy", "+14155550124": "wrong"}
    with Sandbox(numbers=0, clock=clock, answer=answer) as sandbox:
        api = Api(sandbox)
        for number in ("+14155550124", "+16175550123"):
            place(api, number)
        api.session.close()
        sandbox.advance(60)
        assert [call["state"] for call in sandbox.calls()] == ["verified", "busy"]
        assert sandbox.state()["answer"] == "correct"


def test_numbers_without_a_pattern_are_left_to_a_person() -> None:
    answering = Answering({"+44*": "correct"})
    assert (answering.behaviour("+442079460123"), answering.behaviour(NUMBER)) == ("correct", "manual")


def test_there_are_five_behaviours() -> None:
    with pytest.raises(ValueError, match="manual, correct, wrong, no-answer, busy, not 'polite'"):
        Sandbox(answer={"+44*": "polite"})


# What people do


def test_what_a_call_shows_from_beginning_to_end(api: Api, sandbox: Sandbox, clock: Clock) -> None:
    call_sid = place(api, FriendlyName="Desk", Extension="7", CallDelay=2)
    created = sandbox.call(call_sid)
    assert (created["state"], created["status"], created["rings_in"]) == ("created", "queued", 2)
    assert (created["to"], created["from"], created["friendly_name"]) == (NUMBER, "+14157234000", "Desk")
    clock.advance(10)
    assert (status(api, call_sid), sandbox.call(call_sid)["rings_in"]) == ("ringing", None)
    sandbox.answer(call_sid)
    clock.advance(20)
    asking = sandbox.call(call_sid)
    assert (asking["state"], asking["attempts_left"], asking["verification_status"]) == ("asking", 3, None)
    assert (status(api, call_sid), asking["caller_id_sid"]) == ("in-progress", None)
    caller_id = sandbox.answer(call_sid, asking["code"])
    assert caller_id == sandbox.caller_ids()[0]
    verified = sandbox.call(call_sid)
    assert (verified["verification_status"], verified["caller_id_sid"]) == ("success", caller_id["sid"])
    call = api.get(f"{api.account}/Calls/{call_sid}.json").json()
    assert (call["status"], call["duration"]) == ("completed", "20")
    assert call["date_created"] == "Tue, 14 Nov 2023 22:13:20 +0000"
    assert call["start_time"] == "Tue, 14 Nov 2023 22:13:22 +0000"
    assert call["end_time"] == "Tue, 14 Nov 2023 22:13:50 +0000"


def test_a_code_may_be_wrong_twice(api: Api, sandbox: Sandbox, clock: Clock) -> None:
    call_sid = place(api)
    for left in (2, 1):
        assert sandbox.answer(call_sid, "no code") is None
        assert (sandbox.call(call_sid)["state"], sandbox.call(call_sid)["attempts_left"]) == ("asking", left)
        clock.advance(59)
    assert sandbox.answer(call_sid, sandbox.call(call_sid)["code"]) == sandbox.caller_ids()[0]


@pytest.mark.parametrize(
    ("end", "state", "twilio"),
    [
        (Sandbox.hang_up, "hung-up", "completed"),
        (Sandbox.busy, "busy", "busy"),
        (Sandbox.no_answer, "no-answer", "no-answer"),
        (Sandbox.fail, "failed", "failed"),
    ],
)
def test_a_call_that_ends_without_the_code(
    end: Callable[[Sandbox, str], None], state: str, twilio: str, api: Api, sandbox: Sandbox
) -> None:
    call_sid = place(api)
    end(sandbox, call_sid)
    call = sandbox.call(call_sid)
    assert (call["state"], call["verification_status"], call["caller_id_sid"]) == (state, "failed", None)
    shown = api.get(f"{api.account}/Calls/{call_sid}.json").json()
    assert shown["status"] == twilio
    answered = state == "hung-up"
    assert (shown["duration"], shown["end_time"] is None) == (("0", False) if answered else (None, True))
    assert len(sandbox.caller_ids()) == 30
    for again in (Sandbox.answer, Sandbox.hang_up, Sandbox.busy, Sandbox.no_answer, Sandbox.fail):
        with pytest.raises(CallOverError, match=f"has ended: {state}"):
            again(sandbox, call_sid)


def test_hanging_up_on_the_voice(api: Api, sandbox: Sandbox, clock: Clock) -> None:
    call_sid = place(api)
    sandbox.answer(call_sid)
    clock.advance(7)
    sandbox.hang_up(call_sid)
    assert api.get(f"{api.account}/Calls/{call_sid}.json").json()["duration"] == "7"


def test_a_phone_that_does_not_ring_yet(api: Api, sandbox: Sandbox, clock: Clock) -> None:
    call_sid = place(api, CallDelay=10)
    clock.advance(7)
    for act in (Sandbox.answer, Sandbox.hang_up, Sandbox.busy, Sandbox.no_answer, Sandbox.fail):
        with pytest.raises(CallOverError, match="takes 3 s more"):
            act(sandbox, call_sid)
    assert sandbox.call(call_sid)["state"] == "created"


@pytest.mark.parametrize("act", [Sandbox.busy, Sandbox.no_answer, Sandbox.fail])
def test_too_late_once_somebody_has_picked_up(
    act: Callable[[Sandbox, str], None], api: Api, sandbox: Sandbox
) -> None:
    call_sid = place(api)
    sandbox.answer(call_sid)
    sandbox.answer(call_sid)  # harmless
    with pytest.raises(CallOverError, match="is answered; it cannot become"):
        act(sandbox, call_sid)


def test_two_pending_verifications_of_a_number(clock: Clock) -> None:
    with Sandbox(numbers=0, clock=clock, answer="correct") as sandbox:
        api = Api(sandbox)
        place(api, CallDelay=3)
        place(api)
        api.session.close()
        sandbox.advance(60)
        (caller_id,) = sandbox.caller_ids()
        assert {call["caller_id_sid"] for call in sandbox.calls()} == {caller_id["sid"]}


# The rules behind it


def test_the_rules_agree_with_each_other() -> None:
    steps = {**BY_ITSELF, **{state: step for (state, _), step in BY_BEHAVIOUR.items()}}
    for state, step in steps.items():
        assert step.state in FOLLOWING[state]
    reachable = {State.CREATED}
    while not reachable >= (more := {follower for state in reachable for follower in FOLLOWING[state]}):
        reachable |= more
    assert set(FOLLOWING) == set(CALL_STATUS) == set(State) == reachable
    ends = {state for state in State if not FOLLOWING[state]}
    assert ends == {state for state in State if verification_status(state)}
    assert set(State) - ends == {State.CREATED, *BY_ITSELF}, "no call stays for ever"


def test_whatever_people_do_calls_keep_to_the_rules(clock: Clock) -> None:
    random = Random(5)
    acts = (Sandbox.hang_up, Sandbox.busy, Sandbox.no_answer, Sandbox.fail, Sandbox.answer)
    with Sandbox(numbers=0, clock=clock, answer={"*7": "correct", "*8": "wrong"}) as sandbox:
        api = Api(sandbox)
        ended: dict[str, dict[str, Any]] = {}
        for number in range(150):
            place(api, f"+1415555{number:04}", CallDelay=random.choice((0, 0, 9)))
            for _ in range(4):
                call = random.choice(sandbox.calls())
                digits = random.choice((call["code"], "", None))
                try:
                    if random.random() < 0.6:
                        sandbox.answer(call["sid"], digits)
                    else:
                        random.choice(acts)(sandbox, call["sid"])
                except CallOverError:
                    assert sandbox.call(call["sid"])["state"] == call["state"], "a refused act changes nothing"
            clock.advance(random.choice((0, 0.5, 3, 11)))
            ended |= {call["sid"]: call for call in sandbox.calls() if call["verification_status"]}
        api.session.close()
        clock.advance(300)
        calls = {call["sid"]: call for call in sandbox.calls()}
        assert {sid: calls[sid] for sid in ended} == ended, "an end is final"
        assert all(call["verification_status"] for call in calls.values())
        assert {call["state"] for call in calls.values()} == {state for state in State if not FOLLOWING[state]}
        verified = {call["caller_id_sid"] for call in calls.values() if call["state"] == "verified"}
        assert verified == {row["sid"] for row in sandbox.caller_ids()}


# Time


def test_a_file_keeps_calls_under_way(tmp_path: Path) -> None:
    db = tmp_path / "twilio.db"
    with Sandbox(numbers=0, db=db, clock=Clock(0, START), answer="correct") as first:
        api = Api(first)
        place(api, CallDelay=10)
        api.session.close()
        first.advance(12)
        assert first.calls()[0]["state"] == "ringing"
    clock = Clock(0, START + 12)
    with Sandbox(db=db, clock=clock) as second:
        assert timeline(second, clock, 20) == [
            (0, "ringing"),
            (3, "answered"),
            (4, "asking"),
            (14, "verified"),
        ]


def test_a_clock_that_nobody_set_goes_on_where_the_file_stands(tmp_path: Path) -> None:
    db = tmp_path / "twilio.db"
    with Sandbox(numbers=0, db=db, clock=Clock(0, START)) as first:
        api = Api(first)
        place(api, CallDelay=10)
        api.session.close()
        first.advance(25)
    with Sandbox(db=db, clock=Clock(0)) as second:
        assert second.state()["clock"] == {
            "now": "Tue, 14 Nov 2023 22:13:30 +0000",
            "seconds": START + 10,
            "speed": 0,
        }
        second.advance(59)
        assert second.calls()[0]["state"] == "ringing"


def test_what_was_missed_while_it_was_down_has_happened_at_its_time(tmp_path: Path) -> None:
    db = tmp_path / "twilio.db"
    with Sandbox(numbers=0, db=db, clock=Clock(0, START)) as first:
        api = Api(first)
        call_sid = place(api, CallDelay=10)
        api.session.close()
    with Sandbox(db=db, clock=Clock(0, START + 100_000), answer="correct") as second:
        second.advance(0)
        api = Api(second)
        call = api.get(f"{api.account}/Calls/{call_sid}.json").json()
        api.session.close()
    assert (call["status"], call["date_updated"]) == ("no-answer", "Tue, 14 Nov 2023 22:14:30 +0000")


def test_a_fast_clock_plays_by_itself(receiver: Receiver) -> None:
    with Sandbox(numbers=0, clock=Clock(speed=1000), answer="correct") as sandbox:
        api = Api(sandbox)
        place(api, CallDelay=60, StatusCallback=receiver.url)
        api.session.close()
        assert receiver.next().form["CallDuration"] == "11"
        assert sandbox.state()["clock"]["speed"] == 1000


def test_a_real_clock_can_be_moved_on(receiver: Receiver) -> None:
    with Sandbox(numbers=0, answer="correct") as sandbox:
        api = Api(sandbox)
        place(api, CallDelay=60, StatusCallback=receiver.url)
        api.session.close()
        sandbox.advance(76)
        assert sandbox.calls()[0]["state"] == "verified"
        assert receiver.next().form["CallDuration"] == "11"
