"""What holds of every decomposition and outlook: additivity, order, scale, and courses that a method fits exactly."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from ecocomp.decomposition import EFFECTS, decompose, effects_by
from ecocomp.outlook import damped_trend, draw_years, extend_drivers, grey_model, project, projections, stirpat
from ecocomp.study import Growth, Outlook
from ecocomp.synthetic import region

YEARS = list(range(2003, 2016))
SETTINGS = Outlook(until=2020, draws=200, growth={"slow": Growth(affluence=0.02, technology=-0.02)})
LEVELS = ["province", "prefecture"]


def panel(units: int = 9, seed: int = 5) -> xr.Dataset:
    return region(units, YEARS, seed=seed).panel


def laid(values: np.ndarray) -> xr.DataArray:
    return xr.DataArray(values, {"unit": range(values.shape[0]), "year": range(values.shape[1])}, ("unit", "year"))


SIZES = st.floats(1e-6, 1e6)


@given(st.data())
def test_effects_add_up_to_the_change_and_parents_to_the_region(data: st.DataObject) -> None:
    shape = (data.draw(st.integers(1, 4)), data.draw(st.integers(2, 5)))

    def drawn(values: st.SearchStrategy[float]) -> np.ndarray:
        many = st.lists(values, min_size=shape[0] * shape[1], max_size=shape[0] * shape[1])
        return np.reshape(data.draw(many), shape)

    E, G, P = drawn(SIZES | st.sampled_from([0.0, 1e-300])), drawn(SIZES), drawn(SIZES)
    found = decompose(laid(E), laid(G), laid(P))
    largest = np.maximum.reduce([E[:, :-1], E[:, 1:]]) if shape[1] > 1 else E
    scale = np.concatenate([largest, np.maximum(E[:, :1], E[:, -1:])], axis=1)
    residual = sum(found[name] for name in EFFECTS) - found["change"]
    assert (np.abs(residual.values) <= 2e-12 * scale).all()
    labels = np.array(["a", "b"])[np.arange(shape[0]) % 2]
    parts, whole = effects_by(found, labels), effects_by(found, np.full(shape[0], "r"))
    for name in ("change", *EFFECTS):
        bound = 1e-12 * np.abs(found[name]).sum("unit").values
        assert (np.abs(parts[name].sum("unit") - whole[name].isel(unit=0)).values <= bound).all(), name


@given(st.integers(0, 2**31), st.floats(0.001, 1000))
def test_effects_scale_with_emissions_and_do_not_know_the_units_of_money_and_people(seed: int, factor: float) -> None:
    generator = np.random.default_rng(seed)
    E, G, P = (laid(np.exp(generator.normal(size=(3, 4)))) for _ in range(3))
    plain, scaled, other = decompose(E, G, P), decompose(E * factor, G, P), decompose(E, G * factor, P / factor)
    for name in ("change", *EFFECTS):
        assert scaled[name].values == pytest.approx(factor * plain[name].values, rel=1e-9, abs=1e-12 * factor)
        assert other[name].values == pytest.approx(plain[name].values, rel=1e-9, abs=1e-12)


@given(st.floats(-0.15, 0.15), st.floats(0.01, 1e4), st.integers(5, 20))
def test_a_grey_model_follows_an_exponential(rate: float, size: float, years: int) -> None:
    # On x_k = A·r^k the regression is exact, with -a = 2(r - 1)/(r + 1), which is ln r to within (ln r)³/12 (the [1/1]
    # Padé approximant of the logarithm): that is the error of a year's growth, and of the first response.
    steps = np.arange(years + 5)
    series = size * np.exp(rate * steps)
    fit = grey_model(series[None, :years], 5)
    told = np.concatenate([fit.fitted[0], fit.projection[0, 0]])
    bound = (np.abs(rate) ** 3 / 12 + rate**2 / 12) * (steps + 1) * 1.2 + 1e-9
    assert (np.abs(np.log(told / series)) <= bound).all()
    assert fit.diagnostics["development"][0] == pytest.approx(-2 * np.tanh(rate / 2), abs=1e-9)


@given(st.floats(1e-6, 1e6))
@settings(max_examples=10)
def test_the_unit_of_measure_of_emissions_scales_projections(factor: float) -> None:
    data = panel()
    series = data["emissions"].values
    drivers = extend_drivers(data["population"].values, data["gdp"].values, None, {"trend": None}, 4)
    draws = draw_years(np.random.default_rng(2), 20, len(YEARS), 4)
    for method in (lambda x: damped_trend(x, 4), lambda x: grey_model(x, 4), lambda x: stirpat(x, drivers, 3)):
        plain, scaled = method(series), method(series * factor)
        assert scaled.projection == pytest.approx(factor * plain.projection, rel=1e-6)
        paths = [fit.simulate(draws, slice(None)) for fit in (plain, scaled)]
        assert paths[1] == pytest.approx(factor * paths[0], rel=1e-6)


def test_the_order_of_units_changes_nothing() -> None:
    data = panel()
    order = np.random.default_rng(1).permutation(data.sizes["unit"])
    plain = project(data, SETTINGS, LEVELS, np.random.default_rng(9))
    other = project(data.isel(unit=order), SETTINGS, LEVELS, np.random.default_rng(9))
    units = data.sizes["unit"]
    place = np.concatenate([np.argsort(order), np.arange(units, plain.places.sizes["place"])])
    for method, found in plain.methods.items():
        again = other.methods[method].isel(place=place)
        for name in ("central", "low", "high", "event_year", "year_low", "year_high", "probability", "rmse"):
            assert again[name].values == pytest.approx(found[name].values, rel=1e-9, nan_ok=True), (method, name)
        assert again["verdict"].values.tolist() == found["verdict"].values.tolist()


def test_the_same_seed_gives_the_same_numbers_and_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = project(panel(), SETTINGS, LEVELS, np.random.default_rng(9))
    monkeypatch.setattr(projections, "CELLS_AT_ONCE", 1)
    one_by_one = project(panel(), SETTINGS, LEVELS, np.random.default_rng(9))
    for method, found in plain.methods.items():
        for name in ("low", "high", "year_low", "probability"):
            assert one_by_one.methods[method][name].values == pytest.approx(found[name].values, rel=1e-12, nan_ok=True)


def test_larger_units_are_sums_and_the_account_is_the_difference() -> None:
    outcome = project(panel(), SETTINGS, LEVELS, np.random.default_rng(9))
    level = outcome.places["level"].values
    for found in outcome.methods.values():
        E, S, account = (found["central"].sel(quantity=q).values for q in ("emissions", "sequestration", "account"))
        assert account == pytest.approx(E - S)
        assert E[:, level == "unit"].sum(axis=1) == pytest.approx(E[:, level == "region"][:, 0])
        assert E[:, outcome.places["parent_level"].values == "province"].sum(axis=1) == pytest.approx(
            E[:, level == "region"][:, 0])  # fmt: skip
        assert (found["low"] <= found["high"]).all()
        for name in ("low", "high"):
            assert (found[name].sel(quantity="emissions") >= 0).all()


def test_units_that_err_together_do_not_cancel_in_the_region() -> None:
    one = panel(3).isel(unit=[0])
    four = xr.concat([one.assign_coords(unit=[f"u{i}"]) for i in range(4)], "unit", coords="minimal", join="exact",
                     data_vars="all", compat="override")  # fmt: skip
    four = four.assign_coords({name: ("unit", ["x"] * 4) for name in ("name", *LEVELS)})
    outcome = project(four, SETTINGS, LEVELS, np.random.default_rng(9))
    for found in outcome.methods.values():
        width = (found["high"] - found["low"]).sel(quantity="emissions").values
        assert width[:, -1] == pytest.approx(4 * width[:, 0])
