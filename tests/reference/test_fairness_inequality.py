"""Gini, Theil and Kakwani against PySAL's `inequality` and SciPy, a unit of n people being n rows there."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from inequality.gini import Gini
from inequality.theil import Theil, TheilD
from scipy.integrate import trapezoid

from ecocomp import fairness


@pytest.mark.parametrize("seed", range(5))
def test_gini_and_theil_are_those_of_pysal(seed: int) -> None:
    rng = np.random.default_rng(seed)
    per_head, people, parents = rng.lognormal(size=12), rng.integers(1, 30, 12), rng.choice(list("abc"), 12)
    coords = {"unit": [str(i) for i in range(12)]}
    income, n = (xr.DataArray(x.astype(float), coords, ("unit",)) for x in (per_head * people, people))
    rows, labels = np.repeat(per_head, people), np.repeat(parents, people)
    assert float(fairness.gini(income, n)) == pytest.approx(Gini(rows).g)
    assert float(fairness.theil(income, n)) == pytest.approx(float(np.squeeze(Theil(rows).T)))
    split, ours = TheilD(rows, labels), fairness.theil_by_parent(income, n, parents)
    assert float(ours["between"]) == pytest.approx(float(np.squeeze(split.bg)))
    assert float(ours["within"]) == pytest.approx(float(np.squeeze(split.wg)))


@pytest.mark.parametrize("seed", range(5))
def test_kakwani_is_twice_the_area_between_the_two_curves(seed: int) -> None:
    rng = np.random.default_rng(seed)
    per_head, people = rng.lognormal(size=12), rng.integers(1, 30, 12)
    paid = rng.random(12) * (rng.random(12) < 0.7)  # some units pay nothing
    coords = {"unit": [str(i) for i in range(12)]}
    income, n = (xr.DataArray(x.astype(float), coords, ("unit",)) for x in (per_head * people, people))
    payment = xr.DataArray(paid, coords, ("unit",))
    order = np.argsort(per_head)
    rows = np.repeat((paid / people)[order], people[order])
    curve = np.concatenate([[0.0], np.cumsum(rows) / rows.sum()])
    concentration = 1 - 2 * trapezoid(curve, dx=1 / rows.size)
    expected = concentration - Gini(np.repeat(per_head, people)).g
    assert float(fairness.kakwani(payment, income, n)) == pytest.approx(expected)
