"""The fields of rules as people fill them in: what each is called, what kind it is, and its value as typed.

They are read off the rules' own annotations and docstrings, so that a new rule has its fields in the form at once.
"""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from callerid_analytics.cleaning import Rule
from callerid_analytics.errors import RecipeError

Kind = Literal["text", "optional text", "number", "flag", "choice", "words", "pairs"]

_LABELS = {
    "form": "Form",
    "to": "Case",
    "keep": "Always as here",
    "old": "Look for",
    "pattern": "Pattern",
    "new": "Put instead",
    "case": "A and a differ",
    "text": "Text",
    "template": "Template",
    "key": "Found by",
    "names": "Names",
    "length": "At most",
    "ellipsis": "Sign of a cut",
}
_PARAMETER = re.compile(r"^(\w+) : [^\n]*\n((?:    [^\n]*\n?)+)", re.MULTILINE)
_ESCAPED = {"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"}
_PLAIN = {written: character for character, written in _ESCAPED.items()}


@dataclass(frozen=True)
class Field:
    """One field of a rule.

    Attributes
    ----------
    name : str
        As the rule calls it.
    label, about : str
        What people are shown: a word or two, and a sentence or two.
    kind : str
        How it is filled in. A value as typed is text for ``text`` and ``optional text`` (nothing is None), for
        ``words`` (with spaces or commas between) and for ``pairs`` (see `pairs_as_text`), an int for ``number``,
        a bool for ``flag``, and one of `options` for ``choice``.
    default : object
        What stands in it at first, as typed.
    options : tuple of str
        The choices.
    """

    name: str
    label: str
    about: str
    kind: Kind
    default: Any
    options: tuple[str, ...] = ()

    def typed(self, value: Any) -> Any:
        """Return a rule's value as a person would have typed it."""
        if self.kind == "words":
            return " ".join(value)
        if self.kind == "pairs":
            return pairs_as_text(value)
        return value if value is not None else ""

    def read(self, typed: Any) -> Any:
        """Return what was typed as the rule's value.

        Raises
        ------
        RecipeError
            It cannot be read.
        """
        if self.kind == "words":
            return tuple(re.split(r"[\s,]+", typed.strip(" ,\t"))) if typed.strip(" ,\t") else ()
        if self.kind == "pairs":
            return pairs_from_text(typed)
        return (typed or None) if self.kind == "optional text" else typed


@cache
def fields_of(rule: type[Rule]) -> tuple[Field, ...]:
    """Return the fields of a kind of rule, in its order.

    Examples
    --------
    >>> from callerid_analytics.cleaning import ReplaceText
    >>> [(field.label, field.kind, field.default) for field in fields_of(ReplaceText)]
    [('Look for', 'text', ''), ('Put instead', 'text', ''), ('A and a differ', 'flag', True)]
    """
    annotations, parameters = get_type_hints(rule), inspect.signature(rule).parameters
    about = {
        name: " ".join(text.replace("``", "").split())
        for name, text in _PARAMETER.findall(inspect.getdoc(rule) or "")
    }
    return tuple(
        _field(name, annotations[name], parameters[name].default, about.get(name, ""))
        for name in rule.__struct_fields__
    )


def _field(name: str, annotation: Any, default: Any, about: str) -> Field:
    kind = _kind(annotation)
    options = get_args(annotation) if kind == "choice" else ()
    blank: dict[Kind, Any] = {"flag": False, "number": 0, "pairs": {}, "words": ()}
    if default is inspect.Parameter.empty:
        default = options[0] if options else blank.get(kind, "")
    field = Field(name, _LABELS.get(name, name.capitalize()), about, kind, default, options)
    return replace(field, default=field.typed(default))


def _kind(annotation: Any) -> Kind:
    plain: dict[Any, Kind] = {str: "text", int: "number", bool: "flag"}
    outer: dict[Any, Kind] = {Literal: "choice", types.UnionType: "optional text", tuple: "words", dict: "pairs"}
    return plain.get(annotation) or outer[get_origin(annotation)]


def pairs_as_text(names: Mapping[str, str]) -> str:
    r"""Write a mapping of names: a line for each, and a tab between, as two columns of a spreadsheet are pasted.

    Tabs and line ends inside a name are written ``\t``, ``\n`` and ``\r``, and a backslash twice.

    Examples
    --------
    >>> pairs_as_text({"ACME sales": "Acme Sales", "Desk": "Front desk"})
    'ACME sales\tAcme Sales\nDesk\tFront desk'
    """
    return "\n".join(f"{_escaped(old)}\t{_escaped(new)}" for old, new in names.items())


def pairs_from_text(text: str) -> dict[str, str]:
    """Read what `pairs_as_text` has written, or a person; where a line has no tab, ``" → "`` may stand between.

    Raises
    ------
    RecipeError
        A line has neither, or a name is there twice.

    Examples
    --------
    >>> pairs_from_text("ACME sales → Acme Sales")
    {'ACME sales': 'Acme Sales'}
    """
    names: dict[str, str] = {}
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip() and "\t" not in line:
            continue
        old, between, new = line.partition("\t" if "\t" in line else " → ")
        if not between:
            raise RecipeError(f"Line {number} is {line!r}: write the old name, a tab or →, and the new name.")
        if names.setdefault(_plain(old), _plain(new)) != _plain(new):
            raise RecipeError(f"Line {number} gives {_plain(old)!r} a second name; leave one of them.")
    return names


def _escaped(text: str) -> str:
    return re.sub(r"[\\\t\n\r]", lambda found: _ESCAPED[found[0]], text)


def _plain(text: str) -> str:
    return re.sub(r"\\[\\tnr]", lambda found: _PLAIN[found[0]], text)
