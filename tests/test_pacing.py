"""How many requests go at once: near what the server takes, without anybody saying how much that is."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callerid_analytics import errors
from callerid_analytics.client import Client
from callerid_analytics.pacing import Gate, Gates, Limit, Slot
from callerid_analytics.transport import Retry
from tests.scripted_server import Reply, ScriptedServer, refusal

LATENCY, REFUSAL = 0.02, 0.001
ACCOUNT, OTHER = "AC" + 32 * "0", "AC" + 32 * "1"
CALLER_ID = "PN" + 32 * "1"


class Model:
    """A server, and a client that always has another request to send; time is only counted.

    Attributes
    ----------
    taken : list of float
        When each request was done.
    refused : int
        How many were not.
    most : int
        How many there were at once, at most, since this was set to 0.
    """

    def __init__(self, allows: Callable[[float], int], limit: Limit | None = None) -> None:
        self.limit = limit or Limit(32)
        self.now = 0.0
        self.taken: list[float] = []
        self.refused = self.most = 0
        self._allows = allows
        self._under_way: list[tuple[float, int, Slot, bool]] = []
        self._number = self._at_server = 0

    def run(self, until: float) -> None:
        while self.now < until:
            while len(self._under_way) < self.limit.now:
                self._begin()
            self.now, _, slot, is_taken = heapq.heappop(self._under_way)
            if is_taken:
                self._at_server -= 1
                self.taken.append(self.now)
                self.limit.taken(slot)
            else:
                self.refused += 1
                self.limit.refused(slot)

    def share(self, since: float, allowed: int) -> float:
        """Return the throughput since a moment, as a share of what was possible."""
        done = sum(moment > since for moment in self.taken)
        return done / (allowed * (self.now - since) / LATENCY)

    def _begin(self) -> None:
        self._number += 1
        is_taken = self._at_server < self._allows(self.now)
        self._at_server += is_taken
        slot = Slot(len(self._under_way) + 1, self.limit.generation)
        ends = self.now + (LATENCY if is_taken else REFUSAL) + self._number % 7 * 1e-4
        heapq.heappush(self._under_way, (ends, self._number, slot, is_taken))
        self.most = max(self.most, len(self._under_way))


@pytest.mark.parametrize("allowed", [1, 2, 3, 5, 10, 20, 31])
def test_throughput_stays_near_what_the_server_allows(allowed: int) -> None:
    model = Model(lambda now: allowed)
    model.run(until=20)
    assert model.share(0, allowed) > (0.9 if allowed > 2 else 0.85)
    assert model.refused < len(model.taken) * 0.05


def test_a_server_without_a_limit_is_used_up_to_our_own() -> None:
    model = Model(lambda now: 1000)
    model.run(until=5)
    assert (model.most, model.refused) == (32, 0)
    assert model.share(1, 32) > 0.97


@pytest.mark.parametrize(("before", "after"), [(10, 20), (4, 30), (20, 5), (30, 1)])
def test_a_limit_that_moves_is_followed(before: int, after: int) -> None:
    model = Model(lambda now: before if now < 20 else after)
    model.run(until=60)
    assert model.share(40, after) > 0.85


def test_a_burst_of_refusals_halves_once() -> None:
    limit = Limit(32)
    for _ in range(12):
        limit.taken(Slot(limit.now, 0))
    assert limit.now == 16
    for rank in range(11, 17):
        limit.refused(Slot(rank, 0))
    assert limit.now == 8


def test_after_a_refusal_the_climb_ends_just_below_it() -> None:
    limit = Limit(32)
    limit.refused(Slot(4, 0))
    assert limit.now == 2
    for _ in range(8):
        limit.taken(Slot(limit.now, 1))
    assert limit.now == 3


def test_a_client_that_has_little_to_do_learns_nothing() -> None:
    limit = Limit(32)
    for _ in range(1000):
        limit.taken(Slot(1, 0))
    assert limit.now == 4


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 40), st.integers(0, 3)), max_size=300))
def test_the_limit_stays_between_one_and_the_most(answers: list[tuple[bool, int, int]]) -> None:
    limit = Limit(32)
    for is_taken, rank, age in answers:
        slot = Slot(rank, max(0, limit.generation - age))
        before = limit.now
        (limit.taken if is_taken else limit.refused)(slot)
        assert 1 <= limit.now <= 32
        assert limit.now in ({before, before + 1} if is_taken else {before, max(1, before // 2)})


# Gates


def gates(**options: object) -> Gates:
    return Gates(32, **{"pause": lambda event, seconds: None, "clock": lambda: 0.0, **options})  # type: ignore[arg-type] # any option


def test_no_more_threads_pass_at_once_than_the_limit_says() -> None:
    gate, now, most = gates().of(""), [0], [0]
    together, lock = threading.Event(), threading.Lock()

    def pass_through(_: int) -> None:
        with gate.slot(threading.Event()):
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
                assert now[0] <= 32
                if now[0] == 4:
                    together.set()
            together.wait(10)
            with lock:
                now[0] -= 1

    with ThreadPoolExecutor(40) as pool:
        list(pool.map(pass_through, range(200)))
    assert now == [0]
    assert 4 <= most[0] <= 32


def test_each_account_has_a_gate_of_its_own() -> None:
    found = gates()
    mine = found.of(f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/OutgoingCallerIds.json")
    assert found.of(f"/2010-04-01/Accounts/{ACCOUNT}.json") is mine
    assert found.of(f"/2010-04-01/Accounts/{OTHER}.json") is not mine
    assert found.of("/2010-04-01/Accounts.json") is found.of("/elsewhere")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, 5),
        (errors.NotFound("", status=404), 5),
        (errors.TooManyRequests("", status=429), 2),
        (errors.ServerError("", status=500), 4),
        (errors.ConnectionFailed(""), 4),
    ],
)
def test_what_becomes_of_a_request_moves_the_limit(error: errors.RequestError | None, expected: int) -> None:
    gate = gates().of("")
    with ThreadPoolExecutor(1) as pool, gate.slot(threading.Event()):
        pool.submit(lambda: pass_with(gate, error)).result()
    assert gate.limit == expected


def pass_with(gate: Gate, error: errors.RequestError | None) -> None:
    try:
        with gate.slot(threading.Event()):
            if error:
                raise error
    except errors.RequestError:
        pass


def test_a_gate_that_is_closed_opens_when_its_time_is_over() -> None:
    waits: list[float] = []
    gate = gates(pause=lambda event, seconds: waits.append(seconds), clock=lambda: sum(waits)).of("")
    gate.close_for(7)
    gate.close_for(3)
    with gate.slot(threading.Event()):
        assert waits == [7]


def test_whoever_waits_when_the_work_is_aborted_is_told() -> None:
    found, aborted, inside, waiting = gates(), threading.Event(), threading.Barrier(5), threading.Event()
    gate, leave = found.of(""), threading.Event()

    def stay() -> None:
        with gate.slot(threading.Event()):
            inside.wait(10)
            leave.wait(10)

    def wait() -> None:
        waiting.set()
        with gate.slot(aborted):
            pass

    with ThreadPoolExecutor(5) as pool:
        staying = [pool.submit(stay) for _ in range(4)]
        inside.wait(10)
        waiter = pool.submit(wait)
        waiting.wait(10)
        aborted.set()
        found.wake()
        with pytest.raises(errors.Cancelled):
            waiter.result(10)
        leave.set()
        for thread in staying:
            thread.result(10)


# In the client


def test_retry_after_holds_back_the_whole_account() -> None:
    waits: list[float] = []
    record = {"sid": CALLER_ID, "phone_number": "+14155550100", "friendly_name": "Desk"}
    with ScriptedServer() as server:
        client = Client(
            ACCOUNT,
            "secret-token",
            base_url=server.url,
            pause=lambda event, seconds: waits.append(seconds),
            clock=lambda: 0.0,
            jitter=lambda: 0.0,
        )
        server.say(refusal(429, 20429, Retry_After="7"), Reply(body=record))
        gate = client._transport._gates.of(f"/Accounts/{ACCOUNT}")
        gate._clock = lambda: sum(waits)
        client.fetch_caller_id(CALLER_ID)
    assert waits == [7.0]
    assert client.limit() == 2
    assert client.limit(OTHER) == 4


def test_what_an_abortable_client_learns_is_not_lost() -> None:
    with ScriptedServer() as server:
        client = Client(ACCOUNT, "secret-token", base_url=server.url, retry=Retry(attempts=1))
        server.say(refusal(429, 20429))
        with client.abortable() as abortable, pytest.raises(errors.TooManyRequests):
            abortable.fetch_caller_id(CALLER_ID)
        assert client.limit() == 2


@pytest.mark.parametrize("failure", [refusal(500, 20500), Reply(502, b"<html>"), Reply(drop=True)])
@pytest.mark.parametrize("change", ["rename_once", "delete_once"])
def test_a_change_whose_outcome_is_unknown_is_not_repeated(failure: Reply, change: str) -> None:
    with ScriptedServer() as server:
        client = Client(ACCOUNT, "secret-token", base_url=server.url, pause=lambda event, seconds: None)
        server.say(refusal(429, 20429), failure, Reply(204))
        with pytest.raises((errors.ServerError, errors.ConnectionFailed)):
            client.rename_once(CALLER_ID, "Desk") if change == "rename_once" else client.delete_once(CALLER_ID)
        assert len(server.requests) == 2


def test_a_change_is_answered_with_a_receipt() -> None:
    with ScriptedServer() as server:
        client = Client(ACCOUNT, "secret-token", base_url=server.url)
        server.say(
            Reply(body={"sid": CALLER_ID, "friendly_name": "Desk"}, headers={"Twilio-Request-Id": "RQ1"}),
            Reply(204, headers={"Twilio-Request-Id": "RQ2"}),
        )
        renamed, deleted = client.rename_once(CALLER_ID, "Desk"), client.delete_once(CALLER_ID)
    assert renamed.caller_id is not None
    assert (renamed.caller_id.friendly_name, renamed.request_id) == ("Desk", "RQ1")
    assert (deleted.caller_id, deleted.request_id) == (None, "RQ2")
