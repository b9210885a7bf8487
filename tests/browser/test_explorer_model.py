"""The model in the page against Python's: the same inputs and settings give the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ecocomp.outputs.explorer.settings import model_settings
from explorer_runs import STAGE, YEARS, expected, study_of, year_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from ecocomp.panel import Inputs
    from ecocomp.result import Result

pytestmark = pytest.mark.browser

COMPUTE = """([number, settings]) => {
  const run = explorer.runs[number];
  return run.years.map((_, t) => {
    const result = model.compute(run, t, settings);
    const names = ["account", "size_index", "revised", "amount", "priority", "rank"];
    const side = Array.from(result.side, (s) => shading.SIDES[s]);
    return { ...Object.fromEntries(names.map((k) => [k, Array.from(result[k])])), side, totals: result.totals };
  });
}"""
THIRDS = {"area": 1, "population": 1, "gdp": 1}
UNLIKE = {"area": 0.2, "population": 1.7, "gdp": 0.6}
REVISIONS: dict[str, dict[str, Any]] = {
    "as the run": {},
    **{f"{mean} mean": {"mean": mean, "weights": UNLIKE} for mean in ("geometric", "arithmetic", "harmonic")},
    "two factors": {"weights": {"area": 1, "population": 0, "gdp": 3}},
    "people alone": {"weights": {"population": 1}},
    "no gdp": {"weights": {"area": 1, "population": 1}},
    "pooled": {"reference": "pooled", "weights": UNLIKE},
    "base year": {"reference": 2012, "mean": "arithmetic"},
    "given means": {
        "reference": {
            "area": {"value": 1200, "unit": "km2"},
            "population": {"value": 50, "unit": "1e4 person"},
            "gdp": {"value": 300, "unit": "1e8 CNY"},
        }
    },
    "net totals": {"rescale": "net"},
    "gross totals": {"rescale": "gross", "mean": "harmonic"},
    "quota": {"method": "quota", "weights": UNLIKE},
    "quota by responsibility": {"method": "quota", "weights": THIRDS, "roles": {"gdp": "responsibility"}},
    "quota by area": {"method": "quota", "weights": {"area": 1}},
    "theoretical": {"method": "theoretical"},
    "threshold gross": {"method": "threshold"},
    "threshold net": {"method": "threshold", "benchmark": "net"},
    "ecc and esc": {"method": "ecc_esc"},
    "ecc and esc uncapped": {"method": "ecc_esc", "cap_quantile": 1.0},
    "ecc and esc at a half": {"method": "ecc_esc", "cap_quantile": 0.5},
    "none": {"method": "none"},
}
PRICES: dict[str, dict[str, Any]] = {
    "60": {"price": {"value": 60.0, "unit": "CNY/t CO2"}},
    "per carbon, with a threshold": {
        "price": {"value": 217.3, "unit": "CNY/t C"},
        "threshold": {"value": 1.25, "unit": "亿元"},
    },
    "by year": {"price": {"years": {"2007": 30, "2012": 55, "2017": 80}, "unit": "CNY/t CO2"}},
}


@pytest.fixture(scope="module")
def page(browser: Browser, explorer: Path) -> Page:
    opened = browser.new_page()
    opened.goto(explorer.as_uri())
    return opened


def assert_equal(found: list[dict[str, Any]], wanted: dict[str, Any]) -> None:
    for year, there in zip(YEARS, found, strict=True):
        here = {name: year_of(values, year) for name, values in wanted.items()}
        for name in ("account", "size_index", "revised", "amount", "priority", "rank"):
            # a revised account of nearly nothing is the difference of large ones: equal to 1e-9 of the largest as well
            scale = 1e-12 * float(np.nanmax(np.abs(here[name].values), initial=0.0))
            np.testing.assert_allclose(there[name], here[name].values, rtol=1e-9, atol=scale, err_msg=f"{name} {year}")
        assert there["side"] == here["side"].values.tolist()
        payments, gap = float(here["totals"]["payments"]), float(here["totals"]["gap"])
        assert there["totals"]["payments"] == pytest.approx(payments, rel=1e-9)
        assert there["totals"]["receipts"] == pytest.approx(float(here["totals"]["receipts"]), rel=1e-9)
        assert there["totals"]["gap"] == pytest.approx(gap, rel=1e-9, abs=1e-12 * payments)
        for weighting, centre in there["totals"]["centres"].items():
            place = here["centres"].sel(weighting=weighting)
            told = (np.nan, np.nan) if centre is None else (centre["lon"], centre["lat"])
            np.testing.assert_allclose(told, (place["lon"], place["lat"]), rtol=1e-9, err_msg=f"{weighting} {year}")


CASES = [*zip(REVISIONS, cycle(PRICES), strict=False), *product(("as the run", "quota", "ecc and esc"), PRICES)]
"""Every revision under one of the prices in turn, and three of them under every price."""


@pytest.mark.parametrize(("revision", "prices"), list(dict.fromkeys(CASES)))
def test_every_setting_gives_what_python_computes(
    page: Page, runs: dict[str, Result], inputs: Inputs, revision: str, prices: str
) -> None:
    study = study_of(revision=REVISIONS[revision], compensation=PRICES[prices])
    rows = runs[""].results.assign(price=0.0).set_index(["unit", "year"])
    rows["price"] = rows.index.get_level_values("year").map(prices_of(study))
    settings = model_settings(study, rows, list(YEARS))
    assert_equal(page.evaluate(COMPUTE, [0, settings]), expected(study, inputs))


def prices_of(study: Any) -> dict[int, float]:
    from ecocomp.compensation import price_by_year

    return dict(zip(YEARS, price_by_year(study.compensation, list(YEARS)).values.tolist(), strict=True))


def test_a_run_with_stages_a_threshold_and_prices_by_year(page: Page, inputs: Inputs) -> None:
    number = page.evaluate("explorer.runs.findIndex((r) => r.name === 'stage')")
    settings = page.evaluate("(n) => explorer.runs[n].settings", number)
    assert_equal(page.evaluate(COMPUTE, [number, settings]), expected(STAGE, inputs))
    assert settings["payers"] == "low_first"


def test_the_page_holds_the_run_as_it_was(page: Page, runs: dict[str, Result]) -> None:
    """What the page computes with the run's settings is what the run's own table holds."""
    results = runs[""].results.sort_values(["unit", "year"])
    found = page.evaluate(COMPUTE, [0, page.evaluate("explorer.runs[0].settings")])
    for t, year in enumerate(YEARS):
        rows = results[results["year"] == year]
        np.testing.assert_allclose(found[t]["amount"], rows["amount"].to_numpy(float), rtol=1e-9)
        assert found[t]["side"] == rows["group"].tolist()
        np.testing.assert_array_equal(found[t]["rank"], rows["rank"].to_numpy(dtype=float, na_value=np.nan))


@pytest.mark.parametrize(("lon", "lat"), [(116.0, 38.0), (-38.0, 40.0), (179.9, -41.0), (12.0, 0.0), (100.0, 65.0)])
def test_metres_become_degrees_as_by_proj(page: Page, lon: float, lat: float) -> None:
    from pyproj import Transformer

    from ecocomp.space.metric import equal_area_definition

    to_metres = Transformer.from_crs("EPSG:4326", equal_area_definition(lon, lat), always_xy=True)
    east, north = np.meshgrid(np.linspace(-30, 30, 7), np.linspace(-20, 20, 5))
    lons, lats = ((lon + east.ravel() + 540) % 360 - 180), np.clip(lat + north.ravel(), -89, 89)
    x, y = to_metres.transform(lons, lats)
    points = np.column_stack([x, y]).tolist()
    found = page.evaluate(
        "([points, lon, lat]) => points.map(([x, y]) => projection.inverse(x, y, lon, lat))", [points, lon, lat]
    )
    np.testing.assert_allclose(np.array(found), np.column_stack([lons, lats]), rtol=0, atol=1e-9)


def test_totals_lose_nothing_to_rounding(page: Page) -> None:
    values = [1e16, 1.0, -1e16, float("nan")]  # a plain sum gives 0
    assert page.evaluate("(v) => model.sum(v)", values) == 1.0
    assert np.isnan(page.evaluate("model.sum([NaN])"))


@pytest.mark.parametrize("q", [0.0, 0.05, 0.5, 0.95, 1.0])
def test_quantiles_are_numpys(page: Page, q: float) -> None:
    values = np.random.default_rng(4).lognormal(size=41)
    found = page.evaluate("([v, q]) => model.quantile(Float64Array.from(v), q)", [values.tolist(), q])
    assert found == pytest.approx(np.quantile(values, q), rel=1e-14)


def test_settings_without_an_answer_are_told_as_such(page: Page) -> None:
    call: Callable[[dict[str, Any]], Any] = lambda changed: page.evaluate(  # noqa: E731
        """(changed) => { try { model.compute(explorer.runs[0], 0, { ...explorer.runs[0].settings, ...changed }); }
        catch (fault) { return fault.message; } }""", changed)  # fmt: skip
    assert call({"price": [1e12] * 3}) == "absurd"  # 1e6 t at 1e12 CNY/t are 1e18 CNY
    assert call({}) is None
