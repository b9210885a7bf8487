"""Clusters of the amount, year by year, and what they add up to in the region."""

from __future__ import annotations

from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from libpysal.graph import Graph
from numpy.typing import NDArray

from ecocomp.issues import DataError, Issue
from ecocomp.space.global_statistic import global_moran
from ecocomp.space.labels import unit_index
from ecocomp.space.metric import map_of
from ecocomp.space.moran import fixed_seed, label_clusters, local_moran
from ecocomp.space.neighbours import PreparedGraph, prepare
from ecocomp.space.significance import permutations_for, two_sided
from ecocomp.space.slices import MINIMUM_UNITS, is_constant
from ecocomp.space.statistics import local_statistics
from ecocomp.space.weights import restrict, weights
from ecocomp.study import Space

__all__ = ["RegionGraph", "check_units", "cluster_labels", "clusters", "region_graph"]

MISSING = {
    "quadrant": "",
    "cluster": "missing",
    "uncertain": False,
    "hot_spot": "missing",
    "bivariate_cluster": "missing",
}
LABELS = ("HH", "LL", "HL", "LH", "ns", "isolate")


def clusters(
    amount: xr.DataArray,
    geometry: gpd.GeoDataFrame,
    settings: Space,
    seed: int | np.random.Generator,
    income: xr.DataArray | None = None,
) -> tuple[xr.Dataset, xr.Dataset]:
    """Compute local Moran's I, Gi* and global Moran's I of the amount in every year, as a study asks for it.

    Years with the same valid units share their graph and their permutations. The policy for isolates is
    applied to the units of each year, so that a unit that loses its neighbours to missing values is linked
    anew. Source: Anselin (1995), Geographical Analysis 27, 93-115; Ord and Getis (1995), Geographical
    Analysis 27, 286-306; Cliff and Ord (1981), Spatial Processes.

    Parameters
    ----------
    amount : DataArray
        Amounts (unit, year) [CNY]; missing ones leave the graph of their year.
    geometry : GeoDataFrame
        Polygons of the same units, in any order, with a coordinate system.
    settings : ecocomp.study.Space
        The section ``[space]``.
    seed : int or numpy.random.Generator
        Source of the draws.
    income : DataArray, optional
        GDP per head (unit, year) [CNY/person], for the bivariate statistic: the amount among its neighbours' income.

    Returns
    -------
    tuple of two Datasets
        Local on (unit, year): the variables of :func:`local_moran`, and of Gi* (:func:`local_getis_ord`)
        ``gi_star_z``, ``gi_star_p`` [1] and ``hot_spot``, one of hot, cold, ns, isolate, missing; with income,
        ``bivariate_moran``, ``bivariate_p`` [1] and ``bivariate_cluster`` (:func:`local_moran_bivariate`),
        missing in years whose income does not vary. Regional on
        (year): ``moran_i``, ``moran_z``, ``moran_p`` [1]; numbers of units ``n_HH``, ``n_LL``, ``n_HL``,
        ``n_LH``, ``n_ns``, ``n_isolate`` by ``cluster``; and ``n_directed``, ``n_two_sided``, ``n_fdr``: units
        that a directed p, a two-sided p, and the FDR-adjusted p of the study's alternative would label at the
        same level.

    Raises
    ------
    DataError
        With an issue for every year whose amounts are all the same or too few, or every unit without
        neighbours where the study refuses them.
    ValueError
        If the units of amount and geometry differ, or an amount is infinite.
    """
    amount = amount.transpose("unit", "year")
    if income is not None:
        income = _that_varies(income.transpose("unit", "year").where(amount.notnull()))
        income = income.reindex_like(amount)
    _require_variation(amount)
    region = region_graph(unit_index(amount), geometry, settings)
    seed = fixed_seed(seed)
    permutations = permutations_for(settings, amount.sizes["unit"])
    local, regional = [], []
    for years in _years_by_valid_units(amount):
        part = amount.isel(year=years)
        valid = ~np.isnan(part.isel(year=0).to_numpy())
        kept = region.of(valid)
        among = None if income is None else income.isel(year=years).isel(unit=valid)
        of_years, in_region = _of_one_set(part.isel(unit=valid), among, kept, settings, permutations, seed)
        local.append(_with_missing(of_years, part))
        regional.append(in_region)
    order = amount.indexes["year"]
    return (
        xr.concat(local, dim="year").sel(year=order).transpose("unit", "year"),
        xr.concat(regional, dim="year").sel(year=order),
    )


