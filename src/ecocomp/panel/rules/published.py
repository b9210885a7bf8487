"""Parts against published totals: what the units of a parent add up to, and what [checks.totals] says."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
import xarray as xr

from ecocomp.issues import DataError, Issue, nearest
from ecocomp.panel.rules.names import plain_name
from ecocomp.panel.rules.places import listed
from ecocomp.rules import issue_of
from ecocomp.sources.tables import read_table
from ecocomp.study import Study
from ecocomp.study.checks import Total
from ecocomp.units import UnitError, scale
from ecocomp.variables import variable

__all__ = ["compare_totals"]

REGION = "the region"
Totals = Mapping[tuple[str, int], float]


def compare_totals(panel: xr.Dataset, study: Study) -> list[Issue]:
    """Hold the sums of units against every total that the study states, and return where they differ.

    Parameters
    ----------
    panel
        Quantities (unit, year) in canonical units, parents as coordinates.
    study
        ``study.checks.totals`` has the totals with their units of measure.
    """
    found = []
    for name, total in study.checks.totals.items():
        try:
            factor = scale(total.unit, variable(name).unit_in(study.currency))
            stated = {key: value * factor for key, value in _stated(total, study).items()}
        except UnitError as error:
            found.append(
                Issue("error", "unknown-unit", f"[checks.totals.{name}] {error}", "write the unit as listed",
                      study.file_name, value=total.unit)
            )  # fmt: skip
        except DataError as error:
            found += error.issues
        else:
            found += _compare(panel, name, total, stated, study)
    return found


def _stated(total: Total, study: Study) -> Totals:
    """Return the totals by parent and year, as they stand; names without blanks."""
    if total.years is not None:
        return {(REGION, year): value for year, value in total.years.items()}
    if total.parents is not None:
        return {
            (plain_name(parent), year): value
            for parent, values in total.parents.items()
            for year, value in values.items()
        }
    assert total.table is not None
    return _read(total, study)


def _read(total: Total, study: Study) -> Totals:
    table = read_table(study.resolve(total.table or ""), total.sheet)
    columns = [total.name or "", total.year or "", total.column or ""]
    lacking = [c for c in columns if c not in table.frame]
    if lacking:
        raise DataError(
            [
                Issue("error", "missing-column", f"has no column {c!r}, which [checks.totals] names; "
                      f"{nearest(c, table.frame.columns)}", "correct the study or the header", table.path.name, c)
                for c in lacking
            ]
        )  # fmt: skip
    issues, found = [], {}
    for row, (parent, year, value) in zip(table.frame.index, table.frame[columns].to_numpy(), strict=True):
        if not parent or not value:
            continue  # a total that was not published is told as absent
        number = pd.to_numeric(value, errors="coerce")
        if not re.fullmatch(r"[12]\d{3}(\.0)?", year):
            issues.append(
                Issue("error", "bad-year", "is not a year", "write four digits", table.path.name, total.year, row,
                      value=year or None)
            )  # fmt: skip
        elif not np.isfinite(number):
            issues.append(
                Issue("error", "not-a-number", "the total is not a number", "write a plain number", table.path.name,
                      total.column, row, value=value)
            )  # fmt: skip
        elif (plain_name(parent), int(year[:4])) in found:
            issues.append(
                Issue("error", "duplicate", f"{parent} has more than one total for this year", "keep one of the rows",
                      table.path.name, total.name, row, year=int(year[:4]), value=value)
            )  # fmt: skip
        else:
            found[plain_name(parent), int(year[:4])] = float(number)
    if issues:
        raise DataError(issues)
    return found


def _compare(panel: xr.Dataset, name: str, total: Total, stated: Totals, study: Study) -> list[Issue]:
    """Compare parent by parent and year by year; what has no counterpart is listed."""
    level = None if total.years is not None else (total.level or study.units.parents[0])
    labels = [plain_name(p) for p in panel[level].values.astype(str)] if level else [REGION] * panel.sizes["unit"]
    quantity = panel[name].transpose("unit", "year").assign_coords(parent=("unit", labels))
    parents, years = sorted(set(labels)), [int(y) for y in panel["year"].values]
    file = total.table or study.file_name
    found, absent = [], []
    for parent in parents:
        part = quantity[[label == parent for label in labels]]
        for t, year in enumerate(years):
            if (parent, year) not in stated:
                absent.append(f"{parent} {year}")
                continue
            found += _differs(part[:, t], parent, year, stated[parent, year], total, file)
    if absent:
        message = f"no total of {name} is stated for {listed(absent)}"
        found.append(issue_of("total-absent", message, file=file, column=name))
    strangers = [] if total.table else sorted({parent for parent, _ in stated} - set(parents))
    for parent in strangers:  # a published table may well hold other provinces
        message = f"a total of {name} is stated for {parent}, which is no {level}; {nearest(parent, parents)}"
        found.append(issue_of("total-absent", message, file=file, column=name, value=parent))
    return found


def _differs(part: xr.DataArray, parent: str, year: int, stated: float, total: Total, file: str | None) -> list[Issue]:
    units, missing = part.sizes["unit"], int(part.isnull().sum())
    added = float(part.sum())
    if abs(added - stated) <= total.tolerance * abs(stated):
        return []
    measure = part.attrs.get("units", variable(str(part.name)).unit)
    ratio = f", {added / stated - 1:+.1%}" if stated else ""
    gaps = f"; {missing} of {units} units have no value" if missing else ""
    message = f"{part.name} of {parent} adds up to {added:.6g} {measure}, and the total is {stated:.6g}{ratio}{gaps}"
    return [issue_of("total-differs", message, file=file, column=str(part.name), year=year, value=f"{stated:.6g}")]
