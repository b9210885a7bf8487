"""Studies whose emissions no table holds: totals of larger units, burnt fuel, and night lights, end to end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import ecocomp
from ecocomp.cli import main
from ecocomp.issues import DataError, Issue, StudyError
from tiny import CODES, panel, write_study

COLUMN = 'emissions     = { column = "排放", unit = "Mt CO2" }'
BALANCE = """
[tables.balance]
table = "能源平衡表.csv"
id = "地区"
year = "年份"
"""
ENERGY = 'table = "balance", fuel = "品种", amount = "消费量", unit = "1e4 t", gas_unit = "1e8 m3"'
FROM_ENERGY = f'emissions = {{ top_down = {{ energy = {{ {ENERGY} }}, parent = "省", proxy = "gdp" }} }}'
TOTALS = """
[tables.ceads]
table = "totals.csv"
id = "province"
year = "year"
"""
FROM_TOTALS = (
    'emissions = { top_down = { table = "ceads", column = "total", unit = "Mt CO2", parent = "省", proxy = "gdp" } }'
)
COAL, GAS = 20.908 * 26.37 * 0.94 * 44 / 12 / 1e9, 38.931 * 15.3 * 0.99 * 44 / 12 / 1e9  # Mt per t, per 10³ m³


def study(folder: Path, emissions: str, sections: str, files: Mapping[str, pd.DataFrame | str], **changes: str) -> Path:
    """Write the tiny study with other emissions, further sections and files."""
    path = write_study(folder, replace={COLUMN: emissions, "[compensation]": f"{sections}\n[compensation]"} | changes)
    for name, content in files.items():
        text = content if isinstance(content, str) else content.to_csv(index=False)
        (folder / name).write_text(text, encoding="utf-8")
    return path


def balance() -> pd.DataFrame:
    """Return an energy balance: 甲省 burns 1000·10⁴ t of coal and 2·10⁸ m³ of gas in 2010, twice that in 2015."""
    rows = [("甲省", 1000, 2), ("乙省", 300, 0), ("丙省", 5000, 9)]
    return pd.DataFrame([
        {"地区": place, "年份": year, "品种": fuel, "消费量": amount * (1 + t)}
        for place, coal, gas in rows for t, year in enumerate((2010, 2015))
        for fuel, amount in (("原煤", coal), ("天然气", gas))
    ])  # fmt: skip


def totals() -> pd.DataFrame:
    return pd.DataFrame({
        "province": ["甲省", "乙省"] * 2, "year": [2010, 2010, 2015, 2015], "total": [65.0, 15.0, 130.0, 30.0]
    })  # fmt: skip


def emissions_of(path: Path) -> dict[str, list[float]]:
    inputs = ecocomp.load(ecocomp.Study.load(path))
    return {str(u): inputs.panel["emissions"].sel(unit=u).values.tolist() for u in inputs.panel["unit"].values}


def told(path: Path, code: str) -> list[Issue]:
    return [issue for issue in ecocomp.check(ecocomp.Study.load(path)) if issue.code == code]


def test_an_energy_balance_shared_out_by_gdp(tmp_path: Path) -> None:
    folder = tmp_path / "京津冀 研究"
    path = study(folder, FROM_ENERGY, BALANCE, {"能源平衡表.csv": balance()})
    outcome = CliRunner().invoke(main, ["run", str(path)])
    assert outcome.exit_code == 0, outcome.output
    frame = pd.read_csv(folder / "研究-results" / "results.csv", encoding="utf-8-sig", dtype={"unit": str})
    assert set(frame["data_origin"]) == {"downscaled"}
    cells = frame.set_index(["unit", "year"])["emissions"]
    # 甲省: 10⁷ t of coal and 2·10⁵ · 10³ m³ of gas; GDP shares of 300, 200 and 150 in 650
    total = 1e7 * COAL + 2e5 * GAS
    assert total == pytest.approx(19.4354, abs=1e-4)
    assert [cells[code, 2010] for code in CODES[:3]] == pytest.approx([total * s / 650 for s in (300, 200, 150)])
    # 乙省: 3·10⁶ t of coal, no gas; shares of 50, 60 and 40 in 150; amounts twice as large in 2015
    assert [cells[code, 2015] for code in CODES[3:]] == pytest.approx([6e6 * COAL * s / 150 for s in (50, 60, 40)])
    issues = pd.read_csv(folder / "研究-results" / "issues.csv", encoding="utf-8-sig")
    left_out = issues[issues["code"] == "places-left-out"]
    assert left_out["message"].str.contains("丙省").all()
    assert len(left_out) == 1


def test_totals_shared_out_by_gdp_with_other_blanks_in_the_names(tmp_path: Path) -> None:
    spaced = totals().replace({"甲省": "甲　省"})
    path = study(tmp_path, FROM_TOTALS, TOTALS, {"totals.csv": spaced})
    # 2010: 65 · 300/650 = 30, 20, 15; 15 · 50/150 = 5, 6, 4
    expected = dict(zip(CODES, [[30, 60], [20, 40], [15, 30], [5, 10], [6, 12], [4, 8]], strict=True))
    found = emissions_of(path)
    assert found.keys() == expected.keys()
    for code, values in expected.items():
        assert found[code] == pytest.approx(values, rel=1e-12)


def test_a_column_a_year_and_a_proxy_from_a_table(tmp_path: Path) -> None:
    wide = pd.DataFrame({"province": ["甲省", "乙省"], "E2010": [6.0, 6.0], "E2015": [12.0, 6.0], "备注": ["", "x"]})
    light = pd.DataFrame({"code": CODES, "light": [1, 2, 3, 4, 4, 4]})
    sections = TOTALS.replace('year = "year"\n', "") + '[tables.lights]\ntable = "lights.csv"\nid = "code"\n'
    way = FROM_TOTALS.replace('"total"', '"E{year}"').replace('"gdp"', '{ table = "lights", column = "light" }')
    path = study(tmp_path, way, sections, {"totals.csv": wide, "lights.csv": light})
    assert list(emissions_of(path).values()) == [
        pytest.approx(v) for v in ([1, 2], [2, 4], [3, 6], [2, 2], [2, 2], [2, 2])
    ]


def test_fuel_burnt_in_each_unit_with_cement(tmp_path: Path) -> None:
    burnt = pd.DataFrame({
        "code": np.repeat(CODES, 2), "sector": ["工业", "居民"] * 6, "fuel": "coal", "t": [1e6, 2e6] * 6
    })  # fmt: skip
    cement = pd.DataFrame({"code": CODES, "year": 2010, "co2": 0.5})
    cement = pd.concat([cement, cement.assign(year=2015, co2=[50, 0, 0, 0, 0, ""])])
    sections = '[tables.fuel]\ntable = "fuel.csv"\nid = "code"\n'
    sections += '[tables.cement]\ntable = "cement.csv"\nid = "code"\nyear = "year"\n'
    way = (
        'emissions = { energy = { table = "fuel", fuel = "fuel", amount = "t", unit = "t", sector = "sector", '
        'factors = "因子.csv", process = { table = "cement", column = "co2", unit = "1e4 t CO2" } } }'
    )
    factors = "fuel,names,per,ncv,carbon,oxidised,source\nraw_coal,coal,t,30,30,1,实测\n"
    path = study(tmp_path, way, sections, {"fuel.csv": burnt, "cement.csv": cement, "因子.csv": factors})
    found = emissions_of(path)
    # 3·10⁶ t · 30 · 30 · 44/12 · 10⁻⁹ = 9.9 Mt; 0.5·10⁴ t = 0.005 Mt; 50·10⁴ t = 0.5 Mt
    assert found[CODES[0]] == pytest.approx([9.905, 10.4])
    assert found[CODES[5]] == pytest.approx([9.905, np.nan], nan_ok=True)
    assert [(i.severity, i.unit, i.year) for i in told(path, "missing-value")] == [("warning", CODES[5], 2015)]
    sources = ecocomp.load(ecocomp.Study.load(path)).sources
    assert {"tables.fuel", "tables.cement", "emission factors"} <= sources.keys()
    assert all(len(sources[key]["sha256"]) == 64 for key in ("tables.fuel", "emission factors"))


def test_a_missing_total_or_proxy_leaves_its_units_missing_and_is_told(tmp_path: Path) -> None:
    gap = totals().astype({"total": object})
    gap.loc[0, "total"] = "—"
    light = pd.DataFrame({"code": CODES[:5], "light": [1, 2, 3, 4, 4]})
    sections = TOTALS + '[tables.lights]\ntable = "lights.csv"\nid = "code"\n'
    way = FROM_TOTALS.replace('"gdp"', '{ table = "lights", column = "light" }')
    path = study(tmp_path, way, sections, {"totals.csv": gap.iloc[:3], "lights.csv": light})
    with pytest.raises(DataError):  # no unit is left in 2010
        ecocomp.load(ecocomp.Study.load(path))
    found = ecocomp.check(ecocomp.Study.load(path))
    kinds = {(i.code, i.unit, i.year) for i in found if i.severity == "warning"}
    assert {
        ("missing-value", "甲省", 2010), ("missing-total", "甲省", 2010), ("missing-total", "乙省", 2015),
        ("missing-row", CODES[5], None), ("missing-proxy", "乙省", 2010), ("missing-proxy", "乙省", 2015),
    } <= kinds  # fmt: skip
    assert [i.year for i in found if i.severity == "error"] == [2010]


def test_night_lights_of_two_sensors(tmp_path: Path) -> None:
    years = (2009, 2010, 2013, 2014, 2015)
    rows = []
    for i, code in enumerate(CODES):
        for t, year in enumerate(years):
            viirs = (i + 1.0) ** 2 * (1 + t)
            dmsp = 2 * np.sqrt(viirs)
            rows.append({
                "code": code, "year": year, "F16": dmsp if year <= 2010 else "",
                "F18": dmsp if 2010 <= year <= 2014 else "", "NPP": viirs if year >= 2013 else "",
            })  # fmt: skip
    sections = TOTALS + '[tables.lights]\ntable = "lights.csv"\nid = "code"\nyear = "year"\n'
    way = FROM_TOTALS.replace('"gdp"', '{ table = "lights", dmsp = ["F16", "F18"], viirs = "NPP" }')
    path = study(tmp_path, way, sections, {"totals.csv": totals(), "lights.csv": pd.DataFrame(rows)})
    found = emissions_of(path)
    # on the scale of DMSP the lights of the first three are as 1 : 2 : 3, of the last as 4 : 5 : 6, in every year
    assert [found[code][1] for code in CODES] == pytest.approx([130 / 6, 130 / 3, 65, 8, 10, 12])
    assert told(path, "missing-value") == [], "a satellite that did not fly misses nothing"
    (note,) = told(path, "lights-bridge")
    assert "power (a = 2, b = 0.5) over 2013, 2014: R² 1.000" in note.message


def test_the_network_is_reported_beside_the_plain_relations(tmp_path: Path) -> None:
    years = tuple(range(2000, 2012))
    table = panel(years)
    light = table["GDP"] ** 1.2
    total = light.groupby([table["省"], table["年份"]]).sum().rename("total").reset_index()
    total = total.rename(columns={"省": "province", "年份": "year"})
    way = FROM_TOTALS.replace('proxy = "gdp"', 'proxy = "gdp", calibration = "pso_bp"')
    path = study(tmp_path, way, TOTALS, {"totals.csv": total})
    table.to_csv(tmp_path / "面板.csv", index=False, encoding="utf-8-sig")
    first = emissions_of(path)
    assert first == emissions_of(path), "the same seed gives the same numbers"
    sums = np.sum([first[code] for code in CODES[:3]], axis=0)
    assert sums == pytest.approx(total["total"][total["province"] == "甲省"].to_numpy(), rel=1e-9)
    (note,) = told(path, "calibration")
    for name in ("linear", "power", "pso_bp"):
        assert f"{name} R² " in note.message
    assert "each predicted without its year" in note.message


BAD = {
    "no such parent": (FROM_TOTALS.replace('"省"', '"省份"'), "parent '省份' is none of [units] parents; did you mean"),
    "no such table": (FROM_TOTALS.replace('"ceads"', '"cead"'), "table 'cead' is not a section of this study; did you"),
    "no such proxy": (FROM_TOTALS.replace('"gdp"', '"gpd"'), "'gpd' is no quantity that this study reads; did you"),
    "itself": (FROM_TOTALS.replace('"gdp"', '"emissions"'), "proxy 'emissions' is no quantity that this study reads"),
    "two proxies": (
        FROM_TOTALS.replace('"gdp"', '{ quantity = "gdp", raster = "lights" }'),
        "give exactly one of quantity, table and column, raster, dmsp and viirs (given: quantity, raster)",
    ),
    "one sensor": (FROM_TOTALS.replace('"gdp"', '{ dmsp = ["F18"] }'), "dmsp and viirs go together"),
    "no raster": (FROM_TOTALS.replace('"gdp"', '{ raster = "lights" }'), "raster 'lights' is not a section of this"),
    "no totals": (FROM_TOTALS.replace('column = "total", ', ""), "state either table, column and unit of the totals"),
    "a key too many": (FROM_TOTALS.replace('"gdp"', '{ quantity = "gdp", scal = "dmsp" }'), "unknown key 'scal'"),
    "years twice": (FROM_TOTALS.replace('"total"', '"E{year}"'), "take year = 'year' out of [tables.ceads]"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_settings_that_cannot_be_meant(tmp_path: Path, case: str) -> None:
    way, message = BAD[case]
    path = study(tmp_path, way, TOTALS, {"totals.csv": totals()})
    with pytest.raises(StudyError) as error:
        ecocomp.Study.load(path)
    assert message in str(error.value)


def test_only_emissions_are_shared_out(tmp_path: Path) -> None:
    way = FROM_TOTALS.replace("emissions", "population")
    path = study(tmp_path, COLUMN, TOTALS, {}, **{'population    = { column = "人口", unit = "1e4 person" }': way})
    with pytest.raises(StudyError, match="population: top_down gives emissions, no other quantity"):
        ecocomp.Study.load(path)


def refused(path: Path) -> list[tuple[str, str | None, int | None]]:
    """Return code, unit and year of every error that keeps a study from being run."""
    outcome = CliRunner().invoke(main, ["check", str(path)])
    assert outcome.exit_code == 1
    assert "Traceback" not in outcome.output
    with pytest.raises(DataError):
        ecocomp.load(ecocomp.Study.load(path))
    found: list[Any] = [i for i in ecocomp.check(ecocomp.Study.load(path)) if i.severity == "error"]
    return [(i.code, i.unit, i.year) for i in found]


def test_larger_units_that_do_not_match_are_listed_with_the_closest(tmp_path: Path) -> None:
    path = study(tmp_path, FROM_TOTALS, TOTALS, {"totals.csv": totals().replace({"甲省": "甲"})})
    assert refused(path) == [("unmatched-place", "甲省", None)]
    assert "has no row for 甲省; closest: 甲" in told(path, "unmatched-place")[0].message


def test_every_fault_of_totals_and_proxy_at_once(tmp_path: Path) -> None:
    bad = totals().astype(object)
    bad.loc[0, "total"], bad.loc[1, "total"], bad.loc[2, "year"] = "约65", -15, "去年"
    light = pd.DataFrame({"code": CODES, "light": ["多", 2, 3, 4, 4, 4]})
    sections = TOTALS + '[tables.lights]\ntable = "lights.csv"\nid = "code"\n'
    way = FROM_TOTALS.replace('"gdp"', '{ table = "lights", column = "light" }')
    path = study(tmp_path, way, sections, {"totals.csv": bad, "lights.csv": light})
    assert refused(path) == [
        ("bad-year", "甲省", None), ("not-a-number", "甲省", 2010), ("out-of-range", "乙省", 2010),
        ("not-a-number", CODES[0], None),
    ]  # fmt: skip


def test_totals_that_nothing_can_share_out(tmp_path: Path) -> None:
    light = pd.DataFrame({"code": CODES, "light": [0, 0, 0, 4, 4, 4]})
    sections = TOTALS + '[tables.lights]\ntable = "lights.csv"\nid = "code"\n'
    way = FROM_TOTALS.replace('"gdp"', '{ table = "lights", column = "light" }')
    path = study(tmp_path, way, sections, {"totals.csv": totals(), "lights.csv": light})
    assert refused(path) == [("no-proxy-mass", "甲省", 2010), ("no-proxy-mass", "甲省", 2015)]


def test_a_calibration_does_not_hide_a_proxy_below_zero(tmp_path: Path) -> None:
    table = panel()
    table.loc[0, "吸收"] = -1.0
    way = FROM_TOTALS.replace('"gdp"', '"sequestration", calibration = "power"')
    path = study(tmp_path, way, TOTALS, {"totals.csv": totals()})
    table.to_csv(tmp_path / "面板.csv", index=False, encoding="utf-8-sig")
    assert refused(path) == [("negative-proxy", CODES[0], 2010)]


def test_a_balance_with_faults(tmp_path: Path) -> None:
    path = study(tmp_path, FROM_ENERGY, BALANCE, {"能源平衡表.csv": balance().replace({"原煤": "原媒"})})
    assert refused(path) == [("unknown-fuel", None, None)]
    assert "closest: raw_coal/原煤" in told(path, "unknown-fuel")[0].message

    no_gas_unit = FROM_ENERGY.replace(', gas_unit = "1e8 m3"', "")
    path = study(tmp_path, no_gas_unit, BALANCE, {"能源平衡表.csv": balance()})
    assert refused(path) == [("gas-unit", None, None)]

    path = study(tmp_path, FROM_ENERGY.replace('"1e4 t"', '"1e4 t CO2"'), BALANCE, {"能源平衡表.csv": balance()})
    assert refused(path) == [("unknown-unit", None, None)]

    twice = pd.concat([balance(), balance().iloc[:1]])
    path = study(tmp_path, FROM_ENERGY, BALANCE, {"能源平衡表.csv": twice})
    assert refused(path) == [("duplicate", "甲省", 2010)]


def test_a_fuel_without_a_row_is_not_taken_for_none(tmp_path: Path) -> None:
    lacking = balance().drop(index=1)  # 甲省 2015 without coal
    path = study(tmp_path, FROM_ENERGY, BALANCE, {"能源平衡表.csv": lacking})
    (issue,) = told(path, "missing-fuel")
    lost = lacking.merge(balance(), how="right", indicator=True).query("_merge == 'right_only'").iloc[0]
    assert (issue.unit, issue.year) == (lost["地区"], lost["年份"])
    found = emissions_of(path)
    assert np.isnan([found[code] for code in CODES[:3]]).sum() == 3
    assert not np.isnan([found[code] for code in CODES[3:]]).any()


SECTORS = '[tables.fuel]\ntable = "fuel.csv"\nid = "code"\nyear = "year"\n'
BY_SECTOR = (
    'emissions = { energy = { table = "fuel", fuel = "fuel", amount = "t", unit = "t", sector = "sector", '
    'process = { table = "cement", column = "co2", unit = "Mt CO2" } } }'
)
CEMENT = '[tables.cement]\ntable = "cement.csv"\nid = "code"\nyear = "year"\n'


def sectors() -> pd.DataFrame:
    """Return fuel burnt: 10⁶ t of coal in each of two sectors, in each unit and year."""
    return pd.DataFrame([
        {"code": code, "year": year, "fuel": "原煤", "sector": sector, "t": 1e6}
        for code in CODES for year in (2010, 2015) for sector in ("工业", "农业")
    ])  # fmt: skip


def by_sector(folder: Path, fuel: pd.DataFrame, cement: pd.DataFrame | None = None) -> Path:
    if cement is None:
        cement = pd.DataFrame([{"code": code, "year": year, "co2": 1.0} for code in CODES for year in (2010, 2015)])
    return study(folder, BY_SECTOR, SECTORS + CEMENT, {"fuel.csv": fuel, "cement.csv": cement})


WHOLE = 2e6 * COAL + 1  # two sectors and the cement


def test_a_sector_without_a_row_is_not_taken_for_none(tmp_path: Path) -> None:
    fuel = sectors()
    gone = (fuel["code"] == CODES[2]) & (fuel["year"] == 2015) & (fuel["sector"] == "农业")
    path = by_sector(tmp_path, fuel[~gone].replace({"工业": " 工业"}))
    (issue,) = told(path, "missing-fuel")
    assert (issue.unit, issue.year, issue.message) == (CODES[2], 2015, "no amount of raw_coal (农业)")
    found = emissions_of(path)
    assert found[CODES[2]] == pytest.approx([WHOLE, np.nan], nan_ok=True)
    assert found[CODES[0]] == pytest.approx([WHOLE, WHOLE])


@pytest.mark.parametrize("lacking", ["fuel", "cement"])
def test_a_unit_without_a_row_in_a_year_is_told(tmp_path: Path, lacking: str) -> None:
    fuel, cement = sectors(), sectors().drop_duplicates(["code", "year"]).assign(co2=1.0)
    tables = {"fuel": fuel, "cement": cement}
    table = tables[lacking]
    tables[lacking] = table[(table["code"] != CODES[1]) | (table["year"] != 2015)]
    path = by_sector(tmp_path, **tables)
    (issue,) = told(path, "missing-row")
    assert (issue.severity, issue.file, issue.unit, issue.year) == ("warning", f"{lacking}.csv", CODES[1], 2015)
    assert told(path, "missing-fuel") == []
    assert emissions_of(path)[CODES[1]] == pytest.approx([WHOLE, np.nan], nan_ok=True)


@pytest.mark.parametrize("name", ["合计", "总 计", "工业小计", "Total", "sub-total", "能源消费总量"])
def test_a_sector_that_is_a_sum_of_others_is_refused(tmp_path: Path, name: str) -> None:
    fuel = sectors()
    path = by_sector(tmp_path, pd.concat([fuel, fuel[fuel["sector"] == "工业"].assign(sector=name, t=2e6)]))
    assert refused(path) == [("sector-sum", None, None)]
    assert told(path, "sector-sum")[0].value == name


def test_a_sum_alone_is_no_sum_of_other_rows(tmp_path: Path) -> None:
    fuel = sectors()
    path = by_sector(tmp_path, fuel[fuel["sector"] == "工业"].assign(sector="合计", t=2e6))
    assert emissions_of(path)[CODES[0]] == pytest.approx([WHOLE, WHOLE])


@pytest.mark.rasters
def test_rasters_of_two_sensors_as_proxy(tmp_path: Path) -> None:
    import raster_files

    light = np.array([[1.0, 2, 3], [4, 5, 6]])  # a cell of 0.3° for each county
    for name, factor in {"F18_2010": 1, "F18_2013": 2, "VIIRS_2013": 1, "VIIRS_2015": 3}.items():
        raster_files.write(
            tmp_path / "灯光" / f"{name}.tif", light * factor, dtype="float32", origin=(115.0, 39.3), cell=0.3
        )
    sections = TOTALS + "".join(
        f'[rasters.{name}]\nfiles = "灯光/{name}_{{year}}.tif"\nfill = []\n' for name in ("F18", "VIIRS")
    )
    way = FROM_TOTALS.replace('"gdp"', '{ dmsp = ["F18"], viirs = "VIIRS" }')
    path = study(tmp_path, way, sections, {"totals.csv": totals()})
    found = emissions_of(path)
    # the three counties of a province lie on one parallel and are equally large: 1 : 2 : 3 of 130, 4 : 5 : 6 of 30
    assert [found[code][1] for code in CODES] == pytest.approx([130 / 6, 130 / 3, 65, 8, 10, 12], rel=1e-6)
    (note,) = told(path, "lights-bridge")
    assert "power (a = 2, b = 1) over 2013" in note.message
    outcome = CliRunner().invoke(main, ["run", str(path)])
    assert outcome.exit_code == 0, outcome.output
    assert CliRunner().invoke(main, ["verify", str(tmp_path / "研究-results")]).exit_code == 0

    way = FROM_TOTALS.replace('"gdp"', '{ raster = "F18" }')
    path = study(tmp_path, way, sections, {"totals.csv": totals()})
    assert refused(path) == [("raster-file", None, 2015)], "there is no F18 of 2015"
