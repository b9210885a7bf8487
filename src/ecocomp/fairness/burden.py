"""Who bears it: income groups, and ranks that change by paying and receiving."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import stats

from ecocomp.fairness.concentration import concentration_index
from ecocomp.fairness.inequality import gini, levels, over_units

__all__ = ["income_groups", "rank_reversals", "reranking", "reynolds_smolensky", "units_reranked"]

Numbers = npt.NDArray[np.float64]


def income_groups(income: xr.DataArray, population: xr.DataArray, groups: int = 5) -> xr.DataArray:
    """Put units into groups of about as many people each, from the lowest income per head to the highest.

    Parameters
    ----------
    income
        y, total income, dimensions (unit, year) [CNY].
    population
        n [person].
    groups
        How many; 5 for quintiles.

    Returns
    -------
    xarray.DataArray
        Number of the group from 1; missing where income or population is. A unit is in one group as a whole: that
        of the middle of its people among all, so a group is empty where one unit holds more people than a group.
        Units of the same income per head are in the same group.
    """

    def numbers(y: Numbers, n: Numbers) -> Numbers:
        found = np.full(y.shape, np.nan)
        known = np.isfinite(y) & np.isfinite(n) & (n > 0)
        if known.any():
            _, place = np.unique(levels(y[known], n[known]), return_inverse=True)
            held = np.bincount(place, n[known]) / n[known].sum()
            middle = np.cumsum(held) - held / 2
            found[known] = np.minimum(np.floor(middle[place] * groups), groups - 1) + 1
        return found

    found: xr.DataArray = xr.apply_ufunc(
        numbers, income, population, input_core_dims=[["unit"]] * 2, output_core_dims=[["unit"]], vectorize=True,
        join="exact", output_dtypes=[float],
    )  # fmt: skip
    return found.transpose(*income.dims)


def rank_reversals(before: xr.DataArray, after: xr.DataArray, population: xr.DataArray) -> xr.DataArray:
    """Count the pairs of units of which the one poorer per head before is richer after.

    Parameters
    ----------
    before, after
        Total incomes, dimensions (unit, year) [CNY].
    population
        n [person].
    """
    return over_units(_reversals, before, after, population)


def _reversals(before: Numbers, after: Numbers, people: Numbers) -> float:
    x, y = levels(before, people), levels(after, people)
    return float(sum(int(((x < x[i]) & (y > y[i])).sum()) for i in range(x.size)))


def units_reranked(before: xr.DataArray, after: xr.DataArray, population: xr.DataArray) -> xr.DataArray:
    """Count the units whose rank by income per head changes, units of the same income sharing the mean of their ranks.

    Parameters
    ----------
    before, after
        Total incomes, dimensions (unit, year) [CNY].
    population
        n [person].
    """
    return over_units(_reranked, before, after, population)


def _reranked(before: Numbers, after: Numbers, people: Numbers) -> float:
    first, second = (stats.rankdata(levels(income, people)) for income in (before, after))
    return float((first != second).sum())


def reynolds_smolensky(before: xr.DataArray, after: xr.DataArray, population: xr.DataArray) -> xr.DataArray:
    """Return the redistribution that would come about if no unit changed its rank.

    Parameters
    ----------
    before, after
        Total incomes, dimensions (unit, year) [CNY].
    population
        n [person].

    Returns
    -------
    xarray.DataArray
        Gini of the income before less the concentration index of the income after by rank of the income before [1]:
        above zero, money goes from richer to poorer. Less :func:`reranking` it is Gini before less Gini after. Missing
        where an income after is below zero, as there.

    Notes
    -----
    Reynolds and Smolensky (1977), Public Expenditures, Taxes, and the Distribution of Income; in this form Kakwani
    (1984), Advances in Econometrics 3, 149–168.
    """
    with xr.set_options(arithmetic_join="exact"):
        index = gini(before.where(after.notnull()), population) - concentration_index(after, before, population)
        return index.where(~(after < 0).any("unit"))


def reranking(before: xr.DataArray, after: xr.DataArray, population: xr.DataArray) -> xr.DataArray:
    """Return the reranking index of Atkinson and Plotnick.

    Parameters
    ----------
    before, after
        Total incomes, dimensions (unit, year) [CNY].
    population
        n [person].

    Returns
    -------
    xarray.DataArray
        Gini of the income after less its concentration index by rank of the income before [1]: zero where no rank
        changes. Missing where an income after is below zero, since the index then has another divisor.

    Notes
    -----
    Atkinson (1980), in Aaron and Boskin (eds.), The Economics of Taxation; Plotnick (1981), Review of Economics and
    Statistics 63, 283–288, doi:10.2307/1924099.
    """
    with xr.set_options(arithmetic_join="exact"):
        index = gini(after.where(before.notnull()), population) - concentration_index(after, before, population)
        return index.where(~(after < 0).any("unit"))
