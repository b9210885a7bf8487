"""The report of a run: what its sections print is gathered from a `Result` here, and becomes a :class:`Document`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from ecocomp.comparison import label_of
from ecocomp.language import Language
from ecocomp.outputs.figures.words import revision_name
from ecocomp.outputs.priority_table import display_names
from ecocomp.outputs.report import data_tables, findings, result_tables
from ecocomp.outputs.report.categories import origins
from ecocomp.outputs.report.caveats import at_mean_size, caveats, origin_text
from ecocomp.outputs.report.decomposition import decomposition_passage, forces
from ecocomp.outputs.report.document import Document
from ecocomp.outputs.report.drivers import driver_passage, drivers_section
from ecocomp.outputs.report.fairness import fairness_passage, fairness_section
from ecocomp.outputs.report.histories import cluster_changes
from ecocomp.outputs.report.method import method
from ecocomp.outputs.report.outlook import outlook_passage, prospects
from ecocomp.outputs.report.references import references
from ecocomp.outputs.report.scenarios import scenario_section
from ecocomp.outputs.report.sections import sections
from ecocomp.outputs.report.settlement import transfers_section
from ecocomp.outputs.report.tables import Wording
from ecocomp.outputs.report.uncertainty import Certainty, certainty, uncertainty_passage
from ecocomp.result import Result
from ecocomp.study import Study

__all__ = ["FigureFile", "build_report"]


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


def build_report(result: Result, figures: Sequence[FigureFile], language: Language, stem: str = "report") -> Document:
    """Return the report of a run.

    Parameters
    ----------
    result
        What :func:`ecocomp.run` or :func:`ecocomp.open_run` returned.
    figures
        Its figures by name; a name that the report does not know, or a figure that is not there, is left out.
    language
        To write in.
    stem
        Name of its file without the ending.
    """
    parts = _context(result, figures, language)
    manifest = result.manifest
    version = str(manifest["versions"]["ecocomp"])
    created = datetime.fromisoformat(manifest["created"])
    byline = language.say(
        "Years {years} · data origin: {origin} · made with ecocomp {version} on {date}",
        years=parts["years"], origin=parts["origin"], version=version, date=language.date(created.date()),
    )  # fmt: skip
    return Document(
        title=parts["title"], kicker=language.say("Carbon ecological compensation"), byline=byline,
        notice=parts["notice"] or "", language=language, sections=sections(parts, language), stem=stem,
        version=version, created=created,
    )  # fmt: skip


def _context(result: Result, figures: Sequence[FigureFile], language: Language) -> dict[str, Any]:
    """Return everything the sections print; they decide nothing but order."""
    study = Study.from_dict(result.manifest["study"])
    names = display_names(result.results, result.manifest["parents"])
    notional = at_mean_size(study)
    wording = Wording(language, names, result.manifest["revised_unit"], notional)
    first_n = study.zoning.first_n
    sure = certainty(result, study, wording)
    told = _findings(result, study, names, language)
    return {
        "manifest": result.manifest,
        "title": _title(study.study.name, result.manifest.get("scenario"), language),
        "years": _span(result.manifest["years"], language),
        "notice": result.manifest["notice"],
        "origin": origins(language)[result.manifest["data_origin"]],
        "origin_text": origin_text(result.manifest["data_origin"], language),
        "notional": notional,
        "figures": {figure.name: figure for figure in figures},
        "tables": {
            **result_tables.result_tables(result, wording),
            "priority": result_tables.priority_table(result, wording, first_n),
            "classes": result_tables.class_table(result, language),
            "balance": result_tables.balance_table(result, language),
            "quantities": data_tables.quantity_table(study, language),
            "files": data_tables.file_table(result, language),
            "means": data_tables.means_table(result, wording),
        },
        "issues": data_tables.issue_groups(result, wording),
        "method": method(study, _prices(result), result.manifest["permutations"], language)
        + driver_passage(study, language)
        + uncertainty_passage(study, language)
        + fairness_passage(result, language)
        + decomposition_passage(result, language)
        + outlook_passage(study, language),
        "drivers": drivers_section(result, study, wording),
        "certainty": sure,
        "transfers": transfers_section(result, study, wording),
        "fairness": fairness_section(result, wording),
        "forces": forces(result, wording),
        "prospects": prospects(result, study, wording),
        "summary": [*told["summary"], told["settled"][-1], _sure(sure, language)],
        "findings": told,
        "changes": cluster_changes(result, study, wording),
        "comparison": _comparison(result, wording, study),
        "scenarios": scenario_section(result, wording),
        "caveats": caveats(result, study, language),
        "references": references(result, study, language),
        "commands": _commands(result),
    }


def _sure(sure: Certainty | None, language: Language) -> str:
    """Return the paragraph of the summary that says how sure the others are."""
    if sure is not None:
        return language.joined(sure.verdicts)
    return language.say(
        "How sure these numbers are is not told: the study states no errors of its inputs (section uncertainty of the "
        "study file)."
    )


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


def _title(name: str, scenario: str | None, language: Language) -> str:
    return language.say("{name} · scenario {scenario}", name=name, scenario=scenario) if scenario else name


def _span(years: Sequence[int], language: Language) -> str:
    """Return the years of a study: ``2007, 2012 and 2017``, or ``2000–2016 (17 years)`` where they are many."""
    if len(years) > 6:
        return language.say("{first}–{last} ({count} years)", first=years[0], last=years[-1], count=len(years))
    return language.listing([str(year) for year in years])


def _commands(result: Result) -> list[str]:
    """Return the commands that repeat the run and check it."""
    file = result.manifest["study_file"]
    study = Path(str(file)).name if file else "STUDY.toml"
    compare = "" if result.revisions.empty else " --compare-revisions"
    scenario = result.manifest.get("scenario")
    folder = f"{Path(study).stem}-results" + (f"/scenarios/{scenario}" if scenario else "")
    folder = f'"{folder}"' if " " in folder else folder
    return [f"ecocomp run {study}{compare}", f"ecocomp verify {folder}"]
