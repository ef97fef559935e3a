"""Verifying many numbers: bounded, paced, repeated where that helps, and killed at any moment without loss."""

from __future__ import annotations

import itertools
import os
import random
import select
import stat
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from callerid_analytics import frames
from callerid_analytics.callbacks import CallbackReceiver
from callerid_analytics.client import Client
from callerid_analytics.errors import AuthenticationFailed, ExportError, InvalidParameter, QueueError
from callerid_analytics.sandbox import Clock, Fault, Sandbox
from callerid_analytics.verification import Change, VerificationQueue

PHONES = {"+1212*": "busy", "+1310*": "no-answer", "+1312*": "wrong", "+1415*": "correct", "*": "correct"}
LIST, CREATE = "*/OutgoingCallerIds.json", {"path": "*/OutgoingCallerIds.json", "method": "POST"}
Open = Callable[..., VerificationQueue]


def numbers(area: int, count: int) -> list[str]:
    return [f"+1{area}55501{index:02}" for index in range(count)]


@pytest.fixture
def clock() -> Clock:
    return Clock(speed=0, start=1_795_000_000)


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(numbers=0, accounts=3, clock=clock, answer=PHONES) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with Client.from_env(sandbox.environ, pause=lambda event, seconds: None) as client:
        yield client


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "queue.sqlite"


@pytest.fixture
def queue(client: Client, clock: Clock, sandbox: Sandbox, file: Path) -> Iterator[Open]:
    """Open queues, which the test's end closes."""
    opened: list[VerificationQueue] = []

    def pause(event: threading.Event, seconds: float) -> None:
        clock.advance(seconds)
        sandbox.callbacks(timeout=10)

    def make(rows: Any = None, **options: Any) -> VerificationQueue:
        if isinstance(rows, list):
            rows = pd.DataFrame({"number": rows})
        what = {"file": file, "clock": clock, "pause": pause, "jitter": lambda: 0.5}
        opened.append(VerificationQueue(client, rows, **(what | options)))
        return opened[-1]

    yield make
    for each in opened:
        each.close()


def outcome(result: pd.DataFrame) -> dict[str, tuple[str, int]]:
    rows = zip(result["number"], result["status"], result["attempts"], strict=True)
    return {number: (str(status), int(attempts)) for number, status, attempts in rows}


# From the table to the outcome


def test_each_number_ends_as_its_phone_does(queue: Open, sandbox: Sandbox) -> None:
    rows = [*numbers(415, 3), *numbers(212, 2), *numbers(310, 1), *numbers(312, 1)]
    sandbox.add_caller_id(rows[0])
    result = queue(rows, calls_at_once=3, attempts=2).run()
    assert outcome(result) == {
        rows[0]: ("already verified", 0),
        **dict.fromkeys(rows[1:3], ("verified", 1)),
        **dict.fromkeys(rows[3:], ("failed", 2)),
    }
    listed = {row["phone_number"]: row["sid"] for row in sandbox.caller_ids()}
    assert dict(zip(result["number"][:3], result["sid"][:3], strict=True)) == listed
    assert result["error"].iloc[3:].tolist() == [
        "The line was busy.",
        "The line was busy.",
        "Nobody answered.",
        "The call ended without the right code.",
    ]


def test_the_result_has_its_dtypes_even_without_rows(queue: Open) -> None:
    opened = queue([])
    assert opened.result().dtypes.astype(str).to_dict() == {
        "number": str(frames.TEXT),
        "name": str(frames.TEXT),
        "account_sid": "category",
        "status": "category",
        "sid": str(frames.TEXT),
        "attempts": "int64",
        "error": str(frames.TEXT),
        "call_sid": str(frames.TEXT),
        "at": "datetime64[us, UTC]",
    }
    assert opened.run().empty
    assert opened.call_sheet_text().split() == ["NUMBER", "NAME", "CODE", "STATE"]


def test_so_many_phones_ring_at_a_time_and_no_more(queue: Open, sandbox: Sandbox, clock: Clock) -> None:
    ringing: list[int] = []

    def note(change: Change) -> None:
        ringing.append(sum(call["status"] in ("queued", "ringing", "in-progress") for call in sandbox.calls()))

    queue(numbers(415, 10), calls_at_once=3, on_change=note, delay=10).run()
    assert max(ringing) == 3


