"""From a study to its checked panel: read, join on unit and year, convert, match with the map, dissolve."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import xarray as xr

from ecocomp.issues import DataError, Issue, errors
from ecocomp.panel.carrying import carry_quantity, check_divisions, compare_units, read_changes, relevant
from ecocomp.panel.columns import unit_scales
from ecocomp.panel.factors import lay_out_factors
from ecocomp.panel.inputs import Inputs
from ecocomp.panel.joining import Source, lay_out_quantity, left_out, open_source, years_of
from ecocomp.panel.maps import areas, match, read_map, repair
from ecocomp.panel.members import read_members
from ecocomp.panel.rules.names import names_on_map
from ecocomp.panel.totals import total_by
from ecocomp.sources.boundaries import Boundaries
from ecocomp.sources.tables import RawTable
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

    Quantities that are derived, and not read from a column, are left to those who derive them.

    Raises
    ------
    MissingDependencyError
        If a file needs a package that is not installed.
    """
    scales, issues = unit_scales(study)
    table, source = open_source(study, None, issues)
    further = [opened for name in study.joined_tables if (opened := open_source(study, name, issues)[1]) is not None]
    boundaries = _boundaries(study, table, issues)
    mapped, broken = repair(boundaries) if boundaries is not None else (None, [])
    issues += broken
    if source is None:
        return Examination(None, issues, list(study.study.years or ()))
    years = _years(source, further, study, issues)
    keys = source.keys[source.keys["year"].isin(years)] if "year" in source.keys else source.keys
    members, unclear = read_members(source.table, keys, study.units)
    issues += unclear
    grids = _grids(source, keys, scales, years, issues)
    names = dict(zip(keys["unit"], source.table.frame.loc[keys.index, study.units.name], strict=True))
    known = pd.Series(names, dtype=object).reindex(members.index)
    grids |= _further_grids(study, further, known, grids, mapped, source.file, scales, years, issues)
    tables: dict[str | None, Source] = {other.section.removeprefix("tables."): other for other in further}
    tables[None] = source
    factors, found = lay_out_factors(study, tables, members, years)
    issues += found
    geometry = backdrop = None
    if boundaries is not None and mapped is not None and len(members):
        geometry, backdrop, apart = match(mapped, members, study.units.unmatched, source.file, boundaries.file)
        issues += [*apart, *names_on_map(boundaries.frame, names, source.file, boundaries.file)]
    if errors(issues) or geometry is None or backdrop is None or boundaries is None:
        return Examination(None, issues, years)
    panel = _panel(study, members, grids, years)
    if "area" not in study.quantities:
        try:
            measured = areas(geometry, study.units.area_method).sel(unit=panel["unit"])
        except DataError as error:
            return Examination(None, [*issues, *error.issues], years)
        panel["area"] = measured.expand_dims(year=years).transpose("unit", "year")
    issues += _years_without_data(panel, study, source, further)
    if errors(issues):
        return Examination(None, issues, years)
    sources = _sources(study, source, further, boundaries)
    inputs = Inputs(_documented(panel, study), geometry, backdrop, tuple(issues), sources, factors)
    return Examination(inputs, issues, years)


def _boundaries(study: Study, table: RawTable | None, issues: list[Issue]) -> Boundaries | None:
    """Read the map; a fault in it does not hide those of the tables."""
    try:
        return read_map(study, table)
    except DataError as error:
        issues += error.issues
    return None


def _years(source: Source, further: list[Source], study: Study, issues: list[Issue]) -> list[int]:
    """Return the years of the study: those stated, else those of [units] table, else those of the further tables.

    A stated year that [units] table lacks is an error, as is a study in which nothing tells the years.
    """
    wanted = study.study.years
    years = years_of(source)
    if wanted is None and not years:
        years = set().union(*(years_of(other) for other in further))
    if wanted is None and not years and not (study.units.year and errors(issues)):
        issues.append(
            Issue("error", "years-unknown", "no table has years, in a column or in the names of columns",
                  "state [study] years, or the column of years", source.file)
        )  # fmt: skip
    if wanted is None:
        return sorted(years)
    for year in wanted if study.units.year else ():
        if year not in years:
            found = ", ".join(map(str, sorted(years))) or "none"
            issues.append(
                Issue("error", "year-without-data", f"has no row for this year (years in the table: {found})",
                      "add the year, or take it out of [study] years", source.file, study.units.year, year=year)
            )  # fmt: skip
    return sorted(years & set(wanted) if study.units.year else set(wanted))


def _grids(
    source: Source, keys: pd.DataFrame, scales: dict[str, float], years: list[int], issues: list[Issue]
) -> dict[str, pd.DataFrame]:
    """Convert every quantity of [units] table, and note the unit-years that have no row."""
    grids: dict[str, pd.DataFrame] = {}
    for name in source.quantities:
        values, found = lay_out_quantity(source, keys, name, scales.get(name), years)
        issues += found
        if values is not None:
            grids[name] = values
    if "year" in keys:
        expected = pd.MultiIndex.from_product([sorted(set(keys["unit"])), sorted(set(keys["year"]))])
        absent = expected.difference(pd.MultiIndex.from_frame(keys[["unit", "year"]]))
        issues += [
            Issue("warning", "missing-row", "has no row for this year",
                  "add the row, or accept that the unit is missing", source.file, unit=unit, year=int(year))
            for unit, year in absent
        ]  # fmt: skip
    return grids


