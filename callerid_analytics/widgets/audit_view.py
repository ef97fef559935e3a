"""The form that shows what an audit found, and hands the rows on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from ipywidgets import HTML, HBox, Select, Text, ToggleButtons, VBox

from callerid_analytics import audit, frames, plots, report
from callerid_analytics.errors import InvalidParameter
from callerid_analytics.files import StrPath
from callerid_analytics.progress import Progress
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.busy import BusyForm
from callerid_analytics.widgets.cells import caller_id_cells
from callerid_analytics.widgets.controls import WIDE, WRAPPED
from callerid_analytics.widgets.paged_table import PagedTable
from callerid_analytics.widgets.work import Pause
from callerid_analytics.wording import counted

_EVERY = ""
"""The choice of all severities, or all rules."""
_KEY = "finding"
"""Column that names a finding: a caller ID may have several, and an account's has no SID."""
_FINDINGS, _CALLER_IDS = "Findings", "Their caller IDs"
_FINDING_COLUMNS = {
    "severity": "Severity",
    "rule": "Rule",
    "phone_number": "Number",
    "friendly_name": "Name",
    "account_name": "Account",
    "detail": "What is wrong",
    "suggestion": "Suggestion",
}
_CALLER_ID_COLUMNS = {
    "phone_number": "Number",
    "friendly_name": "Name",
    "account_name": "Account",
    "region": "Country",
    "number_type": "Type",
    "date_created": "Created",
    "sid": "SID",
}
_LABELLED = {"style": {"description_width": "80px"}, "layout": {"flex": "1 1 20rem"}}
_SPREAD = {"button_width": "auto"}


