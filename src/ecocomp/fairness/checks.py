"""What a reader must know of fairness: that it cannot be told, or that a unit has no income left."""

from __future__ import annotations

import numpy as np
import xarray as xr

from ecocomp.issues import Issue

__all__ = ["check_fairness"]


def check_fairness(panel: xr.Dataset, settled: xr.DataArray) -> list[Issue]:
    """Return a note where population is missing, and a warning for every unit that settles its whole GDP or more.

    Parameters
    ----------
    panel
        Dataset (unit, year) with ``gdp`` [CNY] and, or not, ``population`` [person].
    settled
        What the study settles, on the same labels [CNY].
    """
    if "population" not in panel:
        return [
            Issue("note", "no-fairness", "fairness is not told: it needs the population of each unit",
                  "name the column of population in [quantities]", column="population")
        ]  # fmt: skip
    with xr.set_options(arithmetic_join="exact"):
        used_up = (settled.reindex_like(panel["gdp"]) >= panel["gdp"]).transpose("unit", "year").values
    return [
        Issue("warning", "income-used-up", "the unit pays as much as its GDP or more: Theil's index after "
              "the settlement is left empty",
              "cap what a unit pays ([settlement] cap), or check the price and the unit's size",
              column="settled", unit=str(panel["unit"].values[i]), year=int(panel["year"].values[t]))
        for i, t in zip(*np.nonzero(used_up), strict=True)
    ]  # fmt: skip
