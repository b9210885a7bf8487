"""One row for each rule and year: what it does to inequality, and who bears it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from ecocomp.fairness.burden import income_groups, rank_reversals, reranking, reynolds_smolensky, units_reranked
from ecocomp.fairness.concentration import concentration_index, kakwani, normalised_gini
from ecocomp.fairness.inequality import gini, theil, theil_by_parent

__all__ = ["COLUMNS", "GROUPS", "OWN", "Share", "assess", "burden_by_group"]

OWN = "settlement"
"""Name of what the study itself settles, among the rules."""
GROUPS = 5
"""Quintiles."""
COLUMNS = {
    "fairness": [
        "year", "rule", "units", "missing", "gini_before", "gini_after", "theil_before", "theil_after",
        "without_income", "theil_within_before", "theil_between_before", "theil_within_after", "theil_between_after",
        "concentration_index", "normalised_gini", "kakwani", "reynolds_smolensky", "reranking",
        "units_reranked", "reversals", "payers", "recipients",
        "money_moved",
    ],
    "burden": ["year", "rule", "income_group", "units", "population", "gdp", "paid", "received", "payment_burden",
               "burden"],
}  # fmt: skip
"""Columns of each table, before the data's origin."""


@dataclass(frozen=True)
class Share:
    """What a rule asks of each unit, ``due``, and what is settled; positive paid, negative received (unit, year) [CNY].

    The two differ where payments and receipts due do not balance, or something limits them.
    """

    due: xr.DataArray
    settled: xr.DataArray


def assess(
    shares: Mapping[str, Share], gdp: xr.DataArray, population: xr.DataArray, parents: xr.DataArray | None = None
) -> pd.DataFrame:
    """Return the measures of each rule and year.

    Parameters
    ----------
    shares
        By name of the rule.
    gdp
        Income before, dimensions (unit, year) [CNY]; income after is it less what is settled.
    population
        n, on the same labels [person].
    parents
        Larger unit of each unit, dimension (unit,), for Theil within and between.

    Returns
    -------
    pandas.DataFrame
        Columns ``COLUMNS["fairness"]``. Each rule runs over the units that have its amount, GDP and population, so
        that before and after have the same; ``missing`` counts the others. ``without_income`` counts units whose
        income after is not above zero: with one of them Theil after is missing.
    """
    frames = [_of_rule(share, gdp, population, parents).assign(rule=name) for name, share in shares.items()]
    found = pd.concat(frames, ignore_index=True)
    counts = ["units", "missing", "without_income", "units_reranked", "reversals", "payers", "recipients"]
    found[counts] = found[counts].astype("Int64")
    return found.sort_values("year", kind="stable", ignore_index=True)[COLUMNS["fairness"]]


def _of_rule(share: Share, gdp: xr.DataArray, population: xr.DataArray, parents: xr.DataArray | None) -> pd.DataFrame:
    with xr.set_options(arithmetic_join="exact"):
        settled, income = share.settled, gdp
        there = settled.notnull() & share.due.notnull() & income.notnull() & (population > 0)
        settled, before = settled.where(there), income.where(there)
        after, paid = before - settled, settled.clip(min=0)
    columns = {
        "units": there.sum("unit"),
        "missing": (~there).sum("unit"),
        "gini_before": gini(before, population),
        "gini_after": gini(after, population),
        "theil_before": theil(before, population),
        "theil_after": theil(after, population),
        "without_income": (after <= 0).sum("unit"),
        "concentration_index": concentration_index(share.due.where(there), before, population),
        "normalised_gini": normalised_gini(share.due.where(there), population),
        "kakwani": kakwani(paid, before, population),
        "reynolds_smolensky": reynolds_smolensky(before, after, population),
        "units_reranked": units_reranked(before, after, population),
        "reranking": reranking(before, after, population),
        "reversals": rank_reversals(before, after, population),
        "payers": (settled > 0).sum("unit"),
        "recipients": (settled < 0).sum("unit"),
        "money_moved": paid.sum("unit").where(there.any("unit")),
    }
    for when, amounts in (("before", before), ("after", after)):
        parts = None if parents is None else theil_by_parent(amounts, population, parents.values)
        for part in ("within", "between"):
            empty = xr.full_like(columns["gini_before"], np.nan)
            columns[f"theil_{part}_{when}"] = empty if parts is None else parts[part]
    return xr.Dataset({name: values.reset_coords(drop=True) for name, values in columns.items()}
                      ).to_dataframe().reset_index()  # fmt: skip


def burden_by_group(shares: Mapping[str, Share], gdp: xr.DataArray, population: xr.DataArray) -> pd.DataFrame:
    """Return what each fifth of the people, from the poorest, pays and receives under each rule and year.

    Parameters
    ----------
    shares, gdp, population
        As for :func:`assess`.

    Returns
    -------
    pandas.DataFrame
        Columns ``COLUMNS["burden"]``: ``paid`` and ``received`` [CNY], ``payment_burden`` = paid/GDP and ``burden`` =
        (paid − received)/GDP [1]. Groups of the units that the rule has an amount for.
    """
    frames = []
    for name, share in shares.items():
        with xr.set_options(arithmetic_join="exact"):
            there = share.settled.notnull() & share.due.notnull() & gdp.notnull() & (population > 0)
        settled = share.settled.where(there)
        parts = {
            "income_group": income_groups(gdp.where(there), population, GROUPS),
            "population": population.where(there),
            "gdp": gdp.where(there),
            "paid": settled.clip(min=0),
            "received": (-settled).clip(min=0),
        }
        data = xr.Dataset({column: values.reset_coords(drop=True) for column, values in parts.items()})
        rows = data.to_dataframe().reset_index().dropna(subset="income_group")
        by_group = rows.groupby(["year", "income_group"])
        sums = by_group[["population", "gdp", "paid", "received"]].sum().assign(units=by_group.size())
        frames.append(sums.reset_index().assign(rule=name))
    found = pd.concat(frames, ignore_index=True).astype({"income_group": int, "units": int})
    found["payment_burden"] = found["paid"] / found["gdp"]
    found["burden"] = (found["paid"] - found["received"]) / found["gdp"]
    return found.sort_values("year", kind="stable", ignore_index=True)[COLUMNS["burden"]]
