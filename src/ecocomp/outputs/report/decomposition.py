"""The section on what drove emissions: sentences and a table from the decomposition of a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ecocomp.decomposition import EFFECTS
from ecocomp.outputs.report import numbers
from ecocomp.outputs.report.method import Passage
from ecocomp.outputs.report.tables import Table, Wording, cells_of, head
from ecocomp.result import Result

__all__ = ["Forces", "decomposition_passage", "forces"]

COLUMNS = ("change", *EFFECTS, "units", "missing")
WORDS = {"population_effect": "population", "affluence_effect": "affluence (GDP per head)",
         "intensity_effect": "intensity (emissions per GDP)"}  # fmt: skip


@dataclass(frozen=True)
class Forces:
    """What the section says and shows."""

    sentences: Sequence[str]
    table: Table


def forces(result: Result, wording: Wording) -> Forces | None:
    """Return the section; None where nothing was decomposed."""
    frame = result.decomposition
    if frame.empty:
        return None
    region = frame[frame["level"] == "region"]
    whole = region[region["span"] == "whole"].to_dict("records")[0]
    if numbers.is_missing(whole["change"]):
        return None
    return Forces([_whole(whole), *_steps(region), _prices(str(whole["price_level"]))], _table(result, wording))


def _signed(value: float) -> str:
    text = numbers.number(value, 1)
    return text if value < 0 else f"+{text}"


def _whole(row: dict[Any, Any]) -> str:
    parts = ", ".join(f"{WORDS[effect]} {_signed(row[effect])} Mt" for effect in EFFECTS)
    left = (
        f" {int(row['missing'])} of {int(row['units'])} units lack a value and are left out." if row["missing"] else ""
    )
    return (
        f"From {int(row['previous_year'])} to {int(row['year'])} emissions changed by {_signed(row['change'])} Mt CO2. "
        f"By driver: {parts}; the three add up to the change.{left}"
    )


def _steps(region: Any) -> list[str]:
    steps = region[(region["span"] == "step")].dropna(subset="change")
    if len(steps) < 2:
        return []
    found = []
    for effect in EFFECTS:
        pushed = int((steps[effect] > 0).sum())
        found.append(f"{WORDS[effect].split(' (')[0]} in {pushed}")
    falls = [str(int(year)) for year in steps.loc[steps["change"] < 0, "year"]]
    fell = f"Emissions fell in {len(falls)} of {len(steps)} steps" + (f" (to {', '.join(falls)})" if falls else "")
    return [f"{fell}. Of the {len(steps)} steps, these drivers raised emissions: {', '.join(found)}."]


def _prices(level: str) -> str:
    if level == "current prices":
        return (
            "GDP is at current prices: inflation counts as affluence, and with the opposite sign as intensity. The "
            "effect of population and the sum of the other two do not depend on it."
        )
    return f"GDP is at {level}."


def _table(result: Result, wording: Wording) -> Table:
    whole = result.decomposition[result.decomposition["span"] == "whole"]
    parents = whole[whole["level"] == "parent"]
    blocks = [(str(level), part) for level, part in parents.groupby("parent_level", sort=False)]
    blocks.append(("", whole[whole["level"] == "region"].assign(name="Region")))
    first, last = int(whole["previous_year"].iloc[0]), int(whole["year"].iloc[0])
    rows = []
    for title, frame in blocks:
        cells = [cells_of(name, frame[name].tolist(), wording) for name in ("name", *COLUMNS)]
        rows.append((title, [list(row) for row in zip(*cells, strict=True)]))
    heads = [head(name, wording) for name in ("name", *COLUMNS)]
    return Table(f"Change of emissions from {first} to {last} by driver", heads, rows, "decomposition.csv",
                 note="Effects of larger units are sums of their units' effects.")  # fmt: skip


def decomposition_passage(result: Result) -> list[Passage]:
    """Return how emissions were decomposed; nothing where they were not."""
    if result.decomposition.empty:
        return []
    formula = Markup("ΔE = Σ<sub>x</sub> L(E₁, E₀) · ln(x₁/x₀), x ∈ {P, G/P, E/G}, L(a, b) = (a − b)/ln(a/b)")
    text = (
        "The change of every unit's emissions is split into population, GDP per head and emissions per GDP by the "
        "additive logarithmic mean Divisia index (LMDI-I, Ang 2005), without a residual; where emissions start or end "
        "at zero the limit is taken (Ang and Liu 2007). Steps need not add up to the whole period driver by driver."
    )
    return [Passage("What drove emissions", (formula,), (text,))]
