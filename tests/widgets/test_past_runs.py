"""What runs have done, in words and in names."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from callerid_analytics import cleaning, plans, renames
from callerid_analytics.client import Client
from callerid_analytics.errors import JournalError
from callerid_analytics.loading import load
from callerid_analytics.sandbox import Sandbox
from callerid_analytics.widgets.renaming import past_runs

UPPER = cleaning.ChangeCase(to="upper")


def test_the_names_after_a_run_are_those_that_a_fresh_load_finds(tmp_path: Path) -> None:
    with Sandbox(numbers=30, accounts=2, seed=7) as sandbox, Client.from_env(sandbox.environ) as client:
        frame = load(client, accounts="all", progress=False).iloc[::-1]
        plan = plans.plan_renames(frame, UPPER)
        client.rename_caller_id(plan["sid"][0], "Elsewhere", account_sid=plan["account_sid"][0])
        outcome = renames.apply_plan(plan, client, journal=tmp_path / "j", accept=plans.ACCEPTABLE, progress=False)
        after = past_runs.with_new_names(frame, outcome)
        fresh = load(client, accounts="all", progress=False).set_index("sid")["friendly_name"]
    drifted = outcome.loc[outcome["status"] == "drifted", "sid"]
    assert len(drifted) == 1
    assert after.index.equals(frame.index)
    assert after.attrs == frame.attrs
    known = after.set_index("sid")["friendly_name"].drop(drifted)
    assert known.fillna("").to_dict() == fresh.drop(drifted).fillna("").to_dict()


def test_runs_of_other_accounts_are_not_listed_and_the_newest_comes_first(tmp_path: Path) -> None:
    journal = tmp_path / "journal.sqlite"
    runs = []
    for seed in (1, 2, 2):
        with Sandbox(numbers=10, accounts=1, seed=seed) as sandbox, Client.from_env(sandbox.environ) as client:
            assert past_runs.runs_of(journal, client)["run"].tolist() == []
            for rule in (UPPER, cleaning.ChangeCase(to="lower")):
                plan = plans.plan_renames(load(client, progress=False), rule)
                outcome = renames.apply_plan(plan, client, journal=journal, progress=False)
                runs.insert(0, outcome.attrs["run"])
            assert past_runs.runs_of(journal, client)["run"].tolist() == runs[:2]


def test_a_file_that_is_no_journal_is_an_error_and_none_is_no_runs(tmp_path: Path) -> None:
    with Sandbox(numbers=0) as sandbox, Client.from_env(sandbox.environ) as client:
        assert past_runs.runs_of(tmp_path / "none", client).empty
        (tmp_path / "text").write_text("This is no journal.")
        with pytest.raises(JournalError):
            past_runs.runs_of(tmp_path / "text", client)


def test_rows_that_somebody_should_look_at_come_first() -> None:
    statuses = ["renamed", None, "failed", "unchanged", "drifted", "renamed", "skipped"]
    ordered = past_runs.worst_first(pd.DataFrame({"status": pd.Categorical(statuses), "row": range(7)}))
    assert ordered["row"].tolist() == [2, 4, 1, 6, 3, 0, 5]
