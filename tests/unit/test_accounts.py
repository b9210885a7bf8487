"""Accounts and revisions on numbers small enough for mental arithmetic."""

import numpy as np
import pytest
import xarray as xr

from ecocomp.accounts import (
    REVISIONS,
    ecc_esc,
    net_account,
    quota,
    reference_means,
    revise,
    size_index,
    size_normalised,
    threshold,
)
from ecocomp.issues import DataError
from ecocomp.study import Amount, Revision

UNITS = ["a", "b", "c"]


def units(*values: float) -> xr.DataArray:
    return xr.DataArray(list(values), dims="unit", coords={"unit": UNITS[: len(values)]})


def dataset(**columns: list[float]) -> xr.Dataset:
    return xr.Dataset(
        {name: (("unit", "year"), np.array(values, float)[:, None]) for name, values in columns.items()},
        coords={"unit": UNITS, "year": [2010]},
    )


# E = 8, 4, 1; S = 2, 1, 4; so C = 6, 3, -3. Relative sizes: area 1, 2, 3 over their mean 2 and so on.
PANEL = dataset(emissions=[8, 4, 1], sequestration=[2, 1, 4], gdp=[40, 10, 10], population=[30, 20, 10], area=[1, 2, 3])


def test_net_account_is_emissions_less_sequestration():
    assert net_account(units(8, 4), units(2, 5)).values.tolist() == [6, -1]


def test_net_account_refuses_other_labels():
    with pytest.raises(xr.AlignmentError):
        net_account(units(8, 4), units(2, 5).assign_coords(unit=["b", "c"]))


@pytest.mark.parametrize(
    ("mean", "expected"),
    [
        # x̂ of unit a: area ½, population 30/20 = 3/2, GDP 40/20 = 2
        ("geometric", (0.5 * 1.5 * 2) ** (1 / 3)),  # cube root of 3/2
        ("arithmetic", (0.5 + 1.5 + 2) / 3),  # 4/3
        ("harmonic", 3 / (2 + 2 / 3 + 1 / 2)),  # 18/19
    ],
)
def test_size_index_of_each_mean(mean, expected):
    factors = {name: PANEL[name] for name in ("area", "population", "gdp")}
    means = {"area": 2.0, "population": 20.0, "gdp": 20.0}
    index = size_index(factors, means, {"area": 2, "population": 2, "gdp": 2}, mean)
    assert float(index.sel(unit="a").item()) == pytest.approx(expected)


def test_size_index_weights_are_shares():
    # weights 3 : 1 on area (x̂ = ½) and GDP (x̂ = 2): ½^¾ · 2^¼ = 2^-½
    factors = {"area": PANEL["area"], "gdp": PANEL["gdp"]}
    index = size_index(factors, {"area": 2.0, "gdp": 20.0}, {"area": 3, "gdp": 1})
    assert float(index.sel(unit="a").item()) == pytest.approx(2**-0.5)


def test_size_normalised_divides_and_keeps_sign():
    assert size_normalised(units(6, 3, -3), units(2, 0.5, 1.5)).values.tolist() == [3, 6, -2]


def test_revise_size_normalised_uses_means_over_valid_units_only():
    panel = PANEL.copy(deep=True)
    panel["emissions"].loc["c", 2010] = np.nan  # c leaves the means: area (1+2)/2, population 25, GDP 25
    means = reference_means(panel, Revision())
    assert {k: float(v.item()) for k, v in means.items()} == {"area": 1.5, "population": 25, "gdp": 25}
    revised = revise(panel, Revision())["revised"]
    # κ_a = (1/1.5 · 30/25 · 40/25)^⅓ = 1.28^⅓
    assert float(revised.sel(unit="a").item()) == pytest.approx(6 / 1.28 ** (1 / 3))
    assert np.isnan(revised.sel(unit="c").item())


def test_reference_choices():
    two = xr.concat([PANEL, (2 * PANEL).assign_coords(year=[2015])], "year").transpose("unit", "year")
    by = {r: reference_means(two, Revision(reference=r))["area"].values.tolist() for r in ("year", "pooled", 2015)}
    assert by == {"year": [2, 4], "pooled": [3, 3], 2015: [4, 4]}
    given = Revision(weights={"area": 1}, reference={"area": Amount(value=500, unit="ha")})  # 500 ha are 5 km²
    assert reference_means(two, given)["area"].values.tolist() == [5, 5]


def test_reference_year_that_is_not_analysed_is_refused():
    with pytest.raises(DataError, match="2011"):
        revise(PANEL, Revision(reference=2011))


