"""The page of a bundle: one HTML file that needs no network and no scripts, and prints well."""

from __future__ import annotations

from importlib import resources
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from callerid_analytics import plots
from callerid_analytics.audit import SEVERITIES, Policy, rules_table

_MOST_FINDINGS = 25
"""Rows of each rule on the page; the files hold all."""


def render(
    frame: pd.DataFrame,
    findings: pd.DataFrame,
    summary: dict[str, Any],
    manifest: dict[str, Any],
    *,
    policy: Policy | None = None,
) -> str:
    """Return the page.

    Parameters
    ----------
    frame, findings : pandas.DataFrame
        Rows and findings.
    summary, manifest : dict
        As `callerid_analytics.report.manifest` returns them.
    policy : Policy, optional
        By which the rules were chosen.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["thousands"] = lambda count: f"{count:,}" if isinstance(count, int) else count
    template = resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    return environment.from_string(template).render(
        summary=summary,
        manifest=manifest,
        severities=SEVERITIES,
        pictures=_pictures(frame, findings),
        rules=_rules(findings, rules_table(policy)),
        most=_MOST_FINDINGS,
    )


def _pictures(frame: pd.DataFrame, findings: pd.DataFrame) -> list[tuple[str, Markup]]:
    """Return pictures with what they show; they are our own SVG, whose texts matplotlib has escaped."""
    named = plots.with_account_names(findings, frame)
    drawn: dict[str, plots.Draw] = {
        "Findings by rule": lambda ax: plots.plot_findings(findings, ax=ax),
        "Findings by account": lambda ax: plots.plot_findings_by_account(named, ax=ax),
        "Where the numbers are": lambda ax: plots.plot_regions(frame, ax=ax),
        "When they were verified": lambda ax: plots.plot_created(frame, ax=ax),
        "How they are named": lambda ax: plots.plot_name_quality(frame, ax=ax),
        "Numbers in more than one account": lambda ax: plots.plot_duplicates(frame, ax=ax),
    }
    return [(title, Markup(plots.as_svg(draw))) for title, draw in drawn.items()]  # noqa: S704 - see above


def _rules(findings: pd.DataFrame, rules: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rules that found something, the gravest and most frequent first, each with its first findings."""
    described = rules.set_index("id").to_dict("index")
    counts = findings["rule"].value_counts()
    shown = findings.groupby("rule", observed=True, sort=False).head(_MOST_FINDINGS).astype("object")
    shown = shown.where(shown.notna(), "")
    found = [
        described[str(name)] | {"id": name, "count": int(counts[name]), "rows": rows.to_dict("records")}
        for name, rows in shown.groupby("rule", sort=False)
    ]
    return sorted(found, key=lambda rule: (SEVERITIES.index(rule["severity"]), -rule["count"]))
