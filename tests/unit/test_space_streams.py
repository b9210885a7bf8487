"""Unequal weights within a row: every unit meets the samples with weights of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from libpysal.graph import Graph
from numpy.typing import NDArray

from ecocomp.space import global_moran, local_moran, permutation, prepare, streams
from ecocomp.space.moments import lag_moments
from ecocomp.space.neighbours import Neighbours, lag_sums, weight_sums, within
from ecocomp.space.permutation import exceedances

DRAWS = 40_000


def circle(k: int, size: int, weights: NDArray[np.float64] | None) -> Neighbours:
    """Each unit linked to the k that follow it in a circle, with the same weights in the order of ids."""
    members = np.sort((np.arange(size)[:, None] + np.arange(1, k + 1)) % size, axis=1).ravel()
    return Neighbours(np.arange(size + 1) * k, members, None if weights is None else np.tile(weights, size))


def deviations(kind: str, size: int) -> NDArray[np.float64]:
    generator = np.random.default_rng(5)
    drawn = generator.lognormal(size=size) if kind == "continuous" else generator.integers(0, 3, size) * 0.1
    return np.asarray(drawn - drawn.mean())


def all_lags(z: NDArray[np.float64], unit: int, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """The lag of a unit in every ordered choice of neighbours among the others."""
    others = np.delete(z, unit)
    return np.array([np.dot(weights, chosen) for chosen in permutations(others, weights.size)])


@pytest.mark.parametrize("kind", ["continuous", "tied"])
@pytest.mark.parametrize(("size", "k"), [(13, 2), (13, 3), (13, 4), (7, 5), (7, 6)])
def test_counts_agree_with_enumeration(size: int, k: int, kind: str) -> None:
    z = deviations(kind, size)
    weights = 1 / np.arange(1, k + 1)
    neighbours = circle(k, size, weights)
    counts = exceedances(z[None], neighbours, DRAWS, np.random.default_rng(2))
    for unit in range(size):
        lags = all_lags(z, unit, weights)
        observed = np.dot(weights, z[neighbours.members[unit * k : unit * k + k]])
        for count, share in zip(
            counts, (np.mean(lags >= observed - 1e-9), np.mean(lags <= observed + 1e-9)), strict=True
        ):
            # 4.5 standard errors hold for all 13 units, both tails and ten cases under a fixed seed
            error = np.sqrt(share * (1 - share) / DRAWS)
            assert abs(count[0, unit] / DRAWS - share) <= 4.5 * error + 1e-9


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("size", "k"), [(13, 1), (13, 3), (7, 4), (7, 6)])
def test_moments_are_those_of_the_enumeration(size: int, k: int, weighted: bool) -> None:
    z = deviations("continuous", size)
    weights = np.arange(1.0, k + 1) / k if weighted else np.ones(k)
    expected, variance = lag_moments(z[None], circle(k, size, weights if weighted and k > 1 else None))
    for unit in range(size):
        lags = all_lags(z, unit, weights)
        assert expected[0, unit] == pytest.approx(lags.mean(), abs=1e-12)
        assert variance[0, unit] == pytest.approx(lags.var(), abs=1e-12)


def test_moments_know_the_pool() -> None:
    # d and e are islands: the lag of a, with c as its neighbour, is b or c; (2 + 9) / 2 = 5.5 and 3.5²
    values = np.array([[-4.0, 2.0, 9.0, -100.0, 93.0]])
    neighbours = Neighbours(np.array([0, 1, 2, 3, 3, 3]), np.array([2, 0, 0]))
    expected, variance = lag_moments(values, neighbours)
    assert expected[0, 0] == pytest.approx(5.5)
    assert variance[0, 0] == pytest.approx(3.5**2)
    assert variance[0, 3] == 0.0


def distance_decay(size: int, k: int, units: pd.Index) -> Graph:
    """Weights 1, 1/2, 1/3 … along a circle."""
    focal = np.repeat(np.arange(size), k)
    steps = np.tile(np.arange(1, k + 1), size)
    return Graph.from_arrays(units[focal], units[(focal + steps) % size], 1 / steps)


UNITS = pd.Index([f"u{n:02d}" for n in range(12)])


def test_local_moran_by_hand_with_distance_decay() -> None:
    # z = ±5.5 … in steps of 1; the lag of u00 with u01 and u02 is (1 · -4.5 + 1/2 · -3.5) / (3/2) = -6.25 / 1.5
    values = pd.Series(np.arange(12.0), UNITS)
    lisa = local_moran(values, distance_decay(12, 2, UNITS), 99)
    m2 = 143 / 11  # Σ z² = n (n² - 1) / 12
    assert float(lisa["i"][0]) == pytest.approx(-5.5 / m2 * -6.25 / 1.5)
    assert float(lisa["i"][11]) == pytest.approx(5.5 / m2 * (-5.5 - 4.5 / 2) / 1.5)


def test_the_scale_of_a_row_changes_nothing() -> None:
    graph = distance_decay(12, 3, UNITS)
    values = pd.Series(np.random.default_rng(1).normal(size=12), UNITS)
    once, scaled = (local_moran(values, g, 999) for g in (graph, Graph(graph.adjacency * 4)))
    assert once.identical(scaled)
    np.testing.assert_allclose(local_moran(values, graph.transform("R"), 999)["p_value"], once["p_value"])


def test_weights_follow_the_units_that_are_left() -> None:
    values = pd.Series(np.random.default_rng(1).normal(size=12), UNITS)
    values["u03"] = np.nan
    graph = distance_decay(12, 3, UNITS)
    rest = UNITS.drop("u03")
    whole, smaller = local_moran(values, graph, 999), local_moran(values[rest], graph.subgraph(rest), 999)
    assert whole.sel(unit=rest.to_numpy()).identical(smaller)
    prepared = prepare(graph).neighbours
    kept = within(prepared, values.notna().to_numpy())
    np.testing.assert_array_equal(kept.counts, [2, 2, 2, *[3] * 8])
    # u00 keeps the weights 1 and 1/2 of u01 and u02, u02 the 1/2 and 1/3 of u04 and u05
    np.testing.assert_allclose(weight_sums(kept)[[0, 2]], [1 + 1 / 2, 1 + 2 / 3])


def test_rows_are_told_apart() -> None:
    # only a has unequal weights; all others are ranked, and rows may have scales of their own
    graph = Graph.from_arrays(
        ["a", "a", "b", "b", "c", "d", "e"], ["b", "c", "c", "d", "d", "e", "a"], [1.0, 0.5, 0.2, 0.2, 3.0, 1.0, 1.0]
    )
    neighbours = prepare(graph).neighbours
    np.testing.assert_array_equal(neighbours.uneven, [True, False, False, False, False])
    np.testing.assert_array_equal(weight_sums(neighbours), [1.5, 2, 1, 1, 1])
    binary = prepare(graph.transform("B")).neighbours
    assert binary.weights is None
    z = np.array([[1.0, -2.0, 3.0, 0.5, -2.5]])
    mixed, plain = (exceedances(z, lists, 2000, np.random.default_rng(1)) for lists in (neighbours, binary))
    for one, other in zip(mixed, plain, strict=True):
        np.testing.assert_array_equal(one[:, 1:], other[:, 1:])
    # the lag of a is -2 + 3/2; of the 12 ordered pairs of -2, 3, 0.5, -2.5, x + y/2 >= -0.5 holds for the 3 that
    # start with 3, for (0.5, 3), and as a tie for (0.5, -2) and (-2, 3)
    assert mixed[0][0, 0] / 2000 == pytest.approx(6 / 12, abs=0.05)
    assert mixed[1][0, 0] / 2000 == pytest.approx(8 / 12, abs=0.05)
    np.testing.assert_allclose(lag_sums(z, neighbours), [[-2 + 1.5, 3.5, 0.5, -2.5, 1.0]])


def test_small_portions_give_the_same_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    z = deviations("tied", 13)
    neighbours = circle(4, 13, 1 / np.arange(1, 5))
    expected = exceedances(z[None], neighbours, 5000, np.random.default_rng(3))
    monkeypatch.setattr(streams, "UNITS_AT_ONCE", 3)
    monkeypatch.setattr(streams, "SAMPLES_AT_ONCE", 17)
    np.testing.assert_array_equal(exceedances(z[None], neighbours, 5000, np.random.default_rng(3)), expected)
    monkeypatch.setattr(permutation, "ENTRIES_AT_ONCE", 4096)
    portions = exceedances(z[None], neighbours, 5000, np.random.default_rng(3))
    assert (portions[0] + portions[1] >= 5000).all()


def test_global_moran_takes_weights() -> None:
    units = pd.Index(list("abc"))
    graph = Graph.from_arrays(["a", "a", "b", "c"], ["b", "c", "a", "a"], [3.0, 1.0, 1.0, 1.0])
    result = global_moran(pd.Series([-1.0, 0.0, 1.0], units), graph)
    # lags: a 3/4 · 0 + 1/4 · 1, b -1, c -1; Σ z lag = -1/4 - 1; over Σ z² = 2
    assert float(result["i"]) == pytest.approx(-1.25 / 2)


def test_the_number_of_threads_changes_no_bit() -> None:
    code = (
        "import hashlib, numpy as np, pandas as pd; from libpysal.graph import Graph; "
        "from ecocomp.space import local_moran; "
        "n = 700; focal = np.repeat(np.arange(n), 40); steps = np.tile(np.arange(1, 41), n); "
        "graph = Graph.from_arrays(focal, (focal + steps) % n, 1 / steps); "
        "values = pd.Series(np.random.default_rng(1).lognormal(size=n)); "
        "print(hashlib.sha256(local_moran(values, graph, 1999)['p_value'].to_numpy().tobytes()).hexdigest())"
    )
    seen = set()
    for threads in ("1", "2"):
        variables = {"OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads}
        run = subprocess.run(
            [sys.executable, "-c", code], env=os.environ | variables, capture_output=True, text=True, check=True
        )
        seen.add(run.stdout)
    assert len(seen) == 1
