"""A fictional region of any size, for tests, benchmarks and demonstrations."""

from __future__ import annotations

import math
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
import xarray as xr
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecocomp.accounts.emissions import top_down
from ecocomp.panel.inputs import Inputs
from ecocomp.synthetic.cells import counties, grid
from ecocomp.synthetic.economy import Land, proxies
from ecocomp.synthetic.landscape import Cities, elevation, found_cities, urban_pull
from ecocomp.units import CO2_PER_C

__all__ = ["CELLS_ABOVE", "region"]

CELLS_ABOVE = 6_000
"""Largest number of units drawn as county-like polygons; above it they are square cells."""
COUNTY_AREA, CELL_SIDE = 1_100.0, 1.0  # [km2], [km]
PLACE = "+proj=laea +lat_0=40 +lon_0=-38 +datum=WGS84 +units=km"
"""Equal-area plane of the fictional land: in the open Atlantic, at the latitude of northern China."""
PER_AREA = {"emissions": 3.9e-3, "gdp": 2.1e7, "population": 480.0}
"""Totals of the first year of the trend over the region's area [Mt CO2, CNY, person per km2]."""
UPTAKE = 340.0
"""Net primary production of vegetated land [gC m-2 a-1] in 2012, growing by a percent of it a year."""
SOURCE = "ecocomp.synthetic: a fictional region"

Polygons = NDArray[np.object_]


def region(units: int, years: Sequence[int] = (2007, 2012, 2017), seed: int = 0) -> Inputs:
    """Make up a region: polygons, accounts and economy, with mountains that take up and plains that emit.

    Up to `CELLS_ABOVE` units are county-like polygons of about 1,100 km2, more are square cells of 1 km2.
    Everything is positive; 5 to 25 % of the counties, and 15 to 40 % of the cells, take up more than they emit.
    Emissions and GDP rise and then flatten.

    Parameters
    ----------
    units
        Number of units, from one to a million and more.
    years
        Years of the panel, each once; sorted in the result. A year's values do not depend on the others.
    seed
        Seed of everything drawn; the same seed gives the same region.

    Returns
    -------
    Inputs
        Panel (unit, year) of the five quantities in canonical units, with ``name``, ``province`` and
        ``prefecture``; polygons in WGS 84, in the open Atlantic, so that nobody takes them for a country.

    Raises
    ------
    ValueError
        If there is no unit or no year, a year is repeated, or the seed is negative.
    """
    wanted = sorted(int(year) for year in years)
    if units < 1 or not wanted or len(set(wanted)) != len(wanted) or seed < 0:
        raise ValueError(
            f"a region needs at least one unit, distinct years and a seed from 0 "
            f"(given: units={units}, years={list(years)}, seed={seed})"
        )
    polygons, radius, cities = _drawn(units, seed)
    land = _land(polygons, radius, cities, seed)
    names = _names(land, cities)
    panel = _panel(land, wanted, seed).assign_coords({n: ("unit", v) for n, v in names.items()})
    panel = panel.assign_attrs(
        data_origin="modelled",
        parents=["province", "prefecture"],
        title=f"A fictional region of {units:,} units",
        outlines=f"{SOURCE}, WGS 84",
    )
    return Inputs(
        panel,
        *_mapped(polygons, land.unit),
        (),
        {"synthetic": {"units": units, "years": wanted, "seed": seed}},
    )


def _drawn(units: int, seed: int) -> tuple[Polygons, float, Cities]:
    """Return the polygons [km], the radius of the region [km], and its cities."""
    area = COUNTY_AREA if units <= CELLS_ABOVE else CELL_SIDE**2
    radius = float(np.sqrt(max(units, 12) * area / np.pi))
    prefectures = int(np.clip(radius**2 * np.pi / (14 * COUNTY_AREA), 3, 400))
    cities = found_cities(prefectures, int(np.clip(prefectures / 4, 2, 30)), radius, seed)
    if units > CELLS_ABOVE:
        return grid(units, CELL_SIDE), radius, cities

    def density(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Counties are small in the plains and smaller in cities."""
        lowland = np.exp(-elevation(x, y, radius, seed) / 400)
        return np.asarray(0.35 + lowland + 3 * np.minimum(urban_pull(x, y, cities), 2.0))

    return counties(units, COUNTY_AREA, density, seed), radius, cities


def _land(polygons: Polygons, radius: float, cities: Cities, seed: int) -> Land:
    """Return the units' place, area, elevation and pull of cities."""
    centroid = shapely.centroid(polygons)
    x, y = shapely.get_x(centroid), shapely.get_y(centroid)
    digits = max(4, len(str(len(polygons))))
    unit = pd.Index([f"U{number:0{digits}d}" for number in range(1, len(polygons) + 1)], name="unit")
    height = elevation(x, y, radius, seed)
    return Land(unit, x, y, shapely.area(polygons), height, urban_pull(x, y, cities))


def _names(land: Land, cities: Cities) -> dict[str, NDArray[np.object_]]:
    """Return the name of each unit and of its larger units: plainly numbers."""
    seat = cKDTree(cities.place).query(np.column_stack([land.x, land.y]))[1]
    prefecture = np.array([f"Prefecture {n:03d}" for n in range(1, len(cities.size) + 1)], dtype=object)
    province = np.array([f"Province {n + 1:02d}" for n in cities.province], dtype=object)
    names = np.array([f"Unit {code[1:]}" for code in land.unit], dtype=object)
    return {"name": names, "province": province[seat], "prefecture": prefecture[seat]}


def _panel(land: Land, years: list[int], seed: int) -> xr.Dataset:
    """Return the quantities (unit, year): the region's totals of the year, shared out by the proxies."""
    drawn = proxies(land, years, seed)
    time = np.array(years, dtype=float)
    growth = 1 / (1 + np.exp(-(time - 2008) / 4))  # rises, then flattens
    trend = {"emissions": 0.6 + 0.7 * growth, "gdp": 0.3 + 2.6 * growth, "population": 0.95 + 0.1 * growth}
    whole = xr.DataArray(np.full(len(land.unit), "region", dtype=object), {"unit": drawn["unit"]}, ("unit",))
    data = {}
    for name, level in trend.items():
        total = PER_AREA[name] * math.fsum(land.area) * level
        totals = xr.DataArray([total], {"parent": ["region"], "year": years}, ("parent", "year"))
        data[name] = top_down(totals, drawn[name], whole)
    density = UPTAKE * (1 + 0.01 * (time - 2012)).clip(0.5, 1.5)  # gC/m2, which are t/km2
    data["sequestration"] = drawn["sequestration"] * xr.DataArray(density * CO2_PER_C * 1e-6, dims="year")
    data["area"] = xr.zeros_like(drawn["gdp"]) + xr.DataArray(land.area, dims="unit")
    for name, array in data.items():
        data[name] = array.transpose("unit", "year").assign_attrs(source=SOURCE)
    return xr.Dataset({n: data[n] for n in ("emissions", "sequestration", "gdp", "population", "area")})


def _mapped(polygons: Polygons, unit: pd.Index) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the polygons in WGS 84, indexed by unit, and an empty backdrop."""
    to_degrees = pyproj.Transformer.from_crs(PLACE, "EPSG:4326", always_xy=True)

    def degrees(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_degrees.transform(coordinates[:, 0], coordinates[:, 1]))

    geometry = gpd.GeoDataFrame(geometry=shapely.transform(polygons, degrees), index=unit, crs="EPSG:4326")
    return geometry, gpd.GeoDataFrame(geometry=[], crs="EPSG:4326")
