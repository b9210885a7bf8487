"""Who is whose neighbour: contiguity, nearest units, distance band, and graphs of a part of the units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from libpysal.graph import Graph
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecocomp.issues import DataError, Issue
from ecocomp.space.edges import pairs_with_a_common_edge
from ecocomp.space.labels import canonical_order, require_unique
from ecocomp.space.links import IsolatePolicy, Pairs, apply_isolate_policy, graph_of, links_of
from ecocomp.space.metric import centroids, equal_area_crs, require_polygons
from ecocomp.study import Space

__all__ = ["check_neighbours", "contiguity", "distance_band", "k_nearest", "restrict", "weights"]

ROOK_SNAPS = 4
"""A boundary that runs within the snap of another for more than this many snaps is shared."""


def contiguity(
    geometry: gpd.GeoDataFrame,
    rule: Literal["queen", "rook"] = "queen",
    snap: float = 0.0,
    isolates: IsolatePolicy = "nearest",
) -> Graph:
    """Link the polygons that touch.

    w_ij = 1 where i and j share at least a point (queen) or a boundary of positive length (rook), else 0.
    Source: Cliff and Ord (1981), Spatial Processes, ch. 1.

    With ``snap``, gaps and slivers of real maps are bridged: queen neighbours lie within ``snap`` of each
    other; rook neighbours besides have more than 4 ``snap`` of each one's boundary within ``snap`` of the
    other (at a mere corner of two square units it is 2 ``snap``). Polygons that overlap are neighbours under
    both rules.

    Parameters
    ----------
    geometry : GeoDataFrame
        Polygons (unit) with a coordinate system; the index holds the unit ids.
    rule : {"queen", "rook"}
        What counts as touching.
    snap : float
        Largest gap that still counts as touching [m].
    isolates : {"nearest", "drop", "error"}
        Units without neighbours: linked to the nearest one both ways, kept as isolates, or refused.

    Returns
    -------
    libpysal.graph.Graph
        Binary and symmetric, in the order of ``geometry``.

    Raises
    ------
    ValueError
        If the geometry has no coordinate system, an id twice or an empty polygon, or an argument is unknown.
    DataError
        Under ``isolates="error"``, listing every unit without neighbours.
    """
    require_polygons(geometry)
    if rule not in ("queen", "rook"):
        raise ValueError(f"rule must be 'queen' or 'rook', not {rule!r}")
    if not (np.isfinite(snap) and snap >= 0):
        raise ValueError(f"snap must be 0 or more metres, not {snap!r}")
    pairs = _touching(geometry, rule, snap)
    return _finished(np.concatenate([pairs, pairs[:, ::-1]]), geometry, isolates)


def k_nearest(geometry: gpd.GeoDataFrame, k: int) -> Graph:
    """Link each unit to the k units whose centroids are nearest.

    w_ij = 1 where j is among the k nearest of i: not symmetric. Among equally near units the smallest ids in
    the search tree's order are taken, the same for every order of rows.

    Parameters
    ----------
    geometry : GeoDataFrame
        Polygons (unit) with a coordinate system; the index holds the unit ids.
    k : int
        Number of neighbours [1], at least 1 and less than the number of units.

    Returns
    -------
    libpysal.graph.Graph
        Binary, k links from every unit, in the order of ``geometry``.

    Raises
    ------
    ValueError
        If k is out of range, or the geometry has no coordinate system.
    """
    require_polygons(geometry)
    size = len(geometry)
    if not 1 <= k < size:
        raise ValueError(f"k must be from 1 to {size - 1} for {size} units, not {k}")
    order = canonical_order(geometry.index)
    points = centroids(geometry, equal_area_crs(geometry))[order]
    found = np.atleast_2d(cKDTree(points).query(points, k=k + 1)[1])
    rows = np.arange(size)[:, None]
    # coincident centroids can hide a unit from its own list; then its last entry goes instead
    drop = np.where((found == rows).any(axis=1), (found == rows).argmax(axis=1), k)
    kept = found[np.arange(k + 1) != drop[:, None]]
    pairs = np.column_stack([order[np.repeat(np.arange(size), k)], order[kept]])
    return graph_of(pairs, geometry.index)


def distance_band(geometry: gpd.GeoDataFrame, radius: float, isolates: IsolatePolicy = "nearest") -> Graph:
    """Link the units whose centroids lie within a radius.

    w_ij = 1 where the distance between the centroids is at most ``radius``, else 0.

    Parameters
    ----------
    geometry : GeoDataFrame
        Polygons (unit) with a coordinate system; the index holds the unit ids.
    radius : float
        Radius of the band [m].
    isolates : {"nearest", "drop", "error"}
        Units without neighbours: linked to the nearest one both ways, kept as isolates, or refused.

    Returns
    -------
    libpysal.graph.Graph
        Binary and symmetric, in the order of ``geometry``.

    Raises
    ------
    ValueError
        If the radius is not positive, or the geometry has no coordinate system.
    DataError
        Under ``isolates="error"``, listing every unit without neighbours.
    """
    require_polygons(geometry)
    if not (np.isfinite(radius) and radius > 0):
        raise ValueError(f"radius must be more than 0 metres, not {radius!r}")
    points = centroids(geometry, equal_area_crs(geometry))
    pairs = cKDTree(points).query_pairs(radius, output_type="ndarray").astype(np.intp)
    return _finished(np.concatenate([pairs, pairs[:, ::-1]]), geometry, isolates)


def weights(geometry: gpd.GeoDataFrame, settings: Space) -> Graph:
    """Build the graph that a study asks for.

    Parameters
    ----------
    geometry : GeoDataFrame
        Polygons (unit) with a coordinate system; the index holds the unit ids.
    settings : ecocomp.study.Space
        The section ``[space]``: ``weights``, ``k``, ``distance_km`` [km], ``snap`` [m], ``isolates``.

    Returns
    -------
    libpysal.graph.Graph
        Binary, in the order of ``geometry``.

    Raises
    ------
    ValueError, DataError
        As :func:`contiguity`, :func:`k_nearest` and :func:`distance_band`.
    """
    if settings.weights == "k_nearest":
        return k_nearest(geometry, settings.k)
    if settings.weights == "distance":
        if settings.distance_km is None:  # the settings forbid it; this tells the type checker
            raise ValueError("weights by distance need distance_km")
        return distance_band(geometry, settings.distance_km * 1000, settings.isolates)
    return contiguity(geometry, settings.weights, settings.snap, settings.isolates)


def check_neighbours(geometry: gpd.GeoDataFrame, settings: Space) -> list[Issue]:
    """Return an error where too many nearest neighbours are asked for, or for every isolate that a study refuses."""
    size = len(geometry)
    if settings.weights == "k_nearest" and settings.k >= size:
        message = f"k = {settings.k} nearest neighbours of {size} units cannot be found"
        return [Issue("error", "too-many-neighbours", message, f"set [space] k below {size}", value=str(settings.k))]
    if settings.isolates == "error":
        try:
            weights(geometry, settings)
        except DataError as error:
            return list(error.issues)
    return []


def restrict(graph: Graph, units: pd.Index, geometry: gpd.GeoDataFrame, isolates: IsolatePolicy = "nearest") -> Graph:
    """Keep some units and the links between them, and apply the policy for isolates again.

    Parameters
    ----------
    graph : libpysal.graph.Graph
        Binary graph of all units.
    units : pd.Index
        Ids of the units to keep; the result has their order.
    geometry : GeoDataFrame
        Polygons of at least these units, with a coordinate system.
    isolates : {"nearest", "drop", "error"}
        Units left without neighbours. A unit of a k-nearest graph keeps what links remain; none are added
        while it has one.

    Returns
    -------
    libpysal.graph.Graph
        Binary, in the order of ``units``.

    Raises
    ------
    ValueError
        If a unit is unknown to the graph or the geometry, or occurs twice.
    DataError
        Under ``isolates="error"``, listing every unit left without neighbours.
    """
    units = pd.Index(units)
    require_unique(units, "units to keep")
    for known, name in ((graph.unique_ids, "graph"), (geometry.index, "geometry")):
        unknown = units.difference(known, sort=False)
        if len(unknown):
            raise ValueError(f"unit {unknown[0]!r} is not in the {name}")
    pairs, _ = links_of(graph)
    position = units.get_indexer(graph.unique_ids)
    pairs = position[pairs]
    pairs = pairs[(pairs >= 0).all(axis=1)]
    return _finished(pairs, geometry.loc[units], isolates)


def _finished(pairs: Pairs, geometry: gpd.GeoDataFrame, isolates: IsolatePolicy) -> Graph:
    return graph_of(apply_isolate_policy(pairs, geometry, isolates), geometry.index)


def _touching(geometry: gpd.GeoDataFrame, rule: str, snap: float) -> Pairs:
    """Return the pairs of polygons that touch, each once."""
    shapes = geometry.geometry.to_numpy()
    touching = np.concatenate([_in_contact(shapes, rule), _over_the_seam(geometry, rule)])
    if snap == 0:
        return touching
    shapes = geometry.geometry.to_crs(equal_area_crs(geometry)).to_numpy()
    near = _without(_close_boxes(shapes, snap), touching, len(shapes))  # measuring is slow: only what is still open
    near = near[_each(shapely.dwithin, shapes, near, snap)]
    if rule == "rook":
        near = near[_run_along(shapes[near[:, 0]], shapes[near[:, 1]], snap)]
    return np.concatenate([touching, near])


def _in_contact(shapes: NDArray[np.object_], rule: str) -> Pairs:
    """Return the pairs that have a point (queen) or a line (rook) in common, each once."""
    common = pairs_with_a_common_edge(shapes)
    rest = _without(_close_boxes(shapes, 0.0), common, len(shapes))
    rest = rest[_each(shapely.intersects, shapes, rest)]
    if rule == "rook":
        rest = rest[_share_a_line(shapes[rest[:, 0]], shapes[rest[:, 1]])]
    return np.concatenate([common, rest])


def _over_the_seam(geometry: gpd.GeoDataFrame, rule: str) -> Pairs:
    """Return the pairs in contact over the antimeridian, where degrees jump from 180 to −180, each once."""
    shapes = geometry.geometry.to_numpy()
    none = np.empty((0, 2), dtype=np.intp)
    west, _, east, _ = shapely.total_bounds(shapes)
    if not geometry.crs.is_geographic or west > -180 or east < 180:
        return none
    parts, owner = shapely.get_parts(shapes, return_index=True)
    left, _, right, _ = shapely.bounds(parts).T
    beyond = shapely.transform(parts[left <= -180], lambda xy: np.add(xy, [360.0, 0.0]))
    owner = np.concatenate([owner[right >= 180], owner[left <= -180]])
    pairs = np.sort(owner[_in_contact(np.concatenate([parts[right >= 180], beyond]), rule)], axis=1)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    new = _without(np.unique(pairs, axis=0), _in_contact(shapes, rule), len(shapes)) if len(pairs) else none
    return np.asarray(new, dtype=np.intp)


def _close_boxes(shapes: NDArray[np.object_], margin: float) -> Pairs:
    """Return the pairs whose bounding boxes are within a margin of each other, each once."""
    outwards = np.array([-margin, -margin, margin, margin])
    boxes = shapely.box(*(shapely.bounds(shapes) + outwards).T)
    pairs = shapely.STRtree(shapes).query(boxes).T
    return np.asarray(pairs[pairs[:, 0] < pairs[:, 1]])


def _each(
    test: Callable[..., NDArray[np.bool_]], shapes: NDArray[np.object_], pairs: Pairs, *arguments: float
) -> NDArray[np.bool_]:
    """Apply a test of two geometries to every pair; the first ones are prepared, as most occur in several pairs."""
    first = shapes[pairs[:, 0]]
    shapely.prepare(first)
    return np.asarray(test(first, shapes[pairs[:, 1]], *arguments), dtype=np.bool_)


def _without(pairs: Pairs, others: Pairs, size: int) -> Pairs:
    """Return the pairs that are not among the others."""
    return pairs[~np.isin(pairs @ [size, 1], others @ [size, 1])]


def _share_a_line(first: NDArray[np.object_], second: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which pairs have a boundary line or an area in common, not mere points."""
    shapely.prepare(first)
    shared = np.asarray(shapely.relate_pattern(first, second, "****1****"), dtype=np.bool_)
    rest = np.flatnonzero(~shared)
    shared[rest] = shapely.relate_pattern(first[rest], second[rest], "2********")
    return shared


def _run_along(first: NDArray[np.object_], second: NDArray[np.object_], snap: float) -> NDArray[np.bool_]:
    """Tell which pairs run along each other within the snap; the shorter of the two runs counts."""
    lengths = [
        shapely.length(shapely.intersection(shapely.boundary(one), shapely.buffer(other, snap)))
        for one, other in ((first, second), (second, first))
    ]
    return np.asarray(np.minimum(*lengths) > ROOK_SNAPS * snap, dtype=np.bool_)
