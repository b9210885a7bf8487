"""GCJ-02, the shifted coordinates of maps published in China, back to WGS 84.

GCJ-02 has no published definition. The formula here is the one that became public with a map program in 2010 and that
every open converter uses: places in China move by 20 to 700 m, smoothly, so that the shift can be undone by
iteration. Undoing it is exact to the formula; how well the formula meets the official shift is a matter of metres.
"""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

__all__ = ["Shift", "gcj02_to_wgs84", "unshift", "wgs84_to_gcj02"]

Coordinates = npt.NDArray[np.float64]

SHIFTED_AREA = (72.004, 0.8293, 137.8347, 55.8271)
"""West, south, east and north of the rectangle in which coordinates are shifted [degrees]."""
KRASOVSKY_AXIS = 6_378_245.0
KRASOVSKY_ECCENTRICITY_SQUARED = 0.00669342162296594323
ENOUGH = 1e-12
"""Change of a step at which the iteration ends [degrees], some 1e-7 m: what is left is a thousandth of it."""
MOST_STEPS = 30


class Shift(NamedTuple):
    """How far polygons moved: mean and largest shift of a vertex [m], relative change of their area, vertices left."""

    mean: float
    largest: float
    area: float
    outside: int


def wgs84_to_gcj02(lonlat: Coordinates) -> Coordinates:
    """Shift coordinates from WGS 84 to GCJ-02.

    Parameters
    ----------
    lonlat
        Shape (n, 2): longitude and latitude [degrees]. Points outside of `SHIFTED_AREA` stay where they are.

    Returns
    -------
    numpy.ndarray
        Shape (n, 2) [degrees].
    """
    return np.where(_is_shifted(lonlat), lonlat + _shift(lonlat), lonlat)


def gcj02_to_wgs84(lonlat: Coordinates) -> Coordinates:
    """Shift coordinates from GCJ-02 back to WGS 84.

    Solves ``w + shift(w) = g`` by ``w ← g − shift(w)``; the shift changes by at most some thousandths of the way, so
    each step gains two to three digits.

    Parameters
    ----------
    lonlat
        Shape (n, 2): longitude and latitude [degrees]. Points outside of `SHIFTED_AREA` stay where they are.

    Returns
    -------
    numpy.ndarray
        Shape (n, 2) [degrees]; shifted forth again within 1e-6 m of what was given.
    """
    found = lonlat.copy()
    moving = np.flatnonzero(_is_shifted(lonlat))  # close to 105° E, where the shift has a cusp, some take longer
    for _ in range(MOST_STEPS):
        nearer = lonlat[moving] - _shift(found[moving])
        far = (np.abs(nearer - found[moving]) >= ENOUGH).any(axis=1)
        found[moving] = nearer
        moving = moving[far]
        if len(moving) == 0:
            break
    return found


def unshift(frame: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, Shift]:
    """Return polygons in GCJ-02 as polygons in WGS 84, and how far they moved.

    Every vertex moves by itself: vertices that two units share stay shared. Edges between them stay straight, which
    bends a border by less than a centimetre where vertices are within 10 km.
    """
    lonlat = frame.to_crs("EPSG:4326")
    before = shapely.get_coordinates(lonlat.geometry.to_numpy())
    outside = int((~_is_shifted(before)).sum())
    after = gcj02_to_wgs84(before)
    shapes = shapely.set_coordinates(np.array(lonlat.geometry.to_numpy(), dtype=object), after)
    moved = lonlat.set_geometry(gpd.GeoSeries(shapes, index=lonlat.index, crs="EPSG:4326"))
    metres = np.hypot(*((after - before) * _metres_per_degree(before)).T) if len(before) else np.zeros(1)
    areas = [f.to_crs("+proj=cea +datum=WGS84").area.sum() for f in (lonlat, moved)]
    change = float(areas[1] / areas[0] - 1) if areas[0] else 0.0
    return moved, Shift(float(metres.mean()), float(metres.max()), change, outside)


def _is_shifted(lonlat: Coordinates) -> npt.NDArray[np.bool_]:
    west, south, east, north = SHIFTED_AREA
    lon, lat = lonlat[:, 0], lonlat[:, 1]
    inside: npt.NDArray[np.bool_] = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    return inside[:, None]


def _shift(lonlat: Coordinates) -> Coordinates:
    """Return the shift of points given in WGS 84 [degrees]: a polynomial and waves about 105° E, 35° N, in metres."""
    x, y, pi = lonlat[:, 0] - 105, lonlat[:, 1] - 35, np.pi
    root, both = np.sqrt(np.abs(x)), 20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)
    waves_north = 20 * np.sin(pi * y) + 40 * np.sin(pi / 3 * y) + 160 * np.sin(pi / 12 * y) + 320 * np.sin(pi / 30 * y)
    waves_east = 20 * np.sin(pi * x) + 40 * np.sin(pi / 3 * x) + 150 * np.sin(pi / 12 * x) + 300 * np.sin(pi / 30 * x)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + (both + waves_north) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + (both + waves_east) * 2 / 3
    return np.column_stack([east, north]) / _metres_per_degree(lonlat)


def _metres_per_degree(lonlat: Coordinates) -> Coordinates:
    """Return the lengths of a degree of longitude and of latitude on Krasovsky's ellipsoid."""
    latitude = np.radians(lonlat[:, 1])
    flat = 1 - KRASOVSKY_ECCENTRICITY_SQUARED * np.sin(latitude) ** 2
    along = KRASOVSKY_AXIS / np.sqrt(flat) * np.cos(latitude)
    meridian = KRASOVSKY_AXIS * (1 - KRASOVSKY_ECCENTRICITY_SQUARED) / flat**1.5
    return np.radians(np.column_stack([along, meridian]))
