"""Shares against the real panel: its own emissions as proxy give themselves back."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import xarray as xr

from ecocomp.accounts.emissions import not_conserved, top_down

pytestmark = pytest.mark.shared


def test_provinces_shared_out_by_their_own_emissions_give_them_back(shared: Path) -> None:
    table = pd.read_csv(shared / "data" / "bth_counties" / "panel.csv", dtype={"adcode": str})
    table = table.dropna(subset="co2_mt")
    emissions = table.set_index(["adcode", "year"])["co2_mt"].unstack("year").dropna()
    provinces = table.drop_duplicates("adcode").set_index("adcode")["province"].loc[emissions.index]
    totals = emissions.groupby(provinces).sum()
    units, years = emissions.index.to_numpy(str), emissions.columns.to_list()
    observed = xr.DataArray(emissions.to_numpy(), {"unit": units, "year": years}, ("unit", "year"))
    parent = xr.DataArray(provinces.to_numpy(str), {"unit": units}, ("unit",))
    total = xr.DataArray(totals.to_numpy(), {"parent": totals.index.to_numpy(str), "year": years}, ("parent", "year"))
    assert len(units) > 150
    shares = top_down(total, observed, parent)
    assert abs(shares / observed - 1).max() < 1e-12
    assert not_conserved(shares, total, parent) == []
