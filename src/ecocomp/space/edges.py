"""Polygons that share an edge, vertex for vertex: found by sorting, without any geometry."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from ecocomp.space.links import Pairs

__all__ = ["pairs_with_a_common_edge"]

KEPT = np.uint64(3)
"""Edges whose key ends in two zero bits are compared: a quarter, the same ones in every polygon."""


MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
"""Odd, with its bits well spread."""


def pairs_with_a_common_edge(shapes: NDArray[np.object_]) -> Pairs:
    """Return pairs of polygons that have an edge with the same two end points in common.

    Every pair returned shares a boundary line. Not every pair that shares one is returned: where only a few
    edges are common, where vertices differ along the line, or where three polygons share an edge. Those want
    a geometric test, which takes a thousand times longer a pair; on maps digitised once they are few.

    Parameters
    ----------
    shapes : ndarray of shapely geometries
        Polygons in any coordinate system; other geometries have no edges here.

    Returns
    -------
    ndarray
        Positions in ``shapes`` (pair, 2), the smaller first, each pair once.
    """
    parts, part_owner = shapely.get_parts(shapes, return_index=True)
    rings, ring_owner = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    owner = part_owner[ring_owner]
    starts, keys = _edges(points, ring)
    order = np.argsort(keys)
    keys = keys[order]
    same = np.flatnonzero(keys[1:] == keys[:-1])
    one, other = starts[order[same]], starts[order[same + 1]]
    pairs = np.sort(np.column_stack([owner[ring[one]], owner[ring[other]]]), axis=1)
    apart = pairs[:, 0] != pairs[:, 1]
    pairs, one, other = pairs[apart], one[apart], other[apart]
    _, first = np.unique(pairs @ [len(shapes), 1], return_index=True)
    # keys can collide: only equal coordinates are proof
    proven = _same_edge(points, one[first], other[first])
    return np.asarray(pairs[first][proven], dtype=np.intp)


def _edges(points: NDArray[np.float64], ring: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.uint64]]:
    """Return where the compared edges start, and their keys, the same for both directions."""
    bits = np.ascontiguousarray(points).view(np.uint64)
    mixed = bits[:, 0] * MULTIPLIER
    for addend in (bits[:, 1], np.uint64(0)):  # round coordinates end in zero bits: bring the upper bits down
        mixed ^= mixed >> np.uint64(32)
        mixed += addend
        mixed *= MULTIPLIER
    mixed ^= mixed >> np.uint64(32)
    keys = mixed[1:] + mixed[:-1]
    kept = ((keys & KEPT) == 0) & (ring[1:] == ring[:-1]) & (mixed[1:] != mixed[:-1])
    starts = np.flatnonzero(kept)
    return starts, keys[starts]


def _same_edge(points: NDArray[np.float64], one: NDArray[np.intp], other: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell which edges have the same end points, in either direction."""
    along = (points[one] == points[other]) & (points[one + 1] == points[other + 1])
    against = (points[one] == points[other + 1]) & (points[one + 1] == points[other])
    return np.asarray(along.all(axis=1) | against.all(axis=1))
