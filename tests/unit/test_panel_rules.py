"""Each rule on a panel that triggers just it, beside a clean one that triggers none."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from ecocomp.issues import Issue
from ecocomp.panel import Inputs
from ecocomp.panel.rules import check_panel, names_on_map
from ecocomp.panel.rules.growth import significant_digits
from ecocomp.panel.rules.magnitude import RATES
from ecocomp.panel.rules.names import PROVINCES, same_place
from ecocomp.rules import rule
from ecocomp.study import Study
from rule_panels import UNITS, changed, clean_inputs, settings, with_panel


def found(inputs: Inputs, name: str, study: Study | None = None) -> list[Issue]:
    """Return what the rules find, all of it being of one rule."""
    issues = check_panel(inputs, study or settings())
    assert {i.code for i in issues} == {name}
    assert {i.severity for i in issues} == {"warning"}
    return issues


def test_a_clean_panel_has_no_issue() -> None:
    assert check_panel(clean_inputs(), settings()) == []


# --- completeness


def test_many_missing_values_are_counted_by_year() -> None:
    (issue,) = found(changed("gdp", np.nan, unit=UNITS[:3], year=[2010, 2020]), "incomplete")
    assert issue.message == "gdp is missing for many of 12 units (2010: 3, 2020: 3)"
    assert (issue.file, issue.column) == ("面板.csv", "列_gdp")


def test_a_few_missing_values_are_left_to_their_own_rule() -> None:
    assert check_panel(changed("gdp", np.nan, unit=UNITS[:2], year=2010), settings()) == []  # 2 of 12 is below a fifth


# --- units of measure


@pytest.mark.parametrize(
    ("name", "factor", "fits"),
    [
        ("emissions", 1e3, "kt CO2"),  # kt under the heading Mt
        ("emissions", 1e-3, "亿吨 CO2"),
        ("emissions", 1e2, "万吨 CO2"),
        ("gdp", 1e4, "万元"),  # 万元 under the heading 亿元
        ("population", 1e4, "person"),
        ("area", 100, "ha"),
        ("area", 1500, "亩"),
        ("sequestration", 1e4, "t CO2"),  # t under the heading 万吨
    ],
)
def test_a_column_in_another_unit_is_told_with_what_would_fit(name: str, factor: float, fits: str) -> None:
    inputs = clean_inputs()
    panel = inputs.panel.assign({name: inputs.panel[name] * factor})
    (issue,) = found(with_panel(inputs, panel), "wrong-unit")
    assert issue.column == f"列_{name}"
    assert "the median unit has" in issue.message
    assert fits in issue.remedy
    assert settings().quantities[name].unit in issue.remedy  # type: ignore[index]


def test_a_wrong_area_does_not_accuse_what_stands_on_it() -> None:
    inputs = clean_inputs()
    panel = inputs.panel.assign(area=inputs.panel["area"] * 1e6)
    assert [i.column for i in found(with_panel(inputs, panel), "wrong-unit")] == ["列_area"]


def test_one_unit_in_another_unit_of_measure_is_told() -> None:
    inputs = clean_inputs()
    values = inputs.panel["emissions"].sel(unit=UNITS[2]) * 1000
    (issue,) = found(changed("emissions", values, unit=UNITS[2]), "wrong-unit")
    # 12 units of 5.137 to 7.458 t a person: about 1000 times one of them against the median
    assert issue.unit == UNITS[2]
    assert "times the median unit's" in issue.message


@pytest.mark.parametrize("rate", RATES, ids=lambda r: r.quantity)
def test_every_range_has_a_reason_and_is_wide_enough_for_any_region(rate) -> None:
    assert rate.reason
    assert rate.high / rate.low >= 100


# --- years


def test_a_jump_names_unit_years_and_values() -> None:
    inputs = clean_inputs()
    values = inputs.panel["emissions"].sel(unit=UNITS[4], year=2015) * 3
    (issue, back) = found(changed("emissions", values, unit=UNITS[4], year=2015), "jump")
    # 5th unit: population 34.191, 5.981 t: 2.04496 Mt in 2010; growth 1.09² = 1.1881 makes 2.42962, × 3 = 7.28886;
    # the 6th and 7th of the twelve growths, in order, are 1.06² and 1.07²: the median of their logarithms is ln 1.134
    assert issue.message == (
        "emissions [Mt CO2] goes from 2.04496 in 2010 to 7.28886 in 2015: 3.56 times as much, and the median unit "
        "1.13 times"
    )
    assert (issue.unit, issue.year, back.year) == (UNITS[4], 2015, 2020)
    assert "0.396 times as much" in back.message  # 1.1881 / 3


def test_growth_below_the_factor_is_no_jump() -> None:
    inputs = clean_inputs()
    values = inputs.panel["gdp"].sel(unit=UNITS[4], year=2020) * 1.3
    assert check_panel(changed("gdp", values, unit=UNITS[4], year=2020), settings()) == []


def test_a_wide_spread_of_growth_hides_no_honest_unit() -> None:
    inputs = clean_inputs()
    growth = np.exp(np.linspace(-0.6, 0.6, 12))  # factors 0.55 to 1.82, none beyond 8 spreads
    values = inputs.panel["gdp"].sel(year=2015) * growth
    panel = inputs.panel.assign(gdp=inputs.panel["gdp"].where(inputs.panel["year"] != 2015, values))
    assert check_panel(with_panel(inputs, panel), settings()) == []


def test_falling_to_zero_is_a_jump() -> None:
    issues = found(changed("sequestration", 0.0, unit=UNITS[4], year=2020), "jump")
    assert len(issues) == 1
    assert "to 0 in 2020" in issues[0].message


def test_few_units_have_no_spread_to_judge_by() -> None:
    inputs = changed("gdp", 9e12, unit=UNITS[4], year=2015)
    few = with_panel(inputs, inputs.panel.isel(unit=slice(0, 9)))
    assert not [i for i in check_panel(few, settings()) if i.code == "jump"]


def test_values_carried_forward_are_told_once() -> None:
    inputs = clean_inputs()
    before = inputs.panel["population"].sel(year=2010, unit=UNITS[:7])
    (issue,) = found(changed("population", before.to_numpy(), unit=UNITS[:7], year=2015), "identical-years")
    assert issue.message == (
        "population is the same in every digit in 2015 as in 2010: 7 of 12 units "
        "(130101, 130102, 130103, 130104, 130105 and 2 more)"
    )
    assert issue.unit is None


def test_one_value_carried_forward_names_its_unit_and_year() -> None:
    inputs = clean_inputs()
    before = float(inputs.panel["population"].sel(year=2015, unit=UNITS[3]))
    (issue,) = found(changed("population", before, unit=UNITS[3], year=2020), "identical-years")
    assert (issue.unit, issue.year) == (UNITS[3], 2020)


def test_short_numbers_repeat_by_chance_and_areas_for_good() -> None:
    assert check_panel(changed("population", 33e4, unit=UNITS[3]), settings()) == []


def test_significant_digits() -> None:
    values = np.array([33e4, 0.05, 32.05, 1.0, 25_501_083_000.0, 0.1 + 0.2])
    assert significant_digits(values).tolist() == [2, 1, 4, 1, 8, 1]


# --- the same where it should differ


def test_two_units_with_the_same_rows() -> None:
    inputs = clean_inputs()
    panel = inputs.panel.copy(deep=True)
    for name in panel.data_vars:
        panel[name].loc[{"unit": UNITS[5], "year": [2010, 2015]}] = panel[name].sel(unit=UNITS[4], year=[2010, 2015])
    issues = [i for i in check_panel(with_panel(inputs, panel), settings()) if i.code != "jump"]
    (issue,) = issues
    assert issue.code == "identical-rows"
    assert issue.unit == UNITS[4]
    assert issue.message == f"has the same values in every quantity as {UNITS[5]} (2010, 2015)"


def test_units_without_values_are_not_the_same() -> None:
    inputs = clean_inputs()
    panel = inputs.panel.copy(deep=True)
    for name in panel.data_vars:
        panel[name].loc[{"unit": UNITS[:2], "year": 2010}] = np.nan
    assert check_panel(with_panel(inputs, panel), settings()) == []


def test_a_total_that_is_the_same_everywhere() -> None:
    values = clean_inputs().panel["population"].mean("unit")  # a mean filled down, different by year
    inputs = clean_inputs()
    panel = inputs.panel.assign(population=values.broadcast_like(inputs.panel["population"]).transpose("unit", "year"))
    (issue,) = found(with_panel(inputs, panel), "all-equal")
    assert issue.message == "population is the same in all units (2010, 2015, 2020)"


# --- codes and names


def test_one_name_under_two_codes_of_a_parent() -> None:
    inputs = clean_inputs()
    names = inputs.panel["name"].values.astype(object)
    names[1], names[8] = f" {names[0][0]}　{names[0][1:]}", names[0]  # blanks inside; the other one in another city
    panel = inputs.panel.assign_coords(name=("unit", names.astype(str)))
    (issue,) = found(with_panel(inputs, panel), "name-repeats")
    assert issue.message == "第0县 of 石家庄市 stands under several codes: 130101, 130102"


def test_a_code_of_another_province() -> None:
    inputs = clean_inputs()
    provinces = inputs.panel["province"].values.astype(object)
    provinces[3] = "北京市"
    panel = inputs.panel.assign_coords(province=("unit", provinces.astype(str)))
    (issue,) = found(with_panel(inputs, panel), "code-province")
    assert issue.unit == UNITS[3]
    assert issue.message == "stands under 北京市 (11), and its code begins with 13 (河北)"


def test_provinces_are_complete() -> None:
    assert len(PROVINCES) == len(set(PROVINCES.values())) == 34


def on_map(names: list[str], column: str = "NAME") -> list[Issue]:
    frame = gpd.GeoDataFrame({"id": UNITS[:4], "省": ["河北"] * 4, column: names})
    table = dict(zip(UNITS[:4], ["任县", "任丘市", "桥西区", "井陉县"], strict=True))
    return names_on_map(frame, table, "面板.csv", "边界.shp")


def test_a_map_that_calls_a_code_otherwise() -> None:
    (issue,) = on_map(["任　县", "任丘市", "井陉县", "井陉县"])
    assert (issue.code, issue.unit, issue.value) == ("name-on-map", UNITS[2], "井陉县")
    assert issue.message == "is 桥西区 in the table and 井陉县 on the map (NAME)"


def test_a_map_without_names_or_with_other_ones_is_not_judged() -> None:
    assert on_map(["任县", "任丘县", "桥西区", "井陉县"]) == []  # another kind of the same place
    assert on_map(["A", "B", "C", "D"]) == []
    assert names_on_map(pd.DataFrame({"id": UNITS[:4], "n": [1, 2, 3, 4]}), {UNITS[0]: "任县"}, "t", "b") == []
    assert names_on_map(pd.DataFrame({"id": ["9"], "n": ["x"]}), {UNITS[0]: "任县"}, "t", "b") == []


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("任丘县", "任丘市", True),
        ("任　县", "任县", True),
        ("任县", "任泽区", False),
        ("大厂回族自治县", "大厂县", True),
        ("孟村回族自治县", "孟村", True),
        ("井陉县", "井陉矿区", True),
        ("桥东区", "桥西区", False),
        ("县", "市", False),
    ],
)
def test_same_place(one: str, other: str, same: bool) -> None:
    assert same_place(one, other) is same


# --- totals


def sums(name: str, level: str) -> dict[str, dict[str, float]]:
    grouped = clean_inputs().panel[name].groupby(level).sum()
    return {
        str(p): {str(y): float(grouped.sel({level: p, "year": y})) for y in grouped["year"].values}
        for p in grouped[level].values
    }


def test_totals_that_agree() -> None:
    whole = {str(int(y)): float(v) for y, v in clean_inputs().panel["gdp"].sum("unit").to_series().items()}
    study = settings(
        totals={
            "emissions": {"unit": "Mt CO2", "parents": sums("emissions", "city"), "level": "city"},
            "population": {"unit": "person", "parents": sums("population", "province")},
            "gdp": {"unit": "CNY", "years": whole, "tolerance": 1e-9},
        }
    )
    assert check_panel(clean_inputs(), study) == []


def test_a_total_that_differs_beyond_the_tolerance() -> None:
    stated = sums("emissions", "city")
    stated["唐山市"]["2015"] *= 0.9  # the units are 1/0.9 - 1 = +11.1 % above
    stated["石家庄市"]["2010"] *= 1.04  # within 5 %
    total = {"unit": "Mt CO2", "parents": stated, "level": "city", "tolerance": 0.05}
    (issue,) = found(clean_inputs(), "total-differs", settings(totals={"emissions": total}))
    assert issue.year == 2015
    assert "emissions of 唐山市 adds up to" in issue.message
    assert "+11.1%" in issue.message


def test_the_unit_of_a_total_is_converted_and_missing_parts_are_said() -> None:
    stated = {p: {y: v * 100 for y, v in by.items()} for p, by in sums("emissions", "province").items()}
    study = settings(totals={"emissions": {"unit": "万吨 CO2", "parents": stated}})
    assert check_panel(clean_inputs(), study) == []
    (issue,) = found(changed("emissions", np.nan, unit=UNITS[0], year=2010), "total-differs", study)
    assert "1 of 12 units have no value" in issue.message


def test_totals_without_a_counterpart_are_listed() -> None:
    stated = sums("gdp", "city")
    del stated["唐山市"]["2015"]
    stated["唐上市"] = {"2010": 1.0}
    total = {"unit": "CNY", "parents": stated, "level": "city"}
    absent, stranger = found(clean_inputs(), "total-absent", settings(totals={"gdp": total}))
    assert absent.message == "no total of gdp is stated for 唐山市 2015"
    assert "唐上市" in stranger.message
    assert "did you mean '唐山市'?" in stranger.message


def test_totals_from_a_table(tmp_path: Path) -> None:
    rows = [(p, y, v / 1e8) for p, by in sums("gdp", "city").items() for y, v in by.items()]
    rows += [("张家口市", "2010", 1.0), ("", "", "")]  # other parents are nothing to us
    frame = pd.DataFrame(rows, columns=["市", "年", "亿元"])
    total = {"unit": "亿元", "table": "总量.csv", "name": "市", "year": "年", "column": "亿元", "level": "city"}
    study = settings(totals={"gdp": total})
    study._folder = tmp_path
    frame.to_csv(tmp_path / "总量.csv", index=False)
    assert check_panel(clean_inputs(), study) == []
    frame.astype(object).assign(亿元=["很多", *frame["亿元"][1:]]).to_csv(tmp_path / "总量.csv", index=False)
    (issue,) = check_panel(clean_inputs(), study)
    assert (issue.severity, issue.code, issue.row, issue.value) == ("error", "not-a-number", 2, "很多")
    frame.astype(object).assign(亿元=["inf", *frame["亿元"][1:]]).to_csv(tmp_path / "总量.csv", index=False)
    (issue,) = check_panel(clean_inputs(), study)
    assert (issue.severity, issue.code, issue.value) == ("error", "not-a-number", "inf")
    pd.concat([frame[:1], frame]).to_csv(tmp_path / "总量.csv", index=False)
    (issue,) = check_panel(clean_inputs(), study)
    assert (issue.severity, issue.code, issue.row) == ("error", "duplicate", 3)
    frame.rename(columns={"年": "年份"}).to_csv(tmp_path / "总量.csv", index=False)
    (issue,) = check_panel(clean_inputs(), study)
    assert (issue.code, issue.column) == ("missing-column", "年")
    (tmp_path / "总量.csv").unlink()
    (issue,) = check_panel(clean_inputs(), study)
    assert (issue.severity, issue.code) == ("error", "file")


def test_the_unit_of_a_total_must_be_understood() -> None:
    study = settings(totals={"gdp": {"unit": "Mt CO2", "years": {"2010": 1.0}}})
    (issue,) = check_panel(clean_inputs(), study)
    assert (issue.severity, issue.code, issue.value) == ("error", "unknown-unit", "Mt CO2")


def test_thresholds_are_in_the_table_only() -> None:
    assert rule("jump").thresholds == {"spreads": 8, "factor": 1.5, "units": 10, "share": 0.1}
