"""Accounts of grids: by hand, the same bits in whatever chunks, and a store that is whole or absent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from ecocomp import grids
from ecocomp.accounts import revise
from ecocomp.issues import MissingDependencyError, ResultsFolderError
from ecocomp.space import grid_local_moran
from ecocomp.study import Revision

YEARS, ROWS, COLUMNS = [2001, 2005, 2010], 23, 31
FACTORS = ("area", "population", "gdp")


def random_grid() -> xr.Dataset:
    generator = np.random.default_rng(5)
    shape = (len(YEARS), ROWS, COLUMNS)

    def field(scale: float) -> Any:
        return ("year", "y", "x"), scale * generator.lognormal(size=shape)

    panel = xr.Dataset(
        {"emissions": field(1.0), "sequestration": field(0.8), "population": field(1e3), "gdp": field(1e7),
         "area": (("y", "x"), generator.uniform(0.9, 1.1, shape[1:]))},
        {"year": YEARS, "y": np.arange(ROWS), "x": np.arange(COLUMNS)},
    )  # fmt: skip
    panel["emissions"][:, :4, :5] = np.nan
    panel["gdp"][1, 9, 9] = np.nan
    return panel


@pytest.fixture(scope="module")
def panel() -> xr.Dataset:
    return random_grid()


def tiny_grid() -> xr.Dataset:
    """Two years of one row of three cells, the last without GDP."""
    values = {
        "emissions": [[5.0, 1.0, 4.0], [5.0, 1.0, 4.0]], "sequestration": [[1.0, 3.0, 1.0], [1.0, 3.0, 1.0]],
        "gdp": [[3.0, 1.0, np.nan], [1.0, 1.0, np.nan]],
    }  # fmt: skip
    arrays = {name: (("year", "y", "x"), np.array(v)[:, None, :]) for name, v in values.items()}
    return xr.Dataset(arrays, {"year": [2010, 2011]})


def test_accounts_by_hand() -> None:
    price = xr.DataArray([10.0, 20.0], {"year": [2010, 2011]}, "year")
    found = grids.grid_accounts(tiny_grid(), price, {"gdp": 1.0})
    # C = 4, −2, 3; mean GDP of the two valid cells 2 and 1: κ = 1.5, 0.5 in 2010 and 1, 1 in 2011
    np.testing.assert_allclose(found["account"].values[:, 0], [[4, -2, 3], [4, -2, 3]])
    np.testing.assert_allclose(found["size_index"].values[:, 0], [[1.5, 0.5, np.nan], [1, 1, np.nan]])
    np.testing.assert_allclose(found["revised"].values[:, 0], [[4 / 1.5, -4, np.nan], [4, -2, np.nan]])
    np.testing.assert_allclose(found["amount"].values[:, 0], [[4e7 / 1.5, -4e7, np.nan], [8e7, -4e7, np.nan]])
    assert found["side"].values[:, 0].tolist() == [[1, -1, 2], [1, -1, 2]]
    assert found["revised"].attrs["units"] == "Mt CO2 at mean size"


@pytest.mark.parametrize("mean", ["geometric", "arithmetic", "harmonic"])
def test_cells_are_revised_as_units_are(panel: xr.Dataset, mean: Any) -> None:
    weights = {"area": 1.0, "population": 2.0, "gdp": 3.0}
    units = panel.broadcast_like(panel["emissions"]).stack(unit=("y", "x")).reset_index("unit", drop=True)
    settings = Revision.model_validate({"weights": weights, "mean": mean})
    expected = revise(units.transpose("unit", "year"), settings)["revised"].values.T.reshape(panel["emissions"].shape)
    found = grids.grid_accounts(panel, 60.0, weights, mean)
    np.testing.assert_allclose(found["revised"].values, expected, rtol=1e-12)


@pytest.mark.scale
@pytest.mark.parametrize("chunks", [(1, 5, -1), (2, 7, 11), (3, -1, 1), (1, 1, -1)])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_chunks_change_no_bit_and_nothing_is_computed_early(panel: xr.Dataset, chunks: Any, dtype: Any) -> None:
    of_type = panel.astype(dtype)
    whole = grids.grid_accounts(of_type, 60.0)
    cut = grids.grid_accounts(of_type.chunk(dict(zip(("year", "y", "x"), chunks, strict=True))), 60.0)
    assert all(array.chunks is not None for array in cut.values())
    assert cut.compute().identical(whole)
    assert all(array.dtype == np.float64 for name, array in whole.items() if name != "side")


def test_sums_of_nothing_are_missing() -> None:
    values = xr.DataArray(np.ones((2, 3, 4)), dims=("year", "y", "x"))
    valid = xr.DataArray(np.arange(24).reshape(2, 3, 4) % 12 > 9, dims=values.dims)
    assert grids.cell_sums(values, valid).values.tolist() == [2, 2]
    none = grids.cell_sums(values, valid & (xr.DataArray([True, False], dims="year")))
    np.testing.assert_array_equal(none.values, [2, np.nan])


@pytest.mark.scale
def test_the_store_holds_what_memory_would(panel: xr.Dataset, tmp_path: Path) -> None:
    told: list[str] = []
    store = tmp_path / "账户.zarr"
    chunked = panel.chunk(year=1, y=6)
    sums = grids.write_grid_accounts(chunked, store, 60.0, permutations=99, seed=3, progress=told.append)
    whole = grids.grid_accounts(panel, 60.0)
    with xr.open_zarr(store) as opened:
        written = opened.compute()
    for name, array in whole.items():
        np.testing.assert_array_equal(written[name].values, array.values, err_msg=str(name))
        assert written[name].attrs == array.attrs
    moran = grid_local_moran(whole["amount"].isel(year=[1]), "queen", 99, 3)
    np.testing.assert_array_equal(written["local_moran"].values[1:2], moran["i"].values)
    np.testing.assert_array_equal(written["p_value"].values[1:2], moran["p_value"].values)
    words = np.array([*grids.CLUSTERS, "missing"])
    np.testing.assert_array_equal(words[written["cluster"].values[1:2]], moran["cluster"].values)

    v = whole["amount"].values
    assert told == ["2001", "2005", "2010"]
    assert sums["cells"].values.tolist() == (~np.isnan(v)).sum(axis=(1, 2)).tolist()
    assert sums["payers"].values.tolist() == (v > 0).sum(axis=(1, 2)).tolist()
    assert sums["recipients"].values.tolist() == (v < 0).sum(axis=(1, 2)).tolist()
    np.testing.assert_allclose(sums["payments"].values, np.nansum(np.maximum(v, 0), axis=(1, 2)), rtol=1e-12)
    np.testing.assert_allclose(sums["receipts"].values, np.nansum(np.maximum(-v, 0), axis=(1, 2)), rtol=1e-12)
    np.testing.assert_array_equal(sums["gap"].values, sums["payments"].values - sums["receipts"].values)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["账户.zarr"]


@pytest.mark.scale
def test_a_store_is_whole_or_absent(panel: xr.Dataset, tmp_path: Path) -> None:
    def stop_in_the_second_year(year: str) -> None:
        if year == "2005":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        grids.write_grid_accounts(panel.chunk(y=6), tmp_path / "a.zarr", 60.0, progress=stop_in_the_second_year)
    assert not list(tmp_path.iterdir())
    (tmp_path / "a.zarr").mkdir()
    with pytest.raises(ResultsFolderError, match=r"exists; give another folder"):
        grids.write_grid_accounts(panel.chunk(y=6), tmp_path / "a.zarr", 60.0)


def test_what_a_grid_lacks_is_told(panel: xr.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="the grid lacks population; it has"):
        grids.grid_accounts(panel.drop_vars("population"), 60.0)
    with pytest.raises(ValueError, match=r"needs the dimensions \('year', 'y', 'x'\)"):
        grids.grid_accounts(panel.transpose("y", "x", "year"), 60.0)
    with pytest.raises(ValueError, match="year"):
        grids.grid_accounts(panel, xr.DataArray([1.0], {"year": [1999]}, "year"))
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"ecocomp\[scale\]"):
        grids.write_grid_accounts(panel, tmp_path / "a.zarr", 60.0)
