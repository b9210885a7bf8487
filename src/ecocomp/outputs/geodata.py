"""The results on the map: a GeoPackage with one layer a year."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pyogrio

from ecocomp.result import Result

__all__ = ["read_geometry", "write_geodata"]

BACKDROP = "backdrop"


def write_geodata(result: Result, path: Path) -> None:
    """Write the polygons with the columns of ``results``, a layer a year, and those outside the study as backdrop."""
    for year, frame in result.results.groupby("year", sort=True):
        numbers = frame.astype(dict.fromkeys(("rank", "priority_class"), "float64"))  # a missing rank is null, not 0
        layer = result.geometry[["geometry"]].merge(numbers, left_index=True, right_on="unit", validate="1:1")
        pyogrio.write_dataframe(gpd.GeoDataFrame(layer, crs=result.geometry.crs), path, layer=str(year), driver="GPKG")
    if len(result.backdrop):
        backdrop = result.backdrop.rename_axis("unit").reset_index().assign(data_origin=result.manifest["data_origin"])
        pyogrio.write_dataframe(backdrop, path, layer=BACKDROP, driver="GPKG")


def read_geometry(path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return the polygons of the study's units and those of the backdrop, indexed by unit."""
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    first = next(name for name in layers if name != BACKDROP)
    geometry = pyogrio.read_dataframe(path, layer=first, columns=["unit"]).set_index("unit")
    if BACKDROP not in layers:
        return geometry, geometry.iloc[:0]
    return geometry, pyogrio.read_dataframe(path, layer=BACKDROP, columns=["unit"]).set_index("unit")
