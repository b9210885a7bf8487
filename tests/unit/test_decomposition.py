"""LMDI against numbers by hand, with its limits at zero, what is missing, and sums of larger units."""

from __future__ import annotations

import math

import numpy as np
import pytest
import xarray as xr

from ecocomp.decomposition import EFFECTS, check_decomposition, decompose, effects_by, logarithmic_mean, price_level
from ecocomp.pipeline.developments import COLUMNS, decomposition_frame
from ecocomp.study import Compensation

YEARS = [2010, 2015, 2020]
MONEY = Compensation.model_validate({"price": {"value": 50.0, "unit": "CNY/t CO2"}})


def laid(*rows: list[float], years: list[int] | None = None) -> xr.DataArray:
    units = [f"0{i + 1}" for i in range(len(rows))]
    return xr.DataArray(np.array(rows, dtype=float), {"unit": units, "year": years or YEARS}, ("unit", "year"))


def effects_of(found: xr.Dataset, unit: str, step: int) -> list[float]:
    row = found.sel(unit=unit).isel(step=step)
    return [float(row[name]) for name in EFFECTS]


def test_the_logarithmic_mean_and_its_limits() -> None:
    a = xr.DataArray([math.e, 2.0, 0.0, 3.0, np.nan, 1 + 1e-12])
    b = xr.DataArray([1.0, 2.0, 5.0, 0.0, 1.0, 1.0])
    # (e - 1)/ln e = e - 1; equal: themselves; with a zero: 0; nearly equal: between the two
    found = logarithmic_mean(a, b)
    assert found[:4].values == pytest.approx([math.e - 1, 2, 0, 0], rel=1e-15)
    assert np.isnan(found[4])
    assert 1.0 <= float(found[5]) <= 1 + 1e-12
    assert logarithmic_mean(a, b).equals(logarithmic_mean(b, a))


def test_effects_by_hand() -> None:
    # E: 10 -> 40, P: 1 -> 2, G: 100 -> 800; so P doubles, G/P goes 100 -> 400 (×4), E/G 0.1 -> 0.05 (×1/2).
    # L(40, 10) = 30/ln 4. Effects: ln 2, ln 4, -ln 2 times that: 15, 30, -15. Sum 30.
    found = decompose(laid([10, 40, 40]), laid([100, 800, 800]), laid([1, 2, 2]))
    assert effects_of(found, "01", 0) == pytest.approx([15, 30, -15], rel=1e-14)
    assert effects_of(found, "01", 1) == [0, 0, 0], "nothing changed"
    assert effects_of(found, "01", 2) == pytest.approx([15, 30, -15], rel=1e-14)
    assert found["previous_year"].values.tolist() == [2010, 2015, 2010]
    assert found["year"].values.tolist() == [2015, 2020, 2020]
    assert found["span"].values.tolist() == ["step", "step", "whole"]


def test_equal_emissions_have_the_emissions_as_weight() -> None:
    # E stays 8, P doubles, G stays: population 8·ln 2, affluence -8·ln 2, intensity 0
    found = decompose(laid([8, 8, 8]), laid([50, 50, 50]), laid([3, 6, 6]))
    assert effects_of(found, "01", 0) == pytest.approx([8 * math.log(2), -8 * math.log(2), 0], abs=1e-14)


def test_zero_emissions_take_the_limit_and_no_small_number() -> None:
    # Ang and Liu 2007: intensity is the factor that is zero and has the whole change, whatever P and G do
    found = decompose(laid([0, 6, 0]), laid([100, 300, 700]), laid([1, 2, 9]))
    assert effects_of(found, "01", 0) == [0, 0, 6]
    assert effects_of(found, "01", 1) == [0, 0, -6]
    assert effects_of(found, "01", 2) == [0, 0, 0]
    # the limit itself: with E₀ = ε the effects of P and G go to nothing like 1/ln ε
    for small, bound in ((1e-50, 0.1), (1e-300, 0.02)):
        near = effects_of(decompose(laid([small, 6, 6]), laid([100, 300, 700]), laid([1, 2, 9])), "01", 0)
        assert abs(near[0]) + abs(near[1]) < bound
        assert sum(near) == pytest.approx(6, rel=1e-13)


def test_missing_stays_missing_and_is_counted() -> None:
    E, G = laid([10, np.nan, 40], [4, 8, 8]), laid([100, 200, 800], [10, 10, np.nan])
    found = decompose(E, G, laid([1, 1, 2], [1, 1, 1]))
    assert found["change"].isnull().values.tolist() == [[True, True, False], [False, True, True]]
    sums = effects_by(found, ["A", "A"])
    assert sums["missing"].values.tolist() == [[1, 2, 1]]
    assert sums["units"].values.tolist() == [[2, 2, 2]]
    assert sums["change"].values[0, [0, 2]].tolist() == [4, 30]
    assert np.isnan(sums["change"].values[0, 1]), "a sum of nothing is not zero"


