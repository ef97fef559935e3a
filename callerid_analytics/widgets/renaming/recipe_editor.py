"""A recipe while somebody is working on it: rules that are unfinished or switched off, and names given by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from callerid_analytics.cleaning import RULES, LookUp, MergeNames, Recipe, Rule, rules_table
from callerid_analytics.errors import InvalidParameter, RecipeError
from callerid_analytics.widgets.renaming.rule_fields import Field, fields_of

_TABLE = rules_table()
_BY_NAME: dict[str, type[Rule]] = dict(zip(_TABLE["rule"].tolist(), RULES, strict=True))
_WHAT = dict(zip(_BY_NAME, _TABLE["what"].tolist(), strict=True))
_MOST_PAIRS = 500
"""More than these nobody edits in a form; and a browser has to hold them."""


def choices() -> list[tuple[str, str]]:
    """Return each rule's title and what it does, for people, and its name."""
    return [(f"{title(name)}: {_WHAT[name]}", name) for name in _BY_NAME]


def title(name: str) -> str:
    """Return what a rule is called in a form.

    Examples
    --------
    >>> title("collapse-spaces")
    'Collapse spaces'
    """
    return name.replace("-", " ").capitalize()


def reason(name: str) -> str:
    """Return what a rule is good for."""
    return _BY_NAME[name].reason


@dataclass
class Draft:
    """A rule as it stands in the form.

    Attributes
    ----------
    key : int
        Tells it from the others, wherever it is moved to.
    name : str
        The rule's.
    values : dict
        What stands in its fields, as typed; names too many to be typed are a dict.
    is_on : bool
        Whether it is part of the recipe.
    revision : int
        How often its fields were filled in by other than typing, so that the form must show them anew.
    """

    key: int
    name: str
    values: dict[str, Any]
    is_on: bool = True
    revision: int = 0
    _known: Rule | RecipeError | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The rule's fields."""
        return fields_of(_BY_NAME[self.name])

    @property
    def complaint(self) -> str | None:
        """Why it is no rule yet; None if it is one."""
        made = self._made()
        return str(made) if isinstance(made, RecipeError) else None

    @property
    def rule(self) -> Rule | None:
        """The rule; None if it is none yet."""
        made = self._made()
        return made if isinstance(made, Rule) else None

    def write(self, values: Mapping[str, Any]) -> None:
        """Fill in fields."""
        self.values.update(values)
        self._known = None

    def _made(self) -> Rule | RecipeError:
        """Return the rule or what is wrong with it; made once, since it may hold names by the ten thousand."""
        if self._known is None:
            try:
                self._known = _BY_NAME[self.name](**self.read())
            except RecipeError as error:
                self._known = error
        return self._known

    def read(self) -> dict[str, Any]:
        """Return what stands in the fields as the rule's values.

        Raises
        ------
        RecipeError
            A field cannot be read.
        """
        return {field.name: _value(field, self.values[field.name]) for field in self.fields}


@dataclass
class RecipeEditor:
    """Rules in order, each on or off, and after them the names given by hand.

    Attributes
    ----------
    drafts : list of Draft
        The rules.
    by_hand : dict of str to str
        From SIDs to names; it is the recipe's last rule, a `LookUp`.

    Examples
    --------
    >>> editor = RecipeEditor()
    >>> prefix = editor.add("add-prefix")
    >>> editor.recipe.rules, prefix.complaint
    ((), "The rule 'add-prefix' has nothing as 'text'; write what it is to look for or add.")
    >>> editor.write(prefix.key, "text", "Acme ")
    >>> editor.recipe
    Recipe(rules=(AddPrefix(text='Acme '),))
    """

    drafts: list[Draft] = field(default_factory=list)
    by_hand: dict[str, str] = field(default_factory=dict)
    _keys: count[int] = field(default_factory=count)

    @property
    def recipe(self) -> Recipe:
        """The rules that are on and finished, then the names given by hand."""
        by_hand = [LookUp(key="sid", names=self.by_hand)] if self.by_hand else []
        return Recipe([*self.before_by_hand.rules, *by_hand])

    @property
    def before_by_hand(self) -> Recipe:
        """The same without the names given by hand."""
        return Recipe([draft.rule for draft in self.drafts if draft.is_on and draft.rule])

    @property
    def unfinished(self) -> list[int]:
        """The places, counted from 1, of rules that are on and unfinished."""
        return [at for at, draft in enumerate(self.drafts, start=1) if draft.is_on and draft.complaint]

    def refuse_unfinished(self) -> None:
        """Raise an InvalidParameter if a rule is on and unfinished: the recipe is not what it looks like."""
        if self.unfinished:
            raise InvalidParameter(
                f"Rule {self.unfinished[0]} is unfinished: finish it, switch it off, or remove it."
            )

    def replace(self, recipe: Recipe) -> None:
        """Put a recipe in the place of everything."""
        rules = list(recipe.rules)
        self.by_hand = {}
        if rules and isinstance(last := rules[-1], LookUp) and last.key == "sid":
            self.by_hand = dict(last.names)
            rules.pop()
        self.drafts = [self._draft(rule) for rule in rules]

    def add(self, name: str) -> Draft:
        """Add a rule after the others, with its defaults."""
        values = {field.name: field.default for field in fields_of(_BY_NAME[name])}
        self.drafts.append(Draft(next(self._keys), name, values))
        return self.drafts[-1]

    def remove(self, key: int) -> None:
        """Take a rule away."""
        self.drafts.remove(self._of(key))

    def move(self, key: int, by: int) -> None:
        """Move a rule up (-1) or down (1); at an end it stays."""
        at = self.drafts.index(self._of(key))
        draft = self.drafts.pop(at)
        self.drafts.insert(max(0, at + by), draft)

    def switch(self, key: int, *, on: bool) -> None:
        """Switch a rule on or off."""
        self._of(key).is_on = on

    def write(self, key: int, name: str, typed: Any) -> None:
        """Fill in a field of a rule."""
        self._of(key).write({name: typed})

    def merge(self, names: Mapping[str, str]) -> None:
        """Give spellings, as the rules so far leave them, their chosen name.

        The last rule takes them in if it merges names already.

        Raises
        ------
        RecipeError
            A chosen name is itself to be replaced by another.
        """
        rule = MergeNames(names=dict(names))
        last = self.drafts[-1] if self.drafts else None
        if last and last.is_on and isinstance(last.rule, MergeNames):
            both = _one_after_the_other(last.rule, rule)
            if both is not None:
                last.write(self._draft(both).values)
                last.revision += 1
                return
        self.drafts.append(self._draft(rule))

    def _of(self, key: int) -> Draft:
        return next(draft for draft in self.drafts if draft.key == key)

    def _draft(self, rule: Rule) -> Draft:
        values = {field.name: _typed(field, getattr(rule, field.name)) for field in fields_of(type(rule))}
        return Draft(next(self._keys), rule.name, values)


def _typed(field: Field, value: Any) -> Any:
    if field.kind == "pairs" and len(value) > _MOST_PAIRS:
        return dict(value)
    return field.typed(value)


def _value(field: Field, typed: Any) -> Any:
    return typed if field.kind == "pairs" and isinstance(typed, dict) else field.read(typed)


def _one_after_the_other(first: MergeNames, then: MergeNames) -> MergeNames | None:
    """Return one rule that does what two do; None if there is none."""
    names = {old: then.names.get(new, new) for old, new in first.names.items()}
    names |= {old: new for old, new in then.names.items() if old not in names}
    try:
        return MergeNames(names={old: new for old, new in names.items() if old != new})
    except RecipeError:
        return None
