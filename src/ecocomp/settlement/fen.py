"""Whole fen: money divided without losing any of it, within bounds where there are some.

A fen is a hundredth of the study's currency, whichever that is: a cent of a euro, and a hundredth of a yen, which has
no coin so small. One grain for all keeps a plan the same when its currency is renamed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

__all__ = ["Cells", "Fen", "apportion", "apportion_above", "apportion_below", "to_fen"]

Fen = npt.NDArray[np.int64]
Cells = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], Fen]
"""Transfers as (payer, recipient, fen), payers and recipients by their places."""
_GRAIN = 10**6
"""Amounts enter integer arithmetic in millionths of a fen."""


def to_fen(money: npt.NDArray[np.float64]) -> Fen:
    """Return money [CNY] in the nearest whole hundredth."""
    return np.round(np.asarray(money, dtype=np.float64) * 100).astype(np.int64)


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


def apportion_below(amounts: npt.NDArray[np.float64], total: int, most: Fen) -> Fen:
    """Divide fen in proportion to amounts, none above its bound: what a bound cuts off the others make up.

    Parameters
    ----------
    amounts, total
        As for :func:`apportion`.
    most
        Largest fen of each; their sum must reach ``total``.

    Raises
    ------
    ValueError
        If the bounds do not allow the total.
    """
    return _apportion_within(amounts, total, most, np.greater)


def apportion_above(amounts: npt.NDArray[np.float64], total: int, least: Fen) -> Fen:
    """Divide fen in proportion to amounts, none below its bound: what a bound adds is taken from the others.

    Parameters and errors as for :func:`apportion_below`, ``least`` being the smallest fen of each.
    """
    return _apportion_within(amounts, total, least, np.less)


def _apportion_within(
    amounts: npt.NDArray[np.float64], total: int, bound: Fen, beyond: Callable[[Fen, Fen], npt.NDArray[np.bool_]]
) -> Fen:
    """Set to their bound whoever is beyond it, and divide what remains among the others, until none is."""
    fen, held = apportion(amounts, total), np.zeros(len(amounts), dtype=np.bool_)
    while (found := beyond(fen, bound) & ~held).any():
        held |= found
        fen = bound.copy()
        fen[~held] = apportion(np.asarray(amounts)[~held], total - int(bound[held].sum()))
    if int(fen.sum()) != total or (fen < 0).any():
        raise ValueError(f"the bounds sum to {int(bound.sum())} fen and do not allow {total} fen")
    return fen
