"""What an audit of yours wants: rules of your own, other severities, thresholds, exemptions.

A policy is a small TOML file, read by `callerid_analytics.audit.load_policy`, or made of these records in Python.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from callerid_analytics import parameters
from callerid_analytics.errors import PolicyError

Severity = Literal["high", "medium", "low", "info"]
SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "info")

_AtLeastOne = Annotated[int, msgspec.Meta(ge=1)]
_NotEmpty = Annotated[str, msgspec.Meta(min_length=1)]
_RuleId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class Thresholds(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From where on something is worth a finding.

    Attributes
    ----------
    stale_years : int, default 5
        Age from which a caller ID that was never touched is stale.
    burst_count, burst_minutes : int, default 10 and 10
        So many caller IDs of one account, created within so many minutes, are a burst.
    similar_score : float, default 0.85
        How alike two names must be, from 0 to 1, to be called similar.
    """

    stale_years: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 5
    burst_count: Annotated[int, msgspec.Meta(ge=2)] = 10
    burst_minutes: Annotated[int, msgspec.Meta(ge=1, le=525_600)] = 10
    similar_score: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.85


class CustomRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule of your own: a row that breaks any of its conditions is a finding.

    Attributes
    ----------
    id : str
        Small letters, digits and hyphens.
    title : str
        One line.
    severity : {"high", "medium", "low", "info"}, default "medium"
    suggestion : str, optional
        What to do about a row.
    accounts : tuple of str, optional
        Only rows of these accounts are looked at.
    name_must_match, name_must_not_match : str, optional
        Regular expressions of Python's `re`, searched for in the name; a missing name counts as empty.
    regions_allowed, regions_not_allowed : tuple of str, optional
        ISO 3166-1 alpha-2 codes, and ``001``. A number without a region breaks neither.
    types_allowed, types_not_allowed : tuple of str, optional
        As in the column ``number_type``. A number without a type breaks neither.
    """

    id: _RuleId
    title: _NotEmpty
    severity: Severity = "medium"
    suggestion: str = "Change it, or exempt it in the policy."
    accounts: tuple[str, ...] = ()
    name_must_match: str | None = None
    name_must_not_match: str | None = None
    regions_allowed: tuple[str, ...] = ()
    regions_not_allowed: tuple[str, ...] = ()
    types_allowed: tuple[str, ...] = ()
    types_not_allowed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be evaluated."""
        for sid in self.accounts:
            parameters.sid(sid, "AC")
        for key in ("name_must_match", "name_must_not_match"):
            _check_pattern(key, getattr(self, key))
        for key in ("regions_allowed", "regions_not_allowed"):
            _check_all(key, getattr(self, key), r"[A-Z]{2}|001", "two capital letters such as 'GB', or '001'")
        for key in ("types_allowed", "types_not_allowed"):
            _check_all(key, getattr(self, key), "|".join(NUMBER_TYPES), f"one of {', '.join(NUMBER_TYPES)}")
        if not any(getattr(self, key) for key in CONDITIONS):
            raise PolicyError(f"The rule {self.id!r} has no condition; give it one of {', '.join(CONDITIONS)}.")


class Exemption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One caller ID that a rule, or every rule, leaves alone until a day.

    Attributes
    ----------
    sid : str
        ``PN…``.
    reason : str
        Why, for those who read the policy later.
    until : datetime.date
        The last day on which it holds.
    rule : str, optional
        Every rule, where it is left out.
    """

    sid: str
    reason: _NotEmpty
    until: date
    rule: str | None = None

    def __post_init__(self) -> None:
        """Refuse a SID that no caller ID can have."""
        parameters.sid(self.sid, "PN")


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy of the audit; the default one changes nothing.

    Attributes
    ----------
    silence : tuple of str
        Rules that are not evaluated.
    severities : dict of str to str
        Other severities for rules.
    thresholds : Thresholds
    rules : tuple of CustomRule
    exemptions : tuple of Exemption
    """

    silence: tuple[str, ...] = ()
    severities: dict[str, str] = {}
    thresholds: Thresholds = Thresholds()
    rules: tuple[CustomRule, ...] = ()
    exemptions: tuple[Exemption, ...] = ()

    def __post_init__(self) -> None:
        """Refuse severities that there are not, and two rules of one name."""
        for rule, severity in self.severities.items():
            if severity not in SEVERITIES:
                raise PolicyError(f"severities.{rule} is {severity!r}: it must be one of {', '.join(SEVERITIES)}.")
        ids = [rule.id for rule in self.rules]
        if twice := sorted({name for name in ids if ids.count(name) > 1}):
            raise PolicyError(f"There is more than one rule with the id {twice[0]!r}; give them different ones.")


def policy_as_dict(policy: Policy | None) -> dict[str, Any]:
    """Return a policy, or the default one, as what JSON can hold: for a record of what an audit went by.

    Examples
    --------
    >>> policy_as_dict(None)["thresholds"]["stale_years"]
    5
    """
    record: dict[str, Any] = msgspec.to_builtins(policy or Policy())
    return record


CONDITIONS = (
    "name_must_match", "name_must_not_match", "regions_allowed", "regions_not_allowed", "types_allowed",
    "types_not_allowed",
)  # fmt: skip
NUMBER_TYPES = (
    "fixed_line", "mobile", "fixed_line_or_mobile", "toll_free", "premium_rate", "shared_cost", "voip",
    "personal_number", "pager", "uan", "voicemail", "unknown",
)  # fmt: skip


def _check_pattern(key: str, pattern: str | None) -> None:
    try:
        re.compile(pattern or "")
    except re.error as error:
        raise PolicyError(f"{key} is {pattern!r}, which is no regular expression: {error}.") from error


def _check_all(key: str, values: tuple[str, ...], pattern: str, expected: str) -> None:
    for value in values:
        if not re.fullmatch(pattern, value):
            raise PolicyError(f"{key} holds {value!r}: it must be {expected}.")
