"""Comparisons: revisions of one study against each other, and runs, such as a study's scenarios, against a base."""

from ecocomp.comparison.revisions import amounts_by_revision, compare_revisions, label_of, revision_variants
from ecocomp.comparison.runs import COLUMNS, compare_runs, no_comparison, with_scenarios

__all__ = [
    "COLUMNS",
    "amounts_by_revision",
    "compare_revisions",
    "compare_runs",
    "label_of",
    "no_comparison",
    "revision_variants",
    "with_scenarios",
]
