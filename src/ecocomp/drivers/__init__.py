"""Drivers: what goes with an amount, by strata (GeoDetector) and by regression. Association, not cause."""

from ecocomp.drivers.design import UnfitFactorsError, variance_inflation
from ecocomp.drivers.detectors import (
    Ecological,
    ecological_test,
    held_out_q,
    interaction_type,
    noncentral_f_p,
    q_statistic,
    risk_tests,
)
from ecocomp.drivers.explain import COLUMNS, by_construction, explain, require_models, used_by
from ecocomp.drivers.geodetector import Detection, geodetector
from ecocomp.drivers.local_regression import geographically_weighted, multiscale_weighted
from ecocomp.drivers.regression import Fit, ols, panel_regression, spatial_error, spatial_lag
from ecocomp.drivers.strata import METHODS, Stratification, candidates, given_strata, stratify

__all__ = [
    "COLUMNS",
    "METHODS",
    "Detection",
    "Ecological",
    "Fit",
    "Stratification",
    "UnfitFactorsError",
    "by_construction",
    "candidates",
    "ecological_test",
    "explain",
    "geodetector",
    "geographically_weighted",
    "given_strata",
    "held_out_q",
    "interaction_type",
    "multiscale_weighted",
    "noncentral_f_p",
    "ols",
    "panel_regression",
    "q_statistic",
    "require_models",
    "risk_tests",
    "spatial_error",
    "spatial_lag",
    "stratify",
    "used_by",
    "variance_inflation",
]
