"""What is settled of amounts by the default gap rule alone, without saying who pays whom."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import xarray as xr

from ecocomp.settlement import scale_larger_side

__all__ = ["scaled"]


def scaled(amounts: xr.DataArray) -> xr.DataArray:
    """Return what is settled if the larger side is scaled down, without caps and floors.

    Parameters
    ----------
    amounts
        V, dimensions (unit, year) and any others [CNY].

    Returns
    -------
    xarray.DataArray
        Positive paid, negative received, in whole fen, summing to zero [CNY]; missing where V is. The same as
        :func:`ecocomp.settlement.settle` by default, at a fraction of its cost, since no transfers are made.
    """
    ordered = amounts.sortby("unit")  # a fen that two could have goes by unit
    found: xr.DataArray = xr.apply_ufunc(
        _scaled, ordered, input_core_dims=[["unit"]], output_core_dims=[["unit"]], vectorize=True
    )
    return found.sel(unit=amounts["unit"]).transpose(*amounts.dims).rename("settled")


def _scaled(amounts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    paid, received = scale_larger_side(np.nan_to_num(amounts.clip(min=0)), np.nan_to_num((-amounts).clip(min=0)))
    return np.where(np.isnan(amounts), np.nan, (paid - received) / 100)
