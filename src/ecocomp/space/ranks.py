"""Ranks of observed sums among the sums of shared samples: units whose neighbours have equal weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["TIE_TOLERANCE", "Samples", "count_ranks", "find_units", "index_samples"]

TIE_TOLERANCE = 1e-12
"""Sums closer than this, relative to the largest sum possible, are ties; rounding is far smaller."""


@dataclass(frozen=True)
class Group:
    """The units with k neighbours, and the samples whose first k ids hold one of them, with the id in column k."""

    k: int
    units: NDArray[np.intp]
    sample: NDArray[np.intp]
    held: NDArray[np.int32]
    spare: NDArray[np.int32]


@dataclass(frozen=True)
class Samples:
    """Ids drawn at random (column, sample), and the groups that read them, k ascending."""

    ids: NDArray[np.int32]
    groups: tuple[Group, ...]


def find_units(
    ids: NDArray[np.int32], counts: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int32]]:
    """Find where a sample holds a unit among the ids that the unit would read.

    Parameters
    ----------
    ids : ndarray of int32
        Samples (column, sample).
    counts : ndarray of int
        Number of ids that each unit reads (unit) [1]; 0 for units not asked about.

    Returns
    -------
    tuple of three ndarrays
        Column, sample, and unit (find).
    """
    read = counts.astype(np.min_scalar_type(int(counts.max())))  # small numbers stay in the cache
    finds = [np.flatnonzero(read.take(row) > column) for column, row in enumerate(ids[: counts.max()])]
    sizes = [found.size for found in finds]
    sample = np.concatenate(finds)
    column = np.repeat(np.arange(len(finds)), sizes)
    return column, sample, np.concatenate([row[found] for row, found in zip(ids, finds, strict=False)])


def index_samples(ids: NDArray[np.int32], counts: NDArray[np.int64]) -> Samples:
    """Group the units by their number of neighbours, and find the samples that hold them.

    Parameters
    ----------
    ids : ndarray of int32
        Samples (column, sample).
    counts : ndarray of int
        Number of neighbours of the units to rank (unit) [1]; 0 for the others.
    """
    if not counts.any():
        return Samples(ids, ())
    _, sample, held = find_units(ids, counts)
    k_held = counts[held]
    groups = []
    for k in np.flatnonzero(np.bincount(counts)):
        if k:
            found = np.flatnonzero(k_held == k)
            units, at = np.flatnonzero(counts == k), sample[found]
            groups.append(Group(int(k), units, at, held[found], ids[k, at]))
    return Samples(ids, tuple(groups))


def count_ranks(
    deviations: NDArray[np.float64],
    lags: NDArray[np.float64],
    samples: Samples,
    at_least: NDArray[np.int64],
    at_most: NDArray[np.int64],
) -> None:
    """Add the counts of one slice (unit), in place.

    Parameters
    ----------
    deviations, lags : ndarray
        Deviations from the mean and the sums of neighbours (unit), any unit of measure.
    samples : Samples
        The samples and the groups of units to rank.
    at_least, at_most : ndarray of int
        Number of samples whose sum is at least, and at most, the observed one (unit) [1].
    """
    sums = np.zeros(samples.ids.shape[1])
    largest = max(deviations.max(), -deviations.min())
    read = 0
    for group in samples.groups:  # k ascending: each group adds columns to the sums of the one before
        for column in samples.ids[read : group.k]:
            sums += deviations.take(column)
        read = group.k
        tolerance = TIE_TOLERANCE * largest * group.k
        _rank(lags, np.sort(sums), group.units, tolerance, at_least, at_most)
        _correct(deviations, lags, sums, group, tolerance, at_least, at_most)


def _rank(
    lags: NDArray[np.float64],
    ranked: NDArray[np.float64],
    units: NDArray[np.intp],
    tolerance: float,
    at_least: NDArray[np.int64],
    at_most: NDArray[np.int64],
) -> None:
    """Add the ranks of the observed sums among the sorted ones, in place."""
    lag = lags[units]
    order = np.argsort(lag)  # ascending queries keep the binary search in the cache
    units, lag = units[order], lag[order]
    below = np.searchsorted(ranked, lag - tolerance, side="left")
    upto = below.copy()
    tied = np.flatnonzero(ranked.take(below, mode="clip") <= lag + tolerance)
    upto[tied] = np.searchsorted(ranked, lag[tied] + tolerance, side="right")
    at_least[units] += ranked.size - below
    at_most[units] += upto


def _correct(
    deviations: NDArray[np.float64],
    lags: NDArray[np.float64],
    sums: NDArray[np.float64],
    group: Group,
    tolerance: float,
    at_least: NDArray[np.int64],
    at_most: NDArray[np.int64],
) -> None:
    """Replace a unit that its own sample holds by the spare id, and move the counts accordingly, in place."""
    before = sums.take(group.sample)
    after = before - deviations.take(group.held) + deviations.take(group.spare)
    lag = lags.take(group.held)
    lower, upper = lag - tolerance, lag + tolerance
    for total, was, now in (
        (at_least, before >= lower, after >= lower),
        (at_most, before <= upper, after <= upper),
    ):
        moved = np.flatnonzero(was != now)
        np.add.at(total, group.held[moved], np.where(now[moved], 1, -1))
