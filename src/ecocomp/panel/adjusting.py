"""Adjustments of a study, [adjust.NAME]: values of some units that are not what the inputs say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from ecocomp.issues import Issue, errors, nearest
from ecocomp.panel.inputs import Inputs
from ecocomp.study.adjust import Adjustment
from ecocomp.units import UnitError, own_scale
from ecocomp.variables import variable, weakest_origin

__all__ = ["adjust", "adjusted_panel"]

REMEDY = "give an id or name as the results have it"


def adjust(
    inputs: Inputs, adjustments: Mapping[str, Adjustment], file: str | None = None
) -> tuple[Inputs | None, list[Issue]]:
    """Return the inputs with the adjustments of a study made, and what was found on the way.

    Parameters
    ----------
    inputs
        Complete, every quantity in the panel.
    adjustments
        The study's, by name.
    file
        Name of the study file, for issues.

    Returns
    -------
    inputs : Inputs or None
        None where an issue is an error: an unknown unit, years that the study lacks, a value changed twice, or one
        that the quantity cannot have.
    issues : list of Issue
        A note tells each adjustment; a value that is missing stays missing under ``multiply``, with a warning.
    """
    panel, issues = adjusted_panel(inputs.panel, adjustments)
    issues = [replace(issue, file=file) for issue in issues]
    return (None if errors(issues) else replace(inputs, panel=panel)), issues


def adjusted_panel(panel: xr.Dataset, adjustments: Mapping[str, Adjustment]) -> tuple[xr.Dataset, list[Issue]]:
    """Return a panel (unit, year) with adjustments made, in canonical units, and every problem found.

    No adjustment sees what another did: a value that two of them change is an error, so that their order is nothing.
    """
    issues: list[Issue] = []
    changed: dict[str, npt.NDArray[np.bool_]] = {}
    made: dict[str, xr.DataArray] = {}
    for name, change in adjustments.items():
        place = f"adjust.{name}"
        where = _where(panel, change, place, issues)
        before = panel[change.quantity]
        after = _after(before, change, place, issues)
        if after is None or not where.any():
            continue
        twice = where & changed.get(change.quantity, np.zeros_like(where))
        issues += [
            Issue("error", "adjust-twice", f"{change.quantity} is adjusted twice", "let one adjustment change it",
                  column=place, unit=unit, year=year)
            for unit, year in _labels(before, twice)
        ]  # fmt: skip
        changed[change.quantity] = where | changed.get(change.quantity, np.zeros_like(where))
        values = xr.where(before.copy(data=where), after, made.get(change.quantity, before))
        made[change.quantity] = values.assign_attrs(before.attrs)
        issues += _told(before, values, where, change, place)
    adjusted = panel.assign(made)
    if made:
        adjusted.attrs["data_origin"] = weakest_origin(panel.attrs.get("data_origin", "given"), "modelled")
    return adjusted, issues


def _where(panel: xr.Dataset, change: Adjustment, place: str, issues: list[Issue]) -> npt.NDArray[np.bool_]:
    """Return which unit-years (unit, year) an adjustment changes."""
    years = panel["year"].values
    first = years.min() if change.from_year is None else change.from_year
    last = years.max() if change.until_year is None else change.until_year
    in_time = (years >= first) & (years <= last)
    if not in_time.any():
        listed = ", ".join(map(str, years.tolist()))
        issues.append(
            Issue("error", "adjust-years", f"no year of the study lies from {first} to {last} (years: {listed})",
                  "give from_year and until_year that reach one", column=place,
                  year=int(last if change.from_year is None else first))
        )  # fmt: skip
    rows = np.zeros(panel.sizes["unit"], dtype=bool)
    for text in change.units:
        row = _row(panel, text, place, issues)
        if row is not None:
            rows[row] = True
    return np.asarray(rows[:, None] & in_time[None, :])


def _row(panel: xr.Dataset, text: str, place: str, issues: list[Issue]) -> int | None:
    """Return the place of a unit, given by its id, or by its name where that is one unit's alone."""
    ids = [str(unit) for unit in panel["unit"].values]
    names = [str(name) for name in panel["name"].values] if "name" in panel.coords else []
    if text in ids:
        return ids.index(text)
    found = [row for row, name in enumerate(names) if name == text]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{len(found)} units are named so ({', '.join(ids[row] for row in found)})"
    else:
        hint = nearest(text, [*ids, *names])
        message = f"there is no such unit; {hint}" if hint.startswith("did") else "there is no such unit"
    issues.append(Issue("error", "adjust-unit", message, REMEDY, column=place, unit=text))
    return None


def _after(before: xr.DataArray, change: Adjustment, place: str, issues: list[Issue]) -> xr.DataArray | None:
    """Return the changed quantity everywhere; None with an issue where its unit of measure is not understood."""
    if change.multiply is not None:
        return before * change.multiply
    try:
        factor = own_scale(change.unit or "", variable(change.quantity).unit)
    except UnitError as error:
        issues.append(
            Issue("error", "adjust-measure", str(error), "write the unit as listed", column=place, value=change.unit)
        )
        return None
    return xr.full_like(before, (change.value or 0.0) * factor)


def _told(
    before: xr.DataArray, after: xr.DataArray, where: npt.NDArray[np.bool_], change: Adjustment, place: str
) -> list[Issue]:
    """Return the note that tells an adjustment, and what is wrong with the values that it makes."""
    missing = _labels(before, where & before.isnull().values) if change.multiply is not None else []
    issues = [
        Issue("warning", "adjust-missing", f"{change.quantity} is missing here, and stays so when multiplied",
              "give value and unit instead, or leave the unit out", column=place, unit=unit, year=year)
        for unit, year in missing
    ]  # fmt: skip
    known = variable(change.quantity)
    beyond = np.zeros_like(where)
    if known.hard_bounds and known.minimum is not None:
        beyond |= (after <= known.minimum).values if known.open_minimum else (after < known.minimum).values
    if known.hard_bounds == "both" and known.maximum is not None:
        beyond |= (after > known.maximum).values
    bad = _labels(after, where & beyond)
    issues += [
        Issue("error", "adjust-bounds", f"{change.quantity} cannot be {float(after.sel(unit=unit, year=year)):g}",
              "change the adjustment", column=place, unit=unit, year=year)
        for unit, year in bad
    ]  # fmt: skip
    if not bad:
        what = (
            f"multiplied by {change.multiply:g}"
            if change.multiply is not None
            else f"set to {change.value:g} {change.unit}"
        )
        years = [int(y) for y in before["year"].values[where.any(axis=0)]]
        count = int(where.any(axis=1).sum())
        issues.append(
            Issue("note", "adjusted", f"{change.quantity} of {count} unit{'s' * (count != 1)} {what} in "
                  f"{', '.join(map(str, years))}", "nothing, if the study means it", column=place)
        )  # fmt: skip
    return issues


def _labels(values: xr.DataArray, where: npt.NDArray[np.bool_]) -> Sequence[tuple[str, int]]:
    return [
        (str(values["unit"].values[i]), int(values["year"].values[t])) for i, t in zip(*np.nonzero(where), strict=True)
    ]