def test_rescale_restores_totals():
    # C = 6, 3, -3, sum 6; payers 9, recipients -3
    net = revise(PANEL, Revision(rescale="net"))["revised"]
    assert float(net.sum()) == pytest.approx(6)
    gross = revise(PANEL, Revision(rescale="gross"))["revised"].values
    assert gross[gross > 0].sum() == pytest.approx(9)
    assert gross[gross < 0].sum() == pytest.approx(-3)


def test_rescale_net_is_refused_where_signs_would_turn():
    # ΣC = 1 > 0, but the small sink weighs more after revision: ΣR < 0
    panel = dataset(
        emissions=[5, 0, 0], sequestration=[0, 2, 2], gdp=[90, 1, 1], population=[90, 1, 1], area=[90, 1, 1]
    )
    with pytest.raises(DataError, match="opposite signs"):
        revise(panel, Revision(rescale="net"))


def test_quota_by_entitlement_and_responsibility():
    # ΣC = 6; GDP shares 4/6, 1/6, 1/6; entitlement: R = 6-4, 3-1, -3-1
    c, gdp = units(6, 3, -3), units(40, 10, 10)
    assert quota(c, {"gdp": gdp}, {"gdp": 1}).values.tolist() == pytest.approx([2, 2, -4])
    # inverted shares: 1/40 : 1/10 : 1/10 = 1/9, 4/9, 4/9; R = 6-6/9, 3-24/9, -3-24/9
    inverted = quota(c, {"gdp": gdp}, {"gdp": 1}, {"gdp": "responsibility"})
    assert inverted.values.tolist() == pytest.approx([16 / 3, 1 / 3, -17 / 3])


def test_theoretical_is_quota_on_gdp_and_threshold_net():
    theoretical = revise(PANEL, Revision(method="theoretical"))["revised"]
    assert theoretical.values.ravel().tolist() == pytest.approx([2, 2, -4])
    net = revise(PANEL, Revision(method="threshold", benchmark="net"))["revised"]
    xr.testing.assert_allclose(theoretical, net)  # R = C − ΣC·G/ΣG both ways


def test_threshold_gross():
    # e₀ = 13/60; R = 6 − 40·13/60, 3 − 10·13/60, −3 − 10·13/60; sum = −ΣS = −7
    revised = threshold(units(8, 4, 1), units(2, 1, 4), units(40, 10, 10))
    assert revised.values.tolist() == pytest.approx([6 - 26 / 3, 3 - 13 / 6, -3 - 13 / 6])
    assert float(revised.sum()) == pytest.approx(-7)


def test_ecc_esc_without_cap():
    # a: E share 8/13, GDP share 4/6: 1/ECC = (8/13)/(4/6) = 12/13; b: (4/13)/(1/6) = 24/13
    # c: ESC = (4/7)/(1/13) = 52/7
    revised = ecc_esc(units(8, 4, 1), units(2, 1, 4), units(40, 10, 10), cap_quantile=1.0)
    assert revised.values.tolist() == pytest.approx([6 * 12 / 13, 3 * 24 / 13, -3 * 52 / 7])


def test_ecc_esc_caps_at_the_median():
    # 1/ECC: 12/13, 24/13, (1/13)/(1/6) = 6/13, median 12/13; ESC: (2/7)/(8/13) = 13/28, (1/7)/(4/13) = 13/28, 52/7
    revised = ecc_esc(units(8, 4, 1), units(2, 1, 4), units(40, 10, 10), cap_quantile=0.5)
    assert revised.values.tolist() == pytest.approx([6 * 12 / 13, 3 * 12 / 13, -3 * 13 / 28])


def test_ecc_esc_is_missing_without_emissions_and_leaves_the_others_alone():
    revised = ecc_esc(units(8, 4, 0), units(2, 1, 4), units(40, 10, 10), cap_quantile=1.0)
    assert np.isnan(revised.values[2])
    # sums run over a and b: E shares 2/3, 1/3; GDP shares 4/5, 1/5
    assert revised.values[:2].tolist() == pytest.approx([6 * (2 / 3) / (4 / 5), 3 * (1 / 3) / (1 / 5)])


def test_none_is_the_account():
    assert revise(PANEL, Revision(method="none"))["revised"].values.ravel().tolist() == [6, 3, -3]


def test_registry_has_exactly_the_methods_a_study_may_name():
    assert set(REVISIONS) == set(Revision.model_fields["method"].annotation.__args__)


def test_revised_carries_its_unit():
    assert revise(PANEL, Revision())["revised"].attrs["units"] == "Mt CO2 at mean size"
    assert revise(PANEL, Revision(method="none"))["revised"].attrs["units"] == "Mt CO2"
