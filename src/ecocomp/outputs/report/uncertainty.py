"""The section on how sure the results are, and the passage on how that was found, from the draws of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from ecocomp.language import Language
from ecocomp.outputs.figures.words import revision_name
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.categories import words_of
from ecocomp.outputs.report.drivers import name_of
from ecocomp.outputs.report.method import Passage
from ecocomp.outputs.report.sentences import money
from ecocomp.outputs.report.tables import Column, Table, Wording, from_frame
from ecocomp.result import Result
from ecocomp.study import PriceSpread, Study
from ecocomp.study.uncertainty import ErrorOf
from ecocomp.variables import label

__all__ = ["Certainty", "certainty", "uncertainty_passage"]

FIRST = 5


@dataclass(frozen=True)
class Certainty:
    """What the section says and shows."""

    verdicts: Sequence[str]
    sums: str
    draws: str
    region: Table
    firsts: Table
    centres: Table


def certainty(result: Result, study: Study, wording: Wording) -> Certainty | None:
    """Return the section; None for a study without draws."""
    if result.uncertainty.empty:
        return None
    last = int(result.uncertainty_regional["year"].max())
    return Certainty(
        _verdicts(result, study, wording, last),
        _sums(result, last, wording.language),
        _enough(result, study, last, wording.language),
        _region(result, wording),
        _firsts(result, study, wording, last),
        _centres(result, wording),
    )


def _verdicts(result: Result, study: Study, wording: Wording, year: int) -> list[str]:
    row, language = _of_year(result, year), wording.language
    first = language.count(
        "In {year}, {count} unit pays and {receiving} receive in at least {level}% of the draws; of {undecided} "
        "neither can be said.",
        "In {year}, {count} units pay and {receiving} receive in at least {level}% of the draws; of {undecided} "
        "neither can be said.",
        int(row["robust_payers"]), year=year, receiving=f"{int(row['robust_recipients']):,}",
        level=numbers.plain(100 * study.uncertainty.robust), undecided=f"{int(row['undecided']):,}",
    )  # fmt: skip
    return [first, *filter(None, (_robust_firsts(result, side, year, wording) for side in ("payer", "recipient")))]


def _robust_firsts(result: Result, side: str, year: int, wording: Wording) -> str:
    """Name the robust units among the first of a side; nothing where the side is empty."""
    language, ranked = wording.language, _of_side(result, side, year).head(FIRST)
    if ranked.empty:
        return ""
    count = len(ranked)
    firsts = {
        "payer": language.count("{count} payer", "{count} payers", count),
        "recipient": language.count("{count} recipient", "{count} recipients", count),
    }[side]
    robust = ranked.loc[ranked["verdict"] == f"robust {side}", "unit"]
    if robust.empty:
        return language.say("Of the first {firsts} by priority, none is robust.", firsts=firsts)
    names = [wording.names.get(str(unit), str(unit)) for unit in robust]
    return language.count(
        "Of the first {firsts} by priority, {count} is robust: {names}.",
        "Of the first {firsts} by priority, {count} are robust: {names}.",
        len(names), firsts=firsts, names=language.listing(names),
    )  # fmt: skip


def _of_year(result: Result, year: int) -> dict[Any, Any]:
    frame = result.uncertainty_regional
    return frame[frame["year"] == year].to_dict("records")[0]


def _of_side(result: Result, side: str, year: int) -> pd.DataFrame:
    """Return what the draws say of a side's units in a year, in the order of their rank without errors."""
    plain = result.results[(result.results["year"] == year) & (result.results["group"] == side)]
    ranked = plain.dropna(subset="rank").sort_values("rank")[["unit", "rank"]]
    return ranked.merge(result.uncertainty[result.uncertainty["year"] == year], on="unit")


