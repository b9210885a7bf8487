"""Sums of shared samples for every unit of its own: units whose neighbours have unequal weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecocomp.space.neighbours import Neighbours, relative_weights
from ecocomp.space.ranks import TIE_TOLERANCE, find_units

__all__ = ["Blocks", "blocks_of", "count_streams"]

UNITS_AT_ONCE = 128
SAMPLES_AT_ONCE = 240
"""The sums of a block take 240 KiB, which a cache holds, and its counts of samples fit into 8 bits."""


@dataclass(frozen=True)
class Blocks:
    """Units by ascending number of neighbours, and their weights in blocks (column, unit) filled up with 0.

    ``counts`` (unit) are those of all units, 0 for units that are in no block; ``places`` (unit) tells where
    a unit stands among ``units``; ``totals`` are the sums of weights, aligned with ``units`` [1].
    """

    units: NDArray[np.intp]
    counts: NDArray[np.int64]
    places: NDArray[np.intp]
    totals: NDArray[np.float64]
    weights: tuple[NDArray[np.float64], ...]


def blocks_of(neighbours: Neighbours, chosen: NDArray[np.bool_]) -> Blocks:
    """Return the blocks of the chosen units.

    Parameters
    ----------
    neighbours : Neighbours
        Lists with their weights.
    chosen : ndarray of bool
        Units that are in a block (unit); at least one.
    """
    counts = np.where(chosen, neighbours.counts, 0)
    units = np.flatnonzero(chosen)
    units = units[np.argsort(counts[units], kind="stable")]
    places = np.zeros(chosen.size, dtype=np.intp)
    places[units] = np.arange(units.size)
    relative = relative_weights(neighbours)
    weights = []
    for start in range(0, units.size, UNITS_AT_ONCE):
        members = units[start : start + UNITS_AT_ONCE]
        columns = np.arange(counts[members[-1]])
        block = np.zeros((members.size, columns.size))
        given = columns < counts[members][:, None]
        block[given] = relative[(neighbours.starts[members][:, None] + columns)[given]]
        weights.append(np.ascontiguousarray(block.T))
    totals = np.concatenate([block.sum(axis=0) for block in weights])
    return Blocks(units, counts, places, totals, tuple(weights))


def count_streams(
    deviations: NDArray[np.float64],
    lags: NDArray[np.float64],
    ids: NDArray[np.int32],
    blocks: Blocks,
    at_least: NDArray[np.int64],
    at_most: NDArray[np.int64],
) -> None:
    """Add the counts of the units in blocks (slice, unit), in place; cost O(links · samples).

    Parameters
    ----------
    deviations, lags : ndarray
        Deviations from the mean and weighted sums of neighbours (slice, unit), any unit of measure.
    ids : ndarray of int32
        Samples (column, sample), one column more than the largest number of neighbours.
    blocks : Blocks
        Units to count, and their weights.
    at_least, at_most : ndarray of int
        Number of samples whose sum is at least, and at most, the observed one (slice, unit) [1].
    """
    columns = int(blocks.counts.max())
    for start in range(0, ids.shape[1], SAMPLES_AT_ONCE):
        part = ids[:, start : start + SAMPLES_AT_ONCE]
        finds = _finds(part, blocks)
        for row, deviation in enumerate(deviations):
            drawn = deviation[part[:columns].T]
            _count_blocks(deviation, lags[row], drawn, finds, blocks, at_least[row], at_most[row])


def _finds(
    ids: NDArray[np.int32], blocks: Blocks
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.int32]]:
    """Return place, column, sample and spare id of the units that their samples hold, by place."""
    column, sample, held = find_units(ids, blocks.counts)
    place = blocks.places[held]
    order = np.argsort(place)
    place, column, sample, held = place[order], column[order], sample[order], held[order]
    return place, column, sample, ids[blocks.counts[held], sample]


def _count_blocks(
    deviations: NDArray[np.float64],
    lags: NDArray[np.float64],
    drawn: NDArray[np.float64],
    finds: tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], NDArray[np.int32]],
    blocks: Blocks,
    at_least: NDArray[np.int64],
    at_most: NDArray[np.int64],
) -> None:
    """Add the counts of one slice for some samples, whose values are ``drawn`` (sample, column)."""
    tolerances = TIE_TOLERANCE * np.abs(deviations).max() * blocks.totals
    first = 0
    for weights in blocks.weights:
        last = first + weights.shape[1]
        units = blocks.units[first:last]
        sums = drawn[:, : len(weights)] @ weights
        here = slice(*np.searchsorted(finds[0], [first, last]))
        place, column, sample, spare = (found[here] for found in finds)
        sums[sample, place - first] += weights[column, place - first] * (
            deviations[spare] - deviations[blocks.units[place]]
        )
        lag, tolerance = lags[units], tolerances[first:last]
        at_least[units] += _count(sums >= lag - tolerance)
        at_most[units] += _count(sums <= lag + tolerance)
        first = last


def _count(flags: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return how many samples are flagged, of at most 255 (unit)."""
    counts: NDArray[np.uint8] = np.add.reduce(flags.view(np.uint8), axis=0, dtype=np.uint8)
    return counts
