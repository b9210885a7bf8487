"""The drivers of a study: detectors year by year, regressions as asked for, as the tables of a result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr
from libpysal.graph import Graph

from ecocomp import space
from ecocomp.accounts import factors_of, gdp_per_head
from ecocomp.drivers.design import UnfitFactorsError, design_of, require_package
from ecocomp.drivers.geodetector import FACTORS, INTERACTIONS, RISKS, STRATA, geodetector
from ecocomp.drivers.local_regression import geographically_weighted, multiscale_weighted
from ecocomp.drivers.regression import DIAGNOSTICS, Fit, ols, panel_regression, spatial_error, spatial_lag
from ecocomp.issues import Issue
from ecocomp.rules import issue_of
from ecocomp.study import Space, Study
from ecocomp.study.drivers import DRAWN_FROM, PER_HEAD, Model

__all__ = ["COLUMNS", "by_construction", "explain", "require_models", "used_by"]

Tables = dict[str, pd.DataFrame]
_WHEN = ["year", "response"]
_TERMS = [
    "model", "term", "coefficient", "standard_error", "test_statistic", "coefficient_p", "vif", "local_minimum",
    "local_maximum", "local_significant", "bandwidth",
]  # fmt: skip
COLUMNS: dict[str, list[str]] = {
    "drivers": [*_WHEN, *FACTORS, "by_construction", "seed"],
    "driver_interactions": [*_WHEN, *INTERACTIONS, "seed"],
    "driver_strata": [*_WHEN, *STRATA],
    "driver_risks": [*_WHEN, *RISKS],
    "regression": [*_WHEN, *_TERMS],
    "regression_diagnostics": [*_WHEN, "model", *DIAGNOSTICS],
}
"""Columns of each table, before the data's origin."""
PANELS: dict[Model, Literal["lag", "error"]] = {"panel_lag": "lag", "panel_error": "error"}


def require_models(study: Study) -> None:
    """Raise `MissingDependencyError` if a model of a study needs a package that is not installed."""
    for package in used_by(study):
        require_package(package, f"[drivers] models = {list(study.drivers.models)}")


def used_by(study: Study) -> list[str]:
    """Return the optional packages that the models of a study need."""
    weighted = {"gwr", "mgwr"} & set(study.drivers.models)
    return (["mgwr"] if weighted else []) + (["spreg"] if set(study.drivers.models) - weighted else [])


def explain(
    study: Study, units: xr.Dataset, columns: xr.Dataset, geometry: gpd.GeoDataFrame
) -> tuple[Tables, list[Issue]]:
    """Tell what goes with the response of a study: association, not cause.

    Parameters
    ----------
    study
        The settings; without [drivers] factors all tables are empty.
    units
        Quantities and results on (unit, year), parents as coordinates on (unit).
    columns
        Those of [drivers.columns] on the same labels.
    geometry
        Polygons of the units.

    Returns
    -------
    tables : dict of pandas.DataFrame
        By the names and with the columns of `COLUMNS`.
    issues : list of Issue
        What the data could not carry: a factor without strata of 5 units, a year, a model.
    """
    if not study.drivers.factors:
        return {name: pd.DataFrame(columns=names) for name, names in COLUMNS.items()}, []
    response = _one(study.drivers.response, units, columns)
    factors = {name: _one(name, units, columns) for name in study.drivers.factors}
    found: list[Tables] = []
    issues: list[Issue] = []
    for year in response["year"].values.tolist():
        of_year, told = _detected(study, response.sel(year=year), _at(factors, year), int(year))
        found, issues = [*found, *of_year], [*issues, *told]
    fitted, told = _fitted(study, response, factors, geometry)
    return _together([*found, *fitted], study.drivers.response), [*issues, *told]


def by_construction(study: Study, factor: str) -> bool:
    """Tell whether a factor stands in the formula of the response, or was used to make an input of it.

    Such a factor goes with the response whatever the data: its q says how the formula works.
    """
    response = study.drivers.response
    parts = {response, *DRAWN_FROM.get(response, ())}
    if response in ("revised", "amount", "priority"):
        parts |= set(factors_of(study.revision))
        parts |= {"gdp"} if study.revision.method in ("theoretical", "threshold", "ecc_esc") else set()
    emissions = study.quantities["emissions"]
    if "emissions" in parts and emissions.top_down is not None:
        parts.add(str(emissions.top_down.proxy.quantity))
    return factor in parts or (factor == PER_HEAD and bool(parts & {"gdp", "population"}))


