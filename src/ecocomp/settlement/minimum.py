"""Minimum transfers: no thousand payments of one yuan, exactly where the plan is small, else by a heuristic."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from ecocomp.settlement.fen import Cells, Fen
from ecocomp.settlement.transport import Costs, Least, cells_of, cost_of, least_cost

__all__ = ["EXACT_PAIRS", "AtLeast", "least_cost_at_least"]

EXACT_PAIRS = 400
"""Pairs of payer and recipient up to which the mixed-integer problem is solved itself."""
_NODES = 20_000
"""Branch-and-bound nodes after which the best plan so far is taken: a count, so that every machine finds the same."""
_BLOCKS = (6, 9, 14)
"""Units on either side that are planned anew around a small transfer, more where fewer do not suffice."""
_CLOSED = 1e-9
_SCALE = 1e4
"""The largest margin in the mixed-integer problem, whose tolerances are absolute."""

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class AtLeast:
    """A plan without small transfers.

    ``bound`` is a cost that no such plan can fall below, and ``gap`` how far above it this one may be, relative to it
    [1]; ``exact`` is whether the gap is closed.
    """

    plan: Least
    bound: float
    gap: float
    exact: bool


def least_cost_at_least(
    payments: Fen, receipts: Fen, cost: Costs, minimum: int, exempt: tuple[Flags, Flags]
) -> AtLeast | None:
    """Find transfers at the least cost of which none is smaller than a minimum.

    Parameters
    ----------
    payments, receipts, cost
        As for :func:`ecocomp.settlement.transport.least_cost`.
    minimum
        Smallest transfer [fen].
    exempt
        Payers and recipients, by place, whose transfers may be smaller (a fund's).

    Returns
    -------
    AtLeast or None
        None if no plan was found.

    Notes
    -----
    The plan without a minimum gives the bound, and is the answer if none of its transfers is small. Up to
    `EXACT_PAIRS` pairs the mixed-integer problem (x = 0 or x ≥ m for every pair) goes to HiGHS. Beyond, the
    smallest transfer is taken, with the units around it in the plan so far, and the same problem is solved for these
    alone, what goes to others staying as it is; so on until no small one is left. Such a plan is feasible and not
    proven best, with the bound beside it.
    """
    plain = least_cost(payments, receipts, cost)
    counted = ~(exempt[0][:, None] | exempt[1][None, :])
    bound = cost_of(plain.cells, cost)
    i, j, fen = plain.cells
    if not ((fen < minimum) & counted[i, j]).any():
        return AtLeast(plain, bound, 0.0, True)
    if cost.size <= EXACT_PAIRS:
        solved = _program(payments, receipts, cost, minimum, counted)
        if solved is None:
            return None
        cells, gap = solved
        return AtLeast(replace(plain, cells=cells), cost_of(cells, cost) * (1 - gap), gap, gap <= _CLOSED)
    mended = _heuristic(plain.cells, cost, minimum, counted)
    if mended is None:
        return None
    gap = (cost_of(mended, cost) - bound) / bound if bound > 0 else 0.0
    return AtLeast(replace(plain, cells=mended), bound, max(gap, 0.0), gap <= _CLOSED)


def _program(payments: Fen, receipts: Fen, cost: Costs, minimum: int, counted: Flags) -> tuple[Cells, float] | None:
    """Solve min Σ c x, x_ij ≤ min(a_i, b_j) y_ij, x_ij ≥ m y_ij, y binary, with the margins as equations.

    Returns
    -------
    tuple or None
        Transfers in whole fen and the relative gap that is left [1]; None without a plan.
    """
    rows, columns = cost.shape
    pairs = cost.size
    unit = float(max(payments.max(), receipts.max())) / _SCALE
    sums = sparse.vstack([
        sparse.kron(sparse.eye_array(rows), np.ones((1, columns))),
        sparse.kron(np.ones((1, rows)), sparse.eye_array(columns)),
    ])  # fmt: skip
    largest = np.minimum.outer(payments, receipts).ravel() / unit
    smallest = np.where(counted.ravel(), minimum / unit, 0.0)
    identity = sparse.eye_array(pairs)
    margins = np.concatenate([payments, receipts]) / unit
    found = milp(
        np.concatenate([cost.ravel(), np.zeros(pairs)]),
        integrality=np.concatenate([np.zeros(pairs), np.ones(pairs)]),
        bounds=Bounds(0, np.concatenate([largest, (largest >= smallest).astype(float)])),
        constraints=[
            LinearConstraint(sparse.hstack([sums, sparse.csr_array((rows + columns, pairs))]), margins, margins),
            LinearConstraint(sparse.hstack([identity, -sparse.diags_array(largest)]), -np.inf, 0),
            LinearConstraint(sparse.hstack([identity, -sparse.diags_array(smallest)]), 0, np.inf),
        ],
        options={"node_limit": _NODES, "mip_rel_gap": 0.0},
    )
    if found.x is None:
        return None
    used = (found.x[pairs:] > 0.5) & (found.x[:pairs] > 0.5 * np.maximum(smallest, 1 / unit))
    cells = _among(payments, receipts, cost, minimum, used.reshape(cost.shape), counted)
    return None if cells is None else (cells, float(found.mip_gap or 0.0))


def _among(payments: Fen, receipts: Fen, cost: Costs, minimum: int, used: Flags, counted: Flags) -> Cells | None:
    """Plan at the least cost in whole fen with no pairs but those used, each counted one at the minimum or above."""
    raised = used & counted
    left = payments - minimum * raised.sum(axis=1), receipts - minimum * raised.sum(axis=0)
    if (left[0] < 0).any() or (left[1] < 0).any():
        return None
    dear = (float(np.ptp(cost)) + 1.0) * (min(cost.shape) + 1)  # no saving elsewhere is worth a closed pair
    i, j, fen = least_cost(*left, np.where(used, cost, cost + dear)).cells
    if not used[i, j].all():
        return None
    table = minimum * raised.astype(np.int64)
    table[i, j] += fen
    return cells_of(table)


def _heuristic(cells: Cells, cost: Costs, minimum: int, counted: Flags) -> Cells | None:
    """Plan anew around the smallest transfer, until none is too small."""
    table = np.zeros(cost.shape, dtype=np.int64)
    table[cells[0], cells[1]] = cells[2]
    while True:
        i, j = np.nonzero((table > 0) & (table < minimum) & counted)
        if i.size == 0:
            return cells_of(table)
        first = int(np.argmin(table[i, j]))
        for size in _BLOCKS:
            around = _around(table, cost, int(i[first]), int(j[first]), size)
            block = np.ix_(*_whole(table, around, minimum, (int(i[first]), int(j[first]))))
            part = table[block]
            solved = _program(part.sum(axis=1), part.sum(axis=0), cost[block], minimum, counted[block])
            if solved is not None:
                rows, columns, fen = solved[0]
                anew = np.zeros_like(part)
                anew[rows, columns] = fen
                table[block] = anew
                break
        else:
            return None


def _around(table: Fen, cost: Costs, i: int, j: int, size: int) -> tuple[list[int], list[int]]:
    """Return so many payers and recipients around a transfer: partners of partners, then those that are near."""
    rows, columns = [i], [j]
    near = iter(np.argsort(cost[:, j], kind="stable").tolist())
    seen = 0, 0
    while len(rows) < min(size, table.shape[0]) or len(columns) < min(size, table.shape[1]):
        before = len(rows), len(columns)
        for row in rows[seen[0] :]:
            _add(columns, np.flatnonzero(table[row]), table[row], size)
        for column in columns[seen[1] :]:
            _add(rows, np.flatnonzero(table[:, column]), table[:, column], size)
        seen = before
        if (len(rows), len(columns)) == before:  # nobody else is connected: take the nearest payer in
            other = next((k for k in near if k not in rows and table[k].any()), None)
            if other is None or len(rows) >= size:
                break
            rows.append(other)
    return sorted(rows), sorted(columns)


def _whole(
    table: Fen, around: tuple[list[int], list[int]], minimum: int, kept: tuple[int, int]
) -> tuple[list[int], list[int]]:
    """Leave out who has less than the minimum in a block: no plan of the block could give it that."""
    rows, columns = around
    while True:
        part = table[np.ix_(rows, columns)]
        few = [(sums > 0) & (sums < minimum) for sums in (part.sum(axis=1), part.sum(axis=0))]
        left = (
            [k for k, small in zip(rows, few[0], strict=True) if not small or k == kept[0]],
            [k for k, small in zip(columns, few[1], strict=True) if not small or k == kept[1]],
        )
        if left == (rows, columns):
            return left
        rows, columns = left


def _add(members: list[int], found: npt.NDArray[np.intp], amounts: Fen, size: int) -> None:
    """Add partners, those with the largest transfers first, up to a size."""
    for place in found[np.argsort(-amounts[found], kind="stable")].tolist():
        if place not in members and len(members) < size:
            members.append(place)
