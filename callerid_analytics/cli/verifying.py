"""``callerids verify``: a number, or a file of them, from the code on the screen to the caller ID in the list."""

from __future__ import annotations

import json
import shlex
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callerid_analytics.cli.digits import in_large
from callerid_analytics.cli.exit_codes import DONE, FAILED, FINDINGS
from callerid_analytics.cli.options import all_of, connection_options
from callerid_analytics.cli.rows import connected
from callerid_analytics.cli.tables import show
from callerid_analytics.cli.terminal import printable, row, say
from callerid_analytics.errors import InvalidRequest, NotVerified
from callerid_analytics.wording import counted

if TYPE_CHECKING:
    from callerid_analytics.callbacks import CallbackReceiver
    from callerid_analytics.client import Client
    from callerid_analytics.verification import Change, VerificationQueue

_DELAY = 15
"""Seconds: time to read the code before the phone rings."""
_SHEET = (16, 30, 6, 16, 60)
_RESULT = {
    "number": ("NUMBER", 16),
    "status": ("STATUS", 16),
    "attempts": ("CALLS", 5),
    "error": ("WHAT HAPPENED", 80),
}

_clock: Callable[[], float] = time.time
_pause: Callable[[threading.Event, float], object] = threading.Event.wait

_number_options = all_of(
    click.option("--name", metavar="NAME", help="What the caller ID will be called; up to 64 characters."),
    click.option("--extension", metavar="DIGITS", help="To be dialled once the call is answered."),
    click.option("--account", "account_sid", metavar="SID", help="The account to verify it for, if not your own."),
    click.option("--callback-url", metavar="URL", help="Address that Twilio is to tell when the call is over."),
    click.option(
        "--callback-port",
        metavar="PORT",
        type=click.IntRange(1, 65535),
        help="Listen on this port of 127.0.0.1 for what Twilio sends to --callback-url.",
    ),
)
_queue_options = all_of(
    click.option(
        "--from",
        "table",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="CSV with the columns number, name, extension, delay, account; needs --queue.",
    ),
    click.option(
        "--queue",
        "file",
        metavar="FILE",
        type=click.Path(path_type=Path),
        help="Where many numbers, their codes and states are kept; the same file goes on where it was.",
    ),
    click.option(
        "--calls-at-once", default=1, show_default=True, type=click.IntRange(1), help="Phones that ring at a time."
    ),
    click.option(
        "--attempts", default=3, show_default=True, type=click.IntRange(1), help="Calls to a number of the queue."
    ),
)


@click.command()
@click.argument("number", required=False)
@_number_options
@click.option(
    "--delay", default=_DELAY, show_default=True, type=click.IntRange(0, 60), help="Seconds until the call."
)
@click.option("--region", metavar="CODE", help="Region of a number without its country, as US.")
@_queue_options
@connection_options
@click.option("--json", "as_json", is_flag=True, help="Print a line of JSON for each change, for scripts.")
def verify(
    number: str | None,
    table: Path | None,
    file: Path | None,
    base_url: str | None,
    delay: int,
    region: str | None,
    calls_at_once: int,
    attempts: int,
    *,
    as_json: bool,
    **one: Any,
) -> int:
    """Verify a number: show its code, wait for the call.

    Twilio calls the number and asks for the code on the screen. A number that is verified already is not called.
    Exits with 0 when the number is verified, 1 when it is not.

    \b
      callerids verify +14155550100 --name "Front desk"
      callerids verify --from numbers.csv --queue numbers.sqlite
      callerids verify --queue numbers.sqlite
    """  # noqa: D301 - click wants the real \b, which keeps a paragraph's lines apart
    if (number is None) == (file is None):
        raise click.UsageError("Give a number, or --queue FILE (with --from for new numbers).")
    if number is None and any(value is not None for value in one.values()):
        raise click.UsageError("With --queue, names, extensions and accounts stand in the file of --from.")
    if number is not None and table is not None:
        raise click.UsageError("Give a number, or --from; not both.")
    with connected(base_url) as client:
        if number is not None:
            return _One(as_json=as_json).run(client, number, base_url, delay=delay, region=region, **one)
        many = {"region": region, "delay": delay, "calls_at_once": calls_at_once, "attempts": attempts}
        return _Many(as_json=as_json).run(client, table, file, **many)


