"""GCJ-02 to WGS 84: published points, the residual of the inverse, and polygons whose borders stay shared."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from ecocomp.sources.boundaries import read_boundaries
from ecocomp.sources.datum import gcj02_to_wgs84, unshift, wgs84_to_gcj02
from tiny import boundaries

METRES = 111_320.0
"""Length of a degree; of one of longitude at most."""


def one(lon: float, lat: float) -> np.ndarray:
    return np.array([[lon, lat]])


@pytest.mark.parametrize(
    ("gcj", "wgs", "digits"),
    [
        # Beijing railway station, as the R package geoChina documents it, checked there on satellite images
        ((116.42703, 39.90245), (116.42079, 39.90105), 4),
        # Tiananmen, as the R package recharts2 documents it against OpenStreetMap
        ((116.397131, 39.908746), (116.3909, 39.90734), 4),
        # Shenzhen and Dalian, as the Elixir package evil_transform documents them
        ((114.1251447, 22.59414209), (114.12004399199218, 22.59682824722656), 5),
        ((121.787113, 39.061111), (121.78199886425783, 39.06008011621094), 5),
    ],
)  # fmt: skip
def test_published_points(gcj: tuple[float, float], wgs: tuple[float, float], digits: int) -> None:
    assert gcj02_to_wgs84(one(*gcj))[0] == pytest.approx(wgs, abs=0.5 * 10**-digits)
    assert wgs84_to_gcj02(one(*wgs))[0] == pytest.approx(gcj, abs=0.5 * 10**-digits)


def test_the_shift_at_the_centre_of_its_waves_by_hand() -> None:
    # At 105° E, 35° N every sine, root and product is nought: 300 m to the east and 100 m to the south.
    # Krasovsky: a = 6378245, e² = 0.00669342; at 35°, 1 − e² sin² = 0.9977979; a degree of longitude is
    # π/180 · a / √0.9977979 · cos 35° = 91290.2 m, one of latitude π/180 · a · 0.9933066 / 0.9977979^1.5 = 110942.5 m.
    moved = wgs84_to_gcj02(one(105, 35))[0] - (105, 35)
    assert moved == pytest.approx([300 / 91290.2, -100 / 110942.5], rel=1e-5)


@given(st.lists(st.tuples(st.floats(73, 135.5), st.floats(3, 54)), min_size=1, max_size=50))
def test_the_inverse_is_exact_to_a_micrometre(points: list[tuple[float, float]]) -> None:
    gcj = np.array(points)
    assert np.abs(wgs84_to_gcj02(gcj02_to_wgs84(gcj)) - gcj).max() * METRES < 1e-6


def test_the_inverse_over_all_of_china_and_at_the_cusp() -> None:
    lon, lat = np.meshgrid(np.linspace(73.5, 135.1, 400), np.linspace(3.4, 53.6, 400))
    cusp = np.column_stack([105 + np.logspace(-16, -2, 200), np.linspace(20, 40, 200)])
    gcj = np.vstack([np.column_stack([lon.ravel(), lat.ravel()]), cusp])
    wgs = gcj02_to_wgs84(gcj)
    assert np.abs(wgs84_to_gcj02(wgs) - gcj).max() * METRES < 1e-6
    shift = np.hypot(*((wgs - gcj) * METRES).T)
    assert 30 < shift.min() < shift.max() < 1200, "the rectangle reaches beyond China, where the shift grows"


def test_nothing_moves_outside_of_china() -> None:
    london = one(-0.1, 51.5)
    assert (gcj02_to_wgs84(london) == london).all()
    assert (wgs84_to_gcj02(london) == london).all()


def test_shared_borders_stay_shared() -> None:
    grid = [shapely.segmentize(shapely.box(i, j, i + 1, j + 1), 0.05) for i in range(113, 117) for j in range(36, 40)]
    frame = gpd.GeoDataFrame(geometry=grid, crs="EPSG:4326")
    moved, shift = unshift(frame)
    assert shapely.coverage_is_valid(moved.geometry.to_numpy())
    assert shapely.get_num_coordinates(moved.geometry.to_numpy()).tolist() == [81] * 16
    assert 300 < shift.mean < shift.largest < 800
    assert 0 < abs(shift.area) < 1e-3
    assert shift.outside == 0


def test_a_map_in_gcj02_is_shifted_and_the_report_says_how_far(tmp_path: Path) -> None:
    boundaries().to_file(tmp_path / "a.gpkg")
    read = read_boundaries("a.gpkg", tmp_path, "code", datum="gcj02")
    (issue,) = read.issues
    assert (issue.severity, issue.code) == ("note", "boundaries-shifted")
    expected = gcj02_to_wgs84(shapely.get_coordinates(boundaries().geometry.to_numpy()))
    assert shapely.get_coordinates(read.frame.geometry.to_numpy()) == pytest.approx(expected, abs=1e-12)
    moved = (expected - shapely.get_coordinates(boundaries().geometry.to_numpy())) * [METRES * np.cos(0.68), METRES]
    assert f"at most {np.hypot(*moved.T).max():.0f} m"[:10] in issue.message
    assert "the area of the map changes by" in issue.message
    assert "GCJ-02" in read.datum


def test_a_map_from_elsewhere_is_warned_of(tmp_path: Path) -> None:
    boundaries().set_geometry(boundaries().translate(-120)).to_file(tmp_path / "a.gpkg")
    read = read_boundaries("a.gpkg", tmp_path, "code", datum="gcj02")
    assert [(i.severity, i.code) for i in read.issues][1:] == [("warning", "boundaries-shifted")]
    assert "GCJ-02 differs from WGS 84: 30" in read.issues[1].message  # six squares of five vertices
