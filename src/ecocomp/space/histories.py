"""What became of clusters and hot spots over the years of a study."""

from __future__ import annotations

from dataclasses import dataclass

import xarray as xr

from ecocomp.space.emerging import emerging_hot_spots
from ecocomp.space.transitions import (
    QUADRANTS,
    cluster_counts,
    cluster_persistence,
    cluster_transitions,
    cluster_trend,
    lisa_markov,
)

__all__ = ["ClusterHistories", "cluster_histories"]

STATES = (*QUADRANTS, "ns")
"""Classes of the chain; steps from or to a year without one of them, as isolate or missing, are left out."""

DECIMALS = 9
"""Scores that agree to so many decimals are equal: a trend is not made of rounding."""


@dataclass(frozen=True)
class ClusterHistories:
    """Clusters over the years: of each step, of all steps together, of each unit and of each class.

    ``transitions`` (year, origin, destination) as :func:`cluster_transitions`; ``chain`` as :func:`lisa_markov`
    over HH, LL, HL, LH and ns; ``units`` on (unit) and (unit, class) as :func:`emerging_hot_spots` and
    :func:`cluster_persistence`; ``trends`` (cluster) as :func:`cluster_trend` of the numbers of units.
    """

    transitions: xr.DataArray
    chain: xr.Dataset
    units: xr.Dataset
    trends: xr.Dataset


def cluster_histories(local: xr.Dataset, alpha: float) -> ClusterHistories | None:
    """Tell what became of clusters and hot spots from year to year.

    A hot or cold spot is one that ``hot_spot`` names, so that the study's correction and side hold here too.

    Parameters
    ----------
    local : Dataset
        On (unit, year), years ascending: ``cluster``, ``hot_spot``, ``gi_star_z``, ``gi_star_p``, as the first of
        what :func:`ecocomp.space.clusters` returns.
    alpha : float
        Level of the spots and of their trend [1].

    Returns
    -------
    ClusterHistories or None
        None with a single year, which has no history.

    Raises
    ------
    ValueError
        If years are not ascending, or alpha is out of range.
    """
    if local.sizes["year"] < 2:
        return None
    cluster, spot = local["cluster"], local["hot_spot"]
    patterns = emerging_hot_spots(
        local["gi_star_z"].round(DECIMALS), local["gi_star_p"].where(spot != "ns", 1.0), alpha
    )
    return ClusterHistories(
        cluster_transitions(cluster),
        lisa_markov(cluster, STATES),
        patterns.merge(cluster_persistence(cluster)),
        cluster_trend(cluster_counts(cluster)),
    )
