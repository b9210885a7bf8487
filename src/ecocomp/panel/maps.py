"""The map beside the panel: matching polygons to the table, dissolving them, and measuring their areas."""

from __future__ import annotations

from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely
import xarray as xr

from ecocomp.issues import DataError, Issue
from ecocomp.panel.topology import topology_issues
from ecocomp.sources.boundaries import Boundaries, read_boundaries
from ecocomp.sources.tables import RawTable
from ecocomp.study import Study

__all__ = ["areas", "match", "read_map", "repair"]

MANY = 20
"""Polygons that the table lacks, above which one issue tells them all."""

_ASTRIDE = 1e-3
"""Sum of the southern and northern end of a region that the equator halves, below which Albers has no cone [°]."""

_LOST_ZERO = "; a leading zero was lost: {0} is 0{0} on the map"
_KEEP_ZEROS = "store the codes as text, with their zeros: a number keeps none, whatever its format shows"


def read_map(study: Study, table: RawTable | None) -> Boundaries:
    """Read the polygons that a study names; names of its table, if it could be read, show how theirs are encoded.

    Raises
    ------
    DataError, MissingDependencyError
        As :func:`ecocomp.sources.boundaries.read_boundaries`.
    """
    units = study.units
    labels = [units.id, units.name, *units.parents, *([units.dissolve] if units.dissolve else [])]
    cells = table.frame[[c for c in labels if c in table.frame]].to_numpy() if table is not None else np.empty(0)
    known = {str(cell) for cell in np.unique(cells.astype(str))}
    return read_boundaries(
        units.boundaries,
        study.folder,
        units.boundaries_id,
        units.boundaries_layer,
        units.boundaries_source,
        query=units.boundaries_query,
        crs=units.boundaries_crs,
        datum=units.boundaries_datum,
        known=known,
    )


def repair(boundaries: Boundaries) -> tuple[gpd.GeoDataFrame, list[Issue]]:
    """Return the polygons indexed by code, invalid rings repaired, with an issue for each fault of the map."""
    frame, issues = boundaries.frame, list(boundaries.issues)
    repeated = frame["id"][frame["id"].duplicated()]
    issues += [
        Issue("error", "boundaries-duplicate", "several polygons have this code", "merge them into one feature",
              boundaries.file, unit=code)
        for code in sorted(set(repeated))
    ]  # fmt: skip
    shapes = np.array(frame.geometry.values)
    broken = ~(shapely.is_valid(shapes) | shapely.is_missing(shapes))
    for code, reason in zip(frame["id"][broken], shapely.is_valid_reason(shapes[broken]), strict=True):
        issues.append(
            Issue("warning", "boundaries-invalid", f"the polygon is invalid ({reason})", "repaired; check its outline",
                  boundaries.file, unit=code)
        )  # fmt: skip
    shapes[broken] = shapely.make_valid(shapes[broken], method="structure", keep_collapsed=False)
    issues += [
        Issue("error", "boundaries-geometry", "the polygon has no area", "delete or redraw it",
              boundaries.file, unit=code)
        for code in frame["id"][broken & shapely.is_empty(shapes)]
    ]  # fmt: skip
    mapped = gpd.GeoDataFrame(geometry=shapes, index=pd.Index(frame["id"], name="code"), crs=frame.crs)
    return mapped[~mapped.index.duplicated()], issues


def match(
    mapped: gpd.GeoDataFrame, members: pd.DataFrame, unmatched: str, table: str, boundaries: str
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, list[Issue]]:
    """Match the polygons with the table's codes and dissolve them.

    Returns
    -------
    geometry : geopandas.GeoDataFrame
        One polygon a unit, indexed by ``unit``, sorted.
    backdrop : geopandas.GeoDataFrame
        Polygons whose code the table lacks.
    issues : list of Issue
        Codes without a polygon (errors), polygons without a row (as ``unmatched`` says), or no overlap at all; where
        polygons of the study do not fit together.
    """
    codes = members.index
    lost = {code for code in codes if code not in mapped.index and f"0{code}" in mapped.index}
    if not codes.isin(mapped.index).any():
        few = [", ".join([*map(str, sorted(i)[:3]), "…"]) for i in (codes, mapped.index)]
        hint = _LOST_ZERO.format(min(lost)) if lost else ""
        issue = Issue("error", "no-overlap", f"no unit of the table is on the map (table: {few[0]}; map: {few[1]})"
                      f"{hint}", _KEEP_ZEROS if lost else "check units.id and units.boundaries_id",
                      f"{table}, {boundaries}")  # fmt: skip
        return mapped.iloc[:0], mapped, [issue]
    issues = [
        Issue("error", "not-on-map",
              f"is in the table and not on the map{_LOST_ZERO.format(code) if code in lost else ''}",
              _KEEP_ZEROS if code in lost else "correct the code or add its polygon",
              f"{table}, {boundaries}", unit=code)
        for code in codes[~codes.isin(mapped.index)]
    ]  # fmt: skip
    rest = mapped[~mapped.index.isin(codes)]
    issues += _not_in_table(sorted(rest.index), unmatched == "error", f"{table}, {boundaries}")
    kept = mapped[mapped.index.isin(codes)]
    units = pd.Index(members["unit"].reindex(kept.index).to_numpy(str), name="unit")
    joined = units.duplicated(keep=False)  # a unit of one member keeps its polygon as it is
    dissolved = kept[joined].dissolve(by=units[joined])[["geometry"]].rename_axis("unit")
    geometry = pd.concat([kept[~joined].set_index(units[~joined])[["geometry"]], dissolved])
    whole = set(kept.geom_type) <= {"Polygon", "MultiPolygon"} and not kept.is_empty.any()
    if mapped.crs is not None and whole and _on_earth(kept.envelope).all():
        issues += topology_issues(kept, rest, boundaries)
    return geometry.sort_index(), rest, issues


