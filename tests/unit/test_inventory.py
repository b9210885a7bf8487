"""Emissions from burnt fuel: numbers worked by hand, factors of the package and of a user."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from ecocomp.accounts.inventory import inventory, match_fuels, read_factors
from ecocomp.issues import DataError
from ecocomp.units import UnitError, scale

UNITS = {"t": "1e4 t", "1e3 m3": "1e8 m3"}
HEADER = "fuel,names,per,ncv,carbon,oxidised,source\n"


def amounts(values: list[list[float]], fuels: list[str]) -> xr.DataArray:
    return xr.DataArray(values, {"parent": ["甲", "乙"], "fuel": fuels}, ("parent", "fuel"))


def test_worked_by_hand() -> None:
    # coal: 20.908 GJ/t · 26.37 kgC/GJ · 0.94 = 518.2633… kgC/t, · 44/12 = 1900.298… kg CO2/t
    # gas: 38.931 · 15.3 · 0.99 = 589.687857 kgC/10³ m³, · 44/12 = 2162.188809 kg CO2
    coal, gas = 20.908 * 26.37 * 0.94 * 44 / 12 / 1e9, 2162.188809e-9
    result = inventory(amounts([[1e6, 0.0], [2e6, 1e6]], ["raw_coal", "natural_gas"]), read_factors())
    assert coal == pytest.approx(1900.2987e-9, rel=1e-6)
    assert result.dims == ("parent",)
    assert result.values == pytest.approx([1e6 * coal, 2e6 * coal + 1e6 * gas], rel=1e-12)


@pytest.mark.parametrize(
    ("fuel", "kilograms"),  # NCV · CC · O · 44/12, each by hand
    [
        ("raw_coal", 1900.2987), ("coke", 2860.4187), ("crude_oil", 3020.2024), ("gasoline", 2925.0559),
        ("kerosene", 3017.9149), ("diesel", 3095.9096), ("fuel_oil", 3170.4612), ("lpg", 3101.3301),
        ("natural_gas", 2162.1888),
    ],
)  # fmt: skip
def test_factors_of_the_package(fuel: str, kilograms: float) -> None:
    assert read_factors()[fuel].emissions * 1e9 == pytest.approx(kilograms, rel=1e-6)


def test_a_missing_amount_is_not_zero() -> None:
    result = inventory(amounts([[1e6, np.nan], [1e6, 0.0]], ["raw_coal", "coke"]), read_factors())
    assert np.isnan(result.values).tolist() == [True, False]


def test_chinese_and_english_names_mean_the_same_fuel() -> None:
    names = {
        "原煤": "raw_coal", "焦炭": "coke", "原油": "crude_oil", "汽油": "gasoline", "煤油": "kerosene",
        "柴油": "diesel", "燃料油": "fuel_oil", "液化石油气": "lpg", "天然气": "natural_gas", " Raw Coal ": "raw_coal",
        "LPG": "lpg", "natural gas": "natural_gas", "原煤（万吨）": "raw_coal", "天 然 气(亿立方米)": "natural_gas",
    }  # fmt: skip
    matched, issues = match_fuels(names, read_factors(), UNITS)
    assert issues == []
    assert matched == names


def test_an_unknown_fuel_is_told_with_the_closest() -> None:
    matched, issues = match_fuels(["洗精煤", "柴由", "raw_coal"], read_factors(), UNITS, "平衡表.csv", "品种")
    assert matched == {"raw_coal": "raw_coal"}
    assert [(i.code, i.value, i.file, i.column) for i in issues] == [
        ("unknown-fuel", "洗精煤", "平衡表.csv", "品种"),
        ("unknown-fuel", "柴由", "平衡表.csv", "品种"),
    ]
    assert "closest: diesel/柴油" in issues[1].message


def test_a_users_table_replaces_and_adds(tmp_path: Path) -> None:
    file = tmp_path / "因子.csv"
    file.write_text(
        HEADER + "原煤,coal,t,20,25,0.9,测定\nblast_furnace_gas,高炉煤气,1e3 m3,3.763,70.8,0.99,指南\n",
        encoding="utf-8",
    )
    factors = read_factors(file)
    assert "raw_coal" not in factors, "its name is taken by 原煤"
    assert factors["原煤"].emissions == pytest.approx(20 * 25 * 0.9 * 44 / 12 / 1e9, rel=1e-15)
    assert factors["coke"] == read_factors()["coke"]
    assert match_fuels(["Coal", "高炉煤气"], factors, UNITS)[0] == {"Coal": "原煤", "高炉煤气": "blast_furnace_gas"}


@pytest.mark.parametrize(
    "name", ["原煤（万吨）", "原煤(10⁴ t)", "原煤（单位：万吨）", "原煤 (万t)", "原煤（coal）", "原煤（10^4t）",
             "原煤()", "天然气（亿m³）", "天然气（1e8 m3）", "液化石油气（LPG）"]
)  # fmt: skip
def test_brackets_that_hold_the_declared_unit_or_another_name(name: str) -> None:
    matched, issues = match_fuels([name], read_factors(), UNITS)
    assert issues == []
    assert matched[name] in ("raw_coal", "natural_gas", "lpg")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("原煤（万吨标准煤）", "'万吨标准煤' in brackets, which is no unit of its amounts (declared: 1e4 t)"),
        ("原煤（吨）", "'吨' in brackets, and '1e4 t' is declared"),
        ("原煤（洗选）", "which is no unit of its amounts"),
        ("原煤（焦炭）", "which is no unit of its amounts"),
        ("天然气（液化，万吨）", "which is no unit of its amounts (declared: 1e8 m3)"),
        ("天然气（万吨）", "which is no unit of its amounts"),
        ("天然气（万立方米）", "and '1e8 m3' is declared"),
    ],
)
def test_brackets_that_hold_anything_else_are_refused(name: str, reason: str) -> None:
    matched, (issue,) = match_fuels([name], read_factors(), UNITS, "平衡表.csv", "品种")
    assert matched == {}
    assert (issue.code, issue.value, issue.file, issue.column) == ("fuel-bracket", name, "平衡表.csv", "品种")
    assert reason in issue.message
    assert f"closest: {'raw_coal/原煤' if '煤' in name else 'natural_gas/天然气'}" in issue.message


def test_a_users_fuel_may_have_brackets(tmp_path: Path) -> None:
    file = tmp_path / "因子.csv"
    file.write_text(HEADER + "天然气（液化）,,t,51.4,15.3,0.99,指南\n原煤（吨）,,t,20,25,0.9,测定\n", encoding="utf-8")
    factors = read_factors(file)
    assert "natural_gas" in factors, "it is another fuel"
    assert "raw_coal" not in factors, "its name is taken, the unit aside"
    names = {
        "天然气(液化)": "天然气（液化）",
        "天然气": "natural_gas",
        "原煤": "原煤（吨）",
        "原煤（万吨）": "原煤（吨）",
    }
    assert match_fuels(names, factors, UNITS) == (names, [])


def test_every_fault_of_a_users_table_at_once(tmp_path: Path) -> None:
    file = tmp_path / "因子.csv"
    file.write_text(HEADER + "a,x,t,20908,25,0.9,测定\nb,x,kg,20,many,0.9,测定\nc,,t,20,25,94,\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read_factors(file)
    found = {(i.code, i.column, i.row) for i in error.value.issues}
    assert found == {
        ("factor-value", "ncv", 2), ("factor-value", "carbon", 3), ("factor-value", "per", 3),
        ("factor-value", "oxidised", 4), ("factor-value", "source", 4), ("factor-name", "names", 3),
    }  # fmt: skip


def test_a_table_of_factors_without_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "因子.csv"
    file.write_text("fuel,ncv\ncoal,20\n", encoding="utf-8")
    with pytest.raises(DataError, match="has no column names, per, carbon, oxidised, source"):
        read_factors(file)


def test_units_of_fuel() -> None:
    assert scale("1e4 t", "t") == scale("万吨", "t") == 10_000
    assert scale("1e8 m3", "1e3 m3") == scale("亿立方米", "1e3 m3") == 100_000
    with pytest.raises(UnitError, match="names CO2, and amounts of fuel do not"):
        scale("1e4 t CO2", "t")
    with pytest.raises(UnitError, match="such as '1e8 m3'"):
        scale("1e4 t", "1e3 m3")
    with pytest.raises(UnitError, match="lacks its substance"):
        scale("Mt", "Mt CO2")
