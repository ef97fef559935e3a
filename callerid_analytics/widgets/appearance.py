"""How forms look: HTML that is made of escaped text, and one style sheet that follows JupyterLab's theme.

Nothing is fetched. Colours are JupyterLab's variables; where there are none, those of a light page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from html import escape, unescape
from typing import Literal

Mood = Literal["plain", "busy", "good", "bad"]

STYLE = """<style>
.callerids-form {
  --callerids-text: var(--jp-ui-font-color1, #212121);
  --callerids-quiet: var(--jp-ui-font-color2, #5a5a5a);
  --callerids-line: var(--jp-border-color2, #d0d0d0);
  --callerids-sunk: var(--jp-layout-color2, #f1f1f1);
  --callerids-busy: var(--jp-brand-color1, #1976d2);
  --callerids-good: var(--jp-success-color1, #2e7d32);
  --callerids-bad: var(--jp-error-color1, #c62828);
  align-self: flex-start; box-sizing: border-box; width: 31rem; max-width: 100%;
  margin: 0 8px 8px 0; padding: 12px 16px;
  border: 1px solid var(--callerids-line); border-radius: 6px;
  background: var(--jp-layout-color1, #fff); color: var(--callerids-text);
}
.callerids-form .widget-html-content { line-height: 1.4; overflow-wrap: anywhere; }
.callerids-form.is-small { width: 20.5rem; }
.callerids-form.is-large { width: 58rem; }
.callerids-title { font-size: 1.15em; font-weight: 600; }
.callerids-facts { min-height: 2.8em; padding-left: 104px; color: var(--callerids-quiet); }
.callerids-facts b { color: var(--callerids-text); font-variant-numeric: tabular-nums; }
.callerids-bar { min-height: 32px; align-items: center; gap: 8px; }
.callerids-count { color: var(--callerids-quiet); font-variant-numeric: tabular-nums; }
.callerids-connection { padding: 6px 12px; border: 2px solid; border-radius: 6px; line-height: 1.4; }
.callerids-connection b { margin-right: 0.5em; letter-spacing: 0.06em; }
.callerids-connection.is-live { border-color: #b71c1c; background: #b71c1c; color: #fff; }
.callerids-connection.is-practice { border-color: #1b5e20; background: #1b5e20; color: #fff; }
.callerids-connection.is-unknown { border-color: var(--callerids-line); }
.callerids-form.callerids-app { width: auto; max-width: 76rem; }
.callerids-app .callerids-form { border: 0; padding: 8px 4px; margin: 0; background: none; }
.callerids-app .callerids-form.is-large { width: auto; }
.callerids-code {
  min-height: 6.2em; padding: 10px; box-sizing: border-box; border-radius: 6px; text-align: center;
  background: var(--callerids-sunk);
}
.callerids-code p, .callerids-form table { margin: 0; }
.callerids-digits {
  font: 600 2.6em/1.3 var(--jp-code-font-family, monospace); letter-spacing: 0.12em;
  font-variant-numeric: tabular-nums;
}
.callerids-digits span + span { margin-left: 0.35em; }
.callerids-code.is-empty .callerids-digits { color: var(--callerids-quiet); font-weight: 400; }
.callerids-screen .callerids-digits { font-size: 1.7em; letter-spacing: 0; }
.callerids-status { min-height: 2.8em; padding: 2px 0 2px 10px; border-left: 4px solid var(--callerids-line); }
.callerids-status.is-busy { border-color: var(--callerids-busy); }
.callerids-status.is-good { border-color: var(--callerids-good); }
.callerids-status.is-bad { border-color: var(--callerids-bad); }
.callerids-form table { width: 100%; border-collapse: collapse; color: inherit; font-size: 0.95em; }
.callerids-form :is(th, td) {
  padding: 3px 10px 3px 0; border-bottom: 1px solid var(--callerids-line); text-align: left;
  vertical-align: top; font-variant-numeric: tabular-nums; white-space: normal;
}
.callerids-form th { color: var(--callerids-quiet); font-weight: 600; }
.callerids-form caption { padding: 0 0 3px; text-align: left; color: var(--callerids-quiet); }
.callerids-form pre { margin: 0 0 6px; overflow-x: auto; color: inherit; background: none; font-size: 0.95em; }
.callerids-table :is(.itables_anywidget, .dt-container, table.callerids-rows) { background: none !important; }
.callerids-form table.callerids-rows > :is(thead, tbody) > tr > * {
  padding: 4px 8px; border-bottom: 1px solid var(--callerids-line); background: none; color: inherit;
  font-size: 0.95em; line-height: 1.35; overflow-wrap: anywhere;
}
.callerids-form table.callerids-rows > tbody > tr > td { unicode-bidi: isolate; white-space: pre-wrap; }
.callerids-form table.callerids-rows > tbody > tr > .dt-select { padding: 4px 0; text-align: center; }
.callerids-rows > tbody > tr:nth-last-child(-n+8):has(> .dt-select) { display: none; }
.callerids-form table.callerids-rows > tbody > tr.selected > * {
  box-shadow: inset 0 0 0 9999px var(--callerids-sunk); color: inherit;
}
.callerids-subtitle { margin: 6px 0 2px; font-weight: 600; }
.callerids-copied { display: inline-block; margin: 2px 12px 4px 0; color: var(--callerids-quiet); }
.callerids-copied input {
  max-width: 100%; padding: 3px 6px; border: 1px solid var(--callerids-line); font: inherit;
  background: var(--jp-layout-color1, #fff); color: var(--callerids-text);
}
.callerids-facets { flex-flow: row wrap; gap: 4px 12px; --jp-widgets-inline-height: 22px; }
.callerids-facet { flex: 1 1 8rem; max-width: 14rem; overflow: hidden; }
.callerids-facet .widget-checkbox { height: 22px; margin: 0 2px; }
.callerids-facet .widget-label-basic { overflow: hidden; text-overflow: ellipsis; }
.callerids-facet .widget-html { margin: 0 2px; }
.callerids-counts div { height: 22px; line-height: 22px; text-align: right; color: var(--callerids-quiet); }
.callerids-details td:first-child { white-space: nowrap; }
.callerids-picture { max-width: 40rem; border-radius: 6px; background: #fff; }
.callerids-picture svg { display: block; width: 100%; height: auto; }
.callerids-note { color: var(--callerids-quiet); padding: 0 8px; font-variant-numeric: tabular-nums; }
.callerids-form a { color: var(--jp-content-link-color, #0b5cad); }
.callerids-form del { background: rgba(211, 47, 47, 0.22); text-decoration: line-through; }
.callerids-form ins { background: rgba(56, 142, 60, 0.26); text-decoration: underline; }
.callerids-none { color: var(--callerids-quiet); font-style: italic; }
.callerids-complaint { padding-left: 26px; color: var(--callerids-bad); }
.callerids-rule, .callerids-card { border-top: 1px solid var(--callerids-line); padding: 2px 0; }
.callerids-question { border: 2px solid var(--callerids-busy); border-radius: 6px; padding: 6px 10px; }
.callerids-question ul { margin: 2px 0; }
.callerids-figures { display: flex; flex-wrap: wrap; gap: 4px 32px; }
.callerids-figures > div { min-width: 13rem; }
</style>"""


def title(text: str) -> str:
    """Return a heading."""
    return f'<div class="callerids-title" role="heading" aria-level="3">{escape(text)}</div>'


def status(text: str, mood: Mood = "plain") -> str:
    """Return a status line, which screen readers read out when it changes."""
    return f'<div class="callerids-status is-{mood}" role="status">{escape(text)}</div>'


def connection(is_practice: bool | None, name: str, where: str) -> str:
    """Return whose account it is, and whether what is done there is real; None is not known yet."""
    words, kind = {
        True: ("PRACTICE ACCOUNT: nothing is real", "practice"),
        False: ("LIVE ACCOUNT: changes are real", "live"),
        None: ("", "unknown"),
    }[is_practice]
    shown = f"<b>{escape(words)}</b>{escape(name)} · {escape(where)}"
    return f'<div class="callerids-connection is-{kind}" role="note">{shown}</div>'


def practice_phone(base_url: str) -> str:
    """Return where the phone of a sandbox in another process rings."""
    address = escape(f"{base_url}/sandbox/")
    return (
        '<div class="callerids-facts" style="padding: 0 16px">Nobody is really called here: the practice phone '
        f'rings on <a href="{address}" target="_blank" rel="noopener">a page of its own</a>.</div>'
    )


def count(done: int, total: int | None) -> str:
    """Return how far something is."""
    return f'<span class="callerids-count">{done:,}{"" if total is None else f" of {total:,}"}</span>'


def subtitle(text: str) -> str:
    """Return a heading of a part of a form."""
    return f'<div class="callerids-subtitle" role="heading" aria-level="4">{escape(text)}</div>'


def copied(label: str, text: str) -> str:
    """Return a field whose text is selected once it is clicked on or tabbed to, for Ctrl+C."""
    value, name = escape(text), escape(label)
    field = f'<input readonly value="{value}" onfocus="this.select()" aria-label="{name}, to copy" size="38">'
    return f'<label class="callerids-copied">{name} {field}</label>'


def counts(numbers: Iterable[tuple[str, int]]) -> str:
    """Return numbers, one below the other, each of which says to screen readers what it is of."""
    rows = "".join(
        f'<div role="note" aria-label="{escape(of)}: {count:,}">{count:,}</div>' for of, count in numbers
    )
    return f'<div class="callerids-counts">{rows}</div>'


def note(text: str) -> str:
    """Return a quiet remark beside controls."""
    return f'<span class="callerids-note">{escape(text)}</span>'


def rows_in_view(start: int, length: int, total: int, label: str) -> str:
    """Return which of the rows are in view; screen readers read it out when it changes."""
    where = f"rows {start + 1:,}–{start + length:,} of {total:,} {label}" if length else f"no {label} to show"
    return f'<span class="callerids-note" role="status">{escape(where)}</span>'


def complaint(text: str) -> str:
    """Return what is wrong with something, to stand below it."""
    return f'<div class="callerids-complaint">{escape(text)}</div>' if text else ""


def question(text: str, accounts: Mapping[str, int]) -> str:
    """Return a question about caller IDs, and how many of each account it is about."""
    listed = "".join(f"<li>{escape(account)}: {count:,}</li>" for account, count in accounts.items())
    return f'<div role="alert"><b>{escape(text)}</b><ul>{listed}</ul></div>'


def figures(about: str, counts: Mapping[str, Mapping[str, int]]) -> str:
    """Return groups of figures side by side, each with its title."""
    tables = [
        table(title, ("What", "How many"), [(what, f"{number:,}") for what, number in group.items()])
        for title, group in counts.items()
    ]
    side_by_side = "".join(f"<div>{one}</div>" for one in tables)
    return f'<div role="status"><b>{escape(about)}</b><div class="callerids-figures">{side_by_side}</div></div>'


def text_of(html: str) -> str:
    """Return what a piece of HTML says, without its tags."""
    return unescape(re.sub(r"<[^>]*>", "", html))


def facts(number: str, about: str) -> str:
    """Return what is known of a number."""
    return f'<div class="callerids-facts" role="note"><b>{escape(number)}</b> {escape(about)}</div>'


def code(digits: str | None, below: str) -> str:
    """Return a code to be read from afar, and a line below it; the space is taken before there is a code."""
    empty, halves = ("", (digits[:3], digits[3:])) if digits else (" is-empty", ("———", "———"))
    spans = "".join(f"<span>{escape(half)}</span>" for half in halves)
    spoken = f' role="img" aria-label="Code {escape(" ".join(digits))}"' if digits else ' aria-hidden="true"'
    return (
        f'<div class="callerids-code{empty}"><div class="callerids-digits"{spoken}>{spans}</div>'
        f"<p>{escape(below)}</p></div>"
    )


def screen(number: str, name: str) -> str:
    """Return what a phone shows of who is called."""
    return (
        f'<div class="callerids-code callerids-screen"><div class="callerids-digits">{escape(number)}</div>'
        f"<p>{escape(name)}</p></div>"
    )


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of text."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in rows)
    return (
        f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
