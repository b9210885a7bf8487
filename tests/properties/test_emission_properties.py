"""What holds of shares, inventories and night lights whatever the numbers are."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ecocomp.accounts.calibration import calibrate
from ecocomp.accounts.emissions import not_conserved, top_down
from ecocomp.accounts.inventory import inventory, read_factors
from ecocomp.accounts.night_lights import bridge, fuse_sensors, make_continuous

UNITS = [f"u{i:02d}" for i in range(12)]
PARENT = xr.DataArray(np.repeat(["a", "b", "c"], 4), {"unit": UNITS}, ("unit",))
YEARS = [2001, 2002, 2003]

masses = st.floats(1e-6, 1e9)
lights = arrays.arrays(float, (12, 3), elements=st.one_of(st.just(0.0), masses))
positive = arrays.arrays(float, (12, 3), elements=masses)
totals = arrays.arrays(float, (3, 3), elements=st.one_of(st.just(0.0), st.floats(1e-6, 1e4)))


some = arrays.arrays(float, (3, 3), elements=st.floats(1e-2, 1e4))


def of_units(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, {"unit": UNITS, "year": YEARS}, ("unit", "year"))


def of_parents(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, {"parent": ["a", "b", "c"], "year": YEARS}, ("parent", "year"))


@given(totals, positive)
def test_shares_add_up_to_their_total(total: np.ndarray, proxy: np.ndarray) -> None:
    shares = top_down(of_parents(total), of_units(proxy), PARENT)
    assert not_conserved(shares, of_parents(total), PARENT) == []
    for p in range(3):
        for t in range(3):
            parts = math.fsum(shares.values[4 * p : 4 * p + 4, t].tolist())
            assert abs(parts - total[p, t]) <= 1e-9 * total[p, t]


@given(totals, positive, st.floats(1e-3, 1e3))
def test_the_unit_of_the_proxy_does_not_matter(total: np.ndarray, proxy: np.ndarray, factor: float) -> None:
    shares = top_down(of_parents(total), of_units(proxy), PARENT)
    scaled = top_down(of_parents(total), of_units(proxy * factor), PARENT)
    np.testing.assert_allclose(scaled.values, shares.values, rtol=1e-12)


@given(totals, positive, st.sets(st.integers(0, 11)), st.permutations(range(12)))
def test_missing_stays_missing_in_any_order(
    total: np.ndarray, proxy: np.ndarray, holes: set[int], order: list[int]
) -> None:
    proxy[list(holes), 1] = np.nan
    shares = top_down(of_parents(total), of_units(proxy), PARENT)
    lost = {i // 4 for i in holes}
    assert np.isnan(shares.values[:, 1]).tolist() == [i // 4 in lost for i in range(12)]
    assert not np.isnan(shares.values[:, [0, 2]]).any()
    shuffled = top_down(of_parents(total), of_units(proxy).isel(unit=order), PARENT.isel(unit=order))
    xr.testing.assert_identical(shuffled.sel(unit=UNITS), shares)


@given(some, positive)
def test_a_share_that_is_lost_is_found(total: np.ndarray, proxy: np.ndarray) -> None:
    shares = top_down(of_parents(total), of_units(proxy), PARENT)
    largest = int(np.argmax(shares.values[:4, 0]))
    shares.values[largest, 0] *= 1 + 1e-6
    assert [(i.code, i.unit, i.year) for i in not_conserved(shares, of_parents(total), PARENT)] == [
        ("not-conserved", "a", 2001)
    ]


@given(arrays.arrays(float, (3, 9), elements=st.floats(0, 1e9)), st.permutations(range(9)))
def test_an_inventory_is_linear_and_in_any_order(amounts: np.ndarray, order: list[int]) -> None:
    factors = read_factors()
    table = xr.DataArray(amounts, {"parent": ["a", "b", "c"], "fuel": list(factors)}, ("parent", "fuel"))
    whole = inventory(table, factors)
    np.testing.assert_allclose(inventory(3 * table, factors).values, 3 * whole.values, rtol=1e-12)
    np.testing.assert_allclose(inventory(table.isel(fuel=order), factors).values, whole.values, rtol=1e-12)
    single = sum(inventory(table.isel(fuel=[k]), factors) for k in range(9))
    np.testing.assert_allclose(single.values, whole.values, rtol=1e-12)


@given(lights, st.sets(st.integers(0, 35)))
def test_a_continuous_series_never_falls_and_is_left_alone_the_second_time(light: np.ndarray, holes: set[int]) -> None:
    light.flat[list(holes)] = np.nan
    series = of_units(light)
    once = make_continuous(series)
    assert (np.isnan(once.values) == np.isnan(light)).all()
    for row in once.values:
        known = row[~np.isnan(row)]
        assert (np.diff(known) >= 0).all()
    xr.testing.assert_identical(make_continuous(once), once)


@given(lights)
def test_a_satellite_fused_with_itself_is_itself(light: np.ndarray) -> None:
    series = of_units(light)
    np.testing.assert_allclose(fuse_sensors(xr.concat([series, series], "sensor")).values, light, rtol=1e-15)


@given(positive, st.permutations(range(12)))
def test_a_bridge_keeps_its_own_sensor_in_any_order(light: np.ndarray, order: list[int]) -> None:
    older, newer = of_units(light), of_units(light**0.8).assign_coords(year=[2002, 2003, 2004])
    for method in ("power", "monotone"):
        found = bridge(older, newer, method)  # type: ignore[arg-type]
        xr.testing.assert_equal(found.series.sel(year=YEARS), older.rename("light"))
        shuffled = bridge(older.isel(unit=order), newer.isel(unit=order), method)  # type: ignore[arg-type]
        np.testing.assert_allclose(shuffled.series.sel(unit=UNITS).values, found.series.values, rtol=1e-9)


@given(positive, some, st.floats(1e-2, 1e2))
def test_calibrated_shares_conserve_their_total_and_do_not_depend_on_the_unit_of_light(
    light: np.ndarray, total: np.ndarray, factor: float
) -> None:
    series, whole = of_units(light), of_parents(total)
    shares = top_down(whole, calibrate(series, whole, PARENT, "power").proxy, PARENT)
    assert not_conserved(shares, whole, PARENT) == []
    scaled = top_down(whole, calibrate(factor * series, whole, PARENT, "power").proxy, PARENT)
    np.testing.assert_allclose(scaled.values, shares.values, rtol=1e-6)
