"""What is wrong with an estate of caller IDs: rules evaluated on whole columns, and their findings.

`RULES` lists the rules as data, `rules_table` shows them as a table, and `audit` evaluates them. A `Policy`, read
from a file by `load_policy`, adds rules, silences others, and exempts single caller IDs.
"""

from callerid_analytics.audit.evaluation import audit
from callerid_analytics.audit.findings import FINDING_COLUMNS
from callerid_analytics.audit.policy import SEVERITIES, CustomRule, Exemption, Policy, Thresholds, policy_as_dict
from callerid_analytics.audit.policy_files import default_policy_toml, load_policy
from callerid_analytics.audit.rules import RULES, Rule, rules_table

__all__ = [
    "FINDING_COLUMNS",
    "RULES",
    "SEVERITIES",
    "CustomRule",
    "Exemption",
    "Policy",
    "Rule",
    "Thresholds",
    "audit",
    "default_policy_toml",
    "load_policy",
    "policy_as_dict",
    "rules_table",
]
