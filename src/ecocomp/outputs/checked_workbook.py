"""What a check found, as a workbook: the issues, and a copy of each table with the cells at fault coloured.

The user's own files are read and never written.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ecocomp.issues import Issue, UsageError
from ecocomp.panel.joining import Source, open_source
from ecocomp.sources.tables import RawTable
from ecocomp.study import Study
from ecocomp.variables import label

__all__ = ["COLOURS", "require_own", "write_checked_workbook"]

COLOURS = {"error": "FFC7CE", "warning": "FFEB9C", "note": "DDEBF7"}
"""Fill of a cell by the gravest severity found in it."""

CREATOR = "ecocomp check"
_ORDER = ("error", "warning", "note")
_FILLS = {severity: PatternFill("solid", start_color=colour) for severity, colour in COLOURS.items()}
_BOLD = Font(bold=True)
_MOST_ROWS = 1_048_576
_LONGEST_CELL = 32_767
_LONGEST_COMMENT = 2_000
_WIDTHS = {"message": 70, "remedy": 50, "file": 20, "code": 18}
_NUMBERS = ("row", "year")

Marks = dict[tuple[int, str], list[Issue]]
"""Issues by row and column of a table; the header has its own row."""


_SAVING = timedelta(seconds=2)
"""Between the times of making and of changing that one saving leaves in a workbook, at most."""


def require_own(path: Path) -> None:
    """Raise unless a workbook may be written here: nothing is replaced but what an earlier check wrote.

    Raises
    ------
    UsageError
        If the file is no xlsx by its ending, its folder is absent, or it is there and not a check's.
    """
    if path.suffix.lower() != ".xlsx":
        raise UsageError(f"{path} does not end in .xlsx; give the name of a workbook")
    if not path.parent.is_dir():
        raise UsageError(f"{path.parent} is no folder; make it, or give another one")
    if not path.exists():
        return
    try:
        book = load_workbook(path, read_only=True)
        creator, written, changed = book.properties.creator, book.properties.created, book.properties.modified
        book.close()
    except Exception:  # noqa: BLE001  # whatever it is, no check wrote it
        creator = None
    if creator != CREATOR:
        raise UsageError(f"{path} is there already, and no check wrote it; give another name")
    if changed is None or written is None or changed - written > _SAVING:
        raise UsageError(f"{path} was changed since a check wrote it, and the changes would be lost; give another name")


def write_checked_workbook(study: Study, issues: Sequence[Issue], path: Path) -> None:
    """Write what a check found as xlsx.

    Sheet ``issues`` lists every issue. Each table of the study has a sheet with its cells as read, in the rows in
    which they stand in the user's file; a cell with an issue is coloured (`COLOURS`) and carries the messages as a
    comment. A table that cannot be read has none.

    Parameters
    ----------
    study
        Names the tables.
    issues
        What :func:`ecocomp.check` returned.
    path
        File to write; one that an earlier check wrote is replaced.

    Raises
    ------
    UsageError
        If the file is there and not a check's.
    """
    require_own(path)
    book = Workbook(write_only=True)
    book.properties.creator, book.properties.title = CREATOR, _clean(study.study.name)
    _issue_sheet(book.create_sheet("issues"), issues)
    for raw, source in _tables(study):
        marks = _marks(issues, raw, source)
        _table_sheet(book.create_sheet(_title(raw.path.stem, book.sheetnames)), raw, marks)
    partial = path.with_name(f".{path.stem}.partial-{os.getpid()}.xlsx")
    try:
        book.properties.created = datetime.now(UTC).replace(tzinfo=None)  # saving writes the same as the time of change
        book.save(partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _tables(study: Study) -> Iterator[tuple[RawTable, Source | None]]:
    """Yield the tables that can be read, with their keys if they have any; the issues say why another cannot."""
    for name in (None, *study.joined_tables):
        raw, source = open_source(study, name, [])
        if raw is not None:
            yield (raw if source is None else source.table), source


def _issue_sheet(sheet: Worksheet, issues: Sequence[Issue]) -> None:
    columns = Issue.columns()
    for number, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(column, 12)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(issues) + 1}"
    heads = []
    for column in columns:
        heads.append(_cell(sheet, label(column)))
        heads[-1].font = _BOLD
    sheet.append(heads)
    for issue in sorted(issues, key=lambda i: _ORDER.index(i.severity)):
        fields = issue.as_dict()
        row = [fields[c] if c in _NUMBERS else _cell(sheet, str(fields[c] or "")) for c in columns]
        row[0].fill = _FILLS[issue.severity]  # type: ignore[union-attr]
        sheet.append(row)


def _marks(issues: Sequence[Issue], raw: RawTable, source: Source | None) -> Marks:
    """Return the issues of a table by the cells that they are about."""
    marks: Marks = {}
    for issue in issues:
        if issue.file is None or raw.path.name not in issue.file.split(", "):
            continue
        for place in _cells(issue, raw, source):
            marks.setdefault(place, []).append(issue)
    return marks


def _cells(issue: Issue, raw: RawTable, source: Source | None) -> list[tuple[int, str]]:
    """Return the row and column of every cell that an issue is about.

    Where it names a unit and no row, these are the unit's rows (of its year), and where it names no column, the
    unit's code; what is about a whole column marks its head.
    """
    key = source.reading.id if source else None
    named = (issue.column or "").replace("{year}", str(issue.year))
    column = named if named in raw.frame else key
    if column is None:
        return []
    if issue.row is not None:
        return [(issue.row, column)] if issue.row in raw.frame.index else []
    if issue.unit is None:
        return [(_header_row(raw), column)] if column == named else []
    if source is None:
        return []
    own = _rows_of(issue.unit, source)
    in_year = own
    if issue.year is not None and "year" in source.keys:
        in_year = own[source.keys.loc[own, "year"] == issue.year]
    if len(own) and not len(in_year):  # a row that is absent: told at the unit's first one
        return [(int(own[0]), source.reading.id)]
    return [(int(row), column) for row in in_year]


def _rows_of(unit: str, source: Source) -> pd.Index:
    """Return the rows of a unit, told by its code or by what its rows are dissolved into."""
    keys, dissolve = source.keys, getattr(source.reading, "dissolve", None)
    own: pd.Index = keys.index[keys["unit"] == unit]
    if len(own) or dissolve is None:
        return own
    members: pd.Index = keys.index[source.table.frame.loc[keys.index, dissolve] == unit]
    return members


def _header_row(raw: RawTable) -> int:
    return max(int(raw.frame.index[0]) - 1, 1)


def _table_sheet(sheet: Worksheet, raw: RawTable, marks: Marks) -> None:
    """Write a table row by row, each where it stands in the user's file."""
    columns, head = list(raw.frame.columns), _header_row(raw)
    sheet.freeze_panes = f"A{head + 1}"
    for _ in range(head - 1):
        sheet.append([])
    sheet.append([_marked(sheet, name, marks.get((head, name)), bold=True) for name in columns])
    written = head
    for number, cells in zip(raw.frame.index, raw.frame.to_numpy(), strict=True):
        if number > _MOST_ROWS:
            break  # more than a sheet holds; the issues are listed all the same
        for _ in range(int(number) - written - 1):
            sheet.append([])
        sheet.append([_marked(sheet, text, marks.get((number, c))) for c, text in zip(columns, cells, strict=True)])
        written = int(number)