@dataclass(frozen=True)
class RegionGraph:
    """The neighbours in a map, from which come those among any set of valid units, each made once."""

    polygons: gpd.GeoDataFrame
    graph: Graph
    settings: Space
    _made: dict[bytes, PreparedGraph] = field(default_factory=dict, repr=False)

    def of(self, valid: NDArray[np.bool_]) -> PreparedGraph:
        """Return the graph among the valid units (unit), the policy for isolates applied to them."""
        key = valid.tobytes()
        if key not in self._made:
            kept = self.polygons.index[valid]
            self._made[key] = prepare(restrict(self.graph, kept, self.polygons, self.settings.isolates))
        return self._made[key]


def region_graph(units: pd.Index, geometry: gpd.GeoDataFrame, settings: Space) -> RegionGraph:
    """Return the neighbours of some units as a study asks for them, the policy for isolates not yet applied.

    Raises
    ------
    ValueError
        If the units of the map differ.
    """
    polygons = map_of(units, geometry)
    drop = settings.model_copy(update={"isolates": "drop"})  # the policy is for the units of each year
    return RegionGraph(polygons, weights(polygons, drop), settings)


def cluster_labels(amount: xr.DataArray, region: RegionGraph, permutations: int, seed: int) -> xr.DataArray:
    """Return the clusters of many variants of the amount, as :func:`clusters` would label each.

    Parameters
    ----------
    amount : DataArray
        Amounts (…, unit), units in the order of the region [CNY].
    region : RegionGraph
        Of :func:`region_graph`.
    permutations : int
        Number of permutations M [1].
    seed : int
        Source of the draws.

    Returns
    -------
    DataArray of str
        HH, LL, HL, LH, ns, isolate or missing, on the dimensions of ``amount``; missing throughout a slice whose
        amounts are all the same or fewer than 3: no cluster can be told in it.
    """
    settings, ordered = region.settings, amount.transpose(..., "unit")
    table = np.ascontiguousarray(ordered.to_numpy()).reshape(-1, ordered.sizes["unit"])
    labels = np.full(table.shape, "missing", dtype="<U7")
    sets, of_row = np.unique(~np.isnan(table), axis=0, return_inverse=True)
    for number, valid in enumerate(sets):
        rows = np.flatnonzero(of_row.ravel() == number)
        rows = rows[[valid.sum() >= MINIMUM_UNITS and not is_constant(table[row, valid]) for row in rows]]
        if rows.size:
            units = region.polygons.index[valid]
            part = xr.DataArray(table[np.ix_(rows, valid)], dims=("slice", "unit"), coords={"unit": units})
            found = local_moran(
                part, region.of(valid), permutations, seed, settings.alternative,
                alpha=settings.alpha, correction=settings.correction,
            )  # fmt: skip
            labels[np.ix_(rows, valid)] = found["cluster"].transpose("slice", "unit").to_numpy()
    return ordered.copy(data=labels.reshape(ordered.shape)).rename("cluster")


def check_units(account: xr.DataArray) -> list[Issue]:
    """Return an error for every year in which too few units have an account (unit, year) for clusters to be told."""
    counts = account.notnull().sum("unit")
    return [
        _issue("too-few-units", year, f"units that have an account: {count}", None)
        for year, count in zip(account.indexes["year"], counts.to_numpy(), strict=True)
        if count < MINIMUM_UNITS
    ]


