"""Accounts of grids that are larger than memory: cells instead of units, a year and some rows at a time.

The formulas are those of the other rooms. What stands here is the sum over cells, in an order that no cutting into
chunks changes, and the way from a store of inputs to a store of results.
"""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from ecocomp.accounts import net_account, size_index, size_normalised
from ecocomp.compensation import amount, side
from ecocomp.issues import MissingDependencyError, ResultsFolderError
from ecocomp.panel import valid_units
from ecocomp.space import grid_local_moran
from ecocomp.units import CURRENCY, currency_of
from ecocomp.variables import variable

__all__ = ["CLUSTERS", "cell_means", "cell_sums", "grid_accounts", "write_grid_accounts"]

CELLS = ("y", "x")
CLUSTERS = ("ns", "HH", "LL", "HL", "LH", "isolate")
"""What the numbers from 0 on of the written ``cluster`` stand for; −1 is missing."""
EQUAL = {"area": 1.0, "population": 1.0, "gdp": 1.0}
SIDES = {"flag_values": [-1, 0, 1, 2], "flag_meanings": "recipient balanced payer missing"}
CLUSTER_FLAGS = {
    "flag_values": list(range(-1, len(CLUSTERS))),
    "flag_meanings": " ".join(("missing", *CLUSTERS)),
}


def cell_sums(values: xr.DataArray, valid: xr.DataArray) -> xr.DataArray:
    """Add up over the valid cells of a grid, in an order that the chunks of the array do not change.

    Each row is summed along ``x``, and the sums of the rows along ``y``: rows stay whole, whatever the chunks, so that
    an array in memory and one in chunks give the same bits.

    Parameters
    ----------
    values
        Any unit of measure per cell, dimensions ``y`` and ``x`` and any others.
    valid
        Which cells count, on the same dimensions.

    Returns
    -------
    xarray.DataArray
        On the other dimensions, in memory; missing where there is no valid cell.
    """
    kept = values.where(valid).transpose(..., *CELLS)
    if kept.chunks is not None:
        kept = kept.chunk({"x": -1})
    rows = xr.apply_ufunc(
        _sums_and_counts, kept, input_core_dims=[["x"]], output_core_dims=[["part"]], dask="parallelized",
        output_dtypes=[np.float64], dask_gufunc_kwargs={"output_sizes": {"part": 2}},
    ).compute()  # fmt: skip
    parts = np.ascontiguousarray(rows.transpose(..., "part", "y").to_numpy()).sum(axis=-1)
    total = np.where(parts[..., 1] > 0, parts[..., 0], np.nan)
    others = [name for name in kept.dims if name not in CELLS]
    return xr.DataArray(total, {name: kept[name] for name in others if name in kept.coords}, others, name=values.name)


def _sums_and_counts(values: NDArray[Any]) -> NDArray[np.float64]:
    rows = np.ascontiguousarray(values, dtype=np.float64)
    missing = np.isnan(rows)
    return np.stack([np.where(missing, 0.0, rows).sum(axis=-1), (~missing).sum(axis=-1)], axis=-1)


def cell_means(panel: xr.Dataset, weights: Mapping[str, float] | None = None) -> dict[str, xr.DataArray]:
    """Return the mean of each weighted factor over the valid cells of each year, summed as by :func:`cell_sums`.

    Parameters
    ----------
    panel
        Dataset (year, y, x) with emissions, sequestration [Mt CO2] and the weighted factors.
    weights
        As :func:`grid_accounts`.
    """
    names = [name for name, weight in (weights or EQUAL).items() if weight > 0]
    on_cells = {name: panel[name].broadcast_like(panel["emissions"]) for name in names}
    valid = valid_units(panel["emissions"], panel["sequestration"], *on_cells.values())
    count = cell_sums(valid.astype(np.float64), valid)
    return {name: cell_sums(values, valid) / count for name, values in on_cells.items()}


