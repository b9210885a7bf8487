"""What follows from the inputs of draws: the same steps as a plain run, over one more dimension."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ecocomp.accounts import revise
from ecocomp.accounts.revisions import factors_of
from ecocomp.compensation import amount, side, stage_of, threshold_of
from ecocomp.settlement import payments_and_receipts
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.inputs import DrawnInputs
from ecocomp.zoning import priority, rank_sides

__all__ = ["amounts_of", "outcome_of"]


def amounts_of(case: Case, drawn: DrawnInputs) -> xr.DataArray:
    """Return the amounts of some draws (draw, year, unit) [CNY], each under its own revision."""
    money, parts = case.study.compensation, []
    for place in np.unique(drawn.revision):
        rows = np.flatnonzero(drawn.revision == place)
        alone = rows.size == drawn.revision.size
        panel = drawn.panel if alone else drawn.panel.isel(draw=rows)
        price = drawn.price if alone else drawn.price.isel(draw=rows)
        settings = case.revisions[place]
        weights = None
        if drawn.weights is not None and factors_of(settings):
            weights = {name: w if alone else w.isel(draw=rows) for name, w in drawn.weights.items()}  # type: ignore[union-attr]
        revised = revise(panel, settings, weights)["revised"]
        stage = stage_of(revised, money.stage_coefficient, panel.get("engel_coefficient"))
        parts.append(amount(revised, price, stage).transpose("draw", "year", "unit"))
    amounts = parts[0] if len(parts) == 1 else xr.concat(parts, "draw").sortby("draw")
    return amounts.copy(data=np.ascontiguousarray(amounts.values))


def outcome_of(case: Case, drawn: DrawnInputs) -> xr.Dataset:
    """Return what some draws lead to.

    Returns
    -------
    xarray.Dataset
        On (draw, year, unit): ``amount`` [CNY], ``side`` (1 pays, −1 receives, 0 balanced, 2 missing), ``due``, the
        amount with 0 for balanced units [CNY], and ``rank``. On (draw, year): ``payments``, ``receipts``, ``gap``
        [CNY], ``payers``, ``recipients``.
    """
    amounts = amounts_of(case, drawn)
    sides = side(amounts, threshold_of(case.study.compensation))
    due = amounts.where(sides != 0, 0.0)
    ranks = rank_sides(priority(amounts, drawn.panel["gdp"]), amounts, sides, case.study.zoning.payers)
    counts = {"payers": (sides == 1).sum("unit"), "recipients": (sides == -1).sum("unit")}
    found = {"amount": amounts, "side": sides, "due": due, "rank": ranks, **counts}
    return payments_and_receipts(due).assign(found)
