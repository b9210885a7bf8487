"""Columns of a raw table to keys and numbers, every faulty cell named."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from ecocomp.issues import Issue, nearest
from ecocomp.sources.tables import RawTable
from ecocomp.study import Quantity, Study, Units
from ecocomp.units import UnitError, scale
from ecocomp.variables import variable

__all__ = ["MISSING_WORDS", "check_columns", "convert", "read_keys", "unit_scales"]

MISSING_WORDS = ("", "na", "n/a", "nan", "null", "none", "-", "--", "—", "——", "…", "……")
"""Spellings of a missing value, in lower case."""

ABSURD = 1000.0
"""A value this many times above what is plausible is an error: it would drown all others."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


def check_columns(table: RawTable, study: Study) -> list[Issue]:
    """Return an issue for every column that the study names and the table lacks."""
    units = study.units
    wanted = {
        "units.id": units.id, "units.year": units.year, "units.name": units.name,
        **{f"units.parents[{i}]": parent for i, parent in enumerate(units.parents)},
        **({"units.dissolve": units.dissolve} if units.dissolve else {}),
        **{f"quantities.{name}": quantity.column for name, quantity in study.quantities.items()},
    }  # fmt: skip
    return [
        Issue("error", "missing-column", f"has no column {column!r}, which [{key}] names; "
              f"{nearest(column, table.frame.columns)}", "correct the study or the header", table.path.name, column)
        for key, column in wanted.items() if column not in table.frame
    ]  # fmt: skip


def unit_scales(study: Study) -> tuple[dict[str, float], list[Issue]]:
    """Return the factor of each quantity to its canonical unit, and an issue for every unit that is not understood."""
    scales: dict[str, float] = {}
    issues = []
    for name, quantity in study.quantities.items():
        try:
            scales[name] = scale(quantity.unit, variable(name).unit)
        except UnitError as error:
            issues.append(
                Issue("error", "unknown-unit", f"[quantities.{name}] {error}", "write the unit as listed",
                      file=study.file_name, column=quantity.column, value=quantity.unit)
            )  # fmt: skip
    reference = study.revision.reference
    for name, given in reference.items() if isinstance(reference, dict) else ():
        try:
            scale(given.unit, variable(name).unit)
        except UnitError as error:
            issues.append(
                Issue("error", "unknown-unit", f"[revision.reference] {name}: {error}", "write the unit as listed",
                      study.file_name, value=given.unit)
            )  # fmt: skip
    return scales, issues


def read_keys(table: RawTable, units: Units) -> tuple[pd.DataFrame, list[Issue]]:
    """Return unit and year of every row as columns ``unit`` and ``year``, and the rows whose key cannot be read."""
    file = table.path.name
    codes = table.frame[units.id]
    issues = [
        Issue("error", "empty-code", "has no unit code", "fill it in or delete the row", file, units.id, row)
        for row in codes.index[codes == ""]
    ]
    texts = table.frame[units.year]
    years = texts.str.removesuffix(".0").where(texts.str.fullmatch(r"[12]\d{3}(\.0)?"))
    issues += [
        Issue(
            "error",
            "bad-year",
            "is not a year",
            "write four digits",
            file,
            units.year,
            row,
            codes[row],
            None,
            texts[row] or None,
        )
        for row in years.index[years.isna()]
    ]
    keys = pd.DataFrame({"unit": codes, "year": years})[(codes != "") & years.notna()].astype({"year": int})
    repeated = keys[keys.duplicated(["unit", "year"], keep="first")]
    issues += [
        Issue("error", "duplicate", "is there more than once for this unit and year", "keep one of the rows", file,
              units.id, row, unit, year)
        for row, unit, year in zip(repeated.index, repeated["unit"], repeated["year"], strict=True)
    ]  # fmt: skip
    return keys.drop_duplicates(["unit", "year"]), issues


def convert(
    table: RawTable, keys: pd.DataFrame, name: str, quantity: Quantity, factor: float | None
) -> tuple[pd.Series, list[Issue]]:
    """Return one quantity in canonical units on the rows of ``keys``, and an issue for every faulty cell.

    A cell that is no number, or beyond a hard bound of the variables table, is an error; a plausible bound passed or
    a missing cell is a warning. Where the unit of measure is not understood, ``factor`` is ``None``: texts and signs
    are checked all the same.
    """
    cells = table.frame.loc[keys.index, quantity.column]
    missing = cells.str.lower().isin(MISSING_WORDS)
    numeric = cells.str.fullmatch(_NUMBER.pattern)
    values = pd.Series(np.nan, index=cells.index)
    values[numeric] = cells[numeric].astype(float) * (1.0 if factor is None else factor)
    numeric &= ~np.isinf(values)  # 1e400
    values = values.where(numeric)

    def issues(rows: pd.Series, severity: str, code: str, message: str, remedy: str) -> list[Issue]:
        return [
            Issue(severity, code, message, remedy, table.path.name, quantity.column, row,  # type: ignore[arg-type]
                  keys["unit"][row], int(keys["year"][row]), cells[row] or None)
            for row in cells.index[rows]
        ]  # fmt: skip

    found = issues(~(missing | numeric), "error", "not-a-number", f"{name} is not a number",
                   "write a plain number, or leave the cell empty where the value is missing")  # fmt: skip
    found += issues(missing, "warning", "missing-value", f"{name} is missing",
                    "supply it, or accept that the unit is missing this year")  # fmt: skip
    v = variable(name)
    if v.minimum is not None:
        low = (values <= v.minimum) if v.open_minimum else (values < v.minimum)
        bound = f"{'above' if v.open_minimum else 'at least'} {v.minimum:g} {v.unit}"
        severity = "error" if v.hard_bounds else "warning"
        found += issues(
            low,
            severity,
            "out-of-range",
            f"{name} must be {bound}",
            "correct the value, its sign or its unit",
        )
    if v.maximum is not None and factor is not None:
        absurd = values > ABSURD * v.maximum
        bound = f"beyond any unit's ({ABSURD:g} × {v.maximum:g} {v.unit})"
        found += issues(absurd, "error", "out-of-range", f"{name} is {bound}",
                        "correct the value or the unit that the study declares")  # fmt: skip
        severity = "error" if v.hard_bounds == "both" else "warning"
        high = (values > v.maximum) & ~absurd
        found += issues(high, severity, "out-of-range", f"{name} is above {v.maximum:g} {v.unit}",
                        "check the value and the unit that the study declares")  # fmt: skip
    return values, found
