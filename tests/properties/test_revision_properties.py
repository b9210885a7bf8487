"""Every revision holds the properties that it declares, on random regions."""

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, given
from hypothesis import strategies as st

from ecocomp.accounts import REVISIONS, revise
from ecocomp.panel import total_by
from ecocomp.study import Revision

WEIGHTS = {"area": 1.0, "population": 2.0, "gdp": 3.0}
SETTINGS = [
    Revision(method="none"),
    *(Revision(method="size_normalised", mean=m, weights=WEIGHTS) for m in ("geometric", "arithmetic", "harmonic")),
    Revision(method="quota", weights=WEIGHTS),
    Revision(method="quota", weights=WEIGHTS, roles={"gdp": "responsibility"}),
    Revision(method="theoretical"),
    Revision(method="threshold", benchmark="gross"),
    Revision(method="threshold", benchmark="net"),
    Revision(method="ecc_esc", cap_quantile=0.8),
]
every = pytest.mark.parametrize("settings", SETTINGS, ids=lambda s: f"{s.method}-{s.mean}-{s.benchmark}-{len(s.roles)}")


def _sizes(n: int) -> st.SearchStrategy[list[float]]:
    return st.lists(st.floats(0.1, 100), min_size=n, max_size=n)


@st.composite
def panels(draw: st.DrawFn) -> xr.Dataset:
    n = draw(st.integers(3, 8))
    columns = {name: draw(_sizes(n)) for name in ("emissions", "sequestration", "gdp", "population", "area")}
    units = [f"u{i}" for i in range(n)]
    return xr.Dataset(
        {name: (("unit", "year"), np.array(values)[:, None]) for name, values in columns.items()},
        coords={"unit": units, "year": [2010]},
    )


def revised(panel: xr.Dataset, settings: Revision) -> np.ndarray:
    return revise(panel, settings)["revised"].values[:, 0]


@every
@given(panel=panels())
def test_keeps_the_sign_where_declared(settings, panel):
    account = (panel["emissions"] - panel["sequestration"]).values[:, 0]
    if REVISIONS[settings.method].keeps_sign:
        assert (np.sign(revised(panel, settings)) == np.sign(account)).all()


@every
@given(panel=panels())
def test_sums_to_zero_where_declared(settings, panel):
    if REVISIONS[settings.method].sums_to_zero:
        scale = float(panel["emissions"].sum() + panel["sequestration"].sum())
        assert abs(revised(panel, settings).sum()) < 1e-12 * scale


@every
@given(panel=panels())
def test_additive_under_merging_where_declared(settings, panel):
    if not REVISIONS[settings.method].additive or "responsibility" in settings.roles.values():
        return  # an inverted share is not additive, and is not declared so
    first = panel.isel(unit=slice(0, 2))
    merged = xr.Dataset({n: total_by(first[n], np.array(["merged", "merged"])) for n in panel.data_vars})
    whole = xr.concat([merged, panel.isel(unit=slice(2, None))], "unit").transpose("unit", "year")
    before, after = revised(panel, settings), revised(whole, settings)
    np.testing.assert_allclose(after, [before[0] + before[1], *before[2:]], rtol=1e-9, atol=1e-9)


@every
@given(panel=panels(), factors=st.tuples(*[st.floats(1e-3, 1e3)] * 3))
def test_invariant_to_the_units_of_area_population_and_gdp(settings, panel, factors):
    other = panel.assign({n: panel[n] * f for n, f in zip(("area", "population", "gdp"), factors, strict=True)})
    np.testing.assert_allclose(revised(other, settings), revised(panel, settings), rtol=1e-9, atol=1e-9)


@every
@given(panel=panels(), more=st.floats(0.01, 50))
def test_does_not_decrease_when_a_unit_emits_more(settings, panel, more):
    if settings.method == "ecc_esc":  # its docstring states the condition
        surplus = (panel["sequestration"] - panel["emissions"]).max()
        assume(float(surplus) <= float(panel["emissions"].sum()))
    other = panel.copy(deep=True)
    other["emissions"][0, 0] += more
    before, after = revised(panel, settings)[0], revised(other, settings)[0]
    assert after >= before - 1e-9 * max(1.0, abs(before))


def test_ecc_esc_can_decrease_beyond_its_condition():
    """The condition in its docstring is needed: a capped surplus larger than all emissions grows with them."""
    data = {"emissions": [0.1, 0.1, 0.1], "sequestration": [90.0, 80.0, 0.05], "gdp": [1.0, 1, 1]}
    panel = xr.Dataset({n: (("unit", "year"), np.array(v)[:, None]) for n, v in data.items()})
    panel = panel.assign_coords(unit=list("abc"), year=[2010])
    other = panel.copy(deep=True)
    other["emissions"][0, 0] += 0.001
    settings = Revision(method="ecc_esc", cap_quantile=0.4)
    assert revised(other, settings)[0] < revised(panel, settings)[0]


@every
@given(panel=panels(), seed=st.integers(0, 2**32 - 1))
def test_permuting_units_permutes_results(settings, panel, seed):
    order = np.random.default_rng(seed).permutation(panel.sizes["unit"])
    np.testing.assert_allclose(
        revised(panel.isel(unit=order), settings), revised(panel, settings)[order], rtol=1e-12, atol=1e-12
    )


@every
@given(panel=panels())
def test_a_missing_unit_acts_as_if_it_were_not_there(settings, panel):
    holed = panel.copy(deep=True)
    holed["emissions"][0, 0] = np.nan
    without = revised(panel.isel(unit=slice(1, None)), settings)
    result = revised(holed, settings)
    assert np.isnan(result[0])
    np.testing.assert_allclose(result[1:], without, rtol=1e-12, atol=1e-12)
