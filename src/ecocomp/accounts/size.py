"""The size index: how large a unit is beside the region's mean unit, in area, population and GDP at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, cast

import numpy as np
import xarray as xr

from ecocomp.issues import DataError, Issue
from ecocomp.panel.totals import mean_over_valid, sum_over_valid, valid_units
from ecocomp.study import Revision
from ecocomp.units import own_scale
from ecocomp.variables import variable

__all__ = [
    "Weight",
    "check_reference",
    "gdp_per_head",
    "reference_means",
    "rescale_to_totals",
    "size_index",
    "size_index_of",
    "weights_of",
]

EQUAL = {"area": 1.0, "population": 1.0, "gdp": 1.0}

Weight = float | xr.DataArray
"""Weight of a factor: one number, or one a draw."""


def gdp_per_head(panel: xr.Dataset) -> xr.DataArray | None:
    """Return GDP per head (unit, year) [CNY/person]; None for a panel without population.

    Parameters
    ----------
    panel
        Dataset (unit, year) with ``gdp`` [CNY] and, or not, ``population`` [person].
    """
    return panel["gdp"] / panel["population"] if "population" in panel else None


def size_index(
    factors: Mapping[str, xr.DataArray],
    means: Mapping[str, xr.DataArray | float],
    weights: Mapping[str, Weight],
    mean: Literal["geometric", "arithmetic", "harmonic"] = "geometric",
) -> xr.DataArray:
    """Return κ, the weighted mean of relative sizes x̂_f = x_f / mean(x_f).

    Parameters
    ----------
    factors
        Positive quantities by name, dimension (unit,) and any others.
    means
        Reference mean of each factor, in its unit, on the dimensions beside ``unit``.
    weights
        w_f by name, divided by their sum; numbers, or arrays on any dimensions beside ``unit``.
    mean
        ``geometric`` κ = Π x̂^w; ``arithmetic`` κ = Σ w·x̂; ``harmonic`` κ = 1 / Σ(w/x̂).

    Returns
    -------
    xarray.DataArray
        κ [1]; 1 is the region's mean unit; missing where a weighted factor is.
    """
    total = sum(weights.values())
    terms = [(weight / total, factors[name] / means[name]) for name, weight in weights.items() if np.any(weight > 0)]
    if mean == "geometric":
        logs = [w * np.log(x) for w, x in terms]
        return cast(xr.DataArray, np.exp(sum(logs[1:], start=logs[0])))
    if mean == "arithmetic":
        parts = [w * x for w, x in terms]
        return sum(parts[1:], start=parts[0])
    inverse = [w / x for w, x in terms]
    return 1 / sum(inverse[1:], start=inverse[0])


def weights_of(settings: Revision) -> dict[str, float]:
    """Return the factors that carry a weight, with it; equal weights where a study states none."""
    return {str(name): weight for name, weight in (settings.weights or EQUAL).items() if weight > 0}


def check_reference(settings: Revision, years: Sequence[int]) -> list[Issue]:
    """Return an error where sizes are relative to a base year that is not analysed."""
    year = settings.reference
    if settings.method != "size_normalised" or not isinstance(year, int) or year in years or not years:
        return []
    message = f"the base year of [revision] reference is not analysed (years: {', '.join(map(str, years))})"
    return [Issue("error", "reference-year", message, "take one of the study's years", year=year)]


def reference_means(panel: xr.Dataset, settings: Revision) -> dict[str, xr.DataArray]:
    """Return the mean of each weighted factor that sizes are relative to, on the panel's dimensions beside ``unit``.

    They run over the units that have the account and every weighted factor; ``settings.reference`` chooses the means
    of each year, of one base year, pooled over the years, or given values, with which a run on a subset of the units
    equals the full run.
    """
    names = list(weights_of(settings))
    valid = valid_units(panel["emissions"], panel["sequestration"], *(panel[name] for name in names))
    means = {}
    for name in names:
        yearly = mean_over_valid(panel[name], valid)
        if settings.reference == "year":
            means[name] = yearly
        elif settings.reference == "pooled":
            pooled = sum_over_valid(panel[name], valid).sum("year") / valid.sum(["unit", "year"])
            means[name] = pooled.broadcast_like(yearly)
        elif isinstance(settings.reference, int):
            means[name] = _of_base_year(yearly, settings).broadcast_like(yearly)
        else:
            means[name] = xr.full_like(yearly, _given(name, settings))
    return means


def _of_base_year(yearly: xr.DataArray, settings: Revision) -> xr.DataArray:
    faults = check_reference(settings, yearly["year"].values.tolist())
    if faults:
        raise DataError(faults)
    return yearly.sel(year=settings.reference, drop=True)


def _given(name: str, settings: Revision) -> float:
    given = settings.reference
    assert isinstance(given, dict)
    amount = given[name]  # type: ignore[index]  # the study's own check asks for every weighted factor
    return amount.value * own_scale(amount.unit, variable(name).unit)


def size_index_of(panel: xr.Dataset, settings: Revision, weights: Mapping[str, Weight] | None = None) -> xr.DataArray:
    """Return κ of a panel as the study's ``[revision]`` asks; see :func:`size_index`.

    ``weights`` stand in for those of the settings, for the same factors.
    """
    own = weights_of(settings)
    factors = {name: panel[name] for name in own}
    return size_index(factors, reference_means(panel, settings), own if weights is None else weights, settings.mean)


def rescale_to_totals(
    revised: xr.DataArray, account: xr.DataArray, rescale: Literal["none", "net", "gross"]
) -> xr.DataArray:
    """Restore physical totals of accounts at mean size.

    Parameters
    ----------
    revised, account
        R and C, dimensions (unit, year) and any others [Mt CO2].
    rescale
        ``net``: R · ΣC/ΣR, refused where that ratio is not positive; ``gross``: payers and recipients each rescaled
        to their own ΣC; ``none``: as it is.

    Raises
    ------
    DataError
        If the net ratio of a year is not positive: signs would turn.
    """
    if rescale == "none":
        return revised
    valid = valid_units(revised, account)
    if rescale == "gross":
        sides = [valid & (account > 0), valid & (account < 0)]
        factors = [sum_over_valid(account, side) / sum_over_valid(revised, side) for side in sides]
        return revised.where(~sides[0], revised * factors[0]).where(~sides[1], revised * factors[1])
    ratio = sum_over_valid(account, valid) / sum_over_valid(revised, valid)
    refused = ~(ratio > 0).transpose("year", ...).values.reshape(ratio.sizes["year"], -1)
    if refused.any():
        several = refused.shape[1] > 1
        raise DataError(
            [Issue("error", "rescale-net", "the region's accounts before and after revision have opposite signs"
                   + (f" in {count} of {refused.shape[1]} draws" if several else "")
                   + ', so that rescale = "net" would turn payers into recipients', 'use rescale = "gross" or "none"',
                   year=int(year))
             for year, count in zip(ratio["year"].values, refused.sum(axis=1), strict=True) if count]
        )  # fmt: skip
    return revised * ratio
