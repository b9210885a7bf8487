"""Local Moran's I, with conditional permutation, of one variable and of one among another's neighbours."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from libpysal.graph import Graph
from numpy.typing import NDArray

from ecocomp.space.moments import conditional_scores
from ecocomp.space.neighbours import Neighbours, PreparedGraph, lag_sums, prepare, weight_sums, within
from ecocomp.space.permutation import tail_counts
from ecocomp.space.portions import by_portions
from ecocomp.space.ranks import TIE_TOLERANCE
from ecocomp.space.significance import (
    Alternative,
    Correction,
    Judgement,
    enough_permutations,
    judge,
    require_options,
)
from ecocomp.space.slices import Slices, deviations, fill_all, slices_of, slices_of_both, valid_sets

__all__ = ["fixed_seed", "label_clusters", "local_moran", "local_moran_bivariate"]

LABEL = np.dtype("<U7")  # the longest labels are "isolate" and "missing"
QUADRANTS = np.array(["", "HH", "LL", "HL", "LH"])
CLUSTERS = np.array(["ns", "HH", "LL", "HL", "LH", "isolate", "missing"], dtype=LABEL)
ISOLATE, MISSING = 5, 6

Moran = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]
"""I, its standard score, and the place of the quadrant in QUADRANTS (slice, unit)."""


def local_moran(
    values: xr.DataArray | pd.Series,
    graph: Graph | PreparedGraph,
    permutations: int | None = None,
    seed: int | np.random.Generator = 1,
    alternative: Alternative = "two-sided",
    *,
    alpha: float = 0.05,
    correction: Correction = "none",
) -> xr.Dataset:
    """Compute local Moran's I with exact conditional-permutation p.

    I_i = z_i / m₂ · Σ_j w_ij z_j, with z the deviation from the mean over the valid units of the slice, w
    row-standardised, m₂ = Σ z² / (n − 1).
    p = min(1, 2 (min(#≥, #≤) + 1) / (M + 1)) over M permutations; ``directed`` gives (min + 1) / (M + 1).
    Source: Anselin (1995), Geographical Analysis 27, 93-115 (m₂ as esda has it); Sokal, Oden and Thomson
    (1998), ibid. 30, 331-354, for the standard score.

    Units with a missing value leave the graph and the pool of their slice. A unit without neighbours counts
    in the mean and in m₂, but not in the pool from which permutations draw. All slices with the same valid
    units share their permutations; a slice of a batch gives the same numbers alone.

    Parameters
    ----------
    values : DataArray or Series
        Any unit of measure; with the dimension ``unit`` and any others (a batch), or a Series indexed by
        unit. The units must be those of the graph, in any order.
    graph : libpysal.graph.Graph or PreparedGraph
        Weights equal within each row (binary, row-standardised, k-nearest) or not (distance decay, kernel):
        then every unit meets every permutation with weights of its own, which takes longer.
    permutations : int, optional
        Number of permutations M [1]; by default 99,999, or under ``fdr`` as many more as control takes
        (:func:`ecocomp.space.enough_for_fdr`).
    seed : int or numpy.random.Generator
        Source of the draws; an int gives the same bits every time, whatever the order of rows.
    alternative : {"two-sided", "directed"}
        How p is formed; directed p is half the two-sided one, as in GeoDa.
    alpha : float
        Level at which a cluster is called [1].
    correction : {"none", "fdr"}
        Clusters by ``p_value`` or by ``p_fdr``.

    Returns
    -------
    Dataset
        On the dimensions of ``values``, unit first: ``i`` [1]; ``z``, its standard score under conditional
        randomisation, missing where I is the same in every permutation [1]; ``p_value`` [1]; ``p_fdr``,
        adjusted within each slice by Benjamini and Hochberg over the units with neighbours [1]; ``p_low`` and
        ``p_high``, the 95 % interval of Clopper and Pearson (1934) for what ``p_value`` would be with
        permutations without end [1]; ``quadrant``, one of HH, LL, HL, LH, or empty where the unit or the sum
        of its neighbours is exactly at the mean (then p tells nothing about a cluster: such a unit is ns, and
        at the mean itself p = 1); ``cluster``, one of HH, LL, HL, LH, ns, isolate, missing; ``uncertain``,
        whether the interval leaves open if the unit is in a cluster. Numbers are missing for isolates and
        missing units.

    Raises
    ------
    ValueError
        If units differ between values and graph, a weight is negative, a slice has fewer than 3 valid units
        or the same value everywhere, or an argument is out of range.
    """
    require_options(permutations, alternative, alpha, correction)
    prepared = prepare(graph)
    slices = slices_of(values, prepared)
    permutations = enough_permutations(permutations, slices.table.shape[1], alpha, alternative, correction)
    tails, results = no_moran(slices.table.shape)
    seed = fixed_seed(seed)
    for valid, rows in valid_sets(slices):
        z, kept = deviations(slices, valid, rows), within(prepared.neighbours, valid)
        lags = lag_sums(z, kept)
        counts = tail_counts(z, lags, kept, permutations, np.random.default_rng(seed))
        fill_all((tails, *results), rows, valid, moran_of(z, z, lags, counts, kept, permutations))
    judged = judge(tails, permutations, alternative, alpha, correction)
    return moran_dataset(slices, results, judged)


def local_moran_bivariate(
    x: xr.DataArray | pd.Series,
    y: xr.DataArray | pd.Series,
    graph: Graph | PreparedGraph,
    permutations: int | None = None,
    seed: int | np.random.Generator = 1,
    alternative: Alternative = "two-sided",
    *,
    alpha: float = 0.05,
    correction: Correction = "none",
) -> xr.Dataset:
    """Compute bivariate local Moran's I: one variable, and another one among the neighbours.

    I_i = z_x,i / s_x · Σ_j w_ij z_y,j / s_y, with z the deviations from the means over the units at which both
    are valid, s² = Σ z² / (n − 1), and w row-standardised. p counts permutations of y among the other units,
    the same ones as :func:`local_moran` of y. Source: Anselin, Syabri and Smirnov (2002), New Tools for
    Spatial Data Analysis, CSISS; Lee (2001), Journal of Geographical Systems 3, 369-385.

    Parameters
    ----------
    x, y : DataArray or Series
        Any units of measure, as :func:`local_moran`; x at the unit, y at its neighbours, on the same
        dimensions and labels, units in any order.
    graph, permutations, seed, alternative, alpha, correction
        As :func:`local_moran`.

    Returns
    -------
    Dataset
        As :func:`local_moran`, on the dimensions of x. ``quadrant`` and ``cluster`` name x first: HL is a high
        x among low y. A unit is missing where x or y is.

    Raises
    ------
    ValueError
        As :func:`local_moran`; or if x and y differ in dimensions or labels.
    """
    require_options(permutations, alternative, alpha, correction)
    prepared = prepare(graph)
    first, second = slices_of_both(x, y, prepared)
    permutations = enough_permutations(permutations, first.table.shape[1], alpha, alternative, correction)
    tails, results = no_moran(first.table.shape)
    seed = fixed_seed(seed)
    for valid, rows in valid_sets(first):
        z_x, z_y = (deviations(slices, valid, rows) for slices in (first, second))
        kept = within(prepared.neighbours, valid)
        lags = lag_sums(z_y, kept)
        counts = tail_counts(z_y, lags, kept, permutations, np.random.default_rng(seed))
        fill_all((tails, *results), rows, valid, moran_of(z_x, z_y, lags, counts, kept, permutations))
    judged = judge(tails, permutations, alternative, alpha, correction)
    return moran_dataset(first, results, judged)


def label_clusters(quadrant: NDArray[np.str_], p_values: NDArray[np.float64], alpha: float) -> NDArray[np.str_]:
    """Return the quadrant where p < alpha, ``ns`` elsewhere, and ``isolate`` where p is missing.

    Parameters
    ----------
    quadrant : ndarray of str
        HH, LL, HL, LH or empty, of any shape.
    p_values : ndarray
        p of the same shape [1].
    alpha : float
        Level [1].
    """
    called = (p_values < alpha) & (quadrant != "")
    labels = np.where(called, quadrant, "ns").astype(LABEL)
    labels[np.isnan(p_values)] = "isolate"
    return labels


def fixed_seed(seed: int | np.random.Generator) -> int:
    """Return an int as it is, or draw one from a generator, so that all parts of a call can start from it."""
    return int(seed.integers(2**63)) if isinstance(seed, np.random.Generator) else seed


def no_moran(shape: tuple[int, ...]) -> tuple[NDArray[np.int64], Moran]:
    """Return tails, and I, z and quadrant (slice, unit), as they are for missing units."""
    return np.full(shape, -1), (np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape, dtype=np.int8))


def moran_of(
    z: NDArray[np.float64],
    around: NDArray[np.float64],
    lags: NDArray[np.float64],
    tails: NDArray[np.int64],
    neighbours: Neighbours,
    permutations: int,
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]:
    """Return the smaller tail, I, its standard score, and the quadrant (slice, unit) of slices that share units.

    Parameters
    ----------
    z, around : ndarray
        Deviations at the unit, and of the variable among its neighbours (slice, unit); the same for one variable.
    lags, tails : ndarray
        ``lag_sums`` and ``tail_counts`` of ``around`` (slice, unit).
    neighbours : Neighbours
        Lists of the same units.
    permutations : int
        Number of permutations [1].
    """
    weight = weight_sums(neighbours)
    isolated = weight == 0
    at_mean = z == 0
    score = conditional_scores(lags, around, neighbours)
    moran, quadrant = np.empty(z.shape), np.empty(z.shape, dtype=np.int8)
    # row by row: a batch gives the bits of its slices
    scale = [np.sqrt(np.sum(a * a)) * np.sqrt(np.sum(b * b)) / (a.size - 1) for a, b in zip(z, around, strict=True)]
    tie = [TIE_TOLERANCE * max(row.max(), -row.min()) for row in around]

    def fill(units: slice) -> None:
        for row, own in enumerate(z[:, units]):
            lag, total = lags[row, units], weight[units]
            with np.errstate(invalid="ignore"):  # no neighbours: 0 / 0 is missing
                moran[row, units] = own / scale[row] * lag / total
            quadrant[row, units] = _quadrants(own, lag, tie[row] * total)
            score[row, units] *= np.sign(own)

    by_portions(z.shape[1], fill)
    if at_mean.any() or isolated.any():
        score[at_mean | isolated] = np.nan
        tails = np.where(at_mean & (tails >= 0), permutations, tails)  # I is 0 under every permutation
    return tails, moran, score, quadrant


def _quadrants(own: NDArray[np.float64], lag: NDArray[np.float64], tie: NDArray[np.float64]) -> NDArray[np.int8]:
    """Return the place of each unit's quadrant in QUADRANTS (unit)."""
    # 1 and 2 where both are on the same side of the mean, 3 and 4 where they are not
    high = own > 0
    quadrant: NDArray[np.int8] = (2 - high.view(np.int8)) + 2 * (high != (lag > 0)).view(np.int8)
    quadrant[(own == 0) | ~(np.abs(lag) > tie)] = 0
    return quadrant


def moran_dataset(slices: Slices, results: Moran, judged: Judgement) -> xr.Dataset:
    """Return the results with their labels."""
    moran, score, quadrant = results
    cluster = np.where(judged.called, quadrant, np.int8(0))
    cluster[np.isnan(judged.p_value)] = ISOLATE
    cluster[np.isnan(slices.table)] = MISSING
    return slices.dataset(
        {
            "i": moran,
            "z": score,
            "p_value": judged.p_value,
            "p_fdr": judged.p_fdr,
            "p_low": judged.p_low,
            "p_high": judged.p_high,
            "quadrant": QUADRANTS.take(quadrant),
            "cluster": CLUSTERS.take(cluster),
            "uncertain": judged.uncertain & (quadrant > 0),
        }
    )
