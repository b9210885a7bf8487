"""Whether the polygons of a map fit together: overlaps, gaps and units drawn twice, measured.

Where two polygons share a border, every segment of it belongs to both, run in opposite directions. Segments without
such a partner are the outline of the map, and wherever polygons do not fit. Only there is anything intersected, which
keeps a map of millions of vertices to seconds.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from ecocomp.issues import Issue
from ecocomp.rules import rule

__all__ = ["Misfit", "misfits", "topology_issues"]

SMALLEST = rule("boundaries-overlap").thresholds["area"]
"""Overlaps and gaps below this area are rounding of coordinates [km²]."""
SAME = 0.999
"""Share of both areas in their overlap from which two polygons are one and the same."""
GAP_OF_MEDIAN = rule("boundaries-gap").thresholds["share"]
"""Holes up to this share of the median polygon are gaps; larger ones are lakes, or units that the map lacks."""
SHOWN = 10
"""Problems of one kind that are listed one by one, the largest first; the rest are summed up."""

GAP_REMEDY = "close it, or set [space] snap to its width so that its sides are neighbours"

Shapes = npt.NDArray[np.object_]
Keys = npt.NDArray[np.uint64]


class Misfit(NamedTuple):
    """Places of polygons (first and second of each pair) with the areas of their overlaps; gaps with their areas."""

    pairs: npt.NDArray[np.int64]
    overlap: npt.NDArray[np.float64]
    holes: Shapes
    hole_area: npt.NDArray[np.float64]


def misfits(shapes: Shapes, crs: CRS) -> Misfit:
    """Measure where valid polygons overlap and what they leave open between them.

    Parameters
    ----------
    shapes
        Valid polygons; shape (n,).
    crs
        Their coordinate reference system.

    Returns
    -------
    Misfit
        Overlaps by pair, the first place being the smaller, and holes, both above `SMALLEST`; areas on the ellipsoid
        [km²].
    """
    coordinates, start, owner = _segments(shapes)
    lone = _without_partner(coordinates[start], coordinates[start + 1])
    tree = shapely.STRtree(shapes)
    pairs, overlap = _overlaps(shapes, tree, np.unique(owner[lone]), crs)
    if len(pairs):  # then matched borders prove nothing: whole maps may lie on each other
        pairs, overlap = _overlaps(shapes, tree, np.arange(len(shapes)), crs)
    holes = _holes(tree, coordinates, start[lone])
    area = _square_kilometres(holes, crs)
    return Misfit(pairs, overlap, holes[area > SMALLEST], area[area > SMALLEST])


def topology_issues(units: gpd.GeoDataFrame, others: gpd.GeoDataFrame, file: str) -> list[Issue]:
    """Return a warning for what overlaps, lies open or is drawn twice among a study's polygons.

    Parameters
    ----------
    units
        Valid polygons with a CRS, indexed by code.
    others
        Polygons of the same map that the study leaves out: they may fill a hole.
    """
    if len(units) < 2:
        return []
    shapes = np.asarray(units.geometry.values, dtype=object)
    found, codes = misfits(shapes, units.crs), units.index.to_numpy(str)
    areas = _square_kilometres(shapes, units.crs)
    order = np.argsort(-found.overlap, kind="stable")
    overlaps = [
        Issue("warning", "boundaries-overlap", _overlap_sentence(codes[j], found.overlap[k], areas[i], areas[j]),
              "redraw one of them: what both cover is counted twice", file, unit=codes[i],
              value=f"{found.overlap[k]:.4g} km²")
        for k, (i, j) in zip(order, found.pairs[order], strict=True)
    ]  # fmt: skip
    if len(overlaps) > SHOWN:
        more = found.overlap[order[SHOWN:]]
        rest = f"{len(more)} more pairs of polygons overlap, by {more.sum():.4g} km² together"
        remedy = "redraw them, or take the map from one source"
        overlaps = [*overlaps[:SHOWN], Issue("warning", "boundaries-overlap", rest, remedy, file)]
    return overlaps + _hole_issues(found, shapes, codes, others, float(np.median(areas)), file)


def _overlap_sentence(other: str, overlap: float, area: float, other_area: float) -> str:
    if overlap >= SAME * max(area, other_area):
        return f"is the same polygon as {other} ({overlap:.4g} km²)"
    if overlap >= SAME * min(area, other_area):
        return f"lies inside {other}" if area < other_area else f"holds all of {other} ({overlap:.4g} km²)"
    return f"overlaps {other} by {overlap:.4g} km²"


def _hole_issues(
    found: Misfit, shapes: Shapes, codes: npt.NDArray[np.str_], others: gpd.GeoDataFrame, median: float, file: str
) -> list[Issue]:
    """Return a warning for each gap, and one note for the larger holes."""
    inside = shapely.point_on_surface(found.holes)
    filled = np.unique(shapely.STRtree(np.asarray(others.geometry.values)).query(inside, predicate="intersects")[0])
    hole, unit = shapely.STRtree(shapes).query(found.holes, predicate="intersects")
    between = np.bincount(hole, minlength=len(found.holes)) > 1  # a hole within one unit is drawn on purpose
    narrow = between & (found.hole_area <= GAP_OF_MEDIAN * median)
    order = np.argsort(-found.hole_area, kind="stable")
    order = order[~np.isin(order, filled)]
    gaps, wide = order[narrow[order]], order[~narrow[order]]
    issues = []
    for k in gaps:
        around = np.sort(codes[unit[hole == k]])
        issues.append(
            Issue("warning", "boundaries-gap", f"a gap of {found.hole_area[k]:.4g} km² lies between "
                  f"{', '.join(around)}, at {inside[k].x:.5g}, {inside[k].y:.5g}", GAP_REMEDY, file,
                  unit=str(around[0]), value=f"{found.hole_area[k]:.4g} km²")
        )  # fmt: skip
        if len(issues) == SHOWN:
            break
    if len(gaps) > SHOWN:
        rest = f"{len(gaps) - SHOWN} more gaps, of {found.hole_area[gaps[SHOWN:]].sum():.4g} km² together"
        issues.append(Issue("warning", "boundaries-gap", rest, GAP_REMEDY, file))
    if len(wide):
        total = found.hole_area[wide].sum()
        issues.append(
            Issue("note", "boundaries-hole", f"holes in the map: {len(wide)}, of {total:.4g} km² together",
                  "nothing to do if they are lakes; else a unit is absent", file, value=f"{total:.4g} km²")
        )  # fmt: skip
    return issues


def _segments(shapes: Shapes) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return coordinates, the place where each segment starts among them, and the polygon that it belongs to."""
    parts, polygon = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    start = np.flatnonzero(ring[1:] == ring[:-1])
    return coordinates + 0.0, start, polygon[part[ring[start]]]  # + 0.0: no minus zero


