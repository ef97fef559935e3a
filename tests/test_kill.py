"""kill -9 at any moment of a run: resumed, the server holds the plan exactly; undone, what it held before.

The sandbox runs here and kills the process that applies, from inside, when a request arrives or its work is done:
so every moment that matters is met, and nothing waits. More rounds by hand: python -m tests.test_kill 25 2000 5
"""

from __future__ import annotations

import json
import random
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from callerid_analytics import frames, renames
from callerid_analytics.client import Client
from callerid_analytics.loading import load
from callerid_analytics.sandbox import Sandbox
from callerid_analytics.sandbox.faults import Fault
from callerid_analytics.sandbox.tables import CallerIdRow
from tests.forking import Forking

TROUBLE = (
    Fault("too-many-requests", concurrent=6),
    Fault("too-many-requests", rate=0.01, path="*/PN*"),
    Fault("error", rate=0.01, path="*/PN*"),
    Fault("html", rate=0.01, path="*/PN*"),
    Fault("latency", seconds=0.001, jitter=0.01, path="*/PN*"),
    Fault("drop-after", rate=0.03, path="*/PN*"),
    Fault("truncate", rate=0.01, path="*/PN*"),
)
WORK = """
import json
import pandas as pd
from callerid_analytics import Client, Retry, renames
environ, journal, action, what = arguments
with Client.from_env(json.loads(environ), retry=Retry(base=0.01, cap=0.1)) as client:
    if action == "apply":
        renames.apply_plan(pd.read_parquet(what), client, journal=journal)
    else:
        {"resume": renames.resume_run, "undo": renames.undo_run}[action](journal, what, client)
"""


class Killer:
    """Watches what a sandbox does, and kills a process that works on it.

    Attributes
    ----------
    kills : int
        How often it did.
    repeated : list
        Updates to a name that the caller ID had already.
    """

    def __init__(self, sandbox: Sandbox, forking: Forking) -> None:
        self.kills = 0
        self.repeated: list[tuple[str, str]] = []
        self._sandbox = sandbox
        self._forking = forking
        self._moment: str | None = None
        self._left = 0
        self._world = sandbox._world
        self._rename = self._world.store.rename_caller_id
        self._strike = self._world.faults.strike
        self._world.store.rename_caller_id = self._renamed  # type: ignore[method-assign] # to look on
        self._world.faults.strike = self._arrived  # type: ignore[method-assign] # to look on

    def run(self, journal: Path, action: str, what: object, *, moment: tuple[str, int] | None = None) -> None:
        """Run a process, to its end or until a moment comes: so many requests have arrived, or were done."""
        kills = self.kills
        self._moment, self._left = moment or (None, 0)
        self._forking.start(WORK, json.dumps(self._sandbox.environ), journal, action, what)
        code = self._forking.wait()
        assert code == (0 if kills == self.kills else -signal.SIGKILL), self._forking.output

    def names(self) -> dict[str, str]:
        return {row["sid"]: row["friendly_name"] for row in self._sandbox.caller_ids()}

    def _arrived(self, request: Any) -> Any:
        self._count("arrived")
        return self._strike(request)

    def _renamed(self, sid: str, friendly_name: str, now: str) -> None:
        if self._world.store._database.find(CallerIdRow, sid=sid).friendly_name == friendly_name:
            self.repeated.append((sid, friendly_name))
        self._rename(sid, friendly_name, now)
        self._count("renamed")

    def _count(self, what: str) -> None:
        if what == self._moment:
            self._left -= 1
            if self._left <= 0 and self._forking.pid:
                self._moment = None
                self.kills += 1
                self._forking.send(signal.SIGKILL)


def plan_for(frame: pd.DataFrame) -> pd.DataFrame:
    new = pd.Series([f"Row {position} é" for position in range(len(frame))], frame.index, dtype=frames.TEXT)
    plan = frame[["sid", "account_sid", "phone_number"]].assign(old_name=frame["friendly_name"], new_name=new)
    return plan.assign(rules=new.str[:0] + "test", problem=pd.Series(None, frame.index, dtype=frames.TEXT))


def play(rows: int, kills: int, seed: int, folder: Path, forking: Forking) -> dict[str, int]:
    """Kill while applying, resuming and undoing; compare the server after each has been finished."""
    dice = random.Random(seed)
    journal, plan_file = folder / f"{seed}.sqlite", folder / f"{seed}.parquet"
    with Sandbox(numbers=rows, accounts=3, seed=seed) as sandbox, Client.from_env(sandbox.environ) as client:
        plan = plan_for(load(client, accounts="all", progress=False))
        plan.to_parquet(plan_file)
        killer = Killer(sandbox, forking)
        before, planned = killer.names(), dict(zip(plan["sid"], plan["new_name"], strict=True))
        sandbox.set_faults(*TROUBLE, seed=seed)

        def resumed(run: str) -> dict[str, str]:
            for _ in range(kills - 1):
                killer.run(journal, "resume", run, moment=some_moment(dice, rows // kills))
            killer.run(journal, "resume", run)
            return killer.names()

        killer.run(journal, "apply", plan_file, moment=some_moment(dice, rows))
        run = renames.list_runs(journal)["run"].item()
        if dice.random() < 0.8:  # otherwise it is taken back without having been finished
            assert resumed(run) == planned
            outcome = renames.read_run(journal, run)
            assert outcome["status"].eq("renamed").all(), outcome[outcome["status"].ne("renamed")].to_dict()
        killer.run(journal, "undo", run, moment=some_moment(dice, rows))
        if len(renames.list_runs(journal)) == 1:  # killed while it looked at what had been sent
            killer.run(journal, "undo", run)
        assert resumed(renames.list_runs(journal)["run"].iloc[-1]) == before
        assert killer.repeated == []
        assert not renames.list_runs(journal)["pending"].any()
    return {"rows": rows, "kills": killer.kills}


def some_moment(dice: random.Random, rows: int) -> tuple[str, int]:
    return dice.choice([("arrived", dice.randint(1, 2 * rows)), ("renamed", dice.randint(1, rows))])


@pytest.mark.parametrize("seed", [1])
def test_a_killed_run_is_finished_or_taken_back_exactly(seed: int, tmp_path: Path, forking: Forking) -> None:
    play(60, 2, seed, tmp_path, forking)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 14))
def test_2000_rows_survive_kills(seed: int, tmp_path: Path, forking: Forking) -> None:
    play(2000, 4, seed, tmp_path, forking)


if __name__ == "__main__":
    rounds, rows, kills = (int(argument) for argument in sys.argv[1:])
    with Forking() as forking:
        for number in range(rounds):
            with tempfile.TemporaryDirectory() as name:
                played = play(rows, kills, 1000 + number, Path(name), forking)
            sys.stderr.write(f"round {number}: {played}\n")
