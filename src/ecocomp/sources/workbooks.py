"""Sheets of workbooks to rows of text: xlsx, xlsm, xlsb, xls and ods, with what their formulas lack."""

from __future__ import annotations

import datetime
import html
import io
import posixpath
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree

from ecocomp.issues import DataError, Issue, nearest
from ecocomp.sources.files import as_text
from ecocomp.sources.layout import Merged

if TYPE_CHECKING:
    import python_calamine

__all__ = ["WORKBOOKS", "SheetText", "read_sheet"]

WORKBOOKS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"

# A cell in a sheet's XML, as every writer of xlsx lays it out; prefixes of the namespace vary.
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_KIND = re.compile(rb'\bt="(\w+)"')
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]*)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</)")
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14
_LOCKED = ("is locked with a password", "save it without one")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""Stream that holds a locked workbook."""
_LEGACY = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class SheetText(NamedTuple):
    """A sheet as rows of text from its cell A1 on, its merged cells, and what was noticed."""

    rows: list[list[str]]
    merged: list[Merged]
    issues: list[Issue]


def read_sheet(path: Path, sheet: str | None = None) -> SheetText:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path
        Workbook; a formula counts with the value that the file stores, and stands as text where it stores none.
    sheet
        Its name; the first visible sheet if left out.

    Raises
    ------
    DataError
        If the file is no workbook, is locked, or has no such sheet.
    """
    import python_calamine

    try:
        with python_calamine.load_workbook(path if _is_as_called(path) else io.BytesIO(path.read_bytes())) as book:
            name, issues = _choose(book, path, sheet)
            cells = book.get_sheet_by_name(name)
            blocks = cells.merged_cell_ranges or []
            rows = [[_text(cell) for cell in row] for row in cells.to_python(skip_empty_area=False)]
    except python_calamine.PasswordError as error:
        raise _error(path, *_LOCKED) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise _error(path, *_instead(path, error)) from error
    if zipfile.is_zipfile(path):
        _write_formulas(path, name, rows)
    merged = [Merged(*first, *last) for first, last in blocks]
    return SheetText(rows, merged, issues)


def _is_as_called(path: Path) -> bool:
    """Tell whether a workbook is of the age that its ending says; others are told by their content."""
    with path.open("rb") as file:
        return file.read(2).startswith(b"PK") == (path.suffix.lower() != ".xls")


def _error(path: Path, message: str, remedy: str) -> DataError:
    return DataError([Issue("error", "table-unreadable", message, remedy, file=path.name)])


def _instead(path: Path, error: Exception) -> tuple[str, str]:
    """Say what a file is that is called a workbook and is none."""
    content = path.read_bytes()
    start = content[:2048]
    if start.startswith(_LEGACY) and _ENCRYPTED in content:
        return _LOCKED
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<?xml")):
        return "holds a web page, not a workbook", "open it in a spreadsheet and save it as xlsx"
    if not start.startswith((b"PK", _LEGACY)) and b"\0" not in start:
        return "holds plain text, not a workbook", "call it .csv, or open it in a spreadsheet and save it as xlsx"
    return f"cannot be read: {error}", "open it and save it again"


def _choose(book: python_calamine.CalamineWorkbook, path: Path, sheet: str | None) -> tuple[str, list[Issue]]:
    """Return the sheet to read, with a note where there were others to choose from."""
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    sheets = [s for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
    names = [s.name for s in sheets]
    if sheet is not None:
        if sheet in names:
            return sheet, []
        hint = nearest(sheet, names)
        message = f"has no sheet {sheet!r}; {hint}"
        raise DataError([Issue("error", "table-sheet", message, "correct the sheet in the study", path.name)])
    visible = [s.name for s in sheets if s.visible == SheetVisibleEnum.Visible] or names
    if not visible:
        raise _error(path, "has no sheet of cells", "give a workbook with a table")
    if len(visible) == 1:
        return visible[0], []
    others = ", ".join(visible[1:])
    return visible[0], [
        Issue("note", "table-layout", f"its first sheet {visible[0]!r} is read; there are also: {others}",
              "state the sheet in the study if it is another", path.name)
    ]  # fmt: skip


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (str, float, int)):
        return as_text(cell)
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    return str(cell)


def _write_formulas(path: Path, sheet: str, rows: list[list[str]]) -> None:
    """Write the errors of formulas (#DIV/0!), and formulas whose value the file lacks (=B2*2), into their cells.

    The reader gives both as empty cells, which would make values missing that are only uncomputed.
    """
    with zipfile.ZipFile(path) as archive:
        member = _member(archive, sheet) if "xl/workbook.xml" in archive.namelist() else None
        xml = archive.read(member) if member else b""  # xlsb and ods keep their formulas otherwise
    if not _FORMULA.search(xml) and b't="e"' not in xml:
        return
    for attributes, content in _CELL.findall(xml):
        place, kind, formula = _PLACE.search(attributes), _KIND.search(attributes), _FORMULA.search(content)
        value = _VALUE.search(content)
        if place and kind and kind[1] == b"e" and value:
            _put(rows, place, value[1].decode())
        elif place and formula and not (value and value[1]) and not (kind and kind[1] in (b"str", b"inlineStr")):
            written = html.unescape((formula[1] or b"").decode())
            _put(rows, place, f"={written or '…'}")


def _put(rows: list[list[str]], place: re.Match[bytes], text: str) -> None:
    column, row = _number(place[1].decode()), int(place[2]) - 1
    if not (0 <= row < _MOST_ROWS and column < _MOST_COLUMNS):
        return
    width = max(column + 1, len(rows[0]) if rows else 0)
    rows.extend([""] * width for _ in range(row + 1 - len(rows)))
    rows[row].extend([""] * (column + 1 - len(rows[row])))
    rows[row][column] = text


def _number(letters: str) -> int:
    number = 0
    for character in letters:
        number = 26 * number + ord(character) - ord("A") + 1
    return number - 1


def _member(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the file inside an xlsx that holds a sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    for entry in book.iter():
        if entry.tag in (f"{_MAIN}sheet", f"{_STRICT}sheet") and entry.get("name") == sheet:
            wanted = next((value for key, value in entry.attrib.items() if key.endswith("}id")), None)
            target = next((link.get("Target") for link in links if link.get("Id") == wanted), None)
            if target is None:
                return None
            member = posixpath.normpath(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
            return member if member in archive.namelist() else None
    return None
