from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from ecocomp.space import local_getis_ord
from ecocomp.space.emerging import emerging_hot_spots
from ecocomp.space.links import graph_of


def history(*units: list[float]) -> tuple[xr.DataArray, xr.DataArray]:
    """Standard scores, one list a unit; p is 0.01 where |z| ≥ 2, else 0.5."""
    rows = np.array(units, dtype=float)
    coords = {"unit": [f"u{n}" for n in range(len(rows))], "year": np.arange(2007, 2007 + rows.shape[1])}
    z = xr.DataArray(rows, dims=("unit", "year"), coords=coords)
    return z, xr.where(np.isnan(z), np.nan, xr.where(abs(z) >= 2, 0.01, 0.5))


@pytest.mark.parametrize(
    ("z", "kind"),
    [
        ([2.1, 2.2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3.0], "intensifying"),
        ([3.0, 2.9, 2.8, 2.7, 2.6, 2.5, 2.4, 2.3, 2.2, 2.1], "diminishing"),
        ([2.5, 2.1, 2.6, 2.2, 2.4, 2.3, 2.5, 2.2, 2.4, 2.3], "persistent"),
        ([1.0, 2.1, 2.6, 2.2, 2.9, 2.3, 2.5, 2.2, 2.4, 2.3], "persistent"),  # 90 % is enough
        ([2.5, 2.1, 2.6, 2.2, 2.4, 2.3, 2.5, 2.2, 2.4, 1.9], "historical"),
        ([0, 0, 1, 0, 0, 0, 0, 0, 0, 2.5], "new"),
        ([0, 0, 1, 0, 0, 0, 0, 2.5, 2.5, 2.5], "consecutive"),
        ([0, 0, 2.5, 0, 0, 0, 0, 2.5, 2.5, 2.5], "sporadic"),
        ([0, 0, 2.5, 0, -2.5, 0, 0, 2.5, 2.5, 2.5], "oscillating"),
        ([0, 0, 0, 0, -2.5, 0, 0, 0, 0, 2.5], "oscillating"),
        ([0, 0, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 2.5, 0], ""),
        ([2.5, 2.5, 2.5, 2.5], "untested"),
        ([2.1, 2.2, 2.3, 2.4, 2.5], "intensifying"),
        ([2.1, 2.2, 2.3, 2.4, np.nan, 2.5], "intensifying"),
        ([2.1, 2.2, 2.3, np.nan, np.nan, 2.5], "untested"),
        ([0, 0, 2.5, np.nan, 2.5, 2.5], "consecutive"),  # a missing year breaks no run
        ([0, 2.5], "new"),
        ([2.5, 2.5], "untested"),
    ],
)
def test_each_class_for_hot_and_cold(z: list[float], kind: str) -> None:
    hot = emerging_hot_spots(*history(z, list(-np.array(z))))["pattern"].values.tolist()
    assert hot == ([f"{kind} hot", f"{kind} cold"] if kind else ["none", "none"])


def test_units_without_a_last_year_or_a_history_are_missing() -> None:
    result = emerging_hot_spots(*history([2.5, 2.5, np.nan], [np.nan, np.nan, 2.5], [0, 0, 0]))
    assert result["pattern"].values.tolist() == ["missing", "missing", "none"]
    assert result["hot_share"].values.tolist() == [1.0, 1.0, 0.0]


def test_the_trend_is_told_and_the_level_is_used() -> None:
    z, p = history([2.1, 2.2, 2.3, 2.4])
    # four ascending years: p = 2 / 4! = 0.083, which alpha = 0.1 allows
    result = emerging_hot_spots(z, p, alpha=0.1)
    assert float(result["trend_p"][0]) == pytest.approx(2 / 24)
    assert float(result["tau"][0]) == 1.0
    assert result["pattern"].item() == "intensifying hot"


def test_labels_are_matched() -> None:
    z, p = history([0, 0, 2.5], [-2.5, 0, 0], [0, 0, -2.5])
    expected = emerging_hot_spots(z, p)
    xr.testing.assert_identical(emerging_hot_spots(z, p.isel(unit=[2, 0, 1]).transpose()), expected)
    with pytest.raises(ValueError, match="p lack 1 units of the z"):
        emerging_hot_spots(z, p.isel(unit=[0, 1]))
    with pytest.raises(ValueError, match="same years"):
        emerging_hot_spots(z, p.assign_coords(year=[1, 2, 3]))
    with pytest.raises(ValueError, match="at least 2 years"):
        emerging_hot_spots(z.isel(year=[0]), p.isel(year=[0]))
    with pytest.raises(ValueError, match="alpha"):
        emerging_hot_spots(z, p, alpha=1.5)


def test_spots_are_those_that_getis_and_ord_call() -> None:
    # a row of 30 units; a block of high ones grows year by year, and a high unit stands alone among low ones
    pairs = np.column_stack([np.arange(29), np.arange(1, 30)])
    units = pd.Index([f"u{n:02d}" for n in range(30)])
    graph = graph_of(np.concatenate([pairs, pairs[:, ::-1]]), units)
    rows = np.random.default_rng(1).normal(size=(30, 6))
    rows[3:7] += 8 + np.arange(6)
    rows[17:24] -= 6
    rows[20] += 20
    values = xr.DataArray(rows, dims=("unit", "year"), coords={"unit": units, "year": np.arange(2007, 2013)})
    spots = local_getis_ord(values, graph, 999)
    called = spots["cluster"].isin(["hot", "cold"])
    result = emerging_hot_spots(spots["z"], spots["p_value"].where(spots["cluster"] != "ns", 1.0))
    np.testing.assert_allclose(result["hot_share"] + result["cold_share"], called.mean("year"))
    kinds = result["pattern"].str.split(dim="part", sep=" ")
    assert (kinds.sel(unit=["u04", "u05"]).isel(part=-1) == "hot").all()
    assert result["pattern"].sel(unit="u20").item() == "none"
