from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr

from ecocomp.issues import DataError
from ecocomp.space import (
    clusters,
    contiguity,
    global_moran,
    local_getis_ord,
    local_moran,
    local_moran_bivariate,
    restrict,
)
from ecocomp.study import Space

SIDE = 8
UNITS = pd.Index([f"u{r}{c}" for r in range(SIDE) for c in range(SIDE)], name="unit")


def squares() -> gpd.GeoDataFrame:
    shapes = [
        shapely.box(500_000 + c * 1e4, 4.2e6 + r * 1e4, 510_000 + c * 1e4, 4.21e6 + r * 1e4)
        for r in range(SIDE)
        for c in range(SIDE)
    ]
    return gpd.GeoDataFrame(geometry=shapes, index=UNITS, crs="EPSG:32650").to_crs("EPSG:4326")


def amounts() -> xr.DataArray:
    """Three years: a ramp with noise; in 2012 two units are missing, in 2017 the ones around the corner u00."""
    generator = np.random.default_rng(8)
    ramp = np.add.outer(np.arange(SIDE), np.arange(SIDE)).ravel() - 7.0
    values = ramp[:, None] + generator.normal(0, 2, (SIDE * SIDE, 4))
    values[[5, 40], 1] = np.nan
    values[[1, 8, 9], 3] = np.nan
    return xr.DataArray(
        values, dims=("unit", "year"), coords={"unit": UNITS.to_numpy(), "year": [2007, 2012, 2013, 2017]}
    )


SETTINGS = Space(permutations=9_999)


def test_each_year_is_what_its_own_graph_gives() -> None:
    local, regional = clusters(amounts(), squares(), SETTINGS, 5)
    assert local["i"].dims == ("unit", "year")
    for year in amounts()["year"].to_numpy():
        values = amounts().sel(year=year, drop=True).dropna("unit")
        units = pd.Index(values["unit"].to_numpy())
        graph = restrict(contiguity(squares(), isolates="drop"), units, squares(), "nearest")
        alone = local_moran(values, graph, 9_999, 5)
        star = local_getis_ord(values, graph, 9_999, 5)
        alone = alone.assign(gi_star_z=star["z"], gi_star_p=star["p_value"], hot_spot=star["cluster"])
        xr.testing.assert_identical(local.sel(year=year, unit=values["unit"]).drop_vars("year"), alone)
        moran = global_moran(values, graph)
        for name in ("i", "z", "p"):
            assert float(regional[f"moran_{name}"].sel(year=year)) == float(moran[name])


def test_missing_amounts_stay_missing_and_their_neighbours_are_linked_anew() -> None:
    local, regional = clusters(amounts(), squares(), SETTINGS, 5)
    assert local["cluster"].sel(unit="u05", year=2012).item() == "missing"
    assert local["quadrant"].sel(unit="u05", year=2012).item() == ""
    assert np.isnan(local["p_value"].sel(unit="u05", year=2012))
    assert local["hot_spot"].sel(unit="u05", year=2012).item() == "missing"
    assert np.isnan(local["gi_star_z"].sel(unit="u05", year=2012))
    assert not np.isnan(local["p_value"].sel(unit="u00", year=2017))
    assert regional["n_isolate"].values.tolist() == [0, 0, 0, 0]
    dropped, regional = clusters(amounts(), squares(), Space(permutations=999, isolates="drop"), 5)
    assert dropped["cluster"].sel(unit="u00", year=2017).item() == "isolate"
    assert dropped["hot_spot"].sel(unit="u00", year=2017).item() == "isolate"
    assert regional["n_isolate"].values.tolist() == [0, 0, 0, 1]
    with pytest.raises(DataError, match="u00"):
        clusters(amounts(), squares(), Space(permutations=999, isolates="error"), 5)


