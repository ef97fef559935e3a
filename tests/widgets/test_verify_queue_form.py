"""The form for many numbers: a table that keeps up, start, pause, resume, and a file that outlives it."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics.client import Client
from callerid_analytics.errors import InvalidParameter, QueueError
from callerid_analytics.sandbox import Clock, Fault, Sandbox
from callerid_analytics.widgets import VerifyQueueForm
from tests.widgets.conftest import form_threads, pause, until, words

NUMBERS = [f"+1415555010{digit}" for digit in range(4)]
FRAME = pd.DataFrame({"number": NUMBERS, "name": ["Sales", "<b>Press</b>", None, "Lobby"]})
ANSWERS = {NUMBERS[1]: "busy", "*": "correct"}

MakeForm = Callable[..., VerifyQueueForm]


@pytest.fixture
def make_form(client: Client, clock: Clock, tmp_path: Path) -> MakeForm:
    def make(frame: pd.DataFrame | None = FRAME, **options: object) -> VerifyQueueForm:
        given = {"file": tmp_path / "queue.sqlite", "attempts": 1, "pace": 0, **options}
        return VerifyQueueForm(client, frame, clock=clock, pause=pause, **given)

    return make


@pytest.fixture
def form(make_form: MakeForm) -> VerifyQueueForm:
    return make_form()


def let_time_pass(sandbox: Sandbox, condition: Callable[[], object]) -> None:
    def passes() -> object:
        sandbox.advance(5)
        return condition()

    until(passes)


def rows(form: VerifyQueueForm) -> list[list[str]]:
    body = form._table.value.partition("<tbody>")[2]
    return [[words(cell) for cell in re.findall("<td>(.*?)</td>", row)] for row in body.split("</tr>")[:-1]]


def test_nobody_is_called_before_start(form: VerifyQueueForm, sandbox: Sandbox) -> None:
    assert [row[0] for row in rows(form)] == NUMBERS
    assert rows(form)[1][1] == "<b>Press</b>"
    assert rows(form)[2][1:3] == ["", ""]
    assert "Nobody is being called: 4 drafted." in form.status
    assert not form.is_running
    assert sandbox.requests() == []


def test_the_table_follows_every_number_to_its_end(client: Client, clock: Clock, tmp_path: Path) -> None:
    with (
        Sandbox(numbers=0, clock=clock, answer=ANSWERS) as sandbox,
        Client.from_env(sandbox.environ) as client,
    ):
        form = VerifyQueueForm(client, FRAME, file=tmp_path / "queue.sqlite", attempts=1, clock=clock, pause=pause)
        sandbox.add_caller_id(NUMBERS[3])
        form._start.click()
        let_time_pass(sandbox, lambda: "Done" in form.status)
        assert [row[3] for row in rows(form)] == ["verified", "failed", "verified", "already verified"]
        assert rows(form)[1][4:] == ["1", "The line was busy."]
        assert "Done: 2 verified, 1 failed, 1 already verified." in form.status
        assert "is-bad" in form.status
        assert form.queue.result()["status"].tolist() == [row[3] for row in rows(form)]
        form.close()


def test_the_code_stands_in_the_table_and_on_the_call_sheet(form: VerifyQueueForm, sandbox: Sandbox) -> None:
    form._start.click()
    until(lambda: rows(form)[0][3] == "requested" and rows(form)[0][4] == "1")
    code = sandbox.calls()[0]["code"]
    assert rows(form)[0] == [NUMBERS[0], "Sales", code, "requested", "1", ""]
    assert form._sheet.value == ""
    form._shows_sheet.value = True
    assert f"{NUMBERS[0]} Sales {code} requested" in words(form._sheet.value)
    saved = base64.b64decode(re.search('base64,([^"]+)"', form._sheet.value)[1]).decode()
    assert saved == form.queue.call_sheet_text()


def test_while_paused_no_other_number_is_called(form: VerifyQueueForm, sandbox: Sandbox) -> None:
    form._start.click()
    until(lambda: rows(form)[0][2])
    form._pause.click()
    assert form._pause.disabled
    sandbox.advance(20)
    sandbox.answer(sandbox.calls()[0]["sid"], sandbox.calls()[0]["code"])
    let_time_pass(sandbox, lambda: rows(form)[0][3] == "verified")
    sandbox.advance(600)
    assert "Paused" in form.status
    assert len(sandbox.calls()) == 1
    form._resume.click()
    until(lambda: rows(form)[1][2])
    assert len(sandbox.calls()) == 2


def test_running_the_cell_again_goes_on_with_the_same_file(form: VerifyQueueForm, make_form: MakeForm) -> None:
    form._start.click()
    until(lambda: rows(form)[0][2])
    second = make_form()
    assert form_threads() == []
    assert form._start.disabled
    assert rows(second)[0] == rows(form)[0]
    second._start.click()
    until(lambda: second.is_running and not second._pause.disabled)
    second.close()
    assert form_threads() == []


def test_what_goes_wrong_is_said_and_start_goes_on(form: VerifyQueueForm, sandbox: Sandbox) -> None:
    sandbox.set_faults(Fault("error", status=503))
    form._start.click()
    until(lambda: "503" in form.status and not form._start.disabled)
    assert "is-bad" in form.status
    sandbox.set_faults()
    form._start.click()
    until(lambda: rows(form)[0][2])
    assert "is-bad" not in form.status


def test_a_frame_that_cannot_be_sent_is_refused_and_leaves_nothing(make_form: MakeForm) -> None:
    with pytest.raises(InvalidParameter, match="Row 1"):
        make_form(pd.DataFrame({"number": [NUMBERS[0], "12"]}))
    make_form()._start.click()


def test_a_file_in_use_elsewhere_is_refused(form: VerifyQueueForm, sandbox: Sandbox, tmp_path: Path) -> None:
    with Client.from_env(sandbox.environ) as other, pytest.raises(QueueError):
        VerifyQueueForm(other, FRAME, file=tmp_path / "queue.sqlite")
    assert form.queue.result()["status"].tolist() == ["drafted"] * 4
