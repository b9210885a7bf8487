"""Centres of gravity of the amount, their track over the years, and the units they lie in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray
from pyproj import CRS, Geod

from ecocomp.space.labels import canonical_order, require_same, unit_index
from ecocomp.space.metric import WGS84, centroids, equal_area_crs, map_of, require_polygons, transform

__all__ = [
    "Centroids",
    "Weighting",
    "centres_of_gravity",
    "centroids_of",
    "host_units",
    "masses",
    "sorted_units",
    "track",
    "weighted_mean",
]

Weighting = Literal["payments", "receipts", "absolute", "signed"]
LARGEST_LEVERAGE = 4.0
CELLS_AT_ONCE = 2**15
"""Amounts whose centres are computed at a time: 256 KiB an array."""


def centres_of_gravity(
    amount: xr.DataArray,
    geometry: gpd.GeoDataFrame | Centroids,
    weightings: Sequence[Weighting] = ("payments", "receipts", "absolute", "signed"),
) -> xr.Dataset:
    """Compute the centres of gravity of the amount.

    x̄ = Σ m_i x_i / Σ m_i over the centroids x_i in an equal-area projection, with m = max(V, 0) (payments),
    max(−V, 0) (receipts), |V| (absolute) or V (signed). The signed one is no average: it leaves the region as
    payments and receipts even out, which the leverage Σ|m| / |Σm| measures.
    Source: Lefever (1926), American Journal of Sociology 32, 88-94, for the weighted mean centre.

    Parameters
    ----------
    amount : DataArray
        Amounts V (unit, year) and any other dimensions [CNY]; missing ones are left out.
    geometry : GeoDataFrame or Centroids
        Polygons of the same units, in any order, with a coordinate system; or what :func:`centroids_of` made of
        them, for many calls.
    weightings : sequence of str
        Any of payments, receipts, absolute, signed.

    Returns
    -------
    Dataset
        On (year, weighting) and the others: ``lon``, ``lat`` [degrees, WGS 84], ``leverage`` [1]. All are empty
        where the weights sum to 0; ``lon`` and ``lat`` also where the leverage is above 4.

    Raises
    ------
    ValueError
        If the units differ, or the geometry has no coordinate system, or a weighting is unknown.
    """
    at = geometry if isinstance(geometry, Centroids) else centroids_of(unit_index(amount), geometry)
    require_same(unit_index(amount), at.units, "values", "centroids")
    in_order = amount if unit_index(amount).equals(at.units) else amount.sel(unit=at.units)
    ordered = in_order.transpose(..., "unit")
    values = np.ascontiguousarray(ordered.to_numpy(), dtype=np.float64)
    rows = values.reshape(-1, values.shape[-1])
    centre, leverage = np.empty((len(rows), len(weightings), 2)), np.empty((len(rows), len(weightings)))
    step = max(1, CELLS_AT_ONCE // max(1, rows.shape[1]))
    for start in range(0, len(rows), step):  # rows that fit into the processor's cache
        part = slice(start, start + step)
        for place, weighting in enumerate(weightings):
            centre[part, place], leverage[part, place] = _centre(masses(rows[part], weighting), at.points)
    centre = centre.reshape(*values.shape[:-1], len(weightings), 2)
    leverage = leverage.reshape(centre.shape[:-1])
    degrees = _degrees(centre, at.crs)
    dims = (*ordered.dims[:-1], "weighting")
    others = {name: ordered[name].to_numpy() for name in ordered.dims[:-1] if name in ordered.indexes}
    return xr.Dataset(
        {"lon": (dims, degrees[..., 0]), "lat": (dims, degrees[..., 1]), "leverage": (dims, leverage)},
        coords={**others, "weighting": list(weightings)},
    )


def _centre(
    weights: NDArray[np.float64], points: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the centres (row, 2) [m] and leverages (row) of points (unit, 2) [m] under some weights (row, unit)."""
    total, gross = weights.sum(axis=-1), np.abs(weights).sum(axis=-1)
    # amounts that cancel but for rounding sum to 0
    total[np.abs(total) <= 1e-12 * gross] = np.nan
    leverage = gross / np.abs(total)
    divisor = np.where(leverage <= LARGEST_LEVERAGE, total, np.nan)
    # an axis at a time, units last: a draw has the same bits alone and in a batch
    return np.stack([(weights * axis).sum(axis=-1) / divisor for axis in points.T.copy()], axis=-1), leverage


@dataclass(frozen=True)
class Centroids:
    """Centroids of polygons in their equal-area projection: ``points`` (unit, 2) [m], units in canonical order."""

    units: pd.Index
    crs: CRS
    points: NDArray[np.float64]


def centroids_of(units: pd.Index, geometry: gpd.GeoDataFrame) -> Centroids:
    """Return the centroids of the polygons of some units, projected once for many calls.

    Raises
    ------
    ValueError
        If the units differ, or the geometry is unusable.
    """
    units = units[canonical_order(units)]
    polygons = map_of(units, geometry)
    crs = equal_area_crs(polygons)
    return Centroids(units, crs, centroids(polygons, crs))