@pytest.mark.parametrize("alternative", ["two-sided", "directed"])
@pytest.mark.parametrize("correction", ["none", "fdr"])
def test_counts_are_counts_of_the_labels(alternative: str, correction: str) -> None:
    settings = Space(permutations=9_999, alternative=alternative, correction=correction)  # type: ignore[arg-type]
    local, regional = clusters(amounts(), squares(), settings, 5)
    hot, cold = (local["hot_spot"] == side for side in ("hot", "cold"))
    assert (local["gi_star_z"].where(hot, 1.0) > 0).all()
    assert (local["gi_star_z"].where(cold, -1.0) < 0).all()
    assert int((hot | cold).sum()) > 0
    # both statistics ask whether the neighbours given the unit are unlike those of chance
    np.testing.assert_array_equal(local["gi_star_p"], local["p_value"])
    for label in ("HH", "LL", "HL", "LH", "ns", "isolate"):
        expected = (local["cluster"] == label).sum("unit")
        np.testing.assert_array_equal(regional[f"n_{label}"], expected)
    called = {
        name: clusters(amounts(), squares(), Space(permutations=9_999, **other), 5)[0]["cluster"]  # type: ignore[arg-type]
        .isin(["HH", "LL", "HL", "LH"])
        .sum("unit")
        for name, other in {
            "n_directed": {"alternative": "directed"},
            "n_two_sided": {"alternative": "two-sided"},
            "n_fdr": {"alternative": alternative, "correction": "fdr"},
        }.items()
    }
    for name, expected in called.items():
        np.testing.assert_array_equal(regional[name], expected)
    assert (regional["n_directed"] >= regional["n_two_sided"]).all()
    assert (regional["n_directed"] > 0).all()


def test_income_is_set_against_the_amount_in_the_same_pass() -> None:
    generator = np.random.default_rng(3)
    income = amounts().copy(data=generator.lognormal(size=amounts().shape))
    income.loc[{"unit": "u77"}] = np.nan
    local, _ = clusters(amounts(), squares(), SETTINGS, 5, income)
    without, _ = clusters(amounts(), squares(), SETTINGS, 5)
    xr.testing.assert_identical(local[list(without)], without)
    graph = contiguity(squares())
    alone = local_moran_bivariate(amounts().sel(year=2007), income.sel(year=2007), graph, 9_999, 5)
    for name, of_one in {"moran": "i", "p": "p_value", "cluster": "cluster"}.items():
        np.testing.assert_array_equal(local[f"bivariate_{name}"].sel(year=2007), alone[of_one])
    assert local["bivariate_cluster"].sel(unit="u77").values.tolist() == ["missing"] * 4


def test_income_that_does_not_vary_tells_nothing() -> None:
    income = amounts().copy(data=np.ones(amounts().shape))
    income.loc[{"year": 2007}] = np.random.default_rng(3).lognormal(size=SIDE * SIDE)
    local, _ = clusters(amounts(), squares(), SETTINGS, 5, income)
    assert local["bivariate_moran"].isnull().all("unit").sel(year=[2012, 2017]).all()
    assert (local["bivariate_cluster"].sel(year=2012) == "missing").all()


def test_the_order_of_rows_changes_nothing() -> None:
    local, regional = clusters(amounts(), squares(), SETTINGS, 5)
    shuffled = amounts().isel(unit=np.random.default_rng(1).permutation(len(UNITS)), year=[2, 0, 3, 1])
    other, other_regional = clusters(shuffled.transpose("year", "unit"), squares().iloc[::-1], SETTINGS, 5)
    assert other["unit"].values.tolist() == shuffled["unit"].values.tolist()
    xr.testing.assert_identical(other.sel(unit=local["unit"], year=local["year"]), local)
    xr.testing.assert_identical(other_regional.sel(year=local["year"]), regional)


def test_years_that_cannot_be_analysed_are_refused_together() -> None:
    values = amounts()
    values.loc[{"year": 2007}] = 3.0
    values.loc[{"year": 2017}] = np.nan
    with pytest.raises(DataError) as caught:
        clusters(values, squares(), SETTINGS, 5)
    assert [(i.code, i.year) for i in caught.value.issues] == [
        ("constant-amount", 2007),
        ("too-few-units", 2017),
    ]


def test_an_infinite_amount_is_named_with_its_year() -> None:
    values = amounts()
    values.loc[{"year": 2013, "unit": "u00"}] = np.inf
    with pytest.raises(ValueError, match="infinite values in slice year=2013"):
        clusters(values, squares(), SETTINGS, 5)


def test_the_map_must_hold_the_same_units() -> None:
    with pytest.raises(ValueError, match="polygons lack 1 units of the values, first 'u33'"):
        clusters(amounts(), squares().drop("u33"), SETTINGS, 5)


def test_permutations_for_global_moran_are_used() -> None:
    normal = clusters(amounts(), squares(), Space(permutations=99), 5)[1]
    permuted = clusters(amounts(), squares(), Space(permutations=99, global_permutations=99), 5)[1]
    assert permuted["moran_p"].values.tolist() == [0.02] * 4  # 2 · (0 + 1) / (99 + 1): a ramp
    assert (normal["moran_p"] < 1e-6).all()
