"""A study whose emissions stand in a workbook of older divisions: carried, told, verified, or refused."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from click.testing import CliRunner

from ecocomp import Study
from ecocomp.cli import main
from ecocomp.panel.carrying import check_coverage
from ecocomp.panel.events import built_in
from ecocomp.pipeline import check, load
from tiny import CODES, panel, write_study

EVENTS = """\
date,kind,old_code,old_name,new_code,new_name,source
2012-03-01,split,010009,老县,010001,县1,批复甲
2012-03-01,split,010009,老县,010002,县2,批复甲
2013-06-30,promoted,010033,县三,010003,县3,批复乙
2014,transfer,020001,县4,020002,县5,批复丙
"""
OLD = {"010009": 15.0, "010033": 5.0, "020001": 1.0, "020002": 2.0, "020003": None, "020099": 7.0, "350001": 3.0}
NAMES = {"010009": "老县", "010033": "县三", "020002": "县伍"}

SECTIONS = """
[tables.county]
table = "chen2020:县.xlsx"
id = "code"
name = "name"
divisions = 2010

[crosswalk]
events = ["built-in", "变动.csv"]
"""
EMISSIONS = 'emissions     = { column = "排放", unit = "Mt CO2" }'
CARRIED = 'emissions = { table = "county", column = "C{year}", unit = "Mt CO2" }'


def write(folder: Path, *, replace: dict[str, str] | None = None, extra: str = SECTIONS, events: str = EVENTS) -> Path:
    changes = {EMISSIONS: CARRIED, 'parents = ["省"]': 'parents = ["省"]\ndivisions = 2020'} | (replace or {})
    study = write_study(folder, replace=changes)
    study.write_text(study.read_text(encoding="utf-8") + extra, encoding="utf-8")
    (folder / "变动.csv").write_text(events, encoding="utf-8")
    book = openpyxl.Workbook()
    book.active.append(["DISTCODE地区代码", "County Name", "County Name", "C2010", "C2015"])
    for code, value in OLD.items():
        rows = [code, NAMES.get(code, f"县{code}"), "County", value, None if value is None else 2 * value]
        book.active.append(rows)
    book.save(folder / "县.xlsx")
    return study


def test_emissions_are_carried_and_everything_is_told(tmp_path):
    inputs = load(Study.load(write(tmp_path)))
    emissions = inputs.panel["emissions"].sel(year=2010).to_series()
    # 15 of the old county go to the areas 1,000 and 1,500: 6 and 9
    assert emissions.drop("020003").to_dict() == {"010001": 6, "010002": 9, "010003": 5, "020001": 1, "020002": 2}
    assert emissions.isna()["020003"]
    assert inputs.panel["emissions"].sel(year=2015, unit="010002") == 18
    told = {(i.code, i.unit) for i in inputs.issues if i.file == "县.xlsx"}
    assert {
        ("crosswalk-transfer", "020001"), ("crosswalk-unmatched", "020099"), ("crosswalk-carried", None),
    } <= told  # fmt: skip
    (stranger,) = [i for i in inputs.issues if i.code == "crosswalk-unmatched"]
    assert "is left out with emissions 7 Mt CO2 in 2010 and 14 Mt CO2 in 2015; closest: 020001 县4" in stranger.message
    (far,) = [i for i in inputs.issues if i.code == "not-in-units"]
    assert "one code of another province has no row" in far.message
    assert "left out: 350001 县350001; emissions adds up to 3 Mt CO2 in 2010 and 6 Mt CO2 in 2015 there" in far.message
    (carried,) = [i.message for i in inputs.issues if i.code == "crosswalk-carried"]
    # 15 + 5 + 1 + 2 + 7; the missing 020003 counts as nothing on either side
    assert carried.endswith("emissions adds up to 30 Mt CO2 in 2010 and 60 Mt CO2 in 2015 before and after")
    assert "crosswalk-coverage" not in {i.code for i in inputs.issues}


def test_a_unit_carried_to_a_code_that_the_study_lacks_keeps_its_name_and_amount(tmp_path):
    events = EVENTS + "2016-01-01,promoted,020099,老旗,020077,新区,批复丁\n"
    (stranger,) = [i for i in check(Study.load(write(tmp_path, events=events))) if i.code == "crosswalk-unmatched"]
    assert stranger.unit == "020077"
    assert stranger.message.startswith(
        "新区 is not among the units of the study (carried from 020099 老旗) and is left out with emissions 7 Mt "
    )


def coverage(study: Path) -> list[str]:
    return [i.message for i in check(Study.load(study)) if i.code == "crosswalk-coverage"]


def test_provinces_that_no_event_concerns_are_told(tmp_path):
    bare = coverage(write(tmp_path / "a", extra=SECTIONS.replace(', "变动.csv"', "")))
    assert bare == ["no event of the tables concerns the provinces 01, 02: codes there stay as they are"]
    one = coverage(write(tmp_path / "b", events="".join(EVENTS.splitlines(keepends=True)[:4])))
    assert one == ["no event of the tables concerns the province 02: codes there stay as they are"]


@pytest.mark.parametrize(
    ("before", "after", "used", "told"),
    [
        (1990, 2030, ["built-in"], ["events cover 2000 to 2023; divisions of 1990 and 2030 lie outside"]),
        (1998, 2020, ["built-in"], ["events cover 2000 to 2023; divisions of 1998 lie outside"]),
        (1999, 2023, ["built-in"], []),  # the first list that the table starts from, and the last that it leads to
        (1990, 2030, ["own.csv"], ["no event of the tables concerns the province 11: codes there stay as they are"]),
    ],
)
def test_divisions_beyond_the_built_in_table_are_told(before, after, used, told):
    study = Study.from_dict({
        "study": {"name": "x"}, "crosswalk": {"events": used},
        "units": {"table": "t.csv", "id": "id", "name": "name", "parents": ["省"], "boundaries": "b.gpkg",
                  "divisions": after},
        "quantities": {
            name: {"column": name, "unit": unit} for name, unit in
            (("emissions", "Mt CO2"), ("sequestration", "Mt CO2"), ("gdp", "CNY"), ("population", "person"))
        },
        "compensation": {"price": {"value": 50, "unit": "CNY/t CO2"}},
    })  # fmt: skip
    events = built_in() if "built-in" in used else built_in()[:0]
    assert [i.message for i in check_coverage(study, ["110101"], events, before, "x.csv")] == told


def test_a_run_is_verified_until_the_workbook_changes(tmp_path):
    run = CliRunner()
    study = write(tmp_path)
    done = run.invoke(main, ["run", str(study), "-o", str(tmp_path / "出")])
    assert done.exit_code == 0, done.output
    again = run.invoke(main, ["verify", str(tmp_path / "出")])
    assert again.exit_code == 0, again.output
    book = openpyxl.load_workbook(tmp_path / "县.xlsx")
    book.active["D2"] = 16.0
    book.save(tmp_path / "县.xlsx")
    changed = run.invoke(main, ["verify", str(tmp_path / "出"), "--json"])
    assert changed.exit_code == 4
    differences = json.loads(changed.output)["differences"]
    assert any("chen2020:县.xlsx has changed" in d for d in differences)


def test_shares_take_the_place_of_weights(tmp_path):
    study = write(tmp_path, extra=SECTIONS + 'weight = "份额.csv"\n')
    (tmp_path / "份额.csv").write_text(
        "old_code,new_code,share\n010009,010001,0.2\n010009,010002,0.8\n020001,020002,0.5\n", encoding="gb18030"
    )
    inputs = load(Study.load(study))
    emissions = inputs.panel["emissions"].sel(year=2010).to_series().dropna()
    # 0.2 × 15 and 0.8 × 15; half of 1 moves to its neighbour with 2
    assert emissions.to_dict() == pytest.approx({"010001": 3, "010002": 12, "010003": 5, "020001": 0.5, "020002": 2.5})
    assert "crosswalk-transfer" not in {i.code for i in inputs.issues}


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({"replace": {'parents = ["省"]': 'parents = ["省"]'}}, "state [units] divisions too"),
        ({"extra": SECTIONS + 'weight = "people"\n'}, "neither a quantity"),
        ({"extra": SECTIONS + 'weights = "area"\n'}, "did you mean 'weight'"),
        ({"extra": SECTIONS.replace('["built-in", "变动.csv"]', "[]")}, "[crosswalk] events"),
    ],
)
def test_settings_that_cannot_work_are_named(tmp_path, settings, part):
    told = CliRunner().invoke(main, ["check", str(write(tmp_path, **settings))])
    assert told.exit_code == 2
    assert part in told.output


@pytest.mark.parametrize(
    ("settings", "code", "part"),
    [
        ({"events": EVENTS.replace("kind", "种类", 1)}, "events-table", "has no column 'kind'"),
        ({"events": EVENTS.replace("2012-03-01,split,010009,老县,010001", "去年,split,010009,老县,010001")},
         "events-table", "is no date"),
        ({"extra": SECTIONS.replace("变动.csv", "无.csv")}, "file", "无.csv does not exist"),
        ({"extra": SECTIONS + 'weight = "无.csv"\n'}, "file", "无.csv does not exist"),
        ({"extra": SECTIONS.replace("县.xlsx", "变动.csv")}, "published-layout", "is not laid out as chen2020 is"),
        ({"extra": SECTIONS.replace("县.xlsx", "无.xlsx")}, "file", "does not exist"),
        ({"extra": SECTIONS + 'weight = "emissions"\n'}, "crosswalk-weight", "cannot be divided between"),
    ],
)  # fmt: skip
def test_inputs_that_cannot_be_carried_are_named(tmp_path, settings, code, part):
    issues = check(Study.load(write(tmp_path, **settings)))
    assert [i for i in issues if i.severity == "error" and i.code == code and part in i.message], issues


def test_codes_of_the_wrong_year_are_told(tmp_path):
    study = write(tmp_path, extra=SECTIONS.replace("divisions = 2010", "divisions = 2015"))
    issues = check(Study.load(study))
    wrong = {i.unit: i.message for i in issues if i.code == "crosswalk-divisions"}
    assert set(wrong) == {"010009", "010033"}
    assert "老县 became 010001 县1, 010002 县2" in wrong["010009"]
    assert {i.unit for i in issues if i.code == "crosswalk-unmatched"} == {"010009", "010033", "020099"}


def test_rates_are_means_by_the_tables_own_weights(tmp_path):
    events = "date,kind,old_code,old_name,new_code,new_name,source\n" + "".join(
        f"2012-03-01,merge,{old},x,010001,县1,批复\n" for old in ("010001", "010011")
    )
    rows = [*[(code, 0.4, 10.0) for code in CODES], ("010011", 0.2, 30.0)]
    pd.DataFrame(rows, columns=["code", "engel", "people"]).to_csv(tmp_path / "旧.csv", index=False)
    extra = """
