"""Rasters of the study integrated over its units, with what a reader must know of the cells that were missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from ecocomp.issues import Issue, errors
from ecocomp.panel import Inputs
from ecocomp.sources.cells import Grid, Window
from ecocomp.sources.files import sha256
from ecocomp.sources.raster_cells import Reader
from ecocomp.sources.rasters import Key, Series, find_series
from ecocomp.sources.zonal import Zonal, on_grid, require_rasters, zonal_sums
from ecocomp.study import Study

__all__ = ["LEAST_SHARE", "Field", "Integral", "integrate", "read_values", "series_of"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Field = Callable[[Reader, Key, Grid, Window, Bools], Floats]
"""Computes a value for each cell of a window in a year, missing cells being not a number."""

LEAST_SHARE = 0.5
"""Part of a unit that valid cells must cover, below which the unit is missing."""
_TELLING_SHARE = 0.95
"""Part below which a unit that keeps its value is named in a warning."""


class Integral(NamedTuple):
    """Integrals over units (unit, year) [unit of the raster × km²], the part under valid cells, and the issues."""

    values: xr.DataArray
    share: xr.DataArray
    issues: list[Issue]


def series_of(
    study: Study, names: Mapping[str, bool], years: Sequence[int]
) -> tuple[dict[str, Series], list[Issue], dict[str, Any]]:
    """Find the bands of rasters of the study.

    Parameters
    ----------
    names
        Name in [rasters]: whether it is needed by month.

    Returns
    -------
    series : dict
        By name; empty where an issue is an error.
    issues : list of Issue
        Every fault of every file.
    sources : dict
        ``file`` and ``sha256`` of each file read, for the manifest.

    Raises
    ------
    MissingDependencyError
        If the packages that read rasters are not installed.
    """
    require_rasters()
    found, issues = {}, []
    for name, monthly in names.items():
        series, faults = find_series(name, study.rasters[name], study.folder, years, monthly=monthly)
        issues += faults
        if series is not None:
            found[name] = series
    if errors(issues):
        return {}, issues, {}
    files = {band.source: name for name, series in found.items() for band in series.bands.values()}
    sources = {
        f"raster {name}: {path.name}": {
            "file": path.relative_to(study.folder).as_posix() if path.is_relative_to(study.folder) else str(path),
            "sha256": sha256([path]),
        }
        for path, name in files.items()
    }
    return found, issues, sources


def integrate(inputs: Inputs, series: Series, field: Field) -> Integral:
    """Integrate what a field makes of rasters over the units of a study, on the grid of one of them.

    Sums are over the valid cells: what is missing is not filled in. A unit whose polygon valid cells cover to less
    than `LEAST_SHARE` is missing in that year.

    Parameters
    ----------
    series
        The raster whose cells are added up; its grid may differ between years.
    field
        What is added up.
    """
    years = [int(year) for year in inputs.panel["year"].values]
    shape = (inputs.panel.sizes["unit"], len(years))
    values, share = np.full(shape, np.nan), np.zeros(shape)
    issues: list[Issue] = []
    with Reader() as reader:
        for grid, keys in _by_grid(series, years).items():
            polygons = on_grid(inputs.geometry.geometry, grid.crs)
            if not inputs.geometry.crs.equals(grid.crs, ignore_axis_order=True):
                issues.append(_reprojected(series, inputs, grid))

            def read(key: Key, window: Window, used: Bools, grid: Grid = grid) -> Floats:
                return field(reader, key, grid, window, used)

            sums = zonal_sums(grid, polygons, keys, read)
            columns = [years.index(key.year) for key in keys]
            values[:, columns], share[:, columns] = sums.integral, sums.valid_share()
            issues += _outside(series, inputs, sums)
        issues += reader.issues()
    coords = {"unit": inputs.panel["unit"].values, "year": inputs.panel["year"].values}
    shares = xr.DataArray(share, coords, ("unit", "year"))
    issues += _shares(series.name, shares)
    return Integral(xr.DataArray(values, coords, ("unit", "year")).where(shares >= LEAST_SHARE), shares, issues)


def read_values(series: Series) -> Field:
    """Return the field of a raster's own values, as their unit says."""

    def field(reader: Reader, key: Key, grid: Grid, window: Window, used: Bools) -> Floats:  # noqa: ARG001
        return reader.values(series, key, window, used)

    return field


def _by_grid(series: Series, years: Sequence[int]) -> dict[Grid, list[Key]]:
    """Return the years on each grid: the parts of cells in polygons are computed once for all of them."""
    groups: dict[Grid, list[Key]] = {}
    for key in map(Key, years):
        groups.setdefault(series.bands[key].grid, []).append(key)
    return groups


def _reprojected(series: Series, inputs: Inputs, grid: Grid) -> Issue:
    return Issue("note", "raster-reprojected", f"raster {series.name} is in {grid.crs.name}, the boundaries in "
                 f"{inputs.geometry.crs.name}: the polygons were brought into the raster's system",
                 "nothing to do: cells keep their values, and areas are those on the ellipsoid")  # fmt: skip


def _outside(series: Series, inputs: Inputs, sums: Zonal) -> list[Issue]:
    return [
        Issue("warning", "raster-outside", f"raster {series.name} does not reach over the whole unit",
              "give a raster that covers it; only what the raster covers is added up", unit=str(unit),
              value=f"{inside:.3f} inside")
        for unit, inside in zip(inputs.panel["unit"].values, sums.inside, strict=True) if inside < 0.9995
    ]  # fmt: skip


def _shares(name: str, shares: xr.DataArray) -> list[Issue]:
    """Return a warning for each unit that misses many cells, the years of a unit together."""
    issues = []
    for low, high, text, remedy in (
        (-1.0, LEAST_SHARE, f"less than {LEAST_SHARE:.0%} of the unit: it is missing",
         "fill the raster, or accept that the unit is missing"),
        (LEAST_SHARE, _TELLING_SHARE, "only a part of the unit", "the sum is over that part: check what the gaps are"),
    ):  # fmt: skip
        among = ((shares >= low) & (shares < high)).transpose("unit", "year")
        for unit in among["unit"].values[among.any("year").values]:
            row = among.sel(unit=unit).values
            years = among["year"].values[row].tolist()
            found = shares.sel(unit=unit).values[row]
            issues.append(
                Issue("warning", "raster-coverage", f"raster {name}: cells with data cover {text} "
                      f"({', '.join(map(str, years))})", remedy, unit=str(unit),
                      year=years[0] if len(years) == 1 else None, value=f"{found.min():.3f} to {found.max():.3f}")
            )  # fmt: skip
    return issues
