"""Moran's I: local, with conditional permutation, and global."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd
import xarray as xr
from libpysal.graph import Graph
from numpy.typing import NDArray

from ecocomp.space.neighbours import Neighbours, lag_sums, linked, neighbours_of, within
from ecocomp.space.permutation import TIE_TOLERANCE, exceedances
from ecocomp.space.significance import (
    Alternative,
    Correction,
    benjamini_hochberg,
    directed_p,
    two_sided,
)
from ecocomp.space.slices import deviations, slices_of, valid_sets

__all__ = ["fixed_seed", "label_clusters", "local_moran"]

LABEL = np.dtype("<U7")  # the longest labels are "isolate" and "missing"


def local_moran(
    values: xr.DataArray | pd.Series,
    graph: Graph,
    permutations: int = 99_999,
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
    Source: Anselin (1995), Geographical Analysis 27, 93-115 (m₂ as esda has it).

    Units with a missing value leave the graph and the pool of their slice. A unit without neighbours counts
    in the mean and in m₂, but not in the pool from which permutations draw. All slices with the same valid
    units share their permutations; a slice of a batch gives the same numbers alone.

    Parameters
    ----------
    values : DataArray or Series
        Any unit of measure; with the dimension ``unit`` and any others (a batch), or a Series indexed by
        unit. The units must be those of the graph, in any order.
    graph : libpysal.graph.Graph
        Equal weights within each row: binary, row-standardised or k-nearest.
    permutations : int
        Number of permutations M [1].
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
        On the dimensions of ``values``, unit first: ``i`` [1]; ``p_value`` [1]; ``p_fdr``, adjusted within
        each slice by Benjamini and Hochberg over the units with neighbours [1]; ``quadrant``, one of HH, LL,
        HL, LH, or empty where the unit or the sum of its neighbours is exactly at the mean (then p tells
        nothing about a cluster: such a unit is ns, and at the mean itself p = 1); ``cluster``, one of HH, LL,
        HL, LH, ns, isolate, missing. Numbers are missing for isolates and missing units.

    Raises
    ------
    ValueError
        If units differ between values and graph, weights within a row differ, a slice has fewer than 3 valid
        units or the same value everywhere, or an argument is out of range.
    """
    _require_options(permutations, alternative, alpha, correction)
    units, neighbours = neighbours_of(graph)
    slices = slices_of(values, units, "graph")
    seed = fixed_seed(seed)
    moran, p_values = (np.full(slices.table.shape, np.nan) for _ in range(2))
    quadrant = np.zeros(slices.table.shape, dtype=LABEL)
    for valid, rows in valid_sets(slices):
        z = deviations(slices, valid, rows)
        kept = within(neighbours, valid)
        at = np.ix_(rows, valid)
        moran[at], quadrant[at] = _statistic(z, kept)
        p_values[at] = _directed_p(z, kept, permutations, np.random.default_rng(seed))
    if alternative == "two-sided":
        p_values = two_sided(p_values)
    p_fdr = np.stack([benjamini_hochberg(row) for row in p_values])
    deciding = p_fdr if correction == "fdr" else p_values
    cluster = label_clusters(quadrant, deciding, alpha)
    cluster[np.isnan(slices.table)] = "missing"
    names = {"i": moran, "p_value": p_values, "p_fdr": p_fdr, "quadrant": quadrant, "cluster": cluster}
    return xr.Dataset({name: slices.array(rows) for name, rows in names.items()})


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


def _statistic(z: NDArray[np.float64], neighbours: Neighbours) -> tuple[NDArray[np.float64], NDArray[np.str_]]:
    """Return I and the quadrant (slice, unit); missing and empty for units without neighbours."""
    count = neighbours.counts
    sums = lag_sums(z, neighbours)
    # row by row: a batch gives the bits of its slices
    m2 = np.array([np.sum(row * row) for row in z]) / (z.shape[1] - 1)
    moran = z / m2[:, None] * sums / np.where(count > 0, count, np.nan)
    tie = TIE_TOLERANCE * np.abs(z).max(axis=1, keepdims=True) * count
    own = np.where(z > 0, "H", "L")
    around = np.where(sums > 0, "H", "L")
    told = (z != 0) & (np.abs(sums) > tie) & (count > 0)
    return moran, np.where(told, np.char.add(own, around), "")


def _directed_p(
    z: NDArray[np.float64], neighbours: Neighbours, permutations: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return the directed p (slice, unit); missing for units without neighbours."""
    pool = linked(neighbours)
    p_values = np.full(z.shape, np.nan)
    counts = exceedances(np.ascontiguousarray(z[:, pool]), within(neighbours, pool), permutations, generator)
    p_values[:, pool] = directed_p(*counts, permutations)
    p_values[z == 0] = 1.0  # I is 0 under every permutation
    p_values[:, neighbours.counts == 0] = np.nan
    return p_values


def _require_options(permutations: int, alternative: str, alpha: float, correction: str) -> None:
    if permutations < 1:
        raise ValueError(f"permutations must be at least 1, not {permutations}")
    if alternative not in get_args(Alternative):
        raise ValueError(f"alternative must be one of {get_args(Alternative)}, not {alternative!r}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1, not {alpha}")
    if correction not in get_args(Correction):
        raise ValueError(f"correction must be one of {get_args(Correction)}, not {correction!r}")
