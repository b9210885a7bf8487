"""From a study to its checked panel: read, join on unit and year, convert, match with the map, dissolve."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from ecocomp.issues import DataError, Issue, errors
from ecocomp.panel.columns import check_columns, convert, read_keys, unit_scales
from ecocomp.panel.inputs import Inputs
from ecocomp.panel.maps import areas, match, repair
from ecocomp.panel.members import read_members
from ecocomp.panel.totals import total_by
from ecocomp.sources.boundaries import Boundaries, read_boundaries
from ecocomp.sources.tables import RawTable, read_table
from ecocomp.study import Study
from ecocomp.variables import inputs as quantities
from ecocomp.variables import variable, weakest_origin

__all__ = ["Examination", "examine"]


class Examination(NamedTuple):
    """What reading a study's inputs gave: ``inputs`` is ``None`` where an issue is an error; ``years`` were read."""

    inputs: Inputs | None
    issues: list[Issue]
    years: list[int]


def examine(study: Study) -> Examination:
    """Read everything a study names and return the inputs with every problem found; never raises for data.

    Raises
    ------
    MissingDependencyError
        If the boundaries need a package that is not installed.
    """
    scales, issues = unit_scales(study)
    table, boundaries = _read(study, issues)
    mapped, broken = repair(boundaries) if boundaries is not None else (None, [])
    issues += broken
    if table is not None:
        issues += check_columns(table, study)
    if table is None or not {study.units.id, study.units.year} <= set(table.frame.columns):
        return Examination(None, issues, list(study.study.years or ()))
    table = _with_stand_ins(table, study)
    keys, found = read_keys(table, study.units)
    keys = _select_years(keys, study, table, issues)
    years = sorted(set(keys["year"]))
    members, unclear = read_members(table, keys, study.units)
    issues += found + unclear
    columns = _columns(study, table, keys, scales, issues)
    geometry = backdrop = None
    if boundaries is not None and mapped is not None and len(members):
        geometry, backdrop, apart = match(mapped, members, study.units.unmatched, table.path.name, boundaries.file)
        issues += apart
    if errors(issues) or geometry is None or backdrop is None or boundaries is None:
        return Examination(None, issues, years)
    panel = _panel(study, keys, members, columns)
    if "area" not in panel:
        measured = areas(geometry, study.units.area_method).sel(unit=panel["unit"])
        panel["area"] = measured.broadcast_like(panel["emissions"])
    issues += _years_without_data(panel, study, table)
    if errors(issues):
        return Examination(None, issues, years)
    sources = _sources(study, table, boundaries)
    return Examination(Inputs(_documented(panel, study), geometry, backdrop, tuple(issues), sources), issues, years)


def _read(study: Study, issues: list[Issue]) -> tuple[RawTable | None, Boundaries | None]:
    """Read both files; a fault in one does not hide the faults of the other."""
    units = study.units
    table = boundaries = None
    try:
        table = read_table(study.resolve(units.table), units.sheet)
    except DataError as error:
        issues += error.issues
    try:
        boundaries = read_boundaries(
            units.boundaries,
            study.folder,
            units.boundaries_id,
            units.boundaries_layer,
            units.boundaries_source,
        )
    except DataError as error:
        issues += error.issues
    return table, boundaries


def _with_stand_ins(table: RawTable, study: Study) -> RawTable:
    """Fill in label columns that the table lacks, an error by now, so that the faults of the others are found too."""
    units, frame = study.units, table.frame
    stand_ins: dict[str, Any] = dict.fromkeys([units.name, *units.parents], "?")
    if units.dissolve:
        stand_ins[units.dissolve] = frame[units.id]
    return replace(table, frame=frame.assign(**{c: s for c, s in stand_ins.items() if c not in frame}))


def _select_years(keys: pd.DataFrame, study: Study, table: RawTable, issues: list[Issue]) -> pd.DataFrame:
    """Keep the study's years; a year that the table lacks is an error."""
    if study.study.years is None:
        return keys
    for year in study.study.years:
        if not (keys["year"] == year).any():
            found = ", ".join(map(str, sorted(set(keys["year"])))) or "none"
            issues.append(
                Issue("error", "year-without-data", f"has no row for this year (years in the table: {found})",
                      "add the year, or take it out of [study] years", table.path.name, study.units.year, year=year)
            )  # fmt: skip
    return keys[keys["year"].isin(study.study.years)]


