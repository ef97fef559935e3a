"""Recipes: rules in order, kept as JSON that people can read and write, replayed on tomorrow's data."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import pandas as pd

from callerid_analytics import frames
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
from callerid_analytics.cleaning.rules import Rule
from callerid_analytics.cleaning.templates import FillMissing, ResetToNumber, UseTemplate
from callerid_analytics.cleaning.wording import AddPrefix, AddSuffix, ReplacePattern, ReplaceText
from callerid_analytics.errors import ContractError, RecipeError
from callerid_analytics.files import StrPath, reading, replacing

RULES: tuple[type[Rule], ...] = (
    RepairMojibake,
    RemoveInvisible,
    CollapseSpaces,
    NormalizeUnicode,
    ChangeCase,
    ReplaceText,
    ReplacePattern,
    AddPrefix,
    AddSuffix,
    UseTemplate,
    FillMissing,
    ResetToNumber,
    LookUp,
    MergeNames,
    NumberDuplicates,
    Shorten,
)
"""All rules, in the order in which a recipe that used them all would want them."""
BY_NAME = {str(rule.__struct_config__.tag): rule for rule in RULES}


class Recipe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules, applied one after the other.

    Parameters
    ----------
    rules : sequence of rules
        In order. Each sees the names that the one before it has left.

    Raises
    ------
    RecipeError
        Something among them is no rule.

    Examples
    --------
    >>> recipe = Recipe([CollapseSpaces(), ChangeCase(to="title")])
    >>> frame = pd.DataFrame({"friendly_name": ["  front desk", "SALES", None]})
    >>> recipe.apply(frame).tolist()
    ['Front Desk', 'Sales', nan]
    >>> print(recipe.to_json())
    {
      "rules": [
        {
          "rule": "collapse-spaces"
        },
        {
          "rule": "change-case",
          "to": "title",
          "keep": []
        }
      ]
    }
    >>> Recipe.from_json(recipe.to_json()) == recipe
    True
    """

    rules: Sequence[Rule] = ()

    def __post_init__(self) -> None:
        for rule in self.rules if isinstance(self.rules, list | tuple) else [self.rules]:
            if not isinstance(rule, RULES):
                raise RecipeError(
                    f"{rule!r:.100} is no rule; the rules are {', '.join(r.__name__ for r in RULES)}."
                )
        msgspec.structs.force_setattr(self, "rules", tuple(self.rules))

    @classmethod
    def of(cls, rules: Recipe | Rule | Sequence[Rule]) -> Recipe:
        """Return a recipe as it is, and make one of a rule or of several."""
        if isinstance(rules, Recipe):
            return rules
        return cls([rules] if isinstance(rules, Rule) else rules)

    @classmethod
    def from_json(cls, text: str | bytes) -> Recipe:
        """Read what `to_json` has written, or a person by hand.

        Raises
        ------
        RecipeError
            It is no JSON, or no recipe; the message names rule and field.

        Examples
        --------
        >>> Recipe.from_json('{"rules": [{"rule": "shorten", "to": 9}]}')
        Traceback (most recent call last):
        ...
        callerid_analytics.errors.RecipeError: Rule 1, 'shorten', cannot be read: ... unknown field `to`.
        """
        try:
            given = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise RecipeError(f"The recipe is no JSON: {error}.") from error
        try:
            rules = msgspec.convert(given, _File).rules
        except msgspec.ValidationError as error:
            raise RecipeError(f'The recipe cannot be read: {error}. It is {{"rules": […]}}.') from error
        return cls([_read(rule, place) for place, rule in enumerate(rules, start=1)])

    def to_json(self) -> str:
        """Return the recipe as JSON for people to read and change; ends without a line end."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2).decode()

    @classmethod
    def load(cls, path: StrPath) -> Recipe:
        """Read a recipe from a file.

        Raises
        ------
        RecipeError
            As for `from_json`; the message names the file.
        ExportError
            The file cannot be read.
        """
        with reading(path) as file:
            text = file.read()
        try:
            return cls.from_json(text.removeprefix(codecs.BOM_UTF8))
        except RecipeError as error:
            raise RecipeError(f"{path}: {error}") from error

    def save(self, path: StrPath) -> None:
        """Write the recipe to a file, as `to_json` does.

        Raises
        ------
        ExportError
            The file cannot be written.
        """
        with replacing(path) as file:
            file.write(f"{self.to_json()}\n".encode())

    def steps(self, frame: pd.DataFrame) -> Iterator[tuple[Rule, pd.Series]]:
        """Apply rule after rule, and yield each with the names that it leaves.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the column ``friendly_name`` and those that the rules need.

        Yields
        ------
        tuple of rule and pandas.Series
            The names are text, with the frame's index.

        Raises
        ------
        ContractError
            The frame has no column ``friendly_name``, or other than text in it.
        RecipeError
            A rule cannot be applied to this frame.
        """
        names = names_of(frame)
        for rule in self.rules:
            names = rule.apply(names, frame)
            yield rule, names

    def apply(self, frame: pd.DataFrame) -> pd.Series:
        """Return the names as the recipe would have them.

        Parameters
        ----------
        frame : pandas.DataFrame
            With the column ``friendly_name`` and those that the rules need.

        Returns
        -------
        pandas.Series
            Text, with the frame's index, named ``friendly_name``.

        Raises
        ------
        ContractError, RecipeError
            As for `steps`.
        """
        names = names_of(frame)
        for rule in self.rules:
            names = rule.apply(names, frame)
        return names

    def explain(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Say which rule changes which name.

        Parameters
        ----------
        frame : pandas.DataFrame
            As for `apply`.

        Returns
        -------
        pandas.DataFrame
            One row for each change, rule by rule, with the index of the frame's row and the columns ``sid`` (where
            the frame has it), ``rule`` (category, in the order of the recipe), ``before`` and ``after`` (text).

        Raises
        ------
        ContractError, RecipeError
            As for `steps`.

        Examples
        --------
        >>> frame = pd.DataFrame({"friendly_name": ["Desk", " MÃ¼ller"]})
        >>> standard().explain(frame)[["rule", "after"]].values.tolist()
        [['repair-mojibake', ' Müller'], ['collapse-spaces', 'Müller']]
        """
        before = names_of(frame)
        sid = {"sid": frame["sid"]} if "sid" in frame.columns else {}
        changes = [pd.DataFrame({**sid, "rule": "", "before": before, "after": before}).iloc[:0]]
        for rule, after in self.steps(frame):
            step = pd.DataFrame({**sid, "rule": rule.name, "before": before, "after": after})
            changes.append(step[before.fillna("").ne(after.fillna("")).to_numpy()])
            before = after
        rules = pd.CategoricalDtype(
            pd.Index(list(dict.fromkeys(rule.name for rule in self.rules)), dtype=frames.TEXT)
        )
        return pd.concat(changes).astype({"rule": rules})


