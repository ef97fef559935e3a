"""Rules that write a name from other columns: templates, and the number as Twilio's default name."""

from __future__ import annotations

import string
from typing import ClassVar

import pandas as pd

from callerid_analytics import frames
from callerid_analytics.cleaning.rules import Rule
from callerid_analytics.errors import RecipeError

Piece = tuple[str, str | None]
"""Some text, and the column that follows it."""


class UseTemplate(Rule, frozen=True, kw_only=True, tag="use-template"):
    """Write each name anew from columns of the frame.

    Parameters
    ----------
    template : str
        Text with columns in braces, such as ``"{region} – {friendly_name}"``. ``{friendly_name}`` is the name as
        the rules before have left it; ``{{`` is a brace. Dates are written as 2015-01-31. Where one of the columns
        is missing, the row keeps its name.

    Raises
    ------
    RecipeError
        The braces are no columns; when applied: the frame does not have them.

    Examples
    --------
    >>> frame = pd.DataFrame({"friendly_name": ["Desk", "Sales"], "region": ["GB", None]})
    >>> UseTemplate(template="{region} – {friendly_name}").apply(frame["friendly_name"], frame).tolist()
    ['GB – Desk', 'Sales']
    """

    template: str

    reason: ClassVar[str] = "Names should say what the other columns know, such as the country."
    idempotent: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        _pieces(self, self.template)

    def _renamed(self, names: pd.Series, frame: pd.DataFrame) -> pd.Series:
        return _filled_in(self, self.template, names, frame).fillna(names)


class FillMissing(Rule, frozen=True, kw_only=True, tag="fill-missing"):
    """Give a name to the rows whose name is missing, empty or only white space.

    Parameters
    ----------
    template : str, optional
        As for `UseTemplate`. By default the number, as `ResetToNumber` writes it.

    Examples
    --------
    >>> frame = pd.DataFrame({"friendly_name": [None, "Sales"], "phone_number": ["+14155550100", "+442079460000"]})
    >>> FillMissing().apply(frame["friendly_name"], frame).tolist()
    ['(415) 555-0100', 'Sales']
    """

    template: str | None = None

    reason: ClassVar[str] = "A caller ID without a name cannot be found by name."

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.template is not None:
            _pieces(self, self.template)

    def _renamed(self, names: pd.Series, frame: pd.DataFrame) -> pd.Series:
        if self.template is None:
            filling = default_names(self._text(frame, "phone_number"))
        else:
            filling = _filled_in(self, self.template, names, frame)
        blank = names.isna() | names.str.strip().eq("")
        return names.mask(blank & filling.notna(), filling)


class ResetToNumber(Rule, frozen=True, kw_only=True, tag="reset-to-number"):
    """Give each row the name that Twilio gives by default: its number, formatted.

    That is ``(415) 555-0100`` in North America and E.164 elsewhere, see
    https://www.twilio.com/docs/voice/api/outgoing-caller-ids. Where the number is missing, the row keeps its name.

    Examples
    --------
    >>> numbers = ["+14155550100", "+442079460000"]
    >>> frame = pd.DataFrame({"friendly_name": ["Desk", "Sales"], "phone_number": numbers})
    >>> ResetToNumber().apply(frame["friendly_name"], frame).tolist()
    ['(415) 555-0100', '+442079460000']
    """

    reason: ClassVar[str] = "The names are wrong or out of date, and the numbers are better than those."

    def _renamed(self, names: pd.Series, frame: pd.DataFrame) -> pd.Series:
        return default_names(self._text(frame, "phone_number")).fillna(names)


def default_names(numbers: pd.Series) -> pd.Series:
    """Write numbers as Twilio does when nobody chose a name."""
    return numbers.str.replace(r"^\+1([0-9]{3})([0-9]{3})([0-9]{4})$", r"(\1) \2-\3", regex=True)


def _pieces(rule: Rule, template: str) -> list[Piece]:
    try:
        parsed = list(string.Formatter().parse(template))
    except ValueError as error:
        raise RecipeError(f"The rule {rule.name!r} cannot read template={template!r}: {error}.") from error
    if not template.strip() or any(
        column == "" or specification or how for _, column, specification, how in parsed
    ):
        raise RecipeError(
            f"The rule {rule.name!r} cannot use template={template!r}: write some text, with the names of columns "
            "in braces and nothing else in these, such as '{region} – {friendly_name}'."
        )
    return [(text, column) for text, column, _, _ in parsed]


def _filled_in(rule: Rule, template: str, names: pd.Series, frame: pd.DataFrame) -> pd.Series:
    """Return the template's text for each row, missing where a column is."""
    pieces = _pieces(rule, template)
    known = {"friendly_name", *frame.columns}
    unknown = [column for _, column in pieces if column is not None and column not in known]
    if unknown:
        raise RecipeError(
            f"The rule {rule.name!r} needs the column {', '.join(map(repr, unknown))}, which the frame does not "
            f"have. It has {', '.join(map(str, frame.columns))}."
        )
    text = pd.Series("", index=names.index, dtype=frames.TEXT)
    for before, column in pieces:
        text = text + before
        if column is not None:
            text = text + (names if column == "friendly_name" else _as_text(rule._column(frame, column)))
    return text


def _as_text(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        values = values.dt.strftime("%Y-%m-%d")
    return values.astype(object).map(str, na_action="ignore").astype(frames.TEXT)
