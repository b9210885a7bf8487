"""Values that are the same where they should differ: over all units, or in every quantity of two units."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ecocomp.issues import Issue
from ecocomp.panel.rules.growth import significant_digits
from ecocomp.panel.rules.places import Place, listed
from ecocomp.rules import issue_of, rule
from ecocomp.variables import variable

__all__ = ["all_equal", "identical_rows"]


def all_equal(quantity: xr.DataArray, place: Place) -> list[Issue]:
    """Return one issue if a total (unit, year) is the same in all units of some year; rates may be."""
    if variable(str(quantity.name)).kind != "extensive":
        return []
    enough = quantity.notnull().sum("unit") >= rule("all-equal").thresholds["units"]
    equal = enough & (quantity.min("unit") == quantity.max("unit"))
    if not bool(equal.any()):
        return []
    years = quantity["year"].values[equal.transpose("year").values]
    return [issue_of("all-equal", f"{quantity.name} is the same in all units ({listed(years)})", **place)]


def identical_rows(panel: xr.Dataset, file: str | None) -> list[Issue]:
    """Return an issue for every set of units that have the same values in every quantity (unit, year) of some years.

    A unit that lacks a quantity is not compared.
    """
    limits = rule("identical-rows").thresholds
    if len(panel.data_vars) < limits["quantities"]:
        return []
    values = panel.to_array("quantity").transpose("year", "unit", "quantity").to_numpy()
    years_of: dict[tuple[str, ...], list[int]] = {}
    units = panel["unit"].values.astype(str)
    for year, rows in zip(panel["year"].values, values, strict=True):
        complete = np.flatnonzero(np.isfinite(rows).all(axis=1))
        _, group, size = np.unique(rows[complete], axis=0, return_inverse=True, return_counts=True)
        for number in np.flatnonzero(size >= limits["units"]):
            alike = complete[group.ravel() == number]
            if significant_digits(rows[alike[0]]).max() >= limits["digits"]:
                years_of.setdefault(tuple(units[alike]), []).append(int(year))
    return [
        issue_of("identical-rows", f"has the same values in every quantity as {listed(others)} ({listed(years)})",
                 file=file, unit=first, year=years[0])
        for (first, *others), years in sorted(years_of.items())
    ]  # fmt: skip