def _columns(
    study: Study, table: RawTable, keys: pd.DataFrame, scales: dict[str, float], issues: list[Issue]
) -> dict[str, pd.Series]:
    """Convert every quantity whose unit is understood, and note the unit-years that have no row."""
    columns: dict[str, pd.Series] = {}
    for name, quantity in study.quantities.items():
        if quantity.column not in table.frame:
            continue
        columns[name], found = convert(table, keys, name, quantity, scales.get(name))
        issues += found
    expected = pd.MultiIndex.from_product([sorted(set(keys["unit"])), sorted(set(keys["year"]))])
    absent = expected.difference(pd.MultiIndex.from_frame(keys[["unit", "year"]]))
    issues += [
        Issue("warning", "missing-row", "has no row for this year", "add the row, or accept that the unit is missing",
              table.path.name, unit=unit, year=int(year))
        for unit, year in absent
    ]  # fmt: skip
    return columns


def _panel(study: Study, keys: pd.DataFrame, members: pd.DataFrame, columns: dict[str, pd.Series]) -> xr.Dataset:
    """Lay the columns out on (unit, year), adding up the members of dissolved units."""
    frame = keys.assign(**columns).rename(columns={"unit": "code"}).set_index(["code", "year"]).sort_index()
    years, codes = sorted(set(keys["year"])), members.index.to_numpy(str)
    arrays = {
        name: xr.DataArray(
            frame[name].unstack("year").reindex(index=members.index, columns=years).to_numpy(float),
            dims=("code", "year"), coords={"code": codes, "year": years},
        )
        for name in columns
    }  # fmt: skip
    units = members.drop_duplicates("unit").set_index("unit").sort_index()
    if study.units.dissolve:
        arrays = {name: _dissolve(name, array, members) for name, array in arrays.items()}
    else:
        arrays = {name: array.rename(code="unit") for name, array in arrays.items()}
    labels = {column: ("unit", units[column].to_numpy(str)) for column in units.columns}
    panel = xr.Dataset(arrays).assign_coords({"unit": units.index.to_numpy(str), **labels})
    return panel.assign_attrs(parents=list(study.units.parents))


def _dissolve(name: str, array: xr.DataArray, members: pd.DataFrame) -> xr.DataArray:
    """Add up the members of each unit; a total with a missing part is missing.

    A rate (``intensive``) has no total: the unit takes the plain mean of its members, missing where one is.
    """
    unit = members["unit"].to_numpy(str)
    sums = total_by(array.rename(code="unit"), unit)
    if variable(name).kind == "extensive":
        return sums
    return sums / xr.DataArray(np.unique(unit, return_counts=True)[1], dims="unit", coords={"unit": sums["unit"]})


def _years_without_data(panel: xr.Dataset, study: Study, table: RawTable) -> list[Issue]:
    """Return an error for every year in which no unit has a quantity."""
    return [
        Issue("error", "year-without-data", f"no unit has a value of {name} in this year",
              "supply the values, or take the year out of [study] years", table.path.name,
              study.quantities[name].column, year=int(year))
        for name in study.quantities
        for year in panel["year"].values[panel[name].isnull().all("unit").values]
    ]  # fmt: skip


def _documented(panel: xr.Dataset, study: Study) -> xr.Dataset:
    """Put units, labels and sources of the variables table onto the arrays, and the weakest origin onto the panel."""
    for name in quantities():
        if name in panel:
            v = variable(name)
            panel[name].attrs = {"units": v.unit, "long_name": v.label_en, "description": v.meaning}
    panel.attrs["data_origin"] = weakest_origin(*(q.origin for q in study.quantities.values()))
    return panel


def _sources(study: Study, table: RawTable, boundaries: Boundaries) -> dict[str, object]:
    return {
        "table": {"file": study.units.table, "sha256": table.sha256, "encoding": table.encoding},
        "boundaries": {
            "file": study.units.boundaries,
            "sha256": boundaries.sha256,
            "source": boundaries.source,
            "datum": boundaries.datum,
        },
    }
