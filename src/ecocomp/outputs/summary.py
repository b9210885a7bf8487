"""A result on one screen: totals, the first payers and recipients, clusters, centres, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ecocomp.language import Language
from ecocomp.outputs.priority_table import SIDES, display_names
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.sentences import compass
from ecocomp.result import Result

__all__ = ["FIRST", "Ranked", "Summary", "Total", "summary_of"]

FIRST = 5
"""How many payers and recipients are named."""


@dataclass(frozen=True)
class Total:
    """A sum of money: what it is, how much in the unit of the summary, and what it is made of."""

    label: str
    amount: str
    about: str


@dataclass(frozen=True)
class Ranked:
    """A unit by its rank within its side; ``amount`` is what it pays or receives, in the unit of the summary."""

    rank: str
    name: str
    amount: str


@dataclass(frozen=True)
class Summary:
    """What a result says of its last year, as texts in one language; ``unit`` is that of every amount."""

    title: str
    notice: str
    unit: str
    totals: Sequence[Total]
    heads: Sequence[str]
    ranked: Sequence[Sequence[Ranked]]
    facts: Sequence[tuple[str, str]]
    remark: str


def summary_of(result: Result, language: Language) -> Summary:
    """Return the summary of a result's last year.

    Parameters
    ----------
    result
        What :func:`ecocomp.run` or :func:`ecocomp.open_run` returned.
    language
        Of the texts, with the currency of the result.
    """
    region = result.regional.iloc[-1]
    year, measure = int(region["year"]), language.measure("CNY")
    notional = result.manifest["revised_unit"] != "Mt CO2"
    name = result.manifest["study"]["study"]["name"]
    return Summary(
        title=language.say("{name}: {year}", name=name, year=year),
        notice=result.manifest["notice"] or "",
        unit=measure.label,
        totals=_totals(region, _transfers(result, year), measure.size, language),
        heads=[language.say("First payers by priority"), language.say("First recipients by priority")],
        ranked=_ranked(result, year, measure.size),
        facts=[*_clusters(region, language), *_centres(result, year, language), *_certainty(result, year, language)],
        remark=language.say("Amounts are notional: at the region's mean size, no bill.") if notional else "",
    )


def _transfers(result: Result, year: int) -> int:
    return int((result.transfers["year"] == year).sum())


def _totals(region: Any, transfers: int, size: float, language: Language) -> list[Total]:
    names = ("payments", "receipts", "gap", "transferred", "unallocated", "unfunded")
    *amounts, unallocated, unfunded = numbers.column([float(region[name]) / size for name in names])
    gap = float(region["gap"])
    about_gap = (
        language.say("payments exceed receipts") if gap > 0
        else language.say("receipts exceed payments") if gap < 0
        else ""
    )  # fmt: skip
    settled = [language.count("in {count} transfer", "in {count} transfers", transfers)]
    settled += [language.say("{amount} unallocated", amount=unallocated)] if region["unallocated"] > 0 else []
    settled += [language.say("{amount} unfunded", amount=unfunded)] if region["unfunded"] > 0 else []
    abouts = (
        language.count("from {count} payer", "from {count} payers", int(region["payers"])),
        language.count("to {count} recipient", "to {count} recipients", int(region["recipients"])),
        about_gap,
        "; ".join(settled) if language.code == "en" else "；".join(settled),
    )
    labels = (language.say("Payments"), language.say("Receipts"), language.say("Gap"), language.say("Transferred"))
    return [Total(*row) for row in zip(labels, amounts, abouts, strict=True)]


def _ranked(result: Result, year: int, size: float) -> list[list[Ranked]]:
    """Return the first of each side; their amounts share one count of decimals."""
    names = display_names(result.results, result.manifest["parents"])
    rows = result.results[(result.results["year"] == year) & result.results["rank"].notna()]
    sides = [rows[rows["group"] == side].sort_values("rank").head(FIRST) for side in SIDES]
    amounts = iter(numbers.column([abs(float(v)) / size for side in sides for v in side["amount"]]))
    return [
        [Ranked(str(int(row["rank"])), names[str(row["unit"])], next(amounts)) for row in side.to_dict("records")]
        for side in sides
    ]


def _clusters(region: Any, language: Language) -> list[tuple[str, str]]:
    counts = [f"{kind} {int(region[f'n_{kind}'])}" for kind in ("HH", "LL", "HL", "LH")]
    rest = language.count("{count} not significant", "{count} not significant", int(region["n_ns"]))
    return [(language.say("Clusters"), "  ".join([*counts, rest]))]


def _centres(result: Result, year: int, language: Language) -> list[tuple[str, str]]:
    """Say how the centres of payments and receipts moved since the year before; where they are in a single year."""
    rows = result.centres[(result.centres["year"] == year) & result.centres["lon"].notna()].set_index("weighting")
    labels = {
        "payments": language.say("Centre of payments"), "receipts": language.say("Centre of receipts"),
    }  # fmt: skip
    earlier = sorted(int(y) for y in result.regional["year"] if y < year)
    return [
        (label, _moved(rows.loc[weighting], earlier[-1] if earlier else None, language))
        for weighting, label in labels.items()
        if weighting in rows.index
    ]


def _moved(centre: Any, before: int | None, language: Language) -> str:
    place = f"{_degrees(centre['lon'], 'E', 'W')}, {_degrees(centre['lat'], 'N', 'S')}"
    if before is None or pd.isna(centre["distance_km"]) or pd.isna(centre["bearing_deg"]):
        return place
    return language.say(
        "{place}; {distance} km to the {direction} since {year}",
        place=place,
        distance=numbers.significant(float(centre["distance_km"]), 3),
        direction=compass(float(centre["bearing_deg"]), language),
        year=before,
    )


def _degrees(value: float, positive: str, negative: str) -> str:
    return f"{abs(value):.2f}° {positive if value >= 0 else negative}"


def _certainty(result: Result, year: int, language: Language) -> list[tuple[str, str]]:
    """Say how many payers and recipients stay on their side in nearly all draws; nothing without draws."""
    told = result.uncertainty_regional
    if told.empty:
        return []
    (row,) = told[told["year"] == year].to_dict("records")
    region = result.regional[result.regional["year"] == year].iloc[0]
    draws = int(result.manifest["study"]["uncertainty"]["draws"])
    text = language.say(
        "{sure} of {payers} payers and {firm} of {recipients} recipients are robust, by {draws} draws",
        sure=f"{int(row['robust_payers']):,}", payers=f"{int(region['payers']):,}",
        firm=f"{int(row['robust_recipients']):,}", recipients=f"{int(region['recipients']):,}", draws=f"{draws:,}",
    )  # fmt: skip
    return [(language.say("How sure"), text)]
