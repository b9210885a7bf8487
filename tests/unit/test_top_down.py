import numpy as np
import pytest
import xarray as xr

from ecocomp.accounts.emissions import top_down
from ecocomp.issues import DataError

UNITS = ["a", "b", "c", "d"]


def totals(values, years=None):
    dims, coordinates = ("parent",), {"parent": ["North", "South"]}
    if years:
        dims, coordinates = ("parent", "year"), coordinates | {"year": years}
    return xr.DataArray(values, coordinates, dims)


def proxies(values, years=None, units=UNITS):
    dims, coordinates = ("unit",), {"unit": units}
    if years:
        dims, coordinates = ("unit", "year"), coordinates | {"year": years}
    return xr.DataArray(values, coordinates, dims)


PARENT = xr.DataArray(["North", "North", "South", "South"], {"unit": UNITS}, ("unit",))


def test_shares_worked_by_hand():
    # North: 12 · 1/4 and 12 · 3/4; South: 10 · 2/5 and 10 · 3/5
    result = top_down(totals([12.0, 10.0]), proxies([1.0, 3.0, 2.0, 3.0]), PARENT)
    assert result.dims == ("unit",)
    assert result["unit"].to_numpy().tolist() == UNITS
    assert result.to_numpy() == pytest.approx([3, 9, 4, 6], rel=1e-15)


def test_proxy_without_years_serves_totals_of_every_year():
    result = top_down(totals([[12.0, 24.0], [10.0, 5.0]], [2007, 2012]), proxies([1.0, 3.0, 2.0, 3.0]), PARENT)
    assert result.transpose("unit", "year").to_numpy() == pytest.approx(
        np.array([[3, 6], [9, 18], [4, 2], [6, 3]]), rel=1e-15
    )


def test_total_without_years_is_shared_by_the_proxy_of_every_year():
    proxy = proxies([[1.0, 1.0], [3.0, 1.0], [2.0, 0.0], [3.0, 7.0]], [2007, 2012])
    result = top_down(totals([12.0, 10.0]), proxy, PARENT)
    assert result.to_numpy() == pytest.approx(np.array([[3, 6], [9, 6], [4, 0], [6, 10]]), rel=1e-15)


def test_missing_proxy_makes_its_parent_missing_and_no_other():
    result = top_down(totals([12.0, 10.0]), proxies([1.0, np.nan, 2.0, 3.0]), PARENT)
    assert np.isnan(result.to_numpy()).tolist() == [True, True, False, False]
    assert result.to_numpy()[2:] == pytest.approx([4, 6])


def test_missing_total_and_missing_parent_stay_missing():
    parent = PARENT.astype(object).copy()
    parent[3] = None
    result = top_down(totals([np.nan, 10.0]), proxies([1.0, 3.0, 2.0, 3.0]), parent)
    assert np.isnan(result.to_numpy()).tolist() == [True, True, False, True]
    assert float(result[2]) == 10.0


def test_unit_whose_parent_has_no_total_is_missing():
    parent = PARENT.copy(data=["North", "North", "South", "East!"])
    result = top_down(totals([12.0, 10.0]), proxies([1.0, 3.0, 2.0, 3.0]), parent)
    assert np.isnan(result.to_numpy()).tolist() == [False, False, False, True]


def test_nothing_to_share_is_shared_as_nothing():
    result = top_down(totals([0.0, 10.0]), proxies([0.0, 0.0, 2.0, 3.0]), PARENT)
    assert result.to_numpy() == pytest.approx([0, 0, 4, 6])


def test_every_parent_without_proxy_mass_is_named_with_its_year():
    proxy = proxies([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [1.0, 0.0]], [2007, 2012])
    with pytest.raises(DataError) as error:
        top_down(totals([[12.0, 12.0], [10.0, 10.0]], [2007, 2012]), proxy, PARENT)
    found = [(i.code, i.unit, i.year) for i in error.value.issues]
    assert found == [("no-proxy-mass", "North", 2007), ("no-proxy-mass", "South", 2012)]


def test_parent_without_units_is_an_error():
    parent = PARENT.copy(data=["North"] * 4)
    with pytest.raises(DataError, match="South has a total and no proxy mass"):
        top_down(totals([12.0, 10.0]), proxies([1.0, 3.0, 2.0, 3.0]), parent)


def test_negative_values_are_refused_together():
    with pytest.raises(DataError) as error:
        top_down(totals([-12.0, 10.0]), proxies([1.0, 3.0, -2.0, 3.0]), PARENT)
    assert {i.code for i in error.value.issues} == {"negative-proxy", "negative-total"}


def test_labels_that_differ_are_refused():
    with pytest.raises(ValueError, match="unit"):
        top_down(totals([12.0, 10.0]), proxies([1.0, 3.0, 2.0], units=UNITS[:3]), PARENT)
    with pytest.raises(ValueError, match="year"):
        top_down(totals([[1.0], [1.0]], [2007]), proxies([[1.0]] * 4, [2012]), PARENT)
    twice = xr.concat([totals([12.0, 10.0]), totals([12.0, 10.0])], "parent")
    with pytest.raises(ValueError, match="more than one total: North, South"):
        top_down(twice, proxies([1.0, 3.0, 2.0, 3.0]), PARENT)


def test_order_of_rows_changes_no_bit():
    generator = np.random.default_rng(3)
    units = [f"u{n:03d}" for n in range(300)]
    proxy = proxies(generator.lognormal(0, 2, (300, 2)), [2007, 2012], units)
    parent = xr.DataArray(generator.choice(["North", "South"], 300), {"unit": units}, ("unit",))
    total = totals([[12.0, 24.0], [10.0, 5.0]], [2007, 2012])
    order = generator.permutation(300)
    shuffled = top_down(total, proxy.isel(unit=order), parent.isel(unit=order))
    xr.testing.assert_identical(shuffled.sel(unit=units), top_down(total, proxy, parent))