class AuditView(BusyForm):
    """A form with an audit's findings by severity and rule, and the caller IDs that they are about.

    Rows that it is made with are audited at once; rows that come later, when somebody asks for it.

    Parameters
    ----------
    frame : pandas.DataFrame
        Caller IDs, as `callerid_analytics.load` returns them.
    policy : path, optional
        TOML file that says what to go by; see `callerid_analytics.audit.load_policy`.
    on_rename : callable, optional
        Given the SIDs of the caller IDs that are to get other names. Without it there is no button for that.
    pause : callable, default threading.Event.wait
        Called with an event and seconds to wait; ends early when the event is set.

    Attributes
    ----------
    findings : pandas.DataFrame or None
        All findings, as `callerid_analytics.audit.audit` returns them; None before the first audit.

    Raises
    ------
    ContractError
        The frame breaks the column contract.

    Examples
    --------
    >>> from callerid_analytics import frames
    >>> view = AuditView(frames.empty())  # as the last line of a cell, this shows it
    >>> view.close()
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        *,
        policy: StrPath | None = None,
        on_rename: Callable[[Sequence[str]], object] | None = None,
        pause: Pause = threading.Event.wait,
    ) -> None:
        super().__init__(None, heading="Audit", pause=pause)
        self.add_class("is-large")
        frames.check(frame)
        self.findings: pd.DataFrame | None = None
        self._frame = self._audited = frame
        self._used_policy: audit.Policy | None = None
        self._listed = _listed(None, frame)
        self._links = _Links(self._listed, frame)
        self._on_rename = on_rename
        self._said = self._svg = ""
        self._is_offering = False
        self._make_controls("" if policy is None else str(policy))
        self._open()
        if len(frame):
            self._press(self._audit)

    def _make_controls(self, policy: str) -> None:
        self._policy = Text(policy, description="Policy file", placeholder="policy.toml, if any", **_LABELLED)
        self._begin_audit = self._button("Audit", self._audit, style="primary", tooltip="Evaluate every rule")
        self._severity = ToggleButtons(options=[("All", _EVERY)], style=_SPREAD)
        self._rule = Select(rows=8, layout={"flex": "1 1 24rem", "height": "auto"})
        self._what = ToggleButtons(options=(_FINDINGS, _CALLER_IDS), style=_SPREAD)
        for choice in (self._severity, self._rule, self._what):
            choice.observe(lambda _: self._choose(), "value")
        self._finding_table = PagedTable(
            _FINDING_COLUMNS, label="findings", key=_KEY, press=self._press, page_size=10
        )
        self._row_table = PagedTable(
            _CALLER_ID_COLUMNS, label="caller IDs", press=self._press, page_size=10, cells=caller_id_cells
        )
        self._rename = self._button("Rename these caller IDs …", self._hand_on, tooltip="Choose names for them")
        self._folder = Text(description="Folder", placeholder="audit-2026-11", **_LABELLED)
        self._write = self._button("Write the report", self._write_report, tooltip="A page, CSV, a workbook")
        self._meaning, self._picture = HTML(layout={"flex": "1 1 18rem"}), HTML(layout=WIDE)
        self.children = [
            self._heading,
            HBox([self._policy, self._begin_audit], layout=WRAPPED),
            *(self._bar, self._status, self._severity),
            HBox([self._rule, self._meaning], layout={"flex_flow": "row wrap"}),
            HBox([self._what, self._rename], layout=WRAPPED),
            VBox([self._finding_table, self._row_table]),
            HBox([self._folder, self._write], layout=WRAPPED),
            self._picture,
        ]

    @property
    def shown(self) -> pd.DataFrame:
        """The findings of the severity and rule that are chosen."""
        return self._listed.iloc[self._chosen()].drop(columns=[_KEY, "account_name"])

    @property
    def selected(self) -> pd.DataFrame:
        """The caller IDs selected, or that the selected findings are about; if none is, of all that are shown."""
        if self._what.value == _CALLER_IDS and len(self._row_table.selected):
            return self._audited[self._audited["sid"].isin(self._row_table.selected)]
        selected = self._listed[_KEY].isin(self._finding_table.selected).to_numpy(dtype=bool)
        is_narrowed = self._what.value == _FINDINGS and selected.any()
        findings = np.flatnonzero(selected) if is_narrowed else self._chosen()
        return self._audited.iloc[self._links.rows_about(findings)]

    def show(self, frame: pd.DataFrame) -> None:
        """Take other rows; the findings are those of the former ones until *Audit* is pressed.

        Raises
        ------
        ContractError
            The frame breaks the column contract.
        """
        frames.check(frame)
        self._frame = frame
        self._press(lambda: None)

    # What the buttons do

    def _audit(self) -> None:
        file = self._policy.value.strip()
        policy, frame = (audit.load_policy(file) if file else None), self._frame

        def job(progress: Progress) -> tuple[pd.DataFrame, str]:
            findings = audit.audit(frame, policy, progress=progress)
            return findings, plots.as_svg(lambda ax: plots.plot_findings(findings, ax=ax)) if len(findings) else ""

        def keep(found: tuple[pd.DataFrame, str]) -> None:
            self.findings, self._audited, self._used_policy = found[0], frame, policy
            self._listed, self._svg, self._said = _listed(found[0], frame), found[1], ""
            self._links = _Links(self._listed, frame)

        self._start(f"Auditing {counted(len(frame), 'caller ID')} …", job, keep)

    def _choose(self) -> None:
        if not self._is_offering:
            self._press(lambda: None)

    def _hand_on(self) -> None:
        sids = self.selected["sid"].dropna().tolist()
        if not sids:
            raise InvalidParameter("These findings are about no caller ID that could be renamed.")
        if self._on_rename:
            self._on_rename(sids)

    def _write_report(self) -> None:
        folder = self._folder.value.strip()
        if self.findings is None or not folder:
            raise InvalidParameter("Audit first, and name a folder to write, such as audit-2026-11.")
        audited = (self._audited, folder)
        options: dict[str, Any] = {"findings": self.findings, "policy": self._used_policy}

        def keep(written: object) -> None:
            self._said = f"Written to {folder}: begin with report.html."

        self._start(f"Writing {folder} …", lambda _: report.write_bundle(*audited, **options), keep)

    # What it looks like

    def _render(self) -> None:
        self._render_bar()
        self._offer_choices()
        chosen, is_about_rows = self._chosen(), self._what.value == _CALLER_IDS
        table, other = self._finding_table, self._row_table
        if is_about_rows:
            table, other = other, table
            table.show(self._audited, self._links.rows_about(chosen))
        else:
            table.show(self._listed, chosen)
        table.layout.display, other.layout.display = "", "none"
        self._meaning.value = _meaning(self._rule.value, self._used_policy)
        self._picture.value = self._svg
        self._rename.layout.display = "" if self._on_rename else "none"
        is_idle = not (self.is_busy or self._is_stopped)
        self._begin_audit.disabled = not is_idle
        self._write.disabled = self._rename.disabled = not is_idle or self.findings is None
        self._status.value = self._status_line(*self._words())

    def _offer_choices(self) -> None:
        """Offer severities and rules with how many findings each has; what was chosen stays chosen, if it can."""
        self._is_offering = True
        try:
            _offer(self._severity, _severities(self._listed))
            _offer(self._rule, _rules(self._listed, self._severity.value))
        finally:
            self._is_offering = False

    def _chosen(self) -> npt.NDArray[np.intp]:
        """Return the positions of the findings of the chosen severity and rule."""
        chosen = np.ones(len(self._listed), dtype=bool)
        for column, value in (("severity", self._severity.value), ("rule", self._rule.value)):
            if value:
                chosen &= (self._listed[column] == value).to_numpy(dtype=bool)
        return np.flatnonzero(chosen)

    def _words(self) -> tuple[str, appearance.Mood]:
        if self.is_busy:
            return self._doing, "busy"
        if self.findings is None:
            return f"{counted(len(self._frame), 'caller ID')}, not audited yet.", "plain"
        if self._said:
            return self._said, "good"
        about = f"{counted(len(self.findings), 'finding')} about {counted(len(self._audited), 'caller ID')}"
        if self._frame is not self._audited:
            return f"{about}, which have been loaded again since: audit them anew.", "plain"
        if self.findings.attrs["complete"] is False:
            return f"{about}. The audit is incomplete: an account could not be read.", "bad"
        return f"{about}.", "plain" if len(self.findings) else "good"


class _Links:
    """Which caller IDs findings are about, at a hundred thousand of each."""

    def __init__(self, findings: pd.DataFrame, frame: pd.DataFrame) -> None:
        codes, sids = pd.factorize(pd.concat([frame["sid"], findings["sid"]], ignore_index=True))
        self._count = len(sids)
        self._of_rows, self._of_findings = codes[: len(frame)], codes[len(frame) :]

    def rows_about(self, findings: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Return the positions of the caller IDs that the findings at these positions are about."""
        is_wanted = np.zeros(self._count + 1, dtype=bool)
        is_wanted[self._of_findings[findings]] = True
        is_wanted[-1] = False  # the code of what is missing is -1
        return np.flatnonzero(is_wanted[self._of_rows])