def _without_partner(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Tell which segments are not matched by exactly one other that runs the other way."""
    one, other = _hashed(a), _hashed(b)
    key = one + other  # the same in both directions; two borders share one with a chance of 1e-6 on a map of China
    order = np.argsort(key, kind="stable")
    ordered, forward = key[order], np.where(one < other, 1, -1)[order]
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    count = np.diff(np.append(first, len(ordered)))
    matched = (count == 2) & (np.add.reduceat(forward, first) == 0)
    lone = np.empty(len(key), dtype=np.bool_)
    lone[order] = np.repeat(~matched, count)
    return lone


def _hashed(points: npt.NDArray[np.float64]) -> Keys:
    """Return 64 well-mixed bits for each point (multiply and shift, as in splitmix64)."""
    bits = np.ascontiguousarray(points).view(np.uint64)
    mixed: Keys = bits[:, 0] * np.uint64(0x9E3779B97F4A7C15)
    mixed = ((mixed ^ (mixed >> np.uint64(29))) + bits[:, 1]) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _overlaps(
    shapes: Shapes, tree: Any, suspects: npt.NDArray[np.int64], crs: CRS
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the pairs with a suspect in them that have area in common, and how much of it."""
    one, other = tree.query(shapes[suspects], predicate="intersects")
    pairs = np.sort(np.column_stack([suspects[one], other]), axis=1)
    pairs = np.unique(pairs[pairs[:, 0] != pairs[:, 1]], axis=0)
    shapely.prepare(shapes)
    pairs = pairs[~shapely.touches(shapes[pairs[:, 0]], shapes[pairs[:, 1]])]
    common = _square_kilometres(shapely.intersection(shapes[pairs[:, 0]], shapes[pairs[:, 1]]), crs)
    return pairs[common > SMALLEST], common[common > SMALLEST]


def _holes(tree: Any, coordinates: npt.NDArray[np.float64], start: npt.NDArray[np.int64]) -> Shapes:
    """Return what segments enclose and no polygon covers."""
    if len(start) == 0:
        return np.empty(0, dtype=object)
    breaks = np.concatenate([[True], np.diff(start) != 1])
    run = np.cumsum(breaks) - 1  # segments that follow each other make one line
    lines = np.concatenate([run, run[np.append(breaks[1:], True)]])
    place = np.concatenate([start, start[np.append(breaks[1:], True)] + 1])
    order = np.lexsort([place, lines])
    outlines = shapely.linestrings(coordinates[place[order]], indices=lines[order])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(outlines))))
    covered = np.unique(tree.query(shapely.point_on_surface(faces), predicate="intersects")[0])
    return np.asarray(np.delete(faces, covered), dtype=object)


def _square_kilometres(shapes: Shapes, crs: CRS) -> npt.NDArray[np.float64]:
    if len(shapes) == 0:
        return np.empty(0)
    equal_area = gpd.GeoSeries(shapes, crs=crs).to_crs("+proj=cea +datum=WGS84")
    return np.asarray(equal_area.area, dtype=float) / 1e6
