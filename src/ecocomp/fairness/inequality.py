"""Inequality of incomes between units, each counting by its people: Gini and Theil."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

__all__ = ["gini", "levels", "over_units", "theil", "theil_by_parent"]

Numbers = npt.NDArray[np.float64]
DECIMALS = 12
"""Incomes per head that agree to so many decimals of the largest are equal."""


def over_units(function: Any, *quantities: xr.DataArray, keywords: dict[str, Any] | None = None) -> xr.DataArray:
    """Apply a function of vectors over units to every year, leaving out the units that lack one of the quantities.

    Parameters
    ----------
    function
        Takes as many vectors as there are quantities, without holes, and returns a number.
    quantities
        On the same labels, with dimension ``unit``; the last is the population, and a unit without people is left out.
    keywords
        Handed on.

    Returns
    -------
    xarray.DataArray
        Without ``unit``; missing where no unit is left.
    """

    def of_known(*vectors: Numbers) -> float:
        known = np.logical_and.reduce([np.isfinite(v) for v in vectors]) & (vectors[-1] > 0)
        return float(function(*(v[known] for v in vectors), **(keywords or {}))) if known.any() else np.nan

    found: xr.DataArray = xr.apply_ufunc(
        of_known, *quantities, input_core_dims=[["unit"]] * len(quantities), vectorize=True, join="exact",
        output_dtypes=[float],
    )  # fmt: skip
    return found


def levels(income: Numbers, people: Numbers) -> Numbers:
    """Return incomes per head over the largest, without the noise of rounding: GDP shared out by people makes ties."""
    per_head = income / people
    largest = np.abs(per_head).max(initial=0.0)
    return np.round(per_head / largest, DECIMALS) if largest > 0 else per_head


def gini(income: xr.DataArray, population: xr.DataArray) -> xr.DataArray:
    """Return the population-weighted Gini coefficient of income per head between units.

    Parameters
    ----------
    income
        y, total income of each unit, dimensions (unit, year) [CNY].
    population
        n, on the same labels [person].

    Returns
    -------
    xarray.DataArray
        G = Σᵢⱼ fᵢ fⱼ |yᵢ/nᵢ − yⱼ/nⱼ| / (2μ), f = n/N, μ = Σy/N [1], in [0, 1) where no income is below zero;
        missing where the mean is not above zero. Inequality within units is not seen.

    Notes
    -----
    Gini (1912); Lambert (2001), The Distribution and Redistribution of Income, chapter 2. A unit without income or
    people is left out.
    """
    return over_units(_gini, income, population)


def _gini(income: Numbers, people: Numbers) -> float:
    mean = income.sum() / people.sum()
    return mean_difference(income / people, people) / (2 * mean) if mean > 0 else np.nan


def mean_difference(values: Numbers, people: Numbers) -> float:
    """Return Gini's mean difference Σᵢⱼ fᵢ fⱼ |xᵢ − xⱼ| of values, each held by as many people."""
    order = np.argsort(values, kind="stable")
    x, share = values[order], people[order] / people.sum()
    below = np.cumsum(share) - share
    return float(2 * np.sum(share * x * (2 * below + share - 1)))


def theil(income: xr.DataArray, population: xr.DataArray) -> xr.DataArray:
    """Return Theil's index of income per head between units.

    Parameters
    ----------
    income
        y, total income of each unit, dimensions (unit, year) [CNY].
    population
        n, on the same labels [person].

    Returns
    -------
    xarray.DataArray
        T = Σ s ln(s/f), s = y/Σy, f = n/N [1]; missing where an income is not above zero, since a logarithm is then
        undefined: a unit is not left out to get a number.

    Notes
    -----
    Theil (1967), Economics and Information Theory, chapter 4.
    """
    return over_units(_theil, income, population)


def _theil(income: Numbers, people: Numbers) -> float:
    if (income <= 0).any():
        return np.nan
    share = income / income.sum()
    return float(np.sum(share * np.log(share / (people / people.sum()))))


def theil_by_parent(income: xr.DataArray, population: xr.DataArray, parents: npt.ArrayLike) -> xr.Dataset:
    """Split Theil's index into what lies within larger units and what lies between them.

    Parameters
    ----------
    income, population
        As for :func:`theil`.
    parents
        Larger unit of each unit, in the order of ``unit``.

    Returns
    -------
    xarray.Dataset
        ``within`` = Σ_g s_g T_g and ``between`` = Σ_g s_g ln(s_g/f_g) [1], which add up to the index; missing where
        it is.

    Notes
    -----
    Theil (1967), chapter 4; Shorrocks (1980), Econometrica 48, 613–625, doi:10.2307/1913126.
    """
    number = np.unique(np.asarray(parents, dtype=str), return_inverse=True)[1].astype(float)
    labels = xr.DataArray(number, {"unit": income["unit"]}, ("unit",))
    between = over_units(_between, income, labels, population)
    return xr.Dataset({"within": theil(income, population) - between, "between": between})


def _between(income: Numbers, labels: Numbers, people: Numbers) -> float:
    if (income <= 0).any():
        return np.nan
    parts = labels.astype(int)
    sums, heads = (np.bincount(parts, values).astype(float) for values in (income, people))
    return _theil(sums[heads > 0], heads[heads > 0])
