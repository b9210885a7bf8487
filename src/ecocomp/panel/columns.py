"""Columns of a raw table to the names that the study uses and to numbers, every faulty cell named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ecocomp.issues import Issue, nearest
from ecocomp.sources.cleaning import Cleaned, Decimal, clean_numbers, plain
from ecocomp.sources.tables import RawTable
from ecocomp.study import Study
from ecocomp.units import CURRENCY, UnitError, currency_of, scale
from ecocomp.variables import table as variables_table
from ecocomp.variables import variable

__all__ = ["ABSURD", "convert", "fill_merged", "tell", "unit_scales", "with_names", "year_columns"]

ABSURD = 1000.0
"""A value this many times above what is plausible is an error: it would drown all others."""

YEAR = "{year}"

_READ_AS = {
    "a decimal comma": "read as a decimal point",
    "full-width digits": "read as half-width ones",
    "full-width or typographic characters": "read as half-width ones",
}
"""What became of things that were not taken off."""

_CHECK_MASS = "check the unit that the study declares: a value 1000 times smaller would be usual"


def tell(cleaned: Iterable[Cleaned], file: str, column: str, kind: str) -> list[Issue]:
    """Return a note for each thing that was cleaned in a column: how many cells, and the first of them."""
    return [
        Issue("note", "cleaned", f"{found.times} {kind if found.times > 1 else kind[:-1]} had {found.what}, which "
              f"{'are' if found.what.endswith('s') else 'is'} {_READ_AS.get(found.what, 'taken off')}",
              "nothing to do if the first one reads well", file, column, found.row, value=found.value)
        for found in cleaned
    ]  # fmt: skip


def with_names(table: RawTable, wanted: Mapping[str, str]) -> tuple[RawTable, list[Issue]]:
    """Give a table the column names that the study uses.

    Parameters
    ----------
    wanted
        Column by the key of the study that names it; names with ``{year}`` are left to `year_columns`.

    Returns
    -------
    table : RawTable
        With a column for every name that one column goes by.
    issues : list of Issue
        An error for every name that no column goes by, or several.
    """
    frame, issues, file = table.frame, [], table.path.name
    aliases = {}
    for key, column in wanted.items():
        if YEAR in column:
            if not year_columns(table, column):
                issues.append(
                    Issue("error", "missing-column", f"has no column like {column!r} with a year, which [{key}] names; "
                          f"{nearest(column, table.known())}", "correct the study or the header", file, column)
                )  # fmt: skip
            issues += [
                Issue("error", "repeated-column", f"{len(labels)} columns hold {year} of {column!r}, which [{key}] "
                      f"names: {', '.join(labels)}", "rename or delete those that are not meant", file, column,
                      year=year)
                for year, labels in _columns_by_year(table, column).items() if len(labels) > 1
            ]  # fmt: skip
            continue
        found = table.find(column)
        if not found:
            issues.append(
                Issue("error", "missing-column", f"has no column {column!r}, which [{key}] names; "
                      f"{nearest(column, table.known())}", "correct the study or the header", file, column)
            )  # fmt: skip
        elif len(found) > 1:
            issues.append(
                Issue("error", "repeated-column", f"{len(found)} columns go by the name {column!r}, which [{key}] "
                      f"names: {', '.join(found)}", f"write the one that is meant, such as {found[0]!r}", file, column)
            )  # fmt: skip
        elif found[0] != column:
            aliases[column] = found[0]
    if aliases:
        frame = frame.assign(**{name: frame[column] for name, column in aliases.items()})
        merged = {**table.merged, **{name: table.merged[c] for name, c in aliases.items() if c in table.merged}}
        table = replace(table, frame=frame, merged=merged)
    return table, issues


def year_columns(table: RawTable, column: str) -> dict[int, str]:
    """Return the column of each year, of those whose name is ``column`` with four digits for ``{year}``."""
    return {year: labels[0] for year, labels in sorted(_columns_by_year(table, column).items())}


def _columns_by_year(table: RawTable, column: str) -> dict[int, list[str]]:
    """Return all columns that go by the name of each year."""
    pattern = re.compile(re.escape(plain(column)).replace(re.escape(YEAR), r"([12][0-9]{3})"))
    found: dict[int, list[str]] = {}
    own = {str(label): [str(label)] for label in table.frame.columns}
    for name, labels in [*own.items(), *((n, list(labels)) for n, labels in table.names.items())]:
        match = pattern.fullmatch(plain(name))
        if match:
            of_year = found.setdefault(int(match[1]), [])
            of_year += [label for label in labels if label not in of_year]
    return found


def fill_merged(table: RawTable, keys: Iterable[str], quantities: Iterable[str]) -> tuple[RawTable, list[Issue]]:
    """Fill merged cells of key columns downwards; one value over several rows of a quantity is an error."""
    file, frame, issues = table.path.name, table.frame, []
    for column in dict.fromkeys(keys):
        spans = table.merged.get(column, ()) if column in frame else ()
        cells, count = frame[column].copy() if spans else None, 0
        for first, last in spans:
            rows = [row for row in frame.index[(frame.index > first) & (frame.index <= last)] if not cells[row]]  # type: ignore[index]
            if first in frame.index and rows:
                cells.loc[rows] = cells[first]  # type: ignore[index, union-attr]
                count += len(rows)
        if count:
            frame = frame.assign(**{column: cells})
            issues.append(
                Issue("note", "table-layout", f"merged cells are filled into {count} rows below them",
                      "nothing to do", file, column, int(spans[0][0]))
            )  # fmt: skip
    for column in dict.fromkeys(quantities):
        for first, last in table.merged.get(column, ()) if column in frame else ():
            if first in frame.index and frame[column][first]:
                issues.append(
                    Issue("error", "merged-value", f"one value stands in merged cells over rows {first} to {last}",
                          "unmerge them, and write for each row what is its own", file, column, int(first),
                          value=frame[column][first])
                )  # fmt: skip
    return replace(table, frame=frame), issues


def unit_scales(study: Study) -> tuple[dict[str, float], list[Issue]]:
    """Return the factor of each quantity to its canonical unit, and an issue for every unit that is not understood."""
    scales: dict[str, float] = {}
    issues = []
    for name, quantity in study.quantities.items():
        if quantity.unit is None:
            continue
        try:
            scales[name] = scale(quantity.unit, variable(name).unit_in(study.currency))
        except UnitError as error:
            issues.append(
                Issue("error", "unknown-unit", f"[quantities.{name}] {error}", "write the unit as listed",
                      file=study.file_name, column=quantity.column, value=quantity.unit)
            )  # fmt: skip
    reference = study.revision.reference
    for name, given in reference.items() if isinstance(reference, dict) else ():
        try:
            scale(given.unit, variable(name).unit_in(study.currency))
        except UnitError as error:
            issues.append(
                Issue("error", "unknown-unit", f"[revision.reference] {name}: {error}", "write the unit as listed",
                      study.file_name, value=given.unit)
            )  # fmt: skip
    return scales, issues


def convert(
    cells: pd.Series,
    keys: pd.DataFrame,
    file: str,
    name: str,
    factor: float | None,
    decimal: Decimal | None,
    unit: str | None = None,
) -> tuple[pd.Series, list[Issue], list[Cleaned]]:
    """Return one quantity in canonical units, and an issue for every faulty cell.

    A cell that is no number, or beyond a hard bound of the variables table, is an error; a plausible bound passed or
    a missing cell is a warning. Where the unit of measure is not understood, ``factor`` is ``None``: texts and signs
    are checked all the same.

    Parameters
    ----------
    cells
        Texts by row; the series is named after its column.
    keys
        Columns ``unit`` and, unless the value holds for all years, ``year``, on the same rows.
    file
        Name of the table's file.
    name
        The quantity.
    decimal
        Decimal mark of numbers written as text; ``None`` where nothing shows it.
    unit
        Unit of measure as the study declares it, in which bounds are told; the canonical one if left out.
    """
    values, missing, cleaned, unclear = clean_numbers(cells, decimal)
    values = values * (1.0 if factor is None else factor)
    values = values.where(~np.isinf(values))  # 1e400
    dated = "year" in keys

    def issues(rows: pd.Series, severity: str, code: str, message: str, remedy: str) -> list[Issue]:
        return [
            Issue(severity, code, message, remedy, file, str(cells.name), int(row),  # type: ignore[arg-type]
                  keys["unit"][row], int(keys["year"][row]) if dated else None, cells[row] or None)
            for row in cells.index[rows]
        ]  # fmt: skip

    faulty = values.isna() & ~missing & ~cells.index.isin(unclear)
    formulas = faulty & cells.where(faulty, "").str.startswith("=") if faulty.any() else faulty
    found = issues(formulas, "error", "formula-without-value", f"{name} is a formula whose value the file does not "
                   "store", "open the workbook in a spreadsheet and save it, so that values are stored")  # fmt: skip
    found += issues(faulty & ~formulas, "error", "not-a-number", f"{name} is not a number",
                    "write a plain number, or leave the cell empty where the value is missing")  # fmt: skip
    found += _unclear(cells, unclear, file, name)
    found += issues(missing, "warning", "missing-value", f"{name} is missing",
                    "supply it, or accept that the unit is missing this year")  # fmt: skip
    found += _out_of_range(issues, values, name, factor, unit)
    return values, found, cleaned


def _unclear(cells: pd.Series, rows: list[int], file: str, name: str) -> list[Issue]:
    """Return one error for all cells of a column that depend on its decimal mark."""
    if not rows:
        return []
    count = f"{len(rows)} values of {name} are" if len(rows) > 1 else f"{name} is"
    return [
        Issue("error", "decimal-mark", f"{count} one number with a decimal comma and another with thousands marks",
              'state decimal = "." or decimal = "," where the study names the table', file, str(cells.name), rows[0],
              value=cells[rows[0]])
    ]  # fmt: skip


def _out_of_range(
    issues: Callable[[pd.Series, str, str, str, str], list[Issue]],
    values: pd.Series,
    name: str,
    factor: float | None,
    unit: str | None,
) -> list[Issue]:
    """Return what ``issues`` makes of the rows beyond each bound of a quantity."""
    v, found = variables_table().get(name), []
    if v is None:  # a column of [drivers.columns], of which nothing is known
        return []
    currency = currency_of(unit or v.unit) or CURRENCY
    maximum = v.maximum if currency == CURRENCY or v.unit != CURRENCY else None  # stated in renminbi alone

    def told(bound: float) -> str:  # in the column's own unit, as its values are
        if not bound or factor is None or unit is None:
            return f"{bound:g} {v.unit_in(currency)}"
        return f"{bound / factor:g} {'× ' if unit[0].isdigit() else ''}{unit}"

    if v.minimum is not None:
        low = (values <= v.minimum) if v.open_minimum else (values < v.minimum)
        bound = f"{'above' if v.open_minimum else 'at least'} {told(v.minimum)}"
        severity = "error" if v.hard_bounds else "warning"
        found += issues(low, severity, "out-of-range", f"{name} must be {bound}",
                        "correct the value, its sign or its unit")  # fmt: skip
    if maximum is not None and factor is not None:
        absurd = values > ABSURD * maximum
        bound = f"beyond any unit's ({ABSURD:g} × {told(maximum)})"
        found += issues(absurd, "error", "out-of-range", f"{name} is {bound}",
                        "correct the value or the unit that the study declares")  # fmt: skip
        severity = "error" if v.hard_bounds == "both" else "warning"
        high = (values > maximum) & ~absurd
        remedy = _CHECK_MASS if v.unit == "Mt CO2" else "check the value and the unit that the study declares"
        found += issues(high, severity, "out-of-range", f"{name} is above {told(maximum)}", remedy)
    return found