class _File(msgspec.Struct, forbid_unknown_fields=True):
    rules: list[dict[str, Any]]


def names_of(frame: pd.DataFrame) -> pd.Series:
    """Return the column of names as text.

    Raises
    ------
    ContractError
        It is not there, or holds other than text.
    """
    if "friendly_name" not in frame.columns:
        raise ContractError("A recipe needs the column friendly_name, which the frame does not have.")
    return frames.convert(frame["friendly_name"], frames.TEXT)


def rules_table() -> pd.DataFrame:
    """Return all rules as a table for people.

    Returns
    -------
    pandas.DataFrame
        One row for each of `RULES`, with the columns ``rule``, ``fields`` (with their defaults), ``what`` (it
        does), ``reason`` (all text) and ``idempotent`` (bool).

    Examples
    --------
    >>> rules_table().set_index("rule").loc["shorten", "fields"]
    'length=64, ellipsis=""'
    """
    return pd.DataFrame(
        {
            "rule": list(BY_NAME),
            "fields": [", ".join(map(_field, msgspec.structs.fields(rule))) for rule in RULES],
            "what": [str(rule.__doc__).partition("\n")[0] for rule in RULES],
            "reason": [rule.reason for rule in RULES],
            "idempotent": [rule.idempotent for rule in RULES],
        }
    )


def _field(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return field.name
    return f"{field.name}={msgspec.json.encode(field.default).decode()}"


def standard() -> Recipe:
    """Return the recipe that suits any account: it repairs what nobody meant, and leaves wording and case alone.

    Examples
    --------
    >>> [rule.name for rule in standard().rules]
    ['repair-mojibake', 'remove-invisible', 'collapse-spaces', 'normalize-unicode']
    """
    return Recipe([RepairMojibake(), RemoveInvisible(), CollapseSpaces(), NormalizeUnicode()])


def _read(given: dict[str, Any], place: int) -> Rule:
    name = given.get("rule")
    if not isinstance(name, str) or name not in BY_NAME:
        raise RecipeError(
            f'Rule {place} of the recipe says {name!r} as its "rule", and there is none called so; there are '
            f"{', '.join(BY_NAME)}."
        )
    try:
        return msgspec.convert(given, BY_NAME[name])
    except msgspec.ValidationError as error:
        raise RecipeError(f"Rule {place}, {name!r}, cannot be read: {error}.") from error
