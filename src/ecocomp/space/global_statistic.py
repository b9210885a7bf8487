"""Global Moran's I: moments under randomisation, and permutation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from libpysal.graph import Graph
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.special import ndtr

from ecocomp.space.moran import fixed_seed
from ecocomp.space.neighbours import (
    Neighbours,
    PreparedGraph,
    prepare,
    relative_weights,
    weight_sums,
    within,
)
from ecocomp.space.ranks import TIE_TOLERANCE
from ecocomp.space.significance import directed_p, two_sided
from ecocomp.space.slices import deviations, slices_of, valid_sets

__all__ = ["global_moran"]

VALUES_AT_ONCE = 2**21
"""Largest number of permuted values held at once: 16 MiB."""

MOST_BY_KEY = 2**12
"""Largest number of ids whose order is drawn by sorting keys."""


def global_moran(
    values: xr.DataArray | pd.Series,
    graph: Graph | PreparedGraph,
    permutations: int = 0,
    seed: int | np.random.Generator = 1,
) -> xr.Dataset:
    """Compute global Moran's I with its moments under randomisation.

    I = n / S₀ · Σ_ij w_ij z_i z_j / Σ z², w row-standardised; E = −1 / (n − 1);
    Var = [n ((n² − 3n + 3) S₁ − n S₂ + 3 S₀²) − b₂ ((n² − n) S₁ − 2n S₂ + 6 S₀²)] / ((n−1)(n−2)(n−3) S₀²) −
    E², with b₂ the kurtosis of z. Source: Cliff and Ord (1981), Spatial Processes, pp. 42-46.

    Missing units leave the graph of their slice. Units without neighbours are treated as esda treats them:
    they count in n, the mean and Σ z², and add nothing to S₀.

    Parameters
    ----------
    values : DataArray or Series
        Any unit of measure; with the dimension ``unit`` and any others (a batch), or a Series indexed by
        unit. The units must be those of the graph, in any order.
    graph : libpysal.graph.Graph or PreparedGraph
        Of any weights.
    permutations : int
        Number of permutations of all values [1]; 0 takes p from the moments.
    seed : int or numpy.random.Generator
        Source of the draws.

    Returns
    -------
    Dataset
        On the other dimensions of ``values``: ``i`` [1], ``expected`` [1], ``z`` standard score under
        randomisation [1], ``p`` two-sided, normal or by permutation [1]. All are missing where no unit has a
        neighbour; ``z`` (and p from it) where the variance is 0, as with 3 units or all linked to all.

    Raises
    ------
    ValueError
        As :func:`ecocomp.space.local_moran`.
    """
    if permutations < 0:
        raise ValueError(f"permutations must be 0 or more, not {permutations}")
    prepared = prepare(graph)
    slices = slices_of(values, prepared)
    seed = fixed_seed(seed)
    results = np.full((4, len(slices.table)), np.nan)
    for valid, rows in valid_sets(slices):
        z = deviations(slices, valid, rows)
        weights = _row_standardised(within(prepared.neighbours, valid))
        if weights.nnz == 0:
            continue
        results[:3, rows] = np.stack([_moments(row, weights) for row in z], axis=1)
        if permutations:
            results[3, rows] = _permutation_p(z, weights, permutations, np.random.default_rng(seed))
        else:
            results[3, rows] = 2 * ndtr(-np.abs(results[2, rows]))
    return slices.dataset_without_units(dict(zip(("i", "expected", "z", "p"), results, strict=True)))


def _row_standardised(neighbours: Neighbours) -> csr_array:
    weight = relative_weights(neighbours) / np.repeat(weight_sums(neighbours), neighbours.counts)
    size = neighbours.starts.size - 1
    return csr_array((weight, neighbours.members, neighbours.starts), shape=(size, size))


def _moments(z: NDArray[np.float64], weights: csr_array) -> tuple[float, float, float]:
    """Return I, its expectation and its standard score."""
    n = z.size
    s0 = weights.sum()
    squares = np.sum(z * z)
    moran = n / s0 * np.sum(z * (weights @ z)) / squares
    expected = -1 / (n - 1)
    if n == 3:
        return moran, expected, np.nan
    s1 = (weights + weights.T).power(2).sum() / 2
    s2 = np.sum((weights.sum(axis=0) + weights.sum(axis=1)) ** 2)
    kurtosis = n * np.sum(z**4) / squares**2
    normal = n * ((n**2 - 3 * n + 3) * s1 - n * s2 + 3 * s0**2)
    tailed = kurtosis * ((n**2 - n) * s1 - 2 * n * s2 + 6 * s0**2)
    variance = (normal - tailed) / ((n - 1) * (n - 2) * (n - 3) * s0**2) - expected**2
    if variance <= 1e-12 * expected**2:  # I is the same for every permutation
        return moran, expected, np.nan
    return moran, expected, (moran - expected) / np.sqrt(variance)


def _permutation_p(
    z: NDArray[np.float64], weights: csr_array, permutations: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return the two-sided permutation p of each slice; the permutations are shared by the slices."""
    n = z.shape[1]
    observed = np.array([np.sum(row * (weights @ row)) for row in z])
    tie = TIE_TOLERANCE * np.sum(z * z, axis=1)
    at_least, at_most = (np.zeros(len(z), dtype=np.int64) for _ in range(2))
    portion = max(1, VALUES_AT_ONCE // n)
    for start in range(0, permutations, portion):
        size = min(portion, permutations - start)
        ids = _orders(n, size, generator)
        for row, deviation in enumerate(z):
            shuffled = deviation[ids]
            products = np.einsum("ij,ij->j", shuffled, weights @ shuffled)
            at_least[row] += np.count_nonzero(products >= observed[row] - tie[row])
            at_most[row] += np.count_nonzero(products <= observed[row] + tie[row])
    return two_sided(directed_p(at_least, at_most, permutations))


def _orders(n: int, size: int, generator: np.random.Generator) -> NDArray[np.int64]:
    """Return random orders of n ids (id, order)."""
    if n > MOST_BY_KEY:
        return generator.permuted(np.repeat(np.arange(n)[:, None], size, axis=1), axis=0)
    # sorting random keys takes half the time; 51 of their bits are random, the last 12 hold the id, and two of
    # 4096 keys agree, and stand in the order of their ids, once in 5e8 orders
    keys = generator.integers(0, 2**51, (size, n)) * MOST_BY_KEY + np.arange(n)
    keys.sort(axis=1)
    return np.ascontiguousarray((keys % MOST_BY_KEY).T)
