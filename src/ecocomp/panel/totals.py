"""Totals that do not lose what is missing: the one place where values are added up over units."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

__all__ = ["mean_over_valid", "sum_over_valid", "total_by", "valid_units"]


def valid_units(*quantities: xr.DataArray) -> xr.DataArray:
    """Return where every quantity of a step is there.

    Parameters
    ----------
    quantities
        Arrays with dimension ``unit`` and any others.

    Returns
    -------
    xarray.DataArray
        Boolean, on the dimensions of the quantities together.

    Raises
    ------
    ValueError
        If their labels differ.
    """
    found: xr.DataArray = xr.apply_ufunc(_all_known, *quantities, join="exact", dask="allowed")
    return found


def _all_known(first: Any, *others: Any) -> Any:
    missing = np.isnan(first)
    for values in others:
        missing = missing | np.isnan(values)
    return ~missing


def total_by(quantity: xr.DataArray, labels: npt.NDArray[np.str_]) -> xr.DataArray:
    """Add up the units that carry the same label, a total with a missing part being missing.

    Parameters
    ----------
    quantity
        Dimensions (unit, …).
    labels
        Label of each unit, in the order of ``quantity``.

    Returns
    -------
    xarray.DataArray
        Dimensions (unit, …), the units now being the labels, sorted.
    """
    values = quantity.transpose("unit", ...)
    groups, index = np.unique(labels, return_inverse=True)
    sums = np.zeros((groups.size, *values.shape[1:]))
    np.add.at(sums, index, values.values)  # a missing part makes its sum missing
    coords = {str(name): values[name].values for name in values.dims[1:] if name in values.coords}
    return xr.DataArray(sums, {"unit": groups, **coords}, values.dims, name=quantity.name)


def sum_over_valid(quantity: xr.DataArray, valid: xr.DataArray) -> xr.DataArray:
    """Add up over the valid units of each year; missing where there is none."""
    return quantity.where(valid).reduce(_sum_of_known, "unit")


def _sum_of_known(values: Any, axis: int) -> Any:
    missing = np.isnan(values)
    total = np.where(missing, 0.0, values).sum(axis=axis)
    return np.where(missing.all(axis=axis), np.nan, total)


def mean_over_valid(quantity: xr.DataArray, valid: xr.DataArray) -> xr.DataArray:
    """Average over the valid units of each year, every unit counting the same; missing where there is none."""
    count = valid.sum("unit")
    return sum_over_valid(quantity, valid) / count.where(count > 0, np.nan)
