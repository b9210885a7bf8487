"""The tidy wrappers against direct calls of spreg and mgwr, and OLS against numpy; what they refuse."""

from __future__ import annotations

import sys

import geopandas as gpd
import numpy as np
import pytest
import xarray as xr

from ecocomp import space, synthetic
from ecocomp.drivers import (
    UnfitFactorsError,
    geographically_weighted,
    multiscale_weighted,
    ols,
    panel_regression,
    spatial_error,
    spatial_lag,
)
from ecocomp.issues import MissingDependencyError

pytestmark = [
    pytest.mark.drivers,
    pytest.mark.filterwarnings("ignore:The inplace keyword", "ignore:Method 'bounded' does not support"),
]
NAMES = ["gdp", "population", "area"]


@pytest.fixture(scope="module")
def panel() -> xr.Dataset:
    """Return logarithms of a fictional region of 70 units and 3 years, units not in the order of their names."""
    data = synthetic.region(70, years=(2010, 2015, 2020), seed=4).panel
    logs = np.log(data[["emissions", *NAMES]]).reset_coords(drop=True)
    return logs.isel(unit=np.random.default_rng(2).permutation(70))


@pytest.fixture(scope="module")
def geometry() -> gpd.GeoDataFrame:
    return synthetic.region(70, years=(2010, 2015, 2020), seed=4).geometry


@pytest.fixture(scope="module")
def year(panel: xr.Dataset) -> xr.Dataset:
    return panel.isel(year=0, drop=True)


@pytest.fixture(scope="module")
def graph(geometry: gpd.GeoDataFrame):
    return space.contiguity(geometry)


def arrays(data: xr.Dataset) -> tuple[np.ndarray, np.ndarray]:
    ordered = data.sortby("unit")
    return ordered["emissions"].to_numpy()[:, None], np.column_stack([ordered[n].to_numpy() for n in NAMES])


def weights(graph, data: xr.Dataset):
    w = graph.subgraph(list(data.sortby("unit")["unit"].values)).to_W()
    w.transform = "r"
    return w


def column(fit, name: str) -> list[float]:
    return fit.coefficients[name].tolist()


def diagnostic(fit, name: str) -> float:
    return float(fit.diagnostics.set_index("diagnostic").loc[name, "diagnostic_value"])


def test_ols_is_least_squares_and_its_tests_are_those_of_spreg(year: xr.Dataset, graph) -> None:
    import spreg

    fit = ols(year["emissions"], year[NAMES], graph)
    y, x = arrays(year)
    by_hand = np.linalg.lstsq(np.column_stack([np.ones(70), x]), y, rcond=None)[0].ravel()
    assert fit.coefficients["term"].tolist() == ["constant", *NAMES]
    assert column(fit, "coefficient") == pytest.approx(by_hand.tolist(), rel=1e-8)
    direct = spreg.OLS(y, x, w=weights(graph, year), spat_diag=True, moran=True)
    assert column(fit, "standard_error") == pytest.approx(direct.std_err.tolist(), rel=1e-12)
    assert column(fit, "coefficient_p") == pytest.approx([p for _, p in direct.t_stat], rel=1e-10)
    assert column(fit, "vif")[1:] == pytest.approx([v for v, _ in spreg.vif(direct)[1:]], rel=1e-8)
    tests = fit.diagnostics.set_index("diagnostic")
    for name in ("lm_lag", "lm_error", "rlm_lag", "rlm_error"):
        assert tests.loc[name, ["diagnostic_value", "diagnostic_p"]].tolist() == pytest.approx(getattr(direct, name))
    assert tests.loc["moran_residuals", "diagnostic_value"] == pytest.approx(direct.moran_res[0])
    assert tests.loc["units_used", "diagnostic_value"] == 70


def test_the_lag_and_error_models_are_those_of_spreg(year: xr.Dataset, graph) -> None:
    import spreg

    y, x = arrays(year)
    for wrapper, model, last in ((spatial_lag, spreg.ML_Lag, "spatial_lag"), (spatial_error, spreg.ML_Error, "spatial_error")):  # fmt: skip # noqa: E501
        fit, direct = wrapper(year["emissions"], year[NAMES], graph), model(y, x, w=weights(graph, year))
        assert fit.coefficients["term"].tolist() == ["constant", *NAMES, last]
        assert column(fit, "coefficient") == pytest.approx(direct.betas.ravel().tolist(), rel=1e-9)
        assert column(fit, "test_statistic") == pytest.approx([z for z, _ in direct.z_stat], rel=1e-9)
        assert diagnostic(fit, "aic") == pytest.approx(float(direct.aic))


