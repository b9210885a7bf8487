"""A reader's hand on every control: the numbers on the page are those that Python computes for the same settings."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from explorer_pages import assert_page_equals, plain
from explorer_runs import YEARS, expected, study_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from ecocomp.panel import Inputs

pytestmark = pytest.mark.browser
Open = Callable[..., "Page"]

THIRDS = {"area": 1.0, "population": 1.0, "gdp": 1.0}


def assert_colours_follow(page: Page, before: list[str]) -> None:
    assert fills(page) != before


def fills(page: Page) -> list[str]:
    return page.locator("#map-a path[data-unit]").evaluate_all("all => all.map((p) => p.getAttribute('fill'))")


def test_the_page_opens_with_the_run(opened: Open, inputs: Inputs, keep_screen: Any) -> None:
    page = opened()
    assert_page_equals(page, study_of(), inputs)
    assert page.locator("#changes").inner_text() == "The settings are those of the run."
    assert page.locator("#reset").is_disabled()
    keep_screen(page, "1-as-opened")


def test_the_price(opened: Open, inputs: Inputs) -> None:
    page = opened()
    before = fills(page)
    page.locator("#price").fill("137.5")
    study = study_of(compensation={"price": {"value": 137.5, "unit": "CNY/t CO2"}})
    assert_page_equals(page, study, inputs)
    assert_colours_follow(page, before)
    page.locator("#price-range").focus()
    page.keyboard.press("End")
    assert float(page.locator("#price").input_value()) == 300  # the range ends at 300, or four times the run's price
    study = study_of(compensation={"price": {"value": 300.0, "unit": "CNY/t CO2"}})
    assert_page_equals(page, study, inputs)


@pytest.mark.parametrize("mean", ["geometric", "arithmetic", "harmonic"])
def test_the_mean_and_the_three_weights(opened: Open, inputs: Inputs, mean: str) -> None:
    page = opened()
    page.locator("#mean").select_option(mean)
    weights = dict(THIRDS)
    for factor, keys in (("area", ["Home"]), ("population", ["End"]), ("gdp", ["ArrowRight", "ArrowRight"])):
        page.locator(f"#{factor}").focus()
        for key in keys:
            page.keyboard.press(key)
        weights[factor] = float(page.locator(f"#{factor}").input_value())
        study = study_of(revision={"mean": mean, "weights": weights})
        assert_page_equals(page, study, inputs)
    assert weights["area"] == 0
    assert weights["population"] == 3
    assert weights["gdp"] != 1
    shares = [page.locator(f"#{f}-share").inner_text() for f in THIRDS]
    total = sum(weights.values())
    assert shares == [f"{100 * w / total:.0f}%" for w in weights.values()]


def test_weights_cannot_all_be_taken_away(opened: Open, inputs: Inputs) -> None:
    page = opened()
    for factor in THIRDS:
        page.locator(f"#{factor}").focus()
        page.keyboard.press("Home")
    assert page.evaluate("explorer.state().weights") == {"area": 0, "population": 0, "gdp": 1}
    assert_page_equals(page, study_of(revision={"weights": {"gdp": 1}}), inputs)


@pytest.mark.parametrize("method", ["quota", "theoretical", "threshold", "ecc_esc", "none"])
def test_the_revision(opened: Open, inputs: Inputs, method: str, keep_screen: Any) -> None:
    page = opened()
    page.locator("#revision").select_option(method)
    stated = {"weights": THIRDS} if method == "quota" else {}
    assert_page_equals(page, study_of(revision={"method": method, **stated}), inputs)
    assert page.locator("#weights").is_visible() == (method == "quota")
    assert not page.locator("#mean").is_visible()
    keep_screen(page, f"2-revision-{method}")


def test_the_group_threshold(opened: Open, inputs: Inputs, keep_screen: Any) -> None:
    page = opened()
    page.locator("#threshold").fill("1.5")  # in 10⁸ CNY
    study = study_of(
        compensation={"price": {"value": 60.0, "unit": "CNY/t CO2"}, "threshold": {"value": 1.5, "unit": "1e8 CNY"}}
    )
    assert_page_equals(page, study, inputs)
    balanced = expected(study, inputs)["side"].sel(year=YEARS[-1]).values.tolist().count("balanced")
    assert plain(page, "#count-balanced") == [balanced]
    assert balanced > 0
    keep_screen(page, "3-threshold")


def test_the_year(opened: Open, inputs: Inputs) -> None:
    page = opened()
    page.locator("#year").focus()
    page.keyboard.press("Home")
    assert page.locator("#year-shown").inner_text() == "2007"
    assert_page_equals(page, study_of(), inputs, 2007)
    page.keyboard.press("ArrowRight")
    assert_page_equals(page, study_of(), inputs, 2012)


def test_everything_together_and_back(opened: Open, inputs: Inputs) -> None:
    page = opened()
    page.locator("#mean").select_option("arithmetic")
    page.locator("#price").fill("90")
    page.locator("#area").focus()
    page.keyboard.press("End")
    page.locator("#threshold").fill("0.2")
    weights = {"area": 3, "population": 1, "gdp": 1}
    study = study_of(
        revision={"mean": "arithmetic", "weights": weights},
        compensation={"price": {"value": 90.0, "unit": "CNY/t CO2"}, "threshold": {"value": 2e7, "unit": "CNY"}},
    )
    assert_page_equals(page, study, inputs)
    assert page.locator("#changes").inner_text() == "Changed against the run: price, mean, weights, threshold."
    assert page.locator("#total-payments + .measure + .was").is_visible()
    page.locator("#reset").click()
    assert_page_equals(page, study_of(), inputs)
    assert page.locator("#total-payments + .measure + .was").count() == 0


def test_settings_without_an_answer_are_told_and_can_be_left(opened: Open, inputs: Inputs) -> None:
    page = opened()
    page.locator("#price").fill("1e15")
    assert "larger than any money can be" in page.locator("#totals").inner_text()
    page.locator("#price").fill("60")
    assert_page_equals(page, study_of(), inputs)


def test_what_the_map_shows(opened: Open, keep_screen: Any) -> None:
    page = opened()
    seen = []
    for quantity in ("priority", "account", "revised", "side", "cluster", "priority_class", "amount"):
        page.locator("#show").select_option(quantity)
        seen.append(tuple(fills(page)))
        assert "2017" in page.locator("#map-title").inner_text()
        as_run = quantity in ("cluster", "priority_class")
        assert ("As the run found it" in page.locator("#map-notes").inner_text()) == as_run
        keep_screen(page, f"4-map-{quantity}")
    assert len(set(seen)) == len(seen)
    page.locator("#show").select_option("cluster")
    page.locator("#price").fill("80")
    assert "not of the settings above" in page.locator("#map-notes").inner_text()


def test_words_and_units_in_chinese(opened: Open, inputs: Inputs) -> None:
    page = opened()
    page.locator("[data-language=zh]").click()
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    text = page.locator("#totals").inner_text()
    assert "应付总额" in text
    assert "亿元" in text
    assert_page_equals(page, study_of(), inputs)  # the same numbers for programs
    page.locator("#threshold").fill("1.5")  # 亿元
    assert page.evaluate("explorer.state().threshold") == 1.5e8
    shown = page.locator("body").inner_text()
    assert not re.search(r"\{\w+\}|undefined|NaN|\[object", shown)
    page.locator("[data-language=en]").click()
    assert "Payments" in page.locator("#totals").inner_text()
