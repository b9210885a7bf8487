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

from ecocomp.result import Result
from ecocomp.space import equal_area_crs

__all__ = ["Ground", "ground_of", "projected", "simplified"]

MOST_VECTORS = 6_000
"""Polygons in a figure (a quarter of a kilobyte each) above which a svg holds them as pixels."""
VERTICES = 42_000
"""Vertices in a figure at which a svg stays near a megabyte."""

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
    corner: tuple[str, str]
    rasterised: bool

    @property
    def aspect(self) -> float:
        """Height over width."""
        west, south, east, north = self.extent
        return (north - south) / (east - west)


def ground_of(result: Result, panels: int) -> Ground:
    """Return the display map of a result.

    Parameters
    ----------
    result
        With ``geometry`` in any coordinate system.
    panels
        Maps in the fullest figure: the more there are, the coarser the lines.
    """
    crs = equal_area_crs(result.geometry)
    units = result.geometry.index
    shapes = projected(result.geometry, crs)
    beyond = projected(result.backdrop, crs)
    display = simplified(np.concatenate([shapes, beyond]), VERTICES // panels)
    display, backdrop = display[: len(shapes)], display[len(shapes) :]
    extent = _padded(shapely.total_bounds(np.concatenate([display, backdrop])))
    corner, free = _emptiest_corner(display, extent)
    if not free:  # the map fills its rectangle: room for the scale bar below it
        west, south, east, north = extent
        extent, corner = (west, south - 0.25 * (north - south), east, north), ("bottom", "right")
    return Ground(
        crs=crs,
        units=units,
        shapes=display,
        paths=[path_of(s) for s in display],
        backdrop=[path_of(s) for s in backdrop],
        outlines=_outlines(display, _first_parents(result, units)),
        extent=extent,
        corner=corner,
        rasterised=len(units) * panels > MOST_VECTORS,
    )


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


def simplified(shapes: NDArray[np.object_], most: int) -> NDArray[np.object_]:
    """Simplify borders together until few enough vertices are left, or the next step would lose a polygon."""
    west, south, east, north = shapely.total_bounds(shapes)
    tolerance = max(east - west, north - south) / 2000
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


def _padded(bounds: NDArray[np.float64]) -> tuple[float, float, float, float]:
    west, south, east, north = map(float, bounds)
    pad = 0.02 * max(east - west, north - south)
    return west - pad, south - pad, east + pad, north + pad


def _emptiest_corner(
    shapes: NDArray[np.object_], extent: tuple[float, float, float, float]
) -> tuple[tuple[str, str], bool]:
    """Return the corner where a scale bar hides least of the map, and whether it hides next to nothing."""
    west, south, east, north = extent
    width, height = 0.4 * (east - west), 0.26 * (north - south)
    hidden = {}
    for y, bottom in (("bottom", south), ("top", north - height)):
        for x, left in (("right", east - width), ("left", west)):
            box = shapely.box(left, bottom, left + width, bottom + height)
            shapely.prepare(box)
            near = shapes[shapely.intersects(box, shapes)]
            hidden[y, x] = float(shapely.area(shapely.intersection(near, box)).sum() / box.area)
    corner = min(hidden, key=lambda key: hidden[key])
    return corner, hidden[corner] < 0.25
