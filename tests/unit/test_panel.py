"""The panel: the same from any layout, with every faulty cell named, and totals that never lose a missing part."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import xarray as xr
from shapely.geometry import box

import ecocomp
from ecocomp.issues import DataError, Issue
from ecocomp.panel import Inputs, areas, mean_over_valid, sum_over_valid, total_by, valid_units
from tiny import CODES, boundaries, panel, write_study

DISSOLVE = {'parents = ["省"]': 'parents = ["省"]\ndissolve = "市"'}


def load(folder: Path, **study: Any) -> Inputs:
    return ecocomp.load(ecocomp.Study.load(write_study(folder, **study)))


def check(folder: Path, **study: Any) -> list[Issue]:
    return ecocomp.check(ecocomp.Study.load(write_study(folder, **study)))


def faults(folder: Path, **study: Any) -> list[Issue]:
    """Return the errors of a study, which `load` must refuse with the same ones."""
    found = [i for i in check(folder, **study) if i.severity == "error"]
    with pytest.raises(DataError) as refusal:
        load(folder, **study)
    assert [i for i in refusal.value.issues if i.severity == "error"] == found
    return found


def cell(column: str, row: int, value: Any) -> pd.DataFrame:
    """Return the tiny table with one cell replaced; ``row`` as a spreadsheet counts it."""
    table = panel().astype({column: object})
    table.loc[row - 2, column] = value
    return table


# --- the same panel from any layout -----------------------------------------------------------------------------------


def test_the_panel_in_canonical_units(tmp_path: Path) -> None:
    data = load(tmp_path / "试验").panel
    assert data["emissions"].dims == ("unit", "year")
    assert list(data["unit"].values) == CODES
    assert list(data["year"].values) == [2010, 2015]
    first = data.sel(unit="010001", year=2015)
    # row of tiny.panel: 10 Mt, 1 Mt, 600 ×10⁸ CNY, 90 ×10⁴ persons, 1000 km²
    assert [float(first[q]) for q in ("emissions", "sequestration", "gdp", "population", "area")] == [
        10.0, 1.0, 6e10, 9e5, 1000.0]  # fmt: skip
    assert data["gdp"].attrs["units"] == "CNY"
    assert data.attrs == {"parents": ["省"], "data_origin": "given"}
    assert list(data["省"].values) == ["甲省"] * 3 + ["乙省"] * 3
    assert str(data["name"].sel(unit="020003").values) == "县6"


def in_other_units() -> pd.DataFrame:
    table = panel()
    table["排放"] *= 1000  # Mt to kt
    table["吸收"] *= 100  # Mt to 万吨
    table["GDP"] *= 1e8  # 亿元 to 元
    table["人口"] *= 10  # 万人 to thousand persons
    table["面积"] *= 100  # km² to ha
    return table


OTHER_UNITS = {
    'column = "排放", unit = "Mt CO2"': 'column = "排放", unit = "kt CO2"',
    'column = "吸收", unit = "Mt CO2"': 'column = "吸收", unit = "万吨 CO2"',
    '"1e8 CNY"': '"元"',
    '"1e4 person"': '"thousand person"',
    '"km2"': '"ha"',
}
ENGLISH = {
    "代码": "id", "名称": "label", "省": "province", "年份": "y", "排放": "e", "吸收": "s", "GDP": "g", "人口": "p",
    "面积": "a",
}  # fmt: skip


@pytest.mark.parametrize("change", ["order", "units", "columns", "extra", "carbon"])
def test_another_layout_gives_the_same_panel(tmp_path: Path, change: str) -> None:
    table, replace = panel(), {}
    if change == "order":
        table = table.sample(frac=1, random_state=3)
    elif change == "units":
        table, replace = in_other_units(), OTHER_UNITS
    elif change == "columns":
        table = table.rename(columns=ENGLISH)
        replace = {f'"{chinese}"': f'"{english}"' for chinese, english in ENGLISH.items()}
    elif change == "extra":
        table.insert(0, "备注", "x")
    else:
        table["排放"] *= 12 / 44
        replace = {'column = "排放", unit = "Mt CO2"': 'column = "排放", unit = "Mt C"'}
    base, other = load(tmp_path / "一"), load(tmp_path / "二", table=table, replace=replace)
    for name in ("emissions", "sequestration", "gdp", "population", "area"):
        one, two = (i.panel[name].drop_vars(["省", "province"], errors="ignore") for i in (base, other))
        xr.testing.assert_allclose(one, two, rtol=1e-14)
    assert list(base.geometry.index) == list(other.geometry.index) == CODES


def test_geometry_stands_in_the_order_of_the_panel(tmp_path: Path) -> None:
    shuffled = boundaries().sample(frac=1, random_state=1)
    inputs = load(tmp_path, shapes=shuffled)
    expected = boundaries().set_index("code").geometry
    assert list(inputs.geometry.index) == list(inputs.panel["unit"].values)
    for code in CODES:  # GeoJSON keeps seven decimals
        assert inputs.geometry.geometry.loc[code].symmetric_difference(expected.loc[code]).area < 1e-6, code


def test_years_of_the_study_are_selected_and_others_not_judged(tmp_path: Path) -> None:
    table = panel().astype({"GDP": object})
    table.loc[table["年份"] == 2015, "GDP"] = "text"
    inputs = load(tmp_path, table=table, replace={"seed = 1": "seed = 1\nyears = [2010]"})
    assert list(inputs.panel["year"].values) == [2010]
    assert inputs.issues == ()


# --- missing values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["", "NA", "n/a", "NaN", "null", "-", "—", "…", "  "])
def test_a_missing_value_is_a_warning_with_its_place(tmp_path: Path, word: str) -> None:
    inputs = load(tmp_path, table=cell("排放", 9, word))
    (issue,) = inputs.issues
    assert issue == Issue("warning", "missing-value", issue.message, issue.remedy, "面板.csv", "排放", 9, "010002",
                          2015, word.strip() or None)  # fmt: skip
    assert "emissions" in issue.message
    values = inputs.panel["emissions"]
    assert np.isnan(values.sel(unit="010002", year=2015))
    assert int(values.isnull().sum()) == 1


def test_a_missing_row_is_a_warning_and_missing_everywhere(tmp_path: Path) -> None:
    inputs = load(tmp_path, table=panel().drop(index=7))  # 010002 in 2015
    (issue,) = inputs.issues
    assert (issue.severity, issue.code, issue.unit, issue.year) == ("warning", "missing-row", "010002", 2015)
    for name in ("emissions", "gdp", "area"):
        assert np.isnan(inputs.panel[name].sel(unit="010002", year=2015))
        assert int(inputs.panel[name].isnull().sum()) == 1


def test_a_row_with_only_keys_is_missing_in_every_quantity(tmp_path: Path) -> None:
    table = panel().astype(object)
    table.loc[0, ["排放", "吸收", "GDP", "人口", "面积"]] = ""
    found = check(tmp_path, table=table)
    assert [(i.severity, i.code, i.row) for i in found] == [("warning", "missing-value", 2)] * 5


# --- dissolving -------------------------------------------------------------------------------------------------------


def with_cities(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Put counties 1 and 2 into 东市, 3 into 西市, 4 to 6 into 北市."""
    table = panel() if table is None else table
    cities = dict(zip(CODES, ["东市", "东市", "西市", "北市", "北市", "北市"], strict=True))
    return table.assign(市=table["代码"].map(cities))


