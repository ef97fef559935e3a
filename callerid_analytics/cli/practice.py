"""``callerids demo`` and ``callerids sandbox``: an account to practise on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from callerid_analytics.cli.exit_codes import DONE
from callerid_analytics.cli.options import playing_options, port_option, practice_options

if TYPE_CHECKING:
    from callerid_analytics.sandbox import Sandbox


@click.command()
@practice_options
@click.option(
    "--output",
    default="demo-output",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder to write to; it is made if it is not there.",
)
def demo(numbers: int, accounts: int, seed: int, output: Path) -> int:
    """Load a practice account; write a CSV and a picture.

    Always uses a sandbox on this machine, whatever credentials are set: nothing real is read or changed.
    """
    from callerid_analytics import exports, plots, summary
    from callerid_analytics.client import Client
    from callerid_analytics.loading import load
    from callerid_analytics.sandbox import Sandbox

    output.mkdir(parents=True, exist_ok=True)
    table, picture = output / "caller_ids.csv", output / "overview.png"
    with (
        Sandbox(numbers=numbers, accounts=accounts, seed=seed) as sandbox,
        Client(sandbox.account_sid, sandbox.auth_token, base_url=sandbox.url) as client,
    ):
        frame = load(client, accounts="all")
    click.echo("A practice account, read over HTTP from a sandbox on this machine:\n")
    click.echo(summary.as_text(summary.summarize(frame)))
    exports.write(frame, table)
    plots.save_overview(frame, picture)
    click.echo(f"\nWritten:\n  {table}  every row, with parsed dates, countries and validity")
    click.echo(f"  {picture}    where the numbers are, and since when")
    click.echo(
        "\nNext:\n"
        "  make lab                       opens the notebooks; the first is 01_explore.ipynb\n"
        "  callerids sandbox              keeps such an account running, to practise on\n"
        "  callerids list --all-accounts  shows your own account, once TWILIO_ACCOUNT_SID and\n"
        "                                 TWILIO_AUTH_TOKEN are set"
    )
    return DONE


@click.command()
@practice_options
@port_option
@click.option(
    "--db",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File to keep the account in; one that is there is continued, not filled again.",
)
@playing_options
@click.option("--json", "as_json", is_flag=True, help="Print one line of JSON, for scripts.")
def sandbox(*, answers: tuple[str, ...], clock_speed: float, as_json: bool, **options: Any) -> int:
    """Run a local Twilio to practise on, until interrupted.

    It listens on this machine only. All that it prints is made up, its token too: no secret of yours is involved.
    """
    from callerid_analytics.sandbox import Clock, Sandbox  # late: --help needs no web server

    try:
        server = Sandbox(answer=_by_pattern(answers), clock=Clock(clock_speed), **options)
        server.serve(announce=lambda: click.echo(_as_json(server) if as_json else _as_text(server)))
    except ValueError as error:  # no such behaviour, or a file of something else
        raise click.UsageError(str(error)) from error
    return DONE


def _by_pattern(answers: tuple[str, ...]) -> dict[str, str]:
    parts = (answer.rpartition("=") for answer in answers)
    return {pattern or "*": behaviour for pattern, _, behaviour in parts}


def _as_json(server: Sandbox) -> str:
    who = {"url": server.url, "account_sid": server.account_sid, "auth_token": server.auth_token}
    return json.dumps(who | {"accounts": server.accounts})


def _as_text(server: Sandbox) -> str:
    exports = "\n".join(f"  export {name}={value}" for name, value in server.environ.items())
    return (
        f"A practice account is served at {server.url} until you press Ctrl-C.\n"
        f"To work on it, type in another terminal:\n\n{exports}\n\n  callerids list --all-accounts\n\n"
        f"Its phone rings at {server.url}/sandbox/, a page for your browser."
    )