def _not_in_table(codes: list[str], strict: bool, files: str) -> list[Issue]:
    """Return an issue for each polygon that the table lacks, or one for all where they are many."""
    severity: Literal["error", "warning"] = "error" if strict else "warning"
    accept = 'set unmatched = "warn" to have it drawn grey' if strict else "accept that it is drawn grey"
    remedy = f"add its rows, or {accept} and left out"
    if len(codes) > MANY:
        message = f"{len(codes)} polygons are on the map and not in the table: {', '.join(codes[:MANY])}, …"
        return [Issue(severity, "not-in-table", message, remedy.replace(" it ", " each "), files)]
    return [
        Issue(severity, "not-in-table", "is on the map and not in the table", remedy, files, unit=code)
        for code in codes
    ]  # fmt: skip


def areas(geometry: gpd.GeoDataFrame, method: Literal["geodesic", "equal_area"] = "geodesic") -> xr.DataArray:
    """Measure the areas of polygons.

    Parameters
    ----------
    geometry
        Polygons with a CRS, indexed by ``unit``.
    method
        ``geodesic`` on the WGS 84 ellipsoid, edges taken as geodesics (Karney 2013), or ``equal_area`` in Albers'
        projection with its standard parallels at one and five sixths of the region's latitudes, or in the cylindrical
        equal-area one where the equator halves the region.

    Returns
    -------
    xarray.DataArray
        Dimension (unit,) [km²].

    Raises
    ------
    DataError
        If a polygon has no finite area: its coordinates are no place on Earth.
    """
    lonlat = geometry.to_crs("EPSG:4326")
    placed = _on_earth(lonlat.geometry)
    square_metres = np.full(len(lonlat), np.nan)
    if placed.any():
        square_metres[placed] = _square_metres(lonlat[placed], method)
    unmeasured = [str(unit) for unit in geometry.index[~np.isfinite(square_metres)]]
    if unmeasured:
        named = ", ".join(unmeasured[:MANY]) + (", …" if len(unmeasured) > MANY else "")
        raise DataError(
            [Issue("error", "boundaries-crs", f"polygons without a finite area in {geometry.crs.name}: {named}",
                   "repair their coordinates, or declare the system that they are in with boundaries_crs")]
        )  # fmt: skip
    return xr.DataArray(square_metres / 1e6, dims="unit", coords={"unit": geometry.index.to_numpy(str)})


def _on_earth(shapes: gpd.GeoSeries) -> npt.NDArray[np.bool_]:
    """Return which shapes have a longitude and latitude; shape (n,)."""
    return np.asarray(np.isfinite(shapes.to_crs("EPSG:4326").bounds.to_numpy()).all(axis=1))


def _square_metres(lonlat: gpd.GeoDataFrame, method: Literal["geodesic", "equal_area"]) -> list[float]:
    if method == "geodesic":
        ellipsoid = pyproj.Geod(ellps="WGS84")
        return [abs(ellipsoid.geometry_area_perimeter(shapely.orient_polygons(g))[0]) for g in lonlat.geometry]
    west, south, east, north = lonlat.total_bounds
    sixth = (north - south) / 6
    if abs(south + north) < _ASTRIDE:  # a cone that touches both hemispheres alike is a cylinder
        plane = "+proj=cea +lat_ts=0 +lon_0=0 +datum=WGS84"
    else:
        plane = f"+proj=aea +lat_1={south + sixth} +lat_2={north - sixth} +lon_0={(west + east) / 2} +datum=WGS84"
    return list(lonlat.to_crs(plane).area)
