"""Which coordinate reference system a map can be in, judged by its coordinates."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj

__all__ = ["Candidate", "are_degrees", "candidates", "contradiction", "parse_crs"]

CHINA = (73.0, 3.0, 136.0, 54.0)
"""West, south, east and north of China with its seas [degrees]: its national systems are named only there."""
KRASOVSKY_ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=krass"
FALSE_EASTING = 500_000
HALF_ZONE = 340_000
"""Half the width of a zone of six degrees [m]."""
TOLERANCE = 3.0
"""How far from the area that a system is made for the middle of a map may lie [degrees]."""


class Candidate(NamedTuple):
    """A system as ``boundaries_crs`` takes it, and what it is."""

    crs: str
    name: str


def parse_crs(text: str) -> pyproj.CRS | None:
    """Return the system that a text names (EPSG code, PROJ string or WKT), or none."""
    try:
        return pyproj.CRS.from_user_input(text)
    except pyproj.exceptions.CRSError:
        return None


def are_degrees(bounds: npt.NDArray[np.float64]) -> bool:
    """Tell whether bounds can be longitudes and latitudes; an empty map's are not a number."""
    west, south, east, north = np.abs(np.nan_to_num(bounds))
    return bool(max(west, east) <= 360 and max(south, north) <= 90)


def contradiction(crs: pyproj.CRS, bounds: npt.NDArray[np.float64]) -> str | None:
    """Say why coordinates cannot be in a system, to follow the words "the map"; none if they can, or there are none.

    A projected system is held against its area of use. The middle of the map counts, not its edges, and a map may
    reach far to both sides of the area: provinces, and countries, wider than a zone are commonly mapped in one.

    Parameters
    ----------
    crs
        The system that the file states or the study declares.
    bounds
        West, south, east and north in it; shape (4,).
    """
    if np.isnan(bounds).any():
        return None
    if crs.is_geographic:
        return None if are_degrees(bounds) else f"is declared in degrees ({crs.name}), and its coordinates are not"
    if crs.is_projected and are_degrees(bounds * crs.axis_info[0].unit_conversion_factor):  # in metres
        return f"is declared in the projected {crs.name}, and its coordinates look like degrees"
    try:
        to_degrees = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        left, bottom, right, top = map(float, bounds)
        lonlat = np.array(to_degrees.transform_bounds(left, bottom, right, top, errcheck=False))
    except pyproj.exceptions.ProjError:
        lonlat = np.full(4, np.inf)
    if not np.isfinite(lonlat).all():
        return f"is declared in {crs.name}, in which its coordinates are no place on Earth"
    return _out_of_use(crs, lonlat)


def _out_of_use(crs: pyproj.CRS, lonlat: npt.NDArray[np.float64]) -> str | None:
    """Say that bounds in degrees lie outside of the area that a system is made for; none if they do not."""
    area = crs.area_of_use
    if area is None:
        return None
    west, south, east, north = map(float, lonlat)
    width = (east - west) % 360 if east < west else east - west  # east < west: across the antimeridian
    longitude, latitude = west + width / 2, (south + north) / 2
    used = area.east - area.west + (360 if area.east < area.west else 0)
    apart = abs((longitude - area.west - used / 2 + 180) % 360 - 180)  # of the two middles
    if apart <= max(used / 2 + TOLERANCE, width / 2) and area.south - TOLERANCE <= latitude <= area.north + TOLERANCE:
        return None
    return (
        f"is declared in {crs.name}, in which its middle would be at {(longitude + 180) % 360 - 180:.1f}°, "
        f"{latitude:.1f}°, outside of that system's area (longitude {area.west:g}° to {area.east:g}°, latitude "
        f"{area.south:g}° to {area.north:g}°)"
    )


def candidates(bounds: npt.NDArray[np.float64]) -> list[Candidate]:
    """Return the systems that bounds (west, south, east, north) speak for, the likeliest first; none if they do not."""
    west, south, east, north = map(float, np.nan_to_num(bounds))
    if are_degrees(bounds):
        named = [Candidate("EPSG:4326", "WGS 84")]
        if _within(bounds, CHINA):
            named = [
                Candidate("EPSG:4490", "CGCS2000"), *named, Candidate("EPSG:4610", "Xian 1980"),
                Candidate("EPSG:4214", "Beijing 1954"),
            ]  # fmt: skip
        return named
    zone, zone_of_east = int(west // 1_000_000), int(east // 1_000_000)
    if 13 <= zone <= 45 and zone == zone_of_east and _is_northing(south, north):
        return _of_zone(zone)
    if max(abs(west - FALSE_EASTING), abs(east - FALSE_EASTING)) < HALF_ZONE and 0 <= south <= north <= 10_000_000:
        chinese = [
            Candidate("EPSG:4534 to EPSG:4554", "CGCS2000 / 3-degree Gauss-Kruger, by central meridian 75E to 135E"),
            Candidate("EPSG:4502 to EPSG:4512", "CGCS2000 / Gauss-Kruger, by central meridian 75E to 135E"),
        ]
        return [
            *(chinese if _is_northing(south, north) else []),
            Candidate("EPSG:32601 to EPSG:32660", "WGS 84 / UTM north of the equator, by its zone 1 to 60"),
            Candidate("EPSG:32701 to EPSG:32760", "WGS 84 / UTM south of the equator, by its zone 1 to 60"),
        ]
    found = []
    for crs, name in (("EPSG:3857", "Web Mercator"), (KRASOVSKY_ALBERS, "Albers of China, parallels 25 and 47")):
        back = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
        lonlat = np.array(back.transform_bounds(west, south, east, north, errcheck=False))
        if np.isfinite(lonlat).all() and _within(lonlat, CHINA):
            found.append(Candidate(crs, name))
    return found


def _of_zone(zone: int) -> list[Candidate]:
    """Return the Gauss-Kruger systems whose eastings begin with a zone: 13 to 23 of 6 degrees, 25 to 45 of 3."""
    if zone <= 23:
        codes = [4491 + zone - 13, 2327 + zone - 13]
    elif zone >= 25:
        codes = [4513 + zone - 25, 2349 + zone - 25, 2401 + zone - 25]
    else:
        return []
    return [Candidate(f"EPSG:{code}", pyproj.CRS.from_epsg(code).name) for code in codes]


def _within(bounds: npt.NDArray[np.float64], frame: tuple[float, float, float, float]) -> bool:
    west, south, east, north = bounds
    return bool(frame[0] <= west and east <= frame[2] and frame[1] <= south and north <= frame[3])


def _is_northing(south: float, north: float) -> bool:
    """Tell whether ordinates can be metres from the equator to latitudes of China."""
    return south >= 300_000 and north <= 6_100_000