def test_the_multiplier_of_the_lag_model_by_hand(year: xr.Dataset, graph) -> None:
    fit = spatial_lag(year["emissions"], year[NAMES], graph)
    rho = fit.coefficients.set_index("term").loc["spatial_lag", "coefficient"]
    inverse = np.linalg.inv(np.eye(70) - rho * weights(graph, year).full()[0])
    assert diagnostic(fit, "multiplier_total") == pytest.approx(1 / (1 - rho), rel=1e-9)
    assert diagnostic(fit, "multiplier_direct") == pytest.approx(np.trace(inverse) / 70, rel=1e-9)


def test_the_panels_are_those_of_spreg(panel: xr.Dataset, graph) -> None:
    import spreg

    ordered = panel.sortby("unit").transpose("unit", "year")
    y = ordered["emissions"].to_numpy()
    x = np.hstack([ordered[name].to_numpy() for name in NAMES[:2]])
    for kind, model in (("lag", spreg.ML_LagFE), ("error", spreg.ML_ErrorFE)):
        fit = panel_regression(panel["emissions"], panel[NAMES[:2]], graph, kind)  # type: ignore[arg-type]
        direct = model(y, x, weights(graph, panel))
        assert fit.coefficients["term"].tolist() == [*NAMES[:2], f"spatial_{kind}"]
        assert column(fit, "coefficient") == pytest.approx(np.ravel(direct.betas).tolist(), rel=1e-9)
        assert column(fit, "standard_error") == pytest.approx(np.ravel(direct.std_err).tolist(), rel=1e-9)


def test_a_panel_finds_what_made_it(graph, panel: xr.Dataset) -> None:
    """y = (I − 0.4 W)⁻¹ (2 x + unit + noise): ρ = 0.4 and β = 2 come back, whatever the units' own levels."""
    generator = np.random.default_rng(8)
    units = sorted(panel["unit"].values)
    w = weights(graph, panel).full()[0]
    x = generator.normal(size=(70, 6))
    own = 5 * generator.normal(size=(70, 1))
    y = np.linalg.solve(np.eye(70) - 0.4 * w, 2 * x + own + 0.2 * generator.normal(size=(70, 6)))
    coords = {"unit": units, "year": range(2010, 2016)}
    data = xr.Dataset({"y": (("unit", "year"), y), "x": (("unit", "year"), x)}, coords=coords)
    fit = panel_regression(data["y"], data[["x"]], graph)
    assert column(fit, "coefficient") == pytest.approx([2.0, 0.4], abs=0.04)


def test_weighted_regression_is_that_of_mgwr(year: xr.Dataset, geometry: gpd.GeoDataFrame) -> None:
    from mgwr.gwr import GWR
    from mgwr.sel_bw import Sel_BW

    fit = geographically_weighted(year["emissions"], year[NAMES], geometry)
    y, x = arrays(year)
    y, x = (y - y.mean()) / y.std(), (x - x.mean(axis=0)) / x.std(axis=0)
    projected = geometry.to_crs(space.equal_area_crs(geometry)).loc[sorted(year["unit"].values)].centroid
    points = np.column_stack([projected.x, projected.y])
    bandwidth = Sel_BW(points, y, x, n_jobs=1).search()
    direct = GWR(points, y, x, bandwidth, n_jobs=1).fit()
    assert column(fit, "bandwidth") == [bandwidth] * 4
    assert column(fit, "coefficient") == pytest.approx(direct.params.mean(axis=0).tolist(), rel=1e-9)
    assert diagnostic(fit, "aicc") == pytest.approx(float(direct.aicc))
    assert fit.local is not None
    assert fit.local["coefficient"].values == pytest.approx(direct.params, rel=1e-9)
    assert fit.local["unit"].values.tolist() == sorted(year["unit"].values)
    significant = np.abs(direct.tvalues) > direct.critical_tval()
    assert column(fit, "local_significant") == significant.mean(axis=0).tolist()


