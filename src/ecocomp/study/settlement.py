"""[settlement]: how payments and receipts are brought to equal sums, what limits them, and who pays whom."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from pydantic import Field, model_validator

from ecocomp.issues import nearest
from ecocomp.study.base import Positive, Settings
from ecocomp.study.settings import Amount
from ecocomp.units import UnitError, own_scale

__all__ = ["Cap", "CostTable", "Floor", "Settlement", "unfit_settlement"]


class Cap(Settings):
    """[settlement.cap]: the most that a payer pays in a year."""

    share: Positive = Field(description="largest share of the quantity that a payer pays a year: 0.001 is 0.1 percent")
    of: Literal["gdp", "fiscal_revenue"] = Field("gdp", description="quantity that the share is of")


class Floor(Settings):
    """[settlement.floor]: the least that a recipient gets in a year."""

    share: float | None = Field(None, gt=0, le=1, description="share of what it is due that every recipient gets")
    amount: Amount | None = Field(
        None, description="or the sum that every recipient gets; one that is due less gets all of it"
    )

    @model_validator(mode="after")
    def _one_form(self) -> Floor:
        if (self.share is None) == (self.amount is None):
            raise ValueError("give exactly one of share and amount")
        return self


class CostTable(Settings):
    """[settlement.matrix]: a table of costs, a row a pair."""

    table: str = Field(description="table with a row for every payer and recipient; relative to this file")
    sheet: str | None = Field(None, description="sheet of a workbook; left out: the first")
    payer: str = Field("payer", description="column of the paying units' codes")
    recipient: str = Field("recipient", description="column of the receiving units' codes")
    cost: str = Field(
        "cost", description="column of the cost of moving one unit of money between the two, a number from 0"
    )


class Settlement(Settings):
    """[settlement]: gap rule, limits, and method."""

    gap_rule: Literal["scale_larger_side", "regional_fund", "higher_level"] = Field(
        "scale_larger_side",
        description="the larger side is scaled down, a regional fund pays the shortfall or keeps the rest, or the "
        "recipients' higher level tops up",
    )
    top_up_level: str | None = Field(
        None, description="higher_level: column of [units] parents that tops up; left out: the outermost"
    )
    method: Literal["proportional", "priority", "transport"] = Field(
        "proportional",
        description="every payer pays every recipient in proportion, the first pay the first, or at the least cost",
    )
    cost: Literal["distance", "adjacency", "matrix"] = Field(
        "distance", description="transport: kilometres between centroids, borders crossed, or [settlement.matrix]"
    )
    nesting: tuple[str, ...] = Field(
        (), strict=False, description="columns of [units] parents within which money goes first, innermost first"
    )
    minimum_transfer: Amount | None = Field(
        None, description="transport: no transfer between two units is smaller; left out: any"
    )
    carry_over: bool = Field(False, description="what a cap or the minimum leaves unpaid is due in the next year")
    cap: Cap | None = Field(None, description="the most that a payer pays a year; left out: all that it owes")
    floor: Floor | None = Field(None, description="the least that a recipient gets a year; left out: nothing")
    matrix: CostTable | None = Field(None, description='the table of costs of cost = "matrix"')

    @model_validator(mode="after")
    def _keys_go_together(self) -> Settlement:
        faults = []
        if (self.cost == "matrix") != (self.matrix is not None):
            faults.append('cost = "matrix" and [settlement.matrix] go together: state both or neither')
        if self.minimum_transfer is not None and self.method != "transport":
            faults.append('minimum_transfer goes with method = "transport": others do not choose their pairs')
        if self.minimum_transfer is not None and self.minimum_transfer.value <= 0:
            faults.append("minimum_transfer must be above 0")
        if self.top_up_level is not None and self.gap_rule != "higher_level":
            faults.append('top_up_level goes with gap_rule = "higher_level"')
        if faults:
            raise ValueError("; ".join(faults))
        return self


def unfit_settlement(settlement: Settlement, quantities: Collection[str], parents: Sequence[str]) -> list[str]:
    """Return what keeps a settlement from its study: a quantity, levels of parents, or a unit of measure."""
    faults = []
    if settlement.cap is not None and settlement.cap.of not in quantities:
        faults.append(f"[settlement.cap] of: [quantities] lacks {settlement.cap.of}")
    for key, level in [("top_up_level", settlement.top_up_level), *(("nesting", n) for n in settlement.nesting)]:
        if level is not None and level not in parents:
            hint = nearest(level, parents) if parents else "[units] names no parents"
            faults.append(f"[settlement] {key}: {level!r} is none of [units] parents; {hint}")
    amounts = {"minimum_transfer": settlement.minimum_transfer}
    amounts |= {"floor.amount": settlement.floor.amount} if settlement.floor is not None else {}
    for key, amount in amounts.items():
        try:
            own_scale("CNY" if amount is None else amount.unit, "CNY")
        except UnitError as error:
            faults.append(f"[settlement] {key}: {error}")
    if settlement.gap_rule == "higher_level" and not parents:
        faults.append('[settlement] gap_rule = "higher_level" needs [units] parents')
    known = [parents.index(n) for n in settlement.nesting if n in parents]
    if known != sorted(set(known), reverse=True):
        order = ", ".join(p for p in reversed(parents) if p in settlement.nesting)
        faults.append(f"[settlement] nesting must go from the innermost level to the outermost, each once: {order}")
    return faults
