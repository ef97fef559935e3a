"""Options that several commands share, so that they are spelled the same everywhere."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

_Command = Callable[..., Any]


def all_of(*options: Callable[[_Command], _Command]) -> Callable[[_Command], _Command]:
    """Return a decorator that adds the options in the order in which the help shows them."""
    return lambda command: functools.reduce(
        lambda decorated, option: option(decorated), reversed(options), command
    )


connection_options = all_of(
    click.option(
        "--base-url",
        metavar="URL",
        help="Another host than Twilio's, such as a sandbox's; instead of CALLERIDS_BASE_URL.",
    ),
)

row_options = all_of(
    click.option(
        "--account",
        "account_sids",
        multiple=True,
        metavar="SID",
        help="This account instead of your own; repeat it for several.",
    ),
    click.option("--all-accounts", is_flag=True, help="Your account and all its active sub-accounts."),
    click.option("--phone-number", metavar="NUMBER", help="Only rows with exactly this number."),
    click.option("--friendly-name", metavar="NAME", help="Only rows with exactly this name."),
)

port_option = click.option(
    "--port",
    default=0,
    type=click.IntRange(0, 65535),
    help="Port on 127.0.0.1; 0, the default, picks a free one.",
)

playing_options = all_of(
    click.option(
        "--answer",
        "answers",
        multiple=True,
        metavar="[PATTERN=]BEHAVIOUR",
        help="What becomes of verification calls: manual (the default), correct, wrong, no-answer or busy; "
        "repeat it for patterns of numbers, as in '+1415*=busy'.",
    ),
    click.option(
        "--clock-speed",
        default=1.0,
        show_default=True,
        type=click.FloatRange(0),
        metavar="N",
        help="Let time pass N times as fast; 0 stops it, to be advanced by hand.",
    ),
    click.option("--allow-callbacks-anywhere", is_flag=True, help="Send status callbacks to other machines too."),
    click.option("--strict", is_flag=True, help="Refuse a PageSize above 1000 and a Page without its PageToken."),
    click.option("--trial", is_flag=True, help="Make the accounts trial accounts, with their limits."),
)

practice_options = all_of(
    click.option("--numbers", default=2500, show_default=True, type=click.IntRange(0), help="Caller IDs in all."),
    click.option(
        "--accounts",
        default=3,
        show_default=True,
        type=click.IntRange(1),
        help="Accounts: one main account, and the others its sub-accounts.",
    ),
    click.option("--seed", default=7, show_default=True, help="The same seed makes the same data everywhere."),
)
