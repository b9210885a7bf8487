"""Spatial regression by `spreg`, told as tidy tables: OLS with its tests, spatial lag, spatial error, and panels."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any, Literal

import numpy as np
import pandas as pd
import xarray as xr
from libpysal.graph import Graph

from ecocomp.drivers.design import ROUNDING, Design, UnfitFactorsError, design_of, require_package

__all__ = ["Fit", "ols", "panel_regression", "spatial_error", "spatial_lag"]

COEFFICIENTS = ["term", "coefficient", "standard_error", "test_statistic", "coefficient_p", "vif"]
DIAGNOSTICS = ["diagnostic", "diagnostic_value", "diagnostic_p"]


@dataclass(frozen=True)
class Fit:
    """What a model found.

    Attributes
    ----------
    coefficients
        One row a term: ``term, coefficient, standard_error, test_statistic`` (t or z), ``coefficient_p, vif``.
    diagnostics
        One row a diagnostic: ``diagnostic, diagnostic_value, diagnostic_p`` (missing where it is no test).
    local
        Of geographically weighted models: ``coefficient``, ``t`` on (unit, term) and ``significant``; else None.
    """

    coefficients: pd.DataFrame
    diagnostics: pd.DataFrame
    local: xr.Dataset | None = None


def ols(response: xr.DataArray, factors: xr.Dataset, graph: Graph | None = None, *, standardise: bool = False) -> Fit:
    """Fit ordinary least squares and test its residuals for dependence between neighbours.

    Diagnostics: R², AIC, Jarque-Bera, Breusch-Pagan, Koenker-Bassett; with a graph Moran's I of the residuals and the
    Lagrange multiplier tests for a spatial lag and a spatial error, plain and robust. Source: Anselin (1988), Spatial
    Econometrics; Anselin et al. (1996), Regional Science and Urban Economics 26, 77-104.

    Parameters
    ----------
    response
        On (unit); any unit of measure.
    factors
        Numbers on (unit). Units that lack the response or a factor are left out and counted (``units_missing``).
    graph
        Neighbours of at least the units used, binary; row-standardised inside.
    standardise
        Fit to standard scores: coefficients are standard deviations of the response for one of the factor.

    Raises
    ------
    UnfitFactorsError
        If a factor is constant or collinear, units are too few, or, with a graph, one of them has no neighbour.
    MissingDependencyError
        If `spreg` is not installed.
    """
    design = design_of(response, factors, standardise)
    spreg = _library()
    with _without_noise():
        w = None if graph is None else _matrix(graph, design)
        found = spreg.OLS(
            design.response, design.factors, w=w, spat_diag=w is not None, moran=w is not None, nonspat_diag=True
        )
    rows = [("r_squared", found.r2, None), ("r_squared_adjusted", found.ar2, None), *_likelihood(found)]
    rows += [
        ("jarque_bera", found.jarque_bera["jb"], found.jarque_bera["pvalue"]),
        ("breusch_pagan", found.breusch_pagan["bp"], found.breusch_pagan["pvalue"]),
        ("koenker_bassett", found.koenker_bassett["kb"], found.koenker_bassett["pvalue"]),
    ]
    if w is not None:
        rows.append(("moran_residuals", found.moran_res[0], found.moran_res[2]))
        rows += [(name, *getattr(found, name)) for name in ("lm_lag", "lm_error", "rlm_lag", "rlm_error")]
    return _told(design, ["constant", *design.names], found, found.t_stat, rows)


def spatial_lag(response: xr.DataArray, factors: xr.Dataset, graph: Graph, *, standardise: bool = False) -> Fit:
    """Fit y = ρ W y + X β + ε by maximum likelihood (spatial autoregression, SAR).

    A coefficient is not the effect of its factor: what one unit changes comes back through its neighbours. The
    diagnostics ``multiplier_direct``, ``multiplier_indirect`` and ``multiplier_total`` = 1/(1 − ρ) turn it into the
    average direct, indirect and total effect. Source: Anselin (1988), Spatial Econometrics, ch. 12.

    Parameters
    ----------
    response, factors, graph, standardise
        As :func:`ols`.

    Raises
    ------
    UnfitFactorsError, MissingDependencyError
        As :func:`ols`.
    """
    design = design_of(response, factors, standardise)
    spreg = _library()
    with _without_noise():
        found = spreg.ML_Lag(design.response, design.factors, w=_matrix(graph, design), spat_impacts=["full"])
    rows = [("pseudo_r_squared", found.pr2, None), *_likelihood(found), *_multipliers(found)]
    return _told(design, ["constant", *design.names, "spatial_lag"], found, found.z_stat, rows)


def spatial_error(response: xr.DataArray, factors: xr.Dataset, graph: Graph, *, standardise: bool = False) -> Fit:
    """Fit y = X β + u, u = λ W u + ε by maximum likelihood (spatial error model, SEM).

    Source: Anselin (1988), Spatial Econometrics, ch. 12.

    Parameters
    ----------
    response, factors, graph, standardise
        As :func:`ols`.

    Raises
    ------
    UnfitFactorsError, MissingDependencyError
        As :func:`ols`.
    """
    design = design_of(response, factors, standardise)
    spreg = _library()
    with _without_noise():
        found = spreg.ML_Error(design.response, design.factors, w=_matrix(graph, design))
    rows = [("pseudo_r_squared", found.pr2, None), *_likelihood(found)]
    return _told(design, ["constant", *design.names, "spatial_error"], found, found.z_stat, rows)


def panel_regression(
    response: xr.DataArray,
    factors: xr.Dataset,
    graph: Graph,
    kind: Literal["lag", "error"] = "lag",
    *,
    standardise: bool = False,
) -> Fit:
    """Fit a spatial lag or spatial error model to a panel with a fixed effect for every unit, by maximum likelihood.

    Only changes over the years count, so that a factor that keeps its value cannot enter; units that lack a value in
    any year are left out. The variance divides by units × years, without the correction of Lee and Yu (2010) for the
    fixed effects: with T years standard errors are too small by about √((T − 1)/T). There is no effect of the year:
    a trend that all units share is told as the factors' own. Source: Elhorst (2003), International Regional Science
    Review 26, 244-268.

    Parameters
    ----------
    response
        On (unit, year), at least two years.
    factors
        Numbers on (unit, year).
    graph
        Neighbours, the same in every year; row-standardised inside.
    kind
        ``lag`` (spatial autoregression) or ``error``.
    standardise
        As :func:`ols`, over all units and years.

    Raises
    ------
    ValueError
        If the kind is unknown.
    UnfitFactorsError, MissingDependencyError
        As :func:`ols`; or if there is one year only.
    """
    if kind not in ("lag", "error"):
        raise ValueError(f"kind must be 'lag' or 'error', not {kind!r}")
    design = design_of(response, factors, standardise)
    spreg = _library()
    with _without_noise():
        w = _matrix(graph, design)
        model = spreg.ML_LagFE if kind == "lag" else spreg.ML_ErrorFE
        found = model(design.response, design.factors, w)
    rows = [("pseudo_r_squared", found.pr2, None), *_likelihood(found)]
    if kind == "lag":
        rows += _multipliers(found)
    return _told(design, [*design.names, f"spatial_{kind}"], found, found.z_stat, rows)


def _library() -> Any:
    require_package("spreg", "a spatial regression")
    import spreg

    return spreg


@contextmanager
def _without_noise() -> Iterator[None]:
    """Keep from the user what the library prints, and two warnings about its own calls of pandas and scipy."""
    with warnings.catch_warnings(), redirect_stdout(StringIO()):
        warnings.filterwarnings("ignore", message="The inplace keyword")
        warnings.filterwarnings("ignore", message="Method 'bounded' does not support relative tolerance")
        yield


def _matrix(graph: Graph, design: Design) -> Any:
    """Return the row-standardised weights among the units of a design, in their order, as the library takes them."""
    lacking = design.units.difference(graph.unique_ids)
    if len(lacking):
        raise ValueError(f"unit {lacking[0]!r} is not in the graph")
    kept = graph if list(graph.unique_ids) == list(design.units) else graph.subgraph(list(design.units))
    if len(kept.isolates):
        raise UnfitFactorsError(
            f"{len(kept.isolates)} units have no neighbour among those with a value, first {kept.isolates[0]!r}: "
            'link them with isolates = "nearest", or leave them out'
        )
    w = kept.to_W()
    w.transform = "r"
    return w


def _likelihood(found: Any) -> list[tuple[str, Any, Any]]:
    values = {"log_likelihood": found.logll, "aic": found.aic, "schwarz": found.schwarz}
    return [(name, np.asarray(value).item(), None) for name, value in values.items()]


def _multipliers(found: Any) -> list[tuple[str, Any, Any]]:
    direct, indirect, total = next(iter(found.sp_multipliers.values()))
    return [("multiplier_direct", direct, None), ("multiplier_indirect", indirect, None),
            ("multiplier_total", total, None)]  # fmt: skip


def _told(
    design: Design, terms: Sequence[str], found: Any, statistics: Sequence[tuple[float, float]],
    diagnostics: Sequence[tuple[str, Any, Any]],
) -> Fit:  # fmt: skip
    """Return what a model of the library found as tidy tables."""
    vif = dict(zip(design.names, design.vif, strict=True))
    betas = np.ravel(found.betas).astype(float)
    if design.standardised:  # the constant of standard scores is 0 but for rounding, which no two machines share
        rounding = np.abs(betas) < ROUNDING
        betas = np.where(rounding, 0.0, betas)
        statistics = [(0.0, 1.0) if none else pair for none, pair in zip(rounding, statistics, strict=True)]
    coefficients = pd.DataFrame(
        {
            "term": terms,
            "coefficient": betas,
            "standard_error": np.ravel(found.std_err).astype(float),
            "test_statistic": [float(s) for s, _ in statistics],
            "coefficient_p": [float(p) for _, p in statistics],
            "vif": [vif.get(term, np.nan) for term in terms],
        }
    )[COEFFICIENTS]
    rows = [("units_used", len(design.units), None), ("units_missing", design.missing, None), *diagnostics]
    told = pd.DataFrame(rows, columns=DIAGNOSTICS).astype({"diagnostic_value": float, "diagnostic_p": float})
    return Fit(coefficients, told)
