"""The map to draw on: equal-area, simplified for display with shared borders kept, and its outlines.

Nothing is measured on these polygons: simplifying moves areas by some percent.
"""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from matplotlib.path import Path
from numpy.typing import NDArray
from pyproj import CRS

from ecocomp.outputs.figures.designs import SCREEN, Design
from ecocomp.outputs.figures.insets import Bounds, inset_of
from ecocomp.result import Result
from ecocomp.space import equal_area_crs

__all__ = ["Ground", "ground_of", "projected", "simplified"]

SEAM = 1.0
"""Grid on which the parts of a unit that the antimeridian cuts meet again [m]."""


@dataclass(frozen=True)
class Ground:
    """Display shapes of a map in metres: one a unit, the polygons the table lacks, and outlines of the parents."""

    crs: CRS
    units: pd.Index
    shapes: NDArray[np.object_]
    paths: list[Path]
    backdrop: list[Path]
    outlines: list[Path]
    extent: tuple[float, float, float, float]
    corner: tuple[str, float]
    rasterised: bool
    inset: Bounds | None = None
    frame: Bounds | None = None
    """Where the scale bar stands: at the ``bottom`` or ``top``, and its middle in parts of the width; what an inset
    shows, and where on the map its frame lies."""

    @property
    def aspect(self) -> float:
        """Height over width."""
        west, south, east, north = self.extent
        return (north - south) / (east - west)


