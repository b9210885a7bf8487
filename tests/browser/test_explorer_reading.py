"""What a reader does with the page: choose, search, compare, save, come back by the address."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from browsers import SHOWN, until
from explorer_pages import assert_page_equals, plain
from explorer_runs import HOSTILE, STAGE, YEARS, expected, run_of, study_of, units_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from ecocomp.panel import Inputs
    from ecocomp.result import Result

pytestmark = pytest.mark.browser
Open = Callable[..., "Page"]


def unit_named(inputs: Inputs, name: str) -> str:
    return str(inputs.panel["unit"].values[inputs.panel["name"].values.tolist().index(name)])


def click_unit(page: Page, unit: str) -> None:
    """Click a unit on the map, at a point that is inside its polygon."""
    point = page.evaluate(
        """(unit) => { const number = explorer.runs[0].map.index.get(unit);
        const path = document.querySelector(`#map-a path[data-unit="${number}"]`), box = path.getBoundingClientRect();
        for (let i = 1; i < 20; i++) for (let j = 1; j < 20; j++) {
          const at = [box.left + box.width * i / 20, box.top + box.height * j / 20];
          if (document.elementFromPoint(...at) === path) return at;
        } }""",
        unit,
    )
    page.mouse.click(*point)


def test_a_click_on_the_map_tells_of_a_unit(
    opened: Open, inputs: Inputs, runs: dict[str, Result], keep_screen: Any
) -> None:
    page = opened()
    unit = units_of(inputs)[20]
    click_unit(page, unit)
    assert page.evaluate("explorer.state().unit") == unit
    wanted = {
        name: values.sel(unit=unit) for name, values in expected(study_of(), inputs).items() if "unit" in values.dims
    }
    panel = inputs.panel.sel(unit=unit, year=2017)
    why = plain(page, "#why")
    assert why == pytest.approx(
        [
            float(panel["emissions"]), float(panel["sequestration"]), float(wanted["account"].sel(year=2017)),
            float(wanted["size_index"].sel(year=2017)), float(wanted["revised"].sel(year=2017)), 60.0,
            float(wanted["amount"].sel(year=2017)), float(panel["gdp"]), float(wanted["priority"].sel(year=2017)),
        ],
        rel=1e-9,
    )  # fmt: skip
    by_year = np.array(plain(page, "#by-year tbody")).reshape(-1, len(YEARS))
    np.testing.assert_allclose(by_year[4], wanted["amount"].values, rtol=1e-9)
    certain = runs[""].uncertainty.set_index(["unit", "year"]).loc[(unit, 2017)]
    assert f"{certain['probability_paying']:.0%}" in page.locator("#as-run").inner_text()
    given = runs[""].transfers.query("year == 2017 and (payer == @unit or recipient == @unit)")
    assert page.locator("#transfers li").count() == min(5, len(given))
    keep_screen(page, "5-unit")


def test_neighbours_are_those_of_the_run_and_lead_on(opened: Open, inputs: Inputs) -> None:
    from ecocomp import space

    graph = space.contiguity(inputs.geometry, rule="queen")
    unit = units_of(inputs)[20]
    page = opened(f"#unit={unit}")
    names = inputs.panel["name"].to_series()
    wanted = {names[n] for n in graph[unit].index}
    found = page.locator("#neighbours button").all_inner_texts()
    assert set(found) == wanted
    page.locator("#neighbours button").first.click()
    assert page.evaluate("explorer.state().unit") != unit
    assert page.locator("#unit-title").inner_text() == found[0]
    assert page.evaluate("document.activeElement.id") == "unit-title"  # a screen reader goes on from here


@pytest.mark.parametrize("typed", ["尚义", "shangyi", "SHANG YI", "syx"])
def test_search_by_name_and_pinyin(opened: Open, inputs: Inputs, typed: str) -> None:
    page = opened()
    page.locator("#search").fill(typed)
    assert page.locator("#found button").first.inner_text().startswith("尚义县")
    page.keyboard.press("Enter")
    assert page.evaluate("explorer.state().unit") == unit_named(inputs, "尚义县")
    assert "Shangyi Xian" in page.locator("#unit").inner_text()  # a reader of English sees its sound


def test_search_by_code_and_without_luck(opened: Open, inputs: Inputs) -> None:
    page = opened()
    unit = units_of(inputs)[31]
    page.locator("#search").fill(unit.lower())
    page.locator("#found button").click()
    assert page.evaluate("explorer.state().unit") == unit
    page.locator("#search").fill("nowhere at all")
    assert page.locator("#found-count").inner_text() == "Units found: 0"
    assert page.locator("#found li").count() == 0


def test_the_keyboard_alone_suffices(opened: Open, inputs: Inputs) -> None:
    page = opened()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "frame"
    page.keyboard.press("ArrowRight")
    first = page.evaluate("explorer.state().unit")
    page.keyboard.press("ArrowRight")
    second = page.evaluate("explorer.state().unit")
    assert None not in (first, second)
    x = page.evaluate("explorer.runs[0].map.units.map((u, i) => [u, explorer.runs[0].map.x[i]])")
    assert dict(x)[second] > dict(x)[first]  # to the right is to the east
    assert page.locator("#told").inner_text().startswith(page.locator("#unit-title").inner_text())
    page.keyboard.press("+")
    assert page.locator("#map-a svg").get_attribute("viewBox") != page.evaluate("null")
    wide = page.evaluate("document.querySelector('#map-a svg').viewBox.baseVal.width")
    page.keyboard.press("0")
    assert page.evaluate("document.querySelector('#map-a svg').viewBox.baseVal.width") > wide
    page.locator("#unit-close").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("explorer.state().unit") is None
    assert page.evaluate("document.activeElement.className") == "frame"


def test_every_control_is_reached_in_the_order_of_the_page(opened: Open) -> None:
    page = opened()
    order, hidden = [], []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, outline = page.evaluate(
            "((e) => [e.id || e.className, getComputedStyle(e).outlineStyle])(document.activeElement)"
        )
        order.append(name)
        hidden += [name] if outline == "none" else []
    controls = [
        "search",
        "show",
        "run",
        "with",
        "price-range",
        "price",
        "revision",
        "mean",
        "area",
        "population",
        "gdp",
        "threshold",
    ]
    assert [c for c in order if c in controls] == controls
    assert order.index("threshold") < order.index("frame") < order.index("year") < order.index("png")
    assert set(hidden) <= {""}  # the focus is seen wherever it is; beyond the last button it leaves the page


def test_two_scenarios_side_by_side(opened: Open, inputs: Inputs, keep_screen: Any) -> None:
    page = opened()
    page.locator("#with").select_option("run:高价")
    assert page.locator("#map-b").is_visible()
    assert_page_equals(page, study_of(), inputs)
    dear = study_of(compensation={"price": {"value": 120.0, "unit": "CNY/t CO2"}})
    assert plain(page, "#totals-b #total-payments") == pytest.approx(
        [float(expected(dear, inputs)["totals"]["payments"].sel(year=2017))], rel=1e-9
    )
    page.locator("#whole > summary").click()
    row = page.locator("#table tbody tr").nth(20)
    amounts = expected(study_of(), inputs)["amount"].sel(year=2017)
    difference = float(row.locator("data").last.get_attribute("value"))
    assert difference == pytest.approx(-float(amounts.isel(unit=20)), rel=1e-9)  # 60 less 120 is minus 60
    keep_screen(page, "6-compared")
    page.locator("#run").select_option("2")
    assert_page_equals_of_stage(page, inputs)


def assert_page_equals_of_stage(page: Page, inputs: Inputs) -> None:
    wanted = expected(STAGE, inputs)["totals"].sel(year=2017)
    assert plain(page, "#totals-a #total-payments") == pytest.approx([float(wanted["payments"])], rel=1e-9)


def test_a_run_of_other_units_beside(opened: Open, runs: dict[str, Result], tmp_path: Path) -> None:
    from ecocomp.outputs.explorer import write_explorer
    from ecocomp.synthetic import region

    land = region(12, YEARS, seed=5)
    names = [f"Other {number:02d}" for number in range(12)]
    elsewhere = replace(
        land, panel=land.panel.assign_coords(unit=names), geometry=land.geometry.set_axis(pd.Index(names, name="unit"))
    )
    other = run_of(study_of(), elsewhere)
    page = opened(file=write_explorer(runs[""], tmp_path / "两区.html", compare={"elsewhere": other}, language="en"))
    page.locator("#with").select_option("run:elsewhere")
    page.locator("#map-b .frame").focus()
    page.keyboard.press("ArrowRight")
    unit = page.evaluate("explorer.state().unit")
    assert unit in names
    own = expected(study_of(), elsewhere)["amount"].sel(unit=unit, year=2017)
    assert plain(page, "#why")[6] == pytest.approx(float(own), rel=1e-9)
    page.reload()
    until(page, SHOWN)
    assert page.locator("#unit-title").inner_text() == page.evaluate(
        "explorer.runs.at(-1).map.names[explorer.runs.at(-1).map.index.get(explorer.state().unit)]"
    )


def test_the_run_itself_beside_other_settings(opened: Open, inputs: Inputs) -> None:
    page = opened("#price=90")
    page.locator("#with").select_option("own")
    assert plain(page, "#totals-a #total-payments")[0] == pytest.approx(
        1.5 * plain(page, "#totals-b #total-payments")[0], rel=1e-9
    )


def test_the_address_restores_the_state(opened: Open, inputs: Inputs) -> None:
    page = opened()
    unit = units_of(inputs)[8]
    page.locator("#mean").select_option("harmonic")
    page.locator("#price").fill("75")
    page.locator("#gdp").focus()
    page.keyboard.press("End")
    page.locator("#year").focus()
    page.keyboard.press("Home")
    page.locator("#show").select_option("revised")
    page.locator("#with").select_option("run:高价")
    click_unit(page, unit)
    page.locator("[data-language=zh]").click()
    state, totals = page.evaluate("explorer.state()"), page.locator("#totals").inner_text()
    address = page.evaluate("location.hash")
    page.reload()
    until(page, SHOWN)
    assert page.evaluate("explorer.state()") == state
    assert page.locator("#totals").inner_text() == totals
    other = opened(address)
    assert other.evaluate("explorer.state()") == state
    other.evaluate("location.hash = '#year=2012'")
    until(other, "explorer.state().year === 2012 && explorer.state().price === null")


@pytest.mark.parametrize(
    "address",
    ["#year=1066", "#price=-5", "#price=abc", "#weights=0,0,0", "#weights=1,2", "#unit=nobody", "#run=none&with=own%00",
     "#revision=constructor", "#language=xx&mean=toString&show=<script>", "#threshold=NaN", "#%E0%A4%A"],
)  # fmt: skip
def test_a_faulty_address_opens_the_run(opened: Open, inputs: Inputs, address: str) -> None:
    assert_page_equals(opened(address), study_of(), inputs)


def test_the_table_as_csv(opened: Open, inputs: Inputs, tmp_path: Path) -> None:
    page = opened("#price=90")
    with page.expect_download() as download:
        page.locator("#csv").click()
    assert download.value.suggested_filename == "ecocomp-2017.csv"
    download.value.save_as(tmp_path / "表.csv")
    content = (tmp_path / "表.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert [row["unit"] for row in rows] == units_of(inputs).tolist()
    study = study_of(compensation={"price": {"value": 90.0, "unit": "CNY/t CO2"}})
    wanted = expected(study, inputs)
    for name in ("amount", "priority", "rank"):
        found = [float(row[name] or "nan") for row in rows]
        np.testing.assert_allclose(found, wanted[name].sel(year=2017).values, rtol=1e-9)
    assert [row["group"] for row in rows] == wanted["side"].sel(year=2017).values.tolist()
    names = {row["unit"]: row["name"] for row in rows}
    for name in HOSTILE:
        shown = names[unit_named(inputs, name)]
        assert shown == (f"'{name}" if name[0] in "=@" else name)
        assert shown[0] not in "=+-@\t\r"


def test_the_view_as_a_picture(opened: Open, tmp_path: Path) -> None:
    page = opened("#with=own&price=90")
    with page.expect_download() as download:
        page.locator("#png").click()
    download.value.save_as(tmp_path / "图.png")
    with Image.open(tmp_path / "图.png") as picture:
        assert picture.width == 2400
        colours = {colour for _, colour in picture.convert("RGB").getcolors(maxcolors=2**24)}
    fills = page.locator("#map-a path[data-unit]").evaluate_all("all => all.map((p) => p.getAttribute('fill'))")
    wanted = {tuple(int(fill[i : i + 2], 16) for i in (1, 3, 5)) for fill in fills}
    assert wanted <= colours  # every class of the map is in the picture


def test_hostile_names_are_names(opened: Open, inputs: Inputs, keep_screen: Any) -> None:
    page = opened()
    elements = page.evaluate("document.querySelectorAll('script, img').length")
    page.locator("#more").click()
    page.locator("#whole > summary").click()
    page.locator("#table table").wait_for()
    text = page.locator("#table").inner_text()
    for name in HOSTILE:
        assert name in text
        page.evaluate("(unit) => { location.hash = `unit=${unit}`; }", unit_named(inputs, name))
        until(page, f"explorer.state().unit === {json.dumps(unit_named(inputs, name))}")
        assert page.locator("#unit-title").text_content() == name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.querySelectorAll('script, img').length") == elements
    page.evaluate("(unit) => { location.hash = `unit=${unit}`; }", unit_named(inputs, HOSTILE[3]))
    keep_screen(page, "7-hostile-names")


def test_a_missing_unit_says_so(opened: Open, inputs: Inputs) -> None:
    unit = str(inputs.panel["unit"].values[7])  # without people
    page = opened(f"#unit={unit}")
    assert "A quantity that the revision needs is missing" in page.locator("#unit").inner_text()
    page.locator("#revision").select_option("none")
    assert "A quantity" not in page.locator("#unit").inner_text()  # the account alone needs no people


def test_at_the_width_of_a_phone(opened: Open, inputs: Inputs, keep_screen: Any) -> None:
    for language in ("en", "zh"):
        page = opened(f"#language={language}&unit={units_of(inputs)[20]}", width=390, height=844)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert not page.locator("#form").is_visible()
        page.locator("#controls > summary").click()
        page.locator("#price").fill("90")
        page.locator("#whole > summary").click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        page.locator("#with").select_option("own")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        keep_screen(page, f"8-phone-{language}")


def test_nothing_can_be_asked_of_the_network(browser: Browser, explorer: Path) -> None:
    page = browser.new_page()
    page.goto(explorer.as_uri())
    blocked = page.evaluate(
        """async () => {
          const told = [];
          addEventListener("securitypolicyviolation", (event) => told.push(event.effectiveDirective));
          const image = new Image();
          image.src = "http://127.0.0.1:9/x.png";
          const tried = await fetch("http://127.0.0.1:9/").then(() => "sent", () => "refused");
          await new Promise((done) => setTimeout(done, 50));
          return [tried, ...told.sort()];
        }"""
    )
    page.close()
    assert blocked == ["refused", "connect-src", "img-src"]
