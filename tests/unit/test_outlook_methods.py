"""The methods of an outlook against numbers worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from ecocomp.outlook import (
    backtest_errors,
    checks,
    damped_trend,
    draw_years,
    extend_drivers,
    grade_of,
    grey_model,
    neutrality_year,
    peak_year,
    stirpat,
    verdict_of,
)
from ecocomp.outlook.stirpat import PENALTIES
from ecocomp.study import Growth

NOISE = [71.1, 72.4, 72.4, 72.1, 71.4, 72.0, 71.6]


def test_grey_model_by_hand() -> None:
    # x = 1, 2, 3, 4; accumulated 1, 3, 6, 10; z = 2, 4.5, 8 (mean 29/6). x on z: Szx = 6, Szz = 654/36, so the slope is
    # 36/109 = -a, and b = 3 - 36/109·29/6 = 153/109. x̂₂ = (e^(36/109) - 1)(1 + 153/36), then growth e^(36/109)
    fit = grey_model(np.array([[1.0, 2, 3, 4]]), 2)
    growth = math.exp(36 / 109)
    second = (growth - 1) * (1 + 153 / 36)
    assert fit.diagnostics["development"] == pytest.approx([-36 / 109], rel=1e-13)
    assert fit.diagnostics["grey_input"] == pytest.approx([153 / 109], rel=1e-13)
    assert fit.fitted[0] == pytest.approx([1, second, second * growth, second * growth**2], rel=1e-13)
    assert fit.projection[0, 0] == pytest.approx([second * growth**3, second * growth**4], rel=1e-13)
    assert fit.diagnostics["level_ratio"] == [0], "1/2 lies outside e^(-2/5) = 0.67 to e^(2/5)"
    errors = np.array([0, 2 - second, 3 - second * growth, 4 - second * growth**2])
    assert fit.diagnostics["posterior_ratio"] == pytest.approx([errors.std() / math.sqrt(1.25)])


def test_grey_model_of_the_textbook() -> None:
    # Si Shoukui and Sun Xijing, Mathematical Modelling: Algorithms and Applications (数学建模算法与应用), chapter on
    # grey prediction: traffic noise of a northern city 1986-1992 [dB(A)], level ratios 0.982 to 1.0098,
    # a = 0.0023, b = 72.6573, fitted 71.1, 72.4, 72.2, 72.1, 71.9, 71.7, 71.6
    fit = grey_model(np.array([NOISE]), 1)
    assert round(float(fit.diagnostics["development"][0]), 4) == 0.0023
    assert round(float(fit.diagnostics["grey_input"][0]), 4) == 72.6573
    assert np.round(fit.fitted[0], 1).tolist() == [71.1, 72.4, 72.2, 72.1, 71.9, 71.7, 71.6]
    assert fit.diagnostics["level_ratio"] == [1]


def test_grey_model_of_liu_and_lin() -> None:
    # Liu Sifeng and Lin Yi's worked sequence (2.874, 3.278, 3.337, 3.390, 3.679): a = -0.0372, b = 3.0654
    fit = grey_model(np.array([[2.874, 3.278, 3.337, 3.390, 3.679]]), 1)
    assert round(float(fit.diagnostics["development"][0]), 4) == -0.0372
    assert round(float(fit.diagnostics["grey_input"][0]), 4) == 3.0654
    assert np.round(fit.fitted[0], 3).tolist() == [2.874, 3.232, 3.355, 3.482, 3.614]


def test_grades_as_deng_has_them() -> None:
    ratios, probabilities = np.array([0.35, 0.36, 0.5, 0.65, 0.66, 0.2]), np.array([0.95, 1, 0.8, 0.7, 1, 0.69])
    assert grade_of(ratios, probabilities).tolist() == [1, 2, 2, 3, 4, 4]


def test_a_constant_series_is_fitted_and_projected_as_it_is() -> None:
    series = np.full((1, 9), 5.0)
    grey, trend = grey_model(series, 3), damped_trend(series, 3)
    assert grey.projection[0, 0] == pytest.approx([5, 5, 5], rel=1e-12)
    assert trend.projection[0, 0] == pytest.approx([5, 5, 5], rel=1e-12)
    assert grey.diagnostics["level_ratio"] == [1]
    flat = stirpat(series, extend_drivers(series, series, None, {"trend": None}, 3), 2)
    assert flat.projection[0, 0] == pytest.approx([5, 5, 5], rel=1e-12)
    assert np.isnan(flat.diagnostics["r_squared"][0]), "nothing varies: there is nothing to explain"


@pytest.mark.parametrize("method", [lambda x: grey_model(x, 2), lambda x: stirpat(x, None, 3)])
def test_what_is_not_above_zero_is_refused(method) -> None:
    with pytest.raises(ValueError, match="above zero"):
        method(np.array([[1.0, 2, 0, 4, 5, 6, 7, 8]]))


def test_a_damped_course_goes_on_as_it_went() -> None:
    # l₀ = 100, b₀ = 10, φ = 0.9: y_t = 100 + 10(0.9 + … + 0.9^t) = 190 - 90·0.9^t, without any error
    steps = np.arange(1, 16)
    course = 190 - 90 * 0.9**steps
    fit = damped_trend(course[None, :10], 5)
    assert fit.fitted[0] == pytest.approx(course[:10], rel=1e-12)
    assert fit.projection[0, 0] == pytest.approx(course[10:], rel=1e-11)
    assert fit.diagnostics["damping"] == pytest.approx([0.9])


def test_paths_of_the_damped_trend_by_hand() -> None:
    # After the first year ahead errs by e, the second lies at l + φ(b + αβe) + αe + …; see the recursion of the notes
    series = np.array([[5.0, 7, 6, 9, 8, 11, 10, 12, 14, 13]])
    fit, draws = damped_trend(series, 2), draw_years(np.random.default_rng(3), 50, 10, 2)
    alpha, beta, phi = (float(fit.diagnostics[k][0]) for k in ("smoothing_level", "smoothing_trend", "damping"))
    errors = (series - fit.fitted)[0] * math.sqrt(10 / 5)
    errors -= errors.mean()
    first, second = (errors[draws.ahead[:, step]] for step in (0, 1))
    paths = fit.simulate(draws, slice(None))[:, 0, 0]
    assert paths[:, 0] == pytest.approx(fit.projection[0, 0, 0] + first)
    assert paths[:, 1] == pytest.approx(fit.projection[0, 0, 1] + (alpha + phi * alpha * beta) * first + second)


def test_draws_are_balanced() -> None:
    draws = draw_years(np.random.default_rng(1), 105, 10, 3)
    for column in np.concatenate([draws.past, draws.ahead], axis=1).T:
        assert set(np.bincount(column, minlength=10)) == {10, 11}, "each year equally often, or once more"


def test_stirpat_by_hand() -> None:
    # Population and GDP do not vary, so that only time speaks: ln y = 0.05 t exactly. Standardised, the ridge slope is
    # n/(n + λ) of the true one; the smallest penalty foretells best. n = 10, t̄ = 4.5, ln ȳ = 0.225.
    years = np.arange(10)
    series, constant = np.exp(0.05 * years)[None], np.ones((1, 10))
    drivers = extend_drivers(constant, constant, None, {"trend": None, "halt": Growth(technology=0.0)}, 2)
    fit = stirpat(series, drivers, 3)
    slope = 0.05 * 10 / (10 + PENALTIES[0])
    assert fit.diagnostics["penalty"] == [PENALTIES[0]]
    assert fit.diagnostics["technology_coefficient"] == pytest.approx([slope], rel=1e-12)
    assert fit.diagnostics["population_elasticity"] == [0]
    assert np.log(fit.projection[0, 0]) == pytest.approx(0.225 + slope * (np.array([10, 11]) - 4.5), rel=1e-12)
    assert np.log(fit.projection[1, 0]) == pytest.approx([0.225 + slope * 4.5] * 2), "stated: technology stands still"
    assert fit.diagnostics["largest_vif"] == pytest.approx([1])


def test_stirpat_finds_elasticities_and_a_scenario_uses_them() -> None:
    # ln y = 0.8 ln P + 0.6 ln A - 0.02 t, P and A going their own ways; the penalty of 0.001 shrinks next to nothing
    t = np.arange(20)
    ln_p, ln_a = 0.3 * np.sin(1.7 * t), 0.07 * t + 0.2 * np.cos(2.3 * t)
    population, gdp = np.exp(ln_p)[None], np.exp(ln_p + ln_a)[None]
    series = np.exp(0.8 * ln_p + 0.6 * ln_a - 0.02 * t)[None]
    growth = {"trend": None, "fast": Growth(population=0.01, affluence=0.10, technology=-0.03)}
    fit = stirpat(series, extend_drivers(population, gdp, None, growth, 3), 4)
    found = [float(fit.diagnostics[k][0]) for k in ("population_elasticity", "affluence_elasticity",
                                                    "technology_coefficient")]  # fmt: skip
    assert found == pytest.approx([0.8, 0.6, -0.02], abs=5e-4)
    assert fit.diagnostics["r_squared"][0] == pytest.approx(1, abs=1e-6)
    yearly = 0.8 * math.log(1.01) + 0.6 * math.log(1.10) + math.log(0.97)
    assert np.log(fit.projection[1, 0] / series[0, -1]) == pytest.approx(yearly * np.arange(1, 4), abs=2e-3)


def test_intensity_as_technology_is_an_identity() -> None:
    # E = P·A·T holds by definition: elasticities of one and an R² of one say nothing
    generator = np.random.default_rng(4)
    population, gdp, series = (np.exp(generator.normal(size=(1, 15)).cumsum(axis=1) * 0.1) for _ in range(3))
    drivers = extend_drivers(population, gdp, series / gdp, {"trend": None, "s": Growth(technology=-0.5)}, 2)
    fit = stirpat(series, drivers, 3)
    names = ("population_elasticity", "affluence_elasticity", "technology_coefficient")
    assert [float(fit.diagnostics[k][0]) for k in names] == pytest.approx([1, 1, 1], abs=5e-3)
    assert fit.diagnostics["r_squared"][0] == pytest.approx(1, abs=1e-5)
    halved = np.log(fit.projection[1, 0] / fit.projection[0, 0])
    trend = drivers.ahead[0, 2, 0] - np.log(series / gdp)[0, -1]
    assert halved == pytest.approx(np.log(0.5) * np.array([1, 2]) - trend, abs=1e-2)


def test_squared_affluence_can_turn() -> None:
    t = np.arange(16)
    ln_a = 0.1 * t
    series = np.exp(1 + 0.5 * ln_a - 0.6 * (ln_a - ln_a.mean()) ** 2)[None]
    gdp, population = np.exp(ln_a)[None], np.ones((1, 16))
    growth = {"on": Growth(affluence=0.10)}
    bent = stirpat(series, extend_drivers(population, gdp, None, growth, 6), 3, squared_affluence=True)
    straight = stirpat(series, extend_drivers(population, gdp, None, growth, 6), 3)
    assert (np.diff(bent.projection[0, 0]) < 0).all()
    assert bent.diagnostics["r_squared"] > straight.diagnostics["r_squared"]


def test_drivers_go_on_by_stated_rates_of_calendar_years() -> None:
    steady = np.exp(0.1 * np.arange(8))[None]
    drivers = extend_drivers(steady, steady**2, None, {"s": Growth(population=0.02, affluence=-0.01)}, 2, step=5)
    assert drivers.ahead[0, 0, 0] - 0.7 == pytest.approx([5 * math.log(1.02), 10 * math.log(1.02)])
    assert drivers.ahead[0, 1, 0] - 0.7 == pytest.approx([5 * math.log(0.99), 10 * math.log(0.99)])
    assert drivers.ahead[0, 2, 0].tolist() == [40, 45]


def test_errors_by_hand() -> None:
    # history steps 1 and 2, mean 1.5; errors 1 and 2: MAE 1.5, MASE 1, RMSE √2.5, MAPE (1/5 + 2/6)/2
    found = backtest_errors(np.array([[1.0, 2, 4]]), np.array([[5.0, 6]]), np.array([[4.0, 8]]))
    assert found["mase"] == pytest.approx([1])
    assert found["rmse"] == pytest.approx([math.sqrt(2.5)])
    assert found["mape"] == pytest.approx([(1 / 5 + 1 / 3) / 2])
    still = backtest_errors(np.array([[2.0, 2, 2]]), np.array([[0.0, 6]]), np.array([[4.0, 8]]))
    assert np.isnan(still["mape"][0]), "a relative error of nothing"
    assert np.isnan(still["mase"][0]), "a history that stands still has no scale"


def test_a_verdict_needs_a_smaller_error() -> None:
    own, baseline = {"rmse": np.array([1.0, 2, 3, np.nan])}, {"rmse": np.array([2.0, 2, 2, 2])}
    words = ["better than the baseline", "no better than the baseline", "no better than the baseline", "not projected"]
    assert verdict_of(own, baseline).tolist() == words


def test_peak_and_neutrality_by_hand() -> None:
    years = np.array([2015, 2016, 2017, 2018])
    emissions = np.array([[1.0, 3, 2, 2], [1, 2, 3, 4], [4, 3, 2, 1], [2, 2, 1, 1]])
    assert peak_year(emissions, years).tolist() == [2016, np.inf, 2015, 2015]
    account = np.array([[1.0, -1, -1, -1], [1, -1, 1, -1], [-1, -1, -1, 1], [0, 0, 0, 0]])
    assert neutrality_year(account, years).tolist() == [2016, 2018, np.inf, 2015]


def test_years_that_follow_each_other_are_told_as_from_and_to() -> None:
    years = np.array([2001, 2003, 2005, 2007, 2009])
    assert checks._runs(years, np.array([True, True, True, False, True])) == "2001 to 2005, 2009"
    assert checks._runs(years, np.ones(5, dtype=bool)) == "2001 to 2009"
    assert checks._runs(years, np.array([False, True, False, False, False])) == "2003"
