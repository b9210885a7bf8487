"""The result of a run: frozen frames and a manifest that know nothing of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ecocomp.units import CURRENCY

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

__all__ = ["FRAMES", "Result"]

FRAMES = (
    "results",
    "regional",
    "subtotals",
    "centres",
    "ellipses",
    "transitions",
    "markov",
    "histories",
    "cluster_trends",
    "balance",
    "rank_stability",
    "revisions",
    "transfers",
    "transfers_parents",
    "ledger",
    "settlement_limits",
    "uncertainty",
    "uncertainty_regional",
    "uncertainty_centres",
    "comparison",
    "comparison_units",
    "fairness",
    "burden",
    "decomposition",
    "outlook",
    "outlook_tests",
    "outlook_years",
    "drivers",
    "driver_interactions",
    "driver_strata",
    "driver_risks",
    "regression",
    "regression_diagnostics",
    "issues",
)
"""Names of the tables of a result, in the order in which a run makes them."""


@dataclass(frozen=True)
class Result:
    """What a run found: one frame a table, the geometry of its units, and the manifest.

    The columns of each frame are those of the interface; units of measure stand in the variables table.
    ``geometry`` is indexed by ``unit``; ``backdrop`` holds the polygons that the table lacks, drawn grey.
    ``revisions`` is empty unless revisions were compared; ``transitions``, ``markov``, ``histories`` and
    ``cluster_trends`` are empty with a single year; ``uncertainty`` and its kin are empty without draws;
    ``transfers_parents`` without parents, ``settlement_limits`` without caps and floors; ``outlook`` and its kin
    without [outlook]; ``decomposition`` with a single year or without population; ``fairness`` and ``burden`` without
    population; ``drivers``, ``driver_…`` and ``regression…`` without factors and models.
    ``scenarios`` holds the results of the study's scenarios by name; ``comparison`` and ``comparison_units`` tell what
    differs between them and this one, and are empty without scenarios.
    """

    results: pd.DataFrame
    regional: pd.DataFrame
    subtotals: pd.DataFrame
    centres: pd.DataFrame
    ellipses: pd.DataFrame
    transitions: pd.DataFrame
    markov: pd.DataFrame
    histories: pd.DataFrame
    cluster_trends: pd.DataFrame
    balance: pd.DataFrame
    rank_stability: pd.DataFrame
    revisions: pd.DataFrame
    transfers: pd.DataFrame
    transfers_parents: pd.DataFrame
    ledger: pd.DataFrame
    settlement_limits: pd.DataFrame
    uncertainty: pd.DataFrame
    uncertainty_regional: pd.DataFrame
    uncertainty_centres: pd.DataFrame
    comparison: pd.DataFrame
    comparison_units: pd.DataFrame
    fairness: pd.DataFrame
    burden: pd.DataFrame
    decomposition: pd.DataFrame
    outlook: pd.DataFrame
    outlook_tests: pd.DataFrame
    outlook_years: pd.DataFrame
    drivers: pd.DataFrame
    driver_interactions: pd.DataFrame
    driver_strata: pd.DataFrame
    driver_risks: pd.DataFrame
    regression: pd.DataFrame
    regression_diagnostics: pd.DataFrame
    issues: pd.DataFrame
    geometry: gpd.GeoDataFrame
    backdrop: gpd.GeoDataFrame
    manifest: dict[str, Any]
    scenarios: Mapping[str, Result] = field(default_factory=dict)

    @property
    def currency(self) -> str:
        """Code of the currency of all money in the frames; runs of earlier versions name none, and are in CNY."""
        return str(self.manifest.get("currency", CURRENCY))

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables by name."""
        return {name: getattr(self, name) for name in FRAMES}
