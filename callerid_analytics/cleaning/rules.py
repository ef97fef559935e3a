"""What every rename rule is: data with a name, a reason, and a pure function from names to names."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import msgspec
import pandas as pd

from callerid_analytics import frames
from callerid_analytics.errors import ContractError, RecipeError


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="rule"):
    """The common part of all rules; see the table in `callerid_analytics.cleaning` for those there are.

    Attributes
    ----------
    name : str
        What the rule is called in recipes, reports and plans.
    reason : str
        One sentence for people that says what the rule is good for.
    idempotent : bool
        Whether applying it to its own result changes nothing, whatever the names.
    """

    reason: ClassVar[str]
    idempotent: ClassVar[bool] = True

    def __post_init__(self) -> None:
        for field in msgspec.structs.fields(self):
            value = getattr(self, field.name)
            try:
                msgspec.structs.force_setattr(self, field.name, msgspec.convert(value, field.type))
                msgspec.json.encode(value)
            except (msgspec.ValidationError, UnicodeError) as error:
                raise RecipeError(
                    f"The rule {self.name!r} has {value!r:.100} as {field.name!r}: {error}."
                ) from error

    @property
    def name(self) -> str:
        """What the rule is called in recipes, reports and plans."""
        return str(self.__struct_config__.tag)

    def apply(self, names: pd.Series, frame: pd.DataFrame) -> pd.Series:
        """Return the names as this rule would have them.

        Parameters
        ----------
        names : pandas.Series
            Text, one name for each row of the frame; possibly what another rule has returned.
        frame : pandas.DataFrame
            The rows, for the rules that look at other columns.

        Returns
        -------
        pandas.Series
            Text, with the index and name of `names`. A missing name stays missing unless the rule is there to fill
            it.

        Raises
        ------
        RecipeError
            The frame lacks a column that the rule needs, or the rule would make text that UTF-8 cannot hold.
        ContractError
            A name is neither text nor missing.
        """
        before = frames.convert(names, frames.TEXT)
        after = self._renamed(before.reset_index(drop=True), frame)
        return pd.Series(after.array, index=names.index, name=names.name)

    def _renamed(self, names: pd.Series, frame: pd.DataFrame) -> pd.Series:
        """Return new names of the dtype `TEXT`; `names` are numbered from 0."""
        raise NotImplementedError

    def _column(self, frame: pd.DataFrame, name: str) -> pd.Series:
        """Return a column of the frame, numbered from 0."""
        if name not in frame.columns:
            raise RecipeError(f"The rule {self.name!r} needs the column {name!r}, which the frame does not have.")
        return frame[name].reset_index(drop=True)

    def _text(self, frame: pd.DataFrame, name: str) -> pd.Series:
        try:
            return frames.convert(self._column(frame, name).astype(object), frames.TEXT)
        except ContractError as error:
            raise RecipeError(f"The rule {self.name!r} needs text: {error}") from error


class NameRule(Rule, frozen=True, kw_only=True):
    """A rule for which the name alone decides: it is asked once for each different name."""

    def _renamed(self, names: pd.Series, frame: pd.DataFrame) -> pd.Series:
        return of_each(names, self._rename)

    def _rename(self, name: str) -> str:
        raise NotImplementedError


def of_each(texts: pd.Series, change: Callable[[str], str | None]) -> pd.Series:
    """Apply a function to every different text of a column of `TEXT`; missing stays missing."""
    codes, different = pd.factorize(texts)
    changed = pd.Series([change(text) for text in different.tolist()], dtype=frames.TEXT)
    return changed.reindex(codes).set_axis(texts.index)
