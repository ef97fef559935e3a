"""A bundle of files, written as a whole or not at all, so that half an audit is never taken for one."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from callerid_analytics import exports, spreadsheets
from callerid_analytics.audit import Policy, audit
from callerid_analytics.errors import ExportError
from callerid_analytics.files import StrPath, replacing_folder
from callerid_analytics.report import manifest, page

FILES = {
    "report.html": "what to read first: figures, pictures and findings on one page",
    "caller_ids.xlsx": "all rows, and the findings (the gravest million), for a spreadsheet program",
    "caller_ids_spreadsheet.csv": "all rows as CSV that a spreadsheet program cannot spoil",
    "caller_ids.csv": "all rows, lossless, for programs",
    "findings.csv": "all findings, for programs",
    "summary.json": "the figures",
    "manifest.json": "what was read, from where, when, by which rules, and what could not be read",
    "SHA256SUMS": "checksums of the other files: sha256sum -c SHA256SUMS",
}
"""The files of a bundle, and what each is for."""


def write_bundle(
    frame: pd.DataFrame,
    directory: StrPath,
    *,
    report: dict[str, Any] | None = None,
    policy: Policy | None = None,
    findings: pd.DataFrame | None = None,
    now: datetime | None = None,
) -> Path:
    """Write a frame, its audit and a page about both to a folder, all at once.

    Parameters
    ----------
    frame : pandas.DataFrame
        Caller IDs, as `callerid_analytics.load` returns them.
    directory : path
        The folder to write; one that holds an older bundle is replaced, any other must be empty or not there.
    report : dict, optional
        The load report; by default the one in ``frame.attrs``.
    policy : callerid_analytics.audit.Policy, optional
        By which the rules were chosen and graded.
    findings : pandas.DataFrame, optional
        What `callerid_analytics.audit.audit` found in this frame by this policy; by default it is called.
    now : datetime.datetime, optional
        With a zone; the current time by default.

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    ExportError
        The folder cannot be written, or holds files that are no part of a bundle; the old bundle is as it was.
    ContractError
        The frame has not the columns of a frame of caller IDs.
    """
    report = frame.attrs.get("load_report") if report is None else report
    if findings is None:
        findings = audit(frame, policy, report=report)
    _refuse_other_peoples_files(Path(directory))
    with replacing_folder(directory) as folder:
        figures = manifest.summary(frame, findings, report)
        described = manifest.manifest(frame, findings, report, policy, now=now)
        with ThreadPoolExecutor(1) as pool:  # the workbook takes as long as all the others, most of it in zlib
            workbook = pool.submit(_write_workbook, folder / "caller_ids.xlsx", frame, findings)
            exports.write_csv(frame, folder / "caller_ids.csv")
            spreadsheets.write_spreadsheet_csv(frame, folder / "caller_ids_spreadsheet.csv")
            exports.write_csv(findings, folder / "findings.csv")
            _write_json(folder / "summary.json", figures)
            _write_json(folder / "manifest.json", described)
            text = page.render(frame, findings, figures, described, policy=policy)
            (folder / "report.html").write_text(text, encoding="utf-8")
            workbook.result()
        _write_checksums(folder)
    return Path(directory)


def read_findings(directory: StrPath) -> pd.DataFrame:
    """Read the findings of a bundle.

    Raises
    ------
    ExportError
        The folder holds no bundle.
    """
    return exports.read_csv(Path(directory, "findings.csv"))


def _refuse_other_peoples_files(directory: Path) -> None:
    """Refuse a folder whose replacement would lose files that no bundle has."""
    if not directory.is_dir():
        return
    others = sorted(path.name for path in directory.iterdir() if path.name not in FILES)
    if others:
        raise ExportError(
            f"{directory} holds {others[0]}, which is no part of a bundle and would be lost: move it away, or "
            "name another folder."
        )


def _write_workbook(path: Path, frame: pd.DataFrame, findings: pd.DataFrame) -> None:
    """Write the rows, on several sheets if one cannot hold them, and a sheet of findings, gravest first."""
    most = spreadsheets.MOST_ROWS - 1  # below the header
    sheets: dict[str, pd.DataFrame] = {}
    for number, start in enumerate(range(0, max(len(frame), 1), most), 1):
        sheets["Caller IDs" if number == 1 else f"Caller IDs {number}"] = frame.iloc[start : start + most]
    spreadsheets.write_xlsx(sheets | {"Findings": findings.head(most)}, path)


def _write_json(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _write_checksums(folder: Path) -> None:
    lines = []
    for name in sorted(FILES.keys() - {"SHA256SUMS"}):
        with (folder / name).open("rb") as file:
            lines.append(f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {name}\n")
    (folder / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
