"""``callerids accounts``, ``list`` and ``export``: commands that read an account and change nothing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from callerid_analytics.cli import rows
from callerid_analytics.cli.exit_codes import DONE, FAILED
from callerid_analytics.cli.options import connection_options, row_options
from callerid_analytics.cli.terminal import day, print_table, row, say
from callerid_analytics.errors import PartialLoadError
from callerid_analytics.wording import counted

if TYPE_CHECKING:
    from callerid_analytics.client import Client
    from callerid_analytics.exports import Format

_ACCOUNTS = (34, 9, 5, 64)  # columns of the terminal
_LIST = (16, 36, 10, 10, 34, 34)


@click.command()
@connection_options
@click.option(
    "--status", type=click.Choice(["active", "suspended", "closed"]), help="Only accounts that are this."
)
def accounts(base_url: str | None, status: str | None) -> int:
    """Say who you are and which sub-accounts there are.

    A line for each account: its SID, status, type and name. You are the one that TWILIO_ACCOUNT_SID names.
    """
    with rows.connected(base_url) as client:
        lines = (
            row(_ACCOUNTS, account.sid, account.status, account.type, account.friendly_name)
            + ("  (you)" if account.sid == client.account_sid else "")
            for account in client.iter_accounts(status=status)
        )
        print_table(row(_ACCOUNTS, "ACCOUNT", "STATUS", "TYPE", "NAME"), lines)
    return DONE


@click.command(name="list")
@connection_options
@row_options
def list_(
    base_url: str | None,
    account_sids: tuple[str, ...],
    phone_number: str | None,
    friendly_name: str | None,
    *,
    all_accounts: bool,
) -> int:
    """Show caller IDs as a table, page by page as they arrive.

    The account is the one that TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN name. Filters are exact; for a part of a
    name, pipe the table through grep.
    """
    rows.refuse_both(account_sids, all_accounts=all_accounts)
    with rows.connected(base_url) as client:
        read_from = _accounts(client, account_sids, all_accounts=all_accounts)
        found = (
            caller_id
            for sid in read_from
            for caller_id in client.iter_caller_ids(
                phone_number=phone_number, friendly_name=friendly_name, account_sid=sid
            )
        )
        lines = (
            row(
                _LIST,
                it.phone_number,
                it.friendly_name,
                day(it.date_created),
                day(it.date_updated),
                it.sid,
                it.account_sid,
            )
            for it in found
        )
        count = print_table(row(_LIST, "NUMBER", "NAME", "CREATED", "UPDATED", "SID", "ACCOUNT"), lines)
    say(f"{counted(count, 'caller ID')} in {counted(len(read_from), 'account')}.")
    return DONE


@click.command()
@click.argument("file")
@connection_options
@row_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["csv", "parquet", "jsonl"]),
    help="Instead of what the file's ending says; for `-` it is CSV unless this says otherwise.",
)
@click.option(
    "--partial", is_flag=True, help="Write what could be read even if an account could not; still exit 3."
)
def export(
    file: str,
    base_url: str | None,
    account_sids: tuple[str, ...],
    phone_number: str | None,
    friendly_name: str | None,
    format_: Format | None,
    *,
    all_accounts: bool,
    partial: bool,
) -> int:
    """Write caller IDs to a CSV, Parquet or JSON Lines file.

    FILE ends in .csv, .parquet or .jsonl, or is `-` for standard output. The file is written whole or not at
    all; one that was there before is replaced in one step.

    The account is the one that TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN name.
    """
    from callerid_analytics import exports

    # Asked now, so that a wrong ending is said before an hour of reading and not after it.
    format_ = format_ or ("csv" if file == "-" else exports.format_of(file))
    code = DONE
    try:
        frame = rows.read(None, base_url, account_sids, phone_number, friendly_name, all_accounts=all_accounts)
    except PartialLoadError as error:
        rows.say_failures(error.report)
        if not partial:
            count = len(error.frame)
            say(
                "Nothing was written."
                + (f" Add --partial to write the {count:,} rows that were read." if count else "")
            )
            return FAILED
        frame, code = error.frame, FAILED
    exports.write(frame, sys.stdout.buffer if file == "-" else file, format=format_)
    say(f"{counted(len(frame), 'caller ID')} written to {'standard output' if file == '-' else file}.")
    return code


def _accounts(client: Client, account_sids: tuple[str, ...], *, all_accounts: bool) -> list[str]:
    if all_accounts:
        return [account.sid for account in client.iter_accounts(status="active") if account.sid]
    return list(dict.fromkeys(account_sids)) or [client.account_sid]
