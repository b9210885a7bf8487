"""Moments of spatial lags over all conditional permutations, in closed form."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ecocomp.space.neighbours import Neighbours, linked, weight_sums

__all__ = ["lag_moments", "standard_score"]


def lag_moments(
    deviations: NDArray[np.float64], neighbours: Neighbours
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return expectation and variance of each unit's lag over all conditional permutations.

    With W = Σ w, S = Σ w² over the neighbours of unit i, and μ, σ² the mean and variance (divisor N − 1) of
    the other N − 1 units of the pool: E = W μ; Var = σ² ((N − 1) S − W²) / (N − 2). Times z_i / (m₂ W) they
    are those of local Moran's I under conditional randomisation, and the lag's standard score is G_i. Source:
    Sokal, Oden and Thomson (1998), Geographical Analysis 30, 331-354; Ord and Getis (1995), ibid. 27, 286-306.

    Parameters
    ----------
    deviations : ndarray
        Deviations from the mean (slice, unit), any unit of measure. Units that neither have a neighbour nor
        are one are not in the pool.
    neighbours : Neighbours
        Lists of the same units.

    Returns
    -------
    tuple of two ndarrays
        Expectation [unit of measure] and variance [its square] (slice, unit) of the sum by relative weights; 0 where
        the sum is the same in every permutation; missing where a pool has no 3 units.
    """
    pool = linked(neighbours)
    others = int(pool.sum()) - 1
    if others < 2:
        return tuple(np.full(deviations.shape, np.nan) for _ in range(2))  # type: ignore[return-value]
    total, squares = weight_sums(neighbours), weight_sums(neighbours, 2)
    spread = (others * squares - total**2) / (others - 1)
    expected, variance = (np.empty(deviations.shape) for _ in range(2))
    for row, z in enumerate(deviations):  # row by row: a batch gives the bits of its slices
        drawn = z if pool.all() else z[pool]
        mean = (drawn.sum() - z) / others
        expected[row] = total * mean
        variance[row] = ((np.sum(drawn * drawn) - z * z) / others - mean * mean) * spread
        # rounding: the others are all the same, or all of them are neighbours of equal weight
        variance[row][variance[row] <= 1e-12 * np.abs(drawn).max() ** 2 * total**2 / others] = 0.0
    return expected, variance


def standard_score(
    observed: NDArray[np.float64], expected: NDArray[np.float64], variance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (observed − expected) / √variance [1]; missing where the variance is 0."""
    return (observed - expected) / np.sqrt(np.where(variance > 0, variance, np.nan))
