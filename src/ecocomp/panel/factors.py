"""Further columns of the study's tables, [drivers.columns]: laid out on unit and year like quantities, unconverted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import xarray as xr

from ecocomp.issues import Issue
from ecocomp.panel.columns import fill_merged
from ecocomp.panel.joining import Source, columns_of, lay_out_quantity
from ecocomp.panel.totals import total_by
from ecocomp.rules import issue_of
from ecocomp.sources.cleaning import clean_labels, decimal_mark, is_missing
from ecocomp.study import DriverColumn, Quantity, Study

__all__ = ["lay_out_factors"]


def lay_out_factors(
    study: Study, sources: Mapping[str | None, Source], members: pd.DataFrame, years: Sequence[int]
) -> tuple[xr.Dataset, list[Issue]]:
    """Return the columns that a study names as drivers.

    Parameters
    ----------
    sources
        Opened tables by the name of [tables.NAME]; that of [units] under ``None``.
    members
        Of :func:`ecocomp.panel.members.read_members`: ``unit`` by code.
    years
        Years of the study.

    Returns
    -------
    factors : xarray.Dataset
        (unit, year): numbers as in the file, of dissolved units the mean (rate) or the sum (total) of the members,
        missing where one is; classes as texts, empty where missing or where members differ.
    issues : list of Issue
        Every faulty or missing cell, and units whose members are of several classes.
    """
    arrays: dict[str, xr.DataArray] = {}
    issues: list[Issue] = []
    for table, source in sources.items():
        own = {name: column for name, column in study.drivers.columns.items() if column.table == table}
        own = {name: column for name, column in own.items() if columns_of(source.table, column.column)}
        if not own:
            continue
        ready, found = _ready(source, own)
        issues += found
        keys = ready.keys[ready.keys["unit"].isin(members.index)]
        if "year" in keys:
            keys = keys[keys["year"].isin(years)]
        for name, column in own.items():
            if column.kind == "class":
                grid = _lay_out_labels(ready, keys, column, years)
                arrays[name], found = _common(_array(grid, members, years, ""), members, source, column)
            else:
                numbers, found = lay_out_quantity(ready, keys, name, 1.0, years)
                assert numbers is not None, "the columns are there"
                arrays[name] = _of_units(_array(numbers, members, years, np.nan), members, column)
            issues += found
    return xr.Dataset(arrays), issues


def _ready(source: Source, own: Mapping[str, DriverColumn]) -> tuple[Source, list[Issue]]:
    """Return a table with these columns in place of its quantities, and the decimal mark that they show."""
    numbers = {name: column for name, column in own.items() if column.kind != "class"}
    read = [label for column in numbers.values() for label in columns_of(source.table, column.column).values()]
    table, issues = fill_merged(source.table, (), read)
    quantities = {name: Quantity(column=column.column, unit=column.unit or "1") for name, column in numbers.items()}
    mark = decimal_mark([table.frame[label] for label in read], source.reading.decimal, table.typed)
    return replace(source, table=table, quantities=quantities, decimal=mark), issues


def _lay_out_labels(source: Source, keys: pd.DataFrame, column: DriverColumn, years: Sequence[int]) -> pd.DataFrame:
    """Return the texts of a column, code by year, a word for a missing value being empty."""
    parts: dict[int, pd.Series] = {}
    for year, label in columns_of(source.table, column.column).items():
        texts = clean_labels(source.table.frame[label].loc[keys.index])[0]
        texts = texts.mask(texts.map(is_missing), "")
        if year is None and "year" in keys:
            index = pd.MultiIndex.from_frame(keys[["unit", "year"]])
            return pd.Series(texts.to_numpy(), index=index).unstack("year")
        whole = pd.Series(texts.to_numpy(), index=keys["unit"].to_numpy())
        parts |= dict.fromkeys(years, whole) if year is None else {year: whole}
    return pd.DataFrame(parts)


def _array(grid: pd.DataFrame, members: pd.DataFrame, years: Sequence[int], empty: object) -> xr.DataArray:
    """Return a grid on (unit, year), the units being those before any are dissolved."""
    whole = grid.reindex(index=members.index, columns=list(years))
    values = whole.fillna("").to_numpy(str) if empty == "" else whole.to_numpy(float)
    coords = {"unit": members.index.to_numpy(str), "year": list(years)}
    return xr.DataArray(values, dims=("unit", "year"), coords=coords)


def _of_units(values: xr.DataArray, members: pd.DataFrame, column: DriverColumn) -> xr.DataArray:
    """Return the sums or means over the members of each unit, missing where a part is."""
    unit = members["unit"].to_numpy(str)
    sums = total_by(values, unit)
    if column.kind == "total":
        return sums
    return sums / xr.DataArray(np.unique(unit, return_counts=True)[1], dims="unit", coords={"unit": sums["unit"]})


def _common(
    labels: xr.DataArray, members: pd.DataFrame, source: Source, column: DriverColumn
) -> tuple[xr.DataArray, list[Issue]]:
    """Return the class that the members of each unit share; where they differ, none, with a warning."""
    units, positions = np.unique(members["unit"].to_numpy(str), return_inverse=True)
    found = np.full((units.size, labels.sizes["year"]), "", dtype=labels.dtype)
    issues = []
    for place, unit in enumerate(units):
        of_unit = labels.values[positions == place]
        same = (of_unit == of_unit[0]).all(axis=0)
        found[place] = np.where(same, of_unit[0], "")
        issues += [
            issue_of("mixed-class", f"members of {', '.join(sorted(set(of_unit[:, t]) - {''}))} make up the unit",
                     file=source.file, column=column.column, unit=str(unit), year=int(labels["year"].values[t]))
            for t in np.flatnonzero(~same)
        ]  # fmt: skip
    return xr.DataArray(found, dims=("unit", "year"), coords={"unit": units, "year": labels["year"].values}), issues
