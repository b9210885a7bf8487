"""Geographically weighted regression by `mgwr`, told as tidy tables and local coefficients."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from ecocomp.drivers.design import Design, UnfitFactorsError, design_of, require_package
from ecocomp.drivers.regression import DIAGNOSTICS, Fit
from ecocomp.space import equal_area_crs

__all__ = ["geographically_weighted", "multiscale_weighted"]

NEAREST_UNITS = 40
"""The library tries bandwidths from this many units and two for each term upwards."""
LOCAL = ["term", "coefficient", "local_minimum", "local_maximum", "local_significant", "bandwidth", "vif"]


def geographically_weighted(response: xr.DataArray, factors: xr.Dataset, geometry: gpd.GeoDataFrame) -> Fit:
    """Fit a regression at every unit, nearer units weighing more, one bandwidth for all terms (GWR).

    Adaptive bisquare kernel, bandwidth (a number of neighbours) by the smallest AICc; response and factors are
    standard scores. Local t values are held against a critical value corrected for the number of tests (da Silva and
    Fotheringham 2016). Source: Fotheringham, Brunsdon and Charlton (2002), Geographically Weighted Regression.

    Parameters
    ----------
    response
        On (unit); any unit of measure.
    factors
        Numbers on (unit). Units that lack the response or a factor are left out and counted (``units_missing``).
    geometry
        Polygons of at least these units, with a coordinate system; distances are between centroids [m].

    Returns
    -------
    Fit
        ``coefficients``: ``term``, mean ``coefficient`` over the units, ``local_minimum``, ``local_maximum``,
        ``local_significant`` (share of units whose local t is beyond the corrected critical value), ``bandwidth``,
        ``vif``; ``local`` on (unit, term).

    Raises
    ------
    UnfitFactorsError
        If a factor is constant or collinear, or units are too few.
    MissingDependencyError
        If `mgwr` is not installed.
    """
    return _fitted(response, factors, geometry, several_bandwidths=False)


def multiscale_weighted(response: xr.DataArray, factors: xr.Dataset, geometry: gpd.GeoDataFrame) -> Fit:
    """Fit a regression at every unit with a bandwidth for each term (MGWR).

    As :func:`geographically_weighted`; the bandwidth of a term tells at which scale its coefficient varies. Memory
    grows with the squared number of units, time faster still: some hundred units are meant. Source: Fotheringham,
    Yang and Kang (2017), Annals of the American Association of Geographers 107, 1247-1265.

    Parameters
    ----------
    response, factors, geometry
        As :func:`geographically_weighted`.
    """
    return _fitted(response, factors, geometry, several_bandwidths=True)


def _fitted(
    response: xr.DataArray, factors: xr.Dataset, geometry: gpd.GeoDataFrame, *, several_bandwidths: bool
) -> Fit:
    design = design_of(response, factors, standardise=True)
    fewest = NEAREST_UNITS + 2 * (len(design.names) + 1) + 2
    if len(design.units) < fewest:
        raise UnfitFactorsError(
            f"{len(design.units)} units that have the response and every factor are too few for local coefficients of "
            f"{len(design.names)} factors, which need {fewest}: use fewer factors, or a model for the whole region"
        )
    require_package("mgwr", "a geographically weighted regression")
    from mgwr.gwr import GWR, MGWR
    from mgwr.sel_bw import Sel_BW

    places = geometry.loc[design.units].geometry.to_crs(equal_area_crs(geometry)).centroid
    points = np.column_stack([places.x, places.y])
    # one process: the same bits whatever the machine, and no worker to start
    search = Sel_BW(points, design.response, design.factors, multi=several_bandwidths, n_jobs=1)
    bandwidth = search.search()
    if several_bandwidths:
        model = MGWR(points, design.response, design.factors, search, n_jobs=1)
    else:
        model = GWR(points, design.response, design.factors, bandwidth, n_jobs=1)
    return _told(design, model.fit(), np.broadcast_to(bandwidth, len(design.names) + 1))


def _told(design: Design, found: Any, bandwidths: Any) -> Fit:
    terms = ["constant", *design.names]
    critical = np.broadcast_to(found.critical_tval(), len(terms))
    significant = np.abs(found.tvalues) > critical
    coefficients = pd.DataFrame(
        {
            "term": terms,
            "coefficient": found.params.mean(axis=0),
            "local_minimum": found.params.min(axis=0),
            "local_maximum": found.params.max(axis=0),
            "local_significant": significant.mean(axis=0),
            "bandwidth": np.asarray(bandwidths, dtype=float),
            "vif": [np.nan, *design.vif],
        }
    )[LOCAL]
    rows = [
        ("units_used", len(design.units), np.nan), ("units_missing", design.missing, np.nan),
        ("r_squared", found.R2, np.nan), ("aic", found.aic, np.nan), ("aicc", found.aicc, np.nan),
        ("effective_parameters", found.tr_S, np.nan),
    ]  # fmt: skip
    diagnostics = pd.DataFrame(rows, columns=DIAGNOSTICS).astype({"diagnostic_value": float, "diagnostic_p": float})
    local = xr.Dataset(
        {name: (("unit", "term"), values) for name, values in
         (("coefficient", found.params), ("t", found.tvalues), ("significant", significant))},
        coords={"unit": design.units.to_numpy(), "term": terms},
    )  # fmt: skip
    return Fit(coefficients, diagnostics, local)
