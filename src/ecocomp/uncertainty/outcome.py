"""What follows from the inputs of draws: the same steps as a plain run, over one more dimension."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ecocomp.accounts import revise
from ecocomp.accounts.revisions import factors_of
from ecocomp.accounts.size import Weight
from ecocomp.compensation import amount, side, stage_of, threshold_of
from ecocomp.settlement import payments_and_receipts
from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.inputs import DIMENSIONS, DrawnInputs
from ecocomp.zoning import priority, rank_sides

__all__ = ["amounts_of", "outcome_of"]

Drawn = TypeVar("Drawn", xr.Dataset, xr.DataArray)


def amounts_of(case: Case, drawn: DrawnInputs) -> xr.DataArray:
    """Return the amounts of some draws (draw, year, unit) [CNY], each under its own revision."""
    money = case.study.compensation
    panel = drawn.panel.drop_vars(["draw", "unit"])  # every step would compare labels that are the same throughout
    amounts = np.empty(tuple(panel.sizes[name] for name in DIMENSIONS))
    for place in np.unique(drawn.revision):
        rows = np.flatnonzero(drawn.revision == place)
        settings = case.revisions[place]
        weights: dict[str, Weight] | None = None
        if drawn.weights is not None and factors_of(settings):
            weights = {k: _of(w, rows) if isinstance(w, xr.DataArray) else w for k, w in drawn.weights.items()}
        part = _of(panel, rows)
        revised = revise(part, settings, weights)["revised"]
        stage: xr.DataArray | float = 1.0
        if money.stage_coefficient is not None:
            stage = stage_of(revised, money.stage_coefficient, part.get("engel_coefficient"))
        amounts[rows] = amount(revised, _of(drawn.price, rows), stage).transpose(*DIMENSIONS).values
    return xr.DataArray(amounts, drawn.panel.coords, DIMENSIONS, name="amount")


def _of(drawn: Drawn, rows: NDArray[np.intp]) -> Drawn:
    """Return some of the draws, without their numbers."""
    bare = drawn.drop_vars("draw", errors="ignore")
    return bare if rows.size == bare.sizes["draw"] else bare.isel(draw=rows)


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
    due = amounts.where(sides != 0, 0.0) if (sides.values == 0).any() else amounts
    ranks = rank_sides(priority(amounts, drawn.panel["gdp"]), amounts, sides, case.study.zoning.payers)
    counts = {"payers": (sides == 1).sum("unit"), "recipients": (sides == -1).sum("unit")}
    found = {"amount": amounts, "side": sides, "due": due, "rank": ranks, **counts}
    return payments_and_receipts(due).assign(found)
