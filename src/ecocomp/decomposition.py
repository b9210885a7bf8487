"""What drove the change of emissions: population, affluence and intensity, adding up exactly (LMDI)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import xarray as xr

from ecocomp.issues import Issue
from ecocomp.panel import total_by, valid_units
from ecocomp.study import Compensation

__all__ = ["EFFECTS", "check_decomposition", "decompose", "effects_by", "logarithmic_mean", "price_level"]

EFFECTS = ("population_effect", "affluence_effect", "intensity_effect")
"""Effects that a change is the sum of, in the order of the Kaya identity E = P · (G/P) · (E/G)."""


def logarithmic_mean(a: xr.DataArray, b: xr.DataArray) -> xr.DataArray:
    """Return L(a, b) = (a − b) / ln(a/b), with its limits L(a, a) = a and L(a, 0) = 0.

    Parameters
    ----------
    a, b
        Not below zero, on the same labels.

    Notes
    -----
    Ang (2005), Energy Policy 33, 867–871, doi:10.1016/j.enpol.2003.10.010.
    """
    with xr.set_options(arithmetic_join="exact"):
        larger, smaller = a.where(a >= b, b), b.where(a >= b, a)
        positive = smaller > 0
        ratio = (larger - smaller) / smaller.where(positive, 1.0)
        # log1p keeps the digits where both are nearly alike, which the logarithm of their quotient would lose
        mean: xr.DataArray = smaller * ratio / np.log1p(ratio.where(ratio > 0, 1.0))
        return mean.where(ratio > 0, smaller).where(positive, 0.0).where(a.notnull() & b.notnull())


def decompose(emissions: xr.DataArray, gdp: xr.DataArray, population: xr.DataArray) -> xr.Dataset:
    """Split the change of emissions between years into population, affluence and intensity.

    Parameters
    ----------
    emissions
        E, dimensions (unit, year), the years rising [Mt CO2].
    gdp
        G at constant prices, or the effects of affluence and intensity hold inflation with opposite signs;
        (unit, year) [CNY].
    population
        P, dimensions (unit, year) [person].

    Returns
    -------
    xarray.Dataset
        ``change``, ``population_effect``, ``affluence_effect`` and ``intensity_effect``, dimensions (unit, step)
        [Mt CO2], missing where a quantity of either year is. Coordinates of ``step``: ``previous_year``, ``year`` and
        ``span``, which is ``step`` between successive years and ``whole`` from the first to the last.

    Raises
    ------
    ValueError
        If emissions are below zero, GDP or population not above it, or there are fewer than two years.

    Notes
    -----
    Additive LMDI-I (Ang 2005) of E = P · (G/P) · (E/G): effect of x = L(E₁, E₀) · ln(x₁/x₀). Where emissions start or
    end at zero the limits are taken (Ang and Liu 2007, cases 1 and 2: intensity has the whole change, the others
    nothing), and not small numbers in place of zero. The steps of a span need not add up to the whole one: weights
    differ.

    References
    ----------
    Ang and Liu (2007), Energy Policy 35, 238–246, doi:10.1016/j.enpol.2005.11.001.
    """
    if emissions.sizes["year"] < 2:
        raise ValueError("a change needs two years")
    if bool((emissions < 0).any()) or bool((gdp <= 0).any()) or bool((population <= 0).any()):
        raise ValueError("emissions must not be below zero, and GDP and population above it")
    valid = valid_units(emissions, gdp, population)
    before, after = (_at_steps(emissions.where(valid), side) for side in (0, 1))
    change, both = after - before, (after > 0) & (before > 0)
    people, money = (_logarithm(x.where(valid)) for x in (population, gdp))
    tonnes = _logarithm(emissions.where(valid & (emissions > 0)))
    parts = {"population": people, "affluence": money - people, "intensity": tonnes - money}
    weight = logarithmic_mean(after, before)
    effects = {"change": change} | {f"{name}_effect": weight * part for name, part in parts.items()}
    effects["intensity_effect"] = effects["intensity_effect"].where(both, change)  # the limit at zero
    return xr.Dataset(effects).transpose("unit", "step")


def _at_steps(values: xr.DataArray, side: int) -> xr.DataArray:
    """Return values at the first (0) or last (1) year of each step, on the dimension ``step``."""
    years = values["year"].values
    ends = np.array([*pairwise(years), (years[0], years[-1])])
    spans = ["step"] * (years.size - 1) + ["whole"]
    chosen = values.sel(year=xr.DataArray(ends[:, side], dims="step")).drop_vars("year")
    return chosen.assign_coords(
        previous_year=("step", ends[:, 0]), year=("step", ends[:, 1]), span=("step", spans)
    )  # fmt: skip


def _logarithm(values: xr.DataArray) -> xr.DataArray:
    """Return ln(x₁/x₀) of each step."""
    return xr.DataArray(np.log(_at_steps(values, 1) / _at_steps(values, 0)))


def effects_by(effects: xr.Dataset, labels: npt.NDArray[np.str_] | Sequence[str]) -> xr.Dataset:
    """Add up the effects of the units that carry the same label.

    Parameters
    ----------
    effects
        Of :func:`decompose`, dimensions (unit, step).
    labels
        Larger unit of each unit.

    Returns
    -------
    xarray.Dataset
        The same variables over the labels [Mt CO2], missing where no unit has a value; ``units``, how many units the
        label has, and ``missing``, how many of them are left out of the sums. Sums and change run over the same units.
    """
    groups = np.asarray(labels, dtype=str)
    there = effects["change"].notnull()
    sums = {str(name): total_by(values.fillna(0.0), groups) for name, values in effects.data_vars.items()}
    counts = total_by(xr.ones_like(effects["change"]), groups)
    counted = total_by(there.astype(float), groups)
    found = xr.Dataset(sums).where(counted > 0).assign(units=counts, missing=counts - counted)
    return found.assign_coords({str(name): effects[name] for name in ("previous_year", "year", "span")})


def price_level(settings: Compensation) -> str:
    """Return in words at which prices GDP enters: ``current prices`` or ``prices of YEAR``."""
    return "current prices" if settings.price_base is None else f"prices of {settings.price_base}"


def check_decomposition(settings: Compensation, years: int, population: bool) -> list[Issue]:
    """Return a note where a decomposition over several years rests on GDP at current prices."""
    if settings.price_base is not None or years < 2 or not population:
        return []
    return [
        Issue("note", "nominal-decomposition", "GDP is at current prices: the decomposition counts inflation as "
              "affluence, and as a fall of intensity", "set price_base and deflator; the effect of population, and "
              "that of affluence and intensity together, are right as they stand", column="affluence_effect")
    ]  # fmt: skip
