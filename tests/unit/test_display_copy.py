"""The lighter copy that figures draw: borders stay shared, and nothing else of a result changes."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import shapely

from ecocomp.outputs.figures.ground import ground_of
from ecocomp.result import Result
from unit.figure_results import tiny_result

SIDE = 6


def wavy_result() -> Result:
    """Return a result on a grid of units whose borders are wavy, with 400 vertices a side that neighbours share."""
    result = tiny_result(list(np.linspace(-1, 1, SIDE * SIDE)))
    squares = [shapely.box(i, j, i + 1, j + 1) for j in range(SIDE) for i in range(SIDE)]
    fine = shapely.segmentize(squares, 1 / 400)

    def waved(xy: np.ndarray) -> np.ndarray:
        x, y = xy.T
        bent = [110 + 0.5 * (x + 0.05 * np.sin(9 * y)), 38 + 0.5 * (y + 0.05 * np.sin(11 * x + 0.02 * np.sin(400 * x)))]
        return np.round(np.column_stack(bent), 9)

    shapes = shapely.transform(fine, waved)
    return replace(result, geometry=gpd.GeoDataFrame(geometry=shapes, index=result.geometry.index, crs="EPSG:4326"))


def test_borders_stay_shared_and_no_gap_opens() -> None:
    result = wavy_result()
    assert shapely.coverage_is_valid(result.geometry.geometry.to_numpy())
    for panels in (1, 6):
        shapes = ground_of(result, panels).shapes
        assert shapely.get_num_coordinates(shapes).sum() < 0.2 * 1601 * SIDE * SIDE
        assert shapely.coverage_is_valid(shapes)
        whole = shapely.union_all(shapes)
        assert whole.geom_type == "Polygon"
        assert len(whole.interiors) == 0
        assert np.isclose(shapely.area(shapes).sum(), whole.area, rtol=1e-12), "no overlap either"


def test_the_result_is_as_it_was() -> None:
    result = wavy_result()
    before = shapely.to_wkb(result.geometry.geometry.to_numpy())
    tables = {name: frame.copy() for name, frame in result.frames().items()}
    ground_of(result, 6)
    assert (shapely.to_wkb(result.geometry.geometry.to_numpy()) == before).all()
    assert all(frame.equals(tables[name]) for name, frame in result.frames().items())
