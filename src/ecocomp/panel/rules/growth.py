"""Changes between successive years: jumps that no other unit makes, and values carried forward."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from ecocomp.issues import Issue
from ecocomp.panel.rules.places import Place, listed
from ecocomp.rules import issue_of, rule

__all__ = ["identical_years", "jumps", "significant_digits"]

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

NORMAL = 1.4826
"""Standard deviations of a normal distribution in its median absolute deviation."""

_KEPT = 12
"""Digits that survive the conversion between units of measure."""


def jumps(quantity: xr.DataArray, place: Place) -> list[Issue]:
    """Return the values of a quantity (unit, year) that change as no other unit's do.

    With r = ln(x_t / x_{t-1}) of a unit, m the median of r over the units and s = 1.4826 × the median of |r - m|, a
    change is a jump where |r - m| exceeds both ``spreads`` × s and ln ``factor``. The unit of measure cancels. A value
    that falls to zero, or rises from it, is a jump where the other one is at least ``share`` of the year's median.
    """
    limits = rule("jump").thresholds
    values = quantity.transpose("unit", "year").to_numpy()
    before, after = values[:, :-1], values[:, 1:]
    both = (before > 0) & (after > 0)
    change = np.full(before.shape, np.nan)
    change[both] = np.log(after[both] / before[both])
    odd, usual = np.zeros(before.shape, dtype=bool), np.full(before.shape[1], np.nan)
    for t in range(before.shape[1]):
        if both[:, t].sum() < limits["units"]:
            continue
        usual[t] = np.median(change[both[:, t], t])
        apart = np.abs(change[:, t] - usual[t])
        spread = NORMAL * np.median(apart[both[:, t]])
        odd[:, t] = apart > max(limits["spreads"] * spread, np.log(limits["factor"]))  # missing is not above
        odd[:, t] |= _vanishing(before[:, t], after[:, t], limits["share"])
    return [_jump(quantity, values, place, i, t, np.exp(usual[t])) for i, t in zip(*np.nonzero(odd), strict=True)]


def _vanishing(before: Floats, after: Floats, share: float) -> Mask:
    """Tell which values become zero, or stop being zero, where the other one is not small."""
    found = np.zeros(before.shape, dtype=bool)
    for zero, other in ((before, after), (after, before)):
        found |= (zero == 0) & (other >= share * np.median(other[other > 0]))
    return found


def _jump(quantity: xr.DataArray, values: Floats, place: Place, i: int, t: int, usual: float) -> Issue:
    years = quantity["year"].values
    before, after = values[i, t], values[i, t + 1]
    measure = "" if quantity.attrs.get("units", "1") == "1" else f" [{quantity.attrs['units']}]"
    message = f"{quantity.name}{measure} goes from {before:.6g} in {years[t]} to {after:.6g} in {years[t + 1]}"
    if before > 0 and after > 0:
        message += f": {after / before:.3g} times as much, and the median unit {usual:.3g} times"
    unit, year = str(quantity["unit"].values[i]), int(years[t + 1])
    return issue_of("jump", message, **place, unit=unit, year=year, value=f"{after:.6g}")


def identical_years(quantity: xr.DataArray, place: Place) -> list[Issue]:
    """Return one issue if values of a quantity (unit, year) equal the previous year's in every digit.

    The area of a unit is left alone, for it does not change, and so are values of few digits, which repeat by chance.
    """
    if quantity.name == "area":
        return []
    values = quantity.transpose("unit", "year").to_numpy()
    same = (values[:, 1:] == values[:, :-1]) & (values[:, 1:] != 0)
    rows, columns = np.nonzero(same)
    few = significant_digits(values[rows, columns]) < rule("identical-years").thresholds["digits"]
    same[rows[few], columns[few]] = False
    if not same.any():
        return []
    years, units = quantity["year"].values, quantity["unit"].values
    pairs = [
        f"{years[t + 1]} as in {years[t]}: {same[:, t].sum()} of {len(units)} units ({listed(units[same[:, t]])})"
        for t in np.flatnonzero(same.any(axis=0))
    ]
    one = int(same.sum()) == 1
    at: dict[str, Any] = {"unit": str(units[rows[~few][0]]), "year": int(years[columns[~few][0] + 1])} if one else {}
    message = f"{quantity.name} is the same in every digit in {'; '.join(pairs)}"
    return [issue_of("identical-years", message, **place, **at)]


def significant_digits(values: Floats) -> npt.NDArray[np.int64]:
    """Return how many decimal digits each value has, zeros at both ends not counted."""
    mantissas = [np.format_float_scientific(v, precision=_KEPT - 1, trim="-").partition("e")[0] for v in values]
    return np.array([sum(c.isdigit() for c in m) for m in mantissas], dtype=np.int64)
