"""Inequality, concentration, burden and allocation rules against hand-worked numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr

from ecocomp import fairness
from ecocomp.fairness import OWN, Share
from ecocomp.settlement import settle


def array(*values: float, year: int = 2010) -> xr.DataArray:
    units = [f"u{i}" for i in range(len(values))]
    return xr.DataArray(np.array(values, float)[:, None], {"unit": units, "year": [year]}, ("unit", "year"))


def one(values: xr.DataArray) -> float:
    return float(values.item())


INCOME, PEOPLE = array(1, 6, 9), array(1, 3, 1)
"""1, 2 and 9 a head of one, three and one people; mean 16/5."""


def test_gini_by_hand() -> None:
    # pairs of people |1−2|·3 + |1−9|·1 + |2−9|·3 = 3 + 8 + 21 = 32, each twice of 25: 64/25; over 2·16/5: 64/160
    assert one(fairness.gini(INCOME, PEOPLE)) == pytest.approx(0.4)


def test_theil_by_hand() -> None:
    # shares of income 1/16, 6/16, 9/16; of people 1/5, 3/5, 1/5
    expected = (math.log(5 / 16) + 6 * math.log(10 / 16) + 9 * math.log(45 / 16)) / 16
    assert one(fairness.theil(INCOME, PEOPLE)) == pytest.approx(expected)
    # u0 and u1 together have 7/16 of the income and 4/5 of the people; within them shares 1/7, 6/7 of 1/4, 3/4
    parts = fairness.theil_by_parent(INCOME, PEOPLE, ["甲", "甲", "乙"])
    between = 7 / 16 * math.log(35 / 64) + 9 / 16 * math.log(45 / 16)
    within = 7 / 16 * (math.log(4 / 7) / 7 + 6 / 7 * math.log(8 / 7))
    assert one(parts["between"]) == pytest.approx(between)
    assert one(parts["within"]) == pytest.approx(within)


def test_theil_is_missing_where_an_income_is_not_above_zero_and_gini_is_not() -> None:
    assert np.isnan(one(fairness.theil(array(0, 6, 9), PEOPLE)))
    assert np.isnan(one(fairness.theil_by_parent(array(-1, 6, 9), PEOPLE, ["a", "a", "b"])["within"]))
    # 0, 2, 9 a head: 3·2 + 9 + 3·7 = 36, twice over 25, over 2·15/5: 72/25/6 = 0.48
    assert one(fairness.gini(array(0, 6, 9), PEOPLE)) == pytest.approx(0.48)
    assert np.isnan(one(fairness.gini(array(-20, 6, 9), PEOPLE))), "a mean below zero"


def test_a_unit_that_lacks_a_value_is_left_out_and_none_left_is_missing() -> None:
    # 1 and 2 a head of one and three people: 3 twice over 16, over 2·7/4
    assert one(fairness.gini(array(1, 6, np.nan), PEOPLE)) == pytest.approx(6 / 16 / 3.5)
    assert one(fairness.gini(INCOME, array(1, 3, np.nan))) == pytest.approx(6 / 16 / 3.5)
    assert np.isnan(one(fairness.gini(array(np.nan, np.nan, np.nan), PEOPLE)))


def test_concentration_and_kakwani_by_hand() -> None:
    # middles of ranks 0.1, 0.5, 0.9. Payments 1, 0, 3: 2·(1·(−0.4) + 3·0.4)/4 = 0.4; the Gini is 0.4 too: proportional
    paid = array(1, 0, 3)
    assert one(fairness.concentration_index(paid, INCOME, PEOPLE)) == pytest.approx(0.4)
    assert one(fairness.kakwani(paid, INCOME, PEOPLE)) == pytest.approx(0.0, abs=1e-12)
    # all from the poorest: 2·(−0.4) − 0.4
    assert one(fairness.kakwani(array(2, 0, 0), INCOME, PEOPLE)) == pytest.approx(-1.2)
    # the richest pays 4, the poorest receives 4, in sum nothing: 2·(−4·(−0.4) + 4·0.4)/8 = 0.8
    assert one(fairness.concentration_index(array(-4, 0, 4), INCOME, PEOPLE)) == pytest.approx(0.8)
    assert np.isnan(one(fairness.concentration_index(array(0, 0, 0), INCOME, PEOPLE)))
    with pytest.raises(ValueError, match="below zero"):
        fairness.kakwani(array(-1, 0, 3), INCOME, PEOPLE)


def test_kakwani_takes_payments_and_incomes_of_the_same_units() -> None:
    # without u2 ranks are 1/8 and 5/8: 2·(1·(−3/8) + 1·(1/8))/2 = −1/4, less the Gini of the two, 6/16/3.5
    assert one(fairness.kakwani(array(1, 1, np.nan), INCOME, PEOPLE)) == pytest.approx(-0.25 - 6 / 16 / 3.5)


def test_normalised_gini_by_hand() -> None:
    # −4, 0, 4 of 1, 3 and 1: pairs 3·4 + 8 + 3·4 = 32 twice over 25, over 2·8/5: 64/80 = 0.8
    assert one(fairness.normalised_gini(array(-4, 0, 4), PEOPLE)) == pytest.approx(0.8)
    assert one(fairness.normalised_gini(INCOME, PEOPLE)) == pytest.approx(0.4), "the usual one without negatives"


def test_equal_incomes_share_a_rank() -> None:
    # two units of 1 a head: middle 1/2 both, so that it does not matter who of them pays
    assert one(fairness.concentration_index(array(5, 0), array(2, 2), array(2, 2))) == 0


def test_reversals_and_reranking_by_hand() -> None:
    before, after, people = array(1, 2, 3), array(3, 2, 1), array(1, 1, 1)
    assert one(fairness.rank_reversals(before, after, people)) == 3
    # Gini of 1, 2, 3: (1 + 2 + 1)·2/9/4 = 2/9; by the old ranks it is −2/9
    assert one(fairness.reranking(before, after, people)) == pytest.approx(4 / 9)
    assert one(fairness.rank_reversals(before, array(2, 2, 2), people)) == 0, "a tie is no reversal"


def test_redistribution_less_reranking_is_the_change_of_the_gini() -> None:
    # 1, 2, 3, 4 and the second gives 1.5 to the first: 2.5, 0.5, 3, 4. 2R − 1 is −¾, −¼, ¼, ¾, so that
    # G before = (−¾ − ½ + ¾ + 3)/10 = 0.25; after by the old rank (−2.5·¾ − 0.5·¼ + ¾ + 3)/10 = 0.175, by the new 0.275
    before, after, people = array(1, 2, 3, 4), array(2.5, 0.5, 3, 4), array(1, 1, 1, 1)
    assert one(fairness.reynolds_smolensky(before, after, people)) == pytest.approx(0.25 - 0.175)
    assert one(fairness.reranking(before, after, people)) == pytest.approx(0.275 - 0.175)
    assert one(fairness.units_reranked(before, after, people)) == 2
    assert one(fairness.rank_reversals(before, after, people)) == 1


def test_rounding_makes_no_rank() -> None:
    before, people = array(0.1 * 3, 0.3, 4), array(1, 1, 1)  # 0.1 · 3 is 0.30000000000000004
    assert one(fairness.concentration_index(array(1, -1, 0), before, people)) == 0
    assert one(fairness.rank_reversals(before, array(0.3, 0.1 * 3, 4), people)) == 0
    assert one(fairness.units_reranked(before, array(0.3, 0.1 * 3, 4), people)) == 0
    assert fairness.income_groups(before, people).values[:, 0].tolist() == [2, 2, 5]


def test_a_unit_that_settles_its_gdp_is_named_and_a_panel_without_people_told() -> None:
    panel = world().transpose("unit", "year")
    settled = xr.zeros_like(panel["gdp"])
    settled.loc[{"unit": "b", "year": 2010}] = 50.0
    issues = fairness.check_fairness(panel, settled)
    assert [(i.code, i.severity, i.unit, i.year) for i in issues] == [("income-used-up", "warning", "b", 2010)]
    assert not fairness.check_fairness(panel, settled * 0.99)
    assert [i.code for i in fairness.check_fairness(panel.drop_vars("population"), settled)] == ["no-fairness"]


def test_income_groups_hold_whole_units_by_the_middle_of_their_people() -> None:
    # ranked u2 (1 a head), u0 (2), u1 (3), u3 (9): people 2, 2, 5, 1 of 10, middles 0.1, 0.3, 0.65, 0.95
    groups = fairness.income_groups(array(4, 15, 2, 9, np.nan), array(2, 5, 2, 1, 1))
    assert groups.values[:, 0].tolist()[:4] == [2, 4, 1, 5]
    assert np.isnan(groups.values[4, 0])


def test_the_lorenz_curve_by_hand() -> None:
    people, held = fairness.lorenz_curve(*(x.values[:, 0] for x in (INCOME, INCOME, PEOPLE)))
    np.testing.assert_allclose(people, [0, 0.2, 0.8, 1])
    np.testing.assert_allclose(held, [0, 1 / 16, 7 / 16, 1])


def world(years: int = 2) -> xr.Dataset:
    """Return two units: E 8 and 2, S 1 and 3, G 1600 and 50, n 2 and 2 (people in some unit); E 12 and 8 before."""
    values = {"emissions": [[12, 8], [8, 2]], "sequestration": [[1, 1], [1, 3]], "gdp": [[1000, 50], [1600, 50]],
              "population": [[2, 2], [2, 2]]}  # fmt: skip
    coords = {"unit": ["a", "b"], "year": [2009, 2010]}
    data = {name: (("unit", "year"), np.array(rows, float).T) for name, rows in values.items()}
    return xr.Dataset(data, coords).isel(year=slice(2 - years, None))


def test_quotas_by_hand() -> None:
    # 2010: C = 10 − 4 = 6, effort 4
    found = fairness.quotas(world()).sel(year=2010)
    assert found.sel(rule="equal_per_head").values.tolist() == [3, 3]
    np.testing.assert_allclose(found.sel(rule="grandfathering"), [6 * 12 / 20, 6 * 8 / 20])
    # E (G/n)^⅓: 8·800^⅓ and 2·25^⅓; 800/25 = 32, so the ratio is 4·32^⅓
    share = 4 * 32 ** (1 / 3) / (4 * 32 ** (1 / 3) + 1)
    np.testing.assert_allclose(found.sel(rule="ability_to_pay"), [8 - 4 * share, 2 - 4 * (1 - share)])
    # emissions 20 and 10 over the years, GDP 1600 and 50
    share = 0.5 * 20 / 30 + 0.5 * 1600 / 1650
    np.testing.assert_allclose(found.sel(rule="responsibility_and_capacity"), [8 - 4 * share, 2 - 4 * (1 - share)])


def test_a_unit_without_a_quantity_has_no_quota_and_the_others_add_up() -> None:
    panel = world()
    panel = xr.concat([panel, panel.isel(unit=[0]).assign_coords(unit=["c"])], "unit")
    panel["population"].loc["c", 2010] = np.nan
    panel["emissions"].loc["b", 2009] = np.nan
    found = fairness.allocated_amounts(panel, xr.DataArray([60.0, 60.0], {"year": [2009, 2010]}, ("year",)))
    of_2010 = found.sel(year=2010)
    assert of_2010.sel(unit="c").isnull().all()
    assert of_2010.sel(unit="b").notnull().values.tolist() == [True, False, True, False], "no emissions in 2009"
    np.testing.assert_allclose(found.sum("unit"), 0, atol=1e-6)
    assert of_2010.sel(rule="equal_per_head").values[:2].tolist() == [(7 - 3) * 60e6, (-1 - 3) * 60e6]


def test_the_table_counts_what_is_left_out_and_who_has_no_income() -> None:
    gdp, people, settled = array(10, 20, 30, 40), array(1, 1, np.nan, 1), array(12, 0, -3, -9)
    frame = fairness.assess({OWN: Share(settled, settled)}, gdp, people)
    assert list(frame) == fairness.COLUMNS["fairness"]
    row = frame.iloc[0]
    assert (row["units"], row["missing"], row["without_income"], row["payers"], row["recipients"]) == (3, 1, 1, 1, 1)
    assert np.isnan(row["theil_after"])
    assert np.isfinite(row["theil_before"])
    assert np.isnan(row["theil_within_before"]), "no parents"
    assert row["money_moved"] == 12
    # the poorest of three pays all: 2·(1/6 − 1/2) − Gini of 10, 20, 40 = 120/9/(2·70/3)
    assert row["kakwani"] == pytest.approx(-2 / 3 - 120 / 9 / (140 / 3))


def test_burdens_of_groups_by_hand() -> None:
    gdp, people, settled = array(10, 20, 30, 40, 50), array(1, 1, 1, 1, 1), array(1, -2, 0, np.nan, 5)
    frame = fairness.burden_by_group({OWN: Share(settled, settled)}, gdp, people).set_index("income_group")
    # four units of a quarter: middles 1/8, 3/8, 5/8, 7/8 lie in fifths 1, 2, 4 and 5
    assert frame.index.tolist() == [1, 2, 4, 5]
    assert frame["payment_burden"].tolist() == [0.1, 0, 0, 0.1]
    assert frame["burden"].tolist() == [0.1, -0.1, 0, 0.1]
    assert frame["units"].tolist() == [1, 1, 1, 1]


def test_scaling_is_what_the_default_settlement_settles() -> None:
    rng = np.random.default_rng(3)
    values = np.append(rng.normal(1e6, 5e6, (40, 2)), [[np.nan, 1e5]], axis=0)
    amounts = xr.DataArray(values, {"unit": [f"u{i}" for i in rng.permutation(41)], "year": [1, 2]}, ("unit", "year"))
    found = fairness.scaled(amounts)
    xr.testing.assert_equal(found, settle(amounts).amounts.sel(unit=amounts["unit"]))
    assert np.isnan(found.values).sum() == 1
