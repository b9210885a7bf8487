"""The published totals of the demonstration, from the one table ``totals.csv``."""

from __future__ import annotations

from importlib import resources

import pandas as pd
import xarray as xr

from ecocomp.units import scale

__all__ = ["provincial_totals", "sources"]

CANONICAL = {"emissions": "Mt CO2", "gdp": "CNY", "population": "person"}


def _table() -> pd.DataFrame:
    with resources.files("ecocomp.demo").joinpath("totals.csv").open(encoding="utf-8") as file:
        return pd.read_csv(file)


def provincial_totals() -> xr.Dataset:
    """Return the provincial totals that the demonstration meets.

    Returns
    -------
    xarray.Dataset
        ``emissions`` [Mt CO2], ``gdp`` [CNY], ``population`` [person] and ``npp`` [gC m-2 a-1 of vegetated
        land] on (parent, year).
    """
    table = _table()
    years = [column for column in table.columns if column.isdigit()]
    arrays = {}
    for quantity, rows in table.groupby("quantity"):
        canonical = CANONICAL.get(str(quantity))
        factor = scale(rows["unit"].iloc[0], canonical) if canonical else 1.0
        values = rows[years].to_numpy(dtype=float) * factor
        coordinates = {
            "parent": rows["province"].to_numpy(dtype=object),
            "year": [int(year) for year in years],
        }
        arrays[str(quantity)] = xr.DataArray(values, coordinates, ("parent", "year"))
    return xr.Dataset(arrays)


def sources() -> dict[str, str]:
    """Return where the totals of each quantity come from."""
    return dict(_table().groupby("quantity")["source"].first())
