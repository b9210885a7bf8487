"""Rasters: which file and band holds each year, where its cells lie, and what its numbers mean.

GDAL, as the package rasterio brings it, reads GeoTIFF, NetCDF and HDF5. Nothing is guessed: a raster without a
coordinate reference system, a stack whose years are unknown, or numbers without a unit are errors that say what to
declare.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyproj
import xarray as xr

from ecocomp.issues import DataError, Issue, nearest
from ecocomp.sources.cells import Grid
from ecocomp.sources.crs import are_degrees, candidates, parse_crs
from ecocomp.study.rasters import Raster

__all__ = ["PRODUCTS", "Band", "Key", "Product", "Series", "find_series"]

HDF4 = b"\x0e\x03\x13\x01"
SINUSOIDAL = "+proj=sinu +R=6371007.181"
MODIS_CELL = 463.312717  # side of a cell at "500 m" [m]
MONTHS = range(1, 13)


@dataclass(frozen=True, order=True)
class Key:
    """What a band holds: a year, or a month of it; 0 stands for the whole year."""

    year: int
    month: int = 0

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02}" if self.month else str(self.year)


@dataclass(frozen=True)
class Product:
    """What is published about a product: its unit, scale, and stored numbers without data.

    ``missing`` holds the numbers of cells that were not computed, ``bare`` those of cells without vegetation, whose
    uptake is nought.
    """

    unit: str
    scale: float
    missing: tuple[float | tuple[float, float], ...]
    bare: tuple[float, ...]


PRODUCTS = {
    # Running and Zhao, user's guide of MOD17 (collections 6 and 6.1): 32761 unclassified, 32762 built-up, 32763
    # wetland, 32764 snow, 32765 barren, 32766 water, 32767 fill
    "MOD17A3HGF": Product("kg C/m2", 0.0001, (32761, 32763, (32767, 65535)), (32762, 32764, 32765, 32766)),
}


@dataclass(frozen=True)
class Band:
    """One band: ``path`` is what GDAL opens, ``file`` what a message calls it, ``source`` the file to hash."""

    path: str
    file: str
    source: Path
    index: int
    grid: Grid
    dtype: str
    scale: float
    offset: float


@dataclass(frozen=True)
class Series:
    """A raster of the study with a band for every year or month that the study needs."""

    name: str
    settings: Raster
    bands: Mapping[Key, Band]

    @property
    def product(self) -> Product | None:
        """What is published about it, if it is a known product."""
        return PRODUCTS[self.settings.product] if self.settings.product else None

    @property
    def unit(self) -> str | None:
        """Unit of measure after scaling."""
        return self.product.unit if self.product else self.settings.unit

    def linear(self, key: Key) -> tuple[float, float]:
        """Return scale and offset that turn stored numbers of a band into values in ``unit``."""
        band = self.bands[key]
        if self.product is not None:
            return self.product.scale, 0.0
        if self.settings.scale is not None:
            return self.settings.scale, band.offset if band.scale != 1.0 else 0.0
        return band.scale, band.offset


@dataclass(frozen=True)
class _File:
    """What one file says of itself."""

    path: str
    name: str
    source: Path
    count: int
    grid: Grid
    dtype: str
    scales: tuple[float, ...]
    offsets: tuple[float, ...]
    dates: tuple[tuple[int, int], ...] | None


def find_series(
    name: str, settings: Raster, folder: Path, years: Sequence[int], *, monthly: bool = False
) -> tuple[Series | None, list[Issue]]:
    """Find the band of every year, or of every month, of a raster of the study.

    Returns
    -------
    series : Series or None
        None where an issue is an error.
    issues : list of Issue
        Every file that is absent or unreadable, and every fault of those that are there.

    Raises
    ------
    MissingDependencyError
        If rasterio is not installed.
    """
    keys = [Key(year, month) for year in years for month in (MONTHS if monthly else (0,))]
    paths, issues = _paths(name, settings, folder, keys)
    files: dict[Path, _File] = {}
    for path in dict.fromkeys(paths.values()):
        try:
            files[path] = _describe(name, settings, path)
        except DataError as error:
            issues += error.issues
    bands = {}
    several = len(set(years)) > 1 and "{" not in str(settings.files) and isinstance(settings.files, str)
    faults: dict[tuple[str, str], list[Key]] = {}
    for key in keys:
        if (file := files.get(paths.get(key, Path()))) is None:
            continue
        index = _index(settings, file, key, monthly and "{month" not in str(settings.files), several)
        if isinstance(index, str):
            faults.setdefault((file.name, index), []).append(key)
            continue
        bands[key] = Band(
            file.path, file.name, file.source, index, file.grid, file.dtype,
            file.scales[index - 1], file.offsets[index - 1],
        )  # fmt: skip
    issues += [
        Issue("error", "raster-bands", f"raster {name}: {fault}", f"say in [rasters.{name}] where each year stands: "
              "{year} in files, bands = [years of the bands], or files = { year = \"file\" }", file,
              value=", ".join(map(str, found)))
        for (file, fault), found in faults.items()
    ]  # fmt: skip
    complete = len(bands) == len(keys) and not issues
    return (Series(name, settings, bands) if complete else None), issues


def _paths(name: str, settings: Raster, folder: Path, keys: Sequence[Key]) -> tuple[dict[Key, Path], list[Issue]]:
    """Return the file of each key that has one, and an error for each that is absent."""
    found, issues = {}, []
    absent: dict[str, list[Key]] = {}
    for key in keys:
        if isinstance(settings.files, str):
            text = settings.files.format(year=key.year, month=key.month)
        elif key.year in settings.files:
            text = settings.files[key.year]
        else:
            absent.setdefault("", []).append(key)
            continue
        path = folder / text
        if path.is_file():
            found[key] = path
        else:
            absent.setdefault(text, []).append(key)
    for text, lacking in absent.items():
        years = sorted({key.year for key in lacking})
        if not text:
            issues.append(
                Issue("error", "raster-file", f"raster {name} has no file for {', '.join(map(str, years))}",
                      f"add it to files of [rasters.{name}], or take the year out of [study] years")
            )  # fmt: skip
            continue
        path = folder / text
        there = sorted(p.name for p in path.parent.iterdir() if p.is_file()) if path.parent.is_dir() else []
        hint = nearest(path.name, there) if there else f"the folder {path.parent.name} is absent or empty"
        few = hint if len(hint) < 300 else f"{hint[:300]}…"
        issues.append(
            Issue("error", "raster-file", f"raster {name}: there is no such file; {few}",
                  f"correct files of [rasters.{name}], or take the year out of [study] years", path.name,
                  year=years[0] if len(years) == 1 else None)
        )  # fmt: skip
    return found, issues


def _index(settings: Raster, file: _File, key: Key, by_band: bool, several: bool) -> int | str:
    """Return the band of a file that holds a key, or what is wrong."""
    if settings.bands is not None:
        if len(settings.bands) != file.count:
            return f"has {file.count} bands, and bands names {len(settings.bands)} years"
        if key.month:
            return "bands names years, and this raster is needed by month"
        return settings.bands.index(key.year) + 1 if key.year in settings.bands else "has no band for these years"
    if file.dates is not None and (file.count > 1 or several):
        hits = [
            i for i, (year, month) in enumerate(file.dates, 1)
            if year == key.year and (not by_band or month == key.month)
        ]  # fmt: skip
        return hits[0] if len(hits) == 1 else f"its time dimension has {len(hits)} steps for these dates, not one"
    if by_band and file.count == 12 and not several:
        return key.month
    if by_band or file.count != 1:
        return f"has {file.count} band{'s' * (file.count != 1)}, and nothing says which one to take"
    return 1 if not several else "is one raster, and the study has several years"


def _describe(name: str, settings: Raster, path: Path) -> _File:
    """Open a file and say what it holds; raise every fault of it."""
    import rasterio
    from rasterio.errors import NotGeoreferencedWarning, RasterioError

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # said as an issue, with what to declare
        try:
            with rasterio.open(path) as dataset:
                target = _variable(name, settings.variable, dataset, path)
                if target is None:
                    return _read_header(name, settings, dataset, path, str(path))
            with rasterio.open(target) as dataset:
                return _read_header(name, settings, dataset, path, target)
        except RasterioError as error:
            raise DataError([_unreadable(name, settings, path, error)]) from error


def _unreadable(name: str, settings: Raster, path: Path, error: Exception) -> Issue:
    with path.open("rb") as stream:
        is_hdf4 = stream.read(4) == HDF4
    if is_hdf4:
        layer = settings.variable or "Npp_500m"
        return Issue(
            "error", "raster-hdf4", f"raster {name} is HDF4, which the installed GDAL cannot read",
            f"convert it with a GDAL that has HDF4 (conda, QGIS): gdalinfo {path.name} lists its layers, then "
            f"gdal_translate 'HDF4_EOS:EOS_GRID:\"{path.name}\":GRID:{layer}' {path.stem}.tif", path.name,
        )  # fmt: skip
    return Issue("error", "raster-unreadable", f"raster {name} cannot be read: {error}",
                 "give a GeoTIFF, NetCDF or HDF5 file", path.name)  # fmt: skip


def _variable(name: str, wanted: str | None, dataset: Any, path: Path) -> str | None:
    """Return the subdataset that the study means, or none where the file itself is the raster."""
    layers = {str(s).rsplit(":", 1)[-1].rsplit("/", 1)[-1]: str(s) for s in dataset.subdatasets}
    if not layers:
        held = {t.get("NETCDF_VARNAME") for t in (dataset.tags(i) for i in range(1, dataset.count + 1))} - {None}
        if wanted is not None and held and wanted not in held:
            raise DataError([_no_variable(name, wanted, sorted(map(str, held)), path)])
        return None
    if wanted is None and len(layers) == 1:
        return next(iter(layers.values()))
    if wanted not in layers:
        raise DataError([_no_variable(name, wanted, sorted(layers), path)])
    return layers[wanted]


def _no_variable(name: str, wanted: str | None, there: list[str], path: Path) -> Issue:
    known = ", ".join(there)
    if wanted is None:
        return Issue("error", "raster-variable", f"raster {name} holds several variables: {known}",
                     f"name one as variable in [rasters.{name}]", path.name)  # fmt: skip
    return Issue("error", "raster-variable", f"raster {name} has no such variable; it holds {known}",
                 f"correct variable in [rasters.{name}]", path.name, value=wanted)  # fmt: skip


def _read_header(name: str, settings: Raster, dataset: Any, path: Path, target: str) -> _File:
    grid, issues = _grid(name, settings, dataset, path)
    kinds = sorted({str(d) for d in dataset.dtypes})
    if len(kinds) > 1 or kinds[0].startswith(("complex", "cint")):
        issues.append(
            Issue("error", "raster-type", f"raster {name} holds {' and '.join(kinds)}",
                  "save it with one type of real numbers", path.name)
        )  # fmt: skip
    issues += _scale_faults(name, settings, dataset, path)
    if issues or grid is None:
        raise DataError(issues)
    return _File(
        target, path.name, path, dataset.count, grid, kinds[0], tuple(dataset.scales), tuple(dataset.offsets),
        _dates(dataset),
    )  # fmt: skip


def _scale_faults(name: str, settings: Raster, dataset: Any, path: Path) -> list[Issue]:
    """Return where the study and the file disagree on what stored numbers are multiplied by."""
    stored = {float(s) for s in dataset.scales} - {1.0}
    if settings.product is not None:
        scale = PRODUCTS[settings.product].scale
        if dataset.dtypes[0].startswith("float"):
            return [
                Issue("error", "raster-product", f"raster {name}: {settings.product} is published as integers, and "
                      f"this file holds {dataset.dtypes[0]}: it has been scaled or worked on",
                      "declare unit, scale and fill of what it holds now, instead of product", path.name)
            ]  # fmt: skip
    else:
        scale = settings.scale if settings.scale is not None else math.nan
    if stored and not math.isnan(scale) and not all(math.isclose(s, scale, rel_tol=1e-6) for s in stored):
        return [
            Issue("error", "raster-scale", f"raster {name}: the file says scale {min(stored):g}, the study {scale:g}",
                  f"correct [rasters.{name}], or leave scale out to follow the file", path.name)
        ]  # fmt: skip
    return []


def _grid(name: str, settings: Raster, dataset: Any, path: Path) -> tuple[Grid | None, list[Issue]]:
    """Return where the cells lie, from the file or as the study declares it."""
    issues = []
    t = dataset.transform
    if t.b or t.d or t.a < 0:
        issues.append(
            Issue("error", "raster-rotated", f"raster {name}: its rows do not run from west to east",
                  f"bring it onto a plain grid first: gdalwarp {path.name} {path.stem}-north-up.tif", path.name)
        )  # fmt: skip
    lies_nowhere = t.is_identity  # GDAL's word for a file that does not say where it lies
    if lies_nowhere and settings.bounds is None:
        issues.append(
            Issue("error", "raster-place", f"raster {name} does not say where it lies",
                  f"declare bounds = [left, bottom, right, top] (and crs) in [rasters.{name}]", path.name)
        )  # fmt: skip
    left, right = t.c, t.c + t.a * dataset.width
    top, bottom = t.f, t.f + t.e * dataset.height
    south_up = bottom > top
    if settings.bounds is not None and lies_nowhere:
        (left, bottom, right, top), south_up = settings.bounds, False
    bottom, top = min(bottom, top), max(bottom, top)
    crs, found = _crs(name, settings, dataset, path, np.array([left, bottom, right, top]))
    if crs is None or issues:
        return None, issues + ([] if lies_nowhere and settings.bounds is None and settings.crs is None else found)
    width, height = (right - left) / dataset.width, (top - bottom) / dataset.height
    return Grid(left, top, width, height, dataset.height, dataset.width, crs, south_up), found


def _crs(name: str, settings: Raster, dataset: Any, path: Path, bounds: Any) -> tuple[pyproj.CRS | None, list[Issue]]:
    own = pyproj.CRS.from_wkt(dataset.crs.to_wkt()) if dataset.crs else None
    if own is not None and not (own.is_geographic or own.is_projected):
        own = None
    declared = parse_crs(settings.crs) if settings.crs else None
    if settings.crs and declared is None:
        return None, [Issue("error", "raster-crs", f"raster {name}: crs of the study is no coordinate reference system",
                            "write an EPSG code or a PROJ string", path.name, value=settings.crs)]  # fmt: skip
    crs = own or declared
    if crs is None:
        likely = [c.crs for c in candidates(bounds)]
        width = (bounds[2] - bounds[0]) / dataset.width
        if any(math.isclose(width, MODIS_CELL * size, rel_tol=1e-3) for size in (0.5, 1, 2)):
            likely.insert(0, f"{SINUSOIDAL} (MODIS)")
        return None, [Issue("error", "raster-crs", f"raster {name} has no coordinate reference system",
                            f"declare crs in [rasters.{name}], likely {' or '.join(likely) or 'none that is known'}",
                            path.name, value=str([round(float(b), 3) for b in bounds]))]  # fmt: skip
    if own is not None and declared is not None and not own.equals(declared, ignore_axis_order=True):
        message = f"raster {name}: the file is in {own.name}, the study says {declared.name}"
        return None, [Issue("error", "raster-crs", message, "take crs out of the study, or correct the file",
                            path.name)]  # fmt: skip
    if crs.is_geographic and not are_degrees(bounds):
        return None, [Issue("error", "raster-crs", f"raster {name} is said to be in degrees ({crs.name}), and its "
                            "coordinates are not", "state the system that they are in", path.name,
                            value=str([round(float(b), 1) for b in bounds]))]  # fmt: skip
    return crs, []


def _dates(dataset: Any) -> tuple[tuple[int, int], ...] | None:
    """Return year and month of each band where a time dimension says so; None where none does, or not clearly."""
    steps = [dataset.tags(i).get("NETCDF_DIM_time") for i in range(1, dataset.count + 1)]
    unit = dataset.tags().get("time#units", "")
    if not steps or None in steps:
        return None
    values = np.array([float(s) for s in steps])
    if "since" not in unit:
        whole = ((values >= 1000) & (values <= 3000) & (values == np.round(values))).all()
        return tuple((int(v), 0) for v in values) if whole else None
    try:
        times = xr.coding.times.decode_cf_datetime(values, unit, dataset.tags().get("time#calendar"))
    except (ValueError, OverflowError, ImportError):  # a calendar that needs more packages: the years stay undeclared
        return None
    if not np.issubdtype(np.asarray(times).dtype, np.datetime64):
        return None
    return tuple((t.year, t.month) for t in pd.to_datetime(times))
