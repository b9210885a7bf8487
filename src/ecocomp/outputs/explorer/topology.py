"""The map of the page: display polygons as arcs on a grid, each border between two units kept once.

Nothing is measured on these polygons; centres of gravity rest on the centroids of the polygons as they were read.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from ecocomp.outputs.explorer.encoding import varints
from ecocomp.outputs.figures.ground import projected, simplified

__all__ = ["GRID", "Topology", "arcs_of", "topology_of"]

GRID = 16_384
"""Steps of the grid along the longer side of the map: a tenth of a pixel on a large screen."""
VERTICES_PER_UNIT, LEAST_VERTICES, MOST_VERTICES = 250, 20_000, 200_000
"""Vertices that are left of a map: enough to zoom in, few enough to draw at once."""
FINEST = 16_000
"""Parts of the extent that a border may move by where there are vertices to spare."""

Point = tuple[int, int]
Ring = list[int]


@dataclass(frozen=True)
class Topology:
    """Polygons on a grid of steps.

    Attributes
    ----------
    arcs
        Borders as lists of points, each border once.
    shapes
        For each unit, then each polygon of the backdrop, its rings: numbers of arcs, ``~n`` for arc n backwards.
    step, west, north
        Metres a step, and where the grid starts [m]; y counts downwards, as on a screen.
    width, height
        Extent in steps.
    """

    arcs: list[list[Point]]
    shapes: list[list[Ring]]
    step: float
    west: float
    north: float
    width: int
    height: int

    def as_data(self) -> dict[str, Any]:
        """Return the topology as the page reads it."""
        lines: list[int] = [len(self.arcs)]
        for arc in self.arcs:
            lines += [len(arc), *arc[0]]
            for (x0, y0), (x1, y1) in pairwise(arc):
                lines += [x1 - x0, y1 - y0]
        rings: list[int] = [len(self.shapes)]
        for shape in self.shapes:
            rings.append(len(shape))
            for ring in shape:
                rings += [len(ring), *ring]
        return {
            "arcs": varints(lines), "rings": varints(rings), "step": self.step, "west": self.west, "north": self.north,
            "width": self.width, "height": self.height,
        }  # fmt: skip


def topology_of(geometry: gpd.GeoDataFrame, backdrop: gpd.GeoDataFrame, crs: CRS) -> Topology:
    """Return the display map of some units in an equal-area projection, simplified with shared borders kept.

    Parameters
    ----------
    geometry, backdrop
        Polygons of the units, in the order of the page, and those that the table lacks.
    crs
        Equal-area projection [m].
    """
    shapes = np.concatenate([projected(geometry, crs), projected(backdrop, crs)])
    most = int(np.clip(VERTICES_PER_UNIT * len(shapes), LEAST_VERTICES, MOST_VERTICES))
    return arcs_of(simplified(shapes, most, FINEST))


def arcs_of(shapes: NDArray[np.object_]) -> Topology:
    """Put polygons on the grid and cut their rings into arcs where borders meet.

    Points that were equal stay equal, so that the two sides of a border are one arc; a border ends where the
    neighbours of a point differ between rings.
    """
    west, south, east, north = shapely.total_bounds(shapes)
    step = max(east - west, north - south) / GRID
    rings = [_rings_on_grid(shape, west, north, step) for shape in shapes]
    junctions = _junctions(ring for unit in rings for ring in unit)
    arcs: list[list[Point]] = []
    known: dict[tuple[Point, ...], int] = {}
    units = [[_ring_of_arcs(ring, junctions, arcs, known) for ring in unit] for unit in rings]
    width, height = round((east - west) / step), round((north - south) / step)
    return Topology(arcs, units, float(step), float(west), float(north), width, height)


def _rings_on_grid(shape: shapely.Geometry, west: float, north: float, step: float) -> list[list[Point]]:
    """Return the rings of a shape as open lists of grid points; those that vanish on the grid are left out."""
    found = []
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        points = shapely.get_coordinates(ring)[:-1]
        steps = np.column_stack([points[:, 0] - west, north - points[:, 1]]) / step
        whole = [(int(x), int(y)) for x, y in steps.round()]
        kept = [p for i, p in enumerate(whole) if p != whole[i - 1]]
        if len(kept) > 2:
            found.append(kept)
    return found


def _junctions(rings: Any) -> set[Point]:
    """Return the points where not all rings through them go on to the same two neighbours."""
    beside: dict[Point, set[tuple[Point, Point]]] = defaultdict(set)
    for ring in rings:
        for i, point in enumerate(ring):
            before, after = ring[i - 1], ring[(i + 1) % len(ring)]
            beside[point].add((before, after) if before < after else (after, before))
    return {point for point, pairs in beside.items() if len(pairs) > 1}


def _ring_of_arcs(
    ring: list[Point], junctions: set[Point], arcs: list[list[Point]], known: dict[tuple[Point, ...], int]
) -> Ring:
    """Return a ring as numbers of arcs, adding those that are new."""
    starts = [i for i, point in enumerate(ring) if point in junctions]
    if not starts:  # an island, or a hole: from its smallest point on, so that both sides find the same arc
        starts = [min(range(len(ring)), key=ring.__getitem__)]
    numbers = []
    for start, end in pairwise([*starts, starts[0] + len(ring)]):
        points = tuple(ring[i % len(ring)] for i in range(start, end + 1))
        backwards = points[::-1]
        if backwards in known:
            numbers.append(~known[backwards])
            continue
        if points not in known:
            known[points] = len(arcs)
            arcs.append(list(points))
        numbers.append(known[points])
    return numbers
