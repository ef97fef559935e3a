"""Rules that look a name up: by SID, number or old name, and the chosen name of a cluster."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import pandas as pd

from callerid_analytics import numbering, tables
from callerid_analytics.cleaning.rules import Rule, of_each
from callerid_analytics.errors import RecipeError
from callerid_analytics.files import StrPath

Key = Literal["sid", "phone_number", "friendly_name"]


class LookUp(Rule, frozen=True, kw_only=True, tag="look-up"):
    """Take each name from a list, such as a CRM's, by SID, by number, or by the name so far.

    Rows that the list does not have keep their names.

    Parameters
    ----------
    names : dict of str to str
        From keys to names.
    key : {"sid", "phone_number", "friendly_name"}
        What the keys are. Numbers have their country code, as ``+1 415 555 0100`` has. ``friendly_name`` is the
        name as the rules before have left it.

    Raises
    ------
    RecipeError
        A key is a number that cannot be read; when applied: the frame does not have the column.

    Examples
    --------
    >>> numbers = ["+14155550100", "+442079460000"]
    >>> frame = pd.DataFrame({"friendly_name": ["Desk", "Sales"], "phone_number": numbers})
    >>> rule = LookUp(key="phone_number", names={"+1 (415) 555-0100": "Front desk"})
    >>> rule.apply(frame["friendly_name"], frame).tolist()
    ['Front desk', 'Sales']
    """

    key: Key
    names: dict[str, str]

    reason: ClassVar[str] = "Another system knows better names."
    idempotent: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.key == "phone_number":
            _distinct(
                self.name, _in_e164(self.name, pd.Series(list(self.names), dtype=object)), self.names.values()
            )

    @classmethod
    def from_csv(
        cls, path: StrPath, *, key: Key, key_column: str, name_column: str, region: str | None = None
    ) -> LookUp:
        """Read the names from a CSV file in UTF-8, such as a CRM or a spreadsheet program writes.

        Parameters
        ----------
        path : str or path
            Of the file; its first line names the columns. Rows without a key or without a name are left out.
        key : {"sid", "phone_number", "friendly_name"}
            What is in `key_column`.
        key_column, name_column : str
            The columns of the keys and of the names.
        region : str, optional
            ISO 3166-1 alpha-2 code of the numbers that come without a country code.

        Raises
        ------
        RecipeError
            A column is not there, a number cannot be read, or a key has two names.
        ExportError
            The file cannot be read.
        """
        table = tables.read_csv(path)
        for column in (key_column, name_column):
            if list(table.columns).count(column) != 1:
                raise RecipeError(
                    f"{path} needs one column {column!r}; its columns are {', '.join(table.columns)}."
                )
        rows = table[[key_column, name_column]].set_axis(["key", "name"], axis="columns")
        rows = rows[rows["key"].str.strip().ne("") & rows["name"].str.strip().ne("")]
        keys = rows["key"] if key == "friendly_name" else rows["key"].str.strip()
        if key == "phone_number":
            keys = _in_e164(str(path), keys, region=region)
        return cls(key=key, names=_distinct(str(path), keys, rows["name"]))

    def _renamed(self, names: pd.Series, frame: pd.DataFrame) -> pd.Series:
        known = self.names
        if self.key == "phone_number":
            keys = _in_e164(self.name, pd.Series(list(known), dtype=object))
            known = dict(zip(keys, known.values(), strict=True))
        values = names if self.key == "friendly_name" else self._text(frame, self.key)
        return of_each(values, known.get).fillna(names)


class MergeNames(Rule, frozen=True, kw_only=True, tag="merge-names"):
    """Give the different spellings of a name the one that was chosen.

    Parameters
    ----------
    names : dict of str to str
        From each spelling, as the rules before have left it, to the chosen name.

    Raises
    ------
    RecipeError
        A chosen name is itself to be replaced by another.

    Examples
    --------
    >>> import pandas as pd
    >>> names = pd.Series(["ACME sales", "Acme Sales", "Desk"])
    >>> MergeNames(names={"ACME sales": "Acme Sales"}).apply(names, names.to_frame()).tolist()
    ['Acme Sales', 'Acme Sales', 'Desk']
    """

    names: dict[str, str]

    reason: ClassVar[str] = "One name is spelt in several ways."

    def __post_init__(self) -> None:
        super().__post_init__()
        for chosen in self.names.values():
            if self.names.get(chosen, chosen) != chosen:
                raise RecipeError(
                    f"The rule {self.name!r} merges names into {chosen!r}, and that into {self.names[chosen]!r}; "
                    "choose one."
                )

    @classmethod
    def from_groups(cls, groups: pd.DataFrame) -> MergeNames:
        """Make the rule from groups of alike names, such as `duplicates` finds.

        Parameters
        ----------
        groups : pandas.DataFrame
            With the columns ``group``, ``friendly_name`` and ``keep``, true in the row whose name is chosen. Leave
            out the rows that are not to be merged.

        Raises
        ------
        RecipeError
            A column is missing, a group of several names has none chosen or two, or a name is in two groups with
            different chosen names.

        Examples
        --------
        >>> groups = pd.DataFrame(
        ...     {"group": [1, 1], "friendly_name": ["Acme Sales", "ACME sales"], "keep": [True, False]}
        ... )
        >>> MergeNames.from_groups(groups).names
        {'ACME sales': 'Acme Sales'}
        """
        for column in ("group", "friendly_name", "keep"):
            if column not in groups.columns:
                raise RecipeError(f"The groups need the column {column!r}, which they do not have.")
        rows = groups.dropna(subset=["group", "friendly_name"])
        kept = rows[rows["keep"].fillna(False).astype(bool)].drop_duplicates(["group", "friendly_name"])
        chosen = kept.set_index("group")["friendly_name"]
        if not chosen.index.is_unique:
            group = chosen.index[chosen.index.duplicated()][0]
            raise RecipeError(f"The group {group!r} has more than one chosen name; keep one.")
        merged = rows["group"].map(chosen.astype(object))
        others = rows["friendly_name"].ne(merged)
        if merged[others].isna().any():
            raise RecipeError(
                f"The group {rows.loc[merged.isna(), 'group'].iloc[0]!r} has no chosen name; keep one."
            )
        return cls(names=_distinct("The groups", rows["friendly_name"][others], merged[others]))

    def _renamed(self, names: pd.Series, frame: pd.DataFrame) -> pd.Series:
        return of_each(names, lambda name: self.names.get(name, name))


def _in_e164(source: str, numbers: pd.Series, *, region: str | None = None) -> pd.Series:
    read = numbering.normalize(numbers, region=region)
    if read.isna().any():
        raise RecipeError(
            f"{source}: {numbers[read.isna()].iloc[0]!r} cannot be read as a phone number; write it as + and the "
            "country code, or name the region of numbers without one."
        )
    return read


def _distinct(source: str, keys: pd.Series, names: Any) -> dict[str, str]:
    known: dict[str, str] = {}
    for key, name in zip(keys, names, strict=True):
        if known.setdefault(key, name) != name:
            raise RecipeError(f"{source}: {key!r} has two names, {known[key]!r} and {name!r}; leave one of them.")
    return known