def track(centres: xr.Dataset) -> xr.Dataset:
    """Add how far, where to and how fast the centres moved since the year before.

    Source: Karney (2013), Journal of Geodesy 87, 43-55, for geodesics on the ellipsoid.

    Parameters
    ----------
    centres : Dataset
        On (year, weighting): ``lon``, ``lat`` [degrees, WGS 84].

    Returns
    -------
    Dataset
        The centres, with ``distance_km`` [km], ``bearing_deg`` [degrees clockwise from north, 0 to 360] at
        the start of the way, and ``speed_km_a`` [km/a], from the previous year of the dataset. Missing in the
        first year and where either centre is missing; the bearing also where the centre stays in place.
    """
    ordered = centres.sortby("year")
    before = ordered.shift(year=1)
    ends = (before["lon"], before["lat"], ordered["lon"], ordered["lat"])
    from_lon, from_lat, to_lon, to_lat = (values.to_numpy().copy() for values in ends)
    bearing, _, metres = Geod(ellps="WGS84").inv(from_lon, from_lat, to_lon, to_lat)
    years = np.diff(ordered["year"].to_numpy().astype(np.float64), prepend=np.nan)
    moved = ordered["lon"].notnull() & before["lon"].notnull()
    distance = (moved * 0.0 + np.asarray(metres) / 1000).where(moved)
    added = {
        "distance_km": distance,
        "bearing_deg": (moved * 0.0 + np.asarray(bearing) % 360).where(distance > 0),
        "speed_km_a": distance / xr.DataArray(years, dims="year", coords={"year": ordered["year"]}),
    }
    return ordered.assign(added).sel(year=centres["year"])


def host_units(centres: xr.Dataset, geometry: gpd.GeoDataFrame) -> xr.DataArray:
    """Name the unit whose polygon contains each centre.

    Parameters
    ----------
    centres : Dataset
        ``lon``, ``lat`` [degrees, WGS 84] on any dimensions.
    geometry : GeoDataFrame
        Polygons (unit) with a coordinate system; the index holds the unit ids.

    Returns
    -------
    DataArray of str
        Unit id on the dimensions of ``centres``; the smallest where polygons share the point, empty where
        none holds it.

    Raises
    ------
    ValueError
        If the geometry has no coordinate system, an id twice or an empty polygon.
    """
    require_polygons(geometry)
    polygons = geometry.iloc[canonical_order(geometry.index)]
    lon, lat = centres["lon"], centres["lat"].transpose(*centres["lon"].dims)
    degrees = np.column_stack([lon.to_numpy().ravel(), lat.to_numpy().ravel()])
    known = np.flatnonzero(~np.isnan(degrees).any(axis=1))
    places = shapely.points(transform(degrees[known], WGS84, geometry.crs))
    point, polygon = shapely.STRtree(polygons.geometry.to_numpy()).query(places, predicate="intersects")
    hosts = np.full(len(degrees), "", dtype=object)
    # written from the last to the first, so that the smallest id stays
    order = np.argsort(-polygon, kind="stable")
    hosts[known[point[order]]] = polygons.index.astype(str).to_numpy()[polygon[order]]
    return lon.copy(data=hosts.astype(str).reshape(lon.shape)).rename("host_unit")


def sorted_units(amount: xr.DataArray, geometry: gpd.GeoDataFrame) -> tuple[NDArray[np.float64], gpd.GeoDataFrame]:
    """Return the amounts (year, unit) and polygons, units in canonical order: sums then have the same bits.

    Raises
    ------
    ValueError
        If the units differ, or the geometry is unusable.
    """
    units = unit_index(amount)
    units = units[canonical_order(units)]
    values = amount.sel(unit=units).transpose("year", "unit").to_numpy()
    return np.array(values, dtype=np.float64, order="C"), map_of(units, geometry)


def masses(values: NDArray[np.float64], weighting: Weighting) -> NDArray[np.float64]:
    """Return the weights of the units in a centre or ellipse [CNY]; a missing amount weighs nothing.

    Raises
    ------
    ValueError
        If the weighting is unknown.
    """
    values = np.nan_to_num(values, nan=0.0)
    match weighting:
        case "payments":
            return np.maximum(values, 0.0)
        case "receipts":
            return np.maximum(-values, 0.0)
        case "absolute":
            return np.abs(values)
        case "signed":
            return values
    raise ValueError(f"weighting must be payments, receipts, absolute or signed, not {weighting!r}")


def weighted_mean(points: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Σ m x / Σ m (2,) of points (unit, 2) [m] with weights (unit)."""
    return np.asarray((points * weights[:, None]).sum(axis=0) / weights.sum())


def _degrees(points: NDArray[np.float64], crs: CRS) -> NDArray[np.float64]:
    """Return points (…, 2) in degrees; missing ones stay missing."""
    flat = points.reshape(-1, 2)
    known = ~np.isnan(flat).any(axis=1)
    degrees = np.full(flat.shape, np.nan)
    degrees[known] = transform(flat[known], crs, WGS84)
    return degrees.reshape(points.shape)
