"""Standard deviational ellipses: how far and which way the amount spreads around its centre."""

from __future__ import annotations

import math
from typing import Literal, get_args

import geopandas as gpd
import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pyproj import Proj

from ecocomp.space.centre import Weighting, masses, sorted_units, weighted_mean
from ecocomp.space.metric import WGS84, centroids, equal_area_crs, equal_area_definition, transform

__all__ = ["Convention", "deviational_ellipses", "ellipse_of"]

Convention = Literal["plain", "sqrt2"]
WEIGHTINGS: tuple[Weighting, ...] = ("payments", "receipts", "absolute")
NAMES = ("lon", "lat", "semi_major_km", "semi_minor_km", "rotation_deg", "area_km2")


def deviational_ellipses(
    amount: xr.DataArray, geometry: gpd.GeoDataFrame, convention: Convention = "plain"
) -> xr.Dataset:
    """Compute the weighted standard deviational ellipse of payments, receipts and absolute amounts.

    The semi-axes are √λ₁ ≥ √λ₂ of the covariance Σ m (x − x̄)(x − x̄)ᵀ / Σ m of the polygon centroids; the
    area is π √λ₁ √λ₂. Source: Yuill (1971), Geografiska Annaler B 53, 28-39; Wang, Shi and Miao (2015), PLOS
    ONE 10, e0118537, for the eigenvalue form. To keep true north, each ellipse is computed in an equal-area
    projection centred on its own centre.

    Parameters
    ----------
    amount : DataArray
        Amounts (unit, year) [CNY]; missing ones are left out.
    geometry : GeoDataFrame
        Polygons of the same units, in any order, with a coordinate system.
    convention : {"plain", "sqrt2"}
        Axes of one standard deviation, or √2 times as long.

    Returns
    -------
    Dataset
        On (year, weighting): ``lon``, ``lat`` of the centre [degrees, WGS 84]; ``semi_major_km``,
        ``semi_minor_km`` [km]; ``rotation_deg`` of the major axis [degrees clockwise from north, 0 ≤ θ <
        180]; ``area_km2`` [km²]. All are empty where the weights sum to 0; all but the centre with fewer than
        3 weighted units or where these share one centroid; the rotation where the axes are equal (to 1e-6).
        Centroids on a line have a minor axis and an area of 0, to within rounding.

    Raises
    ------
    ValueError
        If the units differ, the geometry has no coordinate system, or the convention is unknown.
    """
    if convention not in get_args(Convention):
        raise ValueError(f"convention must be one of {get_args(Convention)}, not {convention!r}")
    values, polygons = sorted_units(amount, geometry)
    crs = equal_area_crs(polygons)
    points = centroids(polygons, crs)
    degrees = transform(points, crs, WGS84)
    scale = math.sqrt(2) if convention == "sqrt2" else 1.0
    results = np.full((len(values), len(WEIGHTINGS), len(NAMES)), np.nan)
    weights = np.stack([masses(values, weighting) for weighting in WEIGHTINGS], axis=1)
    rows, columns = np.nonzero(weights.sum(axis=2) > 0)
    means = np.array([weighted_mean(points, of_one) for of_one in weights[rows, columns]]).reshape(-1, 2)
    centres = transform(means, crs, WGS84)
    for row, column, centre in zip(rows, columns, centres, strict=True):
        results[row, column, :2] = centre
        results[row, column, 2:] = ellipse_of(degrees, weights[row, column], centre, scale)
    return xr.Dataset(
        {name: (("year", "weighting"), results[..., place]) for place, name in enumerate(NAMES)},
        coords={"year": amount["year"].to_numpy(), "weighting": list(WEIGHTINGS)},
    )


def ellipse_of(
    degrees: NDArray[np.float64], weights: NDArray[np.float64], centre: NDArray[np.float64], scale: float
) -> tuple[float, float, float, float]:
    """Return semi-major and semi-minor axis [km], rotation [degrees] and area [km²] of the ellipse of some points.

    Parameters
    ----------
    degrees : ndarray
        Longitude and latitude of the points (point, 2) [degrees, WGS 84].
    weights : ndarray
        Weight of each point (point), not negative, any unit of measure.
    centre : ndarray
        Where the projection is centred (2,) [degrees, WGS 84].
    scale : float
        Axes in standard deviations [1].
    """
    empty = (np.nan, np.nan, np.nan, np.nan)
    weighted = weights > 0
    if weighted.sum() < 3:
        return empty
    projection = Proj(equal_area_definition(*centre))  # no datum changes: a transformer would cost 5 ms each
    points = np.column_stack(projection(*degrees[weighted].T)) / 1000
    share = weights[weighted] / weights[weighted].sum()
    apart = points - weighted_mean(points, share)
    variances, directions = np.linalg.eigh((apart * share[:, None]).T @ apart)
    minor, major = (scale * math.sqrt(max(variance, 0.0)) for variance in variances)
    if major < 1e-6:  # a millimetre: all centroids are one point
        return empty
    east, north = directions[:, 1]
    rotation = math.degrees(math.atan2(east, north)) % 180 % 180  # −1e-20 % 180 is 180
    return major, minor, rotation if major - minor > 1e-6 * major else np.nan, math.pi * major * minor
