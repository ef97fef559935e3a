"""Applying, resuming and undoing: every row ends as planned, none twice, none lost, no change overwritten."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from callerid_analytics import frames, plans, renames
from callerid_analytics.client import Client
from callerid_analytics.errors import (
    AuthenticationFailed,
    InvalidParameter,
    JournalBusy,
    JournalError,
    PlanError,
)
from callerid_analytics.journal import JournalWriter
from callerid_analytics.loading import load
from callerid_analytics.sandbox import Sandbox
from callerid_analytics.sandbox.faults import Fault
from callerid_analytics.transport import Retry
from tests.forking import Forking

ONE = "*/PN*"
"""Where requests for one caller ID go."""


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[Client]:
    with quick_client(sandbox) as client:
        yield client


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


@pytest.fixture
def plan(client: Client) -> pd.DataFrame:
    return plan_for(load(client, accounts="all", progress=False))


def quick_client(sandbox: Sandbox, **options: Any) -> Client:
    retry = Retry(attempts=4, base=0.001, cap=0.01)
    return Client(sandbox.account_sid, sandbox.auth_token, base_url=sandbox.url, **{"retry": retry, **options})


def plan_for(frame: pd.DataFrame, name: str = "New") -> pd.DataFrame:
    plan = frame[["sid", "account_sid", "phone_number"]].assign(old_name=frame["friendly_name"])
    new = pd.Series([f"{name} {position}" for position in range(len(frame))], frame.index, dtype=frames.TEXT)
    return plan.assign(
        new_name=new, rules=new.str[:0] + "test", problem=pd.Series(None, frame.index, dtype=frames.TEXT)
    )


def deletions_for(frame: pd.DataFrame) -> pd.DataFrame:
    return plan_for(frame).drop(columns=["new_name", "rules"]).assign(reason="left")[list(plans.DELETION_COLUMNS)]


def names_on(sandbox: Sandbox) -> dict[str, str]:
    return {row["sid"]: row["friendly_name"] for row in sandbox.caller_ids()}


def planned(plan: pd.DataFrame, column: str = "new_name") -> dict[str, str]:
    return dict(zip(plan["sid"], plan[column], strict=True))


def change_outside(sandbox: Sandbox, sid: str, name: str) -> None:
    sandbox._world.store.rename_caller_id(sid, name, "Sun, 22 Nov 2026 05:17:08 +0000")


def when_requested(sandbox: Sandbox, act: Callable[[Any], None], *, method: str, times: int = 1) -> None:
    """Act when a request arrives, before it is worked on."""
    strike, left = sandbox._world.faults.strike, [times]

    def arrived(request: Any) -> Any:
        if request.method == method and left[0]:
            left[0] -= 1
            act(request)
        return strike(request)

    sandbox._world.faults.strike = arrived  # type: ignore[method-assign] # to look on
    sandbox.set_faults(Fault("latency", seconds=0))  # without faults, nobody asks for them


def sid_in(path: str) -> str:
    return path.rpartition("/")[2].removesuffix(".json")


# Applying


def test_every_row_is_renamed_and_recorded(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    outcome = renames.apply_plan(plan, client, journal=journal)
    assert names_on(sandbox) == planned(plan)
    assert outcome["status"].eq("renamed").all()
    assert outcome["request_id"].str.fullmatch("RQ[0-9a-f]{32}").all()
    assert outcome["error"].isna().all()
    pd.testing.assert_frame_equal(outcome[list(plans.RENAME_COLUMNS)], plan, check_names=False)
    again = renames.read_run(journal, outcome.attrs["run"])
    pd.testing.assert_frame_equal(again, outcome, check_categorical=False)
    assert again.attrs == {"run": outcome.attrs["run"]}


def test_the_callers_plan_its_index_and_attrs_are_kept(client: Client, plan: pd.DataFrame, journal: Path) -> None:
    odd = plan.head(3).set_axis([7, 7, "x"])
    odd.attrs = {"note": "mine"}
    outcome = renames.apply_plan(odd, client, journal=journal)
    assert outcome.index.tolist() == [7, 7, "x"]
    assert outcome["status"].tolist() == ["renamed"] * 3
    assert (odd.attrs, outcome.attrs["note"]) == ({"note": "mine"}, "mine")
    assert odd.columns.tolist() == list(plans.RENAME_COLUMNS)


def test_a_plan_without_rows_is_a_run_without_rows(client: Client, plan: pd.DataFrame, journal: Path) -> None:
    outcome = renames.apply_plan(plan.head(0), client, journal=journal)
    assert outcome.dtypes.astype(str).tolist()[-4:] == [
        "category",
        str(frames.TEXT),
        str(frames.TEXT),
        "datetime64[us, UTC]",
    ]
    assert renames.list_runs(journal)["ended"].notna().all()


def test_what_has_the_new_name_already_is_unchanged(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    change_outside(sandbox, plan["sid"][0], "New 0")
    outcome = renames.apply_plan(plan.head(2), client, journal=journal)
    assert outcome["status"].tolist() == ["unchanged", "renamed"]
    assert sum(request["method"] == "POST" for request in sandbox.requests(200)) == 1


def test_what_somebody_has_changed_is_left_alone(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    change_outside(sandbox, plan["sid"][0], "Theirs")
    sandbox._world.store.delete_caller_id(plan["sid"][1])
    plan.loc[2, "phone_number"] = "+14155550199"
    plan.loc[3, "old_name"] = None
    outcome = renames.apply_plan(plan.head(5), client, journal=journal)
    assert outcome["status"].tolist() == ["drifted"] * 4 + ["renamed"]
    assert names_on(sandbox)[plan["sid"][0]] == "Theirs"
    for position, word in enumerate(["'Theirs'", "gone", "+14155550199", "None"]):
        assert word in outcome["error"][position]


def test_rows_with_a_problem_are_not_sent(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    plan = plan.head(5).assign(problem=["collision", "cycle; collision", "empty", "cycle", None])
    outcome = renames.apply_plan(plan, client, journal=journal, accept=["collision"])
    assert outcome["status"].tolist() == ["renamed", "skipped", "skipped", "skipped", "renamed"]
    assert outcome["error"][1] == "It was not sent, for its problem: cycle."
    assert names_on(sandbox)[plan["sid"][1]] == plan["old_name"][1]


@pytest.mark.parametrize("accept", ["cycle", ["empty"], ["no sid", "cycle"]])
def test_only_harmless_problems_can_be_accepted(
    client: Client, plan: pd.DataFrame, journal: Path, accept: Any
) -> None:
    with pytest.raises(InvalidParameter, match="collision and cycle"):
        renames.apply_plan(plan, client, journal=journal, accept=accept)
    assert not journal.exists()


def test_a_table_that_is_no_plan_changes_nothing(client: Client, plan: pd.DataFrame, journal: Path) -> None:
    with pytest.raises(PlanError):
        renames.apply_plan(plan.drop(columns="phone_number"), client, journal=journal)
    assert not journal.exists()


def test_a_refused_row_fails_and_the_others_go_on(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    other = next(account["sid"] for account in sandbox.accounts if account["sid"] != sandbox.account_sid)
    sandbox.set_account_status(other, "suspended")
    outcome = renames.apply_plan(plan, client, journal=journal)
    expected = plan["account_sid"].eq(other).map({True: "failed", False: "renamed"})
    assert outcome["status"].tolist() == expected.tolist()
    assert other in outcome["error"].dropna().iloc[0]


# Deleting


@pytest.mark.parametrize("confirmed", [None, 0, 2, 4, True])
def test_a_deletion_needs_its_number(client: Client, plan: pd.DataFrame, journal: Path, confirmed: Any) -> None:
    with pytest.raises(InvalidParameter, match="confirm_deletions=3"):
        renames.apply_plan(
            deletions_for(load(client, progress=False).head(3)),
            client,
            journal=journal,
            confirm_deletions=confirmed,
        )
    assert not journal.exists()


def test_what_is_confirmed_is_deleted_once(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    deletions = deletions_for(load(client, accounts="all", progress=False))
    deletions.loc[1, "old_name"] = "Another"
    sandbox.set_faults(Fault("drop-after", rate=0.5, method="DELETE"))
    outcome = renames.apply_plan(deletions, client, journal=journal, confirm_deletions=30)
    assert outcome["status"].tolist() == ["deleted", "drifted"] + ["deleted"] * 28
    assert list(names_on(sandbox)) == [deletions["sid"][1]]
    with pytest.raises(JournalError, match="cannot be undone"):
        renames.undo_run(journal, outcome.attrs["run"], client)
    assert renames.plan_undo(journal).empty
    assert renames.list_runs(journal)["deleted"].tolist() == [29]


# Trouble


@pytest.mark.parametrize(
    "fault",
    [
        Fault("drop-after", rate=0.4, path=ONE),
        Fault("drop-before", rate=0.4, path=ONE),
        Fault("truncate", rate=0.4, path=ONE),
        Fault("error", rate=0.4, path=ONE),
        Fault("error", rate=0.4, path=ONE, status=503),
        Fault("html", rate=0.4, path=ONE),
        Fault("html", rate=0.2, path=ONE, status=200),
        Fault("too-many-requests", rate=0.4, path=ONE),
        Fault("too-many-requests", concurrent=2, path=ONE),
        Fault("too-many-requests", rate=0.3, path=ONE, retry_after=0),
        Fault("drip", seconds=0.01, rate=0.3, path=ONE),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.status or fault.concurrent or ''}",
)
def test_trouble_on_the_way_loses_and_repeats_nothing(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path, fault: Fault
) -> None:
    repeated, before, plan = repeated_updates(sandbox), names_on(sandbox), plan.head(12)
    sandbox.set_faults(fault, Fault("latency", seconds=0, jitter=0.002))
    outcome = finished(renames.apply_plan(plan, client, journal=journal), client, journal)
    assert outcome["status"].eq("renamed").all()
    assert names_on(sandbox) == before | planned(plan)
    finished(renames.undo_run(journal, outcome.attrs["run"], client), client, journal)
    assert names_on(sandbox) == before
    assert repeated == []


def finished(outcome: pd.DataFrame, client: Client, journal: Path) -> pd.DataFrame:
    """Resume until nothing has failed, a few times."""
    for _ in range(10):
        if not outcome["status"].eq("failed").any():
            break
        outcome = renames.resume_run(journal, outcome.attrs["run"], client)
    return outcome


def repeated_updates(sandbox: Sandbox) -> list[str]:
    """Return a list that grows by each caller ID that is given the name that it has."""
    rename, repeated = sandbox._world.store.rename_caller_id, []

    def renamed(sid: str, friendly_name: str, now: str) -> None:
        if names_on(sandbox).get(sid) == friendly_name:
            repeated.append(sid)
        rename(sid, friendly_name, now)

    sandbox._world.store.rename_caller_id = renamed  # type: ignore[method-assign] # to look on
    return repeated


def test_what_always_fails_is_a_failure_that_can_be_resumed(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    sandbox.set_faults(Fault("error", path=f"*/{plan['sid'][0]}*", method="POST"))
    outcome = renames.apply_plan(plan.head(2), client, journal=journal)
    assert outcome["status"].tolist() == ["failed", "renamed"]
    assert "not done in 5 attempts" in outcome["error"][0]
    sandbox.set_faults()
    assert renames.resume_run(journal, outcome.attrs["run"], client)["status"].tolist() == ["renamed"] * 2


def test_a_change_between_two_attempts_is_not_overwritten(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    when_requested(sandbox, lambda request: change_outside(sandbox, sid_in(request.path), "Theirs"), method="POST")
    sandbox.set_faults(Fault("drop-before", method="POST", count=1))
    outcome = renames.apply_plan(plan.head(1), client, journal=journal)
    assert outcome["status"].tolist() == ["drifted"]
    assert names_on(sandbox)[plan["sid"][0]] == "Theirs"


def test_a_row_that_goes_between_look_and_update_has_drifted(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    when_requested(
        sandbox, lambda request: sandbox._world.store.delete_caller_id(sid_in(request.path)), method="POST"
    )
    outcome = renames.apply_plan(plan.head(1), client, journal=journal)
    assert outcome["status"].tolist() == ["drifted"]


def test_wrong_credentials_end_the_run_and_say_how_to_go_on(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    stranger = Client(sandbox.account_sid, "wrong", base_url=sandbox.url)
    with pytest.raises(AuthenticationFailed) as caught:
        renames.apply_plan(plan, stranger, journal=journal)
    run = renames.list_runs(journal)["run"].item()
    assert f"30 rows of run {run} are still to be done" in str(caught.value)
    assert "wrong" not in journal.read_bytes().decode("latin-1")
    assert renames.list_runs(journal)["ended"].isna().all()
    assert renames.resume_run(journal, run, client)["status"].eq("renamed").all()
    assert names_on(sandbox) == planned(plan)


def test_an_account_that_refuses_everything_stops_no_other(
    sandbox: Sandbox, plan: pd.DataFrame, journal: Path
) -> None:
    refused = plan["account_sid"].value_counts().index[0]
    others = int(plan["account_sid"].ne(refused).sum())
    renamed, counted, all_done = sandbox._world.store.rename_caller_id, iter(range(others - 1)), threading.Event()

    def rename(*values: str) -> None:
        renamed(*values)
        if next(counted, None) is None:
            all_done.set()

    def pause(aborted: threading.Event, seconds: float) -> None:
        assert all_done.wait(60)  # whoever is refused waits until all the others are done

    sandbox._world.store.rename_caller_id = rename  # type: ignore[method-assign] # to look on
    sandbox.set_faults(Fault("too-many-requests", path=f"*/{refused}/*"))
    with quick_client(sandbox, pause=pause, retry=Retry(attempts=2)) as client:
        outcome = renames.apply_plan(plan, client, journal=journal)
    assert outcome["status"].value_counts().to_dict() == {"failed": len(plan) - others, "renamed": others}


# One at a time


def test_two_applies_at_once_are_refused(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    second: list[type[BaseException]] = []

    def apply_too(request: Any) -> None:
        with pytest.raises(JournalBusy) as caught:
            renames.apply_plan(plan, client, journal=journal)
        second.append(caught.type)

    when_requested(sandbox, apply_too, method="POST")
    renames.apply_plan(plan, client, journal=journal)
    assert second == [JournalBusy]
    assert len(renames.list_runs(journal)) == 1


def test_threads_apply_one_after_the_other_or_not_at_all(
    client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    def apply() -> str:
        try:
            return str(renames.apply_plan(plan, client, journal=journal).attrs["run"])
        except JournalBusy:
            return "busy"

    with ThreadPoolExecutor(3) as pool:
        ends = [future.result() for future in [pool.submit(apply) for _ in range(3)]]
    runs = renames.list_runs(journal)
    assert sorted(runs["run"]) == sorted(end for end in ends if end != "busy")
    assert runs["renamed"].sum() == len(plan)


# Interrupting

APPLY = """
import json
import pandas as pd
from callerid_analytics import Client, errors, renames
import threading
environ, journal, plan = arguments
with Client.from_env(json.loads(environ)) as client:
    try:
        renames.apply_plan(pd.read_parquet(plan), client, journal=journal)
    except errors.Interrupted as interruption:
        print(interruption.run, threading.active_count())
