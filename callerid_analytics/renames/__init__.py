"""Applying a plan, resuming it, and taking it back, so that every row ends as planned: none twice, none lost.

Each row is looked up first. Only a caller ID that still has the number and the name that the plan knows is
changed; one that anybody has changed since is reported as ``drifted`` and left alone. Twilio has no conditional
update, so a change that comes between the look and the update, the time of one round trip, is overwritten.

The intent to send a request is in the journal before the request leaves, and its outcome after the answer. Where
no answer comes, and when a run is resumed after its process was killed, the server is asked before anything is
sent again. A request that the server still holds back at that moment, and works on later, cannot be seen.

Examples
--------
>>> import tempfile
>>> from callerid_analytics import Client, Sandbox, cleaning, load, plans, renames
>>> with Sandbox(numbers=50, accounts=1) as sandbox, tempfile.TemporaryDirectory() as folder:
...     client, journal = Client.from_env(sandbox.environ), f"{folder}/journal.sqlite"
...     plan = plans.plan_renames(load(client), cleaning.CollapseSpaces())
...     outcome = renames.apply_plan(plan, client, journal=journal, accept=plans.ACCEPTABLE)
...     undone = renames.undo_run(journal, outcome.attrs["run"], client)
...     runs = renames.list_runs(journal)
>>> sorted(set(outcome["status"])), undone["new_name"].tolist() == outcome["old_name"].tolist()
(['renamed'], True)
>>> (runs["undoes"] == runs["run"].shift()).tolist()
[False, True]
"""

from callerid_analytics.renames.applying import apply_plan, resume_run
from callerid_analytics.renames.outcomes import list_runs, read_run
from callerid_analytics.renames.undoing import plan_undo, undo_run

__all__ = ["apply_plan", "list_runs", "plan_undo", "read_run", "resume_run", "undo_run"]