def _sums(result: Result, year: int, language: Language) -> str:
    row = _of_year(result, year)
    ends = {end: money(float(row[f"gap_{end}"]), language) for end in ("median", "low", "high")}
    share = numbers.percent(float(row["probability_gap"]), language)
    return language.say(
        "The gap between payments and receipts in {year} has the median {median} and the 90% interval {low} to {high}; "
        "payments exceed receipts in {share} of the draws.",
        year=year, share=share, **ends,
    )  # fmt: skip


def _enough(result: Result, study: Study, year: int, language: Language) -> str:
    row = _of_year(result, year)
    open_ones, draws = int(row["unsettled_verdicts"]), f"{study.uncertainty.draws:,}"
    known = language.say(
        "Were the {draws} draws independent, the probabilities would be known to within {error} (95%).",
        draws=draws, error=numbers.significant(float(row["largest_error"]), 2),
    )  # fmt: skip
    settled = (
        language.count(
            "In {year}, {count} verdict would need more draws (draws_suffice in uncertainty.csv).",
            "In {year}, {count} verdicts would need more draws (draws_suffice in uncertainty.csv).",
            open_ones, year=year,
        )
        if open_ones
        else language.say("That number of draws settles every verdict of {year}.", year=year)
    )  # fmt: skip
    return language.joined([known, settled, language.say("Points that are spread evenly usually do better.")])


def _region(result: Result, wording: Wording) -> Table:
    columns = ["year"] + [f"{n}_{end}" for n in ("payments", "receipts", "gap") for end in ("low", "median", "high")]
    columns += ["robust_payers", "robust_recipients", "undecided"]
    caption = wording.language.say("Sums of the region over the draws, medians with 90% intervals, and verdicts")
    return from_frame(result.uncertainty_regional, columns, caption, "uncertainty_regional.csv", wording)


def _centres(result: Result, wording: Wording) -> Table:
    columns = ["year", "weighting", "lon", "lat", "semi_major_km", "semi_minor_km", "rotation_deg", "area_km2"]
    caption = wording.language.say(
        "Centres of gravity over the draws, with the ellipse that holds 90% of a normal spread like theirs"
    )
    return from_frame(result.uncertainty_centres, columns, caption, "uncertainty_centres.csv", wording)


def _firsts(result: Result, study: Study, wording: Wording, year: int) -> Table:
    language = wording.language
    verdicts = words_of("verdict", language)
    titles = {"payer": language.say("Payers"), "recipient": language.say("Recipients")}
    blocks = []
    for side, title in titles.items():
        frame = _of_side(result, side, year).head(study.zoning.first_n)
        probability = "probability_paying" if side == "payer" else "probability_receiving"
        rows = [
            [
                wording.names.get(str(row["unit"]), str(row["unit"])), str(int(row["rank"])),
                numbers.number(row[probability], 3), *_ranks(row, side),
                verdicts.get(str(row["verdict"]), str(row["verdict"])),
            ]
            for row in frame.to_dict("records")
        ]  # fmt: skip
        blocks.append((title, rows))
    columns = [
        Column(language.say("Unit")), Column(language.say("Rank without errors"), numeric=True),
        Column(language.say("Probability of the side"), numeric=True),
        *(Column(label(name, language.code), numeric=True) for name in ("rank_low", "rank_high")),
        Column(label("verdict", language.code)),
    ]  # fmt: skip
    caption = language.say("The first by priority in {year} over the draws", year=year)
    note = language.say("Ranks over the draws in which the unit is on that side; a dash: more often on the other.")
    return Table(caption, columns, blocks, "uncertainty.csv", note=note)


def _ranks(row: Mapping[Any, Any], side: str) -> list[str]:
    if row["rank_side"] != side:
        return [numbers.MISSING, numbers.MISSING]
    return [str(row["rank_low"]), str(row["rank_high"])]


