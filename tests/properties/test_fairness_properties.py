"""What holds of every measure of fairness: scale, order, merging equal units, additivity, transfers."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from ecocomp import fairness

UNITS = st.lists(
    st.tuples(st.floats(0.5, 50), st.integers(1, 9), st.floats(-5, 5), st.sampled_from("ab")), min_size=3, max_size=9
)
"""Income a head, people, amount and parent of each unit."""


def arrays(units: list) -> tuple[xr.DataArray, xr.DataArray, xr.DataArray, list[str]]:
    per_head, people, amount = (np.array([u[i] for u in units], float) for i in range(3))
    coords = {"unit": [str(i) for i in range(len(units))]}
    income, n, v = (xr.DataArray(x, coords, ("unit",)) for x in (per_head * people, people, amount))
    return income, n, v, [u[3] for u in units]


def measures(units: list) -> np.ndarray:
    income, n, v, parents = arrays(units)
    parts = fairness.theil_by_parent(income, n, parents)
    paid = v.clip(min=0)
    return np.array([float(x) for x in (
        fairness.gini(income, n), fairness.theil(income, n), parts["within"], parts["between"],
        fairness.concentration_index(v, income, n), fairness.normalised_gini(v, n), fairness.kakwani(paid, income, n),
    )])  # fmt: skip


@given(UNITS, st.randoms(use_true_random=False))
def test_the_order_of_units_does_not_matter(units: list, random) -> None:
    shuffled = list(units)
    random.shuffle(shuffled)
    np.testing.assert_allclose(measures(shuffled), measures(units), atol=1e-9)


@given(UNITS, st.sampled_from([1e-3, 8.0, 1e8]))
def test_units_of_money_and_of_people_do_not_matter(units: list, factor: float) -> None:
    scaled = [(y * factor, n, v * factor, p) for y, n, v, p in units]
    np.testing.assert_allclose(measures(scaled), measures(units), atol=1e-9)
    more = [(y, n * factor, v, p) for y, n, v, p in units]
    np.testing.assert_allclose(measures(more), measures(units), atol=1e-9)


@given(UNITS)
def test_a_unit_cut_into_two_equal_ones_changes_nothing(units: list) -> None:
    y, n, v, p = units[0]
    cut = [(y, n / 2, v / 2, p), (y, n / 2, v / 2, p), *units[1:]]
    np.testing.assert_allclose(measures(cut), measures(units), atol=1e-9)


@given(UNITS)
def test_ranges_and_additivity(units: list) -> None:
    gini, theil, within, between, concentration, normalised, _ = measures(units)
    assert 0 <= gini + 1e-12 < 1
    assert within + between == pytest.approx(theil, abs=1e-12)
    assert min(theil, within, between) > -1e-12
    if np.isfinite(normalised):
        assert abs(concentration) <= normalised + 1e-9 <= 1 + 2e-9


@given(UNITS, st.floats(0.05, 0.45))
def test_money_from_richer_to_poorer_lowers_gini_and_theil(units: list, part: float) -> None:
    income, n, _, _ = arrays(units)
    per_head = (income / n).values
    poor, rich = int(per_head.argmin()), int(per_head.argmax())
    if per_head[rich] - per_head[poor] < 0.1:
        return
    money = part * (per_head[rich] - per_head[poor]) * min(float(n[poor]), float(n[rich]))
    after = income.copy()
    after[rich] -= money
    after[poor] += money
    assert float(fairness.gini(after, n)) < float(fairness.gini(income, n))
    assert float(fairness.theil(after, n)) < float(fairness.theil(income, n))


@given(UNITS)
def test_payments_in_proportion_to_income_are_neither_progressive_nor_regressive(units: list) -> None:
    income, n, v, _ = arrays(units)
    assert float(fairness.kakwani(0.1 * income, income, n)) == pytest.approx(0, abs=1e-12)
    assert float(fairness.reranking(income, 0.9 * income, n)) == pytest.approx(0, abs=1e-12)
    after = income - v.clip(max=0.4)
    assert float(fairness.reranking(income, after, n).fillna(0)) > -1e-12


@given(st.integers(2, 6), st.integers(1, 3), st.integers(0, 2**32 - 1))
def test_every_rule_adds_up_to_zero(units: int, years: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    coords = {"unit": [str(i) for i in range(units)], "year": 2000 + np.arange(years)}
    draw = {name: (("unit", "year"), rng.lognormal(size=(units, years))) for name in
            ("emissions", "sequestration", "gdp", "population")}  # fmt: skip
    panel = xr.Dataset(draw, coords)
    price = xr.DataArray(np.full(years, 60.0), {"year": coords["year"]}, ("year",))
    found = fairness.allocated_amounts(panel, price)
    assert found.sizes["rule"] == 4
    np.testing.assert_allclose(found.sum("unit") / 60e6, 0, atol=1e-9)
    np.testing.assert_allclose(sum(fairness.efforts(panel).sum("unit").data_vars.values()), 2)


@given(UNITS)
def test_redistribution_follows_from_progressivity_and_receipts(units: list) -> None:
    """RS = [t·K − r·(C of receipts − G)]/(1 − t + r), t and r the shares of income paid and received (Lambert 1985)."""
    income, n, v, _ = arrays(units)
    v = v * 0.09 * income / income.max()  # nobody loses more than half
    paid, received = v.clip(min=0), (-v).clip(min=0)
    t, r = (float(x.sum() / income.sum()) for x in (paid, received))
    gini = float(fairness.gini(income, n))
    found = float(fairness.reynolds_smolensky(income, income - v, n))
    parts = [share * (float(fairness.concentration_index(x, income, n)) - gini) if x.sum() > 1e-9 else 0.0
             for share, x in ((t, paid), (r, received))]  # fmt: skip
    assert found == pytest.approx((parts[0] - parts[1]) / (1 - t + r), abs=1e-9)
    change = gini - float(fairness.gini(income - v, n))
    assert found - float(fairness.reranking(income, income - v, n)) == pytest.approx(change, abs=1e-12)
