"""Sizes that fit another unit of measure: judged by rates whose range is known, such as tonnes per person."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import xarray as xr

from ecocomp.issues import Issue
from ecocomp.panel.rules.places import place_of, quantity_of
from ecocomp.rules import issue_of, rule
from ecocomp.study import Study
from ecocomp.units import CURRENCY, UnitError, scale
from ecocomp.variables import variable

__all__ = ["RATES", "Rate", "wrong_unit"]

Floats = npt.NDArray[np.float64]

_EQUAL_AREA = "EPSG:6933"


@dataclass(frozen=True)
class Rate:
    """A quantity over another one, and the range in which the median unit of any region lies.

    ``low`` and ``high`` are in canonical units of the two; ``upwards`` and ``downwards`` say whether a single unit far
    above or below the others is a fault rather than geography.
    """

    quantity: str
    over: str
    low: float
    high: float
    upwards: bool
    downwards: bool
    reason: str

    @property
    def measure(self) -> str:
        """Unit of measure of what one divides by."""
        return variable("area" if self.over == "map area" else self.over).unit


RATES = (
    Rate("area", "map area", 0.1, 10, True, True, "a boundary moved changes an area by little, a wrong unit by 15 up"),
    Rate("population", "area", 0.1, 3e4, False, False, "from steppe (1 person per km²) to city districts (2 × 10⁴)"),
    Rate("sequestration", "area", 1e-6, 5e-3, True, False, "NPP is at most some 1.4 kg C (5 kg CO2) per m²"),
    Rate("emissions", "population", 5e-8, 5e-4, True, True, "0.5 to 50 t CO2 a person, ten times more either way"),
    Rate("gdp", "population", 300, 3e6, True, True, "3,000 to 300,000 CNY a person, ten times more either way"),
)
"""Rates in the order in which they are judged: what one divides by has been judged before."""

_UNITS = {
    "Mt CO2": ("t CO2", "kt CO2", "万吨 CO2", "Mt CO2", "亿吨 CO2"),
    "CNY": ("CNY", "千元", "万元", "百万元", "亿元"),
    "person": ("person", "千人", "万人"),
    "km2": ("m2", "亩", "ha", "km2", "万亩"),
}
"""Units of measure that yearbooks print, by the canonical one, smallest first."""


def wrong_unit(panel: xr.Dataset, geometry: gpd.GeoDataFrame, study: Study) -> list[Issue]:
    """Return the quantities, and the single units, whose size fits another unit of measure.

    Parameters
    ----------
    panel
        Quantities (unit, year) as the study gives them, in canonical units.
    geometry
        Polygons of the units; their areas stand in for an area that is not given or not credible.
    study
        Names the columns and the units of measure declared.
    """
    known = {str(name): panel[name].transpose("unit", "year").to_numpy() for name in panel.data_vars}
    measured = (geometry.to_crs(_EQUAL_AREA).area.reindex(panel["unit"].values) / 1e6).to_numpy()
    known["map area"] = np.repeat(measured[:, None], panel.sizes["year"], axis=1)
    area = known.get("area", known["map area"])
    found = []
    for rate in RATES:
        values = known.get(rate.quantity)
        under = area if rate.over == "area" else known.get(rate.over)
        if values is None or under is None:
            continue
        ratio = np.where((values > 0) & (under > 0), values / np.where(under > 0, under, np.nan), np.nan)
        if not np.isfinite(ratio).any():
            continue
        whole = _column(rate, ratio, study) if _is_known(rate, study) else []
        if whole and rate.quantity == "area":
            area = known["map area"]
        elif whole:
            del known[rate.quantity]  # nothing else is judged by it
        found += whole or _units(rate, values, ratio, panel["unit"].values.astype(str), study)
    return found


def _is_known(rate: Rate, study: Study) -> bool:
    """Tell whether the range of a rate holds: ranges of money are stated in renminbi and hold for no other currency."""
    return variable(rate.quantity).unit != CURRENCY or study.currency == CURRENCY


def _column(rate: Rate, ratio: Floats, study: Study) -> list[Issue]:
    """Return an issue if the median over all units and years is outside the range of the rate."""
    median = float(np.nanmedian(ratio))
    if rate.low <= median <= rate.high:
        return []
    quantity = quantity_of(study, rate.quantity)
    declared = quantity.unit if quantity else None
    message = (
        f"the median unit has {median:.3g} {variable(rate.quantity).unit} of {rate.quantity} per "
        f"{rate.measure} of {rate.over}, and {rate.low:g} to {rate.high:g} is usual"
    )
    remedy = f"check the unit of measure that the study declares ({declared}){_fitting(rate, median, declared)}"
    return [issue_of("wrong-unit", message, remedy=remedy, **place_of(study, rate.quantity))]


def _fitting(rate: Rate, median: float, declared: str | None) -> str:
    """Return a hint that names the units of measure in which the median would lie in its range, the best first."""
    canonical = variable(rate.quantity).unit
    if declared is None:
        return ""
    try:
        factor = scale(declared, canonical)
    except UnitError:
        return ""
    middle = np.sqrt(rate.low * rate.high)
    medians = {unit: median / factor * scale(unit, canonical) for unit in _UNITS[canonical]}
    fitting = [unit for unit, value in medians.items() if rate.low <= value <= rate.high]
    best = sorted(fitting, key=lambda unit: abs(np.log(medians[unit] / middle)))[:2]
    return f"; {' or '.join(best)} would fit" if best else ""


def _units(rate: Rate, values: Floats, ratio: Floats, units: npt.NDArray[np.str_], study: Study) -> list[Issue]:
    """Return an issue for every unit whose rate is, in the middle of its years, far from the median unit's."""
    limits = rule("wrong-unit").thresholds
    usual = np.array([np.median(r[np.isfinite(r)]) if np.isfinite(r).any() else np.nan for r in ratio])
    if np.isfinite(usual).sum() < limits["units"]:
        return []
    apart = usual / np.nanmedian(usual)
    odd = (rate.upwards & (apart > limits["unit"])) | (rate.downwards & (apart < 1 / limits["unit"]))
    found = []
    for i in np.flatnonzero(odd):
        way = f"{apart[i]:.3g} times" if apart[i] > 1 else f"1/{1 / apart[i]:.3g} of"
        message = f"{rate.quantity} against {rate.over} is {way} the median unit's: in another unit of measure?"
        number = f"{np.nanmedian(values[i]):.6g}"
        found.append(
            issue_of("wrong-unit", message, **place_of(study, rate.quantity), unit=str(units[i]), value=number)
        )
    return found
