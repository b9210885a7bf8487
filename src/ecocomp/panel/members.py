"""Which unit each row of the table belongs to: names, parents, and the dissolving of members into larger units."""

from __future__ import annotations

import pandas as pd

from ecocomp.issues import Issue
from ecocomp.panel.columns import tell
from ecocomp.sources.cleaning import clean_labels, is_missing
from ecocomp.sources.tables import RawTable
from ecocomp.study import Units

__all__ = ["read_members"]


def read_members(table: RawTable, keys: pd.DataFrame, units: Units) -> tuple[pd.DataFrame, list[Issue]]:
    """Return what each unit code is called and belongs to.

    Parameters
    ----------
    keys
        Columns ``unit`` and, where the table has one, ``year``, on rows of the table.

    Returns
    -------
    members : pandas.DataFrame
        Indexed by code, sorted: columns ``unit`` (after dissolving), ``name``, and one for each parent level.
    issues : list of Issue
        Codes that change their parent or dissolved unit between years, dissolved units that span parents, empty
        labels; a code that changes its name keeps the latest, with a note. Blanks inside Chinese names are taken out.
    """
    dissolve = [units.dissolve] if units.dissolve else []
    columns = list(dict.fromkeys([units.name, *units.parents, *dissolve]))
    labels, issues = table.frame.loc[keys.index, columns].copy(), []
    for column in columns:
        labels[column], cleaned = clean_labels(labels[column])
        issues += tell(cleaned, table.path.name, column, "names")
        if column != units.name:  # a word for a missing value is no larger unit
            labels[column] = labels[column].mask(labels[column].map(is_missing), "")
    labels["__code"] = keys["unit"]
    if "year" in keys:
        labels = labels.iloc[keys["year"].argsort(kind="stable")]
    issues += [*_empty(labels, columns, table), *_changing(labels, columns, units, table)]
    latest = labels.groupby("__code", sort=True).last()
    members = pd.DataFrame({"unit": latest[units.dissolve] if units.dissolve else latest.index}, index=latest.index)
    members["name"] = members["unit"] if units.dissolve else latest[units.name]
    for parent in units.parents:
        members[parent] = latest[parent]
        pairs = members[["unit", parent]].drop_duplicates()
        spans = pairs[pairs["unit"].duplicated(keep=False)].groupby("unit")[parent].agg(list)
        issues += [
            Issue("error", "spans-parents", f"the dissolved unit lies in {' and '.join(found)}",
                  "dissolve within one parent, or leave the parent out", table.path.name, parent, unit=str(unit))
            for unit, found in spans.items()
        ]  # fmt: skip
    members.index.name = "code"
    return members, issues


def _empty(labels: pd.DataFrame, columns: list[str], table: RawTable) -> list[Issue]:
    return [
        Issue("error", "empty-label", f"{column} is empty", "fill it in", table.path.name, column, int(row),
              labels["__code"][row])
        for column in columns for row in labels.index[labels[column] == ""]
    ]  # fmt: skip


def _changing(labels: pd.DataFrame, columns: list[str], units: Units, table: RawTable) -> list[Issue]:
    issues = []
    for column in columns:
        seen = labels[["__code", column]].drop_duplicates()
        several = seen[seen["__code"].duplicated(keep=False)]
        for code, values in several.groupby("__code", sort=True)[column].agg(list).items():
            is_name = column == units.name and column != units.dissolve
            message = f"{column} changes over the years: {', '.join(values)}"
            issues.append(
                Issue("note" if is_name else "error", "label-changes", message,
                      "the latest is used" if is_name else "give each code one value in every year",
                      table.path.name, column, unit=str(code))
            )  # fmt: skip
    return issues
