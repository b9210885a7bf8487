"""Response and factors of a regression as arrays: units without all of them left out, unfit factors refused."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ecocomp.issues import MissingDependencyError

__all__ = ["Design", "UnfitFactorsError", "design_of", "require_package", "variance_inflation"]

COLLINEAR = 1e-8
"""Share of a factor's variance that the other factors must leave unexplained."""
ROUNDING = 1e-12
"""Range over the largest value below which values are the same."""


class UnfitFactorsError(ValueError):
    """Factors that no model can tell apart, do not vary, or are too many; the message names them and the remedy."""


@dataclass(frozen=True)
class Design:
    """What a regression is fitted to.

    Attributes
    ----------
    units
        Ids of the units that have the response and every factor, ascending.
    response
        (unit, 1), or (unit, year) of a panel.
    factors
        (unit, factor), or (unit, factor × year) of a panel, the years of a factor side by side.
    names
        Of the factors.
    vif
        Variance inflation factor of each (factor) [1].
    missing
        Number of units left out.
    standardised
        Whether response and factors are standard scores.
    """

    units: pd.Index
    response: NDArray[np.float64]
    factors: NDArray[np.float64]
    names: tuple[str, ...]
    vif: NDArray[np.float64]
    missing: int
    standardised: bool


def require_package(package: str, purpose: str) -> None:
    """Raise `MissingDependencyError` unless a package of the extra ``drivers`` is installed."""
    from importlib.util import find_spec

    if find_spec(package) is None:
        raise MissingDependencyError(purpose, package, "drivers")


def design_of(response: xr.DataArray, factors: xr.Dataset, standardise: bool) -> Design:
    """Return the arrays of a regression.

    Parameters
    ----------
    response
        On (unit), or on (unit, year) for a panel; a unit with a missing value in any year is left out.
    factors
        Numbers on the same labels.
    standardise
        Divide deviations from the mean by the standard deviation (over all units and years), response and factors.

    Raises
    ------
    ValueError
        If the labels of response and factors differ, or a factor is no number.
    UnfitFactorsError
        If the response or a factor is constant (within units, in a panel), factors are collinear, or there are too
        few units.
    """
    array = xr.align(factors.to_dataarray("factor").astype(float), response, join="exact")[0]
    dims = ("unit", "factor", *(d for d in ("year",) if d in response.dims))
    x = array.transpose(*dims).to_numpy().reshape(response.sizes["unit"], array.sizes["factor"], -1)
    y = response.transpose("unit", ...).to_numpy().astype(float).reshape(x.shape[0], -1)
    valid = np.isfinite(x).all(axis=(1, 2)) & np.isfinite(y).all(axis=1)
    units = pd.Index(response["unit"].values)[valid]
    order = np.argsort(units.to_numpy().astype(str), kind="stable")
    x, y = x[valid][order], y[valid][order]
    names = tuple(str(name) for name in factors.data_vars)
    if "year" in response.dims and response.sizes["year"] < 2:
        raise UnfitFactorsError("a panel needs two years or more: fit one of the other models")
    vif = _fit_for_use(y, x, names)
    if standardise:
        x = (x - x.mean(axis=(0, 2), keepdims=True)) / x.std(axis=(0, 2), keepdims=True)
        y = (y - y.mean()) / y.std()
    return Design(units[order], y, x.reshape(len(y), -1), names, vif, int((~valid).sum()), standardise)


def _fit_for_use(y: NDArray[np.float64], x: NDArray[np.float64], names: tuple[str, ...]) -> NDArray[np.float64]:
    """Refuse what cannot be fitted; return the variance inflation factors, of a panel those within units."""
    years = y.shape[1]
    if len(y) * years < len(names) + 3 + (len(y) if years > 1 else 0):
        raise UnfitFactorsError(
            f"{len(y)} units that have the response and every factor are too few for {len(names)} factors: use fewer "
            "factors or complete the values"
        )
    within = "over the years of any unit" if years > 1 else "over the units"
    x, y = (array / (np.abs(array).max(axis=(0, 1)) + 1e-300) for array in (x.transpose(0, 2, 1), y[:, :, None]))
    if years > 1:  # fixed effects: what does not change over the years cannot be told from the unit itself
        x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    flat = x.reshape(-1, len(names))
    constant = [name for name, column in zip(names, flat.T, strict=True) if np.ptp(column) <= ROUNDING]
    if constant:
        raise UnfitFactorsError(f"{', '.join(constant)} does not vary {within}: leave it out of the factors")
    if np.ptp(y) <= ROUNDING:
        raise UnfitFactorsError(f"the response does not vary {within}: no factor can be its driver")
    vif = variance_inflation(flat)
    tied = [name for name, value in zip(names, vif, strict=True) if not value < 1 / COLLINEAR]
    if tied:
        raise UnfitFactorsError(
            f"{', '.join(tied)} are collinear: each follows from the others. Leave one of them out of the factors"
        )
    return vif


def variance_inflation(factors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1/(1 − R²) of each factor on the others with a constant (factor) [1]; infinite where they are collinear.

    Parameters
    ----------
    factors
        (observation, factor), none of them constant.
    """
    deviations = factors - factors.mean(axis=0)
    deviations = deviations / np.sqrt((deviations**2).sum(axis=0))
    triangle = np.linalg.qr(deviations, mode="r")
    if np.abs(np.diag(triangle)).min() ** 2 < COLLINEAR:
        return _by_projection(deviations)
    inverse = np.linalg.inv(triangle)
    return np.asarray((inverse**2).sum(axis=1))


def _by_projection(deviations: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the variance inflation factors where some are infinite, one regression each."""
    found = np.empty(deviations.shape[1])
    for i, column in enumerate(deviations.T):
        others = np.delete(deviations, i, axis=1)
        left = column - others @ np.linalg.lstsq(others, column, rcond=1e-10)[0]
        unexplained = float((left**2).sum())
        found[i] = 1 / unexplained if unexplained > COLLINEAR else np.inf
    return found
