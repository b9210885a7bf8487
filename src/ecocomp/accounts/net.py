"""The carbon account of a unit."""

from __future__ import annotations

import xarray as xr

__all__ = ["net_account"]


def net_account(emissions: xr.DataArray, sequestration: xr.DataArray) -> xr.DataArray:
    """Return the net carbon account, C = E − S.

    Parameters
    ----------
    emissions
        E, dimension (unit,) and any others [Mt CO2].
    sequestration
        S, on the same labels [Mt CO2].

    Returns
    -------
    xarray.DataArray
        C [Mt CO2]: positive is a deficit (the unit pays), negative a surplus (it receives); missing where E or S is.

    Raises
    ------
    ValueError
        If the labels differ (`xarray.AlignmentError`).
    """
    emissions, sequestration = xr.align(emissions, sequestration, join="exact", copy=False)
    return (emissions - sequestration).rename("account")
