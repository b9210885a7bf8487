"""The sections of a report in their order, as blocks, from what :mod:`ecocomp.outputs.report.builder` gathered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ecocomp.language import Language
from ecocomp.outputs.report.document import (
    Block,
    Commands,
    CrossReference,
    Entries,
    Formula,
    Heading,
    Inline,
    Link,
    NumberedFigure,
    NumberedTable,
    Paragraph,
    Run,
    Section,
    Terms,
    spliced,
)
from ecocomp.outputs.report.formulas import formula_runs
from ecocomp.outputs.report.tables import Table

__all__ = ["sections"]

Parts = Mapping[str, Any]
Shown = NumberedFigure | NumberedTable | None


def sections(parts: Parts, language: Language) -> list[Section]:
    """Return the sections of a report: what applies to its study.

    Parameters
    ----------
    parts
        What ``builder`` gathered: sentences, tables and figures by name.
    language
        Of the headings.
    """
    makers = (
        _summary, _data, _method, _results, _fairness, _revisions, _drivers, _certainty, _scenarios, _forces, _outlook,
        _limits, _reproduce, _references,
    )  # fmt: skip
    return [section for make in makers if (section := make(parts, language)) is not None]


def figure(parts: Parts, name: str, language: Language) -> NumberedFigure | None:
    """Return a figure by name; None where it was not drawn."""
    found = parts["figures"].get(name)
    if found is None:
        return None
    text = found.caption.replace("CO2", "CO₂")
    notice = parts["notice"]
    remark = _remark(parts, language) if notice and notice not in text else []
    return NumberedFigure(f"figure-{name}", found.path.with_suffix(".png"), text, [text], remark)


def table(parts: Parts, name: str, content: Table | None, language: Language, kind: str = "") -> NumberedTable | None:
    """Return a table under a name; None where it has no rows."""
    if not content:
        return None
    caption = language.joined([language.say("{caption}.", caption=content.caption), content.note])
    return NumberedTable(f"table-{name}", content, [caption], _remark(parts, language, content.file), kind)


def _remark(parts: Parts, language: Language, file: str = "") -> list[Inline]:
    """Return what stands below a caption: the notice, the data origin and the file that holds all of it."""
    notice = parts["notice"]
    if not notice and not file:
        return []
    told = [language.say("Data origin: {origin}.", origin=parts["origin"])]
    told += [language.say("File: {file}.", file=file)] if file else []
    before: list[Inline] = [Run(notice, "strong"), " "] if notice else []
    return [*before, language.joined(told)]


def _passage(language: Language, texts: Sequence[str], *shown: Shown) -> Iterator[Block]:
    """Yield sentences as a paragraph that names the figures and tables it belongs to, and these."""
    found = [block for block in shown if block is not None]
    places = language.listing([f"\x00{i}\x00" for i in range(len(found))])
    seen = language.say("See {places}.", places=places) if found else ""
    text = language.joined([*texts, seen])
    if text:
        yield Paragraph(spliced(text, [CrossReference(block.name) for block in found]))
    yield from found


def _summary(parts: Parts, language: Language) -> Section:
    blocks: list[Block] = [Paragraph([text]) for text in parts["summary"] if text]
    if parts["notional"]:
        limits = Link(language.say("what these numbers are not"), "limits", "section")
        aside = language.say(
            "All amounts are notional, at the region's mean size, and comparable only among the units of this study; "
            "{limits} says more.",
            limits="\x000\x00",
        )
        blocks.append(Paragraph(spliced(aside, [limits]), "aside"))
    return Section("summary", language.say("Summary"), blocks)


def _data(parts: Parts, language: Language) -> Section:
    read = language.say(
        "The data origin of this study is {origin}, the weakest of what went in: {meaning}.",
        origin=parts["origin"], meaning=parts["origin_text"],
    )  # fmt: skip
    quantities = table(parts, "quantities", parts["tables"]["quantities"], language)
    files = table(parts, "files", parts["tables"]["files"], language)
    missing = parts["findings"]["missing"]
    if missing:
        kept = language.say("Missing units are drawn as such and counted, and enter no mean, sum or rank.")
        missing = [*missing, kept]
    else:
        missing = [language.say("Every unit has an amount in every year.")]
    blocks: list[Block] = [*_passage(language, [read], quantities, files), Paragraph([language.joined(missing)])]
    blocks.append(Heading([language.say("Issues found in the data")]))
    if not parts["issues"]:
        blocks.append(Paragraph([language.say("The checks found nothing to report.")]))
    for i, group in enumerate(parts["issues"]):
        blocks += _issue(parts, group, f"issue-{i + 1}", language)
    return Section("data", language.say("Data and its problems"), blocks)


def _issue(parts: Parts, group: Any, name: str, language: Language) -> Iterator[Block]:
    kind = group.severity.capitalize()
    times = language.say("({count} times)", count=f"{group.count:,}")
    found = language.joined([group.message, times]) if group.count > 1 else group.message
    text = language.say(
        "{kind} {found}. {what} {remedy}.", kind="\x000\x00", found=found, what="\x001\x00", remedy=group.remedy
    )
    head = Run(language.say("{kind} · {code}.", kind=kind, code=group.code), "strong")
    yield Paragraph(spliced(text, [head, Run(language.say("What to do:"), "emphasis")]), "issue")
    places = table(parts, name, group.places, language, "small")
    if places is not None:
        yield places


def _method(parts: Parts, language: Language) -> Section:
    blocks: list[Block] = []
    for i, passage in enumerate(parts["method"]):
        blocks.append(Heading([passage.title]))
        blocks += [Formula(formula_runs(formula)) for formula in passage.formulas]
        means = table(parts, "means", parts["tables"]["means"], language) if i == 1 else None
        first, *others = passage.text
        blocks += [*_passage(language, [first], means), *(Paragraph([text]) for text in others if text)]
    return Section("method", language.say("Method"), blocks)


def _results(parts: Parts, language: Language) -> Section:
    findings, tables = parts["findings"], parts["tables"]

    def drawn(name: str) -> NumberedFigure | None:
        return figure(parts, name, language)

    def laid(name: str, kind: str = "") -> NumberedTable | None:
        return table(parts, name, tables[name], language, kind)

    def told(*texts: str) -> Iterator[Block]:
        return (Paragraph([text]) for text in texts if text)

    blocks: list[Block] = [
        Heading([language.say("Accounts")]), *_passage(language, findings["accounts"], drawn("accounts")),
        Heading([language.say("Who pays and who receives")]),
        *_passage(language, [], laid("heads"), laid("totals"), drawn("amounts"), laid("subtotals")),
        Heading([language.say("Clusters")]),
        *_passage(language, [*findings["clusters"], findings["moran"]], drawn("clusters"), laid("clusters")),
        *told(findings["income"]), *_passage(language, [findings["conventions"]], laid("conventions")),
        Heading([language.say("How the clusters changed")]), *_changes(parts, language),
        Heading([language.say("Centres of gravity")]),
        *_passage(language, findings["centres"], drawn("centres"), laid("centres"), laid("ellipses")),
        Heading([language.say("Priority")]),
        *_passage(language, [findings["ranks"]], drawn("priority"), laid("priority", "priority"), laid("classes")),
        Heading([language.say("Balance and settlement")]),
        *_passage(language, [*findings["balance"], *findings["settled"]], drawn("balance"), laid("balance")),
        *_transfers(parts, language),
    ]  # fmt: skip
    return Section("results", language.say("Results"), blocks)


def _changes(parts: Parts, language: Language) -> Iterator[Block]:
    changes = parts["changes"]
    if not changes:
        yield Paragraph([language.say("The study has one year, so that no change of clusters can be told.")])
        return
    transitions = table(parts, "transitions", changes.transitions, language)
    markov, patterns = (table(parts, name, getattr(changes, name), language) for name in ("markov", "patterns"))
    yield from _passage(language, changes.courses)
    yield from _passage(language, [changes.lasting], transitions)
    yield from _passage(language, [changes.chain], markov, patterns)


def _transfers(parts: Parts, language: Language) -> Iterator[Block]:
    transfers = parts["transfers"]
    if not transfers:
        return
    yield Heading([language.say("Who pays whom")])
    yield from _passage(
        language, [*transfers.plan, *transfers.limits],
        figure(parts, "flows", language), figure(parts, "parents", language),
        *(table(parts, f"transfers-{name}", getattr(transfers, name), language)
          for name in ("largest", "parents", "binding")),
    )  # fmt: skip


def _fairness(parts: Parts, language: Language) -> Section | None:
    fairness = parts["fairness"]
    if not fairness:
        return None
    rules = table(parts, "fairness", fairness.table, language)
    blocks = [
        *_passage(language, fairness.sentences, figure(parts, "fairness", language), rules),
        Paragraph([fairness.caution]),
    ]
    return Section("fairness", language.say("What it does to inequality"), blocks)


def _revisions(parts: Parts, language: Language) -> Section | None:
    comparison = parts["comparison"]
    if not comparison:
        return None
    legend = table(parts, "revision-legend", comparison["legend"], language)
    compared = table(parts, "revisions", comparison["table"], language, "revisions")
    blocks = _passage(language, comparison["sentences"], figure(parts, "revisions", language), legend, compared)
    return Section("revisions", language.say("How much the choice of revision decides"), list(blocks))


def _drivers(parts: Parts, language: Language) -> Section | None:
    drivers = parts["drivers"]
    if not drivers:
        return None

    def laid(name: str) -> NumberedTable | None:
        return table(parts, f"driver-{name}", getattr(drivers, name), language)

    blocks: list[Block] = [
        *_passage(language, drivers.detected, figure(parts, "drivers", language), laid("factors"), laid("pairs")),
        Paragraph([drivers.caution]),
    ]
    if drivers.fitted:
        blocks.append(Heading([language.say("Regressions")]))
        blocks += _passage(language, drivers.fitted, laid("coefficients"), laid("diagnostics"))
    return Section("drivers", language.say("What goes with the {response}", response=drivers.response), blocks)


def _certainty(parts: Parts, language: Language) -> Section | None:
    certainty = parts["certainty"]
    if not certainty:
        return None
    blocks = _passage(
        language, [*certainty.verdicts, certainty.sums, certainty.draws],
        figure(parts, "certainty", language), figure(parts, "ranks", language),
        *(table(parts, f"certainty-{name}", getattr(certainty, name), language)
          for name in ("firsts", "region", "centres")),
    )  # fmt: skip
    return Section("certainty", language.say("How sure"), list(blocks))


def _scenarios(parts: Parts, language: Language) -> Section | None:
    told = parts["scenarios"]
    if not told:
        return None
    about = language.say(
        "Each scenario is a complete run of its own in the folder scenarios beside this page; what differs is told "
        "against the study itself."
    )
    compared = table(parts, "scenarios", told.table, language)
    blocks: list[Block] = [*_passage(language, [about], figure(parts, "comparison", language), compared)]
    for scenario in told.scenarios:
        blocks.append(Heading([Link(scenario.name, scenario.link.removesuffix("/report.html"), "run")]))
        if scenario.settings:
            settings = "; ".join(scenario.settings)
            blocks.append(Paragraph([language.say("{settings}.", settings=settings)]))
        blocks += _passage(language, scenario.sentences)
    return Section("scenarios", language.say("What the scenarios change"), blocks)


def _forces(parts: Parts, language: Language) -> Section | None:
    forces = parts["forces"]
    if not forces:
        return None
    effects = table(parts, "decomposition", forces.table, language)
    blocks = _passage(language, forces.sentences, figure(parts, "decomposition", language), effects)
    return Section("forces", language.say("What drove emissions"), list(blocks))


def _outlook(parts: Parts, language: Language) -> Section | None:
    prospects = parts["prospects"]
    if not prospects:
        return None

    def laid(name: str) -> NumberedTable | None:
        return table(parts, f"outlook-{name.replace('_', '-')}", getattr(prospects, name), language)

    blocks: list[Block] = [
        Paragraph([prospects.scope]),
        *_passage(language, prospects.paths, figure(parts, "outlook", language), laid("table")),
        Heading([language.say("How far projections of held-out years were off")]),
        *_passage(language, prospects.tests, laid("test_table")),
        *(Paragraph([text]) for text in prospects.diagnostics if text),
        Heading([language.say("Peak and neutrality")]),
        *_passage(language, prospects.events, laid("event_table")),
    ]
    return Section("outlook", language.say("Outlook"), blocks)


def _limits(parts: Parts, language: Language) -> Section:
    terms = Terms([([head], [text]) for head, text in parts["caveats"]])
    return Section("limits", language.say("What these numbers are not"), [terms])


def _reproduce(parts: Parts, language: Language) -> Section:
    manifest = parts["manifest"]
    versions = ", ".join(f"{name} {version}" for name, version in manifest["versions"].items())
    software = language.say(
        "The ecocomp developers. ecocomp, version {version}. Apache License 2.0.",
        version=manifest["versions"]["ecocomp"],
    )
    facts = Terms([
        ([language.say("Seed")], [str(manifest["seed"])]),
        ([language.say("Fingerprint of the settings (SHA-256)")], [Run(manifest["study_fingerprint"], "code")]),
        ([language.say("Versions")], [versions]),
        ([language.say("Software")], [software]),
    ], "facts")  # fmt: skip
    before = language.say(
        "With the same study file and inputs, these commands repeat the run and check a finished one; give the second "
        "the folder that holds this page:"
    )
    after = language.say(
        "All tables, with every column's unit and meaning in columns.csv, stand beside this page; manifest.json holds "
        "all settings, fingerprints and reference means."
    )
    blocks: list[Block] = [Paragraph([before]), Commands(parts["commands"]), facts, Paragraph([after])]
    return Section("reproduce", language.say("How to reproduce"), blocks)


def _references(parts: Parts, language: Language) -> Section:
    items = [_work(work.text, work.doi) for work in parts["references"]]
    return Section("references", language.say("References"), [Entries(items)])


def _work(text: str, doi: str) -> list[Inline]:
    return [text, " ", Link(f"doi:{doi}", f"https://doi.org/{doi}")] if doi else [text]
