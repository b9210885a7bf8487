"""Properties of GeoDetector: bounds, order, transforms, refinement, and p under no association."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from ecocomp.drivers import candidates, geodetector, given_strata, held_out_q, q_statistic, stratify
from ecocomp.drivers.strata import METHODS, combined

SEEDS = st.integers(0, 2**32 - 1)
SHAPES = st.sampled_from(["normal", "heavy", "tied", "skewed"])


def drawn(shape: str, size: int, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return {
        "normal": generator.normal(size=size),
        "heavy": generator.standard_cauchy(size=size),
        "tied": generator.integers(0, 6, size=size).astype(float),
        "skewed": generator.lognormal(sigma=2, size=size),
    }[shape]


@given(SHAPES, SHAPES, SEEDS, st.integers(12, 80))
def test_q_is_a_share_and_no_held_out_q_is_larger(y_shape: str, x_shape: str, seed: int, size: int) -> None:
    y, x = drawn(y_shape, size, seed), drawn(x_shape, size, seed + 1)
    for strata in candidates(x):
        q, held_out = q_statistic(y, strata.labels), held_out_q(y, strata.labels)
        assert np.isnan(q) or (0 <= q <= 1 and held_out <= q + 1e-9)


@given(SHAPES, SEEDS, st.integers(2, 8), st.sampled_from(METHODS))
def test_strata_follow_their_units(shape: str, seed: int, classes: int, method: str) -> None:
    x = drawn(shape, 40, seed)
    order = np.random.default_rng(seed).permutation(40)
    plain, moved = stratify(x, method, classes), stratify(x[order], method, classes)
    assert plain.breaks == moved.breaks
    assert (plain.labels[order] == moved.labels).all()
    assert plain.counts.min() >= 1
    assert plain.size <= classes


@given(SHAPES, SEEDS, st.integers(2, 8))
def test_quantile_strata_do_not_change_under_increasing_transforms(shape: str, seed: int, classes: int) -> None:
    x = drawn(shape, 50, seed)
    _, ranks = np.unique(x, return_inverse=True)
    for moved in (ranks.astype(float), np.exp(ranks / 10), 3.0 * ranks - 7):
        assert (stratify(x, "quantile", classes).labels == stratify(moved, "quantile", classes).labels).all()


@given(SHAPES, SEEDS)
def test_joint_strata_account_for_no_less_than_either_factor(shape: str, seed: int) -> None:
    y = drawn(shape, 60, seed)
    first, second = (given_strata(drawn("tied", 60, seed + i).astype(int)) for i in (1, 2))
    joint = q_statistic(y, combined(first, second))
    if np.isfinite(joint):
        assert joint >= max(q_statistic(y, s.labels) for s in (first, second)) - 1e-12


@given(SEEDS, st.floats(-1e3, 1e3), st.floats(0.01, 100))
def test_q_does_not_change_with_the_units_of_the_response(seed: int, shift: float, scale: float) -> None:
    y, labels = drawn("normal", 30, seed), np.arange(30) % 4
    assert abs(q_statistic(y * scale + shift, labels) - q_statistic(y, labels)) < 1e-6


@settings(max_examples=5)
@given(SEEDS)
def test_renamed_units_change_no_q(seed: int) -> None:
    y, x = drawn("normal", 40, seed), drawn("skewed", 40, seed + 1)
    names = [f"u{i:02}" for i in range(40)]
    other = list(np.random.default_rng(seed).permutation(names))
    q = [
        geodetector(pd.Series(y, index=n), pd.DataFrame({"x": x}, index=n), 19).factors.drop(columns="p_permutation")
        for n in (names, other)
    ]
    pd.testing.assert_frame_equal(*q, check_exact=False, rtol=1e-12)


def test_p_is_uniform_where_nothing_goes_with_anything() -> None:
    """The choice among methods and numbers of strata is repeated, so that it buys no significance.

    250 responses that have nothing to do with their factor: p on {1/100, …, 1} is uniform. The same p from permutations
    that keep the strata chosen for the data is not (a p below 0.05 in a fifth of the cases, not a twentieth).
    """
    generator = np.random.default_rng(11)
    repeated, kept = [], []
    for case in range(250):
        y, x = generator.normal(size=40), generator.lognormal(size=40)
        found = geodetector(pd.Series(y), pd.DataFrame({"x": x}), permutations=99, seed=case).factors.iloc[0]
        repeated.append(found["p_permutation"])
        ways = candidates(x)
        best = max(ways, key=lambda way: held_out_q(y, way.labels))
        null = [q_statistic(generator.permutation(y), best.labels) for _ in range(99)]
        kept.append((1 + sum(q >= found["q"] - 1e-10 for q in null)) / 100)
    continuous = np.array(repeated) - generator.uniform(0, 0.01, size=250)  # steps of 1/100 spread over themselves
    assert stats.kstest(continuous, "uniform").pvalue > 0.01
    assert stats.kstest(np.array(kept) - generator.uniform(0, 0.01, size=250), "uniform").pvalue < 1e-6
    assert np.mean(np.array(kept) <= 0.05) > 0.1 > np.mean(np.array(repeated) <= 0.05)