def uncertainty_passage(study: Study, language: Language) -> list[Passage]:
    """Return how the draws were made, in words; nothing without draws."""
    stated = study.uncertainty
    if not stated.draws:
        return []
    text = [
        language.say("Every number was computed anew in {draws} draws by the same steps.", draws=f"{stated.draws:,}"),
        *_errors(stated.errors, language),
        *([_price(stated.price, language)] if stated.price is not None else []),
    ]
    if stated.weights_concentration is not None:
        text.append(
            language.say(
                "The revision's weights follow a Dirichlet distribution of concentration {concentration}.",
                concentration=numbers.plain(stated.weights_concentration),
            )
        )
    if stated.revisions is not None:
        text += _revisions(stated.revisions, language)
    text.append(
        language.say(
            "What all units share is spread by scrambled Sobol points; errors of parents and units are independent "
            "normals."
        )
        if stated.points == "sobol"
        else language.say(
            "What all units share is spread by a Latin hypercube; errors of parents and units are independent normals."
        )
    )
    if stated.cluster_draws:
        text.append(
            language.say(
                "Clusters were told in {draws} draws with {permutations} permutations each.",
                draws=f"{min(stated.cluster_draws, stated.draws):,}", permutations=f"{stated.cluster_permutations:,}",
            )
        )  # fmt: skip
    formulas = (Markup("x′ = x · exp(σz − σ²/2), σ² = ln(1 + cv²)"),) if stated.errors else ()
    return [Passage(language.say("Uncertainty"), formulas, (language.joined(text),))]


def _errors(errors: Mapping[Any, ErrorOf], language: Language) -> list[str]:
    """Say which quantities have which errors; nothing without any."""
    if not errors:
        return []
    told = language.listing([_error(str(name), error, language) for name, error in errors.items()])
    return [
        language.say("Relative errors are lognormal and keep the mean: {errors}.", errors=told),
        language.say("The region's part is shared by all units, the parent's by the units of a parent."),
    ]


def _error(name: str, error: ErrorOf, language: Language) -> str:
    details = [
        language.say(
            "parts of the log-variance: region {region}, parent {parent}, unit {unit}",
            region=numbers.plain(error.region), parent=numbers.plain(error.parent), unit=numbers.plain(error.unit),
        )
    ]  # fmt: skip
    if error.within == "parent":
        details.append(language.say("within the totals of parents"))
    if error.time_correlation < 1:
        correlation = numbers.plain(error.time_correlation)
        details.append(language.say("correlation over a year {correlation}", correlation=correlation))
    return language.say(
        "{quantity} {error}% ({details})",
        quantity=name_of(name, language), error=numbers.plain(100 * error.cv), details=language.say("; ").join(details),
    )  # fmt: skip


def _revisions(revisions: str | Mapping[str, float], language: Language) -> list[str]:
    """Say from what the revision of a draw is chosen."""
    caution = language.say(
        "Amounts under different revisions differ in kind, so that intervals over several revisions say which units "
        "pay, and in what order, rather than how much."
    )
    if isinstance(revisions, str):
        return [
            language.say("The revision of a draw is chosen from every revision that the study defines, all alike."),
            caution,
        ]
    total = sum(revisions.values())
    named = [
        language.say(
            "{revision}: {weight}",
            revision=revision_name(name, language.code), weight=numbers.plain(weight / total, 3),
        )
        for name, weight in revisions.items()
    ]  # fmt: skip
    told = language.say("; ").join(named)
    return [language.say("The revision of a draw is chosen by weight ({revisions}).", revisions=told), caution]


def _price(spread: PriceSpread, language: Language) -> str:
    if spread.cv is not None:
        return language.say("The price has a lognormal error of {error}%.", error=numbers.plain(100 * spread.cv))
    unit = numbers.stated_unit(spread.unit or "", language)
    if spread.values is not None:
        values = language.listing([numbers.plain(v) for v in spread.values])
        return language.say("The price is one of {values} {unit}.", values=values, unit=unit)
    ends = {"low": numbers.plain(spread.low), "high": numbers.plain(spread.high), "unit": unit}
    if spread.shape == "uniform":
        return language.say("The price lies evenly between {low} and {high} {unit}.", **ends)
    return language.say("The price lies evenly in its logarithm between {low} and {high} {unit}.", **ends)
