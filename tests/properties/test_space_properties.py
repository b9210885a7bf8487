from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from libpysal.graph import Graph
from numpy.typing import NDArray

from ecocomp.space import (
    global_moran,
    local_getis_ord,
    local_moran,
    local_moran_bivariate,
    local_statistics,
    prepare,
)
from ecocomp.space.links import graph_of
from ecocomp.space.neighbours import lag_sums
from ecocomp.space.permutation import draw_distinct
from ecocomp.space.ranks import count_ranks, index_samples
from ecocomp.space.significance import benjamini_hochberg
from ecocomp.space.streams import blocks_of, count_streams

SWAPPED = {"HH": "LL", "LL": "HH", "HL": "LH", "LH": "HL"}
CASES = settings(max_examples=40, deadline=None)


@st.composite
def regions(draw: st.DrawFn) -> tuple[xr.DataArray, Graph]:
    """A random directed graph, isolates included, with a panel of values with holes and, often, ties."""
    size = draw(st.integers(5, 25))
    seed = draw(st.integers(0, 2**32 - 1))
    tied = draw(st.booleans())
    generator = np.random.default_rng(seed)
    units = pd.Index([f"u{n:02d}" for n in generator.permutation(size)])
    pairs = np.argwhere(generator.random((size, size)) < draw(st.sampled_from([0.1, 0.3, 0.9])))
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    values = generator.integers(-3, 4, (size, 3)) * 0.1 if tied else generator.lognormal(size=(size, 3))
    values[:4] = [[0.7], [-0.4], [0.1], [0.2]]  # some that vary are always there
    holes = generator.random((size, 3)) < draw(st.sampled_from([0.0, 0.2]))
    holes[:4] = False
    holes[:, 2] = holes[:, 0]
    array = xr.DataArray(
        np.where(holes, np.nan, values),
        dims=("unit", "year"),
        coords={"unit": units.to_numpy(), "year": [2007, 2012, 2017]},
    )
    return array, graph_of(pairs, units)


def reordered(graph: Graph, order: NDArray[np.intp]) -> Graph:
    return graph.subgraph(graph.unique_ids[order])


@CASES
@given(regions(), st.integers(0, 1000))
def test_the_order_of_units_changes_no_bit(region: tuple[xr.DataArray, Graph], seed: int) -> None:
    values, graph = region
    order = np.random.default_rng(seed).permutation(values.sizes["unit"])
    shuffled = values.isel(unit=order)
    for compute in (
        lambda v, g: local_moran(v, g, 199, seed).sel(unit=values["unit"]),
        lambda v, g: global_moran(v, g, 99, seed),
    ):
        xr.testing.assert_identical(compute(values, graph), compute(shuffled, reordered(graph, order)))
        xr.testing.assert_identical(compute(values, graph), compute(shuffled, graph))


@CASES
@given(regions())
def test_a_batch_is_its_slices(region: tuple[xr.DataArray, Graph]) -> None:
    values, graph = region
    batch, in_region = local_moran(values, graph, 199), global_moran(values, graph, 99)
    for year in values["year"].to_numpy():
        alone = values.sel(year=year)
        xr.testing.assert_identical(batch.sel(year=year), local_moran(alone, graph, 199))
        xr.testing.assert_identical(in_region.sel(year=year), global_moran(alone, graph, 99))


@CASES
@given(regions(), st.floats(1e-6, 1e6))
def test_a_positive_factor_changes_no_cluster(region: tuple[xr.DataArray, Graph], factor: float) -> None:
    values, graph = region
    before, after = (local_moran(v, graph, 199, alpha=0.2) for v in (values, values * factor))
    for name in ("p_value", "p_fdr", "quadrant", "cluster"):
        xr.testing.assert_identical(before[name], after[name])
    np.testing.assert_allclose(after["i"], before["i"], rtol=1e-9, atol=1e-9)


@CASES
@given(regions(), st.floats(1e-6, 1e6))
def test_a_negative_factor_swaps_high_and_low(region: tuple[xr.DataArray, Graph], factor: float) -> None:
    values, graph = region
    before, after = (local_moran(v, graph, 199, alpha=0.2) for v in (values, values * -factor))
    xr.testing.assert_identical(before["p_value"], after["p_value"])
    for name in ("quadrant", "cluster"):
        swapped = np.vectorize(lambda label: SWAPPED.get(label, label))(before[name].to_numpy())
        np.testing.assert_array_equal(after[name], swapped)


@CASES
@given(regions())
def test_a_missing_value_is_as_if_the_unit_were_not_there(region: tuple[xr.DataArray, Graph]) -> None:
    values, graph = region
    whole = local_moran(values, graph, 199)
    for year in (2007, 2012):
        kept = values.sel(year=year).dropna("unit")
        smaller = local_moran(kept, graph.subgraph(pd.Index(kept["unit"].to_numpy())), 199)
        xr.testing.assert_identical(whole.sel(year=year, unit=kept["unit"]), smaller)


