"""A panel in which no rule finds anything, and a study around it; faults are put in by hand."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import xarray as xr
from shapely.geometry import box

from ecocomp.panel import Inputs
from ecocomp.study import Study

YEARS = (2010, 2015, 2020)
UNITS = [f"1301{i:02d}" for i in range(1, 7)] + [f"1302{i:02d}" for i in range(1, 7)]
DECLARED = {"emissions": "Mt CO2", "sequestration": "万吨 CO2", "gdp": "1e8 CNY", "population": "1e4 person",
            "area": "km2"}  # fmt: skip


def clean_inputs() -> Inputs:
    """Return twelve counties of some 800 km², growing by 5 to 9 % from one of three years to the next."""
    i, t = np.meshgrid(np.arange(len(UNITS)), np.arange(len(YEARS)), indexing="ij")
    growth = (1.05 + 0.01 * (i % 5)) ** t
    area = 801.37 + 13.71 * i
    population = (30.123 + 1.017 * i) * 1e4 * growth
    arrays = {
        "emissions": population * (5.137 + 0.211 * i) / 1e6 * growth,  # t a person
        "sequestration": area * (311.3 + 17.9 * i) / 1e6 * growth,  # t a km²
        "gdp": population * (30_012.7 + 511.3 * i) * growth,
        "population": population,
        "area": area * np.ones_like(growth),
    }
    panel = xr.Dataset(
        {name: (("unit", "year"), values) for name, values in arrays.items()},
        coords={
            "unit": UNITS, "year": list(YEARS), "name": ("unit", [f"第{k}县" for k in range(len(UNITS))]),
            "province": ("unit", ["河北省"] * 12), "city": ("unit", ["石家庄市"] * 6 + ["唐山市"] * 6),
        },
        attrs={"parents": ["province", "city"]},
    )  # fmt: skip
    shapes = [
        box(115 + 0.3 * (k % 4), 38 + 0.3 * (k // 4), 115.3 + 0.3 * (k % 4), 38.3 + 0.3 * (k // 4)) for k in range(12)
    ]
    geometry = gpd.GeoDataFrame(geometry=shapes, index=UNITS, crs="EPSG:4326")
    return Inputs(panel, geometry, geometry.iloc[:0], (), {})


def settings(**checks: Any) -> Study:
    """Return a study that reads those quantities in the units of yearbooks."""
    return Study.from_dict(
        {
            "study": {"name": "手工区"},
            "units": {"table": "数据/面板.csv", "id": "代码", "year": "年份", "name": "名称",
                      "parents": ["province", "city"], "boundaries": "b.gpkg"},
            "quantities": {name: {"column": f"列_{name}", "unit": unit} for name, unit in DECLARED.items()},
            "compensation": {"price": {"value": 50, "unit": "CNY/t CO2"}},
            "checks": checks,
        }
    )  # fmt: skip


def changed(name: str, values: Any, **where: Any) -> Inputs:
    """Return the clean inputs with some values of a quantity replaced, chosen by label."""
    inputs = clean_inputs()
    panel = inputs.panel.copy(deep=True)
    panel[name].loc[where] = values
    return with_panel(inputs, panel)


def with_panel(inputs: Inputs, panel: xr.Dataset) -> Inputs:
    return Inputs(panel, inputs.geometry, inputs.backdrop, inputs.issues, inputs.sources)
