"""Plans as CSV files, for a colleague who edits them in a spreadsheet program."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pandas as pd

from callerid_analytics import frames, spreadsheets, tables
from callerid_analytics.files import StrPath, replacing
from callerid_analytics.plans.contract import checked, kind, refuse_other_columns
from callerid_analytics.plans.problems import recheck


def save_plan(plan: pd.DataFrame, path: StrPath) -> None:
    """Write a plan as CSV that Excel and LibreOffice open and save without spoiling it.

    It is UTF-8 with a byte order mark. Texts that a spreadsheet program would take for a formula, a number or a
    date have an apostrophe before them, and so have those that begin with one; `load_plan` takes it away. An
    apostrophe alone is empty text.

    Parameters
    ----------
    plan : pandas.DataFrame
        A plan of renames or of deletions. Its index and ``attrs`` are left out.
    path : str or path
        Where to; what is there is replaced, all at once.

    Raises
    ------
    PlanError
        It is no plan: see `check`.
    ExportError
        The file cannot be written.
    """
    safe = _at_once(checked(plan).astype(frames.TEXT), _written)
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(safe.columns)
    writer.writerows(zip(*(safe[name].tolist() for name in safe), strict=True))
    with replacing(path) as file:
        file.write(text.getvalue().encode("utf-8-sig"))


def load_plan(path: StrPath, *, frame: pd.DataFrame | None = None) -> pd.DataFrame:
    """Read a plan that `save_plan` has written and a spreadsheet program may have saved since.

    Rows may be gone and columns in another order. Delimiters may be commas, semicolons or tabs. A row whose new
    name is its old one again has nothing to do and is left out. Problems are worked out again, as `recheck` does.

    Parameters
    ----------
    path : str or path
        Of the file.
    frame : pandas.DataFrame, optional
        All caller IDs, to find collisions with rows outside the plan afresh.

    Returns
    -------
    pandas.DataFrame
        A plan of renames or of deletions, with a plan's dtypes, numbered from 0. A new name that was emptied is
        empty text, and its row has that problem.

    Raises
    ------
    PlanError
        It is no plan, or no longer: see `check`. The message names the line of the file too.
    ExportError
        The file cannot be read, or is not CSV in UTF-8.
    """
    table = tables.read_csv(path)
    lines = table.index.tolist()
    which = kind(table)
    refuse_other_columns(table)
    plan = _at_once(table.reset_index(drop=True), _read)
    if which == "rename":
        plan = plan.assign(new_name=plan["new_name"].fillna(""))
    plan = checked(plan, lines=lines)
    if which == "rename":
        plan = plan[plan["new_name"].ne(plan["old_name"])].reset_index(drop=True)
    return recheck(plan, frame=frame)


def _at_once(table: pd.DataFrame, change: Callable[[pd.Series], pd.Series]) -> pd.DataFrame:
    """Change all columns as if they were one, since compiling the patterns would take longest in a small plan."""
    changed = change(pd.concat([table[name] for name in table.columns], ignore_index=True)).array
    rows = len(table)
    return table.assign(**{name: changed[at * rows : (at + 1) * rows] for at, name in enumerate(table.columns)})


def _written(texts: pd.Series) -> pd.Series:
    return spreadsheets.protect(texts).fillna("")


def _read(texts: pd.Series) -> pd.Series:
    return spreadsheets.unprotect(texts).mask(texts.eq(""))
