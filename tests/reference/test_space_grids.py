"""Local Moran's I of a grid against esda on libpysal's lattice, and what it takes."""

from __future__ import annotations

import tracemalloc
import warnings

import numpy as np
import pytest
import xarray as xr

from ecocomp.space.grids import Rule, grid_local_moran


@pytest.mark.parametrize("rule", ["queen", "rook"])
def test_local_moran_is_that_of_esda(rule: Rule) -> None:
    values = np.random.default_rng(5).lognormal(size=(17, 23))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        esda = pytest.importorskip("esda")
        lattice = pytest.importorskip("libpysal.weights").lat2W(17, 23, rook=rule == "rook")
        theirs = esda.Moran_Local(values.ravel(), lattice, permutations=0)
    ours = grid_local_moran(xr.DataArray(values, dims=("y", "x")), rule, 99)
    np.testing.assert_allclose(ours["i"].to_numpy().ravel(), theirs.Is, rtol=1e-10, atol=1e-12)
    quadrants = np.array(["", "HH", "LH", "LL", "HL"])[theirs.q]
    np.testing.assert_array_equal(ours["quadrant"].to_numpy().ravel(), quadrants)


def test_ten_million_cells_would_fit_into_8_gb() -> None:
    values = np.random.default_rng(6).normal(size=(500, 600))
    values[np.random.default_rng(7).random(values.shape) < 0.2] = np.nan
    values[3:6, 3:6] = np.nan
    values[4, 4] = 1.0  # an isolate: the pool of the permutations is then not all cells
    grid = xr.DataArray(values, dims=("y", "x"))
    tracemalloc.start()
    try:
        cluster = grid_local_moran(grid, "queen", 999)["cluster"]
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert cluster[4, 4] == "isolate"
    assert peak / values.size < 600, "bytes a cell"