def _marked(sheet: Worksheet, text: str, issues: Sequence[Issue] | None, *, bold: bool = False) -> Cell:
    cell = _cell(sheet, text)
    if bold:
        cell.font = _BOLD
    if issues:
        cell.fill = _FILLS[min((i.severity for i in issues), key=_ORDER.index)]
        said = dict.fromkeys(f"{i.severity} {i.code}: {i.message} → {i.remedy}" for i in issues)
        cell.comment = Comment(_clean("\n".join(said))[:_LONGEST_COMMENT], CREATOR, height=120, width=360)
    return cell


def _cell(sheet: Worksheet, text: str) -> Cell:
    """Return a cell of text that stays text, whatever it starts with."""
    cell = WriteOnlyCell(sheet, _clean(text)[:_LONGEST_CELL])
    cell.data_type = "s"
    if text[:1] in tuple("=+-@"):
        cell.quotePrefix = True
    return cell


def _clean(text: str) -> str:
    return ILLEGAL_CHARACTERS_RE.sub("", text)


def _title(stem: str, taken: Sequence[str]) -> str:
    """Return a sheet's name that a workbook may have, and that no other sheet has."""
    base = re.sub(r"[\[\]:*?/\\']", "_", stem)[:25] or "table"
    known = {name.casefold() for name in taken}
    names = (base if number == 1 else f"{base} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name.casefold() not in known)
