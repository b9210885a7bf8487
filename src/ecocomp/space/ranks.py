"""Ranks of observed sums among the sums of shared samples: units whose neighbours have equal weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecocomp.space.neighbours import Neighbours
from ecocomp.space.places import tabulate, worth_a_table
from ecocomp.space.portions import by_portions

__all__ = ["TIE_TOLERANCE", "Samples", "count_ranks", "find_units", "index_samples"]

TIE_TOLERANCE = 1e-12
"""Sums closer than this, relative to the largest sum possible, are ties; rounding is far smaller."""

FEW_SUMS = 2**12
"""Up to so many sums are sorted before anything better could begin."""
FEW_UNITS = 64
"""Up to so many observed sums are searched for in any order: to sort them takes longer than it saves."""
FINDS_AT_ONCE = 2**15


@dataclass(frozen=True)
class Samples:
    """Ids drawn at random, and where a sample holds a unit among the ids that the unit's own sum takes.

    Attributes
    ----------
    ids
        The samples (column, sample).
    units
        The units whose sums take ids, by the number k of ids.
    groups
        Each k, ascending, and where its units and its finds stand.
    sample, held, spare, taken
        Of each find, ordered by group: the sample, the unit, the id in the sample's column k, and k (find).
    """

    ids: NDArray[np.int32]
    units: NDArray[np.intp]
    groups: tuple[tuple[int, slice, slice], ...]
    sample: NDArray[np.intp]
    held: NDArray[np.int32]
    spare: NDArray[np.int32]
    taken: NDArray[Any]


def find_units(
    ids: NDArray[np.int32], taken: NDArray[Any]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int32]]:
    """Find where a sample holds a unit among the ids that the unit's sum takes.

    Parameters
    ----------
    ids : ndarray of int32
        Samples (column, sample).
    taken : ndarray of int
        Number of ids that each unit's sum takes (unit) [1]; 0 for units not asked about.

    Returns
    -------
    tuple of three ndarrays
        Column, sample, and unit (find).
    """
    columns, samples = int(taken.max()), ids.shape[1]
    small = taken.astype(np.min_scalar_type(columns), copy=False)  # small numbers stay in the cache
    finds = (small.take(ids[:columns]) > np.arange(columns, dtype=small.dtype)[:, None]).ravel().nonzero()[0]
    ends = np.searchsorted(finds, np.arange(columns + 1) * samples)
    column = np.repeat(np.arange(columns), np.diff(ends))
    return column, finds - column * samples, ids.ravel().take(finds)


def index_samples(ids: NDArray[np.int32], neighbours: Neighbours) -> Samples:
    """Find the samples that hold the units which read them, by the number of ids that a unit's sum takes.

    Parameters
    ----------
    ids : ndarray of int32
        Samples (column, sample).
    neighbours : Neighbours
        Lists of the units.
    """
    _, sample, held = find_units(ids, neighbours.shared)
    taken = neighbours.shared.take(held)
    order = np.argsort(taken, kind="stable")  # of small whole numbers: by radix
    sample, held, taken = sample.take(order), held.take(order), taken.take(order)
    units, parts = neighbours.by_shared
    ends = [0, *np.searchsorted(taken, [k for k, _ in parts], side="right")]
    groups = tuple((k, part, slice(*ends[i : i + 2])) for i, (k, part) in enumerate(parts))
    spare = ids.ravel().take(taken * np.intp(ids.shape[1]) + sample)
    return Samples(ids, units, groups, sample, held, spare, taken)


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
    sums, before = np.zeros(samples.ids.shape[1]), np.empty(samples.held.size)
    tolerance = TIE_TOLERANCE * max(deviations.max(), -deviations.min())
    lag, read = lags.take(samples.units), 0
    below, upto = np.empty(lag.size, dtype=np.intp), np.empty(lag.size, dtype=np.intp)
    for k, units, finds in samples.groups:  # k ascending: each group adds columns to the sums of the one before
        for column in samples.ids[read:k]:
            sums += deviations.take(column)
        _rank(lag[units], sums, tolerance * k, below[units], upto[units])
        before[finds] = sums.take(samples.sample[finds])
        read = k
    at_least[samples.units] += sums.size - below
    at_most[samples.units] += upto
    for start in range(0, before.size, FINDS_AT_ONCE):
        _correct(deviations, lags, before, samples, slice(start, start + FINDS_AT_ONCE), tolerance, at_least, at_most)


def _rank(
    lag: NDArray[np.float64],
    sums: NDArray[np.float64],
    tolerance: float,
    below: NDArray[np.intp],
    upto: NDArray[np.intp],
) -> None:
    """Write how many sums (sample) are below each observed one, and how many not above it (unit), ties in between."""
    if worth_a_table(sums.size, lag.size):
        table = tabulate(np.sort(sums), lag.size)

        def rank(units: slice) -> None:
            below[units] = table.places(lag[units] - tolerance, "left")
            upto[units] = table.places(lag[units] + tolerance, "right")

        by_portions(lag.size, rank)
    elif sums.size > FEW_SUMS and worth_a_table(2 * lag.size, sums.size):
        below[:], upto[:] = _counts_between(sums, lag - tolerance, lag + tolerance)
    elif lag.size <= FEW_UNITS:
        ranked = np.sort(sums)
        below[:] = ranked.searchsorted(lag - tolerance, "left")
        upto[:] = ranked.searchsorted(lag + tolerance, "right")
    else:
        order = lag.argsort()  # ascending queries keep the binary search in the cache
        ascending, ranked = lag[order], np.sort(sums)
        lower = ranked.searchsorted(ascending - tolerance, "left")
        below[order] = lower
        tied = (ranked.take(lower, mode="clip") <= ascending + tolerance).nonzero()[0]
        lower[tied] = ranked.searchsorted(ascending[tied] + tolerance, "right")
        upto[order] = lower


def _counts_between(
    sums: NDArray[np.float64], lower: NDArray[np.float64], upper: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return how many sums (sample) are below each lower end, and how many not above each upper end (unit).

    Placing every sum among the ends of a few units, and counting, takes less than to sort the sums.
    """
    ends = np.concatenate([lower, np.nextafter(upper, np.inf)])
    order = np.argsort(ends)
    table = tabulate(ends[order], sums.size)
    upto = np.cumsum(np.bincount(table.places(sums, "right"), minlength=ends.size))
    counts = np.empty(ends.size, dtype=np.intp)
    counts[order] = upto[: ends.size]
    return counts[: lower.size], counts[lower.size :]


def _correct(
    deviations: NDArray[np.float64],
    lags: NDArray[np.float64],
    before: NDArray[np.float64],
    samples: Samples,
    part: slice,
    tolerance: float,
    at_least: NDArray[np.int64],
    at_most: NDArray[np.int64],
) -> None:
    """Replace a unit that its own sample holds by the spare id, and move the counts accordingly, in place.

    ``before`` are the sums of the samples as drawn (find), of which a part is done.
    """
    held, was = samples.held[part], before[part]
    now = was - deviations.take(held) + deviations.take(samples.spare[part])
    lag, tolerances = lags.take(held), tolerance * samples.taken[part]
    for total, change in (
        (at_least, (now >= (lower := lag - tolerances)).view(np.int8) - (was >= lower).view(np.int8)),
        (at_most, (now <= (upper := lag + tolerances)).view(np.int8) - (was <= upper).view(np.int8)),
    ):
        moved = change.nonzero()[0]
        np.add.at(total, held[moved].astype(np.intp), change[moved].astype(np.int64))