def grid_accounts(
    panel: xr.Dataset,
    price: xr.DataArray | float,
    weights: Mapping[str, float] | None = None,
    mean: Literal["geometric", "arithmetic", "harmonic"] = "geometric",
) -> xr.Dataset:
    """Return the accounts, revised accounts and amounts of the cells of a grid.

    Arrays in chunks (Dask) stay in chunks, and nothing but the means is computed before it is asked for: equations and
    sources in :func:`ecocomp.accounts.net_account`, :func:`ecocomp.accounts.size_index`,
    :func:`ecocomp.accounts.size_normalised`, :func:`ecocomp.compensation.amount`.

    Parameters
    ----------
    panel
        Dataset (year, y, x) in canonical units: emissions, sequestration [Mt CO2] and the weighted factors of area
        [km²], population [person] and gdp [CNY], these on (year, y, x) or some of them. Cells should be of equal area
        for local Moran's I; NaN is no data.
    price
        Carbon price, a number or (year,) [CNY per t CO2]; its attribute ``units`` may name another currency, which
        is then that of the amounts.
    weights
        Of area, population and gdp in the size index, divided by their sum; left out: equal.
    mean
        Of the size index.

    Returns
    -------
    xarray.Dataset
        On (year, y, x): ``account`` [Mt CO2], ``size_index`` [1], ``revised`` [Mt CO2 at mean size], ``amount`` [CNY],
        ``side`` (1 pays, −1 receives, 0 is balanced, 2 is missing).

    Raises
    ------
    ValueError
        If a dimension or a quantity is missing, or labels differ.
    """
    stated = dict(weights or EQUAL)
    _require(panel, stated)
    panel = panel[["emissions", "sequestration", *stated]].astype(np.float64)
    with xr.set_options(arithmetic_join="exact"):
        account = net_account(panel["emissions"], panel["sequestration"])
        factors = {name: panel[name].broadcast_like(account) for name, weight in stated.items() if weight > 0}
        kappa = size_index(factors, cell_means(panel, stated), stated, mean).transpose(*account.dims)
        revised = size_normalised(account, kappa)
        per_tonne = price if isinstance(price, xr.DataArray) else xr.DataArray(price)
        amounts = amount(revised, per_tonne)
    found = {"account": account, "size_index": kappa, "revised": revised, "amount": amounts}
    currency = currency_of(str(per_tonne.attrs.get("units", ""))) or CURRENCY
    arrays = {name: _described(name, values, currency) for name, values in found.items()}
    arrays["revised"].attrs["units"] = "Mt CO2 at mean size"
    return xr.Dataset({**arrays, "side": side(amounts).assign_attrs(SIDES)})


def _described(name: str, values: xr.DataArray, currency: str = CURRENCY) -> xr.DataArray:
    v = variable(name)
    return values.rename(name).assign_attrs(units=v.unit_in(currency), long_name=v.label_en)


def _require(panel: xr.Dataset, weights: Mapping[str, float]) -> None:
    lacking = [name for name in ("emissions", "sequestration", *weights) if name not in panel]
    if lacking:
        raise ValueError(f"the grid lacks {', '.join(lacking)}; it has {', '.join(map(str, panel.data_vars))}")
    dims = panel["emissions"].dims
    if dims != ("year", *CELLS):
        raise ValueError(f"the grid needs the dimensions ('year', 'y', 'x') in this order; it has {dims}")


