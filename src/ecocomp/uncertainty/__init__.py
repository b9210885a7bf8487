"""Uncertainty and sensitivity: draws, intervals and indices; calls the rooms below and adds no equation of theirs."""

from ecocomp.uncertainty.answers import COLUMNS
from ecocomp.uncertainty.case import Case, case_of, check_uncertainty
from ecocomp.uncertainty.cluster import workers
from ecocomp.uncertainty.compute import Compute, in_this_process
from ecocomp.uncertainty.propagate import Answers, propagate
from ecocomp.uncertainty.scalars import Scalar, scalar_of
from ecocomp.uncertainty.sensitivity import sensitivity, sobol_indices
from ecocomp.uncertainty.store import discard

__all__ = [
    "COLUMNS",
    "Answers",
    "Case",
    "Compute",
    "Scalar",
    "case_of",
    "check_uncertainty",
    "discard",
    "in_this_process",
    "propagate",
    "scalar_of",
    "sensitivity",
    "sobol_indices",
    "workers",
]
