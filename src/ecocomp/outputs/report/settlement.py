"""Who pays whom: the section of the report on transfers, and the passage on how they were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from ecocomp.language import Language
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.sentences import money
from ecocomp.outputs.report.tables import Table, Wording, from_frame
from ecocomp.result import Result
from ecocomp.study import Amount, Cap, Floor, Settlement, Study

__all__ = ["Transfers", "settlement_passage", "transfers_section"]

MOST_LIMITS = 20
CENT = 0.005
"""Less money than this is none."""
CERTAIN = 1e-4
"""Part of the cost up to which a plan is as good as the best."""


@dataclass(frozen=True)
class Transfers:
    """What the section says and shows."""

    plan: Sequence[str]
    limits: Sequence[str]
    largest: Table
    parents: Table
    binding: Table


def transfers_section(result: Result, study: Study, wording: Wording) -> Transfers | None:
    """Return the section; None where nothing is transferred."""
    if result.transfers.empty:
        return None
    language = wording.language
    year = int(result.transfers["year"].max())
    last = result.transfers[result.transfers["year"] == year]
    largest = last.sort_values("amount", ascending=False, kind="stable").head(study.zoning.first_n)
    return Transfers(
        _plan(result, study, year, language),
        _limits(result, year, language),
        from_frame(largest.rename(columns={"amount": "transfers.amount"}), ["payer", "recipient", "transfers.amount"],
                   language.say("The largest transfers of {year}", year=year), "transfers.csv", wording),
        _parents(result, wording, year),
        _binding(result, study, wording, year),
    )  # fmt: skip


def _plan(result: Result, study: Study, year: int, language: Language) -> list[str]:
    told = result.manifest.get("settlement", {}).get("years", {}).get(str(year))
    if told is None:
        return []
    said = [_number(told, year, language)]
    if told.get("mean_cost") is not None:
        said += [_mean_cost(float(told["mean_cost"]), study.settlement.cost, language), *_proof(told, language)]
    return [*said, *_besides(_of_year(result.regional, year), year, language)]


def _number(told: Mapping[str, Any], year: int, language: Language) -> str:
    """Say in how many transfers the money goes, and how small they get."""
    count, smallest = int(told["transfers"]), told.get("smallest_transfer")
    if smallest is None:
        return language.count(
            "In {year} the money goes in {count} transfer.", "In {year} the money goes in {count} transfers.",
            count, year=year,
        )  # fmt: skip
    least = f"{numbers.number(float(smallest), 2)} {_currency(language)}"
    return language.count(
        "In {year} the money goes in {count} transfer, of {smallest}.",
        "In {year} the money goes in {count} transfers, the smallest of {smallest}.",
        count, year=year, smallest=least,
    )  # fmt: skip


def _mean_cost(mean: float, cost: str, language: Language) -> str:
    text = numbers.significant(mean, 4)
    return {
        "distance": language.say("Money between units travels {mean} km between centroids on average.", mean=text),
        "adjacency": language.say("Money between units crosses {mean} borders on average.", mean=text),
        "matrix": language.say(
            "Money between units costs {mean} on average, by the study's table of costs.", mean=text
        ),
    }[cost]


def _proof(told: Mapping[str, Any], language: Language) -> list[str]:
    more = float(told.get("more_across_levels") or 0.0)
    across = language.say("{money} more crosses levels than without the minimum.", money=money(more, language))
    return [_least(told, language), *([across] if more >= CENT else [])]


def _least(told: Mapping[str, Any], language: Language) -> str:
    """Say how good the plan is."""
    if told["proven_least"]:
        return language.say("No plan with the same payments, receipts and conditions costs less.")
    gap = float(told["gap_to_bound"])
    if 0 < gap < CERTAIN:
        return language.say(
            "The plan was found by a heuristic or within a bounded search: it costs less than 0.01% more than the best "
            "plan without small transfers could."
        )
    return language.say(
        "The plan was found by a heuristic or within a bounded search: it costs at most {gap} more than the best plan "
        "without small transfers could.",
        gap=numbers.percent(gap, language),
    )


def _besides(row: Mapping[Any, Any], year: int, language: Language) -> list[str]:
    """Say what does not go from payer to recipient in the year."""
    sums = {name: float(row.get(name) or 0.0) for name in ("topped_up", "kept", "carried_over")}
    text = {name: money(value, language) for name, value in sums.items()}
    said = {
        "topped_up": language.say(
            "In {year} a fund or higher level pays in {money}.", year=year, money=text["topped_up"]
        ),
        "kept": language.say("In {year} the regional fund keeps {money}.", year=year, money=text["kept"]),
        "carried_over": language.say("In {year} payers carry over {money}.", year=year, money=text["carried_over"]),
    }
    return [said[name] for name, value in sums.items() if value >= CENT]


def _of_year(frame: pd.DataFrame, year: int) -> Mapping[Any, Any]:
    return frame[frame["year"] == year].to_dict("records")[0]


def _limits(result: Result, year: int, language: Language) -> list[str]:
    limits = result.settlement_limits
    limits = limits[limits["year"] == year] if len(limits) else limits
    if limits.empty:
        return []
    said = []
    for kind in ("cap", "floor"):
        own = limits[limits["limit"] == kind]
        counts = {"all": len(own), "binding": int((own["binding"] == "yes").sum()), "year": year}
        if len(own):
            said.append(
                language.say("Caps that bind in {year}: {binding} of {all}.", **counts)
                if kind == "cap"
                else language.say("Floors that bind in {year}: {binding} of {all}.", **counts)
            )
    return said


def _parents(result: Result, wording: Wording, year: int) -> Table:
    """Return what the outermost parents pay each other on balance."""
    frame, language = result.transfers_parents, wording.language
    if frame.empty:
        return Table("", [], [])
    level = result.manifest["parents"][0]
    rows = frame[(frame["parent_level"] == level) & (frame["year"] == year)]
    rows = rows.sort_values("amount", ascending=False, kind="stable").head(MOST_LIMITS)
    names = {name: f"transfers_parents.{name}" for name in ("amount", "net")}
    rows, columns = rows.rename(columns=names), ["payer_parent", "recipient_parent", *names.values()]
    caption = language.say("Transfers between the larger units ({level}) in {year}", level=level, year=year)
    return from_frame(rows, columns, caption, "transfers_parents.csv", wording)


def _binding(result: Result, study: Study, wording: Wording, year: int) -> Table:
    """Return the binding limits, those first that relaxing would save most."""
    limits, language = result.settlement_limits, wording.language
    if limits.empty:
        return Table("", [], [])
    rows = limits[(limits["year"] == year) & (limits["binding"] == "yes")]
    rows = rows.sort_values(["saving", "bound"], ascending=False, kind="stable", na_position="last").head(MOST_LIMITS)
    columns = ["name", "limit", "bound", "more_transferred", "saving"]
    caption = language.say(
        "Limits that bind in {year}, and what one {currency} more of a cap or less of a floor changes",
        year=year, currency=_currency(language),
    )  # fmt: skip
    notes = {
        "distance": language.say("At most {count}. Savings are km between centroids.", count=MOST_LIMITS),
        "adjacency": language.say("At most {count}. Savings are borders crossed.", count=MOST_LIMITS),
        "matrix": language.say("At most {count}. Savings are of the study's table of costs.", count=MOST_LIMITS),
    }
    transport = study.settlement.method == "transport"
    note = notes[study.settlement.cost] if transport else language.say("At most {count}.", count=MOST_LIMITS)
    rows = rows.rename(columns={"unit": "name"})
    return from_frame(rows, columns, caption, "settlement_limits.csv", wording, note)


def settlement_passage(settings: Settlement, language: Language) -> tuple[tuple[Markup, ...], tuple[str, ...]]:
    """Return the formulas and the words of how the region is settled."""
    formulas = [Markup("a<sub>i</sub> = max(V<sub>i</sub>, 0), b<sub>j</sub> = max(−V<sub>j</sub>, 0)")]
    if settings.method == "proportional":
        formulas.append(Markup("T<sub>ij</sub> = a′<sub>i</sub> b′<sub>j</sub> / M, M = min(Σa, Σb)"))
    if settings.method == "transport":
        formulas.append(
            Markup("min Σ c<sub>ij</sub> T<sub>ij</sub>, Σ<sub>j</sub> T<sub>ij</sub> = a′<sub>i</sub>, "
                   "Σ<sub>i</sub> T<sub>ij</sub> = b′<sub>j</sub>, T ≥ 0")
        )  # fmt: skip
    text = [
        language.say(
            "Payments Σa and receipts Σb seldom agree. The top-N balance sets the payments of the first N payers by "
            "rank against the receipts of the first N recipients, for every N up to the longer list."
        ),
        _gap_rule(settings, language),
        _pairs(settings, language),
        language.say(
            "Amounts are multiples of 0.01 {currency}, so that all sums agree exactly.", currency=_currency(language)
        ),
    ]
    return tuple(formulas), (language.joined(text), language.joined(_conditions(settings, language)))


def _gap_rule(settings: Settlement, language: Language) -> str:
    return {
        "scale_larger_side": language.say(
            "In the settlement the larger side is scaled down to the smaller (a′, b′), and what is left over is "
            "reported as unallocated or unfunded."
        ),
        "regional_fund": language.say(
            "In the settlement every payer pays and every recipient receives in full; a regional fund pays in what is "
            "lacking or keeps what is left."
        ),
        "higher_level": language.say(
            "In the settlement the larger side is scaled down to the smaller (a′, b′), and each recipient's higher "
            "level tops up what it lacks."
        ),
    }[settings.gap_rule]


def _pairs(settings: Settlement, language: Language) -> str:
    """Say who then pays whom."""
    if settings.method == "proportional":
        return language.say("Every payer then pays every recipient in proportion to both.")
    if settings.method == "priority":
        return language.say("Payers then pay recipients one after the other, both in the order of their rank.")
    return {
        "distance": language.say(
            "Money then goes from payers to recipients at the least total cost, in km between centroids."
        ),
        "adjacency": language.say("Money then goes from payers to recipients at the least total cost, in borders "
                                  "crossed."),
        "matrix": language.say(
            "Money then goes from payers to recipients at the least total cost, by the study's table of costs."
        ),
    }[settings.cost]  # fmt: skip


def _conditions(settings: Settlement, language: Language) -> list[str]:
    """Return a sentence for every limit that the study states."""
    said = []
    if settings.cap is not None:
        said.append(_cap(settings.cap, language))
    if settings.floor is not None:
        said.append(_floor(settings.floor, language))
    if settings.nesting:
        levels = language.listing(settings.nesting)
        said.append(language.say("Money goes within the same {levels} first, the remainder upward.", levels=levels))
    if settings.minimum_transfer is not None:
        least = _stated(settings.minimum_transfer, language)
        said.append(language.say("No transfer between two units is smaller than {amount}.", amount=least))
    if settings.carry_over:
        said.append(language.say("What a cap or the minimum leaves unpaid is due in the next year of the study."))
    return said


def _cap(cap: Cap, language: Language) -> str:
    share = numbers.plain(100 * cap.share)
    return {
        "gdp": language.say(
            "No payer pays more than {share}% of its GDP a year; what that cuts off the others make up as long as they "
            "owe it.",
            share=share,
        ),
        "fiscal_revenue": language.say(
            "No payer pays more than {share}% of its fiscal revenue a year; what that cuts off the others make up as "
            "long as they owe it.",
            share=share,
        ),
    }[cap.of]


def _floor(floor: Floor, language: Language) -> str:
    if floor.amount is not None:
        least = _stated(floor.amount, language)
        return language.say("Every recipient gets at least {amount}, or all that it is due.", amount=least)
    return language.say(
        "Every recipient gets at least {share}% of what it is due.", share=numbers.plain(100 * (floor.share or 0.0))
    )


def _stated(amount: Amount, language: Language) -> str:
    """Return an amount as the study states it: ``5 × 10⁶ CNY``, ``5 万元``."""
    return numbers.as_stated(amount.value, amount.unit, language)


def _currency(language: Language) -> str:
    return numbers.stated_unit(language.currency, language)
