"""Transfers: who pays whom, in whole fen, so that every payer's and recipient's sum is exact."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

__all__ = ["apportion", "proportional", "scale_larger_side", "settle"]

Fen = npt.NDArray[np.int64]
_GRAIN = 10**6
"""Amounts enter integer arithmetic in millionths of a fen."""


def apportion(amounts: npt.NDArray[np.float64], total: int) -> Fen:
    """Divide a whole number of fen in proportion to amounts, by largest remainder.

    Parameters
    ----------
    amounts
        Non-negative weights, in the order that breaks ties (unit id).
    total
        Fen to divide.

    Returns
    -------
    numpy.ndarray
        Fen of each, summing to ``total`` exactly; all zero where the amounts are.
    """
    grains = [round(float(a) * _GRAIN) for a in amounts]
    whole = sum(grains)
    if whole == 0:
        return np.zeros(len(grains), dtype=np.int64)
    parts = [divmod(g * total, whole) for g in grains]
    fen = np.array([q for q, _ in parts], dtype=np.int64)
    left = total - int(fen.sum())
    for i in sorted(range(len(parts)), key=lambda i: -parts[i][1])[:left]:  # stable: ties stay in unit order
        fen[i] += 1
    return fen


def scale_larger_side(payments: npt.NDArray[np.float64], receipts: npt.NDArray[np.float64]) -> tuple[Fen, Fen]:
    """Scale the larger side down to the smaller one, M = min(Σa, Σb), in whole fen.

    Parameters
    ----------
    payments, receipts
        a ≥ 0 and b ≥ 0 [CNY], in the order of unit ids.

    Returns
    -------
    tuple of numpy.ndarray
        a′ and b′ [fen], both summing to M exactly.
    """
    total = round(min(float(payments.sum()), float(receipts.sum())) * 100)
    return apportion(payments * 100, total), apportion(receipts * 100, total)


def proportional(payments: Fen, receipts: Fen) -> Fen:
    """Let every payer pay every recipient in proportion to both, T_ij = a_i · b_j / M, in whole fen.

    Parameters
    ----------
    payments, receipts
        Margins with equal sums M [fen].

    Returns
    -------
    numpy.ndarray
        T, payers × recipients [fen]; rows and columns sum to the margins exactly, each cell within a fen of its
        proportional value.

    Notes
    -----
    Cells are rounded down; what is left over in rows and columns is given out a fen a cell, each row to the columns
    that still want most, which succeeds whenever any such table exists (Gale 1957, Ryser 1957): the fractions that
    were cut off are themselves a solution in real numbers, so a whole one exists.
    """
    total = int(payments.sum())
    if total != int(receipts.sum()):
        raise ValueError(f"margins differ: payments {total} fen, receipts {int(receipts.sum())} fen")
    if total == 0:
        return np.zeros((payments.size, receipts.size), dtype=np.int64)
    cells = _floor_of_shares(payments, receipts, total)
    wanted = receipts - cells.sum(axis=0)
    for i, left in enumerate(payments - cells.sum(axis=1)):
        columns = np.argsort(-wanted, kind="stable")[:left]
        cells[i, columns] += 1
        wanted[columns] -= 1
    return cells


def _floor_of_shares(payments: Fen, receipts: Fen, total: int) -> Fen:
    """Return ⌊a_i · b_j / M⌋ exactly, although the products pass 64 bits.

    A quotient in floating point is off by 2 at most, so the true remainder lies within 3 M of zero, and 64-bit
    integers, which wrap around, hold it exactly as long as 3 M stays below 2⁶³.
    """
    if total >= 2**61:
        raise ValueError(f"{total} fen are more than can be settled exactly (2⁶¹)")
    estimate = np.multiply.outer(payments.astype(np.float64), receipts / total).astype(np.int64)
    remainder = np.multiply.outer(payments, receipts) - estimate * total
    return np.asarray(estimate + remainder // total, dtype=np.int64)


def settle(amount: xr.DataArray) -> tuple[xr.DataArray, xr.Dataset, pd.DataFrame]:
    """Settle the amounts of each year: scale the larger side, then pay proportionally.

    Parameters
    ----------
    amount
        V, dimensions (unit, year) [CNY].

    Returns
    -------
    settled : xarray.DataArray
        Dimensions (unit, year) [CNY]: positive paid, negative received, missing where V is.
    sums : xarray.Dataset
        On (year,) [CNY]: ``transferred`` M, ``unallocated`` payments and ``unfunded`` receipts left over.
    transfers : pandas.DataFrame
        ``year, payer, recipient, amount`` [CNY], without cells of zero fen.
    """
    amount = amount.sortby("unit").transpose("unit", "year")
    units, years = amount["unit"].values, amount["year"].values
    ids = pd.Series(units).array  # as strings of the frame's own kind once, not for every pair
    settled = np.full(amount.shape, np.nan)
    totals = np.zeros((3, years.size))
    frames = []
    for t, year in enumerate(years):
        v = amount.values[:, t]
        payers, recipients = np.flatnonzero(v > 0), np.flatnonzero(v < 0)
        a, b = scale_larger_side(v[payers], -v[recipients])
        settled[v == 0, t], settled[payers, t], settled[recipients, t] = 0.0, a / 100, -b / 100
        moved = int(a.sum()) / 100
        left = v[payers].sum() - moved, -v[recipients].sum() - moved
        totals[:, t] = moved, *(max(0.0, round(money, 2)) for money in left)
        cells = proportional(a, b)
        i, j = np.nonzero(cells)
        frames.append(
            pd.DataFrame(
                {
                    "year": year,
                    "payer": ids.take(payers[i]),
                    "recipient": ids.take(recipients[j]),
                    "amount": cells[i, j] / 100,
                }
            )
        )
    coords = {"unit": units, "year": years}
    names = ("transferred", "unallocated", "unfunded")
    sums = xr.Dataset({name: ("year", row) for name, row in zip(names, totals, strict=True)}, {"year": years})
    array = xr.DataArray(settled, coords, ("unit", "year"), name="settled")
    return array, sums, pd.concat(frames, ignore_index=True)
