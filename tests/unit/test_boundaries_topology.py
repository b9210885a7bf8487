"""Overlaps, gaps and polygons drawn twice: measured, named, and summed up where they are many."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from ecocomp.issues import Issue
from ecocomp.panel.maps import match
from ecocomp.panel.topology import misfits, topology_issues

METRES = "+proj=cea +datum=WGS84"
"""An equal-area system: areas in it are exact."""


def frame(*shapes: shapely.Geometry, crs: str = METRES) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=list(shapes), index=[f"单元{i}" for i in range(len(shapes))], crs=crs)


def issues(units: gpd.GeoDataFrame, others: gpd.GeoDataFrame | None = None) -> list[Issue]:
    return topology_issues(units, units.iloc[:0] if others is None else others, "界.shp")


def kilometres(west: float, south: float, east: float, north: float) -> Polygon:
    return box(1000 * west, 1000 * south, 1000 * east, 1000 * north)


def test_squares_side_by_side_fit() -> None:
    assert issues(frame(*[kilometres(i, j, i + 1, j + 1) for i in range(3) for j in range(3)])) == []


def test_an_overlap_by_hand() -> None:
    # 10 × 10 km, and one that begins 0.25 km before the first ends: 0.25 × 10 = 2.5 km²
    (issue,) = issues(frame(kilometres(0, 0, 10, 10), kilometres(9.75, 0, 20, 10)))
    assert (issue.severity, issue.code, issue.unit, issue.value) == (
        "warning", "boundaries-overlap", "单元0", "2.5 km²",
    )  # fmt: skip
    assert issue.message == "overlaps 单元1 by 2.5 km²"


def test_an_overlap_in_degrees_is_measured_on_the_ellipsoid() -> None:
    found = misfits(np.array([box(115, 39, 116, 40), box(115.9, 39, 117, 40)]), pyproj.CRS("EPSG:4326"))
    # The strip of a tenth of a degree by one: its sides are parallels, which the projection keeps.
    exact = pyproj.Geod(ellps="WGS84").geometry_area_perimeter(shapely.segmentize(box(115.9, 39, 116, 40), 0.001))[0]
    assert found.overlap == pytest.approx([exact / 1e6], rel=1e-6)


def test_a_polygon_drawn_twice_and_one_inside_another() -> None:
    twice = frame(kilometres(0, 0, 10, 10), kilometres(0, 0, 10, 10), kilometres(10, 0, 20, 10))
    assert [i.message for i in issues(twice)] == ["is the same polygon as 单元1 (100 km²)"]
    inside = frame(kilometres(0, 0, 10, 10), kilometres(2, 2, 4, 4))
    assert [i.message for i in issues(inside)] == ["holds all of 单元1 (4 km²)"]
    swapped = frame(kilometres(2, 2, 4, 4), kilometres(0, 0, 10, 10))
    assert [i.message for i in issues(swapped)] == ["lies inside 单元1"]


def test_a_map_laid_on_itself_is_found_whole() -> None:
    # Every border of the two copies has partners; only the outline tells, and then all pairs are looked at.
    grid = [kilometres(i, j, i + 1, j + 1) for i in range(4) for j in range(4)]
    found = misfits(np.array(grid + grid), pyproj.CRS(METRES))
    assert found.pairs.tolist() == [[i, i + 16] for i in range(16)]
    assert found.overlap == pytest.approx(np.ones(16))


def test_a_gap_by_hand() -> None:
    # Below 9 km the two meet, above there is a wedge closed at the top: a triangle of 0.1 × 0.5 / 2 km = 0.025 km²
    left = Polygon([(0, 0), (10, 0), (10, 9), (10, 9.5), (10, 10), (0, 10)])
    right = Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10, 9.5), (10.1, 9.25), (10, 9)])
    (issue,) = issues(frame(*[shapely.transform(s, lambda xy: xy * 1000) for s in (left, right)]))
    assert (issue.severity, issue.code, issue.value) == ("warning", "boundaries-gap", "0.025 km²")
    assert "lies between 单元0, 单元1, at 10" in issue.message
    assert "snap" in issue.remedy


def test_a_lake_is_a_hole_and_a_polygon_left_out_is_none() -> None:
    ring = [kilometres(i, j, i + 1, j + 1) for i in range(3) for j in range(3) if (i, j) != (1, 1)]
    (issue,) = issues(frame(*ring))
    assert (issue.severity, issue.code, issue.value) == ("note", "boundaries-hole", "1 km²")
    assert issues(frame(*ring), frame(kilometres(1, 1, 2, 2))) == [], "the table lacks it, the map does not"


def test_a_lake_within_one_unit_is_a_hole_however_small() -> None:
    lake = kilometres(0, 0, 10, 10).difference(kilometres(5, 5, 5.1, 5.1))
    assert [i.code for i in issues(frame(lake, kilometres(10, 0, 20, 10)))] == ["boundaries-hole"]


def test_many_are_summed_up() -> None:
    # 30 squares of 10 km that each reach 1 km into the next: 29 overlaps of 10 km²
    found = issues(frame(*[kilometres(9 * i, 0, 9 * i + 10, 10) for i in range(30)]))
    assert len(found) == 11
    assert found[-1].message == "19 more pairs of polygons overlap, by 190 km² together"


def test_rounding_is_no_fault() -> None:
    # The shared border has a vertex on one side only, rounded to a nanodegree.
    left = Polygon([(115, 39), (116, 39.1), (116.0000000004, 39.55), (116, 40), (115, 40)])
    right = Polygon([(116, 39.1), (117, 39), (117, 40), (116, 40)])
    assert issues(frame(left, right, crs="EPSG:4326")) == []


@given(st.integers(0, 2**32 - 1))
def test_against_every_pair_intersected(seed: int) -> None:
    draw = np.random.default_rng(seed)
    grid = np.array([kilometres(i, j, i + 1, j + 1) for i in range(4) for j in range(4)], dtype=object)
    for k in draw.choice(16, 3, replace=False):
        grid[k] = shapely.affinity.translate(grid[k], *draw.normal(0, 100, 2))
    found = misfits(grid, pyproj.CRS(METRES))
    one, other = np.triu_indices(16, 1)
    area = shapely.area(shapely.intersection(grid[one], grid[other])) / 1e6
    expected = {(int(i), int(j)): a for i, j, a in zip(one, other, area, strict=True) if a > 1e-4}
    assert {
        (int(i), int(j)): pytest.approx(a) for (i, j), a in zip(found.pairs, found.overlap, strict=True)
    } == expected
    holes = shapely.get_parts(shapely.union_all(grid))
    enclosed = sum(shapely.area(shapely.polygons(shapely.get_rings(h)[1:])).sum() for h in holes) / 1e6
    assert found.hole_area.sum() == pytest.approx(enclosed, abs=1e-3)


def test_match_tells_many_polygons_without_rows_in_one_issue() -> None:
    import pandas as pd

    units = frame(*[kilometres(i, 0, i + 1, 1) for i in range(40)])
    members = pd.DataFrame({"unit": units.index[:5], "name": "名"}, index=pd.Index(units.index[:5], name="code"))
    _, rest, found = match(units, members, "warn", "表.csv", "界.shp")
    assert len(rest) == 35
    (issue,) = found
    assert (issue.severity, issue.code) == ("warning", "not-in-table")
    assert issue.message.startswith("35 polygons are on the map and not in the table: 单元10, ")
    _, _, strict = match(units, members, "error", "表.csv", "界.shp")
    assert [i.severity for i in strict] == ["error"]
    assert len(match(units.iloc[:20], members, "warn", "表.csv", "界.shp")[2]) == 15, "few are named one by one"