def test_dissolved_totals_by_hand(tmp_path: Path) -> None:
    data = load(tmp_path, table=with_cities(), replace=DISSOLVE).panel
    assert set(data["unit"].values) == {"东市", "西市", "北市"}
    east = data.sel(unit="东市", year=2010)
    # 9 + 6 = 15; 1 + 2 = 3; (300 + 200) ×10⁸; (90 + 60) ×10⁴; 1000 + 1500
    assert [float(east[q]) for q in ("emissions", "sequestration", "gdp", "population", "area")] == [
        15.0, 3.0, 5e10, 1.5e6, 2500.0]  # fmt: skip
    north = data.sel(unit="北市", year=2015)
    # (1 + 2 + 1.5) + 3·1 = 7.5; (50 + 60 + 40)·2 = 300
    assert float(north["emissions"]) == 7.5
    assert float(north["gdp"]) == 3e10
    assert list(data["name"].values) == list(data["unit"].values), "name is the dissolve value"
    assert str(data["省"].sel(unit="北市").values) == "乙省"


def test_a_total_with_a_missing_part_is_missing(tmp_path: Path) -> None:
    table = with_cities(cell("排放", 3, ""))  # 010002 in 2010
    inputs = load(tmp_path, table=table, replace=DISSOLVE)
    emissions = inputs.panel["emissions"]
    assert np.isnan(emissions.sel(unit="东市", year=2010)), "not 9, the sum of what is there"
    assert float(emissions.sel(unit="东市", year=2015)) == 17.0  # 10 + 7
    assert float(inputs.panel["sequestration"].sel(unit="东市", year=2010)) == 3.0
    assert [(i.code, i.unit) for i in inputs.issues] == [("missing-value", "010002")]


