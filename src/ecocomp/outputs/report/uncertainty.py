"""The section on how sure the results are, and the passage on how that was found, from the draws of a result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.method import Passage
from ecocomp.outputs.report.sentences import listing, plural
from ecocomp.outputs.report.tables import Column, Table, Wording, from_frame
from ecocomp.result import Result
from ecocomp.study import PriceSpread, Study

__all__ = ["Certainty", "certainty", "uncertainty_passage"]

FIRST = 5
CAUTION = (
    "Amounts under different revisions differ in kind, so that intervals over several revisions say which units pay, "
    "and in what order, rather than how much."
)
_NAMES = {"emissions": "emissions", "sequestration": "sequestration", "gdp": "GDP", "population": "population",
          "area": "area"}  # fmt: skip


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
        _sums(result, last),
        _enough(result, study, last),
        _region(result, wording),
        _firsts(result, study, wording, last),
        _centres(result, wording),
    )


def _verdicts(result: Result, study: Study, wording: Wording, year: int) -> list[str]:
    row = _of_year(result, year)
    level = numbers.plain(100 * study.uncertainty.robust)
    first = (
        f"In {year}, {plural(int(row['robust_payers']), 'unit')} pay and {int(row['robust_recipients'])} receive in at "
        f"least {level}% of the draws; of {int(row['undecided'])} neither can be said."
    )
    parts = [first]
    for side in ("payer", "recipient"):
        ranked = _of_side(result, side, year).head(FIRST)
        robust = (ranked["verdict"] == f"robust {side}").to_numpy()
        names = [wording.names.get(str(unit), str(unit)) for unit in ranked["unit"]]
        if names:
            kept = [name for name, sure in zip(names, robust, strict=True) if sure]
            held = (
                f"{len(kept)} {'is' if len(kept) == 1 else 'are'} robust: {listing(kept)}" if kept else "none is robust"
            )
            parts.append(f"Of the first {plural(len(names), side)} by priority, {held}.")
    return parts


def _of_year(result: Result, year: int) -> dict[Any, Any]:
    frame = result.uncertainty_regional
    return frame[frame["year"] == year].to_dict("records")[0]


def _of_side(result: Result, side: str, year: int) -> pd.DataFrame:
    """Return what the draws say of a side's units in a year, in the order of their rank without errors."""
    plain = result.results[(result.results["year"] == year) & (result.results["group"] == side)]
    ranked = plain.dropna(subset="rank").sort_values("rank")[["unit", "rank"]]
    return ranked.merge(result.uncertainty[result.uncertainty["year"] == year], on="unit")


def _sums(result: Result, year: int) -> str:
    row = _of_year(result, year)
    cells = numbers.column([float(row[f"gap_{end}"]) / 1e8 for end in ("median", "low", "high")], 3)
    return (
        f"The gap between payments and receipts in {year} has the median {cells[0]} × 10⁸ CNY and the 90% interval "
        f"{cells[1]} to {cells[2]} × 10⁸ CNY; payments exceed receipts in "
        f"{numbers.percent(float(row['probability_gap']))} of the draws."
    )  # fmt: skip


def _enough(result: Result, study: Study, year: int) -> str:
    row = _of_year(result, year)
    open_ones = int(row["unsettled_verdicts"])
    settled = (
        "that number of draws settles every verdict"
        if open_ones == 0
        else f"{plural(open_ones, 'verdict')} would need more draws (draws_suffice in uncertainty.csv)"
    )
    error = numbers.significant(float(row["largest_error"]), 2)
    return (
        f"Were the {study.uncertainty.draws:,} draws independent, the probabilities would be known to within {error} "
        f"(95%), and in {year} {settled}; points that are spread evenly usually do better."
    )


def _region(result: Result, wording: Wording) -> Table:
    columns = ["year"] + [f"{n}_{end}" for n in ("payments", "receipts", "gap") for end in ("low", "median", "high")]
    columns += ["robust_payers", "robust_recipients", "undecided"]
    return from_frame(result.uncertainty_regional, columns, "Sums of the region over the draws, medians with 90% "
                      "intervals, and verdicts", "uncertainty_regional.csv", wording)  # fmt: skip


