"""Neighbour lists as plain arrays, sorted by unit id: what the statistics compute on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from libpysal.graph import Graph
from numpy.typing import NDArray

from ecocomp.space.labels import canonical_order
from ecocomp.space.links import links_of

__all__ = ["Neighbours", "lag_sums", "linked", "neighbours_of", "within"]


@dataclass(frozen=True)
class Neighbours:
    """The neighbours of n units: those of unit i stand in ``members[starts[i]:starts[i + 1]]``, ascending."""

    starts: NDArray[np.int64]
    members: NDArray[np.int64]

    @property
    def counts(self) -> NDArray[np.int64]:
        """Number of neighbours of each unit (unit)."""
        return np.diff(self.starts)

    @property
    def focal(self) -> NDArray[np.int64]:
        """Unit from which each link starts (link)."""
        return np.repeat(np.arange(self.starts.size - 1), self.counts)


def neighbours_of(graph: Graph) -> tuple[pd.Index, Neighbours]:
    """Return the units of a graph in canonical order, and their neighbours as positions in it.

    Parameters
    ----------
    graph : libpysal.graph.Graph
        The weights of one unit's neighbours must be equal (binary, row-standardised, k-nearest).

    Returns
    -------
    tuple of pd.Index and Neighbours
        Unit ids sorted (unit), and the lists.

    Raises
    ------
    ValueError
        If weights within a row differ or are negative, or a unit is its own neighbour; naming the unit.
    """
    units = graph.unique_ids
    pairs, weights = links_of(graph)
    itself = pairs[:, 0] == pairs[:, 1]
    if itself.any():
        raise ValueError(f"unit {units[pairs[itself][0, 0]]!r} is its own neighbour: remove links to itself")
    first = np.searchsorted(pairs[:, 0], pairs[:, 0])
    unequal = (weights <= 0) | (np.abs(weights - weights[first]) > 1e-9 * weights[first])
    if unequal.any():
        raise ValueError(
            f"the neighbours of unit {units[pairs[unequal][0, 0]]!r} have unequal or negative weights: "
            "use a binary graph, e.g. graph.transform('B')"
        )
    order = canonical_order(units)
    position = np.empty(len(units), dtype=np.int64)
    position[order] = np.arange(len(units))
    return units[order], _from_pairs(position[pairs[:, 0]], position[pairs[:, 1]], len(units))


def within(neighbours: Neighbours, kept: NDArray[np.bool_]) -> Neighbours:
    """Return the links between kept units, renumbered to the kept units."""
    if kept.all():
        return neighbours
    number = np.cumsum(kept) - 1
    focal, members = neighbours.focal, neighbours.members
    both = kept[focal] & kept[members]
    return _from_pairs(number[focal[both]], number[members[both]], int(kept.sum()))


def linked(neighbours: Neighbours) -> NDArray[np.bool_]:
    """Tell which units have a neighbour or are one (unit)."""
    result = neighbours.counts > 0
    result[neighbours.members] = True
    return result


def lag_sums(values: NDArray[np.float64], neighbours: Neighbours) -> NDArray[np.float64]:
    """Return the sum of each unit's neighbours (slice, unit); 0 where there are none.

    Parameters
    ----------
    values : ndarray
        Values (slice, unit), any unit of measure.
    neighbours : Neighbours
        Lists of the same units.
    """
    sums = np.zeros_like(values)
    some = np.flatnonzero(neighbours.counts)
    if some.size:
        for row, total in zip(values, sums, strict=True):  # row by row: a batch gives the bits of its slices
            total[some] = np.add.reduceat(row[neighbours.members], neighbours.starts[some])
    return sums


def _from_pairs(focal: NDArray[np.int64], members: NDArray[np.int64], size: int) -> Neighbours:
    keys = focal * size + members
    if (np.diff(keys) < 0).any():
        members = members[np.argsort(keys)]
    starts = np.zeros(size + 1, dtype=np.int64)
    np.cumsum(np.bincount(focal, minlength=size), out=starts[1:])
    return Neighbours(starts, members)
