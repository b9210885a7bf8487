"""The plan of one year: margins within limits, then the pairs, by the method of the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ecocomp.issues import InfeasibleError
from ecocomp.settlement.fen import Cells, Fen
from ecocomp.settlement.infeasible import floors_beyond_caps, minimum_too_large
from ecocomp.settlement.limits import Prices, Relaxed, relaxed
from ecocomp.settlement.margins import Dues, Margins, margins_of
from ecocomp.settlement.minimum import least_cost_at_least
from ecocomp.settlement.nesting import Labels, Places, levels_crossed, nested
from ecocomp.settlement.priority import by_priority, order_of
from ecocomp.settlement.proportional import proportional
from ecocomp.settlement.transport import Costs, cells_of, cost_of, least_cost, level_price, nesting_costs
from ecocomp.study import Settlement
from ecocomp.units import own_scale

__all__ = ["Plan", "Sides", "minimum_of", "plan_year"]


@dataclass(frozen=True)
class Sides:
    """Who stands on either side in a year, payers and recipients in the order of unit ids.

    ``levels`` are the labels of both at each level of nesting, ``ranks`` their ranks (missing where they have none),
    ``cost`` what a unit of money between them costs.
    """

    year: int
    payers: npt.NDArray[np.str_]
    recipients: npt.NDArray[np.str_]
    ranks: tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]
    levels: Sequence[tuple[Labels, Labels]]
    cost: Costs | None
    currency: str


@dataclass(frozen=True)
class Plan:
    """The transfers of a year; a fund stands after the last payer or recipient. ``facts`` go into the manifest."""

    margins: Margins
    cells: Cells
    limits: Sequence[Relaxed]
    facts: Mapping[str, float | int | bool | None]


def minimum_of(settlement: Settlement) -> int:
    """Return the smallest transfer of a study [fen]; 1 where none is stated."""
    stated = settlement.minimum_transfer
    return 1 if stated is None else max(1, int(np.ceil(stated.value * own_scale(stated.unit, "CNY") * 100 - 1e-6)))


def plan_year(dues: Dues, sides: Sides, settlement: Settlement) -> Plan:
    """Make the plan of a year.

    Raises
    ------
    InfeasibleError
        If floors are beyond what the payers can pay, or no transfers reach the minimum; the message says which
        limits conflict and the smallest change that would do.
    """
    minimum = minimum_of(settlement)
    margins = margins_of(dues, settlement, minimum if settlement.minimum_transfer is not None else 0)
    if margins is None:
        raise InfeasibleError(floors_beyond_caps(sides.year, dues, settlement, sides.payers, sides.currency))
    paid = np.append(margins.payments, margins.fund) if margins.fund > 0 else margins.payments
    received = np.append(margins.receipts, -margins.fund) if margins.fund < 0 else margins.receipts
    levels = [_with_fund(labels, paid.size, received.size) for labels in sides.levels]
    if settlement.method == "transport":
        cells, prices, facts = _transport(paid, received, levels, sides, minimum)
    else:
        cells, prices, facts = _paired(paid, received, levels, dues, sides, settlement.method), None, {}
    i, j, fen = cells
    order = np.lexsort((j, i))
    smallest = int(fen.min()) / 100 if fen.size else None
    facts = {"transfers": int(fen.size), "smallest_transfer": smallest, **facts}
    limits = relaxed(dues, margins, settlement.gap_rule, prices)
    return Plan(margins, (i[order], j[order], fen[order]), limits, facts)


def _with_fund(labels: tuple[Labels, Labels], payers: int, recipients: int) -> tuple[Labels, Labels]:
    """Give a fund the empty label: it is in no group."""
    one, other = (np.append(l, [""] * (n - l.size)) for l, n in zip(labels, (payers, recipients), strict=True))  # noqa: E741
    return one, other


def _paired(
    paid: Fen, received: Fen, levels: Sequence[tuple[Labels, Labels]], dues: Dues, sides: Sides, method: str
) -> Cells:
    """Pair payers and recipients in proportion or by priority, level by level."""
    place_of = []
    for rank, owed, size in zip(sides.ranks, (dues.payments, dues.receipts), (paid.size, received.size), strict=True):
        places = np.arange(size)
        places[order_of(rank, owed)] = np.arange(owed.size)  # a fund comes last
        place_of.append(places)

    def match(a: Fen, b: Fen, i: Places, j: Places) -> Cells:
        if method == "proportional":
            rows, columns, fen = cells_of(proportional(a, b))
        else:
            rows, columns, fen = by_priority(a, b, np.argsort(place_of[0][i]), np.argsort(place_of[1][j]))
        return i[rows], j[columns], fen

    return nested(match, paid, received, levels)


def _transport(
    paid: Fen, received: Fen, levels: Sequence[tuple[Labels, Labels]], sides: Sides, minimum: int
) -> tuple[Cells, Prices, dict[str, float | int | bool | None]]:
    """Plan at the least cost; a fund is as near to everyone, and in no group."""
    assert sides.cost is not None, "the caller gives the costs that the method needs"
    cost = np.zeros((paid.size, received.size))
    cost[: sides.payers.size, : sides.recipients.size] = sides.cost
    priced = nesting_costs(cost, paid, received, levels)
    plan = least_cost(paid, received, priced)
    prices = Prices(plan.of_payers, plan.of_recipients, levels, (paid, received), level_price(cost) if levels else 0.0)
    cells, exact = plan.cells, True
    i, j, fen = cells
    if minimum > 1:
        fund = np.arange(paid.size) >= sides.payers.size, np.arange(received.size) >= sides.recipients.size
        found = least_cost_at_least(paid, received, priced, minimum, fund)
        if found is None:
            whole = bool((paid > 0).all() and (received > 0).all())
            smallest = int(fen[~(fund[0][i] | fund[1][j])].min())
            raise InfeasibleError(minimum_too_large(sides.year, minimum, smallest, sides.currency, sure=whole))
        cells, exact = found.plan.cells, found.exact
    i, j, fen = cells
    money = int(fen[(i < sides.payers.size) & (j < sides.recipients.size)].sum())
    total, least = cost_of(cells, cost), cost_of(plan.cells, cost)
    crossed = levels_crossed(levels, paid.size, received.size).astype(float)
    facts: dict[str, float | int | bool | None] = {
        "mean_cost": total / money if money else None,
        "proven_least": exact,
        "gap_to_bound": 0.0 if exact or least == 0 else max(total / least - 1, 0.0),
    }
    if levels:
        facts["more_across_levels"] = (cost_of(cells, crossed) - cost_of(plan.cells, crossed)) / 100
    return cells, prices, facts