def write_grid_accounts(
    panel: xr.Dataset,
    folder: str | Path,
    price: xr.DataArray | float,
    weights: Mapping[str, float] | None = None,
    mean: Literal["geometric", "arithmetic", "harmonic"] = "geometric",
    *,
    permutations: int = 0,
    rule: Literal["queen", "rook"] = "queen",
    seed: int = 1,
    progress: Callable[[str], None] | None = None,
) -> xr.Dataset:
    """Write the accounts of a grid into a Zarr store, a year after the other, and return the sums of each year.

    Memory holds some rows of a year at a time, as many as the chunks of the inputs say; with permutations, clusters of
    one year as a whole, about 400 bytes a cell.

    Parameters
    ----------
    panel, price, weights, mean
        As :func:`grid_accounts`; the arrays of the panel in chunks, as ``xarray.open_zarr`` gives them.
    folder
        Zarr store to make; it appears complete or not at all.
    permutations
        Also write local Moran's I of the amount with so many conditional permutations (``local_moran``, ``p_value``,
        ``cluster``); 0: leave it out.
    rule, seed
        As :func:`ecocomp.space.grid_local_moran`.
    progress
        Called with the year that begins.

    Returns
    -------
    xarray.Dataset
        On (year): ``cells`` that are valid, ``account`` [Mt CO2], ``payments``, ``receipts``, ``gap`` [CNY],
        ``payers`` and ``recipients``, numbers of cells.

    Raises
    ------
    MissingDependencyError
        If Dask or Zarr is not installed.
    ResultsFolderError
        If the folder exists.
    ValueError
        As :func:`grid_accounts`.
    """
    for package in ("dask", "zarr"):
        if importlib.util.find_spec(package) is None:
            raise MissingDependencyError("writing the accounts of a grid", package, "scale")
    target = Path(folder)
    if target.exists():
        raise ResultsFolderError(f"{target} exists; give another folder, or remove it first")
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        sums = []
        for place, year in enumerate(panel["year"].to_numpy()):
            if progress is not None:
                progress(f"{year}")
            per_tonne = price.isel(year=[place]) if isinstance(price, xr.DataArray) and "year" in price.dims else price
            found = grid_accounts(panel.isel(year=[place]), per_tonne, weights, mean)
            if permutations:
                found = _with_clusters(found, permutations, rule, seed)
            _append(found.drop_encoding(), partial)
            del found
            with xr.open_zarr(partial) as written:  # computed once, read back
                sums.append(_sums(written.isel(year=[place])))
        partial.rename(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return xr.concat(sums, "year")


def _append(found: xr.Dataset, store: Path) -> None:
    """Add a year to a store, or begin it; format 2, which more programs read."""
    if store.exists():
        found.to_zarr(store, append_dim="year")
    else:
        found.to_zarr(store, zarr_format=2)


def _sums(found: xr.Dataset) -> xr.Dataset:
    amounts, known = found["amount"], found["amount"].notnull()
    payments = cell_sums(amounts.clip(min=0), known)
    receipts = cell_sums((-amounts).clip(min=0), known)
    counts = {
        name: cell_sums(on.astype(np.float64), on).fillna(0).astype(np.int64)
        for name, on in (("cells", known), ("payers", found["side"] == 1), ("recipients", found["side"] == -1))
    }
    account = cell_sums(found["account"], found["account"].notnull())
    money = {"payments": payments, "receipts": receipts, "gap": payments - receipts}
    return xr.Dataset({"account": account, **money, **counts})


def _with_clusters(found: xr.Dataset, permutations: int, rule: Any, seed: int) -> xr.Dataset:
    """Add local Moran's I of a year; its amounts, and the results, are in memory as a whole."""
    amounts = found["amount"].compute()
    moran = grid_local_moran(amounts, rule, permutations, seed)
    labels = moran["cluster"].to_numpy()
    numbers = np.full(labels.shape, -1, dtype=np.int8)
    for number, label in enumerate(CLUSTERS):
        numbers[labels == label] = number
    arrays = {"local_moran": moran["i"], "p_value": moran["p_value"]}
    described: dict[str, xr.DataArray] = {
        name: _described(name, values.drop_attrs()) for name, values in arrays.items()
    }
    cluster = xr.DataArray(numbers, amounts.coords, amounts.dims, attrs=CLUSTER_FLAGS)
    return found.assign({"amount": amounts, **described, "cluster": cluster}).chunk(found.chunks)