def test_a_missing_member_row_makes_the_totals_missing(tmp_path: Path) -> None:
    inputs = load(tmp_path, table=with_cities().drop(index=1), replace=DISSOLVE)
    assert np.isnan(inputs.panel["gdp"].sel(unit="东市", year=2010))
    assert not np.isnan(inputs.panel["gdp"].sel(unit="东市", year=2015))


def test_dissolved_polygons_are_the_union_of_their_members(tmp_path: Path) -> None:
    shapes = load(tmp_path, table=with_cities(), replace=DISSOLVE).geometry
    assert shapes.geometry.loc["东市"].equals(box(115, 39, 115.6, 39.3))
    assert shapes.geometry.loc["北市"].equals(box(115, 38.7, 115.9, 39))


def test_a_dissolved_unit_in_two_parents_is_an_error(tmp_path: Path) -> None:
    table = with_cities()
    table["市"] = "中市"
    (issue,) = faults(tmp_path, table=table, replace=DISSOLVE)
    assert (issue.code, issue.column, issue.unit) == ("spans-parents", "省", "中市")
    assert "甲省" in issue.message
    assert "乙省" in issue.message


def test_a_member_without_its_dissolved_unit_is_an_error(tmp_path: Path) -> None:
    table = with_cities()
    table.loc[3, "市"] = ""
    found = faults(tmp_path, table=table, replace=DISSOLVE)
    assert ("empty-label", "市", 5, "020001") in [(i.code, i.column, i.row, i.unit) for i in found]


def test_the_engel_coefficient_is_averaged_and_not_added(tmp_path: Path) -> None:
    table = with_cities().assign(恩格尔=[0.3, 0.4, 0.5, 0.3, 0.3, 0.3] * 2)
    replace = {**DISSOLVE, "[compensation]": 'engel_coefficient = { column = "恩格尔", unit = "1" }\n[compensation]'}
    data = load(tmp_path, table=table, replace=replace).panel
    assert float(data["engel_coefficient"].sel(unit="东市", year=2010)) == pytest.approx(0.35)  # (0.3 + 0.4) / 2


# --- matching with the map --------------------------------------------------------------------------------------------


def test_a_code_that_is_not_on_the_map_is_an_error(tmp_path: Path) -> None:
    (issue,) = faults(tmp_path, shapes=boundaries().iloc[1:])
    assert (issue.code, issue.unit) == ("not-on-map", "010001")
    assert "面板.csv" in (issue.file or "")
    assert "边界.geojson" in (issue.file or "")


def test_a_lost_leading_zero_is_not_guessed(tmp_path: Path) -> None:
    table = panel()
    table["代码"] = table["代码"].astype(int)
    found = faults(tmp_path, table=table)
    assert [i.code for i in found] == ["no-overlap"]
    assert "10001" in found[0].message
    assert "a leading zero was lost: 10001 is 010001 on the map" in found[0].message
    table = panel()
    table.loc[table["代码"] == "010001", "代码"] = "10001"
    (issue,) = [i for i in faults(tmp_path / "一", table=table) if i.code == "not-on-map"]
    assert issue.message == "is in the table and not on the map; a leading zero was lost: 10001 is 010001 on the map"
    assert "as text" in issue.remedy


def test_a_polygon_that_the_table_lacks_is_a_warning_and_left_out(tmp_path: Path) -> None:
    inputs = load(tmp_path, table=panel()[lambda t: t["代码"] != "020003"])
    (issue,) = inputs.issues
    assert (issue.severity, issue.code, issue.unit) == ("warning", "not-in-table", "020003")
    assert list(inputs.geometry.index) == CODES[:5]
    assert list(inputs.backdrop.index) == ["020003"]


def test_unmatched_error_tightens_it(tmp_path: Path) -> None:
    strict = {'boundaries_id = "code"': 'boundaries_id = "code"\nunmatched = "error"'}
    (issue,) = faults(tmp_path, table=panel()[lambda t: t["代码"] != "020003"], replace=strict)
    assert (issue.code, issue.unit) == ("not-in-table", "020003")


