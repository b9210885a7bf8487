"""The section on fairness: what the settlement does to inequality, who bears it, and other rules beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ecocomp.fairness import OWN
from ecocomp.outputs.figures.words import revision_name
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report import sentences as say
from ecocomp.outputs.report.method import Passage
from ecocomp.outputs.report.tables import Column, Table, Wording, cells_of, head
from ecocomp.result import Result

__all__ = ["Fairness", "fairness_passage", "fairness_section"]

RULES = {OWN: "this study, settled", "scale_larger_side": "gap rule: the larger side scaled down",
         "regional_fund": "gap rule: a regional fund", "higher_level": "gap rule: topped up by higher levels",
         "equal_per_head": "equal per head", "grandfathering": "grandfathering",
         "ability_to_pay": "ability to pay", "responsibility_and_capacity": "responsibility and capacity"}  # fmt: skip
COLUMNS = ("fairness.payers", "fairness.recipients", "fairness.money_moved", "gini_after", "concentration_index",
           "kakwani", "reversals")  # fmt: skip
NEARLY = 0.005
"""Of the Kakwani index: closer to zero is called about proportional."""


@dataclass(frozen=True)
class Fairness:
    """What the section says and shows."""

    sentences: Sequence[str]
    caution: str
    table: Table


def fairness_section(result: Result, wording: Wording, *, notional: bool = False) -> Fairness | None:
    """Return the section, of the last year; None where nothing was assessed.

    ``notional`` amounts are at mean size.
    """
    if result.fairness.empty:
        return None
    year = int(result.fairness["year"].max())
    rows = result.fairness[result.fairness["year"] == year]
    own = rows[rows["rule"] == OWN].to_dict("records")[0]
    said = [_inequality(own, year), _progressivity(own), _burdens(result, year), *_left_out(own)]
    caution = (
        "Units count by their people, and what lies within a unit is not seen. GDP is not what households have: the "
        "figures compare rules, and do not say what anybody pays."
    )
    if notional:
        caution += " This study's own amounts are at mean size, and notional, yet taken from real GDP here."
    return Fairness([text for text in said if text], caution, _table(rows, year, wording))


def _inequality(row: dict[Any, Any], year: int) -> str:
    before, after = (numbers.number(row[f"gini_{when}"], 4) for when in ("before", "after"))
    theil = [numbers.number(row[f"theil_{when}"], 4) for when in ("before", "after")]
    return (
        f"In {year} the Gini coefficient of GDP per head between units is {before} before what is settled and {after} "
        f"after it (Theil index: {theil[0]} and {theil[1]}); "
        f"{say.plural(int(row['reversals']), 'pair')} of units change{'s' if row['reversals'] == 1 else ''} places."
    )


def _progressivity(row: dict[Any, Any]) -> str:
    index = row["kakwani"]
    if numbers.is_missing(index):
        return "Nobody pays, so that nothing can be said of progressivity."
    told = f"Kakwani index {numbers.number(index, 3)}"
    if abs(index) < NEARLY:
        return f"Settled payments are about proportional to GDP ({told})."
    word, side = ("regressive", "poorer") if index < 0 else ("progressive", "richer")
    return f"Settled payments are {word} ({told}): the {side} units bear a larger part of them than they have of GDP."


def _burdens(result: Result, year: int) -> str:
    rows = result.burden[(result.burden["year"] == year) & (result.burden["rule"] == OWN)]
    if len(rows) < 2:
        return ""
    poor, rich = (rows.iloc[i].to_dict() for i in (0, -1))
    paid, net = ([numbers.significant(100 * row[name], 2) for row in (poor, rich)]
                 for name in ("payment_burden", "burden"))  # fmt: skip
    return (
        f"The poorest group of units pays {paid[0]} % of its GDP and the richest {paid[1]} %; less what they receive "
        f"it is {net[0]} % and {net[1]} %."
    )


def _left_out(row: dict[Any, Any]) -> list[str]:
    said = []
    if row["without_income"]:
        units = say.plural(int(row["without_income"]), "unit")
        said.append(f"{units} would be left without income, for which the Theil index after is undefined.")
    if row["missing"]:
        units = say.plural(int(row["missing"]), "unit")
        said.append(f"{units} without an amount, GDP or population {'is' if row['missing'] == 1 else 'are'} left out.")
    return said


def _table(rows: Any, year: int, wording: Wording) -> Table:
    plain = replace(wording, notional=False)  # rules other than the study's own are not at mean size
    named = [RULES.get(str(rule)) or revision_name(str(rule)) for rule in rows["rule"]]
    cells = [named]
    for name in COLUMNS:
        values = rows[name.removeprefix("fairness.")].tolist()
        fine = name == "gini_after"  # rules differ in the fourth decimal
        cells.append([numbers.number(v, 4) for v in values] if fine else cells_of(name, values, plain))
    heads = [Column("Rule"), *(head(name, plain) for name in COLUMNS)]
    note = "Other gap rules and revisions are settled without caps and floors; below them, allocations of the account."
    return Table(f"What each rule does in {year}", heads, [("", [list(row) for row in zip(*cells, strict=True)])],
                 "fairness.csv", note=note)  # fmt: skip


def fairness_passage(result: Result) -> list[Passage]:
    """Return how fairness was assessed; nothing where it was not."""
    if result.fairness.empty:
        return []
    text = (
        "Income is GDP per head before, and GDP less what is settled after, units counting by their people. Gini and "
        "Theil (1967) tell of inequality; the concentration index of amounts of both signs is taken over the sum of "
        "absolute amounts, as the Gini of Raffinetti et al. (2015); the Kakwani (1977) index is the concentration "
        "index of settled payments less the Gini. Other rules give each unit a quota of the region's account: by head, "
        "by emissions of the first year, or by its emissions less its share of the region's sequestration, shared out "
        "by ability to pay (van den Berg et al. 2020) or by responsibility and capacity (after Baer et al. 2009)."
    )
    return [Passage("Fairness", (), (text,))]