class _One:
    """Shows how one number fares."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._latest: Change | None = None
        self._rings_at = 0.0

    def run(self, client: Client, number: str, base_url: str | None, **what: Any) -> int:
        from callerid_analytics.verification import ensure_verified, preview

        found = preview(number, region=what["region"])
        facts = ", ".join(part for part in (found.region, (found.number_type or "").replace("_", " ")) if part)
        if not self._as_json:
            say(f"{found.number}" + (f" ({facts})" if found.is_valid else ": no such number is known; trying it."))
        port, url = what.pop("callback_port"), what.pop("callback_url")
        try:
            with _receiver(port, url, what["account_sid"], base_url) as receiver:
                caller_id = ensure_verified(
                    client,
                    number,
                    show_code=self._show_code,
                    status_callback=url,
                    receiver=receiver,
                    on_change=self._changed,
                    on_wait=say,
                    clock=_clock,
                    pause=self._wait,
                    **what,
                )
        except (NotVerified, InvalidRequest) as error:
            self._clear()
            say(str(error))
            return FINDINGS
        except KeyboardInterrupt:
            self._clear()
            say(self._how_to_go_on(found.number))
            return FAILED
        self._clear()
        already = self._latest is not None and self._latest.state.value == "already verified"
        name = f" as {printable(caller_id.friendly_name)}" if caller_id.friendly_name else ""
        say(f"{found.number} {'was verified already' if already else 'is verified'}{name}: {caller_id.sid or ''}")
        return DONE

    def _changed(self, change: Change) -> None:
        self._latest = change
        if self._as_json and change.state.value != "requested":
            click.echo(_line(change))

    def _show_code(self, code: str, number: str, seconds: float) -> None:
        self._rings_at = _clock() + seconds
        if self._as_json and self._latest:
            click.echo(_line(self._latest, code=code, seconds_until_call=seconds))
            return
        click.echo(f"\n{in_large(code)}\n\nThe code is {code}.\n")
        say(f"{number} rings in {seconds:.0f} s: pick up and type the code.")

    def _wait(self, event: threading.Event, seconds: float) -> None:
        """Wait, counting down where somebody sees it."""
        end = _clock() + seconds
        while (left := end - _clock()) > 0 and not event.is_set():
            if not self._as_json and sys.stderr.isatty():
                rings_in = self._rings_at - _clock()
                text = f"The phone rings in {rings_in:.0f} s." if rings_in > 0.5 else "Waiting for the outcome."
                click.echo(f"\r\x1b[K{text}", err=True, nl=False)
            _pause(event, min(left, 1.0))

    def _clear(self) -> None:
        if not self._as_json and sys.stderr.isatty():
            click.echo("\r\x1b[K", err=True, nl=False)

    def _how_to_go_on(self, number: str) -> str:
        state = self._latest.state.value if self._latest else "drafted"
        rings = "" if state == "drafted" else " The phone may ring all the same, and the code stays good."
        return (
            f"Interrupted; {number} is {state}.{rings} To go on (no second call is placed while this one may "
            f"last):\n\n  callerids verify {number}\n"
        )


class _Many:
    """Shows how the numbers of a queue fare."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def run(self, client: Client, table: Path | None, file: Path | None, **options: Any) -> int:
        from callerid_analytics.verification import GOOD, VerificationQueue

        if table is None and not (file and file.exists()):
            raise click.UsageError(f"There is no queue {file} yet: give its numbers with --from.")
        with VerificationQueue(
            client, table, file=str(file), on_change=self._changed, clock=_clock, pause=_pause, **options
        ) as self._queue:
            if not self._as_json:
                click.echo(self._queue.call_sheet_text())
            try:
                result = self._queue.run()
            except KeyboardInterrupt:
                say(f"Interrupted. All that is known is kept; to go on:\n\n  {_command(file)}\n")
                return FAILED
        good = result["status"].isin([state.value for state in GOOD])
        if not self._as_json and not good.all():
            click.echo()
            show(result[~good].fillna({"error": ""}), _RESULT, format_="table")
        say(f"{counted(int(good.sum()), 'number')} verified, {int((~good).sum()):,} not.")
        return DONE if good.all() else FINDINGS

    def _changed(self, change: Change) -> None:
        name, code = _name_and_code(self._queue, change) if change.state.value == "requested" else (None, None)
        if self._as_json:
            click.echo(_line(change, **({"code": code} if code else {})))
        else:
            click.echo(row(_SHEET, change.number, name, code, change.state.value, change.reason))


def _name_and_code(queue: VerificationQueue, change: Change) -> tuple[str | None, str | None]:
    sheet = queue.call_sheet().astype(object)
    found = sheet[sheet["number"].eq(change.number) & sheet["account_sid"].eq(change.account_sid)]
    name, code = found[["name", "code"]].where(found[["name", "code"]].notna(), None).iloc[0]
    return name, code


def _receiver(
    port: int | None, url: str | None, account_sid: str | None, base_url: str | None
) -> AbstractContextManager[CallbackReceiver | None]:
    """Return what listens for callbacks, or nothing where nobody asked for it or nothing could be believed."""
    from callerid_analytics.callbacks import CallbackReceiver, tokens_of
    from callerid_analytics.settings import Settings

    if port is None:
        return nullcontext()
    if url is None:
        raise click.UsageError("--callback-port listens for what is sent to --callback-url: give both.")
    tokens = tokens_of(Settings.from_env(base_url=base_url))
    if account_sid is not None and account_sid not in tokens:
        say(
            "A sub-account signs its callbacks with its own token, presumably, and that is not here: the outcome "
            "is found by looking at the list."
        )
        return nullcontext()
    return CallbackReceiver(tokens, port=port, public_url=url)


def _line(change: Change, **more: Any) -> str:
    known = {
        "event": change.state.value,
        "at": datetime.fromtimestamp(change.at).astimezone().isoformat(),
        "number": change.number,
        "account_sid": change.account_sid,
        "call_sid": change.call_sid,
        "caller_id_sid": change.caller_id_sid,
        "reason": change.reason,
    }
    return json.dumps(known | more, ensure_ascii=False)


def _command(file: Path | None) -> str:
    return f"callerids verify --queue {shlex.quote(str(file))}"
