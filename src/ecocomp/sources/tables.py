"""Tables as users have them: text files, workbooks, files of statistics programs, parquet, layers of vector files.

A table is read as text, cell by cell, so that a code keeps its zeros and a fault can be named by row and column;
what a column means is decided later, in ``panel``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from ecocomp.issues import DataError, EcocompError, Issue, nearest
from ecocomp.sources.cleaning import plain
from ecocomp.sources.csv_text import read_csv
from ecocomp.sources.databases import database_name, is_database, read_rows
from ecocomp.sources.encodings import attribute_encoding
from ecocomp.sources.files import as_text, require_file, sha256
from ecocomp.sources.layout import Merged, lay_out
from ecocomp.sources.statistical import Labelled, read_spss, read_stata
from ecocomp.sources.workbooks import WORKBOOKS, read_sheet
from ecocomp.study import Reading, Study

__all__ = ["RawTable", "open_table", "read_database_table", "read_table"]

_TEXT_FILES = (".csv", ".txt", ".tsv", ".tab")
_VECTOR_FILES = (".gpkg", ".shp", ".geojson", ".fgb")
_READ = "csv, txt, tsv, xlsx, xls, xlsb, ods, dta, sav, parquet, gpkg, shp, geojson or fgb"


@dataclass(frozen=True)
class RawTable:
    """A table as text.

    Attributes
    ----------
    frame
        Strings without blanks around them (empty: missing); the index is the row as a spreadsheet counts it, the
        header of a plain table being row 1.
    path, sha256
        The file and its hash.
    encoding
        That of a text file or a .dbf, else ``None``.
    names
        For every other name that columns go by (a line of a bilingual header, a name that several columns have, the
        title of a variable), the columns that have it.
    merged
        For each column, first and last row of cells that are merged downwards.
    typed
        Whether the file has numbers of its own kind, so that texts alone can show a decimal comma.
    issues
        What was noticed and cleaned; no errors.
    """

    frame: pd.DataFrame
    path: Path
    sha256: str
    encoding: str | None = None
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    merged: Mapping[str, Sequence[tuple[int, int]]] = field(default_factory=dict)
    typed: bool = False
    issues: tuple[Issue, ...] = ()

    def find(self, name: str) -> tuple[str, ...]:
        """Return the columns that go by a name: none, one, or several.

        A column's own name comes before the lines of its header, and those before names that differ only in blanks
        or full-width characters.
        """
        if name in self.frame:
            return (name,)
        if name in self.names:
            return self.names[name]
        known = {column: (column,) for column in map(str, self.frame.columns)} | dict(self.names)
        alike = {column for other, found in known.items() if plain(other) == plain(name) for column in found}
        return tuple(column for column in self.frame.columns if column in alike)

    def known(self) -> list[str]:
        """Return every name that a study may use."""
        return sorted({*map(str, self.frame.columns), *(n for n, found in self.names.items() if len(found) == 1)})


def read_table(
    path: Path,
    sheet: str | None = None,
    *,
    header_rows: Sequence[int] | None = None,
    wanted: Collection[str] = (),
) -> RawTable:
    """Read a table as text.

    Parameters
    ----------
    path
        File, told by its ending.
    sheet
        Sheet of a workbook or layer of a vector file; the first if left out.
    header_rows
        Rows that hold the header, as a spreadsheet counts them; found if left out.
    wanted
        Column names that the study asks for, by which the header is found.

    Raises
    ------
    DataError
        If the file is absent, empty, in no known encoding, or not a table below a header; the issues name every row
        at fault.
    MissingDependencyError
        If its kind needs a package that is not installed.
    """
    require_file(path, "table")
    kind = path.suffix.lower()
    rows: list[list[str]]
    merged: list[Merged] = []
    encoding: str | None = None
    titles: dict[str, str] = {}
    typed = True
    try:
        if kind in _TEXT_FILES:
            rows, encoding, issues = read_csv(path)
            typed = False
        elif kind in WORKBOOKS:
            rows, merged, issues = read_sheet(path, sheet)
        else:
            (frame, titles, issues), encoding = _columns(path, kind, sheet)
            rows, header_rows = _frame_rows(frame), (1,)  # such files know their columns' names
    except EcocompError:
        raise
    except Exception as error:  # each reader has its own errors; all mean: not a readable table
        found = Issue("error", "table-unreadable", f"cannot be read: {error}", "open it and save it again", path.name)
        raise DataError([found]) from error
    laid = lay_out(rows, path.name, header_rows, wanted, merged)
    names = dict(laid.names)
    for column, title in titles.items():
        if column in laid.frame and title not in laid.frame:
            names[title] = (*names.get(title, ()), column)
    noticed = (*issues, *laid.issues)
    return RawTable(laid.frame, path, sha256([path]), encoding, names, laid.merged, typed, noticed)


def read_database_table(url: str, query: str | None, name: str | None = None) -> RawTable:
    """Read a query or a table of a database as text; parameters and errors as `ecocomp.sources.databases.read_rows`."""
    rows = read_rows(url, query, name)
    return RawTable(rows.frame, Path(database_name(url).replace("/", " ")), rows.sha256, typed=True)


def open_table(reading: Reading, study: Study, wanted: Collection[str] = ()) -> RawTable:
    """Read a table of a study, wherever it stands; parameters and errors as `read_table`."""
    from ecocomp.sources.published import published_key, read_published  # its readers build on this module

    if is_database(reading.table):
        return read_database_table(reading.table, reading.query, reading.sheet)
    key = published_key(reading.table)
    if key is not None:
        return read_published(key, study.resolve(reading.table.removeprefix(f"{key}:")))
    return read_table(study.resolve(reading.table), reading.sheet, header_rows=reading.header_rows, wanted=wanted)


def _columns(path: Path, kind: str, sheet: str | None) -> tuple[Labelled, str | None]:
    """Read a file that knows its columns."""
    if kind == ".parquet":
        return Labelled(pd.read_parquet(path), {}, []), None
    if kind == ".dta":
        return read_stata(path), None
    if kind == ".sav":
        return read_spss(path), None
    if kind in _VECTOR_FILES:
        return _layer(path, sheet)
    message = f"cannot read {kind or 'a file without an ending'}; what can be read: {_READ}"
    raise DataError([Issue("error", "table-kind", message, "save it as csv or xlsx", path.name)])


def _layer(path: Path, layer: str | None) -> tuple[Labelled, str | None]:
    """Read the attributes of a layer, or a table of a GeoPackage without shapes."""
    import pyogrio

    names = [str(name) for name, _ in pyogrio.list_layers(path)]
    if layer is not None and layer not in names:
        message = f"has no layer {layer!r}; {nearest(layer, names)}"
        raise DataError([Issue("error", "table-sheet", message, "correct the sheet in the study", path.name)])
    encoding = attribute_encoding(path).encoding
    frame = pyogrio.read_dataframe(path, layer=layer or names[0], encoding=encoding, read_geometry=False)
    issues = []
    if layer is None and len(names) > 1:
        issues.append(
            Issue("note", "table-layout", f"its first layer {names[0]!r} is read; there are also: "
                  f"{', '.join(names[1:])}", "state the sheet in the study if it is another", path.name)
        )  # fmt: skip
    return Labelled(frame, {}, issues), encoding


def _frame_rows(frame: pd.DataFrame) -> list[list[str]]:
    if frame.index.names != [None]:  # a parquet file keeps the index of the frame it was
        frame = frame.reset_index()
    columns = [list(map(as_text, frame.iloc[:, i].astype(object))) for i in range(frame.shape[1])]
    return [[as_text(name) for name in frame.columns], *map(list, zip(*columns, strict=True))]
