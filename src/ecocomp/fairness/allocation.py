"""Rules that would allocate the region's net account otherwise: what each unit would then pay or receive."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ecocomp.panel import valid_units

__all__ = ["ALLOCATIONS", "allocated_amounts", "efforts", "quotas"]

ALLOCATIONS = ("equal_per_head", "grandfathering", "ability_to_pay", "responsibility_and_capacity")
"""Names of the rules."""


def quotas(panel: xr.Dataset) -> xr.DataArray:
    """Allocate the region's net account C = ΣE − ΣS of each year to its units by each of :data:`ALLOCATIONS`.

    Parameters
    ----------
    panel
        ``emissions`` E, ``sequestration`` S [Mt CO2], ``gdp`` G [CNY] and ``population`` n [person], dimensions
        (unit, year), years rising.

    Returns
    -------
    xarray.DataArray
        q, dimensions (rule, unit, year) [Mt CO2], over the units that have all four, adding up to their C.

    Notes
    -----
    - ``equal_per_head``: q = C n/Σn (Meyer 2000, Contraction and Convergence).
    - ``grandfathering``: q = C E₀/ΣE₀, E₀ the emissions of the first year of the data (Knight 2013, Journal of
      Applied Philosophy 30, 410–427). A unit without E₀ has no quota in any year.
    - ``ability_to_pay``, ``responsibility_and_capacity``: q = E − ωΣS, ω of :func:`efforts`. What the region
      sequesters is the effort by which its emissions are lessened, and ω is the share that a unit ought to bear.
    """
    emissions, sequestration = panel["emissions"], panel["sequestration"]
    valid = valid_units(emissions, sequestration, panel["gdp"], panel["population"])
    first = emissions.isel(year=0, drop=True).broadcast_like(emissions)
    with xr.set_options(arithmetic_join="exact"):
        account = emissions - sequestration
        found = {
            "equal_per_head": _shared(panel["population"], account, valid),
            "grandfathering": _shared(first, account, valid & first.notnull()),
        }
        for name, share in efforts(panel).items():
            taking_part = valid & share.notnull()
            effort = sequestration.where(taking_part).sum("unit")
            found[str(name)] = (emissions - share * effort).where(taking_part)
    return xr.concat([found[name] for name in ALLOCATIONS], dim=xr.IndexVariable("rule", list(ALLOCATIONS)))


def _shared(basis: xr.DataArray, account: xr.DataArray, valid: xr.DataArray) -> xr.DataArray:
    return _share(basis, valid) * account.where(valid).sum("unit")


def _share(basis: xr.DataArray, valid: xr.DataArray) -> xr.DataArray:
    known = basis.where(valid)
    total = known.sum("unit")
    return known / total.where(total > 0)


def efforts(panel: xr.Dataset) -> xr.Dataset:
    """Return the share of the common effort that each unit ought to bear, ω, by ability and by responsibility.

    Parameters
    ----------
    panel
        As for :func:`quotas`.

    Returns
    -------
    xarray.Dataset
        On (unit, year) [1], each adding up to 1 over the units that have all quantities.

    Notes
    -----
    - ``ability_to_pay``: ω ∝ E (G/n)^(1/3). The cube root stands for costs that rise faster than the effort (van den
      Berg et al. 2020, Climatic Change 162, 1805–1822, doi:10.1007/s10584-019-02368-y).
    - ``responsibility_and_capacity``: ω = ½ E⁺/ΣE⁺ + ½ G/ΣG, E⁺ the emissions from the first year of the data to
      this one (Greenhouse Development Rights: Baer et al. 2009, Ethics, Place & Environment 12, 267–281,
      doi:10.1080/13668790903195495). Equal weights, and no income is exempt, since incomes within a unit are not
      known. Years that the data leave out do not count; a unit without one of the earlier years has no share.
    """
    emissions, gdp, people = panel["emissions"], panel["gdp"], panel["population"]
    valid = valid_units(emissions, panel["sequestration"], gdp, people)
    since = emissions.cumsum("year", skipna=False)
    with xr.set_options(arithmetic_join="exact"):
        ability = _share(emissions * np.cbrt(gdp / people.where(people > 0)), valid & (people > 0))
        both = valid & since.notnull()
        responsibility = 0.5 * _share(since, both) + 0.5 * _share(gdp, both)
    return xr.Dataset({"ability_to_pay": ability, "responsibility_and_capacity": responsibility})


def allocated_amounts(panel: xr.Dataset, price: xr.DataArray) -> xr.DataArray:
    """Return what each unit would pay or receive under each rule: the price of its account less its quota.

    Parameters
    ----------
    panel
        As for :func:`quotas`.
    price
        p, dimension (year,) [CNY per t CO2].

    Returns
    -------
    xarray.DataArray
        V = (E − S − q)·10⁶·p, dimensions (rule, unit, year) [CNY]; adds up to zero over the units of a year, so
        that every unit's claim is met in full. A stage coefficient is not applied, which would break that.
    """
    with xr.set_options(arithmetic_join="exact"):
        deficit = panel["emissions"] - panel["sequestration"] - quotas(panel)
        return (deficit * 1e6 * price).transpose("rule", "unit", "year")
