"""Numbers of further tables that are not one value for each unit: totals of larger units, fuel by fuel, lights."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from ecocomp.issues import DataError, Issue, raise_errors
from ecocomp.panel.columns import YEAR, fill_merged, with_names, year_columns
from ecocomp.sources.cleaning import Decimal, clean_codes, clean_numbers, clean_years, decimal_mark, plain
from ecocomp.sources.tables import open_table
from ecocomp.study import Study
from ecocomp.units import UnitError, scale

__all__ = ["EVERY_YEAR", "Found", "Values", "as_array", "few", "measure", "place_values", "read_values"]

EVERY_YEAR = 0
"""Year of a value that holds for all years."""

FEW = 10  # places named in one message


class Found(NamedTuple):
    """What was found and read on the way: issues, and ``file`` and ``sha256`` of each input by what it is."""

    issues: list[Issue]
    sources: dict[str, Any]


class Values(NamedTuple):
    """Numbers of a table, one a row.

    ``frame`` has the columns ``place`` (name or code as the table has it), ``year`` (`EVERY_YEAR` where the table has
    none), the extra key columns asked for, and ``value`` [as the table has it], missing where the cell is; its index is
    the row of the table. ``issues`` are warnings and notes.
    """

    frame: pd.DataFrame
    file: str
    column: str
    issues: list[Issue]

    def refuse_repeated(self, keys: Sequence[str]) -> None:
        """Raise a `DataError`, ``duplicate``, for every row that repeats some keys of one before it."""
        rows = self.frame[self.frame.duplicated(list(keys))]
        message = f"is there more than once for this {', '.join(keys)}"
        raise_errors([
            Issue("error", "duplicate", message, "keep one of the rows", self.file, self.column, int(row), str(place),
                  int(year) or None)
            for row, place, year in zip(rows.index, rows["place"], rows["year"], strict=True)
        ])  # fmt: skip


def measure(study: Study, place: str, unit: str, canonical: str) -> float:
    """Return the factor of a unit of measure to the canonical one; raise an error that lists the allowed ones."""
    try:
        return scale(unit, canonical)
    except UnitError as error:
        message = f"[{place}] {error}"
        found = Issue("error", "unknown-unit", message, "write the unit as listed", study.file_name, value=unit)
        raise DataError([found]) from None


def few(words: Sequence[str]) -> str:
    """Return the first words of a list, as a message names them."""
    return ", ".join(words[:FEW]) + (" …" if len(words) > FEW else "")


def read_values(
    study: Study, table: str, column: str, found: Found, *, extra: Mapping[str, str] | None = None
) -> Values:
    """Read the numbers of a column of [tables.NAME] with their place and year.

    Parameters
    ----------
    table
        Name of the section.
    column
        Column of numbers; ``{year}`` in it stands for a column a year.
    found
        Takes note of the file.
    extra
        Further key columns: what each is called in the result, and in the table.

    Raises
    ------
    DataError
        With every column that is absent, year that is none, cell that is no number or below zero.
    """
    reading, extra = study.tables[table], dict(extra or {})
    keys = {"id": reading.id, **({"year": reading.year} if reading.year else {}), **extra}
    raw = open_table(reading, study, [*keys.values(), column])
    file = raw.path.name
    found.sources[f"tables.{table}"] = {"file": reading.table, "sha256": raw.sha256, "encoding": raw.encoding}
    raw, faults = with_names(raw, {f"tables.{table} {key}": name for key, name in (keys | {"column": column}).items()})
    raise_errors(faults)
    columns = year_columns(raw, column) if YEAR in column else {EVERY_YEAR: column}
    raw, issues = fill_merged(raw, keys.values(), columns.values())
    issues = [*raw.issues, *faults, *issues]
    cells = raw.frame
    frame = pd.DataFrame({"place": clean_codes(cells[reading.id])[0]} | {k: cells[name] for k, name in extra.items()})
    issues += _empty(frame, {"place": reading.id, **extra}, file)
    decimal = decimal_mark([cells[name] for name in columns.values()], reading.decimal, raw.typed)
    parts = []
    for year, name in columns.items():
        dated = _years(cells, reading.year, frame["place"], file, issues) if year == EVERY_YEAR else year
        part = frame.assign(year=dated)
        parts.append(part.assign(value=_numbers(cells[name], part, file, decimal, issues)))
    raise_errors(issues)
    return Values(pd.concat(parts), file, column, issues)


def as_array(
    values: Values, places: Mapping[str, str], labels: Sequence[str], dim: str, years: Sequence[int], extra: str = ""
) -> xr.DataArray:
    """Lay values out on places and years; what has no row is missing.

    Parameters
    ----------
    places
        Label of each place as the table has it; other places are left out.
    labels, dim
        Labels of the result, and the name of their dimension.
    years
        Years of the result; a value of every year stands in each.
    extra
        Name of a further key column that becomes a dimension.

    Raises
    ------
    DataError
        ``duplicate``: rows that repeat a place, year and further key.
    """
    keys = ["place", "year", *([extra] if extra else [])]
    frame = values.frame.assign(place=values.frame["place"].map(places)).dropna(subset="place")
    values._replace(frame=frame).refuse_repeated(keys)
    if (frame["year"] == EVERY_YEAR).all():
        frame = pd.concat([frame.assign(year=year) for year in years])
    array = xr.DataArray(frame.set_index(keys)["value"].to_xarray()).rename(place=dim).astype(float)
    return array.reindex({dim: list(labels), "year": list(years)}).transpose(dim, "year", ...)


def place_values(values: Values, labels: Sequence[str], dim: str, years: Sequence[int], found: Found) -> dict[str, str]:
    """Find the label of each place of a table, blanks and full-width characters aside.

    Parameters
    ----------
    labels
        Units or larger units of the study.
    dim
        ``parent``: each must have a row. ``unit``: one without is told and stays missing.
    years
        Years of the study: issues of other rows are not told.

    Returns
    -------
    dict
        Label by place; without the places that the study does not have, which are told.

    Raises
    ------
    DataError
        ``unmatched-place``: every larger unit without a row, or units of which none has one, with what comes closest.
    """
    known = {plain(label): label for label in labels}
    given = values.frame["place"].unique().tolist()
    places = {name: known[plain(name)] for name in given if plain(name) in known}
    rest = [name for name in given if name not in places]
    kept = values.frame["place"].isin(list(places)) & values.frame["year"].isin([*years, EVERY_YEAR])
    rows = set(values.frame.index[kept])
    found.issues.extend(issue for issue in values.issues if issue.code != "missing-value" or issue.row in rows)
    lacking = sorted(set(labels) - set(places.values()))
    hints = [f"has no row for {label}{_closest(label, rest)}" for label in lacking]
    if lacking and (dim == "parent" or not places):
        remedy = "write the same name in both tables" if dim == "parent" else "check the id column of the table"
        raise DataError([
            Issue("error", "unmatched-place", hint, remedy, values.file, values.column, unit=label)
            for hint, label in zip(hints, lacking, strict=True)
        ])  # fmt: skip
    found.issues.extend(
        Issue("warning", "missing-row", hint, "add it, or accept that the unit is missing", values.file, values.column,
              unit=label)
        for hint, label in zip(hints, lacking, strict=True)
    )  # fmt: skip
    if rest:
        found.issues.append(
            Issue("note", "places-left-out", f"{len(rest)} names or codes are not in the study: {few(rest)}",
                  "nothing to do where they are meant to be left out", values.file, values.column, value=str(len(rest)))
        )  # fmt: skip
    return places


def _closest(label: str, names: Sequence[str]) -> str:
    close = difflib.get_close_matches(plain(label), [plain(name) for name in names], n=3, cutoff=0.3)
    return f"; closest: {', '.join(close)}" if close else ""


def _empty(keys: pd.DataFrame, columns: Mapping[str, str], file: str) -> list[Issue]:
    return [
        Issue("error", "empty-label", f"{column} is empty", "fill it in, or delete the row", file, column, int(row))
        for key, column in columns.items() for row in keys.index[keys[key] == ""]
    ]  # fmt: skip


def _years(cells: pd.DataFrame, column: str | None, places: pd.Series, file: str, issues: list[Issue]) -> Any:
    if column is None:
        return EVERY_YEAR
    years = clean_years(cells[column])[0]
    bad = ~years.str.fullmatch("[12][0-9]{3}")
    issues += [
        Issue("error", "bad-year", "is not a year", "write four digits", file, column, int(row), str(places[row]),
              value=years[row] or None)
        for row in years.index[bad]
    ]  # fmt: skip
    return years.where(~bad, str(EVERY_YEAR)).astype(int)


def _numbers(
    cells: pd.Series, keys: pd.DataFrame, file: str, decimal: Decimal | None, issues: list[Issue]
) -> pd.Series:
    """Return a column's numbers, and note every cell that is none, below zero, or missing."""
    values, missing, _, unclear = clean_numbers(cells, decimal)
    values = values.where(~np.isinf(values))

    def found(rows: Any, severity: str, code: str, message: str, remedy: str) -> list[Issue]:
        return [
            Issue(severity, code, message, remedy, file, str(cells.name), int(row), str(keys["place"][row]),  # type: ignore[arg-type]
                  int(keys["year"][row]) or None, cells[row] or None)
            for row in cells.index[rows]
        ]  # fmt: skip

    doubtful = cells.index.isin(unclear)
    issues += found(values.isna() & ~missing & ~doubtful, "error", "not-a-number", "is not a number",
                    "write a plain number, or leave the cell empty where the value is missing")  # fmt: skip
    issues += found(doubtful, "error", "decimal-mark", "is one number with a decimal comma and another with thousands "
                    "marks", 'state decimal = "." or decimal = "," where the study names the table')  # fmt: skip
    issues += found(values < 0, "error", "out-of-range", "is below zero", "correct the value or its sign")
    issues += found(missing, "warning", "missing-value", "is missing",
                    "supply it, or accept that what rests on it is missing this year")  # fmt: skip
    return values
