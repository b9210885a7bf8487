"""Night lights over sensors and years: every number by hand."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from ecocomp.accounts.night_lights import bridge, fuse_sensors, make_continuous
from ecocomp.issues import DataError

NAN = np.nan


def lights(values: list[list[float]], years: list[int]) -> xr.DataArray:
    units = [f"u{i}" for i in range(len(values))]
    return xr.DataArray(values, {"unit": units, "year": years}, ("unit", "year"))


def test_satellites_of_one_year_are_fused() -> None:
    # both lit: mean; one dark: dark; one missing: the other; both missing: missing
    a = lights([[10.0, 4.0, NAN, NAN]], [2004, 2005, 2006, 2007])
    b = lights([[20.0, 0.0, 7.0, NAN]], [2004, 2005, 2006, 2007])
    fused = fuse_sensors(xr.concat([a, b], "sensor"))
    assert fused.dims == ("unit", "year")
    np.testing.assert_array_equal(fused.values, [[15.0, 0.0, 7.0, NAN]])


def test_a_continuous_series_only_grows() -> None:
    series = lights(
        [
            [3.0, 2.0, 5.0, 4.0],  # a dip is held: 3 3 5 5
            [3.0, 0.0, 5.0, 6.0],  # light before darkness is taken back: 0 0 5 6
            [3.0, 4.0, 5.0, 0.0],  # dark at the end: dark always
            [3.0, NAN, 2.0, 6.0],  # a missing year is passed over: 3 – 3 6
            [3.0, NAN, 0.0, 6.0],  # the next year that is there is dark: 0 – 0 6
        ],
        [2000, 2001, 2002, 2003],
    )
    expected = [[3, 3, 5, 5], [0, 0, 5, 6], [0, 0, 0, 0], [3, NAN, 3, 6], [0, NAN, 0, 6]]
    np.testing.assert_array_equal(make_continuous(series).values, expected)
    np.testing.assert_array_equal(make_continuous(series.transpose()).values, np.transpose(expected))


def test_years_out_of_order_are_refused() -> None:
    with pytest.raises(ValueError, match="ascend"):
        make_continuous(lights([[1.0, 2.0]], [2001, 2000]))


def test_a_power_relation_is_found_again() -> None:
    viirs = lights([[1.0, 4.0, 9.0], [16.0, 25.0, 36.0]], [2012, 2013, 2014])
    dmsp = 3 * np.sqrt(lights([[0.25, 1.0, 4.0], [9.0, 16.0, 25.0]], [2011, 2012, 2013]))  # 3·x^0.5
    bridged = bridge(dmsp, viirs)
    assert bridged.overlap == (2012, 2013)
    assert bridged.relation.parameters == pytest.approx({"a": 3.0, "b": 0.5})
    assert bridged.fit.r_squared == pytest.approx(1.0)
    assert bridged.fit.n == 4
    assert abs(bridged.residuals.values).max() < 1e-12
    assert bridged.series["year"].values.tolist() == [2011, 2012, 2013, 2014]
    # 2014: 3·√9 = 9 and 3·√36 = 18
    assert bridged.series.values == pytest.approx(np.array([[1.5, 3, 6, 9], [9, 12, 15, 18]]))


def test_the_other_scale_keeps_the_other_sensor() -> None:
    viirs = lights([[4.0, 9.0], [25.0, 36.0]], [2013, 2014])
    dmsp = lights([[3.0, 6.0], [12.0, 15.0]], [2012, 2013])
    bridged = bridge(dmsp, viirs, to="viirs")
    assert bridged.series.sel(year=[2013, 2014]).values.tolist() == viirs.values.tolist()
    # x = (DN/3)² : 1 and 16
    assert bridged.series.sel(year=2012).values == pytest.approx([1.0, 16.0])


def test_a_monotone_relation_pools_what_falls() -> None:
    # pairs (1, 2), (2, 6), (3, 4), (4, 8): the middle two are pooled to 5
    viirs = lights([[1.0, 2.5], [2.0, 9.0], [3.0, 0.0], [4.0, 0.5]], [2013, 2014])
    dmsp = lights([[2.0], [6.0], [4.0], [8.0]], [2013])
    bridged = bridge(dmsp, viirs, "monotone")
    # 2.5 → 5; beyond the last knot level, 9 → 8; dark stays dark; halfway to the first knot 0.5 → 1
    assert bridged.series.sel(year=2014).values == pytest.approx([5.0, 8.0, 0.0, 1.0])
    # residuals 0, 1, −1, 0: mean square ½
    assert bridged.residuals.values.ravel() == pytest.approx([0, 1, -1, 0])
    assert bridged.fit.rmse == pytest.approx(np.sqrt(0.5))
    assert bridged.fit.r_squared == pytest.approx(1 - 2 / 20)  # Σ(y − 5)² = 9 + 1 + 1 + 9


def test_missing_stays_missing_over_the_bridge() -> None:
    viirs = lights([[4.0, NAN], [9.0, 16.0]], [2013, 2014])
    dmsp = lights([[NAN, 6.0], [6.0, 9.0]], [2012, 2013])
    series = bridge(dmsp, viirs).series
    assert np.isnan(series.values).tolist() == [[True, False, True], [False, False, False]]


def test_sensors_without_a_common_year_are_refused() -> None:
    with pytest.raises(DataError, match=r"DMSP \(2010\) and VIIRS \(2014, 2015\) share no year"):
        bridge(lights([[1.0, NAN]], [2010, 2014]), lights([[1.0, 1.0]], [2014, 2015]))


def test_a_network_bridges_what_no_power_does() -> None:
    # DMSP saturates at 63: a level line in logarithms above a slope of one
    light = np.geomspace(0.5, 500, 200)
    viirs = lights([[x, x] for x in light], [2013, 2014])
    dmsp = lights([[min(4 * x, 63.0)] for x in light], [2013])
    network, power = bridge(dmsp, viirs, "pso_bp", seed=3), bridge(dmsp, viirs, "power")
    assert network.fit.rmse < power.fit.rmse / 5
    xr.testing.assert_identical(network.series, bridge(dmsp, viirs, "pso_bp", seed=3).series)
