"""What holds for sums over any polygons and any raster."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import box

from ecocomp.sources.cells import Grid, Window, cell_areas
from ecocomp.sources.zonal import zonal_sums

pytestmark = pytest.mark.rasters

ROWS, COLUMNS = 7, 9
SYSTEMS = {"EPSG:4326": (115.0, 40.0, 0.25), "EPSG:3857": (12_800_000.0, 4_860_000.0, 25_000.0)}


@st.composite
def cases(draw):
    """A grid, values with holes, and counties: a rectangle cut at random into pieces without gaps."""
    crs = draw(st.sampled_from(sorted(SYSTEMS)))
    left, top, cell = SYSTEMS[crs]
    grid = Grid(left, top, cell, cell, ROWS, COLUMNS, pyproj.CRS(crs))
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    values = rng.uniform(-5, 50, (ROWS, COLUMNS))
    values[rng.random((ROWS, COLUMNS)) < draw(st.floats(0, 0.5))] = np.nan
    cuts_x = np.sort(rng.uniform(-0.5, COLUMNS + 0.5, draw(st.integers(2, 5))))
    cuts_y = np.sort(rng.uniform(-0.5, ROWS + 0.5, draw(st.integers(2, 4))))
    pieces = [
        box(left + cell * a, top - cell * d, left + cell * b, top - cell * c)
        for a, b in pairwise(cuts_x) for c, d in pairwise(cuts_y)
    ]  # fmt: skip
    return grid, values, np.array(pieces), rng


def sums_of(grid, polygons, values, **options):
    return zonal_sums(
        grid, polygons, [0], lambda k, w, u: values[w.row : w.row + w.rows, w.column : w.column + w.columns], **options
    )


@given(cases())
def test_parts_add_up_to_their_union(case):
    grid, values, polygons, _ = case
    parts, whole = sums_of(grid, polygons, values), sums_of(grid, np.array([shapely.union_all(polygons)]), values)
    size = np.abs(np.nan_to_num(values)).max() * cell_areas(grid, Window(0, 0, ROWS, COLUMNS)).max()
    assert parts.integral.sum() == pytest.approx(whole.integral.sum(), rel=1e-6, abs=1e-6 * size)
    assert parts.valid.sum() == pytest.approx(whole.valid.sum(), rel=1e-5, abs=1e-6 * size)


@given(cases())
def test_the_order_of_units_does_not_matter(case):
    grid, values, polygons, rng = case
    order = rng.permutation(len(polygons))
    one, other = sums_of(grid, polygons, values), sums_of(grid, polygons[order], values)
    np.testing.assert_array_equal(other.integral, one.integral[order])
    np.testing.assert_array_equal(other.valid_share(), one.valid_share()[order])


@given(cases(), st.integers(1, ROWS * COLUMNS))
def test_strips_of_any_height_give_the_same(case, cells):
    grid, values, polygons, _ = case
    one, other = sums_of(grid, polygons, values), sums_of(grid, polygons, values, cells=cells)
    np.testing.assert_allclose(other.integral, one.integral, rtol=1e-6, atol=1e-6 * max(1.0, one.covered.max()))
    np.testing.assert_allclose(other.covered, one.covered, rtol=1e-6, atol=1e-6 * max(1.0, one.covered.max()))


@given(cases(), st.floats(-3, 3), st.floats(-10, 10))
def test_sums_are_linear(case, factor, offset):
    grid, values, polygons, _ = case
    one, other = sums_of(grid, polygons, values), sums_of(grid, polygons, factor * values + offset)
    expected = factor * one.integral + offset * one.valid
    np.testing.assert_allclose(other.integral, expected, rtol=1e-9, atol=1e-7 * max(1.0, one.covered.max()))


@given(cases())
def test_shares_are_shares(case):
    grid, values, polygons, _ = case
    sums = sums_of(grid, polygons, values)
    for share in (sums.valid_share(), sums.inside):
        assert ((share >= 0) & (share <= 1 + 1e-9)).all()
    assert (sums.valid[:, 0] <= sums.covered * (1 + 1e-9) + 1e-12).all()
