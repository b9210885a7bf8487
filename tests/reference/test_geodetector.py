"""GeoDetector against the neural tube defects of Heshun county, which `geodetector` ships, and against its numbers.

Published (Wang et al. 2010; the R package geodetector): q of elevation 0.6067, soil type 0.3857, watershed 0.6378, with
p by the noncentral F of 0.0434, 0.3721 and 0.0001.
"""

from __future__ import annotations

import pandas as pd
import pytest
from geodetector import GeoDetector
from geodetector.dataset import load_disease

from ecocomp.drivers import Detection, geodetector

PUBLISHED = {"level": (0.6067, 0.0434), "type": (0.3857, 0.3721), "region": (0.6378, 0.0001)}
"""Elevation, soil type and watershed, as the data set names them."""


@pytest.fixture(scope="module")
def disease() -> pd.DataFrame:
    return load_disease()


@pytest.fixture(scope="module")
def peer(disease: pd.DataFrame) -> GeoDetector:
    return GeoDetector(factors=list(PUBLISHED), target="incidence").fit(disease)


@pytest.fixture(scope="module")
def found(disease: pd.DataFrame) -> Detection:
    return geodetector(disease["incidence"], disease[list(PUBLISHED)].astype(str), permutations=199)


def test_q_and_p_as_published(found: Detection) -> None:
    factors = found.factors.set_index("factor")
    for factor, (q, p) in PUBLISHED.items():
        assert round(factors.loc[factor, "q"], 4) == q
        assert round(factors.loc[factor, "p_noncentral_f"], 4) == p
    assert factors["units_used"].tolist() == [185] * 3
    assert found.factors["factor"].tolist() == ["region", "level", "type"], "the largest q first"
    assert (factors["p_permutation"] == 1 / 200).all()


def test_q_and_p_to_the_last_digits_of_the_package(found: Detection, peer: GeoDetector) -> None:
    factors, other = found.factors.set_index("factor"), peer.q_values_.set_index("variable")
    for factor in PUBLISHED:
        assert factors.loc[factor, "q"] == pytest.approx(other.loc[factor, "q_value"], rel=1e-12)
        assert factors.loc[factor, "p_noncentral_f"] == pytest.approx(other.loc[factor, "p_value"], rel=1e-8)


def test_differences_between_strata_as_the_package_has_them(found: Detection, peer: GeoDetector) -> None:
    other = peer.risk_result_["type"]
    own = found.risks[found.risks["factor"] == "type"]
    assert own["t"].tolist() == pytest.approx(other["t_stat"].tolist(), rel=1e-10)
    assert own["risk_p"].tolist() == pytest.approx(other["p_value"].tolist(), rel=1e-8)


def test_the_ecological_detector_as_the_package_has_it(found: Detection, peer: GeoDetector) -> None:
    other = peer.ecological_result_
    pairs = {frozenset((a, b)): p for a, b, p in other[["factor_1", "factor_2", "p_value"]].itertuples(index=False)}
    for row in found.interactions.itertuples():
        assert row.ecological_p == pytest.approx(pairs[frozenset((row.factor, row.other_factor))], rel=1e-8)


def test_every_pair_of_factors_enhances(found: Detection) -> None:
    """Joint q over all cells; `geodetector` drops cells of a single unit, so that its joint q lie apart by 0.013."""
    assert set(found.interactions["interaction"]) == {"enhanced, two factors"}
    assert (found.interactions["smallest_cell"] == 1).all()
