r"""Rename rules and recipes: names to names, and nothing else happens.

A rule is a value, such as ``ChangeCase(to="title")``, that says what it is for in ``rule.reason``. A `Recipe` is
rules in order. It is kept as JSON, in which ``"rule"`` is the rule's name and the other members are its fields::

    {
      "rules": [
        {"rule": "collapse-spaces"},
        {"rule": "replace-pattern", "pattern": "\\bACME\\b", "new": "Acme"},
        {"rule": "change-case", "to": "title", "keep": ["IBM"]}
      ]
    }

=====================  ==================  ===========================================================  ===========
``"rule"``             class               what it does                                                 idempotent?
=====================  ==================  ===========================================================  ===========
``repair-mojibake``    `RepairMojibake`    text that was read in the wrong encoding                     yes
``remove-invisible``   `RemoveInvisible`   control characters, directional marks, zero-width spaces go  yes
``collapse-spaces``    `CollapseSpaces`    white space at the ends goes, runs of it become one space    yes
``normalize-unicode``  `NormalizeUnicode`  NFC, or the ``form`` "NFKC"                                  yes
``change-case``        `ChangeCase`        ``to`` upper, lower, sentence or title, but ``keep`` words   yes
``replace-text``       `ReplaceText`       ``old`` by ``new``; ``case`` false ignores case              no
``replace-pattern``    `ReplacePattern`    the same for a regular expression, the ``pattern``           no
``add-prefix``         `AddPrefix`         ``text`` before each name that does not begin with it        yes
``add-suffix``         `AddSuffix`         ``text`` after each name that does not end with it           yes
``use-template``       `UseTemplate`       names from columns: ``template`` "{region} {friendly_name}"   no
``fill-missing``       `FillMissing`       a name for rows without: the number, or a ``template``       yes
``reset-to-number``    `ResetToNumber`     Twilio's default name, the formatted number                  yes
``look-up``            `LookUp`            ``names`` of another list, by ``key``: SID, number, old name no
``merge-names``        `MergeNames`        ``names``: from each spelling to the chosen one              yes
``number-duplicates``  `NumberDuplicates`  equal names in an account get " (2)", " (3)"                 yes
``shorten``            `Shorten`           at most ``length`` characters, with an ``ellipsis``          yes
=====================  ==================  ===========================================================  ===========

An idempotent rule leaves its own result as it is, whatever the names. `rules_table` has all of this as data.
`plans.plan_renames` turns a recipe into a plan to look at; `standard` is the recipe that suits any account.
"""

from callerid_analytics.cleaning.cases import ChangeCase
from callerid_analytics.cleaning.characters import (
    CollapseSpaces,
    NormalizeUnicode,
    RemoveInvisible,
    RepairMojibake,
)
from callerid_analytics.cleaning.duplicates import NumberDuplicates
from callerid_analytics.cleaning.lengths import Shorten
from callerid_analytics.cleaning.lookups import LookUp, MergeNames
from callerid_analytics.cleaning.recipes import RULES, Recipe, rules_table, standard
from callerid_analytics.cleaning.rules import Rule
from callerid_analytics.cleaning.templates import FillMissing, ResetToNumber, UseTemplate
from callerid_analytics.cleaning.wording import AddPrefix, AddSuffix, ReplacePattern, ReplaceText

__all__ = [
    "RULES",
    "AddPrefix",
    "AddSuffix",
    "ChangeCase",
    "CollapseSpaces",
    "FillMissing",
    "LookUp",
    "MergeNames",
    "NormalizeUnicode",
    "NumberDuplicates",
    "Recipe",
    "RemoveInvisible",
    "RepairMojibake",
    "ReplacePattern",
    "ReplaceText",
    "ResetToNumber",
    "Rule",
    "Shorten",
    "UseTemplate",
    "rules_table",
    "standard",
]
