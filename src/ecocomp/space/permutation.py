"""Conditional permutation of spatial lags, exact, with one shared set of samples.

A unit's lag under the null depends only on its number of neighbours k and on leaving the unit itself out. So
one set of ordered samples serves all units: the first k columns are the neighbours drawn for a unit with k of
them. A sample that holds the unit itself is corrected, not dropped: the unit is replaced by the id in column
k. Given that the unit stands among the first k of k + 1 distinct ids drawn at random, what remains is a
uniform k-subset of the other units; and where it does not, the first k are one. Every unit keeps all its
permutations, for any k < n.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecocomp.space.neighbours import Neighbours, lag_sums

__all__ = ["draw_distinct", "exceedances"]

ENTRIES_AT_ONCE = 2**24
"""Largest number of ids held at once: 64 MiB as int32."""

TIE_TOLERANCE = 1e-12
"""Sums closer than this, relative to the largest sum possible, are ties; rounding is far smaller."""


@dataclass(frozen=True)
class Group:
    """The units with k neighbours, and the samples whose first k ids hold one of them."""

    k: int
    units: NDArray[np.intp]
    sample: NDArray[np.intp]
    held: NDArray[np.int32]
    spare: NDArray[np.int32]


@dataclass(frozen=True)
class Samples:
    """Ids drawn at random (column, sample), and the groups that read them."""

    ids: NDArray[np.int32]
    groups: tuple[Group, ...]


def exceedances(
    deviations: NDArray[np.float64],
    neighbours: Neighbours,
    permutations: int,
    generator: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the conditional permutations whose lag is at least, and at most, the observed one.

    For unit i with k neighbours, the lag of a permutation is the sum over k units drawn without replacement
    from all but i; ties (within 1e-12 of the largest sum possible) count on both sides. Source: Anselin
    (1995), Geographical Analysis 27, 93-115, for the conditional permutation.

    The ids are drawn once for all slices. They take permutations · (k_max + 1) · 4 bytes, and never more than
    64 MiB at once: longer series are drawn in portions, whose counts add up.

    Parameters
    ----------
    deviations : ndarray
        Deviations from the mean (slice, unit), any unit of measure; all units are in the pool of the null.
    neighbours : Neighbours
        Lists of the same units.
    permutations : int
        Number of permutations [1].
    generator : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    tuple of two ndarrays of int
        Counts of at least and at most (slice, unit) [1]; ``permutations`` where a unit has no neighbour, or
        all other units as neighbours: then every permutation gives the observed sum.
    """
    at_least = np.zeros(deviations.shape, dtype=np.int64)
    at_most = np.zeros(deviations.shape, dtype=np.int64)
    lags = lag_sums(deviations, neighbours)
    counts = neighbours.counts
    settled = (counts == 0) | (counts == counts.size - 1)
    at_least[:, settled] = at_most[:, settled] = permutations
    open_counts = np.where(settled, 0, counts)
    if not open_counts.any():
        return at_least, at_most
    for size in _portions(permutations, int(open_counts.max()) + 1):
        samples = _draw_samples(open_counts, size, generator)
        for row in range(len(deviations)):
            _count(deviations[row], lags[row], samples, at_least[row], at_most[row])
    return at_least, at_most


