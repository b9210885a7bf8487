"""Sequestration of units from rasters: net primary production, net ecosystem production, or land cover."""

from __future__ import annotations

import csv
import math
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ecocomp.accounts.derived import Derived
from ecocomp.accounts.integrals import integrate, read_values, series_of
from ecocomp.issues import Issue, errors
from ecocomp.panel import Inputs
from ecocomp.sources.cells import Grid, Window
from ecocomp.sources.files import sha256
from ecocomp.sources.raster_cells import Reader
from ecocomp.sources.rasters import Key, Series
from ecocomp.study import LandCover, NetEcosystem, NetPrimary, Study
from ecocomp.units import UnitError, scale

__all__ = [
    "Coefficients",
    "land_cover_uptake",
    "net_ecosystem_uptake",
    "net_primary_uptake",
    "read_coefficients",
    "soil_respiration",
]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DENSITY = "Mt CO2/km2"
SCHEMES = ("CLCD", "CNLUCC")
ORIGIN = "modelled"
_PLAUSIBLE_NPP = (1.0, 3000.0)  # g C m-2 a-1, mean of a region: deserts and rain forests lie between
_PLAUSIBLE = {"temperature": (-90.0, 60.0), "rain": (0.0, 10_000.0)}  # of any month on land [°C, mm]


def soil_respiration(temperature: Floats, rain: Floats) -> Floats:
    r"""Return the heterotrophic respiration of soils in a month.

    .. math:: R_h = 0.22 \, [e^{0.0912 T} + \ln(0.3145 R + 1)] \cdot 30 \cdot 0.465

    (Pei et al. 2009; methods §2.)

    Parameters
    ----------
    temperature
        Mean of the month [°C].
    rain
        Precipitation of the month [mm].

    Returns
    -------
    numpy.ndarray
        [g C m⁻² month⁻¹].
    """
    return np.asarray(0.22 * (np.exp(0.0912 * temperature) + np.log(0.3145 * rain + 1)) * 30 * 0.465)


def net_primary_uptake(inputs: Inputs, study: Study, way: NetPrimary) -> Derived:
    """Integrate annual NPP over the units: an upper bound of the sink, gross of what soils respire (methods §2).

    Returns
    -------
    Derived
        [Mt CO2].
    """
    years = [int(year) for year in inputs.panel["year"].values]
    series, issues, sources = series_of(study, {way.raster: False}, years)
    if errors(issues):
        return Derived(None, ORIGIN, issues, sources)
    raster = series[way.raster]
    factor, found = _density(raster)
    issues += found
    if factor is None:
        return Derived(None, ORIGIN, issues, sources)
    integral = integrate(inputs, raster, read_values(raster))
    issues += integral.issues
    area = inputs.panel["area"] * integral.share
    mean = float(
        (integral.values.sum() / area.where(integral.values.notnull()).sum()) * factor / scale("g C/m2", DENSITY)
    )
    if not math.isnan(mean) and not _PLAUSIBLE_NPP[0] <= mean <= _PLAUSIBLE_NPP[1]:
        issues.append(
            Issue("warning", "raster-implausible", f"raster {way.raster}: the mean NPP of the units is not of land",
                  f"check scale and unit in [rasters.{way.raster}]; {_PLAUSIBLE_NPP[0]:g} to {_PLAUSIBLE_NPP[1]:g} "
                  "g C/m2 are known", value=f"{mean:.4g} g C/m2")
        )  # fmt: skip
    below = integral.values.transpose("unit", "year")
    issues += [
        Issue("error", "raster-negative", f"raster {way.raster}: the NPP of this unit is below 0, and growth cannot be",
              f"name the number that stands for no data in [rasters.{way.raster}] fill",
              unit=str(below["unit"].values[place]), year=int(below["year"].values[step]))
        for place, step in ([] if errors(issues) else np.argwhere(below.to_numpy() < 0))
    ]  # fmt: skip
    issues.append(
        Issue("note", "npp-upper-bound", "sequestration is NPP uptake (upper bound), gross of what soils respire",
              "read it as two to four times the sink, or use nep")
    )  # fmt: skip
    return Derived(None if errors(issues) else integral.values * factor, ORIGIN, issues, sources)


