"""Tables as users have them: csv in UTF-8 or GB18030, xlsx, parquet, and layers of vector files.

A table is read as text, cell by cell, so that a code keeps its zeros and a fault can be named by row and column;
what a column means is decided later, in ``panel``.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ecocomp.issues import DataError, Issue, nearest
from ecocomp.sources.files import as_text, dbf_encoding, require_file, sha256

__all__ = ["SPREADSHEETS", "RawTable", "read_table"]

SPREADSHEETS = (".xlsx", ".xlsm")
_VECTOR_FILES = (".gpkg", ".shp", ".geojson", ".fgb")


@dataclass(frozen=True)
class RawTable:
    """A table as text.

    ``frame`` holds strings without blanks around them (empty: missing); its index is the row as a spreadsheet counts
    it, the header being row 1. ``encoding`` is that of a csv, or of a .dbf that does not state its own, else ``None``.
    """

    frame: pd.DataFrame
    path: Path
    sha256: str
    encoding: str | None = None


def read_table(path: Path, sheet: str | None = None) -> RawTable:
    """Read a table as text.

    Parameters
    ----------
    path
        csv, xlsx, parquet, or a vector file, told by its ending.
    sheet
        Sheet of a workbook or layer of a vector file; the first if left out.

    Raises
    ------
    DataError
        If the file is absent, empty, in no known encoding, or not a rectangular table with distinct headers; the
        issues name every row at fault.
    """
    require_file(path, "table")
    kind, encoding = path.suffix.lower(), None
    try:
        if kind in (".csv", ".txt"):
            rows, encoding = _csv_rows(path)
        elif kind in SPREADSHEETS:
            _require_sheet(path, sheet)
            cells = pd.read_excel(path, sheet_name=sheet or 0, header=None, dtype=object, keep_default_na=False)
            rows = [list(map(as_text, row)) for row in cells.itertuples(index=False)]
        elif kind == ".parquet":
            rows = _frame_rows(pd.read_parquet(path))
        elif kind in _VECTOR_FILES:
            import pyogrio

            encoding = dbf_encoding(path)
            rows = _frame_rows(pyogrio.read_dataframe(path, layer=sheet, encoding=encoding, read_geometry=False))
        else:
            raise _error(path, "kind", f"cannot read {kind or 'a file without an ending'}", "save as csv or xlsx")
    except DataError:
        raise
    except Exception as error:  # each reader has its own errors; all mean: not a readable table
        raise _error(path, "unreadable", f"cannot be read: {error}", "open it and save it again") from error
    return RawTable(_frame(rows, path), path, sha256([path]), encoding)


def _error(path: Path, code: str, message: str, remedy: str, row: int | None = None) -> DataError:
    return DataError([Issue("error", f"table-{code}", message, remedy, file=path.name, row=row)])


def _require_sheet(path: Path, sheet: str | None) -> None:
    """Raise, naming the sheets that there are, if a workbook lacks the one asked for."""
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    try:
        if sheet is not None and sheet not in book.sheetnames:
            raise _error(
                path, "sheet", f"has no sheet {sheet!r}; {nearest(sheet, book.sheetnames)}", "correct [units] sheet"
            )
    finally:
        book.close()


def _csv_rows(path: Path) -> tuple[list[list[str]], str]:
    """Decode by the ladder UTF-8 (with or without a byte-order mark), then GB18030, and split into cells."""
    content = path.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        lines = csv.reader(io.StringIO(text, newline=""), strict=False)
        return [[cell.strip() for cell in row] for row in lines], encoding
    raise _error(path, "encoding", "is neither UTF-8 nor GB18030 text", "save it as 'CSV UTF-8'")


def _frame_rows(frame: pd.DataFrame) -> list[list[str]]:
    if frame.index.names != [None]:  # a parquet file keeps the index of the frame it was
        frame = frame.reset_index()
    return [list(map(as_text, row)) for row in ([*frame.columns], *frame.astype(object).values.tolist())]


def _frame(rows: Sequence[Sequence[str]], path: Path) -> pd.DataFrame:
    """Check that rows form a table below a header of distinct names, and return it without empty rows."""
    header = list(rows[0]) if rows else []
    while header and not header[-1]:  # columns that a spreadsheet only formats
        header.pop()
    if not any(header):
        raise _error(path, "header", "has no header in row 1", "put the column names into the first row", 1)
    issues = [
        Issue("error", "table-header", f"{count} columns are called {name!r}", "give each column a name of its own",
              file=path.name, column=name, row=1)
        for name, count in Counter(header).items() if count > 1 and name
    ]  # fmt: skip
    body, index = [], []
    for number, row in enumerate(rows[1:], start=2):
        if not any(row):
            continue
        if any(row[len(header) :]):
            issues.append(
                Issue("error", "table-row", f"has {len(row)} cells under {len(header)} headers",
                      "check the separators and quotes of this row", file=path.name, row=number)
            )  # fmt: skip
        body.append([*row[: len(header)], *[""] * (len(header) - len(row))])
        index.append(number)
    if issues:
        raise DataError(issues)
    if not body:
        raise _error(path, "empty", "has a header and no rows", "fill in at least one unit and year")
    return pd.DataFrame(body, columns=header, index=pd.Index(index, name="row"), dtype=object)
