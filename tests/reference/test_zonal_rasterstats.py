"""Zonal sums against rasterstats, which counts the cells whose centres lie in a polygon, unweighted by area."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from shapely.geometry import box

from ecocomp.sources.cells import Grid, Window, cell_areas
from ecocomp.sources.zonal import zonal_sums

pytestmark = [
    pytest.mark.rasters,
    pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning"),  # of affine, in rasterstats
]
rasterstats = pytest.importorskip("rasterstats")

GRID = Grid(115.0, 40.0, 0.01, 0.01, 200, 300, pyproj.CRS("EPSG:4326"))
RNG = np.random.default_rng(5)
VALUES = RNG.gamma(2.0, 200.0, (GRID.rows, GRID.columns))
VALUES[RNG.random(VALUES.shape) < 0.1] = -9999.0


def theirs(polygons, values):
    from rasterio.transform import Affine

    place = Affine(GRID.cell_width, 0, GRID.left, 0, -GRID.cell_height, GRID.top)
    found = rasterstats.zonal_stats(
        list(polygons), values, affine=place, nodata=-9999.0, stats=["sum", "count"], all_touched=False
    )
    return np.array([[f["sum"] or 0.0, f["count"]] for f in found], float)


def ours(polygons, values, read_areas=False):
    def read(key, w, used):
        part = values[w.row : w.row + w.rows, w.column : w.column + w.columns].copy()
        part[part == -9999.0] = np.nan
        return part / cell_areas(GRID, w) if read_areas else part

    return zonal_sums(GRID, np.asarray(polygons), [0], read)


def aligned() -> np.ndarray:
    """Rectangles whose edges are edges of cells: both count the same cells, whole."""
    edges = [(0, 0, 40, 30), (40, 0, 90, 30), (0, 30, 90, 100), (90, 0, 300, 200), (10, 110, 11, 111)]
    return np.array([box(115 + a / 100, 40 - d / 100, 115 + c / 100, 40 - b / 100) for a, b, c, d in edges])


def test_on_aligned_polygons_unweighted_sums_agree():
    polygons = aligned()
    found = ours(polygons, VALUES, read_areas=True)  # values over areas, times areas: their unweighted sum
    np.testing.assert_allclose(found.integral[:, 0], theirs(polygons, VALUES)[:, 0], rtol=1e-6)


def test_on_aligned_polygons_area_weighted_sums_agree():
    """rasterstats weighs no cell by its area; handed values times areas it gives the integral."""
    polygons = aligned()
    areas = np.broadcast_to(cell_areas(GRID, Window(0, 0, GRID.rows, GRID.columns)), VALUES.shape)
    weighted = np.where(VALUES == -9999.0, -9999.0, VALUES * areas)
    np.testing.assert_allclose(ours(polygons, VALUES).integral[:, 0], theirs(polygons, weighted)[:, 0], rtol=1e-6)


def test_on_any_polygons_both_agree_within_the_cells_of_the_outline():
    """A cell of the outline is in or out there, and in part here: they differ by less than those cells hold."""
    points = RNG.uniform([115.3, 38.4], [117.7, 39.7], (40, 2))
    cells = gpd.GeoSeries(shapely.voronoi_polygons(shapely.MultiPoint(points)).geoms)
    polygons = np.array([p for p in cells.intersection(box(115.2, 38.3, 117.8, 39.8)) if not p.is_empty])
    found, peer = ours(polygons, VALUES, read_areas=True).integral[:, 0], theirs(polygons, VALUES)[:, 0]
    on_outline = shapely.length(polygons) / GRID.cell_width * 1.5  # cells that an outline can cross, at most
    assert (np.abs(found - peer) <= on_outline * 0.5 * np.quantile(VALUES, 0.99)).all()
    assert found.sum() == pytest.approx(peer.sum(), rel=5e-3)
    assert np.abs(found / peer - 1).max() < 0.1


def test_a_polygon_smaller_than_a_cell_counts_here_and_not_there():
    tiny = np.array([box(116.0051, 39.0051, 116.0062, 39.0062)])  # beside the centre of its cell
    values = np.full(VALUES.shape, 7.0)
    assert theirs(tiny, values)[0, 1] == 0
    assert ours(tiny, values, read_areas=True).integral[0, 0] == pytest.approx(7 * 0.11**2, rel=1e-4)
