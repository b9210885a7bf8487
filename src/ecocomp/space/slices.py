"""An array with the dimension unit as slices: one row a combination of the other dimensions, units sorted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ecocomp.space.labels import canonical_order, require_same, unit_index

__all__ = ["Slices", "deviations", "is_constant", "slices_of", "valid_sets"]

MINIMUM_UNITS = 3


@dataclass(frozen=True)
class Slices:
    """Values (slice, unit) with the units in canonical order, and the array they came from, unit first."""

    table: NDArray[np.float64]
    order: NDArray[np.intp]
    template: xr.DataArray

    def name(self, row: int) -> str:
        """Return what tells a slice from the others, e.g. ``year=2012``; empty where there is only one."""
        sizes = self.template.shape[1:]
        places = np.unravel_index(row, sizes) if sizes else ()
        labels = [
            f"{dimension}={self.template[dimension].to_numpy()[place]}"
            for dimension, place in zip(self.template.dims[1:], places, strict=True)
        ]
        return ", ".join(labels)

    def array(self, rows: NDArray[np.generic]) -> xr.DataArray:
        """Return results (slice, unit) as an array like the one the slices came from."""
        unsorted = np.empty_like(rows)
        unsorted[:, self.order] = rows
        return self.template.copy(data=unsorted.T.reshape(self.template.shape))


def slices_of(values: xr.DataArray | pd.Series, units: pd.Index, reference: str) -> Slices:
    """Return the slices of an array whose units are exactly those of a graph or map.

    Parameters
    ----------
    values : DataArray or Series
        With the dimension ``unit`` and any others (a batch), or a Series indexed by unit; any unit of
        measure.
    units : pd.Index
        The units there must be, in any order.
    reference : str
        What holds ``units``, for messages.

    Returns
    -------
    Slices
        The values as float; a missing value stays missing.

    Raises
    ------
    ValueError
        If units differ, or a value is infinite.
    """
    if isinstance(values, pd.Series):
        values = xr.DataArray(values.to_numpy(), dims="unit", coords={"unit": values.index.to_numpy()})
    labels = unit_index(values)
    require_same(labels, units, "values", reference)
    ordered = values.transpose("unit", ...)
    template = xr.DataArray(ordered.data, coords=ordered.coords, dims=ordered.dims)
    order = canonical_order(labels)
    table = np.asarray(template.to_numpy(), dtype=np.float64).reshape(len(labels), -1)
    # contiguous rows: sums over a slice then take the same bits alone and in a batch
    slices = Slices(np.ascontiguousarray(table[order].T), order, template)
    infinite = np.isinf(slices.table).any(axis=1)
    if infinite.any():
        raise ValueError(f"infinite values{_place(slices, int(infinite.argmax()))}: make them missing or finite")
    return slices


def valid_sets(slices: Slices) -> list[tuple[NDArray[np.bool_], NDArray[np.intp]]]:
    """Return each set of valid units (unit), with the slices that have it (slice)."""
    rows_of: dict[bytes, list[int]] = {}
    valid = ~np.isnan(slices.table)
    for row, mask in enumerate(valid):
        rows_of.setdefault(mask.tobytes(), []).append(row)
    return [(valid[rows[0]], np.array(rows)) for rows in rows_of.values()]


def deviations(slices: Slices, valid: NDArray[np.bool_], rows: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the deviations from the mean over the valid units (slice, valid unit).

    Deviations that rounding cannot tell from 0 are 0.

    Raises
    ------
    ValueError
        If a slice has fewer than 3 valid units, or the same value everywhere; naming the slice.
    """
    if valid.sum() < MINIMUM_UNITS:
        raise ValueError(
            f"{valid.sum()} valid units{_place(slices, int(rows[0]))}: spatial statistics need at least "
            f"{MINIMUM_UNITS}; complete the values or leave the slice out"
        )
    result = np.empty((rows.size, int(valid.sum())))
    for row, deviation in zip(rows, result, strict=True):
        value = slices.table[row][valid]
        deviation[:] = value - value.mean()
        if is_constant(value):
            raise ValueError(
                f"all values are the same{_place(slices, int(row))}: spatial statistics need values that "
                "vary; leave the slice out"
            )
        deviation[np.abs(deviation) <= max(_rounding(value), 1e-12 * np.abs(deviation).max())] = 0.0
    return result


def is_constant(values: NDArray[np.float64]) -> bool:
    """Tell whether rounding cannot tell the values (unit) apart."""
    return bool(np.ptp(values) <= _rounding(values) < np.inf)


def _rounding(values: NDArray[np.float64]) -> float:
    """Return the size that rounding errors of a deviation from the mean may have."""
    return float(8 * np.finfo(np.float64).eps * np.abs(values).max())


def _place(slices: Slices, row: int) -> str:
    name = slices.name(row)
    return f" in slice {name}" if name else ""