def net_ecosystem_uptake(inputs: Inputs, study: Study, way: NetEcosystem) -> Derived:
    """Integrate annual NPP less the respiration of soils in its twelve months over the units (methods §2).

    Temperature and rain are taken at the centre of each cell of the NPP raster, from the cell of theirs that holds it;
    a cell that lacks any of the 25 values is missing.

    Returns
    -------
    Derived
        [Mt CO2]; negative where soils respire more than plants take up.
    """
    years = [int(year) for year in inputs.panel["year"].values]
    needed = {way.npp: False, way.temperature: True, way.rain: True}
    series, issues, sources = series_of(study, needed, years)
    if errors(issues):
        return Derived(None, ORIGIN, issues, sources)
    npp, temperature, rain = series[way.npp], series[way.temperature], series[way.rain]
    factor, found = _density(npp)
    issues += found + _weather_units(temperature, rain)
    if factor is None or errors(issues):
        return Derived(None, ORIGIN, issues, sources)
    respired = scale("g C/m2", DENSITY)
    kelvin = 273.15 if temperature.unit == "K" else 0.0
    extremes = {"temperature": [math.inf, -math.inf], "rain": [math.inf, -math.inf]}

    def field(reader: Reader, key: Key, grid: Grid, window: Window, used: Bools) -> Floats:
        uptake = reader.values(npp, key, window, used) * factor
        alive = used & ~np.isnan(uptake)
        for month in range(1, 13):
            when = Key(key.year, month)
            t = reader.sampled(temperature, when, grid, window, alive) - kelvin
            r = reader.sampled(rain, when, grid, window, alive)
            _widen(extremes["temperature"], t[alive])
            _widen(extremes["rain"], r[alive])
            with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # undeclared fill: refused below
                uptake -= soil_respiration(t, r) * respired
        return uptake

    integral = integrate(inputs, npp, field)
    issues += integral.issues
    for (role, (low, high)), raster in zip(extremes.items(), (temperature, rain), strict=True):
        least, most = _PLAUSIBLE[role]
        if low < least or high > most:
            issues.append(
                Issue("error", "raster-implausible", f"raster {raster.name} holds what no {role} is",
                      f"declare scale, unit or fill in [rasters.{raster.name}]; {least:g} to {most:g} "
                      f"{'°C' if role == 'temperature' else 'mm a month'} occur", value=f"{low:.6g} to {high:.6g}")
            )  # fmt: skip
    return Derived(None if errors(issues) else integral.values, ORIGIN, issues, sources)


def land_cover_uptake(inputs: Inputs, study: Study, way: LandCover) -> Derived:
    """Multiply the area of each land-cover class by its coefficient (methods §2).

    Returns
    -------
    Derived
        [Mt CO2].
    """
    years = [int(year) for year in inputs.panel["year"].values]
    coefficients, faults = read_coefficients(way.coefficients, study.folder)
    series, issues, sources = series_of(study, {way.raster: False}, years)
    issues = [*faults, *issues]
    if errors(issues) or coefficients is None:
        return Derived(None, ORIGIN, issues, sources)
    raster = series[way.raster]
    lost: dict[float, int] = {}

    def field(reader: Reader, key: Key, grid: Grid, window: Window, used: Bools) -> Floats:  # noqa: ARG001
        stored = reader.stored(raster, key, window, used)
        place = np.searchsorted(coefficients.classes, stored).clip(max=coefficients.classes.size - 1)
        known = coefficients.classes[place] == stored
        strange, counts = np.unique(stored[used & ~known & ~np.isnan(stored)], return_counts=True)
        for number, count in zip(strange.tolist(), counts.tolist(), strict=True):
            lost[number] = lost.get(number, 0) + count
        return np.where(known, coefficients.density[place], np.nan)

    integral = integrate(inputs, raster, field)
    issues += integral.issues
    if lost:
        few = sorted(lost.items(), key=lambda item: -item[1])
        text = ", ".join(f"{number:g} ({count} cells)" for number, count in few[:12]) + (" …" if few[12:] else "")
        issues.append(
            Issue("error", "land-cover-class", f"raster {way.raster} holds classes without a coefficient: {text}",
                  f"add them to {way.coefficients}, or declare fill in [rasters.{way.raster}] if they mean no data",
                  coefficients.file)
        )  # fmt: skip
    return Derived(None if errors(issues) else integral.values, ORIGIN, issues, {**sources, **coefficients.source})


