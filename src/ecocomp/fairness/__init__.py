"""Fairness: inequality before and after the settled transfers, who bears them, and rules to compare them with."""

from ecocomp.fairness.allocation import ALLOCATIONS, allocated_amounts, efforts, quotas
from ecocomp.fairness.assess import COLUMNS, GROUPS, OWN, Share, assess, burden_by_group
from ecocomp.fairness.burden import income_groups, rank_reversals, reranking, reynolds_smolensky, units_reranked
from ecocomp.fairness.checks import check_fairness
from ecocomp.fairness.concentration import concentration_index, kakwani, lorenz_curve, normalised_gini
from ecocomp.fairness.inequality import gini, theil, theil_by_parent
from ecocomp.fairness.scaled import scaled

__all__ = [
    "ALLOCATIONS",
    "COLUMNS",
    "GROUPS",
    "OWN",
    "Share",
    "allocated_amounts",
    "assess",
    "burden_by_group",
    "check_fairness",
    "concentration_index",
    "efforts",
    "gini",
    "income_groups",
    "kakwani",
    "lorenz_curve",
    "normalised_gini",
    "quotas",
    "rank_reversals",
    "reranking",
    "reynolds_smolensky",
    "scaled",
    "theil",
    "theil_by_parent",
    "units_reranked",
]
