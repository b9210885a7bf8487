"""The methods of an outlook beside other libraries: statsmodels for the damped trend, scikit-learn for ridge."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler
from statsmodels.stats.outliers_influence import variance_inflation_factor
from statsmodels.tools.sm_exceptions import ConvergenceWarning
from statsmodels.tools.tools import add_constant
from statsmodels.tsa.holtwinters import ExponentialSmoothing

from ecocomp.outlook import damped_trend, extend_drivers, stirpat
from ecocomp.outlook.stirpat import PENALTIES

YEARS = 17


def courses(seed: int, count: int = 12) -> np.ndarray:
    """Return courses that rise, slow down and wander, as emissions of counties do."""
    generator = np.random.default_rng(seed)
    drift = np.linspace(0.12, -0.02, YEARS) + generator.normal(0, 0.03, (count, YEARS))
    return generator.uniform(0.5, 30, (count, 1)) * np.exp(drift.cumsum(axis=1))


def fitted_by_statsmodels(series: np.ndarray):
    model = ExponentialSmoothing(
        series, trend="add", damped_trend=True, initialization_method="estimated",
        bounds={"damping_trend": (0.8, 0.98)},
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return model.fit()


def test_the_same_parameters_and_start_give_the_same_course_as_statsmodels() -> None:
    series = courses(1)
    fit = damped_trend(series, 8)
    errors = series - fit.fitted
    for unit, own in enumerate(series):
        level, trend, damping = (
            float(fit.diagnostics[key][unit]) for key in ("smoothing_level", "smoothing_trend", "damping")
        )
        # the first two fitted values tell the start: ŷ₁ = l + φb, ŷ₂ = ŷ₁ + αe₁ + φ(φb + αβe₁)
        first, second, error = *fit.fitted[unit, :2], errors[unit, 0]
        slope = (second - first - level * error * (1 + damping * trend)) / damping**2
        model = ExponentialSmoothing(
            own, trend="add", damped_trend=True, initialization_method="known",
            initial_level=first - damping * slope, initial_trend=slope,
        )  # fmt: skip
        theirs = model.fit(smoothing_level=level, smoothing_trend=trend, damping_trend=damping, optimized=False)
        assert theirs.fittedvalues == pytest.approx(fit.fitted[unit], rel=1e-9)
        assert theirs.forecast(8) == pytest.approx(fit.projection[0, unit], rel=1e-9)


def test_the_grid_finds_as_small_a_sum_of_squares_as_statsmodels() -> None:
    series = courses(2)
    fit = damped_trend(series, 3)
    ratios = [
        float(((own - fit.fitted[unit]) ** 2).sum() / fitted_by_statsmodels(own).sse) for unit, own in enumerate(series)
    ]
    assert max(ratios) < 1.03, "a grid may lie a little beside the optimum"
    assert min(ratios) > 0.5, "else the two would not fit the same model"


@pytest.mark.parametrize("squared", [False, True])
def test_ridge_is_that_of_scikit_learn(squared: bool) -> None:
    series, population, gdp = courses(3), courses(4), courses(5)
    fit = stirpat(series, extend_drivers(population, gdp, None, {"trend": None}, 4), 3, squared_affluence=squared)
    drivers = extend_drivers(population, gdp, None, {"trend": None}, 4)
    for unit, own in enumerate(series):
        past, ahead = drivers.past[:, unit].T, drivers.ahead[0, :, unit].T
        if squared:
            middle = past[:, 1].mean()
            past, ahead = (np.c_[x, (x[:, 1] - middle) ** 2] for x in (past, ahead))
        scaler = StandardScaler().fit(past)
        peer = Ridge(alpha=float(fit.diagnostics["penalty"][unit])).fit(scaler.transform(past), np.log(own))
        assert np.exp(peer.predict(scaler.transform(ahead))) == pytest.approx(fit.projection[0, unit], rel=1e-9)
        score = peer.score(scaler.transform(past), np.log(own))
        assert fit.diagnostics["r_squared"][unit] == pytest.approx(score, abs=1e-10)
        elasticities = peer.coef_[:2] / scaler.scale_[:2]
        found = [fit.diagnostics[f"{name}_elasticity"][unit] for name in ("population", "affluence")]
        assert found == pytest.approx(elasticities, rel=1e-8)
        factors = [variance_inflation_factor(add_constant(past), i + 1) for i in range(past.shape[1])]
        assert fit.diagnostics["largest_vif"][unit] == pytest.approx(max(factors), rel=1e-6)


def test_the_penalty_is_the_one_that_foretells_the_last_years_best() -> None:
    series, population, gdp = courses(6), courses(7), courses(8)
    drivers = extend_drivers(population, gdp, None, {"trend": None}, 2)
    fit = stirpat(series, drivers, 4)
    for unit, own in enumerate(series):
        past, y = drivers.past[:, unit].T, np.log(own)
        scaler = StandardScaler().fit(past[:-4])
        x = scaler.transform(past)
        misses = [
            ((Ridge(alpha=p).fit(x[:-4], y[:-4]).predict(x[-4:]) - y[-4:]) ** 2).sum() for p in PENALTIES
        ]  # fmt: skip
        assert fit.diagnostics["penalty"][unit] == PENALTIES[np.argmin(misses)]
