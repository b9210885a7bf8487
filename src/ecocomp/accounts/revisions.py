"""Revisions: how the accounts of units unlike in area, population and GDP are made comparable.

Each is a function on labelled arrays; :data:`REVISIONS` registers them by the name that a study writes, with the
properties that the tests hold them to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr

from ecocomp.accounts.net import net_account
from ecocomp.accounts.size import Weight, rescale_to_totals, size_index_of, weights_of
from ecocomp.panel.totals import sum_over_valid, valid_units
from ecocomp.study import Revision

__all__ = ["REVISIONS", "RevisionMethod", "ecc_esc", "factors_of", "quota", "revise", "size_normalised", "threshold"]

Role = Literal["entitlement", "responsibility"]
Weights = Mapping[str, Weight] | None


def size_normalised(account: xr.DataArray, size_index: xr.DataArray) -> xr.DataArray:
    """Return the account that each unit would have at the region's mean size, R = C / κ.

    Parameters
    ----------
    account
        C, dimension (unit,) and any others [Mt CO2].
    size_index
        κ from :func:`ecocomp.accounts.size_index` [1].

    Returns
    -------
    xarray.DataArray
        R [Mt CO2 at mean size]. R is intensive: ΣR is not ΣC, and merging units changes totals.

    Notes
    -----
    After the reference study and its sister (Sustainability 15:15973); the form is inferred from the abstract.
    """
    account, size_index = xr.align(account, size_index, join="exact", copy=False)
    return account / size_index


def quota(
    account: xr.DataArray,
    factors: Mapping[str, xr.DataArray],
    weights: Mapping[str, Weight],
    roles: Mapping[str, Role] | None = None,
) -> xr.DataArray:
    """Return each unit's account less its share of the region's, R = C − ΣC · Σ_f w_f · s_f; ΣR = 0.

    Parameters
    ----------
    account
        C, dimension (unit,) and any others [Mt CO2].
    factors
        Positive quantities x_f by name, on the same labels.
    weights
        w_f by name; divided by their sum; numbers, or arrays on any dimensions beside ``unit``.
    roles
        ``entitlement`` (default): s_f = x_f / Σx_f; ``responsibility``: s_f = (1/x_f) / Σ(1/x_f).

    Returns
    -------
    xarray.DataArray
        R [Mt CO2]; missing where C or a weighted factor is, the sums running over the other units.

    Notes
    -----
    Redistribution of the deficit (Yan et al. 2024), form inferred. With all weight on GDP it is the theoretical
    carbon deficit (Yang et al. 2019), form inferred.
    """
    used = {name: factors[name] for name, weight in weights.items() if np.any(weight > 0)}
    valid = valid_units(account, *used.values())
    share = xr.zeros_like(account)
    for name, x in used.items():
        part = 1 / x if (roles or {}).get(name) == "responsibility" else x
        share = share + weights[name] / sum(weights.values()) * part / sum_over_valid(part, valid)
    return (account - sum_over_valid(account, valid) * share).where(valid)


def threshold(
    emissions: xr.DataArray,
    sequestration: xr.DataArray,
    gdp: xr.DataArray,
    benchmark: Literal["gross", "net"] = "gross",
) -> xr.DataArray:
    """Return the account beyond what the region's carbon intensity allows, R = C − e₀·G.

    Parameters
    ----------
    emissions, sequestration
        E and S, dimension (unit,) and any others [Mt CO2].
    gdp
        G, on the same labels [CNY].
    benchmark
        ``gross``: e₀ = ΣE/ΣG, so that ΣR = −ΣS; ``net``: e₀ = ΣC/ΣG, so that ΣR = 0.

    Returns
    -------
    xarray.DataArray
        R [Mt CO2]; missing where an input is, the sums running over the other units.

    Notes
    -----
    Emission threshold (Zhao et al. 2016; E et al. 2023).
    """
    account = net_account(emissions, sequestration)
    valid = valid_units(account, gdp)
    numerator = emissions if benchmark == "gross" else account
    intensity = sum_over_valid(numerator, valid) / sum_over_valid(gdp, valid)
    return (account - intensity * gdp).where(valid)


def ecc_esc(
    emissions: xr.DataArray, sequestration: xr.DataArray, gdp: xr.DataArray, cap_quantile: float = 0.95
) -> xr.DataArray:
    """Return accounts scaled by economic contribution (payers) and ecological support (recipients).

    Payers, C > 0: R = C / ECC with ECC = (G/ΣG) / (E/ΣE). Recipients, C < 0: R = C · ESC with ESC = (S/ΣS) / (E/ΣE).

    Parameters
    ----------
    emissions, sequestration
        E and S, dimension (unit,) and any others [Mt CO2].
    gdp
        G, on the same labels [CNY].
    cap_quantile
        Quantile of each year's 1/ECC and ESC at which the two factors are capped [1].

    Returns
    -------
    xarray.DataArray
        R [Mt CO2]; missing where an input is, or where E = 0 (both coefficients are undefined there).

    Notes
    -----
    A design option of ecocomp, after the economic contribution and ecological support coefficients. It does not
    decrease when E rises as long as no unit's surplus exceeds the region's emissions: a capped recipient's factor
    grows with ΣE.
    """
    account = net_account(emissions, sequestration)
    valid = valid_units(account, gdp) & (emissions > 0)
    share = emissions / sum_over_valid(emissions, valid)
    payers = share / (gdp / sum_over_valid(gdp, valid))
    support = (sequestration / sum_over_valid(sequestration, valid)).fillna(0.0)  # nothing is taken up anywhere: 0/0
    recipients = support / share

    def capped(factor: xr.DataArray) -> xr.DataArray:
        limit = factor.where(valid).quantile(cap_quantile, "unit", skipna=True).drop_vars("quantile")
        return factor.clip(max=limit)

    revised = (account * capped(payers)).where(account > 0, account * capped(recipients))
    return revised.where(account != 0, 0.0).where(valid)


@dataclass(frozen=True)
class RevisionMethod:
    """A registered revision: what it computes and which properties it declares.

    ``function`` takes the panel (unit, year), the settings and weights that stand in for theirs, or None, and returns
    R and κ (κ is ``None`` but for ``size_normalised``); ``needs`` names the quantities beside the account.
    """

    function: Callable[[xr.Dataset, Revision, Weights], tuple[xr.DataArray, xr.DataArray | None]]
    title: str
    formula: str
    unit: str = "Mt CO2"
    keeps_sign: bool = False
    sums_to_zero: bool = False
    additive: bool = False


def _account(panel: xr.Dataset) -> xr.DataArray:
    return net_account(panel["emissions"], panel["sequestration"])


def _none(panel: xr.Dataset, _: Revision, __: Weights) -> tuple[xr.DataArray, None]:
    return _account(panel), None


def _size_normalised(panel: xr.Dataset, settings: Revision, weights: Weights) -> tuple[xr.DataArray, xr.DataArray]:
    index = size_index_of(panel, settings, weights)
    account = _account(panel)
    return rescale_to_totals(size_normalised(account, index), account, settings.rescale), index


def _quota(panel: xr.Dataset, settings: Revision, weights: Weights) -> tuple[xr.DataArray, None]:
    own = weights_of(settings)
    factors = {name: panel[name] for name in own}
    return quota(_account(panel), factors, own if weights is None else weights, settings.roles), None  # type: ignore[arg-type]


def _theoretical(panel: xr.Dataset, settings: Revision, _: Weights) -> tuple[xr.DataArray, None]:
    return quota(_account(panel), {"gdp": panel["gdp"]}, {"gdp": 1.0}, settings.roles), None  # type: ignore[arg-type]


def _threshold(panel: xr.Dataset, settings: Revision, _: Weights) -> tuple[xr.DataArray, None]:
    return threshold(panel["emissions"], panel["sequestration"], panel["gdp"], settings.benchmark), None


def _ecc_esc(panel: xr.Dataset, settings: Revision, _: Weights) -> tuple[xr.DataArray, None]:
    return ecc_esc(panel["emissions"], panel["sequestration"], panel["gdp"], settings.cap_quantile), None


REVISIONS: Mapping[str, RevisionMethod] = {
    "size_normalised": RevisionMethod(
        _size_normalised,
        "Account at the region's mean size",
        "R = C / κ",
        "Mt CO2 at mean size",
        keeps_sign=True,
    ),
    "quota": RevisionMethod(
        _quota, "Account less its share of the region's", "R = C − ΣC·Σ w·s", sums_to_zero=True, additive=True
    ),
    "theoretical": RevisionMethod(
        _theoretical,
        "Theoretical carbon deficit (quota by GDP)",
        "R = C − ΣC·G/ΣG",
        sums_to_zero=True,
        additive=True,
    ),
    "threshold": RevisionMethod(
        _threshold, "Account beyond the region's carbon intensity", "R = C − e₀·G", additive=True
    ),
    "ecc_esc": RevisionMethod(
        _ecc_esc, "Economic contribution and ecological support", "R = C/ECC or C·ESC", keeps_sign=True
    ),
    "none": RevisionMethod(_none, "Unrevised account", "R = C", keeps_sign=True, additive=True),
}
"""Every revision by the name that a study writes."""


def factors_of(settings: Revision) -> list[str]:
    """Return the quantities that a revision needs beside emissions, sequestration and GDP."""
    return list(weights_of(settings)) if settings.method in ("size_normalised", "quota") else []


def revise(panel: xr.Dataset, settings: Revision, weights: Mapping[str, Weight] | None = None) -> xr.Dataset:
    """Revise the accounts of a panel as a study asks.

    Parameters
    ----------
    panel
        Dataset on (unit, year) and any other dimensions with emissions, sequestration [Mt CO2] and, as the method
        needs them, gdp [CNY], population [person] and area [km²].
    settings
        The study's ``[revision]``.
    weights
        Stand in for the weights of the settings where these have an effect, for the same factors: one a draw, say.

    Returns
    -------
    xarray.Dataset
        ``revised`` [Mt CO2, or Mt CO2 at mean size] and ``size_index`` [1] (missing for other methods).

    Raises
    ------
    DataError
        If ``rescale`` cannot restore the totals of a year.
    """
    method = REVISIONS[settings.method]
    with xr.set_options(arithmetic_join="exact"):
        revised, index = method.function(panel, settings, weights)
    if index is None:
        index = xr.full_like(revised, float("nan"))
    result = xr.Dataset({"revised": revised, "size_index": index})
    result["revised"].attrs["units"] = method.unit if settings.rescale == "none" else "Mt CO2"
    return result
