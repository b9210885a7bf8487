"""Prices, stage coefficient, amounts and groups."""

import math

import numpy as np
import pytest
import xarray as xr

from ecocomp.compensation import (
    amount,
    check_amounts,
    check_prices,
    deflate,
    group,
    price_by_year,
    price_presets,
    stage_coefficient,
    stage_of,
    threshold_of,
)
from ecocomp.study import Compensation, StageCoefficient


def settings(**keys) -> Compensation:
    return Compensation.model_validate({"price": {"value": 60, "unit": "CNY/t CO2"}, **keys})


def array(values: list[list[float]], years=(2010, 2015)) -> xr.DataArray:
    units = [f"u{i}" for i in range(len(values))]
    return xr.DataArray(values, dims=("unit", "year"), coords={"unit": units, "year": list(years)})


def test_amount_is_tonnes_times_price_times_stage():
    # 2 Mt · 10⁶ t/Mt · 60 CNY/t · ½ = 6·10⁷ CNY
    price = price_by_year(settings(), [2010, 2015])
    assert amount(array([[2.0, -1.0]]), price, 0.5).values.tolist() == [[6e7, -3e7]]


def test_price_per_tonne_of_carbon_is_converted_by_12_over_44():
    price = price_by_year(settings(price={"value": 440, "unit": "CNY/t C"}), [2010])
    assert price.values.tolist() == pytest.approx([120])  # 440 · 12/44


def test_price_table_and_preset():
    table = settings(price={"years": {"2010": 40, "2015": 55}, "unit": "元/吨 CO2"})
    assert price_by_year(table, [2010, 2015]).values.tolist() == [40, 55]
    preset = settings(price={"preset": "china_ets_2021_average"})
    assert price_by_year(preset, [2010]).values.tolist() == [42.85]


def test_every_preset_states_its_basis_and_source():
    for preset in price_presets().values():
        assert preset.unit.endswith("CO2")
        assert preset.source


def test_price_faults_are_all_reported():
    faulty = settings(
        price={"years": {"2010": 40}, "unit": "CNY/t"},
        price_base=2010,
        deflator={"2010": 100},
        stage_coefficient={"engel": {"2010": 0.4}},
        threshold={"value": 1, "unit": "t"},
    )
    codes = [issue.code for issue in check_prices(faulty, [2010, 2015], "study.toml")]
    assert codes == ["price-basis", "price-year", "deflator-year", "engel-year", "threshold-unit"]
    unknown = check_prices(settings(price={"preset": "china_ets_2021"}), [2010])
    assert "did you mean 'china_ets_2021" in unknown[0].message
    assert check_prices(settings(price={"value": 60}), [2010])[0].code == "price-basis"


def test_deflating_takes_money_to_the_base_year():
    base = settings(price_base=2010, deflator={"2010": 100, "2015": 125})
    # what cost 100 in 2010 costs 125 in 2015: 1000 CNY of 2015 are 800 CNY of 2010
    assert deflate(array([[1000, 1000]]), base).values.tolist() == [[1000, 800]]
    assert price_by_year(base, [2010, 2015]).values.tolist() == [60, 48]
    assert deflate(array([[1000, 1000]]), settings()).values.tolist() == [[1000, 1000]]


def test_stage_coefficient_is_half_at_an_engel_coefficient_of_a_third():
    engel = xr.DataArray([1 / 3, 0.5, 0.25], dims="unit")
    # τ = 1/En − 3 = 0, −1, 1
    expected = [0.5, 1 / (1 + math.e), 1 / (1 + math.exp(-1))]
    assert stage_coefficient(engel).values.tolist() == pytest.approx(expected)


def test_stage_applies_to_payers_unless_both():
    revised = array([[1.0, 1.0], [-1.0, -1.0]])
    by_year = StageCoefficient(engel={"2010": 1 / 3, "2015": 0.5})
    k2015 = 1 / (1 + math.e)
    np.testing.assert_allclose(stage_of(revised, by_year, None).values, [[0.5, k2015], [1, 1]])
    both = StageCoefficient(engel=0.5, applies_to="both")
    np.testing.assert_allclose(stage_of(revised, both, None).values, np.full((2, 2), k2015))
    column = stage_of(revised, StageCoefficient(), array([[1 / 3, 0.5], [0.5, 0.5]]))
    np.testing.assert_allclose(column.values, [[0.5, k2015], [1, 1]])
    assert stage_of(revised, None, None).values.tolist() == [[1, 1], [1, 1]]


def test_groups_around_the_threshold():
    amounts = array([[10.0, 5.0], [-10.0, -5.0], [0.0, np.nan]])
    assert group(amounts, 5.0).values.tolist() == [
        ["payer", "balanced"],
        ["recipient", "balanced"],
        ["balanced", "missing"],
    ]
    assert group(amounts).values[:, 1].tolist() == ["payer", "recipient", "missing"]
    assert threshold_of(settings(threshold={"value": 2, "unit": "万元"})) == 20000


def test_an_amount_that_no_money_can_be_is_an_error():
    found = check_amounts(array([[1e14, -2e15], [np.inf, np.nan]]))
    assert [(i.unit, i.year) for i in found] == [("u0", 2015), ("u1", 2010)]