@CASES
@given(regions(), st.sampled_from(["two-sided", "directed"]))
def test_p_is_a_share_and_labels_follow_it(region: tuple[xr.DataArray, Graph], alternative: str) -> None:
    values, graph = region
    lisa = local_moran(values, graph, 199, 1, alternative, alpha=0.2)  # type: ignore[arg-type]
    p = lisa["p_value"].to_numpy()
    tested = ~np.isnan(p)
    smallest = 1 / 200 if alternative == "directed" else 2 / 200
    assert (p[tested] >= smallest - 1e-15).all()
    assert (p[tested] <= 1).all()
    assert (lisa["p_fdr"].to_numpy()[tested] >= p[tested]).all()
    cluster = lisa["cluster"].to_numpy()
    np.testing.assert_array_equal(cluster == "missing", np.isnan(values.to_numpy()))
    np.testing.assert_array_equal(np.isin(cluster, ["missing", "isolate"]), ~tested)
    called = np.isin(cluster, list(SWAPPED))
    np.testing.assert_array_equal(called, (p < 0.2) & (lisa["quadrant"].to_numpy() != ""))
    np.testing.assert_array_equal(np.isnan(lisa["i"].to_numpy()), ~tested)


@CASES
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(0.001, 0.999))
def test_fdr_rejects_what_the_step_up_procedure_rejects(p: list[float], alpha: float) -> None:
    # the procedure itself: the largest r with p_(r) <= alpha r / m, and all p up to it
    ordered = np.sort(p)
    below = np.flatnonzero(ordered * (len(p) / np.arange(1, len(p) + 1)) <= alpha)
    cut = ordered[below[-1]] if below.size else -1.0
    np.testing.assert_array_equal(benjamini_hochberg(np.array(p)) <= alpha, np.array(p) <= cut)


def weighted(graph: Graph, seed: int) -> Graph:
    """The same links with random weights."""
    adjacency = graph.adjacency
    return Graph(adjacency * np.random.default_rng(seed).uniform(0.1, 1, len(adjacency)))


@CASES
@given(regions(), st.integers(0, 1000))
def test_the_general_engine_counts_as_the_fast_one(region: tuple[xr.DataArray, Graph], seed: int) -> None:
    values, graph = region
    z = values.isel(year=1).fillna(0.1).to_numpy()[None] * np.array([[1], [-2]])
    z -= z.mean(axis=1, keepdims=True)
    fast = prepare(graph).neighbours
    every = fast.shared > 0
    assume(every.any())
    ids = draw_distinct(z.shape[1], int(fast.shared.max()) + 1, 300, np.random.default_rng(seed))
    lags = lag_sums(z, fast)
    by_rank, by_stream = (tuple(np.zeros(z.shape, dtype=np.int64) for _ in range(2)) for _ in range(2))
    for row in range(len(z)):
        count_ranks(z[row], lags[row], index_samples(ids, fast), by_rank[0][row], by_rank[1][row])
    count_streams(z, lags, ids, blocks_of(fast, every), *by_stream)
    np.testing.assert_array_equal(by_rank, by_stream)


@CASES
@given(regions(), st.integers(0, 1000))
def test_unequal_weights_know_no_order_and_no_batch(region: tuple[xr.DataArray, Graph], seed: int) -> None:
    values, graph = region
    graph = weighted(graph, seed)
    batch = local_moran(values, graph, 199, seed)
    order = np.random.default_rng(seed).permutation(values.sizes["unit"])
    shuffled = local_moran(values.isel(unit=order), reordered(graph, order), 199, seed)
    xr.testing.assert_identical(batch, shuffled.sel(unit=values["unit"]))
    for year in values["year"].to_numpy():
        kept = values.sel(year=year).dropna("unit")
        alone = local_moran(kept, graph.subgraph(pd.Index(kept["unit"].to_numpy())), 199, seed)
        xr.testing.assert_identical(batch.sel(year=year, unit=kept["unit"]), alone)


@CASES
@given(regions(), st.booleans())
def test_g_and_bivariate_know_no_order_and_no_batch(region: tuple[xr.DataArray, Graph], star: bool) -> None:
    values, graph = region
    other = values.roll(unit=1, roll_coords=False) + 2 * values
    order = np.random.default_rng(1).permutation(values.sizes["unit"])
    for compute in (
        lambda v, w, g: local_getis_ord(v, g, 199, star=star),
        lambda v, w, g: local_moran_bivariate(v, w, g, 199),
    ):
        batch = compute(values, other, graph)
        shuffled = compute(values.isel(unit=order), other.isel(unit=order), reordered(graph, order))
        xr.testing.assert_identical(batch, shuffled.sel(unit=values["unit"]))
        for year in values["year"].to_numpy():
            alone = compute(values.sel(year=year), other.sel(year=year), graph)
            xr.testing.assert_identical(batch.sel(year=year), alone)


@CASES
@given(regions(), st.integers(0, 1000), st.sampled_from(["none", "fdr"]))
def test_one_pass_gives_the_bits_of_each_statistic_alone(
    region: tuple[xr.DataArray, Graph], seed: int, correction: Literal["none", "fdr"]
) -> None:
    values, graph = region
    generator = np.random.default_rng(seed)
    second = values.copy(data=generator.lognormal(size=values.shape))
    second[4:] = second[4:].where(generator.random(second[4:].shape) > 0.2)  # holes of its own
    found = local_statistics(values, graph, 199, seed, among=second, correction=correction)
    xr.testing.assert_identical(found.moran, local_moran(values, graph, 199, seed, correction=correction))
    for star, alone in ((False, found.g), (True, found.g_star)):
        xr.testing.assert_identical(alone, local_getis_ord(values, graph, 199, seed, star=star, correction=correction))
    both = local_moran_bivariate(values, second, graph, 199, seed, correction=correction)
    xr.testing.assert_identical(found.bivariate, both)
    assert local_statistics(values, graph, 199, seed).bivariate is None