def _one(name: str, units: xr.Dataset, columns: xr.Dataset) -> xr.DataArray:
    """Return a factor or the response on (unit, year), or a parent's names on (unit)."""
    found = columns[name] if name in columns else gdp_per_head(units) if name == PER_HEAD else units[name]
    assert found is not None, "the study has checked for population"
    return found.transpose("unit", ...).reset_coords(drop=True)


def _at(factors: Mapping[str, xr.DataArray], year: int) -> xr.Dataset:
    """Return the factors of a year on (unit)."""
    parts = {name: f.sel(year=year, drop=True) if "year" in f.dims else f for name, f in factors.items()}
    return xr.merge([part.rename(name) for name, part in parts.items()], join="exact", compat="override")


def _detected(study: Study, response: xr.DataArray, factors: xr.Dataset, year: int) -> tuple[list[Tables], list[Issue]]:
    seed = study.study.seed
    try:
        # a year's draws are its own, whatever other years the study has
        found = geodetector(response, factors, study.drivers.permutations, np.random.default_rng([seed, year]))
    except ValueError as error:
        return [], [issue_of("driver-left-out", f"no driver can be told: {error}", year=year)]
    made = [by_construction(study, str(name)) for name in found.factors["factor"]]
    drivers = found.factors.assign(by_construction=np.where(made, "yes", "no"), seed=seed)
    tables = {
        "drivers": drivers, "driver_interactions": found.interactions.assign(seed=seed),
        "driver_strata": found.strata, "driver_risks": found.risks,
    }  # fmt: skip
    issues = [
        issue_of("driver-left-out", f"{name} makes no two strata of 5 units or more, so that it has no q", year=year)
        for name in found.factors.loc[found.factors["method"] == "", "factor"]
    ]
    return [{name: frame.assign(year=year) for name, frame in tables.items()}], issues


def _fitted(
    study: Study, response: xr.DataArray, factors: Mapping[str, xr.DataArray], geometry: gpd.GeoDataFrame
) -> tuple[list[Tables], list[Issue]]:
    """Fit every model of a study: panels once, the others year by year."""
    numbers = {name: factors[name] for name in study.drivers.numbers(study.units.parents)}
    whole = xr.merge([f.rename(name) for name, f in numbers.items()], join="exact", compat="override")
    places = _Places(geometry, study.space)
    found: list[Tables] = []
    issues: list[Issue] = []
    for model in study.drivers.models:
        years: list[int | None] = [None] if model in PANELS else response["year"].values.tolist()
        for year in years:
            at = {} if year is None else {"year": year}
            try:
                fitted = _fit(model, response.sel(at, drop=True), whole.sel(at, drop=True), places)
            except UnfitFactorsError as error:
                issues.append(issue_of("driver-left-out", f"the model {model} is left out: {error}", year=year))
                continue
            frames = {"regression": fitted.coefficients, "regression_diagnostics": fitted.diagnostics}
            found.append({name: frame.assign(year=year, model=model) for name, frame in frames.items()})
    return found, issues


@dataclass(frozen=True)
class _Places:
    """The map and its neighbours, made once and only where a model asks for them."""

    geometry: gpd.GeoDataFrame
    settings: Space

    @cached_property
    def graph(self) -> Graph:
        """Neighbours of all units, the policy for isolates not yet applied."""
        return space.weights(self.geometry, self.settings.model_copy(update={"isolates": "drop"}))

    def among(self, units: pd.Index) -> Graph:
        """Return the neighbours among some units, the policy for isolates applied to them."""
        return space.restrict(self.graph, units, self.geometry, self.settings.isolates)


def _fit(model: Model, response: xr.DataArray, factors: xr.Dataset, places: _Places) -> Fit:
    """Fit one model to standard scores."""
    if model == "gwr":
        return geographically_weighted(response, factors, places.geometry)
    if model == "mgwr":
        return multiscale_weighted(response, factors, places.geometry)
    graph = places.among(design_of(response, factors, standardise=True).units)
    if model in PANELS:
        return panel_regression(response, factors, graph, PANELS[model], standardise=True)
    call = {"ols": ols, "lag": spatial_lag, "error": spatial_error}[model]
    return call(response, factors, graph, standardise=True)


def _together(found: list[Tables], response: str) -> Tables:
    """Return the rows of all years and models under each other, in the columns of `COLUMNS`."""
    tables = {}
    for name, columns in COLUMNS.items():
        parts = [part[name].reindex(columns=columns) for part in found if name in part and len(part[name])]
        frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
        tables[name] = frame.assign(response=response).astype({"year": "Int64"})
    return tables
