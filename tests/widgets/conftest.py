"""Forms without a browser: buttons are pressed, and the sandbox's clock is moved, by hand."""

from __future__ import annotations

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from html import unescape

import pytest
from ipywidgets import Widget

from callerid_analytics.client import Client
from callerid_analytics.sandbox import Clock, Sandbox
from callerid_analytics.transport import Retry

NUMBER = "+14155550100"
_PATIENCE = 20.0
"""Seconds until a test gives up; nothing here takes one."""
_BEAT = 0.005


def pause(event: threading.Event, seconds: float) -> None:
    """Wait for next to no time: the sandbox's clock, not the machine's, says what is due."""
    event.wait(min(seconds, _BEAT))


def until(condition: Callable[[], object]) -> None:
    """Wait for what another thread is about to do."""
    deadline = time.monotonic() + _PATIENCE
    beat = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        beat.wait(_BEAT)


def words(html: str) -> str:
    """What a widget's HTML says, without the tags."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def form_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("callerids form")]


@pytest.fixture(autouse=True)
def _nothing_is_swallowed_or_left(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No error that nobody foresaw, in any handler or thread; no thread once all forms are closed."""
    yield
    Widget.close_all()
    assert form_threads() == []
    errors = [record for when in ("setup", "call") for record in caplog.get_records(when)]
    assert [record.getMessage() for record in errors if record.levelno >= logging.ERROR] == []


@pytest.fixture
def clock() -> Clock:
    return Clock(speed=0)


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(numbers=0, accounts=2, clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    """A client that tries again at once."""
    with Client.from_env(sandbox.environ, retry=Retry(attempts=2, base=0.001, cap=0.01)) as client:
        yield client
