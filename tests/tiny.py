"""A tiny region on disk: six square counties in a row of two by three, two years, every number easy to do by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

CODES = ["010001", "010002", "010003", "020001", "020002", "020003"]
"""Codes with a leading zero, which every reader must keep."""

STUDY = """\
[study]
name = "试验区"
seed = 1

[units]
table = "面板.csv"
id = "代码"
year = "年份"
name = "名称"
parents = ["省"]
boundaries = "边界.geojson"
boundaries_id = "code"

[quantities]
emissions     = { column = "排放", unit = "Mt CO2" }
sequestration = { column = "吸收", unit = "Mt CO2" }
gdp           = { column = "GDP", unit = "1e8 CNY" }
population    = { column = "人口", unit = "1e4 person" }
area          = { column = "面积", unit = "km2" }

[compensation]
price = { value = 50, unit = "CNY/t CO2" }

[space]
permutations = 999
"""


def panel(years: tuple[int, ...] = (2010, 2015)) -> pd.DataFrame:
    """Return the table: the first three counties pay, the last three receive."""
    rows: list[dict[str, Any]] = []
    for t, year in enumerate(years):
        for i, code in enumerate(CODES):
            rows.append(
                {
                    "代码": code, "名称": f"县{i + 1}", "省": "甲省" if i < 3 else "乙省", "年份": year,
                    "排放": [9.0, 6.0, 5.0, 1.0, 2.0, 1.5][i] + t, "吸收": [1.0, 2.0, 1.0, 4.0, 3.5, 4.5][i],
                    "GDP": [300.0, 200.0, 150.0, 50.0, 60.0, 40.0][i] * (1 + t), "人口": [90.0, 60, 50, 30, 35, 20][i],
                    "面积": [1000.0, 1500, 1200, 3000, 2800, 3500][i],
                }
            )  # fmt: skip
    return pd.DataFrame(rows)


def boundaries() -> gpd.GeoDataFrame:
    """Return squares of 0.3 degrees side by side, 2 rows of 3, around 115° E, 39° N."""
    shapes = [
        box(115 + 0.3 * (i % 3), 39 - 0.3 * (i // 3), 115.3 + 0.3 * (i % 3), 39.3 - 0.3 * (i // 3)) for i in range(6)
    ]
    return gpd.GeoDataFrame({"code": CODES}, geometry=shapes, crs="EPSG:4326")


def write_study(
    folder: Path,
    *,
    table: pd.DataFrame | None = None,
    shapes: gpd.GeoDataFrame | None = None,
    replace: dict[str, str] | None = None,
) -> Path:
    """Write the study, its table and its map into a folder, with pieces of the study's text replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    (panel() if table is None else table).to_csv(folder / "面板.csv", index=False, encoding="utf-8-sig")
    (boundaries() if shapes is None else shapes).to_file(folder / "边界.geojson", driver="GeoJSON")
    text = STUDY
    for old, new in (replace or {}).items():
        assert old in text, f"{old!r} is not in the study"
        text = text.replace(old, new)
    path = folder / "研究.toml"
    path.write_text(text, encoding="utf-8")
    return path
