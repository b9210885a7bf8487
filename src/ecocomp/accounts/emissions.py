"""Emissions of units that are not observed one by one: parents' totals shared out by a proxy."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ecocomp.issues import DataError, Issue

__all__ = ["not_conserved", "top_down"]

Floats = NDArray[np.float64]

TOLERANCE = 1e-9
"""Relative difference between a total and the sum of its shares above which a total counts as not conserved."""


def top_down(parent_total: xr.DataArray, proxy: xr.DataArray, parent: xr.DataArray) -> xr.DataArray:
    r"""Share out the totals of larger units onto their members by a proxy (methods §1, top-down).

    .. math:: E_i = E_{parent} \cdot x_i / \sum_{j \in parent} x_j

    The members of a parent add up to its total exactly, to rounding. A missing value is never taken for zero:
    where one member's proxy is missing the shares of all members of that parent are unknown, so the whole
    parent is missing in that year, as it is where its total is missing. A unit without a parent label is
    missing.

    Parameters
    ----------
    parent_total
        Total of each larger unit (parent, year) or (parent,), not negative, in any extensive unit [Mt CO2].
    proxy
        Proxy of each unit (unit, year) or (unit,), not negative: night-light sum, GDP, population [any].
    parent
        Label of the larger unit that each unit belongs to (unit,).

    Returns
    -------
    xarray.DataArray
        Allocation (unit, year), or (unit,) where neither input has years, in the unit of ``parent_total`` and
        the order of ``proxy``. Parents without a total leave their units missing.

    Raises
    ------
    DataError
        With every parent that has a total but no proxy mass (or no unit) in a year, ``no-proxy-mass``, and
        every proxy or total below zero, ``negative-proxy`` and ``negative-total``.
    ValueError
        If the labels of units or years differ between the inputs, or a parent has two totals.
    """
    proxy, parent, years = xr.align(proxy, parent, _years(parent_total, proxy), join="exact")[:3]
    full = proxy.broadcast_like(years).transpose("unit", ...)
    totals = parent_total.broadcast_like(years).transpose("parent", ...)
    labels = pd.Index(totals["parent"].to_numpy())
    if not labels.is_unique:
        twice = ", ".join(map(str, labels[labels.duplicated()]))
        raise ValueError(f"a parent has more than one total: {twice}")
    member_of = np.where(pd.isna(parent.to_numpy()), -1, labels.get_indexer(parent.to_numpy()))
    x, amounts = _table(full), _table(totals)
    mass = _sums(x, member_of, len(labels))
    _refuse(x, amounts, mass, full, totals)
    of_parent = mass[member_of]
    share = np.divide(x, of_parent, out=np.zeros_like(x), where=of_parent != 0)
    known = ~np.isnan(of_parent) & (member_of >= 0)[:, None]
    allocated = np.where(known, amounts[member_of] * share, np.nan).reshape(full.shape)
    result = full.copy(deep=False, data=allocated).rename(parent_total.name)
    return result.drop_attrs().assign_attrs(parent_total.attrs)


def not_conserved(allocation: xr.DataArray, parent_total: xr.DataArray, parent: xr.DataArray) -> list[Issue]:
    """Return an error for every total that the shares of its units do not add up to, within 1e-9 of it.

    Parameters
    ----------
    allocation
        Shares (unit, year) [any].
    parent_total
        Totals (parent, year), in the same unit. Totals with a missing share are not compared: they cannot be.
    parent
        Label of each unit's parent (unit,).
    """
    shares = allocation.transpose("unit", "year").to_numpy()
    totals = parent_total.transpose("parent", "year").to_numpy()
    labels = parent.to_numpy()
    issues = []
    for p, label in enumerate(parent_total["parent"].to_numpy()):
        for t, year in enumerate(parent_total["year"].to_numpy().tolist()):
            total, parts = float(totals[p, t]), shares[labels == label, t]
            if math.isnan(total) or np.isnan(parts).any():
                continue
            if not abs(math.fsum(parts.tolist()) - total) <= TOLERANCE * total:
                message = f"the shares of {label} add up to {math.fsum(parts.tolist())!r}, its total is {total!r}"
                remedy = "look for values of the proxy that are far too large or too small"
                issues.append(Issue("error", "not-conserved", message, remedy, unit=str(label), year=year))
    return issues


def _years(parent_total: xr.DataArray, proxy: xr.DataArray) -> xr.DataArray:
    """Return an array on the years of either input; raise where both have years and they differ."""
    dated = [a["year"] for a in (parent_total, proxy) if "year" in a.dims]
    if len(dated) == 2:
        xr.align(*dated, join="exact")
    return xr.zeros_like(dated[0], dtype=float) if dated else xr.DataArray(0.0)


def _table(array: xr.DataArray) -> Floats:
    """Return the values as (rows, years), one column where there are no years."""
    values = np.asarray(array.to_numpy(), dtype=float)
    return values.reshape(len(values), -1)


def _sums(x: Floats, member_of: NDArray[Any], parents: int) -> Floats:
    """Add up the proxy over each parent's members (parent, year); exactly rounded, in any row order."""
    order = np.argsort(member_of, kind="stable")
    bounds = np.searchsorted(member_of[order], np.arange(parents + 1))
    columns = [x[order, year].tolist() for year in range(x.shape[1])]
    sums = [[math.fsum(c[a:b]) for c in columns] for a, b in pairwise(bounds)]
    return np.array(sums, dtype=float).reshape(parents, x.shape[1])


def _refuse(x: Floats, amounts: Floats, mass: Floats, proxy: xr.DataArray, totals: xr.DataArray) -> None:
    """Raise every parent that cannot be shared out and every value below zero."""
    years = proxy["year"].to_numpy().tolist() if "year" in proxy.dims else [None]
    issues = [
        Issue("error", "negative-proxy", "the proxy is below zero", "correct it or leave it empty",
              unit=str(proxy["unit"].to_numpy()[row]), year=years[column], value=repr(float(x[row, column])))
        for row, column in np.argwhere(x < 0)
    ]  # fmt: skip
    labels = totals["parent"].to_numpy()
    issues += [
        Issue("error", "negative-total", f"the total of {labels[row]} is below zero",
              "correct it or leave it empty", unit=str(labels[row]), year=years[column],
              value=repr(float(amounts[row, column])))
        for row, column in np.argwhere(amounts < 0)
    ]  # fmt: skip
    issues += [
        Issue("error", "no-proxy-mass", f"{labels[row]} has a total and no proxy mass among its units",
              "give its units a proxy, or leave its total out", unit=str(labels[row]), year=years[column],
              value=repr(float(amounts[row, column])))
        for row, column in np.argwhere((amounts > 0) & (mass == 0))
    ]  # fmt: skip
    if issues:
        raise DataError(issues)
