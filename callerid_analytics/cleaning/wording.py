"""Rules that change some words of a name: replacing, prefix, suffix."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import ClassVar

from callerid_analytics.cleaning.rules import NameRule, Rule
from callerid_analytics.errors import RecipeError


class ReplaceText(NameRule, frozen=True, kw_only=True, tag="replace-text"):
    """Replace a text wherever it stands in a name.

    Parameters
    ----------
    old : str
        What is looked for, literally.
    new : str
        What takes its place; nothing by default.
    case : bool, default True
        Whether upper and lower case differ.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["Acme Ltd. Sales"])
    >>> ReplaceText(old=" ltd.", case=False).apply(names, names.to_frame()).tolist()
    ['Acme Sales']
    """

    old: str
    new: str = ""
    case: bool = True

    reason: ClassVar[str] = "A word is out of date, misspelt or not wanted."
    idempotent: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_empty(self, "old", self.old)

    def _rename(self, name: str) -> str:
        if self.case:
            return name.replace(self.old, self.new)
        return _compiled(re.escape(self.old), case=False).sub(lambda _: self.new, name)


class ReplacePattern(NameRule, frozen=True, kw_only=True, tag="replace-pattern"):
    r"""Replace what a regular expression matches.

    Parameters
    ----------
    pattern : str
        As of https://docs.python.org/3/library/re.html.
    new : str
        What takes its place; ``\1`` or ``\g<name>`` is the text of a group. Nothing by default.
    case : bool, default True
        Whether upper and lower case differ.

    Raises
    ------
    RecipeError
        The pattern is no regular expression, or `new` names a group that it does not have.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["Sales - Acme"])
    >>> ReplacePattern(pattern=r"(\w+) - (\w+)", new=r"\2: \1").apply(names, names.to_frame()).tolist()
    ['Acme: Sales']
    """

    pattern: str
    new: str = ""
    case: bool = True

    reason: ClassVar[str] = "Many names share a pattern that should read otherwise."
    idempotent: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_empty(self, "pattern", self.pattern)
        try:
            # An alternative that always matches makes re look at the groups that `new` names.
            re.sub(f"(?:{self.pattern})|", self.new, "") if _compiled(self.pattern, case=self.case) else None
        except (re.error, IndexError) as error:
            raise RecipeError(
                f"The rule {self.name!r} cannot use pattern={self.pattern!r} with new={self.new!r}: {error}."
            ) from error

    def _rename(self, name: str) -> str:
        return _compiled(self.pattern, case=self.case).sub(self.new, name)


class AddPrefix(NameRule, frozen=True, kw_only=True, tag="add-prefix"):
    """Put a text before each name that does not begin with it; a missing or empty name stays as it is.

    Parameters
    ----------
    text : str
        With the space that is to follow, such as ``"Acme "``.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["Sales", "Acme Support"])
    >>> AddPrefix(text="Acme ").apply(names, names.to_frame()).tolist()
    ['Acme Sales', 'Acme Support']
    """

    text: str

    reason: ClassVar[str] = "All names should begin alike, such as with the company's name."

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_empty(self, "text", self.text)

    def _rename(self, name: str) -> str:
        return name if not name or name.startswith(self.text) else self.text + name


class AddSuffix(NameRule, frozen=True, kw_only=True, tag="add-suffix"):
    """Put a text after each name that does not end with it; a missing or empty name stays as it is.

    Parameters
    ----------
    text : str
        With the space that is to precede, such as ``" (Acme)"``.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["Sales"])
    >>> AddSuffix(text=" (Acme)").apply(names, names.to_frame()).tolist()
    ['Sales (Acme)']
    """

    text: str

    reason: ClassVar[str] = "All names should end alike, such as with the place."

    def __post_init__(self) -> None:
        super().__post_init__()
        _refuse_empty(self, "text", self.text)

    def _rename(self, name: str) -> str:
        return name if not name or name.endswith(self.text) else name + self.text


@lru_cache(maxsize=64)
def _compiled(pattern: str, *, case: bool) -> re.Pattern[str]:
    return re.compile(pattern, 0 if case else re.IGNORECASE)


def _refuse_empty(rule: Rule, field: str, value: str) -> None:
    if not value:
        raise RecipeError(f"The rule {rule.name!r} has nothing as {field!r}; write what it is to look for or add.")
