"""[adjust.NAME]: a quantity of some units that is not what the inputs say, as in a county that leaves coal."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from ecocomp.study.base import Settings, Year
from ecocomp.variables import inputs

__all__ = ["Adjustment", "unfit_adjustments"]

Adjustable = Literal["emissions", "sequestration", "gdp", "population", "area", "engel_coefficient", "fiscal_revenue"]
assert set(Adjustable.__args__) == set(inputs())  # type: ignore[attr-defined]


class Adjustment(Settings):
    """[adjust.NAME]: one change of one quantity, in some units, over some years."""

    alternatives: ClassVar = (("multiply",), ("value", "unit"))

    quantity: Adjustable = Field(description=f"what is changed: {', '.join(inputs())}")
    units: tuple[str, ...] = Field(min_length=1, strict=False, description="units, by id, or by a name that one bears")
    from_year: Year | None = Field(None, description="first year of the change; left out: the first of the study")
    until_year: Year | None = Field(None, description="last year of the change; left out: the last of the study")
    multiply: float | None = Field(None, ge=0, description="what each value is multiplied by: 0.4 leaves 40 percent")
    value: float | None = Field(None, description="or the value that each unit takes instead")
    unit: str | None = Field(None, description="unit of measure of that value")

    @model_validator(mode="after")
    def _one_form(self) -> Adjustment:
        if (self.multiply is None) == (self.value is None):
            raise ValueError("give exactly one of multiply and value")
        if (self.value is None) != (self.unit is None):
            raise ValueError("value and unit go together: state both or neither")
        if None not in (self.from_year, self.until_year) and self.from_year > self.until_year:  # type: ignore[operator]
            raise ValueError("from_year must not come after until_year")
        return self


def unfit_adjustments(adjustments: Mapping[str, Adjustment], quantities: Collection[str]) -> list[str]:
    """Return what keeps adjustments from being made: a quantity that the study lacks."""
    return [
        f"[adjust.{name}] changes {change.quantity}, which [quantities] lacks"
        for name, change in adjustments.items()
        if change.quantity not in quantities and change.quantity != "area"
    ]
