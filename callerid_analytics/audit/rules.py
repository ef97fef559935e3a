"""The rules of the audit, as data: what each looks for, what that means and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

import pandas as pd

from callerid_analytics import frames
from callerid_analytics.audit import (
    accounts,
    ages,
    custom,
    exemptions,
    names,
    numbers,
    numbers_in_names,
    personal,
    places,
    repetition,
    scripts,
)
from callerid_analytics.audit.estate import Estate, Found
from callerid_analytics.audit.policy import CustomRule, Policy, Severity
from callerid_analytics.errors import PolicyError


@dataclass(frozen=True)
class Rule:
    """A rule of the audit.

    Attributes
    ----------
    id : str
        What a policy calls it.
    severity : {"high", "medium", "low", "info"}
        Unless the policy says otherwise.
    title : str
        One line.
    meaning : str
        What a finding says, and why it matters.
    advice : str
        What to do about findings.
    find : callable
        Finds them in a whole estate.
    """

    id: str
    severity: Severity
    title: str
    meaning: str
    advice: str
    find: Callable[[Estate], Found]


RULES: tuple[Rule, ...] = (
    Rule(
        "account-not-read", "high", "Account could not be read",
        "The load report says that an account failed: the audit is incomplete.",
        "Load it again.", accounts.not_read,
    ),
    Rule(
        "account-not-active", "medium", "Account is suspended or closed",
        "It cannot call; its caller IDs come back with it when it is activated.",
        "Decide whether it is still needed.", accounts.not_active,
    ),
    Rule(
        "missing-sid", "high", "No SID",
        "Without its SID a caller ID can be neither renamed nor deleted.",
        "Load it again.", accounts.missing_sid,
    ),
    Rule(
        "duplicate-sid", "high", "SID in several rows",
        "Twilio gives each SID once: the rows are from several loads, or were copied.",
        "Keep the one that was read last.", accounts.duplicate_sid,
    ),
    Rule(
        "missing-number", "high", "No number",
        "There is nothing to show to people who are called.",
        "Delete it.", numbers.missing,
    ),
    Rule(
        "impossible-number", "high", "No phone number",
        "It cannot be read as a number, or no country has its calling code: nobody can be called back there.",
        "Verify the right number and delete this one.", numbers.impossible,
    ),
    Rule(
        "wrong-length", "high", "Number of a wrong length",
        "Its country has no numbers of that length: a digit was lost or added, or two numbers ran together.",
        "Verify the right number and delete this one.", numbers.wrong_length,
    ),
    Rule(
        "unassigned-number", "medium", "Number in an unassigned range",
        "Its length is right, but its country has given nobody such numbers, as far as libphonenumber knows: a "
        "range may be newer than its data.",
        "Call it; if nobody can be reached, delete it.", numbers.unassigned,
    ),
    Rule(
        "trunk-prefix-kept", "high", "Trunk zero kept after the country code",
        "The 0 of 020, or another prefix dialled only inside the country, stands in the number: +44 020. Some "
        "networks drop it, others cannot call back.",
        "Verify the number without it and delete this one.", numbers.trunk_prefix_kept,
    ),
    Rule(
        "not-e164", "medium", "Number not written as E.164",
        "It has punctuation, or no +: two ways of writing make one number two.",
        "Verify it as it should be written and delete this one.", numbers.not_e164,
    ),
    Rule(
        "premium-rate-number", "high", "Premium-rate number",
        "Whoever calls back pays extra; regulators forbid to show such numbers, and networks block them.",
        "Show another number.", numbers.of_type("premium_rate"),
    ),
    Rule(
        "shared-cost-number", "medium", "Shared-cost number",
        "Whoever calls back pays a part that they cannot foresee; some countries forbid to show such numbers.",
        "Show another number.", numbers.of_type("shared_cost"),
    ),
    Rule(
        "personal-number", "medium", "Personal number",
        "Follow-me numbers, such as +44 70, can cost as much as premium-rate ones to call, and are often blocked.",
        "Show another number.", numbers.of_type("personal_number"),
    ),
    Rule(
        "unanswered-number", "medium", "Pager or voicemail",
        "Nobody can answer there when somebody calls back.",
        "Show another number.", numbers.of_type("pager", "voicemail"),
    ),
    Rule(
        "toll-free-number", "info", "Toll-free number",
        "It is fit to be shown, but cannot be called back from abroad, and you pay for who does.",
        "Nothing, unless you call abroad with it.",
        numbers.of_type("toll_free", suggestion="Show another number where you call abroad."),
    ),
    Rule(
        "empty-name", "low", "No name",
        "The name is missing, empty, or has nothing that can be seen.",
        "Give it a name that says whose it is.", names.empty,
    ),
    Rule(
        "never-named", "low", "Never named",
        "The name is Twilio's default one, the number itself: it does not say whose number it is.",
        "Name it, or delete it if nobody knows it.", names.never_named,
    ),
    Rule(
        "white-space", "low", "Stray white space in the name",
        "Spaces at the start or the end, doubled ones, tabs, line breaks or other odd spaces: the name sorts "
        "elsewhere, and is not found.",
        "Clean the names.", names.white_space,
    ),
    Rule(
        "hidden-character", "medium", "Hidden character in the name",
        "Control characters, and others that take no room, make two names that look the same differ.",
        "Type the name anew.", names.hidden_characters,
    ),
    Rule(
        "bidirectional-control", "high", "Name with bidirectional controls",
        "Such characters turn around what is shown: the name may not say what it seems to.",
        "Type the name anew, and ask who wrote it.", names.bidirectional,
    ),
    Rule(
        "mixed-scripts", "high", "Look-alike letters in the name",
        "A word mixes letters of scripts that look alike, such as Latin and Cyrillic: it is not found when it is "
        "searched for, and may pretend to be another.",
        "Type the name anew, and ask who wrote it.", scripts.mixed,
    ),
    Rule(
        "name-too-long", "medium", "Name over 64 characters",
        "Twilio takes 64 at most: the caller ID cannot be saved with this name again.",
        "Shorten it.", names.too_long,
    ),
    Rule(
        "other-number-in-name", "medium", "Name holds another number",
        "The name holds a phone number that is not the caller ID's own: one of them is wrong, or out of date.",
        "Find out which number it is, and rename it.", numbers_in_names.other_number,
    ),
    Rule(
        "other-country-in-name", "low", "Name names another country",
        "The name names a country, and the number belongs to another.",
        "Find out where its people are.", places.other_country,
    ),
    Rule(
        "e-mail-in-name", "medium", "E-mail address in the name",
        "Everyone who may see the account, or this audit, sees it.",
        "Name what the number is for.", personal.e_mail,
    ),
    Rule(
        "personal-data-in-name", "high", "Personal data in the name",
        "The name holds what looks like a social security, card or bank account number, or a date of birth.",
        "Rename it, and ask who put it there.", personal.identifying,
    ),
    Rule(
        "number-named-differently", "medium", "Same number under different names",
        "Several caller IDs, in one account or in several, have the same number and call it differently.",
        "Agree on one name, or keep only one of them.", repetition.named_differently,
    ),
    Rule(
        "number-repeated", "low", "Same number more than once",
        "Several caller IDs, in one account or in several, have the same number under the same name.",
        "Keep one, unless each account needs it.", repetition.named_alike,
    ),
    Rule(
        "same-name", "low", "Same name on several numbers",
        "The name does not tell which number is meant.",
        "Say in each name what tells them apart.", repetition.same_name,
    ),
    Rule(
        "similar-name", "info", "Nearly the same name on several numbers",
        "The names differ by as little as a typing error does.",
        "If they mean the same, write them alike.", repetition.similar_name,
    ),
    Rule(
        "stale", "low", "Created long ago, never touched",
        "It was verified years ago and has not been changed since: perhaps nobody knows it any more.",
        "Ask its owner whether it is still needed.", ages.stale,
    ),
    Rule(
        "burst", "medium", "Created in a burst",
        "One account got many caller IDs within minutes, though each takes a call that somebody answers.",
        "Ask who made them, and whether by script.", ages.burst,
    ),
    Rule(
        "missing-date", "low", "No date",
        "The date of its creation or of its last change is missing, or could not be read.",
        "Load it again.", ages.missing,
    ),
    Rule(
        "impossible-date", "medium", "Date that cannot be",
        "A date is in the future, from before Twilio began in 2008, or the last change comes before the creation.",
        "Find out where the date is from.", ages.impossible,
    ),
    Rule(
        "exemption-ended", "info", "Exemption has ended",
        "The policy exempts a caller ID until a day that is over; what it exempted is a finding again.",
        "Renew it, or take it out of the policy.", exemptions.ended,
    ),
    Rule(
        "exemption-unused", "info", "Exemption exempts nothing",
        "The policy exempts a caller ID that is not there, or has no such finding.",
        "Take it out of the policy.", exemptions.unused,
    ),
)  # fmt: skip
"""In the order in which they are evaluated; that about unused exemptions comes last."""


def rules_for(policy: Policy) -> list[Rule]:
    """Return the rules of a policy, its own first, without the silenced ones and with its severities.

    Raises
    ------
    PolicyError
        It names a rule that there is not, or calls one of its own as a rule of the audit is called.
    """
    check_ids(policy)
    rules = [*map(_own, policy.rules), *RULES]
    return [
        replace(rule, severity=cast("Severity", policy.severities.get(rule.id, rule.severity)))
        for rule in rules
        if rule.id not in policy.silence
    ]


def rules_table(policy: Policy | None = None) -> pd.DataFrame:
    """Return what the rules look for, as a table.

    Parameters
    ----------
    policy : Policy, optional
        Adds its own rules, leaves out those that it silences and uses its severities.

    Returns
    -------
    pandas.DataFrame
        Of text: ``id``, ``severity``, ``title``, ``meaning`` and ``advice``, one row per rule.

    Raises
    ------
    PolicyError
        The policy names a rule that there is not.

    Examples
    --------
    >>> rules_table().set_index("id").loc["never-named", "title"]
    'Never named'
    """
    columns = ["id", "severity", "title", "meaning", "advice"]
    rules = [[getattr(rule, column) for column in columns] for rule in rules_for(policy or Policy())]
    return pd.DataFrame(rules, columns=columns, dtype=frames.TEXT)


def check_ids(policy: Policy) -> None:
    """Raise an error when a policy names a rule that there is not.

    Raises
    ------
    PolicyError
        With the name of the rule and its key.
    """
    built_in = {rule.id for rule in RULES}
    own = {rule.id for rule in policy.rules}
    if taken := sorted(built_in & own):
        raise PolicyError(f"rules has the id {taken[0]!r}, which a rule of the audit has; choose another.")
    named = {
        "silence": policy.silence,
        "severities": policy.severities,
        "exemptions.rule": [exemption.rule for exemption in policy.exemptions if exemption.rule is not None],
    }
    for key, ids in named.items():
        for rule in ids:
            if rule not in built_in | own:
                raise PolicyError(
                    f"{key} names {rule!r}, and there is no such rule; audit.rules_table() lists them."
                )


def _own(rule: CustomRule) -> Rule:
    return Rule(
        id=rule.id,
        severity=rule.severity,
        title=rule.title,
        meaning="A rule of the policy.",
        advice=rule.suggestion,
        find=partial(custom.breaking, rule=rule),
    )