def _further_grids(
    study: Study, further: list[Source], known: pd.Series, grids: dict[str, pd.DataFrame],
    mapped: gpd.GeoDataFrame | None, main: str, scales: dict[str, float], years: list[int], issues: list[Issue],
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Convert every quantity of the further tables, carried to the divisions of [units] where theirs are others."""
    joined: dict[str, pd.DataFrame] = {}
    moving = [s for s in further if s.reading.divisions not in (None, study.units.divisions)]
    changes = read_changes(study, grids, mapped, issues) if moving else None
    for source in further:
        moved = changes if source in moving else None
        keys = relevant(source, known.index, moved is not None)
        if moved is None:
            issues += left_out(source, set(known.index), main)
        else:
            issues += check_divisions(source, keys, moved)
        if "year" in keys:
            keys = keys[keys["year"].isin(years)]
        before: dict[str, pd.DataFrame] = {}
        for name in source.quantities:
            values, found = lay_out_quantity(source, keys, name, scales.get(name), years)
            issues += found
            if values is not None:
                before[name] = values
        for name, values in before.items():
            joined[name] = values
            if moved is not None:
                parts = before.get(study.crosswalk.weight)
                joined[name], found = carry_quantity(source, name, values, study, moved, parts)
                issues += found
        if moved is not None and before:
            carried = {name: joined[name] for name in before}
            issues += compare_units(source, keys, carried, known, moved, main, study)
        issues += _missing_rows(source, [joined[name] for name in before], known.index, years)
    return joined


def _missing_rows(source: Source, grids: list[pd.DataFrame], codes: pd.Index, years: list[int]) -> list[Issue]:
    """Warn of the study's units, and of single years of them, that a further table has no row for."""
    if not grids:
        return []
    present = grids[0]
    remedy = "add the row, or accept that the unit is missing"
    issues = [
        Issue("warning", "missing-row", "has no row in this table", remedy, source.file, unit=code)
        for code in codes.difference(present.index)
    ]
    if "year" not in source.keys:
        return issues
    expected = pd.MultiIndex.from_product([codes.intersection(present.index), [y for y in years if y in present]])
    if source.reading.divisions is None:
        absent = expected.difference(pd.MultiIndex.from_frame(source.keys[["unit", "year"]]))
    else:  # its keys may be codes of other divisions: what it gives the study's units tells
        absent = expected[[all(np.isnan(grid.loc[at]) for grid in grids) for at in expected]]
    return issues + [
        Issue("warning", "missing-row", "has no row for this year", remedy, source.file, unit=unit, year=int(year))
        for unit, year in absent
    ]


def _panel(study: Study, members: pd.DataFrame, grids: dict[str, pd.DataFrame], years: list[int]) -> xr.Dataset:
    """Lay the quantities out on (unit, year) in the order of the study, adding up the members of dissolved units."""
    codes = members.index.to_numpy(str)
    arrays = {
        name: xr.DataArray(
            grids[name].reindex(index=members.index, columns=years).to_numpy(float),
            dims=("code", "year"), coords={"code": codes, "year": years},
        )
        for name in study.quantities if name in grids
    }  # fmt: skip
    units = members.drop_duplicates("unit").set_index("unit").sort_index()
    if study.units.dissolve:
        arrays = {name: _dissolve(name, array, members) for name, array in arrays.items()}
    else:
        arrays = {name: array.rename(code="unit") for name, array in arrays.items()}
    labels = {column: ("unit", units[column].to_numpy(str)) for column in units.columns}
    panel = xr.Dataset(arrays).assign_coords({"unit": units.index.to_numpy(str), "year": years, **labels})
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


def _years_without_data(panel: xr.Dataset, study: Study, source: Source, further: list[Source]) -> list[Issue]:
    """Return an error for every year in which no unit has a quantity that is read."""
    files = {name: s.file for s in (source, *further) for name in s.quantities}
    return [
        Issue("error", "year-without-data", f"no unit has a value of {name} in this year",
              "supply the values, or leave the year out of [study] years", files[name], quantity.column, year=int(year))
        for name, quantity in study.quantities.items() if not quantity.derived
        for year in panel["year"].values[panel[name].isnull().all("unit").values]
    ]  # fmt: skip


def _documented(panel: xr.Dataset, study: Study) -> xr.Dataset:
    """Put units, labels and sources of the variables table onto the arrays, and the weakest origin onto the panel."""
    for name in quantities():
        if name in panel:
            v = variable(name)
            panel[name].attrs = {"units": v.unit_in(study.currency), "long_name": v.label_en, "description": v.meaning}
    panel.attrs["data_origin"] = weakest_origin(*(q.origin for q in study.quantities.values()))
    return panel


def _sources(
    study: Study, source: Source, further: list[Source], boundaries: Boundaries
) -> dict[str, dict[str, object]]:
    tables = {"table" if s is source else s.section: s for s in (source, *further)}
    return {
        **{
            name: {"file": s.reading.table, "sha256": s.table.sha256, "encoding": s.table.encoding}
            for name, s in tables.items()
        },
        "boundaries": {
            "file": study.units.boundaries,
            "sha256": boundaries.sha256,
            "source": boundaries.source,
            "datum": boundaries.datum,
            "encoding": boundaries.encoding,
        },
    }
