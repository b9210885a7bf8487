"""Drivers of the amounts of the Beijing-Tianjin-Hebei counties."""

from __future__ import annotations

from pathlib import Path

import pytest

import ecocomp
from ecocomp.result import Result

pytestmark = [pytest.mark.shared, pytest.mark.china, pytest.mark.drivers]
FACTORS = ["emissions", "sequestration", "gdp", "population", "area", "gdp_per_head", "province", "city"]


@pytest.fixture(scope="module")
def result(shared: Path) -> Result:
    study = ecocomp.Study.load(shared / "examples" / "bth.toml")
    settings = study.settings() | {"drivers": {"factors": FACTORS, "models": ["ols", "lag", "error"]}}
    settings["space"] |= {"permutations": 999}
    return ecocomp.run(ecocomp.Study.from_dict(settings, folder=study.folder, path=study.path))


def test_the_first_three_drivers_of_2017(result: Result) -> None:
    own = result.drivers[result.drivers["year"] == 2017].set_index("factor")
    assert own.index[:3].tolist() == ["city", "sequestration", "area"]
    assert own.index[own["by_construction"] == "no"].tolist() == ["city", "province"]
    assert set(own["units_used"]) == {174}
    assert own.loc["gdp_per_head", "p_permutation"] > 0.05, "GDP per head is within the reach of chance"


def test_the_lag_model_is_called_for_and_rho_is_positive_in_every_year(result: Result) -> None:
    tests = result.regression_diagnostics
    robust = tests[(tests["model"] == "ols") & (tests["diagnostic"] == "rlm_lag")]
    assert (robust["diagnostic_p"] < 0.001).all()
    rho = result.regression[result.regression["term"] == "spatial_lag"]
    assert (rho["coefficient"] > 0).all()
    assert (rho["coefficient_p"] < 0.001).all()
