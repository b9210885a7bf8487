"""What the settlement and other rules do to inequality, as tables: empty without population."""

from __future__ import annotations

from typing import get_args

import pandas as pd
import xarray as xr

from ecocomp.comparison import amounts_by_revision, label_of
from ecocomp.compensation import group, price_by_year, threshold_of
from ecocomp.fairness import COLUMNS, OWN, Share, allocated_amounts, assess, burden_by_group, scaled
from ecocomp.settlement import Settled, Terms, parents_of, settle
from ecocomp.study import Settlement, Study

__all__ = ["fairness_frames"]

GAP_RULES = get_args(Settlement.model_fields["gap_rule"].annotation)


def fairness_frames(
    study: Study, panel: xr.Dataset, amounts: xr.DataArray, settled: Settled, *, all_revisions: bool
) -> dict[str, pd.DataFrame]:
    """Return the tables ``fairness`` and ``burden``, each with the data's origin.

    Parameters
    ----------
    study
        The settings.
    panel
        Dataset (unit, year) at the study's price level, with ``parents`` and ``data_origin`` in its attributes.
    amounts
        V of the study (unit, year) [CNY].
    settled
        What the study settles of it.
    all_revisions
        Also tell what the other gap rules do, without limits, and what the other revisions do, the larger side scaled
        down and paid in proportion.
    """
    if "population" in panel:
        shares = {OWN: Share(amounts, settled.amounts)}
        if all_revisions:
            shares |= _other_gap_rules(study, panel, amounts) | _other_revisions(study, panel)
        price = price_by_year(study.compensation, panel["year"].values.tolist())
        allocated = allocated_amounts(panel, price)
        shares |= {str(name): Share(*[allocated.sel(rule=name, drop=True)] * 2) for name in allocated["rule"].values}
        gdp, people = panel["gdp"], panel["population"]
        shares = {name: Share(share.due.reindex_like(gdp), share.settled.reindex_like(gdp))
                  for name, share in shares.items()}  # fmt: skip
        parents = panel.attrs["parents"]
        frames = {
            "fairness": assess(shares, gdp, people, panel[parents[0]] if parents else None),
            "burden": burden_by_group(shares, gdp, people),
        }
    else:
        frames = {name: pd.DataFrame(columns=columns) for name, columns in COLUMNS.items()}
    return {name: frame.assign(data_origin=panel.attrs["data_origin"]) for name, frame in frames.items()}


def _other_gap_rules(study: Study, panel: xr.Dataset, amounts: xr.DataArray) -> dict[str, Share]:
    """Return the shares under every gap rule but the study's own; who pays whom changes no share."""
    due, parents = _due(study, amounts), parents_of(study, panel)
    rules = [rule for rule in GAP_RULES if parents or rule != "higher_level"]
    return {
        rule: Share(due, settle(due, Terms(Settlement(gap_rule=rule), parents=parents)).amounts)
        for rule in rules
        if rule != study.settlement.gap_rule
    }


def _other_revisions(study: Study, panel: xr.Dataset) -> dict[str, Share]:
    """Return the shares under every revision but the study's own, by label."""
    by_revision = amounts_by_revision(panel, study.revision, study.compensation)
    shares = {}
    for name in by_revision["revision"].values:
        if name != label_of(study.revision):
            due = _due(study, by_revision.sel(revision=name, drop=True))
            shares[str(name)] = Share(due, scaled(due))
    return shares


def _due(study: Study, amounts: xr.DataArray) -> xr.DataArray:
    """Return amounts, those of balanced units as 0: they neither pay nor receive."""
    return amounts.where(group(amounts, threshold_of(study.compensation)) != "balanced", 0.0)
