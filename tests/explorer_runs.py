"""Runs to explore: a fictional region with holes and hostile names, and what Python computes under any settings."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from ecocomp.accounts import revise
from ecocomp.compensation import amount, group, price_by_year, stage_of, threshold_of
from ecocomp.panel import Inputs
from ecocomp.pipeline.flow import run
from ecocomp.result import Result
from ecocomp.settlement import payments_and_receipts
from ecocomp.space import centres_of_gravity
from ecocomp.study import Study
from ecocomp.synthetic import region
from ecocomp.zoning import priority, rank
from uncertain import study_with

YEARS = (2007, 2012, 2017)
HOSTILE = (
    "<script>alert(1)</script>",
    "=HYPERLINK(\"http://example.org\",\"x\")",
    "\u202egnorw\u202c",
    "名" * 200,
    "</script><img src=x onerror=alert(2)>",
    "@SUM(A1)",
    "尚义县",
)  # fmt: skip
"""Names that a page or a spreadsheet might take for more than a name; the last one is an honest one to search for."""


def inputs_of(units: int = 40) -> Inputs:
    """Return a region where values are missing: emissions of a unit-year, GDP of another, people of a third unit."""
    inputs = region(units, YEARS, seed=3)
    panel = inputs.panel.copy(deep=True)
    panel["emissions"][2, 1] = np.nan
    panel["gdp"][5, 0] = np.nan
    panel["population"][7, :] = np.nan
    names = panel["name"].values.astype(object)
    names[10 : 10 + len(HOSTILE)] = HOSTILE
    return replace(inputs, panel=panel.assign_coords(name=("unit", names)))


def study_of(**sections: Any) -> Study:
    """Return a quick study of the region, without draws unless a section asks for them."""
    uncertainty = sections.pop("uncertainty", {})
    return study_with(uncertainty, **{"space": {"permutations": 199}, **sections})


def run_of(study: Study, inputs: Inputs) -> Result:
    """Return the result of a study over the region."""
    return run(study, inputs=inputs)


def expected(study: Study, inputs: Inputs) -> dict[str, Any]:
    """Return what Python's own steps compute, by name: arrays on (unit, year), units by id, or on (year,)."""
    panel = inputs.panel.sortby("unit")
    revision = revise(panel, study.revision)
    price = price_by_year(study.compensation, panel["year"].values.tolist())
    stage = stage_of(revision["revised"], study.compensation.stage_coefficient, None)
    amounts = amount(revision["revised"], price, stage)
    groups = group(amounts, threshold_of(study.compensation))
    due = amounts.where(groups != "balanced", 0.0)
    priorities = priority(amounts, panel["gdp"])
    return {
        "account": panel["emissions"] - panel["sequestration"],
        "size_index": revision["size_index"],
        "revised": revision["revised"],
        "amount": amounts,
        "side": groups,
        "priority": priorities,
        "rank": rank(priorities, amounts, groups, study.zoning.payers),
        "totals": payments_and_receipts(due),
        "centres": centres_of_gravity(due, inputs.geometry),
    }


def year_of(values: xr.DataArray | xr.Dataset, year: int) -> Any:
    """Return the values of a year."""
    return values.sel(year=year)


def units_of(inputs: Inputs) -> pd.Index:
    """Return the unit ids in the order of the page."""
    return pd.Index(sorted(inputs.panel["unit"].values.tolist()))


STAGE = study_of(
    revision={"method": "size_normalised", "rescale": "gross"},
    zoning={"payers": "low_first"},
    compensation={
        "price": {"years": {"2007": 40, "2012": 60, "2017": 90}, "unit": "CNY/t CO2"},
        "stage_coefficient": {"engel": {"2007": 0.42, "2012": 0.37, "2017": 0.31}},
        "threshold": {"value": 2.0, "unit": "亿元"},
    },
)
"""A study with everything that scales or turns an amount."""
