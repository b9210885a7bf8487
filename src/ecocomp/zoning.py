"""Zoning: who comes first, in which class, and whether the order holds over the years."""

from __future__ import annotations

from typing import Literal

import jenkspy
import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr
from scipy import stats

__all__ = ["classify", "kendall_w", "priority", "rank", "rank_sides", "rank_stability"]

CELLS_AT_ONCE = 2**15
"""Unit-years whose ranks are made at a time: 128 KiB an array."""
SIDES = ("payer", "recipient")


def priority(amount: xr.DataArray, gdp: xr.DataArray) -> xr.DataArray:
    """Return the compensation priority, Q = |V| / GDP.

    Parameters
    ----------
    amount
        V, dimensions (unit, year) [CNY].
    gdp
        GDP on the same labels, at the price level of V [CNY].

    Returns
    -------
    xarray.DataArray
        Q [1]; missing where V or GDP is. Under ``size_normalised`` an index and not a burden.
    """
    amount, gdp = xr.align(amount, gdp, join="exact", copy=False)
    return (abs(amount) / gdp).rename("priority")


def rank(
    priorities: xr.DataArray,
    amount: xr.DataArray,
    group: xr.DataArray,
    payers: Literal["high_first", "low_first"] = "high_first",
) -> xr.DataArray:
    """Rank priorities within the payers and within the recipients of each year, 1 first.

    Parameters
    ----------
    priorities, amount, group
        Q [1], V [CNY] and the group's label, dimension (unit,) and any others.
    payers
        Payers by falling (``high_first``) or rising priority; recipients always by falling.

    Returns
    -------
    xarray.DataArray
        Rank on the same dimensions, ties by larger |V| and then by unit id; missing for balanced and missing units.
    """
    priorities, amount, group = xr.align(priorities, amount, group, join="exact", copy=False)
    number = (group == "payer").astype(np.int8) - (group == "recipient").astype(np.int8)
    return rank_sides(priorities, amount, number, payers)


