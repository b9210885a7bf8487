"""Neighbour lists as plain arrays, sorted by unit id: what the statistics compute on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from libpysal.graph import Graph
from numpy.typing import NDArray

from ecocomp.space.labels import canonical_order
from ecocomp.space.portions import by_portions

__all__ = [
    "Neighbours",
    "PreparedGraph",
    "lag_sums",
    "prepare",
    "relative_weights",
    "weight_sums",
    "within",
]

EQUAL = 1e-9
"""Weights of a row closer than this, relative to the largest, are equal."""


@dataclass(frozen=True)
class Neighbours:
    """The neighbours of n units: those of unit i stand in ``members[starts[i]:starts[i + 1]]``, ascending.

    ``weights`` (link) are there only where those of some row differ. What follows from the lists is worked out once,
    for all the calls that read them.
    """

    starts: NDArray[np.int64]
    members: NDArray[np.int64]
    weights: NDArray[np.float64] | None = None

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """Number of neighbours of each unit (unit)."""
        return _fixed(np.diff(self.starts))

    @cached_property
    def linked(self) -> NDArray[np.bool_]:
        """Whether a unit has a neighbour or is one (unit)."""
        result = self.counts > 0
        if not result.all():
            result[self.members] = True
        return _fixed(result)

    @cached_property
    def uneven(self) -> NDArray[np.bool_]:
        """Whether a unit has neighbours of unequal weights (unit)."""
        if self.weights is None:
            return _fixed(np.zeros(self.starts.size - 1, dtype=np.bool_))
        return _fixed(_unequal(self.weights / _largest(self.weights, self.starts), self.starts))

    @cached_property
    def shared(self) -> NDArray[Any]:
        """How many ids of a shared sample a unit's sum under permutation takes (unit), as small whole numbers.

        0 where it takes none: without neighbours, with neighbours of unequal weights, and with all others as
        neighbours of equal weight, where every permutation gives the same sum.
        """
        counts = self.counts
        largest = int(counts.max(initial=0))
        shared = counts.astype(np.min_scalar_type(largest))
        shared[self.uneven] = 0
        if largest == counts.size - 1:
            shared[counts == largest] = 0
        return _fixed(shared)

    @cached_property
    def by_shared(self) -> tuple[NDArray[np.intp], tuple[tuple[int, slice], ...]]:
        """The units that take shared ids, by their number ascending, and where those of each number stand."""
        order = np.argsort(self.shared, kind="stable")
        counts = np.bincount(self.shared, minlength=1)
        ends = np.cumsum(counts) - counts[0]
        parts = tuple((int(k), slice(int(ends[k - 1]), int(ends[k]))) for k in np.flatnonzero(counts) if k)
        return _fixed(order[counts[0] :]), parts

    @property
    def focal(self) -> NDArray[np.int64]:
        """Unit from which each link starts (link)."""
        return np.repeat(np.arange(self.starts.size - 1), self.counts)


@dataclass(frozen=True)
class PreparedGraph:
    """A graph as the statistics read it: convert it once, and give it to many calls in the graph's place.

    ``labels`` are the unit ids as the graph has them, ``order`` the positions that sort them (unit).
    """

    labels: pd.Index
    order: NDArray[np.intp]
    neighbours: Neighbours

    @cached_property
    def coordinates(self) -> xr.Coordinates:
        """The labels as the coordinate of results (unit)."""
        return xr.Coordinates.from_xindex(xr.indexes.PandasIndex(self.labels.rename("unit"), "unit"))

    @cached_property
    def blanks(self) -> dict[tuple[str, ...], xr.Dataset]:
        """Results (unit) by the names of their arrays: a copy with new values takes a third of the time to make one."""
        return {}


def prepare(graph: Graph | PreparedGraph) -> PreparedGraph:
    """Convert a graph to what the spatial statistics compute on.

    Every statistic accepts the result in the graph's place; on large graphs the conversion costs more than a
    thousand permutations.

    Parameters
    ----------
    graph : libpysal.graph.Graph or PreparedGraph
        Weights may be equal within a row (binary, row-standardised, k-nearest) or not (distance decay,
        kernel); links of weight 0 are none. What is prepared already is returned as it is.

    Returns
    -------
    PreparedGraph
        Unit ids, their canonical order, and the neighbours as positions in it.

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or a unit is its own neighbour; naming the unit.
    """
    if isinstance(graph, PreparedGraph):
        return graph
    labels = graph.unique_ids
    adjacency = graph.adjacency
    weights = adjacency.to_numpy(dtype=np.float64)
    order = canonical_order(labels)
    rank = np.empty(len(labels), dtype=np.int64)
    rank[order] = np.arange(len(labels))
    focal, members = (
        # ranks of the levels, not of every row, keep this cheap on large graphs
        rank[labels.get_indexer(level)][np.asarray(codes)]
        for level, codes in zip(adjacency.index.levels, adjacency.index.codes, strict=True)
    )
    unusable = ~(weights >= 0) | np.isinf(weights)
    if unusable.any():
        unit = labels[order[focal[unusable.argmax()]]]
        raise ValueError(f"unit {unit!r} has negative, missing or infinite weights: weights must be 0 or more")
    present = weights > 0
    if not present.all():  # isolates are held as a link of weight 0 to themselves
        focal, members, weights = focal[present], members[present], weights[present]
    itself = focal == members
    if itself.any():
        unit = labels[order[focal[itself.argmax()]]]
        raise ValueError(f"unit {unit!r} is its own neighbour: remove links to itself")
    return PreparedGraph(labels, order, _lists(focal, members, weights, len(labels)))


def within(neighbours: Neighbours, kept: NDArray[np.bool_]) -> Neighbours:
    """Return the links between kept units, renumbered to the kept units."""
    if kept.all():
        return neighbours
    number = np.cumsum(kept) - 1
    focal, members = neighbours.focal, neighbours.members
    both = kept[focal] & kept[members]
    weights = None if neighbours.weights is None else neighbours.weights[both]
    return _from_pairs(number[focal[both]], number[members[both]], weights, int(kept.sum()))


def relative_weights(neighbours: Neighbours) -> NDArray[np.float64]:
    """Return the weights (link) over the largest of their row [1]; exactly 1 where those of a row are equal."""
    if neighbours.weights is None:
        return np.ones(neighbours.members.size)
    weights = neighbours.weights / _largest(neighbours.weights, neighbours.starts)
    weights[~np.repeat(_unequal(weights, neighbours.starts), neighbours.counts)] = 1.0
    return weights


def weight_sums(neighbours: Neighbours, power: int = 1) -> NDArray[np.float64]:
    """Return the sum of a power of each unit's relative weights (unit) [1]: the count where they are equal."""
    if neighbours.weights is None:
        return neighbours.counts.astype(np.float64)
    ones = Neighbours(neighbours.starts, np.arange(neighbours.members.size))
    sums: NDArray[np.float64] = lag_sums((relative_weights(neighbours) ** power)[None], ones)[0]
    return sums


