"""Labels of units: the canonical order, and exact agreement between arrays, graphs and maps."""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

__all__ = ["canonical_order", "require_same", "require_unique", "unit_index"]


def canonical_order(labels: pd.Index) -> NDArray[np.intp]:
    """Return the positions that sort the labels, so that no result depends on the order of rows.

    Parameters
    ----------
    labels : pd.Index
        Unit ids (unit).

    Returns
    -------
    ndarray of int
        Positions (unit): numbers sort by value, everything else as text.
    """
    numeric = pd.api.types.is_numeric_dtype(labels.dtype)
    if (numeric or labels.inferred_type == "string") and labels.is_monotonic_increasing:  # cheaper than to sort
        return np.arange(len(labels))
    return np.argsort((labels if numeric else labels.astype(str)).to_numpy(), kind="stable")


def unit_index(values: xr.DataArray) -> pd.Index:
    """Return the labels of the dimension ``unit``.

    Raises
    ------
    ValueError
        If the dimension or its labels are missing, or a label occurs twice.
    """
    if "unit" not in values.dims:
        raise ValueError(f"values need a dimension 'unit'; they have {tuple(values.dims)}")
    if "unit" not in values.indexes:
        raise ValueError("the dimension 'unit' has no labels: give it a coordinate of unit ids")
    labels: pd.Index = values.indexes["unit"]
    require_unique(labels, "values")
    return labels


def require_unique(labels: pd.Index, what: str) -> None:
    """Refuse labels that occur more than once.

    Raises
    ------
    ValueError
        Naming the first label that occurs twice.
    """
    if not labels.is_unique:
        twice = labels[labels.duplicated()][0]
        raise ValueError(f"unit {twice!r} occurs more than once in the {what}: make the ids unique")


def require_same(labels: pd.Index, reference: pd.Index, what: str, reference_name: str) -> None:
    """Refuse two indexes that do not hold exactly the same units, in whatever order.

    Raises
    ------
    ValueError
        Naming the first units that one side lacks.
    """
    if labels.equals(reference):
        return
    missing = reference.difference(labels, sort=False)
    extra = labels.difference(reference, sort=False)
    if len(missing) or len(extra):
        parts = []
        if len(missing):
            parts.append(f"the {what} lack {len(missing)} units of the {reference_name}, first {missing[0]!r}")
        if len(extra):
            parts.append(f"the {what} have {len(extra)} units unknown to the {reference_name}, first {extra[0]!r}")
        raise ValueError("; ".join(parts) + ": select the same units on both sides")