class Coefficients(NamedTuple):
    """Uptake of land-cover classes: class numbers, sorted, and Mt CO2 per km² and year."""

    classes: Floats
    density: Floats
    file: str
    source: dict[str, dict[str, str]]


def read_coefficients(named: str, folder: Path) -> tuple[Coefficients | None, list[Issue]]:
    """Read the coefficients of a scheme of the package, or a user's csv.

    Parameters
    ----------
    named
        ``CLCD``, ``CNLUCC``, or a csv with the columns ``class`` and ``t_c_per_ha``, relative to ``folder``.
    """
    if named in SCHEMES:
        text = resources.files("ecocomp").joinpath("land_cover_coefficients.csv").read_text(encoding="utf-8")
        rows = [row for row in csv.DictReader(text.splitlines()) if row["scheme"] == named]
        file, source = "land_cover_coefficients.csv", {}
    else:
        path = folder / named
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            return None, [Issue("error", "coefficients-unreadable", f"the coefficients cannot be read: {error}",
                                f"give a csv in UTF-8, or one of {', '.join(SCHEMES)}", path.name)]  # fmt: skip
        rows, file = list(csv.DictReader(text.splitlines())), path.name
        source = {"land-cover coefficients": {"file": named, "sha256": sha256([path])}}
    return _parse(rows, file, source)


def _parse(
    rows: list[dict[str, str]], file: str, source: dict[str, dict[str, str]]
) -> tuple[Coefficients | None, list[Issue]]:
    wanted = ("class", "t_c_per_ha")
    if not rows or any(column not in rows[0] for column in wanted):
        message = f"the coefficients need the columns {' and '.join(wanted)}"
        return None, [Issue("error", "coefficients-columns", message, "name them in the first row", file)]
    issues, found = [], {}
    for number, row in enumerate(rows, 2):
        numbers = []
        for column in wanted:
            value = _number(row[column])
            if value is None:
                issues.append(
                    Issue("error", "coefficients-number", f"{column} is no number", "write a plain number", file,
                          column, number, value=row[column])
                )  # fmt: skip
            numbers.append(value)
        if numbers[0] in found:
            issues.append(
                Issue("error", "coefficients-twice", "the class stands here twice", "keep one of the rows", file,
                      "class", number, value=row["class"])
            )  # fmt: skip
        if None not in numbers:
            found[numbers[0]] = numbers[1]
    if issues:
        return None, issues
    classes = np.array(sorted(found), float)  # type: ignore[type-var]
    per_hectare = np.array([found[c] for c in classes.tolist()], float)
    return Coefficients(classes, per_hectare * scale("t C/ha", DENSITY), file, source), []


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _density(raster: Series) -> tuple[float | None, list[Issue]]:
    """Return what the raster's values are multiplied by to be Mt CO2 per km²."""
    remedy = f'declare it in [rasters.{raster.name}], such as unit = "kg C/m2", or name the product'
    if raster.unit is None:
        return None, [Issue("error", "raster-unit", f"raster {raster.name} has no unit of measure", remedy)]
    try:
        return scale(raster.unit, DENSITY), []
    except UnitError as error:
        return None, [Issue("error", "raster-unit", f"raster {raster.name}: {error}", remedy, value=raster.unit)]


def _weather_units(temperature: Series, rain: Series) -> list[Issue]:
    return [
        Issue("error", "raster-unit", f"raster {raster.name}: the unit of measure must be {' or '.join(allowed)}",
              f"declare it in [rasters.{raster.name}], with scale if the stored numbers are multiples of it",
              value=raster.unit)
        for raster, allowed in ((temperature, ("degC", "K")), (rain, ("mm",))) if raster.unit not in allowed
    ]  # fmt: skip


def _widen(span: list[float], values: Floats) -> None:
    known = values[~np.isnan(values)]
    if known.size:
        span[0], span[1] = min(span[0], float(known.min())), max(span[1], float(known.max()))
