"""The section on fairness: what the settlement does to inequality, who bears it, and other rules beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ecocomp.fairness import OWN
from ecocomp.language import Language
from ecocomp.outputs.figures.words import revision_name
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.method import Passage
from ecocomp.outputs.report.tables import Table, Wording, cells_of, head
from ecocomp.result import Result

__all__ = ["Fairness", "fairness_passage", "fairness_section"]

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


def fairness_section(result: Result, wording: Wording) -> Fairness | None:
    """Return the section, of the last year; None where nothing was assessed."""
    if result.fairness.empty:
        return None
    language = wording.language
    year = int(result.fairness["year"].max())
    rows = result.fairness[result.fairness["year"] == year]
    own = rows[rows["rule"] == OWN].to_dict("records")[0]
    said = [
        _inequality(own, year, language), _progressivity(own, language), _burdens(result, year, language),
        *_left_out(own, language),
    ]  # fmt: skip
    caution = [
        language.say("Units count by their people, and what lies within a unit is not seen."),
        language.say("GDP is not what households have: the figures compare rules, and do not say what anybody pays."),
    ]
    if wording.notional:
        caution.append(
            language.say("This study's own amounts are at mean size, and notional, yet taken from real GDP here.")
        )
    return Fairness([text for text in said if text], language.joined(caution), _table(rows, year, wording))


def _inequality(row: dict[Any, Any], year: int, language: Language) -> str:
    names = ("gini_before", "gini_after", "theil_before", "theil_after")
    return language.count(
        "In {year} the Gini coefficient of GDP per head between units is {gini_before} before what is settled and "
        "{gini_after} after it (Theil index: {theil_before} and {theil_after}); {count} pair of units changes places.",
        "In {year} the Gini coefficient of GDP per head between units is {gini_before} before what is settled and "
        "{gini_after} after it (Theil index: {theil_before} and {theil_after}); {count} pairs of units change places.",
        int(row["reversals"]), year=year, **{name: numbers.number(row[name], 4) for name in names},
    )  # fmt: skip


def _progressivity(row: dict[Any, Any], language: Language) -> str:
    index = row["kakwani"]
    if numbers.is_missing(index):
        return language.say("Nobody pays, so that nothing can be said of progressivity.")
    told = numbers.number(index, 3)
    if abs(index) < NEARLY:
        return language.say("Settled payments are about proportional to GDP (Kakwani index {index}).", index=told)
    if index < 0:
        return language.say(
            "Settled payments are regressive (Kakwani index {index}): the poorer units bear a larger part of them than "
            "they have of GDP.",
            index=told,
        )
    return language.say(
        "Settled payments are progressive (Kakwani index {index}): the richer units bear a larger part of them than "
        "they have of GDP.",
        index=told,
    )


def _burdens(result: Result, year: int, language: Language) -> str:
    rows = result.burden[(result.burden["year"] == year) & (result.burden["rule"] == OWN)]
    if len(rows) < 2:
        return ""
    poor, rich = (rows.iloc[i].to_dict() for i in (0, -1))
    paid, net = ([numbers.significant(100 * row[name], 2) for row in (poor, rich)]
                 for name in ("payment_burden", "burden"))  # fmt: skip
    return language.say(
        "The poorest group of units pays {poor_paid} % of its GDP and the richest {rich_paid} %; less what they "
        "receive it is {poor_net} % and {rich_net} %.",
        poor_paid=paid[0], rich_paid=paid[1], poor_net=net[0], rich_net=net[1],
    )  # fmt: skip


def _left_out(row: dict[Any, Any], language: Language) -> list[str]:
    said = []
    if row["without_income"]:
        said.append(
            language.count(
                "{count} unit would be left without income, for which the Theil index after is undefined.",
                "{count} units would be left without income, for which the Theil index after is undefined.",
                int(row["without_income"]),
            )
        )
    if row["missing"]:
        said.append(
            language.count(
                "{count} unit without an amount, GDP or population is left out.",
                "{count} units without an amount, GDP or population are left out.",
                int(row["missing"]),
            )
        )
    return said


def _rules(language: Language) -> dict[str, str]:
    """Return the rules that are no revisions."""
    return {
        OWN: language.say("this study, settled"),
        "scale_larger_side": language.say("gap rule: the larger side scaled down"),
        "regional_fund": language.say("gap rule: a regional fund"),
        "higher_level": language.say("gap rule: topped up by higher levels"),
        "equal_per_head": language.say("equal per head"),
        "grandfathering": language.say("grandfathering"),
        "ability_to_pay": language.say("ability to pay"),
        "responsibility_and_capacity": language.say("responsibility and capacity"),
    }


def _table(rows: Any, year: int, wording: Wording) -> Table:
    plain = replace(wording, notional=False)  # rules other than the study's own are not at mean size
    language, rules = wording.language, _rules(wording.language)
    cells = [[rules.get(str(rule)) or revision_name(str(rule), language.code) for rule in rows["rule"]]]
    for name in COLUMNS:
        values = rows[name.removeprefix("fairness.")].tolist()
        fine = name == "gini_after"  # rules differ in the fourth decimal
        cells.append([numbers.number(v, 4) for v in values] if fine else cells_of(name, values, plain))
    note = language.say(
        "Other gap rules and revisions are settled without caps and floors; below them, allocations of the account."
    )
    return Table(
        language.say("What each rule does in {year}", year=year), [head(name, plain) for name in ("rule", *COLUMNS)],
        [("", [list(row) for row in zip(*cells, strict=True)])], "fairness.csv", note=note,
    )  # fmt: skip


def fairness_passage(result: Result, language: Language) -> list[Passage]:
    """Return how fairness was assessed; nothing where it was not."""
    if result.fairness.empty:
        return []
    text = [
        language.say(
            "Income is GDP per head before, and GDP less what is settled after, units counting by their people."
        ),
        language.say(
            "Gini and Theil (1967) tell of inequality; the concentration index of amounts of both signs is taken over "
            "the sum of absolute amounts, as the Gini of Raffinetti et al. (2015); the Kakwani (1977) index is the "
            "concentration index of settled payments less the Gini."
        ),
        language.say(
            "Other rules give each unit a quota of the region's account: by head, by emissions of the first year, or "
            "by its emissions less its share of the region's sequestration, shared out by ability to pay (van den Berg "
            "et al. 2020) or by responsibility and capacity (after Baer et al. 2009)."
        ),
    ]
    return [Passage(language.say("Fairness"), (), (language.joined(text),))]
