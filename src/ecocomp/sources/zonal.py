"""Sums of raster cells over polygons, each cell weighted by the part of it that the polygon covers and its true area.

The parts are computed once, strip of rows by strip of rows, and serve every year and variable on the same grid: each
further year costs its reading and one product of a sparse matrix. Partial sums add up, so that a raster of any size
takes the memory of a strip.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import util
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pyproj
import shapely
from scipy import sparse

from ecocomp.issues import MissingDependencyError
from ecocomp.sources.cells import Grid, Window, cell_areas

__all__ = ["Read", "Strip", "Zonal", "on_grid", "require_rasters", "strips", "zonal_sums"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Read = Callable[[Any, Window, Bools], Floats]
"""Reads a key (a year) in a window; cells outside the mask are not used; missing cells are not a number."""

CELLS = 6_000_000
"""Cells held at once: some 0.5 GB with their weights."""
_EDGE_KM = 5.0  # an edge no longer than this is straight in any projection to within half a metre


@dataclass(frozen=True)
class Zonal:
    """Sums over polygons.

    Attributes
    ----------
    integral
        Value × area over the valid cells (unit, key) [unit of the values × km²]; 0 where no cell is valid.
    valid
        Area of the valid cells (unit, key) [km²].
    covered
        Area of all cells of the raster (unit,) [km²].
    inside
        Part of each polygon that lies on the raster (unit,) [share].
    """

    integral: Floats
    valid: Floats
    covered: Floats
    inside: Floats

    def valid_share(self) -> Floats:
        """Return the part of each polygon under valid cells (unit, key) [share]."""
        whole = np.divide(self.covered, self.inside, out=np.zeros_like(self.covered), where=self.inside > 0)
        share = np.divide(self.valid, whole[:, None], out=np.zeros_like(self.valid), where=whole[:, None] > 0)
        return np.minimum(share, 1.0)


class Strip(NamedTuple):
    """A window, and the area of each of its cells in each polygon (unit, cell) [km²]."""

    window: Window
    units: npt.NDArray[np.intp]
    weights: sparse.csr_array


def require_rasters() -> None:
    """Raise `MissingDependencyError` unless the packages that read rasters are installed."""
    for package in ("rasterio", "exactextract"):
        if util.find_spec(package) is None:
            raise MissingDependencyError("a quantity from rasters", package, "rasters")


def on_grid(polygons: gpd.GeoSeries, crs: pyproj.CRS) -> npt.NDArray[np.object_]:
    """Return polygons in the CRS of a raster; long edges get points first, as straight lines do not stay straight."""
    shapes = np.asarray(polygons.array)
    if polygons.crs.equals(crs, ignore_axis_order=True):
        return shapes
    unit = polygons.crs.axis_info[0].unit_conversion_factor
    longest = _EDGE_KM / 111.2 if polygons.crs.is_geographic else _EDGE_KM * 1000 / unit
    fine = gpd.GeoSeries(shapely.segmentize(shapes, longest), crs=polygons.crs)
    return np.asarray(fine.to_crs(crs).array)


def zonal_sums(
    grid: Grid, polygons: npt.NDArray[np.object_], keys: Sequence[Any], read: Read, *, cells: int = CELLS
) -> Zonal:
    r"""Integrate rasters of one grid over polygons.

    .. math:: \sum_c v_c \, f_{ic} A_c

    with f the part of cell c that polygon i covers (exact, Baston's exactextract) and A its area on the ellipsoid.

    Parameters
    ----------
    polygons
        In the CRS of the grid, see :func:`on_grid`.
    keys
        What to integrate, such as years; each is handed to ``read``.
    cells
        Most cells held at once; the result does not depend on it beyond rounding.

    Raises
    ------
    MissingDependencyError
        If exactextract is not installed.
    """
    integral, valid = np.zeros((2, len(polygons), len(keys)))
    covered = np.zeros(len(polygons))
    for window, units, weights in strips(grid, polygons, cells):
        covered[units] += weights.sum(axis=1)
        used = np.zeros(window.rows * window.columns, bool)
        used[weights.indices] = True
        for k, key in enumerate(keys):
            values = read(key, window, used.reshape(window.rows, window.columns)).ravel()
            known = used & ~np.isnan(values)
            integral[units, k] += weights @ np.where(known, values, 0.0)
            valid[units, k] += weights @ known.astype(float)
    return Zonal(integral, valid, covered, _inside(grid, polygons))


def strips(grid: Grid, polygons: npt.NDArray[np.object_], cells: int = CELLS) -> Iterator[Strip]:
    """Yield windows over all polygons, from north to south, with the cells' areas in each polygon."""
    bounds = shapely.bounds(_finite(polygons))
    if np.isnan(bounds).all():
        return
    low, high = np.nanmin(bounds[:, :2], axis=0), np.nanmax(bounds[:, 2:], axis=0)
    whole = grid.window_over((low[0], low[1], high[0], high[1]))
    if not whole.rows or not whole.columns:
        return
    height = max(1, cells // whole.columns)
    for row in range(whole.row, whole.row + whole.rows, height):
        window = Window(row, whole.column, min(height, whole.row + whole.rows - row), whole.columns)
        left, bottom, right, top = grid.bounds(window)
        near = (bounds[:, 0] < right) & (bounds[:, 2] > left) & (bounds[:, 1] < top) & (bounds[:, 3] > bottom)
        units = np.flatnonzero(near)
        if units.size:
            yield Strip(window, units, _weights(grid, window, polygons[units]))


def _inside(grid: Grid, polygons: npt.NDArray[np.object_]) -> Floats:
    """Return the part of each polygon that lies on the grid, measured in the grid's plane."""
    left, bottom, right, top = grid.bounds()
    bounds = shapely.bounds(_finite(polygons))
    within = (bounds[:, 0] >= left) & (bounds[:, 1] >= bottom) & (bounds[:, 2] <= right) & (bounds[:, 3] <= top)
    across = (bounds[:, 0] < right) & (bounds[:, 1] < top) & (bounds[:, 2] > left) & (bounds[:, 3] > bottom) & ~within
    inside: Floats = within.astype(float)
    cut = shapely.intersection(polygons[across], shapely.box(left, bottom, right, top))
    inside[across] = shapely.area(cut) / shapely.area(polygons[across])
    return inside


def _finite(polygons: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Return the polygons, empty where the projection of the raster cannot hold them."""
    finite = np.isfinite(shapely.bounds(polygons)).all(axis=1)
    return np.where(finite, polygons, shapely.Polygon())


def _weights(grid: Grid, window: Window, polygons: npt.NDArray[np.object_]) -> sparse.csr_array:
    """Return the area of each cell of a window in each polygon [km²]."""
    require_rasters()
    from ecocomp.sources.coverage import coverage

    under = coverage(polygons, window.rows, window.columns, grid.bounds(window))
    areas = np.broadcast_to(cell_areas(grid, window), (window.rows, window.columns))
    weights = under.parts * areas[under.cells // window.columns, under.cells % window.columns]
    return sparse.csr_array((weights, under.cells, under.ends), shape=(len(polygons), window.rows * window.columns))
