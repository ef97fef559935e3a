"""The rules of a recipe as a part of the form: added, filled in, ordered, switched off, saved and loaded."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ipywidgets import HTML, Checkbox, Dropdown, HBox, IntText, Text, Textarea, VBox

from callerid_analytics import cleaning
from callerid_analytics.widgets import appearance
from callerid_analytics.widgets.controls import WIDE, WRAPPED, Press, button
from callerid_analytics.widgets.file_bar import FileBar
from callerid_analytics.widgets.renaming import recipe_editor
from callerid_analytics.widgets.renaming.recipe_editor import Draft, RecipeEditor
from callerid_analytics.widgets.renaming.rule_fields import Field
from callerid_analytics.wording import counted

Change = Callable[[Callable[[], object]], None]

_LABELS = {"description_width": "auto"}


class RulesPanel(VBox):  # type: ignore[misc]  # ipywidgets has no types
    """The rules, one below the other.

    Parameters
    ----------
    editor : RecipeEditor
        What is shown and changed.
    press : callable
        The form's guard for handlers.
    changed : callable
        Called after the recipe has changed.
    said : callable
        Given a sentence for the status line.
    """

    def __init__(
        self,
        editor: RecipeEditor,
        *,
        press: Press,
        changed: Callable[[], object],
        said: Callable[[str], object],
    ) -> None:
        self._editor, self._press, self._changed, self._said = editor, press, changed, said
        self._rows: dict[int, _RuleRow] = {}
        self._rule = Dropdown(
            description="Rule", options=recipe_editor.choices(), style=_LABELS, layout={"flex": "1 1 24rem"}
        )
        self._rule.observe(lambda _: press(lambda: None), "value")
        self._add = button(
            "Add rule",
            lambda: editor.add(self._rule.value),
            press=self._change,
            tooltip="Add this rule after the others",
        )
        self._standard = button(
            "Add the standard rules",
            self._add_standard,
            press=self._change,
            tooltip="Repair what nobody meant; wording and case stay",
        )
        self._reason, self._nothing, self._hand = HTML(layout=WIDE), HTML(layout=WIDE), HTML(layout=WIDE)
        self._list = VBox(layout={"min_height": "6em"})
        self._file = FileBar("Recipe file", "recipe.json", press=press, save=self._save, load=self._load)
        super().__init__()
        adding = HBox([self._rule, self._add, self._standard], layout=WRAPPED)
        self.children = [adding, self._reason, self._list, self._hand, self._file]

    def draw(self) -> None:
        """Show the rules as they are."""
        self._reason.value = appearance.note(recipe_editor.reason(self._rule.value))
        drafts = self._editor.drafts
        rows = {draft.key: self._rows.get(draft.key) or self._row(draft) for draft in drafts}
        for key in self._rows.keys() - rows.keys():
            self._rows[key].close_all()
        self._rows = rows
        for place, row in enumerate(rows.values(), start=1):
            row.draw(place, len(rows))
        self._nothing.value = "" if drafts else appearance.note("No rules yet: add one, or the standard rules.")
        children = (*rows.values(),) or (self._nothing,)
        if self._list.children != children:
            self._list.children = children
        count = len(self._editor.by_hand)
        self._hand.value = appearance.note(f"At the end: {counted(count, 'name')} given by hand." if count else "")

    def _row(self, draft: Draft) -> _RuleRow:
        return _RuleRow(draft, self._editor, self._change)

    def _change(self, act: Callable[[], object]) -> None:
        def handler() -> None:
            act()
            self._changed()

        self._press(handler)

    def _add_standard(self) -> None:
        for rule in cleaning.standard().rules:
            self._editor.add(rule.name)

    def _save(self, path: Path) -> None:
        self._editor.refuse_unfinished()
        recipe = self._editor.recipe
        recipe.save(path)
        off = sum(not draft.is_on for draft in self._editor.drafts)
        left = f" {off} that are switched off were left out." if off else ""
        self._said(f"Saved {counted(len(recipe.rules), 'rule')} as {path}.{left}")

    def _load(self, path: Path) -> None:
        self._editor.replace(cleaning.Recipe.load(path))
        self._changed()
        self._said(f"Loaded the rules of {path}.")


class _RuleRow(VBox):  # type: ignore[misc]
    """One rule."""

    def __init__(self, draft: Draft, editor: RecipeEditor, change: Change) -> None:
        self._draft, self._title = draft, recipe_editor.title(draft.name)
        self._revision = -1
        self._on = Checkbox(value=draft.is_on, indent=False, layout={"width": "15rem"})
        self._on.observe(self._switched(editor, change), "value")
        self._fields = {field.name: _widget(field) for field in draft.fields}
        for name, widget in self._fields.items():
            widget.observe(self._typed(name, widget, editor, change), "value")
        key = draft.key
        rule = f"the rule “{self._title}”"
        self._up = button("Up", lambda: editor.move(key, -1), press=change, tooltip=f"Move up {rule}")
        self._down = button("Down", lambda: editor.move(key, 1), press=change, tooltip=f"Move down {rule}")
        self._remove = button("Remove", lambda: editor.remove(key), press=change, tooltip=f"Remove {rule}")
        self._complaint = HTML(layout={"width": "auto", "min_height": "2em" if draft.fields else "0"})
        super().__init__()
        self._parts = [self._on, *self._fields.values(), self._up, self._down, self._remove]
        self.children = [HBox(self._parts, layout=WRAPPED), self._complaint]
        self.add_class("callerids-rule")

    def _switched(self, editor: RecipeEditor, change: Change) -> Callable[[Any], None]:
        def handler(_: object) -> None:
            if self._on.value != self._draft.is_on:
                change(partial(editor.switch, self._draft.key, on=self._on.value))

        return handler

    def _typed(self, name: str, widget: Any, editor: RecipeEditor, change: Change) -> Callable[[Any], None]:
        def handler(_: object) -> None:
            if widget.value != _shown(self._draft, name):
                change(partial(editor.write, self._draft.key, name, widget.value))

        return handler

    def draw(self, place: int, count: int) -> None:
        """Show the rule as it is, at its place among the others."""
        self._on.description, self._on.value = f"{place}. {self._title}", self._draft.is_on
        if self._revision != self._draft.revision:  # or what is being typed would be overwritten
            self._revision = self._draft.revision
            for name, widget in self._fields.items():
                widget.value = _shown(self._draft, name)
                widget.disabled = isinstance(self._draft.values[name], dict)
        self._up.disabled, self._down.disabled = place == 1, place == count
        complaint = self._draft.complaint if self._draft.is_on else None
        self._complaint.value = appearance.complaint(f"Not used yet. {complaint}" if complaint else "")

    def close_all(self) -> None:
        """Take the rule's widgets away."""
        for part in (*self._parts, *self.children, self):
            part.close()


def _widget(field: Field) -> Any:
    plain = {"description": field.label, "tooltip": field.about, "style": _LABELS}
    if field.kind == "flag":
        return Checkbox(description=field.label, tooltip=field.about, indent=False, layout=WIDE)
    if field.kind == "choice":
        return Dropdown(options=field.options, **plain, layout=WIDE)
    if field.kind == "number":
        return IntText(**plain, layout={"width": "9rem"})
    if field.kind == "pairs":
        hint = "old name, a tab or →, new name: a line for each"
        return Textarea(**plain, placeholder=hint, rows=3, layout={"flex": "1 1 100%"})
    return Text(**plain, placeholder=field.about[:60], layout={"flex": "1 1 11rem"})


def _shown(draft: Draft, name: str) -> Any:
    """Return what stands in a field."""
    typed = draft.values[name]
    if isinstance(typed, dict):
        return f"{len(typed):,} names: too many to be edited here. Save the recipe, and edit its file."
    return typed
