"""Plans: tables of what would be changed, to be looked at, edited, saved and loaded before anything is sent.

A plan is an ordinary DataFrame with one row per change. Nothing here sends anything or needs a client.

A *plan of renames* has the columns of `RENAME_COLUMNS`:

=================  ========  ==========================================================================
column             dtype     meaning
=================  ========  ==========================================================================
``sid``            text      PN… of the caller ID
``account_sid``    category  AC… of its account
``phone_number``   text      its number, for people
``old_name``       text      the name when the plan was made; missing where there was none
``new_name``       text      the name that it would get; never missing
``rules``          text      the rules that changed it, joined by ``", "``
``problem``        text      why the row is not sent, joined by ``"; "``; missing where nothing is wrong
=================  ========  ==========================================================================

A *plan of deletions* has those of `DELETION_COLUMNS`, with ``reason`` in place of ``new_name`` and ``rules``.

The problems, of which apply can be told to accept those in `ACCEPTABLE` and never another:

=============================  =========  =========================================================================
problem                        accepted?  what it says
=============================  =========  =========================================================================
``no sid``                     no         ``sid`` or ``account_sid`` is missing: nothing to address
``empty``                      no         the new name is empty or white space
``over 64 characters``         no         more than Twilio takes
``not text that can be sent``  no         control characters that XML, in which Twilio answers too, cannot hold
``collision``                  yes        another number of the account has or gets the same name
``cycle``                      yes        names change places: A gets B's old name and B gets A's, or a longer ring
=============================  =========  =========================================================================
"""

from callerid_analytics.plans.contract import (
    ACCEPTABLE,
    COLLISION,
    CYCLE,
    DELETION_COLUMNS,
    EMPTY,
    NO_SID,
    PROBLEMS,
    RENAME_COLUMNS,
    TOO_LONG,
    UNSENDABLE,
    check,
    kind,
    sendable,
)
from callerid_analytics.plans.making import Only, plan_deletions, plan_one, plan_renames
from callerid_analytics.plans.problems import recheck
from callerid_analytics.plans.storing import load_plan, save_plan

__all__ = [
    "ACCEPTABLE",
    "COLLISION",
    "CYCLE",
    "DELETION_COLUMNS",
    "EMPTY",
    "NO_SID",
    "PROBLEMS",
    "RENAME_COLUMNS",
    "TOO_LONG",
    "UNSENDABLE",
    "Only",
    "check",
    "kind",
    "load_plan",
    "plan_deletions",
    "plan_one",
    "plan_renames",
    "recheck",
    "save_plan",
    "sendable",
]
