"""All forms over one frame: what `callerids app` serves as a web page."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import pandas as pd
from ipywidgets import HTML, HBox, Tab

from callerid_analytics import frames
from callerid_analytics.client import Client
from callerid_analytics.errors import RequestError
from callerid_analytics.files import StrPath
from callerid_analytics.progress import Progress
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.audit_view import AuditView
from callerid_analytics.widgets.browsing import Browser
from callerid_analytics.widgets.busy import BusyForm
from callerid_analytics.widgets.controls import WIDE
from callerid_analytics.widgets.fetching import Accounts, fetched
from callerid_analytics.widgets.form import Form
from callerid_analytics.widgets.renaming import RenameForm
from callerid_analytics.widgets.verifying import SandboxPhone, VerifyForm
from callerid_analytics.widgets.work import Pause
from callerid_analytics.wording import counted

_BROWSE, _AUDIT, _RENAME, _VERIFY = "Browse", "Audit", "Rename", "Verify"


# Of each kind of form there is one for a client. The app has kinds of its own, so that it stops no form of another
# cell, and none stops its forms.


class _Rename(RenameForm):
    pass


class _Verify(VerifyForm):
    pass


class _Phone(SandboxPhone):
    pass


class _Loaded(NamedTuple):
    frame: pd.DataFrame
    is_practice: bool
    name: str
    at: datetime


class App(BusyForm):
    """The forms to browse, audit, rename and verify under tabs, over the same caller IDs, which can be reloaded.

    Above them stands whose account it is, and whether anything here is real.

    Parameters
    ----------
    client : Client
        Whose account.
    accounts : {"self", "all"} or sequence of str, default "all"
        As for `callerid_analytics.load`.
    journal : path, optional
        Where renaming is recorded; by default a file in the user's data folder.
    pause : callable, default threading.Event.wait
        Called with an event and seconds to wait; ends early when the event is set.

    Attributes
    ----------
    browser, audit, rename, verify : Browser, AuditView, RenameForm, VerifyForm
        The forms.

    Examples
    --------
    >>> from callerid_analytics import Client, Sandbox
    >>> with Sandbox(numbers=20) as sandbox, Client.from_env(sandbox.environ) as client:
    ...     app = App(client)  # as the last line of a cell, this shows it
    ...     len(app.frame)
    ...     app.close()
    20
    """

    def __init__(
        self,
        client: Client,
        *,
        accounts: Accounts = "all",
        journal: StrPath | None = None,
        pause: Pause = threading.Event.wait,
    ) -> None:
        super().__init__(client, heading="Caller IDs", pause=pause)
        self.add_class("callerids-app")
        self._client, self._accounts = client, accounts
        self._loaded: _Loaded | None = None
        nothing = frames.empty()
        self.browser = Browser(nothing, on_rename=self._rename_these, pause=pause)
        self.audit = AuditView(nothing, on_rename=self._rename_these, pause=pause)
        self.rename = _Rename(client, nothing, journal=journal, on_change=self.reload, pause=pause)
        self.verify = _Verify(client, pause=pause)
        sandbox = getattr(client, "sandbox", None)
        self._phone = _Phone(sandbox, pause=pause) if sandbox else None
        self._lay_out()
        self._open()
        self.reload()

    def _lay_out(self) -> None:
        self._where_it_rings = HTML(layout=WIDE)
        beside = self._phone or self._where_it_rings
        verifying = HBox([self.verify, beside], layout={"flex_flow": "row wrap", "align_items": "flex-start"})
        self._tabs = Tab([self.browser, self.audit, self.rename, verifying])
        self._tabs.titles = (_BROWSE, _AUDIT, _RENAME, _VERIFY)
        self._connection = HTML(layout={"flex": "1 1 20rem"})
        self._reload = self._button("Reload", self.reload, tooltip="Load the caller IDs again")
        top = HBox([self._connection, self._reload, self._bar], layout={"flex_flow": "row wrap"})
        self.children = [self._heading, top, self._status, self._tabs]

    @property
    def frame(self) -> pd.DataFrame:
        """The caller IDs of all forms; waits for a load that is under way."""
        self.wait()
        return self._loaded.frame if self._loaded else frames.empty()

    @property
    def forms(self) -> tuple[Form, ...]:
        """All forms."""
        phone = (self._phone,) if self._phone else ()
        return self.browser, self.audit, self.rename, self.verify, *phone

    def reload(self) -> None:
        """Load the caller IDs again, unless that is going on."""
        if not self.is_busy:
            self._press(lambda: self._start("Loading caller IDs …", self._load, self._take))

    def _load(self, progress: Progress) -> _Loaded:
        frame = fetched(self._client, self._accounts, progress)
        return _Loaded(frame, self._client.is_practice(), self._name(), datetime.now())

    def _name(self) -> str:
        try:
            return self._client.fetch_account().friendly_name or "(no name)"
        except RequestError:  # some API keys may not ask
            return "(name not known)"

    def _take(self, loaded: _Loaded) -> None:
        self._loaded = loaded
        for form in (self.browser, self.audit, self.rename):
            form.show(loaded.frame)

    def _rename_these(self, sids: Sequence[str]) -> None:
        self.rename.take(sids)
        self._tabs.selected_index = self._tabs.titles.index(_RENAME)

    def _let_go(self) -> None:
        for form in self.forms:
            form.stop()

    # What it looks like

    def _render(self) -> None:
        self._render_bar()
        self._reload.disabled = self.is_busy or self._is_stopped
        self._connection.value = appearance.connection(*self._whose())
        is_rehearsal = self._loaded is not None and self._loaded.is_practice
        self._where_it_rings.value = appearance.practice_phone(self._client.base_url) if is_rehearsal else ""
        self._status.value = self._status_line(*self._words())

    def _whose(self) -> tuple[bool | None, str, str]:
        where = f"{self._client.account_sid} at {self._client.base_url}"
        if self._loaded is None:
            return None, "Connecting …", where
        return self._loaded.is_practice, self._loaded.name, where

    def _words(self) -> tuple[str, appearance.Mood]:
        if self.is_busy:
            return self._doing, "busy"
        if self._loaded is None:
            return "Nothing was loaded yet.", "plain"
        report: dict[str, Any] = self._loaded.frame.attrs["load_report"]
        failed = [account for account in report["accounts"].values() if account["status"] == "failed"]
        count = f"{counted(len(self._loaded.frame), 'caller ID')} of {counted(len(report['accounts']), 'account')}"
        if failed:
            return f"{count}; {counted(len(failed), 'account')} could not be read: {failed[0]['error']}", "bad"
        return f"{count}, loaded at {self._loaded.at:%H:%M:%S}.", "good"
