"""Links between units as pairs of positions: to and from libpysal's Graph, and units without any."""

from __future__ import annotations

from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from libpysal.graph import Graph
from numpy.typing import NDArray
from shapely import STRtree

from ecocomp.issues import DataError, Issue
from ecocomp.space.labels import canonical_order
from ecocomp.space.metric import equal_area_crs

__all__ = ["IsolatePolicy", "Pairs", "apply_isolate_policy", "graph_of", "links_of"]

IsolatePolicy = Literal["nearest", "drop", "error"]
Pairs = NDArray[np.intp]
"""Directed links (link, 2): position of the unit, position of its neighbour."""


def links_of(graph: Graph) -> tuple[Pairs, NDArray[np.float64]]:
    """Return the links of a graph with a weight other than zero, and these weights.

    Positions count along ``graph.unique_ids``; links are sorted by unit, then by neighbour.
    """
    adjacency = graph.adjacency
    pairs = np.column_stack(
        [
            # looking up the levels, not every row, keeps this cheap on large graphs
            graph.unique_ids.get_indexer(level)[np.asarray(codes)]
            for level, codes in zip(adjacency.index.levels, adjacency.index.codes, strict=True)
        ]
    )
    weights = adjacency.to_numpy(dtype=np.float64)
    pairs, weights = pairs[weights != 0], weights[weights != 0]
    keys = pairs[:, 0] * len(graph.unique_ids) + pairs[:, 1]
    if (np.diff(keys) > 0).all():  # as graphs mostly are; sorting costs more than the rest
        return pairs, weights
    order = np.argsort(keys, kind="stable")
    return pairs[order], weights[order]


def graph_of(pairs: Pairs, units: pd.Index) -> Graph:
    """Return the binary graph of some links, in the order of ``units``; units without links are isolates.

    Parameters
    ----------
    pairs : ndarray
        Directed links (link, 2) as positions in ``units``; repeated ones count once.
    units : pd.Index
        Unit ids (unit).

    Returns
    -------
    libpysal.graph.Graph
        Weights 1; isolates are held as libpysal holds them, as a link of weight 0 to themselves.
    """
    size = len(units)
    pairs = np.asarray(pairs, dtype=np.int64)  # the keys below exceed 32 bits from 46,341 units on
    lonely = np.setdiff1d(np.arange(size), pairs[:, 0])
    keys = np.unique(np.concatenate([pairs[:, 0] * size + pairs[:, 1], lonely * size + lonely]))
    focal, neighbour = np.divmod(keys, size)
    levels: Any = [units, units]  # the stubs know lists only
    codes: Any = [focal, neighbour]
    index = pd.MultiIndex(levels=levels, codes=codes, names=["focal", "neighbor"])
    weight = np.where(focal == neighbour, 0, 1)
    return Graph(pd.Series(weight, index=index, name="weight"), transformation="B", is_sorted=True)


def apply_isolate_policy(pairs: Pairs, geometry: gpd.GeoDataFrame, isolates: IsolatePolicy) -> Pairs:
    """Return the links after units without neighbours have been linked, left, or refused.

    Parameters
    ----------
    pairs : ndarray
        Directed links (link, 2) as positions in ``geometry``.
    geometry : GeoDataFrame
        Polygons (unit) with a coordinate system.
    isolates : {"nearest", "drop", "error"}
        ``nearest`` links each to the unit whose boundary is nearest (the smallest id where several are), both
        ways; a unit alone on its map stays as it is. ``drop`` leaves them as isolates of the graph.

    Returns
    -------
    ndarray
        Directed links (link, 2).

    Raises
    ------
    DataError
        Under ``error``, with one issue for every unit without neighbours.
    ValueError
        If the policy is unknown.
    """
    lonely = np.setdiff1d(np.arange(len(geometry)), pairs[:, 0])
    if isolates not in ("nearest", "drop", "error"):
        raise ValueError(f"isolates must be 'nearest', 'drop' or 'error', not {isolates!r}")
    if isolates == "drop" or lonely.size == 0:
        return pairs
    if isolates == "error":
        raise DataError([_isolate_issue(unit) for unit in geometry.index[lonely]])
    added = _nearest(lonely, geometry)
    return np.concatenate([pairs, added, added[:, ::-1]])


def _isolate_issue(unit: object) -> Issue:
    return Issue(
        severity="error",
        code="isolate",
        message="the unit has no neighbour",
        remedy="widen the neighbourhood (snap, or distance_km), or set isolates to 'nearest' or 'drop'",
        unit=str(unit),
    )


def _nearest(lonely: Pairs, geometry: gpd.GeoDataFrame) -> Pairs:
    """Return a link from each lonely unit to its nearest one."""
    shapes = geometry.geometry.to_crs(equal_area_crs(geometry)).to_numpy()
    # exclusive: a unit is not its own nearest one
    row, found = STRtree(shapes).query_nearest(shapes[lonely], exclusive=True)
    rank = np.empty(len(geometry), dtype=np.intp)
    rank[canonical_order(geometry.index)] = np.arange(len(geometry))
    order = np.lexsort((rank[found], row))
    first = order[np.unique(row[order], return_index=True)[1]]
    return np.column_stack([lonely[row[first]], found[first]])
