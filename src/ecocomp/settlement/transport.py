"""Transfers at the least cost: the balanced transportation problem, in whole fen."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecocomp.issues import MissingDependencyError
from ecocomp.settlement.fen import Cells, Fen
from ecocomp.settlement.nesting import Labels, levels_crossed, within

__all__ = ["Least", "cells_of", "cost_of", "least_cost", "nesting_costs"]

Costs = npt.NDArray[np.float64]
_PIVOTS = 1_000_000_000
_EXACT = 2**52
"""Whole numbers below this are exact in the floating point that the solver counts in."""


@dataclass(frozen=True)
class Least:
    """A plan at the least cost: transfers [fen] and what a further yuan at each payer and recipient would cost."""

    cells: Cells
    of_payers: Costs
    of_recipients: Costs


def least_cost(payments: Fen, receipts: Fen, cost: Costs) -> Least:
    """Find the transfers that settle the margins at the least cost, min Σ c_ij T_ij.

    Parameters
    ----------
    payments, receipts
        Margins with equal sums [fen].
    cost
        c, payers × recipients [per unit of money].

    Returns
    -------
    Least
        Whole fen, rows and columns summing to the margins exactly, at most one transfer fewer than there are units;
        the dual prices are those of the margins, c_ij ≥ u_i + v_j with equality where money flows.

    Raises
    ------
    MissingDependencyError
        If the solver is not installed.
    ValueError
        If the sums differ or are too large to be exact.

    Notes
    -----
    Network simplex of the package POT (Bonneel et al. 2011). It only adds and subtracts margins, so that whole
    numbers stay whole; what it returns is checked all the same.
    """
    total = int(payments.sum())
    if total != int(receipts.sum()):
        raise ValueError(f"margins differ: payments {total} fen, receipts {int(receipts.sum())} fen")
    if total >= _EXACT:
        raise ValueError(f"{total} fen are more than the solver can settle exactly (2⁵²)")
    rows, columns = np.flatnonzero(payments), np.flatnonzero(receipts)
    if total == 0:
        empty = np.empty(0, np.intp)
        return Least((empty, empty, np.empty(0, np.int64)), np.zeros(payments.size), np.zeros(receipts.size))
    flow, u, v = _solved(payments[rows], receipts[columns], cost[np.ix_(rows, columns)])
    whole = _repaired(np.round(flow).astype(np.int64), payments[rows], receipts[columns])
    i, j = np.nonzero(whole)
    of_payers, of_recipients = np.zeros(payments.size), np.zeros(receipts.size)
    of_payers[rows], of_recipients[columns] = u, v
    return Least((rows[i], columns[j], whole[i, j]), of_payers, of_recipients)


def _solved(payments: Fen, receipts: Fen, cost: Costs) -> tuple[Costs, Costs, Costs]:
    """Return flows and dual prices of margins that are all positive."""
    if payments.size == 1 or receipts.size == 1:  # one way only
        flow = np.minimum.outer(payments, receipts).astype(np.float64)
        return (flow, np.zeros(1), cost[0]) if payments.size == 1 else (flow, cost[:, 0], np.zeros(1))
    try:
        from ot.lp import emd
    except ImportError:
        raise MissingDependencyError('settlement by method = "transport"', "POT", "transport") from None
    paid, received, priced = _rounded_up(payments, receipts, cost)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # told below
        flow, log = emd(paid, received, priced, _PIVOTS, log=True)
    if log["warning"] is not None:
        raise RuntimeError(f"the transport solver gave up: {log['warning']}")
    return flow[:-1, :-1], log["u"][:-1], log["v"][:-1]


def _rounded_up(payments: Fen, receipts: Fen, cost: Costs) -> tuple[Costs, Costs, Costs]:
    """Add a payer and a recipient who settle with each other, so that the sum is a power of two.

    The solver multiplies and divides margins by their sum, which only then leaves whole numbers whole.
    """
    total = int(payments.sum())
    more = float(2 ** total.bit_length() - total)
    priced = np.full((payments.size + 1, receipts.size + 1), float(cost.max()) - min(float(cost.min()), 0.0))
    priced[:-1, :-1], priced[-1, -1] = cost, min(float(cost.min()), 0.0)
    return np.append(payments, more).astype(np.float64), np.append(receipts, more).astype(np.float64), priced


def _repaired(flow: Fen, payments: Fen, receipts: Fen) -> Fen:
    """Make rows and columns sum to the margins, should the solver have been off by a few fen."""
    for axis, margin in ((1, payments), (0, receipts)):
        for k in np.flatnonzero(flow.sum(axis=axis) > margin):  # take what is too much from the largest transfers
            line = flow[k] if axis == 1 else flow[:, k]
            over = int(line.sum() - margin[k])
            for place in np.argsort(-line, kind="stable"):
                taken = min(over, int(line[place]))
                line[place] -= taken
                over -= taken
    left, wanted = payments - flow.sum(axis=1), receipts - flow.sum(axis=0)
    for i in np.flatnonzero(left):
        for j in np.flatnonzero(wanted):
            given = min(int(left[i]), int(wanted[j]))
            flow[i, j] += given
            left[i] -= given
            wanted[j] -= given
    return flow


def nesting_costs(cost: Costs, payments: Fen, receipts: Fen, levels: Sequence[tuple[Labels, Labels]]) -> Costs:
    """Return costs under which no saving outweighs a yuan that crosses a level without need.

    A yuan kept within its group moves at most one transfer fewer than there are units on the shorter side, each by at
    most the range of the costs; a level costs more than all of them together.
    """
    if not levels or cost.size == 0:
        return cost
    return cost + level_price(cost) * levels_crossed(levels, payments.size, receipts.size)


def level_price(cost: Costs) -> float:
    """Return what crossing a level is charged in :func:`nesting_costs`."""
    return 0.0 if cost.size == 0 else (float(np.ptp(cost)) + 1.0) * (int(min(cost.shape)) + 1)


def crossing_rate(
    amounts: tuple[Fen, Fen], levels: Sequence[tuple[Labels, Labels]], change: tuple[Costs, Costs]
) -> float:
    """Return how much more money crosses levels when the margins change at some rates.

    Parameters
    ----------
    amounts
        Payments and receipts [fen].
    levels
        As for :func:`ecocomp.settlement.nesting.nested`.
    change
        Rates of payments and of receipts.
    """
    rate = 0.0
    for labels in levels:
        rate += float(change[0].sum())
        for label, (paid, received) in within(amounts, labels).items():
            side = 0 if paid < received else 1  # the smaller side is settled within the group
            rate -= float(change[side][labels[side] == label].sum())
    return rate


def cells_of(table: Fen) -> Cells:
    """Return the transfers of a full table."""
    i, j = np.nonzero(table)
    return i, j, table[i, j]


def cost_of(cells: Cells, cost: Costs) -> float:
    """Return Σ c_ij T_ij [cost times fen]."""
    i, j, fen = cells
    return float((cost[i, j] * fen).sum())
