"""What an outlook needs of the years and series of a study, and which series a method refuses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ecocomp.issues import Issue
from ecocomp.outlook.names import BASELINE, METHOD_NAMES
from ecocomp.panel import valid_units
from ecocomp.study import Compensation, Outlook

__all__ = ["FEWEST_YEARS", "check_outlook", "check_series", "nominal_outlook", "projected_years", "refusals"]

FEWEST_YEARS = 8
"""Years that must be left once the last ones are held out: a damped trend has five parameters, STIRPAT up to five."""


def projected_years(years: Sequence[int], until: int) -> NDArray[np.intp]:
    """Return the years ahead, in steps of the data, up to a year."""
    step = int(years[1]) - int(years[0])
    return np.arange(int(years[-1]) + step, until + 1, step)


def check_outlook(settings: Outlook, years: Sequence[int], file: str | None = None) -> list[Issue]:
    """Return an error for every way in which the years of a study do not carry its outlook."""
    if settings.until is None:
        return []
    needed, steps, problems = FEWEST_YEARS + settings.hold_out, set(np.diff(sorted(years)).tolist()), []
    if len(years) < needed:
        problems.append((f"the study has {len(years)} years; {FEWEST_YEARS} and the {settings.hold_out} held out are "
                         "needed", "leave [study] years out to use every year of the table, or leave the outlook out",
                         "outlook", str(len(years))))  # fmt: skip
    elif len(steps) > 1:
        found = ", ".join(str(step) for step in sorted(steps))
        problems.append(("the years of the study are not equally spaced", "choose years at equal steps", "outlook",
                         found))  # fmt: skip
    last = max(years, default=0)
    if settings.until < last + max(steps, default=1):
        problems.append((f"the outlook ends before the first year after {last}", "name a later year", "outlook.until",
                         str(settings.until)))  # fmt: skip
    return [
        Issue("error", "outlook-years", message, remedy, file, column, value=value)
        for message, remedy, column, value in problems
    ]


def refusals(panel: xr.Dataset, settings: Outlook) -> dict[str, xr.DataArray]:
    """Return by method which units (unit) it projects: complete series, and above zero where logarithms are taken.

    A unit is projected where both its emissions and its sequestration can be, the account being their difference.
    """
    emissions, sequestration = panel["emissions"], panel["sequestration"]
    complete = valid_units(emissions, sequestration).all("year")
    positive = complete & (emissions > 0).all("year") & (sequestration > 0).all("year")
    found = {BASELINE: complete, "gm11": positive}
    if "stirpat" in settings.methods:
        found["stirpat"] = positive & valid_units(panel["gdp"], panel["population"]).all("year")
    return {method: found[method] for method in (BASELINE, *settings.methods)}


def check_series(panel: xr.Dataset, settings: Outlook) -> list[Issue]:
    """Return a warning for every unit that a method refuses, with the reason."""
    if settings.until is None:
        return []
    allowed = {method: units.values for method, units in refusals(panel, settings).items()}
    names = ["emissions", "sequestration", *(("gdp", "population") if "stirpat" in settings.methods else ())]
    values = {name: panel[name].transpose("unit", "year").values for name in names}
    years, issues = panel["year"].values, []
    for place, unit in enumerate(panel["unit"].values):
        by = [METHOD_NAMES[method] for method, units in allowed.items() if not units[place]]
        if not by:
            continue
        reasons = [
            f"{name} {what} in {_runs(years, where)}"
            for name, own in ((name, values[name][place]) for name in names)
            for what, where in (("missing", np.isnan(own)), ("zero or below", own <= 0))
            if where.any()
        ]
        issues.append(
            Issue("warning", "outlook-refused", f"is not projected by {', '.join(by)}: {'; '.join(reasons)}",
                  "supply the values, or accept that sums of this outlook leave the unit out", unit=str(unit))
        )  # fmt: skip
    return issues


def _runs(years: NDArray[np.intp], where: NDArray[np.bool_]) -> str:
    """Return years, those that follow each other in the data as from and to."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], where, [False]]).astype(np.int8))).reshape(-1, 2)
    runs = [(years[first], years[end - 1]) for first, end in edges]
    return ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in runs)


def nominal_outlook(settings: Outlook, money: Compensation) -> list[Issue]:
    """Return a warning where STIRPAT rests on GDP at current prices."""
    if settings.until is None or "stirpat" not in settings.methods or money.price_base is not None:
        return []
    return [
        Issue("warning", "nominal-outlook", "GDP is at current prices: STIRPAT's affluence holds inflation",
              "set price_base and deflator, or state growth of affluence at current prices", column="outlook")
    ]  # fmt: skip
