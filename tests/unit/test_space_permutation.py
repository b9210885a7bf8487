from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from ecocomp.space import local_moran, permutation
from ecocomp.space.links import graph_of
from ecocomp.space.neighbours import Neighbours
from ecocomp.space.permutation import draw_distinct, exceedances

SIZE, DRAWS = 13, 40_000


def circle(k: int, size: int = SIZE) -> NDArray[np.intp]:
    """Each unit linked to the k that follow it in a circle."""
    steps = np.arange(1, k + 1)
    focal = np.repeat(np.arange(size), k)
    return np.column_stack([focal, (focal + np.tile(steps, size)) % size])


def lists(pairs: NDArray[np.intp], size: int = SIZE) -> Neighbours:
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    counts = np.bincount(pairs[:, 0], minlength=size)
    return Neighbours(np.concatenate([[0], np.cumsum(counts)]), pairs[order, 1].astype(np.int64))


def exact_shares(z: NDArray[np.float64], pairs: NDArray[np.intp]) -> tuple[NDArray, NDArray]:
    """Share of all k-subsets of the others whose sum is at least and at most the observed one: enumeration."""
    at_least, at_most = np.empty(z.size), np.empty(z.size)
    for unit in range(z.size):
        members = pairs[pairs[:, 0] == unit, 1]
        others = np.delete(np.arange(z.size), unit)
        sums = np.array([z[list(chosen)].sum() for chosen in combinations(others, members.size)])
        observed = z[members].sum()
        at_least[unit] = np.mean(sums >= observed - 1e-9)
        at_most[unit] = np.mean(sums <= observed + 1e-9)
    return at_least, at_most


def values(kind: str) -> NDArray[np.float64]:
    generator = np.random.default_rng(5)
    drawn = generator.lognormal(size=SIZE) if kind == "continuous" else generator.integers(0, 3, SIZE) * 0.1
    return np.asarray(drawn - drawn.mean())


@pytest.mark.parametrize("kind", ["continuous", "tied"])
@pytest.mark.parametrize("k", [1, 2, 3, 4, 8, SIZE - 2, SIZE - 1])
def test_counts_agree_with_full_enumeration(k: int, kind: str) -> None:
    z = values(kind)
    counts = exceedances(z[None], lists(circle(k)), DRAWS, np.random.default_rng(1))
    for count, share in zip(counts, exact_shares(z, circle(k)), strict=True):
        error = np.sqrt(np.maximum(share * (1 - share), 1e-12) / DRAWS)
        # the units share their samples; 4 standard errors hold for all of them under a fixed seed
        assert (np.abs(count[0] / DRAWS - share) <= 4 * error + 1e-9).all()


def test_units_with_different_numbers_of_neighbours_share_nested_samples() -> None:
    pairs = np.concatenate([circle(1), circle(4)[:20], circle(12)[-12:]])
    pairs = np.unique(pairs, axis=0)
    z = values("tied")
    counts = exceedances(z[None], lists(pairs), DRAWS, np.random.default_rng(2))
    for count, share in zip(counts, exact_shares(z, pairs), strict=True):
        error = np.sqrt(np.maximum(share * (1 - share), 1e-12) / DRAWS)
        assert (np.abs(count[0] / DRAWS - share) <= 4 * error + 1e-9).all()


def test_a_unit_linked_to_all_others_ties_every_permutation() -> None:
    at_least, at_most = exceedances(values("continuous")[None], lists(circle(12)), 99, np.random.default_rng(1))
    assert (at_least == 99).all()
    assert (at_most == 99).all()


def test_p_of_local_moran_agrees_with_enumeration() -> None:
    z = values("continuous")
    labels = pd.Index([f"u{n:02d}" for n in range(SIZE)])
    lisa = local_moran(pd.Series(z, labels), graph_of(circle(3), labels), DRAWS)
    at_least, at_most = exact_shares(z, circle(3))
    exact = np.minimum(1, 2 * np.minimum(at_least, at_most))
    np.testing.assert_allclose(lisa["p_value"], exact, atol=8 * np.sqrt(0.25 / DRAWS))


def test_portions_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    z = values("continuous")
    monkeypatch.setattr(permutation, "ENTRIES_AT_ONCE", 4096)
    counts = exceedances(z[None], lists(circle(3)), DRAWS, np.random.default_rng(1))
    for count, share in zip(counts, exact_shares(z, circle(3)), strict=True):
        assert (np.abs(count[0] / DRAWS - share) <= 4 * np.sqrt(share * (1 - share) / DRAWS) + 1e-9).all()
    assert (counts[0] + counts[1] >= DRAWS).all()


# 2 of 5 and 3 of 6 are drawn by rejection, the others by shuffling
@pytest.mark.parametrize(("size", "columns"), [(5, 2), (6, 3), (4, 3), (4, 4), (3, 1), (1, 1)])
def test_every_ordered_sample_is_equally_likely(size: int, columns: int) -> None:
    drawn = draw_distinct(size, columns, 60_000, np.random.default_rng(7))
    assert drawn.shape == (columns, 60_000)
    assert drawn.dtype == np.int32
    every = list(permutations(range(size), columns))
    seen, count = np.unique(drawn, axis=1, return_counts=True)
    assert [tuple(column) for column in seen.T] == every
    expected = 60_000 / len(every)
    # chi-square has mean and variance (d, 2d); 5 standard deviations under a fixed seed
    degrees = len(every) - 1
    assert ((count - expected) ** 2 / expected).sum() <= degrees + 5 * np.sqrt(2 * degrees) + 1e-9


@pytest.mark.parametrize(("size", "columns"), [(1000, 41), (120, 119), (100_000, 8)])
def test_samples_hold_no_id_twice(size: int, columns: int) -> None:
    drawn = np.sort(draw_distinct(size, columns, 500, np.random.default_rng(7)), axis=0)
    assert (np.diff(drawn, axis=0) > 0).all()
    assert drawn.min() >= 0
    assert drawn.max() < size


def test_more_ids_than_there_are_cannot_be_drawn() -> None:
    with pytest.raises(ValueError, match="cannot draw 4 distinct ids from 3"):
        draw_distinct(3, 4, 10, np.random.default_rng(1))


def test_rounding_breaks_no_tie() -> None:
    # values k / 10 are not exact in binary; all sums of one k tie with their permutations in exact arithmetic
    z = np.array([0.1, 0.2, 0.3, -0.6, 0.1, 0.2, 0.3, -0.6, 0.0, 0.3, -0.3, 0.0, 0.0])
    twelve = np.rint(z * 10)
    pairs = lists(circle(4))
    rounded = exceedances(z[None], pairs, 5000, np.random.default_rng(3))
    whole = exceedances(twelve[None], pairs, 5000, np.random.default_rng(3))
    np.testing.assert_array_equal(rounded, whole)
