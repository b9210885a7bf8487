"""An array with the dimension unit as slices: one row a combination of the other dimensions, units sorted."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from ecocomp.space.labels import canonical_order, require_same, unit_index
from ecocomp.space.neighbours import PreparedGraph

__all__ = ["Slices", "deviations", "fill_all", "is_constant", "slices_of", "slices_of_both", "valid_sets"]

MINIMUM_UNITS = 3


@dataclass(frozen=True)
class Slices:
    """Values (slice, unit) with the units in canonical order, and what labels them.

    Attributes
    ----------
    table
        The values.
    order
        Positions of the units, as they came, in canonical order (unit).
    dims, shape, coords
        Of the array that they came from, unit first.
    blanks
        Results of earlier calls with the same dims, shape and coords, by the names of their arrays.
    """

    table: NDArray[np.float64]
    order: NDArray[np.intp]
    dims: tuple[Hashable, ...]
    shape: tuple[int, ...]
    coords: xr.Coordinates
    blanks: dict[tuple[str, ...], xr.Dataset] = field(default_factory=dict)

    def name(self, row: int) -> str:
        """Return what tells a slice from the others, e.g. ``year=2012``; empty where there is only one."""
        places = np.unravel_index(row, self.shape[1:]) if len(self.shape) > 1 else ()
        labels = [
            f"{dimension}={self.coords[dimension].to_numpy()[place] if dimension in self.coords else place}"
            for dimension, place in zip(self.dims[1:], places, strict=True)
        ]
        return ", ".join(labels)

    def dataset(self, results: dict[str, NDArray[Any]]) -> xr.Dataset:
        """Return results (slice, unit) as arrays like the one the slices came from."""
        unsorted = None if _ascending(self.order) else np.argsort(self.order)
        arrays = {}
        for name, rows in results.items():
            table = rows if unsorted is None else rows[:, unsorted]
            arrays[name] = table.T.reshape(self.shape)
        names = tuple(arrays)
        if names not in self.blanks:
            blank = {
                name: xr.Variable(self.dims, np.broadcast_to(array.dtype.type(), self.shape))
                for name, array in arrays.items()
            }
            self.blanks[names] = xr.Dataset(blank, coords=self.coords)
        return self.blanks[names].copy(data=arrays)

    def dataset_without_units(self, results: dict[str, NDArray[Any]]) -> xr.Dataset:
        """Return results (slice) as arrays on the dimensions beside ``unit``."""
        arrays = {name: xr.Variable(self.dims[1:], rows.reshape(self.shape[1:])) for name, rows in results.items()}
        return xr.Dataset(arrays, coords={name: c for name, c in self.coords.items() if "unit" not in c.dims})


def slices_of(values: xr.DataArray | pd.Series, graph: PreparedGraph) -> Slices:
    """Return the slices of an array whose units are exactly those of a graph.

    Parameters
    ----------
    values : DataArray or Series
        With the dimension ``unit`` and any others (a batch), or a Series indexed by unit; any unit of
        measure.
    graph : PreparedGraph
        Has the units there must be, in any order.

    Returns
    -------
    Slices
        The values as float; a missing value stays missing.

    Raises
    ------
    ValueError
        If units differ, or a value is infinite.
    """
    order = graph.order
    dims: tuple[Hashable, ...] = ("unit",)
    blanks: dict[tuple[str, ...], xr.Dataset] = {}
    if isinstance(values, pd.Series) and values.index.equals(graph.labels):
        ordered, coords, blanks = values.to_numpy(), graph.coordinates, graph.blanks
    else:
        array = _unit_first(values)
        ordered, dims, coords = array.to_numpy(), array.dims, array.coords
        labels = array.indexes.get("unit")
        if labels is None or not labels.equals(graph.labels):
            labels = unit_index(array)
            require_same(labels, graph.labels, "values", "graph")
            order = canonical_order(labels)
    table = np.asarray(ordered, dtype=np.float64).reshape(order.size, -1)
    # contiguous rows: sums over a slice then take the same bits alone and in a batch
    rows = np.ascontiguousarray(table.T if _ascending(order) else table[order].T)
    slices = Slices(rows, order, dims, ordered.shape, coords, blanks)
    infinite = np.isinf(slices.table).any(axis=1)
    if infinite.any():
        raise ValueError(f"infinite values{_place(slices, int(infinite.argmax()))}: make them missing or finite")
    return slices


def slices_of_both(
    x: xr.DataArray | pd.Series, y: xr.DataArray | pd.Series, graph: PreparedGraph
) -> tuple[Slices, Slices]:
    """Return the slices of two arrays on the same labels, each missing where the other is.

    Raises
    ------
    ValueError
        As :func:`slices_of`, or if dimensions or labels differ.
    """
    first, second = _unit_first(x), _unit_first(y)
    if set(first.dims) != set(second.dims):
        raise ValueError(f"x and y need the same dimensions; they have {first.dims} and {second.dims}")
    second = second.transpose(*first.dims)
    for dimension in first.dims[1:]:
        if not np.array_equal(first[dimension], second[dimension]):
            raise ValueError(f"x and y have different labels along {dimension!r}: select the same on both sides")
    one, other = slices_of(first, graph), slices_of(second, graph)
    missing = np.isnan(one.table) | np.isnan(other.table)
    return (
        replace(one, table=np.where(missing, np.nan, one.table)),
        replace(other, table=np.where(missing, np.nan, other.table)),
    )


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
    every = bool(valid.all())
    result = np.empty((rows.size, int(valid.sum())))
    for row, deviation in zip(rows, result, strict=True):
        value = slices.table[row] if every else slices.table[row][valid]
        deviation[:] = value - value.mean()
        if is_constant(value):
            raise ValueError(
                f"all values are the same{_place(slices, int(row))}: spatial statistics need values that "
                "vary; leave the slice out"
            )
        deviation[np.abs(deviation) <= max(_rounding(value), 1e-12 * np.abs(deviation).max())] = 0.0
    return result


def fill_all(
    targets: tuple[NDArray[Any], ...],
    rows: NDArray[np.intp],
    valid: NDArray[np.bool_],
    results: tuple[NDArray[Any], ...],
) -> None:
    """Write results of some slices on their valid units (slice, valid unit) into all (slice, unit), in place."""
    at: Any = rows if valid.all() else np.ix_(rows, valid)
    for target, result in zip(targets, results, strict=True):
        target[at] = result


def is_constant(values: NDArray[np.float64]) -> bool:
    """Tell whether rounding cannot tell the values (unit) apart."""
    return bool(np.ptp(values) <= _rounding(values) < np.inf)


def _unit_first(values: xr.DataArray | pd.Series) -> xr.DataArray:
    """Return the values as an array whose first dimension is ``unit``, without name and attributes."""
    if isinstance(values, pd.Series):
        return xr.DataArray(values.to_numpy(), dims="unit", coords={"unit": values.index.to_numpy()})
    if "unit" not in values.dims:
        raise ValueError(f"values need a dimension 'unit'; they have {tuple(values.dims)}")
    ordered = values.transpose("unit", ...)
    return xr.DataArray(ordered.data, coords=ordered.coords, dims=ordered.dims)


def _ascending(order: NDArray[np.intp]) -> bool:
    return bool((order[1:] > order[:-1]).all())


def _rounding(values: NDArray[np.float64]) -> float:
    """Return the size that rounding errors of a deviation from the mean may have."""
    return float(8 * np.finfo(np.float64).eps * np.abs(values).max())


def _place(slices: Slices, row: int) -> str:
    name = slices.name(row)
    return f" in slice {name}" if name else ""