def test_effects_of_a_parent_are_sums_of_its_units_and_not_those_of_its_totals() -> None:
    # two units swap their emissions: the total does not change, but intensities did
    E, G, P = laid([10, 20, 20], [20, 10, 10]), laid([100] * 3, [400] * 3), laid([1] * 3, [1] * 3)
    sums = effects_by(decompose(E, G, P), ["A", "A"])
    assert float(sums["intensity_effect"][0, 0]) == pytest.approx(0, abs=1e-14)
    # growth of one unit's GDP alone: L(10,10)·ln 2 for it, though the total's GDP grows by a fifth only
    grown = effects_by(decompose(laid([10] * 3, [20] * 3), laid([100, 200, 200], [400] * 3), P), ["A", "A"])
    assert float(grown["affluence_effect"][0, 0]) == pytest.approx(10 * math.log(2), rel=1e-14)


@pytest.mark.parametrize(
    ("E", "G", "P", "pattern"),
    [([-1, 1, 1], [1, 1, 1], [1, 1, 1], "below zero"), ([1, 1, 1], [0, 1, 1], [1, 1, 1], "above it"),
     ([1, 1, 1], [1, 1, 1], [1, 0, 1], "above it")],
)  # fmt: skip
def test_what_has_no_logarithm_is_refused(E: list[float], G: list[float], P: list[float], pattern: str) -> None:
    with pytest.raises(ValueError, match=pattern):
        decompose(laid(E), laid(G), laid(P))


def test_labels_that_differ_and_a_single_year_are_refused() -> None:
    with pytest.raises(ValueError, match="align"):
        decompose(laid([1, 1, 1]), laid([1, 1, 1], years=[2010, 2015, 2021]), laid([1, 1, 1]))
    one = laid([1.0], years=[2010])
    with pytest.raises(ValueError, match="two years"):
        decompose(one, one, one)


def test_current_prices_are_told_and_constant_ones_are_not() -> None:
    deflated = MONEY.model_copy(update={"price_base": 2010, "deflator": {2010: 100.0, 2015: 110.0}})
    (issue,) = check_decomposition(MONEY, 2, population=True)
    assert (issue.code, issue.severity) == ("nominal-decomposition", "note")
    assert check_decomposition(deflated, 2, population=True) == []
    assert check_decomposition(MONEY, 1, population=True) == []
    assert check_decomposition(MONEY, 2, population=False) == []
    assert (price_level(MONEY), price_level(deflated)) == ("current prices", "prices of 2010")


def panel() -> xr.Dataset:
    E, G, P = laid([10, 40, 40], [1, 2, 3], [5, np.nan, 5]), laid([100, 800, 800], [10] * 3, [7] * 3), laid(
        [1, 2, 2], [1] * 3, [2] * 3)  # fmt: skip
    return xr.Dataset(
        {"emissions": E, "gdp": G, "population": P},
        {"name": ("unit", ["甲", "乙", "丙"]), "省": ("unit", ["A", "A", "B"]), "市": ("unit", ["B", "A", "A"])},
    )


def test_the_table_has_units_parents_of_each_level_and_the_region() -> None:
    frame = decomposition_frame(panel(), ["省", "市"], MONEY)
    assert list(frame) == COLUMNS["decomposition"]
    assert len(frame) == (3 + 2 + 2 + 1) * 3
    whole = frame[frame["span"] == "whole"].set_index(["level", "parent_level", "unit"])
    assert whole.loc[("unit", "", "01"), "name"] == "甲"
    assert whole.loc[("parent", "省", "A"), "change"] == 32
    assert whole.loc[("parent", "市", "A"), "change"] == 2
    assert whole.loc[("region", "", ""), ["change", "units", "missing"]].tolist() == [32, 3, 0]
    step = frame[(frame["span"] == "step") & (frame["level"] == "region")].set_index("year")
    assert step.loc[2015, ["change", "units", "missing"]].tolist() == [31, 3, 1]
    assert (frame["price_level"] == "current prices").all()


def test_the_table_is_empty_with_one_year_or_without_population() -> None:
    for less in (panel().isel(year=[0]), panel().drop_vars("population")):
        frame = decomposition_frame(less, ["省"], MONEY)
        assert frame.empty
        assert list(frame) == COLUMNS["decomposition"]