def test_calls_are_paced_and_in_order(queue: Open, sandbox: Sandbox) -> None:
    begun: list[tuple[str, float]] = []

    def note(change: Change) -> None:
        if change.state.value == "requested":
            begun.append((change.number, change.at))

    queue(numbers(415, 4), calls_at_once=4, pace=7, on_change=note).run()
    assert [number for number, _ in begun] == numbers(415, 4)
    assert all(later[1] - earlier[1] >= 7 for earlier, later in itertools.pairwise(begun))


def test_a_number_cools_off_while_others_have_their_turn(queue: Open, sandbox: Sandbox) -> None:
    begun: list[tuple[str, float]] = []

    def note(change: Change) -> None:
        if change.state.value == "requested":
            begun.append((change.number, change.at))

    rows = [*numbers(212, 1), *numbers(415, 2)]
    queue(rows, attempts=2, cooling_off=600, on_change=note).run()
    assert [number for number, _ in begun] == [*rows, rows[0]]
    assert begun[3][1] - begun[0][1] >= 600


def test_one_look_at_the_list_serves_many_numbers(queue: Open, sandbox: Sandbox) -> None:
    queue(numbers(310, 8), calls_at_once=8, pace=0, attempts=1).run()
    looks = [r for r in sandbox.requests(200) if r["method"] == "GET" and "OutgoingCallerIds" in str(r)]
    assert len(sandbox.calls()) == 8
    assert len(looks) < 15


def test_the_same_number_in_several_accounts(queue: Open, sandbox: Sandbox) -> None:
    accounts = [account["sid"] for account in sandbox.accounts]
    rows = pd.DataFrame(
        {"phone_number": 3 * numbers(415, 1), "account_sid": accounts, "friendly_name": ["A", None, "C"]}
    )
    opened = queue(rows)
    result = opened.run()
    assert result["status"].tolist() == 3 * ["verified"]
    assert result["account_sid"].tolist() == accounts
    assert opened.call_sheet_text().splitlines()[0].split()[-1] == "ACCOUNT"
    assert {row["account_sid"]: row["friendly_name"] for row in sandbox.caller_ids()} == {
        accounts[0]: "A",
        accounts[1]: "(415) 555-0100",
        accounts[2]: "C",
    }


def test_an_account_that_refuses_fails_its_rows_and_no_others(queue: Open, sandbox: Sandbox) -> None:
    main, sub = (account["sid"] for account in sandbox.accounts[:2])
    sandbox.set_account_status(sub, "suspended")
    rows = pd.DataFrame({"number": numbers(415, 2), "account": [main, sub]})
    result = queue(rows).run()
    assert result["status"].tolist() == ["verified", "failed"]
    assert "20005" in result["error"][1]


def test_callbacks_are_listened_to(queue: Open, sandbox: Sandbox) -> None:
    with CallbackReceiver({sandbox.account_sid: sandbox.auth_token}) as receiver:
        sandbox.set_faults(Fault("error", path="*/Calls/*"))
        result = queue(numbers(212, 2), receiver=receiver, attempts=1).run()
    assert result["error"].tolist() == 2 * ["The line was busy."]


def test_the_call_sheet_has_the_codes_of_the_calls_under_way(queue: Open, sandbox: Sandbox) -> None:
    rows = pd.DataFrame({"number": numbers(415, 3), "name": ["Front desk", None, "Sales\nteam"]})
    waiting = queue(rows, calls_at_once=2, pace=0, delay=15)
    waiting.step()
    sheet = waiting.call_sheet()
    assert sheet.columns.tolist() == ["number", "name", "account_sid", "code", "state"]
    codes = {call["to"]: call["code"] for call in sandbox.calls()}
    assert sheet["code"].tolist()[:2] == [codes[number] for number in numbers(415, 2)]
    assert sheet["code"].isna().tolist() == [False, False, True]
    assert sheet["state"].tolist() == ["requested", "requested", "drafted"]
    lines = waiting.call_sheet_text().splitlines()
    assert lines[0].split() == ["NUMBER", "NAME", "CODE", "STATE"]
    assert lines[1].split() == [numbers(415, 1)[0], "Front", "desk", codes[numbers(415, 1)[0]], "requested"]
    assert len(lines) == 4, "a line break in a name breaks no line"
    waiting.run()
    assert waiting.call_sheet()["code"].isna().all()


