"""Balance: what payers owe, what recipients are due, and for how many first ranks the two agree."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

__all__ = ["payments_and_receipts", "top_n_balance"]

ROUNDING = 1e-12
"""Sums closer than this, relative to the larger, are equal: under a zero-sum revision the last ones are."""


def payments_and_receipts(amount: xr.DataArray) -> xr.Dataset:
    """Return payments Σ max(V, 0), receipts Σ max(−V, 0) and gap, payments − receipts, of each year [CNY].

    They run over the units that have an amount; both sides are positive.
    """
    payments, receipts = amount.reduce(_sum_of_positive, "unit"), (-amount).reduce(_sum_of_positive, "unit")
    return xr.Dataset({"payments": payments, "receipts": receipts, "gap": payments - receipts})


def _sum_of_positive(values: Any, axis: int) -> Any:
    return np.where(values > 0, values, 0.0).sum(axis=axis)  # a missing amount is not above 0


def top_n_balance(amount: xr.DataArray, rank: xr.DataArray, group: xr.DataArray) -> xr.Dataset:
    """Set the payments of the first N payers against the receipts of the first N recipients.

    Parameters
    ----------
    amount, rank, group
        V [CNY], rank and group label, dimensions (unit, year).

    Returns
    -------
    xarray.Dataset
        On (year, n), n from 1 to the longer list of any year (the shorter stays constant): ``payments_top_n``,
        ``receipts_top_n`` [CNY], ``relative_difference`` = |payments − receipts| / the larger [1], ``crossing``
        (the difference has the opposite sign of the last one that was not zero) and ``closest`` (the smallest
        relative difference of the year, the first of equals; false everywhere in a year that lacks payers or
        recipients). Missing beyond the longer list of the year.
    """
    ends = [rank.where(group == side).max("unit").fillna(0) for side in ("payer", "recipient")]
    length = int(max(ends[0].max(), ends[1].max()))
    sums = []
    for side in ("payer", "recipient"):
        own = rank.where(group == side)
        cells = np.zeros((amount.sizes["year"], length))
        rows, years = np.nonzero(own.notnull().values)
        cells[years, own.values[rows, years].astype(int) - 1] = np.abs(amount.values[rows, years])
        sums.append(cells.cumsum(axis=1))
    longest = np.maximum(ends[0].values, ends[1].values)[:, None]
    within = np.arange(1, length + 1)[None, :] <= longest
    payments, receipts = (np.where(within, s, np.nan) for s in sums)
    larger = np.fmax(payments, receipts)
    relative = np.abs(payments - receipts) / np.where(larger > 0, larger, np.nan)
    sign = np.where(relative < ROUNDING, 0.0, np.sign(payments - receipts))
    crossing = np.array([_sign_changes(row) for row in sign]).reshape(within.shape)
    both = (ends[0].values > 0) & (ends[1].values > 0)
    closest = np.zeros_like(within)
    for year in np.flatnonzero(both):
        closest[year, np.nanargmin(relative[year])] = True
    names = ("payments_top_n", "receipts_top_n", "relative_difference", "crossing", "closest")
    arrays = (payments, receipts, relative, crossing, closest)
    coords = {"year": amount["year"].values, "n": np.arange(1, length + 1)}
    return xr.Dataset({k: (("year", "n"), v) for k, v in zip(names, arrays, strict=True)}, coords=coords)


def _sign_changes(signs: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Mark where a sign is the opposite of the last one that was not zero."""
    changes = np.zeros(signs.size, dtype=np.bool_)
    clear = np.flatnonzero(np.abs(signs) == 1)
    changes[clear[1:]] = signs[clear[1:]] != signs[clear[:-1]]
    return changes
