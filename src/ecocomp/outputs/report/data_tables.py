"""The tables of the section on data: quantities, files, and the issues found in them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import pandas as pd

from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.tables import Column, Table, Wording, cells_of
from ecocomp.result import Result
from ecocomp.rules import table as rules
from ecocomp.study import Study
from ecocomp.variables import label, variable

__all__ = ["IssueGroup", "file_table", "issue_groups", "means_table", "quantity_table"]

MOST_ISSUES = 30
_SHORT_HASH = 12
_PLACES = ("file", "column", "row", "unit", "year", "value", "message")


@dataclass(frozen=True)
class IssueGroup:
    """Issues of one rule: what was found, what to do, and the places where it was found."""

    severity: str
    code: str
    message: str
    remedy: str
    count: int
    places: Table


def quantity_table(study: Study) -> Table:
    """Return where each quantity stands, how it is measured, and where it comes from."""
    rows = [
        [
            variable(name).label_en, q.column or f"derived: {q.way}", numbers.measure(q.unit or variable(name).unit),
            q.weakest_origin, q.source or "not declared in the study",
        ]
        for name, q in study.quantities.items()
    ]  # fmt: skip
    if "area" not in study.quantities:
        rows.append(
            [
                variable("area").label_en,
                "none",
                "km²",
                "given",
                f"measured on the boundaries ({study.units.area_method})",
            ]
        )
    rows += [
        [
            f"{name.replace('_', ' ')} (driver)", column.column, column.unit or column.kind, "not declared",
            column.source or "not declared in the study",
        ]
        for name, column in study.drivers.columns.items()
    ]  # fmt: skip
    heads = ["Quantity", "Column", "Unit in the table", "Origin", "Source"]
    return Table("Quantities", [Column(h) for h in heads], [("", rows)], "columns.csv")


def file_table(result: Result) -> Table:
    """Return the files read, with the beginnings of their fingerprints, source and datum."""
    rows = []
    for role, source in result.manifest["inputs"].items():
        about = [str(source[k]) for k in ("source", "datum", "encoding") if source.get(k)]
        digest = str(source.get("sha256", ""))[:_SHORT_HASH]
        rows.append(
            [
                role.capitalize(),
                str(source.get("file", "")),
                f"{digest}…" if digest else numbers.MISSING,
                "; ".join(about),
            ]
        )
    heads = ["Input", "File", "SHA-256, first digits", "Source, datum, encoding"]
    return Table("Input files", [Column(h) for h in heads], [("", rows)], "manifest.json, with the full SHA-256")


def means_table(result: Result, wording: Wording) -> Table:
    """Return the reference means of the size index by year."""
    means = result.manifest["reference_means"]
    if not means:
        return Table("", [], [])
    years = [str(year) for year in result.manifest["years"]]
    columns = [Column(label("year"))]
    cells = [years]
    for name, by_year in means.items():
        unit = wording.language.measure(variable(name).unit).label
        columns.append(Column(f"Mean of {label(name, unit=unit)}", numeric=True))
        cells.append(cells_of(name, [by_year[y] for y in years], wording))
    rows = [list(row) for row in zip(*cells, strict=True)]
    return Table("Reference means of the size index", columns, [("", rows)], "manifest.json")


def issue_groups(result: Result, wording: Wording) -> list[IssueGroup]:
    """Return the issues grouped by rule, warnings before notes, at most `MOST_ISSUES` places each."""
    issues = result.issues
    if issues.empty:
        return []
    order = {"error": 0, "warning": 1, "note": 2}
    groups = issues.groupby(["severity", "code"], sort=False, dropna=False)
    found = [_group(key, part, wording) for key, part in groups]
    return sorted(found, key=lambda g: (order.get(g.severity, 3), g.code))


def _group(key: tuple[Hashable, ...], part: pd.DataFrame, wording: Wording) -> IssueGroup:
    severity, code = map(str, key)
    message, remedy = _shared("message", code, part), _shared("remedy", code, part)
    used = [p for p in _PLACES if not all(numbers.is_missing(v) for v in part[p])]
    if part["message"].nunique() == 1:
        used.remove("message")
    shown = part.head(MOST_ISSUES)
    cells = [cells_of(p, shown[p].tolist(), wording) for p in used]
    rows = [list(row) for row in zip(*cells, strict=True)] if used else []
    more = len(part) - len(shown)
    note = f"and {numbers.number(more)} more in issues.csv" if more else ""
    caption = f"Where: {message}"
    places = Table(caption, [Column(label(p)) for p in used], [("", rows)], "issues.csv", note=note)
    return IssueGroup(severity, code, message, remedy, len(part), places)


def _shared(field: str, code: str, part: pd.DataFrame) -> str:
    """Return what all issues of a rule say, or what the rule says where they differ."""
    texts = part[field].unique()
    if len(texts) == 1 or code not in rules():
        return str(texts[0])
    return rules()[code].finds if field == "message" else rules()[code].remedy
