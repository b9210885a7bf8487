"""From the study's settings to a proxy for every unit and year: a quantity, a column, a raster, or night lights."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr

from ecocomp.accounts.integrals import integrate, series_of
from ecocomp.accounts.integrals import read_values as cells_of
from ecocomp.accounts.night_lights import Bridge, bridge, fuse_sensors, make_continuous
from ecocomp.accounts.readings import EVERY_YEAR, Found, as_array, place_values, read_values
from ecocomp.issues import DataError, Issue, raise_errors
from ecocomp.panel import Inputs
from ecocomp.study import Study
from ecocomp.study.emissions import Proxy
from ecocomp.study.rasters import Raster

__all__ = ["read_proxy"]


def read_proxy(inputs: Inputs, study: Study, settings: Proxy, found: Found) -> xr.DataArray:
    """Return the proxy of every unit and year (unit, year), not negative, in whatever unit it has.

    Raises
    ------
    DataError
        With every fault of the tables or rasters that it is read from.
    """
    years = [int(year) for year in inputs.panel["year"].values]
    if settings.quantity is not None:
        proxy = inputs.panel[settings.quantity].reset_coords(drop=True)
    elif settings.dmsp is not None and settings.viirs is not None:
        older = [_reading(inputs, study, settings.table, name, found) for name in settings.dmsp]
        newer = _reading(inputs, study, settings.table, settings.viirs, found)
        proxy = _bridged(older, newer, settings, study.study.seed, found).reindex(year=years)
    else:
        proxy = _reading(inputs, study, settings.table, settings.column or settings.raster or "", found, years)
    return proxy.transpose("unit", "year").astype(float)


def _bridged(
    older: Sequence[xr.DataArray], newer: xr.DataArray, settings: Proxy, seed: int, found: Found
) -> xr.DataArray:
    """Fuse the older satellites, make them continuous if the study asks for it, and bridge them to the newer."""
    dmsp = fuse_sensors(xr.concat(older, "sensor", join="outer"))
    if settings.continuous:
        dmsp = make_continuous(dmsp.sortby("year"))
    bridged = bridge(dmsp, newer, settings.bridge, settings.scale, seed)
    found.issues.append(_told(bridged, settings))
    return bridged.series


def _told(bridged: Bridge, settings: Proxy) -> Issue:
    numbers = ", ".join(f"{name} = {value:.6g}" for name, value in bridged.relation.parameters.items())
    fit, years = bridged.fit, ", ".join(map(str, bridged.overlap))
    return Issue(
        "note", "lights-bridge",
        f"night lights are on the scale of {settings.scale}, by {bridged.relation.name} ({numbers}) over {years}: R² "
        f"{fit.r_squared:.3f}, RMSE {fit.rmse:.4g}, MAPE {fit.mape:.1%} of {fit.n} pairs",
        "compare bridge = \"power\", \"monotone\" and \"pso_bp\" where the fit is poor", value=settings.bridge,
    )  # fmt: skip


def _reading(
    inputs: Inputs, study: Study, table: str | None, name: str, found: Found, years: Sequence[int] | None = None
) -> xr.DataArray:
    """Read a column of a table or a raster of the study (unit, year), in all its years where none are asked for."""
    if table is not None:
        values = read_values(study, table, name, found)
        units = inputs.panel["unit"].values.astype(str).tolist()
        own = sorted(set(values.frame["year"]) - {EVERY_YEAR})
        wanted = years or own
        if years is None:  # a satellite has no readings of the years that it did not fly in
            values = values._replace(issues=[i for i in values.issues if i.code != "missing-value"])
        if not wanted:
            message = f"{name!r} has no years, and night lights of two sensors need them"
            remedy = f"name the column of years in [tables.{table}], or write {{year}} in the names of columns"
            raise DataError([Issue("error", "lights-years", message, remedy, values.file, name)])
        return as_array(values, place_values(values, units, "unit", wanted, found), units, "unit", wanted)
    raster = study.rasters[name]
    wanted = list(years or _years_of(raster, study.folder) or inputs.panel["year"].values.tolist())
    series, issues, sources = series_of(study, {name: False}, wanted)
    raise_errors(issues)
    found.issues.extend(issues)
    found.sources.update(sources)
    grid = xr.Dataset(coords={"unit": inputs.panel["unit"].values, "year": wanted})
    integral = integrate(replace(inputs, panel=grid), series[name], cells_of(series[name]))
    raise_errors(integral.issues)
    found.issues.extend(integral.issues)
    _refuse_negative(integral.values, name)
    return integral.values


def _years_of(raster: Raster, folder: Path) -> list[int]:
    """Return the years that a raster has files or bands for; none where only its single file could tell."""
    if isinstance(raster.files, dict):
        return sorted(raster.files)
    if raster.bands is not None:
        return sorted(raster.bands)
    path = Path(raster.files)
    if "{year}" not in path.name:
        return []
    pattern = re.compile("([12][0-9]{3})".join(re.escape(part) for part in path.name.split("{year}")))
    there = (folder / path.parent).iterdir() if (folder / path.parent).is_dir() else []
    return sorted(int(match[1]) for file in there if (match := pattern.fullmatch(file.name)))


def _refuse_negative(values: xr.DataArray, name: str) -> None:
    """Raise an error for every unit whose sum of a raster is below zero."""
    table = values.transpose("unit", "year")
    raise_errors([
        Issue("error", "negative-proxy", f"the sum of raster {name} is below zero", "set its dark cells to zero",
              unit=str(table["unit"].values[i]), year=int(table["year"].values[t]),
              value=repr(float(table.values[i, t])))
        for i, t in np.argwhere(table.values < 0)
    ])  # fmt: skip
