"""The tables of the section on data: quantities, files, and the issues found in them."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

import pandas as pd

from ecocomp.language import Language
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.categories import origins, severities
from ecocomp.outputs.report.problems import in_own_words
from ecocomp.outputs.report.sentences import semicolons
from ecocomp.outputs.report.tables import Column, Table, Wording, cells_of, head
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


def quantity_table(study: Study, language: Language) -> Table:
    """Return where each quantity stands, how it is measured, and where it comes from."""
    origin, undeclared = origins(language), language.say("not declared in the study")
    rows = [
        [
            label(name, language.code, unit=""),
            q.column or language.say("derived: {way}", way=q.way),
            _unit_in_table(q.unit, name, language),
            origin[q.weakest_origin],
            q.source or undeclared,
        ]
        for name, q in study.quantities.items()
    ]
    if "area" not in study.quantities:
        rows.append(
            [
                label("area", language.code, unit=""),
                language.say("none"),
                _unit_in_table(None, "area", language),
                origin["given"],
                language.say("measured on the boundaries (geodesic)")
                if study.units.area_method == "geodesic"
                else language.say("measured on the boundaries (equal_area)"),
            ]
        )
    kinds = {"rate": language.say("rate"), "total": language.say("total"), "class": language.say("class")}
    rows += [
        [
            language.say("{column} (driver)", column=name.replace("_", " ")),
            column.column,
            numbers.stated_unit(column.unit, language) if column.unit else kinds[column.kind],
            origin["not declared"],
            column.source or undeclared,
        ]
        for name, column in study.drivers.columns.items()
    ]
    heads = [
        language.say("Quantity"), language.say("Column"), language.say("Unit in the table"), language.say("Origin"),
        language.say("Source"),
    ]  # fmt: skip
    return Table(language.say("Quantities"), [Column(h) for h in heads], [("", rows)], "columns.csv")


def _unit_in_table(unit: str | None, name: str, language: Language) -> str:
    return numbers.stated_unit(unit or variable(name).unit, language)


def file_table(result: Result, language: Language) -> Table:
    """Return the files read, with the beginnings of their fingerprints, source and datum."""
    rows = []
    for role, source in result.manifest["inputs"].items():
        about = [_about(str(source[k]), language) for k in ("source", "datum", "encoding") if source.get(k)]
        digest = str(source.get("sha256", ""))[:_SHORT_HASH]
        rows.append(
            [
                _role(role, language),
                str(source.get("file", "")),
                f"{digest}…" if digest else numbers.MISSING,
                semicolons(about, language),
            ]
        )
    heads = [
        language.say("Input"), language.say("File"), language.say("SHA-256, first digits"),
        language.say("Source, datum, encoding"),
    ]  # fmt: skip
    caption, file = language.say("Input files"), language.say("manifest.json, with the full SHA-256")
    return Table(caption, [Column(h) for h in heads], [("", rows)], file)


def _about(text: str, language: Language) -> str:
    """Return what the manifest says of a file; what ecocomp says there, in a language."""
    stated, found, name = text.partition("as the file's CRS says: ")
    if found and not stated:
        return language.say("as the file's CRS says: {name}", name=name)
    known = {
        "GCJ-02 as the study declares; shifted to WGS 84": language.say(
            "GCJ-02 as the study declares; shifted to WGS 84"
        ),
        "not declared in the study": language.say("not declared in the study"),
    }
    return known.get(text, text)


def _role(role: str, language: Language) -> str:
    """Return what an input is for; sections of the study go by their own names."""
    known = {
        "table": language.say("Table"), "boundaries": language.say("Boundaries"),
        "emission factors": language.say("Emission factors"),
    }  # fmt: skip
    kind, _, name = role.partition(" ")
    if kind == "raster":
        return language.say("Raster {name}", name=name)
    return known.get(role, role[:1].upper() + role[1:])


def means_table(result: Result, wording: Wording) -> Table:
    """Return the reference means of the size index by year."""
    means, language = result.manifest["reference_means"], wording.language
    if not means:
        return Table("", [], [])
    plain = replace(wording, notional=False)
    years = [str(year) for year in result.manifest["years"]]
    columns, cells = [head("year", wording)], [years]
    for name, by_year in means.items():
        columns.append(Column(language.say("Mean of {label}", label=head(name, plain).label), numeric=True))
        cells.append(cells_of(name, [by_year[y] for y in years], plain))
    rows = [list(row) for row in zip(*cells, strict=True)]
    return Table(language.say("Reference means of the size index"), columns, [("", rows)], "manifest.json")


def issue_groups(result: Result, wording: Wording) -> list[IssueGroup]:
    """Return the issues grouped by rule, warnings before notes, at most `MOST_ISSUES` places each."""
    issues = result.issues
    if issues.empty:
        return []
    order = {"error": 0, "warning": 1, "note": 2}
    groups = issues.groupby(["severity", "code"], sort=False, dropna=False)
    parts = sorted(groups, key=lambda group: (order.get(str(group[0][0]), 3), str(group[0][1])))
    return [_group(key, part, wording) for key, part in parts]


def _group(key: tuple[Hashable, ...], part: pd.DataFrame, wording: Wording) -> IssueGroup:
    language = wording.language
    severity, code = map(str, key)
    own = [in_own_words(code, str(text), language) for text in part["message"]]
    english = None in own
    part = part.assign(message=[text or said for text, said in zip(own, part["message"], strict=True)])
    message, remedy = _problem(code, part, language, english=english), _remedy(code, part, language)
    used = [p for p in _PLACES if not all(numbers.is_missing(v) for v in part[p])]
    if set(part["message"]) == {message}:
        used.remove("message")
    shown = part.head(MOST_ISSUES)
    cells = [cells_of(p, shown[p].tolist(), wording) for p in used]
    rows = [list(row) for row in zip(*cells, strict=True)] if used else []
    more = len(part) - len(shown)
    notes = [
        language.say("Some problems are told in the English words of issues.csv.") if english else "",
        language.count("and {count} more in issues.csv", "and {count} more in issues.csv", more) if more else "",
    ]
    caption = language.say("Where: {problem}", problem=message)
    places = Table(caption, [head(p, wording) for p in used], [("", rows)], "issues.csv", note=language.joined(notes))
    return IssueGroup(severities(language).get(severity, severity), code, message, remedy, len(part), places)


def _problem(code: str, part: pd.DataFrame, language: Language, *, english: bool) -> str:
    """Return what all issues of a rule say, or what the rule says where they differ or are not in the language."""
    texts, rule = part["message"].unique(), rules().get(code)
    if rule is None or (len(texts) == 1 and not english):
        return str(texts[0])
    return rule.finds_zh or rule.finds if language.code == "zh" else rule.finds


def _remedy(code: str, part: pd.DataFrame, language: Language) -> str:
    texts, rule = part["remedy"].unique(), rules().get(code)
    if language.code == "zh" and rule is not None and rule.remedy_zh:
        return rule.remedy_zh
    return str(texts[0]) if len(texts) == 1 or rule is None else rule.remedy
