"""The data of the explorer's page: what is kept, what is counted as missing, and how borders are shared."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from html import unescape
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely

from ecocomp.issues import UsageError
from ecocomp.language import language_of
from ecocomp.outputs.explorer.encoding import Pool, varints
from ecocomp.outputs.explorer.page import SCRIPTS, embedded, page_of
from ecocomp.outputs.explorer.partners import PARTNERS
from ecocomp.outputs.explorer.payload import payload_of
from ecocomp.outputs.explorer.settings import model_settings, stage_if_paying
from ecocomp.outputs.explorer.topology import GRID, arcs_of
from ecocomp.outputs.explorer.words import catalogue
from ecocomp.result import Result
from ecocomp.study import Study
from explorer_runs import HOSTILE, STAGE, YEARS, inputs_of, run_of, study_of

BAR = shapely.Polygon([(0, 1), (1, 1), (2, 1), (2, 2), (0, 2)])
SQUARES = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1), BAR], dtype=object)


@pytest.fixture(scope="module")
def result() -> Result:
    return run_of(study_of(), inputs_of())


def decoded(column: dict[str, Any]) -> np.ndarray:
    return np.frombuffer(base64.b64decode(column["data"]), dtype=f"<{column['kind']}")


def test_numbers_keep_every_bit_and_missing_ones_are_counted() -> None:
    pool = Pool()
    values = np.array([[0.1, np.nan], [1 / 3, -0.0]])
    stored = pool.columns[pool.numbers(values)]
    assert stored["missing"] == 1
    assert decoded(stored).tobytes() == values.tobytes()


def test_a_column_that_never_changes_is_kept_once_a_unit() -> None:
    pool = Pool()
    stored = pool.columns[pool.numbers(np.array([[1.0, 1.0, 1.0], [np.nan, np.nan, np.nan]]))]
    assert stored["each"] == "unit"
    assert stored["missing"] == 1
    np.testing.assert_array_equal(decoded(stored), [1.0, np.nan])


def test_equal_columns_are_one() -> None:
    pool = Pool()
    first = pool.numbers(np.array([1.0, 2.0]))
    assert pool.numbers(np.array([1.0, 2.0])) == first
    assert pool.labels(["a", "b"]) != pool.labels(["a", "c"])
    assert len(pool.columns) == 3


def test_labels_are_numbers_into_their_list() -> None:
    pool = Pool()
    stored = pool.columns[pool.labels(["HH", None, "ns", np.nan])]
    assert stored["labels"] == ["HH", "missing", "ns"]
    assert decoded(stored).tolist() == [0, 1, 2, 1]


def test_whole_numbers_as_bytes() -> None:
    # zigzag: 0, -1, 1, -64 are 0, 1, 2, 127 in a byte each; 64 is 128: a low part of 0 with the mark, then 1
    assert base64.b64decode(varints([0, -1, 1, -64, 64])) == bytes([0, 1, 2, 127, 128, 1])


def ring_of(topology: Any, ring: list[int]) -> list[tuple[int, int]]:
    points: list[tuple[int, int]] = []
    for number in ring:
        arc = topology.arcs[number] if number >= 0 else topology.arcs[~number][::-1]
        assert not points or points[-1] == arc[0], "an arc begins where the last one ends"
        points += arc[1:] if points else arc
    return points


def test_a_border_between_two_units_is_one_arc() -> None:
    found = arcs_of(SQUARES)
    users: dict[int, list[int]] = {}
    for unit, rings in enumerate(found.shapes):
        for ring in rings:
            for number in ring:
                users.setdefault(number if number >= 0 else ~number, []).append(unit)
    # two squares below and a bar above them: three shared borders, and an outer one a unit
    shared = sorted(tuple(sorted(units)) for units in users.values() if len(units) == 2)
    assert shared == [(0, 1), (0, 2), (1, 2)]
    assert sum(len(units) == 1 for units in users.values()) == 3
    assert found.step == pytest.approx(2 / GRID)


def test_rings_close_and_keep_their_area() -> None:
    found = arcs_of(SQUARES)
    for rings, area in zip(found.shapes, (1.0, 1.0, 2.0), strict=True):
        [ring] = rings
        points = ring_of(found, ring)
        assert points[0] == points[-1]
        assert shapely.Polygon(points).area * found.step**2 == pytest.approx(area, rel=1e-3)


def test_an_island_in_a_hole_shares_its_whole_border() -> None:
    lake = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(3, 3, 6, 6).exterior.coords[::-1]])
    found = arcs_of(np.array([lake, shapely.box(3, 3, 6, 6)], dtype=object))
    hole, island = found.shapes[0][1], found.shapes[1][0]
    assert [a if a >= 0 else ~a for a in hole] == [a if a >= 0 else ~a for a in island]
    assert len(found.arcs) == 2


def test_borders_still_match_after_simplifying(result: Result) -> None:
    """The two sides of every border between fictional counties are the same arc, so that no gap can open."""
    from ecocomp.outputs.explorer.topology import topology_of
    from ecocomp.space import equal_area_crs

    found = topology_of(result.geometry, result.backdrop, equal_area_crs(result.geometry))
    union = shapely.union_all([shapely.Polygon(ring_of(found, r)) for rings in found.shapes for r in rings[:1]])
    whole = sum(shapely.Polygon(ring_of(found, r)).area for rings in found.shapes for r in rings[:1])
    assert union.area == pytest.approx(whole, rel=1e-9)  # neither gaps that are filled nor overlaps counted twice
    assert len(shapely.get_parts(union)) == 1
    assert all(abs(x1 - x0) + abs(y1 - y0) > 0 for arc in found.arcs for (x0, y0), (x1, y1) in pairwise(arc))


def test_missing_values_stay_missing(result: Result) -> None:
    data = payload_of({"": result})
    [run] = data["runs"]
    missing = {name: data["columns"][number]["missing"] for name, number in run["columns"].items()}
    # of explorer_runs: emissions of one unit-year, GDP of another, people of a unit in all three years
    assert missing == {"emissions": 1, "sequestration": 0, "gdp": 1, "population": 3, "area": 0}


def test_units_stand_in_the_order_of_their_ids_whatever_the_rows(result: Result) -> None:
    shuffled = replace(
        result,
        results=result.results.sample(frac=1, random_state=1),
        geometry=result.geometry.sample(frac=1, random_state=2),
        transfers=result.transfers.sample(frac=1, random_state=3),
    )
    assert payload_of({"": shuffled}) == payload_of({"": result})


def test_runs_share_what_they_have_in_common(result: Result) -> None:
    alone, both = payload_of({"": result}), payload_of({"": result, "again": result})
    assert len(both["maps"]) == 1
    assert both["columns"] == alone["columns"]


def test_the_largest_transfers_are_told(result: Result) -> None:
    data = payload_of({"": result})
    told = {name: data["runs"][0]["transfers"][name] for name in ("counts", "starts", "partners", "amounts")}
    counts, starts, partners, amounts = (decoded(data["columns"][number]) for number in told.values())
    units = data["maps"][0]["units"]
    payer = result.transfers["payer"].iloc[0]
    own = result.transfers.query("year == 2012 and payer == @payer").sort_values("amount", ascending=False)
    cell = units.index(payer) * len(YEARS) + YEARS.index(2012)
    assert counts[cell] == len(own)
    part = slice(starts[cell], starts[cell + 1])
    assert amounts[part].tolist() == own["amount"].head(PARTNERS).tolist()
    assert [units[p] for p in partners[part]] == own["recipient"].head(PARTNERS).tolist()


def test_a_fund_is_a_partner_that_is_no_unit() -> None:
    settled = run_of(study_of(settlement={"gap_rule": "regional_fund"}), inputs_of())
    assert payload_of({"": settled})["runs"][0]["transfers"]["others"] == ["regional fund"]


def test_settings_are_those_of_the_study(result: Result) -> None:
    stated = {
        "method": "size_normalised",
        "weights": {"area": 2, "gdp": 1},
        "reference": {"area": {"value": 1e3, "unit": "km2"}, "gdp": {"value": 2, "unit": "1e8 CNY"}},
    }
    study = study_of(revision=stated)
    found = model_settings(study, result.results.set_index(["unit", "year"]), list(YEARS))
    assert found["weights"] == {"area": 2.0, "population": 0.0, "gdp": 1.0}
    assert found["reference"] == {"kind": "given", "means": {"area": 1e3, "gdp": 2e8}}
    assert found["factors"] == ["area", "gdp"]  # relative to what, of people? the study does not say
    assert found["price"] == [60.0] * 3


def test_a_recipients_stage_coefficient_is_known_only_where_it_is_one_for_all() -> None:
    rows = pd.DataFrame({"revised": [1.0, -1.0], "stage_coefficient": [0.4, 1.0]})
    stage = STAGE.compensation.stage_coefficient
    assert stage is not None
    of_table = {"price": {"value": 60.0, "unit": "CNY/t CO2"}, "stage_coefficient": {}}
    settings = STAGE.settings() | {"compensation": of_table}
    settings["quantities"]["engel_coefficient"] = {"column": "engel", "unit": "1"}
    np.testing.assert_array_equal(stage_if_paying(Study.from_dict(settings), rows, [2007]), [0.4, np.nan])
    stated = stage_if_paying(STAGE, rows, [2007])
    assert stated == pytest.approx([1 / (1 + np.exp(3 - 1 / 0.42))] * 2)
    assert stage_if_paying(study_of(), rows, [2007]) is None


def test_nothing_in_the_data_can_end_the_script() -> None:
    text = embedded({"names": ["</script><script>alert(1)</script>", "\u2028\u2029", "<!--", "县"]})
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text)["names"] == ["</script><script>alert(1)</script>", "\u2028\u2029", "<!--", "县"]


def test_the_page_is_whole_and_refers_to_nothing(result: Result) -> None:
    page = page_of(result, {}, "en")
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    for hostile in HOSTILE[:2]:
        assert hostile not in page
    assert "default-src 'none'" in unescape(page)
    around = page[: page.index('<script type="application/json"')] + page[page.rindex("<script>") :]
    assert not any(word in around for word in (" src=", 'href="http', "@import", "url(", "import("))
    assert len(page) < 400_000


def test_the_page_follows_the_language_of_the_study(result: Result) -> None:
    manifest = result.manifest | {"study": result.manifest["study"] | {"study": {"name": "县域"}}}
    assert '<html lang="zh">' in page_of(replace(result, manifest=manifest), {})
    assert '<html lang="en">' in page_of(result, {})


def test_money_is_in_the_currency_of_the_study(result: Result) -> None:
    euros = replace(result, manifest=result.manifest | {"currency": "EUR"})
    page = page_of(euros, {}, "en")
    for label in ("million EUR", "EUR/t CO₂", "亿欧元"):
        assert f'"label":"{label}"' in page
    assert "CNY" not in page[page.index('<script type="application/json"') : page.rindex("<script>")]
    with pytest.raises(UsageError, match="compare runs in one currency"):
        page_of(euros, {"other": result})


def test_every_word_that_a_script_says_is_in_the_catalogue() -> None:
    """Keys in the scripts and the template are keys of the catalogue; what is put into a message fits its places."""
    import re
    from importlib import resources

    folder = resources.files("ecocomp.outputs.explorer")
    text = "".join(folder.joinpath(f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)
    text += folder.joinpath("explorer.html.j2").read_text(encoding="utf-8")
    english, chinese = (catalogue(language_of(code)) for code in ("en", "zh"))
    said = set(re.findall(r'words\.say\("(\w+)"', text)) | set(re.findall(r'data-say="(\w+)"', text))
    labelled = set(re.findall(r'words\.(?:label|headed)\("(\w+)"', text)) | set(re.findall(r'data-label="(\w+)"', text))
    assert len(said) > 60
    for words in (english, chinese):
        assert said <= set(words["words"])
        assert labelled <= set(words["labels"])
    assert set(english["words"]) == set(chinese["words"])
    assert english["measures"]["money"] == {"size": 1e8, "label": "10⁸ CNY"}
    assert chinese["measures"]["mass"] == {"size": 0.01, "label": "万吨 CO₂"}