[tables.old]
table = "旧.csv"
id = "code"
divisions = 2010
[crosswalk]
events = ["变动.csv"]
weight = "population"
"""
    replace = {
        EMISSIONS: EMISSIONS + '\nengel_coefficient = { table = "old", column = "engel", unit = "1" }',
        'population    = { column = "人口", unit = "1e4 person" }':
            'population = { table = "old", column = "people", unit = "1e4 person" }',
    }  # fmt: skip
    inputs = load(Study.load(write(tmp_path, replace=replace, extra=extra, events=events)))
    engel = inputs.panel["engel_coefficient"].sel(year=2010).to_series()
    # (10 × 0.4 + 30 × 0.2) / 40 = 0.25
    assert engel["010001"] == pytest.approx(0.25)
    assert engel.drop("010001").eq(0.4).all()
    assert inputs.panel["population"].sel(unit="010001", year=2010) == 400_000
    assert panel().shape == (12, 9)


def test_a_year_that_a_carried_table_lacks_is_told(tmp_path):
    long = '[tables.county]\ntable = "长表.csv"\nid = "代码"\nyear = "年份"\ndivisions = 2020\n'
    carried = 'emissions = { table = "county", column = "排放", unit = "Mt CO2" }'
    study = write(tmp_path, replace={EMISSIONS: carried}, extra="\n" + long)
    table = panel()[["代码", "年份", "排放"]]
    table[(table["代码"] != "020001") | (table["年份"] != table["年份"].min())].to_csv(
        tmp_path / "长表.csv", index=False
    )
    absent = [(i.unit, i.year) for i in check(Study.load(study)) if i.code == "missing-row"]
    assert absent == [("020001", int(table["年份"].min()))]
