"""How payments lie among poorer and richer units: concentration, signed amounts, progressivity."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from ecocomp.fairness.inequality import gini, levels, mean_difference, over_units

__all__ = ["concentration_index", "kakwani", "lorenz_curve", "normalised_gini"]

Numbers = npt.NDArray[np.float64]


def concentration_index(amount: xr.DataArray, income: xr.DataArray, population: xr.DataArray) -> xr.DataArray:
    """Return the concentration index of an amount, which may have both signs, by rank of income per head.

    Parameters
    ----------
    amount
        V, dimensions (unit, year) [CNY].
    income
        y, total income of each unit, which ranks them by y/n [CNY].
    population
        n [person].

    Returns
    -------
    xarray.DataArray
        C = 2 Σ V (R − ½) / Σ|V| in [−1, 1], R the middle of the unit's people among all people ranked by income
        per head, equal incomes sharing a rank [1]. Above zero: richer people pay more, or receive less. Missing
        where every amount is zero.

    Notes
    -----
    Of amounts of one sign it is the usual index (Kakwani, Wagstaff and van Doorslaer 1997, Journal of Econometrics
    77, 87–103, doi:10.1016/S0304-4076(96)01807-6). Payments less receipts may add up to zero, by which the usual
    index would divide; so the sum of absolute amounts stands there, as in :func:`normalised_gini`.
    """
    return over_units(_concentration, amount, income, population)


def _concentration(amount: Numbers, income: Numbers, people: Numbers) -> float:
    total = np.abs(amount).sum()
    return float(2 * np.sum(amount * (_ranks(levels(income, people), people) - 0.5)) / total) if total > 0 else np.nan


def _ranks(values: Numbers, people: Numbers) -> Numbers:
    """Return the middle of each unit's people among all, in (0, 1), units of the same value together."""
    _, place = np.unique(values, return_inverse=True)
    held = np.bincount(place, people) / people.sum()
    return np.asarray((np.cumsum(held) - held / 2)[place], dtype=float)


def normalised_gini(amount: xr.DataArray, population: xr.DataArray) -> xr.DataArray:
    """Return the Gini coefficient of an amount per head which may have both signs, within [0, 1].

    Parameters
    ----------
    amount
        V, dimensions (unit, year) [CNY].
    population
        n [person].

    Returns
    -------
    xarray.DataArray
        G* = Σᵢⱼ fᵢ fⱼ |vᵢ − vⱼ| / (2 Σ f|v|), v = V/n [1]; the usual Gini where no amount is below zero. Missing
        where every amount is zero.

    Notes
    -----
    Raffinetti, Siletti and Vernizzi (2015), Statistical Methods & Applications 24, 507–521,
    doi:10.1007/s10260-014-0293-4, in the form for many people: their factor (n − 1)/n, n the number of people, is 1.
    The earlier normalisation (Chen, Tsaur and Rhai 1982; Berrebi and Silber 1985) needs a mean above zero, which
    settled amounts do not have.
    """
    return over_units(_normalised, amount, population)


def _normalised(amount: Numbers, people: Numbers) -> float:
    size = np.abs(amount).sum() / people.sum()
    return mean_difference(amount / people, people) / (2 * size) if size > 0 else np.nan


def kakwani(payment: xr.DataArray, income: xr.DataArray, population: xr.DataArray) -> xr.DataArray:
    """Return Kakwani's index of progressivity of payments.

    Parameters
    ----------
    payment
        What each unit pays, zero where it pays nothing, dimensions (unit, year) [CNY].
    income
        y, total income before paying [CNY].
    population
        n [person].

    Returns
    -------
    xarray.DataArray
        K = C − G: concentration index of payments less the Gini of income per head, over the units that have all
        three [1]. Above zero progressive: payments lie more with the rich than income does; below zero regressive.

    Notes
    -----
    Kakwani (1977), Economic Journal 87, 71–80, doi:10.2307/2231833.

    Raises
    ------
    ValueError
        If a payment is below zero.
    """
    if bool((payment < 0).any()):
        raise ValueError("payments must not be below zero: take receipts out first")
    with xr.set_options(arithmetic_join="exact"):
        return concentration_index(payment, income, population) - gini(income.where(payment.notnull()), population)


def lorenz_curve(amount: Numbers, income: Numbers, population: Numbers) -> tuple[Numbers, Numbers]:
    """Return the curve of an amount over people ranked by income per head: of income itself the Lorenz curve.

    Parameters
    ----------
    amount, income
        Of each unit [CNY], none missing.
    population
        Of each unit, above zero [person].

    Returns
    -------
    tuple of numpy.ndarray
        Cumulative shares of people and of the amount [1], from (0, 0) to (1, 1). Units of the same income per head
        are one step, so that the curve does not depend on their order.
    """
    _, place = np.unique(levels(income, population), return_inverse=True)
    sums = [np.bincount(place, values) for values in (population, amount)]
    people, held = (np.concatenate([[0.0], np.cumsum(s) / s.sum()]) for s in sums)
    return people, held