def _listed(findings: pd.DataFrame | None, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the findings as the table lists them: each with a key, and its account's name."""
    if findings is None:
        findings = pd.DataFrame({name: pd.Series(dtype=frames.TEXT) for name in audit.FINDING_COLUMNS})
    keys = pd.Series(np.arange(len(findings)).astype(str), index=findings.index, dtype=frames.TEXT)
    return plots.with_account_names(findings, frame).assign(**{_KEY: keys})


def _severities(findings: pd.DataFrame) -> list[tuple[str, str]]:
    counts = findings["severity"].value_counts()
    found = [(f"{name} {counts[name]:,}", name) for name in audit.SEVERITIES if counts.get(name)]
    return [(f"All {len(findings):,}", _EVERY), *found]


def _rules(findings: pd.DataFrame, severity: str) -> list[tuple[str, str]]:
    """Return the rules that found something, the gravest first."""
    if severity:
        findings = findings[findings["severity"] == severity]
    counts = findings["rule"].value_counts()
    found = [(f"{counts[rule]:,} × {rule}", rule) for rule in findings["rule"].drop_duplicates()]
    return [(f"{len(findings):,} × all rules", _EVERY), *found]


def _offer(choice: Any, options: list[tuple[str, str]]) -> None:
    if choice.options != tuple(options):
        value = choice.value if any(choice.value == value for _, value in options) else _EVERY
        choice.options, choice.value = options, value


def _meaning(rule: str | None, policy: audit.Policy | None) -> str:
    if not rule:
        return '<p class="callerids-count">Choose a rule to see what it means and what to do.</p>'
    table = audit.rules_table(policy)
    title, meaning, advice = table.loc[table["id"] == rule, ["title", "meaning", "advice"]].iloc[0]
    return f"<p><b>{escape(title)}</b></p><p>{escape(meaning)}</p><p>{escape(advice)}</p>"