def lag_sums(values: NDArray[np.float64], neighbours: Neighbours) -> NDArray[np.float64]:
    """Return the sum of each unit's neighbours by relative weight (slice, unit); 0 where there are none.

    Parameters
    ----------
    values : ndarray
        Values (slice, unit), any unit of measure.
    neighbours : Neighbours
        Lists of the same units.
    """
    size = neighbours.starts.size - 1
    sums = np.zeros((len(values), size))
    weights = None if neighbours.weights is None else relative_weights(neighbours)
    alone = bool((neighbours.counts == 0).any())

    def add_up(units: slice) -> None:
        starts = neighbours.starts[units]
        links = slice(starts[0], neighbours.starts[units.stop])
        # the sums of units without neighbours stay 0
        with_some: Any = neighbours.counts[units].nonzero()[0] if alone else slice(None)
        starts = starts[with_some] - starts[0]
        if starts.size:
            for row, total in zip(values, sums, strict=True):  # row by row: a batch gives the bits of its slices
                terms = row.take(neighbours.members[links])
                if weights is not None:
                    terms *= weights[links]
                total[units][with_some] = np.add.reduceat(terms, starts)

    by_portions(size, add_up)
    return sums


def _fixed(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array that is kept, safe from being written on."""
    array.flags.writeable = False
    return array


def _lists(focal: NDArray[np.int64], members: NDArray[np.int64], weights: NDArray[np.float64], size: int) -> Neighbours:
    """Return the lists, without weights where those of each row are equal."""
    lists = _from_pairs(focal, members, weights, size)
    if weights.size == 0 or weights.min() == weights.max() or not lists.uneven.any():
        return replace(lists, weights=None)
    return lists


def _from_pairs(
    focal: NDArray[np.int64], members: NDArray[np.int64], weights: NDArray[np.float64] | None, size: int
) -> Neighbours:
    keys = focal * size + members
    if (keys[1:] < keys[:-1]).any():  # as graphs mostly are not; sorting costs more than the rest
        order = np.argsort(keys)
        members = members[order]
        weights = None if weights is None else weights[order]
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(focal, minlength=size), out=starts[1:])
    return Neighbours(starts, members, weights)


def _largest(weights: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the largest weight of each link's row (link)."""
    counts = np.diff(starts)
    some = counts > 0
    if not some.any():
        return np.empty(0)
    largest: NDArray[np.float64] = np.maximum.reduceat(weights, starts[:-1][some])
    return np.repeat(largest, counts[some])


def _unequal(relative: NDArray[np.float64], starts: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which rows have weights that differ from their largest, 1 (unit)."""
    result = np.zeros(starts.size - 1, dtype=np.bool_)
    some = np.diff(starts) > 0
    if some.any():
        result[some] = np.minimum.reduceat(relative, starts[:-1][some]) < 1 - EQUAL
    return result
