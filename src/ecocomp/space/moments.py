"""Moments of spatial lags over all conditional permutations, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecocomp.space.neighbours import Neighbours, weight_sums
from ecocomp.space.portions import by_portions

__all__ = ["conditional_scores", "lag_moments", "standard_score"]

Moments = tuple[NDArray[np.float64], NDArray[np.float64]]


def lag_moments(deviations: NDArray[np.float64], neighbours: Neighbours) -> Moments:
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
    expected, variance = (np.empty(deviations.shape) for _ in range(2))
    for z, pool, *targets in zip(deviations, _pools(deviations, neighbours), expected, variance, strict=True):
        targets[0][:], targets[1][:] = _moments(z, pool, slice(None))
    return expected, variance


def conditional_scores(
    lags: NDArray[np.float64], deviations: NDArray[np.float64], neighbours: Neighbours
) -> NDArray[np.float64]:
    """Return the standard score of each lag under conditional randomisation (slice, unit) [1].

    Parameters
    ----------
    lags, deviations : ndarray
        Sums of neighbours by relative weights, and deviations from the mean (slice, unit), any unit of measure.
    neighbours : Neighbours
        Lists of the same units.

    Returns
    -------
    ndarray
        (lag − expectation) / √variance by :func:`lag_moments`; missing where the variance is 0.
    """
    scores = np.empty(deviations.shape)

    def score(units: slice) -> None:
        for row, pool in enumerate(pools):
            scores[row, units] = standard_score(lags[row, units], *_moments(deviations[row], pool, units))

    pools = _pools(deviations, neighbours)
    by_portions(deviations.shape[1], score)
    return scores


def standard_score(
    observed: NDArray[np.float64], expected: NDArray[np.float64], variance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return (observed − expected) / √variance [1]; missing where the variance is 0."""
    return (observed - expected) / np.sqrt(np.where(variance > 0, variance, np.nan))


@dataclass(frozen=True)
class _Pool:
    """What a slice's units are drawn from: how many others, their sums and largest size; and the units' weights."""

    others: int
    total: float
    squares: float
    largest: float
    weight: NDArray[np.float64]
    squared_weight: NDArray[np.float64]


def _pools(deviations: NDArray[np.float64], neighbours: Neighbours) -> list[_Pool]:
    """Return the pool of each slice."""
    linked = neighbours.linked
    every = bool(linked.all())
    weights = weight_sums(neighbours)
    squared = weights if neighbours.weights is None else weight_sums(neighbours, 2)
    pools = []
    for z in deviations:  # row by row: a batch gives the bits of its slices
        drawn = z if every else z[linked]
        largest = max(drawn.max(), -drawn.min()) if drawn.size else 0.0
        pools.append(_Pool(drawn.size - 1, drawn.sum(), np.sum(drawn * drawn), largest, weights, squared))
    return pools


def _moments(z: NDArray[np.float64], pool: _Pool, units: slice) -> Moments:
    """Return expectation and variance of the lags of some units."""
    own, weight, others = z[units], pool.weight[units], pool.others
    if others < 2:
        return np.full(own.shape, np.nan), np.full(own.shape, np.nan)
    spread = (others * pool.squared_weight[units] - weight**2) / (others - 1)
    mean = (pool.total - own) / others
    variance = ((pool.squares - own * own) / others - mean * mean) * spread
    # rounding: the others are all the same, or all of them are neighbours of equal weight
    variance[variance <= 1e-12 * pool.largest**2 / others * weight**2] = 0.0
    return weight * mean, variance
