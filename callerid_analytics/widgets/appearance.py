"""How forms look: HTML that is made of escaped text, and one style sheet that follows JupyterLab's theme.

Nothing is fetched. Colours are JupyterLab's variables; where there are none, those of a light page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
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
.callerids-form a { color: var(--jp-content-link-color, #0b5cad); }
</style>"""


def title(text: str) -> str:
    """Return a heading."""
    return f'<div class="callerids-title" role="heading" aria-level="3">{escape(text)}</div>'


def status(text: str, mood: Mood = "plain") -> str:
    """Return a status line, which screen readers read out when it changes."""
    return f'<div class="callerids-status is-{mood}" role="status">{escape(text)}</div>'


def count(done: int, total: int | None) -> str:
    """Return how far something is."""
    return f'<span class="callerids-count">{done:,}{"" if total is None else f" of {total:,}"}</span>'


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