def _centres(result: Result, wording: Wording) -> Table:
    columns = ["year", "weighting", "lon", "lat", "semi_major_km", "semi_minor_km", "rotation_deg", "area_km2"]
    caption = "Centres of gravity over the draws, with the ellipse that holds 90% of a normal spread like theirs"
    return from_frame(result.uncertainty_centres, columns, caption, "uncertainty_centres.csv", wording)


def _firsts(result: Result, study: Study, wording: Wording, year: int) -> Table:
    blocks = []
    for side in ("payer", "recipient"):
        frame = _of_side(result, side, year).head(study.zoning.first_n)
        probability = "probability_paying" if side == "payer" else "probability_receiving"
        rows = [
            [
                wording.names.get(str(row["unit"]), str(row["unit"])), str(int(row["rank"])),
                numbers.number(row[probability], 3), *_ranks(row, side), str(row["verdict"]),
            ]
            for row in frame.to_dict("records")
        ]  # fmt: skip
        blocks.append((f"{side.capitalize()}s", rows))
    columns = [
        Column("Unit"), Column("Rank without errors", numeric=True), Column("Probability of the side", numeric=True),
        Column("Rank from", numeric=True), Column("to", numeric=True), Column("Verdict"),
    ]  # fmt: skip
    note = "Ranks over the draws in which the unit is on that side; a dash: more often on the other."
    return Table(f"The first by priority in {year} over the draws", columns, blocks, "uncertainty.csv", note=note)


def _ranks(row: Mapping[Any, Any], side: str) -> list[str]:
    if row["rank_side"] != side:
        return [numbers.MISSING, numbers.MISSING]
    return [str(row["rank_low"]), str(row["rank_high"])]


def uncertainty_passage(study: Study) -> list[Passage]:
    """Return how the draws were made, in words; nothing without draws."""
    stated = study.uncertainty
    if not stated.draws:
        return []
    errors = [
        f"{_NAMES[name]} {numbers.plain(100 * e.cv)}% (parts of the log-variance: region {numbers.plain(e.region)}, "
        f"parent {numbers.plain(e.parent)}, unit {numbers.plain(e.unit)}"
        + ("; within the totals of parents" if e.within == "parent" else "")
        + (f"; correlation over a year {numbers.plain(e.time_correlation)}" if e.time_correlation < 1 else "")
        + ")"
        for name, e in stated.errors.items()
    ]
    parts = [f"Every number was computed anew in {stated.draws:,} draws by the same steps."]
    if errors:
        parts.append(
            f"Relative errors are lognormal and keep the mean: {listing(errors)}. The region's part is shared by all "
            "units, the parent's by the units of a parent."
        )
    if stated.price is not None:
        parts.append(_price(stated.price))
    if stated.weights_concentration is not None:
        concentration = numbers.plain(stated.weights_concentration)
        parts.append(f"The revision's weights follow a Dirichlet distribution of concentration {concentration}.")
    if stated.revisions is not None:
        which = "every revision that the study defines, all alike" if stated.revisions == "all" else listing(
            [f"{name} ({numbers.plain(weight / sum(stated.revisions.values()), 3)})"
             for name, weight in stated.revisions.items()])  # fmt: skip
        parts.append(f"The revision of a draw is chosen from {which}. {CAUTION}")
    points = "scrambled Sobol points" if stated.points == "sobol" else "a Latin hypercube"
    parts.append(f"What all units share is spread by {points}; errors of parents and units are independent normals.")
    if stated.cluster_draws:
        told = min(stated.cluster_draws, stated.draws)
        parts.append(f"Clusters were told in {told:,} draws with {stated.cluster_permutations:,} permutations each.")
    formula = Markup("x′ = x · exp(σz − σ²/2), σ² = ln(1 + cv²)")
    return [Passage("Uncertainty", (formula,) if errors else (), (" ".join(parts),))]


def _price(spread: PriceSpread) -> str:
    if spread.cv is not None:
        return f"The price has a lognormal error of {numbers.plain(100 * spread.cv)}%."
    unit = numbers.measure(spread.unit or "")
    if spread.values is not None:
        return f"The price is one of {listing([numbers.plain(v) for v in spread.values])} {unit}."
    how = "evenly" if spread.shape == "uniform" else "evenly in its logarithm"
    return f"The price lies {how} between {numbers.plain(spread.low)} and {numbers.plain(spread.high)} {unit}."
