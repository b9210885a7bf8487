"""What is drawn: errors with their moments and correlations, prices, weights, revisions, whatever the chunks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ecocomp.uncertainty.case import Case
from ecocomp.uncertainty.chunk import latent_of
from ecocomp.uncertainty.inputs import DrawnInputs, drawn_inputs, relative_errors
from ecocomp.uncertainty.latent import latent_points, normals
from uncertain import ERRORS, case_with

EVERYTHING: dict[str, Any] = {
    "draws": 24, "errors": ERRORS, "price": {"low": 20, "high": 100, "unit": "CNY/t CO2"},
    "weights_concentration": 20, "revisions": "all",
}  # fmt: skip


def drawn(case: Case) -> DrawnInputs:
    return drawn_inputs(case, latent_of(case, 0, case.study.uncertainty.draws))


def errors_of(case: Case, name: str = "emissions") -> NDArray[np.float64]:
    return relative_errors(case, name, latent_of(case, 0, case.study.uncertainty.draws))


def test_points_of_a_part_are_those_of_the_whole() -> None:
    case = case_with(EVERYTHING, units=9)
    whole, part = drawn(case), drawn_inputs(case, latent_of(case, 5, 11))
    for name in ("emissions", "sequestration", "gdp", "population"):
        np.testing.assert_array_equal(part.panel[name].values, whole.panel[name].values[5:11])
    np.testing.assert_array_equal(part.price.values, whole.price.values[5:11])
    np.testing.assert_array_equal(part.revision, whole.revision[5:11])
    assert part.weights is not None and whole.weights is not None
    for name, weight in part.weights.items():
        np.testing.assert_array_equal(np.asarray(weight), np.asarray(whole.weights[name])[5:11])


@pytest.mark.parametrize("seed", [0, 1])
def test_every_seed_has_its_own_draws_and_they_repeat(seed: int) -> None:
    first = normals(seed, ("gdp", "unit"), 0, 0, 3, (4,))
    np.testing.assert_array_equal(first, normals(seed, ("gdp", "unit"), 0, 0, 3, (4,)))
    np.testing.assert_array_equal(first[1:], normals(seed, ("gdp", "unit"), 0, 1, 2, (4,)))
    others = [
        normals(seed + 2, ("gdp", "unit"), 0, 0, 3, (4,)),
        normals(seed, ("gdp", "parent"), 0, 0, 3, (4,)),
        normals(seed, ("gdp", "unit"), 1, 0, 3, (4,)),
    ]
    assert all(not np.isin(first, other).any() for other in others)
    points = [latent_points({"a": 2}, "sobol", 8, s)[0].shared["a"] for s in (seed, seed, seed + 2)]
    np.testing.assert_array_equal(points[0], points[1])
    assert not np.isin(points[0], points[2]).any()


@pytest.mark.parametrize("kind", ["sobol", "latin_hypercube"])
def test_shared_points_are_spread_evenly(kind: Any) -> None:
    # 64 points in 64 equal slices of every factor: one in each
    for side in latent_points({"a": 2, "b": 1}, kind, 64, 5, sides=2):
        for points in side.shared.values():
            assert np.all(np.sort((points * 64).astype(int), axis=0) == np.arange(64)[:, None])


def test_errors_keep_the_mean_and_have_the_stated_spread() -> None:
    case = case_with({"draws": 4096, "errors": {"emissions": {"cv": 0.25}}}, units=12, years=(2010,))
    factors = errors_of(case)[:, 0]
    # standard error of a mean of 4096 draws is 0.25/64 = 0.004
    assert np.abs(factors.mean(axis=0) - 1).max() < 5 * 0.25 / 64
    assert np.abs(factors.std(axis=0) - 0.25).max() < 0.03


def test_units_share_errors_as_the_parts_say() -> None:
    error = {"cv": 0.3, "region": 0.5, "parent": 0.3, "unit": 0.2}
    case = case_with({"draws": 8192, "parent": "province", "errors": {"gdp": error}}, units=30, years=(2010,))
    assert case.member_of is not None
    logs = np.log(errors_of(case, "gdp")[:, 0])
    found = np.corrcoef(logs.T)
    same = case.member_of[:, None] == case.member_of[None, :]
    apart = ~np.eye(30, dtype=bool)
    assert same[apart].any() and not same.all()
    # of independent parts: 0.5 + 0.3 within a parent, 0.5 across; a correlation of 8192 draws is off by 0.011
    assert np.abs(found[same & apart] - 0.8).max() < 0.05
    assert np.abs(found[~same] - 0.5).max() < 0.05


def test_without_parents_their_part_is_the_units() -> None:
    case = case_with({"draws": 8192, "errors": {"gdp": {"cv": 0.3}}}, units=4, years=(2010,))
    alone = Case(case.study, case.panel, case.geometry, case.names, None, case.revisions, case.probabilities)
    found = np.corrcoef(np.log(errors_of(alone, "gdp")[:, 0]).T)
    assert np.abs(found[~np.eye(4, dtype=bool)] - 0.5).max() < 0.05


def test_errors_are_the_same_in_every_year_or_fade_with_the_years_between() -> None:
    years = (2010, 2011, 2015)
    same = case_with({"draws": 16, "errors": {"gdp": {"cv": 0.3}}}, units=5, years=years)
    factors = np.broadcast_to(errors_of(same, "gdp"), (16, 3, 5))
    np.testing.assert_array_equal(factors[:, 0], factors[:, 2])
    fading = {"cv": 0.3, "time_correlation": 0.8}
    case = case_with({"draws": 8192, "errors": {"gdp": fading}}, units=5, years=years)
    logs = np.log(errors_of(case, "gdp"))[:, :, 0]
    # 0.8 after one year, 0.8^4 = 0.41 after four, 0.8^5 = 0.33 after five
    found = np.corrcoef(logs.T)
    assert found[0, 1] == pytest.approx(0.8, abs=0.04)
    assert found[1, 2] == pytest.approx(0.8**4, abs=0.04)
    assert found[0, 2] == pytest.approx(0.8**5, abs=0.04)
    assert np.log1p(0.09) == pytest.approx(logs.var(axis=0), rel=0.08)


def test_a_unit_of_another_source_has_its_own_cv() -> None:
    errors = {"emissions": {"cv": 0.1, "cv_of_units": {"U0002": 0.5}}}
    case = case_with({"draws": 4096, "errors": errors}, units=4, years=(2010,))
    spread = errors_of(case)[:, 0].std(axis=0)
    assert spread[1] == pytest.approx(0.5, abs=0.07)
    assert np.delete(spread, 1) == pytest.approx(0.1, abs=0.01)


def test_errors_within_parents_leave_their_totals() -> None:
    errors = {"emissions": {"cv": 0.5, "within": "parent"}}
    case = case_with({"draws": 8, "parent": "province", "errors": errors}, units=25)
    assert case.member_of is not None
    lacking = case.panel.copy(deep=True)
    lacking["emissions"][0, 3] = np.nan  # a hole in a parent: the others keep what is known of its total
    case = Case(case.study, lacking, case.geometry, case.names, case.member_of, case.revisions, case.probabilities)
    found, plain = drawn(case).panel["emissions"].values, case.panel["emissions"].values
    assert np.abs(found[0] / plain - 1)[~np.isnan(plain)].max() > 0.1
    for parent in range(case.member_of.max() + 1):
        own = case.member_of == parent
        np.testing.assert_allclose(
            np.nansum(found[:, :, own], axis=2), np.broadcast_to(np.nansum(plain[:, own], axis=1), (8, 3)), rtol=1e-12
        )
    assert np.isnan(found[:, 0, 3]).all()


def test_prices_of_a_range_fill_it() -> None:
    of = {"low": 20, "high": 100, "unit": "CNY/t CO2"}
    even = drawn(case_with({"draws": 64, "price": of}, units=3)).price.values
    assert np.all(np.sort((even[:, 0] - 20) / 80 * 64).astype(int) == np.arange(64))
    np.testing.assert_array_equal(even[:, 0], even[:, 2])
    logs = drawn(case_with({"draws": 64, "price": of | {"shape": "log_uniform"}}, units=3)).price.values
    assert np.all(np.sort(np.log(logs[:, 0] / 20) / np.log(5) * 64).astype(int) == np.arange(64))


def test_prices_of_a_list_come_as_often_as_they_should_and_on_their_basis() -> None:
    of = {"values": [110.0, 220.0], "probabilities": [1.0, 3.0], "unit": "CNY/t C"}
    prices = drawn(case_with({"draws": 64, "price": of}, units=3)).price.values[:, 0]
    # 110 CNY/t C · 12/44 = 30 CNY/t CO2, a quarter of 64 draws
    assert np.isclose(prices, 30).sum() == 16
    assert np.isclose(prices, 60).sum() == 48


def test_a_price_error_spreads_around_the_studys_price() -> None:
    prices = drawn(case_with({"draws": 4096, "price": {"cv": 0.4}}, units=3)).price.values[:, 0]
    assert prices.mean() == pytest.approx(60, rel=0.005)
    assert prices.std() == pytest.approx(24, rel=0.02)


def test_drawn_prices_go_to_the_price_level_of_the_study() -> None:
    compensation = {
        "price": {"value": 60.0, "unit": "CNY/t CO2"}, "price_base": 2007,
        "deflator": {2007: 1.0, 2012: 1.25, 2017: 1.5},
    }  # fmt: skip
    spread = {"values": [90.0], "unit": "CNY/t CO2"}
    prices = drawn(case_with({"draws": 2, "price": spread}, units=3, compensation=compensation)).price.values
    assert prices == pytest.approx(np.broadcast_to([90, 72, 60], (2, 3)))


def test_weights_are_dirichlet_around_the_studys() -> None:
    revision = {"weights": {"area": 2, "gdp": 1, "population": 1}}
    weights = drawn(case_with({"draws": 4096, "weights_concentration": 9}, units=3, revision=revision)).weights
    assert weights is not None
    table = np.stack([np.asarray(w) for w in weights.values()])
    np.testing.assert_allclose(table.sum(axis=0), 1)
    # shares s = ½, ¼, ¼: mean s, variance s (1 − s) / (9 + 1)
    assert list(weights) == ["area", "gdp", "population"]
    assert table.mean(axis=1) == pytest.approx([0.5, 0.25, 0.25], abs=0.003)
    assert table.var(axis=1) == pytest.approx([0.025, 0.01875, 0.01875], rel=0.03)


def test_revisions_come_with_their_probabilities() -> None:
    chosen = {"size_normalised, geometric": 3.0, "none": 1.0}
    case = case_with({"draws": 64, "revisions": chosen}, units=3)
    assert [revision.method for revision in case.revisions] == ["size_normalised", "none"]
    assert np.bincount(drawn(case).revision).tolist() == [48, 16]


def test_what_is_not_uncertain_stays_as_it_is() -> None:
    case = case_with({"draws": 4, "errors": {"gdp": {"cv": 0.2}}}, units=3)
    found = drawn(case)
    for name in ("emissions", "sequestration", "population", "area"):
        np.testing.assert_array_equal(found.panel[name].values[2], case.panel[name].values)
    assert found.weights is None
    assert not found.revision.any()
    assert np.all(found.price.values == 60)
