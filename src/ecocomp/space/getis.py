"""Getis and Ord's local G and G*: where values are high or low together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from libpysal.graph import Graph
from numpy.typing import NDArray

from ecocomp.space.moments import conditional_scores, standard_score
from ecocomp.space.moran import fixed_seed
from ecocomp.space.neighbours import Neighbours, PreparedGraph, lag_sums, prepare, weight_sums, within
from ecocomp.space.permutation import tail_counts
from ecocomp.space.significance import (
    Alternative,
    Correction,
    Judgement,
    enough_permutations,
    judge,
    require_options,
)
from ecocomp.space.slices import Slices, deviations, fill_all, slices_of, valid_sets

__all__ = ["local_getis_ord"]

CLUSTERS = np.array(["ns", "hot", "cold", "isolate", "missing"])
HOT, COLD, ISOLATE, MISSING = 1, 2, 3, 4

GetisOrd = tuple[NDArray[np.float64], NDArray[np.int8]]
"""G or G* in z form, and the side it tells of: HOT, COLD or 0 (slice, unit)."""


def local_getis_ord(
    values: xr.DataArray | pd.Series,
    graph: Graph | PreparedGraph,
    permutations: int | None = None,
    seed: int | np.random.Generator = 1,
    alternative: Alternative = "two-sided",
    *,
    star: bool = True,
    alpha: float = 0.05,
    correction: Correction = "none",
) -> xr.Dataset:
    """Compute Getis and Ord's local G* or G in z form, with exact conditional-permutation p.

    G_i = (Σ_j w_ij x_j − W_i x̄(i)) / (s(i) √(((n − 1) S_i − W_i²) / (n − 2))), with j ≠ i, W = Σ w, S = Σ w²,
    and mean and variance (divisor n − 1) over the others. G*_i takes i among its neighbours, by the largest
    weight of the row, and mean and variance (divisor n) over all: (Σ w x − W x̄) / (s √((n S − W²) / (n − 1))).
    p = min(1, 2 (min(#≥, #≤) + 1) / (M + 1)) over M permutations of the other units, the same as those of
    :func:`local_moran`; for G* the unit itself stays. Source: Ord and Getis (1995), Geographical Analysis 27,
    286-306.

    n counts the units that have a neighbour or are one.

    Parameters
    ----------
    values, graph, permutations, seed, alternative, alpha, correction
        As :func:`local_moran`; equal weights within a row are taken as binary.
    star : bool
        Whether a unit is among its own neighbours.

    Returns
    -------
    Dataset
        On the dimensions of ``values``, unit first: ``z``, G* or G, missing where it is the same in every
        permutation [1]; ``p_value``, ``p_fdr``, ``p_low``, ``p_high`` [1] and ``uncertain`` as
        :func:`local_moran`; ``cluster``, one of hot, cold, ns, isolate, missing. A unit of G* that is high
        itself, but among neighbours lower than those of the permutations, is ns (or low among higher ones):
        p tells of the neighbours alone.

    Raises
    ------
    ValueError
        As :func:`local_moran`.
    """
    require_options(permutations, alternative, alpha, correction)
    prepared = prepare(graph)
    slices = slices_of(values, prepared)
    permutations = enough_permutations(permutations, slices.table.shape[1], alpha, alternative, correction)
    tails, results = no_getis_ord(slices.table.shape)
    seed = fixed_seed(seed)
    for valid, rows in valid_sets(slices):
        z, kept = deviations(slices, valid, rows), within(prepared.neighbours, valid)
        lags = lag_sums(z, kept)
        counts = tail_counts(z, lags, kept, permutations, np.random.default_rng(seed))
        fill_all((tails, *results), rows, valid, (counts, *getis_ord_of(z, lags, kept, star)))
    judged = judge(tails, permutations, alternative, alpha, correction)
    return getis_ord_dataset(slices, results, judged)


def no_getis_ord(shape: tuple[int, ...]) -> tuple[NDArray[np.int64], GetisOrd]:
    """Return tails, and G and its side (slice, unit), as they are for missing units."""
    return np.full(shape, -1), (np.full(shape, np.nan), np.zeros(shape, dtype=np.int8))


def getis_ord_of(z: NDArray[np.float64], lags: NDArray[np.float64], neighbours: Neighbours, star: bool) -> GetisOrd:
    """Return G or G* in z form and its side (slice, unit) of slices that share units.

    Parameters
    ----------
    z, lags : ndarray
        Deviations from the mean and their ``lag_sums`` (slice, unit).
    neighbours : Neighbours
        Lists of the same units.
    star : bool
        Whether a unit is among its own neighbours.
    """
    conditional = conditional_scores(lags, z, neighbours)
    result = _with_self(z, lags, neighbours) if star else conditional
    result[:, neighbours.counts == 0] = np.nan
    return result, _sides(conditional, result)


def getis_ord_dataset(slices: Slices, results: GetisOrd, judged: Judgement) -> xr.Dataset:
    """Return the results with their labels."""
    score, side = results
    cluster = np.where(judged.called, side, np.int8(0))
    cluster[np.isnan(judged.p_value)] = ISOLATE
    cluster[np.isnan(slices.table)] = MISSING
    names = ("p_value", "p_fdr", "p_low", "p_high")
    tested = {name: getattr(judged, name) for name in names}
    labels = {"cluster": CLUSTERS.take(cluster), "uncertain": judged.uncertain & (side > 0)}
    return slices.dataset({"z": score} | tested | labels)


def _with_self(z: NDArray[np.float64], lags: NDArray[np.float64], neighbours: Neighbours) -> NDArray[np.float64]:
    """Return G* (slice, unit); the largest relative weight of a row is 1."""
    pool = neighbours.linked
    if not pool.any():
        return np.full(z.shape, np.nan)
    size = int(pool.sum())
    total, squares = weight_sums(neighbours) + 1, weight_sums(neighbours, 2) + 1
    spread = (size * squares - total**2) / (size - 1)
    spread[spread <= 1e-12 * total**2] = 0.0  # all units are neighbours of equal weight
    result = np.empty(z.shape)
    for row, deviation in enumerate(z):  # row by row: a batch gives the bits of its slices
        drawn = deviation[pool]
        mean = drawn.mean()
        variance = np.mean((drawn - mean) ** 2) * spread
        result[row] = standard_score(lags[row] + deviation, total * mean, variance)
    return result


def _sides(conditional: NDArray[np.float64], score: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return HOT or COLD where the neighbours given the unit, and the statistic, are on the same side; else 0."""
    hot = (conditional > 0) & (score > 0)
    cold = (conditional < 0) & (score < 0)
    return np.where(hot, HOT, np.where(cold, COLD, 0)).astype(np.int8)
