"""The command ``callerids``: arguments in, exit code out.

Data goes to standard output, everything else to standard error. Exit codes, the same for every command:

== ================================================
0  done, or yes
1  findings, differences, or not verified
2  wrong use, or missing credentials
3  the job failed, or what it did is incomplete
== ================================================

Whatever needs pandas, matplotlib or the sandbox is imported by the command that needs it, so that ``--help`` and
the sandbox's process start at once.
"""

from __future__ import annotations

import sys
import warnings
from typing import Any, NoReturn

import click

from callerid_analytics.cli.auditing import audit
from callerid_analytics.cli.comparing import diff, snapshot
from callerid_analytics.cli.deleting import delete
from callerid_analytics.cli.exit_codes import DONE, FAILED, WRONG_USE
from callerid_analytics.cli.finding import duplicates
from callerid_analytics.cli.practice import demo, sandbox
from callerid_analytics.cli.reading import accounts, export, list_
from callerid_analytics.cli.renaming import rename
from callerid_analytics.cli.serving import app, notebook
from callerid_analytics.cli.terminal import say
from callerid_analytics.cli.verifying import verify
from callerid_analytics.errors import CallerIdError, ConfigurationError, InvalidParameter


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="callerid-analytics", prog_name="callerids")
def commands() -> None:
    """Look after a Twilio account's verified outgoing caller IDs.

    Start with a practice account that needs no credentials:

    \b
      callerids demo

    Your own account is the one that the environment names:

    \b
      export TWILIO_ACCOUNT_SID=AC…  TWILIO_AUTH_TOKEN=…
      callerids accounts
      callerids list --all-accounts
      callerids export caller_ids.csv --all-accounts
      callerids duplicates --all-accounts
      callerids rename plan names.csv --all-accounts

    Exit codes: 0 done, 1 findings or differences, 2 wrong use or missing credentials, 3 failed or incomplete.
    """  # noqa: D301 - click wants the real \b, which keeps a paragraph's lines apart


for command in (
    *(demo, sandbox, app, notebook, accounts, list_, export, duplicates, rename, delete, audit, snapshot, diff),
    verify,
):
    commands.add_command(command)


def main() -> NoReturn:
    """Run the command with the process's arguments and end with its exit code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command and return its exit code; whatever fails becomes one sentence on standard error."""
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            return int(commands.main(arguments, prog_name="callerids", standalone_mode=False) or DONE)
        except click.ClickException as error:
            error.show()
            return WRONG_USE
        except (KeyboardInterrupt, click.Abort):
            say("Interrupted before the end.")
            return FAILED
        except SystemExit:
            return DONE  # click's way to say that the reader, such as `head`, has seen enough
        except (CallerIdError, OSError) as error:
            say(f"Error: {error}")
            return WRONG_USE if isinstance(error, ConfigurationError | InvalidParameter) else FAILED


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    say(f"Warning: {message}")
