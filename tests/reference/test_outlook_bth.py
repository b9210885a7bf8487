"""What drove the region's emissions and where they go on the real inputs: the figures of docs/outlook.md."""

from __future__ import annotations

from pathlib import Path

import pytest

import ecocomp
from ecocomp.result import Result

pytestmark = [pytest.mark.shared, pytest.mark.china]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "outlook.md"


@pytest.fixture(scope="module")
def result(shared: Path) -> Result:
    study = ecocomp.Study.load(shared / "examples" / "bth.toml")
    growth = {"low-carbon": {"affluence": 0.05, "technology": -0.05}, "fast": {"affluence": 0.08}}
    settings = study.settings() | {"outlook": {"until": 2030, "growth": growth}}
    settings["study"] = {key: value for key, value in settings["study"].items() if key != "years"}
    settings["space"] = {**settings["space"], "permutations": 99}
    return ecocomp.run(ecocomp.Study.from_dict(settings, folder=study.folder))


def test_the_drivers_are_those_of_the_page(result: Result) -> None:
    region = result.decomposition.query("level == 'region' and span == 'whole'").iloc[0]
    effects = region[["change", "population_effect", "affluence_effect", "intensity_effect"]].astype(float)
    assert effects.round(1).tolist() == [557.6, 29.5, 996.5, -468.4]
    assert (region["units"], region["missing"]) == (175, 1)
    totals = result.results.groupby("year")["emissions"].sum()
    assert region["change"] == pytest.approx(totals[2017] - totals[2001]), "an oracle that knows nothing of LMDI"


def test_errors_and_projections_are_those_of_the_page(result: Result) -> None:
    page = PAGE.read_text(encoding="utf-8").replace(",", "")
    tests = result.outlook_tests.query("level == 'region'").set_index(["method", "quantity"])
    names = {"damped_trend": "damped trend", "stirpat": "STIRPAT", "gm11": "GM(1,1)"}
    for method, name in names.items():
        emissions, sequestration = (100 * tests.loc[(method, q), "mape"] for q in ("emissions", "sequestration"))
        verdict, rmse = tests.loc[(method, "account"), ["verdict", "rmse"]]
        row = f"| {name} | {emissions:.1f} % | {sequestration:.1f} % | {rmse:.1f} Mt | {verdict} |".replace(",", "")
        assert row in page
    ends = result.outlook.query("level == 'region' and year == 2030")
    assert len(ends) == 5
    for row in ends.to_dict("records"):
        cells = [row["emissions"], row["emissions_low"], row["emissions_high"], row["account"], row["account_low"],
                 row["account_high"]]  # fmt: skip
        assert "| {:.0f} | {:.0f}–{:.0f} | {:.0f} | {:.0f}–{:.0f} |".format(*cells) in page, row["method"]


def test_the_region_reaches_no_surplus_and_weichang_is_refused(result: Result) -> None:
    years = result.outlook_years.query("level == 'region'").set_index(["method", "scenario", "event"])
    neutral = years.xs("neutrality", level="event")
    assert neutral["event_year"].isna().all()
    assert (neutral["probability"] < 0.01).all()
    assert round(years.loc[("damped_trend", "trend", "peak"), "probability"], 2) == 0.64
    assert years.loc[("stirpat", "low-carbon", "peak"), "event_year"] == 2012
    refused = result.issues.query("code == 'outlook-refused'")
    assert refused["unit"].str.contains("围场").tolist() == [True]
