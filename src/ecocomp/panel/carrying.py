"""Further tables of other years' divisions, carried to the divisions of the study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from ecocomp.issues import DataError, Issue
from ecocomp.panel.crosswalk import carry, names_apart, of_other_divisions, strangers
from ecocomp.panel.events import read_events, with_shares
from ecocomp.panel.joining import Source
from ecocomp.panel.maps import areas
from ecocomp.sources.cleaning import clean_labels
from ecocomp.sources.tables import read_table
from ecocomp.study import Study
from ecocomp.variables import variable

__all__ = ["Changes", "carry_quantity", "check_divisions", "compare_units", "read_changes", "relevant"]


class Changes(NamedTuple):
    """What carries values between divisions: the changes, and the weights of target units where one is split."""

    events: pd.DataFrame
    weights: Mapping[str, float] | None


def relevant(source: Source, known: pd.Index, carried: bool) -> pd.DataFrame:
    """Return the keys of the rows that bear on the study's units.

    Codes of other years may lead to a unit of the study, as a rule within its province, the first two of six digits.
    """
    keys = source.keys
    if not carried:
        return keys[keys["unit"].isin(known)]
    provinces = {code[:2] for code in known if len(code) == 6 and code.isdigit()}
    return keys[keys["unit"].isin(known) | keys["unit"].str[:2].isin(provinces)] if provinces else keys


def read_changes(
    study: Study, grids: Mapping[str, pd.DataFrame], mapped: gpd.GeoDataFrame | None, issues: list[Issue]
) -> Changes:
    """Read the tables of changes that a study names, and the weights that divide units.

    Parameters
    ----------
    grids
        Quantities by name, code by year.
    mapped
        Polygons by code, whose areas weigh where the study reads none.
    issues
        Takes every problem found.
    """
    events, found = read_events(study.crosswalk.events, study.folder)
    issues += found
    shares = study.crosswalk.shares
    if shares is not None:
        try:
            table = read_table(study.resolve(shares))
        except DataError as error:
            issues += error.issues
            return Changes(events, None)
        events, found = with_shares(events, table.frame, table.path.name)
        issues += found
        return Changes(events, None)
    weight = study.crosswalk.weight
    if weight in grids:
        return Changes(events, _by_code(grids[weight].mean(axis=1)))
    if weight == "area" and mapped is not None and mapped.crs is not None:
        return Changes(events, _by_code(areas(mapped.rename_axis("unit"), study.units.area_method).to_series()))
    return Changes(events, None)


def _by_code(values: pd.Series) -> dict[str, Any]:
    return {str(code): value for code, value in values.items()}


def carry_quantity(
    source: Source, name: str, grid: pd.DataFrame, study: Study, changes: Changes, parts: pd.DataFrame | None
) -> tuple[pd.DataFrame, list[Issue]]:
    """Carry one quantity of a table to the divisions of [units].

    Parameters
    ----------
    grid
        Code by year.
    parts
        The weight of the table's own units, code by year, where it has it: for means of rates.
    """
    before, after = source.reading.divisions, study.units.divisions
    assert before is not None
    assert after is not None
    return carry(
        grid,
        before,
        after,
        changes.events,
        changes.weights,
        "intensive" if variable(name).kind == "intensive" else "extensive",
        _by_code(parts.mean(axis=1)) if parts is not None else None,
        file=source.file,
        column=source.quantities[name].column,
    )


def check_divisions(source: Source, keys: pd.DataFrame, changes: Changes) -> list[Issue]:
    """Warn of codes that belong to the divisions of another year than the study declares."""
    if source.reading.divisions is None:
        return []
    codes, column = dict.fromkeys(keys["unit"]), source.reading.id
    return of_other_divisions(codes, source.reading.divisions, changes.events, file=source.file, column=column)


def compare_units(
    source: Source, keys: pd.DataFrame, codes: pd.Index, units: pd.Series, changes: Changes, main: str
) -> list[Issue]:
    """Tell which units of a carried table the study lacks, and which codes the two call differently.

    Parameters
    ----------
    keys
        The rows of the table that bear on the study.
    codes
        Units that they were carried to.
    units
        Names of the units of [units] table by code, before any are dissolved.
    main
        File of [units] table.
    """
    known, names = _by_code(clean_labels(units)[0]), dict.fromkeys(codes, "")
    column = getattr(source.reading, "name", None)
    if column is not None and column in source.table.frame:
        labels, _ = clean_labels(source.table.frame[column].loc[keys.index])
        names |= {code: name for code, name in zip(keys["unit"], labels, strict=True) if code in names}
    issues, _ = strangers(names, known, changes.events, file=source.file)
    issues += names_apart(names, known, changes.events, file=source.file)
    far = source.keys["unit"].nunique() - keys["unit"].nunique()
    if far:
        issues.append(
            Issue("warning", "not-in-units", f"{far} codes of other provinces have no row in {main} and are left out",
                  "nothing to do if they are no units of the study", source.file, source.reading.id)
        )  # fmt: skip
    return issues