def test_no_overlap_at_all_is_one_error(tmp_path: Path) -> None:
    (issue,) = faults(tmp_path, shapes=boundaries().assign(code=[f"99000{i}" for i in range(6)]))
    assert issue.code == "no-overlap"
    assert "990000" in issue.message
    assert "boundaries_id" in issue.remedy


# --- cells ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "value", "code", "piece"),
    [
        ("排放", "九", "not-a-number", "emissions is not a number"),
        ("排放", "1,5", "not-a-number", "emissions is not a number"),
        ("排放", "9 Mt", "not-a-number", "emissions is not a number"),
        ("排放", "inf", "not-a-number", "emissions is not a number"),
        ("GDP", "1e400", "not-a-number", "gdp is not a number"),
        ("GDP", "1e305", "not-a-number", "gdp is not a number"),  # overflows when scaled by 1e8
        ("排放", "0x10", "not-a-number", "emissions is not a number"),
        ("排放", "1_000", "not-a-number", "emissions is not a number"),
        ("排放", "#N/A", "not-a-number", "emissions is not a number"),
        ("排放", "-0.1", "out-of-range", "emissions must be at least 0 Mt CO2"),
        ("面积", "-1000", "out-of-range", "area must be above 0 km2"),
        ("面积", "0", "out-of-range", "area must be above 0 km2"),
        ("GDP", "0", "out-of-range", "gdp must be above 0 CNY"),
        ("人口", "0.0", "out-of-range", "population must be above 0 person"),
    ],
)
def test_a_faulty_cell_is_named(tmp_path: Path, column: str, value: str, code: str, piece: str) -> None:
    (issue,) = faults(tmp_path, table=cell(column, 9, value))
    assert (issue.code, issue.column, issue.row, issue.unit, issue.year, issue.value) == (
        code, column, 9, "010002", 2015, value)  # fmt: skip
    assert piece in issue.message


@pytest.mark.parametrize(("value", "number"), [("+2.5", 2.5), (".5", 0.5), ("2.", 2.0), ("1E1", 10.0), ("０.5", 0.5)])
def test_numbers_in_any_plain_spelling(tmp_path: Path, value: str, number: float) -> None:
    inputs = load(tmp_path, table=cell("排放", 9, value))
    assert float(inputs.panel["emissions"].sel(unit="010002", year=2015)) == number


def test_implausible_values_are_warnings(tmp_path: Path) -> None:
    # no county emits 400 Mt: most likely kt declared as Mt; a negative uptake is a land that emits, and may be
    table = cell("排放", 2, 9000)
    table.loc[1, "吸收"] = -2
    found = load(tmp_path, table=table).issues
    assert [(i.severity, i.code, i.column, i.row) for i in found] == [
        ("warning", "out-of-range", "排放", 2),
        ("warning", "out-of-range", "吸收", 3),
        ("warning", "wrong-unit", "排放", None),  # 010001 alone: a thousand times the tonnes per person of the others
    ]


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("人口", 343000, "population is above 20000 × 1e4 person"),  # 2e8 persons, in the column's own unit
        ("GDP", 3e5, "gdp is above 200000 × 1e8 CNY"),
        ("排放", 9000, "emissions is above 400 Mt CO2"),
        ("排放", 1e6, "emissions is beyond any unit's (1000 × 400 Mt CO2)"),
    ],
)
def test_bounds_are_told_in_the_unit_of_the_column(tmp_path: Path, column: str, value: float, message: str) -> None:
    found = [i for i in check(tmp_path, table=cell(column, 2, value)) if i.code == "out-of-range"]
    assert [i.message for i in found] == [message]
    assert float(found[0].value or "nan") == value
    assert ("a value 1000 times smaller would be usual" in found[0].remedy) == (value == 9000)


@pytest.mark.parametrize(
    ("texts", "piece"),
    [
        (["0,5", "39,55"], "2 values had a decimal comma, which is read as a decimal point"),
        (["０.5"], "1 value had full-width or typographic characters, which are read as half-width ones"),
        (["1 234"], "1 value had thousands marks, which are taken off"),
    ],
)
def test_what_became_of_cleaned_marks_is_told(tmp_path: Path, texts: list[str], piece: str) -> None:
    table = panel().astype({"排放": object, "吸收": int, "面积": int, "GDP": int, "人口": int})
    table["吸收"] = 1
    table["排放"] = [*texts, *["2"] * (12 - len(texts))]
    notes = [i for i in check(tmp_path, table=table) if i.code == "cleaned"]
    assert [i.message for i in notes] == [piece]


