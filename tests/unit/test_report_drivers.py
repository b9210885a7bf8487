"""The section on drivers in words, from a result made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from ecocomp.language import language_of
from ecocomp.outputs.report.drivers import driver_passage, drivers_section
from ecocomp.outputs.report.tables import Wording
from ecocomp.result import Result
from ecocomp.study import Study
from unit.report_results import make_result

WORDING = Wording(language_of("en"), {})
DRIVERS = {"factors": ["emissions", "forest", "province"], "models": ["ols", "lag", "panel_lag"],
           "columns": {"forest": {"column": "forest"}}}  # fmt: skip


def study_of(result: Result) -> Study:
    return Study.from_dict(result.manifest["study"])


@pytest.fixture
def result() -> Result:
    """Return drivers of 2015: emissions in the formula, forest outside it, province within the reach of chance."""
    plain = make_result()
    common = {"year": 2015, "response": "amount"}
    factors = pd.DataFrame({
        **common, "factor": ["emissions", "forest", "province"], "q": [0.6, 0.35, 0.05], "q_held_out": [0.5, 0.3, 0.0],
        "p_permutation": [0.001, 0.002, 0.4], "p_noncentral_f": [np.nan, np.nan, 0.6],
        "method": ["quantile", "quantile", "given"], "strata": [4, 2, 2],
        "units_by_stratum": ["5; 5; 5; 5", "9; 11", "10; 10"],
        "units_used": 20, "units_missing": 1, "by_construction": ["yes", "no", "no"],
    })  # fmt: skip
    pairs = pd.DataFrame({
        **common, "factor": ["emissions", "emissions", "forest"], "other_factor": ["forest", "province", "province"],
        "q": [0.6, 0.6, 0.35], "other_q": [0.35, 0.05, 0.05], "joint_q": [0.7, 0.68, 0.37], "p_joint": 0.001,
        "interaction": ["enhanced, two factors", "enhanced, nonlinear", "enhanced, two factors"], "cells": [8, 7, 4],
        "smallest_cell": [1, 1, 2], "ecological_p": 0.2,
    })  # fmt: skip
    strata = pd.DataFrame({**common, "factor": "forest", "stratum": [1, 2], "interval": ["[1, 20]", "(20, 80]"],
                           "stratum_units": [9, 11], "stratum_mean": [5.0, -2.0]})  # fmt: skip
    risks = pd.DataFrame({**common, "factor": "forest", "stratum": [1], "other_stratum": [2], "risk_p": [0.01]})
    terms = [
        ("ols", 2015, "emissions", 0.8, 0.001, 12.0), ("ols", 2015, "forest", -0.3, 0.2, 11.0),
        ("lag", 2015, "emissions", 0.7, 0.001, 12.0), ("panel_lag", pd.NA, "emissions", 0.5, 0.6, 1.5),
    ]  # fmt: skip
    fitted = pd.DataFrame(terms, columns=["model", "year", "term", "coefficient", "coefficient_p", "vif"])
    fitted = fitted.astype({"year": "Int64"}).reindex(columns=plain.regression.columns)
    fit = pd.DataFrame({"model": ["ols", "lag"], "year": 2015, "diagnostic": "aic", "diagnostic_value": [120.5, 110.0],
                        "diagnostic_p": np.nan}).astype({"year": "Int64"})  # fmt: skip
    manifest = plain.manifest | {"study": plain.manifest["study"] | {"drivers": DRIVERS}}
    return replace(plain, drivers=factors, driver_interactions=pairs, driver_strata=strata, driver_risks=risks,
                   regression=fitted, regression_diagnostics=fit, manifest=manifest)  # fmt: skip


def test_what_the_detectors_say(result: Result) -> None:
    section = drivers_section(result, study_of(result), WORDING)
    assert section is not None
    assert list(section.detected) == [
        "The first 3 factors that go with the compensation amount in 2015, by the share of its variance that their "
        "strata account for, are emissions (q = 0.60), forest (q = 0.35) and province (q = 0.05).",
        "Of the factors, emissions stands in the formula of the compensation amount, or made an input of it: that they "
        "go with it is arithmetic, and no finding.",
        "Of the others, forest comes first (q = 0.35).",
        "The mean compensation amount is smallest where forest is (20, 80] and largest where it is [1, 20]; of 1 pair "
        "of its strata 1 differs (Welch's t, p < 0.05, not corrected for their number).",
        "Chance alone gives as large a q in at least 5.0% of the permutations for province.",
        "The pair that accounts for most is emissions and forest (joint q = 0.70, 8 joint strata, the smallest of 1 "
        "unit); of 3 pairs, 1 accounts for more than the sum of both factors.",
        "A joint q is never below that of either factor, and grows with the number of joint strata.",
    ]
    assert section.caution.startswith("This is association, not cause: ")
    assert section.caution.endswith("Neighbours are alike, so that permutations and standard errors that take units as "
                                    "independent find too much.")  # fmt: skip
    assert [row[1] for row in section.factors.blocks[0][1]] == ["emissions", "forest", "province"]


def test_what_the_regressions_say(result: Result) -> None:
    section = drivers_section(result, study_of(result), WORDING)
    assert section is not None
    assert list(section.fitted) == [
        "Ordinary least squares in 2015 (AIC 120.5): clear terms (p < 0.05) are emissions (0.80).",
        "Spatial lag in 2015 (AIC 110.0): clear terms (p < 0.05) are emissions (0.70).",
        "Spatial lag with fixed effects over the years: no factor has a clear term (p < 0.05).",
        "Variance inflation is above 10 for emissions and forest: their coefficients cannot be told apart well.",
        "Coefficients are standard deviations of the compensation amount for one standard deviation of the factor.",
        "In a spatial lag model an effect also comes back through the neighbours: multiply by multiplier_total for all "
        "of it.",
        "Standard errors of the panels are not corrected for the fixed effects: with 2 years they are about 0.71 times "
        "what they should be.",
        "A trend that all units share counts as the factors' own.",
    ]


def test_the_passage_says_how_and_a_study_without_drivers_says_nothing(result: Result) -> None:
    (passage,) = driver_passage(study_of(result), WORDING.language)
    assert "999 permutations" in passage.text[0]
    assert "ordinary least squares, spatial lag and spatial lag with fixed effects" in passage.text[1]
    plain = make_result()
    assert driver_passage(study_of(plain), WORDING.language) == []
    assert drivers_section(plain, study_of(plain), WORDING) is None
