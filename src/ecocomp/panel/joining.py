"""The tables of a study: opened, their columns named, their keys read, and each quantity laid out on unit and year."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ecocomp.issues import DataError, Issue
from ecocomp.panel.columns import YEAR, convert, fill_merged, tell, with_names, year_columns
from ecocomp.panel.keys import read_keys
from ecocomp.sources.cleaning import Cleaned, Decimal, decimal_mark
from ecocomp.sources.tables import RawTable, open_table
from ecocomp.study import Quantity, Reading, Study, Units

__all__ = ["FEW", "Source", "columns_of", "lay_out_quantity", "left_out", "open_source", "years_of"]

FEW = 20
"""Codes that one message names; the rest are counted."""


@dataclass(frozen=True)
class Source:
    """A table of the study under the study's names, with its keys.

    ``section`` is where the study names it; ``keys`` has the columns ``unit`` and, where the table has one, ``year``,
    on the rows of the table; ``quantities`` are those that it holds, ``decimal`` the mark of their numbers.
    """

    section: str
    reading: Reading
    table: RawTable
    keys: pd.DataFrame
    quantities: Mapping[str, Quantity]
    decimal: Decimal | None

    @property
    def file(self) -> str:
        """Name of the file, as issues give it."""
        return self.table.path.name


def open_source(study: Study, name: str | None, issues: list[Issue]) -> tuple[RawTable | None, Source | None]:
    """Open [units] table, or [tables.NAME], and read its keys.

    Parameters
    ----------
    name
        Name of a further table; ``None`` for that of [units].
    issues
        Takes every problem found.

    Returns
    -------
    table : RawTable or None
        Under the study's names, if it could be read at all.
    source : Source or None
        If its key columns are there.
    """
    section = "units" if name is None else f"tables.{name}"
    reading: Reading = study.units if name is None else study.tables[name]
    held: dict[str, Quantity] = {n: q for n, q in study.quantities.items() if q.table == name and q.column is not None}
    labels = _labels(reading, section)
    columns = {**labels, **{f"quantities.{n}": q.column or "" for n, q in held.items()}}
    columns |= {f"drivers.columns.{n}": c.column for n, c in study.drivers.columns.items() if c.table == name}
    try:
        table = open_table(reading, study, columns.values())
    except DataError as error:
        issues += error.issues
        return None, None
    issues += table.issues
    table, found = with_names(table, columns)
    issues += found
    if not {reading.id, reading.year or reading.id} <= set(table.frame.columns):
        return table, None
    read = list(dict.fromkeys(label for q in held.values() for label in columns_of(table, q.column or "").values()))
    table, found = fill_merged(table, labels.values(), read)
    issues += found
    if isinstance(reading, Units):
        table = _with_stand_ins(table, reading)
    issues += _uncomputed(table, labels.values())
    keys, found = read_keys(table, reading)
    issues += found
    decimal = decimal_mark([table.frame[label] for label in read], reading.decimal, table.typed)
    return table, Source(section, reading, table, keys, held, decimal)


def _labels(reading: Reading, section: str) -> dict[str, str]:
    """Return the columns of keys and labels, by the key of the study that names each."""
    labels = {f"{section}.id": reading.id}
    if reading.year is not None:
        labels[f"{section}.year"] = reading.year
    if getattr(reading, "name", None) is not None:
        labels[f"{section}.name"] = str(reading.name)  # type: ignore[attr-defined]
    if isinstance(reading, Units):
        labels |= {f"units.parents[{i}]": parent for i, parent in enumerate(reading.parents)}
        labels |= {"units.dissolve": reading.dissolve} if reading.dissolve else {}
    return labels


def _with_stand_ins(table: RawTable, units: Units) -> RawTable:
    """Fill in label columns that the table lacks, an error by now, so that the faults of the others are found too."""
    frame = table.frame
    stand_ins: dict[str, Any] = dict.fromkeys([units.name, *units.parents], "?")
    if units.dissolve:
        stand_ins[units.dissolve] = frame[units.id]
    return replace(table, frame=frame.assign(**{c: s for c, s in stand_ins.items() if c not in frame}))


def _uncomputed(table: RawTable, columns: Iterable[str]) -> list[Issue]:
    """Name the key columns in which formulas have no stored value."""
    issues = []
    for column in dict.fromkeys(c for c in columns if c in table.frame) if table.typed else ():
        cells = table.frame[column]
        formulas = cells.index[cells.str.startswith("=")]
        if len(formulas):
            issues.append(
                Issue("error", "formula-without-value", f"{len(formulas)} cells are formulas whose values the file "
                      "does not store", "open the workbook in a spreadsheet and save it, so that values are stored",
                      table.path.name, column, int(formulas[0]), value=cells[formulas[0]])
            )  # fmt: skip
    return issues


def columns_of(table: RawTable, column: str) -> dict[int | None, str]:
    """Return the columns that a name stands for by year; ``None`` is the year of one that holds several or all."""
    if YEAR in column:
        return {year: label for year, label in year_columns(table, column).items()}  # noqa: C416  # years may be None
    return {None: column} if column in table.frame else {}


def years_of(source: Source) -> set[int]:
    """Return the years that a table has, in its rows or in its columns."""
    if "year" in source.keys:
        return set(source.keys["year"])
    return {
        year
        for q in source.quantities.values()
        for year in columns_of(source.table, q.column or "")
        if year is not None
    }


def lay_out_quantity(
    source: Source, keys: pd.DataFrame, name: str, factor: float | None, years: Sequence[int]
) -> tuple[pd.DataFrame | None, list[Issue]]:
    """Convert one quantity of a table and lay it out.

    Parameters
    ----------
    keys
        The rows of the table that count.
    name
        The quantity.
    factor
        To its canonical unit; ``None`` where its unit of measure is not understood.
    years
        Years of the study.

    Returns
    -------
    values : pandas.DataFrame or None
        Code by year, in the canonical unit; without the years of which the table has no column. ``None`` if it lacks
        the column.
    issues : list of Issue
        Every faulty cell, and what was cleaned.
    """
    quantity = source.quantities[name]
    columns = columns_of(source.table, quantity.column or "")
    if not columns:
        return None, []
    parts: dict[int | None, pd.Series] = {}
    issues: list[Issue] = []
    cleaned: list[tuple[str, Cleaned]] = []
    for year, column in columns.items():
        if year is not None and year not in years:
            continue
        rows = keys if year is None else keys.assign(year=year)
        cells = source.table.frame[column].loc[rows.index]
        values, found, mended = convert(cells, rows, source.file, name, factor, source.decimal, quantity.unit)
        issues += found
        cleaned += [(column, one) for one in mended]
        parts[year] = pd.Series(values.to_numpy(float), index=rows["unit"].to_numpy())
    issues += _told_once(cleaned, source.file)
    if None not in parts:
        return pd.DataFrame(parts), issues
    if "year" in keys:
        index = pd.MultiIndex.from_frame(keys[["unit", "year"]])
        return pd.Series(parts[None].to_numpy(), index=index).unstack("year"), issues
    return pd.DataFrame(dict.fromkeys(years, parts[None])), issues


def _told_once(cleaned: list[tuple[str, Cleaned]], file: str) -> list[Issue]:
    """Tell what was cleaned in all columns of a quantity together, under the first of them."""
    together: dict[str, tuple[str, Cleaned]] = {}
    for column, one in cleaned:
        first, before = together.get(one.what, (column, one._replace(times=0)))
        together[one.what] = (first, before._replace(times=before.times + one.times))
    return [issue for column, one in together.values() for issue in tell([one], file, column, "values")]


def left_out(source: Source, known: Collection[str], main: str) -> list[Issue]:
    """Warn of the codes of a further table that have no row in that of [units]."""
    codes = [code for code in dict.fromkeys(source.keys["unit"]) if code not in known]
    if not codes:
        return []
    named = ", ".join(codes[:FEW]) + (f" and {len(codes) - FEW} more" if len(codes) > FEW else "")
    count = f"{len(codes)} codes have" if len(codes) > 1 else "one code has"
    return [
        Issue("warning", "not-in-units", f"{count} no row in {main} and are left out: {named}"
              if len(codes) > 1 else f"{count} no row in {main} and is left out: {named}",
              f"add them to {main}, or accept that they are no units of the study", source.file, source.reading.id)
    ]  # fmt: skip