def test_one_decimal_comma_among_points_asks_for_the_decimal_mark(tmp_path: Path) -> None:
    # 3.014 is three thousand and fourteen if 39,55 is no slip: silence would multiply the table by a thousand
    table = panel().astype({"排放": object, "吸收": int, "面积": int, "GDP": int, "人口": int})
    table["吸收"] = 1
    table["排放"] = [*["3.014"] * 11, "39,55"]
    (issue,) = faults(tmp_path, table=table)
    assert (issue.code, issue.column, issue.row, issue.value) == ("decimal-mark", "排放", 2, "3.014")
    assert issue.message.startswith("11 values of emissions")


def test_an_unknown_unit_lists_the_allowed_ones_and_hides_no_text_cell(tmp_path: Path) -> None:
    found = faults(tmp_path, table=cell("GDP", 4, "很多"), replace={'"1e8 CNY"': '"1e8 taler"'})
    assert [(i.code, i.column) for i in found] == [("unknown-unit", "GDP"), ("not-a-number", "GDP")]
    assert "亿元" in found[0].message
    assert found[0].value == "1e8 taler"
    assert found[0].file == "研究.toml"


def test_an_unknown_unit_of_a_given_mean(tmp_path: Path) -> None:
    given = '[revision]\nweights = { area = 1 }\nreference = { area = { value = 1.0, unit = "kgg" } }\n\n[compensation]'
    (issue,) = faults(tmp_path, replace={"[compensation]": given})
    assert (issue.code, issue.value) == ("unknown-unit", "kgg")
    assert "[revision.reference] area" in issue.message


def test_duplicates_are_named_by_the_later_row(tmp_path: Path) -> None:
    table = pd.concat([panel(), panel().iloc[[0, 3]], panel().iloc[[0]]])
    found = faults(tmp_path, table=table)
    assert [(i.code, i.row, i.unit, i.year) for i in found] == [
        ("duplicate", 14, "010001", 2010),
        ("duplicate", 15, "020001", 2010),
        ("duplicate", 16, "010001", 2010),
    ]


def test_keys_that_cannot_be_read(tmp_path: Path) -> None:
    table = panel().astype(object)
    table.loc[0, "代码"] = ""
    table.loc[1, "年份"] = "二〇一〇"
    table.loc[2, "年份"] = 20100
    table.loc[3, "年份"] = ""
    found = faults(tmp_path, table=table)
    assert [(i.code, i.row, i.value) for i in found] == [
        ("empty-code", 2, None),
        ("bad-year", 3, "二〇一〇"),
        ("bad-year", 4, "20100"),
        ("bad-year", 5, None),
    ]


def test_a_column_of_no_years_at_all(tmp_path: Path) -> None:
    found = faults(tmp_path, table=panel().assign(年份="去年"))
    assert {i.code for i in found} == {"bad-year"}
    assert [i.row for i in found] == list(range(2, 14))


def test_a_year_that_the_table_lacks(tmp_path: Path) -> None:
    found = faults(tmp_path, replace={"seed = 1": "seed = 1\nyears = [2010, 2012, 2013]"})
    assert [(i.code, i.year) for i in found] == [("year-without-data", 2012), ("year-without-data", 2013)]
    assert "2010, 2015" in found[0].message
    found = faults(tmp_path, replace={"seed = 1": "seed = 1\nyears = [1999]"})
    assert [(i.code, i.year) for i in found] == [("year-without-data", 1999)]


def test_a_year_without_any_value_of_a_quantity(tmp_path: Path) -> None:
    table = panel().astype({"排放": object})
    table.loc[table["年份"] == 2015, "排放"] = ""
    (issue,) = faults(tmp_path, table=table)
    assert (issue.code, issue.column, issue.year) == ("year-without-data", "排放", 2015)


