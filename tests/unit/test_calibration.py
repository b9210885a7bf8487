"""Relations from light to emissions: fits by hand, the network's gradient, and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from ecocomp.accounts.calibration import calibrate
from ecocomp.accounts.network import _error_and_gradient, _errors, train
from ecocomp.accounts.relations import fit_linear, fit_power, fit_pso_bp, goodness
from ecocomp.issues import DataError

PARENTS, MEMBERS, YEARS = 8, 6, range(2000, 2008)
UNITS = [f"u{i:02d}" for i in range(PARENTS * MEMBERS)]
PARENT = xr.DataArray(np.repeat([f"p{i}" for i in range(PARENTS)], MEMBERS), {"unit": UNITS}, ("unit",))


def lights(seed: int = 5) -> xr.DataArray:
    """Return light sums of 48 units in eight larger units over eight years."""
    generator = np.random.default_rng(seed)
    level = np.repeat(generator.lognormal(3, 0.8, PARENTS), MEMBERS)
    values = level[:, None] * generator.lognormal(0, 0.5, (len(UNITS), len(YEARS)))
    return xr.DataArray(values, {"unit": UNITS, "year": list(YEARS)}, ("unit", "year"))


def totals(emissions: xr.DataArray) -> xr.DataArray:
    return emissions.groupby(PARENT.rename("parent")).sum()


def test_goodness_by_hand() -> None:
    # errors 0, 1, −1; Σ = 2; Σ(y − 3)² = 4 + 0 + 4... for y = 1, 3, 5: 8
    fit = goodness([1.0, 3.0, 5.0], [1.0, 2.0, 6.0])
    assert fit.n == 3
    assert fit.r_squared == pytest.approx(1 - 2 / 8)
    assert fit.rmse == pytest.approx(np.sqrt(2 / 3))
    assert fit.mape == pytest.approx((0 + 1 / 3 + 1 / 5) / 3)


def test_plain_relations_by_hand() -> None:
    # Σxy / Σx² = (2 + 8 + 15) / 14
    line = fit_linear([1.0, 2.0, 3.0, np.nan], [2.0, 4.0, 5.0, 9.0])
    assert line.parameters == pytest.approx({"a": 25 / 14})
    power = fit_power([1.0, 4.0, 16.0, 0.0], [3.0, 6.0, 12.0, 0.0])  # 3·x^½
    assert power.parameters == pytest.approx({"a": 3.0, "b": 0.5})
    assert power([0.0, 9.0, np.nan]) == pytest.approx([0.0, 9.0, np.nan], nan_ok=True)


def test_relations_refuse_what_they_cannot_hold() -> None:
    with pytest.raises(ValueError, match="not negative"):
        fit_linear([-1.0, 2.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="x above zero"):
        fit_linear([0.0, 0.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="x and y above zero"):
        fit_power([1.0, 0.0], [0.0, 2.0])
    with pytest.raises(ValueError, match="do not pair"):
        fit_power([1.0], [1.0, 2.0])


def test_the_gradient_that_is_propagated_back_is_the_slope() -> None:
    generator = np.random.default_rng(2)
    u, v, weights = generator.normal(size=40), generator.normal(size=40), generator.normal(size=14)
    step = 1e-6
    slopes = [
        (_errors((weights + h)[None], u, v)[0] - _errors((weights - h)[None], u, v)[0]) / (2 * step)
        for h in np.eye(14) * step
    ]
    error, gradient = _error_and_gradient(weights, u, v)
    assert error == pytest.approx(_errors(weights[None], u, v)[0])
    assert gradient == pytest.approx(slopes, abs=1e-8)


def test_back_propagation_improves_on_the_swarm() -> None:
    u = np.linspace(-2, 2, 60)
    network = train(u, np.sin(2 * u), np.random.default_rng(1))
    assert network.error < network.error_of_swarm
    assert np.abs(network(u) - np.sin(2 * u)).mean() < 0.15


def test_a_network_goes_on_as_a_power_law_beyond_its_pairs() -> None:
    x = np.geomspace(10, 1000, 80)
    network = fit_pso_bp(x, 2 * x**0.7, seed=4)
    assert network([10.0, 1000.0]) == pytest.approx([2 * 10**0.7, 2 * 1000**0.7], rel=0.02)
    far = network([1e5, 1e6, 1e7])
    assert far[1] / far[0] == pytest.approx(far[2] / far[1], rel=0.01)
    assert 0.5 < np.log10(far[1] / far[0]) < 0.9


def test_the_network_learns_a_curve_and_says_where_a_power_is_as_good() -> None:
    light = lights()
    found = calibrate(light, totals(0.05 * light**0.7), PARENT, seed=1)
    assert found.groups == "parent"
    assert set(found.fitted) == set(found.held_out) == {"linear", "power", "pso_bp"}
    assert found.held_out["pso_bp"].n == PARENTS * len(YEARS)
    assert found.held_out["pso_bp"].r_squared > 0.9
    assert found.held_out["linear"].rmse > 2 * found.held_out["power"].rmse
    assert found.plainest_as_good == "power"
    assert 0 < found.beyond < 1


def test_where_emissions_follow_light_the_plain_proportion_is_as_good() -> None:
    light = lights()
    found = calibrate(light, totals(0.02 * light), PARENT, "power")
    assert found.plainest_as_good == "linear"
    assert found.relation.parameters["b"] == pytest.approx(1.0)
    xr.testing.assert_allclose(found.proxy.reset_coords(drop=True), 0.02 * light)


def test_the_same_seed_gives_the_same_proxy_in_any_order() -> None:
    light = lights()
    total = totals(0.05 * light**0.7)
    first = calibrate(light, total, PARENT, seed=7)
    order = np.random.default_rng(0).permutation(len(UNITS))
    again = calibrate(light.isel(unit=order), total, PARENT.isel(unit=order), seed=7)
    xr.testing.assert_identical(first.proxy, again.proxy.sel(unit=UNITS))
    assert first.held_out == again.held_out
    other = calibrate(light, total, PARENT, seed=8)
    assert not first.proxy.equals(other.proxy)


def test_missing_lights_and_totals_are_left_out_of_the_fit_and_stay_missing() -> None:
    light = lights()
    light[0, 0] = np.nan
    total = totals(0.02 * light)
    total[1, 1] = np.nan
    found = calibrate(light, total, PARENT, "power")
    assert found.held_out["power"].n == PARENTS * len(YEARS) - 2
    assert np.isnan(found.proxy.values).sum() == 1


@pytest.mark.parametrize(("parents", "years"), [(2, 2), (1, 8)])
def test_too_few_totals_are_refused(parents: int, years: int) -> None:
    light = lights().isel(unit=slice(parents * MEMBERS), year=slice(years))
    total = light.groupby(PARENT.isel(unit=slice(parents * MEMBERS)).rename("parent")).sum()
    with pytest.raises(DataError, match=r"totals of \d larger units to learn from") as error:
        calibrate(light, total, PARENT.isel(unit=slice(parents * MEMBERS)), "pso_bp")
    assert [i.code for i in error.value.issues] == ["calibration-too-few"]


def test_with_two_larger_units_years_are_left_out_together() -> None:
    light = lights().isel(unit=slice(2 * MEMBERS))
    parent = PARENT.isel(unit=slice(2 * MEMBERS))
    found = calibrate(light, (0.02 * light).groupby(parent.rename("parent")).sum(), parent, "power")
    assert found.groups == "year"
