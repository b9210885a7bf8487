"""Who pays whom: the section of the report on transfers, and the passage on how they were found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from ecocomp.outputs.report import numbers
from ecocomp.outputs.report import sentences as say
from ecocomp.outputs.report.tables import Table, Wording, from_frame
from ecocomp.result import Result
from ecocomp.study import Amount, Settlement, Study

__all__ = ["Transfers", "settlement_passage", "transfers_section"]

MOST_LIMITS = 20
_COSTS = {"distance": "km between centroids", "adjacency": "borders crossed", "matrix": "of the study's table of costs"}


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
    year = int(result.transfers["year"].max())
    last = result.transfers[result.transfers["year"] == year]
    largest = last.sort_values("amount", ascending=False, kind="stable").head(study.zoning.first_n)
    return Transfers(
        _plan(result, study, year),
        _limits(result, year),
        from_frame(largest.rename(columns={"amount": "transfers.amount"}), ["payer", "recipient", "transfers.amount"],
                   f"The largest transfers of {year}", "transfers.csv", wording),
        _parents(result, wording, year),
        _binding(result, study, wording, year),
    )  # fmt: skip


def _plan(result: Result, study: Study, year: int) -> list[str]:
    told = result.manifest.get("settlement", {}).get("years", {}).get(str(year))
    if told is None:
        return []
    parts = [f"In {year} the money goes in {say.plural(int(told['transfers']), 'transfer')}"]
    if told.get("smallest_transfer") is not None:
        parts[0] += f", the smallest of {told['smallest_transfer']:,.2f} CNY"
    parts[0] += "."
    if told.get("mean_cost") is not None:
        unit = _COSTS[study.settlement.cost]
        parts.append(f"A yuan between units travels {numbers.significant(told['mean_cost'], 4)} {unit} on average.")
        parts.append(_proof(told))
    row = _of_year(result.regional, year)
    for column, text in (
        ("topped_up", "a fund or higher level pays in"), ("kept", "the regional fund keeps"),
        ("carried_over", "payers carry over"),
    ):  # fmt: skip
        if float(row.get(column) or 0.0) >= 0.005:
            parts.append(f"In {year} {text} {say.money(float(row[column]))}.")
    return parts


def _proof(told: Mapping[str, Any]) -> str:
    more = float(told.get("more_across_levels") or 0.0)
    across = f" {say.money(more)} more crosses levels than without the minimum." if more >= 0.005 else ""
    if told["proven_least"]:
        return "No plan with the same payments, receipts and conditions costs less." + across
    gap = numbers.percent(told["gap_to_bound"])
    gap = gap if gap.startswith("less") else f"at most {gap}"
    return (
        f"The plan was found by a heuristic or within a bounded search: it costs {gap} more than the best plan without "
        "small transfers could." + across
    )


def _of_year(frame: pd.DataFrame, year: int) -> Mapping[Any, Any]:
    return frame[frame["year"] == year].to_dict("records")[0]


def _limits(result: Result, year: int) -> list[str]:
    limits = result.settlement_limits
    limits = limits[limits["year"] == year] if len(limits) else limits
    if limits.empty:
        return []
    parts = []
    for kind in ("cap", "floor"):
        own = limits[limits["limit"] == kind]
        if len(own):
            parts.append(f"{int((own['binding'] == 'yes').sum())} of {say.plural(len(own), kind)} bind in {year}.")
    return parts


def _parents(result: Result, wording: Wording, year: int) -> Table:
    """Return what the outermost parents pay each other on balance."""
    frame = result.transfers_parents
    if frame.empty:
        return Table("", [], [])
    level = result.manifest["parents"][0]
    rows = frame[(frame["parent_level"] == level) & (frame["year"] == year)]
    rows = rows.sort_values("amount", ascending=False, kind="stable").head(MOST_LIMITS)
    names = {name: f"transfers_parents.{name}" for name in ("amount", "net")}
    rows, columns = rows.rename(columns=names), ["payer_parent", "recipient_parent", *names.values()]
    return from_frame(rows, columns, f"Transfers between the larger units ({level}) in {year}",
                      "transfers_parents.csv", wording)  # fmt: skip


def _binding(result: Result, study: Study, wording: Wording, year: int) -> Table:
    """Return the binding limits, those first that relaxing would save most."""
    limits = result.settlement_limits
    if limits.empty:
        return Table("", [], [])
    rows = limits[(limits["year"] == year) & (limits["binding"] == "yes")]
    rows = rows.sort_values(["saving", "bound"], ascending=False, kind="stable", na_position="last").head(MOST_LIMITS)
    columns = ["unit", "limit", "bound", "more_transferred", "saving"]
    unit = f" Savings are {_COSTS[study.settlement.cost]}." if study.settlement.method == "transport" else ""
    return from_frame(rows, columns, f"Limits that bind in {year}, and what a yuan more of a cap or less of a floor "
                      "changes", "settlement_limits.csv", wording, f"At most {MOST_LIMITS}.{unit}")  # fmt: skip


def settlement_passage(settings: Settlement) -> tuple[tuple[Markup, ...], tuple[str, ...]]:
    """Return the formulas and the words of how the region is settled."""
    formulas = [Markup("a<sub>i</sub> = max(V<sub>i</sub>, 0), b<sub>j</sub> = max(−V<sub>j</sub>, 0)")]
    balance = (
        "Payments Σa and receipts Σb seldom agree. The top-N balance sets the payments of the first N payers by rank "
        "against the receipts of the first N recipients, for every N up to the longer list."
    )
    rule = {
        "scale_larger_side": "In the settlement the larger side is scaled down to the smaller (a′, b′), and what is "
        "left over is reported as unallocated or unfunded",
        "regional_fund": "In the settlement every payer pays and every recipient receives in full; a regional fund "
        "pays in what is lacking or keeps what is left",
        "higher_level": "In the settlement the larger side is scaled down to the smaller (a′, b′), and each "
        "recipient's higher level tops up what it lacks",
    }[settings.gap_rule]
    if settings.method == "proportional":
        formulas.append(Markup("T<sub>ij</sub> = a′<sub>i</sub> b′<sub>j</sub> / M, M = min(Σa, Σb)"))
    if settings.method == "transport":
        formulas.append(
            Markup("min Σ c<sub>ij</sub> T<sub>ij</sub>, Σ<sub>j</sub> T<sub>ij</sub> = a′<sub>i</sub>, "
                   "Σ<sub>i</sub> T<sub>ij</sub> = b′<sub>j</sub>, T ≥ 0")
        )  # fmt: skip
    pairs = {
        "proportional": "every payer then pays every recipient in proportion to both",
        "priority": "payers then pay recipients one after the other, both in the order of their rank",
        "transport": f"money then goes from payers to recipients at the least total cost, in {_COSTS[settings.cost]}",
    }[settings.method]
    exact = "in whole fen, so that all sums agree exactly."
    return tuple(formulas), (f"{balance} {rule}; {pairs}, {exact}", " ".join(_conditions(settings)))


def _conditions(settings: Settlement) -> list[str]:
    """Return a sentence for every limit that the study states."""
    parts = []
    if settings.cap is not None:
        of = {"gdp": "GDP", "fiscal_revenue": "fiscal revenue"}[settings.cap.of]
        parts.append(
            f"No payer pays more than {numbers.plain(100 * settings.cap.share)}% of its {of} a year; what that cuts "
            "off the others make up as long as they owe it."
        )
    floor = settings.floor
    if floor is not None:
        least = (
            f"{numbers.plain(100 * floor.share)}% of what it is due"
            if floor.share is not None
            else f"{_stated(floor.amount)}, or all that it is due"
            if floor.amount is not None
            else ""
        )
        parts.append(f"Every recipient gets at least {least}.")
    if settings.nesting:
        parts.append(f"Money goes within the same {say.listing(settings.nesting)} first, the remainder upward.")
    if settings.minimum_transfer is not None:
        parts.append(f"No transfer between two units is smaller than {_stated(settings.minimum_transfer)}.")
    if settings.carry_over:
        parts.append("What a cap or the minimum leaves unpaid is due in the next year of the study.")
    return parts


def _stated(amount: Amount) -> str:
    """Return an amount as the study states it: ``5 × 10⁶ CNY``, ``5 万元``."""
    unit = numbers.measure(amount.unit)
    return f"{numbers.plain(amount.value)} {'× ' if unit.startswith('10') else ''}{unit}"