def test_labels_that_change_or_are_empty(tmp_path: Path) -> None:
    table = panel()
    table.loc[6, "名称"] = "区1"  # 010001 is renamed in 2015
    inputs = load(tmp_path, table=table)
    assert [(i.severity, i.code, i.unit) for i in inputs.issues] == [("note", "label-changes", "010001")]
    assert str(inputs.panel["name"].sel(unit="010001").values) == "区1", "the latest name, whatever the row order"
    assert str(load(tmp_path, table=table[::-1]).panel["name"].sel(unit="010001").values) == "区1"
    table.loc[7, "省"] = "丙省"
    table.loc[8, "名称"] = " "
    found = faults(tmp_path, table=table)
    assert ("label-changes", "省", "010002") in [(i.code, i.column, i.unit) for i in found]
    assert ("empty-label", "名称", 10) in [(i.code, i.column, i.row) for i in found]


def test_a_missing_column_names_key_and_nearest_and_hides_nothing(tmp_path: Path) -> None:
    table = cell("GDP", 4, "很多").drop(columns=["省", "吸收", "名称"]).rename(columns={"人口": "人口数"})
    found = faults(tmp_path, table=table, shapes=boundaries().iloc[1:])
    missing = {i.column: i.message for i in found if i.code == "missing-column"}
    assert set(missing) == {"省", "吸收", "名称", "人口"}
    assert "[quantities.population]" in missing["人口"]
    assert "did you mean '人口数'?" in missing["人口"]
    assert "[units.parents[0]]" in missing["省"]
    rest = [(i.code, i.unit) for i in found if i.code != "missing-column"]
    assert rest == [("not-a-number", "010003"), ("not-on-map", "010001")]


def test_without_its_key_columns_a_table_still_shows_the_other_faults(tmp_path: Path) -> None:
    shapes = boundaries().assign(code=["1", "1", "2", "3", "4", "5"])
    found = faults(tmp_path, table=panel().drop(columns="代码"), shapes=shapes, replace={'"1e8 CNY"': '"taler"'})
    assert [i.code for i in found] == ["unknown-unit", "missing-column", "boundaries-duplicate"]


def test_a_faulty_map_does_not_hide_codes_that_are_not_on_it(tmp_path: Path) -> None:
    study = write_study(tmp_path, table=cell("GDP", 4, "很多"), replace={"边界.geojson": "界.shp"})
    boundaries().iloc[1:].to_file(tmp_path / "界.shp")
    (tmp_path / "界.prj").unlink()
    found = ecocomp.check(ecocomp.Study.load(study))
    assert [i.code for i in found] == ["boundaries-crs", "not-a-number", "not-on-map"]


@pytest.mark.parametrize("which", ["table", "map", "both"])
def test_a_file_that_is_not_there_does_not_hide_the_other(tmp_path: Path, which: str) -> None:
    study = write_study(tmp_path, table=cell("GDP", 4, "很多"))
    if which in ("table", "both"):
        (tmp_path / "面板.csv").unlink()
    if which in ("map", "both"):
        (tmp_path / "边界.geojson").unlink()
    found = [(i.code, i.file) for i in ecocomp.check(ecocomp.Study.load(study))]
    expected = {
        "table": [("file", "面板.csv")],
        "map": [("file", "边界.geojson"), ("not-a-number", "面板.csv")],
        "both": [("file", "面板.csv"), ("file", "边界.geojson")],
    }
    assert found == expected[which]


# --- origin, areas, totals --------------------------------------------------------------------------------------------


def test_the_weakest_origin_of_what_went_in(tmp_path: Path) -> None:
    replace = {'column = "排放", unit = "Mt CO2"': 'column = "排放", unit = "Mt CO2", origin = "published"',
               'column = "吸收", unit = "Mt CO2"': 'column = "吸收", unit = "Mt CO2", origin = "modelled"'}  # fmt: skip
    assert load(tmp_path, replace=replace).panel.attrs["data_origin"] == "modelled"


def ellipsoid_cell(south: float, north: float, width: float) -> float:
    """Area [km²] between two parallels of the WGS 84 ellipsoid over a width in degrees, in closed form.

    A = b²/2 · Δλ · [sin φ/(1 − e² sin² φ) + artanh(e sin φ)/e] from south to north (Snyder 1987, eq. 3-12).
    The edges of a 0.3° cell taken as geodesics instead of parallels bulge by at most 11 m, north and south alike: the
    difference in area is below 1e-5 of it.
    """
    a, f = 6378.137, 1 / 298.257223563
    b, e = a * (1 - f), math.sqrt(f * (2 - f))

    def q(latitude: float) -> float:
        s = math.sin(math.radians(latitude))
        return s / (1 - (e * s) ** 2) + math.atanh(e * s) / e

    return b**2 / 2 * math.radians(width) * (q(north) - q(south))


