"""The whole run depends on what the table says and not on how it is written."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from ecocomp import Study
from ecocomp.pipeline import run
from ecocomp.result import Result
from tiny import panel, write_study


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Result:
    return run(Study.load(write_study(tmp_path_factory.mktemp("基准"))), all_revisions=True)


def assert_same_frames(first: Result, second: Result, *, exact: bool) -> None:
    for name, frame in first.frames().items():
        pd.testing.assert_frame_equal(frame, second.frames()[name], check_exact=exact, rtol=1e-9, obj=name)


def test_rows_and_columns_in_another_order(plain, tmp_path):
    table = panel().sample(frac=1, random_state=3)
    table = table[sorted(table.columns, reverse=True)]
    assert_same_frames(plain, run(Study.load(write_study(tmp_path, table=table)), all_revisions=True), exact=True)


def test_quantities_in_other_units(plain, tmp_path):
    table = panel()
    table["排放"] *= 1000  # Mt to kt
    table["吸收"] *= 100  # Mt to 万吨
    table["人口"] *= 10  # 万人 to thousand persons
    table["GDP"] *= 1e4  # 亿元 to 万元
    table["面积"] *= 100  # km² to ha
    replace = {
        '"排放", unit = "Mt CO2"': '"排放", unit = "kt CO2"',
        '"吸收", unit = "Mt CO2"': '"吸收", unit = "万吨 CO2"',
        "1e8 CNY": "万元",
        "1e4 person": "thousand persons",
        '"km2"': '"公顷"',
    }
    path = write_study(tmp_path, table=table, replace=replace)
    assert_same_frames(plain, run(Study.load(path), all_revisions=True), exact=False)


def test_carbon_instead_of_carbon_dioxide(plain, tmp_path):
    table = panel()
    table["排放"] *= 12 / 44
    path = write_study(tmp_path, table=table, replace={'"排放", unit = "Mt CO2"': '"排放", unit = "Mt C"'})
    assert_same_frames(plain, run(Study.load(path), all_revisions=True), exact=False)


def test_larger_money_changes_no_group_rank_or_cluster(plain, tmp_path):
    dear = run(Study.load(write_study(tmp_path, replace={"value = 50": "value = 5000"})))
    labels = ["group", "rank", "priority_class", "cluster"]
    pd.testing.assert_frame_equal(plain.results[labels], dear.results[labels])
    np.testing.assert_allclose(dear.results["amount"], plain.results["amount"] * 100)


def test_a_missing_value_changes_no_other_unit_unnoticed(plain, tmp_path):
    """Taking one unit's emissions away in one year moves the others as leaving that unit out does, and is reported."""
    table = panel()
    table.loc[0, "排放"] = np.nan
    holed = run(Study.load(write_study(tmp_path / "缺", table=table)))
    without = panel()[lambda t: t["代码"] != "010001"]
    left_out = run(Study.load(write_study(tmp_path / "无", table=without)))
    key = ["unit", "year"]
    first = holed.results.query("unit != '010001' and year == 2010").set_index(key)
    second = left_out.results.query("year == 2010").set_index(key)
    columns = [c for c in first.columns if c != "priority_class"]  # classes are pooled over the years
    pd.testing.assert_frame_equal(first[columns], second[columns])
    assert holed.regional["missing"].tolist() == [1, 0]
    other_year = holed.results.query("year == 2015")[columns]
    pd.testing.assert_frame_equal(other_year, plain.results.query("year == 2015")[columns])
    assert [(i.unit, i.year) for i in holed.issues.itertuples() if i.code == "missing-value"] == [("010001", 2010)]


def test_threshold_makes_units_that_neither_pay_nor_receive(tmp_path):
    path = write_study(tmp_path, replace={"[space]": 'threshold = { value = 2, unit = "亿元" }\n\n[space]'})
    result = run(Study.load(path))
    balanced = result.results.query("group == 'balanced'")
    assert len(balanced) > 0
    assert (balanced["settled"] == 0).all()
    assert balanced["rank"].isna().all()
    # the centre of payments weighs what is paid, and balanced units pay nothing
    year = result.results.query("year == 2010").set_index("unit")
    assert (year["group"].eq("balanced") & year["amount"].gt(0)).any()
    paid_at = result.geometry.to_crs("ESRI:54034").centroid.x
    paying = year["amount"].where(year["group"] == "payer", 0.0)
    x = (paying * paid_at).sum() / paying.sum()
    centre = result.centres.query("weighting == 'payments' and year == 2010")
    found = gpd.GeoSeries(gpd.points_from_xy(centre["lon"], centre["lat"]), crs="EPSG:4326").to_crs("ESRI:54034").x
    np.testing.assert_allclose(found, x, atol=200)  # metres: a mean in another equal-area projection
    paid = result.results.query("group == 'payer'").groupby("year")["amount"].sum()
    np.testing.assert_allclose(result.regional["payments"], paid)
