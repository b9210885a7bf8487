"""The section on what drove emissions: sentences and a table from the decomposition of a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from markupsafe import Markup

from ecocomp.decomposition import EFFECTS
from ecocomp.language import Language
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.method import Passage
from ecocomp.outputs.report.tables import Table, Wording, cells_of, head
from ecocomp.result import Result

__all__ = ["Forces", "decomposition_passage", "forces"]

COLUMNS = ("change", *EFFECTS, "units", "missing")


@dataclass(frozen=True)
class Forces:
    """What the section says and shows."""

    sentences: Sequence[str]
    table: Table


def forces(result: Result, wording: Wording) -> Forces | None:
    """Return the section; None where nothing was decomposed."""
    frame, language = result.decomposition, wording.language
    if frame.empty:
        return None
    region = frame[frame["level"] == "region"]
    whole = region[region["span"] == "whole"].to_dict("records")[0]
    if numbers.is_missing(whole["change"]):
        return None
    said = [*_whole(whole, language), *_steps(region, language), *_prices(str(whole["price_level"]), language)]
    return Forces(said, _table(result, wording))


def _signed(value: float, language: Language) -> str:
    """Return a change of mass [Mt] with its sign, in the unit that readers expect."""
    measure = language.measure("Mt CO2")
    text = numbers.number(value / measure.size, 1 if measure.size == 1 else 0)
    return f"{'' if value < 0 else '+'}{text} {measure.label}"


def _whole(row: dict[Any, Any], language: Language) -> list[str]:
    changes = {name: _signed(row[name], language) for name in ("change", *EFFECTS)}
    said = [
        language.say(
            "From {first} to {last} emissions changed by {change}.",
            first=int(row["previous_year"]), last=int(row["year"]), change=changes.pop("change"),
        ),
        language.say(
            "By driver: population {population_effect}, affluence (GDP per head) {affluence_effect}, intensity "
            "(emissions per GDP) {intensity_effect}; the three add up to the change.",
            **changes,
        ),
    ]  # fmt: skip
    if row["missing"]:
        said.append(
            language.count(
                "{count} of {all} units lacks a value and is left out.",
                "{count} of {all} units lack a value and are left out.",
                int(row["missing"]), all=int(row["units"]),
            )
        )  # fmt: skip
    return said


def _steps(region: pd.DataFrame, language: Language) -> list[str]:
    steps = region[(region["span"] == "step")].dropna(subset="change")
    if len(steps) < 2:
        return []
    falls = [str(int(year)) for year in steps.loc[steps["change"] < 0, "year"]]
    return [
        language.say(
            "Emissions fell in {falls} of {steps} steps (to {years}).",
            falls=len(falls), steps=len(steps), years=language.listing(falls),
        )
        if falls
        else language.say("Emissions fell in none of {steps} steps.", steps=len(steps)),
        language.say(
            "Of the {steps} steps, these drivers raised emissions: population in {population_effect}, affluence in "
            "{affluence_effect}, intensity in {intensity_effect}.",
            steps=len(steps), **{effect: int((steps[effect] > 0).sum()) for effect in EFFECTS},
        ),
    ]  # fmt: skip


def _prices(level: str, language: Language) -> list[str]:
    if level == "current prices":
        return [
            language.say(
                "GDP is at current prices: inflation counts as affluence, and with the opposite sign as intensity."
            ),
            language.say("The effect of population and the sum of the other two do not depend on it."),
        ]
    return [language.say("GDP is at prices of {year}.", year=level.rpartition(" ")[2])]


def _table(result: Result, wording: Wording) -> Table:
    language = wording.language
    whole = result.decomposition[result.decomposition["span"] == "whole"]
    parents = whole[whole["level"] == "parent"]
    blocks = [(str(level), part) for level, part in parents.groupby("parent_level", sort=False)]
    blocks.append(("", whole[whole["level"] == "region"].assign(name=language.say("Region"))))
    first, last = int(whole["previous_year"].iloc[0]), int(whole["year"].iloc[0])
    rows = []
    for title, frame in blocks:
        cells = [cells_of(name, frame[name].tolist(), wording) for name in ("name", *COLUMNS)]
        rows.append((title, [list(row) for row in zip(*cells, strict=True)]))
    heads = [head(name, wording) for name in ("name", *COLUMNS)]
    caption = language.say("Change of emissions from {first} to {last} by driver", first=first, last=last)
    note = language.say("Effects of larger units are sums of their units' effects.")
    return Table(caption, heads, rows, "decomposition.csv", note=note)


def decomposition_passage(result: Result, language: Language) -> list[Passage]:
    """Return how emissions were decomposed; nothing where they were not."""
    if result.decomposition.empty:
        return []
    formula = Markup("ΔE = Σ<sub>x</sub> L(E₁, E₀) · ln(x₁/x₀), x ∈ {P, G/P, E/G}, L(a, b) = (a − b)/ln(a/b)")
    text = [
        language.say(
            "The change of every unit's emissions is split into population, GDP per head and emissions per GDP by the "
            "additive logarithmic mean Divisia index (LMDI-I, Ang 2005), without a residual; where emissions start or "
            "end at zero the limit is taken (Ang and Liu 2007)."
        ),
        language.say("Steps need not add up to the whole period driver by driver."),
    ]
    return [Passage(language.say("What drove emissions"), (formula,), (language.joined(text),))]
