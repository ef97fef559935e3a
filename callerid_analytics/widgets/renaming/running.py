"""Forms that change caller IDs: asking first, then a bar with Pause and Stop, and the journal's past runs."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pandas as pd
from ipywidgets import HTML, HBox

from callerid_analytics import renames
from callerid_analytics.client import Client
from callerid_analytics.errors import CallerIdError, Interrupted, InvalidParameter
from callerid_analytics.files import StrPath
from callerid_analytics.progress import Progress
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.busy import BusyForm
from callerid_analytics.widgets.controls import WIDE
from callerid_analytics.widgets.renaming import past_runs
from callerid_analytics.widgets.renaming.confirmation import Confirmation, Question
from callerid_analytics.widgets.renaming.runs_panel import RunsPanel
from callerid_analytics.widgets.work import Pause
from callerid_analytics.wording import counted

Job = Callable[[Progress], pd.DataFrame]

_LOOK = 1.0
"""Seconds between two looks at the troubles of a run that is under way."""


class RunForm(BusyForm):
    """A form that carries out runs of a journal, none without a yes.

    Parameters
    ----------
    client : Client
        Whose caller IDs.
    heading, pause
        As for `Form`.
    journal : path, optional
        Where runs are recorded.
    on_change : callable, optional
        Called after caller IDs were changed on the server.

    Attributes
    ----------
    outcome : pandas.DataFrame or None
        What became of each row of the latest run, or of the past run that is looked at.
    run : str or None
        That run.
    """

    def __init__(
        self,
        client: Client,
        *,
        heading: str,
        journal: StrPath | None,
        on_change: Callable[[], object] | None,
        pause: Pause,
    ) -> None:
        super().__init__(client, heading=heading, pause=pause)
        self._client, self._journal, self._on_change = client, journal, on_change
        self.outcome: pd.DataFrame | None = None
        self.run: str | None = None
        self._asked: Question | None = None
        self._note: tuple[str, appearance.Mood] | None = None
        self._is_running_one = self._is_to_pause = False
        self._paused: str | None = None
        self._resumed: str | None = None
        self._is_practice: bool | None = None
        self._next_look = 0.0
        self._runs = past_runs.none()
        self._make_controls()

    def _make_controls(self) -> None:
        self._confirmation = Confirmation(press=self._press, agree=self._agree, refuse=self._refuse)
        self._pause_button = self._button(
            "Pause", self._ask_to_pause, tooltip="Stop after the requests under way; “Go on” does the rest"
        )
        self._go_on_button = self._button("Go on", self._go_on, tooltip="Do the rest of the run that is paused")
        self._troubles = HTML(layout=WIDE)
        self._running = HBox(
            [self._bar, self._pause_button, self._go_on_button, self._troubles],
            layout={"flex_flow": "row wrap", "align_items": "center", "min_height": "2.4em"},
        )
        self._past = RunsPanel(
            press=self._press,
            refresh=self._look_at_runs,
            show=self._show_run,
            undo=self._ask_to_undo,
            resume=self._ask_to_finish,
        )

    # Asking

    def _press(self, handler: Callable[[], object]) -> None:
        self._note = None
        super()._press(handler)

    def _ask(self, question: Question) -> None:
        self._refuse_while_busy()
        if self._is_practice is None:
            self._is_practice = self._client.is_practice()
        self._asked = question

    def _agree(self) -> None:
        question, self._asked = self._asked, None
        if question is None:
            raise InvalidParameter("Nothing is asked at the moment.")
        self._carry_out(question.doing, question.job)

    def _refuse(self) -> None:
        self._asked = None
        self._note = "Nothing was sent.", "plain"

    def _ask_to_undo(self, run: str) -> None:
        plan = renames.plan_undo(self._journal, run)
        if plan.empty:
            raise InvalidParameter(f"Run {run} has renamed nothing, so there is nothing to take back.")
        job = partial(self._undo, run)
        self._ask(self._question(plan["account_sid"], f"Take back run {run}: rename", f"Taking back {run} …", job))

    def _ask_to_finish(self, run: str) -> None:
        rows = renames.read_run(self._journal, run)
        if "new_name" not in rows.columns:
            raise InvalidParameter(f"Run {run} deletes; finish it with: callerids delete resume {run}")
        rest = rows.loc[rows["status"].isna() | rows["status"].eq("failed"), "account_sid"]
        if rest.empty:
            raise InvalidParameter(f"Run {run} is finished: every row is done.")
        self._ask(
            self._question(rest, f"Finish run {run}: rename", f"Finishing {run} …", partial(self._resume, run))
        )

    def _question(self, accounts: pd.Series, what: str, doing: str, job: Job) -> Question:
        counts = {self._account(str(sid)): int(count) for sid, count in accounts.value_counts().items() if count}
        rows = sum(counts.values())
        text = f"{what} {counted(rows, 'caller ID')} in {counted(len(counts), 'account')}?"
        return Question(text, counts, f"Yes, rename {rows:,}", doing, job)

    def _account(self, sid: str) -> str:
        """Return what an account is called."""
        return sid

    # Carrying out

    def _undo(self, run: str, progress: Progress) -> pd.DataFrame:
        return renames.undo_run(self._journal, run, self._client, progress=progress)

    def _resume(self, run: str, progress: Progress) -> pd.DataFrame:
        self._resumed = run
        return renames.resume_run(self._journal, run, self._client, progress=progress)

    def _carry_out(self, doing: str, job: Job) -> None:
        self._refuse_while_busy()
        self._paused = self._resumed = None
        self._is_to_pause, self._is_running_one = False, True
        self._troubles.value = ""
        self._start(doing, partial(self._carried_out, job), self._settle)

    def _carried_out(self, job: Job, progress: Progress) -> pd.DataFrame:
        try:
            return job(progress)
        except Interrupted as end:
            self._paused = end.run if self._is_to_pause else None
            return renames.read_run(self._journal, end.run)
        except CallerIdError:
            if self._on_change:  # what was renamed before is not known here
                self._on_change()
            raise

    def _settle(self, outcome: pd.DataFrame) -> None:
        self.outcome, self.run = outcome, outcome.attrs["run"]
        words = past_runs.in_words(outcome)
        begun = "Paused" if self._paused else "Stopped" if outcome["status"].isna().any() else "Done"
        rest = {"Paused": " “Go on” does the rest.", "Stopped": " “Past runs” can finish it."}.get(begun, "")
        is_good = past_runs.went_well(outcome)
        self._note = f"{begun}: {words}.{rest}", "good" if is_good else "plain" if self._paused else "bad"
        self._take_outcome(outcome)
        if self._on_change and outcome["status"].eq("renamed").any():
            self._on_change()

    def _take_outcome(self, outcome: pd.DataFrame) -> None:
        """Note what a run has changed."""

    def _step(self) -> float | None:
        try:
            return super()._step()
        finally:
            if self._is_running_one:
                self._is_running_one = False
                self._look_at_runs()

    def _tell(self, done: int, total: int | None) -> None:
        super()._tell(done, total)
        begun = time.monotonic()
        if self._is_running_one and begun >= self._next_look:
            self._troubles.value = appearance.note(past_runs.troubles(self._journal, self._resumed))
            now = time.monotonic()
            self._next_look = now + max(_LOOK, 20 * (now - begun))

    def _ask_to_pause(self) -> None:
        self._is_to_pause = True
        self._ask_to_stop()

    def _go_on(self) -> None:
        if self._paused is None:
            raise InvalidParameter("No run is paused.")
        self._carry_out(f"Going on with {self._paused} …", partial(self._resume, self._paused))

    # Past runs

    def _look_at_runs(self) -> None:
        self._runs = past_runs.runs_of(self._journal, self._client)

    def _show_run(self, run: str) -> None:
        self.outcome, self.run = renames.read_run(self._journal, run), run
        self._note = f"Run {run}: {past_runs.in_words(self.outcome)}.", "plain"

    def _render_runs(self) -> None:
        """Draw what this adds to the form; to be called by `_render`."""
        self._render_bar()
        is_open = not self._is_stopped
        whose = appearance.connection(self._is_practice, self._client.account_sid, self._client.base_url)
        self._confirmation.draw(self._asked if is_open else None, whose)
        can_pause = self.is_busy and self._is_running_one
        self._pause_button.disabled = not can_pause or self._is_to_stop
        self._go_on_button.disabled = self._paused is None or self.is_busy or not is_open
        for button, is_shown in ((self._pause_button, can_pause), (self._go_on_button, self._paused is not None)):
            button.layout.visibility = "visible" if is_shown else "hidden"
        self._past.draw(self._runs, is_busy=self.is_busy or not is_open)