def _of_one_set(
    amount: xr.DataArray,
    income: xr.DataArray | None,
    prepared: PreparedGraph,
    settings: Space,
    permutations: int,
    seed: int,
) -> tuple[xr.Dataset, xr.Dataset]:
    """Return the local and regional results of years in which the same units are valid."""
    local = _local(amount, income, prepared, settings, permutations, seed)
    quadrant, cluster, p_value, p_fdr = (
        local[name].to_numpy().T for name in ("quadrant", "cluster", "p_value", "p_fdr")
    )
    # a two-sided p of 1 stands for a directed one from 0.5 to 1
    p_directed = p_value if settings.alternative == "directed" else p_value / 2
    counts = {f"n_{label}": np.count_nonzero(cluster == label, axis=1) for label in LABELS}
    for name, p in (("n_directed", p_directed), ("n_two_sided", two_sided(p_directed)), ("n_fdr", p_fdr)):
        counts[name] = _labelled(quadrant, p, settings.alpha)
    moran = global_moran(amount, prepared, settings.global_permutations, seed)
    regional = moran[["i", "z", "p"]].rename(i="moran_i", z="moran_z", p="moran_p")
    return local, regional.assign({name: ("year", count) for name, count in counts.items()})


def _local(
    amount: xr.DataArray,
    income: xr.DataArray | None,
    graph: PreparedGraph,
    settings: Space,
    permutations: int,
    seed: int,
) -> xr.Dataset:
    """Return local Moran's I with its clusters, Gi* with its hot spots, and the bivariate statistic, from one pass."""
    told = income is not None and bool(income.notnull().any("unit").all())
    found = local_statistics(
        amount,
        graph,
        permutations,
        seed,
        settings.alternative,
        among=income if told else None,
        alpha=settings.alpha,
        correction=settings.correction,
    )
    star, both = found.g_star, found.bivariate
    local = found.moran.assign(gi_star_z=star["z"], gi_star_p=star["p_value"], hot_spot=star["cluster"])
    if income is None:
        return local
    if both is None:
        unknown = xr.full_like(amount, np.nan)
        return local.assign(
            bivariate_moran=unknown, bivariate_p=unknown, bivariate_cluster=xr.full_like(amount, "missing", dtype="<U7")
        )
    return local.assign(bivariate_moran=both["i"], bivariate_p=both["p_value"], bivariate_cluster=both["cluster"])


def _that_varies(income: xr.DataArray) -> xr.DataArray:
    """Return incomes (unit, year), missing in years of which nothing can be told: too few, or all the same."""
    known = [values[~np.isnan(values)] for values in income.to_numpy().T]
    varies = [values.size >= MINIMUM_UNITS and not is_constant(values) for values in known]
    return income.where(xr.DataArray(varies, dims="year", coords={"year": income["year"]}))


def _labelled(quadrant: NDArray[np.str_], p: NDArray[np.float64], alpha: float) -> NDArray[np.int64]:
    """Return the number of units in a cluster (year)."""
    called = np.isin(label_clusters(quadrant, p, alpha), LABELS[:4])
    return np.asarray(called.sum(axis=1))


def _with_missing(local: xr.Dataset, part: xr.DataArray) -> xr.Dataset:
    """Return the results on all units: those without an amount are missing."""
    full = local.reindex(unit=part["unit"], fill_value=MISSING)
    return full.assign_coords(part.coords)


def _years_by_valid_units(amount: xr.DataArray) -> list[NDArray[np.intp]]:
    """Return the positions of the years, grouped by the units that have an amount."""
    _, group = np.unique(~np.isnan(amount.to_numpy().T), axis=0, return_inverse=True)
    return [np.flatnonzero(group == number) for number in np.unique(group)]


def _require_variation(amount: xr.DataArray) -> None:
    """Refuse years whose amounts are all the same or too few, all at once."""
    issues = []
    for year, values in zip(amount.indexes["year"], amount.to_numpy().T, strict=True):
        valid = values[~np.isnan(values)]
        if valid.size < MINIMUM_UNITS:
            issues.append(_issue("too-few-units", year, f"units that have an amount: {valid.size}", valid))
        elif is_constant(valid):
            issues.append(_issue("constant-amount", year, "all amounts are the same", valid))
    if issues:
        raise DataError(issues)


def _issue(code: str, year: int, message: str, valid: NDArray[np.float64] | None) -> Issue:
    return Issue(
        severity="error",
        code=code,
        message=f"{message}: clusters cannot be told",
        remedy=f"give at least {MINIMUM_UNITS} units with amounts that differ, or leave the year out",
        column="amount",
        year=int(year),
        value=str(valid[0]) if valid is not None and valid.size else None,
    )
