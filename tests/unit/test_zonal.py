"""Sums over polygons: parts of cells, true areas, what lies outside, strips; every number derived by hand."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from shapely.geometry import box

from ecocomp.sources.cells import Grid, Window, cell_areas
from ecocomp.sources.zonal import on_grid, strips, zonal_sums

pytestmark = pytest.mark.rasters

GEOD = pyproj.Geod(ellps="WGS84")
DEGREES = Grid(115.0, 40.0, 0.5, 0.5, 4, 6, pyproj.CRS("EPSG:4326"))
ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +datum=WGS84"


def true_area(west: float, south: float, east: float, north: float) -> float:
    """Return the area between two meridians and two parallels [km²], the parallels followed in small steps."""
    outline = shapely.segmentize(box(west, south, east, north), 0.0005)
    return abs(float(GEOD.geometry_area_perimeter(outline)[0])) / 1e6


def constant(value: float):
    return lambda key, window, used: np.full((window.rows, window.columns), value)


def array(values):
    values = np.asarray(values, float)
    return lambda key, w, used: values[w.row : w.row + w.rows, w.column : w.column + w.columns]


@pytest.mark.parametrize("row", range(4))
def test_areas_in_degrees_are_geodesic(row):
    found = cell_areas(DEGREES, Window(row, 0, 1, 6))
    assert found.shape == (1, 1)  # all cells of a row are alike
    assert found[0, 0] == pytest.approx(true_area(115, 39.5 - 0.5 * row, 115.5, 40 - 0.5 * row), rel=1e-9)


@pytest.mark.parametrize(
    "crs", [ALBERS, "EPSG:3857", "EPSG:32650", "+proj=sinu +R=6371007.181 +units=m", "EPSG:4547"],
    ids=["albers", "web-mercator", "utm", "modis-sinusoidal", "gauss-kruger"],
)  # fmt: skip
def test_areas_of_projected_cells_are_those_on_the_ellipsoid(crs):
    to_plane = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    x, y = to_plane.transform(115.0, 40.0)
    grid = Grid(x, y, 1000.0, 1000.0, 100, 120, pyproj.CRS(crs))
    areas = cell_areas(grid, Window(10, 20, 70, 80))
    cell = shapely.segmentize(box(x + 50_000, y - 41_000, x + 51_000, y - 40_000), 1.0)  # row 40, column 50
    back = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lonlat = shapely.Polygon(np.column_stack(back.transform(*shapely.get_coordinates(cell).T)))
    assert areas[30, 30] == pytest.approx(abs(GEOD.geometry_area_perimeter(lonlat)[0]) / 1e6, rel=2e-8)


def test_web_mercator_does_not_inflate():
    """At 40° N a Mercator kilometre is cos 40° = 0.766 of a true one: a cell of 1 km² is 0.59 km²."""
    x, y = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(115.0, 40.0)
    grid = Grid(x, y, 1000.0, 1000.0, 3, 3, pyproj.CRS("EPSG:3857"))
    assert cell_areas(grid, Window(0, 0, 3, 3)).mean() == pytest.approx(np.cos(np.radians(40)) ** 2, rel=0.02)


def test_an_equal_area_grid_keeps_its_areas_in_the_plane():
    grid = Grid(500_000.0, 4_000_000.0, 500.0, 500.0, 4, 4, pyproj.CRS(ALBERS))
    assert cell_areas(grid, Window(0, 0, 4, 4)) == pytest.approx(0.25, rel=1e-9)


def test_parts_of_cells_by_hand():
    # one row of two cells of 1 km in an equal-area grid, values 10 and 30; the polygon covers a quarter of the first
    # (its right quarter) and all of the second: 10·0.25 + 30·1 = 32.5, area 1.25 km²
    grid = Grid(0.0, 1000.0, 1000.0, 1000.0, 1, 2, pyproj.CRS(ALBERS))
    sums = zonal_sums(grid, np.array([box(750, 0, 2000, 1000)]), ["a"], array([[10, 30]]))
    assert sums.integral[0, 0] == pytest.approx(32.5, rel=1e-6)
    assert sums.covered[0] == pytest.approx(1.25, rel=1e-6)
    assert sums.valid_share()[0, 0] == pytest.approx(1.0)


def test_a_slanted_edge_takes_half_a_cell():
    grid = Grid(0.0, 1000.0, 1000.0, 1000.0, 1, 1, pyproj.CRS(ALBERS))
    triangle = shapely.Polygon([(0, 0), (1000, 0), (0, 1000)])
    assert zonal_sums(grid, np.array([triangle]), [0], constant(8)).integral[0, 0] == pytest.approx(4.0, rel=1e-6)


def test_missing_cells_are_left_out_and_their_area_is_told():
    # 2 x 2 cells of 1 km², one of them missing: 1 + 2 + 3 over 3 km² of 4
    grid = Grid(0.0, 2000.0, 1000.0, 1000.0, 2, 2, pyproj.CRS(ALBERS))
    sums = zonal_sums(grid, np.array([box(0, 0, 2000, 2000)]), [0], array([[1, 2], [3, np.nan]]))
    assert sums.integral[0, 0] == pytest.approx(6.0)
    assert sums.valid[0, 0] == pytest.approx(3.0)
    assert sums.valid_share()[0, 0] == pytest.approx(0.75)


def test_a_unit_beyond_the_raster_and_one_across_its_edge():
    grid = Grid(0.0, 1000.0, 1000.0, 1000.0, 1, 2, pyproj.CRS(ALBERS))
    polygons = np.array([box(1500, 0, 3500, 1000), box(9000, 0, 9500, 1000)])
    sums = zonal_sums(grid, polygons, [0], constant(2))
    assert sums.integral[:, 0] == pytest.approx([1.0, 0.0])  # half of the second cell, nothing
    assert sums.inside == pytest.approx([0.25, 0.0])
    assert sums.valid_share()[:, 0] == pytest.approx([0.25, 0.0])


def test_no_unit_on_the_raster_at_all():
    grid = Grid(0.0, 1000.0, 1000.0, 1000.0, 1, 2, pyproj.CRS(ALBERS))
    sums = zonal_sums(grid, np.array([box(9000, 0, 9500, 1000)]), [0, 1], constant(2))
    assert sums.valid_share().tolist() == [[0.0, 0.0]]


@pytest.mark.parametrize("cells", [6, 12, 13, 1_000_000])
def test_strips_add_up_to_the_whole(cells):
    values = np.arange(24.0).reshape(4, 6)
    values[2, 3] = np.nan
    polygons = np.array([box(115.1, 38.2, 116.7, 39.9), box(116.7, 38.1, 117.9, 39.4), box(115.2, 39.6, 115.3, 39.7)])
    whole = zonal_sums(DEGREES, polygons, [0], array(values))
    parts = zonal_sums(DEGREES, polygons, [0], array(values), cells=cells)
    assert parts.integral == pytest.approx(whole.integral, rel=1e-12)
    assert parts.valid == pytest.approx(whole.valid, rel=1e-12)


def test_only_windows_under_units_are_read():
    windows = [window for window, _, _ in strips(DEGREES, np.array([box(116.1, 38.6, 116.4, 38.9)]))]
    assert windows == [Window(2, 2, 1, 1)]  # the cell 116.0 to 116.5° E, 38.5 to 39.0° N


def test_polygons_of_another_system_follow_the_raster():
    square = gpd.GeoSeries([box(115.0, 38.0, 117.0, 40.0)], crs="EPSG:4326")
    x, y = pyproj.Transformer.from_crs("EPSG:4326", ALBERS, always_xy=True).transform(115.0, 40.1)
    grid = Grid(x - 50_000, y + 20_000, 1000.0, 1000.0, 300, 300, pyproj.CRS(ALBERS))
    sums = zonal_sums(grid, on_grid(square, grid.crs), [0], constant(1))
    assert sums.inside[0] == pytest.approx(1.0)
    assert sums.integral[0, 0] == pytest.approx(true_area(115, 38, 117, 40), rel=1e-6)  # edges follow the parallels


def test_polygons_in_the_system_of_the_raster_are_left_alone():
    square = gpd.GeoSeries([box(115.0, 38.0, 117.0, 40.0)], crs="EPSG:4326")
    assert on_grid(square, pyproj.CRS("OGC:CRS84"))[0] == square.iloc[0]


def test_one_field_gives_one_total_in_every_projection():
    """NPP of 1 on a county is its area, whether the raster is in degrees, sinusoidal or Web Mercator."""
    county = gpd.GeoSeries([box(115.3, 38.6, 116.2, 39.4)], crs="EPSG:4326")
    expected = true_area(115.3, 38.6, 116.2, 39.4)
    for crs in ("EPSG:3857", "+proj=sinu +R=6371007.181 +units=m", ALBERS, "EPSG:32650"):
        to_plane = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
        left, bottom, right, top = to_plane.transform_bounds(115.0, 38.0, 117.0, 40.0)
        n = 200
        grid = Grid(left, top, (right - left) / n, (top - bottom) / n, n, n, pyproj.CRS(crs))
        total = zonal_sums(grid, on_grid(county, grid.crs), [0], constant(1)).integral[0, 0]
        assert total == pytest.approx(expected, rel=2e-6), crs


def test_a_unit_whose_box_alone_touches_a_strip():
    """An L-shaped county: its bounding box meets the south-eastern cell, the county does not."""
    grid = Grid(0.0, 2000.0, 1000.0, 1000.0, 2, 2, pyproj.CRS(ALBERS))
    ell = shapely.union(box(-1000, 0, -500, 2000), box(-1000, 2500, 2000, 3000))
    sums = zonal_sums(grid, np.array([ell]), [0], constant(1), cells=2)
    assert sums.integral.tolist() == [[0.0]]
    assert sums.inside.tolist() == [0.0]
