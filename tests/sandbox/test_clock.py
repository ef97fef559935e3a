from __future__ import annotations

import threading

import pytest

from callerid_analytics.sandbox import Clock

START = 1_700_000_000


class Score:
    """Has one thing to play, and counts how often it is looked at."""

    def __init__(self, clock: Clock, due: float) -> None:
        self.clock = clock
        self.due = due
        self.looks = threading.Semaphore(0)
        self.played = threading.Event()

    def play(self) -> float | None:
        self.looks.release()
        if not self.played.is_set() and self.clock() < self.due:
            return self.due
        self.played.set()
        return None


def test_a_clock_wakes_its_player_in_time() -> None:
    clock = Clock(speed=100)
    score = Score(clock, clock() + 3)
    clock.attach(score)
    assert score.played.wait(10)
    clock.detach(score)
    assert clock() >= score.due


def test_a_clock_sleeps_until_something_changes() -> None:
    clock = Clock()
    score = Score(clock, clock() + 3600)
    clock.attach(score)
    assert score.looks.acquire(timeout=10)
    score.due = clock()
    clock.wake()
    assert score.played.wait(10)
    assert score.looks.acquire(timeout=10)
    clock.detach(score)
    assert not score.looks.acquire(blocking=False), "it looked only when there was a reason"


def test_a_clock_moved_by_hand_needs_no_thread() -> None:
    clock = Clock(speed=0, start=START)
    threads = threading.active_count()
    score = Score(clock, START + 60)
    clock.attach(score)
    assert threading.active_count() == threads
    clock.advance(59.5)
    assert not score.played.is_set()
    clock.advance(0.5)
    assert score.played.is_set()
    clock.detach(score)
    clock.detach(score)
    clock.advance(1)


@pytest.mark.parametrize("speed", [-1, float("nan"), float("inf")])
def test_senseless_speeds_are_refused(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        Clock(speed)


@pytest.mark.parametrize("seconds", [-1, float("nan"), float("inf")])
def test_time_does_not_run_backwards(clock: Clock, seconds: float) -> None:
    with pytest.raises(ValueError, match="passes"):
        clock.advance(seconds)
    assert clock() == START
