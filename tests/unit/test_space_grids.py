from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from libpysal.graph import Graph
from numpy.typing import NDArray

from ecocomp.space import local_getis_ord, local_moran
from ecocomp.space.grids import Rule, grid_getis_ord, grid_graph, grid_local_moran
from ecocomp.space.links import graph_of

NAMES = {"i", "p_value", "p_fdr", "quadrant", "cluster"}


def grid(values: NDArray[np.float64]) -> xr.DataArray:
    dims = ("year", "y", "x")[-values.ndim :]
    return xr.DataArray(values, dims=dims, coords={"y": np.arange(values.shape[-2])[::-1] * 30.0})


def explicit(valid: NDArray[np.bool_], rule: Rule) -> tuple[pd.Index, Graph]:
    """The graph of the valid cells by comparing every two of them; ids are row by row."""
    cells = np.argwhere(valid)
    apart = np.abs(cells[:, None] - cells[None])
    near = apart.max(axis=2) == 1 if rule == "queen" else apart.sum(axis=2) == 1
    units = pd.Index(np.flatnonzero(valid))
    return units, graph_of(np.argwhere(near), units)


def holes(generator: np.random.Generator, shape: tuple[int, int], share: float, tied: bool) -> NDArray[np.float64]:
    values = generator.integers(-2, 3, shape) * 0.1 if tied else generator.lognormal(size=shape)
    values = np.where(generator.random(shape) < share, np.nan, values)
    values[0, :2], values[-1, -2:] = (0.7, -0.4), (0.1, 0.2)
    return values


@pytest.mark.parametrize("rule", ["queen", "rook"])
@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize(
    ("shape", "share"), [((9, 7), 0.0), ((9, 7), 0.3), ((6, 11), 0.7), ((1, 12), 0.2), ((30, 40), 0.4)]
)
def test_a_grid_is_the_graph_of_its_cells_to_the_bit(
    rule: Rule, tied: bool, shape: tuple[int, int], share: float
) -> None:
    for seed in range(4):
        values = holes(np.random.default_rng(seed), shape, share, tied)
        valid = ~np.isnan(values)
        units, graph = explicit(valid, rule)
        cells = pd.Series(values[valid], index=units)
        theirs = local_moran(cells, graph, 499, seed, correction="fdr", alpha=0.2)
        ours = grid_local_moran(grid(values), rule, 499, seed, correction="fdr", alpha=0.2)
        assert set(ours) == set(theirs) >= NAMES
        for name in theirs:
            np.testing.assert_array_equal(ours[name].to_numpy()[valid], theirs[name], err_msg=str(name))
        theirs = local_getis_ord(cells, graph, 499, seed, "directed")
        spots = grid_getis_ord(grid(values), rule, 499, seed, "directed")
        for name in theirs:
            np.testing.assert_array_equal(spots[name].to_numpy()[valid], theirs[name], err_msg=str(name))
        assert (ours["cluster"].to_numpy()[~valid] == "missing").all()
        assert np.isnan(ours["i"].to_numpy()[~valid]).all()
        assert (ours["quadrant"].to_numpy()[~valid] == "").all()


def test_neighbours_by_hand() -> None:
    # 0 1 .
    # . 2 3
    valid = np.array([[True, True, False], [False, True, True]])
    queen, rook = grid_graph(valid, "queen").neighbours, grid_graph(valid, "rook").neighbours
    assert np.split(queen.members, queen.starts[1:-1])[1].tolist() == [0, 2, 3]
    assert queen.counts.tolist() == [2, 3, 3, 2]
    assert rook.counts.tolist() == [1, 2, 2, 1]
    assert rook.members.tolist() == [1, 0, 2, 1, 3, 2]


def test_local_moran_by_hand() -> None:
    # as on the lattice of polygons: z = value - 5, m2 = 60 / 8, lags are means of the rook neighbours
    expected = np.array([8, 6, 2, 2 / 3, 0, 2 / 3, 2, 6, 8]).reshape(3, 3) / 7.5
    result = grid_local_moran(grid(np.arange(1.0, 10).reshape(3, 3)), "rook", 999)
    np.testing.assert_allclose(result["i"], expected, atol=1e-15)
    assert result["quadrant"].values.tolist() == [["LL", "LL", "LL"], ["LL", "", "HH"], ["HH", "HH", "HH"]]


def test_isolates_count_in_the_mean_only() -> None:
    values = np.full((4, 5), np.nan)
    values[0, :3] = [1, 2, 4]
    values[3, 4] = 8
    result = grid_local_moran(grid(values), permutations=99)
    assert result["cluster"].values[3, 4] == "isolate"
    assert np.isnan(result["p_value"].values[3, 4])
    # mean 3.75, sum of squares 28.75
    assert float(result["i"][0, 0]) == pytest.approx(-2.75 * -1.75 / (28.75 / 3))
    alone = np.full((3, 3), np.nan)
    alone[0, 0], alone[0, 2], alone[2, 1] = 1, 2, 3
    assert (grid_local_moran(grid(alone), permutations=9)["cluster"] == "isolate").sum() == 3


def test_a_batch_is_its_slices_and_keeps_its_labels() -> None:
    generator = np.random.default_rng(2)
    values = grid(np.stack([holes(generator, (6, 7), 0.2, False) for _ in range(3)])).assign_coords(year=[0, 1, 2])
    batch = grid_local_moran(values.transpose("x", "year", "y"), permutations=199)
    assert batch["i"].dims == ("year", "y", "x")
    for year in range(3):
        xr.testing.assert_identical(batch.isel(year=year), grid_local_moran(values.isel(year=year), permutations=199))
    with pytest.raises(ValueError, match=r"all values are the same.*\(slice year=2\)"):
        grid_local_moran(values.where(values["year"] < 2, 1.0), permutations=9)
    directed = grid_local_moran(values, permutations=199, alternative="directed")
    np.testing.assert_array_equal(np.minimum(1, 2 * directed["p_value"]), batch["p_value"])


@pytest.mark.parametrize(
    ("values", "arguments", "message"),
    [
        (np.full((3, 3), 7.1), {}, "all values are the same"),
        (np.array([[1.0, np.inf, 2.0]]), {}, "infinite"),
        (np.array([[1.0, np.nan, 2.0]]), {}, "2 valid"),
        (np.eye(3), {"rule": "bishop"}, "rule must be one of"),
        (np.eye(3), {"permutations": 0}, "permutations must be at least 1"),
        (np.eye(3), {"alpha": 2.0}, "alpha"),
        (np.eye(3), {"alternative": "less"}, "alternative"),
        (np.eye(3), {"correction": "holm"}, "correction"),
    ],
)
def test_unusable_grids_and_options_are_refused(
    values: NDArray[np.float64], arguments: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        grid_local_moran(grid(values), **{"permutations": 9, **arguments})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="dimensions 'y' and 'x'"):
        grid_local_moran(xr.DataArray(values, dims=("row", "x")))