def rank_sides(
    priorities: xr.DataArray,
    amount: xr.DataArray,
    side: xr.DataArray,
    payers: Literal["high_first", "low_first"] = "high_first",
) -> xr.DataArray:
    """Rank as :func:`rank` does, the sides told by number: 1 pays, −1 receives, anything else is not ranked.

    Parameters
    ----------
    priorities, amount, side
        Q [1], V [CNY] and the side, dimension (unit,) and any others, in the same order.
    payers
        As :func:`rank`.
    """
    rows = [a.transpose(..., "unit") for a in (priorities, amount, side)]
    units = priorities.sizes["unit"]
    q, v = (np.ascontiguousarray(a.values, dtype=np.float64).reshape(-1, units) for a in rows[:2])
    sides = np.ascontiguousarray(rows[2].values).reshape(-1, units)
    ids = np.argsort(np.argsort(priorities["unit"].values))
    ranks, step = np.empty(q.shape), max(1, CELLS_AT_ONCE // max(1, units))
    for start in range(0, len(q), step):  # rows that fit into the processor's cache
        part = slice(start, start + step)
        ranks[part] = _ranks(q[part], v[part], sides[part], ids, rising=payers == "low_first")
    template = rows[0]
    array = xr.DataArray(ranks.reshape(template.shape), coords=template.coords, dims=template.dims, name="rank")
    return array.transpose(*priorities.dims)


def _ranks(
    q: npt.NDArray[np.float64],
    v: npt.NDArray[np.float64],
    sides: npt.NDArray[np.int8],
    ids: npt.NDArray[np.intp],
    *,
    rising: bool,
) -> npt.NDArray[np.float64]:
    """Return the ranks of :func:`rank_sides` (row, unit) from arrays (row, unit) and the order of ids (unit)."""
    ranked = (abs(sides) == 1) & np.isfinite(q)
    # one sort for both sides: the first side from its largest priority on, then the other from its smallest
    keys = q * (sides if rising else -sides)
    keys[~ranked] = np.inf
    order = np.argsort(keys, axis=1)
    found = np.take_along_axis(keys, order, axis=1)
    tied = ((found[:, 1:] == found[:, :-1]) & np.isfinite(found[:, 1:])).any(axis=1)
    ranks = np.empty(keys.shape)
    np.put_along_axis(ranks, order, _ranks_in_order(ranked, sides, rising), axis=1)
    for row in np.flatnonzero(tied):  # rare, and the only rows that need three keys
        for number in (1, -1):
            own = np.flatnonzero(ranked[row] & (sides[row] == number))
            key = q[row, own] if rising and number == 1 else -q[row, own]
            ranks[row, own[np.lexsort((ids[own], -np.abs(v[row, own]), key))]] = np.arange(1, own.size + 1)
    return ranks


def _ranks_in_order(
    ranked: npt.NDArray[np.bool_], sides: npt.NDArray[np.int8], rising: bool
) -> npt.NDArray[np.float64]:
    """Return the ranks of each row in the order in which :func:`_ranks` sorts it; missing at its end."""
    all_ranked = np.count_nonzero(ranked, axis=1)[:, None]
    first_side = np.count_nonzero(ranked & (sides == (-1 if rising else 1)), axis=1)[:, None]
    places = np.arange(1, ranked.shape[1] + 1)[None, :]
    of_other = places - first_side if rising else all_ranked + 1 - places  # rising: from its smallest, else the reverse
    return np.where(places <= first_side, places, np.where(places <= all_ranked, of_other, np.nan))


def classify(
    priorities: xr.DataArray, group: xr.DataArray, classes: int = 4
) -> tuple[xr.DataArray, dict[str, list[float]]]:
    """Sort priorities into natural-breaks classes, payers and recipients apart, pooled over all years.

    Parameters
    ----------
    priorities, group
        Q [1] and the group's label, dimensions (unit, year).
    classes
        Number of classes; fewer where there are fewer distinct values.

    Returns
    -------
    priority_class : xarray.DataArray
        Class (unit, year), 1 the highest; missing for balanced and missing units.
    breaks : dict
        Upper bounds of the classes by side, lowest first, after the lowest value [1].

    Notes
    -----
    Fisher-Jenks natural breaks (Jenks 1977), computed by `jenkspy`.
    """
    result = np.full(priorities.shape, np.nan)
    breaks: dict[str, list[float]] = {}
    for side in SIDES:
        members = (group == side).values & priorities.notnull().values
        values = priorities.values[members]
        bounds = _natural_breaks(values, classes)
        breaks[side] = bounds
        if bounds:
            inner = np.asarray(bounds[1:-1])
            result[members] = len(bounds) - 1 - np.searchsorted(inner, values, side="left")
    labels = xr.DataArray(result, coords=priorities.coords, dims=priorities.dims, name="priority_class")
    return labels, breaks


def _natural_breaks(values: npt.NDArray[np.float64], classes: int) -> list[float]:
    distinct = np.unique(values)
    if distinct.size <= classes:
        return [float(v) for v in (*distinct[:1], *distinct)] if distinct.size else []
    return [float(b) for b in jenkspy.jenks_breaks(values, n_classes=classes)]


def kendall_w(ranks: npt.NDArray[np.float64]) -> float:
    """Return Kendall's coefficient of concordance, W = 12 S / (m² (n³ − n)), for untied ranks.

    Parameters
    ----------
    ranks
        n units × m years, each column ranking the units 1 to n.

    Returns
    -------
    float
        W [1]: 1 where all years agree; missing for fewer than two units or years.
    """
    n, m = ranks.shape
    if n < 2 or m < 2:
        return float("nan")
    sums = ranks.sum(axis=1)
    return float(12 * ((sums - sums.mean()) ** 2).sum() / (m**2 * (n**3 - n)))


def rank_stability(ranks: xr.DataArray, group: xr.DataArray, first_n: int = 20) -> pd.DataFrame:
    """Tell how stable ranks are over the years.

    Parameters
    ----------
    ranks, group
        Rank and group label, dimensions (unit, year).
    first_n
        How many first ranks count as the first.

    Returns
    -------
    pandas.DataFrame
        One row for each group and unit ever ranked in it: ``years_ranked, best_rank, worst_rank, years_in_first_n,
        stays_in_first_n`` and, the same in all rows of a group, ``kendall_w`` among the units ranked every year.
    """
    frames = []
    for side in SIDES:
        own = ranks.where(group == side).transpose("unit", "year")
        own = own.isel(unit=np.flatnonzero(own.notnull().any("year").values))
        always = own.isel(unit=np.flatnonzero(own.notnull().all("year").values))
        years_first = (own <= first_n).sum("year")
        frames.append(
            pd.DataFrame(
                {
                    "group": side,
                    "unit": own["unit"].values,
                    "years_ranked": own.notnull().sum("year").values,
                    "best_rank": own.min("year").values.astype(int),
                    "worst_rank": own.max("year").values.astype(int),
                    "years_in_first_n": years_first.values,
                    "stays_in_first_n": np.where(years_first == own.sizes["year"], "yes", "no"),
                    "kendall_w": kendall_w(stats.rankdata(always.values, axis=0)),
                }
            ).sort_values(["best_rank", "worst_rank", "unit"])
        )
    return pd.concat(frames, ignore_index=True)