def test_areas_by_both_methods_against_the_ellipsoid() -> None:
    shapes = boundaries().set_index("code").rename_axis("unit")
    # sanity of the formula itself: about (0.3 · 111.0 km) · (0.3 · 111.32 km · cos 39.15°) = 863 km²
    assert ellipsoid_cell(39.0, 39.3, 0.3) == pytest.approx(863, rel=0.005)
    geodesic, equal_area = areas(shapes), areas(shapes, "equal_area")
    for i, code in enumerate(CODES):
        south = 39.0 if i < 3 else 38.7
        exact = ellipsoid_cell(south, south + 0.3, 0.3)
        assert float(geodesic.sel(unit=code)) == pytest.approx(exact, rel=2e-5)
        assert float(equal_area.sel(unit=code)) == pytest.approx(exact, rel=1e-4)
    np.testing.assert_allclose(geodesic, equal_area, rtol=1e-3)


def test_areas_mind_neither_ring_direction_nor_holes_nor_crs() -> None:
    square = box(115, 39, 115.3, 39.3)
    holed = square.difference(box(115.1, 39.1, 115.2, 39.2))
    frame = gpd.GeoDataFrame(geometry=[square, square.reverse(), holed], index=["a", "b", "c"], crs=4326)
    frame = frame.rename_axis("unit")
    whole = ellipsoid_cell(39.0, 39.3, 0.3)
    hole = ellipsoid_cell(39.1, 39.2, 0.1)
    for method in ("geodesic", "equal_area"):
        np.testing.assert_allclose(areas(frame, method), [whole, whole, whole - hole], rtol=1e-4)
        np.testing.assert_allclose(areas(frame.to_crs(32650), method), [whole, whole, whole - hole], rtol=1e-3)


@pytest.mark.parametrize("method", ["geodesic", "equal_area"])
def test_areas_from_the_boundaries_where_the_table_has_none(tmp_path: Path, method: str) -> None:
    replace = {'area          = { column = "面积", unit = "km2" }\n': "",
               'boundaries_id = "code"': f'boundaries_id = "code"\narea_method = "{method}"', **DISSOLVE}  # fmt: skip
    data = load(tmp_path, table=with_cities(), replace=replace).panel
    one = ellipsoid_cell(39.0, 39.3, 0.3)
    assert data["area"].dims == ("unit", "year")
    np.testing.assert_allclose(data["area"].sel(unit="东市"), [2 * one] * 2, rtol=1e-3)
    assert data["area"].attrs["units"] == "km2"


def test_a_total_by_label_by_hand() -> None:
    values = xr.DataArray(
        [[1.0, 2.0], [np.nan, 3.0], [5.0, 0.5], [0.0, 0.0]],
        dims=("unit", "year"), coords={"unit": ["a", "b", "c", "d"], "year": [2010, 2015]}, name="emissions",
    )  # fmt: skip
    sums = total_by(values, np.array(["乙", "甲", "甲", "丙"]))
    assert list(sums["unit"].values) == sorted(["甲", "乙", "丙"])
    assert sums.sel(unit="乙").values.tolist() == [1.0, 2.0]
    assert np.isnan(sums.sel(unit="甲", year=2010)), "missing + 5 is missing, not 5"
    assert float(sums.sel(unit="甲", year=2015)) == 3.5
    assert sums.sel(unit="丙").values.tolist() == [0.0, 0.0]
    assert list(sums["year"].values) == [2010, 2015]
    xr.testing.assert_identical(total_by(values.transpose("year", "unit"), np.array(["乙", "甲", "甲", "丙"])), sums)


def test_sums_and_means_over_valid_units() -> None:
    values = xr.DataArray([[1.0, 2.0], [np.nan, 3.0]], dims=("unit", "year"), coords={"unit": ["a", "b"]})
    valid = valid_units(values, values * 2)
    assert valid.values.tolist() == [[True, True], [False, True]]
    assert sum_over_valid(values, valid).values.tolist() == [1.0, 5.0]
    assert mean_over_valid(values, valid).values.tolist() == [1.0, 2.5]
    nothing = xr.zeros_like(values, dtype=bool)
    assert sum_over_valid(values, nothing).isnull().all(), "a sum of nothing is missing, not 0"
    assert mean_over_valid(values, nothing).isnull().all()
    with pytest.raises(ValueError, match=r"unit|align"):
        valid_units(values, values.assign_coords(unit=["a", "c"]))
