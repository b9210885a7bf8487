"""Conditional permutation of spatial lags, exact, with one shared set of samples.

A unit's lag under the null depends only on its weights, so with equal weights on its number of neighbours k,
and on leaving the unit itself out. So one set of ordered samples serves all units: the first k columns are the
neighbours drawn for a unit with k of them. A sample that holds the unit itself is corrected, not dropped: the
unit is replaced, where it stands, by the id in column k. Given that the unit stands among the first k of k + 1
distinct ids drawn at random, what remains is a uniform ordered k-tuple of the other units; and where it does
not, the first k are one. Every unit keeps all its permutations, for any k < n.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ecocomp.space.neighbours import Neighbours, lag_sums, within
from ecocomp.space.ranks import TIE_TOLERANCE, Samples, count_ranks, index_samples
from ecocomp.space.streams import Blocks, blocks_of, count_streams

__all__ = ["TIE_TOLERANCE", "draw_distinct", "exceedances", "tail_counts"]

ENTRIES_AT_ONCE = 2**22
"""Largest number of ids held at once: 16 MiB as int32, and up to 5 times that to find units in them."""


def tail_counts(
    deviations: NDArray[np.float64],
    lags: NDArray[np.float64],
    neighbours: Neighbours,
    permutations: int,
    generator: np.random.Generator,
) -> NDArray[np.int64]:
    """Count the conditional permutations in the smaller tail, drawn from the units that are linked.

    Parameters
    ----------
    deviations, lags : ndarray
        Deviations from the mean, and their :func:`~ecocomp.space.neighbours.lag_sums` (slice, unit), any unit
        of measure.
    neighbours : Neighbours
        Lists of the same units.
    permutations : int
        Number of permutations [1].
    generator : numpy.random.Generator
        Source of the draws.

    Returns
    -------
    ndarray of int
        min(#≥, #≤) (slice, unit) [1]; −1 for units without neighbours. Units that neither have a neighbour
        nor are one are not drawn.
    """
    pool = neighbours.linked
    if pool.all():
        counts = np.minimum(*_exceedances(deviations, lags, neighbours, permutations, generator))
    else:
        counts = np.zeros(deviations.shape, dtype=np.int64)
        drawn, kept = np.ascontiguousarray(deviations[:, pool]), within(neighbours, pool)
        counts[:, pool] = np.minimum(*_exceedances(drawn, lags[:, pool], kept, permutations, generator))
    counts[:, neighbours.counts == 0] = -1
    return counts


def exceedances(
    deviations: NDArray[np.float64],
    neighbours: Neighbours,
    permutations: int,
    generator: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Count the conditional permutations whose lag is at least, and at most, the observed one.

    For unit i with k neighbours, the lag of a permutation is the sum, by the weights of the unit, over k units
    drawn without replacement from all but i; ties (within 1e-12 of the largest sum possible) count on both
    sides. Source: Anselin (1995), Geographical Analysis 27, 93-115, for the conditional permutation.

    Units whose neighbours have equal weights are ranked among sorted sums, the others meet every sum of their
    own; both read the same samples, drawn once for all slices. They take permutations · (k_max + 1) · 4 bytes,
    and never more than 16 MiB at once: longer series are drawn in portions, whose counts add up.

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
        all other units as neighbours of equal weight: then every permutation gives the observed sum.
    """
    return _exceedances(deviations, lag_sums(deviations, neighbours), neighbours, permutations, generator)


def _exceedances(
    deviations: NDArray[np.float64],
    lags: NDArray[np.float64],
    neighbours: Neighbours,
    permutations: int,
    generator: np.random.Generator,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    at_least, at_most = (np.zeros(deviations.shape, dtype=np.int64) for _ in range(2))
    shared, streamed = neighbours.shared, neighbours.uneven
    settled = (shared == 0) & ~streamed
    if settled.any():
        at_least[:, settled] = at_most[:, settled] = permutations
    blocks = blocks_of(neighbours, streamed) if streamed.any() else None
    columns = 1 + max(int(shared.max(initial=0)), 0 if blocks is None else int(blocks.counts.max()))
    if columns == 1:
        return at_least, at_most
    for size in _portions(permutations, columns):
        ids = draw_distinct(shared.size, columns, size, generator)
        _count(deviations, lags, index_samples(ids, neighbours), blocks, at_least, at_most)
    return at_least, at_most


def _count(
    deviations: NDArray[np.float64],
    lags: NDArray[np.float64],
    samples: Samples,
    blocks: Blocks | None,
    at_least: NDArray[np.int64],
    at_most: NDArray[np.int64],
) -> None:
    """Add the counts of all slices, in place."""
    if samples.groups:
        for row, totals in enumerate(zip(at_least, at_most, strict=True)):
            count_ranks(deviations[row], lags[row], samples, *totals)
    if blocks is not None:
        count_streams(deviations, lags, samples.ids, blocks, at_least, at_most)


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
        drawn, own = ids[:column], ids[column]
        where = np.logical_or.reduce(drawn == own).nonzero()[0]
        while where.size:
            own[where] = again = generator.integers(0, size, where.size, dtype=np.int32)
            where = where[np.logical_or.reduce(drawn.take(where, axis=1) == again)]
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