"""


@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_ends_in_order_and_can_be_resumed(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path, forking: Forking, times: int
) -> None:
    plan.to_parquet(journal.with_suffix(".parquet"))
    when_requested(sandbox, lambda request: forking.send(signal.SIGINT), method="POST", times=times)
    sandbox.set_faults(Fault("latency", seconds=0.05))
    forking.start(APPLY, json.dumps(sandbox.environ), journal, journal.with_suffix(".parquet"))
    assert forking.wait() == 0, forking.output
    run, threads = forking.output.split()
    assert threads == "1"
    listed = renames.list_runs(journal).set_index("run").loc[run]
    assert listed["pending"] > 0
    if times == 1:
        assert listed["renamed"] > 0
        assert "sending" not in states_in(journal)
    sandbox.set_faults()
    repeated = repeated_updates(sandbox)
    assert renames.resume_run(journal, run, client)["status"].eq("renamed").all()
    assert names_on(sandbox) == planned(plan)
    assert repeated == []


def states_in(journal: Path) -> list[str]:
    with JournalWriter(journal) as opened:
        return [state for (state,) in opened._select("SELECT state FROM rows")]


# Resuming


def test_a_finished_run_has_nothing_to_resume(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    outcome = renames.apply_plan(plan, client, journal=journal)
    change_outside(sandbox, plan["sid"][0], "Theirs")
    requests = len(sandbox.requests(200))
    again = renames.resume_run(journal, outcome.attrs["run"], client)
    assert len(sandbox.requests(200)) == requests
    assert again["status"].eq("renamed").all()


def test_another_client_may_not_resume_or_undo(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    run = renames.apply_plan(plan, client, journal=journal).attrs["run"]
    elsewhere = Client(sandbox.account_sid, "token", base_url="http://127.0.0.1:1")
    stranger = Client("AC" + 32 * "9", "token", base_url=sandbox.url)
    for act in (renames.resume_run, renames.undo_run):
        with pytest.raises(JournalError, match=r"host http://127\.0\.0\.1:\d+"):
            act(journal, run, elsewhere)
        with pytest.raises(JournalError, match=r"account AC.*AC9999"):
            act(journal, run, stranger)
    assert renames.undo_run(journal, "all", stranger).empty


@pytest.mark.parametrize(
    "act", [renames.resume_run, renames.undo_run, lambda journal, run, _: renames.read_run(journal, run)]
)
def test_a_run_or_journal_that_is_not_there_is_one_clear_error(client: Client, journal: Path, act: Any) -> None:
    with pytest.raises(JournalError, match="no journal"):
        act(journal, "20261122", client)
    assert not journal.exists()
    with JournalWriter(journal):
        pass
    with pytest.raises(JournalError, match="no run '20261122'"):
        act(journal, "20261122", client)


# Undoing


def test_undo_gives_every_name_back_and_can_be_undone(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    run = renames.apply_plan(plan, client, journal=journal).attrs["run"]
    undone = renames.undo_run(journal, run, client)
    assert names_on(sandbox) == planned(plan, "old_name")
    assert undone["status"].eq("renamed").all()
    assert renames.list_runs(journal)["undoes"].tolist()[1] == run
    renames.undo_run(journal, undone.attrs["run"], client)
    assert names_on(sandbox) == planned(plan)


def test_undo_leaves_alone_what_somebody_has_changed_since(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    run = renames.apply_plan(plan, client, journal=journal).attrs["run"]
    change_outside(sandbox, plan["sid"][0], "Theirs")
    undone = renames.undo_run(journal, run, client)
    assert undone["status"].tolist() == ["drifted"] + ["renamed"] * 29
    assert names_on(sandbox)[plan["sid"][0]] == "Theirs"


def test_undo_takes_back_only_what_the_run_has_renamed(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    change_outside(sandbox, plan["sid"][0], "New 0")
    run = renames.apply_plan(plan.head(3), client, journal=journal).attrs["run"]
    assert renames.undo_run(journal, run, client)["sid"].tolist() == plan["sid"].tolist()[1:3]
    assert names_on(sandbox)[plan["sid"][0]] == "New 0"


def test_some_rows_can_be_undone(sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path) -> None:
    run = renames.apply_plan(plan, client, journal=journal).attrs["run"]
    sids = plan["sid"].tolist()[3:5]
    renames.undo_run(journal, run, client, sids=sids)
    assert names_on(sandbox) == planned(plan) | {sid: planned(plan, "old_name")[sid] for sid in sids}
    for wrong in (["PN" + 32 * "0"], "PN"):
        with pytest.raises((JournalError, InvalidParameter)):
            renames.undo_run(journal, run, client, sids=wrong)
    assert len(renames.list_runs(journal)) == 2


def test_all_runs_are_undone_back_to_the_first_names(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    before = names_on(sandbox)
    renames.apply_plan(plan.head(20), client, journal=journal)
    renames.apply_plan(
        plan_for(load(client, accounts="all", progress=False), "Newer").tail(20), client, journal=journal
    )
    assert len(renames.plan_undo(journal)) == 30
    undone = renames.undo_run(journal, "all", client)
    assert undone["status"].eq("renamed").all()
    assert names_on(sandbox) == before
    assert renames.plan_undo(journal).empty


def test_a_name_that_was_missing_or_cannot_be_sent_is_not_given_back(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    change_outside(sandbox, plan["sid"][0], "x" * 65)
    plan.loc[0, "old_name"] = "x" * 65
    run = renames.apply_plan(plan.head(2), client, journal=journal).attrs["run"]
    undone = renames.undo_run(journal, run, client)
    assert undone["status"].tolist() == ["skipped", "renamed"]
    assert "over 64 characters" in undone["error"][0]


def test_undoing_a_run_that_was_cut_off_closes_it(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    run, sent = cut_off(sandbox, client, plan, journal)
    undone = renames.undo_run(journal, run, client)
    assert sent[0] in undone["sid"].tolist()
    assert names_on(sandbox) == planned(plan, "old_name")
    listed = renames.list_runs(journal).set_index("run")
    assert (listed.loc[run, "pending"], listed.loc[run, "skipped"]) == (0, 28)
    renames.resume_run(journal, run, client)
    assert names_on(sandbox) == planned(plan, "old_name")


def test_undoing_some_rows_of_a_run_that_was_cut_off_leaves_the_others_to_be_resumed(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    run, _ = cut_off(sandbox, client, plan, journal)
    sids = plan["sid"].tolist()[2:4]
    renames.undo_run(journal, run, client, sids=sids)
    renames.resume_run(journal, run, client)
    assert names_on(sandbox) == planned(plan) | {sid: planned(plan, "old_name")[sid] for sid in sids}


def cut_off(sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path) -> tuple[str, list[str]]:
    """Leave a journal as a kill would: rows 0 to 2 sent, of which the server has got 0 and 1; the rest planned."""
    run = renames.apply_plan(plan, client, journal=journal).attrs["run"]
    with JournalWriter(journal) as opened:
        opened._connection.execute(
            "UPDATE rows SET state = 'planned', status = NULL, attempts = 0, request_id = NULL, at = NULL"
        )
        opened._connection.execute("UPDATE rows SET state = 'sending', attempts = 1 WHERE position < 3")
        opened._connection.execute("UPDATE runs SET ended = NULL")
    for sid, name in list(planned(plan, "old_name").items())[2:]:
        change_outside(sandbox, sid, name)
    return run, plan["sid"].tolist()[:2]


def test_a_journal_of_several_accounts_asks_for_a_run(
    sandbox: Sandbox, client: Client, plan: pd.DataFrame, journal: Path
) -> None:
    renames.apply_plan(plan, client, journal=journal)
    with Sandbox(numbers=3, accounts=1, seed=8) as other, quick_client(other) as second:
        run = renames.apply_plan(plan_for(load(second, progress=False)), second, journal=journal).attrs["run"]
        with pytest.raises(JournalError, match="Name the run"):
            renames.plan_undo(journal)
        assert len(renames.plan_undo(journal, run)) == 3
        assert len(renames.undo_run(journal, "all", second)) == 3
    assert names_on(sandbox) == planned(plan)


# Whatever happens meanwhile

NAMES = ("Old", "New", "Theirs")


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changes=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(NAMES), st.integers(1, 30)), max_size=6),
    faults=st.lists(st.sampled_from(["drop-after", "drop-before", "error", "truncate"]), max_size=2),
    then=st.sampled_from(["resume", "undo"]),
    seed=st.integers(0, 1000),
)
def test_whatever_others_do_meanwhile_is_never_overwritten_unseen(
    shared_for_changes: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
    changes: Any,
    faults: Any,
    then: str,
    seed: int,
) -> None:
    """After each look and before the update that follows it nothing changes; at any other moment anything may."""
    sandbox = shared_for_changes
    journal = tmp_path_factory.mktemp("journal") / "journal.sqlite"
    with quick_client(sandbox) as client:
        sandbox.set_faults()
        frame = load(client, progress=False)
        for sid in frame["sid"]:
            change_outside(sandbox, sid, "Old")
        plan = plan_for(frame.assign(friendly_name="Old"), "New").assign(new_name="New")
        server = Meddler(sandbox, frame["sid"].tolist(), changes)
        try:
            sandbox.set_faults(
                *(Fault(kind, rate=0.3, path=ONE) for kind in faults), Fault("latency", seconds=0), seed=seed
            )
            outcome = renames.apply_plan(plan, client, journal=journal, accept=["collision"])
            run = outcome.attrs["run"]
            act = renames.resume_run if then == "resume" else renames.undo_run
            act(journal, run, client)
        finally:
            server.leave()
    assert server.overwritten == []
    assert not renames.list_runs(journal)["pending"].any()


class Meddler:
    """Changes names when its time has come, and notes when somebody overwrites what he has not seen."""

    def __init__(self, sandbox: Sandbox, sids: list[str], changes: list[tuple[int, str, int]]) -> None:
        self.overwritten: list[tuple[str, str, str | None]] = []
        self._sandbox, self._store = sandbox, sandbox._world.store
        self._sids, self._changes, self._requests = sids, changes, 0
        self._seen: dict[str, str] = {}
        self._find, self._rename = self._store.caller_id, self._store.rename_caller_id
        self._strike = sandbox._world.faults.strike
        self._store.rename_caller_id = self._renamed  # type: ignore[method-assign] # to look on
        sandbox._world.faults.strike = self._arrived  # type: ignore[method-assign] # to look on

    def leave(self) -> None:
        self._store.rename_caller_id = self._rename  # type: ignore[method-assign]
        self._sandbox._world.faults.strike = self._strike  # type: ignore[method-assign]

    def _arrived(self, request: Any) -> Any:
        self._requests += 1
        names = names_on(self._sandbox)
        if request.method == "GET" and "/PN" in request.path:
            for place, name, moment in self._changes:
                if moment == self._requests:
                    self._rename(self._sids[place], name, "")
            self._seen[sid_in(request.path)] = names_on(self._sandbox)[sid_in(request.path)]
        elif request.method == "POST":
            self._seen.setdefault(sid_in(request.path), names[sid_in(request.path)])
        return self._strike(request)

    def _renamed(self, sid: str, friendly_name: str, now: str) -> None:
        had = names_on(self._sandbox)[sid]
        expected = "Old" if friendly_name == "New" else "New"
        if self._seen.get(sid) != expected:
            self.overwritten.append((sid, had, self._seen.get(sid)))
        self._rename(sid, friendly_name, now)


@pytest.fixture(scope="module")
def shared_for_changes() -> Iterator[Sandbox]:
    with Sandbox(numbers=4, accounts=1, seed=7) as sandbox:
        yield sandbox