def test_the_multiscale_model_has_a_bandwidth_a_term(year: xr.Dataset, geometry: gpd.GeoDataFrame) -> None:
    fit = multiscale_weighted(year["emissions"], year[NAMES[:2]], geometry)
    assert fit.coefficients["term"].tolist() == ["constant", *NAMES[:2]]
    assert (fit.coefficients["bandwidth"] <= 70).all()
    assert (fit.coefficients["local_minimum"] <= fit.coefficients["coefficient"]).all()


def test_standard_scores_scale_the_coefficients(year: xr.Dataset, graph) -> None:
    plain, scores = (ols(year["emissions"], year[NAMES], graph, standardise=s) for s in (False, True))
    ratio = year[NAMES].std().to_dataarray().values / float(year["emissions"].std())
    assert column(scores, "coefficient")[1:] == pytest.approx((column(plain, "coefficient")[1:] * ratio).tolist())
    assert column(scores, "test_statistic")[1:] == pytest.approx(column(plain, "test_statistic")[1:])


def test_the_order_of_units_changes_nothing_and_missing_ones_are_counted(year: xr.Dataset, graph) -> None:
    first = spatial_lag(year["emissions"], year[NAMES], graph)
    other = spatial_lag(year["emissions"].sortby("unit"), year[NAMES].sortby("unit"), graph)
    assert first.coefficients.equals(other.coefficients)
    gone = year["unit"].values[5]
    holed = ols(year["emissions"].where(year["unit"] != gone), year[NAMES], space.contiguity(
        synthetic.region(70, years=(2010, 2015, 2020), seed=4).geometry.drop(index=gone)))  # fmt: skip
    assert (diagnostic(holed, "units_used"), diagnostic(holed, "units_missing")) == (69, 1)


def test_unfit_factors_are_refused_by_name(year: xr.Dataset, panel: xr.Dataset, graph) -> None:
    y = year["emissions"]
    with pytest.raises(UnfitFactorsError, match="flat does not vary over the units: leave it out"):
        ols(y, year[NAMES].assign(flat=xr.full_like(y, 0.1)), graph)
    with pytest.raises(UnfitFactorsError, match="gdp, population, twice are collinear"):
        ols(y, year[["gdp", "population"]].assign(twice=2 * year["gdp"] - year["population"] + 1), graph)
    with pytest.raises(UnfitFactorsError, match="the response does not vary"):
        ols(xr.zeros_like(y), year[NAMES], graph)
    with pytest.raises(UnfitFactorsError, match=r"5 units .* too few for 3 factors"):
        ols(y.isel(unit=slice(5)), year[NAMES].isel(unit=slice(5)), graph)
    with pytest.raises(UnfitFactorsError, match="area does not vary over the years of any unit"):
        panel_regression(panel["emissions"], panel[NAMES], graph)
    with pytest.raises(UnfitFactorsError, match="two years or more"):
        panel_regression(panel["emissions"].isel(year=[0]), panel[NAMES[:1]].isel(year=[0]), graph)
    alone = graph.subgraph(sorted(year["unit"].values)[::9])
    with pytest.raises(UnfitFactorsError, match="have no neighbour among those with a value"):
        part = year.sel(unit=list(alone.unique_ids))
        ols(part["emissions"], part[["gdp"]], alone)
    with pytest.raises(ValueError, match="is not in the graph"):
        ols(y, year[NAMES], alone)


def test_local_coefficients_need_units_enough(year: xr.Dataset, geometry: gpd.GeoDataFrame) -> None:
    part = year.isel(unit=slice(45))
    with pytest.raises(UnfitFactorsError, match=r"45 units .* 3 factors, which need 50"):  # 40 + 2 · 4 + 2
        geographically_weighted(part["emissions"], part[NAMES], geometry)


def test_a_library_that_is_absent_is_named_with_its_command(monkeypatch, year: xr.Dataset, geometry) -> None:
    monkeypatch.setitem(sys.modules, "spreg", None)
    monkeypatch.setitem(sys.modules, "mgwr", None)
    for call in (lambda: ols(year["emissions"], year[NAMES]),
                 lambda: geographically_weighted(year["emissions"], year[NAMES], geometry)):  # fmt: skip
        with pytest.raises(MissingDependencyError, match=r"pip install 'ecocomp\[drivers\]'"):
            call()
