"""The form that cleans names: rules, similar and single names, a plan, applying it, and taking it back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path

import pandas as pd
from ipywidgets import HTML, HBox, Tab

from callerid_analytics import plans, renames
from callerid_analytics.cleaning import Recipe, Rule
from callerid_analytics.client import Client
from callerid_analytics.errors import InvalidParameter
from callerid_analytics.files import StrPath
from callerid_analytics.progress import Progress
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.controls import WIDE, WRAPPED
from callerid_analytics.widgets.renaming import past_runs
from callerid_analytics.widgets.renaming.clusters_panel import ClustersPanel, Find
from callerid_analytics.widgets.renaming.names_panel import NamesPanel
from callerid_analytics.widgets.renaming.plan_panel import PlanPanel
from callerid_analytics.widgets.renaming.plan_summary import account_label, account_names, summarize
from callerid_analytics.widgets.renaming.planning import Planner
from callerid_analytics.widgets.renaming.recipe_editor import RecipeEditor
from callerid_analytics.widgets.renaming.rules_panel import RulesPanel
from callerid_analytics.widgets.renaming.running import RunForm
from callerid_analytics.widgets.renaming.tables_panel import WHAT_DID, WHAT_WOULD, TablesPanel
from callerid_analytics.widgets.work import Pause
from callerid_analytics.wording import counted

_TITLES = ("1 Rules", "2 Similar", "3 Single", "4 Apply", "5 Past runs")
_SINGLE = _TITLES.index("3 Single")


class RenameForm(RunForm):
    """A form that makes a recipe for names, shows what it would change, and applies that.

    Rules, merged spellings and names given by hand are one recipe; what it would change stands below while it is
    made. Nothing is sent before *Apply*, and *Yes* to the question how many caller IDs of which accounts are to be
    renamed. Every run is in the journal, so that it can be paused, finished after the kernel was restarted, and
    taken back. Making another form for the same client, as by running the cell again, stops this one.

    Parameters
    ----------
    client : Client
        Whose caller IDs.
    frame : pandas.DataFrame
        All of them, as `callerid_analytics.load` returns them.
    journal : path, optional
        Where runs are recorded; by default a file in the user's data folder.
    on_change : callable, optional
        Called, in the form's thread, after caller IDs were renamed on the server.
    pause : callable, default threading.Event.wait
        Called with an event and seconds to wait; ends early when the event is set.

    Attributes
    ----------
    recipe : Recipe
        The rules that are on and finished; it can be set.
    plan : pandas.DataFrame
        What the recipe would rename.
    outcome : pandas.DataFrame or None
        What became of each row of the latest run, or of the past run that is looked at.
    run : str or None
        That run.

    Raises
    ------
    ContractError
        The frame does not obey the contract of columns.

    Examples
    --------
    >>> from callerid_analytics import Client, Sandbox, cleaning, load
    >>> with Sandbox(numbers=20) as sandbox, Client.from_env(sandbox.environ) as client:
    ...     form = RenameForm(client, load(client))  # as the last line of a cell, this shows it
    ...     form.recipe = cleaning.standard()
    ...     form.plan.columns.tolist()[3:5]
    ...     form.close()
    ['old_name', 'new_name']
    """

    def __init__(
        self,
        client: Client,
        frame: pd.DataFrame,
        *,
        journal: StrPath | None = None,
        on_change: Callable[[], object] | None = None,
        pause: Pause = threading.Event.wait,
    ) -> None:
        super().__init__(client, heading="Rename", journal=journal, on_change=on_change, pause=pause)
        self.add_class("is-large")
        self._editor = RecipeEditor()
        self._planner = Planner(frame, guard=self._do_guarded, then=self._draw)
        self._account_names = account_names(frame)
        self._make_panels()
        self._lay_out()
        self._names.take(frame)
        with self._guard():
            self._look_at_runs()
        self._open()

    def _make_panels(self) -> None:
        press = self._press
        self._rules = RulesPanel(self._editor, press=press, changed=self._changed, said=self._say)
        self._clusters = ClustersPanel(press=press, find=self._find, merge=self._merge)
        self._names = NamesPanel(lambda: self._editor.by_hand, press=press, give=self._give)
        self._plan = PlanPanel(press=press, changed=self._forget_question, save=self._save, apply=self._apply)
        self._tables = TablesPanel(
            press=press, edit=self._edit_selected, keep=self._keep_selected, on_select=self._on_select
        )

    def _lay_out(self) -> None:
        self._scope = HTML(layout=WIDE)
        self._everything = self._button("Work on all rows", lambda: self._limit(None))
        self._tabs = Tab([self._rules, self._clusters, self._names, self._plan, self._past], titles=_TITLES)
        scope = HBox([self._scope, self._everything], layout={**WRAPPED, "min_height": "2.2em"})
        self.children = [
            *(self._heading, scope, self._tabs, self._status, self._running, self._confirmation),
            self._tables,
        ]

    # What scripts see and do

    @property
    def recipe(self) -> Recipe:
        """The rules that are on and finished, then the names given by hand; it can be set."""
        return self._editor.recipe

    @recipe.setter
    def recipe(self, recipe: Recipe | Rule | list[Rule]) -> None:
        self._editor.replace(Recipe.of(recipe))
        try:
            self._changed()
        finally:
            self._draw()

    @property
    def plan(self) -> pd.DataFrame:
        """The plan of renames that the recipe makes of the rows; waits until it is worked out."""
        self._planner.wait()
        return self._planner.plan

    @property
    def frame(self) -> pd.DataFrame:
        """The caller IDs, with the names that runs of this form have given them."""
        return self._planner.frame

    def show(self, frame: pd.DataFrame) -> None:
        """Take another frame; recipe and clusters stay, and so do chosen rows that it has.

        Parameters
        ----------
        frame : pandas.DataFrame
            All caller IDs.

        Raises
        ------
        ContractError
            The frame does not obey the contract of columns.
        """
        self._planner.take(frame)
        self._account_names = account_names(frame)
        with self._guard():
            self._take_names()
            self._replan()
        self._draw()

    def take(self, sids: Collection[str]) -> None:
        """Work on these caller IDs only, until somebody wants all again.

        Parameters
        ----------
        sids : collection of str
            Those that the frame does not have are left out.
        """
        with self._guard():
            self._limit(sids)
        self._draw()

    def wait(self) -> None:
        """Wait until nothing is under way, and the plan is worked out."""
        super().wait()
        self._planner.wait()

    # The recipe and its plan

    def _changed(self) -> None:
        self._tables.in_view = WHAT_WOULD
        self._replan()

    def _replan(self) -> None:
        self._asked = None
        if not self._is_stopped:
            self._planner.start(self.recipe)

    def _do_guarded(self, act: Callable[[], object]) -> None:
        with self._guard():
            act()

    def _limit(self, sids: Collection[str] | None) -> None:
        self._planner.limit(sids)
        self._changed()

    def _forget_question(self) -> None:
        self._asked = None

    def _find(self, find: Find) -> None:
        self._start("Looking for similar names …", partial(self._found, find), self._take_clusters)

    def _found(self, find: Find, progress: Progress) -> pd.DataFrame:
        frame = self.frame.assign(friendly_name=self._editor.before_by_hand.apply(self.frame))
        only = self._planner.only
        groups = find(frame if only is None else frame[frame["sid"].isin(only)])
        if callable(progress):  # whoever has stopped it meanwhile does not want them
            progress(1, 1)
        return groups

    def _take_clusters(self, groups: pd.DataFrame) -> None:
        with self._drawing:  # this is the form's thread, and a person may be turning pages
            self._clusters.take(groups)

    def _take_names(self) -> None:
        with self._drawing:
            self._names.take(self.frame)

    def _merge(self, names: Mapping[str, str]) -> None:
        self._editor.merge(names)
        self._changed()

    def _give(self, sid: str, name: str | None) -> None:
        if name is None:
            self._editor.by_hand.pop(sid, None)
        else:
            self._editor.by_hand[sid] = name
        self._changed()

    def _on_select(self) -> None:
        latest = self._tables.latest
        if latest is not None:
            self._names.choose(latest, str(self._row(latest)["new_name"]))

    def _row(self, sid: str) -> pd.Series:
        plan = self._planner.plan
        return plan.iloc[int(plan["sid"].eq(sid).to_numpy().argmax())]

    def _edit_selected(self) -> None:
        if len(self._tables.selected) != 1:
            raise InvalidParameter(f"{len(self._tables.selected)} rows are selected: select one.")
        sid = str(self._tables.selected[0])
        self._names.choose(sid, str(self._row(sid)["new_name"]))
        self._tabs.selected_index = _SINGLE

    def _keep_selected(self) -> None:
        rows = self._planner.plan[self._planner.plan["sid"].isin(self._tables.selected)]
        if rows.empty:
            raise InvalidParameter("No row is selected: select those that are to keep their names.")
        self._editor.by_hand |= dict(zip(rows["sid"], rows["old_name"].fillna(""), strict=True))
        self._tables.clear_selection()
        self._changed()

    def _save(self, path: Path) -> None:
        plan = self.plan
        plans.save_plan(plan, path)
        self._say(f"Saved the plan, {counted(len(plan), 'row')}, as {path}.")

    def _say(self, words: str) -> None:
        self._note = words, "good"

    # Applying

    def _apply(self) -> None:
        self._editor.refuse_unfinished()
        if not self._planner.is_whole:
            raise InvalidParameter("The plan is still being worked out: wait a moment.")
        plan, accept = self._planner.plan, self._plan.accepted
        sent = plan.loc[plans.sendable(plan, accept), "account_sid"]
        if sent.empty:
            raise InvalidParameter("The plan holds no row that can be sent.")
        self._ask(self._question(sent, "Rename", "Renaming …", partial(self._applied, plan, accept)))

    def _applied(self, plan: pd.DataFrame, accept: Collection[str], progress: Progress) -> pd.DataFrame:
        return renames.apply_plan(plan, self._client, journal=self._journal, accept=accept, progress=progress)

    def _account(self, sid: str) -> str:
        return account_label(sid, self._account_names)

    def _take_outcome(self, outcome: pd.DataFrame) -> None:
        self._planner.take(past_runs.with_new_names(self.frame, outcome))
        self._take_names()
        self._replan()
        self._tables.in_view = WHAT_DID

    def _show_run(self, run: str) -> None:
        super()._show_run(run)
        self._tables.in_view = WHAT_DID

    def _let_go(self) -> None:
        self._planner.stop()

    # What it looks like

    def _render(self) -> None:
        self._render_runs()
        self._render_scope()
        self._rules.draw()
        self._clusters.draw(is_busy=self.is_busy)
        self._names.draw()
        summary = summarize(self._planner.plan, self._plan.accepted, self._account_names)
        can_apply = not (self.is_busy or self._is_stopped)
        self._plan.draw(summary, is_whole=self._planner.is_whole, can_apply=can_apply)
        self._tables.draw(self._planner.plan, self.outcome, self._account_names)
        self._status.value = self._status_line(*self._words(summary.rows))

    def _render_scope(self) -> None:
        only = self._planner.only
        words = "" if only is None else f"Only {counted(len(only), 'chosen row')} of {len(self.frame):,}."
        self._scope.value = appearance.note(words)
        self._everything.layout.visibility = "hidden" if only is None else "visible"

    def _words(self, rows: int) -> tuple[str, appearance.Mood]:
        if self.is_busy:
            return self._doing, "busy"
        if self._note:
            return self._note
        if self._asked:
            return "Nothing is sent before you agree.", "plain"
        if not self._planner.is_whole:
            return f"{rows:,} caller IDs would change so far; the others are being looked at …", "busy"
        unfinished = f" Rule {self._editor.unfinished[0]} is unfinished." if self._editor.unfinished else ""
        words = f"{counted(rows, 'caller ID')} of {len(self.frame):,} would change."
        return f"{words} Nothing is sent before “Apply”.{unfinished}", "plain"
