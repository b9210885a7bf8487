"""Which coordinate reference system a map without one is probably in, judged by its coordinates alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyproj

__all__ = ["Candidate", "are_degrees", "candidates", "parse_crs"]

CHINA = (73.0, 3.0, 136.0, 54.0)
"""West, south, east and north of China with its seas [degrees]."""
KRASOVSKY_ALBERS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=krass"
FALSE_EASTING = 500_000
HALF_ZONE = 340_000
"""Half the width of a zone of six degrees [m]."""


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
    if abs(west - FALSE_EASTING) < HALF_ZONE and abs(east - FALSE_EASTING) < HALF_ZONE and _is_northing(south, north):
        return [
            Candidate("EPSG:4534 to EPSG:4554", "CGCS2000 / 3-degree Gauss-Kruger, by central meridian 75E to 135E"),
            Candidate("EPSG:4502 to EPSG:4512", "CGCS2000 / Gauss-Kruger, by central meridian 75E to 135E"),
            Candidate("EPSG:32643 to EPSG:32653", "WGS 84 / UTM, by its zone 43N to 53N"),
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
