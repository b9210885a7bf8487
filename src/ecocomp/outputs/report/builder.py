"""The report of a run: a `Result` and its figures become one page that opens offline."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any, Protocol

import jinja2
from markupsafe import Markup, escape

from ecocomp.comparison import label_of
from ecocomp.language import Language, language_of
from ecocomp.outputs.figures.words import revision_name
from ecocomp.outputs.priority_table import display_names
from ecocomp.outputs.report import data_tables, findings, result_tables
from ecocomp.outputs.report.caveats import at_mean_size, caveats, origin_text
from ecocomp.outputs.report.decomposition import decomposition_passage, forces
from ecocomp.outputs.report.drivers import driver_passage, drivers_section
from ecocomp.outputs.report.fairness import fairness_passage, fairness_section
from ecocomp.outputs.report.histories import cluster_changes
from ecocomp.outputs.report.method import method
from ecocomp.outputs.report.outlook import outlook_passage, prospects
from ecocomp.outputs.report.references import references
from ecocomp.outputs.report.scenarios import scenario_section
from ecocomp.outputs.report.settlement import transfers_section
from ecocomp.outputs.report.tables import Wording
from ecocomp.outputs.report.uncertainty import certainty, uncertainty_passage
from ecocomp.result import Result
from ecocomp.study import Study

__all__ = ["FigureFile", "write_report"]

_CHINESE = re.compile("[\u3400-\u9fff\uf900-\ufaff]+")


class FigureFile(Protocol):
    """A figure on disk: what `ecocomp.outputs.figures` returns."""

    @property
    def name(self) -> str:
        """Name of the figure, such as ``accounts``."""

    @property
    def caption(self) -> str:
        """Sentence that says what it shows."""

    @property
    def path(self) -> Path:
        """Its file; the png of the same name is taken."""


def write_report(result: Result, figures: Sequence[FigureFile], path: Path) -> None:
    """Write the report of a run: one self-contained HTML page.

    Parameters
    ----------
    result
        What :func:`ecocomp.run` or :func:`ecocomp.open_run` returned.
    figures
        Its figures by name; a name that the report does not know, or a figure that is not there, is left out.
    path
        File to write.
    """
    page = _environment().get_template("report.html.j2").render(_context(result, figures))
    path.write_text(page, encoding="utf-8", newline="\n")


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("ecocomp.outputs.report", "."),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {"prose": prose, "css_string": css_string}
    return environment


def prose(text: str) -> Markup:
    """Return text escaped for the page: Chinese runs are marked as such, numbers stay with their units."""
    joined = text.replace(" × 10⁸ CNY", "\u00a0×\u00a010⁸\u00a0CNY").replace("10⁸ CNY", "10⁸\u00a0CNY")
    joined = re.sub(r"\b([pNVM]) ([<=≤>]) ", "\\1\u00a0\\2\u00a0", joined)
    joined = re.sub(r"(?<=\d) (?=km\b|Mt\b)", "\u00a0", joined)
    joined = re.sub(r"(?<=\w)'(?=\w|\s)", "'", joined)
    marked = _CHINESE.sub(lambda run: f'<span lang="zh">{run.group()}</span>', str(escape(joined)))
    return Markup(marked)  # escaped above


def css_string(text: str) -> Markup:
    """Return text as a CSS string; whatever could end it, or the style element, is written as its code point."""
    safe = "".join(c if c.isalnum() or c in " .,;:-()" else f"\\{ord(c):x} " for c in text)
    return Markup(f'"{safe}"')  # nothing but letters, digits and codes is left


def _context(result: Result, figures: Sequence[FigureFile]) -> dict[str, Any]:
    """Return everything the template prints; it decides nothing but order."""
    study = Study.from_dict(result.manifest["study"])
    names = display_names(result.results, result.manifest["parents"])
    notional = at_mean_size(study)
    wording = Wording(language_of("en"), names, result.manifest["revised_unit"], notional)
    first_n = study.zoning.first_n
    return {
        "style": Markup(resources.files(__package__).joinpath("report.css").read_text(encoding="utf-8")),
        "manifest": result.manifest,
        "title": " · ".join([study.study.name, *(f"scenario {s}" for s in [result.manifest.get("scenario")] if s)]),
        "years": _span(result.manifest["years"]),
        "notice": result.manifest["notice"],
        "origin": result.manifest["data_origin"],
        "origin_text": origin_text(result.manifest["data_origin"], wording.language),
        "notional": notional,
        "first_n": first_n,
        "figures": {figure.name: _figure(figure) for figure in figures},
        "tables": {
            **result_tables.result_tables(result, wording),
            "priority": result_tables.priority_table(result, wording, first_n),
            "classes": result_tables.class_table(result, wording.language),
            "balance": result_tables.balance_table(result, wording.language),
            "quantities": data_tables.quantity_table(study, wording.language),
            "files": data_tables.file_table(result, wording.language),
            "means": data_tables.means_table(result, wording),
        },
        "issues": data_tables.issue_groups(result, wording),
        "method": method(study, _prices(result), result.manifest["permutations"], wording.language)
        + driver_passage(study, wording.language)
        + uncertainty_passage(study, wording.language)
        + fairness_passage(result, wording.language)
        + decomposition_passage(result, wording.language)
        + outlook_passage(study, wording.language),
        "drivers": drivers_section(result, study, wording),
        "certainty": certainty(result, study, wording),
        "transfers": transfers_section(result, study, wording),
        "fairness": fairness_section(result, wording),
        "forces": forces(result, wording),
        "prospects": prospects(result, study, wording),
        "findings": _findings(result, study, names, wording.language),
        "changes": cluster_changes(result, study, wording),
        "comparison": _comparison(result, wording, study),
        "scenarios": scenario_section(result, wording),
        "caveats": caveats(result, study, wording.language),
        "references": references(result, study, wording.language),
        "commands": _commands(result),
    }


def _findings(result: Result, study: Study, names: dict[str, str], language: Language) -> dict[str, Any]:
    return {
        "summary": findings.summary(result, study, names, language),
        "missing": findings.without_amount(result, names, language),
        "accounts": findings.accounts(result, language),
        "clusters": findings.clusters(result, language),
        "moran": findings.global_moran(result, study, language),
        "income": findings.among_income(result, language),
        "conventions": findings.conventions(result, study, language),
        "centres": findings.centres(result, names, language),
        "ranks": findings.ranks(result, study, language),
        "balance": findings.balance(result, language),
        "settled": findings.settled(result, language),
    }


def _comparison(result: Result, wording: Wording, study: Study) -> dict[str, Any] | None:
    """Return the section that compares revisions, if they were compared."""
    if result.revisions.empty:
        return None
    labels = [*result.revisions["revision"], *result.revisions["other_revision"]]
    own = label_of(study.revision)
    titles = {
        str(label): revision_name(str(label), wording.language.code, own=str(label) == own)
        for label in dict.fromkeys(labels)
    }
    return {
        "legend": result_tables.revision_legend(
            titles, study.revision, result.manifest["revised_unit"], wording.language
        ),
        "table": result_tables.revision_table(result, replace(wording, notional=False), titles),
        "sentences": [s for s in findings.revisions(result, titles, wording.language) if s],
    }


def _prices(result: Result) -> Mapping[int, float]:
    prices = result.results.dropna(subset="price").groupby("year")["price"].first()
    return {int(str(year)): float(price) for year, price in prices.items()}


def _figure(figure: FigureFile) -> dict[str, str]:
    image = figure.path.with_suffix(".png").read_bytes()
    return {"caption": figure.caption.replace("CO2", "CO₂"), "data": base64.b64encode(image).decode("ascii")}


def _span(years: Sequence[int]) -> str:
    """Return the years of a study: ``2007, 2012 and 2017``, or ``2000–2016 (17 years)`` where they are many."""
    if len(years) > 6:
        return f"{years[0]}–{years[-1]} ({len(years)} years)"
    return ", ".join(map(str, years))


def _commands(result: Result) -> list[str]:
    """Return the commands that repeat the run and check it."""
    file = result.manifest["study_file"]
    study = Path(str(file)).name if file else "STUDY.toml"
    compare = "" if result.revisions.empty else " --compare-revisions"
    scenario = result.manifest.get("scenario")
    folder = f"{Path(study).stem}-results" + (f"/scenarios/{scenario}" if scenario else "")
    folder = f'"{folder}"' if " " in folder else folder
    return [f"ecocomp run {study}{compare}", f"ecocomp verify {folder}"]
