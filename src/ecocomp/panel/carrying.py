"""Further tables of other years' divisions, carried to the divisions of the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import geopandas as gpd
import pandas as pd

from ecocomp.issues import DataError, Issue
from ecocomp.panel.columns import unit_scales
from ecocomp.panel.crosswalk import carry, in_words, names_apart, of_other_divisions, provinces, strangers
from ecocomp.panel.events import built_in, read_events, with_shares
from ecocomp.panel.joining import FEW, Source, lay_out_quantity
from ecocomp.panel.maps import areas
from ecocomp.panel.succession import succession
from ecocomp.rules import issue_of
from ecocomp.sources.cleaning import clean_labels
from ecocomp.sources.tables import read_table
from ecocomp.study import Study
from ecocomp.study.crosswalk import BUILT_IN, BUILT_IN_YEARS
from ecocomp.variables import variable

__all__ = [
    "Changes",
    "carry_quantity",
    "check_coverage",
    "check_divisions",
    "compare_units",
    "read_changes",
    "relevant",
]


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
    own = provinces(known)
    return keys[keys["unit"].isin(known) | keys["unit"].str[:2].isin(own)] if own else keys


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
        try:
            measured = areas(mapped.rename_axis("unit"), study.units.area_method)
        except DataError as error:
            issues += error.issues
            return Changes(events, None)
        return Changes(events, _by_code(measured.to_series()))
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
        quantity=name,
        unit=variable(name).unit_in(study.currency),
        file=source.file,
        column=source.quantities[name].column,
    )


def check_divisions(source: Source, keys: pd.DataFrame, changes: Changes) -> list[Issue]:
    """Warn of codes that belong to the divisions of another year than the study declares."""
    if source.reading.divisions is None:
        return []
    codes, column = dict.fromkeys(keys["unit"]), source.reading.id
    return of_other_divisions(codes, source.reading.divisions, changes.events, file=source.file, column=column)


def check_coverage(study: Study, known: Sequence[str], events: pd.DataFrame, year: int, file: str) -> list[Issue]:
    """Warn of provinces of the study that no change concerns, and of divisions beyond the years of the built-in table.

    Parameters
    ----------
    known
        Codes of the study's own units; those of six digits tell their province.
    year
        Year of the divisions of a table that is carried to those of the study.
    file
        Name of that table.
    """
    own = provinces(known)
    bare = sorted(own - provinces([*events["old_code"], *events["new_code"]]))
    issues = []
    if bare:
        named = f"the province{'s' if len(bare) > 1 else ''} {', '.join(bare)}"
        message = f"no event of the tables concerns {named}: codes there stay as they are"
        issues.append(issue_of("crosswalk-coverage", message, file=file))
    first, last = BUILT_IN_YEARS
    # the divisions at the end of the year before the first change are those that it starts from
    outside = [y for y in sorted({year, study.units.divisions or year}) if not first - 1 <= y <= last]
    if outside and BUILT_IN in study.crosswalk.events and own & provinces(built_in()["new_code"]):
        lies = f"divisions of {' and '.join(map(str, outside))} lie outside"
        issues.append(issue_of("crosswalk-coverage", f"events cover {first} to {last}; {lies}", file=file))
    return issues


def compare_units(
    source: Source, keys: pd.DataFrame, grids: Mapping[str, pd.DataFrame], units: pd.Series, changes: Changes,
    main: str, study: Study,
) -> list[Issue]:  # fmt: skip
    """Tell which units of a carried table the study lacks, and which codes the two call differently.

    Parameters
    ----------
    keys
        The rows of the table that bear on the study.
    grids
        Quantities by name as they were carried, code by year; at least one.
    units
        Names of the units of [units] table by code, before any are dissolved.
    main
        File of [units] table.
    """
    before, after, events = source.reading.divisions, study.units.divisions, changes.events
    assert before is not None
    assert after is not None
    issues = check_coverage(study, list(units.index), events, before, source.file)
    known, names = _by_code(clean_labels(units)[0]), dict.fromkeys(next(iter(grids.values())).index, "")
    column = getattr(source.reading, "name", None)
    if column is not None and column in source.table.frame:
        labels, _ = clean_labels(source.table.frame[column].loc[keys.index])
        names |= {code: name for code, name in zip(keys["unit"], labels, strict=True) if code in names}
    issues += names_apart(names, known, events, file=source.file)
    parts = succession(events, before, after).parts
    lost = {
        code: _lost(code, parts.get(code, [code]), events, grids, study.currency) for code in names if code not in known
    }
    side = "new" if after >= before else "old"
    dated = events.sort_values("date", kind="stable")
    said = dict(zip(dated[f"{side}_code"], dated[f"{side}_name"], strict=True))
    names |= {code: said.get(code, "") for code in lost if not names[code]}
    issues += strangers(names, known, events, lost, file=source.file)[0]
    years = [int(year) for year in next(iter(grids.values())).columns]
    return issues + _of_other_provinces(source, units.index, years, main, study)


def _lost(
    code: str, parts: Sequence[str], events: pd.DataFrame, grids: Mapping[str, pd.DataFrame], currency: str
) -> str:
    """Say where a unit that the study lacks was carried from, and what totals are left out with it."""
    said = dict(zip(events["old_code"], events["old_name"], strict=True))
    said |= {c: n for c, n in zip(events["new_code"], events["new_name"], strict=True) if c not in said}
    carried = f" (carried from {_listed({old: said.get(old, '') for old in parts})})" if list(parts) != [code] else ""
    amounts = {
        name: in_words(grid.T[code], variable(name).unit_in(currency))
        for name, grid in grids.items() if variable(name).kind == "extensive" and code in grid.index
    }  # fmt: skip
    left = ", ".join(f"{name} {amount}" for name, amount in amounts.items() if amount)
    return carried + (f" and is left out with {left}" if left else "")


def _listed(names: Mapping[str, str]) -> str:
    """List codes with their names, the first few of many."""
    few = ", ".join(f"{code} {name}".strip() for code, name in list(names.items())[:FEW])
    return few + (f" and {len(names) - FEW} more" if len(names) > FEW else "")


def _of_other_provinces(source: Source, known: pd.Index, years: Sequence[int], main: str, study: Study) -> list[Issue]:
    """List the codes of a carried table that lie in other provinces than the study, with the totals left out there."""
    far = source.keys.drop(relevant(source, known, carried=True).index)
    if far.empty:
        return []
    names = dict.fromkeys(far["unit"], "")
    column = getattr(source.reading, "name", None)
    if column is not None and column in source.table.frame:
        names |= dict(zip(far["unit"], clean_labels(source.table.frame[column].loc[far.index])[0], strict=True))
    rows = far[far["year"].isin(years)] if "year" in far else far
    sums = []
    for name, factor in unit_scales(study)[0].items():
        if name not in source.quantities or variable(name).kind != "extensive" or rows.empty:
            continue
        # faults of cells that the study leaves out are none of its own
        values, _ = lay_out_quantity(source, rows, name, factor, years)
        amount = in_words(values.sum(min_count=1), variable(name).unit_in(study.currency)) if values is not None else ""
        sums += [f"; {name} adds up to {amount} there"] if amount else []
    count = f"{len(names)} codes of other provinces have" if len(names) > 1 else "one code of another province has"
    message = f"{count} no row in {main} and {'are' if len(names) > 1 else 'is'} left out: {_listed(names)}"
    return [
        Issue("warning", "not-in-units", message + "".join(sums), "nothing to do if they are no units of the study",
              source.file, source.reading.id)
    ]  # fmt: skip