def test_paused_it_calls_nobody_else(queue: Open, sandbox: Sandbox, clock: Clock) -> None:
    waiting = queue(numbers(415, 3))
    waiting.step()
    waiting.pause()
    for _ in range(10):
        clock.advance(min(waiting.step() or 0, 100))
    assert len(sandbox.calls()) == 1
    assert waiting.result()["status"].tolist() == ["verified", "drafted", "drafted"]
    assert waiting.is_paused
    waiting.resume()
    assert waiting.run()["status"].tolist() == 3 * ["verified"]


# Trouble


def test_too_many_requests_is_no_attempt(queue: Open, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("too-many-requests", **CREATE, count=8))
    assert outcome(queue(numbers(415, 1), attempts=1).run()) == {numbers(415, 1)[0]: ("verified", 1)}


@pytest.mark.parametrize("kind", ["error", "drop-before", "drop-after", "html", "truncate"])
def test_a_lost_answer_leaves_the_number_alone_until_its_call_is_over(
    queue: Open, sandbox: Sandbox, clock: Clock, kind: str
) -> None:
    sandbox.set_faults(Fault(kind, **CREATE, count=1))
    waiting = queue(numbers(212, 2), attempts=2, cooling_off=0)
    waiting.step()
    assert waiting.result()["status"].tolist()[0] == "unknown"
    begun = clock()
    result = waiting.run()
    assert result["status"].tolist() == ["failed", "failed"]
    assert result["attempts"].tolist() == [2, 2]
    assert clock() - begun > 300
    assert Counter(call["to"] for call in sandbox.calls())[numbers(212, 1)[0]] == (
        2 if kind in ("drop-after", "truncate") else 1
    )


def test_wrong_credentials_stop_it_and_cost_no_attempt(
    sandbox: Sandbox, clock: Clock, file: Path, queue: Open
) -> None:
    rows = pd.DataFrame({"number": numbers(415, 2)})
    with (
        Client(sandbox.account_sid, "wrong", base_url=sandbox.url) as stranger,
        VerificationQueue(stranger, rows, file=file, clock=clock) as refused,
        pytest.raises(AuthenticationFailed),
    ):
        refused.run()
    assert outcome(queue().run()) == dict.fromkeys(numbers(415, 2), ("verified", 1))


def test_a_number_that_twilio_refuses_is_given_up_at_once(clock: Clock, file: Path) -> None:
    own = numbers(415, 1)
    with (
        Sandbox(numbers=0, clock=clock, own_numbers=own) as sandbox,
        Client.from_env(sandbox.environ) as client,
        VerificationQueue(client, pd.DataFrame({"number": own}), file=file, clock=clock) as queue,
    ):
        result = queue.run()
    assert outcome(result) == {own[0]: ("failed", 1)}
    assert "21449" in result["error"][0]


# The file


def test_closed_at_any_moment_it_goes_on_where_it_was(queue: Open, sandbox: Sandbox, clock: Clock) -> None:
    rows = numbers(415, 4)
    first = queue(rows, calls_at_once=2, pace=0, delay=15)
    first.step()
    sheet = first.call_sheet()
    first.close()
    second = queue(rows, calls_at_once=2, pace=0, delay=15)
    pd.testing.assert_frame_equal(second.call_sheet(), sheet)
    clock.advance(second.step() or 0)
    second.step()
    assert len(sandbox.calls()) == 2
    second.close()
    assert outcome(queue(calls_at_once=2).run()) == dict.fromkeys(rows, ("verified", 1))
    assert len(sandbox.calls()) == 4


def test_one_queue_at_a_time_works_by_a_file(queue: Open) -> None:
    queue(numbers(415, 1)).step()
    with pytest.raises(QueueError, match="worked by"):
        queue(numbers(415, 3))


def test_added_numbers_come_after_those_that_were_there(
    client: Client, clock: Clock, file: Path, sandbox: Sandbox
) -> None:
    for count in (1, 3):
        with VerificationQueue(
            client,
            pd.DataFrame({"number": numbers(415, count)}),
            file=file,
            clock=clock,
            pause=lambda event, seconds: clock.advance(seconds),
        ) as queue:
            assert outcome(queue.run()) == dict.fromkeys(numbers(415, count), ("verified", 1))
    assert len(sandbox.calls()) == 3