def draw_distinct(size: int, columns: int, samples: int, generator: np.random.Generator) -> NDArray[np.int32]:
    """Draw ordered samples of distinct ids, every ordered tuple equally likely.

    Parameters
    ----------
    size : int
        Number of ids to draw from [1].
    columns : int
        Number of ids in a sample [1], at most ``size``.
    samples : int
        Number of samples [1].
    generator : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    ndarray of int32
        Ids from 0 to size − 1 (column, sample).

    Raises
    ------
    ValueError
        If more ids are asked for than there are.
    """
    if columns > size:
        raise ValueError(f"cannot draw {columns} distinct ids from {size}")
    if 2 * columns <= size and columns**2 <= 8 * size:  # few collisions, and cheaper than arrays of all ids
        return _draw_by_rejection(size, columns, samples, generator)
    portion = max(1, ENTRIES_AT_ONCE // (4 * size))
    parts = [
        _draw_by_shuffling(size, columns, min(portion, samples - start), generator)
        for start in range(0, samples, portion)
    ]
    return np.concatenate(parts, axis=1)


def _draw_by_rejection(size: int, columns: int, samples: int, generator: np.random.Generator) -> NDArray[np.int32]:
    """Draw column by column; an id that its sample already holds is drawn again."""
    ids = generator.integers(0, size, (columns, samples), dtype=np.int32)
    for column in range(1, columns):
        repeated = np.zeros(samples, dtype=np.bool_)
        for earlier in range(column):
            repeated |= ids[earlier] == ids[column]
        where = np.flatnonzero(repeated)
        while where.size:
            ids[column, where] = generator.integers(0, size, where.size, dtype=np.int32)
            where = where[(ids[:column, where] == ids[column, where]).any(axis=0)]
    return ids


def _draw_by_shuffling(size: int, columns: int, samples: int, generator: np.random.Generator) -> NDArray[np.int32]:
    """Run the first steps of a Fisher-Yates shuffle of all ids, for every sample at a time."""
    ids = np.repeat(np.arange(size, dtype=np.int32)[:, None], samples, axis=1)
    every = np.arange(samples)
    for column in range(columns):
        chosen = generator.integers(column, size, samples)
        picked = ids[chosen, every]
        ids[chosen, every] = ids[column]
        ids[column] = picked
    return ids[:columns]


def _portions(permutations: int, columns: int) -> Iterator[int]:
    """Yield the sizes of the portions in which samples are drawn."""
    portion = max(1, ENTRIES_AT_ONCE // columns)
    for start in range(0, permutations, portion):
        yield min(portion, permutations - start)


def _draw_samples(counts: NDArray[np.int64], samples: int, generator: np.random.Generator) -> Samples:
    """Draw the ids, and find where a sample holds a unit among the ids that the unit would read."""
    ids = draw_distinct(counts.size, int(counts.max()) + 1, samples, generator)
    groups = []
    for k in np.unique(counts[counts > 0]):
        member = counts == k
        column, sample = np.nonzero(member[ids[:k]])
        groups.append(Group(int(k), np.flatnonzero(member), sample, ids[column, sample], ids[k, sample]))
    return Samples(ids, tuple(groups))


def _count(
    deviations: NDArray[np.float64],
    lags: NDArray[np.float64],
    samples: Samples,
    at_least: NDArray[np.int64],
    at_most: NDArray[np.int64],
) -> None:
    """Add the counts of one slice, in place."""
    sums = np.zeros(samples.ids.shape[1])
    largest = np.abs(deviations).max()
    read = 0
    for group in samples.groups:  # k ascending: each group adds columns to the sums of the one before
        for column in samples.ids[read : group.k]:
            sums += deviations[column]
        read = group.k
        tolerance = TIE_TOLERANCE * largest * group.k
        # ascending queries keep the binary search in the cache
        units = group.units[np.argsort(lags[group.units])]
        ranked = np.sort(sums)
        at_least[units] += sums.size - np.searchsorted(ranked, lags[units] - tolerance, side="left")
        at_most[units] += np.searchsorted(ranked, lags[units] + tolerance, side="right")
        _correct(deviations, lags, sums, group, tolerance, at_least, at_most)


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
    before = sums[group.sample]
    after = before - deviations[group.held] + deviations[group.spare]
    lower, upper = lags[group.held] - tolerance, lags[group.held] + tolerance
    for total, was, now in (
        (at_least, before >= lower, after >= lower),
        (at_most, before <= upper, after <= upper),
    ):
        total += np.bincount(group.held[now & ~was], minlength=total.size)
        total -= np.bincount(group.held[was & ~now], minlength=total.size)