def ground_of(result: Result, panels: int, design: Design = SCREEN) -> Ground:
    """Return the display map of a result.

    Parameters
    ----------
    result
        With ``geometry`` in any coordinate system.
    panels
        Maps in the fullest figure: the more there are, the coarser the lines.
    design
        That says how much detail a file may hold.
    """
    crs = equal_area_crs(result.geometry)
    units = result.geometry.index
    shapes = projected(result.geometry, crs)
    beyond = projected(result.backdrop, crs)
    display = simplified(np.concatenate([shapes, beyond]), design.vertices // panels)
    display, backdrop = display[: len(shapes)], display[len(shapes) :]
    parts = np.asarray(shapely.get_parts(np.concatenate([display, backdrop])), dtype=object)
    inset = inset_of(result, parts, crs)
    extent = _padded(shapely.total_bounds(parts if inset is None else parts[~inset.beyond]))
    corner, free = _emptiest_corner(display, extent)
    if not free:  # the map fills its rectangle: room for the scale bar below it
        west, south, east, north = extent
        extent, corner = (west, south - 0.25 * (north - south), east, north), ("bottom", 1.0)
    frame = None
    if inset is not None:
        extent, frame = _with_frame(display, extent, inset.window)
        corner = _free_place(display, extent, frame)
    return Ground(
        crs=crs,
        units=units,
        shapes=display,
        paths=[path_of(s) for s in display],
        backdrop=[path_of(s) for s in backdrop],
        outlines=_outlines(display, _first_parents(result, units)),
        extent=extent,
        corner=corner,
        rasterised=len(units) * panels > design.polygons,
        inset=None if inset is None else inset.window,
        frame=frame,
    )


def _with_frame(shapes: NDArray[np.object_], extent: Bounds, window: Bounds) -> tuple[Bounds, Bounds]:
    """Return an extent with room for the frame of an inset, and the frame.

    It lies in the lower right or left corner, a quarter of the map's width or a third of its height, whichever is less;
    where the map is in the way, the extent grows below it.
    """
    west, south, east, north = extent
    wide, tall = window[2] - window[0], window[3] - window[1]
    size = min(0.25 * (east - west) / wide, 0.34 * (north - south) / tall)
    wide, tall = size * wide, size * tall
    gap = 0.01 * (east - west)
    right = (east - gap - wide, south + gap, east - gap, south + gap + tall)
    left = (west + gap, south + gap, west + gap + wide, south + gap + tall)
    place = min(right, left, key=lambda box: _hidden(shapes, box))
    down = next((d for d in np.linspace(0.0, tall, 9) if _hidden(shapes, _lower(place, d)) == 0), tall)
    return (west, south - down, east, north), _lower(place, down)


def _lower(place: Bounds, down: float) -> Bounds:
    return place[0], place[1] - down, place[2], place[3] - down


def _free_place(shapes: NDArray[np.object_], extent: Bounds, frame: Bounds) -> tuple[str, float]:
    """Return where along the lower or upper edge a scale bar with its arrow hides least of a map and its inset."""
    west, south, east, north = extent
    width, height = 0.24 * (east - west), 0.36 * (north - south)
    taken = np.append(shapes, shapely.box(*frame))
    hidden = {}
    for y, bottom in (("bottom", south), ("top", north - height)):
        for middle in (0.88, 0.12, 0.78, 0.22, 0.68, 0.32, 0.58, 0.42, 0.5):
            left = west + middle * (east - west) - width / 2
            hidden[y, middle] = _hidden(taken, (left, bottom, left + width, bottom + height))
    return min(hidden, key=lambda key: hidden[key])


def _hidden(shapes: NDArray[np.object_], place: Bounds) -> float:
    """Return the area of the map that a rectangle on it hides."""
    box = shapely.box(*place)
    shapely.prepare(box)
    near = shapes[shapely.intersects(box, shapes)]
    return float(shapely.area(shapely.intersection(near, box)).sum())


def projected(frame: gpd.GeoDataFrame, crs: CRS) -> NDArray[np.object_]:
    """Return the polygons of a frame in a projection, those that the antimeridian cuts joined again."""
    if len(frame) == 0:
        return np.empty(0, dtype=object)
    shapes = np.asarray(frame.geometry.to_crs(crs).to_numpy(), dtype=object)
    if not _is_cut(frame):
        return shapes
    whole = np.asarray(shapely.set_precision(shapes, SEAM), dtype=object)  # joins the parts that touch
    return shapes if shapely.is_empty(whole).any() else whole


def _is_cut(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether a unit has parts on both sides of the antimeridian: one polygon to a reader, without a seam."""
    west, _, east, _ = shapely.bounds(frame.geometry.to_crs("EPSG:4326").to_numpy()).T
    return bool(((west < -180 + 1e-6) & (east > 180 - 1e-6)).any())


def simplified(shapes: NDArray[np.object_], most: int, parts: int = 2000) -> NDArray[np.object_]:
    """Simplify borders together until few enough vertices are left, or the next step would lose a polygon.

    The first tolerance is the extent over ``parts``: what a reader who cannot zoom does not see.
    """
    west, south, east, north = shapely.total_bounds(shapes)
    tolerance = max(east - west, north - south) / parts
    if shapely.get_num_coordinates(shapes).sum() <= 5 * len(shapes):  # cells and the like
        return shapes
    simplified = shapes
    for _ in range(8):
        coarser = shapely.coverage_simplify(simplified, tolerance)  # of the last step: the first takes longest
        if shapely.is_empty(coarser).any() or not shapely.is_valid(coarser).all():
            break
        simplified = coarser
        if shapely.get_num_coordinates(simplified).sum() <= most:
            break
        tolerance *= 1.5
    return np.asarray(simplified, dtype=object)


def path_of(shape: shapely.Geometry) -> Path:
    """Return a polygon or multipolygon as one path, holes included."""
    rings = shapely.get_rings(shapely.get_parts(shape))
    if len(rings) == 0:
        return Path(np.empty((0, 2)))
    return Path.make_compound_path(*(Path(shapely.get_coordinates(ring), closed=True) for ring in rings))


def _first_parents(result: Result, units: pd.Index) -> NDArray[np.object_] | None:
    levels = list(result.manifest.get("parents", ()))
    if not levels or levels[0] not in result.results:
        return None
    parents = result.results.drop_duplicates("unit").set_index("unit")[levels[0]]
    return np.asarray(parents.reindex(units).astype(str), dtype=object)


def _outlines(shapes: NDArray[np.object_], parents: NDArray[np.object_] | None) -> list[Path]:
    """Return the outline of each first-level parent, or of the whole region without parents, free of slivers."""
    if parents is None:
        parents = np.full(len(shapes), "", dtype=object)
    west, _, east, _ = shapely.total_bounds(shapes)
    gap = (east - west) / 3000
    outlines = []
    for parent in np.unique(parents.astype(str)):
        grown = shapely.buffer(shapes[parents == parent], gap, join_style="mitre")
        outlines.append(path_of(shapely.buffer(shapely.union_all(grown), -gap, join_style="mitre")))
    return outlines


def _padded(bounds: NDArray[np.float64]) -> Bounds:
    west, south, east, north = map(float, bounds)
    pad = 0.02 * max(east - west, north - south)
    return west - pad, south - pad, east + pad, north + pad


def _emptiest_corner(
    shapes: NDArray[np.object_], extent: tuple[float, float, float, float]
) -> tuple[tuple[str, float], bool]:
    """Return the corner where a scale bar hides least of the map, and whether it hides next to nothing."""
    west, south, east, north = extent
    width, height = 0.4 * (east - west), 0.26 * (north - south)
    hidden = {}
    for y, bottom in (("bottom", south), ("top", north - height)):
        for x, left in ((1.0, east - width), (0.0, west)):
            hidden[y, x] = _hidden(shapes, (left, bottom, left + width, bottom + height)) / (width * height)
    corner = min(hidden, key=lambda key: hidden[key])
    return corner, hidden[corner] < 0.25