def test_more_attempts_can_be_granted_later(queue: Open, sandbox: Sandbox) -> None:
    first = queue(numbers(212, 1), attempts=1)
    first.run()
    first.close()
    assert outcome(queue(attempts=3).run()) == {numbers(212, 1)[0]: ("failed", 3)}


def test_a_queue_that_was_closed_says_so(queue: Open) -> None:
    closed = queue(numbers(415, 1))
    closed.close()
    with pytest.raises(QueueError, match="closed"):
        closed.run()


def test_the_file_is_its_owners_alone(queue: Open, file: Path) -> None:
    queue(numbers(415, 1)).step()
    files = [path for path in file.parent.iterdir() if path.name.startswith(file.name)]
    assert files
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_another_file_or_another_account_is_refused(
    queue: Open, sandbox: Sandbox, file: Path, tmp_path: Path
) -> None:
    queue(numbers(415, 1)).close()
    key = {"api_key": sandbox.api_key, "api_secret": sandbox.api_secret}
    with (
        Client(sandbox.accounts[1]["sid"], **key, base_url=sandbox.url) as other,
        pytest.raises(QueueError, match="queue of account"),
    ):
        VerificationQueue(other, file=file)
    (tmp_path / "text").write_text("This is no database, but it is long enough to be asked whether it is one.")
    with pytest.raises(QueueError, match="something else"):
        queue(file=tmp_path / "text")
    with pytest.raises(QueueError, match="no folder"):
        queue(file=tmp_path / "missing" / "queue.sqlite")
    with pytest.raises(QueueError):
        queue(file=tmp_path)


# What the rows may say


def test_rows_come_from_a_csv_as_a_spreadsheet_saves_it(queue: Open, tmp_path: Path, sandbox: Sandbox) -> None:
    table = tmp_path / "numbers.csv"
    table.write_text(
        "number;name;extension;delay;account\r\n'+14155550100;Front desk;'012;20;\r\n(415) 555-0101;;;;"
        f"{sandbox.accounts[1]['sid']}\r\n",
        encoding="utf-8-sig",
    )
    waiting = queue(table, region="US", calls_at_once=2, pace=0)
    waiting.step()
    second, first = sandbox.calls() if sandbox.calls()[0]["to"].endswith("1") else reversed(sandbox.calls())
    assert (first["friendly_name"], first["extension"], first["rings_in"]) == ("Front desk", "012", 20)
    assert (second["to"], second["account_sid"]) == ("+14155550101", sandbox.accounts[1]["sid"])


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ({"telephone": ["+14155550100"]}, "number"),
        ({"number": ["+14155550100", "front desk"]}, "Row 1"),
        ({"number": ["+14155550100", None]}, "Row 1"),
        ({"number": [14155550100]}, "Row 0"),
        ({"number": ["+14155550100"], "delay": [61]}, "61"),
        ({"number": ["+14155550100"], "delay": ["soon"]}, "soon"),
        ({"number": ["+14155550100"], "delay": [1.5]}, "1.5"),
        ({"number": ["+14155550100"], "extension": [12]}, "extension"),
        ({"number": ["+14155550100"], "name": ["x" * 65]}, "65"),
        ({"number": ["+14155550100"], "account": ["AC1"]}, "AC1"),
        ({"number": ["+14155550100"], "phone_number": ["+14155550100"]}, "both"),
        ({"number": ["+14155550100", "+14155550101", "+1 415 555 0100"]}, "Row 2"),
    ],
    ids=str,
)
def test_a_row_that_cannot_be_sent_is_named_and_nothing_is_kept(
    queue: Open, rows: dict[str, list[Any]], sentence: str, file: Path
) -> None:
    with pytest.raises(InvalidParameter, match=sentence):
        queue(pd.DataFrame(rows))
    assert not file.exists()


def test_the_callers_frame_is_left_alone_whatever_its_index(queue: Open) -> None:
    rows = pd.DataFrame({"number": numbers(415, 2), "delay": [20.0, None]}, index=[7, 7])
    before = rows.copy()
    queue(rows).step()
    pd.testing.assert_frame_equal(rows, before)


