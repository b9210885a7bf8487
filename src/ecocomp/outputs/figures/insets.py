"""Far parts of a map that are drawn in a frame of their own, so that the rest need not shrink.

Which part that is, a study says ([figures] inset); of named sources of boundaries it is known.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from ecocomp.result import Result
from ecocomp.study import Figures

__all__ = ["Bounds", "Inset", "inset_of"]

Bounds = tuple[float, float, float, float]

KNOWN: dict[str, tuple[Bounds, Bounds]] = {
    "cnmaps:": ((105.0, 2.0, 123.0, 18.0), (75.0, 25.0, 130.0, 50.0)),
}
"""By the beginning of [units] boundaries: the part, and what else the map must reach over to be a national one."""

CONTEXT = 1 / 3
"""Part of the frame's height or width that shows the rest of the map, where the two lie close."""


@dataclass(frozen=True)
class Inset:
    """A part of a map that is drawn apart: ``beyond`` tells it by shape, ``window`` is what its frame shows [m]."""

    beyond: NDArray[np.bool_]
    window: Bounds


def inset_of(result: Result, shapes: NDArray[np.object_], crs: CRS) -> Inset | None:
    """Return the part to draw apart: that of the study, or of the source of its boundaries; none where nothing is.

    Parameters
    ----------
    result
        Of a run.
    shapes
        Polygons on the map, each in one part [m].
    crs
        Of the map.
    """
    degrees = _asked(result)
    if degrees is None:
        return None
    window = _on_the_map(degrees, crs)
    boxes = shapely.bounds(shapes)
    beyond = (boxes[:, :2] >= window[:2]).all(axis=1) & (boxes[:, 2:] <= window[2:]).all(axis=1)
    if not beyond.any() or beyond.all():
        return None
    return Inset(beyond, _towards(window, shapely.total_bounds(shapes[~beyond])))


def _asked(result: Result) -> Bounds | None:
    study = result.manifest["study"]
    inset = Figures.model_validate(study.get("figures", {})).inset
    if inset is not None:
        west, south, east, north = inset
        return west, south, east, north
    named = str(study.get("units", {}).get("boundaries", ""))
    for source, (part, reach) in KNOWN.items():
        west, south, east, north = result.geometry.total_bounds
        if named.startswith(source) and west < reach[0] and south < reach[1] and east > reach[2] and north > reach[3]:
            return part
    return None


def _on_the_map(degrees: Bounds, crs: CRS) -> NDArray[np.float64]:
    to_map = Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    return np.array(to_map.transform_bounds(*degrees, densify_pts=21))


def _towards(window: NDArray[np.float64], rest: NDArray[np.float64]) -> Bounds:
    """Return a window grown on the sides where the rest of the map is close."""
    west, south, east, north = map(float, window)
    wide, tall = CONTEXT * (east - west), CONTEXT * (north - south)
    if north < rest[3] and rest[1] < north + tall:
        north += tall
    elif south > rest[1] and rest[3] > south - tall:
        south -= tall
    elif east < rest[2] and rest[0] < east + wide:
        east += wide
    elif west > rest[0] and rest[2] > west - wide:
        west -= wide
    return west, south, east, north