def test_a_file_that_is_not_there_is_one_sentence(queue: Open, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no such file"):
        queue(tmp_path / "numbers.csv")


# Killed

CHILD = """
import sys, requests
from callerid_analytics import Client
from callerid_analytics.verification import VerificationQueue

file, rows, calls_at_once = sys.argv[1:]
client = Client.from_env()
now = requests.get(client.base_url + "/sandbox/state", timeout=10).json()["clock"]["seconds"]

def pause(event, seconds):
    global now
    requests.post(client.base_url + "/sandbox/clock/advance", {"Seconds": seconds}, timeout=10)
    now += seconds

with VerificationQueue(
    client, rows, file=file, calls_at_once=int(calls_at_once), pace=0, attempts=2, cooling_off=60,
    clock=lambda: now, pause=pause, on_change=lambda change: print(change.number, change.state, flush=True),
) as queue:
    print("open", flush=True)
    queue.run()
"""


def killed_again_and_again(
    sandbox: Sandbox, client: Client, tmp_path: Path, *, rows: list[str], kills: int, at_once: int
) -> pd.DataFrame:
    """Run a queue in processes that are killed, half of them in the middle of a request; return the outcome."""
    randomness = random.Random(7)
    file, table = tmp_path / "queue.sqlite", tmp_path / "numbers.csv"
    pd.DataFrame({"number": rows}).to_csv(table, index=False)
    for kill in range(kills + 1):
        process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(file), str(table), str(at_once)],
            env=os.environ | sandbox.environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        if kill == kills:
            process.communicate(timeout=300)
            assert process.returncode == 0
            break
        assert process.stdout.readline() == "open\n"
        for _ in range(randomness.randrange(2, 2 * len(rows) // kills)):
            process.stdout.readline()
        if kill % 2:
            sandbox.set_faults(Fault("latency", **CREATE, count=1, seconds=5))
            while not sandbox.faults[0]["struck"] and process.poll() is None:
                if select.select([process.stdout], [], [], 0.01)[0]:
                    process.stdout.readline()
        process.kill()
        process.communicate()
        sandbox.set_faults()
        nothing_is_lost(sandbox, client, file)
    with VerificationQueue(client, file=file) as queue:
        return queue.result()


def nothing_is_lost(sandbox: Sandbox, client: Client, file: Path) -> None:
    """Compare what a killed process has left with what its account knows."""
    codes = {call["sid"]: call["code"] for call in sandbox.calls()}
    with VerificationQueue(client, file=file) as queue:
        result, sheet = queue.result(), queue.call_sheet()
    waiting = sheet["state"].isin(["requested", "calling"])
    assert sheet.loc[waiting, "code"].tolist() == [codes[sid] for sid in result.loc[waiting, "call_sid"]]
    calls = Counter(call["to"] for call in sandbox.calls())
    assert all(calls[number] <= attempts for number, (_, attempts) in outcome(result).items())


def each_has_ended_right(result: pd.DataFrame, sandbox: Sandbox) -> None:
    calls = Counter(call["to"] for call in sandbox.calls())
    for number, (status, attempts) in outcome(result).items():
        behaviour = PHONES.get(f"{number[:5]}*", "correct")
        assert status in (("verified", "already verified") if behaviour == "correct" else ("failed",)), number
        assert calls[number] <= attempts <= 2


@pytest.mark.slow
def test_killed_twice_a_small_queue_loses_nothing(sandbox: Sandbox, client: Client, tmp_path: Path) -> None:
    rows = [number for area in (415, 212, 310, 312) for number in numbers(area, 5)]
    result = killed_again_and_again(sandbox, client, tmp_path, rows=rows, kills=2, at_once=4)
    each_has_ended_right(result, sandbox)


@pytest.mark.slow
def test_killed_several_times_a_queue_of_five_hundred_loses_nothing(
    sandbox: Sandbox, client: Client, tmp_path: Path
) -> None:
    rows = [number for area in (415, 212, 310, 312, 404) for number in numbers(area, 100)]
    random.Random(7).shuffle(rows)
    result = killed_again_and_again(sandbox, client, tmp_path, rows=rows, kills=6, at_once=25)
    each_has_ended_right(result, sandbox)
    assert len(result) == 500
